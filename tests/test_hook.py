"""The hook as a guest in `git commit`: silent, cheap, never in the way, never running the repository's code."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
import support.reading_of_git as model
from support.hooked import PACKAGES, HookedRepo
from support.repository import Repo
from test_layers import in_hook

from muse_hook import __version__, hook

# What a hook may load beside muse_hook itself, and why.
ALWAYS = {
    # the interpreter's own, loaded without `site`
    "__future__", "_collections_abc", "_stat", "encodings.ascii", "errno", "genericpath", "os", "os.path", "posixpath",
    "stat",
    "fcntl",  # the lock
    "_sha256", "_sha2", "_hashlib",  # ids
    "zlib", "_sha1",  # new objects, without the libgit2 that packed ones take
    "_json",  # the entries, without the package around it, which loads re
    "_sqlite3",  # the index, without the package around it, which loads datetime, and without functools
    "_collections", "_functools", "_operator", "operator",
}  # fmt: skip
FOR_CODE = {
    "tree_sitter._binding", "tree_sitter_python._binding",  # without re and enum
}  # fmt: skip
LAYERS_FOR_CODE = {"symbols"}

REPORT = """
import json, os, sys
sys.path[:0] = json.loads(sys.argv[1])
before = set(sys.modules)
syncs = []
fsync = os.fsync
os.fsync = lambda descriptor: (syncs.append(descriptor), fsync(descriptor))[1]
from muse_hook.hook import main
main(["post-commit"])
loaded = sorted(set(sys.modules) - before)
import json
print(json.dumps({"modules": loaded, "syncs": len(syncs)}))
"""


@pytest.fixture
def hooked(repo: Repo) -> HookedRepo:
    """Make a repository with the hooks in it, two commits old, the second one recorded."""
    made = HookedRepo(repo.path, repo.environment, repo.clock)
    made.one("base.txt", "base")
    made.install()
    made.one("base.txt", "more")
    return made


def watched(hooked: HookedRepo) -> dict[str, list[str] | int]:
    """Fire post-commit in an interpreter started as the shim starts it; what it loaded and synced, which git it ran."""
    code = REPORT.replace("import json, os, sys\n", "import os, sys\n").replace(
        "json.loads(sys.argv[1])", "sys.argv[1].split('\\n')"
    )
    trace = hooked.path.parent / "trace"
    trace.unlink(missing_ok=True)
    done = hooked.run(sys.executable, "-I", "-S", "-c", code, "\n".join(PACKAGES), GIT_TRACE=str(trace))
    assert done.stderr == b""
    found: dict[str, list[str] | int] = json.loads(done.stdout)
    lines = trace.read_text().splitlines() if trace.exists() else []
    found["git"] = [line.partition("built-in: git ")[2].split()[0] for line in lines if "built-in: git " in line]
    return found


def test_commit_without_code_loads_no_parser(hooked: HookedRepo) -> None:
    hooked.one("a.txt", dead=True)
    found = watched(hooked)
    modules = found["modules"]
    assert isinstance(modules, list)
    foreign = {name for name in modules if not name.startswith("muse_hook")}
    assert foreign <= ALWAYS
    assert not {name.split(".")[1] for name in modules if name.startswith("muse_hook.")} & LAYERS_FOR_CODE
    assert len(hooked.seals()) == 2


def test_commit_of_code_loads_the_parser_and_its_one_grammar(hooked: HookedRepo) -> None:
    hooked.one("a.py", "a = 1", dead=True)
    modules = watched(hooked)["modules"]
    assert isinstance(modules, list)
    foreign = {name for name in modules if not name.startswith("muse_hook")}
    assert foreign <= ALWAYS | FOR_CODE
    assert foreign >= FOR_CODE
    assert len(hooked.seals()) == 2


def test_commit_takes_one_sync_and_no_git_process(hooked: HookedRepo) -> None:
    hooked.one("a.py", "a = 1", dead=True)
    found = watched(hooked)
    assert found["git"] == []
    assert found["syncs"] == 1


def test_commit_in_a_linked_work_tree_asks_git_where_it_is(hooked: HookedRepo, tmp_path: Path) -> None:
    hooked.git("worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))
    side = hooked.tree_of(tmp_path / "side")
    side.one("a.py", "a = 1", dead=True)
    assert watched(side)["git"] == ["rev-parse"]
    assert len(hooked.seals()) == 2


def test_commit_on_packed_history_takes_one_git_process_at_most(hooked: HookedRepo) -> None:
    hooked.git("gc", "-q")
    hooked.one("base.txt", "more", dead=True)
    found = watched(hooked)
    assert found["git"] == []
    assert isinstance(found["modules"], list)
    assert "pygit2._pygit2" in found["modules"]  # by the light door
    assert len(hooked.seals()) == 2


def test_commit_among_many_refs_asks_for_none_of_them(hooked: HookedRepo) -> None:
    head = hooked.git("rev-parse", "HEAD")
    with (hooked.path / ".git/packed-refs").open("a") as file:
        file.writelines(f"{head} refs/heads/many/{number:06}\n" for number in range(20_000))
    hooked.one("a.txt", dead=True)
    assert watched(hooked)["git"] == []
    assert len(hooked.seals()) == 2


def test_silence_on_success(hooked: HookedRepo) -> None:
    hooked.change("a.py", "a = 1")
    done = hooked.run("git", "commit", "-q", "-m", "quiet")
    assert (done.stdout, done.stderr) == (b"", b"")


def test_probe_touches_nothing(
    hooked: HookedRepo, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = hooked.one(dead=True)
    monkeypatch.chdir(hooked.path)
    hook.main(["--probe", "nonce", "post-commit"])
    assert capsys.readouterr().out == f"muse_hook {__version__} nonce post-commit\n"
    assert made not in hooked.sessions()


@pytest.mark.parametrize("name", ["pre-commit", "post-checkout", "reference-transaction", ""])
def test_other_hooks_do_nothing(hooked: HookedRepo, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made = hooked.one(dead=True)
    monkeypatch.chdir(hooked.path)
    hook.main([name])
    assert made not in hooked.sessions()


def test_no_repository_is_one_line(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    hook.main(["post-commit"])
    said = capfd.readouterr().err
    assert said.startswith("muse_hook: not recorded yet: ")
    assert said.count("\n") == 1


def test_failure_is_one_line_without_control_characters(capfd: pytest.CaptureFixture[str]) -> None:
    hook._say("first\nsecond \x1b[31m \u202e \udce9")
    assert capfd.readouterr().err == "muse_hook: first?second ?[31m ? ?\n"


def test_closed_descriptors(hooked: HookedRepo) -> None:
    hooked.change("a.py", "a = 1")
    hooked.run("sh", "-c", "exec git commit -q -m closed <&- >&- 2>&-")
    hooked.head_is_recorded()
    old = hooked.git("rev-parse", "HEAD")
    hooked.run("sh", "-c", "exec git commit -q --amend -m 'closed again' <&- >&- 2>&-")
    assert ("amend", old, hooked.git("rev-parse", "HEAD")) in hooked.marks()
    hooked.agree()


def test_code_of_the_repository_never_runs(hooked: HookedRepo) -> None:
    for name in ("json", "os", "re", "sqlite3", "muse_hook/__init__", "sitecustomize", "encodings/__init__"):
        hooked.write(f"{name}.py", "open('was-run', 'w')\nraise SystemExit(7)\n")
    hooked.git("add", "-A")
    hooked.git("commit", "-q", "-m", "hostile", PYTHONPATH=str(hooked.path), PYTHONHOME="", PYTHONSTARTUP="json.py")
    assert not (hooked.path / "was-run").exists()
    hooked.head_is_recorded()


def test_empty_environment(hooked: HookedRepo) -> None:
    hooked.change("a.txt", "a")
    home = hooked.environment["HOME"]
    (Path(home) / ".gitconfig").write_text("[user]\n\tname = Ada\n\temail = ada@example.org\n")
    git = subprocess.run(["sh", "-c", "command -v git"], capture_output=True, text=True, check=True).stdout.strip()
    done = subprocess.run(
        [git, "commit", "-q", "-m", "bare"], cwd=hooked.path, env={"HOME": home}, capture_output=True, check=True
    )
    assert done.stderr == b""
    hooked.head_is_recorded()


def test_configuration_given_on_the_command_line_does_not_matter(hooked: HookedRepo) -> None:
    hooked.change("a.txt", "a")
    hooked.git(
        "-c", "core.abbrev=4", "-c", "log.showSignature=true", "-c", "color.ui=always", "commit", "-q", "-m", "x"
    )
    hooked.head_is_recorded()


def test_big_commit_returns_at_once_and_is_recorded_behind(hooked: HookedRepo) -> None:
    for number in range(150):
        hooked.write(f"many/{number}.py", f"a = {number}\n")
    hooked.git("add", "-A")
    with hooked.store().lock():  # the background has to wait: whoever waits for it hangs
        started = time.monotonic()
        hooked.git("commit", "-q", "-m", "big")
        assert time.monotonic() - started < 5
        assert len(hooked.queued()) == 1
    hooked.settle()
    hooked.agree()


def test_background_mode_records_behind_the_commit(repo: Repo) -> None:
    hooked = HookedRepo(repo.path, repo.environment, repo.clock)
    hooked.install(background=True)
    hooked.one(message="old")
    hooked.git("commit", "-q", "--amend", "-m", "new")
    wait_for(hooked, seals=2, marks=1)
    hooked.settle()
    hooked.agree()
    assert hooked.mark_texts() == ["amend: old -> new"]


def test_background_mode_does_not_make_the_caller_wait(repo: Repo) -> None:
    hooked = HookedRepo(repo.path, repo.environment, repo.clock)
    hooked.install(background=True)
    hooked.one()
    wait_for(hooked, seals=1)
    with hooked.store().lock():
        started = time.monotonic()
        hooked.one()
        hooked.git("commit", "-q", "--amend", "-m", "again")
        assert time.monotonic() - started < 5
    wait_for(hooked, seals=3, marks=1)
    hooked.settle()
    hooked.agree()


def wait_for(hooked: HookedRepo, *, seals: int, marks: int = 0) -> None:
    """Wait until the background has written so many: the hook that queues a mark may be the last one to begin."""
    end = time.monotonic() + 20
    while len(model.all_seals(hooked.muse)) < seals or len(hooked.mark_texts()) < marks:
        assert time.monotonic() < end, hooked.errors()
        time.sleep(0.02)


def test_modules_of_ours_that_a_hook_loads_are_those_of_the_table(hooked: HookedRepo) -> None:
    """What is no line of a hook in test_layers' table may import more at its top."""
    hooked.one("a.py", "def f(): pass")
    hooked.path.joinpath("a.py").write_text("def g(x): return x\n")
    hooked.dead("commit", "-q", "-a", "--amend", "-m", "more")
    modules = watched(hooked)["modules"]
    assert isinstance(modules, list)
    ours = {name.removeprefix("muse_hook.") for name in modules if name.startswith("muse_hook.")}
    packages = {name.rpartition(".")[0] for name in ours}
    assert ours - packages - in_hook() == set()
