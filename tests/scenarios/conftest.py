"""What every scenario has: a repository that is a commit old when the hooks come, and the promise held at its end."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest
from room import Room

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Repo

ROWS = "MUSE_HOOK_SCENARIO_ROWS"  # names the file that collects the table's rows; see table.py


@pytest.fixture
def bare_room(repo: Repo) -> Room:
    """Return a repository without commits and without hooks."""
    return Room(repo.path, repo.environment, repo.clock)


@pytest.fixture
def room(bare_room: Room, request: pytest.FixtureRequest) -> Iterator[Room]:
    """Return a repository with one commit from before the hooks; afterwards the promise is held against it."""
    bare_room.write("base.txt", "base\n")
    bare_room.git("add", "-A")
    bare_room.git("commit", "-q", "-m", "base")
    bare_room.install()
    yield bare_room
    bare_room.agree()
    write_row(bare_room, request)


@pytest.fixture
def new_room(bare_room: Room, request: pytest.FixtureRequest) -> Iterator[Room]:
    """Return a repository whose first commit is still to come."""
    bare_room.install()
    yield bare_room
    bare_room.agree()
    write_row(bare_room, request)


def write_row(room: Room, request: pytest.FixtureRequest) -> None:
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
        "recorded": dict(sorted(room.shown.recorded().items())),
        "marks": room.shown.told(),
    }
    with open(path, "a", encoding="utf-8") as file:  # one write of a line: the workers of xdist do not mix
        file.write(json.dumps(row) + "\n")
