"""The symbols of one commit's tree by name, and who uses a name there; read from Git, nothing has to be recorded."""

from __future__ import annotations

import re

from muse_hook.model.change import TREE_MODE, Blob
from muse_hook.record.delta import TableCache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from muse_hook.git.objects import ObjectReader
    from muse_hook.git.repository import Repository
    from muse_hook.model.symbol import Symbol, SymbolTable

TABLES = 32 << 20
"""Bytes of source whose tables are kept: a name that everybody uses stands in many files."""

_WORD = re.compile(r"\w+")
_TESTS = re.compile(
    r"(^|/)(tests?|testing|specs?|__tests__)(/|$)|(^|/)(test_[^/]*|[^/]*_tests?|[^/]*[._-]spec|[^/]*\.test)\.[^./]+$"
)
_IMPORT = "import"
_NEAR_FILES = 200
_NEAR_WORDS = 8


class SymbolUse:
    """A symbol that uses a name: its `address`, `kind`, the `lines` (numbers) where the name stands, and `how`.

    `how` is "imports", "calls" or "mentions"; `is_test` says that its file looks like a test's.
    """

    __slots__ = ("address", "how", "is_test", "kind", "lines")

    def __init__(self, address: str, kind: str, how: str, lines: list[int]) -> None:
        self.address = address
        self.kind = kind
        self.how = how
        self.lines = lines
        self.is_test = looks_like_a_test(address.partition("::")[0])

    def as_json(self) -> dict[str, Any]:
        """Return the use as docs/json.md has it."""
        return {
            "address": self.address,
            "kind": self.kind,
            "how": self.how,
            "lines": self.lines,
            "test": self.is_test,
        }


def looks_like_a_test(path: str) -> bool:
    """Say whether a path is one that tests usually have."""
    return _TESTS.search(path) is not None


class CommitTree:
    """The files of a commit: their symbols, and who uses a name in them."""

    def __init__(self, repository: Repository, objects: ObjectReader, commit_id: str) -> None:
        self.commit_id = commit_id
        self._repository = repository
        self._objects = objects
        self._cache = TableCache(TABLES)
        self._tree = objects.commit(commit_id).tree

    def blob(self, path: str) -> Blob | None:
        """Return what stands at a path, None for nothing and for a folder."""
        entry: tuple[int, str] | None = (TREE_MODE, self._tree)
        for name in path.split("/"):
            entry = self._objects.entry(entry[1], name) if entry and entry[0] == TREE_MODE else None
        return None if entry is None or entry[0] == TREE_MODE else Blob(*entry)

    def table(self, path: str) -> SymbolTable | None:
        """Return the symbols of a file, None where it is not there or of no known language."""
        return self._cache.table(self._objects, self.blob(path), path)

    def source(self, path: str) -> list[str]:
        """Return the lines of a file."""
        blob = self.blob(path)
        data = b"" if blob is None or not blob.is_file else self._objects.blob(blob.oid)
        return data.decode("utf-8", "backslashreplace").split("\n")

    def symbol(self, address: str) -> Symbol | None:
        """Return the symbol at an address."""
        path, _, name = address.partition("::")
        table = self.table(path) if name else None
        return None if table is None else table.symbols.get(name)

    def find(self, word: str) -> list[str]:
        """Return the addresses that a word means here: an address, a path, a name, or the end of one."""
        path = word.removeprefix("./")
        if "::" in path:
            return [path] if self.symbol(path) is not None else []
        if self.blob(path) is not None:
            return [path]
        name = word.rpartition(".")[2]
        if not _WORD.fullmatch(name):
            return []
        found = []
        for file in self._files_with(name):
            table = self.table(file)
            for qualified, symbol in table.symbols.items() if table is not None else ():
                is_it = qualified == word or qualified.endswith("." + word)
                if is_it and symbol.kind != _IMPORT:
                    found.append(f"{file}::{qualified}")
        return found

    def near(self, word: str, number: int = 3) -> list[str]:
        """Return the addresses of symbols whose name is nearest to a word, else the paths that are nearest to it.

        Looked at are the definitions of files that have its beginning, then words that begin alike, then file names.
        """
        import difflib

        name = word.rpartition(".")[2].lower()
        start = name[: max(3, len(name) // 2)]
        found = self._named_like(name, self._files_with(start, whole=False)) if _WORD.fullmatch(start) else []
        if not found and _WORD.fullmatch(name):
            close = difflib.get_close_matches(name, self._words_like(name), n=_NEAR_WORDS)
            found = [address for each in close for address in self._named_like(each, self._files_with(each))]
        if not found:
            names = self._repository.run("ls-tree", "-r", "-z", "--name-only", "--full-tree", self.commit_id)[1]
            paths = [_as_recorded(each) for each in names.split(b"\0") if each]
            tails = {path.rpartition("/")[2]: path for path in reversed(paths)} if "/" not in word else {}
            found = difflib.get_close_matches(word, paths, n=number)
            found = found or [tails[each] for each in difflib.get_close_matches(word, list(tails), n=number)]
        return list(dict.fromkeys(found))[:number]

    def _named_like(self, name: str, files: list[str]) -> list[str]:
        """Return the addresses of the symbols in some files whose names are near to one, the nearest first."""
        import difflib

        known: dict[str, list[str]] = {}
        for file in files[:_NEAR_FILES]:
            table = self.table(file)
            for qualified, symbol in table.symbols.items() if table is not None else ():
                if symbol.kind != _IMPORT:
                    known.setdefault(symbol.name.lower(), []).append(f"{file}::{qualified}")
        return [address for each in difflib.get_close_matches(name, list(known)) for address in known[each]]

    def _words_like(self, name: str) -> list[str]:
        """Return the words of all files that are about as long as a name and begin with its first or second letter."""
        shape = f"[{name[:2]}][[:alnum:]_]{{{max(len(name) - 3, 1)},{len(name) + 1}}}"
        words = ("grep", "-h", "-i", "-o", "-w", "-I", "-E", "-e", shape, self.commit_id, "--", ":/")
        output = self._repository.run(*words)[1]
        return sorted({word.decode("utf-8", "replace").lower() for word in output.split(b"\n") if word})

    def uses(self, address: str) -> list[SymbolUse]:
        """Return who calls, imports or mentions a symbol, by its simple name: the symbol itself is left out.

        By name alone: a method of the same name of another class is told as well. Calls come first, tests last.
        """
        path, _, qualified = address.partition("::")
        name = qualified.rpartition(".")[2]
        if not _WORD.fullmatch(name):
            return []
        own = (address, address + ".")
        uses = [
            use
            for file in self._files_with(name)
            for use in self._uses_in(file, name)
            if use.address != own[0] and not use.address.startswith(own[1])
        ]
        order = {"calls": 0, "imports": 1, "mentions": 2}
        return sorted(
            uses, key=lambda use: (use.is_test, order[use.how], use.address.partition("::")[0] != path, use.address)
        )

    def _uses_in(self, path: str, name: str) -> Iterator[SymbolUse]:
        table = self.table(path)
        if table is None:
            return
        lines = self.source(path)
        pattern = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")
        numbers = [number for number, line in enumerate(lines, 1) if pattern.search(line)]
        taken: set[int] = set()
        members = {symbol.qualified_name for symbol in table.symbols.values() if symbol.parent}
        for qualified, symbol in table.symbols.items():
            if not symbol.mentions((name,)) or (symbol.name == name and symbol.kind != _IMPORT):
                continue
            how = "imports" if symbol.kind == _IMPORT else "calls" if name in symbol.calls else "mentions"
            if name not in symbol.tokens and how != "calls" and symbol.name != name:
                continue
            first, last = symbol.lines
            inner = [table.symbols[each].lines for each in members if each.startswith(qualified + ".")]
            here = [
                number for number in numbers if first <= number <= last and not any(a <= number <= b for a, b in inner)
            ]
            taken.update(here)
            yield SymbolUse(f"{path}::{qualified}", symbol.kind, how, here)
        own = [symbol.lines for symbol in table.symbols.values() if symbol.name == name]
        rest = [number for number in numbers if number not in taken and not any(a <= number <= b for a, b in own)]
        held = [symbol.lines for symbol in table.symbols.values()]
        loose = [number for number in rest if not any(a <= number <= b for a, b in held)]
        code = [number for number in loose if not lines[number - 1].lstrip().startswith(("#", "//", "*"))]
        if code:
            called = re.compile(rf"(?<!\w){re.escape(name)}\s*\(")
            how = "calls" if any(called.search(lines[number - 1]) for number in code) else "mentions"
            yield SymbolUse(path, "file", how, code)

    def _files_with(self, name: str, *, whole: bool = True) -> list[str]:
        """Return the paths of the files in a known language that hold a word, or a text in any case, sorted."""
        from muse_hook.languages.languages import language_for

        status, output, _ = self._repository.run(
            "grep", "-l", "-z", "-w" if whole else "-i", "-F", "--full-name", "-e", name, self.commit_id, "--", ":/"
        )
        if status:
            return []
        lead = len(self.commit_id) + 1
        paths = [_as_recorded(each)[lead:] for each in output.split(b"\0") if each]
        return sorted(path for path in paths if language_for(path) is not None)


def _as_recorded(path: bytes) -> str:
    return path.decode("utf-8", "backslashreplace")
