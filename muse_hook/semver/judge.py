"""What each change of a commit asks of the version number, and why: verdicts on what other code may rely on."""

from __future__ import annotations

from muse_hook.semver.public import Surface, is_excluded, is_public, module_name, simple_base

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from muse_hook.model.ops import SemVerBump
    from muse_hook.model.symbol import Symbol, SymbolTable

    Tables = Mapping[str, SymbolTable | None]
    """The symbols of the changed files, by path."""


BUMPS: tuple[SemVerBump, ...] = ("none", "patch", "minor", "major")
"""Least to most."""

PROPERTY, OVERLOAD = "property", "overload"

ROOTS = frozenset(("object", "Generic", "Protocol"))
"""Bases that no caller asks an object for."""


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


class Judge:
    """Collects the verdicts on one commit, given every change of it.

    `olds` and `news` are the tables of all changed files, before and after.
    """

    def __init__(self, olds: Tables, news: Tables) -> None:
        self.verdicts: list[Verdict] = []
        self._old = olds
        self._new = news
        self._surface = Surface(news)

    def _add(self, address: str, bump: SemVerBump, reason: str, detail: str = "") -> None:
        self.verdicts.append(Verdict(address, bump, reason, detail))

    def _is_public(self, tables: Tables, path: str, symbol: Symbol) -> bool:
        return is_public(path, tables.get(path), symbol)

    def file_moved(self, old: str, new: str) -> None:
        """Judge a file that has another path: everything public in it has another name."""
        table = self._old.get(old)
        if table is None or is_excluded(old) or module_name(old) == module_name(new):
            return
        if any(is_public(old, table, symbol) for symbol in table.symbols.values()):
            self._add(old, "major", "module_moved", new)
        else:
            self._add(old, "patch", "module_moved", new)

    def deleted(self, path: str, symbol: Symbol) -> None:
        """Judge a symbol that was deleted."""
        if is_excluded(path):
            return
        address = f"{path}::{symbol.qualified_name}"
        if not self._is_public(self._old, path, symbol):
            self._add(address, "patch", "internal_removed")
        elif self._surface.offers(path, symbol):
            self._add(address, "patch", "still_offered")
        elif not self._goes_with_its_class(path, symbol):
            self._add(address, "major", "public_removed")

    def _goes_with_its_class(self, path: str, symbol: Symbol) -> bool:
        """Whether the class that a member stood in was deleted as well, which is a verdict of its own."""
        table = self._old.get(path)
        owner = table.symbols.get(symbol.parent) if table is not None and symbol.parent else None
        return owner is not None and not self._surface.offers(path, owner)

    def inserted(self, path: str, symbol: Symbol) -> None:
        """Judge a symbol that was inserted."""
        if is_excluded(path):
            return
        address = f"{path}::{symbol.qualified_name}"
        if self._is_public(self._new, path, symbol):
            self._add(address, "minor", "public_added")
        else:
            self._add(address, "patch", "internal_added")

    def paired(
        self, before: tuple[str, Symbol], after: tuple[str, Symbol], parts: Sequence[str], *, carried: bool
    ) -> None:
        """Judge a symbol that changed its address, its content or both.

        `before` and `after` are path and symbol, `parts` says what differs (`signature`, `body`, ...), `carried` that
        the new address follows from that of its file or class, which is judged itself.
        """
        (old_path, old), (new_path, new) = before, after
        if is_excluded(old_path) and is_excluded(new_path):
            return
        was, now = self._is_public(self._old, old_path, old), self._is_public(self._new, new_path, new)
        address = f"{new_path}::{new.qualified_name}"
        if was and not carried:
            former = f"{old_path}::{old.qualified_name}"
            if self._is_taken(old_path, old) or not self._surface.offers(old_path, old, new_path):
                self._add(former, "major", "public_renamed" if old.name != new.name else "public_moved", address)
                return
            self._add(former, "patch", "still_offered", address)
            if now:
                self._add(address, "minor", "public_added")
            now = True
        if not was:
            if now:
                self._add(address, "minor", "public_added")
            elif not carried or set(parts) - {"docstring"}:
                self._add(address, "patch", "internal_changed")
            return
        if not now and (old_path, old.qualified_name) == (new_path, new.qualified_name):
            table = self._old.get(old_path)
            listed = table is not None and table.exports is not None
            self._add(address, "major" if listed else "minor", "unlisted")
        self._content(new_path, old, new, set(parts))

    def _is_taken(self, path: str, old: Symbol) -> bool:
        """Whether the address of a symbol that went elsewhere is another one's now: callers get something else."""
        table = self._new.get(path)
        return table is not None and old.qualified_name in table.symbols

    def _content(self, path: str, old: Symbol, new: Symbol, parts: set[str]) -> None:
        """Judge what changed in a public symbol that kept its address or is still offered there."""
        address = f"{path}::{new.qualified_name}"
        known = len(self.verdicts)
        before, after = _use_of(old), _use_of(new)
        if before != after:
            self._add(address, "major", "kind_changed", f"{before} -> {after}")
        elif "signature" in parts and after != PROPERTY:
            from muse_hook.semver.signature import compare_parameters, is_broken_promise

            for bump, reason, detail in compare_parameters(old.parameters, new.parameters):
                self._add(address, bump, reason, detail)
            # Of several definitions the last one is seen here; with overloads that is not the one callers are shown.
            if OVERLOAD not in new.tokens and is_broken_promise(old.returns, new.returns):
                self._add(address, "major", "return_annotation_changed", f"{old.returns} -> {new.returns}")
        if "bases" in parts:
            for base in old.bases:
                if "=" not in base and simple_base(base) not in ROOTS and not self._surface.derives(path, new, base):
                    self._add(address, "major", "base_removed", base)
        if len(self.verdicts) == known and parts - {"docstring"}:
            self._add(address, "patch", "implementation_changed", ", ".join(sorted(parts)))

    def file_changed(self, path: str, change: str) -> None:
        """Judge a change of a file that is no symbol's (`module`, `order`, `damaged`, `unparsed`, `reparsed`, ...)."""
        if not is_excluded(path):
            self._add(path, "patch", f"{change}_changed" if change in ("module", "order") else change)


def _use_of(symbol: Symbol) -> str:
    """Return the kind that a symbol has for those who use it: a method is called as a function is."""
    kind = symbol.kind.replace("method", "function")
    if kind == "function" and symbol.parent and "@" in symbol.tokens:
        tokens = symbol.tokens
        head = tokens[: tokens.index(symbol.name)] if symbol.name in tokens else tokens
        if any(token.endswith(PROPERTY) for token in head):  # cached_property, abstractproperty, ...
            return PROPERTY
    return kind


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
