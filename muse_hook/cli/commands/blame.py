"""`muse-hook blame`: who last changed what, symbol by symbol."""

from __future__ import annotations

import time

from muse_hook.cli.failures import warn
from muse_hook.cli.options import add_json, as_recorded, relative
from muse_hook.cli.terminal import printable, width
from muse_hook.errors import RevisionError, shell_command
from muse_hook.history.ancestry import BranchFilter
from muse_hook.history.events import last_changes
from muse_hook.history.names import SymbolNames
from muse_hook.model.change import Blob
from muse_hook.record.delta import TableCache

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    import sqlite3
    from collections.abc import Sequence
    from typing import Any

    from muse_hook.cli.invocation import Invocation
    from muse_hook.cli.terminal import Screen
    from muse_hook.git.repository import Repository
    from muse_hook.model.symbol import SymbolTable

PAGED = True
DESCRIPTION = """
Show who last changed each symbol of a file

Only changes that mean something count: formatting and moves are passed over, also where a whole file moved. The
symbols are those of the file at HEAD, or at REV.
"""
EXAMPLES = """
muse-hook blame src/app.py
muse-hook blame v1.0 src/app.py --json
muse-hook blame --agents src/app.py
"""

_WHO_CELLS = 20
_SHORT = 10  # digits of a commit id
_DAY = 86_400
# As `git log --relative-date` does: minutes up to an hour and a half, hours up to a day and a half, and so on.
_UNITS = (
    (90, 1, "second"),
    (90 * 60, 60, "minute"),
    (36 * 3600, 3600, "hour"),
    (14 * _DAY, _DAY, "day"),
    (70 * _DAY, 7 * _DAY, "week"),
    (730 * _DAY, 365 * _DAY / 12, "month"),
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("rev", metavar="REV", nargs="?", default="HEAD", help="At which commit (default: HEAD)")
    parser.add_argument("path", metavar="PATH", help="The file")
    parser.add_argument(
        "--agents", action="store_true", help="Say which coding agents took part, and which lines a model wrote"
    )
    add_json(parser)


def run(arguments: argparse.Namespace, invocation: Invocation) -> int:
    """Show the file's symbols in their order, each with its last change."""
    repository = invocation.repository
    commit_id = repository.resolve(arguments.rev)
    path = as_recorded(relative(repository, arguments.path))
    table = _table(repository, commit_id, path)
    database = invocation.attributed_history() if arguments.agents else invocation.history()
    branch = BranchFilter(repository, database, [commit_id])
    names = SymbolNames(database, branch)
    numbers = {name: names.symbol_at(f"{path}::{name}") for name in table.symbols}
    changes = last_changes(database, branch, (number for number in numbers.values() if number is not None))
    rows = []
    for name, symbol in table.symbols.items():
        number = numbers[name]
        change = changes.get(number) if number is not None else None
        rows.append(
            {
                "address": f"{path}::{name}",
                "kind": symbol.kind,
                "lines": list(symbol.lines),
                "symbol_id": change and change.symbol_id,
                "commit": change and change.commit_id,
                "actor": change and change.actor,
                "author": change and change.author,
                "co_authors": change.co_authors if change else [],
                "created_at": change and change.created_at,
                "subject": change and change.subject,
                "change": change.change if change else [],
            }
        )
    if arguments.agents:
        _add_agents(rows, invocation, database, names, commit_id=commit_id, path=path)
    if arguments.json:
        result = {"version": 1, "command": "blame", "commit": commit_id, "path": path, "symbols": rows}
        invocation.out.json(result)
    else:
        _draw(invocation.out, rows, path)
        if any(row["commit"] is None for row in rows):
            invocation.messages.line(("hint: ", "hint"), "muse-hook backfill records the history of the others")
    return 0


def _add_agents(
    rows: Sequence[dict[str, Any]],
    invocation: Invocation,
    database: sqlite3.Connection,
    names: SymbolNames,
    *,
    commit_id: str,
    path: str,
) -> None:
    """Add who took part in each last change, and the lines that a model wrote as git-ai's notes say."""
    from muse_hook.briefing.model_lines import ModelLines  # few ask for it
    from muse_hook.briefing.tree import CommitTree
    from muse_hook.history.attribution import agents_of

    agents = agents_of(database, {row["commit"] for row in rows if row["commit"]})
    repository = invocation.repository
    with repository.objects() as objects:
        tree = CommitTree(repository, objects, commit_id)
        table = tree.table(path)
        noted = ModelLines(repository, objects, database, names, lambda text: warn(invocation.messages, text))
        lines = noted.of_file(path, table, tree.source(path)) if table is not None else {}
    for row in rows:
        row["agents"] = agents.get(row["commit"], [])
        row["agent_lines"] = lines.get(row["address"][len(path) + 2 :], [])


def _table(repository: Repository, commit_id: str, path: str) -> SymbolTable:
    doing = f"reading {path}"
    with repository.objects() as objects:
        entry: tuple[int, str] | None = (0o040000, objects.commit(commit_id).tree)
        for name in path.split("/"):
            entry = objects.entry(entry[1], name) if entry and entry[0] == 0o040000 else None  # noqa: PLR2004 - a folder
        if entry is None or entry[0] == 0o040000:  # noqa: PLR2004 - a folder
            raise RevisionError(doing, f"there is no such file at {commit_id[:_SHORT]}", "git ls-files")
        table = TableCache().table(objects, Blob(*entry), path)
    if table is None:
        raise RevisionError(doing, "no language that is known here", shell_command("git", "blame", path))
    return table


def _draw(out: Screen, rows: Sequence[dict[str, Any]], path: str) -> None:
    names = {row["address"]: row["address"][len(path) + 2 :] for row in rows}
    now = time.time()
    ends = max((len(_lines(out, row)) for row in rows), default=0)
    kinds = max((len(row["kind"]) for row in rows), default=0)
    for row in rows:
        who = printable((row["actor"] or "not recorded").partition(" <")[0])
        if row["co_authors"]:
            who += f" +{len(row['co_authors'])}"
        while width(who) > _WHO_CELLS:
            who = who[:-1]
        out.line(
            ((row["commit"] or "")[:_SHORT].ljust(_SHORT), "commit"),
            f"  {who}{' ' * (_WHO_CELLS - width(who))}",
            (f"  {age(row['created_at'], now):>9}  {_lines(out, row):>{ends}}  ", "dim"),
            (row["kind"].replace("_", " ").ljust(kinds), "kind"),
            f"  {names[row['address']].removeprefix('import::')}",
            (f"  {', '.join(row['change'])}", "changed"),
            (f"  {', '.join(row['agents'])}" if row.get("agents") else "", "renamed"),
        )
        for noted in row.get("agent_lines", ()):
            first, last = noted["lines"]
            where = f"L{first}" if first == last else f"L{first}{out.sign('–', '-')}{last}"
            model = f" ({noted['model']})" if noted["model"] else ""
            out.line(" " * _SHORT, (f"  {where} written by {noted['agent'] or 'a model'}{model}", "renamed"))


def _lines(out: Screen, row: dict[str, Any]) -> str:
    first, last = row["lines"]
    return f"L{first}" if first == last else f"L{first}{out.sign('–', '-')}{last}"


def age(created_at: str | None, now: float) -> str:
    """Return "3 months" for an ISO 8601 time; `now` is in seconds since 1970. "" for None."""
    from datetime import datetime  # JSON needs none

    if not created_at:
        return ""
    seconds = max(now - datetime.fromisoformat(created_at).timestamp(), 0)
    for limit, size, name in _UNITS:
        if seconds < limit:
            return _counted(seconds / size, name)
    return _counted(seconds / (365 * _DAY), "year")


def _counted(number: float, name: str) -> str:
    whole = round(number)
    return f"{whole} {name}{'s' if whole != 1 else ''}"
