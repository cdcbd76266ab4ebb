"""The finder of a hook's interpreter: the modules that Python's own would give; hands off what it is not sure of."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import muse_hook

PACKAGE = Path(muse_hook.__file__).parent

FACTS = """
import sys
sys.path.insert(0, sys.argv[1])
if sys.argv[2]:
    from muse_hook import quick_import
    quick_import.install()
import muse_hook.catchup.fast_path, muse_hook.delta.build, muse_hook.git, muse_hook.symbols.extract
facts = {}
for name, module in sorted(sys.modules.items()):
    if name.startswith("muse_hook.") and name != "muse_hook.quick_import":
        spec = module.__spec__
        facts[name] = [module.__file__, module.__package__, module.__cached__, getattr(module, "__path__", None)]
        facts[name] += [spec.name, spec.origin, spec.parent, spec.submodule_search_locations, sorted(vars(module))]
        quick = type(spec.loader).__name__ == "QuickFinder"
        assert quick == bool(sys.argv[2]), name
import json
print(json.dumps(facts))
"""

CODE = """
import sys
sys.path.insert(0, sys.argv[1])
from muse_hook import quick_import
quick_import.install()
from muse_hook import thing
print(thing.NUMBER, type(thing.__spec__.loader).__name__)
"""


def run(code: str, *arguments: str) -> str:
    """Run code in an interpreter started as a hook's; its output."""
    command = (sys.executable, "-I", "-S", "-c", code, *arguments)
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_modules_are_those_that_python_finds() -> None:
    run(FACTS, str(PACKAGE.parent), "")  # compiles what was not compiled yet
    assert json.loads(run(FACTS, str(PACKAGE.parent), "quick")) == json.loads(run(FACTS, str(PACKAGE.parent), ""))


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Make a package with the finder and one module in it, compiled."""
    folder = tmp_path / "muse_hook"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "quick_import.py").write_bytes((PACKAGE / "quick_import.py").read_bytes())
    (folder / "thing.py").write_text("NUMBER = 1\n")
    assert run(CODE, str(tmp_path)) == "1 SourceFileLoader"
    assert run(CODE, str(tmp_path)) == "1 QuickFinder"
    return folder


def test_changed_source_is_compiled_again(package: Path) -> None:
    path = package / "thing.py"
    before = path.stat()
    path.write_text("NUMBER = 22\n")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))  # the size tells
    assert run(CODE, str(package.parent)) == "22 SourceFileLoader"
    path.write_text("NUMBER = 33\n")
    os.utime(path, (1, 1))
    assert run(CODE, str(package.parent)) == "33 SourceFileLoader"
    assert run(CODE, str(package.parent)) == "33 QuickFinder"


@pytest.mark.parametrize("content", [b"", b"x", b"\0" * 40])
def test_what_python_did_not_compile_is_left_alone(package: Path, content: bytes) -> None:
    (compiled,) = (package / "__pycache__").glob("thing.*.pyc")
    compiled.write_bytes(content)
    assert run(CODE, str(package.parent)) == "1 SourceFileLoader"


def test_missing_module_is_an_import_error(package: Path) -> None:
    (package / "thing.py").unlink()
    with pytest.raises(subprocess.CalledProcessError) as caught:
        run(CODE, str(package.parent))
    assert "ImportError: cannot import name 'thing'" in caught.value.stderr
