"""Verify names what is whole and not true: batches, marks, the index."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from support.batches import insert
from support.damage import Story, set_key, told, wrong_symbol

from muse_hook.oplog.batch import delta_of_entries, make_batch, make_dropped, make_superseded
from muse_hook.oplog.entry import seal_id, with_check
from muse_hook.oplog.writer import append


def set_commit(key: str, value: Any) -> Callable[[list[dict[str, Any]]], object]:
    def change(entries: list[dict[str, Any]]) -> None:
        entries[-1]["commit"][key] = value

    return change


def reorder(entries: list[dict[str, Any]]) -> None:
    entries[0] = dict(sorted(entries[0].items()))


ALTERED: dict[str, tuple[Callable[[list[dict[str, Any]]], object], int, str]] = {
    "id": (set_key(0, "op_id", "0" * 36), 0, "op_id"),
    "actor": (set_key(0, "actor_id", "Somebody Else <else@example.org>"), 0, "actor_id"),
    "stamp": (set_key(1, "lamport_ts", 5), 1, "lamport_ts"),
    "cause of a file": (set_key(0, "parent_op_ids", []), 0, "parent_op_ids"),
    "cause of a symbol": (set_key(1, "parent_op_ids", [seal_id("0" * 40)]), 1, "parent_op_ids"),
    "cause of the seal": (set_key(-1, "parent_op_ids", []), -1, "parent_op_ids"),
    "domain": (set_key(0, "domain", "music"), 0, "domain"),
    "time": (set_key(0, "created_at", "2001-01-01T00:00:00+00:00"), 0, "created_at"),
    "intent": (set_key(0, "intent_id", "x"), 0, "intent_id"),
    "a key too many": (set_key(0, "mood", "good"), 0, "mood"),
    "child": (set_key(1, "domain_op", insert("a.py::f")), 1, "domain_op"),
    "order of keys": (reorder, 0, "order of keys"),
    "author": (set_commit("author", "Nobody <n@example.org>"), -1, "commit.author"),
    "co-authors": (set_commit("co_authors", ["Nobody <n@example.org>"]), -1, "commit.co_authors"),
    "author's time": (set_commit("authored_at", "2001-01-01T00:00:00+00:00"), -1, "commit.authored_at"),
}


@pytest.mark.parametrize("what", ALTERED)
def test_what_the_commit_does_not_say_is_named_although_the_digest_fits(story: Story, what: str) -> None:
    change, at, words = ALTERED[what]
    commit_id = story.ids[1]
    first, entries = story.batch(commit_id)
    story.rewritten(commit_id, change)
    problems = [problem for problem in story.verify().problems if problem.kind == "batch"]
    line = first + (at if at >= 0 else len(entries) - 1)
    assert (problems[0].session, problems[0].line, problems[0].commit_id) == ("main", line, commit_id)
    assert words in problems[0].message


def test_a_tree_that_is_not_the_commits_is_named(story: Story) -> None:
    def change(entries: list[dict[str, Any]]) -> None:
        entries[-1]["domain_op"]["content_id"] = story.repo.git("rev-parse", f"{story.ids[0]}^{{tree}}")

    story.rewritten(story.ids[1], change)
    assert any("domain_op.content_id" in problem.message for problem in story.verify().problems)


def test_bytes_that_only_mean_the_same_are_named(story: Story) -> None:
    first, entries = story.batch(story.ids[6])
    assert len(entries) == 1  # a seal alone: no digest is over it
    line = story.lines()[first - 1].rpartition(b',"check"')[0] + b"}\n"
    story.replace(story.ids[6], with_check(line.replace(b'"created_at":', b'"created_at": ')))
    (problem,) = [problem for problem in story.verify().problems if problem.kind == "batch"]
    assert (problem.commit_id, problem.line) == (story.ids[6], first)
    assert "not canonical" in problem.message


def test_a_generation_is_counted_in_git(story: Story) -> None:
    commit_id = story.ids[1]
    with story.repository().objects() as objects:
        commit = objects.commit(commit_id)
    _, entries = story.batch(commit_id)
    delta = delta_of_entries(entries)  # type: ignore[arg-type]
    story.replace(commit_id, make_batch(commit, delta, 7, entries[-1]["commit"]["engine"]).data)
    (stamp, generation) = story.verify().problems
    assert "lamport_ts is 117440512 and should be 33554432" in stamp.message
    assert "commit.generation is 7 and should be 2" in generation.message
    story.replace(commit_id, make_batch(commit, delta, 7, entries[-1]["commit"]["engine"], shallow=True).data)
    assert story.verify().sound  # less history was seen: neither order nor purity is promised


def test_an_op_that_is_not_true_is_found_by_replay_and_named_once(story: Story) -> None:
    commit_id = story.ids[1]
    story.made_again(commit_id, wrong_symbol)
    first, _ = story.batch(commit_id)
    problems = story.verify().problems
    assert told(problems)[:2] == [("batch", "main", first, commit_id)] * 2
    replayed = [problem for problem in problems if problem.kind == "replay"]
    assert [(problem.commit_id, problem.address) for problem in replayed] == [
        (commit_id, "a.py::assistant"),
        (story.ids[5], "c.py::assistant"),  # its file took it along
    ]
    assert replayed[0].message.startswith("replay says 000000000000, the tree ")
    sampled = story.verify(everything=False, sample=1).problems
    assert {problem.address for problem in sampled} >= {"c.py::assistant"}
    assert {problem.kind for problem in sampled} == {"replay"}


def forget_a_file(delta: Any) -> None:
    delta["ops"] = delta["ops"][:1]


def test_a_file_that_is_not_told_is_found_by_replay(story: Story) -> None:
    story.made_again(story.ids[0], forget_a_file)
    addresses = {problem.address: problem.message for problem in story.verify().problems if problem.kind == "replay"}
    assert set(addresses) >= {"pkg/b.py::x"}
    assert "replay does not" in addresses["pkg/b.py::x"]


def test_what_another_engine_told_is_compared_with_itself_only(story: Story) -> None:
    story.made_again(story.ids[1], wrong_symbol, engine="muse_hook 99; python grammar 7")
    report = story.verify()
    assert report.sound
    assert [note.kind for note in report.notes] == ["replay", "replay", "engine"]
    assert "1 commit recorded by another engine: muse_hook 99" in report.notes[-1].message
    story.rewritten(story.ids[1], set_key(1, "op_id", "0" * 36))
    assert [problem.kind for problem in story.verify().problems] == ["batch"]


def test_keys_of_a_later_engine_are_let_pass(story: Story) -> None:
    story.made_again(story.ids[1], lambda _: None, engine="muse_hook 99")
    story.rewritten(story.ids[1], set_commit("mood", "good"))
    assert story.verify().sound


def test_a_commit_recorded_twice_and_differently_is_named(story: Story) -> None:
    first, entries = story.batch(story.ids[2])
    before = story.log.read_bytes()
    story.made_again(story.ids[2], lambda delta: delta.update(summary="told otherwise"))
    other = b"".join(story.lines()[first - 1 : first - 1 + len(entries)])
    assert other not in before
    story.log.write_bytes(before + other)
    (problem,) = (each for each in story.verify().problems if each.kind == "duplicate")
    assert (problem.line, problem.commit_id) == (before.count(b"\n") + 1, story.ids[2])
    assert problem.message == f"the commit is recorded twice, first in main, line {first}"


def test_logs_of_two_clones_put_together_are_sound(story: Story) -> None:
    with story.repository().objects() as objects:
        mark = make_dropped(objects.commit(story.ids[3]), 3)
    with story.store.lock():
        append(story.store, "main", [mark])
    lines = story.lines()
    story.log.write_bytes(b"".join(lines * 2))
    report = story.verify()
    assert (report.problems, report.marks, report.commits) == ([], 2, 14)
    batches, marks = report.notes
    assert (batches.kind, batches.line, batches.commit_id) == ("duplicate", len(lines) + 1, story.ids[0])
    assert batches.message == "the commit's batch stands in the logs twice, both the same; so are 6 more batches"
    assert (marks.kind, marks.message) == ("duplicate", "1 rewrite mark in the logs twice, both the same")
    assert story.verify(everything=False).sound


def test_two_engines_may_both_have_told_a_commit(story: Story) -> None:
    with story.repository().objects() as objects:
        commit = objects.commit(story.ids[6])
    _, entries = story.batch(story.ids[6])
    generation = entries[-1]["commit"]["generation"]
    delta = delta_of_entries(entries)  # type: ignore[arg-type]
    with story.store.lock():
        append(story.store, "other", [make_batch(commit, delta, generation, engine="muse_hook 0")])
    report = story.verify()
    assert report.sound
    assert [note.kind for note in report.notes] == ["duplicate"]
    first, _ = story.batch(story.ids[6])
    assert report.notes[0].message == f"the commit is recorded by two engines, the newer one's in main, line {first}"


def test_of_two_engines_the_newer_one_is_replayed_and_in_the_index(story: Story) -> None:
    before = story.log.read_bytes()
    story.made_again(story.ids[1], wrong_symbol, engine="muse_hook 0.0.1; an older one")
    older = story.log.read_bytes()
    _, entries = story.batch(story.ids[1])
    story.log.write_bytes(older + before)
    report = story.verify()
    assert (report.problems, {note.kind for note in report.notes}) == ([], {"duplicate"})
    story.log.write_bytes(before + older)
    report = story.verify()
    assert (report.problems, {note.kind for note in report.notes}) == ([], {"duplicate"})
    assert entries[-1]["commit"]["engine"] == "muse_hook 0.0.1; an older one"


def test_marks_are_made_again(story: Story) -> None:
    with story.repository().objects() as objects:
        old, new = objects.commit(story.ids[3]), objects.commit(story.ids[4])
    good = make_superseded(old.id, new, "rebase", 4)
    with story.store.lock():
        append(story.store, "main", [good, make_dropped(old, 3)])
    report = story.verify()
    assert (report.problems, report.marks) == ([], 2)
    with story.store.lock():
        append(story.store, "side", [good, make_superseded(old.id, new, "amend", 9), make_dropped(new, 4)])
    report = story.verify()
    (problem,) = report.problems
    assert (problem.kind, problem.session, problem.line) == ("mark", "side", 2)
    assert "lamport_ts" in problem.message
    assert [(note.kind, note.message) for note in report.notes] == [
        ("duplicate", "1 rewrite mark in the logs twice, both the same")
    ]


def test_a_mark_in_words_that_nobody_knows_is_named(story: Story) -> None:
    _, entries = story.batch(story.ids[6])
    entry = {key: value for key, value in entries[-1].items() if key not in ("commit_id", "commit", "check")}
    story.log.write_bytes(b"".join([*story.lines(), json.dumps(entry).encode() + b"\n"]))
    (problem,) = story.verify().problems
    assert (problem.kind, problem.line) == ("mark", len(story.lines()))
    assert "no mark that we know" in problem.message


def test_an_index_that_says_otherwise_is_named(story: Story) -> None:
    from muse_hook.index.index import Index  # noqa: PLC0415 - beside its only use

    with Index(story.store) as index:
        index.refresh()
        with index.transaction():
            index.connection.execute("DELETE FROM seals WHERE commit_id = ?", [story.ids[2]])
    (problem,) = story.verify().problems
    assert (problem.kind, problem.commit_id) == ("index", story.ids[2])
