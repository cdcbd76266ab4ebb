"""Which paths are recorded: `.museignore`, Linguist's attributes, and what changes when a rule does."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muse_hook.git import open_repository
from muse_hook.pathrules.patterns import Attributes, Glob, IgnoreRules
from muse_hook.pathrules.rules import read_rules, recorded_changes, rule_changes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from conftest import Repo

    from muse_hook.git.objects import ObjectReader
    from muse_hook.model.change import FileChange


@pytest.fixture(params=["plumbing", "pygit2"])
def objects(repo: Repo, request: pytest.FixtureRequest) -> Iterator[ObjectReader]:
    with open_repository(str(repo.path)).objects(request.param) as reader:
        yield reader


def ignored(path: str, *patterns: str) -> bool:
    rules = IgnoreRules(f"[global]\npatterns = {json.dumps(patterns)}".encode())
    return rules.ignores(path.split("/"))


@pytest.mark.parametrize(
    ("pattern", "matching", "other"),
    [
        ("*.tmp", ["drums.tmp", "tracks/drums.tmp"], ["drums.tmp.py", "a.tmp/b.py"]),
        ("/tracks/*.mid", ["tracks/drums.mid"], ["cache/tracks/drums.mid", "tracks/deep/drums.mid"]),
        (
            "artifacts/",
            ["artifacts/demo.html", "artifacts/a/b.py", "x/artifacts/a/b.py"],
            ["artifacts", "artifacts.py"],
        ),
        ("/build/", ["build/a.py", "build/x/a.py"], ["x/build/a.py", "build"]),
        ("docs/*.py", ["docs/a.py", "x/docs/a.py"], ["docs/x/a.py", "docs"]),
        ("a/**/b.py", ["a/b.py", "a/x/y/b.py"], ["a/x/b.pyc", "b.py"]),
        ("vendor/**", ["vendor/a.py", "vendor/x/y.py"], ["vendor"]),
        ("**/cache/*.dat", ["cache/index.dat", "x/y/cache/index.dat"], ["cache/x/index.dat"]),
        ("te?t_[ab].py", ["test_a.py", "x/text_b.py"], ["test_c.py", "tet_a.py"]),
        ("name", ["name", "x/name"], ["name/inside.py"]),
        (r"\[id\].py", ["app/[id].py"], ["app/i.py"]),
    ],
)
def test_museignore_patterns_mean_what_muse_documents(pattern: str, matching: list[str], other: list[str]) -> None:
    assert [path for path in matching + other if ignored(path, pattern)] == matching


def test_the_last_pattern_that_matches_decides() -> None:
    assert not ignored("keep.tmp", "*.tmp", "!keep.tmp")
    assert ignored("keep.tmp", "!keep.tmp", "*.tmp")
    assert not ignored("out/keep.py", "out/", "!keep.py")


def test_patterns_of_this_domain_come_after_the_global_ones_and_other_domains_do_not_count() -> None:
    rules = IgnoreRules(
        b'[domain.music]\npatterns = ["*"]\n[domain.code]\npatterns = ["!a.py", 7]\n[global]\npatterns = ["*.py", ""]\n'
    )
    assert rules.patterns == ("*.py", "", "!a.py")
    assert [path for path in ("a.py", "b.py", "c.txt") if rules.ignores([path])] == ["b.py"]


def test_a_hostile_pattern_costs_no_more_than_its_length() -> None:
    pattern = Glob("/".join(["**", "*a" * 60 + "b"] * 20), anywhere=True)
    assert not pattern.matches(["a" * 200] * 60)


PATTERN_PARTS = st.sampled_from(
    ["*", "**", "?", "a", "b", ".py", "/", "[ab]", "[!a]", "[b-a]", "[]a]", "[[:alpha:]]", "\\*", "[a", "-"]
)


@settings(max_examples=40, deadline=None)
@given(
    patterns=st.lists(st.lists(PATTERN_PARTS, min_size=1, max_size=5).map("".join), min_size=1, max_size=12),
    nested=st.lists(st.lists(PATTERN_PARTS, min_size=1, max_size=4).map("".join), max_size=4),
    values=st.lists(
        st.sampled_from(
            ["linguist-generated", "-linguist-generated", "linguist-generated=false", "!linguist-generated", "made",
             "linguist-generated=true", "linguist-vendored", "-linguist-vendored -made", "text"]
        ),
        min_size=16,
        max_size=16,
    ),
)  # fmt: skip
def test_attributes_are_those_of_git_check_attr(
    git_oracle: Repo, patterns: list[str], nested: list[str], values: list[str]
) -> None:
    """Git itself says what the same files mean (but for `a**`, where Git's answer hangs on what stands before it)."""
    patterns, nested = ([re.sub(r"(?<=[^/])\*\*+", "*", pattern) for pattern in side] for side in (patterns, nested))
    paths = ["a", "b", "a.py", "a/b", "a/b.py", "a/b/a.py", "b/a/b/b.py", "aab", "a/-/c.py", "*", "]"]
    lines = ["[attr]made linguist-generated text"]
    lines += [f"{pattern} {value}" for pattern, value in zip(patterns, values, strict=False)]
    deeper = [f"{pattern} {value}" for pattern, value in zip(nested, reversed(values), strict=False)]
    git_oracle.write(".gitattributes", "\n".join(lines))
    git_oracle.write("a/.gitattributes", "\n".join(deeper))
    said = git_oracle.git("check-attr", "-z", "linguist-generated", "linguist-vendored", "--", *paths).split("\0")
    expected = dict.fromkeys(paths, "symbols")
    for path, value in zip(said[0::3], said[2::3], strict=False):
        if value not in ("unspecified", "unset", "false"):
            expected[path] = "file"

    git_oracle.git("add", "-A")
    tree = git_oracle.git("write-tree")
    with open_repository(str(git_oracle.path)).objects("plumbing") as reader:
        rules = read_rules(reader, tree)
        assert {path: rules.of(path) for path in paths} == expected


@pytest.fixture(scope="session")
def git_oracle(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    from conftest import Repo, sealed_environment  # noqa: PLC0415 - conftest is no package

    path: Path = tmp_path_factory.mktemp("oracle")
    made = Repo(path, sealed_environment(path))
    made.git("init", "-q", "-b", "main")
    return made


def test_quoted_patterns_and_long_lines_are_read_as_git_reads_them() -> None:
    said = Attributes(
        b'\xef\xbb\xbf"with space.py" linguist-generated\n'
        rb'"\303\244.py" linguist-generated=false' + b"\n"
        b"!no.py linguist-generated\n# a.py linguist-generated\n"
        b"x.py linguist-generated " + b"y" * 3000 + b"\n"
    )
    assert [pattern for pattern, _ in said.lines] == ["with space.py", "ä.py"]


def tree_with(repo: Repo, files: Mapping[str, str | bytes]) -> str:
    repo.git("rm", "-rq", "--cached", "--ignore-unmatch", ".")
    repo.git("clean", "-fdxq")
    for name, content in files.items():
        repo.write(name, content)
    repo.git("add", "-A")
    return repo.git("write-tree")


def flipped(objects: ObjectReader, old: str, new: str) -> list[FileChange]:
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
        found = flipped(objects, old, new)
        assert [change.path for change in found] == paths
        assert all(change.old == change.new for change in found)


def test_a_rule_file_that_says_nothing_of_ours_walks_nothing(repo: Repo, objects: ObjectReader) -> None:
    old = tree_with(repo, {"x/a.py": "a = 1\n", ".gitattributes": "* text=auto\n"})
    new = tree_with(repo, {"x/a.py": "a = 1\n", ".gitattributes": "* text=auto eol=lf\n"})
    read: list[str] = []
    objects.files = lambda *_: read.append("walked") or iter(())  # type: ignore[method-assign, func-returns-value]
    assert flipped(objects, old, new) == []
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
