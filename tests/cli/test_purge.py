"""Taking commits out of the logs for good, and recording anew what an older engine recorded."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from support.damage import Story
from support.shell import Shell
from support.stopped import stopped_at

from muse_hook.cli.failures import DONE, USER_FAULT
from muse_hook.index.index import Index
from muse_hook.oplog.seal import supersedes
from muse_hook.record import recorder
from muse_hook.record.renew import renew

OLD = "muse_hook 0.1.0; tree-sitter 0.20.0; python grammar 0.20.0"


@pytest.fixture
def story(shell: Shell) -> Story:
    """Return a history whose every commit was recorded by its hook or a catch-up."""
    assert shell.run("install", "--no-history")[0] == DONE
    story = Story(shell.repo)
    assert shell.run("sync")[0] == DONE
    return story


def commits_told(shell: Shell, *words: str) -> list[str]:
    lines = map(json.loads, shell.out("watch", "--no-wait", "--json", *words).splitlines())
    return [each["commit"] for each in lines if each.get("type") == "commit"]


def last_cursor(shell: Shell) -> str:
    lines = shell.out("watch", "--history", "--no-wait", "--json").splitlines()
    cursor: str = json.loads(lines[-1])["cursor"]
    return cursor


def holds(store: Path, text: str) -> list[str]:
    return [str(path) for path in store.rglob("*") if path.is_file() and text.encode() in path.read_bytes()]


def test_nothing_of_a_purged_commit_is_left_and_nothing_brings_it_back(shell: Shell, story: Story) -> None:
    store = Path(story.store.muse_dir)
    rename = story.ids[1]
    shell.out("log", "--all")  # the index and the history hold it
    shell.out("checkpoint", "then")
    before = story.log.read_bytes()
    assert holds(store, "assistant")
    (row,) = shell.json("purge", rename[:10], *story.ids[3:6])["purged"][:1]
    assert (row["commit"], row["sessions"], row["already"]) == (rename, ["main"], False)
    assert holds(store, "assistant") == []
    assert rename not in [event["commit"] for event in shell.json("log", "--all")["events"]]
    for words in (("sync",), ("backfill", "--all"), ("sync",)):
        assert shell.run(*words)[0] == DONE
    assert holds(store, "assistant") == []
    unrecorded = shell.json("status")["unrecorded"]
    assert (unrecorded["missing"], unrecorded["purged"]) == ([], 4)
    # A log of another clone brings it back: it does not count, wherever it stands.
    story.log.write_bytes(story.log.read_bytes() + before)
    assert rename not in [event["commit"] for event in shell.json("log", "--all")["events"]]
    assert rename not in commits_told(shell, "--history")
    assert "it was purged, and a batch of it stands here again" in shell.run("verify")[1]
    assert shell.run("purge", rename, *story.ids[3:6])[0] == DONE
    assert shell.json("replay")["commit"] == story.ids[-1]
    assert shell.run("verify")[0] == DONE
    new = shell.repo.commit("After", z="def after():\n    return 1\n")
    assert new in shell.out("show")


def test_cursors_and_checkpoints_go_on(shell: Shell, story: Story) -> None:
    cursor = last_cursor(shell)
    shell.out("checkpoint", "then")
    assert shell.run("purge", story.ids[-1], story.ids[0])[0] == DONE
    new = shell.repo.commit("After", z="def after():\n    return 1\n")
    assert shell.run("sync")[0] == DONE
    for since in (cursor, "then"):
        status, out, _ = shell.run("watch", "--no-wait", "--json", "--since", since)
        told = [json.loads(line) for line in out.splitlines()]
        assert status == DONE
        assert [each["commit"] for each in told if each.get("type") == "commit"] == [new]


def test_what_no_log_holds_is_not_purged(shell: Shell, story: Story) -> None:
    before = story.log.read_bytes()
    for words in (["abcdef"], [story.ids[0], "0" * 40], [""], ["%"]):
        status, out, err = shell.run("purge", *words)
        assert (status, out) == (USER_FAULT, "")
        assert "no log holds a commit of that id" in err
    assert story.log.read_bytes() == before
    assert not (Path(story.store.muse_dir) / "purged").exists()


def test_purging_twice_says_so(shell: Shell, story: Story) -> None:
    assert "lines out of main" in shell.out("purge", story.ids[1])
    assert "no log holds it any more" in shell.out("purge", story.ids[1][:12])


@pytest.fixture
def old_story(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Story:
    """Return a history that an older engine recorded, but for its last commit."""
    assert shell.run("install", "--no-history")[0] == DONE
    with monkeypatch.context() as patched:
        patched.setattr(recorder, "_engine", lambda _: OLD)
        shutil.rmtree(shell.repo.path / ".git/hooks")
        story = Story(shell.repo)
        assert shell.run("sync")[0] == DONE
    shell.repo.commit("Now", z="def now():\n    return 1\n")
    assert shell.run("sync")[0] == DONE
    return story


def engines(story: Story) -> list[tuple[str, bool]]:
    entries: list[dict[str, Any]] = [json.loads(line) for line in story.lines()]
    return [(each["commit_id"], each["commit"]["engine"] == OLD) for each in entries if "commit" in each]


def test_what_an_older_engine_recorded_is_renewed_in_its_place(shell: Shell, old_story: Story) -> None:
    story = old_story
    cursors = [
        json.loads(line)["cursor"] for line in shell.out("watch", "--history", "--no-wait", "--json").splitlines()
    ]
    told = commits_told(shell, "--history")
    before = engines(story)
    assert sum(is_old for _, is_old in before) == 6  # one is in the session of the side branch
    assert shell.json("status")["unrecorded"]["by_older_engine"] == 7
    assert "by an older engine: 7 commits  muse-hook backfill --renew" in shell.out("status")
    status, _, err = shell.run("backfill", "--renew")
    assert (status, "recorded 7 commits anew" in err) == (DONE, True)
    assert engines(story) == [(commit_id, False) for commit_id, _ in before]
    assert shell.json("status")["unrecorded"]["by_older_engine"] == 0
    assert shell.out("verify", "--all").startswith("sound")
    assert commits_told(shell, "--history") == told
    for number, cursor in enumerate(cursors):
        status, out, _ = shell.run("watch", "--no-wait", "--json", "--since", cursor)
        rest = [json.loads(line) for line in out.splitlines()]
        assert status == DONE
        assert len(rest) == len(cursors) - number  # each begins with a line of its own
    assert "nothing to do" in shell.run("backfill", "--renew")[2]
    # The same as if this engine had recorded all of it.
    renewed = story.log.read_bytes()
    shutil.rmtree(story.store.path("op_log"))
    assert shell.run("sync")[0] == DONE
    assert sorted(story.log.read_bytes().splitlines()) == sorted(renewed.splitlines())


def test_what_git_has_no_longer_stays_as_it_was(shell: Shell, old_story: Story) -> None:
    story = old_story
    shell.repo.git("checkout", "-q", "--orphan", "other")
    last = shell.repo.commit("Alone")
    shell.repo.git("branch", "-D", "-q", "main", "side")
    shell.repo.git("reflog", "expire", "--expire=now", "--all")
    shell.repo.git("gc", "-q", "--prune=now")
    assert last
    before = story.log.read_bytes()
    status, _, err = shell.run("backfill", "--renew")
    assert (status, "kept 7 commits that Git has no longer" in err) == (DONE, True)
    assert story.log.read_bytes() == before


def test_an_interrupted_renewal_changes_nothing(old_story: Story) -> None:
    story = old_story
    before = story.log.read_bytes()

    def interrupt(done: int, _total: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        renew(story.repository(), story.store, progress=interrupt)
    assert story.log.read_bytes() == before
    assert [name for name in Path(story.store.muse_dir).iterdir() if name.name == ".renewed"] == []


def test_a_renewal_that_is_killed_anywhere_loses_and_doubles_nothing(shell: Shell, old_story: Story) -> None:
    story = old_story
    store = Path(story.store.muse_dir)
    logs = [store / "op_log" / session / "ops.jsonl" for session in ("main", "side")]
    old = [log.read_bytes() for log in logs]
    commits = sorted(json.loads(line)["commit_id"] for line in b"".join(old).splitlines() if b'"commit":{' in line)
    kept = shutil.copytree(store, store.with_name("kept"))

    def restore() -> None:
        shutil.rmtree(store)
        shutil.copytree(kept, store)

    assert renew(story.repository(), story.store).renewed == 7
    new = [log.read_bytes() for log in logs]
    seen = set()
    for stop in range(0, 1000, 7):  # before a call, after another
        restore()
        is_done = stopped_at(stop, lambda: renew(story.repository(), story.store))
        there = [log.read_bytes() for log in logs]
        state = tuple(text == after for text, after in zip(there, new, strict=True))
        assert all(text in both for text, both in zip(there, zip(old, new, strict=True), strict=True)), stop
        with Index(story.store) as index:
            index.refresh()
            assert sorted(each.commit_id for each in index.every_batch()) == commits
        if state not in seen:  # none renewed, one session, both: whoever reads copes with what two engines recorded
            seen.add(state)
            left = sum(text.count(OLD.encode()) for text in there)
            assert shell.json("status")["unrecorded"]["by_older_engine"] == left
            assert shell.json("status")["unrecorded"]["missing"] == []
            assert sorted(commits_told(shell, "--history")) == commits
            assert shell.run("verify")[0] == DONE
            assert len({each["commit"] for each in shell.json("log", "--all")["events"]}) == len(commits) - 2  # no ops
            assert shell.json("replay")["commit"] == shell.repo.git("rev-parse", "HEAD")
            assert shell.run("concurrent", "HEAD~1", "side")[0] == DONE
        assert renew(story.repository(), story.store).renewed == sum(text.count(OLD.encode()) for text in there)
        assert [log.read_bytes() for log in logs] == new
        if is_done:
            break
    assert seen == {(False, False), (True, False), (True, True)}
    assert [path.name for path in store.rglob("*") if path.name in (".renewed", "ops.jsonl.new")] == []


@pytest.mark.parametrize("session", ["aaa", "zzz"])
def test_beside_a_log_of_another_engine_every_reader_says_what_it_said(
    shell: Shell, old_story: Story, session: str
) -> None:
    story = old_story
    old = story.log.read_bytes()
    assert renew(story.repository(), story.store).renewed == 7

    def told() -> list[Any]:
        commands: list[tuple[str, ...]] = [
            ("log", "--all"), ("blame", "c.py"), ("replay",), ("changelog", f"{story.ids[0]}..HEAD"),
            ("concurrent", "HEAD~1", "side"), ("show", story.ids[1]), ("diff", f"{story.ids[0]}..{story.ids[5]}"),
            ("sql", "SELECT count(*), count(DISTINCT op_id) FROM ops"), ("sql", "SELECT commit_id FROM commits"),
        ]  # fmt: skip
        return [[shell.json(*words) for words in commands], sorted(commits_told(shell, "--history"))]

    before = told()
    other = Path(story.store.ensure_session(session)) / "ops.jsonl"
    other.write_bytes(old)  # what another clone recorded
    assert told() == before
    assert shell.json("status")["unrecorded"]["by_older_engine"] == 0
    assert shell.run("verify")[0] == DONE
    assert renew(story.repository(), story.store).renewed == 6
    assert told() == before


def test_each_place_of_a_commit_in_any_session_is_renewed(shell: Shell, old_story: Story) -> None:
    story = old_story
    other = Path(story.store.ensure_session("other")) / "ops.jsonl"
    other.write_bytes(story.log.read_bytes())
    assert renew(story.repository(), story.store).renewed == 7
    assert other.read_bytes() == story.log.read_bytes()
    with Index(story.store) as index:
        index.refresh()
        assert not any(supersedes(each.engine, OLD) is False for each in index.every_batch())
    assert shell.run("verify")[0] == DONE


@pytest.mark.parametrize("words", [["--all"], ["HEAD"], ["-n", "3"], ["--session", "x"]])
def test_renew_takes_no_range(shell: Shell, old_story: Story, words: list[str]) -> None:
    assert old_story
    assert shell.run("backfill", "--renew", *words)[0] == 2
