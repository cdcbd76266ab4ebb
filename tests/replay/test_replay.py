"""Replaying the log gives exactly the symbols of each tree, whatever happened in between."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from support.random_histories import Made, histories, write
from support.repository import Repo, sealed_environment
from support.shell import Shell

from muse_hook.catchup.backfill import backfill
from muse_hook.errors import DamagedLogError, ObjectMissingError, RevisionError
from muse_hook.git.discovery import open_repository
from muse_hook.git.repository import Repository
from muse_hook.index.index import Index
from muse_hook.languages.languages import language_for
from muse_hook.oplog.batch import make_batch
from muse_hook.oplog.store import Store
from muse_hook.record.delta import TableCache, delta_of
from muse_hook.record.recorder import Recorder
from muse_hook.replay.replay import replay
from muse_hook.replay.tables import RecordedCommit, TreeSymbols, causal_order
from muse_hook.symbols.extract import extract
from muse_hook.verify.verify import verify

Files = dict[str, dict[str, str] | None]


def symbols_of(files: dict[str, bytes]) -> Files:
    """Return what replaying must give for the contents of the files whose symbols are told."""
    found: Files = {}
    for path, content in files.items():
        language = language_for(path)
        assert language is not None
        table = extract(content, language)
        if table.state != "parsed":
            found[path] = None
        elif table.symbols:
            found[path] = {name: symbol.content_id for name, symbol in table.symbols.items()}
    return found


def without_swallowed(found: Files, commit: Made) -> Files:
    """Return what was replayed without what it alone knows: the symbols that damage has swallowed since."""
    told = symbols_of(commit.tree.told())
    for path, content in commit.tree.told().items():
        language = language_for(path)
        assert language is not None
        names, known = found.get(path), told.get(path) or {}
        if names is not None and extract(content, language).swallowed:
            found[path] = {name: content_id for name, content_id in names.items() if name in known}
    return {path: names for path, names in found.items() if names != {}}


class FixtureRepo:
    """One repository for many histories, each recorded in a store of its own."""

    def __init__(self, repo: Repo, folder: Path) -> None:
        self.repo = repo
        self.folder = folder
        self.number = 0
        self.repository: Repository = open_repository(str(repo.path), repo.environment)

    def store(self) -> Store:
        self.number += 1
        root = self.folder / str(self.number)
        root.mkdir()
        return Store(root)


@pytest.fixture(scope="module")
def fixture(tmp_path_factory: pytest.TempPathFactory) -> FixtureRepo:
    repo = Repo(tmp_path_factory.mktemp("repo"), sealed_environment(tmp_path_factory.mktemp("home")))
    repo.git("init", "-q", "--bare", "-b", "main")
    return FixtureRepo(repo, tmp_path_factory.mktemp("stores"))


def record(
    fixture: FixtureRepo, store: Store, made: list[Made], ids: list[str], left_out: frozenset[int] = frozenset()
) -> None:
    """Record commits by the pipeline, one after the other, as hook and backfill do."""
    generations: dict[str, int] = {}
    for commit, oid in zip(made, ids, strict=True):
        generations[oid] = 1 + max((generations[ids[parent]] for parent in commit.parents), default=0)
    todo = dict.fromkeys(oid for number, oid in enumerate(ids) if number not in left_out)
    store.ensure("op_log")
    with Index(store) as index, Recorder(fixture.repository, store, index, generations) as recorder:
        outcome = recorder.record(list(todo), dict.fromkeys(todo, "main"))
    assert (outcome.written, outcome.unreadable) == (len(todo), {})


@settings(
    max_examples=50,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # shrinking a history takes minutes: a person asks for it
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)
@given(made=histories(), data=st.data())
def test_replay_is_extraction_after_each_commit_of_any_history(
    fixture: FixtureRepo, made: list[Made], data: st.DataObject
) -> None:
    ids = write(fixture.repo, made)
    store = fixture.store()
    record(fixture, store, made, ids)
    with Index(store) as index:
        index.refresh()
        for commit, oid in zip(made, ids, strict=True):
            found = without_swallowed(replay(fixture.repository, index, oid), commit)
            assert found == symbols_of(commit.tree.told())
        with fixture.repository.objects() as objects:
            cache = TableCache(reuse=False)
            for oid in dict.fromkeys(ids):
                there = index.find([oid]).get(oid)
                assert there is not None
                log = Path(store.log_path("main")).read_bytes()
                read = objects.commit(oid)
                again = make_batch(read, delta_of(objects, read, cache), there.generation, there.engine)
                assert again.data == log[there.start : there.end]
    assert verify(fixture.repository, store, everything=True).problems == []
    left_out = data.draw(st.frozensets(st.sampled_from(range(len(made)))))
    holes = fixture.store()
    record(fixture, holes, made, ids, left_out)
    report = verify(fixture.repository, holes, everything=True)
    assert (report.problems, report.notes) == ([], [])
    assert report.replayed == len({oid for number, oid in enumerate(ids) if number not in left_out})


MODULE = "import os\n\n\ndef load(path):\n    return os.stat(path)\n\n\ndef save(path):\n    return None\n"


def replayed(repo: Repo, commit: str = "HEAD") -> Files:
    """Replay a commit of a repository from what is recorded."""
    repository = open_repository(str(repo.path), repo.environment)
    with Index(Store(repository.common_dir)) as index:
        index.refresh()
        return replay(repository, index, repository.resolve(commit))


def names(files: Files) -> dict[str, list[str] | None]:
    return {path: symbols if symbols is None else list(symbols) for path, symbols in files.items()}


def backfilled(repo: Repo, **options: object) -> None:
    repository = open_repository(str(repo.path), repo.environment)
    backfill(repository, Store(repository.common_dir), **options)  # type: ignore[arg-type]


def test_a_commit_that_is_not_recorded_is_refused_with_what_to_type(repo: Repo) -> None:
    first = repo.commit("Begin", a=MODULE)
    repo.commit("Go on", a=MODULE + "x = 1\n")
    backfilled(repo, count=1)
    with pytest.raises(RevisionError, match="is not recorded") as error:
        replayed(repo, first)
    assert error.value.hint == f"muse-hook backfill {first[:12]}"


def test_an_unrecorded_parent_is_read_from_its_tree(repo: Repo) -> None:
    repo.commit("Begin", a=MODULE, b="def there():\n    pass\n", bad="class (:\n")
    repo.commit("Go on", a=MODULE.replace("save", "store"))
    backfilled(repo, count=1)
    assert names(replayed(repo)) == {
        "a.py": ["import::os", "load", "store"], "b.py": ["there"], "bad.py": None,
    }  # fmt: skip


def test_a_merge_takes_whole_files_from_the_parent_that_had_them(repo: Repo) -> None:
    repo.commit("Begin", a=MODULE, b="x = 1\n")
    repo.git("checkout", "-q", "-b", "side")
    repo.commit("Aside", b="x = 2\n", c="def new():\n    pass\n")
    repo.git("checkout", "-q", "-b", "third", "main")
    repo.commit("Third", d="def other():\n    pass\n")
    repo.git("checkout", "-q", "main")
    repo.commit("Ours", a=MODULE + "y = 1\n")
    repo.git("merge", "-q", "--no-ff", "-m", "Octopus", "side", "third")
    backfilled(repo)
    found = replayed(repo)
    assert names(found) == {
        "a.py": ["import::os", "load", "save", "y"], "b.py": ["x"], "c.py": ["new"], "d.py": ["other"],
    }  # fmt: skip
    assert found["b.py"] == replayed(repo, "side")["b.py"]


def test_a_merge_that_records_again_what_one_parent_leaves_out_has_its_symbols(repo: Repo) -> None:
    repo.commit("Begin", a=MODULE, pkg__b="x = 1\n")
    repo.git("checkout", "-q", "-b", "side")
    repo.commit("Aside", a=MODULE + "y = 1\n")
    repo.git("checkout", "-q", "main")
    (repo.path / ".museignore").write_text('[global]\npatterns = ["pkg/"]\n')
    repo.git("add", "-A")
    repo.git("commit", "-qm", "Leave out a folder")
    repo.git("merge", "-q", "--no-ff", "--no-commit", "side")
    repo.git("rm", "-qf", ".museignore")
    repo.git("commit", "-qm", "Merge, and leave out nothing")
    backfilled(repo)
    assert names(replayed(repo)) == {"a.py": ["import::os", "load", "save", "y"], "pkg/b.py": ["x"]}
    assert not (repo.path / ".git/.muse/error.log").exists()


def test_a_merge_reads_whole_files_of_an_unrecorded_parent_from_git(repo: Repo) -> None:
    repo.commit("Begin", a=MODULE)
    repo.git("checkout", "-q", "-b", "side")
    repo.commit("Aside", c="def new():\n    pass\n")
    repo.git("checkout", "-q", "main")
    repo.commit("Ours", a=MODULE + "y = 1\n")
    repo.git("merge", "-q", "--no-ff", "-m", "Merge", "side")
    backfilled(repo, count=1)
    assert names(replayed(repo)) == {"a.py": ["import::os", "load", "save", "y"], "c.py": ["new"]}


def test_an_unparsed_file_that_becomes_a_link_has_no_symbols(repo: Repo) -> None:
    repo.commit("Begin", a="class (:\n", b=MODULE)
    (repo.path / "a.py").unlink()
    (repo.path / "a.py").symlink_to("b.py")
    repo.commit("Link")
    backfilled(repo)
    assert list(replayed(repo)) == ["b.py"]


def test_a_rule_that_brings_an_unparsed_file_back_tells_that_it_is_not_known(repo: Repo) -> None:
    repo.write(".gitattributes", "a.py linguist-generated\n")
    repo.commit("Begin", a="class (:\n")
    repo.write(".gitattributes", "")
    repo.commit("Tell it")
    backfilled(repo)
    assert replayed(repo, "HEAD~1") == {}
    assert replayed(repo) == {"a.py": None}


@pytest.mark.parametrize("rule_in", ["the merge", "the other parent"])
def test_a_merge_takes_no_file_from_a_parent_that_tells_its_symbols_otherwise(repo: Repo, rule_in: str) -> None:
    rule = "pkg/*.py linguist-generated\n"
    repo.commit("Begin", pkg__a=MODULE)
    repo.git("checkout", "-q", "-b", "side")
    repo.commit("Aside", pkg__a=MODULE + "x = 1\n")
    if rule_in == "the other parent":
        repo.write(".gitattributes", rule)
        repo.commit("Rule")
    repo.git("checkout", "-q", "main")
    repo.commit("Ours", b="y = 1\n")
    repo.git("merge", "-q", "--no-ff", "--no-commit", "side")
    repo.write(".gitattributes", rule if rule_in == "the merge" else "")
    repo.commit("Merge")
    backfilled(repo)
    symbols = {"b.py": ["y"], "pkg/a.py": ["import::os", "load", "save", "x"]}
    assert names(replayed(repo)) == ({"b.py": ["y"]} if rule_in == "the merge" else symbols)


def test_a_parent_that_is_neither_recorded_nor_in_git_is_named(repo: Repo) -> None:
    repo.commit("Begin", a=MODULE)
    blob = repo.git("rev-parse", "HEAD:a.py")
    repo.commit("Go on", a=MODULE + "y = 1\n")
    backfilled(repo, count=1)
    (repo.path / ".git/objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(ObjectMissingError, match=blob):
        replayed(repo)


def test_a_log_that_changed_under_the_index_is_refused(repo: Repo) -> None:
    repo.commit("Begin", a=MODULE)
    backfilled(repo)
    repository = open_repository(str(repo.path), repo.environment)
    store = Store(repository.common_dir)
    log = Path(store.log_path("main"))
    with Index(store) as index:
        index.refresh()
        whole = log.read_bytes()
        log.write_bytes(whole.replace(b"load", b"lord", 1))
        with pytest.raises(DamagedLogError, match="do not fit"):
            replay(repository, index, repository.resolve("HEAD"))
        log.write_bytes(b"x" * len(whole))
        with pytest.raises(DamagedLogError, match="no seal"):
            replay(repository, index, repository.resolve("HEAD"))


def test_the_command_prints_files_and_their_symbols(
    repo: Repo, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shell = Shell(repo, monkeypatch, capsys)
    assert shell.run("replay")[0] == 1
    repo.commit("Begin", a=MODULE, bad="class (:\n")
    assert shell.run("replay") == (
        1, "", "error: replaying the log: nothing is recorded here yet\nhint: muse-hook install\n",
    )  # fmt: skip
    shell.run("install", "--backfill", "200")
    told = shell.json("replay")
    assert told["commit"] == repo.git("rev-parse", "HEAD")
    assert told["files"]["bad.py"] is None
    load = told["files"]["a.py"]["load"]
    assert shell.out("replay") == (
        f"a.py\n  import::os  {told['files']['a.py']['import::os'][:12]}\n  load        {load[:12]}\n"
        f"  save        {told['files']['a.py']['save'][:12]}\nbad.py\n  not known: it could not be parsed\n"
    )
    repo.commit("Go on", a=MODULE.replace("save", "store"))
    assert shell.json("replay", "HEAD~1") == told
    assert shell.json("replay")["files"]["a.py"]["load"] == load


def test_tables_share_what_nobody_wrote_to() -> None:
    one, x, y = TreeSymbols(), {"f": "1"}, {"g": "2"}
    one["pkg/a.py"], one["b.py"], one["pkg/c.py"] = x, y, None
    two = one.copy()
    two["pkg/a.py"] = y
    del two["b.py"]
    one["new.py"] = x
    assert dict(one) == {"pkg/a.py": x, "b.py": y, "pkg/c.py": None, "new.py": x}
    assert dict(two) == {"pkg/a.py": y, "pkg/c.py": None}
    assert (len(one), len(two), "b.py" in one, "b.py" in two) == (4, 2, True, False)
    with pytest.raises(KeyError):
        del two["b.py"]


def node(oid: str, *parents: str) -> RecordedCommit:
    made = RecordedCommit.__new__(RecordedCommit)
    made.commit_id, made.parents = oid, parents
    return made


@given(st.lists(st.lists(st.integers(0, 40), max_size=3), max_size=40), st.randoms(use_true_random=False))
def test_causal_order_has_every_commit_once_behind_its_parents(rows: list[list[int]], random: object) -> None:
    nodes = [node(str(n), *(str(p) for p in row if p < n), "unrecorded") for n, row in enumerate(rows)]
    random.shuffle(nodes)  # type: ignore[attr-defined]
    order = causal_order({each.commit_id: each for each in nodes})
    assert sorted(order) == sorted(each.commit_id for each in nodes)
    at = {oid: place for place, oid in enumerate(order)}
    assert all(at[p] < at[each.commit_id] for each in nodes for p in each.parents if p in at)


def test_a_line_of_commits_stays_together() -> None:
    """Tables of branch points wait in memory: a walk by generation would keep one for each branch that goes on."""
    nodes = {"0": node("0")}
    for branch in "abc":
        for number in range(5):
            nodes[f"{branch}{number}"] = node(f"{branch}{number}", f"{branch}{number - 1}" if number else "0")
    order = causal_order(nodes)
    changes = sum(one[0] != two[0] for one, two in pairwise(order))
    assert changes == 3
