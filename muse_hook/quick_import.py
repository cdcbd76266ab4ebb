"""Imports less than Python would: our own modules found at once, compiled ones without what they never use."""

from __future__ import annotations

import marshal
import os
import sys
from _frozen_importlib import ModuleSpec
from _frozen_importlib_external import MAGIC_NUMBER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import CodeType, ModuleType
    from typing import Any

_PREFIX = __name__.partition(".")[0] + "."
_HEADER = 16  # of a compiled file: magic number, flags, time and size of its source (PEP 552)
_LOW = 0xFFFFFFFF
stale: set[str] = set()  # parts whose files do not do
_asked: set[str] = set()  # parts that were imported, or tried
FOLDER = __file__.rpartition("/")[0] + "/"


class QuickFinder:
    """Loads modules of this package from what Python compiled of them before, if the source is as it was then.

    Everything else (other packages, a source that changed or was never compiled) is left to Python's own finders, which
    come after this one and compile what is missing. A hook loads sixty modules; this saves it 2 to 3 ms of 20.
    """

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """Return what Python wants to know of a module, `None` where this finder has nothing to say."""
        del path, target
        if not name.startswith(_PREFIX):
            return None
        base = self._folder + name[len(_PREFIX) :].replace(".", "/")
        try:
            origin = base + ".py"
            found = os.stat(origin)
            is_package = False
        except OSError:
            try:
                origin = base + "/__init__.py"
                found = os.stat(origin)
                is_package = True
            except OSError:
                return None
        folder, _, file = origin.rpartition("/")
        cached = f"{folder}/__pycache__/{file[:-3]}.{sys.implementation.cache_tag}.pyc"
        try:
            with open(cached, "rb", buffering=0) as compiled:
                data = compiled.read()
        except OSError:
            return None
        source = ((number & _LOW).to_bytes(4, "little") for number in (int(found.st_mtime), found.st_size))
        if data[:_HEADER] != b"".join((MAGIC_NUMBER, b"\0\0\0\0", *source)):
            return None
        spec = ModuleSpec(name, self, origin=origin, is_package=is_package, loader_state=data)  # type: ignore[arg-type] # quacks
        spec.cached = cached
        spec.has_location = True
        if is_package:
            spec.submodule_search_locations = [base]
        return spec

    def create_module(self, spec: ModuleSpec) -> None:
        """Leave making an empty module to Python."""

    def exec_module(self, module: ModuleType) -> None:
        """Fill a module."""
        spec = module.__spec__
        if spec is not None and isinstance(spec.loader_state, bytes):
            data, spec.loader_state = spec.loader_state, None
            exec(marshal.loads(memoryview(data)[_HEADER:]), module.__dict__)  # noqa: S102, S302 - as Python's own does


def install() -> None:
    """Put the finder before Python's own."""
    sys.meta_path.insert(0, QuickFinder(FOLDER))


def together_file(part: str) -> str:
    """Return where what belongs together lies; see `muse_hook.together`, which writes the file.

    Beside a module, under the name that optimised code had before PEP 488: Python does not read it any more, and pip,
    which knows of no other file that came after it, takes it away with the module.
    """
    return f"{FOLDER}{part}.pyo"


def read_together(part: str) -> Any:
    """Return what was written of a part, None where there is nothing that this Python can read; `stale` says so."""
    stale.add(part)
    try:
        with open(together_file(part), "rb", buffering=0) as file:
            data = file.read()
        if data[: len(MAGIC_NUMBER)] != MAGIC_NUMBER:
            return None
        found = marshal.loads(memoryview(data)[len(MAGIC_NUMBER) :])  # noqa: S302 - as Python's own does
    except (OSError, ValueError, EOFError, TypeError):
        return None
    stale.discard(part)
    return found


def import_together(part: str) -> None:
    """Import all modules of a part from the one file that holds them.

    Imported one by one, eighty modules cost a hook a third of its instructions: 31 million, together 17. Where the file
    does not do, as its sources have changed or nobody has written it, each is imported when it is asked for, as ever;
    `stale` says so. Does nothing without `install`, and nothing the second time.
    """
    if part in _asked:
        return
    _asked.add(part)
    finder = next(iter(sys.meta_path), None)
    if not isinstance(finder, QuickFinder):
        return
    modules = read_together(part)
    if modules is None:
        return
    stale.add(part)
    try:
        for _, origin, *written, _ in modules:
            found = os.stat(FOLDER + origin)
            if [found.st_mtime_ns, found.st_size] != written:
                return
    except (OSError, ValueError, TypeError):
        return
    stale.discard(part)
    made = []
    try:
        for name, origin, _, _, code in modules:
            if name not in sys.modules:
                made.append(name)
                _make(finder, name, FOLDER + origin, code)
    except Exception:  # noqa: BLE001 - whoever asks for the module that fails is told
        for name in made:
            del sys.modules[name]


def _make(finder: QuickFinder, name: str, origin: str, code: CodeType) -> None:
    """Put a module into `sys.modules` and its package, and fill it."""
    module = type(sys)(name)
    folder, _, file = origin.rpartition("/")
    package, _, last = name.rpartition(".")
    spec = ModuleSpec(name, finder, origin=origin)  # type: ignore[arg-type] # quacks
    spec.cached = f"{folder}/__pycache__/{file[:-3]}.{sys.implementation.cache_tag}.pyc"
    spec.has_location = True
    if file == "__init__.py":
        package = name
        module.__path__ = spec.submodule_search_locations = [folder]
    module.__dict__.update(
        __file__=origin, __cached__=spec.cached, __package__=package, __spec__=spec, __loader__=finder
    )
    sys.modules[name] = module
    exec(code, module.__dict__)  # noqa: S102 - as Python's own does
    setattr(sys.modules[name.rpartition(".")[0]], last, module)


def with_stand_ins(stand_ins: Mapping[str, Mapping[str, object]], compiled: Callable[[], Any]) -> Any:
    """Return what `compiled` imports while modules with just these attributes stand in for those not imported yet.

    Compiled modules import packages of which they take one name, or none. Where a stand-in does not do (ImportError,
    AttributeError), it is imported again without.
    """
    made = {name: type(sys)(name) for name in stand_ins if name not in sys.modules}
    for name, module in made.items():
        vars(module).update(stand_ins[name])
    sys.modules |= made
    try:
        return compiled()
    except (ImportError, AttributeError):
        if not made:
            raise
    finally:
        for name in made:
            del sys.modules[name]
    return compiled()
