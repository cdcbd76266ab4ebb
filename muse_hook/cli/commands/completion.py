"""`muse-hook completion`: a completion script for a shell."""

from __future__ import annotations

from muse_hook.cli.completion import SHELLS, script

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from muse_hook.cli.invocation import Invocation

PAGED = False
DESCRIPTION = """
Print a completion script for your shell

It completes commands, options and their values, branches, tags and files; `git muse`, too.
"""
EXAMPLES = """
eval "$(muse-hook completion bash)"    # in ~/.bashrc
eval "$(muse-hook completion zsh)"     # in ~/.zshrc, behind compinit
muse-hook completion fish > ~/.config/fish/conf.d/muse-hook.fish
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("shell", metavar="SHELL", choices=SHELLS, help="One of bash, zsh and fish")


def run(arguments: argparse.Namespace, invocation: Invocation) -> int:
    """Print the script."""
    invocation.out.write(script(arguments.shell))
    return 0
