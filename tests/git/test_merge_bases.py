"""Merge bases as Git finds them, in graphs of every shape."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from muse_hook.git.discovery import open_repository
from muse_hook.git.merge_bases import merge_bases

if TYPE_CHECKING:
    from support.repository import Repo


@pytest.mark.parametrize("skew", [0, 40])
def test_merge_bases_are_those_of_git(repo: Repo, skew: int) -> None:
    """With criss-crosses, octopuses and roots, and with clocks that go backwards."""
    pick = random.Random(skew)  # noqa: S311 - graphs, not secrets
    tree = repo.git("mktree", stdin="")
    commits: list[str] = []
    for number in range(40):
        parents = pick.sample(commits[-8:], min(pick.choice((0, 1, 1, 1, 2, 2, 3)), len(commits[-8:])))
        date = f"{1_700_000_000 + number - pick.randint(0, skew)} +0000"
        words = [word for parent in parents for word in ("-p", parent)]
        commits.append(repo.git("commit-tree", tree, *words, "-m", str(number), GIT_COMMITTER_DATE=date))
    with open_repository(str(repo.path), repo.environment).objects() as objects:
        for _ in range(60):
            one, other = pick.choice(commits), pick.choice(commits)
            expected = repo.git("merge-base", "--all", one, other, check=False).split()
            assert merge_bases(objects, one, other) == sorted(expected), (one, other)
