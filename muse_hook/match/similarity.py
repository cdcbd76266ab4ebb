"""How similar two symbols are: the features that they are compared by, a token's weight, and what call sites say."""

from __future__ import annotations

from muse_hook.match.pairs import IMPORT, group_of
from muse_hook.patterns import pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from muse_hook.match.pairs import Pair
    from muse_hook.model.address import SymbolKey
    from muse_hook.model.symbol import Symbol

OWN_NAME = "\0"
"""Stands for a symbol's own name among its tokens: recursion survives a rename."""

PROSE = 0.3
"""The share of docstrings and messages in the similarity of two texts that both have some."""

LEAST_PROSE = 4
"""With fewer words there is nothing to compare."""

SAME_WORDS = 0.95
"""The similarity of two names of the same words (`_load`, `load`; `patch_dict`, `dict_patch`)."""

ONE_STEM = 0.8
"""What two words of one stem count next to equal ones (`notify`, `notifies`)."""

STEM, STEM_SHARE, ENDING = 4, 0.75, 3
"""Two words are of one stem that begin with so many equal letters, so much of the shorter one, and go on with at most
so many."""

OPPOSITES = frozenset(("out", "less"))
"""Endings that make of a word another one, not a form of it (`with`, `without`)."""

LONG_WORD, OTHER_LETTERS = 6, 2
"""So are two long words that agree from both ends in all but so many letters (`validatate`, `validate`)."""

_NAME_PARTS = pattern(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_TEXT = pattern(r"\w+")


def words_of(name: str) -> frozenset[str]:
    """Part an identifier into lower-case words: `get_HTTPResponse2` -> get, http, response, 2."""
    return frozenset(word.lower() for word in _NAME_PARTS.findall(name))


class Features:
    """A symbol's tokens, prose and statements as bags; worked out once for each symbol that is compared.

    `tokens` counts the leaf texts of its code, its own name masked, `prose` the words of its docstrings and messages (a
    text with a space or a line break in it), `statements` the digests of its statements. Of a class: those of its
    members too; `parts` are the symbols. `size` is the number of code tokens, `prose_size` that of words; `words` are
    those of its name.
    """

    __slots__ = ("key", "parts", "prose", "prose_size", "size", "statements", "symbol", "tokens", "words")

    def __init__(self, key: SymbolKey, symbol: Symbol, members: Sequence[Symbol] = ()) -> None:
        self.key = key
        self.symbol = symbol
        self.parts = (symbol, *members)
        self.words = words_of(symbol.name)
        self.tokens: dict[str, int] = {}
        self.prose: dict[str, int] = {}
        self.statements: dict[str, int] = {}
        for one in self.parts:
            self._add(one)
        own = self.tokens.pop(symbol.name, 0)
        if own:
            self.tokens[OWN_NAME] = own
        self.size = sum(self.tokens.values())
        self.prose_size = sum(self.prose.values())

    def _add(self, symbol: Symbol) -> None:
        tokens, prose, statements = self.tokens, self.prose, self.statements
        for token in symbol.tokens:
            if " " in token or "\n" in token:
                for word in _TEXT.findall(token.lower()):
                    prose[word] = prose.get(word, 0) + 1
            else:
                tokens[token] = tokens.get(token, 0) + 1
        for digest in symbol.statements:
            statements[digest] = statements.get(digest, 0) + 1


class Weights:
    """How much a token says: one that is rare among the unmatched symbols of a commit more than a common one."""

    FLOOR = 20.0
    """As many other symbols are taken to be in every commit; with few symbols all words weigh nearly the same."""
    PUNCTUATION = 0.1
    """What a token without a letter or digit counts next to a word."""

    def __init__(self, functions: Iterable[Features]) -> None:
        from math import log  # a shared library; most of those who want the words of a name weigh nothing

        seen: dict[str, int] = {}
        count = 0
        for features in functions:
            count += 1
            for token in features.tokens:
                seen[token] = seen.get(token, 0) + 1
        self._totals: dict[Features, float] = {}  # here, since other weights give other totals
        self._unseen = log(count + self.FLOOR)
        self._weights = {
            token: log((count + self.FLOOR) / (times + 1.0)) * (1.0 if _TEXT.search(token) else self.PUNCTUATION)
            for token, times in seen.items()
        }

    def of(self, token: str) -> float:
        """Return a token's weight."""
        weight = self._weights.get(token)
        if weight is None:
            weight = self._weights[token] = self._unseen * (1.0 if _TEXT.search(token) else self.PUNCTUATION)
        return weight

    def total(self, features: Features) -> float:
        """Return the weight of all tokens of a symbol."""
        total = self._totals.get(features)
        if total is None:
            total = self._totals[features] = self.of_all(features.tokens)
        return total

    def of_all(self, tokens: Mapping[str, int]) -> float:
        """Return the weight of a bag of tokens."""
        of = self.of
        return sum([of(token) * count for token, count in tokens.items()])

    def shared(self, a: Mapping[str, int], b: Mapping[str, int]) -> float:
        """Return the weight of what two bags of tokens have in common."""
        if len(a) > len(b):
            a, b = b, a
        weights = self._weights
        found = 0.0
        for token, count in a.items():
            there = b.get(token)
            if there is not None:
                found += (weights.get(token) or self.of(token)) * min(count, there)
        return found


class CallSites:
    """Counts, for two names, the bodies and import lists in which one gave way to the other.

    A name that vanished from bodies that stayed, where another one appeared, is the trace that a rename leaves.
    """

    def __init__(
        self, before: Mapping[SymbolKey, Symbol], after: Mapping[SymbolKey, Symbol], pairs: Iterable[Pair]
    ) -> None:
        old_names = {symbol.name for symbol in before.values() if group_of(symbol) != IMPORT}
        new_names = {symbol.name for symbol in after.values() if group_of(symbol) != IMPORT}
        self._lost: dict[str, set[object]] = {}
        self._gained: dict[str, set[object]] = {}
        for number, pair in enumerate(pairs):
            old_tokens, new_tokens = pair.old.tokens, pair.new.tokens
            for name in old_names.intersection(old_tokens):
                if old_tokens.count(name) > new_tokens.count(name):
                    self._lost.setdefault(name, set()).add(number)
            for name in new_names.intersection(new_tokens):
                if new_tokens.count(name) > old_tokens.count(name):
                    self._gained.setdefault(name, set()).add(number)
        for (path, _), symbol in before.items():
            if symbol.kind == "import" and symbol.name in old_names:
                self._lost.setdefault(symbol.name, set()).add(path)
        for (path, _), symbol in after.items():
            if symbol.kind == "import" and symbol.name in new_names:
                self._gained.setdefault(symbol.name, set()).add(path)

    def lost(self, name: str) -> frozenset[object]:
        """Return the bodies and import lists that have `name` less often than before."""
        return frozenset(self._lost.get(name, ()))

    def gained(self, name: str) -> frozenset[object]:
        """Return the bodies and import lists that have `name` more often than before."""
        return frozenset(self._gained.get(name, ()))

    def renamed(self, old: str, new: str) -> float:
        """Return how sure it is by the call sites that `old` became `new`: 0 without one, 2/3 for one, then more."""
        if old == new:
            return 0.0
        lost = self._lost.get(old)
        gained = self._gained.get(new)
        if not lost or not gained:
            return 0.0
        count = len(lost & gained)
        return count / (count + 0.5)


def text_similarity(one: Features, other: Features, weights: Weights) -> tuple[float, float]:
    """Return the weighted Jaccard index of two texts, and the share of the smaller that is in the larger."""
    shared = weights.shared(one.tokens, other.tokens)
    a, b = weights.total(one), weights.total(other)
    if not a or not b:
        return 0.0, 0.0
    similarity = shared / (a + b - shared)
    if one.prose_size >= LEAST_PROSE and other.prose_size >= LEAST_PROSE:
        similarity = max(similarity, (1 - PROSE) * similarity + PROSE * prose_similarity(one, other))
    return similarity, shared / min(a, b)


def text_similarity_bound(one: Features, other: Features, weights: Weights) -> float:
    """Return what `text_similarity` cannot exceed, from the sizes alone."""
    a, b = weights.total(one), weights.total(other)
    if not a or not b:
        return 0.0
    bound = min(a, b) / max(a, b)
    if one.prose_size >= LEAST_PROSE and other.prose_size >= LEAST_PROSE:
        p, q = one.prose_size, other.prose_size
        bound = max(bound, (1 - PROSE) * bound + PROSE * min(p, q) / max(p, q))
    return bound


def prose_similarity(one: Features, other: Features) -> float:
    """Return the Jaccard index of the words of two docstrings."""
    shared = overlap(one.prose, other.prose)
    return shared / (one.prose_size + other.prose_size - shared)


def name_similarity(one: Features, other: Features) -> float:
    """Return how similar two names are: 1.0 for the same one, else the Jaccard index of their words."""
    a, b = one.words, other.words
    first, second = one.symbol.name, other.symbol.name
    if first == second:
        return 1.0
    if a == b and a:
        return SAME_WORDS
    if first.replace("_", "").lower() == second.replace("_", "").lower():
        return SAME_WORDS
    if not a or not b:
        return 0.0
    common = a & b
    left = sorted(b - common)
    shared = float(len(common))
    pairs = len(common)
    for word in sorted(a - common):
        alike = next((there for there in left if is_one_stem(word, there)), None)
        if alike is not None:
            left.remove(alike)
            shared += ONE_STEM
            pairs += 1
    return shared / (len(a) + len(b) - pairs)


def is_one_stem(one: str, other: str) -> bool:
    """Whether two words are forms of one, or one of them is misspelt."""
    least, most = sorted((len(one), len(other)))
    if least < STEM or one[:3] != other[:3]:
        return False
    start = next((n for n in range(least) if one[n] != other[n]), least)
    if start == least and max(one, other, key=len)[start:] in OPPOSITES:
        return False
    if start >= STEM and start >= STEM_SHARE * least and most - start <= ENDING:
        return True
    end = next((n for n in range(least - start) if one[-1 - n] != other[-1 - n]), least - start)
    is_misspelt = least < most or sorted(one) == sorted(other)  # `context` is no other spelling of `content`
    return is_misspelt and least >= LONG_WORD and end > 0 and start + end >= most - OTHER_LETTERS


def parameter_similarity(one: Features, other: Features) -> float:
    """Return how similar two parameter lists are, half by their names and half by their number."""
    a = [parameter.name for parameter in one.symbol.parameters]
    b = [parameter.name for parameter in other.symbol.parameters]
    if not a and not b:
        return 1.0
    names = len(set(a) & set(b)) / len(set(a) | set(b))
    return (names + min(len(a), len(b)) / max(len(a), len(b))) / 2


def base_similarity(one: Features, other: Features) -> float:
    """Return the Jaccard index of what two classes derive from; 0 where neither derives from anything."""
    a, b = set(one.symbol.bases), set(other.symbol.bases)
    return len(a & b) / len(a | b) if a | b else 0.0


def overlap(one: Mapping[str, int], other: Mapping[str, int]) -> int:
    """Return how many entries two bags have in common."""
    if len(one) > len(other):
        one, other = other, one
    return sum([min(count, other[key]) for key, count in one.items() if key in other])
