"""`muse-hook watch`: the stream of operations, live."""

from __future__ import annotations

import contextlib

from muse_hook.cli.failures import INTERRUPTED, Interrupted, warn
from muse_hook.cli.options import add_filters, add_json, as_recorded, check_session, check_words, count
from muse_hook.cli.terminal import ClosedStreamError
from muse_hook.cli.watch_view import EventPrinter
from muse_hook.errors import SessionError, StoreError
from muse_hook.watch.checkpoint import read_checkpoint
from muse_hook.watch.cursor import Cursor
from muse_hook.watch.file_watcher import FileWatcher
from muse_hook.watch.follower import BackfilledCommits, Follower
from muse_hook.watch.tail import FOUND, LOST, OLDER

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from typing import Any

    from muse_hook.cli.invocation import Invocation

PAGED = False
DESCRIPTION = """
Follow the operations live, as commits are recorded

A commit's operations come together, as soon as it is recorded. With --json each is an object on a line of its own
with a cursor: --since CURSOR goes on after it, with no gap and no repeat, whatever happened in between. Only what is
new is shown, from now on; with --history what a backfill records as well, and without --since everything that is there.
"""
EXAMPLES = """
muse-hook watch
muse-hook watch --symbol 'src/*.py::Model.*' --change signature
muse-hook watch --json --since "$CURSOR" --no-wait
muse-hook watch --symbol 'src/app.py::*' --exec 'jq -r .op.address >> changed.txt'
"""

_CHANGES = {
    FOUND: "it was replaced; going on where it was left",
    OLDER: "it was replaced by an older one; going on with what was not told yet",
    LOST: "it was replaced, and what was told last is not in it; going on with what arrives from now on",
}
_CLOSED_SECONDS = 0.5  # how soon a reader that has gone is noticed where nothing happens


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("--since", metavar="CURSOR", help="Begin after this cursor, or checkpoint (default: now)")
    parser.add_argument(
        "--history", action="store_true", help="Show what a backfill records, too, and begin with what is there"
    )
    parser.add_argument("--no-wait", action="store_true", help="End when everything that is there was shown")
    parser.add_argument("-n", "--max-count", metavar="N", type=count, help="End after N commits")
    group = add_filters(parser)
    group.add_argument("--symbol", metavar="GLOB", default="", help="Only symbols whose address, or name, fits")
    parser.add_argument(
        "--exec",
        metavar="CMD",
        default="",
        help="Run CMD by a shell for each operation, with its JSON object on stdin; one that fails stops nothing",
    )
    add_json(parser)


def run(arguments: argparse.Namespace, invocation: Invocation) -> int:
    """Follow the stream until nobody reads it."""
    repository, store = invocation.repository, invocation.store
    invocation.catch_up()
    if not store.exists():
        raise StoreError("following the log", "nothing is recorded here yet", "muse-hook install")
    follower = _follower(arguments.since, invocation, begin=arguments.history)
    backfilled = None if arguments.history else BackfilledCommits(repository, store)
    if arguments.session and arguments.session not in repository.branches():
        try:
            check_session(arguments.session, invocation.index)
        except SessionError as unknown:  # it may come: a branch that is made tomorrow, a work tree's HEAD
            warn(invocation.messages, unknown)
    for name in ("kind", "change"):
        setattr(arguments, name, [as_recorded(word) for word in getattr(arguments, name)])
    check_words(arguments.kind, arguments.change, invocation.history)
    for name in ("author", "path", "symbol"):
        setattr(arguments, name, as_recorded(getattr(arguments, name)))
    ids = _Ids(invocation) if arguments.json or arguments.exec else None
    printer = EventPrinter(arguments, invocation.out, ids.of if ids is not None else None)
    if arguments.exec:
        printer.tell = _Command(arguments.exec, invocation).run
    try:
        printer.begin(follower.cursor)
        if ids is not None:
            ids.read()  # the first time takes long, and a commit's ops are to come at once
        with FileWatcher(store.path("op_log")) as watcher:
            if watcher.refusal and not arguments.no_wait:
                warn(invocation.messages, f"the system gives no notice of changes ({watcher.refusal}): looking instead")
                invocation.messages.flush()
            while True:
                for event in follower.poll():
                    if (backfilled is None or not backfilled.has(event)) and printer.print(event):
                        return 0
                if arguments.no_wait:
                    return 0
                watcher.wait(_CLOSED_SECONDS)
                _check_reader(invocation)
    except KeyboardInterrupt:
        if invocation.messages.width is None:  # no terminal: whoever reads has the cursors
            return INTERRUPTED
        raise Interrupted("following the log", "stopped", f"go on with --since {follower.cursor}") from None


class _Command:
    """A command of the user's that is told of each operation; what becomes of it is said and stops nothing."""

    def __init__(self, command: str, invocation: Invocation) -> None:
        self._command = command
        self._invocation = invocation

    def run(self, event: dict[str, Any]) -> None:
        """Run it to its end with the event as JSON on its stdin; what it prints goes to stderr, stdout is ours."""
        import json
        import os
        import subprocess

        self._invocation.out.flush()
        self._invocation.messages.flush()
        data = json.dumps(event, separators=(",", ":")).encode("ascii", "backslashreplace") + b"\n"
        env = self._invocation.repository.outer_environ
        where = self._invocation.repository.work_tree or os.getcwd()
        try:
            done = subprocess.run(self._command, shell=True, input=data, stdout=2, env=env, cwd=where, check=False)  # noqa: S602 - the user's own command line
        except OSError as error:
            warn(self._invocation.messages, f"running {self._command}: {error.strerror or error}")
            return
        if done.returncode:
            warn(self._invocation.messages, f"running {self._command}: it ended with {done.returncode}")


def _follower(since: str | None, invocation: Invocation, *, begin: bool) -> Follower:
    """Return what follows the logs: from a cursor or checkpoint on, from the beginning, or from now on."""
    index, store = invocation.index, invocation.store
    index.refresh()

    def changed(session: str, how: str) -> None:
        warn(invocation.messages, f"following the log of {session}: {_CHANGES[how]}")
        invocation.messages.flush()

    if since is None:
        return Follower(store, {}, index, changed) if begin else Follower.now(index, changed)
    cursor = Cursor.parse(since) if Cursor.looks_like(since) else read_checkpoint(store, since).cursor
    return Follower.since(store, cursor, index, changed)


class _Ids:
    """The stable ids of symbols, by op id, of what has just arrived."""

    def __init__(self, invocation: Invocation) -> None:
        self._invocation = invocation

    def read(self) -> None:
        """Bring the history up to date; where somebody holds it, or it cannot be made, the stream does not wait."""
        with contextlib.suppress(StoreError):
            self._invocation.read_logs()

    def of(self, commit_id: str | None) -> dict[str, str]:
        """Return the ids of a commit's ops (None: of the ops by hand)."""
        from muse_hook.history.events import symbol_ids  # people see none

        connection = self._invocation.index.connection
        found = symbol_ids(connection, commit_id) if commit_id is not None else {}
        if not found:
            self.read()
            found = symbol_ids(self._invocation.index.connection, commit_id)
        return found


def _check_reader(invocation: Invocation) -> None:
    """End where the reader of a pipe has gone: nothing else tells as long as there is nothing to write."""
    import select

    poll = select.poll()
    try:
        poll.register(invocation.out.stream.fileno(), 0)
    except (OSError, ValueError):
        return
    if any(event & (select.POLLERR | select.POLLHUP) for _, event in poll.poll(0)):
        raise ClosedStreamError
