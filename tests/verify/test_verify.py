"""A sound log is sound, whatever of its history is not there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from support.batches import scan
from support.damage import Story, set_key
from support.repository import Repo

from muse_hook.catchup.backfill import backfill
from muse_hook.git.discovery import open_repository
from muse_hook.languages.languages import engine
from muse_hook.oplog.reader import read_entries
from muse_hook.oplog.store import Store
from muse_hook.verify.verify import verify


def test_a_recorded_history_is_sound_and_stays_as_it_was(story: Story) -> None:
    before = story.log.read_bytes()
    report = story.verify()
    assert (report.problems, report.notes) == ([], [])
    assert (report.sessions, report.commits, report.replayed) == (1, 7, 7)
    assert report.entries == len(story.lines())
    assert story.log.read_bytes() == before


def test_a_sample_holds_the_tips_and_the_ends(story: Story) -> None:
    assert story.verify(everything=False, sample=1).replayed == 2  # the last one is main's; and side's
    assert story.verify(everything=False, sample=3).replayed in (3, 4)
    assert story.verify(everything=False, sample=100).replayed == 7


def test_of_a_sample_few_files_are_read_and_the_same_ones_each_time(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = story.verify(everything=False, sample=2)
    assert (whole.files_left_out, whole.sound) == (0, True)
    monkeypatch.setattr("muse_hook.verify.verify.FILES", 1)
    few, again = (story.verify(everything=False, sample=2) for _ in range(2))
    assert few.sound
    assert few.files_left_out > 0
    assert few.files + few.files_left_out == whole.files
    assert few.as_json() == again.as_json()
    assert story.verify().files_left_out == 0


def test_two_processes_find_what_one_finds(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    story.rewritten(story.ids[1], set_key(0, "actor_id", "somebody else"))
    story.rewritten(story.ids[2], set_key(0, "op_id", "0" * 36))
    story.rewritten(story.ids[4], set_key(0, "domain_op", {"op": "insert"}))
    found = []
    for least in (10, 1):
        monkeypatch.setattr("muse_hook.verify.verify.APART", least)
        monkeypatch.setattr("muse_hook.verify.verify.os.cpu_count", lambda: 2)
        found.append(story.verify(everything=False).as_json())
    monkeypatch.setattr("muse_hook.verify.verify._Apart.difference", lambda *_: os._exit(3))
    found.append(story.verify(everything=False).as_json())
    assert found[0] == found[1] == found[2]  # also where the other one dies
    assert len(found[0]["problems"]) > 2


def test_a_log_that_begins_in_the_middle_of_history_is_sound(repo: Repo) -> None:
    story = Story(repo)
    backfill(story.repository(), story.store, count=3)
    report = story.verify()
    assert (report.problems, report.notes, report.replayed) == ([], [], 3)
    backfill(story.repository(), story.store, range="side")
    report = story.verify()
    assert (report.problems, report.notes, report.replayed) == ([], [], 6)


def test_a_hole_in_the_log_is_read_from_git(story: Story) -> None:
    story.replace(story.ids[3], b"")
    report = story.verify()
    assert (report.problems, report.notes, report.replayed) == ([], [], 6)


def test_commits_that_git_has_lost_are_checked_against_themselves(story: Story) -> None:
    repo = story.repo
    repo.git("checkout", "-q", "main~1")
    lost = story.ids[6]
    repo.git("branch", "-q", "-f", "main", "HEAD")
    repo.git("reflog", "expire", "--expire=now", "--all")
    repo.git("gc", "-q", "--prune=now")
    report = story.verify()
    assert report.sound
    assert [(note.kind, lost[:12] in note.message) for note in report.notes] == [("gone", True)]
    story.rewritten(lost, set_key(0, "op_id", "0" * 36))
    assert not story.verify().sound


def test_absent_files_are_named_and_hold_up_nothing_else(repo: Repo) -> None:
    story = Story(repo)
    backfill(story.repository(), story.store, count=3)
    blob = repo.git("rev-parse", f"{story.ids[3]}:a.py")
    (repo.path / ".git/objects" / blob[:2] / blob[2:]).unlink()
    report = story.verify()
    assert report.sound
    assert {note.kind for note in report.notes} == {"absent"}
    assert blob in report.notes[0].message


def test_a_shallow_history_is_sound(story: Story, tmp_path: Path) -> None:
    clone = story.repo.clone(tmp_path / "shallow", "--depth", "3", "--no-local")
    repository, store = open_repository(str(clone.path), clone.environment), Store(clone.path / ".git")
    backfill(repository, store)
    report = verify(repository, store, everything=True)
    assert (report.problems, report.notes) == ([], [])
    assert report.replayed == report.commits > 0
    clone.git("fetch", "-q", "--unshallow")
    backfill(repository, store)
    assert verify(repository, store, everything=True).sound


def test_the_story_is_told_by_the_engine_at_work(story: Story) -> None:
    """What the other tests stand on: whole batches only, of this engine, in one log."""
    seals = list(scan(str(story.log)))
    assert all(seal.intact and seal.engine in (engine(()), engine(["python"])) for seal in seals)
    assert len(list(read_entries(str(story.log)))) == len(story.lines())
