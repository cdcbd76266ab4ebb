"""One fault in one file never loses a commit: that file is told by file, the others keep their symbols."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.deltas import children, delta_of
from support.hooked import HookedRepo
from support.repository import Repo
from support.shell import Shell

from muse_hook.delta.build import build_delta
from muse_hook.languages.languages import language_for
from muse_hook.model import symbol
from muse_hook.record import delta
from muse_hook.symbols import extract as extraction
from muse_hook.symbols.extract import extract
from muse_hook.symbols.source import SourceText


@pytest.fixture
def hooked(repo: Repo) -> HookedRepo:
    """Make an empty repository with the hooks in it."""
    made = HookedRepo(repo.path, repo.environment, repo.clock)
    made.install()
    return made


FLAT = ("def g(x):\n    return x\n", "def g(x, y):\n    return x + y\n")


@settings(max_examples=120, deadline=None)
@given(st.binary(max_size=300), st.sampled_from([".py", ".js", ".go"]))
def test_arbitrary_bytes_keep_no_commit_out(source: bytes, ending: str) -> None:
    language = language_for("a" + ending)
    assert language is not None
    table = extract(source, language)
    table.work_out()
    text = source.decode("latin-1")
    found = delta_of({"flat.py": FLAT[0], "a" + ending: "x\n"}, {"flat.py": FLAT[1], "a" + ending: text})
    assert "flat.py::g" in [op["address"] for op in children(found)]


@pytest.mark.parametrize(
    "source",
    [
        "def f(x) -> " + "dict[str, " * 3000 + "int" + "]" * 3000 + ":\n    return x\n",
        "def f(x=" + "[" * 10_000 + "]" * 10_000 + "):\n    return x\n",
        "def f(x):\n    return " + "not " * 10_000 + "x\n",
        "def f(x):\n    return [" + "0, " * 200_001 + "]\n",
    ],
    ids=["annotations", "lists", "operators", "a long list"],
)
def test_what_is_within_the_budget_is_read_in_full_however_it_is_nested(source: str) -> None:
    found = delta_of({"deep.py": "def f(x):\n    return x\n"}, {"deep.py": source})
    (op,) = children(found)
    assert (op["op"], op["address"]) == ("replace", "deep.py::f")
    assert delta_of({"deep.py": source}, {"deep.py": source + "\n\n"})["ops"][0].get("change") is None


def test_a_tree_that_is_too_deep_is_too_large() -> None:
    language = language_for("a.py")
    assert language is not None
    deep = extraction.MAX_DEPTH + 1
    assert extract(b"x = " + b"(" * deep + b")" * deep + b"\n", language).state == "too_large"


def fail_in_the_way_in(monkeypatch: pytest.MonkeyPatch) -> None:
    original = extraction.extract

    def fails(source: bytes, *rest: Any) -> Any:
        if b"bad" in source:
            raise ZeroDivisionError("a bug of ours")
        return original(source, *rest)

    monkeypatch.setattr(extraction, "extract", fails)


def fail_where_a_part_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    original = SourceText._write

    def fails(self: SourceText) -> Any:
        if b"bad" in self.source:
            raise ZeroDivisionError("a bug of ours")
        return original(self)

    monkeypatch.setattr(SourceText, "_write", fails)


@pytest.mark.parametrize("fault", [fail_in_the_way_in, fail_where_a_part_is_asked_for])
def test_a_fault_in_one_file_costs_its_symbols_alone(
    hooked: HookedRepo,
    monkeypatch: pytest.MonkeyPatch,
    fault: Callable[[pytest.MonkeyPatch], None],
) -> None:
    first = hooked.one("a.py", FLAT[0], dead=True)
    (hooked.path / "b.py").write_text("def bad(x):\n    return x\n")
    hooked.git("add", "b.py")
    bad = hooked.one("a.py", FLAT[1], dead=True)
    with monkeypatch.context() as patched:
        fault(patched)
        report = hooked.read()
    assert (report.recorded, report.unreadable) == (2, {})
    assert set(hooked.sessions()) >= {first, bad}
    log = (hooked.muse / "op_log" / "main" / "ops.jsonl").read_text().splitlines()
    ops = [entry["domain_op"] for entry in map(json.loads, log) if entry["commit_id"] == bad]
    assert {op["address"]: op.get("change") for op in ops if op["address"].startswith(("a.py::", "b.py"))} == {
        "a.py::g": ["signature", "body"],
        "b.py": ["unreadable"],
    }
    assert "b.py: Traceback" in hooked.errors()
    assert hooked.pending().by_file == [(bad, "b.py", "unreadable")]
    (hooked.muse / "error.log").unlink()


def test_matching_that_raises_tells_the_commit_by_file(hooked: HookedRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    hooked.one("a.py", FLAT[0], dead=True)
    with monkeypatch.context() as patched:
        original = build_delta

        def fails(files: Any, *rest: Any, **named: Any) -> Any:
            if any(file.new is not None and file.new.state == "parsed" for file in files):
                raise ZeroDivisionError("a bug of ours")
            return original(files, *rest, **named)

        patched.setattr(delta, "build_delta", fails)
        report = hooked.read()
    assert (report.recorded, report.unreadable) == (1, {})
    assert [path for _, path, code in hooked.pending().by_file if code == "unreadable"] == ["a.py"]
    assert "ZeroDivisionError" in hooked.errors()
    (hooked.muse / "error.log").unlink()


def test_a_file_of_which_too_much_would_be_told_is_too_large_where_its_path_is_long(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(symbol, "_TOLD", 40_000)  # 30 MiB in 80
    monkeypatch.setattr(delta, "_FEW", 0)
    assert shell.run("install")[0] == 0
    repo = shell.repo
    shutil.rmtree(repo.path / ".git/hooks")  # another process has other limits
    repo.commit("Base")
    deep = "/".join(["folder"] * 60)
    source = "".join(f"def f{number}():\n    return 1\n" for number in range(50))
    for number, path in enumerate((f"{deep}/m", f"{deep}/m", "m", f"{deep}/n")):
        if number in (2, 3):
            old = f"{deep}/m.py" if number == 2 else "m.py"
            (repo.path / f"{path}.py").parent.mkdir(parents=True, exist_ok=True)
            repo.git("mv", old, f"{path}.py")
        repo.commit(f"{number}", **{path: source.replace("return 1", f"return {number}", 1)})
        assert shell.run("sync")[0] == 0
        told = shell.json("show")["delta"]["ops"]
        codes = {code for op in told for code in op.get("change", ())}
        assert ("too_large" in codes) is (path != "m")
        assert {op["address"] for op in told if op["op"] == "patch"} == ({"m.py"} if number > 1 else set())
    assert shell.out("verify", "--all").startswith("sound")
    assert shell.json("replay")["files"] == {f"{deep}/n.py": None}
