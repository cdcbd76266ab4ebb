"""What two branches would collide on: which symbols meet, what Git's merge makes of it, and what is no collision."""

from __future__ import annotations

import gc

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.forks import APP, Files, Fork, cut, edit, short
from support.repository import Repo

from muse_hook.catchup.backfill import backfill
from muse_hook.concurrent.compare import ChangesCache, compare
from muse_hook.concurrent.merge import conflicts
from muse_hook.concurrent.side import BranchChanges
from muse_hook.errors import RevisionError
from muse_hook.git.discovery import open_repository
from muse_hook.git.line_diff import line_changes
from muse_hook.history.follow import refresh
from muse_hook.history.recorded import RecordedSymbols
from muse_hook.index.index import Index
from muse_hook.oplog.store import Store
from muse_hook.symbols import reader


def test_a_rename_on_one_side_and_an_edit_on_the_other_meet(fork: Fork) -> None:
    found = fork.app(edit(("def helper", "def assistant")), edit(("total * 2", "total * 3")))
    assert short(found) == [("both_changed", "app.py::helper", ["renamed"], ["body"], "merges")]
    assert (found[0].ours.address, found[0].theirs.address) == ("app.py::assistant", "app.py::helper")
    assert found[0].ours.lines == (20, 23)


def test_changes_of_one_symbol_meet_whether_or_not_their_lines_do(fork: Fork) -> None:
    ours = edit(("a + b", "a - b"), ("print(data)", "print([data])"))
    theirs = edit(("a + b", "a * b"), ("def load(self):", "def load(self, path):"))
    assert short(fork.app(ours, theirs)) == [
        ("both_changed", "app.py::Model.load", ["body"], ["signature"], "merges"),
        ("both_changed", "app.py::helper", ["body"], ["body"], "conflicts"),
    ]


def test_what_is_not_touched_twice_is_no_collision(fork: Fork) -> None:
    assert fork.app(edit(("a + b", "a - b")), edit(("limit = 1", "limit = 2"))) == []


def test_what_both_sides_did_alike_is_no_collision(fork: Fork) -> None:
    both = edit(("a + b", "a - b"), ("def leave", "def depart"), ("import os\n", "import os\nimport sys\n"))
    both = cut("    def load", "\n\ndef helper", text=both) + "\n\ndef fresh():\n    return 1\n"
    assert fork.app(both, "# one more line\n" + both) == []


LONG = '''\
"""A module."""


def work(rows):
    """Work.

    On rows.
    """
    first = 1
    print(rows)
    print(first)
    second = 2
    print(rows)
    print(second)
    third = 3
    return first + second + third


print("begin")


def other():
    return 1


print("end")
'''


FIRST, SECOND, THIRD = ("first = 1", "first = 10"), ("second = 2", "second = 20"), ("third = 3", "third = 30")
BEGIN, END, WORDS = ("begin", "Begin"), ("end", "End"), ("On rows.", "On all rows.")


@pytest.mark.parametrize(
    ("ours", "theirs", "found"),
    [
        ([SECOND], [SECOND, THIRD], 0),
        ([FIRST], [SECOND, THIRD], 1),
        ([FIRST, SECOND], [SECOND, THIRD], 1),
        ([BEGIN], [BEGIN, END], 0),
        ([BEGIN], [END], 1),
        ([WORDS], [THIRD], 0),
        ([WORDS, FIRST], [THIRD], 1),
        ([WORDS], [("On rows.", "On some rows.")], 1),
        ([WORDS], [("def work", "def do_work")], 1),
    ],
)
def test_a_change_that_both_made_and_words_about_the_code_are_no_collision(
    fork: Fork, ours: list[tuple[str, str]], theirs: list[tuple[str, str]], found: int
) -> None:
    sides: list[Files] = [{"app.py": edit(*pairs, text=LONG)} for pairs in (ours, theirs)]
    assert len(fork.found({"app.py": LONG}, *sides)) == found
    fork.repo.git("checkout", "-q", "--detach", "main")
    fork.repo.git("branch", "-D", "ours", "theirs")
    fork.repo.git("checkout", "-q", "main")
    fork.commit("Begin anew", {"app.py": "pass\n"})
    assert len(fork.found({"app.py": LONG}, *reversed(sides))) == found


def test_a_change_that_was_taken_back_is_no_collision(fork: Fork) -> None:
    fork.sides({"app.py": APP}, {"app.py": edit(("a + b", "a - b"))}, {"app.py": edit(("a + b", "a * b"))})
    fork.commit("Take it back", {"app.py": APP})
    assert fork.compare().collisions == []


def test_changed_and_deleted(fork: Fork) -> None:
    found = fork.app(edit(("value + 2", "value + 3")), cut("\n\ndef leave"))
    assert short(found) == [("changed_and_deleted", "app.py::leave", ["body"], ["deleted"], "conflicts")]
    assert found[0].theirs.address == ""
    assert found[0].as_json()["theirs"] == {"address": None, "change": ["deleted"], "lines": None}


def test_a_new_method_of_a_class_that_was_deleted(fork: Fork) -> None:
    new = edit(("    def load", "    def drop(self):\n        return None\n\n    def load"))
    found = fork.app(cut("\nclass Model", "\n\ndef helper"), new)
    assert short(found) == [("changed_and_deleted", "app.py::Model", ["deleted"], ["added"], "conflicts")]
    assert found[0].theirs.address == "app.py::Model.drop"


def test_a_file_that_was_deleted_and_changed(fork: Fork) -> None:
    new = edit(("a + b", "a - b")) + "\n\ndef fresh():\n    return os.name\n"
    found = fork.app(None, new)
    assert short(found) == [
        ("changed_and_deleted", "app.py", ["deleted"], ["added"], "conflicts"),
        ("changed_and_deleted", "app.py::helper", ["deleted"], ["body"], "conflicts"),
    ]


@pytest.mark.parametrize(("name", "kinds"), [("aide", ["both_renamed"]), ("assistant", [])])
def test_both_renamed_collides_where_the_new_names_differ(fork: Fork, name: str, kinds: list[str]) -> None:
    found = fork.app(edit(("def helper", "def assistant")), edit(("def helper", f"def {name}")))
    assert [each.kind for each in found] == kinds
    assert all(each.text == "conflicts" for each in found)


def test_a_move_to_another_file_and_an_edit_meet(fork: Fork) -> None:
    moved = cut("def helper", "def leave")
    helper = APP[APP.index("def helper") : APP.index("\n\ndef leave")]
    found = fork.found(
        {"app.py": APP}, {"app.py": moved, "tools.py": helper}, {"app.py": edit(("total * 2", "total * 3"))}
    )
    assert short(found) == [("both_changed", "app.py::helper", ["moved"], ["body"], "conflicts")]
    assert found[0].ours.address == "tools.py::helper"


def test_a_file_that_moved_carries_its_symbols_along(fork: Fork) -> None:
    quiet = fork.found({"app.py": APP}, {"app.py": None, "lib/app.py": APP}, {"app.py": edit(("a + b", "a - b"))})
    assert quiet == []
    fork.repo.git("checkout", "-q", "ours")
    fork.commit("Change it there", {"lib/app.py": edit(("a + b", "a * b"))})
    found = fork.compare().collisions
    assert short(found) == [("both_changed", "app.py::helper", ["body"], ["body"], "conflicts")]
    assert found[0].ours.address == "lib/app.py::helper"


def test_both_added_collides_where_it_differs(fork: Fork) -> None:
    same = "\n\ndef same():\n    return 0\n"
    ours = edit(("\ndef helper", "\ndef fresh():\n    return 1\n\n\ndef helper")) + same
    found = fork.app(ours, APP + same + "\n\ndef fresh():\n    return 2\n")
    assert ("both_added", "app.py::fresh", ["added"], ["added"], "merges") in short(found)
    assert not any("same" in each.address for each in found)


def test_a_name_that_one_side_gave_by_a_rename_and_the_other_to_something_new(fork: Fork) -> None:
    new = edit(("\ndef helper", "\ndef depart():\n    return {}\n\n\ndef helper"))
    found = fork.app(edit(("def leave", "def depart")), new)
    assert short(found) == [("both_added", "app.py::depart", ["renamed"], ["added"], "merges")]


def test_lines_that_conflict_where_no_symbol_meets(fork: Fork) -> None:
    found = fork.found(
        {"app.py": APP, "CHANGES": "1.0\n\n- start\n", "notes": "a\nb\nc\nd\n"},
        {
            "app.py": edit(("import os\n", "import os\nimport re\n")),
            "CHANGES": "1.0\n\n- one\n- start\n",
            "notes": "A\nb\nc\nd\n",
        },
        {
            "app.py": edit(("import os\n", "import os\nimport sys\n")),
            "CHANGES": "1.0\n\n- two\n- start\n",
            "notes": "a\nb\nc\nD\n",
        },
    )
    assert short(found) == [
        ("lines", "CHANGES", ["lines"], ["lines"], "conflicts"),
        ("lines", "app.py", ["lines"], ["lines"], "conflicts"),
    ]
    assert found[0].ours.lines == (3, 3)


def test_code_outside_symbols_that_both_sides_changed(fork: Fork) -> None:
    script = 'print("begin")\n' + APP + '\n\nprint("end")\n'
    found = fork.found(
        {"app.py": script}, {"app.py": script.replace("begin", "Begin")}, {"app.py": script.replace('"end', '"End')}
    )
    assert short(found) == [("both_changed", "app.py", ["module"], ["module"], "merges")]


def test_a_file_that_cannot_be_parsed_is_told_as_a_whole(fork: Fork) -> None:
    broken = "def f(:\n  (((\n"
    found = fork.app(broken, edit(("a + b", "a - b")))
    assert [(each.kind, each.address, each.ours.change) for each in found] == [("both_changed", "app.py", ["unparsed"])]


def test_what_came_over_by_a_merge_is_no_change_of_ones_own(fork: Fork) -> None:
    fork.sides({"app.py": APP}, {"app.py": edit(("a + b", "a - b"))}, {"app.py": edit(("limit = 1", "limit = 2"))})
    repo = fork.repo
    ours, theirs = repo.git("rev-parse", "ours"), repo.git("rev-parse", "theirs")
    for branch, other in (("ours", theirs), ("theirs", ours)):
        repo.git("checkout", "-q", branch)
        repo.git("merge", "-q", "--no-edit", other)
    merged = edit(("a + b", "a - b"), ("limit = 1", "limit = 2"))
    fork.commit("Go on", {"app.py": merged.replace("a - b", "a * b").replace("limit = 2", "limit = 3")})
    comparison = fork.compare()
    assert len(comparison.bases) == 2
    assert comparison.collisions == []
    repo.git("checkout", "-q", "ours")
    fork.commit("Go on here too", {"app.py": merged.replace("a - b", "a / b")})
    assert [each.address for each in fork.compare().collisions] == ["app.py::helper"]


def test_one_that_has_all_of_the_other_has_nothing_to_settle(fork: Fork) -> None:
    fork.sides({"app.py": APP}, {"app.py": edit(("a + b", "a - b"))}, {"app.py": edit(("a + b", "a * b"))})
    fork.repo.git("reset", "-q", "--hard", "main")
    comparison = fork.compare()
    assert comparison.is_contained
    assert comparison.collisions == []


def test_two_without_a_common_history_cannot_be_compared(fork: Fork) -> None:
    fork.commit("One", {"app.py": APP})
    fork.repo.git("branch", "ours")
    fork.repo.git("checkout", "-q", "--orphan", "theirs")
    fork.commit("Other", {"app.py": APP})
    with pytest.raises(RevisionError, match="no common history"):
        fork.compare()


STEPS = (
    "def helper(a, b):\n    total = a + b\n    print(total)\n    return total * 2\n",
    "def assist(a, b):\n    total = a + b\n    print(total)\n    return total * 2\n",
    "def assist(first, second):\n    total = first + second\n    print(total)\n    return total * 2\n",
    "def assist(first, second):\n    both = [first, second]\n    print(both)\n    return sum(both)\n",
    "def assist(rows):\n    both = list(rows)\n    return {'sum': sum(both), 'rows': both}\n",
    "def weigh(rows):\n    both = list(rows)\n    return {'sum': sum(both), 'rows': both}\n",
)


def test_recorded_steps_tell_who_is_who_where_both_ends_have_nothing_in_common(fork: Fork) -> None:
    base = edit((STEPS[0], "{step}")).replace("{}", "{{}}")
    fork.commit("Base", {"app.py": APP})
    fork.repo.git("checkout", "-q", "-b", "ours")
    for step in STEPS[1:]:
        fork.commit("Step", {"app.py": base.replace("{step}", step)})
    fork.repo.git("checkout", "-q", "-b", "theirs", "main")
    fork.commit("Theirs", {"app.py": edit(("total * 2", "total * 3"))})
    assert [each.kind for each in fork.compare().collisions] == ["changed_and_deleted"]
    repository = open_repository(str(fork.repo.path))
    store = Store(repository.common_dir)
    backfill(repository, store, all=True)
    with Index(store) as index:
        refresh(index)
        found = fork.compare(RecordedSymbols(repository, index.connection)).collisions
    assert [(each.kind, each.address, each.ours.address) for each in found] == [
        ("both_changed", "app.py::helper", "app.py::weigh")
    ]
    assert len(found[0].symbol_id) == 16


TEXTS = st.lists(st.sampled_from([b"a\n", b"b\n", b"c\n", b"\n"]), max_size=8).map(b"".join)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TEXTS, TEXTS, TEXTS)
def test_a_conflict_is_told_where_git_would_stop(repo: Repo, base: bytes, ours: bytes, theirs: bytes) -> None:
    for name, text in {"base": base, "ours": ours, "theirs": theirs}.items():
        repo.write(name, text)
    mine, other = (line_changes(base, side) for side in (ours, theirs))
    found = conflicts(ours.split(b"\n"), mine, theirs.split(b"\n"), other)
    done = repo.run("git", "merge-file", "-p", "--diff-algorithm=myers", "ours", "base", "theirs", check=False)
    if done.returncode > 127:  # an older git: no choice of algorithm, this one is its default
        done = repo.run("git", "merge-file", "-p", "ours", "base", "theirs", check=False)
    assert bool(found) == (done.returncode > 0)


def test_sides_that_are_kept_give_the_same_answers(fork: Fork) -> None:
    fork.sides(
        {"app.py": APP, "b.py": "x = 1\n"},
        {"app.py": edit(("helper(a, b)", "helper(a, b, c)")), "b.py": "x = 2\n"},
        {"app.py": edit(("value = 1", "value = helper(1, 2)"))},
    )
    repository = open_repository(str(fork.repo.path))
    ids = [repository.resolve(name) for name in ("ours", "theirs", "main")]
    read = []

    class Counting(ChangesCache):
        def add(self, base: str, tip: str, side: BranchChanges) -> None:
            read.append(tip)
            super().add(base, tip, side)

    for limit, reads in ((100, 1), (1, 3)):
        cache = Counting(limit)
        read.clear()
        with repository.objects() as objects:
            alone = compare(repository, objects, ids[0], ids[1]).as_json()
            again = [compare(repository, objects, ids[0], ids[1], cache=cache).as_json() for _ in range(3)]
        assert alone["collisions"]
        assert again == [alone] * 3
        assert read == ids[:2] * reads


def test_a_comparison_leaves_the_process_as_it_was(fork: Fork) -> None:
    kept, collects = reader.set_cache_size(reader.NORMAL_CACHE_SIZE), gc.isenabled()
    fork.app(edit(("value = 1", "value = 2")), edit(("value = 1", "value = 3")))
    assert (reader.set_cache_size(kept), gc.isenabled()) == (reader.NORMAL_CACHE_SIZE, collects)


def test_a_file_that_conflicts_as_a_whole_has_no_lines(fork: Fork) -> None:
    fork.sides({"a.bin": "\0 1"}, {"a.bin": "\0 2"}, {"a.bin": "\0 3"})
    (found,) = fork.compare().collisions
    assert (found.kind, found.ours.lines, found.theirs.lines) == ("lines", None, None)
