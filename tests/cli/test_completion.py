"""Completion scripts, in the shells that are installed here."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from support.repository import Repo
from support.terminal import Terminal

from muse_hook.cli.command import COMMANDS
from muse_hook.cli.completion import SHELLS, script

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
    assert completed(repo, "muse-hook", "s") == {"share", "show", "status", "sync", "sessions", "sql", "semver"}
    assert completed(repo, "muse-hook", "show", "") >= {"main", "v1.0", "--json"}
    assert completed(repo, "muse-hook", "-C", "x", "show", "v") == {"v1.0"}
    assert completed(repo, "muse-hook", "--no-pager", "backfill", "--j") == {"--jobs"}
    assert completed(repo, "muse-hook", "--no") == {"--no-pager"}
    assert completed(repo, "muse-hook", "--color", "") == {"always", "auto", "never"}
    assert completed(repo, "muse-hook", "log", "--session", "") == {"main"}
    assert completed(repo, "muse-hook", "completion", "z") == {"zsh"}
    assert completed(repo, "muse-hook", "help", "sq") == {"sql"}
    assert completed(repo, "git", "muse", "st", function="_git_muse") == {"status"}
    assert completed(repo, "git", "-C", "x", "muse", "show", "v", function="_git_muse") == {"v1.0"}


@pytest.mark.skipif(shutil.which("fish") is None, reason="fish is not installed")
@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("muse-hook sy", ["sync"]),
        ("muse-hook -C /tmp sy", ["sync"]),
        ("muse-hook --color ", ["always", "auto", "never"]),
        ("muse-hook show v", ["v1.0"]),
        ("muse-hook log --session ", ["main"]),
        ("muse-hook completion ", ["bash", "fish", "zsh"]),
        ("muse-hook log --pat", ["--patch", "--path"]),
        ("git muse sy", ["sync"]),
        ("git -C . muse show v", ["v1.0"]),
        ("git muse log --session ", ["main"]),
    ],
)
def test_fish_completes_as_bash_does(repo: Repo, line: str, words: list[str]) -> None:
    repo.commit("Begin")
    repo.git("tag", "v1.0")
    asked = f"echo $SCRIPT | source; complete -C'{line}'"
    done = repo.run("fish", "--no-config", "-c", asked, SCRIPT=script("fish"))
    assert [each.partition("\t")[0] for each in done.stdout.decode().splitlines()] == words


_IN_ZSH = r"""
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "PS1=; autoload -Uz compinit; compinit -u -D; eval \"\$SCRIPT\"; bindkey '^X' _show; zle -N _show"
zpty -w shell '_show() { print -r -- "<$BUFFER>" }; print READY'
zpty -r shell out "*READY*READY*"
zpty -w -n shell "$LINE"$'\t\x18'
zpty -r shell out "*<*>*"
print -r -- "${${out##*<}%%>*}"
"""


@pytest.mark.skipif(shutil.which("zsh") is None, reason="zsh is not installed")
@pytest.mark.parametrize(
    ("line", "whole"),
    [
        ("muse-hook sy", "muse-hook sync "),
        ("muse-hook show v", "muse-hook show v1.0 "),
        ("muse-hook log --session m", "muse-hook log --session main "),
        ("muse-hook blame a.p", "muse-hook blame a.py "),
        ("git muse sy", "git muse sync "),
        ("git muse show v", "git muse show v1.0 "),
    ],
)
def test_zsh_completes_as_bash_does(repo: Repo, line: str, whole: str) -> None:
    repo.commit("Begin", a="")
    repo.git("tag", "v1.0")
    done = repo.run("timeout", "20", "zsh", "-f", "-c", _IN_ZSH, SCRIPT=script("zsh"), LINE=line, TERM="xterm")
    assert done.stdout.decode().strip("\n") == whole


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


# What a fetched ref may be called (git check-ref-format), and what would be there if a shell ran it.
HOSTILE = (
    "$(touch${IFS}ran-1)",
    "`touch${IFS}ran-2`",
    "x;touch${IFS}ran-3",
    "'$(touch${IFS}ran-4)'",
    '"`touch${IFS}ran-5`"',
    "${x:-$(touch${IFS}ran-6)}".replace(":", ""),
    "&touch${IFS}ran-7&",
    "<(touch${IFS}ran-8)",
)
_START = {
    "bash": (["bash", "--norc", "--noprofile", "-i"], "PS1='rea''dy> '; eval \"$SCRIPT\"\r"),
    "zsh": (["zsh", "-f", "-i"], "PS1='rea''dy> '; autoload -Uz compinit; compinit -u -D; eval \"$SCRIPT\"\r"),
    "fish": (["fish", "--no-config", "-i"], "function fish_prompt; echo 'rea''dy> '; end; echo $SCRIPT | source\r"),
}


def interactive(repo: Repo, shell: str) -> Terminal:
    """Start a shell with its completion; `muse-hook` shows the words that it is given."""
    command, first = _START[shell]
    tools = repo.path.parent / "tools"
    tools.mkdir()
    for name in ("muse-hook", "git-muse"):
        (tools / name).write_text('#!/bin/sh\nprintf "<%s>\\n" "$@"\n')
        (tools / name).chmod(0o755)
    environment = repo.environment | {
        "SCRIPT": script(shell),
        "TERM": "xterm",
        "LC_ALL": "C.UTF-8",
        "PATH": f"{tools}:{repo.environment['PATH']}",
    }
    terminal = Terminal(command, repo.path, environment)
    terminal.type(first)
    terminal.wait("ready> ")
    return terminal


@pytest.mark.parametrize("shell", SHELLS)
def test_tab_runs_nothing_of_what_a_ref_is_called(repo: Repo, shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    oid = repo.commit("Begin")
    for name in HOSTILE:
        repo.git("update-ref", f"refs/heads/{name}", oid)
    with interactive(repo, shell) as terminal:
        for line in ("muse-hook show ", "git-muse show ", "muse-hook log --session ", "muse-hook blame "):
            terminal.type(line + "\t\t")
            terminal.wait("main")
            terminal.type("\x15\x0c")  # Ctrl-U, Ctrl-L: an empty line
            terminal.wait("ready> ")
        terminal.type("exit\r")
        terminal.wait_for_end()
    assert [path.name for path in repo.path.iterdir() if path.name.startswith("ran-")] == []


@pytest.mark.parametrize("shell", SHELLS)
def test_what_tab_puts_into_the_line_is_one_word(repo: Repo, shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    oid = repo.commit("Begin")
    named = {chr(ord("a") + number): name for number, name in enumerate(HOSTILE)}
    for letter, name in named.items():
        repo.git("update-ref", f"refs/heads/{letter}{name}", oid)
    with interactive(repo, shell) as terminal:
        for letter, name in named.items():
            terminal.type(f"muse-hook show {letter}\t")
            terminal.wait(name[name.index("ran-") :][:5])
            terminal.type("\r")
            terminal.wait(f"<{letter}{name}>\r\n")
    assert [path.name for path in repo.path.iterdir() if path.name.startswith("ran-")] == []
