"""One commit before its judge: both sides of what changed, what of it others may rely on, and the verdicts so far."""

from __future__ import annotations

from muse_hook.quick_import import import_together
from muse_hook.semver.public import NAMED, is_excluded, is_public, module_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from muse_hook.model.address import SymbolKey
    from muse_hook.model.ops import SemVerBump
    from muse_hook.model.symbol import Symbol, SymbolTable
    from muse_hook.semver.surface import Surface, UnchangedFiles

    Tables = Mapping[str, SymbolTable | None]
    """The symbols of the changed files, by path."""


BUMPS: tuple[SemVerBump, ...] = ("none", "patch", "minor", "major")
"""Least to most."""

TEST = "test"
"""The kind of what nobody calls, whatever its file is named."""


class Verdict:
    """What a change at `address` asks for: `bump`, for the `reason` (a code), with `detail` in plain words or ""."""

    __slots__ = ("address", "bump", "detail", "reason")

    def __init__(self, address: str, bump: SemVerBump, reason: str, detail: str = "") -> None:
        self.address = address
        self.bump = bump
        self.reason = reason
        self.detail = detail

    def key(self) -> tuple[str, int, str, str]:
        """Return what verdicts are sorted by."""
        return self.address, -BUMPS.index(self.bump), self.reason, self.detail

    def message(self) -> str:
        """Return the line that stands in `breaking_changes`: `src/a.py::f: parameter_removed timeout`."""
        return f"{self.address}: {self.reason} {self.detail}".rstrip()

    def as_json(self) -> dict[str, str]:
        """Return the verdict as it stands in a delta's `verdicts`."""
        return {"address": self.address, "bump": self.bump, "reason": self.reason, "detail": self.detail}

    def __repr__(self) -> str:
        return f"Verdict({self.bump}: {self.message()})"


def sem_ver(verdicts: Iterable[Verdict]) -> tuple[SemVerBump, list[str]]:
    """Return the largest bump that is asked for, and the sorted words of the breaking ones."""
    bump: SemVerBump = "none"
    breaking = set()
    for verdict in verdicts:
        if BUMPS.index(verdict.bump) > BUMPS.index(bump):
            bump = verdict.bump
        if verdict.bump == "major":
            breaking.add(verdict.message())
    return bump, sorted(breaking)


class Case:
    """What is known of one commit, and the `verdicts` on it.

    `old` and `new` are the tables of all changed files, before and after; `unchanged` are the others. `arrivals` are
    the keys of what stood elsewhere before, under a name of its own; `judged` those of what has had its verdict.
    """

    def __init__(self, old: Tables, new: Tables, unchanged: UnchangedFiles | None) -> None:
        self.verdicts: list[Verdict] = []
        self.old = old
        self.new = new
        self.unchanged = unchanged
        self.arrivals: set[SymbolKey] = set()
        self.judged: set[SymbolKey] = set()
        self._surfaces: dict[int, Surface] = {}
        self._programs: dict[tuple[int, str], bool] = {}
        self._reached: dict[tuple[int, str, str], bool] = {}
        self._texts: dict[tuple[int, str], str] = {}

    def add(self, address: str, bump: SemVerBump, reason: str, detail: str = "") -> None:
        """Add a verdict."""
        self.verdicts.append(Verdict(address, bump, reason, detail))

    @property
    def surface(self) -> Surface:
        """What the tree offers after the commit."""
        return self.surface_of(self.new)

    @property
    def former_surface(self) -> Surface:
        """What the tree offered before."""
        return self.surface_of(self.old)

    def surface_of(self, tables: Tables) -> Surface:
        """Return what one of the two trees offers."""
        if id(tables) not in self._surfaces:
            from muse_hook.semver.surface import Surface  # most commits take nothing away

            self._surfaces[id(tables)] = Surface(tables, self.unchanged)
        return self._surfaces[id(tables)]

    def is_named(self, path: str) -> bool:
        """Whether names and imports say what is public in the language of a file, as they do in Python."""
        table = self.old.get(path) or self.new.get(path)
        return table is None or NAMED in table.says("public")

    def is_silent(self, path: str) -> bool:
        """Whether nothing is to be said of a file: nobody depends on it, or its language's row has no rule."""
        table = self.old.get(path) or self.new.get(path)
        return is_excluded(path) or (table is not None and not table.says("public"))

    def is_test(self, tables: Tables, path: str, symbol: Symbol) -> bool:
        """Whether a symbol is a test by its kind or by what its language's row says of tests."""
        if symbol.kind == TEST:
            return True
        table = tables.get(path)
        if table is None or not table.says("test_marks"):
            return False
        import_together("semver/marked")
        from muse_hook.semver.public_marks import is_test

        return is_test(table, symbol)

    def is_same_module(self, old: str, new: str) -> bool:
        """Whether names of two files are found in the same way by other code."""
        if self.is_named(old):
            return module_name(old) == module_name(new)
        before, after = self.old.get(old), self.new.get(new)
        table = before or after
        found_by = table.says("modules") if table is not None else ()
        if old != new and before is not None and after is not None and table is not None and table.says("package"):
            from muse_hook.semver.public_marks import package_of

            was, now = package_of(before), package_of(after)
            if was and now:
                return was == now
        return "nothing" in found_by or ("folder" in found_by and old.rpartition("/")[0] == new.rpartition("/")[0])

    def is_public(self, tables: Tables, path: str, symbol: Symbol) -> bool:
        """Whether other code may rely on a symbol, by the rules of its file's language."""
        table = tables.get(path)
        if table is None or NAMED in table.says("public"):
            return is_public(path, table, symbol)
        if not table.says("public"):
            return False
        import_together("semver/marked")
        from muse_hook.semver.public_marks import is_marked_public, is_program  # most repositories have one language

        key = id(tables), path
        if key not in self._programs:
            self._programs[key] = is_program(table)
        if self._programs[key] or not is_marked_public(path, table, symbol):
            return False
        return "declared" not in table.says("reached") or self._is_reached(tables, path, table, symbol)

    def _is_reached(self, tables: Tables, path: str, table: SymbolTable, symbol: Symbol) -> bool:
        """Whether the files above one declare it for others, or pass on what it defines."""
        name = symbol.qualified_name.partition(".")[0]
        key = id(tables), path, name
        if key not in self._reached:
            from muse_hook.semver.header import attributes
            from muse_hook.semver.reached import Reach

            outer = table.symbols.get(name)
            is_said = outer is not None and any(mark in attributes(outer) for mark in table.says("public_attributes"))
            self._reached[key] = is_said or Reach(path, table, lambda there: self.text(tables, there)).has(name)
        return self._reached[key]

    def text(self, tables: Tables, path: str) -> str:
        """Return what a file says outside of its definitions, each import by itself; "" where there is none."""
        key = id(tables), path
        if key not in self._texts:
            table = tables.get(path)
            if path not in tables:
                source = self.unchanged.source(path) if self.unchanged is not None else b""
                self._texts[key] = source.decode(errors="replace")
            elif table is not None:
                imports = [one.imported for one in table.symbols.values() if one.imported is not None]
                forms = table.says("imports")
                said = (form.format(module=module, name=name) for module, name, _ in imports for form in forms)
                self._texts[key] = "\n".join((table.unowned_text(), *said, " "))
            else:
                self._texts[key] = ""
        return self._texts[key]
