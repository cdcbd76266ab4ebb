"""`muse-hook show`: what one commit did to the code, symbol by symbol."""

from __future__ import annotations

import contextlib

from muse_hook.cli.commands.diff import add_shapes, patches_of
from muse_hook.cli.commit_facts import CommitFacts, facts_of
from muse_hook.cli.dates import CommitDates
from muse_hook.cli.delta_view import changed_paths, draw_delta, draw_stat
from muse_hook.cli.diff_ends import DiffEnds
from muse_hook.cli.event_view import superseded_words
from muse_hook.cli.follows import with_follows
from muse_hook.cli.options import add_json
from muse_hook.errors import ObjectMissingError

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from muse_hook.cli.invocation import Invocation
    from muse_hook.cli.terminal import Screen

PAGED = True
DESCRIPTION = """
Show what one commit did to the code, symbol by symbol

A recorded commit is shown as the log has it. One that is not recorded (history from before the hooks) is
compared with its first parent now, and that is said.

  +  added    -  removed    ~  changed    >  renamed, or moved away    <  moved here
"""
EXAMPLES = """
muse-hook show
muse-hook show HEAD~3
muse-hook show HEAD --patch
muse-hook show v1.0 --json | jq .delta.sem_ver_bump
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("commit", metavar="COMMIT", nargs="?", default="HEAD", help="The commit (default: HEAD)")
    add_shapes(parser)
    parser.add_argument("--date", metavar="FORMAT", help="Show the date in a form of Git's: relative, iso, short")
    add_json(parser)


def run(arguments: argparse.Namespace, invocation: Invocation) -> int:
    """Show the commit from the log, or from Git where it is not recorded."""
    commit_id = invocation.repository.resolve(arguments.commit)
    invocation.catch_up()
    invocation.say_what_is_missing()
    facts = facts_of(invocation, commit_id)
    facts.superseded = invocation.superseded().get(commit_id)
    if not arguments.name_only:
        _follow(invocation, facts)
    if arguments.json:
        invocation.out.json({"version": 1, "command": "show", **facts.as_json()})
        return 0
    if arguments.name_only:
        for path in changed_paths(facts.delta):
            invocation.out.line(path)
        return 0
    dates = CommitDates(invocation.repository, arguments.date, "default")
    dates.load([commit_id])
    _draw_header(invocation.out, facts, dates.text(commit_id, facts.authored_at.replace("T", " ")))
    if arguments.stat:
        draw_stat(invocation.out, facts.delta)
    elif arguments.patch:
        with DiffEnds(invocation, facts.parents[0] if facts.parents else None, commit_id) as ends:
            draw_delta(invocation.out, facts.delta, patches_of(ends, facts.delta["ops"]))
    else:
        draw_delta(invocation.out, facts.delta)
    if not facts.recorded:
        invocation.out.line(("not recorded: computed from Git just now", "dim"))
    return 0


def _follow(invocation: Invocation, facts: CommitFacts) -> None:
    """Say in the delta what only follows the renames in it; where an object is absent that is left open."""
    with invocation.repository.objects() as objects, contextlib.suppress(ObjectMissingError):
        parent = objects.commit(facts.parents[0]).tree if facts.parents else None
        facts.delta = with_follows(facts.delta, objects, parent, objects.commit(facts.id).tree)


def _draw_header(screen: Screen, facts: CommitFacts, date: str) -> None:
    session = f" ({facts.session})" if facts.session else ""
    screen.line((f"commit {facts.id}", "commit"), session)
    if len(facts.parents) > 1:
        screen.line("Merge:     ", " ".join(parent[:10] for parent in facts.parents))
    screen.line(f"Author:    {facts.author}")
    if facts.actor not in {"", facts.author}:
        screen.line(f"Actor:     {facts.actor}")
    for author in facts.co_authors:
        screen.line(f"Co-author: {author}")
    screen.line(f"Date:      {date}")
    if facts.superseded is not None:
        screen.line((superseded_words(facts.superseded), "warning"))
    screen.line()
    screen.line(f"    {facts.subject}")
    screen.line()
