"""Reading the words of a command line."""

from __future__ import annotations

import sys

from muse_hook.cli.command import BEFORE_COMMAND, COMMANDS, load
from muse_hook.cli.failures import closest, reject

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from types import ModuleType
    from typing import Any

    from muse_hook.cli.command import CommandModule

_OF_A_REPOSITORY = {"install", "uninstall", "doctor", "backfill", "sync", "reserve", "release", "trailers", "publish"}
# A line of these without an option is read without argparse, which with `re` takes a quarter of what `log` does.
_PLAIN = {"log", "blame", "show", "status"}


def parse(argv: Sequence[str]) -> tuple[argparse.Namespace, CommandModule, argparse.Namespace]:
    """Read a command line: what stands before the command, the command's module, its own arguments.

    `--help` and `--version` print and raise SystemExit(0); UsageError where a word is not understood.
    """
    before, words = _at_command(argv)
    general = _PlainWords.general() if not before else _parser().top_parser().parse_args(before)
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
    module = load(name)
    arguments = _plain(module, words) if name in _PLAIN else None
    return general, module, arguments or _parser().command_parser(name).parse_args(words)


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
        elif rest and BEFORE_COMMAND.get(word):
            before.append(word)
            word = rest.pop(0)
        if word != "--":
            before.append(word)
    return before, rest


class _PlainWords:
    """What a command without options is given, told by its `configure` as argparse would tell it."""

    def __init__(self) -> None:
        self._places: list[tuple[str, str, Any]] = []
        self._values: dict[str, Any] = {}
        self._takes_paths = False

    def add_argument(
        self, *names: str, dest: str = "", action: str = "store", nargs: str = "", default: Any = None, **_: object
    ) -> None:
        """Note an argument: an option has its default."""
        name = dest or next((name for name in names if name.startswith("--")), names[0])
        name = name.lstrip("-").replace("-", "_")
        if names[0].startswith("-"):
            self._values[name] = False if action == "store_true" else default
        else:
            self._places.append((name, nargs, default))

    def add_argument_group(self, *_: object) -> _PlainWords:
        """Options stand in groups for the help alone."""
        return self

    add_mutually_exclusive_group = add_argument_group

    def take_paths(self, _: str) -> None:
        """See `Parser.take_paths`."""
        self._takes_paths = True

    def take_count(self) -> None:
        """See `Parser.take_count`: -5 is an option."""

    def arguments(self, words: Sequence[str]) -> argparse.Namespace | None:
        """Return what the words mean, each being no option; None where they are too few or too many."""
        left = list(words)
        needed = sum(not nargs for _, nargs, _ in self._places)
        for name, nargs, default in self._places:
            if not nargs and not left:
                return None
            needed -= not nargs
            self._values[name] = left.pop(0) if not nargs or len(left) > needed else default
        if self._takes_paths:
            self._values |= {"loose": left, "paths": [], "has_dashes": False}
            left = []
        return None if left else _namespace(self._values)

    @staticmethod
    def general() -> argparse.Namespace:
        """Return what `top_parser` makes of no words."""
        return _namespace({"directory": [], "color": None, "store": None, "no_pager": False})


_Namespace = type(sys.implementation)  # types.SimpleNamespace, as `types` has it


def _namespace(values: dict[str, Any]) -> argparse.Namespace:
    made: argparse.Namespace = _Namespace(**values)  # type: ignore[assignment] # it is asked for its attributes alone
    return made


def _plain(module: CommandModule, words: Sequence[str]) -> argparse.Namespace | None:
    """Return the arguments of a line without options, None where argparse has to read it (or to refuse it)."""
    if any(word.startswith("-") for word in words):
        return None
    plain = _PlainWords()
    module.configure(plain)  # type: ignore[arg-type] # what the commands in _PLAIN ask of a parser
    return plain.arguments(words)


def _parser() -> ModuleType:
    from muse_hook.cli import parser  # 10 ms with argparse

    return parser
