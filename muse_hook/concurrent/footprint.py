"""What a stretch of history touches, so coarse that two of them can be held against each other in a microsecond."""

from __future__ import annotations

import re
from collections import Counter
from copy import copy

from muse_hook.concurrent.expected import changed_constructors, is_broken, names_of
from muse_hook.concurrent.inherited import CONSTRUCTORS, new_abstracts, newly_unlisted
from muse_hook.concurrent.said import imported_name
from muse_hook.languages.languages import language_named
from muse_hook.match.pairs import CALLABLE, CONTAINER, IMPORT, VALUE, group_of
from muse_hook.match.parted_classes import may_be_other_class
from muse_hook.match.parted_functions import may_be_parted
from muse_hook.semver.public import module_name
from muse_hook.semver.surface import tail

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from typing import Any

    from muse_hook.match.pairs import ChangedFile
    from muse_hook.model.symbol import Symbol

_NOBODY: frozenset[str] = frozenset()
_WORDS = re.compile(rb"\w+")
_DIGITS = 12  # of a digest: two that agree so far count as equal, which costs a close look


class PathFootprint:
    """What differs in one path: the names that it `breaks`, the words that it newly says (`uses`, `says_any`).

    `makes` are the simple names of classes whose own constructor may take other parameters: their heirs have it, too.
    Of an heir in a file that nobody touched matters who newly says it as a name that his file has `imported`.
    """

    __slots__ = ("breaks", "imported", "makes", "says_any", "uses")

    def __init__(
        self,
        breaks: Iterable[str] = (),
        uses: Iterable[str] = (),
        makes: Iterable[str] = (),
        imported: Iterable[str] = (),
        *,
        says_any: bool = False,
    ) -> None:
        self.breaks = frozenset(breaks)
        self.uses = frozenset(uses)
        self.makes = frozenset(makes)
        self.imported = frozenset(imported)
        self.says_any = says_any


class Footprint:
    """What a way from one commit to another touches.

    `by_path` are the paths that differ with what each says, `symbols` how many do, `breaks` and `uses` the names of all
    of them: of what is gone or takes other parameters, and words that symbols newly say; `says_any` where a text is
    not ASCII: a name may be spelled so or so.
    `gone` and `come` are the groups ("code", "value", "file") of which something vanished or appeared, `names` theirs,
    `says` the tokens that changed symbols have more or less often, and imports that came or went: callers.
    Once `widened` it knows the `heirs` of what it `makes`, wherever these stand; `imported` are their possible users.

    Of two stretches that begin at one commit and do not `meet`, `compare` finds nothing: what it finds stands in a path
    that both touch, or is a name that one breaks and the other says. It rests on tables alone and not on what became of
    a symbol, so the footprint of a way is the union of its steps': what differs between two ends differs on one step.
    """

    __slots__ = (
        "_at_break",
        "_at_use",
        "breaks",
        "by_path",
        "come",
        "gone",
        "heirs",
        "imported",
        "makes",
        "names",
        "says",
        "says_any",
        "symbols",
        "uses",
    )

    def __init__(
        self,
        by_path: Mapping[str, PathFootprint],
        *,
        symbols: int = 0,
        gone: Iterable[str] = (),
        come: Iterable[str] = (),
        names: Iterable[str] = (),
        says: Iterable[str] = (),
    ) -> None:
        self.by_path = by_path
        self.breaks = _NOBODY.union(*(each.breaks for each in by_path.values()))
        self.uses = _NOBODY.union(*(each.uses for each in by_path.values()))
        self.makes = _NOBODY.union(*(each.makes for each in by_path.values()))
        self.imported = _NOBODY.union(*(each.imported for each in by_path.values()))
        self.heirs = _NOBODY
        self.says_any = any(each.says_any for each in by_path.values())
        self.symbols = symbols
        self.gone = frozenset(gone)
        self.come = frozenset(come)
        self.names = frozenset(names)
        self.says = frozenset(says)
        self._at_break: dict[str, list[str]] | None = None
        self._at_use: dict[str, list[str]] | None = None

    @property
    def paths(self) -> AbstractSet[str]:
        """The paths that differ."""
        return self.by_path.keys()

    def widened(self, heirs_of: Callable[[AbstractSet[str]], frozenset[str]]) -> Footprint:
        """Return the same with the heirs of the classes that it `makes`, whose names `heirs_of` tells."""
        if not self.makes:
            return self
        made = copy(self)
        made.heirs = heirs_of(self.makes)
        return made

    def meets_by_heirs(self, other: Footprint) -> bool:
        """Whether one may newly make objects of an heir of what the other makes in another way."""
        return not self.heirs.isdisjoint(other.imported) or not other.heirs.isdisjoint(self.imported)

    def breaking(self, names: Iterable[str]) -> set[str]:
        """Return the paths that break any of some names."""
        if self._at_break is None:
            self._at_break = _paths_of((path, each.breaks) for path, each in self.by_path.items())
        at = self._at_break
        return {path for name in names for path in at.get(name, ())}

    def using(self, names: Iterable[str]) -> set[str]:
        """Return the paths that newly say any of some names, or may."""
        if self._at_use is None:
            self._at_use = _paths_of((path, each.uses) for path, each in self.by_path.items())
        at = self._at_use
        found = {path for name in names for path in at.get(name, ())}
        if self.says_any and names:
            found.update(path for path, each in self.by_path.items() if each.says_any)
        return found

    def meets(self, other: Footprint) -> bool:
        """Whether the two have to be looked at closely."""
        return (
            not self.by_path.keys().isdisjoint(other.by_path.keys())
            or not self.breaks.isdisjoint(other.uses)
            or not other.breaks.isdisjoint(self.uses)
            or bool(self.breaks and other.says_any)
            or bool(other.breaks and self.says_any)
            or self.meets_by_heirs(other)
        )

    def is_apart(self, before: Sequence[Footprint]) -> bool:
        """Whether matching this stretch together with those before it pairs what matching each alone pairs.

        Nothing is taken for something of the other stretch where they touch other paths, and of a group of symbols of
        which both have any none vanished, or none appeared. Nor does either speak for or against a pair of the other:
        callers do (`names`, `says`). Bodies that changed so much that they may be others' are `Loose`.
        """
        gone = _NOBODY.union(*(each.gone for each in before))
        come = _NOBODY.union(*(each.come for each in before))
        if any(not self.by_path.keys().isdisjoint(each.by_path.keys()) for each in before):
            return False
        for group in (self.gone | self.come) & (gone | come):
            if group in self.gone | gone and group in self.come | come:
                return False
        if self.gone & self.come and any(_may_speak(self, each) for each in before):
            return False
        return not gone & come or not any(_may_speak(each, self) for each in before)

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values, for a cache."""
        return {
            "by_path": {
                path: [*map(sorted, (each.breaks, each.uses, each.makes, each.imported)), each.says_any]
                for path, each in self.by_path.items()
            },
            "symbols": self.symbols,
            "gone": sorted(self.gone),
            "come": sorted(self.come),
            "names": sorted(self.names),
            "says": sorted(self.says),
        }

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> Footprint:
        """Return the footprint that `as_json` made a row of."""
        by_path = {path: PathFootprint(*each[:4], says_any=each[4]) for path, each in row["by_path"].items()}
        return cls(by_path, **{name: row[name] for name in ("symbols", "gone", "come", "names", "says")})


def footprint_of(files: Sequence[ChangedFile]) -> Footprint:
    """Return what two trees that differ in `files` differ in."""
    by_path: dict[str, PathFootprint] = {}
    says: set[str] = set()
    names: set[str] = set()
    gone: set[str] = set()
    come: set[str] = set()
    symbols = 0
    for file in files:
        changed = set(file.changed)
        old_symbols, new_symbols = file.old_symbols, file.new_symbols
        symbols += len(changed)
        gone.update(["file"] if file.vanished else ())
        come.update(["file"] if file.appeared else ())
        for groups, mine, other in ((gone, old_symbols, new_symbols), (come, new_symbols, old_symbols)):
            for name in mine.keys() - other.keys():
                symbols += 1
                symbol = mine[name]
                group = group_of(symbol)
                if group != IMPORT:
                    groups.add("value" if group == VALUE else "code")
                    names.add(symbol.name)
                else:
                    says.add(symbol.name)
        for name in changed:
            says |= _spoken(old_symbols.get(name), new_symbols.get(name))
        by_path[file.path] = _path_footprint(file, changed)
    return Footprint(by_path, symbols=symbols, gone=gone, come=come, names=names, says=says)


def _path_footprint(file: ChangedFile, changed: set[str]) -> PathFootprint:
    """Return what a changed file breaks and newly says."""
    uses: set[str] = set()
    words: set[str] = set()
    says_any = False
    for symbol in file.new_symbols.values():
        is_new = _is_new(file, symbol, changed)
        if group_of(symbol) == IMPORT:
            # By an alias, or newly: the name itself stands in no other text.
            imported = imported_name(symbol)
            if imported and (is_new or imported != symbol.name):
                uses.add(imported)
            if is_new and symbol.imported is not None:
                uses.update(tail(part.rstrip(".")) for part in symbol.imported[:2])
        elif is_new:
            said = _newly_said(symbol, file.old_symbols.get(symbol.qualified_name))
            if said is None:
                says_any = True
            else:
                words |= said
    bound = {symbol.name for symbol in file.new_symbols.values() if group_of(symbol) == IMPORT}
    made = _made_in_another_way(file)
    return PathFootprint(
        [*_broken_names(file, changed), *made],
        uses | words,
        _makes(file, changed, made),
        bound if says_any else bound & words,
        says_any=says_any,
    )


def _paths_of(said: Iterable[tuple[str, Iterable[str]]]) -> dict[str, list[str]]:
    """Return the paths by the names that are said of them."""
    found: dict[str, list[str]] = {}
    for path, names in said:
        for name in names:
            found.setdefault(name, []).append(path)
    return found


def _may_speak(one: Footprint, other: Footprint) -> bool:
    """Whether what the other one changed may say names that vanished or appeared in the first."""
    return not one.names.isdisjoint(other.says)


class Loose:
    """What of a way may be taken for something of another one although it kept its address.

    `loose` holds digests of the statements of functions that changed much, and names of the methods of such classes,
    `open` those of functions and classes that vanished or appeared. `has_open` where anything did
    in a file that stayed, `has_open_file` where a file with symbols did.
    """

    __slots__ = ("has_open", "has_open_file", "loose", "open")

    def __init__(
        self,
        loose: Iterable[str],
        open: Iterable[str],  # noqa: A002 - as the matcher has it
        *,
        has_open: bool,
        has_open_file: bool,
    ) -> None:
        self.loose = frozenset(loose)
        self.open = frozenset(open)
        self.has_open = has_open
        self.has_open_file = has_open_file

    def is_apart(self, other: Loose) -> bool:
        """Whether nothing of the one may be taken for something of the other."""
        return (
            self.loose.isdisjoint(other.loose)
            and self.loose.isdisjoint(other.open)
            and self.open.isdisjoint(other.loose)
        )

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values, for a cache."""
        return {
            "loose": sorted(self.loose),
            "open": sorted(self.open),
            "has_open": self.has_open,
            "has_open_file": self.has_open_file,
        }


def loose_of(file: ChangedFile) -> Loose:
    """Return what is loose in a changed file; of files together it is the union."""
    loose: set[str] = set()
    is_open: set[str] = set()
    old_symbols, new_symbols = file.old_symbols, file.new_symbols
    touched: set[str] = set()
    for name in file.changed:
        old, new = old_symbols.get(name), new_symbols.get(name)
        if old is not None and new is not None and group_of(old) == CALLABLE:
            touched.add(old.parent)
            if may_be_parted(old, new):
                loose.update(digest[:_DIGITS] for each in (old, new) for digest in each.statements)
    for mine, other in ((old_symbols, new_symbols), (new_symbols, old_symbols)):
        for name in mine.keys() - other.keys():
            symbol = mine[name]
            group = group_of(symbol)
            if group == CALLABLE:
                touched.add(symbol.parent)
                is_open.update(digest[:_DIGITS] for digest in symbol.statements)
            elif group == CONTAINER:
                is_open.update(f".{each.name}" for each in mine.values() if each.parent == name)
    for owner in touched - {""}:
        old, new = old_symbols.get(owner), new_symbols.get(owner)
        if old is not None and new is not None and may_be_other_class(file, owner):
            loose.update(
                f".{each.name}"
                for table in (old_symbols, new_symbols)
                for each in table.values()
                if each.parent == owner and group_of(each) == CALLABLE
            )
    has_open = old_symbols.keys() != new_symbols.keys()
    is_file = file.vanished or file.appeared
    return Loose(loose, is_open, has_open=has_open and not is_file, has_open_file=has_open and is_file)


def _broken_names(file: ChangedFile, changed: set[str]) -> Iterator[str]:
    """Yield what new users would say of symbols that are gone or used in another way, and of a module that is gone."""
    new_symbols = file.new_symbols
    for name, old in file.old_symbols.items():
        new = new_symbols.get(name)
        if new is None or (name in changed and group_of(old) == CALLABLE and is_broken(old, new)):
            yield from names_of(old, file.old.language_name if file.old is not None else "")
    if file.old is not None and file.new is not None:
        yield from (old.name for old, *_ in new_abstracts(file))
        yield from newly_unlisted(file)
    if file.vanished:
        yield tail(module_name(file.path))


def _made_in_another_way(file: ChangedFile) -> list[str]:
    """Return the names of classes that take other parameters although no constructor of theirs says so."""
    if file.old is None or file.new is None:
        return []
    return [old.name for old, *_ in changed_constructors(file.old, file.new, file.changed)]


def _makes(file: ChangedFile, changed: set[str], made: Iterable[str]) -> set[str]:
    """Return the names of classes whose heirs may be made in another way; what is gone may be elsewhere, and other."""
    language = language_named(file.old.language_name) if file.old is not None else None
    constructors = set(CONSTRUCTORS).intersection(language.strings("constructors") if language is not None else ())
    if not constructors:
        return set()
    found = set(made)
    for name, old in file.old_symbols.items():
        is_gone = name not in file.new_symbols
        if old.name in constructors and (is_gone or name in changed):
            found.add(tail(old.parent))
        elif is_gone and group_of(old) == CONTAINER:
            found.add(old.name)
    return found


def _newly_said(symbol: Symbol, before: Symbol | None) -> set[str] | None:
    """Return the words that a symbol says and that what had its name before did not; None where they may be any.

    What had its name may have become another symbol (two swap names): then they have few lines in common, and all
    words count.
    """
    texts = symbol.texts()
    if not all(text.isascii() for text in texts):
        return None
    words = _words(texts)
    if before is not None:
        lines = {line for text in texts for line in text.split(b"\n")}
        kept = lines.intersection(line for text in before.texts() for line in text.split(b"\n"))
        if 2 * len(kept) >= len(lines):
            words -= _words(before.texts())
    return words


def _words(texts: Iterable[bytes]) -> set[str]:
    return {word.decode("ascii", "replace") for text in texts for word in _WORDS.findall(text)}


def _spoken(old: Symbol | None, new: Symbol | None) -> set[str]:
    """Return the tokens that a symbol has more or less often than before."""
    if old is None or new is None:
        return set()
    before, after = Counter(old.tokens), Counter(new.tokens)
    return {token for token in before.keys() | after.keys() if before[token] != after[token]}


def _is_new(file: ChangedFile, symbol: Symbol, changed: set[str]) -> bool:
    return symbol.qualified_name in changed or symbol.qualified_name not in file.old_symbols


class FootprintIndex:
    """Footprints by name, to be asked which of them one meets: of ten thousand no two are held against each other."""

    def __init__(self, footprints: Mapping[str, Footprint]) -> None:
        self._by_path: dict[str, set[str]] = {}
        self._by_break: dict[str, set[str]] = {}
        self._by_use: dict[str, set[str]] = {}
        self._by_heir: dict[str, set[str]] = {}
        self._by_import: dict[str, set[str]] = {}
        self._breaking = {name for name, each in footprints.items() if each.breaks}
        self._saying_any = {name for name, each in footprints.items() if each.says_any}
        for name, each in footprints.items():
            for path in each.paths:
                self._by_path.setdefault(path, set()).add(name)
            for word in each.breaks:
                self._by_break.setdefault(word, set()).add(name)
            for word in each.heirs:
                self._by_heir.setdefault(word, set()).add(name)
        for name, each in footprints.items():
            for word in each.uses & self._by_break.keys():
                self._by_use.setdefault(word, set()).add(name)
            for word in each.imported & self._by_heir.keys():
                self._by_import.setdefault(word, set()).add(name)

    def met_by(self, footprint: Footprint) -> set[str]:
        """Return the names of those that `footprint.meets`."""
        found: set[str] = set()
        for path in footprint.paths:
            found |= self._by_path.get(path, _NOBODY)
        for word in footprint.breaks:
            found |= self._by_use.get(word, _NOBODY)
        for word in footprint.uses & self._by_break.keys():
            found |= self._by_break[word]
        for word in footprint.heirs & self._by_import.keys():
            found |= self._by_import[word]
        for word in footprint.imported & self._by_heir.keys():
            found |= self._by_heir[word]
        if footprint.breaks:
            found |= self._saying_any
        if footprint.says_any:
            found |= self._breaking
        return found
