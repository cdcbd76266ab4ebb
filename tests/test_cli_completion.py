"""Completion scripts, in the shells that are installed here."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from conftest import Repo

from muse_hook.cli.completion import SHELLS, script
from muse_hook.cli.parser import COMMANDS

NAMES = [name for group in COMMANDS.values() for name in group]


def completed(repo: Repo, *words: str, function: str = "_muse_hook") -> set[str]:
    """Return what bash completes the last of `words` with."""
    asked = (
        f'eval "$SCRIPT"; COMP_WORDS=({" ".join(map(repr, words))}); COMP_CWORD={len(words) - 1}; {function}; '
        'printf "%s\\n" "${COMPREPLY[@]}"'
    )
    done = repo.run("bash", "-c", asked, SCRIPT=script("bash"))
    assert done.stderr == b""
    return set(done.stdout.decode().split())


def test_bash_completes_commands_options_and_refs(repo: Repo) -> None:
    repo.commit("Begin")
    repo.git("tag", "v1.0")
    assert completed(repo, "muse-hook", "s") == {"show", "status", "sync", "sessions", "sql"}
    assert completed(repo, "muse-hook", "show", "") >= {"main", "v1.0", "--json"}
    assert completed(repo, "muse-hook", "-C", "x", "show", "v") == {"v1.0"}
    assert completed(repo, "muse-hook", "--no-pager", "backfill", "--j") == {"--jobs"}
    assert completed(repo, "muse-hook", "--no") == {"--no-pager"}
    assert completed(repo, "git", "muse", "st", function="_git_muse") == {"status"}
    assert completed(repo, "git", "-C", "x", "muse", "show", "v", function="_git_muse") == {"v1.0"}


@pytest.mark.parametrize("shell", SHELLS)
def test_every_command_and_its_options_are_in_each_script(shell: str) -> None:
    text = script(shell)
    for name in NAMES:
        assert name in text
    for option in ("json", "no-pager", "max-count"):
        assert option in text


@pytest.mark.parametrize("shell", SHELLS)
def test_a_script_is_good_syntax_where_its_shell_is_installed(shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    done = subprocess.run([shell, "-n"], input=script(shell), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
