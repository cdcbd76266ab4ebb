"""The command line's frame: which commands there are, and reading what was typed."""

from __future__ import annotations

from importlib import import_module
from types import SimpleNamespace

from muse_hook.cli.failures import closest, reject
from muse_hook.cli.plain import Arguments

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from typing import Any, Protocol

    from muse_hook.cli.invocation import Invocation

    class CommandModule(Protocol):
        """What a file of `muse_hook.cli.commands` has."""

        PAGED: bool
        DESCRIPTION: str
        EXAMPLES: str

        def configure(self, parser: argparse.ArgumentParser) -> None:
            """Add the command's arguments."""

        def run(self, arguments: argparse.Namespace, invocation: Invocation) -> int:
            """Do the work; returns the exit status."""


COLOURS = ("auto", "always", "never")

COMMANDS: dict[str, dict[str, str]] = {
    "set up and prove": {
        "install": "Record every commit of a repository from now on",
        "uninstall": "Take the hooks out again and keep the log",
        "doctor": "Prove that the hooks fire, and say how to mend what does not",
        "status": "Show where the log is and which commits are not recorded",
        "verify": "Prove that the logs are whole and true",
        "completion": "Print a completion script for your shell",
    },
    "record": {
        "backfill": "Record history that was there before the hooks",
        "sync": "Record now whatever the hooks have not recorded",
    },
    "read": {
        "show": "Show what one commit did to the code, symbol by symbol",
        "diff": "Show how the symbols of two commits differ",
        "log": "Show a symbol's story through renames and moves",
        "blame": "Show who last changed each symbol of a file",
        "watch": "Follow the operations live, as commits are recorded",
        "concurrent": "Show what two branches would collide on",
        "replay": "Show every symbol at a commit, as the log tells it",
        "sessions": "List the sessions of the log",
        "checkpoint": "Write down how far the logs have come, under a name",
        "changelog": "Write the API changes of a range as release notes",
        "sql": "Ask the log a question in SQL",
        "report": "Write the history as a page to look at",
    },
}
"""The one line of each command, by what people want to do; a command's own module is loaded when it is called."""


def load(name: str) -> CommandModule:
    """Import a command's module."""
    module: CommandModule = import_module(f"muse_hook.cli.commands.{name.replace('-', '_')}")
    return module


def parse(argv: Sequence[str]) -> tuple[Any, CommandModule, Any]:
    """Read a command line: what stands before the command, the command's module, its own arguments.

    A plain line is read here; argparse, which takes as long to load as all else, has the others, and with them help
    and errors. `--help` and `--version` print and raise SystemExit(0); UsageError where a word is not understood.
    """
    general, words = _general(argv)
    name = words[0] if words else None
    if name is None or name == "help" or name.startswith("-"):
        return _by_argparse(argv)
    known = [each for group in COMMANDS.values() for each in group]
    if name not in known:
        meant = closest(name, known)
        hint = f"muse-hook {meant}" if meant else "muse-hook --help"
        reject("reading the command line", f"there is no command {name!r}", hint)
    module = load(name)
    plain = Arguments()
    module.configure(plain)  # type: ignore[arg-type] # it takes down what argparse would
    arguments: Any = plain.read(words[1:])
    if arguments is None:
        from muse_hook.cli.usage import command_parser

        arguments = command_parser(name).parse_args(words[1:])
    return general, module, arguments


def _general(argv: Sequence[str]) -> tuple[SimpleNamespace, Sequence[str]]:
    """Read what stands before the command as far as it is plain; also the rest."""
    general = SimpleNamespace(directory=[], color=None, no_pager=False)
    at = 0
    while at < len(argv):
        if argv[at] == "--no-pager":
            general.no_pager = True
        elif argv[at] == "-C" and at + 1 < len(argv):
            at += 1
            general.directory.append(argv[at])
        elif argv[at] == "--color" and at + 1 < len(argv) and argv[at + 1] in COLOURS:
            at += 1
            general.color = argv[at]
        else:
            break
        at += 1
    return general, argv[at:]


def _by_argparse(argv: Sequence[str]) -> tuple[Any, CommandModule, Any]:
    from muse_hook.cli.usage import top_parser

    general = top_parser().parse_args(argv)
    if general.command is None:
        reject("reading the command line", "no command is given", "muse-hook --help")
    if general.command == "help":
        return parse([*general.rest[:1], "--help"])
    _, module, arguments = parse([general.command, *general.rest])
    return general, module, arguments
