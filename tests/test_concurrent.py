"""What two branches would collide on: which symbols meet, what Git's merge makes of it, and what is no collision."""

from __future__ import annotations

import gc
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from conftest import Repo
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muse_hook.catchup import backfill
from muse_hook.cli import main
from muse_hook.concurrent import Collision, Comparison, Sides, compare
from muse_hook.concurrent.identity import Identity
from muse_hook.concurrent.merge import changes, conflicts
from muse_hook.concurrent.side import Side
from muse_hook.errors import RevisionError
from muse_hook.git import open_repository
from muse_hook.history import refresh
from muse_hook.index import Index
from muse_hook.oplog import Store
from muse_hook.symbols import reader

APP = '''\
"""A module."""

import os


class Model:
    limit = 1

    def save(self, path):
        name = os.fspath(path)
        print(name)
        return name

    def load(self):
        data = [1, 2, 3]
        print(data)
        return data


def helper(a, b):
    total = a + b
    print(total)
    return total * 2


def leave():
    value = 1
    other = value + 2
    return [value, other]
'''

Files = dict[str, str | None]


def edit(*pairs: tuple[str, str], text: str = APP) -> str:
    """Return the module with some pieces replaced."""
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return text


def cut(start: str, end: str = "", text: str = APP) -> str:
    """Return the module without what stands from `start` to `end`."""
    first = text.index(start)
    return text[:first] + (text[text.index(end, first) :] if end else "")


class Fork:
    """A repository whose branches `ours` and `theirs` part at `main`."""

    def __init__(self, repo: Repo) -> None:
        self.repo = repo

    def commit(self, message: str, files: Files) -> str:
        for path, text in files.items():
            if text is None:
                (self.repo.path / path).unlink()
            else:
                self.repo.write(path, text)
        return self.repo.commit(message)

    def sides(self, base: Files, ours: Files, theirs: Files) -> None:
        self.commit("Base", base)
        for name, files in (("ours", ours), ("theirs", theirs)):
            self.repo.git("checkout", "-q", "-b", name, "main")
            self.commit(name, files)

    def compare(self, identity: Identity | None = None) -> Comparison:
        repository = open_repository(str(self.repo.path))
        with repository.objects() as objects:
            tips = (repository.resolve(name) for name in ("ours", "theirs"))
            return compare(repository, objects, *tips, identity=identity)

    def found(self, base: Files, ours: Files, theirs: Files) -> list[Collision]:
        self.sides(base, ours, theirs)
        return self.compare().collisions

    def app(self, ours: str | None, theirs: str | None) -> list[Collision]:
        """Return the collisions of two versions of one file."""
        return self.found({"app.py": APP}, {"app.py": ours}, {"app.py": theirs})


@pytest.fixture
def fork(repo: Repo) -> Fork:
    return Fork(repo)


def short(found: list[Collision]) -> list[tuple[str, str, list[str], list[str], str | None]]:
    return [(each.kind, each.address, each.ours.change, each.theirs.change, each.text) for each in found]


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


CALLER = "from app import helper\n\n\ndef use():\n    return {}\n"


@pytest.mark.parametrize(
    ("change", "caller", "kinds"),
    [
        (("helper(a, b)", "helper(a, b, c)"), "helper(1, 2)", ["signature_and_caller"]),
        (("helper(a, b)", "helper(a: int, b)"), "helper(1, 2)", []),
        (("def helper", "def assistant"), "helper(1, 2)", ["gone_and_caller"]),
        (("a + b", "a - b"), "helper(1, 2)", []),
        (("helper(a, b)", "helper(a, b, c)"), "len([helper])", []),
    ],
)
def test_a_new_caller_of_what_has_other_parameters_or_is_gone(
    fork: Fork, change: tuple[str, str], caller: str, kinds: list[str]
) -> None:
    found = fork.found(
        {"app.py": APP, "use.py": CALLER.format("0")}, {"app.py": edit(change)}, {"use.py": CALLER.format(caller)}
    )
    assert [each.kind for each in found] == kinds
    for each in found:
        assert (each.address, each.theirs.address, each.theirs.change) == ("app.py::helper", "use.py::use", ["calls"])
        assert each.text is None


@pytest.mark.parametrize(("parameters", "breaks"), [("a, b, c", True), ("a, b, c=0", False), ("a, *, b", True)])
def test_a_changed_signature_says_whether_calls_still_fit(fork: Fork, parameters: str, breaks: bool) -> None:  # noqa: FBT001 - a parameter of the test
    found = fork.found(
        {"app.py": APP, "use.py": CALLER.format("0")},
        {"app.py": edit(("helper(a, b)", f"helper({parameters})"))},
        {"use.py": CALLER.format("helper(1, 2)")},
    )
    assert [(each.kind, each.breaks) for each in found] == [("signature_and_caller", breaks)]


def test_a_call_counts_where_the_file_knows_whom_it_calls(fork: Fork) -> None:
    stranger = CALLER.format("0").replace("from app", "from elsewhere")
    found = fork.found(
        {"app.py": APP, "use.py": stranger},
        {"app.py": edit(("helper(a, b)", "helper(a, b, c)"))},
        {"use.py": stranger.replace("0", "helper(1, 2)")},
    )
    assert found == []


def test_a_new_call_of_a_class_meets_its_constructor(fork: Fork) -> None:
    init = "    def __init__(self):\n        self.path = None\n\n    def save"
    base = edit(("    def save", init))
    user = "import app\n\n\ndef use():\n    return {}\n"
    found = fork.found(
        {"app.py": base, "use.py": user.format("0")},
        {"use.py": user.format("app.Model()")},
        {"app.py": base.replace("__init__(self)", "__init__(self, path)")},
    )
    assert short(found) == [("signature_and_caller", "app.py::Model.__init__", ["calls"], ["signature"], None)]


def test_a_new_use_of_an_import_that_was_taken_away(fork: Fork) -> None:
    base = APP.replace("import os\n", "import os\nimport sys\n")
    found = fork.found(
        {"app.py": base},
        {"app.py": base.replace("import sys\n", "")},
        {"app.py": base.replace("[value, other]", "[value, sys.argv]")},
    )
    assert short(found) == [("gone_and_caller", "app.py::import::sys", ["deleted"], ["calls"], None)]


@pytest.mark.parametrize(
    "use",
    [
        "class Deep(Model):\n    pass\n",
        "@Model.wrapped\nclass Deep:\n    pass\n",
        "def größe():\n    return Model()\n",
        "class Deep:\n    one = 1\n    two = Model\n",
        "if DEBUG:\n    class Deep(Model):\n        pass\nelse:\n    def Deep():\n        pass\n",
    ],
)
def test_a_new_use_is_found_wherever_the_text_says_it(fork: Fork, use: str) -> None:
    top = "from app import Model\n\n\n"
    gone = cut("class Model", "def helper")
    found = fork.found({"app.py": APP, "use.py": top}, {"app.py": gone}, {"use.py": top + use})
    assert "gone_and_caller" in [each.kind for each in found]


def test_words_that_only_contain_the_name_are_no_use(fork: Fork) -> None:
    top = "import app\n\n\n"
    use = "def use(remodel):\n    return Modelled(remodel)  # Model\n"
    gone = cut("class Model", "def helper")
    found = fork.found({"app.py": APP, "use.py": top}, {"app.py": gone}, {"use.py": top + use})
    assert found == []


def test_sides_that_are_kept_give_the_same_answers(fork: Fork) -> None:
    fork.sides(
        {"app.py": APP, "b.py": "x = 1\n"},
        {"app.py": edit(("helper(a, b)", "helper(a, b, c)")), "b.py": "x = 2\n"},
        {"app.py": edit(("value = 1", "value = helper(1, 2)"))},
    )
    repository = open_repository(str(fork.repo.path))
    ids = [repository.resolve(name) for name in ("ours", "theirs", "main")]
    read = []

    class Counting(Sides):
        def keep(self, base: str, tip: str, side: Side) -> None:
            read.append(tip)
            super().keep(base, tip, side)

    for limit, reads in ((100, 1), (1, 3)):
        sides = Counting(limit)
        read.clear()
        with repository.objects() as objects:
            alone = compare(repository, objects, ids[0], ids[1]).as_json()
            again = [compare(repository, objects, ids[0], ids[1], sides=sides).as_json() for _ in range(3)]
        assert alone["collisions"]
        assert again == [alone] * 3
        assert read == [ids[0]] * reads


def test_a_comparison_leaves_the_process_as_it_was(fork: Fork) -> None:
    kept, collects = reader.keep_normals(reader.KEPT_NORMALS), gc.isenabled()
    fork.app(edit(("value = 1", "value = 2")), edit(("value = 1", "value = 3")))
    assert (reader.keep_normals(kept), gc.isenabled()) == (reader.KEPT_NORMALS, collects)


def test_a_new_caller_of_what_only_moved_within_reach_is_no_collision(fork: Fork) -> None:
    base = edit(("\n\ndef helper", "\n    def store(self):\n        return self.load()\n\n\ndef helper"))
    moved = base.replace("class Model:", "class Base:").replace("    def store", "\nclass Model(Base):\n    def store")
    used = base.replace("[value, other]", "[value, other, Model().store()]")
    assert not any(
        each.kind == "gone_and_caller" for each in fork.found({"app.py": base}, {"app.py": moved}, {"app.py": used})
    )


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
    broken = "def (((:\n" * 3 + APP
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
        found = fork.compare(Identity(repository, index.connection)).collisions
    assert [(each.kind, each.address, each.ours.address) for each in found] == [
        ("both_changed", "app.py::helper", "app.py::weigh")
    ]
    assert len(found[0].symbol_id) == 16


TEXTS = st.lists(st.sampled_from([b"a\n", b"b\n", b"c\n", b"\n"]), max_size=8).map(b"".join)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TEXTS, TEXTS, TEXTS)
def test_a_conflict_is_told_where_git_would_stop(repo: Repo, base: bytes, ours: bytes, theirs: bytes) -> None:
    texts = {"base": base, "ours": ours, "theirs": theirs}
    oids = {}
    for name, text in texts.items():
        repo.write(name, text)
        oids[name] = repo.git("hash-object", "-w", name)
    repository = open_repository(str(repo.path))
    mine, other = (changes(repository, oids["base"], oids[side]) for side in ("ours", "theirs"))
    found = conflicts(ours.split(b"\n"), mine, theirs.split(b"\n"), other)
    done = repo.run("git", "merge-file", "-p", "--diff-algorithm=myers", "ours", "base", "theirs", check=False)
    if done.returncode > 127:  # an older git: no choice of algorithm, this one is its default
        done = repo.run("git", "merge-file", "-p", "ours", "base", "theirs", check=False)
    assert bool(found) == (done.returncode > 0)


class Shell:
    def __init__(self, fork: Fork, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        monkeypatch.chdir(fork.repo.path)
        self._capsys = capsys

    def run(self, *arguments: str) -> tuple[int, str, str]:
        status = main(arguments)
        return (status, *self._capsys.readouterr())

    def json(self, *arguments: str) -> tuple[int, Any]:
        status, out, _ = self.run(*arguments, "--json")
        return status, json.loads(out)


@pytest.fixture
def shell(fork: Fork, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(fork, monkeypatch, capsys)


def test_the_command_exits_1_where_something_collides(fork: Fork, shell: Shell) -> None:
    fork.sides(
        {"app.py": APP}, {"app.py": edit(("def helper", "def assistant"))}, {"app.py": edit(("total * 2", "total * 3"))}
    )
    status, out, _ = shell.run("concurrent", "ours", "theirs")
    assert status == 1
    assert [line.strip() for line in out.splitlines()[1:]] == [
        "function app.py::helper  both changed  git merges",
        "ours    renamed \N{RIGHTWARDS ARROW} app.py::assistant  L20\N{EN DASH}23",
        "theirs  body  L20\N{EN DASH}23",
        "1 collision",
    ]
    status, told = shell.json("concurrent", "ours")  # HEAD is theirs
    assert status == 1
    (comparison,) = told["comparisons"]
    assert (told["version"], told["command"], comparison["names"]) == (1, "concurrent", ["ours", "HEAD"])
    assert comparison["collisions"][0]["kind"] == "both_changed"
    assert shell.run("concurrent", "main", "ours")[0] == 0


def test_the_command_compares_all_branches_with_the_default_one(fork: Fork, shell: Shell) -> None:
    fork.sides({"app.py": APP}, {"app.py": edit(("a + b", "a - b"))}, {"app.py": edit(("limit = 1", "limit = 2"))})
    repo = fork.repo
    status, told = shell.json("concurrent", "--all")
    assert (status, told["comparisons"]) == (0, [])  # main has not gone on
    repo.git("checkout", "-q", "main")
    fork.commit("Go on", {"app.py": edit(("a + b", "a * b"))})
    status, told = shell.json("concurrent", "--all")
    assert status == 1
    assert [(each["names"], len(each["collisions"])) for each in told["comparisons"]] == [
        (["main", "ours"], 1),
        (["main", "theirs"], 0),
    ]
    repo.git("checkout", "-q", "--orphan", "island")
    fork.commit("Apart", {"app.py": APP})
    repo.git("checkout", "-q", "main")
    status, out, err = shell.run("concurrent", "--all")
    assert status == 1
    assert out.count(" parted at ") == 2
    assert "warning: island has no common history with main" in err


def test_all_branches_are_compared_in_sight_of_a_terminal_alone(
    fork: Fork, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    fork.sides({"app.py": APP}, {"app.py": edit(("a + b", "a - b"))}, {"app.py": edit(("a + b", "a * b"))})
    fork.repo.git("checkout", "-q", "main")
    fork.commit("Go on", {"app.py": edit(("limit = 1", "limit = 2"))})
    monkeypatch.setattr("muse_hook.cli.invocation._PATIENCE", 0.0)
    monkeypatch.setattr("muse_hook.cli.progress._REDRAW_SECONDS", 0.0)
    assert shell.run("concurrent", "--all")[2] == ""
    monkeypatch.setattr("muse_hook.cli.invocation.columns", lambda _: 100)
    _, out, err = shell.run("concurrent", "--all")
    assert out.count(" parted at ") == 2
    drawn = [line for line in err.split("\r") if "comparing" in line]
    assert [each.partition("branches")[0].split()[-1] for each in drawn] == ["0/2", "1/2"]
    assert err.endswith("\r\x1b[K")
    assert "comparing" not in shell.run("concurrent", "ours", "theirs")[2]


def test_a_file_that_conflicts_as_a_whole_has_no_lines(fork: Fork) -> None:
    fork.sides({"a.bin": "\0 1"}, {"a.bin": "\0 2"}, {"a.bin": "\0 3"})
    (found,) = fork.compare().collisions
    assert (found.kind, found.ours.lines, found.theirs.lines) == ("lines", None, None)


def test_the_command_line_is_refused_with_a_hint(fork: Fork, shell: Shell) -> None:
    fork.commit("Base", {"app.py": APP})
    assert shell.run("concurrent")[0] == 2
    assert shell.run("concurrent", "main", "main", "--all")[0] == 2
    status, _, err = shell.run("concurrent", "nowhere")
    assert status == 1
    assert "hint:" in err


def test_nothing_of_the_repository_reaches_the_terminal_raw(fork: Fork, shell: Shell) -> None:
    path = "a\x1b[31m\u202eb.py"
    fork.sides({path: APP}, {path: edit(("a + b", "a - b"))}, {path: edit(("a + b", "a * b"))})
    _, out, _ = shell.run("concurrent", "ours", "theirs")
    assert "\\x1b[31m\\u202eb.py::helper" in out
    assert out.isprintable() or not set(out) & {"\x1b", "\u202e"}


def test_nothing_is_written_by_looking(fork: Fork, shell: Shell) -> None:
    fork.sides({"app.py": APP}, {"app.py": edit(("a + b", "a - b"))}, {"app.py": edit(("a + b", "a * b"))})

    def everything() -> set[str]:
        git_dir = Path(fork.repo.path) / ".git"
        return {str(path) for path in git_dir.rglob("*")}

    before = everything()
    assert shell.run("concurrent", "ours", "theirs")[0] == 1
    assert everything() == before
    assert (
        subprocess.run(["git", "status", "--porcelain"], capture_output=True, check=True, cwd=fork.repo.path).stdout
        == b""
    )
