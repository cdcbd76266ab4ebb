"""The commands: what each is for, and its module."""

from __future__ import annotations

from muse_hook.quick_import import import_together

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from typing import Protocol

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
        "purge": "Take commits out of the logs for good",
        "gc": "Make the index compact and drop what the logs hold in vain",
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
        "languages": "List the languages whose symbols can be recorded",
        "checkpoint": "Write down how far the logs have come, under a name",
        "changelog": "Write the API changes of a range as release notes",
        "semver": "Print which number of the version a range asks to raise",
        "sql": "Ask the log a question in SQL",
        "report": "Write the history as a page to look at",
        "export": "Write the history as Parquet files for other engines",
    },
    "work on more machines than one": {
        "share": "Push what no other clone can derive to a remote",
        "take": "Bring in what other clones have shared with a remote",
        "publish": "Publish the logs to a stream, as commits are recorded",
        "follow": "Keep the logs of many repositories, as a stream brings them",
    },
    "work beside others": {
        "news": "Tell what others changed that your work touches",
        "uses": "Show who calls or imports a symbol",
        "reserve": "Say which symbols you are about to change",
        "release": "Give up what you have reserved",
        "reservations": "List who is about to change what",
        "trailers": "Print the trailers that say who acts and why",
        "mcp": "Serve coding agents by the Model Context Protocol",
    },
}
"""The one line of each command, by what people want to do; a command's own module is loaded when it is called."""

BEFORE_COMMAND = {"-C": "DIR", "--color": "WHEN", "--store": "DIR", "--no-pager": ""}

_OF_HISTORY = {"log", "blame"}  # what these import beside what every command that reads does


def load(name: str) -> CommandModule:
    """Import a command's module."""
    from importlib import import_module

    if name in _OF_HISTORY:
        import_together("history/events")
    module: CommandModule = import_module(f"muse_hook.cli.commands.{name.replace('-', '_')}")
    return module
