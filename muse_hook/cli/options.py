"""Arguments that several commands share."""

from __future__ import annotations

import os
import sys

from muse_hook.cli.failures import closest, reject
from muse_hook.errors import MuseHookError, SessionError, shell_command

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    import sqlite3
    from collections.abc import Callable, Iterable, Sequence
    from typing import NoReturn

    from muse_hook.git.repository import Repository
    from muse_hook.history.events import Filter
    from muse_hook.index.index import Index
    from muse_hook.pathrules.pathspec import PathSpecs


IF_OLDER = "muse-hook backfill --all, if it is older"
KINDS = frozenset(
    {"function", "async_function", "method", "async_method", "class", "variable", "attribute", "import", "test"}
)
CHANGES = frozenset(
    {
        "added", "removed", "renamed", "moved", "kind", "signature", "bases", "decorators", "guard", "docstring",
        "body", "module", "order", "mode", "damaged", "unparsed", "reparsed", "too_large", "unreadable", "unrecorded",
        "extracted_from", "inlined_into",
    }
)  # fmt: skip
"""Kinds of symbols and reason codes (docs/delta.md); the log may know others."""


class NobodyError(MuseHookError):
    """Nobody is called that."""


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add `--json`."""
    parser.add_argument("--json", action="store_true", help="Print one JSON object (docs/json.md) instead of text")


def as_recorded(word: str) -> str:
    r"""Return a word of the command line as the log has text: bytes that are not UTF-8 as `\xNN`, in any locale.

    On macOS a shell that completes a name hands on what the file system keeps, accents apart (NFD): Git and the log
    have them together.
    """
    text = os.fsencode(word).decode("utf-8", "backslashreplace")
    if sys.platform == "darwin" and not text.isascii():
        from unicodedata import normalize

        return normalize("NFC", text)
    return text


def relative(repository: Repository, path: str) -> str:
    """Return a path of the command line as the repository has it: from the top of the work tree."""
    if repository.work_tree is None:
        return path
    full = os.path.join(os.path.realpath(os.path.dirname(os.path.abspath(path))), os.path.basename(path))
    return os.path.relpath(full, os.path.realpath(repository.work_tree))


def duration(text: str) -> float:
    """Read a time, "60s", "5m", "1h", or a number of seconds above 0; seconds."""
    from re import fullmatch

    found = fullmatch(r"(\d+(?:\.\d+)?)(s|m|h|)", text)
    seconds = float(found[1]) * {"m": 60, "h": 3600}.get(found[2], 1) if found else 0.0
    if not 0 < seconds < _LONGEST:
        import argparse

        raise argparse.ArgumentTypeError(f"{text!r} is no time such as 60s, 5m or 1h")
    return seconds


_LONGEST = 30 * 86400.0  # seconds


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


def limit(text: str) -> int:
    """Read how many things are wanted at most: as Git has it, 0 for none."""
    return 0 if text == "0" else count(text)


def add_filters(parser: argparse.ArgumentParser) -> argparse._ArgumentGroup:
    """Add what both `log` and `watch` choose by; returns the group, for what else they do."""
    group = parser.add_argument_group("To choose")
    for name, value, wanted in (
        ("--session", "NAME", "Only what was recorded in this session"),
        ("--author", "TEXT", "Only what an author, co-author or actor with TEXT in the name did"),
        ("--path", "GLOB", "Only files whose path fits"),
    ):
        group.add_argument(name, metavar=value, default="", help=wanted)
    for name, value, wanted in (
        ("--kind", "KIND", "Only symbols of this kind, such as method or class (may be repeated)"),
        ("--change", "CODE", "Only such changes: added, removed, renamed, signature, body, ... (may be repeated)"),
    ):
        group.add_argument(name, metavar=value, action="append", default=[], help=wanted)
    return group


def add_dates(group: argparse._ArgumentGroup) -> None:
    """Add `--since` and `--until`, with the other names that Git has for them."""
    for names, wanted in ((("--since", "--after"), "since"), (("--until", "--before"), "until")):
        help_text = f"Only commits {wanted} DATE, as Git reads dates"
        group.add_argument(*names, dest=wanted, metavar="DATE", default=None, help=help_text)


def filter_of(arguments: argparse.Namespace, repository: Repository) -> Filter:
    """Return the filter that the arguments of `add_filters` ask for."""
    from muse_hook.cli.dates import date  # the frame needs neither dates nor history
    from muse_hook.history.events import Filter

    return Filter(
        session=arguments.session,
        author=as_recorded(arguments.author),
        since=date("--since", arguments.since, repository),
        until=date("--until", arguments.until, repository),
        kind=[as_recorded(kind) for kind in arguments.kind],
        change=[as_recorded(code) for code in arguments.change],
        path=as_recorded(arguments.path),
    )


def check_author(wanted: Filter, history: sqlite3.Connection) -> None:
    """Raise NobodyError where no recorded author, co-author or actor has the name that is asked for."""
    from muse_hook.history.events import is_by_anybody, people

    if not wanted.author or is_by_anybody(history, wanted.author):
        return
    import difflib  # these two take 5 ms, for a hint
    import re

    words = {word.lower(): word for who in people(history) for word in (who, *re.findall(r"[^\s<>@]+", who))}
    near = [words[each] for each in difflib.get_close_matches(wanted.author.lower(), sorted(words), n=3)]
    hint = "\n".join(shell_command("--author", each) for each in near)
    raise NobodyError(f"looking for author {wanted.author!r}", "nothing is recorded of anybody of that name", hint)


def paths_of(arguments: argparse.Namespace, repository: Repository) -> PathSpecs | None:
    """Return what the words behind a `--` mean, seen from the folder that one stands in; None for none."""
    if not arguments.paths:
        return None
    from muse_hook.pathrules.pathspec import PathSpecs

    prefix = ""
    if repository.work_tree is not None:
        here = os.path.relpath(os.path.realpath(os.getcwd()), os.path.realpath(repository.work_tree))
        prefix = "" if here == "." or (here + "/").startswith("../") else as_recorded(here) + "/"
    for word in arguments.paths:
        try:
            PathSpecs([as_recorded(word)], prefix)
        except ValueError as wrong:
            reject(f"reading the path {word!r}", str(wrong), "git help glossary, under pathspec")
    return PathSpecs([as_recorded(word) for word in arguments.paths], prefix)


def check_paths(specs: PathSpecs, known: Iterable[str], wrong: str, hint: str) -> None:
    """Refuse a path that matches none of the `known` ones; `hint` is what to type where none of them is near."""
    paths = sorted(known)
    if unmatched := specs.unmatched(paths):
        folders = {path[:at] for path in paths for at, letter in enumerate(path) if letter == "/"}
        _no_choice("--", unmatched, folders.union(paths), wrong, hint)


def add_agent(group: argparse._ArgumentGroup) -> None:
    """Add `--agent`."""
    group.add_argument(
        "--agent", metavar="NAME", default="", help="Only commits that this coding agent or bot had part in ('*': any)"
    )


def agent_ids(word: str, database: sqlite3.Connection) -> list[str]:
    """Return the ids of the agents that `--agent` means: part of an id or a name, a glob ("*" for any).

    Agents of the table, and bots without a row that took part in some commit. `database` is attributed.
    """
    from fnmatch import fnmatchcase

    from muse_hook.agents.table import agent_table
    from muse_hook.history.attribution import attributed_agents

    recorded, table = attributed_agents(database), agent_table()
    if set("*?[").intersection(word):
        found = [each for each in {*recorded, *table.agents} if fnmatchcase(each, word.lower())]
    else:
        found = table.ids_like(word) or [each for each in recorded if word.lower() in each.lower()]
    if not found:
        meant = closest(word.lower(), {*recorded, *table.agents})
        hint = (
            shell_command("--agent", meant)
            if meant
            else "muse-hook sql 'SELECT agents, count(*) FROM commits GROUP BY 1'"
        )
        reject(f"reading --agent {word}", "no agent is called that", hint)
    return sorted(found)


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
        _no_choice("--path", path, known, "no recorded commit has it", IF_OLDER)


def _no_choice(option: str, word: str, known: Iterable[str], wrong: str = "", otherwise: str = "") -> NoReturn:
    import difflib

    every = sorted(known)
    near = difflib.get_close_matches(word, every, n=3) or difflib.get_close_matches(word.lower(), every, n=3)
    hint = "\n".join(shell_command(option, each) for each in near) or otherwise or f"there are {', '.join(every)}"
    reject(f"reading {option} {word}", wrong or "nothing is called that", hint)
