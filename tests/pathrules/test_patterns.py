"""`.museignore` as Muse documents it, `.gitattributes` as `git check-attr` reads them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.repository import Repo, sealed_environment

from muse_hook.git.discovery import open_repository
from muse_hook.pathrules.patterns import Attributes, Glob, IgnoreRules
from muse_hook.pathrules.rules import read_rules

if TYPE_CHECKING:
    from pathlib import Path


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
    with open_repository(str(git_oracle.path)).objects() as reader:
        rules = read_rules(reader, tree)
        assert {path: rules.of(path) for path in paths} == expected


@pytest.fixture(scope="session")
def git_oracle(tmp_path_factory: pytest.TempPathFactory) -> Repo:
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
