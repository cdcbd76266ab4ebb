"""What speaks for and against a pair beside the two texts: related classes, names that many have, neighbours."""

from __future__ import annotations

from muse_hook.match.pairs import CALLABLE, group_of
from muse_hook.match.similarity import is_one_stem, words_of
from muse_hook.patterns import pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from muse_hook.match.similarity import Features
    from muse_hook.match.unmatched import Unmatched, UnmatchedSymbols
    from muse_hook.model.address import SymbolKey

GIVEN = frozenset(
    [
        "constructor",
        "init",
        "main",
        "run",
        "call",
        "close",
        "open",
        "setup",
        "teardown",
        "equals",
        "hashcode",
        "tostring",
        "compareto",
        "iterator",
        "string",
        "error",
    ]
)
"""Names that a language or a framework asks for, in lower case and without underscores, beside dunders and those of
constructors: two methods of such a name have it for the same reason, not the same origin."""

COMMON = 2
"""A name that more symbols of one side have than this says as little."""

SHORT = 40
"""A method of fewer tokens and of such a name is found by chance in a class that has nothing to do with the first."""

ALIKE = 16
"""Two bodies of fewer tokens may be equal by habit: under another name something else has to speak for them, too."""

SAYS_NOTHING = frozenset(("0", "1", "2", ""))
"""Literals that stand everywhere."""

_WORD = pattern(r"\w+")


class Evidence:
    """Answers for the pairs of one commit; what it says of moved functions grows with the pairs that are found."""

    def __init__(self, unmatched: Unmatched) -> None:
        self._unmatched = unmatched
        self._seen = 0
        self._went: dict[tuple[SymbolKey, SymbolKey], int] = {}
        self._names: dict[int, dict[str, list[SymbolKey]]] = {}
        self._gaps: dict[tuple[bool, str, str], dict[str, tuple[str, str]]] = {}
        self._layouts: dict[tuple[int, str], dict[str, list[str]]] = {}

    def is_given(self, key: SymbolKey, name: str, *, before: bool) -> bool:
        """Whether a symbol has a name that says nothing of where it comes from."""
        return is_asked_for(key, name) or len(self._of_name(name, before=before)) > COMMON

    def _is_only_common(self, old: SymbolKey, new: SymbolKey, name: str) -> bool:
        """Whether a name is only common, not given, and in the file of both ends nobody else had it, or has it now."""
        if is_asked_for(old, name) or is_asked_for(new, name) or self._unmatched.matching.new_path(old[0]) != new[0]:
            return False
        return all(
            sum(key[0] == end[0] for key in self._of_name(name, before=before)) == 1
            for end, before in ((old, True), (new, False))
        )

    def may_move(self, old: SymbolKey, new: SymbolKey) -> bool:
        """Whether a method may go from the one class to the other by its text alone: not where its name is given."""
        one, other = self._unmatched.before.symbols[old], self._unmatched.after.symbols[new]
        if not (one.parent or other.parent):
            return True
        if not (self.is_given(old, one.name, before=True) or self.is_given(new, other.name, before=False)):
            return True
        if one.name == other.name and self._is_only_common(old, new, one.name):
            return True
        return self.are_related((old[0], one.parent), (new[0], other.parent))

    def are_related(self, old: SymbolKey, new: SymbolKey) -> bool:
        """Whether something of a class, or a file (its name ""), may well be found in the other one after the commit.

        They are one, have the same simple name, one names the other among its bases, or a function went that way.
        """
        unmatched = self._unmatched
        if unmatched.new_scope(old) == new:
            return True
        simple, other = old[1].rpartition(".")[2], new[1].rpartition(".")[2]
        if simple and simple == other:
            return True
        if self.went(old, new):
            return True
        bases = {
            word
            for owner, name in ((old, other), (new, simple))
            if name
            for symbol in (unmatched.symbol_before(owner), unmatched.symbol_after(owner))
            if symbol is not None
            for base in symbol.bases
            for word in _WORD.findall(base)
            if word == name
        }
        return bool(bases)

    def went(self, old: SymbolKey, new: SymbolKey) -> int:
        """Return how many functions went from one class or file to another."""
        pairs = self._unmatched.matching.pairs
        if self._seen != len(pairs):
            self._seen = len(pairs)
            self._went = {}
            for pair in pairs:
                if group_of(pair.old) == CALLABLE:
                    way = (pair.old_path, pair.old.parent), (pair.new_path, pair.new.parent)
                    self._went[way] = self._went.get(way, 0) + 1
        return self._went.get((old, new), 0)

    def files_went(self) -> set[tuple[str, str]]:
        """Return between which two files a class or function went."""
        return {(p.old_path, p.new_path) for p in self._unmatched.matching.pairs if p.old_path != p.new_path}

    def is_chorus(self, old: Features, new: Features) -> bool:
        """Whether the same name gave way to the same other one in a second class, too."""
        unmatched = self._unmatched
        if old.symbol.name == new.symbol.name or not unmatched.same_scope(old.key, new.key):
            return False
        return self._count_renamed(old.symbol.name, new.symbol.name) > 1

    def _count_renamed(self, old: str, new: str) -> int:
        """Return in how many scopes an open `old` could have become an open `new`, or has."""
        unmatched = self._unmatched
        count = 0
        for path, qualified in self._of_name(old, before=True):
            there = unmatched.new_scope((path, qualified.rpartition(".")[0]))
            name = f"{there[1]}.{new}" if there[1] else new
            count += (there[0], name) in self._of_all_names()
        return count

    def _of_all_names(self) -> set[SymbolKey]:
        self._of_name("", before=False)
        return self._keys

    def _of_name(self, name: str, *, before: bool) -> list[SymbolKey]:
        """Return the functions of a name that were open when this was asked first."""
        names = self._names.get(before)
        if names is None:
            side: UnmatchedSymbols = self._unmatched.before if before else self._unmatched.after
            names = self._names[before] = {}
            for key in side.of_group(CALLABLE):
                names.setdefault(side.symbols[key].name, []).append(key)
            if not before:
                self._keys = {key for keys in names.values() for key in keys}
        return names.get(name, [])

    def has_same_place(self, old: Features, new: Features) -> bool:
        """Whether both stand between the same two neighbours that stayed."""
        unmatched = self._unmatched
        if not unmatched.same_scope(old.key, new.key):
            return False
        return self.gap(old.key, before=True) == self.gap(new.key, before=False)

    def gap(self, key: SymbolKey, *, before: bool) -> tuple[str, str]:
        """Return the nearest names before and after a symbol, in its class or file, that the other side has as well."""
        path, qualified = key
        unmatched = self._unmatched
        symbols = unmatched.symbols_before(path) if before else unmatched.symbols_after(path)
        scope = before, path, symbols[qualified].parent  # a name may have dots in it
        gaps = self._gaps.get(scope)
        if gaps is None:
            gaps = self._gaps[scope] = self._gaps_of(path, scope[2], before=before)
        return gaps[qualified]

    def _gaps_of(self, path: str, parent: str, *, before: bool) -> dict[str, tuple[str, str]]:
        """Return the gaps of all that stands in a class or file, by qualified names."""
        names, there = self._names_in(path, parent, before=before)
        start = len(parent)
        firsts: list[str] = []
        nearest = ""
        for name in names:
            firsts.append(nearest)
            nearest = name[start:] if name[start:] in there else nearest
        gaps = {}
        nearest = ""
        for name, first in zip(reversed(names), reversed(firsts), strict=True):
            gaps[name] = first, nearest
            nearest = name[start:] if name[start:] in there else nearest
        return gaps

    def _names_in(self, path: str, parent: str, *, before: bool) -> tuple[list[str], set[str]]:
        """Return the qualified names in a class or file, in source order, and the ends of those of its other side."""
        unmatched = self._unmatched
        if before:
            there, mine = unmatched.new_scope((path, parent)), unmatched.symbols_before(path)
            others = unmatched.symbols_after(there[0])
        else:
            there, mine = unmatched.old_scope((path, parent)), unmatched.symbols_after(path)
            others = unmatched.symbols_before(there[0])
        layout = self._layouts.get((before, path))
        if layout is None:
            layout = self._layouts[before, path] = {}
            for name, symbol in mine.items():
                if symbol.kind != "import":
                    layout.setdefault(symbol.parent, []).append(name)
        theirs = {name[len(there[1]) :] for name, symbol in others.items() if symbol.parent == there[1]}
        return layout.get(parent, []), theirs


def is_asked_for(key: SymbolKey, name: str) -> bool:
    """Whether a language or a framework asks for a function of this name."""
    is_dunder = name.startswith("__") and name.endswith("__")
    return is_dunder or is_constructor(key, name) or name.replace("_", "").lower() in GIVEN


def is_constructor(key: SymbolKey, name: str) -> bool:
    """Whether a function has the name of its class: it is that class's constructor, and no other one's."""
    return name == key[1].rpartition(".")[0].rpartition(".")[2]


def have_other_subjects(old: Features, new: Features) -> bool:
    """Whether two functions do the same to different things, as their names and their literals say.

    A word of each name that the other lacks stands in a literal that the other lacks, too: `test_create_user` posts to
    "/users", `test_upload_image` to "/images".
    """
    if old.words == new.words:
        return False
    said, other = _literals(old), _literals(new)
    mine, theirs = said - other, other - said
    if not mine or not theirs:
        return False
    return _names_one(old.words - new.words, mine) and _names_one(new.words - old.words, theirs)


def _literals(features: Features) -> set[str]:
    """Return the strings and numbers of a body that say anything."""
    found = set()
    for token in features.tokens:
        literal = token.partition("'")[2] if "'" in token else token if token[:1].isdigit() else ""
        if literal not in SAYS_NOTHING:
            found.add(literal)
    return found


def says_anything(features: Features) -> bool:
    """Whether a declaration or body has a string or number that does not stand everywhere."""
    return bool(_literals(features))


def _names_one(words: frozenset[str], literals: set[str]) -> bool:
    """Whether one of the words stands, in whichever form, in one of the literals."""
    said = sorted({word for literal in literals for word in words_of(literal)})
    return any(word == one or is_one_stem(word, one) for word in sorted(words) for one in said)
