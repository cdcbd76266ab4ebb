"""The sh text of a hook: what it starts, with what, and what it does where something is missing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from support.fake_interpreter import FakeInterpreter
from support.repository import Repo

from muse_hook import __version__
from muse_hook.install.hook_file import EVENTS, Shim, appended_lines, parse_shim, template

HOOKS = Path(__file__).parent.parent.parent / "hooks"


class Bench:
    """A folder of hooks that start the stand-in."""

    def __init__(self, folder: Path, fake_interpreter: FakeInterpreter) -> None:
        self.fake_interpreter = fake_interpreter
        self.packages = fake_interpreter.folder
        self.hooks = folder / "the hooks"
        self.hooks.mkdir()
        self.shim = self.fake_interpreter.shim()

    def put(self, event: str) -> Path:
        """Write the shim as the hook of an event."""
        path = self.hooks / event
        path.write_bytes(self.shim.render())
        path.chmod(0o755)
        return path

    def chain(self, event: str, text: str, suffix: str = "") -> Path:
        """Write a hook that was there before."""
        path = self.hooks / f"{event}.before-muse-hook{suffix}"
        path.write_text(text)
        path.chmod(0o755)
        return path

    def run(
        self, event: str, *arguments: str, stdin: bytes = b"", shell: str = "/bin/sh", **variables: str
    ) -> subprocess.CompletedProcess[bytes]:
        """Start a hook as Git does, with no more in its environment than is given."""
        command = (shell, str(self.hooks / event), *arguments)
        return subprocess.run(
            command, cwd=self.hooks.parent, input=stdin, capture_output=True, env=variables, check=False, timeout=60
        )

    def calls(self, at_least: int = 1) -> list[dict[str, Any]]:
        """Return how the interpreter was started until now."""
        return self.fake_interpreter.calls(at_least)


@pytest.fixture
def bench(tmp_path: Path, fake_interpreter: FakeInterpreter) -> Bench:
    """Make a folder for hooks."""
    return Bench(tmp_path, fake_interpreter)


def test_all_hooks_are_the_same_text() -> None:
    assert {(HOOKS / event).read_bytes() for event in EVENTS} == {template()}
    assert all(os.access(HOOKS / event, os.X_OK) for event in EVENTS)


@pytest.mark.parametrize("shell", ["dash", "bash"])
def test_shim_hands_name_and_arguments_on_and_stays_silent(bench: Bench, shell: str) -> None:
    bench.put("post-merge")
    done = bench.run("post-merge", "0", "a b", "it's", shell=shutil.which(shell) or pytest.skip(f"no {shell}"))
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    (call,) = bench.calls()
    assert call["argv"] == ["post-merge", "0", "a b", "it's"]
    assert call["isolated"] == 1
    assert call["site"] is False


def test_leaked_python_variables_change_nothing(bench: Bench) -> None:
    bench.put("post-commit")
    done = bench.run("post-commit", PATH="", PYTHONPATH="/nowhere", PYTHONHOME="/nowhere", PYTHONSTARTUP="/nowhere")
    assert (done.returncode, done.stderr) == (0, b"")
    assert len(bench.calls()) == 1


def test_modules_of_the_repository_are_not_imported(bench: Bench) -> None:
    for name in ("json", "os", "site", "muse_hook"):
        (bench.hooks.parent / f"{name}.py").write_text("raise SystemExit('code of the repository ran')")
    bench.put("post-commit")
    assert bench.run("post-commit").stderr == b""
    assert len(bench.calls()) == 1


def test_stdin_reaches_the_interpreter(bench: Bench) -> None:
    bench.put("post-rewrite")
    bench.run("post-rewrite", "rebase", stdin=b"old new\nold2 \xff\n")
    assert bench.calls()[0]["stdin"] == "old new\nold2 \xff\n"


@pytest.mark.parametrize("shell", ["dash", "bash"])
@pytest.mark.parametrize("stdin", [b"", b"old new", b"old new\n\n", b"\x81\x82\xff \\n %s\n"])
def test_stdin_reaches_the_earlier_hook_and_us_byte_for_byte(bench: Bench, shell: str, stdin: bytes) -> None:
    bench.put("post-receive")
    bench.chain("post-receive", '#!/bin/sh\ncommand -p cat > "$1"\n')
    seen = bench.hooks.parent / "seen"
    done = bench.run(
        "post-receive", str(seen), stdin=stdin, PATH="", shell=shutil.which(shell) or pytest.skip(f"no {shell}")
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert seen.read_bytes() == stdin
    assert bench.calls()[0]["stdin"] == stdin.decode("latin-1")


def test_a_push_of_100000_refs_passes_an_earlier_hook_that_reads_nothing(bench: Bench) -> None:
    bench.put("post-receive")
    bench.chain("post-receive", "#!/bin/sh\nexit 3\n")
    refs = b"".join(b"%040x %040x refs/heads/branch-%d\n" % (n, n + 1, n) for n in range(100_000))
    started = time.monotonic()
    done = bench.run("post-receive", stdin=refs)
    assert (done.returncode, done.stderr) == (3, b"")
    assert bench.calls()[0]["stdin"] == refs.decode()
    assert time.monotonic() - started < 10


def test_the_earlier_hook_runs_first_and_its_status_is_the_hooks(bench: Bench) -> None:
    bench.put("post-commit")
    bench.chain("post-commit", f'#!/bin/sh\necho "$# $1" && test ! -e "{bench.packages}/calls" && exit 7\n')
    done = bench.run("post-commit", "an argument")
    assert (done.returncode, done.stdout) == (7, b"1 an argument\n")
    assert len(bench.calls()) == 1


def test_several_earlier_hooks_run_in_order(bench: Bench) -> None:
    bench.put("post-commit")
    bench.chain("post-commit", "#!/bin/sh\necho one; exit 5\n")
    bench.chain("post-commit", f"#!{sys.executable}\nprint('two')\n", suffix="-2")
    done = bench.run("post-commit")
    assert (done.returncode, done.stdout) == (5, b"one\ntwo\n")


def test_an_earlier_hook_without_its_exec_bit_is_passed_over(bench: Bench) -> None:
    bench.put("post-commit")
    bench.chain("post-commit", "#!/bin/sh\nexit 7\n").chmod(0o644)
    assert bench.run("post-commit").returncode == 0
    assert len(bench.calls()) == 1


def test_an_earlier_hook_that_calls_us_back_does_not_loop(bench: Bench) -> None:
    shim = bench.put("post-commit")
    bench.chain("post-commit", f'#!/bin/sh\necho once\n"{shim}"\n')
    assert bench.run("post-commit").stdout == b"once\n"
    assert len(bench.calls(2)) == 2


def test_a_vanished_interpreter_is_one_line_and_no_failure(bench: Bench) -> None:
    bench.shim = Shim("/nowhere/bin/python", ())
    bench.put("post-commit")
    done = bench.run("post-commit")
    assert done.returncode == 0
    assert done.stderr.count(b"\n") == 1
    assert b"/nowhere/bin/python" in done.stderr
    assert b"muse-hook install" in done.stderr


def test_a_vanished_package_is_one_line_and_no_failure(bench: Bench) -> None:
    bench.put("post-commit")
    shutil.rmtree(bench.packages)
    done = bench.run("post-commit")
    assert done.returncode == 0
    assert done.stderr.count(b"\n") == 1
    assert b"muse-hook install" in done.stderr


def test_the_template_itself_does_no_harm(bench: Bench) -> None:
    (bench.hooks / "post-commit").write_bytes(template())
    done = bench.run("post-commit")
    assert (done.returncode, done.stderr.count(b"\n")) == (0, 1)


def test_background_leaves_at_once_and_keeps_nothing_of_the_caller_open(bench: Bench) -> None:
    bench.fake_interpreter.hook.write_text("import time; time.sleep(1.5)\n" + bench.fake_interpreter.hook.read_text())
    bench.shim = bench.fake_interpreter.shim(background=True)
    bench.put("post-rewrite")
    bench.put("post-commit")
    started = time.monotonic()
    done = bench.run("post-commit")  # returns when its stdout and stderr are closed by everybody
    also = bench.run("post-rewrite", "rebase", stdin=b"old new\n")
    assert time.monotonic() - started < 1.2
    assert (done.returncode, done.stderr, also.returncode, also.stderr) == (0, b"", 0, b"")
    calls = {str(call["argv"]): call for call in bench.calls(2)}
    assert calls["['--background', 'post-commit']"]["stderr"] == "/dev/null"
    assert calls["['--background', 'post-rewrite', 'rebase']"]["stdin"] == "old new\n"


def test_a_probe_answers_and_leaves_earlier_hooks_alone(bench: Bench) -> None:
    bench.shim = bench.fake_interpreter.shim(background=True)
    bench.put("post-receive")
    bench.chain("post-receive", "#!/bin/sh\nexit 7\n")
    done = bench.run("post-receive", MUSE_HOOK_PROBE="n0nce")
    assert (done.returncode, done.stdout) == (0, f"muse_hook {__version__} n0nce post-receive\n".encode())


def test_the_hook_that_pre_commit_moved_knows_its_event(bench: Bench) -> None:
    bench.put("post-commit").rename(bench.hooks / "post-commit.legacy")
    bench.chain("post-commit", "#!/bin/sh\nexit 7\n")
    assert bench.run("post-commit.legacy").returncode == 7
    assert bench.calls()[0]["argv"] == ["post-commit"]


def test_picks_of_a_rebase_start_no_interpreter(bench: Bench, repo: Repo) -> None:
    for event in ("post-commit", "post-rewrite"):
        shutil.copy2(bench.put(event), repo.path / ".git" / "hooks" / event)
    repo.commit("one", a="x = 1\n")
    repo.git("switch", "-qc", "topic")
    for number in range(3):
        repo.commit(f"topic {number}", **{f"b{number}": "y = 1\n"})
    repo.git("switch", "-q", "main")
    repo.commit("two", c="z = 1\n")
    bench.calls()
    repo.git("rebase", "-q", "main", "topic")
    (call,) = bench.calls()
    assert call["argv"] == ["post-rewrite", "rebase"]
    assert str(call["stdin"]).count("\n") == 3


def test_a_stopped_rebase_in_a_linked_worktree_starts_none(bench: Bench, repo: Repo, tmp_path: Path) -> None:
    shutil.copy2(bench.put("post-commit"), repo.path / ".git" / "hooks" / "post-commit")
    repo.commit("one", a="x = 1\n")
    repo.git("worktree", "add", "-q", "-b", "topic", str(tmp_path / "linked"))
    linked = Repo(tmp_path / "linked", repo.environment, repo.clock)
    linked.commit("two", a="x = 2\n")
    bench.calls()
    linked.git("-c", "sequence.editor=sed -i s/^pick/edit/", "rebase", "-q", "-i", "HEAD~1")
    linked.git("commit", "-q", "--allow-empty", "-m", "in the rebase")
    assert not (bench.packages / "calls").exists()
    repo.commit("elsewhere", b="x = 2\n")
    assert bench.calls()[0]["argv"] == ["post-commit"]


def test_a_rendered_shim_is_found_again() -> None:
    shim = Shim("/opt/it's/bin/python", ("/a b", "/ü'c"), background=True)
    found = parse_shim(shim.render())
    assert found is not None
    assert (found.python, found.packages, found.background) == ("/opt/it's/bin/python", ("/a b", "/ü'c"), True)
    assert parse_shim(b"#!/bin/sh\nexit 0\n") is None
    assert appended_lines(shim.render() + b"git lfs post-commit\n") == b"git lfs post-commit\n"


def test_lines_below_ours_run(bench: Bench) -> None:
    path = bench.put("post-commit")
    path.write_bytes(path.read_bytes() + b"echo below\n")
    assert bench.run("post-commit").stdout == b"below\n"
