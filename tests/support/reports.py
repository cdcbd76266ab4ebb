"""Reports of histories that are made by hand."""

from __future__ import annotations

import json
import re
from typing import Any, cast

from muse_hook.cli.terminal import printable
from muse_hook.history.ancestry import BranchFilter
from muse_hook.history.events import Filter
from muse_hook.history.follow import refresh
from muse_hook.index.index import Index
from muse_hook.report.content import PageContent
from muse_hook.report.gather import CATEGORIES, gather
from muse_hook.report.page import page
from support.logs import Log, delete, insert, patch, replace

EVIL = (
    "</script><script>window.owned=1</script><img src=x onerror=window.owned=1>\"'`--><!--\x1b[31m\u202e&lt;{{data}}"
    "\u2028${window.owned=1}"
)


def some_history(log: Log) -> str:
    """Add, rename, move with the file and edit, remove; the last commit."""
    a = log.commit(
        patch("a.py", insert("a.py::f"), insert("a.py::g", "g"), insert("a.py::import::os", kind="import")),
        name="Begin",
    )
    renamed = replace("a.py::f", new_address="a.py::f2", change=["renamed"])
    b = log.commit(patch("a.py", renamed), parents=(a,), name="Rename", at="2026-01-15T12:00:00+00:00")
    c = log.commit(
        patch("b.py", replace("b.py::f2", "2", "3"), from_address="a.py", change=["module"]),
        parents=(b,), name="Move and edit", author="Bob <bob@x>", at="2026-02-01T00:00:00+00:00",
    )  # fmt: skip
    formatted = {
        "op": "replace", "address": "b.py", "position": None, "old_content_id": "1", "new_content_id": "2",
        "old_summary": "b.py (before)", "new_summary": "b.py (reformatted — no semantic change)",
    }  # fmt: skip
    d = log.commit(formatted, parents=(c,), name="Format", at="2026-02-02T00:00:00+00:00")
    return log.commit(
        patch("b.py", delete("b.py::g", "g")), parents=(d,), name="Take g away", at="2026-03-01T00:00:00+00:00"
    )


def content_of(log: Log, head: str, title: str = "project", **wanted: Any) -> PageContent:
    with Index(log.store) as index:
        refresh(index)
        branch = BranchFilter(cast("Any", None), index.connection, [head])
        return gather(
            index.connection, branch, Filter(**wanted),
            chosen=None, repository=title, scope=[title], display=printable,
        )  # fmt: skip


def page_of(log: Log, head: str, title: str = "project") -> bytes:
    return page(content_of(log, head, title))


def data_of(made: bytes) -> dict[str, Any]:
    """Return the data that a page's script reads, found as a browser finds it."""
    found = re.search(r'<script type="application/json" id="data">(.*?)</script', made.decode(), re.DOTALL)
    assert found
    told: dict[str, Any] = json.loads(found[1])
    return told


def made(*, ops: int, commits: int, symbols: int, moves: int) -> PageContent:
    """Return the content of a large history: regular, with a name for each symbol."""
    strings = ["function", "renamed", "body", "signature", *(f"Person {each} <{each}@x>" for each in range(40))]
    strings += [f"src/module{each}.py" for each in range(90)]
    subjects = len(strings)
    strings += [f"Change something for the {each}th time" for each in range(commits)]
    names = len(strings)
    strings += [f"f{each}" for each in range(symbols)]
    tables: dict[str, Any] = {
        "styles": CATEGORIES,
        "strings": strings,
        "commits": {
            "id": [f"{each:012x}" for each in range(commits)],
            "at": [1_700_000_000] + [-40_000] * (commits - 1),
            "actor": [4 + each % 40 for each in range(commits)],
            "author": [-1] * commits,
            "subject": [subjects + each for each in range(commits)],
            "session": [0] * commits,
            "ops": [ops // commits] * commits,
            "agents": [-1] * commits,
            "superseded": [-1] * commits,
        },
        "whats": [[0, []], [1, []], [2, [2]], [2, [2, 3]], [3, [1]], [4, []], [5, []]],
        "places": {
            "path": [44 + each % 90 for each in range(symbols)],
            "name": [names + each for each in range(symbols)],
        },
        "ops": {
            "entity": [each * 7919 % symbols for each in range(ops)],
            "what": [each % 7 for each in range(ops)],
            "place": [0] * ops,
        },
        "entities": {
            "id": [f"{each:016x}" for each in range(symbols)],
            "kind": [0] * symbols,
            "place": list(range(symbols)),
            "alive": [each % 3 and 1 for each in range(symbols)],
        },
        "diffs": {"op": [], "text": []},
        "links": None,
        "moves": {
            "entity": [each * 3 % symbols for each in range(moves)],
            "commit": [each * 2 % commits for each in range(moves)],
            "how": [1] * moves,
            "old": [each * 5 % symbols for each in range(moves)],
            "new": [each * 3 % symbols for each in range(moves)],
            "sure": [100] * moves,
        },
    }  # fmt: skip
    return PageContent(
        repository="large", scope=["main"], commits=commits, recorded=commits, ops=ops, symbols=symbols, tables=tables
    )
