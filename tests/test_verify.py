"""Verify names what is wrong with a log, where, and nothing else; a sound log is sound."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import Repo
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from shell import Shell

from muse_hook.catchup import backfill, catch_up
from muse_hook.git import open_repository
from muse_hook.languages import engine
from muse_hook.oplog import Store, append, delta_of_entries, make_batch, read_entries, scan, seal_id
from muse_hook.verify import Remark, Report, verify

MODEL = """\
import os


class Model:
    def save(self, path):
        return os.fspath(path)

    def load(self):
        return None


def helper(a, b):
    return a + b
"""


class Story:
    """A recorded repository of seven commits with a merge: what a log looks like, and ways to break it."""

    def __init__(self, repo: Repo) -> None:
        self.repo = repo
        self.ids = [repo.commit("Begin", a=MODEL, pkg__b="x = 1\n")]
        self.ids.append(repo.commit("Rename", a=MODEL.replace("helper", "assistant")))
        repo.git("checkout", "-q", "-b", "side")
        self.ids.append(repo.commit("Aside", pkg__b="x = 2\n\n\ndef side():\n    return x\n"))
        repo.git("checkout", "-q", "main")
        self.ids.append(repo.commit("Go on", a=MODEL.replace("helper", "assistant").replace("None", "self")))
        repo.git("merge", "-q", "--no-ff", "-m", "Merge side", "side")
        self.ids.append(repo.git("rev-parse", "HEAD"))
        repo.git("mv", "a.py", "c.py")
        self.ids.append(repo.commit("Move"))
        self.ids.append(repo.commit("Say nothing"))

    @property
    def store(self) -> Store:
        return Store(self.repo.path / ".git")

    @property
    def log(self) -> Path:
        return Path(self.store.log_path("main"))

    def record(self) -> Story:
        backfill(self.repository(), self.store, all=True)
        return self

    def repository(self) -> Any:
        return open_repository(str(self.repo.path), self.repo.environment)

    def verify(self, **options: Any) -> Report:
        return verify(self.repository(), self.store, **{"everything": True} | options)

    def lines(self) -> list[bytes]:
        return self.log.read_bytes().splitlines(keepends=True)

    def batch(self, commit_id: str) -> tuple[int, list[dict[str, Any]]]:
        """Return the number of a batch's first line, counted the slow way, and its entries."""
        entries = [json.loads(line) for line in self.lines()]
        first = next(n for n, entry in enumerate(entries) if entry["commit_id"] == commit_id)
        return first + 1, [entry for entry in entries if entry["commit_id"] == commit_id]

    def replace(self, commit_id: str, lines: bytes) -> None:
        """Put other lines in the place of a batch."""
        first, entries = self.batch(commit_id)
        kept = self.lines()
        kept[first - 1 : first - 1 + len(entries)] = [lines]
        self.log.write_bytes(b"".join(kept))

    def rewritten(self, commit_id: str, change: Callable[[list[dict[str, Any]]], object]) -> None:
        """Change the entries of a batch as a faulty writer would have written them: with a digest that fits."""
        _, entries = self.batch(commit_id)
        change(entries)
        body = b"".join(json.dumps(entry, separators=(",", ":")).encode() + b"\n" for entry in entries[:-1])
        entries[-1]["commit"]["sha256"] = hashlib.sha256(body).hexdigest()
        entries[-1]["commit"]["entries"] = len(entries) - 1
        self.replace(commit_id, body + json.dumps(entries[-1], separators=(",", ":")).encode() + b"\n")

    def made_again(self, commit_id: str, change: Callable[[Any], object], **options: Any) -> None:
        """Record a commit as it would be if its delta were another one: whole and well-formed."""
        _, entries = self.batch(commit_id)
        delta: Any = json.loads(json.dumps(delta_of_entries(entries)))  # type: ignore[arg-type]
        change(delta)
        with self.repository().objects() as objects:
            commit = objects.commit(commit_id)
        batch = make_batch(commit, delta, entries[-1]["commit"]["generation"], **options)
        self.replace(commit_id, batch.lines)


@pytest.fixture
def story(repo: Repo) -> Story:
    return Story(repo).record()


def told(remarks: list[Remark]) -> list[tuple[str, str, int, str]]:
    return [(remark.kind, remark.session, remark.line, remark.commit_id) for remark in remarks]


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
        assert f"line {number + 1} is not as it was written" in report.problems[0].words
    catch_up(story.repository(), story.store)
    backfill(story.repository(), story.store, all=True)
    report = story.verify()
    assert report.sound
    assert told(report.notes) == [(kind, "main", first, commit_id)]
    assert f"whole in main, line {len(lines) + 1}" in report.notes[0].words


@pytest.fixture(scope="module")
def module_story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    from conftest import sealed_environment  # noqa: PLC0415 - beside its only use

    home = tmp_path_factory.mktemp("home")
    repo = Repo(tmp_path_factory.mktemp("repo"), sealed_environment(home))
    repo.git("init", "-q", "-b", "main")
    return Story(repo).record()


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


def set_key(at: int, key: str, value: Any) -> Callable[[list[dict[str, Any]]], object]:
    def change(entries: list[dict[str, Any]]) -> None:
        entries[at][key] = value

    return change


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
    "commit": (set_key(0, "commit_id", "0" * 40), 0, "commit_id"),
    "a key too many": (set_key(0, "mood", "good"), 0, "mood"),
    "child": (set_key(1, "domain_op", {"op": "insert", "address": "a.py::f"}), 1, "domain_op"),
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
    assert words in problems[0].words


def test_a_tree_that_is_not_the_commits_is_named(story: Story) -> None:
    def change(entries: list[dict[str, Any]]) -> None:
        entries[-1]["domain_op"]["content_id"] = story.repo.git("rev-parse", f"{story.ids[0]}^{{tree}}")

    story.rewritten(story.ids[1], change)
    assert any("domain_op.content_id" in problem.words for problem in story.verify().problems)


def test_bytes_that_only_mean_the_same_are_named(story: Story) -> None:
    first, entries = story.batch(story.ids[6])
    assert len(entries) == 1  # a seal alone: no digest is over it
    line = story.lines()[first - 1]
    story.replace(story.ids[6], line.replace(b'"created_at":', b'"created_at": '))
    (problem,) = [problem for problem in story.verify().problems if problem.kind == "batch"]
    assert (problem.commit_id, problem.line) == (story.ids[6], first)
    assert "not canonical" in problem.words


def test_a_generation_is_counted_in_git(story: Story) -> None:
    commit_id = story.ids[1]
    with story.repository().objects() as objects:
        commit = objects.commit(commit_id)
    _, entries = story.batch(commit_id)
    delta = delta_of_entries(entries)  # type: ignore[arg-type]
    story.replace(commit_id, make_batch(commit, delta, 7).lines)
    (stamp, generation) = story.verify().problems
    assert "lamport_ts is 117440512 and should be 33554432" in stamp.words
    assert "commit.generation is 7 and should be 2" in generation.words
    story.replace(commit_id, make_batch(commit, delta, 7, shallow=True).lines)
    assert story.verify().sound  # less history was seen: neither order nor purity is promised


def wrong_symbol(delta: Any) -> None:
    delta["ops"][0]["child_ops"][0]["new_content_id"] = "0" * 64


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
    assert replayed[0].words.startswith("replay says 000000000000, the tree ")
    sampled = story.verify(everything=False, sample=1).problems
    assert {problem.address for problem in sampled} >= {"c.py::assistant"}
    assert {problem.kind for problem in sampled} == {"replay"}


def forget_a_file(delta: Any) -> None:
    delta["ops"] = delta["ops"][:1]


def test_a_file_that_is_not_told_is_found_by_replay(story: Story) -> None:
    story.made_again(story.ids[0], forget_a_file)
    addresses = {problem.address: problem.words for problem in story.verify().problems if problem.kind == "replay"}
    assert set(addresses) >= {"pkg/b.py::x"}
    assert "replay does not" in addresses["pkg/b.py::x"]


def test_what_another_engine_told_is_compared_with_itself_only(story: Story) -> None:
    story.made_again(story.ids[1], wrong_symbol, engine="muse_hook 99; python grammar 7")
    report = story.verify()
    assert report.sound
    assert [note.kind for note in report.notes] == ["replay", "replay", "engine"]
    assert "1 commit recorded by another engine: muse_hook 99" in report.notes[-1].words
    story.rewritten(story.ids[1], set_key(1, "op_id", "0" * 36))
    assert [problem.kind for problem in story.verify().problems] == ["batch"]


def test_keys_of_a_later_engine_are_let_pass(story: Story) -> None:
    story.made_again(story.ids[1], lambda _: None, engine="muse_hook 99")
    story.rewritten(story.ids[1], set_commit("mood", "good"))
    assert story.verify().sound


def test_a_commit_recorded_twice_is_named(story: Story) -> None:
    first, entries = story.batch(story.ids[2])
    lines = story.lines()
    copy = lines[first - 1 : first - 1 + len(entries)]
    story.log.write_bytes(b"".join(lines + copy))
    (problem,) = story.verify().problems
    assert (problem.kind, problem.line, problem.commit_id) == ("duplicate", len(lines) + 1, story.ids[2])
    assert problem.words == f"the commit is recorded twice, first in main, line {first}"


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
    assert remarks[0].words.startswith(f"half of a batch, lines {number} to {number + 1}, without a seal")
    assert report.sound is whole_elsewhere


def test_garbage_lines_by_hand_and_a_torn_end_change_nothing(story: Story) -> None:
    by_hand = {"op_id": "x", "actor_id": "me", "lamport_ts": 1, "parent_op_ids": [], "domain": "code"}
    hand = json.dumps(by_hand | {"domain_op": {}, "created_at": "", "intent_id": "", "reservation_id": ""}).encode()
    lines = story.lines()
    story.log.write_bytes(b"".join([*lines, b"\x00\xff garbage\n", hand + b"\n", b'{"op_id":"half a li']))
    report = story.verify()
    assert report.sound
    assert report.by_hand == 1
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


def test_marks_are_made_again(story: Story) -> None:
    from muse_hook.oplog import make_dropped, make_superseded  # noqa: PLC0415 - beside their only use

    with story.repository().objects() as objects:
        old, new = objects.commit(story.ids[3]), objects.commit(story.ids[4])
    good = make_superseded(old.id, new, "rebase", 4)
    with story.store.lock():
        append(story.store, "main", [good, make_dropped(old, 3)])
    report = story.verify()
    assert (report.problems, report.marks) == ([], 2)
    with story.store.lock():
        append(story.store, "side", [good, make_superseded(old.id, new, "amend", 9), make_dropped(new, 4)])
    problems = story.verify().problems
    assert [(problem.kind, problem.session, problem.line) for problem in problems] == [
        ("mark", "side", 1),
        ("mark", "side", 2),
    ]
    assert "twice" in problems[0].words
    assert "lamport_ts" in problems[1].words


def test_a_mark_in_words_that_nobody_knows_is_named(story: Story) -> None:
    _, entries = story.batch(story.ids[6])
    entry = {key: value for key, value in entries[-1].items() if key not in ("commit_id", "commit")}
    story.log.write_bytes(b"".join([*story.lines(), json.dumps(entry).encode() + b"\n"]))
    (problem,) = story.verify().problems
    assert (problem.kind, problem.line) == ("mark", len(story.lines()))
    assert "no mark that we know" in problem.words


def test_commits_that_git_has_lost_are_checked_against_themselves(story: Story) -> None:
    repo = story.repo
    repo.git("checkout", "-q", "main~1")
    lost = story.ids[6]
    repo.git("branch", "-q", "-f", "main", "HEAD")
    repo.git("reflog", "expire", "--expire=now", "--all")
    repo.git("gc", "-q", "--prune=now")
    report = story.verify()
    assert report.sound
    assert [(note.kind, lost[:12] in note.words) for note in report.notes] == [("gone", True)]
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
    assert blob in report.notes[0].words


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


def test_an_index_that_says_otherwise_is_named(story: Story) -> None:
    from muse_hook.index import Index  # noqa: PLC0415 - beside its only use

    with Index(story.store) as index:
        index.refresh()
        with index.transaction():
            index.connection.execute("DELETE FROM seals WHERE commit_id = ?", [story.ids[2]])
    (problem,) = story.verify().problems
    assert (problem.kind, problem.commit_id) == ("index", story.ids[2])


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


def test_the_story_is_told_by_the_engine_at_work(story: Story) -> None:
    """What the other tests stand on: whole batches only, of this engine, in one log."""
    seals = list(scan(str(story.log)))
    assert all(seal.intact and seal.entry["commit"]["engine"] == engine() for seal in seals)
    assert len(list(read_entries(str(story.log)))) == len(story.lines())
