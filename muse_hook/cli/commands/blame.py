"""`muse-hook blame`: who last changed what, symbol by symbol."""

from __future__ import annotations

import re
import time

from muse_hook.cli.dates import CommitDates
from muse_hook.cli.failures import closest, reject, warn
from muse_hook.cli.options import add_json, as_recorded, relative
from muse_hook.cli.terminal import printable, spans_width, width
from muse_hook.errors import RevisionError, shell_command
from muse_hook.history.ancestry import BranchFilter
from muse_hook.history.events import last_changes
from muse_hook.history.names import SymbolNames
from muse_hook.record.delta import TableCache

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    import sqlite3
    from collections.abc import Sequence
    from typing import Any

    from muse_hook.cli.invocation import Invocation
    from muse_hook.cli.terminal import Screen, Span
    from muse_hook.git.repository import Repository
    from muse_hook.model.symbol import SymbolTable

PAGED = True
DESCRIPTION = """
Show who last changed each symbol of a file

Only changes that mean something count: formatting and moves are passed over, also where a whole file moved. The
symbols are those of the file at HEAD, or at REV; imports are left out but with --imports. Who made a change is its
author, with the co-authors; where a trailer Muse-Actor claims somebody, "NAME for AUTHOR".
"""
EXAMPLES = """
muse-hook blame src/app.py
muse-hook blame v1.0 src/app.py --json
muse-hook blame src/app.py -L 120,160
muse-hook blame src/app.py -L :Model.save --date=short
muse-hook blame --agents src/app.py
"""

_WHO_CELLS, _LEAST_WHO, _LEAST_NAME = 40, 12, 8
_GAPS = 6  # cells between the columns in front of the kind
_PATTERN = r"/(?:[^/\\]|\\.)*/"
_LINES = re.compile(rf"(?P<first>\^?{_PATTERN}|[0-9]*)(?:,(?:(?P<end>{_PATTERN})|(?P<sign>[+-]?)(?P<number>[0-9]+)|))?")
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
        "-L",
        metavar="RANGE",
        dest="ranges",
        action="append",
        default=[],
        help="Only symbols that touch these lines: 10,20, 10,+5, /RE/,+5 or :NAME, as for git blame (may be repeated)",
    )
    parser.add_argument("--imports", action="store_true", help="Show imports, too, behind all else")
    parser.add_argument("--date", metavar="FORMAT", help="Show dates in a form of Git's (default: how long ago)")
    parser.add_argument(
        "--agents", action="store_true", help="Say which coding agents took part, and which lines a model wrote"
    )
    add_json(parser)


def run(arguments: argparse.Namespace, invocation: Invocation) -> int:
    """Show the file's symbols in their order, each with its last change."""
    repository = invocation.repository
    commit_id = repository.resolve(arguments.rev)
    path = as_recorded(relative(repository, arguments.path))
    dates = None if arguments.date is None else CommitDates(repository, arguments.date)
    table, lines = _table(repository, commit_id, path)
    chosen = {name: symbol for name, symbol in table.symbols.items() if arguments.imports or symbol.kind != "import"}
    if arguments.ranges:
        ranges: list[tuple[int, int]] = []
        for text in arguments.ranges:
            behind = ranges[-1][1] if ranges else 0
            matches = _Matches(repository, commit_id, path, text, behind)
            ranges.append(_line_range(text, lines, table, path, matches))
        chosen = {
            name: symbol
            for name, symbol in chosen.items()
            if any(symbol.lines[0] <= last and first <= symbol.lines[1] for first, last in ranges)
        }
    database = invocation.attributed_history() if arguments.agents else invocation.history()
    branch = BranchFilter(repository, database, [commit_id])
    names = SymbolNames(database, branch)
    numbers = dict(zip(chosen, names.symbols_at([f"{path}::{name}" for name in chosen]), strict=True))
    changes = last_changes(database, branch, (number for number in numbers.values() if number is not None))
    rows = []
    for name, symbol in sorted(chosen.items(), key=lambda item: item[1].kind == "import"):
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
        return 0
    if dates is not None:
        dates.load(change.commit_id for change in changes.values())
    _draw(invocation.out, rows, path, dates)
    if not rows:
        invocation.messages.line("no symbol stands there" if arguments.ranges else "no symbol is defined in it")
        if not arguments.imports:
            invocation.messages.line(("hint: ", "hint"), "--imports shows imports")
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


def _table(repository: Repository, commit_id: str, path: str) -> tuple[SymbolTable, int]:
    """Return the symbols of a file, and how many lines it has; RevisionError."""
    doing = f"reading {path}"
    with repository.objects() as objects:
        blob = objects.blob_at(objects.commit(commit_id).tree, path)
        if blob is None:
            raise RevisionError(doing, f"there is no such file at {commit_id[:_SHORT]}", "git ls-files")
        table = TableCache().table(objects, blob, path)
        if table is None:
            raise RevisionError(doing, "no language that is known here", shell_command("git", "blame", path))
        content = objects.blob(blob.oid)
    return table, content.count(b"\n") + (not content.endswith(b"\n") and bool(content))


class _Matches:
    """The lines of a file that the patterns of a -L match, as Git itself matches them.

    `behind` is the last line of the -L before it, 0 for none: a pattern is looked for from there on.
    """

    def __init__(self, repository: Repository, commit_id: str, path: str, option: str, behind: int) -> None:
        self.behind = behind
        self._repository = repository
        self._where = commit_id, "--", f":(top,literal){path}"
        self._option = option

    def first(self, pattern: str, behind: int) -> int:
        """Return the first line (from 1) behind one that fits `/pattern/`; a usage error where none does."""
        doing = f"reading -L {self._option}"
        words = "grep", "-G", "-a", "-h", "-n", "--full-name", "-e", re.sub(r"\\/", "/", pattern[1:-1])
        status, output, stderr = self._repository.run(*words, *self._where)
        if status > 1:
            wrong = stderr.strip().partition("\n")[0].removeprefix("fatal: ").rpartition(": ")[2]
            reject(doing, wrong, "git help blame, under -L")
        numbers = [int(line.partition(b":")[0]) for line in output.split(b"\n") if line]
        found = next((number for number in numbers if number > behind), None)
        if found is None:
            reject(doing, f"no line matches {pattern}", "git help blame, under -L")
        return found


def _line_range(text: str, lines: int, table: SymbolTable, path: str, matches: _Matches) -> tuple[int, int]:
    """Return the first and the last line of what `git blame -L` is given."""
    doing = f"reading -L {text}"
    if text.startswith(":"):
        name = as_recorded(text[1:])
        found = [each.lines for key, each in table.symbols.items() if name in {key, each.name}]
        if not found:
            near = closest(name, [key for key, each in table.symbols.items() if each.kind != "import"])
            hint = shell_command("-L", f":{near}") if near else shell_command("muse-hook", "blame", path)
            reject(doing, f"no symbol of {path} is called that", hint)
        return min(first for first, _ in found), max(last for _, last in found)
    match = _LINES.fullmatch(text)
    if match is None:
        reject(doing, "that is no range of lines", "-L 10,20, -L 10,+5, -L 10, -L /pattern/,+5 or -L :NAME")
    start = match["first"]
    if start.endswith("/"):
        first = matches.first(start.removeprefix("^"), 0 if start.startswith("^") else matches.behind)
    else:
        first = int(start or 1)
    sign, number = match["sign"], int(match["number"] or 0)
    if match["end"]:
        last = matches.first(match["end"], first)
    elif match["number"] is None:
        last = lines
    elif not number:
        reject(doing, "that is no line at all", "-L 10,+5")
    elif sign == "+":
        last = first + number - 1
    elif sign == "-":
        first, last = max(first - number + 1, 1), first
    else:
        first, last = min(first, number), max(first, number)
    if first > lines or not first:
        reject(doing, f"{path} has {lines} line{'s' if lines != 1 else ''}", f"-L 1,{lines}")
    return first, last


def _draw(out: Screen, rows: Sequence[dict[str, Any]], path: str, dates: CommitDates | None) -> None:
    """Write the rows; where they are wider than the terminal, people are cut first, then kinds, reasons and names."""
    names = [printable(row["address"][len(path) + 2 :].removeprefix("import::")) for row in rows]
    who = [printable(_who(row)) for row in rows]
    now = time.time()
    when = [age(row["created_at"], now) if dates is None else _date(row, dates) for row in rows]
    where = [_lines(out, row) for row in rows]
    kinds = [row["kind"].replace("_", " ") for row in rows]
    when_cells, where_cells, kind_cells = (max(map(width, column), default=0) for column in (when, where, kinds))
    who_cells = min(max(map(width, who), default=0), _WHO_CELLS)
    if out.width is not None:
        room = out.width - _SHORT - when_cells - where_cells - _GAPS
        room -= max(map(width, names), default=0)
        if who_cells + kind_cells + 2 > room:
            who_cells = max(min(who_cells, room - kind_cells - 2), min(who_cells, _LEAST_WHO))
        if who_cells + kind_cells + 2 > room:
            kind_cells = 0
    for index, row in enumerate(rows):
        spans: list[Span] = [
            ((row["commit"] or "")[:_SHORT].ljust(_SHORT), "commit"),
            "  " + _padded(_shortened(out, who[index], who_cells), who_cells),
            ("  " + _padded(when[index], when_cells, right=True), "dim"),
            ("  " + _padded(where[index], where_cells, right=True) + "  ", "dim"),
        ]
        if kind_cells:
            spans.append((_padded(kinds[index], kind_cells) + "  ", "kind"))
        name, why = names[index], ", ".join(row["change"])
        if out.width is not None:
            rest = out.width - spans_width(*spans)
            name = _shortened(out, name, max(rest, _LEAST_NAME))
            why = _shortened(out, why, max(rest - width(name) - 2, 0))
        spans.append(name)
        agents = f"  {', '.join(row['agents'])}" if row.get("agents") else ""
        out.line(*spans, (f"  {why}" if why else "", "changed"), (agents, "renamed"))
        for noted in row.get("agent_lines", ()):
            model = f" ({noted['model']})" if noted["model"] else ""
            written = f"  {_lines(out, noted)} written by {noted['agent'] or 'a model'}{model}"
            out.line(" " * _SHORT, (written, "renamed"))


def _who(row: dict[str, Any]) -> str:
    """Return who made a change: the author, or the actor that is claimed to have done it for the author; co-authors."""
    if row["commit"] is None:
        return "not recorded"
    actor, author = (row[key].partition(" <")[0] or row[key] for key in ("actor", "author"))
    names = [actor if actor == author else f"{actor} for {author}"]
    names += [name for each in row["co_authors"] if (name := each.partition(" <")[0]) not in {actor, author}]
    return ", ".join(names)


def _date(row: dict[str, Any], dates: CommitDates) -> str:
    return "" if row["commit"] is None else dates.text(row["commit"], row["created_at"])


def _padded(text: str, cells: int, *, right: bool = False) -> str:
    gap = " " * max(cells - width(text), 0)
    return gap + text if right else text + gap


def _shortened(out: Screen, text: str, cells: int) -> str:
    if width(text) <= cells:
        return text
    while text and width(text) >= cells:
        text = text[:-1]
    return text + out.sign("…", "~") if cells else ""


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
