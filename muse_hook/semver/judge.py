"""What each change of a commit asks of the version number, and why: verdicts on what other code may rely on."""

from __future__ import annotations

from muse_hook.semver.public import NAMED, is_excluded, is_public, is_underscored, may_have_private_base, module_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from muse_hook.model.address import SymbolKey
    from muse_hook.model.ops import SemVerBump
    from muse_hook.model.symbol import Symbol, SymbolTable
    from muse_hook.semver.spelling import Spelling
    from muse_hook.semver.surface import Surface, UnchangedFiles

    Tables = Mapping[str, SymbolTable | None]
    """The symbols of the changed files, by path."""


BUMPS: tuple[SemVerBump, ...] = ("none", "patch", "minor", "major")
"""Least to most."""

USED = frozenset(("kind", "signature", "decorators", "guard"))
"""Parts of a single definition that callers may meet."""

SEEN_BY_PARTS = frozenset(("function", "async_function", "method", "async_method", "class", "import"))
"""Kinds of which these parts are all that callers meet; what a variable is may stand in its body."""

TEST = "test"
"""The kind of what nobody calls, whatever its file is named."""

CONSTRUCTORS = ("__init__", "__new__")
"""Methods that say how an object is made: one may stand in for another."""


MAX_BESIDE = 60
"""A folder with more files is not looked through for what one of them has lost."""


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

    `olds` and `news` are the tables of all changed files, before and after; `unchanged` are the others, which are
    looked into only where a name may be passed on or inherited across files.
    """

    def __init__(self, olds: Tables, news: Tables, unchanged: UnchangedFiles | None = None) -> None:
        self.verdicts: list[Verdict] = []
        self._old = olds
        self._new = news
        self._unchanged = unchanged
        self._surfaces: dict[int, Surface] = {}
        self._programs: dict[tuple[int, str], bool] = {}
        self._reached: dict[tuple[int, str, str], bool] = {}
        self._texts: dict[tuple[int, str], str] = {}
        self._spellings: dict[tuple[int, str], Spelling] = {}
        self._folders: dict[tuple[str, str], list[tuple[str, bytes]]] = {}
        self._classes: dict[tuple[str, str], list[tuple[SymbolTable, Symbol]]] | None = None
        self._arrivals: set[SymbolKey] = set()
        self._judged: set[SymbolKey] = set()

    @property
    def _surface(self) -> Surface:
        return self._surface_of(self._new)

    def _surface_of(self, tables: Tables) -> Surface:
        if id(tables) not in self._surfaces:
            from muse_hook.semver.surface import Surface  # most commits take nothing away

            self._surfaces[id(tables)] = Surface(tables, self._unchanged)
        return self._surfaces[id(tables)]

    def arrived(self, key: SymbolKey) -> None:
        """Note that what stands at `key` after the commit stood elsewhere before, under a name of its own."""
        self._arrivals.add(key)

    def _add(self, address: str, bump: SemVerBump, reason: str, detail: str = "") -> None:
        self.verdicts.append(Verdict(address, bump, reason, detail))

    def _is_public(self, tables: Tables, path: str, symbol: Symbol) -> bool:
        table = tables.get(path)
        if table is None or NAMED in table.says("public"):
            return is_public(path, table, symbol)
        if not table.says("public"):
            return False
        from muse_hook.semver.typed import is_marked_public, is_program  # most repositories have one language

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
            from muse_hook.semver.reached import Reach
            from muse_hook.semver.written import attributes

            outer = table.symbols.get(name)
            is_said = outer is not None and any(mark in attributes(outer) for mark in table.says("public_attributes"))
            self._reached[key] = is_said or Reach(path, table, lambda there: self._text(tables, there)).has(name)
        return self._reached[key]

    def _text(self, tables: Tables, path: str) -> str:
        """Return what a file says outside of its definitions, imports as `use` of each name; "" where there is none."""
        key = id(tables), path
        if key not in self._texts:
            table = tables.get(path)
            if path not in tables:
                source = self._unchanged.source(path) if self._unchanged is not None else b""
                self._texts[key] = source.decode(errors="replace")
            elif table is not None:
                imports = (one.imported for one in table.symbols.values() if one.imported is not None)
                said = (f"use {module}::{name};" for module, name, _ in imports)
                self._texts[key] = "\n".join((table.unowned_text(), *said, " "))
            else:
                self._texts[key] = ""
        return self._texts[key]

    def _is_named(self, path: str) -> bool:
        """Whether names and imports say what is public in the language of a file, as they do in Python."""
        table = self._old.get(path) or self._new.get(path)
        return table is None or NAMED in table.says("public")

    def _is_silent(self, path: str) -> bool:
        """Whether nothing is to be said of a file: nobody depends on it, or its language's row has no rule."""
        table = self._old.get(path) or self._new.get(path)
        return is_excluded(path) or (table is not None and not table.says("public"))

    def _is_test(self, tables: Tables, path: str, symbol: Symbol) -> bool:
        """Whether a symbol is a test by its kind or by what its language's row says of tests."""
        if symbol.kind == TEST:
            return True
        table = tables.get(path)
        if table is None or not table.says("test_marks"):
            return False
        from muse_hook.semver.typed import is_test

        return is_test(table, symbol)

    def _is_same_module(self, old: str, new: str) -> bool:
        """Whether names of two files are found in the same way by other code."""
        if self._is_named(old):
            return module_name(old) == module_name(new)
        table = self._old.get(old) or self._new.get(new)
        found_by = table.says("modules") if table is not None else ()
        return "nothing" in found_by or ("folder" in found_by and old.rpartition("/")[0] == new.rpartition("/")[0])

    def _passed_on(self, tables: Tables, path: str, symbol: Symbol) -> Sequence[tuple[str, Symbol]]:
        """Return the imports by which packages pass on, under a public name, what is not public where it stands."""
        outer, *inner = symbol.qualified_name.split(".")
        if symbol.kind == "import" or any(map(is_underscored, inner)) or "/" not in path:
            return ()
        return self._surface_of(tables).passed_on(path, outer)

    def file_moved(self, old: str, new: str) -> None:
        """Judge a file that has another path: everything public in it has another name."""
        table, after = self._old.get(old), self._new.get(new)
        if table is None or self._is_silent(old) or self._is_same_module(old, new):
            return
        public = [s for s in table.symbols.values() if not s.parent and self._is_public(self._old, old, s)]
        lost = [
            symbol
            for symbol in public
            if not self._surface.offers(old, symbol, new) and not self._is_passed_on(old, symbol)
        ]
        if not public:
            self._add(old, "patch", "module_moved", new)
        elif not lost:
            self._add(old, "patch", "still_offered", new)
        elif len(lost) == len(public):
            self._add(old, "major", "module_moved", new)
        else:
            for symbol in lost:
                if after is not None and symbol.qualified_name in after.symbols:
                    name = symbol.qualified_name
                    self._add(f"{old}::{name}", "major", "public_moved", f"{new}::{name}")

    def deleted(self, path: str, symbol: Symbol) -> None:
        """Judge a symbol that was deleted."""
        if self._is_silent(path) or self._is_test(self._old, path, symbol):
            return
        address = f"{path}::{symbol.qualified_name}"
        if not self._is_public(self._old, path, symbol):
            self._deleted_internal(address, path, symbol)
        elif not self._is_named(path):
            if self._is_still_there(path, symbol):
                self._add(address, "patch", "still_offered")
            elif not self._goes_with_its_class(path, symbol):
                self._add(address, "major", "public_removed")
        elif self._is_constructor(path, symbol):
            self._add(address, "patch", "still_offered")  # what is made otherwise now, `file_kept` tells
        elif self._surface.offers(path, symbol):
            self._inherited(address, path, symbol)
        elif not self._goes_with_its_class(path, symbol):
            self._add(address, "major", "public_removed")

    def _is_still_there(self, path: str, symbol: Symbol) -> bool:
        """Whether what is gone from where it stood is found there all the same."""
        if symbol.parent:
            return self._is_left_to_base(path, symbol)
        from muse_hook.semver.typed import listed

        after = self._new.get(path)
        if after is not None and "marked" in after.says("public") and symbol.qualified_name in listed(after):
            return True
        return self._is_beside(path, symbol) or self._is_passed_on(path, symbol)

    def _is_passed_on(self, path: str, symbol: Symbol) -> bool:
        """Whether a file above still brings a name to its own place, where that is how others reach it."""
        table = self._old.get(path)
        if table is None or "declared" not in table.says("reached"):
            return False
        from muse_hook.semver.reached import Reach

        return Reach(path, table, lambda there: self._text(self._new, there)).is_passed_on(symbol.qualified_name)

    def _is_beside(self, path: str, symbol: Symbol) -> bool:
        """Whether another file of a folder, whose names one finds together, defines what is gone from this one."""
        table = self._old.get(path)
        if table is None or symbol.parent or "folder" not in table.says("modules"):
            return False
        folder, _, _ = path.rpartition("/")
        name = symbol.qualified_name
        for one in self._beside(self._new, path, table):
            if name in one.symbols:
                return True
        for there, source in self._unchanged_in(folder, path.rpartition(".")[2]):
            if self._unchanged is not None and name.encode() in source:
                unchanged = self._unchanged.table(there)
                if unchanged is not None and name in unchanged.symbols:
                    return True
        return False

    def _unchanged_in(self, folder: str, extension: str) -> list[tuple[str, bytes]]:
        """Return path and source of each unchanged file of a folder; none where they are more than `MAX_BESIDE`."""
        key = folder, extension
        if key not in self._folders:
            files = self._unchanged.names(folder) if self._unchanged is not None else []
            paths = [f"{folder}/{file}" if folder else file for file in files if file.rpartition(".")[2] == extension]
            self._folders[key] = [
                (path, self._unchanged.source(path))
                for path in paths
                if self._unchanged is not None
                and len(files) <= MAX_BESIDE
                and path not in self._new
                and not is_excluded(path)
            ]
        return self._folders[key]

    def _is_left_to_base(self, path: str, member: Symbol) -> bool:
        """Whether a class that has lost a member has it from a base: one that changed, or the member says so."""
        from muse_hook.semver.typed import is_marked
        from muse_hook.semver.written import is_override

        after = self._new.get(path)
        owner = after.symbols.get(member.parent) if after is not None and member.parent else None
        seen: set[str] = set()
        owners = [owner] if owner is not None and owner.kind == "class" else []
        if owners and not member.definitions and is_override(member):
            return True
        while after is not None and owners:
            bases = {_simple(base) for one in owners for base in one.bases} - seen
            seen |= bases
            owners = []
            for table, one in (each for base in sorted(bases) for each in self._new_classes(base, after.language_name)):
                found = table.symbols.get(f"{one.qualified_name}.{member.name}")
                if found is not None and is_marked(found, table, one):
                    return True
                owners.append(one)
        return False

    def _new_classes(self, name: str, language: str) -> list[tuple[SymbolTable, Symbol]]:
        """Return the classes of a simple name in the changed files of a language, as they are now."""
        if self._classes is None:
            self._classes = {}
            for table in self._new.values():
                for one in table.symbols.values() if table is not None else ():
                    if table is not None and one.kind == "class":
                        self._classes.setdefault((one.name, table.language_name), []).append((table, one))
        return self._classes.get((name, language), [])

    def _deleted_internal(self, address: str, path: str, symbol: Symbol) -> None:
        """Judge what was not public where it stood: a package may have passed it on."""
        outer = symbol.qualified_name.partition(".")[0]
        passed_on = self._passed_on(self._old, path, symbol)
        if not passed_on:
            if any(self._has_lost(there, heir, symbol) for there, heir in self._heirs(path, symbol)):
                self._add(address, "major", "public_removed")
            else:
                self._add(address, "patch", "internal_removed")
        elif self._surface.offers(path, symbol):
            self._inherited(address, path, symbol)
        elif self._is_lost(passed_on, outer) or (symbol.parent and not self._goes_with_its_class(path, symbol)):
            self._add(address, "major", "public_removed")
        else:
            self._add(address, "patch", "still_offered" if not symbol.parent else "internal_removed")

    def _heirs(self, path: str, member: Symbol) -> Sequence[tuple[str, Symbol]]:
        """Return the public classes that have a member of a class which is not public."""
        if not member.parent or is_underscored(member.name) or not self._is_named(path):
            return ()
        return self._surface_of(self._old).heirs(path, member)

    def _has_lost(self, path: str, heir: Symbol, member: Symbol) -> bool:
        """Whether a class that still derives from a member's has it no more; constructors it always has."""
        now = self._surface.bound(path, heir.qualified_name)
        if now is None or now[1].kind != "class" or member.name in CONSTRUCTORS:
            return False
        derives = any(one.qualified_name == member.parent for _, one in self._surface.ancestry(*now))
        return derives and self._surface.member_of(*now, member.name) is None

    def _is_lost(self, passed_on: Sequence[tuple[str, Symbol]], name: str) -> bool:
        """Whether an import that passed a name on is still there and leads nowhere; one that is gone tells itself."""
        return any(
            self._surface.has_import(face, one) and not self._surface.still_has(face, one, name)
            for face, one in passed_on
        )

    def _is_constructor(self, path: str, symbol: Symbol) -> bool:
        """Whether a method says how objects of a class are made that is still there."""
        if symbol.name not in CONSTRUCTORS or not symbol.parent:
            return False
        after = self._new.get(path)
        owner = after.symbols.get(symbol.parent) if after is not None else None
        return owner is not None and owner.kind == "class"

    def _inherited(self, address: str, path: str, symbol: Symbol) -> None:
        """Judge a name that is still offered where it was: what is met there now may take other arguments."""
        surface = self._surface
        found = surface.member(path, symbol) if symbol.parent else surface.bound(path, symbol.qualified_name)
        known = len(self.verdicts)
        if found is not None and symbol.kind != "import" and found[1].kind != "import":
            from muse_hook.semver.uses import compare_uses, uses_of

            there, now = found
            for bump, reason, detail in compare_uses(
                uses_of(symbol, self._old.get(path)), uses_of(now, surface.table(there))
            ):
                if bump == "major":
                    self._add(address, bump, reason, detail)
        if len(self.verdicts) == known:
            self._add(address, "patch", "still_offered")

    def _goes_with_its_class(self, path: str, symbol: Symbol) -> bool:
        """Whether the class that a member stood in was deleted or is none now, which is a verdict of its own."""
        table, after = self._old.get(path), self._new.get(path)
        owner = table.symbols.get(symbol.parent) if table is not None and symbol.parent else None
        if owner is None:
            return False
        now = after.symbols.get(owner.qualified_name) if after is not None else None
        if now is not None:
            alias = self._surface.bound(path, owner.qualified_name)
            return now.kind != owner.kind and (alias is None or alias[1].kind != owner.kind)
        # one that is imported now from where nothing changed may have the member or not
        return not self._surface.offers(path, owner) or not self._surface.defines_class(owner.name)

    def inserted(self, path: str, symbol: Symbol) -> None:
        """Judge a symbol that was inserted."""
        if self._is_silent(path) or self._is_test(self._new, path, symbol):
            return
        address = f"{path}::{symbol.qualified_name}"
        if not self._is_named(path):
            self._inserted_typed(address, path, symbol)
            return
        if symbol.parent and self._is_demanded(path, symbol):
            self._add(address, "major", "interface_member_added")
        elif self._is_public(self._new, path, symbol) or self._passed_on(self._new, path, symbol):
            self._add(address, "minor", "public_added")
        else:
            self._add(address, "patch", "internal_added")

    def _is_demanded(self, path: str, member: Symbol) -> bool:
        """Whether a class that others may derive from asks them for a member now."""
        from muse_hook.semver.demanded import is_newly_demanded

        before, after = self._old.get(path), self._new.get(path)
        if not is_newly_demanded(path, member, before, after, self._surface_of(self._old)):
            return False
        owner = after.symbols[member.parent] if after is not None else member
        return self._is_public(self._new, path, owner) or bool(self._passed_on(self._new, path, owner))

    def _inserted_typed(self, address: str, path: str, symbol: Symbol) -> None:
        from muse_hook.semver.typed import is_contract_member

        before, after = self._old.get(path), self._new.get(path)
        owner = after.symbols.get(symbol.parent) if after is not None and symbol.parent else None
        if not self._is_public(self._new, path, symbol):
            self._add(address, "patch", "internal_added")
        elif before is not None and symbol.parent in before.symbols and is_contract_member(symbol, owner):
            self._add(address, "major", "interface_member_added")
        else:
            self._add(address, "minor", "public_added")

    def paired(
        self, before: tuple[str, Symbol], after: tuple[str, Symbol], parts: Sequence[str], *, carried: bool
    ) -> None:
        """Judge a symbol that changed its address, its content or both.

        `before` and `after` are path and symbol, `parts` says what differs (`signature`, `body`, ...), `carried` that
        the new address follows from that of its file or class, which is judged itself.
        """
        (old_path, old), (new_path, new) = before, after
        self._judged.add((new_path, new.qualified_name))
        if self._is_silent(old_path) and self._is_silent(new_path):
            return
        if self._is_test(self._old, old_path, old) and self._is_test(self._new, new_path, new):
            return
        is_named = self._is_named(new_path)
        if not is_named and old.qualified_name == new.qualified_name and self._is_same_module(old_path, new_path):
            carried = True
        was, now = self._is_public(self._old, old_path, old), self._is_public(self._new, new_path, new)
        address = f"{new_path}::{new.qualified_name}"
        if was and not carried:
            former = f"{old_path}::{old.qualified_name}"
            if is_named and (self._is_class_replaced(old_path, old) or self._is_class_answered(old_path, old)):
                self._add(former, "patch", "still_offered", address)  # or the verdict on its class says more
                return
            is_taken = not is_named or self._is_taken(old_path, old, new)
            if not is_named and self._is_still_there(old_path, old):
                self._add(former, "patch", "still_offered", address)
                return
            if is_taken or not self._surface.offers(old_path, old, new_path):
                self._add(former, "major", "public_renamed" if old.name != new.name else "public_moved", address)
                return
            self._add(former, "patch", "still_offered", address)
            if now:
                self._add(address, "minor", "public_added")
            now = True
        parts_used = not USED.isdisjoint(parts) or "bases" in parts
        if (
            is_named
            and not was
            and not now
            and (parts_used or not carried)
            and self._passed_on(self._old, old_path, old)
        ):
            if carried:
                self._content(old_path, new_path, old, new, set(parts))
            else:
                self._went_internal(old_path, old, address)
            return
        if is_named and not was and not now and (parts_used or not carried) and old.parent:
            heirs = self._heirs(old_path, old)
            if carried and heirs:
                self._content(old_path, new_path, old, new, set(parts))
                return
            if any(self._has_lost(there, heir, old) for there, heir in heirs):
                self._add(f"{old_path}::{old.qualified_name}", "major", "public_renamed", address)
                return
        if not was:
            if now:
                self._add(address, "minor", "public_added")
            elif not carried or set(parts) - {"docstring"}:
                self._add(address, "patch", "internal_changed")
            return
        if not now and (old_path, old.qualified_name) == (new_path, new.qualified_name):
            table, there = self._old.get(old_path), self._new.get(new_path)
            listed = table is not None and table.exports is not None
            if is_named and there is not None and there.is_hidden(new):
                if "__getattr__" in there.symbols:  # which gives what is imported for the type checker
                    self._add(address, "patch", "still_offered")
                else:
                    self._add(address, "major", "public_removed", "where no importer meets it")
                return
            if is_named:
                self._add(address, "major" if listed else "minor", "unlisted")
            else:
                self._add(address, "major", "visibility_narrowed")
                return
        self._content(old_path, new_path, old, new, set(parts))

    def _went_internal(self, path: str, old: Symbol, address: str) -> None:
        """Judge what a package passed on and went elsewhere."""
        outer = old.qualified_name.partition(".")[0]
        former = f"{path}::{old.qualified_name}"
        passed_on = self._passed_on(self._old, path, old)
        if self._surface.offers(path, old) or not (self._is_lost(passed_on, outer) or old.parent):
            self._add(former, "patch", "still_offered", address)
        else:
            self._add(former, "major", "public_moved", address)

    def _is_taken(self, path: str, old: Symbol, new: Symbol) -> bool:
        """Whether the address of a symbol that went elsewhere is another one's now: callers get something else.

        They do not where the old name stands for the new one, calls it or is a class that derives from it.
        """
        table = self._new.get(path)
        there = table.symbols.get(old.qualified_name) if table is not None else None
        if there is None:
            return False
        if (path, old.qualified_name) in self._arrivals:
            return True
        last = (there.definitions or (there,))[-1]
        if there.kind == new.kind == "class" and self._surface.inherits(path, there, new):
            return False
        return not (new.name in last.calls or (last.value is not None and last.value.alias == new.name))

    def _content(self, old_path: str, path: str, old: Symbol, new: Symbol, parts: set[str]) -> None:
        """Judge what changed in a public symbol that kept its address or is still offered there."""
        address = f"{path}::{new.qualified_name}"
        known = len(self.verdicts)
        is_made = self._is_made_by_function(old_path, path, old, new)
        if not self._is_named(path):
            from muse_hook.semver.typed import compare_typed

            before, after = self._old.get(old_path), self._new.get(path)
            if before is not None and after is not None:
                spellings = self._spelling(self._old, old_path, before), self._spelling(self._new, path, after)
                for bump, reason, detail in compare_typed(old, before, new, after, spellings):
                    self._add(address, bump, reason, detail)
        elif old.kind == new.kind == "import" and "body" in parts:
            self._imported(old_path, path, old.name, address)
        elif parts & USED or old.definitions or new.definitions or old.kind not in SEEN_BY_PARTS:
            from muse_hook.semver.uses import FUNCTION, compare_uses, uses_of

            olds, news = uses_of(old, self._old.get(old_path)), uses_of(new, self._new.get(path))
            for use in olds.found if is_made else ():
                use.kind = FUNCTION
            for bump, reason, detail in compare_uses(olds, news):
                self._add(address, bump, reason, detail)
            if new.parent and "decorators" in parts and self._is_demanded(path, new):
                self._add(address, "major", "interface_member_added")
        if "bases" in parts and not is_made:
            from muse_hook.semver.bases import ROOTS, plain_bases, simple_base

            for base in plain_bases(old.bases):
                if simple_base(base) in ROOTS or base[:1] == "<":  # what the base before is given
                    continue
                if is_underscored(simple_base(base)):
                    self._lost_with_base(old_path, base, (path, new))
                    continue
                if not self._surface.derives(path, new, base):
                    self._add(address, "major", "base_removed", base)
        if len(self.verdicts) == known and parts - {"docstring"}:
            self._add(address, "patch", "implementation_changed", ", ".join(sorted(parts)))

    def _spelling(self, tables: Tables, path: str, table: SymbolTable) -> Spelling:
        """Return what types are called in a file."""
        from muse_hook.semver.spelling import Spelling

        key = id(tables), path
        if key not in self._spellings:
            self._spellings[key] = Spelling(table, lambda: self._beside(tables, path, table))
        return self._spellings[key]

    def _beside(self, tables: Tables, path: str, table: SymbolTable) -> Iterator[SymbolTable]:
        """Yield the tables of the changed files whose names one sees without importing them."""
        for there, one in tables.items():
            if one is None or there == path or one.language_name != table.language_name:
                continue
            if self._is_same_module(path, there):
                yield one

    def _is_class_replaced(self, path: str, member: Symbol) -> bool:
        """Whether the class that a member stood in is a function now."""
        before, after = self._old.get(path), self._new.get(path)
        if before is None or after is None or member.parent not in before.symbols:
            return False
        now = after.symbols.get(member.parent)
        return now is not None and now.kind == "function" and before.symbols[member.parent].kind == "class"

    def _is_class_answered(self, path: str, member: Symbol) -> bool:
        """Whether the class that a member stood in is gone and its module still answers by its name.

        It may do so with a class that has the member from where that went.
        """
        before, after = self._old.get(path), self._new.get(path)
        owner = before.symbols.get(member.parent) if before is not None and member.parent else None
        if owner is None or after is None or owner.qualified_name in after.symbols:
            return False
        return self._surface.answers(path, owner.qualified_name)

    def _is_made_by_function(self, old_path: str, path: str, old: Symbol, new: Symbol) -> bool:
        """Whether a class is a function now that makes the same, and nobody is seen who notices."""
        if old.kind != "class" or new.kind != "function" or not self._is_named(path):
            return False
        from muse_hook.semver.factory import stands_in

        surfaces = self._surface_of(self._old), self._surface
        tables = [table for table in self._old.values() if table is not None]
        return stands_in((old_path, old), (path, new), surfaces, tables)

    def _lost_with_base(self, old_path: str, base: str, heir: tuple[str, Symbol]) -> None:
        """Judge a base that is not public: what a class had from it, and has no more, is gone."""
        olds = self._surface_of(self._old)
        for there, owner in olds.base(old_path, base):
            table = olds.table(there)
            for one in table.symbols.values() if table is not None else ():
                if one.parent != owner.qualified_name or is_underscored(one.name) or one.name in CONSTRUCTORS:
                    continue
                if self._surface.member_of(*heir, one.name) is None:
                    self._add(f"{heir[0]}::{heir[1].qualified_name}.{one.name}", "major", "public_removed")

    def _imported(self, old_path: str, path: str, name: str, address: str) -> None:
        """Judge an import that brings a name from elsewhere now, where both ends are seen."""
        from muse_hook.semver.uses import compare_uses, uses_of

        olds, surface = self._surface_of(self._old), self._surface
        before, after = olds.bound(old_path, name), surface.bound(path, name)
        if before is None or after is None or "import" in {before[1].kind, after[1].kind}:
            return
        was, now = uses_of(before[1], olds.table(before[0])), uses_of(after[1], surface.table(after[0]))
        for bump, reason, detail in compare_uses(was, now):
            self._add(address, bump, reason, detail)

    def file_kept(self, old_path: str, path: str) -> None:
        """Judge what no op of a symbol says, once all are judged: the order of fields, which names are public."""
        before, after = self._old.get(old_path), self._new.get(path)
        if before is None or after is None or is_excluded(path):
            return
        if not self._is_named(path):
            self._listed(old_path, before, path, after)
            return
        for name, owner in after.symbols.items():
            former = before.symbols.get(name) if owner.kind == "class" else None
            if former is None or former.kind != "class":
                continue
            if former.content is not owner.content or may_have_private_base(former):
                self._made(old_path, former, path, owner)
        for name in sorted(before.deleted ^ after.deleted) if before.deleted or after.deleted else ():
            self._deleted_by_statement(name, (old_path, before), (path, after))
        if before.exports == after.exports:
            return
        for name, symbol in after.symbols.items():
            old = before.symbols.get(name)
            if old is None or symbol.parent or (path, name) in self._judged:
                continue
            was, now = is_public(old_path, before, old), is_public(path, after, symbol)
            if was and not now:
                self._add(f"{path}::{name}", "major" if before.exports is not None else "minor", "unlisted")
            elif now and not was:
                self._add(f"{path}::{name}", "minor", "public_added")
            elif not was and self._is_lost(self._passed_on(self._old, old_path, old), name):
                self._add(f"{path}::{name}", "major", "unlisted")

    def _deleted_by_statement(self, name: str, old: tuple[str, SymbolTable], new: tuple[str, SymbolTable]) -> None:
        """Judge a name that both sides define and only one of them deletes again."""
        (old_path, before), (path, after) = old, new
        former, now = (table.symbols.get(name) or table.symbols.get(f"import::{name}") for table in (before, after))
        if former is None or now is None or (path, name) in self._judged:
            return
        address = f"{path}::{now.qualified_name}"
        if is_public(old_path, before, former) and not self._surface.offers(path, now):
            self._add(address, "major", "public_removed", "deleted by the module")
        elif is_public(path, after, now) and name in before.deleted:
            self._add(address, "minor", "public_added")

    def _listed(self, old_path: str, before: SymbolTable, path: str, after: SymbolTable) -> None:
        """Judge which names a file lists as public no more, or lists now, whose symbols are as they were."""
        if "marked" not in after.says("public") or before.unowned_text() == after.unowned_text():
            return
        from muse_hook.semver.typed import listed

        was, now = listed(before), listed(after)
        for name in sorted(was ^ now):
            old, new = before.symbols.get(name), after.symbols.get(name)
            if old is None or new is None or (path, name) in self._judged:
                continue
            if self._is_public(self._old, old_path, old) and not self._is_public(self._new, path, new):
                self._add(f"{path}::{name}", "major", "unlisted")
            elif name in now and not self._is_public(self._old, old_path, old):
                self._add(f"{path}::{name}", "minor", "public_added")

    def _made(self, old_path: str, old: Symbol, path: str, new: Symbol) -> None:
        """Judge how objects of a class are made, where no method says so on both sides."""
        before, after = self._old[old_path], self._new[path]
        if before is None or after is None or not is_public(path, after, new):
            return
        from muse_hook.semver.fields import compare_constructors, compare_generated

        for bump, reason, detail in compare_generated(old, new, after):
            self._add(f"{path}::{new.qualified_name}", bump, reason, detail)
        if all(
            any(f"{owner.qualified_name}.{name}" in table.symbols for name in CONSTRUCTORS)
            for owner, table in ((old, before), (new, after))
        ):
            return  # told as its change
        surfaces = self._surface_of(self._old), self._surface
        for bump, reason, detail in compare_constructors((old_path, old), (path, new), surfaces):
            self._add(f"{path}::{new.qualified_name}", bump, reason, detail)

    def file_changed(self, path: str, change: str) -> None:
        """Judge a change of a file that is no symbol's (`module`, `order`, `damaged`, `unparsed`, `reparsed`, ...)."""
        if not self._is_silent(path):
            self._add(path, "patch", f"{change}_changed" if change in ("module", "order") else change)


def _simple(base: str) -> str:
    """Return the last name of a base, without the types that it is given."""
    return base.partition("<")[0].partition("(")[0].rpartition(".")[2].strip()


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
