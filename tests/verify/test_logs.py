"""Verify names damaged lines by session, line and commit, and nothing else."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from support.damage import Story, told
from support.repository import Repo

from muse_hook.catchup.backfill import backfill
from muse_hook.catchup.catchup import catch_up
from muse_hook.errors import InternalError
from muse_hook.record.workers import Workers
from muse_hook.verify import logs

FLIPS: dict[str, Callable[[], tuple[int, bytes, bytes]]] = {
    "an op": lambda: (0, b'"op":"patch"', b'"op":"match"'),
    "a child": lambda: (1, b'"lamport_ts":', b'"lamport_ts"+'),
    "a seal's digest": lambda: (-1, b'"sha256":"', b'"sha257":"'),
    "a seal's word": lambda: (-1, b'"domain":"git"', b'"domain":"gat"'),
}


@pytest.mark.parametrize("where", FLIPS)
def test_a_flipped_bit_is_named_with_session_line_and_commit(story: Story, where: str) -> None:
    commit_id = story.ids[1]
    first, entries = story.batch(commit_id)
    at, old, new = FLIPS[where]()
    lines = story.lines()
    number = first - 1 + (at if at >= 0 else len(entries) + at)
    assert old in lines[number]
    lines[number] = lines[number].replace(old, new, 1)
    story.log.write_bytes(b"".join(lines))
    report = story.verify()
    kind = "half" if where == "a seal's word" else "damaged"
    assert told(report.problems) == [(kind, "main", first, commit_id)]
    if at >= 0:
        assert f"line {number + 1} is not as it was written" in report.problems[0].message
    catch_up(story.repository(), story.store)
    backfill(story.repository(), story.store, all=True)
    report = story.verify()
    assert report.sound
    assert told(report.notes) == [(kind, "main", first, commit_id)]
    assert f"whole in main, line {len(lines) + 1}" in report.notes[0].message


@pytest.fixture(scope="module")
def module_story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    from support.repository import sealed_environment  # noqa: PLC0415 - beside its only use

    home = tmp_path_factory.mktemp("home")
    repo = Repo(tmp_path_factory.mktemp("repo"), sealed_environment(home))
    repo.git("init", "-q", "-b", "main")
    return Story(repo).record()


def scanned(story: Story) -> list[dict[str, Any]]:
    """Return all that is found in a story's log."""

    def plain(value: Any) -> Any:
        if isinstance(value, list | tuple):
            return [plain(each) for each in value]
        names = getattr(type(value), "__slots__", None)
        return {name: plain(getattr(value, name)) for name in names} if names else value

    fd = os.open(story.log, os.O_RDONLY)
    try:
        return [{name: plain(value) for name, value in vars(scan).items()} for scan in logs.scan_logs([("main", fd)])]
    finally:
        os.close(fd)


def in_two(patched: pytest.MonkeyPatch) -> None:
    patched.setattr(logs, "_LARGE", 1)
    patched.setattr(logs, "processors", lambda: 2)


@settings(
    max_examples=40,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_two_processes_read_any_log_as_one_does(
    module_story: Story, data: st.DataObject, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = module_story
    whole = story.log.read_bytes()
    lines = whole.splitlines(keepends=True)
    for _ in range(data.draw(st.integers(0, 4))):
        at = data.draw(st.integers(0, len(lines) - 1))
        line = lines[at]
        change = data.draw(st.sampled_from([b"", b"garbage\n" + line, line + line, line[:-20] + b"0" + line[-19:]]))
        lines[at : at + 1] = change.splitlines(keepends=True)
    try:
        story.log.write_bytes(b"".join(lines)[: data.draw(st.sampled_from([None, -1, -30]))])
        found = scanned(story)
        with monkeypatch.context() as patched:
            in_two(patched)
            assert scanned(story) == found
    finally:
        story.log.write_bytes(whole)


def test_the_second_half_is_read_by_another_process_or_here(
    module_story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = scanned(module_story)
    in_two(monkeypatch)
    asked: list[str] = []
    answer = Workers.answer

    def noted(self: Workers, session: str) -> Any:
        asked.append(session)
        return answer(self, session)

    monkeypatch.setattr(Workers, "answer", noted)
    assert scanned(module_story) == found
    assert asked == ["main"]

    def died(*_: object) -> None:
        raise InternalError("telling commits", "a worker died")

    monkeypatch.setattr(Workers, "answer", died)
    assert scanned(module_story) == found


@settings(
    max_examples=60,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # the failing byte is small enough
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_any_flipped_bit_is_found(module_story: Story, data: st.DataObject) -> None:
    story = module_story
    whole = story.log.read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    flipped = bytearray(whole)
    flipped[at] ^= 1 << data.draw(st.integers(0, 7))
    number = whole.count(b"\n", 0, at)
    commit_id = json.loads(whole.splitlines()[number])["commit_id"]
    try:
        story.log.write_bytes(flipped)
        report = story.verify()
        if b'"engine":"' in whole[at - 120 : at + 10] and report.sound:
            assert "engine" in [note.kind for note in report.notes]  # what another engine would have said, nobody knows
        else:
            assert any(problem.commit_id == commit_id or problem.line == number + 1 for problem in report.problems)
    finally:
        story.log.write_bytes(whole)


@pytest.mark.parametrize("whole_elsewhere", [True, False])
def test_half_a_batch_is_a_note_where_its_commit_is_whole_elsewhere(story: Story, whole_elsewhere: bool) -> None:  # noqa: FBT001 - a parameter
    first, entries = story.batch(story.ids[1])
    lines = story.lines()
    half = lines[first - 1 : first + 1]
    rest = lines[: first - 1] + lines[first - 1 + len(entries) :]
    story.log.write_bytes(b"".join(lines + half if whole_elsewhere else rest + half))
    report = story.verify()
    remarks = report.notes if whole_elsewhere else report.problems
    number = (len(lines) if whole_elsewhere else len(rest)) + 1
    assert told(remarks) == [("half", "main", number, story.ids[1])]
    assert remarks[0].message.startswith(f"half of a batch, lines {number} to {number + 1}, without a seal")
    assert report.sound is whole_elsewhere


def test_garbage_lines_by_hand_and_a_torn_end_change_nothing(story: Story) -> None:
    by_hand = {"op_id": "x", "actor_id": "me", "lamport_ts": 1, "parent_op_ids": [], "domain": "code"}
    hand = json.dumps(by_hand | {"domain_op": {}, "created_at": "", "intent_id": "", "reservation_id": ""}).encode()
    lines = story.lines()
    story.log.write_bytes(b"".join([*lines, b"\x00\xff garbage\n", hand + b"\n", b'{"op_id":"half a li']))
    report = story.verify()
    assert report.sound
    assert report.manual == 1
    last = len(lines)
    assert told(report.notes) == [
        ("garbage", "main", last + 1, ""),
        ("garbage", "main", last + 3, ""),
        ("torn", "main", last + 3, ""),
    ]


def test_a_torn_last_line_is_named_at_any_length(story: Story) -> None:
    first, entries = story.batch(story.ids[6])
    lines = story.lines()
    assert first == len(lines)
    assert len(entries) == 1
    head = b"".join(lines[:-1])
    for length in [1, 2, *range(3, len(lines[-1]) - 2, 61), len(lines[-1]) - 2, len(lines[-1]) - 1]:
        story.log.write_bytes(head + lines[-1][:length])
        report = story.verify(everything=False, sample=1)
        assert [note.kind for note in report.notes if note.kind == "torn"] == ["torn"]
        assert report.commits == 6
