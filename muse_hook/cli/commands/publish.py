"""`muse-hook publish`: the logs into a stream."""

from __future__ import annotations

from muse_hook.cli.failures import reject
from muse_hook.errors import StoreError
from muse_hook.sharing.origin import identity, name_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from muse_hook.cli.invocation import Invocation
    from muse_hook.sharing.connection import Server

PAGED = False
DESCRIPTION = """
Publish the logs to a NATS JetStream, batch by batch, as commits are recorded

Each batch is one message of the subject muse.<repository>.<session>; clones of one origin are one repository. It runs
until it is ended, comes back by itself when the server does, and moves on only when the server has acknowledged.
docs/stream.md says how to operate it. It needs `pip install 'muse_hook[nats]'`.
"""
EXAMPLES = """
muse-hook publish nats://localhost --create-stream
muse-hook publish tls://nats.example.org --creds ~/.nats/team.creds
"""

_DAY = 86_400.0


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_server(parser)
    parser.add_argument("--create-stream", action="store_true", help="Make the stream where it is missing")
    parser.add_argument(
        "--max-age", metavar="DAYS", type=float, default=0, help="Of a stream that is made (default: for ever)"
    )
    parser.add_argument("--replicas", metavar="N", type=int, default=1, help="Of a stream that is made (default: 1)")
    parser.add_argument("--no-wait", action="store_true", help="End when everything that is recorded is in the stream")


def add_server(parser: argparse.ArgumentParser) -> None:
    """Add what says where the server is, and how it is trusted."""
    parser.add_argument("url", metavar="URL", help="The server: nats://HOST[:PORT] or tls://HOST[:PORT]")
    parser.add_argument("--creds", metavar="FILE", help="Credentials, as nsc writes them")
    parser.add_argument("--tls-ca", metavar="FILE", help="Trust this authority")
    parser.add_argument("--tls-cert", metavar="FILE", help="Show this certificate")
    parser.add_argument("--tls-key", metavar="FILE", help="The key of that certificate")
    parser.add_argument("--stream", metavar="NAME", default="muse", help="The stream's name (default: muse)")


def run(arguments: argparse.Namespace, invocation: Invocation) -> int:
    """Publish."""
    server = server_of(arguments, invocation)
    from muse_hook.sharing.publish import Publisher
    from muse_hook.sharing.running import run_until_ended

    store = invocation.store
    if not store.exists():
        raise StoreError("publishing", "nothing is recorded here yet", "muse-hook install")
    invocation.catch_up()
    from muse_hook.watch.file_watcher import FileWatcher

    create = {"max_age": arguments.max_age * _DAY, "replicas": arguments.replicas} if arguments.create_stream else None
    publisher = Publisher(store, name_of(identity(invocation.repository)), server)
    with FileWatcher(store.path("op_log")) as watcher:
        ended = run_until_ended(publisher.run(lambda: watcher.wait(0.5), once=arguments.no_wait, create=create))
    invocation.messages.line(f"{publisher.published:,} messages published")
    return 0 if ended or server.is_connected else 1


def server_of(arguments: argparse.Namespace, invocation: Invocation) -> Server:
    """Return the server that the command line names."""
    try:
        from muse_hook.sharing.connection import Server
    except ImportError:
        reject("connecting", "nats-py is not installed", "pip install 'muse_hook[nats]'")

    def say(text: str) -> None:
        invocation.messages.line(text)
        invocation.messages.flush()

    return Server(
        arguments.url,
        say,
        credentials=arguments.creds,
        authority=arguments.tls_ca,
        certificate=arguments.tls_cert,
        key=arguments.tls_key,
        stream=arguments.stream,
    )
