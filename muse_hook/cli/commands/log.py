"""`muse-hook log`: a symbol's story, or what happened to everything."""

from __future__ import annotations

import itertools

from muse_hook.cli.event_view import draw_event
from muse_hook.cli.options import (
    add_filters,
    add_json,
    as_recorded,
    check_path,
    check_session,
    check_words,
    count,
    filter_of,
    relative,
)
from muse_hook.history.ancestry import BranchFilter
from muse_hook.history.events import stream
from muse_hook.history.names import AddressError, SymbolNames

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from muse_hook.cli.invocation import Invocation
    from muse_hook.git.repository import Repository
    from muse_hook.history.names import SymbolQuery

PAGED = True
DESCRIPTION = """
Show a symbol's story through renames and moves, newest first

ADDRESS is src/app.py::Model.save, or a name (save, Model.save) where only one symbol has it, a glob
('src/*.py::*.save'), a file, or a symbol's stable id; paths begin at the top of the repository, or else where one
stands. Without it everything that happened is shown. The order is causal, never by clock: what a commit builds upon
stands below it. Commits that HEAD does not reach (other branches,
amended away) are left out unless --all.
"""
EXAMPLES = """
muse-hook log src/app.py::Model.save
muse-hook log save --patch
muse-hook log 'tests/*::test_login*' -n 5
muse-hook log --change signature --since '2 weeks ago'
muse-hook log --author agent --session feature/x --json
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("address", metavar="ADDRESS", nargs="?", help="Whose story (default: everything)")
    parser.add_argument("-n", "--max-count", metavar="N", type=count, help="Show the last N commits only")
    parser.add_argument("-p", "--patch", action="store_true", help="Show each symbol's own diff")
    parser.add_argument("--all", action="store_true", help="Show commits that HEAD does not reach, too")
    group = add_filters(parser)
    group.add_argument("--since", metavar="DATE", default="", help="Only commits since DATE, as Git reads dates")
    add_json(parser)


def run(arguments: argparse.Namespace, invocation: Invocation) -> int:
    """Show the story."""
    repository = invocation.repository
    wanted = filter_of(arguments, repository)
    database = invocation.history()
    check_words(wanted.kind, wanted.change, lambda: database)
    check_path(wanted, database)
    if wanted.session:
        check_session(wanted.session, invocation.index)
    head = repository.head().oid
    branch = BranchFilter(repository, database, [head] if head else [])
    names, query = SymbolNames(database, branch), None
    if arguments.address is not None:
        query = _resolve(names, arguments.address, repository)
    events = stream(database, query, wanted, None if arguments.all else branch)
    chosen = itertools.islice(events, arguments.max_count)
    if arguments.json:
        events_json = [event.as_json() for event in chosen]
        invocation.out.json({"version": 1, "command": "log", "events": events_json})
        _explain_nothing(arguments, invocation, bool(events_json))
        return 0
    patches = None
    if arguments.patch:
        from muse_hook.cli.event_view import SymbolPatches  # needs grammars; the story does not

        patches = SymbolPatches(repository)
    is_any = False
    for event in chosen:
        if is_any:
            invocation.out.line()
        is_any = True
        draw_event(invocation.out, event, patches)
    _explain_nothing(arguments, invocation, is_any)
    return 0


def _explain_nothing(arguments: argparse.Namespace, invocation: Invocation, is_any: bool) -> None:  # noqa: FBT001 - one fact
    """Say why nothing is shown where nothing in particular was asked for."""
    chosen = (arguments.session, arguments.author, arguments.path, arguments.kind, arguments.change, arguments.since)
    if is_any or arguments.address is not None or any(chosen):
        return
    if arguments.all:
        invocation.messages.line("nothing is recorded yet")
    else:
        invocation.messages.line("nothing that HEAD reaches is recorded; --all shows other branches")
    invocation.messages.line(("hint: ", "hint"), "muse-hook backfill records what was there before the hooks")


def _resolve(names: SymbolNames, word: str, repository: Repository) -> SymbolQuery:
    """Return what a word means: an address from the top of the repository, or from the folder that one stands in."""
    try:
        return names.resolve(as_recorded(word))
    except AddressError as unknown:
        path, dots, name = word.partition("::")
        here = relative(repository, path)
        if not path or here in {path, path.removeprefix("./")} or here.startswith(".."):
            raise
        try:
            return names.resolve(as_recorded(here + dots + name))
        except AddressError:
            raise unknown from None
