"""Whether other code reaches what a file defines, where the files above it say which of their parts are public."""

from __future__ import annotations

from muse_hook.patterns import REACH_KEYS, pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from muse_hook.model.symbol import SymbolTable

    Source = Callable[[str], str]
    """The text of a file by its path, "" where there is none."""

_WORD = pattern(r"\w+")


class Reach:
    """What the files above one say of it. How they are named its row says.

    `roots` are the files that the parts of a package are declared in, in the folder of its sources, `program_files`
    those of them that are programs, which nobody imports, `folder_files` those that declare what is in their folder;
    `declares` is how they declare a module, `passes_on` what they pass on, `passes_all` and `passes_whole` of which
    modules all of it and which by their own names.
    """

    def __init__(self, path: str, table: SymbolTable, source: Source) -> None:
        self._path = path
        self._source = source
        self._roots = table.says("roots")
        self._programs = table.says("program_files")
        self._folder_files = table.says("folder_files")
        self._hidden = table.says("private_attributes")
        self._declares, self._passes_on, *self._passes_all = (
            [pattern(text) for text in table.says(key)] for key in REACH_KEYS
        )

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
        if all(self._is_declared_public(text, module) for module, text, _ in steps):
            return True
        modules = [module for module, _, _ in steps]
        # with a module of which all that is below is declared public, that is passed on as well
        is_open = [
            all(self._is_declared_public(text, module) for module, text, _ in steps[:at]) for at in range(len(steps))
        ]
        for at, (_, text, _) in enumerate(steps):
            opened = [module for module, is_so in zip(modules[: at + 1], is_open, strict=False) if is_so]
            if self._is_passing(text, modules[: at + 1], opened, name):
                return True
        return False

    def is_passed_on(self, name: str) -> bool:
        """Whether a file above brings a name to its own place: it is found there wherever it is defined."""
        return any(name in _WORD.findall(said) for _, text, _ in self._above() for said in self._said(text))

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

    def _is_declared_public(self, text: str, module: str) -> bool:
        declared = (one for each in self._declares for one in each.finditer(text))
        found = next((one for one in declared if one["module"] == module), None)
        if found is None:
            return True
        is_hidden = any(mark in found["said"] for mark in self._hidden)
        return found["mark"] is not None and found["narrowed"] is None and not is_hidden

    def _said(self, text: str) -> Iterator[str]:
        return (found[1] for each in self._passes_on for found in each.finditer(text))

    def _is_passing(self, text: str, modules: Sequence[str], opened: Sequence[str], name: str) -> bool:
        """Whether a text passes on a name in one of these modules, all in an opened one, or an opened one itself."""
        for said in self._said(text):
            words = set(_WORD.findall(said))
            if name in words and not words.isdisjoint(modules):
                return True
            if words.isdisjoint(opened):
                continue
            if any(not set(opened).isdisjoint(one.findall(said)) for each in self._passes_all for one in each):
                return True
        return False


def _base(path: str) -> str:
    return path.rpartition("/")[2]
