"""The command line for argparse: its help, and its errors in this project's form."""

from __future__ import annotations

import argparse
import sys

from muse_hook import __version__
from muse_hook.cli.failures import reject
from muse_hook.cli.parser import COLOURS, COMMANDS, load
from muse_hook.cli.terminal import columns

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

_HELP_WIDTH = 100
_BEFORE_COMMAND = {"-C": "DIR", "--color": "WHEN", "--no-pager": ""}


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
        self.color = False  # Python 3.14 colours help by itself; ours is the same everywhere
        self.add_argument("-h", "--help", action="help", help="Show this help and exit")

    def error(self, message: str) -> NoReturn:
        """Raise instead of exiting: failures are shown in one place."""
        program, _, command = self.prog.partition(" ")
        for word in message.split():
            option = word.partition("=")[0]
            if command and option in _BEFORE_COMMAND:
                typed = f"{option} {_BEFORE_COMMAND[option]}".rstrip()
                reject(
                    "reading the command line", f"{option} stands before the command", f"{program} {typed} {command}"
                )
        reject("reading the command line", message, f"{self.prog} --help")


class _Formatter(argparse.RawDescriptionHelpFormatter):
    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=26, width=min(columns(sys.stdout) or _HELP_WIDTH, _HELP_WIDTH) - 2)

    def _format_usage(self, usage, actions, groups, prefix):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
        return super()._format_usage(usage, actions, groups, prefix or "Usage: ")

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
    parser.add_argument("--no-pager", action="store_true", help="Do not send long output through the pager")
    parser.add_argument("command", nargs="?", help=argparse.SUPPRESS)
    parser.add_argument("rest", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    return parser


def _overview() -> str:
    lines = ["Commands:"]
    for group, commands in COMMANDS.items():
        lines += ["", f"  to {group}:"]
        lines += [f"    {name:<12}{line}" for name, line in commands.items()]
    lines += ["", "muse-hook COMMAND --help says more of each, with examples."]
    return "\n".join(lines)
