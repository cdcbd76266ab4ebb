"""The branch map says of every pair what `compare` says, and leaves out no pair of which that says anything."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.forks import APP, Files, Fork, edit
from support.many_branches import ManyBranches
from support.repository import Repo

import muse_hook.concurrent.footprint as footprint_module
import muse_hook.concurrent.map as map_module
from muse_hook.catchup.backfill import backfill
from muse_hook.concurrent.branches import BranchSelection, find_branches, parse_date, parse_span
from muse_hook.concurrent.compare import compare
from muse_hook.concurrent.footprint import Footprint
from muse_hook.concurrent.graph import BranchGraph
from muse_hook.concurrent.live import BranchMap
from muse_hook.concurrent.map import branch_map
from muse_hook.concurrent.side import BranchChanges
from muse_hook.errors import RevisionError
from muse_hook.git.discovery import open_repository
from muse_hook.history.follow import refresh
from muse_hook.history.recorded import RecordedSymbols
from muse_hook.index.index import Index
from muse_hook.oplog.store import Store


def map_of(repo: Repo, base: str = "main", *, keep: bool = False, may_fork: bool = False, **selected: Any) -> BranchMap:
    repository = open_repository(str(repo.path))
    with repository.objects() as objects:
        branches, unseen = find_branches(repository, objects, BranchSelection(**selected), base)
        store = Store(repository.common_dir) if keep else None
        return branch_map(repository, objects, base, branches, unseen=unseen, store=store, may_fork=may_fork)


def told(found: BranchMap) -> list[tuple[tuple[str, str], str]]:
    return [(names, each.address) for names, each in found.collisions()]


def branch(fork: Fork, name: str, files: Files, start: str = "main", message: str = "Change") -> str:
    fork.repo.git("checkout", "-q", "-b", name, start)
    made = fork.commit(message, files)
    fork.repo.git("checkout", "-q", "main")
    return made


MINUS, TIMES = edit(("a + b", "a - b")), edit(("a + b", "a * b"))


def hold_against_each_pair(repo: Repo, recorded: RecordedSymbols | None, found: BranchMap) -> int:
    """Ask `compare` of every pair; returns how many collisions there are."""
    repository = open_repository(str(repo.path))
    by_names = dict(found.pairs)
    names = ["main", *(each.name for each in found.branches)]
    count = 0
    with repository.objects() as objects:
        for pair in itertools.combinations(names, 2):
            ours, theirs = map(repository.resolve, pair)
            asked = compare(repository, objects, ours, theirs, recorded=recorded)
            count += len(asked.collisions)
            if pair in by_names and not asked.is_contained:
                assert by_names[pair].as_json() == asked.as_json(), pair
            else:
                assert asked.collisions == [], pair
    return count


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000))
def test_every_pair_is_told_as_the_comparison_of_two_tells_it(
    tmp_path_factory: Any, environment: Any, seed: int
) -> None:
    repo = Repo(tmp_path_factory.mktemp("many"), environment)
    repo.git("init", "-q", "-b", "main")
    ManyBranches(repo, seed).make(6)
    found = map_of(repo)
    assert found.unseen == []
    hold_against_each_pair(repo, None, found)


@pytest.mark.long
def test_many_pairs_are_told_as_the_comparison_of_two_tells_them(tmp_path_factory: Any, environment: Any) -> None:
    collisions = 0
    for seed in range(1_000, 1_040):
        repo = Repo(tmp_path_factory.mktemp("many"), environment)
        repo.git("init", "-q", "-b", "main")
        ManyBranches(repo, seed).make(10)
        collisions += hold_against_each_pair(repo, None, map_of(repo))
    assert collisions > 500


def test_it_is_so_with_a_recorded_history_and_with_what_was_kept(tmp_path_factory: Any, environment: Any) -> None:
    repo = Repo(tmp_path_factory.mktemp("many"), environment)
    repo.git("init", "-q", "-b", "main")
    ManyBranches(repo, 7).make(6)
    repository = open_repository(str(repo.path))
    store = Store(repository.common_dir)
    backfill(repository, store, all=True)
    with Index(store) as index, repository.objects() as objects:
        refresh(index)
        recorded = RecordedSymbols(repository, index.connection)
        branches, _ = find_branches(repository, objects, BranchSelection(), "main")
        maps = [branch_map(repository, objects, "main", branches, recorded=recorded, store=store) for _ in range(2)]
        assert maps[0].as_json() == maps[1].as_json()
        assert hold_against_each_pair(repo, recorded, maps[1])
        assert any(each.symbol_id for _, each in maps[1].collisions())


def test_a_second_process_reads_half_of_many_ways_and_changes_nothing(
    tmp_path_factory: Any, environment: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo = Repo(tmp_path_factory.mktemp("many"), environment)
    repo.git("init", "-q", "-b", "main")
    ManyBranches(repo, 11).make(6)
    monkeypatch.setattr(map_module, "MANY_WAYS", 2)
    read: list[object] = []

    def footprint_of(files: Any) -> Footprint:
        read.append(files)
        return footprint_module.footprint_of(files)

    def refuse(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(map_module, "footprint_of", footprint_of)
    alone = map_of(repo).as_json()
    count = len(read)
    assert map_of(repo, may_fork=True).as_json() == alone
    assert count < len(read) < 2 * count, "this process reads the other half"
    monkeypatch.setattr(map_module, "_footprints", refuse)
    assert map_of(repo, may_fork=True).as_json() == alone, "the other process died: this one has done it all"


def test_what_was_kept_is_asked_anew_where_it_is_damaged_or_a_branch_moved(fork: Fork) -> None:
    fork.commit("Base", {"app.py": APP})
    branch(fork, "one", {"app.py": MINUS})
    branch(fork, "two", {"app.py": TIMES})
    kept = Path(Store(str(fork.repo.path / ".git")).path("branch_map.json"))
    assert told(map_of(fork.repo)) == [(("one", "two"), "app.py::helper")]
    Store(str(fork.repo.path / ".git")).ensure("op_log")
    assert told(map_of(fork.repo, keep=True)) == [(("one", "two"), "app.py::helper")]
    text = kept.read_text("ascii")
    wrong = [text.replace("helper", "other").replace('[5,1,""]', '[5,0,""]'), text.replace('"kind"', '"sort"')]
    for damage in ("", "[]", '[[5,1,""],{}]', text[:-5], text.replace(":[[", ":[3,["), *wrong):
        kept.write_text(damage, "ascii")
        assert told(map_of(fork.repo, keep=True)) == [(("one", "two"), "app.py::helper")]
    fork.repo.git("checkout", "-q", "two")
    fork.commit("Take it back", {"app.py": APP})
    fork.repo.git("checkout", "-q", "main")
    assert told(map_of(fork.repo, keep=True)) == []


def test_two_branches_are_compared_by_the_files_in_which_they_meet(fork: Fork, monkeypatch: pytest.MonkeyPatch) -> None:
    def moved(path: str) -> Files:
        return {path: "def gone(a):\n    return a\n\n\ndef near(a):\n    return a + 1\n"}

    text = "def helper(a):\n" + "".join(f"    x{number} = a + {number}\n" for number in range(20))
    fork.commit("Base", {"app.py": text, **moved("far.py")})
    branch(fork, "early", {"app.py": text.replace("a + 5", "a - 5")})
    fork.commit("Step", {"far.py": None, **moved("farther.py")})
    branch(fork, "late", {"app.py": text.replace("a + 5", "a * 5")})
    looked: list[tuple[str, ...]] = []
    init = BranchChanges.__init__

    def spied(self: BranchChanges, files: Any, *arguments: Any, **named: Any) -> None:
        looked.append(tuple(file.path for file in files))
        init(self, files, *arguments, **named)

    monkeypatch.setattr(BranchChanges, "__init__", spied)
    found = map_of(fork.repo)
    assert set(looked) == {("app.py",)}
    hold_against_each_pair(fork.repo, None, found)
    assert told(found) == [(("early", "late"), "app.py::helper")]


def test_the_record_settles_what_was_written_anew_or_deleted(fork: Fork, monkeypatch: pytest.MonkeyPatch) -> None:
    anew = "def helper(a):\n" + "".join(f"    print(x{number}, {number})\n" for number in range(12))
    text = "def helper(a):\n" + "".join(f"    x{number} = a + {number}\n" for number in range(12))
    gone = "def gone(a):\n    return [each for each in a if each]\n"
    fork.commit("Base", {"app.py": text, "old.py": gone + "\n\nKEPT = 1\n", "far.py": "def far():\n    return 1\n"})
    branch(fork, "early", {"app.py": text.replace("a + 5", "a - 5"), "old.py": gone.replace("if each", "if not each")})
    fork.commit("Step", {"app.py": anew, "old.py": "KEPT = 1\n", "far.py": "def far():\n    return 2\n"})
    branch(fork, "late", {"far.py": "def far():\n    return 3\n"})
    repository = open_repository(str(fork.repo.path))
    store = Store(repository.common_dir)
    backfill(repository, store, all=True)
    looked: set[str] = set()
    init = BranchChanges.__init__

    def spied(self: BranchChanges, files: Any, *arguments: Any, **named: Any) -> None:
        looked.update(file.path for file in files)
        init(self, files, *arguments, **named)

    with Index(store) as index, repository.objects() as objects:
        refresh(index)
        recorded = RecordedSymbols(repository, index.connection)
        branches, _ = find_branches(repository, objects, BranchSelection(), "main")
        monkeypatch.setattr(BranchChanges, "__init__", spied)
        found = branch_map(repository, objects, "main", branches, recorded=recorded)
        assert looked == {"app.py", "old.py"}
        monkeypatch.undo()
        hold_against_each_pair(fork.repo, recorded, found)
    assert [at for names, at in told(found) if names == ("early", "late")] == ["app.py::helper", "old.py::gone"]


def test_what_the_base_did_in_between_is_put_together_with_what_a_later_branch_did(
    fork: Fork, monkeypatch: pytest.MonkeyPatch
) -> None:
    joined: list[tuple[set[str], set[str]]] = []
    join = BranchChanges.joined

    def spied(first: BranchChanges, then: BranchChanges) -> BranchChanges:
        joined.append((set(first.files), set(then.files)))
        return join(first, then)

    monkeypatch.setattr(BranchChanges, "joined", spied)
    fork.commit("Base", {"app.py": APP, "far.py": "def far(a):\n    return a\n\n\ndef near(a):\n    return far(a)\n"})
    branch(
        fork, "early", {"app.py": MINUS, "far.py": "def far(a):\n    return a\n\n\ndef near(a):\n    return far(2)\n"}
    )
    fork.commit("Step", {"far.py": "def far(a, b):\n    return a\n\n\ndef near(a):\n    return far(a, 1)\n"})
    branch(fork, "late", {"app.py": TIMES})
    branch(fork, "apart", {"other.py": "def other():\n    return 1\n"})
    found = map_of(fork.repo)
    assert joined == [({"far.py"}, {"app.py"})]
    hold_against_each_pair(fork.repo, None, found)
    expected = [(("early", "late"), "app.py::helper"), (("early", "late"), "far.py::near")]
    assert [each for each in told(found) if each[0] == ("early", "late")] == expected
    assert (("apart", "early"), "far.py::near") in told(found)  # by the place where `apart` left


def test_where_too_many_meet_some_are_looked_at_and_the_rest_is_named(
    fork: Fork, monkeypatch: pytest.MonkeyPatch
) -> None:
    fork.commit("Base", {"app.py": APP})
    for number in range(6):
        branch(fork, f"hot/{number}", {"app.py": edit(("a + b", f"a + {number}"))})
    whole = map_of(fork.repo)
    assert (len(told(whole)), whole.unseen) == (15, [])
    monkeypatch.setattr("muse_hook.concurrent.map.PAIRS", 12)
    some = map_of(fork.repo)
    assert {names for names, _ in told(some)} < {names for names, _ in told(whole)}
    missing = {names for names, _ in told(whole)} - {names for names, _ in told(some)}
    cut = {name for each in some.unseen for name in each.branches}
    assert all(names[0] in cut or names[1] in cut for names in missing)
    assert len(told(some)) == 9
    assert "more than 12 pairs meet" in some.unseen[0].reason


def test_live_branches_are_those_that_are_not_merged_and_moved_lately(fork: Fork) -> None:
    repo = fork.repo
    fork.commit("Base", {"app.py": APP})
    head = branch(fork, "agent/one", {"app.py": MINUS})
    branch(fork, "agent/two", {"app.py": TIMES})
    repo.git("branch", "merged", "main")
    repo.git("update-ref", "refs/pull/7/head", head)
    repo.git("update-ref", "refs/pull/7/merge", head)
    repo.git("update-ref", "refs/merge-requests/3/head", "agent/two")
    repo.git("update-ref", "refs/remotes/origin/agent/one", head)
    repo.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/agent/one")
    repo.git("worktree", "add", "-q", "--detach", "../apart", "agent/two")

    def names(**selected: Any) -> list[str]:
        return [each.name for each in map_of(repo, **selected).branches]

    everything = ["agent/one", "agent/two", "merge-requests/3", "pull/7", "worktrees/apart/HEAD"]
    assert names() == everything
    assert names(remotes=True) == sorted([*everything, "origin/agent/one"])
    assert names(include=["agent/*"]) == ["agent/one", "agent/two"]
    repo.git("branch", "pull/7", "agent/two")
    found = map_of(repo, include=["pull/*", "refs/*"])
    assert [each.name for each in found.branches] == ["pull/7", "refs/pull/7/head"], "two names for two branches"
    assert {step.branch for step in found.order} == {"pull/7", "refs/pull/7/head"}
    repo.git("branch", "-D", "-q", "pull/7")
    assert names(exclude=["*/one", "merge-*", "pull/*", "work*"]) == ["agent/two"]
    assert names(base="agent/one") == ["agent/two", "merge-requests/3", "worktrees/apart/HEAD"]
    repo.git("commit-graph", "write")
    repo.git("reflog", "expire", "--expire=all", "--all")
    old = "2001-01-01T00:00:00Z"
    stale = repo.git("commit-tree", "agent/one^{tree}", "-p", "main", "-m", "Old", GIT_COMMITTER_DATE=old)
    repo.git("update-ref", "refs/heads/stale", stale, GIT_COMMITTER_DATE=old)
    assert names() == everything
    assert names(since=0) == sorted([*everything, "stale"])
    assert names(seconds=40 * 365 * 86_400) == sorted([*everything, "stale"])
    repo.git("commit", "-q", "--allow-empty", "-m", "Much later", GIT_COMMITTER_DATE="2037-01-01T00:00:00Z")
    assert names() == []  # the base went on without them


def test_times_are_read(repo: Repo) -> None:
    assert [parse_span(text) for text in ("90s", "30m", "2h", "3d", "2w", "3", "x")] == [
        90, 1800, 7200, 259_200, 1_209_600, None, None,
    ]  # fmt: skip
    repository = open_repository(str(repo.path))
    assert parse_date(repository, "2001-09-09T01:46:40Z") == 1_000_000_000
    assert parse_date(repository, "2 weeks ago") < parse_date(repository, "now")
    with pytest.raises(RevisionError):
        parse_date(repository, "whenever")


def test_what_stands_on_the_base_already_is_told(fork: Fork) -> None:
    fork.commit("Base", {"app.py": APP, "notes.txt": "one\n"})
    both = edit(("a + b", "a - b"), ("value + 2", "value + 3"))
    branch(fork, "squashed", {"app.py": both})
    branch(fork, "half", {"app.py": edit(("a + b", "a - b"), ("value = 1", "value = 9"))})
    branch(fork, "fresh", {"app.py": edit(("print(data)", "print([data])"))})
    branch(fork, "words", {"notes.txt": "two\n"})
    branch(fork, "gone", {"app.py": APP[: APP.index("\n\ndef leave")]})
    fork.commit("Squash it", {"app.py": "# more\n" + both, "notes.txt": "three\n"})
    shares = {each.name: each.on_base for each in map_of(fork.repo).branches}
    assert shares == {"squashed": "all", "half": "some", "fresh": "none", "words": "none", "gone": "none"}
    order = map_of(fork.repo).order
    assert order[-1].branch == "squashed"
    assert order[-1].reason == "all of it stands on main already"


def test_what_is_said_of_a_branch(fork: Fork) -> None:
    fork.commit("Base", {"app.py": APP})
    branch(fork, "below", {"app.py": MINUS})
    branch(
        fork, "above", {"app.py": MINUS + "\n\ndef fresh():\n    return 1\n"}, "below", "More\n\nMuse-Actor: a robot"
    )
    fork.commit("Go on", {"b.py": "x = 1\n"})
    found = map_of(fork.repo)
    above, below = (each.as_json() for each in found.branches)
    assert above == {
        "name": "above",
        "head": fork.repo.git("rev-parse", "above"),
        "behind": 1,
        "ahead": 2,
        "actors": ["Ada Lovelace <ada@example.org>", "a robot"],
        "symbols": 2,
        "on_base": "none",
    }
    assert (below["ahead"], below["symbols"]) == (1, 1)
    assert [step.as_json() for step in found.order] == [
        {"branch": "below", "reason": "conflicts with none"},
        {"branch": "above", "reason": "stacked on below; conflicts with none"},
    ]


def test_what_cannot_be_looked_at_is_told(fork: Fork) -> None:
    repo = fork.repo
    fork.commit("Base", {"app.py": APP})
    branch(fork, "one", {"app.py": MINUS})
    head = branch(fork, "lost", {"app.py": TIMES})
    (repo.path / ".git/objects" / head[:2] / head[2:]).unlink()
    blob = branch(fork, "bare", {"app.py": edit(("a + b", "a / b"))})
    oid = repo.git("rev-parse", f"{blob}:app.py")
    (repo.path / ".git/objects" / oid[:2] / oid[2:]).unlink()
    (repo.path / ".git/refs/heads/torn").write_text("")
    (repo.path / ".git/refs/heads/symbolic").write_text("ref: refs/heads/one\n")
    found = map_of(repo)
    reasons = {name: each.reason for each in found.unseen for name in each.branches}
    assert reasons.pop("torn") == "its ref is broken: it holds no commit id"
    assert set(reasons) == {"lost", "bare"}
    assert all("is not in this repository" in reason for reason in reasons.values())
    assert [(each.name, each.symbols) for each in found.branches] == [("bare", 0), ("one", 1)]


def test_the_graph_answers_as_merge_base_does(tmp_path_factory: Any, environment: Any) -> None:
    for seed in (1, 2, 3, 4, 5):
        repo = Repo(tmp_path_factory.mktemp("many"), environment)
        repo.git("init", "-q", "-b", "main")
        ManyBranches(repo, seed).make(7)
        repository = open_repository(str(repo.path))
        tips = repository.branches()
        graph = BranchGraph(repository, tips["main"], tips.values())
        for one, other in itertools.product(tips.values(), repeat=2):
            asked = repo.git("merge-base", "--all", one, other).split()
            assert graph.merge_bases(one, other) == asked
        for tip in tips.values():
            behind, ahead = repo.git("rev-list", "--left-right", "--count", f"{tips['main']}...{tip}").split()
            if not graph.is_contained(tip):
                assert (graph.behind(tip), graph.ahead(tip)) == (int(behind), int(ahead))


MADE = "class Base:\n    def __init__(self, a):\n        self.a = a\n"
BETWEEN: Files = {
    "m.py": MADE,
    "mid.py": "import m\n\n\nclass Mid(m.Base):\n    pass\n",
    "far.py": "from mid import Mid as Far\n",
}
MAKER = "def f():\n    return 0\n"


@pytest.mark.parametrize("is_stacked", [False, True])
def test_a_constructor_is_inherited_through_files_that_neither_branch_touched(fork: Fork, *, is_stacked: bool) -> None:
    fork.commit("Begin", {"u.py": MAKER, "m.py": MADE})
    start = "main"
    if is_stacked:
        start = branch(fork, "under", BETWEEN)
    else:
        fork.commit("Base", BETWEEN)
    branch(fork, "one", {"m.py": MADE.replace("self, a", "self, a, b")}, start)
    branch(fork, "two", {"u.py": MAKER.replace("0", "Far(1)").replace("def", "from far import Far\n\n\ndef")}, start)
    branch(fork, "three", {"u.py": MAKER.replace("0", "1")}, start)
    Store(str(fork.repo.path / ".git")).ensure("op_log")
    for _ in range(2):
        found = map_of(fork.repo, keep=True)
        assert [at for names, at in told(found) if names == ("one", "two")] == ["m.py::Base.__init__"]
        assert ("one", "three") not in [names for names, _ in told(found)]
        hold_against_each_pair(fork.repo, None, found)
