"""Following a stream into a folder of stores, one a repository: each commit once, parents first, whatever arrives."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import os
import time

from nats.errors import TimeoutError as NatsTimeoutError
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import APIError, NotFoundError

from muse_hook.digest import hex_sha256
from muse_hook.errors import MuseHookError
from muse_hook.oplog.reader import LogReader, OpenLogs
from muse_hook.oplog.seal import Seal, supersedes
from muse_hook.oplog.store import Store
from muse_hook.oplog.writer import append, end_torn_line
from muse_hook.sharing.connection import FAILURES, StreamError
from muse_hook.sharing.message import BATCH, ENTRY, ID, NAME, ROOT, Parts, WrongMessageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from nats.aio.msg import Msg
    from nats.js import JetStreamContext

    from muse_hook.sharing.connection import Server
    from muse_hook.sharing.message import Message

_FOLDER = ".follow"
_AT_ONCE = 256  # messages of one fetch
_FETCH_SECONDS = 0.5
_LOOK_SECONDS = 5.0  # between two looks whether the consumer is still there
_AGAIN = 1000  # messages that are read again after a break: those that an older copy of the stream may have changed
_MOST_WAITING = 100_000  # batches that wait for their parents
_LOCK_SECONDS = 30.0


class StoreOfOthers:
    """One repository's store in the folder, and what stands in it: engines by commit, ids of entries of no commit."""

    def __init__(self, folder: str) -> None:
        os.makedirs(folder, exist_ok=True)
        self._store = Store(folder)
        self._commits: dict[str, tuple[str, str]] = {}  # the newest engine, and the session, of each commit
        self._entries: set[str] = set()
        self._waiting: dict[str, Message] = {}  # by commit
        self._purged = set(self._store.purged())
        self.received = 0
        for session, _ in list(self._store.sessions()):
            with self._store.lock(_LOCK_SECONDS):
                end_torn_line(self._store, session)
            self._read(session)

    def _read(self, session: str) -> None:
        if not os.path.exists(self._store.log_path(session)):
            return
        with OpenLogs(self._store) as logs:
            fd = logs.fd(session)
            at, reader = 0, LogReader(fd)
            for found in reader:
                if isinstance(found, Seal) and found.intact:
                    self._entries.update(str(entry["op_id"]) for entry in reader.manual(at, found.start))
                    self._note(found.commit_id, found.engine, session)
                    at = found.end
            self._entries.update(str(entry["op_id"]) for entry in reader.manual(at, reader.position))

    def _note(self, commit_id: str, engine: str, session: str) -> None:
        known = self._commits.get(commit_id)
        if known is None or supersedes(engine, known[0]):
            self._commits[commit_id] = engine, session if known is None else known[1]

    def take(self, message: Message) -> None:
        """Take in a message; a batch waits until its parents are there, or `release` says that they will not come."""
        if message.kind == BATCH and message.seal is not None:
            seal = message.seal
            known = self._commits.get(seal.commit_id)
            if seal.commit_id in self._purged or (known and not supersedes(seal.engine, known[0])):
                return
            self._waiting[seal.commit_id] = message
        elif message.kind == ENTRY:
            if message.entry["op_id"] not in self._entries:
                self._append(message.session, [message])
                self._entries.add(message.entry["op_id"])
        else:
            self._purge(message.data.decode("ascii").strip())

    def settle(self) -> None:
        """Write what has all of its parents here, oldest first."""
        ready = True
        while ready:
            batches = sorted(self._waiting.values(), key=lambda each: each.highest_stamp)
            ready = False
            writing: dict[str, list[Message]] = {}
            for each in batches:
                seal = each.seal
                if seal is not None and all(parent in self._commits for parent in seal.parents):
                    self._write(each, writing)
                    ready = True
            for session, some in writing.items():
                self._append(session, some)

    def release(self) -> None:
        """Write what waits for parents that the stream does not have: history from before it was published."""
        for each in sorted(self._waiting.values(), key=lambda one: one.highest_stamp):
            writing: dict[str, list[Message]] = {}
            self._write(each, writing)
            for session, some in writing.items():
                self._append(session, some)

    @property
    def is_waiting(self) -> bool:
        """Whether a batch waits for a parent."""
        return bool(self._waiting)

    @property
    def is_full(self) -> bool:
        """Whether more batches wait than a follower keeps in memory."""
        return len(self._waiting) >= _MOST_WAITING

    def _write(self, message: Message, writing: dict[str, list[Message]]) -> None:
        seal = message.seal
        if seal is None:
            return
        del self._waiting[seal.commit_id]
        session = self._commits[seal.commit_id][1] if seal.commit_id in self._commits else message.session
        writing.setdefault(session, []).append(message)
        self._note(seal.commit_id, seal.engine, session)

    def _append(self, session: str, some: list[Message]) -> None:
        with self._store.lock(_LOCK_SECONDS):
            append(self._store, session, some)
        self.received += len(some)

    def _purge(self, commit_id: str) -> None:
        if commit_id in self._purged:
            return
        from muse_hook.errors import RevisionError
        from muse_hook.record.purge import purge

        if commit_id in self._commits:
            with contextlib.suppress(RevisionError):  # it was not written yet
                purge(self._store, [commit_id])
        with self._store.lock(_LOCK_SECONDS):
            if commit_id not in self._store.purged():
                self._store.add_purged([commit_id])
        self._purged.add(commit_id)
        self._commits.pop(commit_id, None)
        self._waiting.pop(commit_id, None)


class StreamFollower:
    """Keeps the stores of a folder up to date with a stream; how far it is stands in the folder `.follow` there."""

    def __init__(self, folder: str, server: Server, say: Callable[[str], None]) -> None:
        """Open the folder; StreamError where another follower writes there."""
        self._folder = folder
        self._server = server
        self._say = say
        os.makedirs(os.path.join(folder, _FOLDER), exist_ok=True)
        self._lock = os.open(os.path.join(folder, _FOLDER, "lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise StreamError(f"following into {folder}", "another follower writes there") from error
        name = hex_sha256(f"{server.url}\0{server.stream}".encode())[:16]
        self._path = os.path.join(folder, _FOLDER, f"{name}.json")
        self._sequence, self._id = self._read_place()
        self._stores: dict[str, StoreOfOthers] = {}
        self._parts = Parts()
        self._from_start = False
        self.refused = 0

    @property
    def received(self) -> int:
        """How many batches and entries were written."""
        return sum(store.received for store in self._stores.values())

    async def run(self, *, once: bool) -> None:
        """Follow until cancelled; `once`: until everything that is in the stream is here.

        StreamError where the server has no such stream.
        """
        client = await self._server.connect()
        try:
            js = client.jetstream(timeout=_LOOK_SECONDS)
            while True:
                try:
                    self._server.reconnected.clear()
                    if await self._follow(js, once=once):
                        return
                except NotFoundError as error:
                    wrong = f"it has no stream {self._server.stream!r}"
                    if once:
                        hint = "muse-hook publish URL --create-stream"
                        raise StreamError(f"following {self._server.url}", wrong, hint) from error
                    self._server.complain(wrong)
                    await asyncio.sleep(_FETCH_SECONDS)
                except (*FAILURES, APIError) as error:
                    self._server.complain(error)
                    await asyncio.sleep(_FETCH_SECONDS)
        finally:
            await self._server.close(client)

    async def _follow(self, js: JetStreamContext, *, once: bool) -> bool:
        """Read from the place on until the connection breaks (False), or all is read and `once` (True)."""
        start = await self._start(js)
        config = ConsumerConfig(
            deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
            opt_start_seq=start,
            ack_policy=AckPolicy.NONE,
            filter_subject=f"{ROOT}.>",
            inactive_threshold=60.0,
        )
        subscription = await js.pull_subscribe(f"{ROOT}.>", stream=self._server.stream, config=config)
        looked = time.monotonic()
        try:
            while not self._server.reconnected.is_set():
                try:
                    some = await subscription.fetch(_AT_ONCE, timeout=_FETCH_SECONDS)
                except NatsTimeoutError:
                    some = []
                if some:
                    self._take(some)
                    left = some[-1].metadata.num_pending
                else:
                    left = 0
                if not left and not await self._is_settled(js):
                    return False  # once more, from the start
                if not left and once and self._sequence >= (await js.stream_info(self._server.stream)).state.last_seq:
                    return True
                if not some and time.monotonic() - looked > _LOOK_SECONDS:
                    looked = time.monotonic()
                    await subscription.consumer_info()  # a server that was put back knows it no more
            return False
        finally:
            await _left(subscription)

    async def _start(self, js: JetStreamContext) -> int:
        """Return the sequence to read from: a little before the place, or the beginning where the stream is another."""
        state = (await js.stream_info(self._server.stream)).state
        if self._sequence and not self._from_start:
            try:
                message = await js.get_msg(self._server.stream, self._sequence)
                is_same = (message.headers or {}).get(ID) == self._id
            except NotFoundError:
                is_same = self._sequence < state.first_seq <= state.last_seq
            if is_same:
                return max(1, self._sequence - _AGAIN)
        self._from_start = True
        return 1

    async def _is_settled(self, js: JetStreamContext) -> bool:
        """Release what waits for parents that the stream has not; False where it was not read from the start yet."""
        if not any(store.is_waiting for store in self._stores.values()):
            return True
        if not self._from_start:
            self._from_start = True
            return False
        state = (await js.stream_info(self._server.stream)).state
        if self._sequence >= state.last_seq:
            for store in self._stores.values():
                store.release()
            self._write_place()
        return True

    def _take(self, some: list[Msg]) -> None:
        touched = set()
        for each in some:
            try:
                name = self._repository_of(each.subject)
                message = self._parts.take(each.headers or {}, each.data)
            except WrongMessageError as error:
                self.refused += 1
                self._say(f"passed over message {each.metadata.sequence.stream}: {error.wrong}")
                continue
            if message is not None:
                store = self._store(name)
                store.take(message)
                touched.add(store)
        for store in touched:
            store.settle()
            if store.is_full:
                store.release()
        self._sequence = some[-1].metadata.sequence.stream
        self._id = (some[-1].headers or {}).get(ID, "")
        if not any(store.is_waiting for store in self._stores.values()):
            self._write_place()

    def _repository_of(self, subject: str) -> str:
        root, _, rest = subject.partition(".")
        name = rest.partition(".")[0]
        if root != ROOT or not NAME.fullmatch(name):
            raise WrongMessageError("reading a message", "its subject names no repository")
        return name

    def _store(self, name: str) -> StoreOfOthers:
        if name not in self._stores:
            path = os.path.join(self._folder, name)
            if os.path.islink(path) or os.path.lexists(os.path.join(path, "HEAD")):
                raise MuseHookError(
                    f"following into {path}", "a repository of somebody stands there", "name another folder"
                )
            self._stores[name] = StoreOfOthers(path)
        return self._stores[name]

    def _read_place(self) -> tuple[int, str]:
        try:
            with open(self._path, encoding="utf-8", newline="\n") as file:
                kept = json.load(file)
            return int(kept["sequence"]), str(kept["id"])
        except (OSError, ValueError, TypeError, KeyError):  # from the start: what is here already is known
            return 0, ""

    def _write_place(self) -> None:
        temporary = f"{self._path}.part"
        with open(temporary, "w", encoding="utf-8", newline="\n") as file:
            json.dump({"version": 1, "sequence": self._sequence, "id": self._id}, file)
        os.replace(temporary, self._path)


async def _left(subscription: Any) -> None:
    try:
        await subscription.unsubscribe()
    except FAILURES:
        return
