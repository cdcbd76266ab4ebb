"""Every change of a commit held against what others may rely on."""

from __future__ import annotations

from muse_hook.semver.public import is_public, is_untold, module_name
from muse_hook.semver.surface import Surface, plain
from muse_hook.semver.verdict import Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from muse_hook.model.ops import SemVerBump
    from muse_hook.model.symbol import Symbol, SymbolTable

    Tables = Mapping[str, SymbolTable | None]
    """The symbols of the changed files, by path."""


PROPERTY, OVERLOAD = "property", "overload"

ROOTS = frozenset(("object", "Generic", "Protocol"))
"""Bases that nobody asks an object for."""


class Judge:
    """Collects the verdicts on one commit, told of every change of it.

    `olds` and `news` are the tables of all changed files, before and after.
    """

    def __init__(self, olds: Tables, news: Tables) -> None:
        self.verdicts: list[Verdict] = []
        self._old = olds
        self._new = news
        self._surface = Surface(news)

    def _say(self, address: str, bump: SemVerBump, reason: str, detail: str = "") -> None:
        self.verdicts.append(Verdict(address, bump, reason, detail))

    def _public(self, tables: Tables, path: str, symbol: Symbol) -> bool:
        return is_public(path, tables.get(path), symbol)

    def file_moved(self, old: str, new: str) -> None:
        """Judge a file that has another path: everything public in it has another name."""
        table = self._old.get(old)
        if is_untold(old):
            return
        if module_name(old) == module_name(new) or table is None:
            return
        if any(is_public(old, table, symbol) for symbol in table.symbols.values()):
            self._say(old, "major", "module_moved", new)
        else:
            self._say(old, "patch", "module_moved", new)

    def removed(self, path: str, symbol: Symbol) -> None:
        """Judge a symbol that is gone."""
        if is_untold(path):
            return
        address = f"{path}::{symbol.qualified_name}"
        if not self._public(self._old, path, symbol):
            self._say(address, "patch", "internal_removed")
        elif self._surface.offers(path, symbol):
            self._say(address, "patch", "still_offered")
        elif not self._goes_with_its_class(path, symbol):
            self._say(address, "major", "public_removed")

    def _goes_with_its_class(self, path: str, symbol: Symbol) -> bool:
        """Whether the class that a member stood in is gone as well, and says so."""
        table = self._old.get(path)
        owner = table.symbols.get(symbol.parent) if table is not None and symbol.parent else None
        return owner is not None and not self._surface.offers(path, owner)

    def added(self, path: str, symbol: Symbol) -> None:
        """Judge a symbol that is new."""
        if is_untold(path):
            return
        address = f"{path}::{symbol.qualified_name}"
        if self._public(self._new, path, symbol):
            self._say(address, "minor", "public_added")
        else:
            self._say(address, "patch", "internal_added")

    def paired(
        self, before: tuple[str, Symbol], after: tuple[str, Symbol], parts: Sequence[str], *, carried: bool
    ) -> None:
        """Judge a symbol that changed its place, its content or both.

        `before` and `after` are path and symbol, `parts` says what differs (`signature`, `body`, ...), `carried` that
        the new place follows from that of its file or class, which is judged itself.
        """
        (old_path, old), (new_path, new) = before, after
        if is_untold(old_path) and is_untold(new_path):
            return
        was, now = self._public(self._old, old_path, old), self._public(self._new, new_path, new)
        address = f"{new_path}::{new.qualified_name}"
        if was and not carried:
            former = f"{old_path}::{old.qualified_name}"
            if not self._surface.offers(old_path, old, new_path):
                self._say(former, "major", "public_renamed" if old.name != new.name else "public_moved", address)
                return
            self._say(former, "patch", "still_offered", address)
            if now:
                self._say(address, "minor", "public_added")
            now = True
        if not was:
            if now:
                self._say(address, "minor", "public_added")
            elif not carried or set(parts) - {"docstring"}:
                self._say(address, "patch", "internal_changed")
            return
        if not now and (old_path, old.qualified_name) == (new_path, new.qualified_name):
            table = self._old.get(old_path)
            listed = table is not None and table.exports is not None
            self._say(address, "major" if listed else "minor", "unlisted")
        self._content(new_path, old, new, set(parts))

    def _content(self, path: str, old: Symbol, new: Symbol, parts: set[str]) -> None:
        """Judge what changed in a public symbol that kept its place or is still offered there."""
        address = f"{path}::{new.qualified_name}"
        known = len(self.verdicts)
        before, after = _nature(old), _nature(new)
        if before != after:
            self._say(address, "major", "kind_changed", f"{before} -> {after}")
        elif "signature" in parts and after != PROPERTY:
            from muse_hook.semver.annotations import is_broken_promise
            from muse_hook.semver.signature import compare_parameters

            for bump, reason, detail in compare_parameters(old.parameters, new.parameters):
                self._say(address, bump, reason, detail)
            # Of several definitions the last one is seen here; with overloads that is not the one callers are shown.
            if OVERLOAD not in new.tokens and is_broken_promise(old.returns, new.returns):
                self._say(address, "major", "return_annotation_changed", f"{old.returns} -> {new.returns}")
        if "bases" in parts:
            for base in old.bases:
                if "=" not in base and plain(base) not in ROOTS and not self._surface.derives(path, new, base):
                    self._say(address, "major", "base_removed", base)
        if len(self.verdicts) == known and parts - {"docstring"}:
            self._say(address, "patch", "implementation_changed", ", ".join(sorted(parts)))

    def file_changed(self, path: str, change: str) -> None:
        """Judge a file whose change no symbol tells (`module`, `order`, `unparsed`, `reparsed`)."""
        if not is_untold(path):
            self._say(path, "patch", f"{change}_changed" if change in ("module", "order") else change)


def _nature(symbol: Symbol) -> str:
    """Return what a symbol is to those who use it: a method and a function are called alike."""
    kind = symbol.kind.replace("method", "function")
    if kind == "function" and symbol.parent and "@" in symbol.tokens:
        tokens = symbol.tokens
        head = tokens[: tokens.index(symbol.name)] if symbol.name in tokens else tokens
        if any(token.endswith(PROPERTY) for token in head):  # cached_property, abstractproperty, ...
            return PROPERTY
    return kind
