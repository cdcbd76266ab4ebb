"""`muse-hook verify`: what it says, and its exit status."""

from __future__ import annotations

import json

import pytest
from support.damage import Story, wrong_symbol
from support.repository import Repo
from support.shell import Shell


@pytest.fixture
def story(repo: Repo) -> Story:
    return Story(repo).record()


def test_the_command_says_it_and_exits_1(
    story: Story, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shell = Shell(story.repo, monkeypatch, capsys)
    lines = len(story.lines())
    assert shell.out("verify") == (
        f"sound: 7 commits and 0 marks in 1 session, {lines} lines;"
        " 7 commits replayed and compared with Git: nothing is wrong\n"
    )
    assert shell.json("verify", "--sample", "2")["sound"] is True
    story.made_again(story.ids[1], wrong_symbol)
    status, out, _ = shell.run("verify", "--sample", "100")
    assert status == 1
    line, _, verdict = out.splitlines()
    first, _ = story.batch(story.ids[1])
    assert line.startswith(f"bad   main line {first}  {story.ids[1][:12]}  a.py::assistant  replay says 0000")
    assert verdict.startswith("not sound: 7 commits")
    assert verdict.endswith("2 problems")
    status, out, _ = shell.run("verify", "--sample", "100", "--json")
    assert status == 1
    report = json.loads(out)
    assert report["problems"][0] == report["problems"][0] | {
        "kind": "replay", "session": "main", "line": first, "commit": story.ids[1], "address": "a.py::assistant",
    }  # fmt: skip
    assert shell.run("verify", "--all")[0] == 1


def test_damage_comes_with_what_to_type(
    story: Story, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shell = Shell(story.repo, monkeypatch, capsys)
    lines = story.lines()
    lines[0] = lines[0].replace(b"patch", b"match")
    story.log.write_bytes(b"".join(lines))
    status, out, err = shell.run("verify")
    assert status == 1
    assert out.startswith(f"bad   main line 1  {story.ids[0][:12]}  a damaged batch, lines 1 to ")
    assert err == "hint: muse-hook sync records damaged commits anew\n"
    assert shell.run("sync")[0] == 0
    assert shell.run("verify")[0] == 0


def test_nothing_recorded_is_the_users_fault(
    repo: Repo, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shell = Shell(repo, monkeypatch, capsys)
    status, out, err = shell.run("verify")
    assert (status, out) == (1, "")
    assert err.startswith("error: verifying the logs: nothing is recorded here yet\nhint: ")
