"""Who is who: symbols through renames, moves, merges and late arrivals, from logs made by hand."""

from __future__ import annotations

import random
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from support.logs import Log, delete, digest, ident, insert, patch, replace

from muse_hook.history.ancestry import Ancestry
from muse_hook.history.identity import symbol_id
from muse_hook.oplog.entry import make_op_entry
from muse_hook.oplog.log import OpLog


@pytest.fixture
def log(tmp_path: Path) -> Log:
    return Log(tmp_path / "store")


def test_an_id_is_made_of_the_first_appearance(log: Log) -> None:
    log.commit(patch("a.py", insert("a.py::f")))
    assert log.query("SELECT symbol_id, kind, name, address, alive, ops FROM symbols") == [
        (symbol_id("a.py::f", ident("1")), "function", "f", "a.py::f", 1, 1)
    ]


def test_a_rename_an_edit_and_a_move_keep_the_id(log: Log) -> None:
    a = log.commit(patch("a.py", insert("a.py::f")))
    b = log.commit(patch("a.py", replace("a.py::f", new_address="a.py::g", change=["renamed"])), parents=(a,))
    c = log.commit(patch("a.py", replace("a.py::g", "2", "3")), parents=(b,))
    log.commit(
        patch("a.py", delete("a.py::g", "3", new_address="b.py::h", change=["moved"])),
        patch("b.py", insert("b.py::h", "4", from_address="a.py::g", change=["moved"])),
        parents=(c,),
    )
    whole = [
        ("insert", "a.py::f"), ("replace", "a.py::f"), ("replace", "a.py::g"), ("delete", "a.py::g"),
        ("insert", "b.py::h"),
    ]  # fmt: skip
    assert log.ops_of("b.py::h") == log.ops_of("a.py::f") == whole
    assert log.query("SELECT old_address, new_address, how FROM renames ORDER BY lamport_ts") == [
        ("a.py::f", "a.py::g", "renamed"),
        ("a.py::g", "b.py::h", "moved"),
    ]
    assert log.query("SELECT address, alive FROM symbols") == [("b.py::h", 1)]


def test_two_symbols_that_swap_names_keep_their_own_ids(log: Log) -> None:
    a = log.commit(patch("a.py", insert("a.py::f", "f"), insert("a.py::g", "g")))
    b = log.commit(
        patch(
            "a.py",
            replace("a.py::f", "f", "f", new_address="a.py::g", change=["renamed"]),
            replace("a.py::g", "g", "g", new_address="a.py::f", change=["renamed"]),
        ),
        parents=(a,),
    )
    log.commit(patch("a.py", replace("a.py::f", "g", "g2")), parents=(b,))
    rows = dict(log.query("SELECT address, ops FROM symbols"))
    assert rows == {"a.py::g": 2, "a.py::f": 3}
    assert log.query("SELECT symbol_id FROM symbols WHERE address = 'a.py::f'") == [(symbol_id("a.py::g", ident("g")),)]


def test_a_moved_file_takes_its_symbols_along(log: Log) -> None:
    a = log.commit(patch("a.py", insert("a.py::f"), insert("a.py::C.m", "m"), insert("a.py::gone", "x")))
    b = log.commit(patch("b.py", delete("a.py::gone", "x"), replace("b.py::f"), from_address="a.py"), parents=(a,))
    log.commit(patch("b.py", replace("b.py::C.m", "m", "m2")), parents=(b,))
    assert log.ops_of("b.py::C.m") == [("insert", "a.py::C.m"), ("replace", "b.py::C.m")]
    assert log.ops_of("b.py::f") == [("insert", "a.py::f"), ("replace", "b.py::f")]
    assert sorted(log.query("SELECT old_address, new_address, how FROM renames")) == [
        ("a.py::C.m", "b.py::C.m", "file moved"),
        ("a.py::f", "b.py::f", "file moved"),
    ]
    assert sorted(log.query("SELECT address, alive FROM symbols")) == [
        ("a.py::gone", 0),
        ("b.py::C.m", 1),
        ("b.py::f", 1),
    ]


def test_a_renamed_class_in_a_moved_file_takes_its_members_along(log: Log) -> None:
    a = log.commit(
        patch("a.py", insert("a.py::C", "c", kind="class"), insert("a.py::C.m", "m"), insert("a.py::C.n", "n"))
    )
    b = log.commit(
        patch(
            "b.py",
            replace("b.py::C", "c", "d", new_address="b.py::D", change=["renamed"]),
            replace("b.py::D.n", "n", "n2", from_address="a.py::C.n"),
            from_address="a.py",
        ),
        parents=(a,),
    )
    log.commit(patch("b.py", replace("b.py::D.m", "m", "m2"), replace("b.py::D.n", "n2", "n3")), parents=(b,))
    assert log.ops_of("b.py::D.m") == [("insert", "a.py::C.m"), ("replace", "b.py::D.m")]
    assert log.ops_of("b.py::D.n")[0] == ("insert", "a.py::C.n")
    assert sorted(log.query("SELECT address FROM symbols")) == [("b.py::D",), ("b.py::D.m",), ("b.py::D.n",)]


def test_branches_do_not_see_each_others_symbols(log: Log) -> None:
    root = log.commit(patch("z.py", insert("z.py::z")))
    ours = log.commit(patch("a.py", insert("a.py::f", "ours")), parents=(root,))
    log.commit(patch("a.py", insert("a.py::f", "theirs")), parents=(root,))
    log.commit(patch("a.py", replace("a.py::f", "ours", "ours2")), parents=(ours,))
    assert dict(log.query("SELECT symbol_id, ops FROM symbols WHERE name = 'f'")) == {
        symbol_id("a.py::f", ident("ours")): 2,
        symbol_id("a.py::f", ident("theirs")): 1,
    }


def test_a_merge_knows_what_its_second_parent_brought(log: Log) -> None:
    root = log.commit(patch("a.py", insert("a.py::f"), insert("a.py::g", "g")))
    side = log.commit(
        patch("a.py", replace("a.py::f", new_address="a.py::f2", change=["renamed"]), insert("a.py::new", "n")),
        parents=(root,),
    )
    ours = log.commit(patch("a.py", replace("a.py::g", "g", "g2")), parents=(root,))
    merge = log.commit(
        patch(
            "a.py",
            replace("a.py::f", new_address="a.py::f2", change=["renamed"], from_parent=2),
            insert("a.py::new", "n", from_parent=2),
        ),
        parents=(ours, side),
    )
    log.commit(patch("a.py", replace("a.py::f2"), replace("a.py::new", "n", "n2")), parents=(merge,))
    assert [op for op, _ in log.ops_of("a.py::f2")] == ["insert", "replace", "replace", "replace"]
    assert [op for op, _ in log.ops_of("a.py::new")] == ["insert", "insert", "replace"]
    assert log.query("SELECT count(*) FROM symbols") == [(3,)]


def test_a_symbol_older_than_the_log_is_one_on_both_branches(log: Log) -> None:
    log.generations[digest("unrecorded")] = 100
    base = digest("unrecorded")
    ours = log.commit(patch("a.py", replace("a.py::f", "0", "1")), parents=(base,))
    log.commit(patch("b.py", replace("b.py::f", "0", "2"), from_address="a.py"), parents=(base,))
    log.commit(patch("a.py", replace("a.py::f", "1", "3")), parents=(ours,))
    assert log.query("SELECT symbol_id, first_commit, ops FROM symbols") == [
        (symbol_id("a.py::f", ident("0")), None, 3)
    ]


def test_a_symbol_that_is_restored_goes_on_and_another_one_does_not(log: Log) -> None:
    a = log.commit(patch("a.py", insert("a.py::f")))
    b = log.commit(patch("a.py", delete("a.py::f")), parents=(a,))
    c = log.commit(patch("a.py", insert("a.py::f")), parents=(b,))
    d = log.commit(patch("a.py", delete("a.py::f")), parents=(c,))
    log.commit(patch("a.py", insert("a.py::f", "other")), parents=(d,))
    assert sorted(log.query("SELECT ops, alive FROM symbols")) == [(1, 1), (4, 0)]


def test_ops_by_hand_belong_to_the_symbol_of_their_address(log: Log) -> None:
    log.commit(patch("a.py", insert("a.py::f")))
    by_hand = OpLog(log.root, "main")
    by_hand.append(make_op_entry("agent", "code", replace("a.py::f"), by_hand.next_lamport_ts()))
    assert [op for op, _ in log.ops_of("a.py::f")] == ["insert", "replace"]
    assert log.query("SELECT commit_id, actor FROM ops WHERE op = 'replace'") == [(None, "agent")]
    assert log.query("SELECT count(*) FROM commits") == [(1,)]


def scenario(log: Log) -> list[str]:
    """Make, without writing it, a history with branches, renames, moved files and merges."""
    choose = random.Random(7)  # noqa: S311 - no secret
    made: list[tuple[str, dict[str, str]]] = []
    for number in range(60):
        parents = [] if not made else [choose.choice(made[-4:])]
        tree = dict(parents[0][1]) if parents else {}
        ops: list[dict[str, Any]] = []
        for name in sorted(tree):
            match choose.randrange(6):
                case 0:
                    ops.append(replace(name, tree[name], f"{number}"))
                    tree[name] = f"{number}"
                case 1:
                    ops.append(delete(name, tree.pop(name)))
                case 2:
                    new = f"a.py::r{number}{len(ops)}"
                    ops.append(replace(name, tree[name], f"{number}", new_address=new, change=["renamed"]))
                    del tree[name]
                    tree[new] = f"{number}"
                case _:
                    pass
        new = f"a.py::n{number}"
        ops.append(insert(new, f"{number}"))
        tree[new] = f"{number}"
        oid = log.make(patch("a.py", *ops), parents=tuple(oid for oid, _ in parents), name=f"c{number}")
        made.append((oid, tree))
    return [oid for oid, _ in made]


@pytest.mark.parametrize("seed", range(2))
def test_symbols_do_not_depend_on_the_order_of_arrival(tmp_path: Path, seed: int) -> None:
    straight, shuffled = Log(tmp_path / "straight"), Log(tmp_path / "shuffled")
    oids = scenario(straight)
    straight.write(*oids)
    other = scenario(shuffled)
    assert other == oids
    random.Random(seed).shuffle(other)  # noqa: S311 - no secret
    for at in range(0, len(other), 7):
        shuffled.write(*other[at : at + 7], session=f"s{at % 3}")
        shuffled.query("SELECT 1")
    assert shuffled.tables() == straight.tables()


@pytest.mark.parametrize("seed", range(2))
def test_branches_that_are_followed_commit_by_commit_end_as_those_of_an_index_made_anew(
    tmp_path: Path, seed: int
) -> None:
    """As hooks record them: parents first, and what is older on one branch after what is younger on another."""
    straight, stepwise = Log(tmp_path / "straight"), Log(tmp_path / "stepwise")
    oids = scenario(straight)
    straight.write(*oids)
    scenario(stepwise)
    chance = random.Random(seed)  # noqa: S311 - no secret
    parents = {oid: stepwise.batches[oid].entries()[-1]["commit"]["parents"] for oid in oids}
    done: list[str] = []
    while left := [oid for oid in oids if oid not in done and set(done).issuperset(parents[oid])]:
        done.append(chance.choice(left))
        stepwise.write(done[-1], session=f"s{chance.randrange(3)}")
        if chance.random() < 0.5:
            stepwise.query("SELECT 1")
    generations = [stepwise.generations[oid] for oid in done]
    assert generations != sorted(generations)
    assert stepwise.tables() == straight.tables()


def test_following_goes_on_where_it_stopped(log: Log) -> None:
    oids = scenario(log)
    log.write(*oids[:30])
    first = log.query("SELECT rowid FROM records ORDER BY rowid")
    log.write(*oids[30:])
    assert log.query("SELECT record FROM records ORDER BY record")[:30] == first
    after = log.tables()
    (log.root / ".muse" / "index.sqlite").unlink()
    assert log.tables() == after


def test_a_log_that_was_changed_in_place_is_read_anew(log: Log) -> None:
    a = log.commit(patch("a.py", insert("a.py::f")))
    log.query("SELECT 1")
    (log.root / ".muse/op_log/main/ops.jsonl").unlink()
    log.make(patch("a.py", insert("a.py::g")), name="other")
    log.write(digest("other"))
    assert log.query("SELECT address FROM symbols") == [("a.py::g",)]
    assert log.query("SELECT commit_id FROM commits") != [(a,)]


@pytest.mark.parametrize("seed", range(20))
def test_ancestry_is_what_a_walk_finds(seed: int) -> None:
    choose = random.Random(seed)  # noqa: S311 - no secret
    ancestry = Ancestry()
    positions: list[tuple[int, int, int]] = []
    older: list[set[int]] = []
    for number in range(80):
        parents = (
            sorted({choose.randrange(max(0, number - 6), number) for _ in range(choose.randrange(3))}) if number else []
        )
        generation = 1 + max((positions[parent][2] for parent in parents), default=0)
        positions.append(ancestry.add(generation, [positions[parent] for parent in parents]))
        older.append({number}.union(*(older[parent] for parent in parents)))
    for tip in range(80):
        assert {
            old for old in range(80) if ancestry.reachable_from([positions[tip]]).may_have(positions[old])
        } == older[tip]
        reachable = ancestry.reachable_from([positions[tip]])
        assert {old for old in range(80) if reachable.has(positions[old])} == older[tip]


@pytest.mark.parametrize(
    "planted",
    [
        "CREATE VIEW other AS SELECT 1",
        "CREATE TABLE other (x)",
        "DROP VIEW commits; CREATE VIEW commits AS SELECT 'x' AS commit_id",
        "DROP VIEW commits; CREATE TABLE commits (commit_id TEXT)",
        "CREATE INDEX other ON records (abs(generation))",
        "DROP TABLE chains; CREATE VIEW chains AS SELECT 1 AS chain, 1 AS last",
    ],
)
def test_tables_and_views_of_somebody_else_s_are_not_asked(log: Log, planted: str) -> None:
    one = log.commit(patch("a.py", insert("a.py::f")))
    assert log.query("SELECT commit_id FROM commits") == [(one,)]
    schema = log.query("SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY name")
    connection = sqlite3.connect(log.store.path("index.sqlite"))
    connection.executescript(planted)
    connection.close()
    assert log.query("SELECT commit_id FROM commits") == [(one,)]
    assert log.query("SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY name") == schema


def alive(log: Log) -> list[tuple[Any, ...]]:
    """Every living symbol: its id and address."""
    return log.query("SELECT symbol_id, address FROM symbols WHERE alive ORDER BY address")


def test_a_name_that_is_used_again_with_the_old_text_is_another_symbol(log: Log) -> None:
    a = log.commit(patch("a.py", insert("a.py::f")))
    b = log.commit(patch("a.py", replace("a.py::f", new_address="a.py::g", change=["renamed"])), parents=(a,))
    c = log.commit(patch("a.py", insert("a.py::f")), parents=(b,))
    (f, _), (g, _) = alive(log)
    assert g == symbol_id("a.py::f", ident("1")) != f
    log.commit(patch("a.py", delete("a.py::f")), parents=(c,))
    assert alive(log) == [(g, "a.py::g")]
    assert [op for op, _ in log.ops_of("a.py::g")] == ["insert", "replace"]


def test_where_a_merge_keeps_both_ends_of_a_rename_the_first_parents_holder_keeps_the_id(log: Log) -> None:
    base = log.commit(patch("a.py", insert("a.py::f"), insert("a.py::x")))
    renamed = replace("a.py::f", new_address="a.py::g", change=["renamed"])
    ours = log.commit(patch("a.py", replace("a.py::x", "1", "2")), parents=(base,))
    theirs = log.commit(patch("a.py", renamed), parents=(base,))
    log.commit(patch("a.py", insert("a.py::g", from_parent=2)), parents=(ours, theirs))
    ids = {address: each for each, address in alive(log)}
    assert ids["a.py::f"] == symbol_id("a.py::f", ident("1"))
    assert len(set(ids.values())) == len(ids) == 3


def test_a_symbol_is_its_own_where_the_text_is_the_first_parents_and_the_place_another_ones(log: Log) -> None:
    base = log.commit(patch("a.py", insert("a.py::f"), insert("a.py::x")))
    ours = log.commit(patch("a.py", replace("a.py::f", "1", "2")), parents=(base,))
    theirs = log.commit(
        patch("a.py", delete("a.py::f", new_address="b.py::f", change=["moved"])),
        patch("b.py", insert("b.py::f", from_address="a.py::f", change=["moved"])),
        parents=(base,),
    )
    log.commit(
        patch("b.py", insert("b.py::f", "2", from_parent=1, from_address="a.py::f")),
        replace("a.py", "3", "4", from_parent=2),
        parents=(ours, theirs),
    )
    ids = {address: each for each, address in alive(log)}
    assert ids == {"a.py::x": ids["a.py::x"], "b.py::f": symbol_id("a.py::f", ident("1"))}
    assert [op for op, _ in log.ops_of("b.py::f")].count("replace") == 1
