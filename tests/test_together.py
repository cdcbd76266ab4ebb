"""The modules that a hook imports at once: they are those that it needs, as their sources are, or nobody's."""

from __future__ import annotations

import marshal
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support.hooked import PACKAGES, HookedRepo
from support.one_by_one import ONE_BY_ONE
from support.repository import Repo

import muse_hook
from muse_hook import patterns, quick_import
from muse_hook.patterns import PART
from muse_hook.symbols.kept import write_kept
from muse_hook.together import PARTS, READERS, pattern_texts, write_together

PACKAGE = Path(muse_hook.__file__).parent
GOLDEN = Path(__file__).parent / "golden"

HOOK = f"""
import os, sys
sys.path[:0] = sys.argv[1].split("\\n")
{ONE_BY_ONE}from muse_hook.hook import main
main(["post-commit"])
print(*one_by_one)
"""

USE = """
import sys
sys.path.insert(0, sys.argv[1])
from muse_hook import quick_import
quick_import.install()
quick_import.import_together("hook")
from muse_hook.catchup import rebase
print(sorted(quick_import.stale), hasattr(rebase, "added"), "muse_hook.record.recorder" in sys.modules)
"""

WRITE = """
import sys
sys.path.insert(0, sys.argv[1])
from muse_hook.together import write_together
write_together()
"""


def run(code: str, *arguments: str) -> str:
    """Run code in an interpreter started as a hook's; its output."""
    command = (sys.executable, "-I", "-S", "-c", code, *arguments)
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_hook_imports_all_it_needs_at_once(repo: Repo) -> None:
    write_together()
    hooked = HookedRepo(repo.path, repo.environment, repo.clock)
    hooked.install()
    hooked.one("a.txt")
    for name, text in (("a.txt", "text\n"), ("a.py", "def f():\n    return 1\n")):
        hooked.write(name, text)
        hooked.git("add", name)
        hooked.dead("commit", "-qm", name)
        done = hooked.run(sys.executable, "-I", "-S", "-c", HOOK, "\n".join(PACKAGES))
        assert hooked.git("rev-parse", "HEAD") in hooked.sessions()
        assert (done.stdout, done.stderr) == (b"muse_hook.errors\n", b""), "add it to muse_hook.together.PARTS"


def test_what_has_no_verdict_loads_no_rules_for_one(repo: Repo) -> None:
    hooked = HookedRepo(repo.path, repo.environment, repo.clock)
    hooked.install()
    for text in ("# A\n\none\n", "# A\n\ntwo\n"):
        hooked.write("a.md", text)
        hooked.git("add", "a.md")
        hooked.dead("commit", "-qm", "text")
        done = hooked.run(sys.executable, "-I", "-S", "-c", HOOK, "\n".join(PACKAGES))
    assert hooked.git("rev-parse", "HEAD") in hooked.sessions()
    loaded = done.stdout.decode().split()
    assert "muse_hook.symbols.sections" in loaded
    assert "muse_hook.semver.marked" not in loaded


def test_hook_compiles_no_expressions(repo: Repo) -> None:
    """A function renamed and another one changed, in Python and in a language whose rules are patterns."""
    write_together()
    hooked = HookedRepo(repo.path, repo.environment, repo.clock)
    hooked.install()
    for name in ("one", "two"):
        hooked.write("a.py", f"def {name}(a):\n    return a + {len(name)}\n")
        hooked.write("a.ts", f"export function f(a: number): number {{\n  return a + '{name}';\n}}\n")
        hooked.git("add", "a.py", "a.ts")
        hooked.dead("commit", "-qm", name)
        code = HOOK.replace(
            "print(*one_by_one)", "print('re' in sys.modules, 'muse_hook.match.evidence' in one_by_one)"
        )
        done = hooked.run(sys.executable, "-I", "-S", "-c", code, "\n".join(PACKAGES))
    assert hooked.git("rev-parse", "HEAD") in hooked.sessions()
    assert (done.stdout, done.stderr) == (b"False True\n", b"")


def test_hook_compiles_no_expressions_in_any_language(repo: Repo) -> None:
    """Each golden file becomes the one after it."""
    write_together()
    write_kept(time.time())
    hooked = HookedRepo(repo.path, repo.environment, repo.clock)
    hooked.install()
    code = HOOK.replace("print(*one_by_one)", "print('re' in sys.modules, *sys.modules)")
    for name in ("before", "after"):
        for path in sorted(GOLDEN.glob(f"*/{name}.*")):
            hooked.write(f"lib/{path.parent.name}{path.suffix}", path.read_text())
        hooked.git("add", "lib")
        hooked.dead("commit", "-qm", name)
        done = hooked.run(sys.executable, "-I", "-S", "-c", code, "\n".join(PACKAGES))
        assert done.stderr == b""
        found, *loaded = done.stdout.decode().split()
        assert found == "False"
        assert {"muse_hook.symbols.preprocessor", "muse_hook.symbols.style_sheets"}.issubset(loaded)
    assert hooked.git("rev-parse", "HEAD") in hooked.sessions()


READ = """
import sys
sys.path[:0] = sys.argv[1].split("\\n")
from muse_hook import quick_import
quick_import.install()
for part in ("hook", "symbols/extract", "semver/marked"):
    quick_import.import_together(part)
from muse_hook.languages.languages import language_for
from muse_hook.symbols.extract import extract
for path in sys.argv[2:]:
    with open(path, "rb") as file:
        print(extract(file.read(), language_for(path)).state + path * ("re" in sys.modules))
"""


def test_no_golden_file_asks_for_the_compiler_of_expressions() -> None:
    """Data, too, which a repository has to ask for."""
    write_together()
    write_kept(time.time())
    files = sorted(str(path) for name in ("before", "after") for path in GOLDEN.glob(f"*/{name}.*"))
    assert len(files) > 60
    assert {*run(READ, "\n".join(PACKAGES), *files).split("\n")} == {"parsed"}


@pytest.mark.skipif(sys.implementation.name != "cpython", reason="compiles them in its own way")
def test_expressions_are_written_as_python_compiles_them() -> None:
    import _sre  # type: ignore[import-not-found] # noqa: PLC0415 - CPython's own, and not in typeshed

    write_together()
    form, written = quick_import.read_together(PART)
    assert form == _sre.MAGIC
    assert len(written) > 30
    assert written.keys() == set(pattern_texts())
    for text, arguments in written.items():
        assert _sre.compile(*marshal.loads(arguments)) == re.compile(text)  # noqa: S302 - our own


def test_expressions_of_another_form_are_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    write_together()
    monkeypatch.setattr(patterns, "_compiled", None)
    assert patterns._known()
    monkeypatch.setattr(patterns, "_compiled", None)
    monkeypatch.setattr(patterns, "_form", lambda: 1)
    monkeypatch.setattr(quick_import, "stale", set())
    assert not patterns._known()
    assert quick_import.stale == {PART}


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Make a copy of the package, its modules written together."""
    folder = tmp_path / "muse_hook"
    shutil.copytree(PACKAGE, folder, ignore=shutil.ignore_patterns("__pycache__", "*.pyo"))
    run(WRITE, str(tmp_path))
    return folder


def test_what_was_written_is_used_until_a_source_changes(package: Path) -> None:
    assert run(USE, str(package.parent)) == "[] False True"
    source = package / "catchup" / "rebase.py"
    before = source.stat()
    source.write_text(source.read_text() + "added = 1\n")
    os.utime(source, ns=(before.st_atime_ns, before.st_mtime_ns))  # the size tells
    assert run(USE, str(package.parent)) == "['hook'] True False"
    run(WRITE, str(package.parent))
    assert run(USE, str(package.parent)) == "[] True True"
    source.unlink()
    shutil.copy(PACKAGE / "catchup" / "rebase.py", source)
    os.utime(source, (1, 1))
    assert run(USE, str(package.parent)) == "['hook'] False False"


@pytest.mark.parametrize("damage", [b"", b"nothing of Python's", None])
def test_damaged_file_is_passed_over(package: Path, damage: bytes | None) -> None:
    for written in package.rglob("*.pyo"):
        written.write_bytes(written.read_bytes()[:10000] if damage is None else damage)
    assert run(USE, str(package.parent)) == "['hook'] False False"


def test_copy_of_the_package_looks_at_its_own_sources(package: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy" / "muse_hook"
    shutil.copytree(package, copy)
    assert run(USE, str(copy.parent)) == "[] False True"
    with (copy / "catchup" / "rebase.py").open("a") as source:
        source.write("added = 1\n")
    assert run(USE, str(copy.parent)) == "['hook'] True False"


def test_folder_that_cannot_be_written_has_no_file(package: Path) -> None:
    files = [*package.rglob("*.pyo")]
    assert len(files) == len(PARTS) + len(READERS) + 1  # and the patterns
    for file in files:
        file.unlink()
        file.mkdir()
    run(WRITE, str(package.parent))
    assert run(USE, str(package.parent)) == "['hook'] False False"


def test_each_file_lies_where_pip_takes_it_away(package: Path) -> None:
    """It removes the `.pyc` and `.pyo` beside each module that it installed (pip's uninstallation_paths)."""
    files = [*package.rglob("*.pyo")]
    assert files
    assert all(file.with_suffix(".py").is_file() for file in files)
    assert not [*package.rglob("*.bin")]


def test_module_that_fails_is_reported_by_whoever_imports_it(package: Path) -> None:
    with (package / "catchup" / "rebase.py").open("a") as source:
        source.write("raise ImportError('broken')\n")
    run(WRITE, str(package.parent))
    with pytest.raises(subprocess.CalledProcessError) as raised:
        run(USE, str(package.parent))
    assert b"broken" in raised.value.stderr.encode()
