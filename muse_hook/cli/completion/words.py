"""What can be typed, as the parsers have it: commands, options, and what their values may be."""

from __future__ import annotations

import argparse

from muse_hook.cli.parser import COMMANDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from muse_hook.cli.parser import Parser

# What a positional argument stands for, by its metavar: names of refs, files, or nothing that can be listed.
_REFS = {"COMMIT", "A", "B", "RANGE", "REV"}
_FILES = {"PATH", "REPO"}

# Sessions are called after branches; which of them have a log is not worth a start of Python.
_BRANCHES = {"--session"}

LIST_BRANCHES = "git for-each-ref --format='%(refname:short)' refs/heads 2>/dev/null"
LIST_REFS = "git for-each-ref --format='%(refname:short)' 2>/dev/null"


def commands() -> Iterator[tuple[str, str]]:
    """Yield each command with its line of help."""
    for group in COMMANDS.values():
        yield from group.items()


def options_of(parser: Parser) -> Iterator[tuple[str, str, bool]]:
    """Yield (option, help, whether it takes a value)."""
    for action in parser._actions:  # noqa: SLF001 - argparse has no other way to ask
        for option in action.option_strings:
            yield option, action.help or "", action.nargs != 0


def choices_of(parser: Parser) -> Iterator[tuple[str, str]]:
    """Yield (option, "" for a positional argument; the words it may have, separated by spaces)."""
    for action in parser._actions:  # noqa: SLF001 - likewise
        for option in action.option_strings or ("",):
            if action.choices:
                yield option, " ".join(map(str, action.choices))


def values_of(parser: Parser) -> Iterator[tuple[str, str]]:
    """Yield (option, shell code for the words that its value may be)."""
    for option, words in choices_of(parser):
        if option:
            yield option, words
    for option, _, _ in options_of(parser):
        if option in _BRANCHES:
            yield option, f"$({LIST_BRANCHES})"


def wanted_by(parser: Parser) -> set[str]:
    """Return what a command's positional arguments can be completed with: "refs", "files"."""
    names = {
        str(action.metavar)
        for action in parser._actions  # noqa: SLF001 - likewise
        if not action.option_strings and action.help != argparse.SUPPRESS
    }
    return {what for what, known in (("refs", _REFS), ("files", _FILES)) if names & known}


def quoted(text: str) -> str:
    """Return a text in single quotes, which end in every shell alike."""
    return "'" + text.replace("'", "'\\''") + "'"
