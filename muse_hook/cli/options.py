"""Arguments that several commands share."""

from __future__ import annotations

import os

from muse_hook.cli.failures import closest, reject
from muse_hook.errors import SessionError, shell_command

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    import sqlite3
    from collections.abc import Callable, Iterable, Sequence
    from typing import NoReturn

    from muse_hook.git.repository import Repository
    from muse_hook.history.events import Filter
    from muse_hook.index.index import Index


_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_END_OF_TIME = 253_402_300_799  # 9999-12-31T23:59:59Z: ISO 8601 has four digits for a year
KINDS = frozenset({"function", "async_function", "method", "async_method", "class", "variable", "attribute", "import"})
CHANGES = frozenset(
    {
        "added", "removed", "renamed", "moved", "kind", "signature", "bases", "decorators", "guard", "docstring",
        "body", "module", "order", "mode", "damaged", "unparsed", "reparsed", "too_large", "unreadable", "unrecorded",
        "extracted_from", "inlined_into",
    }
)  # fmt: skip
"""Kinds of symbols and reason codes (docs/delta.md); the log may know others."""


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
    ):
        group.add_argument(name, metavar=value, default="", help=wanted)
    for name, value, wanted in (
        ("--kind", "KIND", "Only symbols of this kind, such as method or class (may be repeated)"),
        ("--change", "CODE", "Only such changes: added, removed, renamed, signature, body, ... (may be repeated)"),
    ):
        group.add_argument(name, metavar=value, action="append", default=[], help=wanted)
    return group


def filter_of(arguments: argparse.Namespace, repository: Repository) -> Filter:
    """Return the filter that the arguments of `add_filters` ask for."""
    from muse_hook.history.events import Filter  # the frame needs no history

    return Filter(
        session=arguments.session,
        author=as_recorded(arguments.author),
        since=date(arguments.since, repository) if arguments.since else "",
        kind=[as_recorded(kind) for kind in arguments.kind],
        change=[as_recorded(code) for code in arguments.change],
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


def check_words(kinds: Sequence[str], changes: Sequence[str], history: Callable[[], sqlite3.Connection]) -> None:
    """Refuse a kind or a reason code that nothing knows: neither we nor anything in the log, which may be newer."""
    from muse_hook.history.names import recorded_words  # the frame needs no history

    for option, words, known, column in (("--kind", kinds, KINDS, "kind"), ("--change", changes, CHANGES, "change")):
        for word in words:
            if word in known:
                continue
            recorded = recorded_words(history(), column)
            if word not in recorded:
                _no_choice(option, word, known | recorded)


def check_path(wanted: Filter, history: sqlite3.Connection) -> None:
    """Take a recorded path for itself, whatever letters of a glob it has; refuse one that no commit has."""
    path = wanted.path.removeprefix("./")
    if not path:
        return
    from muse_hook.history.names import is_recorded_path, recorded_words

    if is_recorded_path(history, path):
        wanted.path = "".join(f"[{letter}]" if letter in "*?[" else letter for letter in path)
    elif not set("*?[").intersection(path):
        known = recorded_words(history, "path")
        if any(each.startswith(path.rstrip("/") + "/") for each in known):
            reject(f"reading --path {path}", "that is a folder", shell_command("--path", path.rstrip("/") + "/*"))
        _no_choice("--path", path, known, "no recorded commit has it")


def _no_choice(option: str, word: str, known: Iterable[str], wrong: str = "") -> NoReturn:
    import difflib

    every = sorted(known)
    near = difflib.get_close_matches(word, every, n=3)
    hint = "\n".join(shell_command(option, each) for each in near)
    if not hint:
        hint = "muse-hook backfill --all, if it is older" if wrong else f"there are {', '.join(every)}"
    reject(f"reading {option} {word}", wrong or "nothing is called that", hint)


def until(text: str, repository: Repository) -> str:
    """Return when something ends ("90s", "30m", "2h", "3d", or a date as Git reads dates) in ISO 8601, UTC.

    A day without a time ends with it. What is over already is refused.
    """
    import re
    import time
    from datetime import UTC, datetime

    now = time.time()
    span = re.fullmatch(r"\s*([0-9]{1,9})\s*([smhd])\s*", text)
    if span is not None:
        seconds = now + int(span[1]) * _SECONDS[span[2]]
    else:
        whole = re.fullmatch(r"\s*([0-9]{4}-[0-9]{2}-[0-9]{2})\s*", text)  # Git takes the time of day of now
        try:
            seconds = datetime.fromisoformat(f"{whole[1]}T23:59:59" if whole else text).timestamp()
        except (ValueError, OverflowError):
            seconds = datetime.fromisoformat(date(text, repository)).timestamp()
    if not now < seconds < _END_OF_TIME:
        wrong = "that is over" if seconds <= now else "that is too far away"
        reject(f"reading --until {text}", wrong, "--until 90s, 30m, 2h, 3d, or a date: 2099-01-31")
    return datetime.fromtimestamp(int(seconds), UTC).isoformat()


def date(text: str, repository: Repository) -> str:
    """Return a date in any form that Git reads ("2 weeks ago", "2026-01-31") in ISO 8601, UTC.

    Git makes something of any text: what it does not know is now, and that is refused.
    """
    import re
    import time
    from datetime import UTC, datetime

    before = int(time.time())
    line = repository.output("rev-parse", f"--since={text}").decode("ascii").strip().partition("=")[2]
    found = int(line)
    numbers = {int(digits) for digits in re.findall(r"[0-9]+", text)}
    says_now = bool(re.search(r"(?i)\bnow\b", text)) or not numbers.isdisjoint(
        {0, found, time.localtime(found).tm_mday}
    )
    if before <= found <= time.time() and not says_now:
        near = closest(text, ("yesterday", "midnight", "noon", "now", "2 weeks ago", "last week", "1 month ago"))
        hint = f"{shell_command('--since', near or '2 weeks ago')}, or a date: 2026-01-31"
        reject(f"reading the date {text!r}", "Git knows no such date", hint)
    return datetime.fromtimestamp(found, UTC).isoformat()
