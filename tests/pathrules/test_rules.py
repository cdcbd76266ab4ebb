"""Which paths of a tree are recorded, and what changes when a rule does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from muse_hook.git.catfile import CatFile
from muse_hook.git.discovery import open_repository
from muse_hook.git.objects import ObjectReader
from muse_hook.pathrules.rules import read_rules, recorded_changes, rule_changes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from support.repository import Repo

    from muse_hook.model.change import FileChange


@pytest.fixture(params=["cat-file", "libgit2"])
def objects(repo: Repo, request: pytest.FixtureRequest) -> Iterator[ObjectReader]:
    opened = open_repository(str(repo.path))
    with ObjectReader(CatFile(opened), 20) if request.param == "cat-file" else opened.objects() as reader:
        yield reader


def tree_with(repo: Repo, files: Mapping[str, str | bytes]) -> str:
    repo.git("rm", "-rq", "--cached", "--ignore-unmatch", ".")
    repo.git("clean", "-fdxq")
    for name, content in files.items():
        repo.write(name, content)
    repo.git("add", "-A")
    return repo.git("write-tree")


def changed_by_rules(objects: ObjectReader, old: str, new: str) -> list[FileChange]:
    return rule_changes(objects, read_rules(objects, old), read_rules(objects, new), objects.diff_trees(old, new))


def test_a_path_is_classed_by_the_rules_of_its_own_tree(repo: Repo, objects: ObjectReader) -> None:
    tree = tree_with(
        repo,
        {
            ".museignore": '[global]\npatterns = ["out/"]\n',
            ".gitattributes": "*_pb2.py linguist-generated\n/third/** linguist-vendored\n",
            "third/.gitattributes": "ours.py -linguist-vendored\n",
            "third/lib.py": "a = 1\n",
        },
    )
    rules = read_rules(objects, tree)
    paths = ["a.py", "x/a_pb2.py", "third/lib.py", "third/ours.py", "out/a.py", "not/there/a.py"]
    assert [rules.of(path) for path in paths] == ["symbols", "file", "file", "symbols", "none", "symbols"]
    assert rules.problems == []


def test_rules_that_cannot_be_read_count_as_none_and_say_so(repo: Repo, objects: ObjectReader) -> None:
    tree = tree_with(
        repo, {".museignore": "[global\n", "a.py": "", ".gitattributes": b"\xff\xfe\0 linguist-generated\n"}
    )
    rules = read_rules(objects, tree)
    assert rules.of("a.py") == "symbols"
    assert [problem.partition(":")[0] for problem in rules.problems] == [".museignore is not used"]
    nested = tree_with(repo, {".museignore": "x = " + "[" * 5000, "b.py": ""})
    assert read_rules(objects, nested).of("b.py") == "symbols"
    assert read_rules(objects, None).of("a.py") == "symbols"


def test_a_changed_rule_names_every_path_that_it_concerns(repo: Repo, objects: ObjectReader) -> None:
    files = {"gen/a.py": "a = 1\n", "gen/deep/b.py": "b = 1\n", "out/c.py": "c = 1\n", "d.py": "d = 1\n"}
    plain = tree_with(repo, files)
    ruled = tree_with(
        repo,
        files
        | {".museignore": '[domain.code]\npatterns = ["out/"]\n', "gen/.gitattributes": "* linguist-generated\n"}
        | {"gen/new.py": "n = 1\n"},
    )
    paths = ["gen/a.py", "gen/deep/b.py", "out/c.py"]
    for old, new in ((plain, ruled), (ruled, plain)):
        found = changed_by_rules(objects, old, new)
        assert [change.path for change in found] == paths
        assert all(change.old == change.new for change in found)


def test_a_rule_file_that_says_nothing_of_ours_walks_nothing(repo: Repo, objects: ObjectReader) -> None:
    old = tree_with(repo, {"x/a.py": "a = 1\n", ".gitattributes": "* text=auto\n"})
    new = tree_with(repo, {"x/a.py": "a = 1\n", ".gitattributes": "* text=auto eol=lf\n"})
    read: list[str] = []
    objects.files = lambda *_: read.append("walked") or iter(())  # type: ignore[method-assign, func-returns-value]
    assert changed_by_rules(objects, old, new) == []
    assert read == []


def test_a_side_that_is_not_recorded_is_not_there(repo: Repo, objects: ObjectReader) -> None:
    old = tree_with(repo, {"a.py": "a = 1\n", "b.py": "b = 1\n", "c.py": "c = 1\n"})
    new = tree_with(
        repo,
        {
            "a.py": "a = 2\n",
            "b.py": "b = 1\n",
            "c.py": "c = 2\n",
            "z.py": "",
            ".museignore": '[global]\npatterns = ["[ab].py", "z.py", ".museignore"]\n',
            ".gitattributes": "c.py linguist-generated",
        },
    )
    old_rules, new_rules = read_rules(objects, old), read_rules(objects, new)
    changes = objects.diff_trees(old, new)
    changes += rule_changes(objects, old_rules, new_rules, changes)
    assert [
        (change.path, change.old is not None, change.new is not None, *symbols)
        for change, *symbols in recorded_changes(changes, old_rules, new_rules)
    ] == [
        (".gitattributes", False, True, True, True),
        ("a.py", True, False, True, False),
        ("c.py", True, True, True, False),
        ("b.py", True, False, True, False),
    ]
