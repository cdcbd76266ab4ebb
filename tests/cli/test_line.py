"""Lines without options are read without argparse, and mean what it would make of them."""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Callable

import pytest
from support.one_by_one import ONE_BY_ONE
from support.repository import Repo

from muse_hook.cli.line import _PLAIN, parse
from muse_hook.cli.parser import command_parser, top_parser
from muse_hook.errors import MuseHookError
from muse_hook.together import write_together

Reader = Callable[[list[str]], tuple[argparse.Namespace, object, argparse.Namespace]]
WORDS: tuple[list[str], ...] = ([], ["a"], ["a", "b"], ["a", "b", "c"], ["a", "b", "c", "d"], [""], ["a b", ""])

LOG = f"""
import sys
{ONE_BY_ONE}import os
leave = os._exit
def show(status):
    print(*one_by_one, *{{"re", "argparse", "json", "enum"}}.intersection(sys.modules), file=sys.stderr)
    leave(status)
os._exit = show
from muse_hook.__main__ import main
main()
"""


def meant(line: list[str], reader: Reader) -> dict[str, object] | str:
    """Return what is read of a line, or how it is refused."""
    try:
        general, _, arguments = reader(line)
    except MuseHookError as error:
        return str(error)
    return {"general": vars(general), **vars(arguments)}


@pytest.mark.parametrize("words", WORDS, ids=str)
@pytest.mark.parametrize("command", sorted(_PLAIN))
def test_line_without_options_means_what_argparse_makes_of_it(command: str, words: list[str]) -> None:
    def by_argparse(line: list[str]) -> tuple[argparse.Namespace, None, argparse.Namespace]:
        return top_parser().parse_args([]), None, command_parser(line[0]).parse_args(line[1:])

    assert meant([command, *words], parse) == meant([command, *words], by_argparse)


def test_log_imports_what_it_needs_at_once_and_nothing_that_reads_options(repo: Repo) -> None:
    write_together()
    repo.write("a.py", "def f():\n    return 1\n")
    repo.git("add", "a.py")
    repo.git("commit", "-qm", "one")
    muse = (sys.executable, "-I", "-c", LOG)
    assert repo.run(*muse, "backfill").returncode == 0
    done: subprocess.CompletedProcess[bytes] = repo.run(*muse, "log", "a.py::f")
    assert b"a.py::f" in done.stdout
    alone = "muse_hook.cli.commands muse_hook.cli.commands.log muse_hook.cli.event_view muse_hook.cli.delta_rows"
    assert set(done.stderr.decode().split()) == set(alone.split()), "see together.READERS"
