"""A follower's store without its repository, read by the commands that read."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from support.damage import Story
from support.shell import Shell

from muse_hook.cli.failures import COMMAND_LINE, DONE, USER_FAULT

pytestmark = pytest.mark.usefixtures("story")


@pytest.fixture
def story(shell: Shell) -> Story:
    """Return a history whose every commit was recorded."""
    assert shell.run("install")[0] == DONE
    made = Story(shell.repo)
    assert shell.run("sync")[0] == DONE
    return made


@pytest.fixture
def store(shell: Shell, story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with the one store alone; the person is in no repository."""
    folder = tmp_path / "followed"
    shutil.copytree(story.store.muse_dir, folder / "bank-1234" / ".muse")
    monkeypatch.chdir(tmp_path)
    assert shell.run("log")[0] == USER_FAULT
    return folder


def test_log_show_sql_sessions_and_watch_answer(shell: Shell, story: Story, store: Path) -> None:
    here = ("--store", str(store))
    for words in (["log", "Model.save", *here], [*here, "log", "Model.save"], [*here, "show", story.ids[1][:8]]):
        status, out, err = shell.run(*words)
        assert (status, err) == (DONE, "")
        assert "a.py" in out
    events = json.loads(shell.run("log", "--json", *here)[1])["events"]
    assert {event["commit"] for event in events} <= set(story.ids)
    for revision, oid in (("HEAD~2", story.ids[4]), ("main~2^2", story.ids[2])):
        assert json.loads(shell.run("show", revision, "--json", *here)[1])["commit"]["id"] == oid
    assert json.loads(shell.run("sql", "SELECT count(*) AS n FROM commits", "--json", *here)[1])["rows"] == [{"n": 7}]
    assert "main" in shell.run("sessions", *here)[1]
    assert story.ids[0] in shell.run("watch", "--no-wait", "--history", "--json", *here)[1]
    status, out, err = shell.run("log", "HEAD~3..HEAD", "--json", *here)
    assert (status, err) == (DONE, "")
    assert {event["commit"] for event in json.loads(out)["events"]} <= {story.ids[2], *story.ids[4:]}


def test_what_needs_git_says_so(shell: Shell, store: Path) -> None:
    for words in (["blame", "a.py"], ["diff", "HEAD~1", "HEAD"], ["show", "nowhere"]):
        status, _, err = shell.run(*words, "--store", str(store))
        assert (words, status) == (words, USER_FAULT)
        assert err.startswith("error: ")
    for command in ("sync", "install", "backfill"):
        status, _, err = shell.run(command, "--store", str(store))
        assert status == COMMAND_LINE
        assert "is for a repository" in err


def test_several_stores_are_named(shell: Shell, store: Path) -> None:
    shutil.copytree(store / "bank-1234", store / "other-5678")
    status, _, err = shell.run("log", "--store", str(store))
    assert status == USER_FAULT
    assert "it holds the stores of 2 repositories" in err
    assert str(store / "other-5678") in err
    assert shell.run("log", "--store", str(store / "other-5678"))[0] == DONE
    assert shell.run("log", "--store", str(store / "nowhere"))[0] == USER_FAULT
