"""`muse-hook log`: a symbol's story, or what happened to everything."""

from __future__ import annotations

import contextlib
import itertools

from muse_hook.cli.dates import CommitDates
from muse_hook.cli.event_view import draw_event
from muse_hook.cli.failures import reject
from muse_hook.cli.options import (
    IF_OLDER,
    add_agent,
    add_dates,
    add_filters,
    add_json,
    agent_ids,
    as_recorded,
    check_author,
    check_path,
    check_paths,
    check_session,
    check_words,
    filter_of,
    limit,
    paths_of,
    relative,
)
from muse_hook.errors import RevisionError
from muse_hook.history.ancestry import BranchFilter
from muse_hook.history.events import Filter, is_by_anybody, recorded_commits, stream
from muse_hook.history.names import AddressError, SymbolNames, recorded_words
from muse_hook.history.rewrites import superseded

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    import sqlite3
    from collections.abc import Iterable, Iterator

    from muse_hook.cli.invocation import Invocation
    from muse_hook.cli.parser import Parser
    from muse_hook.git.repository import Repository
    from muse_hook.history.events import CommitEvent
    from muse_hook.history.names import SymbolQuery

PAGED = True
DESCRIPTION = """
Show a symbol's story through renames and moves, newest first

A..B, a range as for `git log`, are the commits that B has and A has not; a revision alone (main, v1.0) is everything
that it reaches. ADDRESS is src/app.py::Model.save, or a name (save, Model.save) where only one symbol has it, a glob
('src/*.py::*.save'), a file, or a symbol's stable id; paths begin at the top of the repository, or else where one
stands. Without it everything that happened is shown. Behind -- stand pathspecs as for Git, from where one stands:
files, folders, '*.py', ':!tests'; they do not follow renames, an ADDRESS does. The order is causal, never by clock:
what a commit builds upon stands below it. Commits that HEAD does not reach (other branches, amended away) are left out
unless --all, which says of each that was superseded by which. Dates are the author's, in the author's zone.
"""
EXAMPLES = """
muse-hook log src/app.py::Model.save
muse-hook log save --patch
muse-hook log v1.0..main -- src
muse-hook log 'tests/*::test_login*' -n 5
muse-hook log --change signature --since '2 weeks ago' --until yesterday
muse-hook log --author agent --session feature/x --json
"""

_PAGE = 50  # commits that Git is asked for at once, so that the first are there at once
_DOTS = ".."
_PATTERN = frozenset("\\^$.*[")  # what makes a name a pattern for git log --author


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    parser.add_argument("range", metavar="A..B", nargs="?", help="Only these commits (default: what HEAD reaches)")
    parser.add_argument("address", metavar="ADDRESS", nargs="?", help="Whose story (default: everything)")
    parser.take_paths("Only what was done to these files and folders")
    parser.take_count()
    parser.add_argument("-n", "--max-count", metavar="N", type=limit, help="Show the last N commits only (also: -N)")
    parser.add_argument("--reverse", action="store_true", help="Show the oldest of them first")
    parser.add_argument("-p", "--patch", action="store_true", help="Show each symbol's own diff")
    parser.add_argument(
        "--date", metavar="FORMAT", help="Show dates in a form of Git's: relative, iso, short, format:%%d.%%m.%%y"
    )
    parser.add_argument("--all", action="store_true", help="Show commits that HEAD does not reach, too")
    group = add_filters(parser)
    add_dates(group)
    add_agent(group)
    group.add_argument(
        "--grep",
        metavar="PATTERN",
        action="append",
        default=[],
        help="Only commits whose message fits, as for git log (may be repeated)",
    )
    group.add_argument("-i", "--regexp-ignore-case", action="store_true", help="With --grep: capitals or not")
    add_json(parser)


def run(arguments: argparse.Namespace, invocation: Invocation) -> int:
    """Show the story."""
    repository = invocation.repository
    wanted = filter_of(arguments, repository)
    dates = None if arguments.json else CommitDates(repository, arguments.date)
    database = invocation.attributed_history() if arguments.agent else invocation.history()
    check_words(wanted.kind, wanted.change, lambda: database)
    check_path(wanted, database)
    is_pattern = not _PATTERN.isdisjoint(wanted.author) and not is_by_anybody(database, wanted.author)
    if not is_pattern:
        check_author(wanted, database)
    words = [word for word in (arguments.range, arguments.address, *arguments.loose) if word is not None]
    branch, query = _meant(words, arguments, repository, database, wanted)
    if (paths := paths_of(arguments, repository)) is not None:
        recorded = recorded_words(database, "path")
        check_paths(paths, recorded, "no recorded commit has it", IF_OLDER)
        wanted.paths = {path for path in recorded if paths.matches(path)}
    if wanted.session:
        check_session(wanted.session, invocation.index)
    is_range = wanted.commits is not None
    if arguments.agent:
        from muse_hook.history.attribution import commits_of  # few ask for agents

        by_agents = commits_of(database, agent_ids(as_recorded(arguments.agent), database))
        wanted.commits = by_agents if wanted.commits is None else by_agents.intersection(wanted.commits)
    _ask_git(arguments, repository, database, wanted, is_pattern=is_pattern)
    reached = None if arguments.all or is_range else branch
    events: Iterator[CommitEvent] = iter(stream(database, query, wanted, reached))
    if query is not None and reached is not None:
        first = next(events, None)
        if first is None and next(iter(stream(database, query, Filter(), reached)), None) is None:
            invocation.messages.line("no commit that HEAD reaches has it: what other branches have is shown")
            events = iter(stream(database, query, wanted, None))
        elif first is not None:
            events = itertools.chain((first,), events)
    chosen: Iterator[CommitEvent] = itertools.islice(events, arguments.max_count)
    if arguments.reverse:
        chosen = iter(list(chosen)[::-1])
    instead = superseded(database, repository)
    marked = (_marked(event, instead) for event in chosen)
    if dates is None:
        events_json = [event.as_json() for event in marked]
        if arguments.agent:
            from muse_hook.history.attribution import agents_of

            agents = agents_of(database, [each["commit"] for each in events_json])
            events_json = [{**each, "agents": agents.get(each["commit"], [])} for each in events_json]
        invocation.out.json({"version": 1, "command": "log", "events": events_json})
        _explain_nothing(arguments, invocation, bool(events_json))
        return 0
    patches = None
    if arguments.patch:
        from muse_hook.cli.symbol_patches import SymbolPatches  # needs grammars; the story does not

        patches = SymbolPatches(repository.objects())
    is_any = False
    for event in _dated(marked, dates, first=1 if query is None else _PAGE):
        if is_any:
            invocation.out.line()
        is_any = True
        draw_event(invocation.out, event, patches, date=dates.text(event.commit_id, event.created_at))
    _explain_nothing(arguments, invocation, is_any)
    return 0


def _marked(event: CommitEvent, instead: dict[str, str]) -> CommitEvent:
    event.superseded = instead.get(event.commit_id or "")
    return event


def _dated(events: Iterable[CommitEvent], dates: CommitDates, *, first: int) -> Iterator[CommitEvent]:
    """Yield events whose dates are loaded, some at a time: few `first`, so that a page is there at once.

    Of a symbol's own story the events are at hand, and asking Git a second time takes longer than all of it.
    """
    waiting = iter(events)
    size = first
    while page := list(itertools.islice(waiting, size)):
        dates.load(event.commit_id for event in page if event.commit_id is not None)
        yield from page
        size = _PAGE


def _meant(
    words: list[str],
    arguments: argparse.Namespace,
    repository: Repository,
    database: sqlite3.Connection,
    wanted: Filter,
) -> tuple[BranchFilter, SymbolQuery | None]:
    """Return the tips that one looks from and whose story it is; puts a range into `wanted`.

    The first word may be a range or an address; a revision alone where nothing recorded is called that. Where several
    are no range, they are paths, as for Git.
    """
    head = repository.head().oid
    tips = [head] if head else []
    if words and _is_range(words[0], repository, database):
        wanted.commits, tips = _commits_of(words.pop(0), repository)
    elif len(words) > 1:
        with contextlib.suppress(RevisionError):
            wanted.commits, tips = _commits_of(words[0], repository)
            del words[0]
    if len(words) > 1:
        arguments.paths = [*words, *arguments.paths]
        words = []
    if wanted.commits is not None and arguments.all:
        reject("reading the command line", "--all leaves no place for a range", "muse-hook log --help")
    branch = BranchFilter(repository, database, tips)
    names = SymbolNames(database, branch)
    if not words:
        return branch, None
    try:
        return branch, _resolve(names, words[0], repository)
    except AddressError:
        if wanted.commits is not None or "::" in words[0] or arguments.all:
            raise
        try:
            wanted.commits, tips = _commits_of(words[0], repository)
        except RevisionError:
            pass
        else:
            return BranchFilter(repository, database, tips), None
        raise


def _is_range(word: str, repository: Repository, database: sqlite3.Connection) -> bool:
    """Whether a word is A..B or A...B; RevisionError where it can be nothing else and names no commit."""
    if _DOTS not in word or "::" in word or word.startswith(("./", "../")):
        return False
    try:
        repository.resolve_range(word)
    except RevisionError:
        if "/../" in word or as_recorded(word) in recorded_words(database, "path"):
            return False
        raise
    return True


def _commits_of(word: str, repository: Repository) -> tuple[frozenset[str], list[str]]:
    """Return the commits of a range, or those that a revision reaches, and the ids of its ends that are looked from."""
    known = repository.resolve_range(word)
    tips = known.split("...") if "..." in known else [known.rpartition(_DOTS)[2]]
    return frozenset(oid for oid, _ in repository.rev_list([known])), tips


def _ask_git(
    arguments: argparse.Namespace,
    repository: Repository,
    database: sqlite3.Connection,
    wanted: Filter,
    *,
    is_pattern: bool,
) -> None:
    """Put into `wanted` what Git alone can say: whose whole message fits, and whose author (if that `is_pattern`)."""
    if not (arguments.grep or is_pattern):
        return
    options = [f"--grep={pattern}" for pattern in arguments.grep]
    if is_pattern:
        options.append(f"--author={arguments.author}")
    if arguments.regexp_ignore_case:
        options.append("-i")
    known = wanted.commits
    if known is None:
        known = [oid for oid, _ in recorded_commits(database, Filter())]
    words = "rev-list", "--no-walk=unsorted", "--ignore-missing", *options, "--stdin"
    status, output, stderr = repository.run(*words, input="".join(oid + "\n" for oid in known).encode("ascii"))
    if status:
        wrong = stderr.strip().partition("\n")[0].removeprefix("fatal: ")
        option, word = ("--grep", arguments.grep[-1]) if arguments.grep else ("--author", arguments.author)
        reject(f"reading {option} {word!r}", wrong, f"git help log, under {option}")
    wanted.commits = frozenset(output.decode("ascii").split())
    if is_pattern and not wanted.commits and not arguments.grep:
        check_author(wanted, database)
    wanted.author = "" if is_pattern else wanted.author


def _explain_nothing(arguments: argparse.Namespace, invocation: Invocation, is_any: bool) -> None:  # noqa: FBT001 - one fact
    """Say why nothing is shown where nothing in particular was asked for."""
    chosen = (
        arguments.session, arguments.author, arguments.path, arguments.kind, arguments.change, arguments.since,
        arguments.until, arguments.grep, arguments.paths, arguments.range, arguments.address,
        arguments.agent,
    )  # fmt: skip
    if is_any or any(chosen) or arguments.max_count == 0:
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
