"""Arguments that several commands share."""

from __future__ import annotations

import os

from muse_hook.cli.failures import closest
from muse_hook.errors import SessionError, shell_command

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from muse_hook.git.repository import Repository
    from muse_hook.history.events import Filter
    from muse_hook.index.index import Index


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add `--json`."""
    parser.add_argument("--json", action="store_true", help="Print one JSON object (docs/json.md) instead of text")


def as_recorded(word: str) -> str:
    r"""Return a word of the command line as the log has text: bytes that are not UTF-8 as `\xNN`, in any locale."""
    return os.fsencode(word).decode("utf-8", "backslashreplace")


def relative(repository: Repository, path: str) -> str:
    """Return a path of the command line as the repository has it: from the top of the work tree."""
    if repository.work_tree is None:
        return path
    full = os.path.join(os.path.realpath(os.path.dirname(os.path.abspath(path))), os.path.basename(path))
    return os.path.relpath(full, os.path.realpath(repository.work_tree))


def count(text: str) -> int:
    """Read a number of things: one or more."""
    try:
        value = int(text)
    except ValueError:
        value = 0
    if value < 1:
        import argparse

        raise argparse.ArgumentTypeError(f"{text!r} is no number above 0")
    return value


def add_filters(parser: argparse.ArgumentParser) -> argparse._ArgumentGroup:
    """Add what both `log` and `watch` choose by; returns the group, for what else they do."""
    group = parser.add_argument_group("To choose")
    for name, value, wanted in (
        ("--session", "NAME", "Only what was recorded in this session"),
        ("--author", "TEXT", "Only what an author or actor with TEXT in the name did"),
        ("--path", "GLOB", "Only files whose path fits"),
        ("--kind", "KIND", "Only symbols of this kind, such as method or class"),
        ("--change", "CODE", "Only such changes: renamed, moved, signature, body, docstring and others"),
    ):
        group.add_argument(name, metavar=value, default="", help=wanted)
    return group


def filter_of(arguments: argparse.Namespace, repository: Repository) -> Filter:
    """Return the filter that the arguments of `add_filters` ask for."""
    from muse_hook.history.events import Filter  # the frame needs no history

    return Filter(
        session=arguments.session,
        author=as_recorded(arguments.author),
        since=date(arguments.since, repository) if arguments.since else "",
        kind=as_recorded(arguments.kind),
        change=as_recorded(arguments.change),
        path=as_recorded(arguments.path),
    )


def check_session(session: str, index: Index) -> None:
    """Raise SessionError for a session that has no log, naming the one that was probably meant."""
    from muse_hook.oplog.sessions import display_name  # only where a session is named

    known = [display_name(row.id) for row in index.sessions()]
    if display_name(session) not in known:
        meant = closest(session, known)
        hint = shell_command("--session", meant) if meant else "muse-hook sessions"
        raise SessionError(f"looking for session {session!r}", "nothing is recorded under that name", hint)


def date(text: str, repository: Repository) -> str:
    """Return a date in any form that Git reads ("2 weeks ago", "2026-01-31") in ISO 8601, UTC."""
    from datetime import UTC, datetime

    # Git makes something of any text: what it does not know is now.
    line = repository.output("rev-parse", f"--since={text}").decode("ascii").strip().partition("=")[2]
    return datetime.fromtimestamp(int(line), UTC).isoformat()
