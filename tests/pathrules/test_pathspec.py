"""Pathspecs mean what they mean to `git diff`."""

from __future__ import annotations

import pytest
from support.repository import Repo

from muse_hook.pathrules.pathspec import PathSpecs

FILES = (
    "a.py", "A.PY", "src/a.py", "src/b.txt", "src/deep/a.py", "src/deep/er/c.py", "srcs/a.py", "tests/test_a.py",
    "odd[1].py", "odd1.py", "star*.py", "-x.py", ":colon.py",
)  # fmt: skip
SPECS = (
    ["."], ["src"], ["src/"], ["./src//deep/.."], ["a.py"], ["a.py/"], ["*.py"], ["src/*.py"], ["s*"], ["?.py"],
    ["odd[1].py"], [":(literal)odd[1].py"], [r"odd\[1].py"], ["[!a]*.py"], [":(glob)*.py"], [":(glob)src/**/a.py"],
    [":(glob)src/**"], [":(icase)A.py"], [":!src"], [":^src", "*.py"], ["src", ":!src/deep"], [":(exclude,glob)src/*"],
    [":/a.py"], [":(top)src"], ["-x.py"], [":::colon.py"], ["src/deep", "tests"], ["nothing"], ["src/*/"], ["sr"],
    [":(exclude)"], ["star*"], [r"star\*.py"], ["src/d*"], [":(icase,glob)SRC/*.PY"],
)  # fmt: skip


def test_pathspecs_are_gits(repo: Repo) -> None:
    for path in FILES:
        repo.write(path, "")
    repo.git("add", "-A")
    (repo.path / "src" / "deep").mkdir(exist_ok=True)
    for folder in ("", "src"):
        here = Repo(repo.path / folder, repo.environment, repo.clock)
        for words in SPECS:
            listed = here.git("diff", "--cached", "--name-only", "-z", "--", *words, check=False)
            found = set(listed.split("\0")) - {""}
            specs = PathSpecs(words, folder and folder + "/")
            assert {path for path in FILES if specs.matches(path)} == found, (folder, words)


@pytest.mark.parametrize("word", ["", "../..", "../a.py", ":(nothing)a", ":(top", ":(attr:x)a"])
def test_what_cannot_be_a_path_is_refused(word: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        PathSpecs([word])


def test_the_first_that_matches_nothing_is_named() -> None:
    specs = PathSpecs(["src", "lib/x.py", ":!docs"], "py/")
    assert specs.unmatched(["py/src/a.py"]) == "py/lib/x.py"
    assert specs.unmatched(["py/src/a.py", "py/lib/x.py"]) == ""
