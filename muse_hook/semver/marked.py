"""What breaks a caller in languages whose files mark what is public, as their rows of languages.toml say."""

from __future__ import annotations

from muse_hook.semver.header import has_same_header, header_words, is_override, words_before_name
from muse_hook.semver.public import is_excluded
from muse_hook.semver.public_marks import is_marked, listed, package_of
from muse_hook.semver.rules import Rules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from muse_hook.model.symbol import Symbol, SymbolTable
    from muse_hook.semver.case import Case, Tables
    from muse_hook.semver.rules import Found
    from muse_hook.semver.signature import ParameterChange
    from muse_hook.semver.spelling import Spelling

MAX_BESIDE = 60
"""A folder with more files is not looked through for what one of them has lost."""


class Marked(Rules):
    """Judges symbols that are public by modifiers, by capitals or where nothing hides them."""

    def __init__(self, case: Case) -> None:
        super().__init__(case)
        self._spellings: dict[tuple[int, str], Spelling] = {}
        self._folders: dict[tuple[str, str], list[tuple[str, bytes]]] = {}
        self._classes: dict[tuple[str, str], list[tuple[SymbolTable, Symbol]]] | None = None

    def is_offered(self, path: str, symbol: Symbol, new_path: str) -> bool:
        """Whether what is in another file now can still be had where it was."""
        return self._case.surface.offers(path, symbol, new_path) or self._is_passed_on(path, symbol)

    def deleted(self, path: str, symbol: Symbol) -> None:
        """Judge a symbol that was deleted."""
        address = f"{path}::{symbol.qualified_name}"
        if not self._case.is_public(self._case.old, path, symbol):
            self._case.add(address, "patch", "internal_removed")
        elif self._is_still_there(path, symbol):
            self._case.add(address, "patch", "still_offered")
        elif not self._goes_with_its_class(path, symbol):
            self._case.add(address, "major", "public_removed")

    def _is_still_there(self, path: str, symbol: Symbol) -> bool:
        """Whether what is gone from where it stood is found there all the same."""
        after = self._case.new.get(path)
        if symbol.parent:
            if after is not None and self._is_made_without(self._case.new, path, after, symbol):
                from muse_hook.semver.typed import needed  # few classes lose their last constructor

                return not symbol.definitions and not needed(symbol, after)
            return self._is_left_to_base(path, symbol) or self._is_promoted(path, symbol)
        if after is not None and "marked" in after.says("public") and symbol.qualified_name in listed(after):
            return True
        return self._is_beside(path, symbol) or self._is_passed_on(path, symbol)

    def _is_passed_on(self, path: str, symbol: Symbol) -> bool:
        """Whether a file above still brings a name to its own place, where that is how others reach it."""
        table = self._case.old.get(path)
        if table is None or "declared" not in table.says("reached"):
            return False
        from muse_hook.semver.reached import Reach

        return Reach(path, table, lambda there: self._case.text(self._case.new, there)).is_passed_on(
            symbol.qualified_name
        )

    def _is_beside(self, path: str, symbol: Symbol) -> bool:
        """Whether another file of a folder, whose names one finds together, defines what is gone from this one."""
        table = self._case.old.get(path)
        if table is None or symbol.parent or "folder" not in table.says("modules"):
            return False
        folder, _, _ = path.rpartition("/")
        name = symbol.qualified_name
        for one in self._beside(self._case.new, path, table):
            if name in one.symbols:
                return True
        for there, source in self._unchanged_in(folder, path.rpartition(".")[2]):
            if self._case.unchanged is not None and name.encode() in source:
                unchanged = self._case.unchanged.table(there)
                if unchanged is not None and name in unchanged.symbols:
                    return True
        return False

    def _unchanged_in(self, folder: str, extension: str) -> list[tuple[str, bytes]]:
        """Return path and source of each unchanged file of a folder; none where they are more than `MAX_BESIDE`."""
        key = folder, extension
        if key not in self._folders:
            files = self._case.unchanged.names(folder) if self._case.unchanged is not None else []
            paths = [f"{folder}/{file}" if folder else file for file in files if file.rpartition(".")[2] == extension]
            self._folders[key] = [
                (path, self._case.unchanged.source(path))
                for path in paths
                if self._case.unchanged is not None
                and len(files) <= MAX_BESIDE
                and path not in self._case.new
                and not is_excluded(path)
            ]
        return self._folders[key]

    def _is_left_to_base(self, path: str, member: Symbol) -> bool:
        """Whether a class that has lost a member has it from a base: one that changed, or the member says so."""
        after = self._case.new.get(path)
        owner = after.symbols.get(member.parent) if after is not None and member.parent else None
        seen: set[str] = set()
        owners = [owner] if owner is not None and owner.kind == "class" else []
        if owners and not member.definitions and is_override(member):
            return True
        while after is not None and owners:
            bases = {_simple(base) for one in owners for base in _all_bases(one, after)} - seen
            seen |= bases
            owners = []
            for table, one in (each for base in sorted(bases) for each in self._new_classes(base, after.language_name)):
                found = table.symbols.get(f"{one.qualified_name}.{member.name}")
                if found is not None and is_marked(found, table, one):
                    return True
                owners.append(one)
        return False

    def _is_promoted(self, path: str, member: Symbol) -> bool:
        """Whether a property is a parameter of its class's constructor now, for whoever could use it."""
        after = self._case.new.get(path)
        if after is None or not after.says("held"):
            return False
        from muse_hook.semver.parameters import promoted

        hidden = {*after.says("private_marks"), *after.says("narrower")} - words_before_name(member)
        made = (after.symbols.get(f"{member.parent}.{name}") for name in after.says("constructors"))
        found = (promoted(one, after).get(member.name) for one in made if one is not None)
        return any(one is not None and hidden.isdisjoint(one.words) for one in found)

    def _content(self, before: Found, after: Found, parts: set[str]) -> None:
        """See `Rules._content`; what a class uses stands in its body, as do bases of its further definitions."""
        (_, old), (path, new) = before, after
        table = self._case.new.get(path)
        if table is not None and old.kind == new.kind == "class" and "body" in parts:
            was, now = _all_bases(old, table), _all_bases(new, table)
            if was != now:
                parts = {*parts, "bases"}
            for base in sorted({*now} - {*was} - {base for one in new.definitions or (new,) for base in one.bases}):
                self._case.add(f"{path}::{new.qualified_name}", "minor", "base_added", base)
        super()._content(before, after, parts)

    def _gone_bases(self, before: Found, after: Found) -> Sequence[str]:
        """Return the bases that no definition of a class has any more; a trait that is written out now is none."""
        (old_path, old), (path, new) = before, after
        was, now = self._case.old.get(old_path), self._case.new.get(path)
        if was is None or now is None:
            return ()
        if "exact" not in now.says("contracts"):  # one type may have several bases of one name: `From<A>`, `From<B>`
            kept = set(_all_bases(new, now))
            return [base for base in _all_bases(old, was) if base not in kept]
        kept = _broader({_simple(base) for base in _all_bases(new, now)}, now.says("broader"))
        gone = [base for base in _all_bases(old, was) if _simple(base) not in kept]
        return [base for base in gone if not self._is_written_out(base, was, new, now)]

    def _is_written_out(self, base: str, before: SymbolTable, new: Symbol, after: SymbolTable) -> bool:
        """Whether a class has all that it had of a trait that it used."""
        from muse_hook.semver.written import kind_of_type  # most commits change bodies alone: 1 million instructions

        for table in (before, *(one for one in self._case.old.values() if one is not None and one is not before)):
            trait = table.symbols.get(_simple(base))
            if trait is None or kind_of_type(trait) not in table.says("used"):
                continue
            members = (one for one in table.symbols.values() if one.parent == trait.qualified_name)
            public = (one.name for one in members if is_marked(one, table, trait))
            return not _all_bases(trait, table) and all(
                f"{new.qualified_name}.{name}" in after.symbols for name in public
            )
        return False

    def _new_classes(self, name: str, language: str) -> list[tuple[SymbolTable, Symbol]]:
        """Return the classes of a simple name in the changed files of a language, as they are now."""
        if self._classes is None:
            self._classes = {}
            for table in self._case.new.values():
                for one in table.symbols.values() if table is not None else ():
                    if table is not None and one.kind == "class":
                        self._classes.setdefault((one.name, table.language_name), []).append((table, one))
        return self._classes.get((name, language), [])

    def inserted(self, path: str, symbol: Symbol) -> None:
        """Judge a symbol that was inserted."""
        address = f"{path}::{symbol.qualified_name}"
        before, after = self._case.old.get(path), self._case.new.get(path)
        owner = after.symbols.get(symbol.parent) if after is not None and symbol.parent else None
        if before is not None and after is not None and self._is_made_without(self._case.old, path, before, symbol):
            self._first_constructor(path, symbol, after)
        elif not self._case.is_public(self._case.new, path, symbol):
            self._case.add(address, "patch", "internal_added")
        elif before is not None and symbol.parent in before.symbols and _is_contract_member(symbol, owner):
            self._case.add(address, "major", "interface_member_added")
        else:
            self._case.add(address, "minor", "public_added")

    def _is_made_without(self, tables: Tables, path: str, table: SymbolTable, constructor: Symbol) -> bool:
        """Whether a public class is made there without arguments though nobody wrote the constructor."""
        owner = table.symbols.get(constructor.parent) if constructor.parent else None
        is_named_alike = "class name" in table.says("made_by")
        if owner is None or not (
            constructor.name == owner.name if is_named_alike else constructor.name in table.says("constructors")
        ):
            return False
        from muse_hook.semver.written import made_with  # as above

        words = header_words(owner)
        return (
            "class" in words
            and "record" not in words
            and "static" not in words_before_name(constructor)
            and (is_named_alike or not owner.bases)  # which may bring one
            and constructor.qualified_name not in table.symbols
            and made_with(owner) is None
            and self._case.is_public(tables, path, owner)
        )

    def _first_constructor(self, path: str, constructor: Symbol, table: SymbolTable) -> None:
        """Judge a constructor of a class that was made without one."""
        address = f"{path}::{constructor.qualified_name}"
        from muse_hook.semver.typed import needed  # few classes get a first constructor

        if not self._case.is_public(self._case.new, path, constructor):
            self._case.add(address, "major", "visibility_narrowed", "constructor")
        elif names := needed(constructor, table):
            self._case.add(address, "major", "parameter_added_required", ", ".join(names))
        else:
            self._case.add(address, "minor", "public_added")

    def paired(self, before: Found, after: Found, parts: Sequence[str], *, carried: bool) -> None:
        """Judge a symbol that changed its address, its content or both."""
        (old_path, old), (new_path, new) = before, after
        if old.qualified_name == new.qualified_name and self._case.is_same_module(old_path, new_path):
            carried = True
        was, now = self._case.is_public(self._case.old, *before), self._case.is_public(self._case.new, *after)
        address = f"{new_path}::{new.qualified_name}"
        if was and not carried:
            former = f"{old_path}::{old.qualified_name}"
            if self._is_still_there(old_path, old):
                self._case.add(former, "patch", "still_offered", address)
            else:
                self._case.add(former, "major", "public_renamed" if old.name != new.name else "public_moved", address)
        elif not was:
            if now:
                self._case.add(address, "minor", "public_added")
            elif self._of_hidden_constructor(before, after):
                return
            elif not carried or set(parts) - {"docstring"}:
                self._case.add(address, "patch", "internal_changed")
        elif not now and (old_path, old.qualified_name) == (new_path, new.qualified_name):
            self._case.add(address, "major", "visibility_narrowed")
        else:
            self._content(before, after, set(parts))

    def _of_hidden_constructor(self, before: Found, after: Found) -> bool:
        """Judge the properties that parameters of a constructor are which others cannot call; return if any broke."""
        (old_path, old), (path, new) = before, after
        was, table = self._case.old.get(old_path), self._case.new.get(path)
        owner = was.symbols.get(old.parent) if was is not None and old.name in was.says("constructors") else None
        if owner is None or table is None or not self._case.is_public(self._case.old, old_path, owner):
            return False
        from muse_hook.semver.parameters import compare_promoted

        found = [*compare_promoted(old, new, table)]
        self._add(f"{path}::{new.qualified_name}", found)
        return bool(found)

    def _compare(self, before: Found, after: Found, parts: set[str]) -> Iterable[ParameterChange]:  # noqa: ARG002
        """Return what changed for those who use a symbol, its bases left out."""
        (old_path, old), (path, new) = before, after
        was, now = self._case.old.get(old_path), self._case.new.get(path)
        if was is None or now is None or has_same_header(old, new):
            return ()
        from muse_hook.semver.typed import compare_typed  # as above

        spellings = self._spelling(self._case.old, old_path, was), self._spelling(self._case.new, path, now)
        return compare_typed(old, was, new, now, spellings)

    def _derives(self, path: str, owner: Symbol, base: str) -> bool:
        """Whether a type derives from a base here, by one above it, or by a definition in another file that changed."""
        if super()._derives(path, owner, base):
            return True
        table = self._case.new.get(path)
        if table is None or "declared" not in table.says("reached"):
            return False
        from muse_hook.semver.annotations import without_lifetime  # few types lose a base

        wanted = without_lifetime(base)
        tables = (
            one for one in self._case.new.values() if one is not None and one.language_name == table.language_name
        )
        owners = ((one, other) for other in tables for one in other.symbols.values() if one.name == owner.name)
        return any(without_lifetime(one) == wanted for each in owners for one in _all_bases(*each))

    def _passed_on(self, before: tuple[str, SymbolTable], after: tuple[str, SymbolTable]) -> None:
        """Judge which names a file passes on no more that others had from it, and which modules it hides now."""
        (old_path, former), (path, table) = before, after
        is_declared = "declared" in table.says("reached")
        if not is_declared and "export" not in table.says("public_marks"):
            return
        from muse_hook.semver.passed_on import ALL, mentions, modules, passed_on, passing_text

        if passing_text(former) == passing_text(table):
            return
        was, now = passed_on(former), passed_on(table)
        told = {one.address.rpartition("::")[2] for one in self._case.verdicts if one.bump == "major"}
        gone = was - now - table.symbols.keys() - told
        gone |= modules(former, is_open=True) & modules(table, is_open=False)
        if is_declared and gone:
            from muse_hook.semver.reached import Reach

            reach = Reach(old_path, former, lambda there: self._case.text(self._case.old, there))
            gone = {name for name in gone if reach.has(name.removeprefix(ALL))}
        if any(name.startswith(ALL) for name in now - was):
            gone -= was  # what it passes on now may have them all
        for name in sorted(gone):
            if not name.startswith(ALL) or not mentions(table, name.removeprefix(ALL)):
                self._case.add(f"{path}::{name}", "major", "unlisted")

    def _spelling(self, tables: Tables, path: str, table: SymbolTable) -> Spelling:
        """Return what types are called in a file."""
        key = id(tables), path
        if key not in self._spellings:
            from muse_hook.semver.spelling import Spelling

            self._spellings[key] = Spelling(table, lambda: self._beside(tables, path, table))
        return self._spellings[key]

    def _beside(self, tables: Tables, path: str, table: SymbolTable) -> Iterator[SymbolTable]:
        """Yield the tables of the changed files whose names one sees without importing them."""
        for there, one in tables.items():
            if one is None or there == path or one.language_name != table.language_name:
                continue
            if self._case.is_same_module(path, there):
                yield one

    def kept(self, before: tuple[str, SymbolTable], after: tuple[str, SymbolTable]) -> None:
        """Judge which names a file lists as public no more, or lists now, whose symbols are as they were.

        Names that are found by another package now are all others.
        """
        (old_path, former), (path, table) = before, after
        was_in, is_in = package_of(former), package_of(table)
        is_other = old_path == path and was_in != is_in
        if is_other and any(self._case.is_public(self._case.old, path, one) for one in former.symbols.values()):
            self._case.add(path, "major", "module_moved", f"{was_in or 'none'} -> {is_in or 'none'}")
        if "marked" not in table.says("public"):
            return
        self._passed_on((old_path, former), (path, table))
        if former.unowned_text() == table.unowned_text():
            return
        was, now = listed(former), listed(table)
        for name in sorted(was ^ now):
            old, new = former.symbols.get(name), table.symbols.get(name)
            if old is None or new is None or (path, name) in self._case.judged:
                continue
            if self._case.is_public(self._case.old, old_path, old) and not self._case.is_public(
                self._case.new, path, new
            ):
                self._case.add(f"{path}::{name}", "major", "unlisted")
            elif name in now and not self._case.is_public(self._case.old, old_path, old):
                self._case.add(f"{path}::{name}", "minor", "public_added")


def _is_contract_member(symbol: Symbol, owner: Symbol | None) -> bool:
    if owner is None:
        return False
    from muse_hook.semver.typed import is_contract_member  # as above

    return is_contract_member(symbol, owner)


def _broader(bases: set[str], rows: Iterable[str]) -> set[str]:
    """Return these bases, and those that a language's own ones derive from: `A=B` in a row."""
    of_base = dict(row.split("=") for row in rows)
    found = set(bases)
    for base in bases:
        while (base := of_base.get(base, "")) and base not in found:
            found.add(base)
    return found


def _all_bases(symbol: Symbol, table: SymbolTable) -> list[str]:
    """Return the bases of all definitions of a class, and the traits that they use."""
    from muse_hook.semver.bases import plain_bases  # as above
    from muse_hook.semver.written import used

    found = [base for one in symbol.definitions or (symbol,) for base in plain_bases(one.bases)]
    return found + (used(symbol) if table.says("used") else [])


def _simple(base: str) -> str:
    """Return the last name of a base, without the types that it is given."""
    return base.partition("<")[0].partition("(")[0].rpartition(".")[2].rpartition("\\")[2].strip()
