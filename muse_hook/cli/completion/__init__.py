"""Completion scripts for shells, made from the parsers, so that they cannot be out of date."""

from __future__ import annotations

from muse_hook.cli.completion import bash, fish, zsh

_SCRIPTS = {"bash": bash.script, "zsh": zsh.script, "fish": fish.script}
SHELLS = tuple(_SCRIPTS)


def script(shell: str) -> str:
    """Return the completion script for "bash", "zsh" or "fish"."""
    return _SCRIPTS[shell]()
