"""What breaks a caller where names, lists and imports say what is public, as they do in Python."""

from __future__ import annotations

from muse_hook.semver.public import is_public, is_underscored, may_have_private_base
from muse_hook.semver.rules import CONSTRUCTORS, Rules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from muse_hook.model.symbol import Symbol, SymbolTable
    from muse_hook.semver.case import Tables
    from muse_hook.semver.rules import Found
    from muse_hook.semver.signature import ParameterChange

USED = frozenset(("kind", "signature", "decorators", "guard"))
"""Parts of a single definition that callers may meet."""

SEEN_BY_PARTS = frozenset(("function", "async_function", "method", "async_method", "class", "import"))
"""Kinds of which these parts are all that callers meet; what a variable is may stand in its body."""


class Named(Rules):
    """Judges symbols that are public by their names, by lists and by what packages import."""

    def is_offered(self, path: str, symbol: Symbol, new_path: str) -> bool:
        """Whether what is in another file now can still be had where it was."""
        return self._case.surface.offers(path, symbol, new_path)

    def deleted(self, path: str, symbol: Symbol) -> None:
        """Judge a symbol that was deleted."""
        address = f"{path}::{symbol.qualified_name}"
        if not self._case.is_public(self._case.old, path, symbol):
            self._deleted_internal(address, path, symbol)
        elif self._is_constructor(path, symbol):
            self._case.add(address, "patch", "still_offered")  # what is made otherwise now, `kept` tells
        elif self._case.surface.offers(path, symbol):
            self._inherited(address, path, symbol)
        elif not self._goes_with_its_class(path, symbol):
            self._case.add(address, "major", "public_removed")

    def _deleted_internal(self, address: str, path: str, symbol: Symbol) -> None:
        """Judge what was not public where it stood: a package may have passed it on."""
        outer = symbol.qualified_name.partition(".")[0]
        passed_on = self._passed_on(self._case.old, path, symbol)
        if not passed_on:
            if any(self._has_lost(there, heir, symbol) for there, heir in self._heirs(path, symbol)):
                self._case.add(address, "major", "public_removed")
            else:
                self._case.add(address, "patch", "internal_removed")
        elif self._case.surface.offers(path, symbol):
            self._inherited(address, path, symbol)
        elif self._is_lost(passed_on, outer) or (symbol.parent and not self._goes_with_its_class(path, symbol)):
            self._case.add(address, "major", "public_removed")
        else:
            self._case.add(address, "patch", "still_offered" if not symbol.parent else "internal_removed")

    def _heirs(self, path: str, member: Symbol) -> Sequence[tuple[str, Symbol]]:
        """Return the public classes that have a member of a class which is not public."""
        if not member.parent or is_underscored(member.name):
            return ()
        return self._case.former_surface.heirs(path, member)

    def _has_lost(self, path: str, heir: Symbol, member: Symbol) -> bool:
        """Whether a class that still derives from a member's has it no more; constructors it always has."""
        now = self._case.surface.bound(path, heir.qualified_name)
        if now is None or now[1].kind != "class" or member.name in CONSTRUCTORS:
            return False
        derives = any(one.qualified_name == member.parent for _, one in self._case.surface.ancestry(*now))
        return derives and self._case.surface.member_of(*now, member.name) is None

    def _is_lost(self, passed_on: Sequence[tuple[str, Symbol]], name: str) -> bool:
        """Whether an import that passed a name on is still there and leads nowhere; one that is gone tells itself."""
        return any(
            self._case.surface.has_import(face, one) and not self._case.surface.still_has(face, one, name)
            for face, one in passed_on
        )

    def _is_constructor(self, path: str, symbol: Symbol) -> bool:
        """Whether a method says how objects of a class are made that is still there."""
        if symbol.name not in CONSTRUCTORS or not symbol.parent:
            return False
        after = self._case.new.get(path)
        owner = after.symbols.get(symbol.parent) if after is not None else None
        return owner is not None and owner.kind == "class"

    def _inherited(self, address: str, path: str, symbol: Symbol) -> None:
        """Judge a name that is still offered where it was: what is met there now may take other arguments."""
        surface = self._case.surface
        found = surface.member(path, symbol) if symbol.parent else surface.bound(path, symbol.qualified_name)
        known = len(self._case.verdicts)
        if found is not None and symbol.kind != "import" and found[1].kind != "import":
            from muse_hook.semver.uses import compare_uses, uses_of

            there, now = found
            for bump, reason, detail in compare_uses(
                uses_of(symbol, self._case.old.get(path)), uses_of(now, surface.table(there))
            ):
                if bump == "major":
                    self._case.add(address, bump, reason, detail)
        if len(self._case.verdicts) == known:
            self._case.add(address, "patch", "still_offered")

    def inserted(self, path: str, symbol: Symbol) -> None:
        """Judge a symbol that was inserted."""
        address = f"{path}::{symbol.qualified_name}"
        if symbol.parent and self._is_demanded(path, symbol):
            self._case.add(address, "major", "interface_member_added")
        elif self._case.is_public(self._case.new, path, symbol) or self._passed_on(self._case.new, path, symbol):
            self._case.add(address, "minor", "public_added")
        else:
            self._case.add(address, "patch", "internal_added")

    def _is_demanded(self, path: str, member: Symbol) -> bool:
        """Whether a class that others may derive from asks them for a member now."""
        from muse_hook.semver.demanded import is_newly_demanded

        before, after = self._case.old.get(path), self._case.new.get(path)
        if not is_newly_demanded(path, member, before, after, self._case.former_surface):
            return False
        owner = after.symbols[member.parent] if after is not None else member
        return self._case.is_public(self._case.new, path, owner) or bool(self._passed_on(self._case.new, path, owner))

    def paired(self, before: Found, after: Found, parts: Sequence[str], *, carried: bool) -> None:
        """Judge a symbol that changed its address, its content or both."""
        was, now = self._case.is_public(self._case.old, *before), self._case.is_public(self._case.new, *after)
        address = f"{after[0]}::{after[1].qualified_name}"
        if was and not carried:
            if not self._stays(before, after):
                return
            if now:
                self._case.add(address, "minor", "public_added")
            now = True
        is_met = not USED.isdisjoint(parts) or "bases" in parts or not carried
        if not was and not now and is_met and self._paired_internal(before, after, parts, carried=carried):
            return
        if not was:
            if now:
                self._case.add(address, "minor", "public_added")
            elif not carried or set(parts) - {"docstring"}:
                self._case.add(address, "patch", "internal_changed")
        elif now or not self._withdrawn(before, after):
            self._content(before, after, set(parts))

    def _stays(self, before: Found, after: Found) -> bool:
        """Judge a public symbol that went elsewhere; return whether it is still had where it was."""
        (old_path, old), (new_path, new) = before, after
        former, address = f"{old_path}::{old.qualified_name}", f"{new_path}::{new.qualified_name}"
        if self._is_class_replaced(old_path, old) or self._is_class_answered(old_path, old):
            self._case.add(former, "patch", "still_offered", address)  # or the verdict on its class says more
            return False
        if self._is_taken(old_path, old, new) or not self._case.surface.offers(old_path, old, new_path):
            self._case.add(former, "major", "public_renamed" if old.name != new.name else "public_moved", address)
            return False
        self._case.add(former, "patch", "still_offered", address)
        return True

    def _paired_internal(self, before: Found, after: Found, parts: Sequence[str], *, carried: bool) -> bool:
        """Judge what is public on neither side, if others reach it all the same; return whether they do."""
        (old_path, old), (new_path, new) = before, after
        address = f"{new_path}::{new.qualified_name}"
        if self._passed_on(self._case.old, old_path, old):
            if carried:
                self._content(before, after, set(parts))
            else:
                self._went_internal(old_path, old, address)
            return True
        heirs = self._heirs(old_path, old)
        if carried and heirs:
            self._content(before, after, set(parts))
            return True
        if any(self._has_lost(there, heir, old) for there, heir in heirs):
            self._case.add(f"{old_path}::{old.qualified_name}", "major", "public_renamed", address)
            return True
        return False

    def _withdrawn(self, before: Found, after: Found) -> bool:
        """Judge what is public no more where it stands; return whether that is all that is to be said."""
        (path, new), table = after, self._case.old.get(before[0])
        if (before[0], before[1].qualified_name) != (path, new.qualified_name):
            return False
        address, there = f"{path}::{new.qualified_name}", self._case.new.get(path)
        if there is None or not there.is_hidden(new):
            listed = table is not None and table.exports is not None
            self._case.add(address, "major" if listed else "minor", "unlisted")
            return False
        if "__getattr__" in there.symbols:  # which gives what is imported for the type checker
            self._case.add(address, "patch", "still_offered")
        else:
            self._case.add(address, "major", "public_removed", "where no importer meets it")
        return True

    def _went_internal(self, path: str, old: Symbol, address: str) -> None:
        """Judge what a package passed on and went elsewhere."""
        outer = old.qualified_name.partition(".")[0]
        former = f"{path}::{old.qualified_name}"
        passed_on = self._passed_on(self._case.old, path, old)
        if self._case.surface.offers(path, old) or not (self._is_lost(passed_on, outer) or old.parent):
            self._case.add(former, "patch", "still_offered", address)
        else:
            self._case.add(former, "major", "public_moved", address)

    def _is_taken(self, path: str, old: Symbol, new: Symbol) -> bool:
        """Whether the address of a symbol that went elsewhere is another one's now: callers get something else.

        They do not where the old name stands for the new one, calls it or is a class that derives from it.
        """
        table = self._case.new.get(path)
        there = table.symbols.get(old.qualified_name) if table is not None else None
        if there is None:
            return False
        if (path, old.qualified_name) in self._case.arrivals:
            return True
        last = (there.definitions or (there,))[-1]
        if there.kind == new.kind == "class" and self._case.surface.inherits(path, there, new):
            return False
        return not (new.name in last.calls or (last.value is not None and last.value.alias == new.name))

    def _compare(self, before: Found, after: Found, parts: set[str]) -> Iterable[ParameterChange]:
        """Return what changed for those who use a symbol, its bases left out."""
        (old_path, old), (path, new) = before, after
        if old.kind == new.kind == "import" and "body" in parts:
            return self._imported(old_path, path, old.name)
        if parts.isdisjoint(USED) and not old.definitions and not new.definitions and old.kind in SEEN_BY_PARTS:
            return ()
        from muse_hook.semver.uses import FUNCTION, compare_uses, uses_of

        olds, news = uses_of(old, self._case.old.get(old_path)), uses_of(new, self._case.new.get(path))
        for use in olds.found if self._is_made_by_function(before, after) else ():
            use.kind = FUNCTION
        changes = [*compare_uses(olds, news)]
        if new.parent and "decorators" in parts and self._is_demanded(path, new):
            changes.append(("major", "interface_member_added", ""))
        return changes

    def _is_class_replaced(self, path: str, member: Symbol) -> bool:
        """Whether the class that a member stood in is a function now."""
        before, after = self._case.old.get(path), self._case.new.get(path)
        if before is None or after is None or member.parent not in before.symbols:
            return False
        now = after.symbols.get(member.parent)
        return now is not None and now.kind == "function" and before.symbols[member.parent].kind == "class"

    def _is_class_answered(self, path: str, member: Symbol) -> bool:
        """Whether the class that a member stood in is gone and its module still answers by its name.

        It may do so with a class that has the member from where that went.
        """
        before, after = self._case.old.get(path), self._case.new.get(path)
        owner = before.symbols.get(member.parent) if before is not None and member.parent else None
        if owner is None or after is None or owner.qualified_name in after.symbols:
            return False
        return self._case.surface.answers(path, owner.qualified_name)

    def _is_made_by_function(self, before: Found, after: Found) -> bool:
        """Whether a class is a function now that makes the same, and nobody is seen who notices."""
        if before[1].kind != "class" or after[1].kind != "function":
            return False
        from muse_hook.semver.factory import stands_in

        surfaces = self._case.former_surface, self._case.surface
        tables = [table for table in self._case.old.values() if table is not None]
        return stands_in(before, after, surfaces, tables)

    def _imported(self, old_path: str, path: str, name: str) -> Iterable[ParameterChange]:
        """Return what changed by an import that brings a name from elsewhere now, where both ends are seen."""
        from muse_hook.semver.uses import compare_uses, uses_of

        olds, surface = self._case.former_surface, self._case.surface
        before, after = olds.bound(old_path, name), surface.bound(path, name)
        if before is None or after is None or "import" in {before[1].kind, after[1].kind}:
            return ()
        was, now = uses_of(before[1], olds.table(before[0])), uses_of(after[1], surface.table(after[0]))
        return compare_uses(was, now)

    def kept(self, before: tuple[str, SymbolTable], after: tuple[str, SymbolTable]) -> None:
        """Judge what no op of a symbol says: how objects are made, names deleted by a statement or listed no more."""
        (old_path, earlier), (path, table) = before, after
        for name, owner in table.symbols.items():
            former = earlier.symbols.get(name) if owner.kind == "class" else None
            if former is None or former.kind != "class":
                continue
            if former.content is not owner.content or may_have_private_base(former):
                self._made(old_path, former, path, owner)
        for name in sorted(earlier.deleted ^ table.deleted) if earlier.deleted or table.deleted else ():
            self._deleted_by_statement(name, before, after)
        if earlier.exports == table.exports:
            return
        for name, symbol in table.symbols.items():
            old = earlier.symbols.get(name)
            if old is None or symbol.parent or (path, name) in self._case.judged:
                continue
            was, now = is_public(old_path, earlier, old), is_public(path, table, symbol)
            if was and not now:
                self._case.add(f"{path}::{name}", "major" if earlier.exports is not None else "minor", "unlisted")
            elif now and not was:
                self._case.add(f"{path}::{name}", "minor", "public_added")
            elif not was and self._is_lost(self._passed_on(self._case.old, old_path, old), name):
                self._case.add(f"{path}::{name}", "major", "unlisted")

    def _deleted_by_statement(self, name: str, old: tuple[str, SymbolTable], new: tuple[str, SymbolTable]) -> None:
        """Judge a name that both sides define and only one of them deletes again."""
        (old_path, before), (path, after) = old, new
        former, now = (table.symbols.get(name) or table.symbols.get(f"import::{name}") for table in (before, after))
        if former is None or now is None or (path, name) in self._case.judged:
            return
        address = f"{path}::{now.qualified_name}"
        if is_public(old_path, before, former) and not self._case.surface.offers(path, now):
            self._case.add(address, "major", "public_removed", "deleted by the module")
        elif is_public(path, after, now) and name in before.deleted:
            self._case.add(address, "minor", "public_added")

    def _made(self, old_path: str, old: Symbol, path: str, new: Symbol) -> None:
        """Judge how objects of a class are made, where no method says so on both sides."""
        before, after = self._case.old[old_path], self._case.new[path]
        if before is None or after is None or not is_public(path, after, new):
            return
        from muse_hook.semver.fields import compare_constructors, compare_generated

        address = f"{path}::{new.qualified_name}"
        self._add(address, compare_generated(old, new, after))
        if all(
            any(f"{owner.qualified_name}.{name}" in table.symbols for name in CONSTRUCTORS)
            for owner, table in ((old, before), (new, after))
        ):
            return  # told as its change
        surfaces = self._case.former_surface, self._case.surface
        self._add(address, compare_constructors((old_path, old), (path, new), surfaces))

    def _passed_on(self, tables: Tables, path: str, symbol: Symbol) -> Sequence[tuple[str, Symbol]]:
        """Return the imports by which packages pass on, under a public name, what is not public where it stands."""
        outer, *inner = symbol.qualified_name.split(".")
        if symbol.kind == "import" or any(map(is_underscored, inner)) or "/" not in path:
            return ()
        return self._case.surface_of(tables).passed_on(path, outer)
