"""`muse-hook follow`: a stream into a folder of stores."""

from __future__ import annotations

import os

from muse_hook.cli.commands.publish import add_server, server_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from muse_hook.cli.invocation import Invocation

PAGED = False
DESCRIPTION = """
Keep the logs of many repositories, as a NATS JetStream brings them

DIR gets one store a repository, DIR/REPOSITORY/.muse, in which each commit stands once and behind its parents. It
runs until it is ended, goes on where it was, and trusts nothing that arrives: a message that is not what it says is
passed over, and that is said. It needs `pip install 'muse_hook[nats]'`.
"""
EXAMPLES = """
muse-hook follow nats://localhost --into ~/logs
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_server(parser)
    parser.add_argument("--into", metavar="DIR", required=True, help="The folder of the stores")
    parser.add_argument("--no-wait", action="store_true", help="End when everything that is in the stream is here")


def run(arguments: argparse.Namespace, invocation: Invocation) -> int:
    """Follow."""
    server = server_of(arguments, invocation)
    from muse_hook.sharing.follow import StreamFollower
    from muse_hook.sharing.running import run_until_ended

    def say(text: str) -> None:
        invocation.messages.line(text)
        invocation.messages.flush()

    follower = StreamFollower(os.path.abspath(arguments.into), server, say)
    ended = run_until_ended(follower.run(once=arguments.no_wait))
    say(f"{follower.received:,} batches and entries received, {follower.refused:,} messages passed over")
    return 0 if ended or server.is_connected else 1
