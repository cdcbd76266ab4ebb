"""Logs of two engines put together: of a commit that both recorded, the newer one's batch counts, everywhere."""

from __future__ import annotations

import json
import random
from functools import cmp_to_key
from itertools import pairwise, permutations
from pathlib import Path
from typing import Any

import pytest
from support.batches import batch, commit, delta, log_of, oid, read_batch, scan, write
from support.batches import patch as adding
from support.logs import Log, insert, patch, replace
from support.shell import Shell

from muse_hook import ENGINE
from muse_hook.git.discovery import open_repository
from muse_hook.index.index import Index
from muse_hook.oplog.batch import delta_of_entries, make_batch
from muse_hook.oplog.entry import seal_id
from muse_hook.oplog.log import OpLog
from muse_hook.oplog.seal import supersedes
from muse_hook.oplog.store import Store
from muse_hook.watch.follower import Follower

OLDER, NEWER = (f"muse_hook {version}; a grammar 1" for version in ("0.9.0", "0.10.0"))


# Which one is newer

IN_ORDER = (
    "",
    "muse_hook",
    "somebody else's",
    "muse_hook 0.0.9; a grammar 9",
    "muse_hook 0.1.0; a grammar 1",
    "muse_hook 0.1.0; a grammar 2",
    "muse_hook 0.9.0; a grammar 1",
    "muse_hook 0.10.0; a grammar 1",
    "muse_hook 1.0.1; a grammar 1",
    f"muse_hook {'9' * 5000}; a grammar 1",
    "muse_hook 0.0.1; a grammar 9; b grammar 9",
    "muse_hook engine 1",
    "muse_hook engine 1; tree-sitter 0.26.0",
    "muse_hook engine 1; tree-sitter 0.9.0; a grammar 9",
    "muse_hook engine 1; tree-sitter 0.26.0; a grammar 1",
    "muse_hook engine 1; tree-sitter 0.26.0; a grammar 1 abi 14",
    "muse_hook engine 1; tree-sitter 0.26.0; a grammar 1 abi 15",
    "muse_hook engine 1; tree-sitter 0.26.0; a grammar 1 abi 15; b grammar 0",
    "muse_hook engine 2; tree-sitter 0.1.0",
    "muse_hook engine 10; tree-sitter 0.1.0",
    f"muse_hook engine {'9' * 5000}; tree-sitter 0.1.0",
)


def _newer_last(one: str, other: str) -> int:
    return supersedes(one, other) - supersedes(other, one)


def test_engines_compare_by_their_version_and_then_by_all_they_say() -> None:
    shuffled = list(IN_ORDER)
    random.Random(1).shuffle(shuffled)  # noqa: S311 - no secret
    assert sorted(shuffled, key=cmp_to_key(_newer_last)) == list(IN_ORDER)
    assert all(supersedes(newer, older) for older, newer in pairwise(IN_ORDER))
    assert not any(supersedes(each, each) for each in IN_ORDER)
    as_in_a_database = "muse_hook 0.1.0; \\ud800"
    assert not supersedes("muse_hook 0.1.0; \ud800", as_in_a_database)
    assert not supersedes(as_in_a_database, "muse_hook 0.1.0; \ud800")


# The index, Muse's reader and the follower, with logs made by hand


def told_by(number: int, name: str, told_by: str) -> Any:
    return make_batch(commit(number), delta(adding(f"src/m{number}.py", name)), 1, engine=told_by)


@pytest.mark.parametrize("order", [*permutations(("older", "newer", "newer again"))])
@pytest.mark.parametrize("logs", [("main", "main", "main"), ("main", "side", "other")])
@pytest.mark.parametrize("is_read_between", [False, True])
def test_the_index_and_muse_s_reader_take_the_newer_one(
    tmp_path: Path, order: tuple[str, ...], logs: tuple[str, ...], *, is_read_between: bool
) -> None:
    store = Store(tmp_path)
    pieces = {"older": told_by(1, "old", OLDER), "newer": told_by(1, "new", NEWER)}
    pieces["newer again"] = pieces["newer"]
    with Index(store) as index:
        for each, session in zip(order, logs, strict=True):
            write(store, session, pieces[each])
            index.reopen()
            if is_read_between:
                index.refresh()
        write(store, "main", batch(2, "g"))
        index.refresh()
        assert index.count() == 4
        found = index.read(oid(1))
        first = index.find([oid(1)]).get(oid(1))
    assert found is not None
    assert first is not None
    assert [entry["domain_op"]["address"] for entry in found[1].entries()[:2]] == ["src/m1.py", "src/m1.py::new"]
    where = [logs[at] for at, each in enumerate(order) if each != "older"]
    assert first.session in where[: 1 if is_read_between else 2]
    if logs[0] == logs[1]:
        ids = [entry["op_id"] for entry in OpLog(tmp_path, "main").read_all()]
        made = pieces["newer"]
        assert ids == [*made.op_ids, seal_id(made.commit_id), *batch(2, "g").op_ids, seal_id(batch(2, "g").commit_id)]


def test_a_newer_batch_that_is_taken_away_counts_no_more(tmp_path: Path) -> None:
    store = Store(tmp_path)
    write(store, "main", told_by(1, "old", OLDER))
    write(store, "side", told_by(1, "new", NEWER))
    with Index(store) as index:
        index.refresh()
        log_of(store, "side").unlink()
        index.refresh()
        found = index.find([oid(1)]).get(oid(1))
        assert found is not None
        assert found.session == "main"


@pytest.fixture
def log(tmp_path: Path) -> Log:
    return Log(tmp_path / "store")


def retold(log: Log, oid_: str, name: str, told_by: str) -> None:
    """Tell a commit of a made log once more, by another engine and with another symbol."""
    found = log.batches[oid_]
    made = list(scan(str(log_of(log.store))))
    seal = next(each for each in made if each.commit_id == oid_)
    entries = read_batch(log.store, "main", seal)
    changed: Any = json.loads(json.dumps(delta_of_entries(entries)).replace("a.py::f", f"a.py::{name}"))
    told = commit(0)
    told.id, told.tree, told.parents = oid_, seal.tree, seal.parents
    log.batches[oid_] = make_batch(told, changed, found.generation, engine=told_by)


def addresses(follower: Follower) -> list[str]:
    return [
        entry["domain_op"]["address"]
        for event in follower.poll()
        for entry in event.entries[event.seen :]
        if "::" in str(entry["domain_op"]["address"])
    ]


@pytest.mark.parametrize("is_newer_first", [False, True])
@pytest.mark.parametrize("session", ["main", "side"])
def test_a_follower_tells_what_the_newer_one_tells_and_nothing_twice(
    log: Log, session: str, *, is_newer_first: bool
) -> None:
    a = log.commit(patch("a.py", insert("a.py::f")))
    cursor = Follower(log.store, {})
    assert addresses(cursor) == ["a.py::f"]
    b = log.make(patch("a.py", replace("a.py::f")), parents=(a,))
    log.write(b)
    older = log.batches[b]
    retold(log, b, "new", NEWER)
    if is_newer_first:
        log_of(log.store).write_bytes(log_of(log.store).read_bytes().removesuffix(older.data))
        log.write(b, session=session)
        log.batches[b] = older
        log.write(b)
    else:
        log.write(b, session=session)
    with Index(log.store) as index:
        index.refresh()
        assert addresses(Follower(log.store, {}, index)) == ["a.py::f", "a.py::new"]
        follower = Follower.since(log.store, cursor.cursor, index)
        assert addresses(follower) == ["a.py::new"]
        retold(log, a, "newest", NEWER)  # told already
        log.write(a, session=session)
        index.refresh()
        assert addresses(follower) == []
        assert addresses(Follower.since(log.store, follower.cursor, index)) == []


def test_a_newer_batch_that_stands_there_no_more_holds_nothing_back(log: Log) -> None:
    a = log.commit(patch("a.py", insert("a.py::f")))
    retold(log, a, "new", NEWER)
    log.write(a, session="side")
    with Index(log.store) as index:
        index.refresh()
        side = log_of(log.store, "side")
        side.write_bytes(b" " * side.stat().st_size)
        assert addresses(Follower(log.store, {}, index)) == ["a.py::f"]


# The history


@pytest.mark.parametrize("seed", range(4))
def test_stories_are_those_of_the_newer_one_whatever_came_first(tmp_path: Path, seed: int) -> None:
    choose = random.Random(seed)  # noqa: S311 - no secret
    straight, shuffled = Log(tmp_path / "straight"), Log(tmp_path / "shuffled")
    pieces = []
    parents: tuple[str, ...] = ()
    for number in range(24):
        ops = [insert(f"a.py::n{number}", f"{number}")]
        if number:
            ops.append(replace("a.py::n0", f"{number - 1}", f"{number}"))
        told = commit(number + 1)
        told.parents = parents
        for name, version in (("old", OLDER), ("new", NEWER)):
            mine = [*ops, insert(f"a.py::{name}{number}")]
            pieces.append(make_batch(told, delta(patch("a.py", *mine)), number + 1, engine=version))
        parents = (told.id,)
    newer = [piece for piece in pieces if b"muse_hook 0.10.0" in piece.data]
    assert len(newer) == 24
    write(straight.store, "main", *newer)
    kept = [piece for piece in pieces if piece in newer or choose.random() < 0.7]
    choose.shuffle(kept)
    for at in range(0, len(kept), 9):
        write(shuffled.store, f"s{choose.randrange(2)}", *kept[at : at + 9])
        if choose.random() < 0.7:
            shuffled.query("SELECT 1")
    assert shuffled.tables() == straight.tables()
    assert shuffled.query("SELECT count(*) FROM ops WHERE address LIKE 'a.py::old%'") == [(0,)]
    assert shuffled.query("SELECT count(*) FROM commits") == [(24,)]


def test_a_newer_batch_of_the_last_commit_is_folded(log: Log) -> None:
    a = log.commit(patch("a.py", insert("a.py::f")))
    assert log.query("SELECT address FROM symbols") == [("a.py::f",)]
    retold(log, a, "new", NEWER)
    log.write(a)
    assert log.query("SELECT address FROM symbols") == [("a.py::new",)]
    assert log.query("SELECT address FROM ops WHERE symbol_id IS NOT NULL") == [("a.py::new",)]


# The commands


ALIKE = (
    ("blame", "a.py", "--json"),
    ("log", "--json"),
    ("log", "--patch"),
    ("report", "--all"),
    ("sql", "SELECT commit_id, symbol_id, op, address FROM ops ORDER BY 1, 2, 3, 4"),
    ("changelog", "HEAD~1..HEAD"),
)
BODY = "def f(x):\n    return x\n"


@pytest.fixture
def shell(shell: Shell) -> Shell:
    shell.run("install", "--no-history")
    shell.repo.commit("Begin", a=BODY)
    shell.repo.commit("Go on", a=BODY + "\n\ndef g(x):\n    return f(x)\n")
    return shell


def other_engine(shell: Shell, version: str) -> bytes:
    """Return the log as an engine of that version would have written it, which names f otherwise."""
    store = Store.of(shell.repo.path)
    lines = b""
    with open_repository(str(shell.repo.path), shell.repo.environment).objects() as objects:
        for seal in scan(store.log_path("main")):
            entries = read_batch(store, "main", seal)
            told: Any = json.loads(json.dumps(delta_of_entries(entries)).replace("a.py::f", "a.py::other"))
            name = seal.engine.replace(f"muse_hook engine {ENGINE}", version)
            assert name != seal.engine
            lines += make_batch(objects.commit(seal.commit_id), told, seal.generation, engine=name).data
    return lines


@pytest.mark.parametrize("is_indexed", [False, True])
@pytest.mark.parametrize("is_other_first", [False, True])
@pytest.mark.parametrize(
    ("version", "name"), [("muse_hook 0.10.0", "a.py::f"), (f"muse_hook engine {ENGINE + 1}", "a.py::other")]
)
def test_every_command_reads_the_newer_one(
    shell: Shell, version: str, name: str, *, is_other_first: bool, is_indexed: bool
) -> None:
    path = log_of(Store.of(shell.repo.path))
    ours, theirs = path.read_bytes(), other_engine(shell, version)
    for each in (("log", "--json"), ("status",)) if is_indexed else ():
        shell.out(*each)
    if is_other_first:
        path.write_bytes(theirs + ours)
    else:
        with path.open("ab") as file:
            file.write(theirs)
    first = shell.repo.git("rev-parse", "HEAD~1")
    children = [child["address"] for op in shell.json("show", first)["delta"]["ops"] for child in op["child_ops"]]
    assert children == [name]
    events = shell.json("log")["events"]
    assert [op["address"] for event in events for op in event["ops"] if "::" in op["address"]] == ["a.py::g", name]
    assert sorted(shell.json("replay")["files"]["a.py"]) == sorted(["g", name.partition("::")[2]])
    arrivals = [json.loads(line) for line in shell.out("watch", "--history", "--no-wait", "--json").splitlines()]
    assert [each["op"]["address"] for each in arrivals if "::" in each.get("op", {}).get("address", "")] == [
        name,
        "a.py::g",
    ]
    assert shell.json("sql", "SELECT address FROM symbols ORDER BY 1")["rows"] == [
        {"address": each} for each in sorted([name, "a.py::g"])
    ]
    mixed = [shell.out(*each) for each in ALIKE]
    read = [entry["domain_op"]["address"] for entry in OpLog(shell.repo.path, "main").read_all()]
    assert [each for each in read if "::" in str(each)] == [name, "a.py::g"]
    assert shell.json("status")["unrecorded"]["missing"] == []
    size = path.stat().st_size
    shell.run("sync")
    assert path.stat().st_size == size
    report = shell.json("verify")
    assert (report["sound"], report["problems"]) == (True, [])
    assert "duplicate" in {note["kind"] for note in report["notes"]}
    path.write_bytes(theirs if name == "a.py::other" else ours)
    (path.parents[2] / "index.sqlite").unlink()
    assert mixed == [shell.out(*each) for each in ALIKE]
