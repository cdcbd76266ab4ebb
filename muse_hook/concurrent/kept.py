"""What the last branch map found out, kept in the store: of commits, which never change, under one state of the log."""

from __future__ import annotations

import json

from muse_hook import ENGINE
from muse_hook.concurrent.collision import Collision
from muse_hook.concurrent.compare import Comparison, compare, merge_bases
from muse_hook.concurrent.footprint import Footprint, Loose
from muse_hook.errors import StoreError
from muse_hook.languages.languages import engine, languages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from muse_hook.git.objects import ObjectReader
    from muse_hook.git.repository import Repository
    from muse_hook.history.recorded import RecordedSymbols
    from muse_hook.oplog.store import Store

FILE = "branch_map.json"
PAIRS = "comparisons.json"
"""The same of two commits that were compared alone, which takes a minute where they differ in 1,500 files."""
_PAIRS_KEPT = 16
_FORM = 5
_KINDS = ("footprints", "comparisons", "on_base", "loose", "apart", "heirs")
_MADE_BY_NOBODY = (
    AttributeError,
    TypeError,
    KeyError,
    ValueError,
    IndexError,
)  # a row that is not there, or none of ours
LARGEST = 64 << 20
"""Bytes of a file that is read back; a larger one is made anew, and none larger is written."""


class KeptMap:
    """Footprints, comparisons and shares on the base by commits (full ids), read from a store and written back to it.

    `state` says under which state of the log they hold: another one, another engine, a file that is damaged or none of
    ours, and all is asked anew. Only what was asked for in this run is written. Without a store nothing is kept.
    """

    def __init__(self, store: Store | None, state: str, file: str = FILE) -> None:
        self._store = store
        self._file = file
        self._header = [_FORM, ENGINE, state]
        self._kept = self._read()
        self._asked: dict[str, dict[str, Any]] = {kind: {} for kind in _KINDS}
        self._footprints: dict[str, Footprint] = {}
        self._is_new = False

    def footprint(self, base: str, tip: str) -> Footprint | None:
        """Return what a tip touched since a commit, if that is known."""
        key = f"{base} {tip}"
        found = self._footprints.get(key)
        if found is None:
            try:
                found = self._footprints[key] = Footprint.from_json(self._ask("footprints", key))
            except _MADE_BY_NOBODY:
                return None
        return found

    def add_footprint(self, base: str, tip: str, footprint: Footprint) -> None:
        """Keep what a tip touched since a commit."""
        self._footprints[f"{base} {tip}"] = footprint
        self._add("footprints", f"{base} {tip}", footprint)

    def comparison(self, ours: str, theirs: str, bases: list[str]) -> Comparison | None:
        """Return what two commits with these merge bases collide on, if that is known."""
        row = self._ask("comparisons", f"{ours} {theirs}")
        try:
            collisions = [
                each if isinstance(each, Collision) else Collision.from_json(each) for each in row["collisions"]
            ]
            return Comparison(ours, theirs, bases, collisions) if row["bases"] == bases else None
        except _MADE_BY_NOBODY:
            return None

    def add_comparison(self, comparison: Comparison) -> None:
        """Keep a comparison."""
        row = {"bases": comparison.bases, "collisions": comparison.collisions}
        self._add("comparisons", f"{comparison.ours} {comparison.theirs}", row)

    def on_base(self, base: str, tip: str) -> str | None:
        """Return how much of a tip stands on the base, if that is known."""
        found = self._ask("on_base", f"{base} {tip}")
        return found if isinstance(found, str) else None

    def add_on_base(self, base: str, tip: str, share: str) -> None:
        """Keep how much of a tip stands on the base."""
        self._add("on_base", f"{base} {tip}", share)

    def loose(self, base: str, tip: str) -> Loose | None:
        """Return what is loose on a way, if that is known."""
        found = self._ask("loose", f"{base} {tip}")
        try:
            return found if isinstance(found, Loose) else Loose(**found)
        except _MADE_BY_NOBODY:
            return None

    def add_loose(self, base: str, tip: str, loose: Loose) -> None:
        """Keep what is loose on a way."""
        self._add("loose", f"{base} {tip}", loose)

    def is_apart(self, base: str, via: str, tip: str) -> bool | None:
        """Return whether a tip's two stretches have nothing to do with each other, if that is known."""
        found = self._ask("apart", f"{base} {via} {tip}")
        return found if isinstance(found, bool) else None

    def add_apart(self, base: str, via: str, tip: str, *, is_apart: bool) -> None:
        """Keep whether they have nothing to do with each other."""
        self._add("apart", f"{base} {via} {tip}", is_apart)

    def heirs(self, before: str, after: str) -> list[tuple[str, str]] | None:
        """Return (base, heir) of the classes in what differs between two commits ("": in the whole second one)."""
        found = self._ask("heirs", f"{before} {after}")
        try:
            return None if found is None else [(str(base), str(heir)) for base, heir in found]
        except _MADE_BY_NOBODY:
            return None

    def add_heirs(self, before: str, after: str, heirs: list[tuple[str, str]]) -> None:
        """Keep them."""
        self._add("heirs", f"{before} {after}", heirs)

    def save(self, *, pairs: int = 0) -> None:
        """Write what was asked for, where any of it is new; who may not write loses nothing but time.

        Of comparisons so many more that were kept before, the last ones.
        """
        if self._store is None or not self._is_new:
            return
        for key in [*self._kept["comparisons"]][:pairs]:
            self._asked["comparisons"].setdefault(key, self._kept["comparisons"][key])
        data = json.dumps([self._header, self._asked], separators=(",", ":"), default=_as_json).encode("ascii")
        if len(data) <= LARGEST:
            try:
                self._store.replace_file(self._store.path(self._file), data)
            except (StoreError, OSError):
                return

    def _ask(self, what: str, key: str) -> Any:
        asked = self._asked[what]
        if key not in asked and key in self._kept[what]:
            asked[key] = self._kept[what][key]
        return asked.get(key)

    def _add(self, what: str, key: str, row: Any) -> None:
        self._asked[what][key] = row
        self._is_new = True

    def _read(self) -> dict[str, dict[str, Any]]:
        nothing: dict[str, dict[str, Any]] = {kind: {} for kind in _KINDS}
        if self._store is None:
            return nothing
        try:
            with open(self._store.path(self._file), "rb") as file:
                data = file.read(LARGEST + 1)
            header, kept = json.loads(data) if len(data) <= LARGEST else (None, None)
        except (OSError, ValueError, TypeError, RecursionError):
            return nothing
        if header != self._header or not isinstance(kept, dict):
            return nothing
        if not all(isinstance(kept.get(what), dict) for what in nothing):
            return nothing
        return kept


def compare_kept(
    repository: Repository,
    objects: ObjectReader,
    ours: str,
    theirs: str,
    *,
    recorded: RecordedSymbols | None = None,
    store: Store | None = None,
) -> Comparison:
    """Return what `compare` returns, and raise what it raises; a store keeps it for who asks again.

    Under another state of the log, or other grammars, it is asked anew.
    """
    if store is None:
        return compare(repository, objects, ours, theirs, recorded=recorded)
    bases = merge_bases(repository, ours, theirs)
    state = ["" if recorded is None else str(recorded.count_without(())), engine(())]
    state += [f"{each.name} {each.grammar_version}" for each in languages() if each.grammar_version]
    kept = KeptMap(store, "; ".join(state), PAIRS)
    known = kept.comparison(ours, theirs, bases)
    if known is None:
        known = compare(repository, objects, ours, theirs, recorded=recorded)
        kept.add_comparison(known)
        kept.save(pairs=_PAIRS_KEPT - 1)
    return known


def _as_json(row: Any) -> Any:
    return row.as_json()
