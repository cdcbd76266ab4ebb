"""A merge tells only what it truly merged."""

from __future__ import annotations

import pytest
from support.deltas import blob, changed, children, delta_of, summaries, symbols_of, table

from muse_hook.delta.build import build_delta
from muse_hook.match.pairs import ChangedFile
from muse_hook.model.change import FileChange
from muse_hook.replay.replay import apply

ONE = "def one(a):\n    return compute(a, 1)\n"
TWO = "def two(b):\n    for x in b:\n        yield other(x, 2)\n"
THREE = "def three(c):\n    with c as d:\n        d.close(3)\n"
BASE = {"m.py": ONE + TWO, "n.py": THREE}


def test_a_path_taken_from_the_other_parent_is_one_op() -> None:
    theirs = BASE | {"m.py": ONE, "new.py": THREE}
    del theirs["n.py"]
    (new, gone, m) = delta_of(BASE, theirs, theirs)["ops"]
    assert (new["op"], new["address"], new["from_parent"]) == ("insert", "new.py", 2)
    assert (gone["op"], gone["address"], gone["from_parent"]) == ("delete", "n.py", 2)
    assert (m["op"], m["address"], m["from_parent"]) == ("replace", "m.py", 2)


def test_the_first_of_several_equal_parents_is_named() -> None:
    theirs = BASE | {"m.py": ONE}
    (op,) = delta_of(BASE, theirs, BASE | {"n.py": ONE}, theirs, theirs)["ops"]
    assert op["from_parent"] == 3


def test_symbols_of_a_truly_merged_file_name_the_parent_that_has_them_whole() -> None:
    ours = BASE | {"m.py": ONE.replace("1", "11") + TWO}
    theirs = BASE | {"m.py": ONE + TWO.replace("2", "22")}
    merged = BASE | {"m.py": ONE.replace("1", "11") + TWO.replace("2", "22") + THREE}
    delta = delta_of(ours, merged, theirs)
    three, two = children(delta)
    assert (two["address"], two.get("from_parent")) == ("m.py::two", 2)
    assert (three["address"], three.get("from_parent")) == ("m.py::three", None)


def test_a_deletion_comes_from_the_parent_that_has_the_symbol_no_more() -> None:
    ours = BASE | {"m.py": ONE.replace("1", "11") + TWO}
    (op,) = children(delta_of(ours, BASE | {"m.py": ONE.replace("1", "11")}, BASE | {"m.py": ONE}))
    assert (op["op"], op["address"], op["from_parent"]) == ("delete", "m.py::two", 2)


def test_a_rename_comes_from_a_parent_that_has_both_its_ends() -> None:
    renamed = TWO.replace("def two", "def deux")
    ours = BASE | {"m.py": ONE.replace("1", "11") + TWO}
    merged = BASE | {"m.py": ONE.replace("1", "11") + renamed}
    (op,) = children(delta_of(ours, merged, BASE | {"m.py": ONE + renamed}))
    assert (op["new_address"], op["from_parent"]) == ("m.py::deux", 2)
    gone, come = children(delta_of(ours, merged, BASE | {"m.py": ONE + TWO + renamed}))
    assert (gone["op"], gone["address"], gone.get("from_parent")) == ("delete", "m.py::two", None)
    assert (come["op"], come["address"], come.get("from_parent")) == ("insert", "m.py::deux", 2)


def test_what_came_from_another_parent_is_not_judged_again() -> None:
    ours = BASE | {"m.py": ONE.replace("1", "11") + TWO}
    merged = BASE | {"m.py": ONE.replace("1", "11")}
    assert delta_of(ours, merged, BASE | {"m.py": ONE})["sem_ver_bump"] == "none"
    assert delta_of(ours, merged)["sem_ver_bump"] == "major"


def test_a_file_that_they_moved_and_we_edited_is_told_once() -> None:
    ours = {"a.py": ONE.replace("1", "11") + TWO}
    theirs = {"b.py": ONE + TWO}
    merged = {"b.py": ONE.replace("1", "11") + TWO}
    delta = delta_of(ours, merged, theirs)
    (op,) = delta["ops"]
    assert (op["op"], op["address"], op.get("from_address"), children(delta)) == ("patch", "b.py", "a.py", [])


@pytest.mark.parametrize("octopus", [False, True])
def test_folding_takes_whole_files_from_the_parent_they_came_from(octopus: bool) -> None:  # noqa: FBT001 - a case
    theirs = BASE | {"m.py": ONE}
    others = [BASE, theirs] if octopus else [theirs]
    table = symbols_of(BASE)
    apply(table, delta_of(BASE, theirs, *others), [symbols_of(tree) for tree in others])
    assert table == symbols_of(theirs)


def test_a_file_that_we_moved_and_they_edited_comes_in_whole() -> None:
    ours, edited = {"lib/b.py": ONE + TWO}, ONE.replace("1", "11") + TWO
    theirs, merged = {"a.py": edited}, {"lib/b.py": edited}
    delta = delta_of(ours, merged, theirs, bases=[{"a.py": ONE + TWO}])
    (op,) = delta["ops"]
    assert (op["op"], op["address"], op.get("from_address"), op["from_parent"]) == ("replace", "lib/b.py", "a.py", 2)
    table = symbols_of(ours)
    apply(table, delta, [symbols_of(theirs)])
    assert table == symbols_of(merged)


def test_a_file_that_we_moved_and_both_edited_names_the_parent_of_each_symbol() -> None:
    ours = {"lib/b.py": ONE.replace("1", "11") + TWO + THREE}
    theirs = {"a.py": ONE + TWO.replace("2", "22") + THREE}
    merged = {"lib/b.py": ONE.replace("1", "11") + TWO.replace("2", "22") + THREE.replace("3", "33")}
    delta = delta_of(ours, merged, theirs, bases=[{"a.py": ONE + TWO + THREE}])
    assert [(op["op"], op["address"], op.get("from_parent")) for op in children(delta)] == [
        ("replace", "lib/b.py::three", None), ("replace", "lib/b.py::two", 2),
    ]  # fmt: skip


def test_their_new_file_in_a_folder_that_we_renamed_comes_in_whole() -> None:
    ours, theirs = {"new/m.py": ONE + TWO}, {"old/m.py": ONE + TWO, "old/n.py": THREE}
    delta = delta_of(ours, ours | {"new/n.py": THREE}, theirs, bases=[{"old/m.py": ONE + TWO}])
    (op,) = delta["ops"]
    assert (op["op"], op["address"], op.get("from_address"), op["from_parent"]) == ("insert", "new/n.py", "old/n.py", 2)


def test_what_one_side_deleted_and_the_merge_kept_and_edited_is_a_change_of_the_others() -> None:
    delta = delta_of({}, {"m.py": ONE + TWO.replace("2", "22")}, BASE, bases=[BASE])
    one, two = children(delta)
    assert (one["op"], one["address"], one["from_parent"]) == ("insert", "m.py::one", 2)
    assert (two["op"], two["address"], two.get("from_parent"), two["change"]) == (
        "replace", "m.py::two", None, ["body"],
    )  # fmt: skip


def test_a_rename_of_theirs_and_an_edit_of_ours_are_no_change_of_the_merger() -> None:
    renamed = TWO.replace("def two", "def deux")
    ours, theirs = {"m.py": ONE + TWO.replace("2", "22")}, {"m.py": ONE + renamed + THREE}
    merged = {"m.py": ONE + renamed.replace("2", "22") + THREE}
    rename, three = children(delta_of(ours, merged, theirs, bases=[{"m.py": ONE + TWO}]))
    assert (rename.get("new_address"), rename.get("from_parent")) == ("m.py::deux", 2)
    assert (three["op"], three.get("from_parent")) == ("insert", 2)
    (edit,) = children(delta_of(theirs, merged, ours, bases=[{"m.py": ONE + TWO}]))
    assert (edit["op"], edit["address"], edit.get("from_parent")) == ("replace", "m.py::deux", 2)


@pytest.mark.parametrize("file", ["m.py", "n.py"])
def test_a_rename_or_move_of_theirs_that_the_merger_edited_is_theirs_and_the_edit_his(file: str) -> None:
    two = TWO + "    first = open_all(b).first()\n    return first.close(), first.name\n"
    there = two.replace("def two", "def deux") if file == "m.py" else two
    ours, theirs = {"m.py": ONE.replace("1", "11") + two, "n.py": THREE}, {"m.py": ONE, "n.py": THREE}
    theirs[file] += there
    merged = theirs | {"m.py": ours["m.py"].replace(two, "")}
    merged[file] = merged[file].replace(there, "") + there.replace("2", "merged(2)")
    delta = delta_of(ours, merged, theirs, bases=[{"m.py": ONE + two, "n.py": THREE}])
    ops = children(delta)
    (edit,) = [op for op in ops if "from_parent" not in op]
    address = f"{file}::{'deux' if file == 'm.py' else 'two'}"
    assert (edit["op"], edit["address"], edit["change"]) == ("replace", address, ["body"])
    assert {op.get("new_address") or op.get("from_address") for op in ops if op is not edit} == (
        {address} if file == "m.py" else {address, "m.py::two"}
    )
    table = symbols_of(ours)
    apply(table, delta, [symbols_of(theirs)])
    assert table == symbols_of(merged)


def test_a_path_put_together_from_two_parents_is_no_move_of_the_mergers() -> None:
    base = {"lib/m.py": ONE + TWO}
    three = THREE.replace("3", "33")
    ours, theirs = {"core/m.py": ONE + THREE}, {"lib/n.py": TWO + three}
    merged = {"core/n.py": three + "def four():\n    return THE_MERGERS_OWN.read(4)\n"}
    for first, second in ((ours, theirs), (theirs, ours)):
        ops = children(delta_of(first, merged, second, bases=[base]))
        told = {op["address"] for op in ops if "from_parent" not in op and op["op"] != "delete"}
        assert told == {"core/n.py::four"}


def test_what_only_we_had_and_the_merge_has_not_was_deleted_by_the_merger() -> None:
    ours = BASE | {"x.py": THREE, "m.py": ONE + TWO + THREE}
    merged = BASE | {"m.py": ONE.replace("1", "11") + TWO}
    gone, three, *_ = [*delta_of(ours, merged, merged, bases=[BASE])["ops"], None]
    assert gone is not None
    assert (gone["op"], gone["address"], gone.get("from_parent")) == ("patch", "x.py", None)
    assert three is not None  # the whole of m.py is theirs
    assert (three["op"], three["address"], three.get("from_parent")) == ("replace", "m.py", 2)
    both = BASE | {"m.py": ONE.replace("1", "11") + TWO}
    edit = BASE | {"m.py": ONE.replace("1", "12") + TWO}
    deleted, _ = children(delta_of(BASE | {"m.py": ONE + TWO + THREE}, both, edit, bases=[BASE]))
    assert (deleted["op"], deleted["address"], deleted.get("from_parent")) == ("delete", "m.py::three", None)


def test_a_rule_that_flipped_in_the_merge_restates_the_symbols() -> None:
    (file,) = changed({"m.py": ONE}, {"m.py": TWO})
    change = FileChange("m.py", blob(ONE), blob(TWO), [blob(TWO)])
    (op,) = build_delta([ChangedFile(change, None, file.new, [None])])["ops"]
    assert op["op"] == "patch"
    assert op["change"] == ["reparsed"]
    assert summaries(op["child_ops"]) == ["m.py::two: function two -> function two (modified)  L1\N{EN DASH}3"]


@pytest.mark.parametrize(("there", "here"), [("notes.txt", "a.py"), ("a.py", "notes.txt"), ("a.js", "a.ts")])
def test_a_merger_who_gives_a_file_another_language_tells_its_symbols(there: str, here: str) -> None:
    source = "class Load:\n    level = 0\n" if ".py" in there + here else "function load() { return 0 }\n"
    delta = delta_of({}, {here: source}, {there: source}, bases=[{}])
    (op,) = delta["ops"]
    assert (op["op"], "from_parent" in op) == ("patch" if table(here, source) else "insert", False)
    symbols = symbols_of({})
    apply(symbols, delta, [symbols_of({there: source})])
    assert symbols == symbols_of({here: source})


def test_what_was_taken_out_of_a_file_that_came_in_whole_is_as_the_first_parent_has_it() -> None:
    edited = TWO.replace("2", "22")
    theirs, ours = BASE | {"m.py": ONE, "k.py": TWO}, BASE | {"m.py": ONE + edited}
    merged = BASE | {"m.py": ONE, "k.py": edited}
    delta = delta_of(ours, merged, theirs, bases=[BASE | {"m.py": ONE + TWO}])
    assert [(op["address"], op.get("from_parent")) for op in delta["ops"]] == [("k.py", None), ("m.py", 2)]
    (two,) = children(delta)
    assert (two["op"], two["address"], two["from_address"], two["from_parent"]) == (
        "insert",
        "k.py::two",
        "m.py::two",
        1,
    )
    symbols = symbols_of(ours)
    apply(symbols, delta, [symbols_of(theirs)])
    assert symbols == symbols_of(merged)
    # what the merger wrote is the merger's
    own = delta_of(ours, merged | {"k.py": TWO.replace("2", "23")}, theirs, bases=[BASE | {"m.py": ONE + TWO}])
    assert ("replace", None) in [(op["op"], op.get("from_parent")) for op in children(own)]
