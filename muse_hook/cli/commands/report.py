"""`muse-hook report`: a page to look at."""

from __future__ import annotations

import os
import sys
from collections import Counter

from muse_hook.cli.branch_map import make_map
from muse_hook.cli.branch_map_view import CONFLICTS, LABELS
from muse_hook.cli.failures import reject
from muse_hook.cli.options import (
    add_agent,
    add_dates,
    add_filters,
    add_json,
    agent_ids,
    as_recorded,
    check_author,
    check_path,
    check_session,
    check_words,
    filter_of,
)
from muse_hook.cli.terminal import printable
from muse_hook.concurrent.branches import BranchSelection
from muse_hook.errors import RevisionError
from muse_hook.git.hosting import find_host
from muse_hook.history.ancestry import BranchFilter
from muse_hook.history.attribution import commits_of, named_agents
from muse_hook.history.rewrites import superseded
from muse_hook.report.diffs import story_diffs
from muse_hook.report.gather import gather
from muse_hook.report.page import Target, page

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable
    from typing import Any

    from muse_hook.cli.invocation import Invocation
    from muse_hook.git.refs import Head
    from muse_hook.git.repository import Repository

PAGED = False
DESCRIPTION = """
Make a page to look at: one HTML file that needs no network

It has a timeline of the operations, the most changed symbols, who changed what, renames and moves, and a search
that leads to each symbol's story. RANGE is anything that names commits: A..B, a branch, a tag. The page goes to
stdout, or to FILE, which must not be tracked, nor inside the repository's own folder.
"""
EXAMPLES = """
muse-hook report --open
muse-hook report --branches --output ../branches.html
muse-hook report v1.0..v2.0 --output ../report.html
muse-hook report --path 'src/*' --since '1 year ago' > report.html
"""

_BRANCHES = 60  # of a matrix
_SHORT = 10  # digits of a commit id


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("range", metavar="RANGE", nargs="?", help="Only these commits (default: what HEAD reaches)")
    parser.add_argument("-o", "--output", metavar="FILE", help="Write the page to FILE")
    parser.add_argument("--open", action="store_true", help="Show it in the browser, from a temporary file if no FILE")
    parser.add_argument("--all", action="store_true", help="Tell of every recorded commit, of all branches")
    parser.add_argument("--branches", action="store_true", help="Show which live branches collide, as concurrent --all")
    group = add_filters(parser)
    add_dates(group)
    add_agent(group)
    add_json(parser)


def run(arguments: argparse.Namespace, invocation: Invocation) -> int:
    """Make the page."""
    if arguments.all and arguments.range:
        reject("reading the command line", "--all leaves no place for a RANGE", "muse-hook report --help")
    is_elsewhere = bool(arguments.output and arguments.output != "-")
    is_unasked = arguments.output is None and sys.stdout.isatty()
    if not (is_elsewhere or arguments.open) and (arguments.json or is_unasked):
        reject("making a report", "it would be printed here", "muse-hook report --open\nmuse-hook report --output FILE")
    repository = invocation.repository
    target = Target(repository, arguments.output) if is_elsewhere else None
    wanted = filter_of(arguments, repository)
    chosen = _chosen(arguments, repository)
    database = invocation.attributed_history()
    check_words(wanted.kind, wanted.change, lambda: database)
    check_path(wanted, database)
    check_author(wanted, database)
    if arguments.agent:
        wanted.commits = commits_of(database, agent_ids(as_recorded(arguments.agent), database))
    if wanted.session:
        check_session(wanted.session, invocation.index)
    head = repository.head()
    content = gather(
        database,
        BranchFilter(repository, database, [head.oid] if head.oid else []),
        wanted,
        chosen=chosen,
        repository=_name(repository),
        scope=_scope(arguments, head),
        display=printable,
        agents=named_agents(database),
        superseded=superseded(database, repository),
        host=find_host(repository),
        diffs=lambda steps: story_diffs(repository, steps, printable),
    )
    if arguments.branches:
        content.tables["branches"] = _branches(invocation)
    made = page(content)
    if target is None and not arguments.open:
        invocation.out.write(made.decode("ascii"))
        return 0
    if target is None:
        target = _temporary(repository)
    target.write(made)
    if arguments.json:
        counts = {"commits": content.commits, "ops": content.ops, "symbols": content.symbols}
        invocation.out.json({"version": 1, "command": "report", "output": target.real, **counts, "bytes": len(made)})
    else:
        invocation.messages.line(f"wrote {target.path}, {len(made) / 1e6:,.1f} MB: {content.ops:,} operations")
    if arguments.open:
        _open(target.real, invocation)
    return 0


def _branches(invocation: Invocation) -> dict[str, Any]:
    """Return the branch map as the page's script reads it; of many branches those that collide with most."""
    base = invocation.repository.default_branch()
    if base is None:
        return {"base": "", "names": [], "meets": []}
    found = make_map(invocation, base, BranchSelection())
    counts = Counter(name for names, _ in found.collisions() for name in names)
    shown = sorted(branch.name for branch in found.branches)
    shown = sorted(sorted(shown, key=lambda name: -counts[name])[:_BRANCHES])
    number = {base: 0} | {name: place for place, name in enumerate(shown, 1)}
    rows: dict[tuple[int, int], list[list[str]]] = {}
    for names, each in found.collisions():
        if all(name in number for name in names):
            pair = sorted(number[name] for name in names)
            told = [LABELS[each.kind], printable(each.address), each.text or ""]
            rows.setdefault((pair[0], pair[1]), []).append(told)
    meets = [[*pair, int(any(row[2] == CONFLICTS for row in told)), told] for pair, told in sorted(rows.items())]
    return {"base": printable(base), "names": list(map(printable, shown)), "meets": meets}


def _chosen(arguments: argparse.Namespace, repository: Repository) -> Callable[[str], bool] | None:
    """Return what decides on a commit, None for what HEAD reaches."""
    if arguments.all:
        return lambda _: True
    if arguments.range is None:
        return None
    try:
        return frozenset(oid for oid, _ in repository.rev_list([arguments.range])).__contains__
    except RevisionError:
        repository.resolve_range(arguments.range)  # says which name it is, in the words of the other commands
        raise


def _name(repository: Repository) -> str:
    place = repository.work_tree or os.path.dirname(repository.common_dir)
    if repository.is_bare:
        place = repository.common_dir.removesuffix(".git").rstrip("/")
    return os.path.basename(place) or "repository"


def _scope(arguments: argparse.Namespace, head: Head) -> list[str]:
    """Return where the page looks from and what was chosen, in words."""
    at = (head.oid or "")[:_SHORT]
    scope = [f"{head.branch or 'HEAD'} at {at}" if at else "no commit yet"]
    if arguments.all:
        scope.append("all branches")
    scope += [arguments.range] if arguments.range else []
    chosen = ("session", "author", "agent", "path", "kind", "change", "since", "until")
    for name in chosen:
        value = getattr(arguments, name)
        scope += [f"{name} {each}" for each in ([value] if isinstance(value, str) else value or ()) if each]
    return scope


def _temporary(repository: Repository) -> Target:
    """Return a place for one page in a folder that nobody else may enter."""
    import tempfile  # start-up time of the command line's other ways

    return Target(repository, os.path.join(tempfile.mkdtemp(prefix="muse-hook-"), "report.html"))


def _open(path: str, invocation: Invocation) -> None:
    import webbrowser
    from urllib.request import pathname2url

    if not webbrowser.open("file://" + pathname2url(path)):
        invocation.messages.line(("warning: ", "warning"), f"no browser was found: open {path} yourself")
