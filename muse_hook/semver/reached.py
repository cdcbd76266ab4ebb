"""Whether other code reaches what a file defines, where the files above it say which of their parts are public."""

from __future__ import annotations

from muse_hook.patterns import pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from muse_hook.model.symbol import SymbolTable

    Source = Callable[[str], str]
    """The text of a file by its path, "" where there is none."""

_DECLARED = pattern(r"(?m)^[ \t]*((?:#\[[^\]]*\]\s*)*)(pub\b(\s*\([^)]*\))?\s*)?mod\s+(\w+)\s*[;{]")
_PASSED_ON = pattern(r"(?s)\buse\s+([^;]+);")
_WORD = pattern(r"\w+")
_ALL_OF = pattern(r"(\w+)\s*::\s*(?:\{[^}]*)?\*")
_LAST = pattern(r"(?:::|\{|,)\s*(\w+)\s*(?=$|\}|,)")


class Reach:
    """What the files above one say of it. How they are named its row says.

    `roots` are the files that the parts of a package are declared in, in the folder of its sources, `program_files`
    those of them that are programs, which nobody imports, `folder_files` those that declare what is in their folder.
    """

    def __init__(self, path: str, table: SymbolTable, source: Source) -> None:
        self._path = path
        self._source = source
        self._roots = table.says("roots")
        self._programs = table.says("program_files")
        self._folder_files = table.says("folder_files")

    def has(self, name: str) -> bool:
        """Whether the outermost name `name` of the file can be written by who uses its package.

        Each file above has to declare the next one as `pub mod a;`, or one of them passes the name on (`pub use
        a::name`, `pub use a::*`). What cannot be told (no file above is there, a macro declares it) counts as reached.
        """
        if _base(self._path) in self._programs:
            return False
        steps = [*self._above()]
        if steps and _base(steps[-1][2]) in self._programs:
            return False
        if all(_is_declared_public(text, module) for module, text, _ in steps):
            return True
        modules = [module for module, _, _ in steps]
        # with a module of which all that is below is declared public, that is passed on as well
        is_open = [all(_is_declared_public(text, module) for module, text, _ in steps[:at]) for at in range(len(steps))]
        for at, (_, text, _) in enumerate(steps):
            opened = [module for module, is_so in zip(modules[: at + 1], is_open, strict=False) if is_so]
            if _passes_on(text, modules[: at + 1], opened, name):
                return True
        return False

    def is_passed_on(self, name: str) -> bool:
        """Whether a file above brings a name to its own place: it is found there wherever it is defined."""
        return any(
            name in _WORD.findall(found[1]) for _, text, _ in self._above() for found in _PASSED_ON.finditer(text)
        )

    def _above(self) -> Iterator[tuple[str, str, str]]:
        """Yield each module from the file's own up to its package's root, the text that has to declare it, its path."""
        folder, _, file = self._path.rpartition("/")
        if file in self._roots:
            return
        module, dot, extension = file.rpartition(".")
        if file in self._folder_files:
            folder, _, module = folder.rpartition("/")
        while module:
            owner, text = self._owner(folder, dot + extension)
            if not text:
                return
            yield module, text, owner
            if _base(owner) in self._roots:
                return
            folder, _, module = folder.rpartition("/")

    def _owner(self, folder: str, extension: str) -> tuple[str, str]:
        """Return the file that declares what stands in a folder, and its text; "" where there is none."""
        inside = [f"{folder}/{root}" if folder else root for root in self._roots]
        for file in (*inside, *(f"{folder}/{one}" for one in self._folder_files), folder + extension):
            text = self._source(file)
            if text:
                return file, text
        return "", ""


def _base(path: str) -> str:
    return path.rpartition("/")[2]


def _is_declared_public(text: str, module: str) -> bool:
    found = next((one for one in _DECLARED.finditer(text) if one[4] == module), None)
    return found is None or (found[2] is not None and found[3] is None and "doc(hidden)" not in found[1])


def _passes_on(text: str, modules: Sequence[str], opened: Sequence[str], name: str) -> bool:
    """Whether a text has a `use` of a name in one of these modules, of all in an opened one, or of an opened one."""
    for found in _PASSED_ON.finditer(text):
        words = set(_WORD.findall(found[1]))
        if name in words and not words.isdisjoint(modules):
            return True
        if words.isdisjoint(opened):
            continue
        if not set(opened).isdisjoint((*_ALL_OF.findall(found[1]), *_LAST.findall(found[1]))):
            return True
    return False
