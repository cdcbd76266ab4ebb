"""Publishing a store to a stream: each batch and entry of no commit in the order of its log, until all are there."""

from __future__ import annotations

import asyncio
import json
import os

from nats.js.errors import APIError, NoStreamResponseError, NotFoundError

from muse_hook.digest import hex_sha256
from muse_hook.oplog.lines import manual_entry
from muse_hook.oplog.reader import LogReader, OpenLogs
from muse_hook.oplog.seal import Seal
from muse_hook.oplog.sessions import LOG
from muse_hook.sharing.connection import FAILURES, StreamError
from muse_hook.sharing.message import BATCH, ENTRY, ID, Message, tombstone

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from nats.js import JetStreamContext

    from muse_hook.oplog.store import Store
    from muse_hook.sharing.connection import Server

_AT_ONCE = 64  # messages on their way before the first one is acknowledged
_HEADROOM = 16 << 10  # bytes that headers may take of the server's limit
_ACK_SECONDS = 5.0
_IDLE_SECONDS = 0.5  # between two looks at the logs where nothing tells of a change
_FOLDER = "publish"
_TOMBSTONES = "\0tombstones"


class Place:
    """How far a session's log is in the stream: `offset` in the log `inode`, and the last message acknowledged."""

    __slots__ = ("id", "inode", "offset", "sequence")

    def __init__(self, offset: int = 0, inode: int = 0, id_: str = "", sequence: int = 0) -> None:
        self.offset = offset
        self.inode = inode
        self.id = id_
        self.sequence = sequence

    def row(self) -> list[Any]:
        """Return what the state's file keeps."""
        return [self.offset, self.inode, self.id, self.sequence]


class Publisher:
    """Puts a store's logs into a stream, and remembers how far it is once the server has it on its disk.

    The places are beside the logs, one file a stream. Where the stream lost what it had acknowledged (another server,
    an older copy), its last message of each session says where to go on; what is there twice then, a follower knows.
    """

    def __init__(self, store: Store, repository: str, server: Server) -> None:
        self._store = store
        self._repository = repository
        self._server = server
        name = hex_sha256(f"{server.url}\0{server.stream}\0{repository}".encode())[:16]
        self._path = store.path(_FOLDER, f"{name}.json")
        self._places: dict[str, Place] = {}
        self._limit = 0
        self.published = 0

    async def run(self, changed: Callable[[], None], *, once: bool, create: dict[str, Any] | None) -> None:
        """Publish until cancelled, or until everything is there; `changed()` waits (in a thread) for a change.

        StreamError where the server has no such stream and none is to be made.
        """
        self._read_places()
        client = await self._server.connect()
        try:
            js = client.jetstream(timeout=_ACK_SECONDS)
            is_checked = was_there = False
            while True:
                try:
                    if not is_checked or self._server.reconnected.is_set():
                        if create is not None:
                            await self._server.create_stream(js, **create)
                        self._server.reconnected.clear()
                        await self._check(js)
                        is_checked = was_there = True
                    self._limit = client.max_payload - _HEADROOM
                    is_new = await self._publish_what_is_new(js)
                except (NoStreamResponseError, NotFoundError) as error:
                    is_checked = False
                    if was_there or create is not None:  # it will be back, or is made again
                        self._server.complain(f"it has no stream {self._server.stream!r}")
                        await asyncio.sleep(_IDLE_SECONDS)
                        continue
                    wrong = f"it has no stream {self._server.stream!r}"
                    raise StreamError(f"publishing to {self._server.url}", wrong, "--create-stream") from error
                except (*FAILURES, APIError) as error:
                    self._server.complain(error)
                    is_checked = False
                    await asyncio.sleep(_IDLE_SECONDS)
                    continue
                if once and not is_new:
                    return
                if not is_new:
                    await asyncio.to_thread(changed)
        finally:
            await self._server.close(client)

    async def _publish_what_is_new(self, js: JetStreamContext) -> bool:
        """Publish what stands behind the places; whether there was anything."""
        found = False
        for session, folder in self._store.sessions():
            path = os.path.join(folder, LOG)
            try:
                status = os.stat(path)
            except FileNotFoundError:
                continue
            place = self._places.setdefault(session, Place(inode=status.st_ino))
            if place.inode != status.st_ino or place.offset > status.st_size:  # cut by purge, gc or renew
                self._places[session] = place = Place(inode=status.st_ino, id_=place.id, sequence=place.sequence)
            if place.offset == status.st_size:
                continue
            waiting: list[tuple[Message, int]] = []
            for each in messages(self._store, session, place.offset):
                waiting.append(each)
                if len(waiting) == _AT_ONCE:
                    await self._send(js, place, waiting)
                    found, waiting = True, []
            if waiting:
                await self._send(js, place, waiting)
                found = True
        return await self._send_tombstones(js) or found

    async def _send(self, js: JetStreamContext, place: Place, waiting: list[tuple[Message, int]]) -> None:
        """Publish some messages in order, and move the place behind them when the server has them all."""
        parts = [
            (message.subject(self._repository), headers, payload)
            for message, _ in waiting
            for headers, payload in message.parts(self._limit)
        ]
        calls = [js.publish(subject, each, headers=headers, timeout=_ACK_SECONDS) for subject, headers, each in parts]
        acks = await asyncio.gather(*calls)
        place.id, place.sequence, place.offset = parts[-1][1][ID], acks[-1].seq, waiting[-1][1]
        self.published += len(waiting)
        self._write_places()

    async def _send_tombstones(self, js: JetStreamContext) -> bool:
        purged = sorted(each for each in self._store.purged() if each)
        place = self._places.setdefault(_TOMBSTONES, Place())
        if place.offset >= len(purged):
            return False
        waiting = [(tombstone("HEAD", commit_id), len(purged)) for commit_id in purged]
        await self._send(js, place, waiting)
        return True

    async def _check(self, js: JetStreamContext) -> None:
        """Hold the places against the stream, and go back in those sessions of which it has lost something."""
        state = (await js.stream_info(self._server.stream)).state
        for session, place in list(self._places.items()):
            if not place.sequence or place.sequence < state.first_seq <= state.last_seq:
                continue  # nothing was published, or it has grown too old since
            try:
                message = await js.get_msg(self._server.stream, place.sequence)
                is_there = (message.headers or {}).get(ID) == place.id
            except NotFoundError:
                is_there = False
            if not is_there:
                self._places[session] = await self._last_place(js, session)

    async def _last_place(self, js: JetStreamContext, session: str) -> Place:
        """Return the place behind the stream's last message of a session, the beginning where that is not ours."""
        if session == _TOMBSTONES:
            return Place()
        try:
            subject = Message(ENTRY, session, b"").subject(self._repository)
            last = await js.get_last_msg(self._server.stream, subject)
        except NotFoundError:
            return Place()
        name = (last.headers or {}).get(ID, "")
        return self._place_of(session, name, last.seq or 0)

    def _place_of(self, session: str, name: str, sequence: int) -> Place:
        """Return the place behind the message with the id `name`, the beginning where our log has no such one."""
        path = self._store.log_path(session)
        if not os.path.exists(path):
            return Place()
        inode = os.stat(path).st_ino
        for message, end in messages(self._store, session, 0):
            if message.parts(self._limit or (1 << 20))[-1][0][ID] == name:
                return Place(end, inode, name, sequence)
        return Place(inode=inode)

    def _read_places(self) -> None:
        try:
            with open(self._path, encoding="utf-8", newline="\n") as file:
                kept = json.load(file)
            self._places = {str(session): Place(*row) for session, row in kept["places"].items()}
        except (OSError, ValueError, TypeError, KeyError, AttributeError):  # a cache: what is there twice is known
            self._places = {}

    def _write_places(self) -> None:
        self._store.ensure(_FOLDER)
        kept = {"version": 1, "places": {session: place.row() for session, place in self._places.items()}}
        self._store.replace_file(self._path, json.dumps(kept).encode("ascii"))


def messages(store: Store, session: str, offset: int) -> Iterator[tuple[Message, int]]:
    """Yield what counts in a log from a byte on, in its order, each with the offset behind it: batches and entries."""
    with OpenLogs(store) as logs:
        fd = logs.fd(session)
        size = os.fstat(fd).st_size
        at = offset
        reader = LogReader(fd, offset, end=size)
        for found in reader:
            if not isinstance(found, Seal) or not found.intact:
                continue
            yield from _entries(fd, session, at, found.start)
            data = os.pread(fd, found.end - found.start, found.start)
            yield Message(BATCH, session, data, seal=found), found.end
            at = found.end
        yield from _entries(fd, session, at, reader.position)


def _entries(fd: int, session: str, start: int, end: int) -> Iterator[tuple[Message, int]]:
    at = start
    for line in os.pread(fd, end - start, start).split(b"\n")[:-1] if end > start else ():
        at += len(line) + 1
        entry = manual_entry(line)
        if entry is not None:
            yield Message(ENTRY, session, line + b"\n", entry=entry), at
