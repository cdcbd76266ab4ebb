"""`muse-hook trailers`: who acts and why, for a commit message."""

from __future__ import annotations

import os

from muse_hook.agents.acting import MESSAGE_HOOK, interpret_trailers, one_line, trailers_in
from muse_hook.cli.failures import reject
from muse_hook.cli.options import add_json, as_recorded
from muse_hook.errors import RepositoryError

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from muse_hook.cli.invocation import Invocation

PAGED = False
DESCRIPTION = """
Print the trailers that say who acts and why

Muse-Actor is MUSE_ACTOR, else the agent that runs this command (docs/agents.md lists what is known), Muse-Intent is
MUSE_INTENT, Muse-Reservation MUSE_RESERVATION; what nothing says is left out. With --install Git puts them into every
commit message from now on, by the hook prepare-commit-msg; a trailer that a message has already stays.
"""
EXAMPLES = """
muse-hook trailers
git commit -m "$(printf 'Subject\\n\\n'; muse-hook trailers --intent 'write atomically')"
muse-hook trailers --install
muse-hook trailers --into .git/COMMIT_EDITMSG
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("--actor", metavar="NAME", default="", help="Who acts (default: what the environment says)")
    parser.add_argument("--intent", metavar="TEXT", default="", help="What for (default: what the environment says)")
    parser.add_argument("--into", metavar="FILE", help="Add them to the message in FILE instead of printing them")
    parser.add_argument("--install", action="store_true", help="Have Git do so for every commit")
    parser.add_argument("--uninstall", action="store_true", help="Take that out again")
    add_json(parser)


def run(arguments: argparse.Namespace, invocation: Invocation) -> int:
    """Print them, put them into a file, or have Git do that."""
    if arguments.install and arguments.uninstall:
        reject("reading the command line", "--install and --uninstall at once", "muse-hook trailers --install")
    if arguments.install or arguments.uninstall:
        from muse_hook.install.install import install_message_hook, uninstall_message_hook

        if arguments.install:
            found = install_message_hook(invocation.repository)
            invocation.out.line((MESSAGE_HOOK, "bold"), f"  {found}")
        else:
            uninstall_message_hook(invocation.repository)
        return 0
    given = {
        "Muse-Actor": one_line(as_recorded(arguments.actor)),
        "Muse-Intent": one_line(as_recorded(arguments.intent)),
    }
    trailers = trailers_in(os.environ) | {key: value for key, value in given.items() if value}
    if arguments.into is not None:
        if not os.path.isfile(arguments.into):
            raise RepositoryError(f"adding trailers to {arguments.into}", "there is no such file", "git commit")
        if trailers:
            invocation.repository.output(*interpret_trailers(trailers, os.path.abspath(arguments.into)))
        return 0
    if arguments.json:
        invocation.out.json({"version": 1, "command": "trailers", "trailers": trailers})
        return 0
    for key in ("Muse-Actor", "Muse-Intent", "Muse-Reservation"):
        if key in trailers:
            invocation.out.line(f"{key}: {trailers[key]}")
    return 0
