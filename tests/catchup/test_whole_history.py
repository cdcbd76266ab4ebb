"""Install records the whole history by itself: the newest commits at once, the rest in the background or not."""

from __future__ import annotations

import json
import os
import re
import signal
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import support.reading_of_git as model
from support.repository import Repo
from support.shell import Shell

from muse_hook.catchup import whole_history
from muse_hook.cli import first_day
from muse_hook.git.discovery import open_repository
from muse_hook.history.follow import refresh
from muse_hook.index.index import Index
from muse_hook.oplog.store import Store

OLDEST = 330  # commits on main


@pytest.fixture
def long(repo: Repo) -> Repo:
    """Give the repository a history that is longer than what is recorded at once, and a second branch."""
    rows = ["reset refs/heads/main"]
    stamp = 1_600_000_000
    for number in range(OLDEST):
        text = f"def f(x):\n    return x + {number}\n\n\ndef g{number}():\n    return f({number})\n"
        rows += [
            "commit refs/heads/main",
            f"mark :{number + 1}",
            f"committer A <a@example.org> {stamp + number} +0000",
            "data 2\nc",
            f"M 100644 inline m{number % 7}.py",
            f"data {len(text)}\n{text}",
        ]
    rows += [
        "commit refs/heads/side",
        f"committer A <a@example.org> {stamp + 5} +0000",
        "data 2\ns",
        "from :10",
        "M 100644 inline side.py\ndata 6\nx = 1\n",
    ]
    repo.git("fast-import", "--quiet", stdin="\n".join(rows) + "\n")
    repo.git("reset", "-q", "--hard", "main")
    return repo


@pytest.fixture
def in_background(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have nobody wait for the rest."""
    monkeypatch.setattr(first_day, "FOREGROUND_SECONDS", 0.0)


def store_of(repo: Repo) -> Store:
    return Store(open_repository(str(repo.path)).common_dir)


def settled(repo: Repo) -> None:
    """Wait until no background is at work."""
    end = time.monotonic() + 60
    while whole_history.is_going(store_of(repo)) or "going" in state_of(repo):
        assert time.monotonic() < end
        time.sleep(0.02)


def state_of(repo: Repo) -> str:
    path = repo.path / ".git/.muse/history"
    return path.read_text() if path.exists() else ""


def sealed(repo: Repo) -> dict[str, str]:
    """Return {commit: session}; nothing may be there twice."""
    seals = model.all_seals(repo.path / ".git/.muse")
    assert max(Counter(seal.commit for seal in seals).values(), default=1) == 1
    return {seal.commit: seal.session for seal in seals}


def before_install(shell: Shell) -> int:
    _, out, _ = shell.run("status", "--json")
    found: int = json.loads(out)["unrecorded"]["before_install"]
    return found


def commits(repo: Repo) -> set[str]:
    return set(repo.git("rev-list", "--branches").split())


def story(shell: Shell) -> Any:
    return json.loads(shell.run("log", "--all", "--json")[1])["events"]


def test_a_person_waits_for_a_short_history(long: Repo, shell: Shell) -> None:
    status, _, err = shell.run("install")
    assert status == 0
    assert "recorded the newest 200 commits" in err
    assert re.search(rf"history: {OLDEST + 1 - 200} commits more take about \d+ s and \d+ kB\n", err)
    assert before_install(shell) == 0
    assert state_of(long) == ""
    assert set(sealed(long)) == commits(long)
    assert {session for oid, session in sealed(long).items() if oid != long.git("rev-parse", "side")} == {"main"}
    assert sealed(long)[long.git("rev-parse", "side")] == "side"
    with Index(store_of(long)) as index:  # the index was kept up: nothing is left to do for the first to ask
        stages: list[str] = []

        def stage(name: str) -> Callable[[int, int], None]:
            stages.append(name)
            return lambda _done, _total: None

        refresh(index, stage)
    assert stages == ["scan"]
    status, _, err = shell.run("install")
    assert (status, "history" in err) == (0, False)


@pytest.mark.usefixtures("in_background")
def test_the_background_records_the_rest_once_and_as_backfill_all_does(
    long: Repo, shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert shell.run("install")[0] == 0
    one = open_repository(str(long.path))
    for _ in range(3):  # never two at a time
        state = whole_history.HistoryState.read(store_of(long))
        if state is not None:
            whole_history.start(one, store_of(long), state)
    long.commit("while it goes", new="def new():\n    return 1\n")
    assert story(shell)[0]["subject"] == "while it goes"
    settled(long)
    assert before_install(shell) == 0
    assert set(sealed(long)) == commits(long)
    assert not (long.path / ".git/.muse/error.log").exists()

    other = long.clone(tmp_path / "other")
    other.git("branch", "-q", "side", "origin/side")
    there = Shell(other, monkeypatch, capsys)
    there.run("install", "--no-history")
    there.run("backfill", "--all", "--jobs", "1")
    assert sealed(other) == sealed(long)
    assert story(there) == story(shell)


@pytest.mark.usefixtures("in_background")
def test_one_that_was_killed_goes_on_with_the_next_answer(long: Repo, shell: Shell) -> None:
    store = store_of(long)
    assert shell.run("install", "--backfill", "1")[0] == 0
    whole_history.HistoryState("going", OLDEST + 1, 1, OLDEST + 1).write(store)  # as a power cut leaves it
    _, _, err = shell.run("log", "-n", "1")
    assert err == f"history: 1 of {OLDEST + 1} commits recorded; going on\n"
    settled(long)
    assert set(sealed(long)) == commits(long)
    assert shell.run("log", "-n", "1")[2] == ""


@pytest.mark.usefixtures("in_background")
def test_uninstall_stops_it_and_a_later_install_goes_on(long: Repo, shell: Shell) -> None:
    assert shell.run("install", "--backfill", "1")[0] == 0
    store = store_of(long)
    with store.lock(10):  # the background waits for it
        whole_history.start(
            open_repository(str(long.path)), store, whole_history.HistoryState("going", OLDEST + 1, 1, OLDEST + 1)
        )
        end = time.monotonic() + 20
        while not (state := whole_history.HistoryState.read(store)) or not state.pid:  # it has said when it began
            assert time.monotonic() < end
            time.sleep(0.02)
        assert whole_history.is_going(store)
        status, out, _ = shell.run("status")
        # It has worked out one more at most: what it makes of it waits for the lock.
        assert any(f"History: {count} of {OLDEST + 1} commits recorded, " in out for count in (1, 2))
        status, out, _ = shell.run("uninstall")
    assert status == 0
    assert "the background that was recording it has stopped" in out
    assert not whole_history.is_going(store)
    assert state_of(long) == ""
    shell.run("log", "-n", "1")
    assert not whole_history.is_going(store)
    assert len(sealed(long)) < OLDEST
    assert shell.run("install")[0] == 0
    settled(long)
    assert set(sealed(long)) == commits(long)


def test_less_than_all_is_recorded_where_that_is_asked_for(long: Repo, shell: Shell) -> None:
    assert shell.run("install", "--no-history")[0] == 0
    assert sealed(long) == {}
    assert before_install(shell) == OLDEST + 1
    _, _, err = shell.run("install")  # a second time changes nothing
    assert "history: left out  muse-hook backfill --all records it" in err
    assert sealed(long) == {}
    assert shell.run("install", "--backfill", "3")[0] == 0
    assert len(sealed(long)) == 3
    assert shell.run("log", "-n", "1")[2] == ""  # it was asked for: no word of it
    assert shell.run("backfill", "--all")[0] == 0
    assert before_install(shell) == 0
    assert shell.run("install", "--no-history", "--backfill", "3")[0] == 2


def test_the_bytes_that_are_announced_are_those_of_logs_and_index(long: Repo, shell: Shell) -> None:
    assert shell.run("install", "--no-history")[0] == 0
    store = store_of(long)
    beginning = whole_history.begin(open_repository(str(long.path)), store, lambda _, __: None)
    assert beginning is not None
    assert beginning.left == OLDEST + 1 - 200

    def used() -> int:
        logs = sum(path.stat().st_size for path in Path(store.path("op_log")).rglob("*") if path.is_file())
        return logs + os.stat(store.path("index.sqlite")).st_size

    before = used()
    assert shell.run("backfill", "--all")[0] == 0
    shell.run("log", "-n", "1")
    assert 0.8 < beginning.bytes / (used() - before) < 2  # so small an index is half empty


def test_what_costs_too_much_stops_at_a_horizon_and_says_how_to_go_on(
    long: Repo, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole_history, "MOST_BYTES", 60_000)
    _, _, err = shell.run("install")
    assert "it stops after 10 minutes of work or 1 GB, with some " in err
    assert "  muse-hook backfill --all goes on" in err
    known = len(sealed(long))
    assert 200 < known < OLDEST
    newest = set(long.git("rev-list", "-n200", "main").split())
    assert newest <= set(sealed(long))
    line = f"history: {known} of {OLDEST + 1} commits recorded; muse-hook backfill --all goes on\n"
    assert shell.run("log", "-n", "1")[2] == line
    told = json.loads(shell.run("status", "--json")[1])
    assert told["unrecorded"]["before_install"] == OLDEST + 1 - known
    assert (told["history"]["state"], told["history"]["recorded"]) == ("horizon", known)
    assert shell.run("backfill", "--all")[0] == 0
    assert json.loads(shell.run("status", "--json")[1])["history"] is None
    assert shell.run("log", "-n", "1")[2] == ""


def test_a_run_that_takes_too_long_is_left_to_the_background(
    long: Repo, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(first_day, "PATIENCE_SECONDS", 0.0)
    _, _, err = shell.run("install")
    assert "history: going on in the background" in err
    settled(long)
    assert set(sealed(long)) == commits(long)


def test_the_process_ends_on_sigterm_between_two_commits(long: Repo, shell: Shell) -> None:
    assert shell.run("install", "--backfill", "1")[0] == 0
    store = store_of(long)
    whole_history.start(
        open_repository(str(long.path)), store, whole_history.HistoryState("going", OLDEST + 1, 1, OLDEST + 1)
    )
    end = time.monotonic() + 20
    while not (whole_history.is_going(store) and json.loads(state_of(long) or '{"pid": 0}')["pid"]):
        assert time.monotonic() < end
        time.sleep(0.002)
    pid = json.loads(state_of(long))["pid"]
    os.kill(pid, signal.SIGTERM)
    while whole_history.is_going(store):
        assert time.monotonic() < end
        time.sleep(0.02)
    sealed(long)  # nothing twice, nothing half
    shell.run("log", "-n", "1")
    settled(long)
    assert set(sealed(long)) == commits(long)


def test_a_shallow_clone_says_where_its_history_begins(
    long: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    long.git("clone", "-q", "--depth", "5", f"file://{long.path}", str(tmp_path / "shallow"))
    there = Shell(Repo(tmp_path / "shallow", long.environment, long.clock), monkeypatch, capsys)
    status, _, err = there.run("install")
    assert status == 0
    assert "history: recorded 4 commits in " in err
    assert "with 1 commit passed over  git fetch --unshallow brings what lies behind" in err
    status, _, err = there.run("show", "HEAD~4")
    assert status == 1
    assert err.splitlines()[0].endswith("is not in this repository, which is a shallow clone")
    assert err.splitlines()[1] == "hint: git fetch --unshallow"


def test_a_shallow_clone_made_whole_tells_everything(
    long: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What it recorded itself counts from the boundary, and stands above what came behind all the same."""
    long.git("clone", "-q", "--depth", "1", f"file://{long.path}", str(tmp_path / "shallow"))
    shallow = Repo(tmp_path / "shallow", long.environment, long.clock)
    there = Shell(shallow, monkeypatch, capsys)
    status, _, err = there.run("install")
    assert status == 0
    assert err.endswith("\nnext: git commit, then muse-hook show\n")
    own = [shallow.commit(f"own {number}", own=f"OWN = {number}\n") for number in range(3)]
    there.run("sync")
    there.run("log")
    shallow.git("fetch", "-q", "--unshallow")
    assert before_install(there) > 0
    assert there.run("backfill", "--all")[0] == 0
    assert before_install(there) == 0
    assert set(own) < set(sealed(shallow)) == commits(shallow)
    history = [event["commit"] for event in json.loads(there.run("log", "--json")[1])["events"]]
    assert set(history) == set(shallow.git("rev-list", "HEAD").split())
    assert list(dict.fromkeys(history))[:3] == own[::-1]


def test_a_partial_clone_says_what_brings_its_files(
    long: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    long.git("config", "uploadpack.allowFilter", "true")
    long.git("clone", "-q", "--filter=blob:none", f"file://{long.path}", str(tmp_path / "partial"))
    partial = Repo(tmp_path / "partial", long.environment, long.clock)
    there = Shell(partial, monkeypatch, capsys)
    status, _, err = there.run("install")
    assert status == 1
    assert "commits could not be recorded" in err
    assert "hint: git fetch --refetch --no-filter, then muse-hook backfill --all" in err
    status, _, err = there.run("diff", "HEAD~2", "HEAD~1")
    assert status == 1
    assert err.splitlines()[0].endswith("is not in this repository, which is a partial clone")
    assert err.splitlines()[1] == "hint: git fetch --refetch --no-filter"
    assert not whole_history.is_going(store_of(partial))  # nobody asks for its files commit by commit
    commit_id = partial.commit("new", new="def new():\n    return 1\n")
    partial.git("fetch", "-q", "--refetch", "--no-filter")
    assert there.run("backfill", "--all")[0] == 0
    assert before_install(there) == 0
    assert commit_id in sealed(partial)
