"""What a stretch of history touches, so coarse that two of them can be held against each other in a microsecond."""

from __future__ import annotations

import re

from muse_hook.concurrent.uses import imported_name, is_async, names_of, signature_of
from muse_hook.match.pairs import CALLABLE, IMPORT, group_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from muse_hook.match.pairs import ChangedFile
    from muse_hook.model.symbol import Symbol

_NOBODY: frozenset[str] = frozenset()
_WORDS = re.compile(rb"\w+")


class Footprint:
    """What a way from one commit to another touches.

    `paths` that differ, how many `symbols` do (of these `vanished` and `appeared`), names of those that are gone or
    take other parameters (`breaks`), and words that symbols newly say (`uses`); `says_any` where a text is not ASCII:
    a name may be spelled so or so.

    Of two stretches that begin at one commit and do not `meet`, `compare` finds nothing: what it finds stands in a path
    that both touch, or is a name that one breaks and the other says. It rests on tables alone and not on what became of
    a symbol, so the footprint of a way is the union of its steps': what differs between two ends differs on one step.
    """

    __slots__ = ("appeared", "breaks", "paths", "says_any", "symbols", "uses", "vanished")

    def __init__(
        self,
        paths: Iterable[str],
        breaks: Iterable[str] = (),
        uses: Iterable[str] = (),
        *,
        symbols: int = 0,
        vanished: int = 0,
        appeared: int = 0,
        says_any: bool = False,
    ) -> None:
        self.paths = frozenset(paths)
        self.breaks = frozenset(breaks)
        self.uses = frozenset(uses)
        self.symbols = symbols
        self.vanished = vanished
        self.appeared = appeared
        self.says_any = says_any

    def meets(self, other: Footprint) -> bool:
        """Whether the two have to be looked at closely."""
        return (
            not self.paths.isdisjoint(other.paths)
            or not self.breaks.isdisjoint(other.uses)
            or not other.breaks.isdisjoint(self.uses)
            or bool(self.breaks and other.says_any)
            or bool(other.breaks and self.says_any)
        )

    def hands_on(self, other: Footprint) -> bool:
        """Whether what one of the two takes away may be found again in what the other one adds, or in its paths."""
        return (
            bool(self.vanished and other.appeared)
            or bool(self.appeared and other.vanished)
            or not self.paths.isdisjoint(other.paths)
        )

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values, for a cache."""
        return {
            "paths": sorted(self.paths),
            "breaks": sorted(self.breaks),
            "uses": sorted(self.uses),
            "symbols": self.symbols,
            "vanished": self.vanished,
            "appeared": self.appeared,
            "says_any": self.says_any,
        }


def footprint_of(files: Sequence[ChangedFile]) -> Footprint:
    """Return what two trees that differ in `files` differ in."""
    breaks: set[str] = set()
    uses: set[str] = set()
    symbols = vanished = appeared = 0
    says_any = False
    for file in files:
        changed = set(file.changed)
        symbols += len(changed)
        breaks.update(_broken_names(file, changed))
        for symbol in file.new_symbols.values():
            if group_of(symbol) == IMPORT or not _is_new(file, symbol, changed):
                continue
            before = file.old_symbols.get(symbol.qualified_name)
            said = _newly_said(symbol, before)
            if said is None:
                says_any = True
            else:
                uses |= said
        vanished += len(file.old_symbols.keys() - file.new_symbols.keys())
        appeared += len(file.new_symbols.keys() - file.old_symbols.keys())
        for symbol in file.new_symbols.values():
            if group_of(symbol) == IMPORT:
                # By an alias, or newly: the name itself stands in no other text.
                name = imported_name(symbol)
                if name and (name != symbol.name or _is_new(file, symbol, changed)):
                    uses.add(name)
    return Footprint(
        (file.path for file in files),
        breaks,
        uses,
        symbols=symbols + vanished + appeared,
        vanished=vanished,
        appeared=appeared,
        says_any=says_any,
    )


def _broken_names(file: ChangedFile, changed: set[str]) -> Iterator[str]:
    """Yield what new users would say of symbols that are gone or take other parameters."""
    new_symbols = file.new_symbols
    for name, old in file.old_symbols.items():
        new = new_symbols.get(name)
        if new is None or (
            name in changed
            and group_of(old) == CALLABLE
            and (signature_of(old) != signature_of(new) or is_async(old) != is_async(new))
        ):
            yield from names_of(old, file.old.language_name if file.old is not None else "")


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


def _is_new(file: ChangedFile, symbol: Symbol, changed: set[str]) -> bool:
    return symbol.qualified_name in changed or symbol.qualified_name not in file.old_symbols


class FootprintIndex:
    """Footprints by name, to be asked which of them one meets: of ten thousand no two are held against each other."""

    def __init__(self, footprints: Mapping[str, Footprint]) -> None:
        self._by_path: dict[str, set[str]] = {}
        self._by_break: dict[str, set[str]] = {}
        self._by_use: dict[str, set[str]] = {}
        self._breaking = {name for name, each in footprints.items() if each.breaks}
        self._saying_any = {name for name, each in footprints.items() if each.says_any}
        for name, each in footprints.items():
            for path in each.paths:
                self._by_path.setdefault(path, set()).add(name)
            for word in each.breaks:
                self._by_break.setdefault(word, set()).add(name)
        for name, each in footprints.items():
            for word in each.uses & self._by_break.keys():
                self._by_use.setdefault(word, set()).add(name)

    def met_by(self, footprint: Footprint) -> set[str]:
        """Return the names of those that `footprint.meets`."""
        found: set[str] = set()
        for path in footprint.paths:
            found |= self._by_path.get(path, _NOBODY)
        for word in footprint.breaks:
            found |= self._by_use.get(word, _NOBODY)
        for word in footprint.uses & self._by_break.keys():
            found |= self._by_break[word]
        if footprint.breaks:
            found |= self._saying_any
        if footprint.says_any:
            found |= self._breaking
        return found
