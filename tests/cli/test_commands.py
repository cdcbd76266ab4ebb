"""The commands at work in real repositories: what they print, as text and as JSON, and how they exit."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support.repository import Repo
from support.shell import Shell

from muse_hook.cli import invocation

BEFORE = '''\
"""A module."""

import os


class Model:
    def save(self, path):
        return os.fspath(path)

    def load(self):
        return None


def helper(a, b):
    total = a + b
    return total * 2


def leave():
    return "gone"
'''

AFTER = '''\
"""A module."""

import os
import sys


class Model:
    def save(self, path, mode="w"):
        return os.fspath(path)

    def load(self):
        return sys.argv


def assistant(a, b):
    total = a + b
    return total * 2


def arrive():
    return "here"
'''


def bytes_of_log(repo: Repo) -> bytes:
    logs = sorted((repo.path / ".git/.muse/op_log").rglob("ops.jsonl"))
    return b"".join(log.read_bytes() for log in logs)


def test_a_recorded_commit_is_shown_as_the_log_has_it(shell: Shell) -> None:
    assert shell.run("install", "--no-history")[0] == 0
    shell.repo.commit("Begin", src__model=BEFORE)
    oid = shell.repo.commit("Change a lot", src__model=AFTER)
    text = shell.out("show")
    assert text.splitlines()[:16] == [
        f"commit {oid} (main)",
        "Author:    Ada Lovelace <ada@example.org>",
        f"Date:      {shell.repo.git('log', '-1', '--format=%ad')}",
        "",
        "    Change a lot",
        "",
        "~ src/model.py",
        "    + import            sys",
        "    ~ method      L8–9  Model.save          signature",
        "                        - save(self, path)",
        '                        + save(self, path, mode="w")',
        "    ~ method    L11–12  Model.load          body",
        "    > function  L15–17  helper → assistant  renamed, 92% sure",
        "    - function  L19–20  leave",
        "    + function  L20–21  arrive",
        "",
    ]
    assert text.splitlines()[16:] == [
        "1 file; 6 symbols (2 added, 1 removed, 2 changed, 1 renamed or moved); SemVer: major",
        "  ! src/model.py::helper  public renamed: src/model.py::assistant",
        "  ! src/model.py::leave  public removed",
    ]


def test_show_as_json_has_commit_and_delta(shell: Shell) -> None:
    shell.run("install", "--no-history")
    first = shell.repo.commit("Begin", a=BEFORE)
    oid = shell.repo.commit("Go on\n\nMuse-Actor: agent-7\nCo-authored-by: Bob <bob@x>", a=AFTER)
    told = shell.json("show", "HEAD")
    assert told["recorded"] is True
    assert told["session"] == "main"
    assert told["engine"].startswith("muse_hook ")
    assert told["commit"] == told["commit"] | {
        "id": oid,
        "tree": shell.repo.git("rev-parse", "HEAD^{tree}"),
        "parents": [first],
        "author": "Ada Lovelace <ada@example.org>",
        "actor": "agent-7",
        "co_authors": ["Bob <bob@x>"],
        "subject": "Go on",
    }
    assert told["delta"]["sem_ver_bump"] == "major"
    assert [op["address"] for op in told["delta"]["ops"]] == ["a.py"]


def test_a_commit_from_before_the_hooks_is_computed_and_said_to_be(shell: Shell) -> None:
    shell.repo.commit("Begin", a=BEFORE)
    shell.repo.commit("Go on", a=AFTER)
    text = shell.out("show")
    assert text.endswith("not recorded: computed from Git just now\n")
    assert not (shell.repo.path / ".git/.muse").exists()
    computed = shell.json("show")
    assert (computed["recorded"], computed["session"], computed["engine"]) == (False, None, None)
    shell.run("install", "--no-history")
    assert shell.out("show").endswith("not recorded: computed from Git just now\n")
    shell.run("backfill")
    recorded = shell.json("show")
    assert recorded["recorded"] is True
    assert recorded["delta"] == computed["delta"]
    assert recorded["commit"] == computed["commit"]


def test_reading_records_what_a_dead_hook_missed(shell: Shell) -> None:
    shell.run("install", "--no-history")
    (shell.repo.path / ".git/hooks/post-commit").unlink()
    shell.repo.commit("Unseen", a=BEFORE)
    assert shell.json("show")["recorded"] is True


def test_a_store_that_cannot_be_written_is_read_with_a_warning(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    shell.run("install", "--no-history")
    shell.repo.commit("Begin", a=BEFORE)
    from muse_hook.catchup import catchup  # noqa: PLC0415 - the place where the failure is put
    from muse_hook.errors import StoreError  # noqa: PLC0415 - likewise

    def full(*_: object, **__: object) -> None:
        raise StoreError("writing the log", "No space left on device", "df -h")

    monkeypatch.setattr(catchup, "catch_up", full)
    status, out, err = shell.run("show")
    assert status == 0
    assert out.startswith("commit ")
    assert err == "warning: writing the log: No space left on device\nhint: df -h\n"


def test_a_reader_does_not_wait_for_a_writer_that_stands_still(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    assert invocation._LOCK_SECONDS < 10
    monkeypatch.setattr(invocation, "_LOCK_SECONDS", 0.1)
    shell.repo.commit("Begin", a=BEFORE)
    shell.run("install", "--backfill", "1")
    shell.repo.git("-c", "core.hooksPath=/dev/null", "commit", "-q", "--allow-empty", "-m", "Later")
    with (shell.repo.path / ".git/.muse/lock").open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        began = time.monotonic()
        status, out, err = shell.run("log")
        assert time.monotonic() - began < 20
    assert status == 0
    assert "Begin" in out
    assert err.startswith("warning: locking ")


def test_diff_compares_any_two_commits(shell: Shell) -> None:
    first = shell.repo.commit("Begin", a=BEFORE)
    shell.repo.git("checkout", "-q", "-b", "topic")
    topic = shell.repo.commit("Go on", a=AFTER)
    shell.repo.git("checkout", "-q", "main")
    main_tip = shell.repo.commit("Elsewhere", b="x = 1\n")
    assert shell.json("diff", first, "topic") == shell.json("diff", f"{first}..topic")
    there = shell.json("diff", "main...topic")
    assert (there["from"], there["to"]) == (first, topic)
    assert [op["address"] for op in there["delta"]["ops"]] == ["a.py"]
    assert shell.json("diff", "topic..")["to"] == main_tip
    assert "> function  L15–17  helper → assistant  renamed" in shell.out("diff", first, "topic")
    assert shell.out("diff", "main", "main") == "no changes\n"


def test_what_git_does_not_know_is_the_users_fault(shell: Shell) -> None:
    shell.repo.commit("Begin", a=BEFORE)
    wrongs = (
        (["show", "nowhere"], "error: looking for 'nowhere': "),
        (["show", "--json", "\x1b[31m"], r"error: looking for '\x1b[31m': "),
        (["diff", "nowhere"], "error: looking for 'nowhere': "),
        (["diff", "HEAD", "nowhere"], "error: looking for 'nowhere': "),
        (["backfill", "a..b"], "error: "),
        (["backfill", "HEAD..HEAD"], "error: "),
        (["backfill", "--session", "../x"], "error: opening session '../x': "),
    )
    for arguments, wrong in wrongs:
        status, out, err = shell.run(*arguments)
        assert (status, out) == (1, ""), arguments
        assert err.startswith(wrong)
        assert err.splitlines()[-1].startswith("hint: ")


@pytest.mark.parametrize(
    ("arguments", "wrong"),
    [
        (["backfill", "-n", "0"], "argument -n/--max-count: '0' is no number above 0"),
        (["backfill", "--all", "main"], "--all leaves no place for a RANGE"),
        (["diff", "a..b", "c"], "a range is one argument, not two"),
    ],
)
def test_arguments_that_do_not_go_together_exit_2(shell: Shell, arguments: list[str], wrong: str) -> None:
    status, out, err = shell.run(*arguments)
    assert (status, out) == (2, "")
    assert err.splitlines()[0] == f"error: reading the command line: {wrong}"


def test_an_empty_repository_is_no_crash(shell: Shell) -> None:
    assert shell.run("status")[0] == 0
    assert shell.run("show")[2] == "error: looking for HEAD: there is no commit yet\nhint: git commit\n"
    assert shell.run("install", "--backfill", "200")[0] == 0
    assert shell.run("sessions") == (0, "", "no session yet: nothing is recorded here\n")
    assert shell.run("sync") == (0, "", "nothing to do: everything is recorded\n")
    assert shell.run("backfill")[0] == 1


def test_backfill_says_what_it_did_and_a_second_run_does_nothing(shell: Shell) -> None:
    for number in range(5):
        shell.repo.commit(f"Number {number}", a=f"x = {number}\n")
    shell.run("install", "--no-history")
    status, out, err = shell.run("backfill", "-n", "3")
    assert (status, out) == (0, "")
    assert re.fullmatch(r"recorded 3 commits in \d\.\d s, [\d,]+/s\n", err)
    status, out, err = shell.run("backfill")
    assert re.fullmatch(r"recorded 2 commits \(3 were already\) in \d\.\d s, [\d,]+/s\n", err)
    log = bytes_of_log(shell.repo)
    assert shell.run("backfill") == (0, "", "nothing to do: 5 commits, all recorded already\n")
    assert bytes_of_log(shell.repo) == log


def test_without_reuse_and_with_two_processes_the_log_is_the_same(shell: Shell) -> None:
    for number in range(4):
        shell.repo.commit(f"Number {number}", a=BEFORE.replace("* 2", f"* {number}"))
    shell.run("backfill")
    log = bytes_of_log(shell.repo)
    for options in (["--no-reuse"], ["--jobs", "2"]):
        shutil.rmtree(shell.repo.path / ".git/.muse")
        assert shell.run("backfill", *options)[0] == 0
        assert bytes_of_log(shell.repo) == log


def test_install_with_a_backfill_is_one_command(shell: Shell) -> None:
    shell.repo.commit("Begin", a=BEFORE)
    shell.repo.commit("Go on", a=AFTER)
    status, out, err = shell.run("install", str(shell.repo.path), "--backfill", "1")
    assert status == 0
    assert "ok  post-commit" in out
    assert re.match(r"recorded 1 commit in \d\.\d s, [\d,]+/s\nnext: ", err)
    status, out, _ = shell.run("uninstall")
    assert status == 0
    assert not (shell.repo.path / ".git/hooks/post-commit").exists()
    assert shell.json("sessions")["sessions"][0]["commits"] == 1


def test_ctrl_c_in_a_backfill_says_how_to_go_on(shell: Shell) -> None:
    number_of_commits = 1500
    stream = []
    for number in range(number_of_commits):
        code = f"def f{number}():\n    return {number}\n"
        stream.append(
            f"commit refs/heads/main\ncommitter Ada <ada@x> {1_700_000_000 + number} +0000\ndata 6\nChange\n"
            f"M 100644 inline a.py\ndata {len(code)}\n{code}\n"
        )
    shell.repo.git("fast-import", "--quiet", stdin="".join(stream))
    process = shell.start("backfill", stderr=subprocess.PIPE)
    log = shell.repo.path / ".git/.muse/op_log/main/ops.jsonl"
    deadline = time.monotonic() + 20
    while not (log.exists() and log.stat().st_size) and time.monotonic() < deadline:
        time.sleep(0.002)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 130
    told = re.fullmatch(
        r"interrupted: ([\d,]+) commits? recorded, ([\d,]+) left\nhint: run the same command again to go on\n", err
    )
    assert told, err
    recorded, left = (int(number.replace(",", "")) for number in told.groups())
    assert recorded + left == number_of_commits
    assert left
    assert log.read_bytes().count(b'"domain":"git"') == recorded
    assert f"recorded {left:,} commit" in shell.run("backfill")[2]


def test_status_counts_apart_what_is_not_recorded(shell: Shell) -> None:
    for number in range(3):
        shell.repo.commit(f"Number {number}", a=f"x = {number}\n")
    nothing = shell.json("status")
    assert nothing["unrecorded"] is None
    assert nothing["log"] is None
    assert nothing["recording"] is False
    shell.run("install", "--no-history")
    told = shell.json("status")
    assert told["unrecorded"] == told["unrecorded"] | {"missing": [], "before_install": 3, "damaged": [], "absent": []}
    assert told["recording"] is True
    git_dir = str(shell.repo.path / ".git")
    assert told["log"] == f"{git_dir}/.muse/op_log"
    assert told["link"] == str(shell.repo.path / ".muse")
    assert told["repository"] == {"git_dir": git_dir, "common_dir": git_dir, "work_tree": str(shell.repo.path)}
    text = shell.out("status")
    assert "from before the hooks: 3 commits  muse-hook backfill --all" in text
    assert "nothing that was made since the hooks were installed" in text
    (shell.repo.path / ".git/hooks/post-commit").unlink()
    assert shell.json("status")["recording"] is False
    assert re.search(r"bad +post-commit +missing", shell.out("status"))


def test_doctor_exits_1_where_a_commit_would_not_be_recorded(shell: Shell) -> None:
    shell.run("install", "--no-history")
    assert shell.json("doctor")["healthy"] is True
    (shell.repo.path / ".git/hooks/post-commit").unlink()
    status, out, err = shell.run("doctor")
    assert (status, err) == (1, "")
    assert re.search(r"^bad +post-commit: ", out, re.MULTILINE)
    assert shell.run("doctor", "--json")[0] == 1


def test_sessions_are_listed_by_name_with_their_last_commit(shell: Shell) -> None:
    shell.run("install", "--no-history")
    shell.repo.commit("Begin", a=BEFORE)
    shell.repo.git("checkout", "-q", "-b", "feature/x")
    oid = shell.repo.commit("On x", a=AFTER)
    told = shell.json("sessions")["sessions"]
    assert [session["id"] for session in told] == ["feature/x", "main"]
    assert told[0] == told[0] | {"commits": 1, "last_commit": oid, "last_subject": "On x"}
    assert told[0]["bytes"] == (shell.repo.path / ".git/.muse/op_log/feature/x/ops.jsonl").stat().st_size
    assert re.search(
        r"^feature/x +1 commit +\d+ entries  \d{4}-\d\d-\d\d \d\d:\d\d  On x$", shell.out("sessions"), re.MULTILINE
    )


def test_sync_says_what_it_recorded(shell: Shell) -> None:
    shell.run("install", "--no-history")
    (shell.repo.path / ".git/hooks/post-commit").unlink()
    shell.repo.commit("Unseen", a=BEFORE)
    assert shell.run("sync") == (0, "", "recorded 1 commit\n")
    assert shell.run("sync") == (0, "", "nothing to do: everything is recorded\n")


def test_hostile_text_of_a_repository_never_reaches_a_terminal(shell: Shell) -> None:
    evil = "\x1b]0;owned\x07\u202e"
    shell.run("install", "--no-history")
    shell.repo.git("config", "user.name", evil)
    shell.repo.write(f"{evil}.py", BEFORE)
    shell.repo.git("add", "-A")
    shell.repo.git(
        "commit", "-q", "-m", f"{evil}\n\nMuse-Actor: {evil}\nCo-authored-by: {evil} <x>", GIT_AUTHOR_NAME=evil
    )
    for command in (["show"], ["sessions"], ["status"], ["diff", "4b825dc642cb6eb9a060e54bf8d69288fbee4904", "HEAD"]):
        _, out, err = shell.run(*command)
        assert not set("\x1b\x07\u202e") & set(out + err), command
    assert shell.json("show")["commit"]["subject"].startswith("\x1b")


def test_git_muse_is_the_same_program(repo: Repo, tmp_path: Path) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "git-muse").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m muse_hook "$@"\n')
    (tools / "git-muse").chmod(0o755)
    oid = repo.commit("Begin", a=BEFORE)
    (repo.path / "sub").mkdir()
    path = f"{tools}{os.pathsep}{repo.environment['PATH']}"
    assert json.loads(repo.git("-C", "sub", "muse", "show", "--json", PATH=path))["commit"]["id"] == oid
    assert repo.git("muse", "--version", PATH=path).startswith("muse-hook ")


def test_reading_from_a_linked_work_tree_and_a_bare_clone(shell: Shell, tmp_path: Path) -> None:
    shell.run("install", "--no-history")
    oid = shell.repo.commit("Begin", a=BEFORE)
    shell.repo.git("worktree", "add", "-q", str(tmp_path / "linked"), "-b", "topic")
    assert json.loads(shell.run("-C", str(tmp_path / "linked"), "show", "--json")[1])["session"] == "main"
    bare = shell.repo.clone(tmp_path / "bare.git", "--bare")
    told = json.loads(shell.run("-C", str(bare.path), "show", "--json")[1])
    assert (told["recorded"], told["commit"]["id"]) == (False, oid)


def test_a_closed_pipe_after_one_line_of_show_is_quiet(shell: Shell) -> None:
    names = "".join(f"def f{number}(): pass\n" for number in range(3000))
    shell.repo.commit("Much", a=names)
    done = shell.repo.run(
        "bash", "-c", f'"{sys.executable}" -m muse_hook show | head -1; exit ${{PIPESTATUS[0]}}', check=False
    )
    assert done.stdout.startswith(b"commit ")
    assert (done.returncode, done.stderr) == (141, b"")
