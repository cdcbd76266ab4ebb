"""Making the index compact, and dropping what the logs hold in vain."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from support.damage import Story
from support.shell import Shell

from muse_hook.cli.failures import COMMAND_LINE, DONE, OUR_FAULT, USER_FAULT
from muse_hook.record import recorder

OLD = "muse_hook 0.1.0; tree-sitter 0.20.0; python grammar 0.20.0"


@pytest.fixture
def story(shell: Shell) -> Story:
    """Return a history whose every commit was recorded by its hook or a catch-up."""
    assert shell.run("install")[0] == DONE
    story = Story(shell.repo)
    assert shell.run("sync")[0] == DONE
    return story


def events(shell: Shell, *words: str) -> list[dict[str, object]]:
    status, out, _ = shell.run("watch", "--no-wait", "--json", *words)  # that a log was replaced is said
    assert status == DONE
    return [json.loads(line) for line in out.splitlines()]


def commits(told: list[dict[str, object]]) -> list[object]:
    return [each["commit"] for each in told if each.get("type") == "commit"]


def test_what_nothing_reaches_goes_only_when_asked_and_is_recorded_again(shell: Shell, story: Story) -> None:
    lost = [shell.repo.commit(f"Lost {n}", z=f"def lost{n}():\n    return {n}\n") for n in range(2)]
    assert shell.run("sync")[0] == DONE
    cursors = events(shell, "--history")
    shell.out("checkpoint", "then")
    shell.repo.git("reset", "-q", "--hard", "HEAD~2")
    assert shell.json("gc", "--unreachable", "1s")["unreachable"] == []  # a reflog has them
    shell.repo.git("reflog", "expire", "--expire=now", "--all")
    shell.repo.git("update-ref", "-d", "ORIG_HEAD")
    before = story.log.read_bytes()
    assert shell.json("gc")["unreachable"] == []
    assert shell.json("gc", "--unreachable", "9000w")["unreachable"] == []  # younger than that
    trial = shell.json("gc", "--dry-run", "--unreachable", "now")
    assert (trial["done"], trial["unreachable"]) == (False, sorted(lost))
    assert story.log.read_bytes() == before
    done = shell.json("gc", "--unreachable", "now")
    assert (done["done"], done["unreachable"], done["copies"], done["lines"]) == (True, sorted(lost), 0, 0)
    assert done["logs"]["after"] == story.log.stat().st_size + sum(
        path.stat().st_size for path in Path(story.store.path("op_log")).rglob("ops.jsonl") if path != story.log
    )
    assert b"lost0" not in story.log.read_bytes()
    assert shell.run("verify")[0] == DONE
    assert shell.run("purge", lost[0])[0] == USER_FAULT  # no log holds it
    for number, each in enumerate(cursors):
        rest = [oid for oid in commits(cursors[number + 1 :]) if oid not in lost]
        assert commits(events(shell, "--since", str(each["cursor"]))) == rest
    assert commits(events(shell, "--since", "then")) == []
    shell.repo.git("reset", "-q", "--hard", lost[1])
    assert shell.run("sync")[0] == DONE
    assert set(commits(events(shell, "--since", "then"))) <= set(lost)
    assert sorted(before.splitlines()) == sorted(
        line for line in story.log.read_bytes().splitlines() if b'"collected"' not in line
    )
    assert shell.run("verify")[0] == DONE


@pytest.mark.usefixtures("story")
def test_what_stays_keeps_what_it_follows_from(shell: Shell) -> None:
    shell.repo.git("checkout", "-q", "-b", "gone")
    old = shell.repo.commit("Old", z="def old():\n    return 1\n")
    shell.repo.clock[0] += 2_000_000_000
    young = shell.repo.commit("Young", z="def young():\n    return 1\n")
    assert shell.run("sync")[0] == DONE
    shell.repo.git("checkout", "-q", "main")
    shell.repo.git("branch", "-q", "-D", "gone")
    shell.repo.git("reflog", "expire", "--expire=now", "--all")
    assert shell.json("gc", "--unreachable", "now")["unreachable"] == []
    assert shell.json("gc", "--unreachable", "2098-01-01")["unreachable"] == sorted((old, young))
    assert shell.out("verify", "--all").startswith("sound")


def test_copies_and_halves_go_and_what_counts_stays(
    shell: Shell, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = shell.json("log", "--all")["events"]
    whole = story.log.read_bytes()
    *lines, seal = whole.splitlines(keepends=True)[:4]
    other = Path(story.store.path("op_log", "other", "ops.jsonl"))
    other.parent.mkdir()
    other.write_bytes(whole)
    half = b"".join(lines) + seal[:100]
    with open(story.log, "ab") as file:
        file.write(half)
    with monkeypatch.context() as patched:  # what an older engine recorded of two of them
        patched.setattr(recorder, "_engine", lambda _: OLD)
        shutil.move(story.store.path("op_log"), f"{story.store.path('op_log')}.new")
        os.unlink(story.store.path("index.sqlite"))
        assert shell.run("sync")[0] == DONE
    older = story.log.read_bytes()
    shutil.rmtree(story.store.path("op_log"))
    shutil.move(f"{story.store.path('op_log')}.new", story.store.path("op_log"))
    with open(other, "ab") as file:
        file.write(older)
    assert shell.run("log", "--all")[0] == DONE
    count = whole.count(b'"commit":{')
    done = shell.json("gc")
    assert done["copies"] == count + older.count(b'"commit":{')
    assert done["lines"] == len(lines) + 1
    assert story.log.read_bytes() == whole
    assert other.read_bytes().count(b'"collected"') == done["copies"]
    assert shell.json("log", "--all")["events"] == told
    assert shell.out("verify", "--all").startswith("sound")
    again = shell.json("gc")
    assert (again["copies"], again["lines"], again["logs"]["before"]) == (0, 0, again["logs"]["after"])
    assert again["index"]["after"] <= done["index"]["before"]


def test_nothing_is_dropped_where_git_cannot_say_what_it_reaches(shell: Shell, story: Story) -> None:
    before = story.log.read_bytes()
    path = shell.repo.path / ".git/refs/heads/broken"
    path.write_text("1" * 40 + "\n")
    status, _, err = shell.run("gc", "--unreachable", "now")
    assert status in (USER_FAULT, DONE)
    assert status == DONE or "asking Git what it reaches" in err
    assert story.log.read_bytes() == before
    path.unlink()
    status, _, err = shell.run("gc", "--unreachable", "2 wekks ago")
    assert (status, "weeks" in err) == (COMMAND_LINE, True)
    assert status != OUR_FAULT
