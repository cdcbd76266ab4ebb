"""The command line's frame: which commands there are, their parsers, and reading the words of a line."""

from __future__ import annotations

import argparse
import re
import sys

from muse_hook import __version__
from muse_hook.cli.failures import closest, reject
from muse_hook.cli.terminal import columns

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn, Protocol

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

_HELP_WIDTH = 100
_NUMBER = re.compile(r"-[0-9]+")
_OF_A_REPOSITORY = {"install", "uninstall", "doctor", "backfill", "sync", "reserve", "release", "trailers", "publish"}
_BEFORE_COMMAND = {"-C": "DIR", "--color": "WHEN", "--store": "DIR", "--no-pager": ""}


def load(name: str) -> CommandModule:
    """Import a command's module."""
    from importlib import import_module

    module: CommandModule = import_module(f"muse_hook.cli.commands.{name.replace('-', '_')}")
    return module


def parse(argv: Sequence[str]) -> tuple[argparse.Namespace, CommandModule, argparse.Namespace]:
    """Read a command line: what stands before the command, the command's module, its own arguments.

    `--help` and `--version` print and raise SystemExit(0); UsageError where a word is not understood.
    """
    before, words = _at_command(argv)
    general = top_parser().parse_args(before)
    if not words:
        reject("reading the command line", "no command is given", "muse-hook --help")
    name, *words = words
    words = _with_store(words, general)
    if general.store is not None and name in _OF_A_REPOSITORY:
        reject("reading the command line", f"{name} is for a repository, not for a store", f"muse-hook -C DIR {name}")
    if name == "help":
        return parse([*words[:1], "--help"])
    known = [each for group in COMMANDS.values() for each in group]
    if name not in known:
        meant = closest(name, known)
        hint = f"muse-hook {meant}" if meant else "muse-hook --help"
        reject("reading the command line", f"there is no command {name!r}", hint)
    return general, load(name), command_parser(name).parse_args(words)


def _with_store(words: Sequence[str], general: argparse.Namespace) -> list[str]:
    """Take --store DIR, which may stand behind the command as well, out of its words."""
    rest: list[str] = []
    left = list(words)
    while left:
        word = left.pop(0)
        if word == "--":
            return [*rest, word, *left]
        if word == "--store" and left:
            general.store = left.pop(0)
        elif word.startswith("--store="):
            general.store = word.partition("=")[2]
        else:
            rest.append(word)
    return rest


def _at_command(argv: Sequence[str]) -> tuple[list[str], list[str]]:
    """Split a line at its command, the first word that is no option, nor the value of one; "--" is passed over."""
    before: list[str] = []
    rest = list(argv)
    while rest and rest[0].startswith("-") and rest[0] != "-":
        word = rest.pop(0)
        if rest and word == "-C" and rest[0]:
            word += rest.pop(0)  # in one word, since a folder may be called as an option is
        elif rest and _BEFORE_COMMAND.get(word):
            before.append(word)
            word = rest.pop(0)
        if word != "--":
            before.append(word)
    return before, rest


class Parser(argparse.ArgumentParser):
    """argparse with this project's errors and a help that looks the same in every Python."""

    def __init__(self, prog: str, description: str, epilog: str = "") -> None:
        super().__init__(
            prog=prog,
            description=description,
            epilog=epilog,
            allow_abbrev=False,
            add_help=False,
            formatter_class=_Formatter,
        )
        self._positionals.title, self._optionals.title = "Arguments", "Options"
        self._is_intermixed = False
        self._takes_paths = self._takes_count = False
        self.color = False  # Python 3.14 colours help by itself; ours is the same everywhere
        self.add_argument("-h", "--help", action="help", help="Show this help and exit")

    def error(self, message: str) -> NoReturn:
        """Raise instead of exiting: failures are shown in one place."""
        program, _, command = self.prog.partition(" ")
        for word in message.split():
            option = word.partition("=")[0]
            if command and option in _BEFORE_COMMAND:
                line = f"{program} {option} {_BEFORE_COMMAND[option]}".rstrip()
                reject("reading the command line", f"{option} stands before the command", f"{line} {command}")
        reject("reading the command line", message, f"{self.prog} --help")

    def take_paths(self, wanted: str) -> None:
        """Take pathspecs behind a `--`, as `paths`; words in front of it that are too many for the rest are `loose`.

        `has_dashes` says whether a `--` stands there.
        """
        self._takes_paths = True
        self.add_argument_group("Behind --").add_argument("paths", metavar="PATH", nargs="*", help=wanted)

    def take_count(self) -> None:
        """Take `-5` for `-n 5`, as Git does."""
        self._takes_count = True

    def parse_known_args(self, args=None, namespace=None):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN201
        """Read arguments on both sides of an option, too: `blame REV --json PATH`.

        At the first of them argparse gives those that may be left out their defaults, and then has one too many.
        """
        if self._takes_paths and not self._is_intermixed:
            at = args.index("--") if "--" in args else len(args)
            self._takes_paths = False
            try:
                found, rest = self.parse_known_args(args[:at], namespace)  # type: ignore[no-untyped-call] # as argparse's
            finally:
                self._takes_paths = True
            found.loose, found.paths, found.has_dashes = found.paths or [], args[at + 1 :], at < len(args)
            if found.paths[-1:] == ["--json"]:  # programs append it; a file of that name is ./--json
                found.paths.pop()
                found.json = True
            return found, rest
        if self._takes_count and args:
            at = args.index("--") if "--" in args else len(args)
            numbers = (word[1:] if _NUMBER.fullmatch(word) else "" for word in args[:at])
            args = [
                *(f"-n{number}" if number else word for word, number in zip(args, numbers, strict=False)),
                *args[at:],
            ]
        found, rest = super().parse_known_args(args, namespace)
        if not rest or self._is_intermixed or "--" in (args or ()):
            return found, rest
        self._is_intermixed = True
        try:
            again, left_over = self.parse_known_intermixed_args(args, namespace)
        finally:
            self._is_intermixed = False
        return (found, rest) if left_over else (again, left_over)


class _Formatter(argparse.RawDescriptionHelpFormatter):
    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=26, width=min(columns(sys.stdout) or _HELP_WIDTH, _HELP_WIDTH) - 2)

    def _format_usage(self, usage, actions, groups, prefix):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
        text = super()._format_usage(usage, actions, groups, prefix or "Usage: ")
        return text.replace("[PATH ...]", "[-- PATH ...]")  # what `take_paths` takes

    def _format_action_invocation(self, action: argparse.Action) -> str:
        if not action.option_strings or action.nargs == 0:
            return super()._format_action_invocation(action)
        value = self._format_args(action, self._get_default_metavar_for_optional(action))
        return f"{', '.join(action.option_strings)} {value}"


def command_parser(name: str) -> Parser:
    """Build the parser of one command."""
    module = load(name)
    examples = "\n".join(f"  {line}".rstrip() for line in module.EXAMPLES.strip().split("\n"))
    parser = Parser(f"muse-hook {name}", module.DESCRIPTION.strip(), f"Examples:\n{examples}")
    module.configure(parser)
    return parser


def top_parser() -> Parser:
    """Build the parser of what stands before the command."""
    parser = Parser("muse-hook", "Symbol-level history for Git, recorded as it happens", _overview())
    parser.usage = "muse-hook [OPTIONS] COMMAND [ARGUMENTS]   (also: git muse COMMAND)"
    parser.add_argument("--version", action="version", version=f"muse-hook {__version__}", help="Show the version")
    parser.add_argument(
        "-C", dest="directory", metavar="DIR", action="append", default=[], help="Run as if started in DIR"
    )
    parser.add_argument(
        "--color",
        metavar="WHEN",
        choices=COLOURS,
        help="Colour the output: always, never, or auto (on a terminal; the default)",
    )
    parser.add_argument(
        "--store", metavar="DIR", help="Read the store in DIR, as muse-hook follow keeps it; no repository"
    )
    parser.add_argument("--no-pager", action="store_true", help="Do not send long output through the pager")
    return parser


def _overview() -> str:
    lines = ["Commands:"]
    for group, commands in COMMANDS.items():
        lines += ["", f"  to {group}:"]
        lines += [f"    {name:<14}{line}" for name, line in commands.items()]
    lines += ["", "muse-hook COMMAND --help says more of each, with examples."]
    return "\n".join(lines)
