"""What every scenario has: a repository that is a commit old when the hooks come, and the promise held at its end."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest
from support.hooked import HookedRepo

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.repository import Repo

ROWS = "MUSE_HOOK_SCENARIO_ROWS"  # names the file that collects the table's rows; see table.py


@pytest.fixture
def unhooked(repo: Repo) -> HookedRepo:
    """Return a repository without commits and without hooks."""
    return HookedRepo(repo.path, repo.environment, repo.clock)


@pytest.fixture
def hooked(unhooked: HookedRepo, request: pytest.FixtureRequest) -> Iterator[HookedRepo]:
    """Return a repository with one commit from before the hooks; afterwards the promise is held against it."""
    unhooked.write("base.txt", "base\n")
    unhooked.git("add", "-A")
    unhooked.git("commit", "-q", "-m", "base")
    unhooked.install()
    yield unhooked
    unhooked.agree()
    write_row(unhooked, request)


@pytest.fixture
def unborn(unhooked: HookedRepo, request: pytest.FixtureRequest) -> Iterator[HookedRepo]:
    """Return a repository whose first commit is still to come."""
    unhooked.install()
    yield unhooked
    unhooked.agree()
    write_row(unhooked, request)


def write_row(hooked: HookedRepo, request: pytest.FixtureRequest) -> None:
    """Add this scenario to the table, where one is being made."""
    path = os.environ.get(ROWS)
    if path is None:
        return
    row = {
        "file": request.node.path.stem,
        "line": request.function.__code__.co_firstlineno,
        "case": request.node.name.partition("[")[2].rstrip("]"),
        "scenario": request.function.__name__.removeprefix("test_").replace("_", " "),
        "what": (request.function.__doc__ or "").partition("\n")[0],
        "recorded": dict(sorted(hooked.shown.recorded().items())),
        "marks": hooked.shown.mark_texts(),
    }
    with open(path, "a", encoding="utf-8") as file:  # one write of a line: the workers of xdist do not mix
        file.write(json.dumps(row) + "\n")
