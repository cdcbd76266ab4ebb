"""What a tree offers to other code: names that are defined, imported, inherited or passed on by a package."""

from __future__ import annotations

from muse_hook.semver.bases import broader_bases, plain_bases, simple_base
from muse_hook.semver.public import PACKAGE, SOURCE_ROOTS, is_public, is_public_path, is_underscored, module_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from typing import Protocol

    from muse_hook.model.symbol import Symbol, SymbolTable

    Found = tuple[str, Symbol]
    """A symbol and the path of its file."""

    class UnchangedFiles(Protocol):
        """The files that a commit did not change, read when they are asked for."""

        def source(self, path: str) -> bytes:
            """Return the bytes of a file, b"" where there is none."""

        def table(self, path: str) -> SymbolTable | None:
            """Return the symbols of a file, None where there is none."""

        def names(self, folder: str) -> Sequence[str]:
            """Return the names of the files in a folder, sorted."""


STAR = "import::*:"
DYNAMIC = "__getattr__"
"""A module's function of this name offers what its text mentions (PEP 562)."""

ACCESSORS = ("setter", "deleter", "getter")
"""Decorators of a property's further functions."""

MAX_NEIGHBOURS = 60
"""A private module is looked for in so many files beside it; a folder with more has none of its own."""

MAX_STEPS = 8
"""So many imports and names may stand for each other in a row."""


class Surface:
    """The names that a tree offers: `tables` has its changed files by path (None: not there), `unchanged` the rest.

    Without `unchanged` only the changed files are known.
    """

    def __init__(self, tables: Mapping[str, SymbolTable | None], unchanged: UnchangedFiles | None = None) -> None:
        self._tables = tables
        self._unchanged = unchanged
        self._paths: dict[str, list[str]] = {}  # of the changed files that hold anything, by module
        for path, table in tables.items():
            if table is not None and (table.symbols or table.unowned_text()):
                self._paths.setdefault(module_name(path), []).append(path)
        self._classes: dict[str, list[Found]] | None = None
        self._passed_on: dict[tuple[str, str], list[Found]] = {}
        self._beside: dict[str, list[tuple[str, bytes | None]]] = {}

    def offers(self, path: str, symbol: Symbol, new_path: str = "") -> bool:
        """Whether `symbol` can still be had where it was: defined, imported, or inherited there.

        `new_path` is the file where it is now: a star import from there offers it too.
        """
        name = symbol.name if symbol.kind == "import" else symbol.qualified_name
        for there in self._paths.get(module_name(path), ()):
            symbols = self._symbols(there)
            if (name in symbols or f"import::{name}" in symbols) and not self._is_deleted(there, name):
                return True
            if name.startswith(STAR.removeprefix("import::")):
                return self._offers_all(there, name)
            if new_path and any(q.startswith(STAR) and tail(q) == tail(module_name(new_path)) for q in symbols):
                table = self.table(new_path)
                if table is None or table.exports is None or name.partition(".")[0] in table.exports:
                    return True
            if DYNAMIC in symbols and self.answers(there, name):
                return True
            if not symbol.parent:
                if self.bound(there, name) is not None or self._is_bound_inside(there, name):
                    return True
            elif self.member(there, symbol) is not None or (
                is_read(symbol) and self._sets(there, symbol.parent, symbol.name)
            ):
                return True
        return False

    def _is_deleted(self, path: str, name: str) -> bool:
        table = self.table(path)
        return table is not None and name.partition(".")[0] in table.deleted

    def _is_bound_inside(self, path: str, name: str) -> bool:
        table = self.table(path)
        return table is not None and name not in table.deleted and table.binds_inside(name)

    def answers(self, path: str, name: str) -> bool:
        """Whether a module's `__getattr__` gives a name: it, or a variable that it looks into, has it as a text.

        Or it asks another module for whatever it is asked for.
        """
        symbols = self._symbols(path)
        dynamic = symbols.get(DYNAMIC)
        if dynamic is None:
            return False
        tokens = dynamic.tokens
        tables = {symbols[token] for token in tokens if token in symbols and symbols[token].kind == "variable"}
        if any(token.strip("'") == name for one in (dynamic, *tables) for token in one.tokens if token[0] == "'"):
            return True
        for at in range(len(tokens) - 2):
            if tokens[at] == "getattr" and tokens[at + 2] == tokens[2] and "if" not in tokens[:at]:
                asked = self.bound(path, tokens[at + 1])
                files = self._files_of(path, f".{tokens[at + 1]}") if asked is None or asked[0] == path else [asked[0]]
                if any(self.bound(there, name) is not None for there in files):
                    return True
        return False

    def _offers_all(self, path: str, star: str) -> bool:
        """Whether a file offers all that a star import brought, where that is known."""
        module = star.partition(":")[2]
        for there in self._files_of(path, module):
            names = self.listed(there)
            return bool(names) and all(self.bound(path, name) is not None for name in names)
        return False

    def listed(self, path: str) -> list[str]:
        """Return the names that a star import of a file brings."""
        table = self.table(path)
        if table is None:
            return []
        if table.exports is not None:
            return [name for name in table.exports if not name.startswith("*")]
        own = (symbol for symbol in table.symbols.values() if not symbol.parent and not table.is_hidden(symbol))
        return [symbol.name for symbol in own if symbol.name[0] not in "_*"]

    def bound(self, path: str, name: str, steps: int = MAX_STEPS) -> Found | None:
        """Return what a name of a file stands for, through imports and aliases as far as they can be followed.

        An import that leads out of the tree stands for itself.
        """
        table = self.table(path)
        if table is None or not steps or name in table.deleted:
            return None
        symbol = table.symbols.get(name)
        if symbol is not None:
            value = None if symbol.definitions or symbol.kind != "variable" else symbol.value
            if value is not None and value.alias and value.alias != name:
                return self.bound(path, value.alias, steps - 1) or (path, symbol)
            return path, symbol
        imported = table.symbols.get(f"import::{name}")
        if imported is not None and imported.imported is not None:
            module, what, _ = imported.imported
            if not module:
                return path, imported
            files = self._files_of(path, module)
            for there in files:
                found = self.bound(there, what, steps - 1)
                if found is not None:
                    return found
            is_module = bool(
                self._files_of(path, module.rstrip(".") + "." + what if module.strip(".") else module + what)
            )
            return (path, imported) if is_module or not files else None
        for qualified in table.symbols:
            if qualified.startswith(STAR):
                for there in self._files_of(path, qualified.removeprefix(STAR)):
                    if name in self.listed(there):
                        return self.bound(there, name, steps - 1)
                    brought = self.bound(there, name, steps - 1) if self._has_stars(there) else None
                    if brought is not None and name[0] != "_":
                        return brought
        return None

    def _has_stars(self, path: str) -> bool:
        table = self.table(path)
        return table is not None and table.exports is None and any(name.startswith(STAR) for name in table.symbols)

    def passed_on(self, path: str, name: str) -> list[Found]:
        """Return the public imports by which packages around a file pass one of its names on, nearest first."""
        found = self._passed_on.get((path, name))
        if found is None:  # a class's is asked for with each of its members
            found = self._passed_on[path, name] = self._find_passed_on(path, name)
        return found

    def _find_passed_on(self, path: str, name: str) -> list[Found]:
        folders, _, file = path.rpartition("/")
        found: list[Found] = []
        stem = file_stem(path).decode(errors="replace")
        called = {name, stem, tail(folders), "*"}
        ending = file.partition(".")[2]
        while folders:
            face = f"{folders}/{PACKAGE}.{ending}"
            folders = folders.rpartition("/")[0]
            if face == path or not is_public_path(face):
                continue
            if face not in self._tables:
                source = self._unchanged.source(face) if self._unchanged is not None else b""
                if not source:
                    break  # no package
                if name.encode() not in source and b"import *" not in source and file_stem(path) not in source:
                    continue
            table = self.table(face)
            symbols = table.symbols.values() if table is not None and not table.damaged else ()
            imports = (one for one in symbols if one.kind == "import" and _is_called(one, called))
            found += ((face, one) for one in imports if self._passes_on(face, one, path, name))
        for face in self.neighbours(path, name):
            table = self.table(face)
            symbols = table.symbols.values() if table is not None and not table.damaged else ()
            said = (one for one in symbols if one.imported is not None and one.imported[1] in {name, stem, "*"})
            said = (one for one in said if self._passes_on(face, one, path, name))
            found += ((face, one) for one in said if is_public(face, table, one))
        return found

    def neighbours(self, path: str, name: str) -> list[str]:
        """Return the public files beside a private module that may have `name` from it: those that mention both."""
        sought = name.encode()
        return [
            there
            for there, source in self._neighbours(path)
            if source is None or sought in source or b"import *" in source
        ]

    def _neighbours(self, path: str) -> list[tuple[str, bytes | None]]:
        """Return the public files beside a private module that mention it, with what they say; None: they changed."""
        found = self._beside.get(path)
        if found is not None:  # asked for with each name of the module
            return found
        found = self._beside[path] = []
        folder, _, file = path.rpartition("/")
        stem, _, ending = file.partition(".")
        if not is_underscored(stem) or self._unchanged is None:
            return found
        names = [one for one in self._unchanged.names(folder) if one.endswith(f".{ending}") and one[0] != "_"]
        for one in names if len(names) <= MAX_NEIGHBOURS else ():
            there = f"{folder}/{one}" if folder else one
            if not is_public_path(there):
                continue
            source = None if there in self._tables else self._unchanged.source(there)
            if source is None or stem.encode() in source:
                found.append((there, source))
        return found

    def _passes_on(self, face: str, symbol: Symbol, path: str, name: str) -> bool:
        table = self.table(face)
        parts = symbol.imported
        if table is None or parts is None or not parts[0] or table.is_hidden(symbol):
            return False
        is_star = symbol.name.startswith("*")
        public = name if is_star else symbol.name
        if table.exports is not None:
            lists = {tail(one[1:]) for one in table.exports if one[0] == "*"}
            if public not in table.exports and tail(parts[0]) not in lists:
                return False
        elif is_underscored(public):
            return False
        if is_star:
            files = self._files_of(face, parts[0])
            return (path in files and name in self.listed(path)) or any(
                name[0] != "_" and self._has_stars(there) and (self.bound(there, name) or ("",))[0] == path
                for there in files
            )
        if parts[1] != name:
            # the module itself, under a name that is public
            module = parts[0].rstrip(".") + "." + parts[1] if parts[0].strip(".") else parts[0] + parts[1]
            return path in files_of_module(face, module) and name in self.listed(path)
        return any(
            there == path or (self.bound(there, name) or ("",))[0] == path for there in self._files_of(face, parts[0])
        )

    def still_has(self, face: str, symbol: Symbol, name: str) -> bool:
        """Whether a package still offers what it passed on by the import `symbol`: the public name of `name`."""
        found = self.bound(face, symbol.name) if not symbol.name.startswith("*") else None
        if found is not None and symbol.imported is not None and symbol.imported[1] != name:
            files = self._files_of(face, symbol.imported[0] + symbol.imported[1]) if found[1].kind == "import" else ()
            return any(self.bound(there, name) is not None for there in files) if files else True
        return self.bound(face, name if symbol.name.startswith("*") else symbol.name) is not None

    def has_import(self, face: str, symbol: Symbol) -> bool:
        """Whether a file still has an import."""
        table = self.table(face)
        return table is not None and symbol.qualified_name in table.symbols

    def derives(self, path: str, owner: Symbol, base: str) -> bool:
        """Whether a class still derives from `base`, as far as the files tell."""
        wanted = simple_base(base)
        for there in self._paths.get(module_name(path), ()):
            for _, found in self.ancestry(there, owner):
                if any(wanted in broader_bases(one) for one in plain_bases(found.bases)):
                    return True
        return False

    def member(self, path: str, symbol: Symbol) -> Found | None:
        """Return what a class, or one that it derives from, has under the name of its former member `symbol`."""
        owner = self.bound(path, symbol.parent)
        return self.member_of(*owner, symbol.name) if owner is not None and owner[1].kind == "class" else None

    def member_of(self, path: str, owner: Symbol, name: str) -> Found | None:
        """Return what a class, or one that it derives from, has under a name."""
        for there, cls in self.ancestry(path, owner):
            found = self._symbols(there).get(f"{cls.qualified_name}.{name}")
            if found is not None:
                return there, found
        return None

    def heirs(self, path: str, member: Symbol) -> list[Found]:
        """Return the public classes that have `member` from its class, which is not: beside it, or its neighbours."""
        base = member.parent.rpartition(".")[2]
        found: list[Found] = []
        for there in dict.fromkeys((path, *self._tables, *self.neighbours(path, base))):
            table = self.table(there)
            if table is None or table.damaged or there.rpartition(".")[2] != path.rpartition(".")[2]:
                continue
            names = {base}
            for one in table.symbols.values():
                if one.imported is not None and one.imported[1] == base:
                    names.add(one.name)
                elif one.kind == "class" and not names.isdisjoint(simple_base(each) for each in plain_bases(one.bases)):
                    names.add(one.name)
                    if is_public(there, table, one):
                        found.append((there, one))
        return [
            (there, one)
            for there, one in found
            if (it := self.member_of(there, one, member.name)) is not None
            and (it[0], it[1].qualified_name) == (path, member.qualified_name)
        ]

    def _sets(self, path: str, owner: str, attribute: str) -> bool:
        """Whether a method of a class, or of one that it derives from, sets an attribute of its object."""
        found = self.bound(path, owner)
        for there, cls in self.ancestry(*found) if found is not None else ():
            for method in self._symbols(there).values():
                if (
                    method.parent == cls.qualified_name
                    and method.kind.endswith("method")
                    and method.mentions((attribute,))
                ):
                    tokens = method.tokens
                    for at in range(2, len(tokens) - 1):
                        if tokens[at] == attribute and tokens[at - 1] == "." and tokens[at + 1] in {"=", ":"}:
                            return True
        return False

    def defines_class(self, name: str) -> bool:
        """Whether a changed file has a class of this name."""
        return bool(self._classes_named(name))

    def inherits(self, path: str, owner: Symbol, ancestor: Symbol) -> bool:
        """Whether a class derives from the very symbol `ancestor`."""
        paths = self._paths.get(module_name(path), ())
        return any(found is ancestor for there in paths for _, found in self.ancestry(there, owner))

    def ancestry(self, path: str, owner: Symbol) -> Iterator[Found]:
        """Yield a class and those it derives from, as far as they are found, each with its path.

        A base that no import leads to is looked for by its name in the changed files.
        """
        waiting, seen = [(path, owner)], {id(owner)}
        while waiting:
            there, cls = waiting.pop()
            yield there, cls
            bases = (found for base in reversed(plain_bases(cls.bases)) for found in self.base(there, base))
            for found in bases:
                if id(found[1]) not in seen:
                    seen.add(id(found[1]))
                    waiting.append(found)

    def base(self, path: str, base: str) -> list[Found]:
        """Return the classes that a base of a class in a file may be."""
        dotted = base.partition("[")[0].strip()
        module, _, name = dotted.rpartition(".")
        found = self.bound(path, name) if not module else None
        if module:
            imported = self._symbols(path).get(f"import::{module.partition('.')[0]}")
            parts = imported.imported if imported is not None else None
            if parts is not None:
                written = parts[0] + ("" if parts[0].endswith(".") or not parts[0] else ".") + parts[1]
                rest = module.partition(".")[2]
                files = self._files_of(path, f"{written}.{rest}" if rest else written)
                found = next((one for one in (self.bound(there, name) for there in files) if one is not None), None)
        if found is not None and found[1].kind == "class":
            return [found]
        imported = self._symbols(path).get(f"import::{dotted}")
        if imported is not None and imported.imported is not None and imported.imported[0]:
            name = imported.imported[1]
        return self._classes_named(name)

    def _classes_named(self, name: str) -> list[Found]:
        if self._classes is None:
            self._classes = {}
            for there in (there for paths in self._paths.values() for there in paths):
                for symbol in self._symbols(there).values():
                    if symbol.kind == "class":
                        self._classes.setdefault(symbol.name, []).append((there, symbol))
        return self._classes.get(name, [])

    def table(self, path: str) -> SymbolTable | None:
        """Return the symbols of a file, None where there is none."""
        if path in self._tables:
            return self._tables[path]
        return self._unchanged.table(path) if self._unchanged is not None else None

    def _symbols(self, path: str) -> Mapping[str, Symbol]:
        table = self.table(path)
        return table.symbols if table is not None else {}

    def _files_of(self, path: str, module: str) -> list[str]:
        """Return the files that a module, as it is named in the file at `path`, may be; those that are there."""
        return [there for there in files_of_module(path, module) if self.table(there) is not None]


def files_of_module(path: str, module: str) -> list[str]:
    """Return the paths that a module may have: `.a` in `p/b.py` is `p/a.py` or `p/a/__init__.py`."""
    *folders, file = path.split("/")
    dots = len(module) - len(module.lstrip("."))
    parts = module[dots:].split(".") if module[dots:] else []
    if not all(part.isidentifier() for part in parts):
        return []
    if dots:
        if dots > len(folders) + 1:
            return []
        folders = folders[: len(folders) - dots + 1]
    elif parts and parts[0] in folders:
        folders = folders[: folders.index(parts[0])]
    else:
        folders = next((root.rstrip("/").split("/") for root in SOURCE_ROOTS if path.startswith(root)), [])
    ending = file.partition(".")[2]
    stem = "/".join([*folders, *parts])
    package = f"{stem}/{PACKAGE}.{ending}" if stem else f"{PACKAGE}.{ending}"
    return [f"{stem}.{ending}", package] if parts else [package]


def _is_called(symbol: Symbol, names: Collection[str]) -> bool:
    """Whether what an import brings has one of these names where it comes from, folders left out."""
    return symbol.imported is not None and tail(symbol.imported[1]) in names


def file_stem(path: str) -> bytes:
    """Return a file's name without its ending."""
    return path.rpartition("/")[2].partition(".")[0].encode()


def tail(name: str) -> str:
    """Return the last part of a module's name, however it is separated."""
    return name.replace("/", ".").rpartition(".")[2].rpartition(":")[2]


def is_read(symbol: Symbol) -> bool:
    """Whether a member of a class is read and not called: an attribute, or a property."""
    last = (symbol.definitions or (symbol,))[-1]
    tails = (one.partition("(")[0].rpartition(".")[2].lstrip("@") for one in last.decorators)
    return symbol.kind == "attribute" or any(tail.endswith("property") or tail in ACCESSORS for tail in tails)
