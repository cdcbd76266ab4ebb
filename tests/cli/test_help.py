"""The help texts are an artefact: docs/commands.md holds them all, and this test holds docs/commands.md."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from muse_hook.cli.command import COMMANDS, load
from muse_hook.cli.parser import command_parser, top_parser

PAGE = Path(__file__).parent.parent.parent / "docs" / "commands.md"
NAMES = [name for group in COMMANDS.values() for name in group]
INTRODUCTION = """\
# The commands

What `muse-hook COMMAND --help` says. `git muse COMMAND` is the same. This page is made from the program
(`MUSE_HOOK_SNAPSHOT=1 tests/run tests/cli/test_help.py`), so it cannot be out of date.

- Data goes to stdout, everything else to stderr. `--json` prints one object of a documented shape: [json.md](json.md).
- Exit status: 0 done, 1 your input or your repository (with a hint), 2 the command line, 3 a fault of muse-hook,
  130 interrupted.
- Colour and pager as in Git: `color.ui`, `core.pager`, `GIT_PAGER`, `PAGER`; `NO_COLOR` is respected.
"""


def page() -> str:
    parts = [INTRODUCTION, "\n## muse-hook\n\n```text\n" + top_parser().format_help() + "```\n"]
    parts += [f"\n## muse-hook {name}\n\n```text\n{command_parser(name).format_help()}```\n" for name in NAMES]
    return "".join(parts)


def test_the_page_of_commands_is_what_the_program_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    if os.environ.get("MUSE_HOOK_SNAPSHOT"):
        PAGE.write_text(page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page()


@pytest.mark.parametrize("name", NAMES)
def test_help_is_imperative_without_full_stops_and_has_examples_that_parse(name: str) -> None:
    parser = command_parser(name)
    module = load(name)
    texts = [line for group in COMMANDS.values() for key, line in group.items() if key == name]
    texts += [action.help or "" for action in parser._actions] + [module.DESCRIPTION.strip().partition("\n")[0]]
    for text in texts:
        assert re.match(r"[A-Z]", text)
        assert not text.endswith(".")
    calls = [call for line in module.EXAMPLES.strip().splitlines() for call in _calls(line, name)]
    assert calls
    for call in calls:
        parser.parse_args(call)


def _calls(line: str, name: str) -> Iterator[list[str]]:
    """Yield the arguments of each `muse-hook NAME` in a line of shell."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    words = list(lexer)
    for start in (at + 2 for at in range(len(words)) if words[at : at + 2] == ["muse-hook", name]):
        end = next((at for at in range(start, len(words)) if set(words[at]) <= set("|&;<>()")), len(words))
        yield words[start:end]


def test_every_file_of_commands_is_a_command() -> None:
    folder = Path(load("show").__file__ or "").parent  # type: ignore[attr-defined]
    assert {path.stem.replace("_", "-") for path in folder.glob("[a-z]*.py")} == set(NAMES)
