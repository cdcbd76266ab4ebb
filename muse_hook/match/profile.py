"""What makes two symbols alike, worked out once for each symbol that is compared by likeness."""

from __future__ import annotations

from re import compile as pattern  # tree_sitter has imported re before us

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from muse_hook.model.address import SymbolKey
    from muse_hook.model.symbol import Symbol

OWN_NAME = "\0"
"""Stands for a symbol's own name in its bag: recursion survives a rename."""

_PARTS = pattern(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_TEXT = pattern(r"\w+")


def words_of(name: str) -> frozenset[str]:
    """Part an identifier into lower-case words: `get_HTTPResponse2` -> get, http, response, 2."""
    return frozenset(word.lower() for word in _PARTS.findall(name))


class Profile:
    """A symbol's tokens, prose and statements as bags.

    `tokens` counts the leaf texts of its code, its own name masked, `prose` the words of its docstrings and messages (a
    text with a space or a line break in it), `statements` the digests of its statements. Of a class: those of its
    members too. `size` is the number of code tokens, `prose_size` that of words.
    """

    __slots__ = ("place", "prose", "prose_size", "size", "statements", "symbol", "tokens", "total", "words")

    def __init__(self, place: SymbolKey, symbol: Symbol, members: Sequence[Symbol] = ()) -> None:
        self.place = place
        self.symbol = symbol
        self.words = words_of(symbol.name)
        self.tokens: dict[str, int] = {}
        self.prose: dict[str, int] = {}
        self.statements: dict[str, int] = {}
        for one in (symbol, *members):
            self._add(one)
        own = self.tokens.pop(symbol.name, 0)
        if own:
            self.tokens[OWN_NAME] = own
        self.size = sum(self.tokens.values())
        self.prose_size = sum(self.prose.values())
        self.total = 0.0  # the weight of all tokens, set by `Weights`

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
    """How much a token says: one that is rare among the open symbols of a commit more than a common one."""

    FLOOR = 20.0
    """As many strangers are taken to be in every commit; with few symbols all words weigh nearly the same."""
    PUNCTUATION = 0.1
    """What a token without a letter or digit counts next to a word."""

    def __init__(self, profiles: Iterable[Profile]) -> None:
        from math import log  # most commits compare nothing by likeness

        seen: dict[str, int] = {}
        count = 0
        for profile in profiles:
            count += 1
            for token in profile.tokens:
                seen[token] = seen.get(token, 0) + 1
        self._log = log
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

    def total(self, profile: Profile) -> float:
        """Return the weight of all tokens of a profile."""
        if not profile.total:
            of = self.of
            profile.total = sum([of(token) * count for token, count in profile.tokens.items()])
        return profile.total

    def shared(self, one: Profile, other: Profile) -> float:
        """Return the weight of the tokens that two profiles have in common."""
        a, b = one.tokens, other.tokens
        if len(a) > len(b):
            a, b = b, a
        weights = self._weights
        found = 0.0
        for token, count in a.items():
            there = b.get(token)
            if there is not None:
                found += (weights.get(token) or self.of(token)) * min(count, there)
        return found


def overlap(one: Mapping[str, int], other: Mapping[str, int]) -> int:
    """Return how many entries two bags have in common."""
    if len(one) > len(other):
        one, other = other, one
    return sum([min(count, other[key]) for key, count in one.items() if key in other])
