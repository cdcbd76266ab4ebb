"""The parsers of the commands, by argparse: for lines with options, for help and for completion."""

from __future__ import annotations

import argparse
import re
import sys

from muse_hook import __version__
from muse_hook.cli.command import BEFORE_COMMAND, COMMANDS, load
from muse_hook.cli.failures import reject
from muse_hook.cli.terminal import columns

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

COLOURS = ("auto", "always", "never")

_HELP_WIDTH = 100
_NUMBER = re.compile(r"-[0-9]+")


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
            if command and option in BEFORE_COMMAND:
                line = f"{program} {option} {BEFORE_COMMAND[option]}".rstrip()
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
