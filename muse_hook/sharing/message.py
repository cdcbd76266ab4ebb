"""What travels over a stream: a batch or an entry of no commit as one message, and what a stranger's must hold."""

from __future__ import annotations

import os
import re
import zlib

from muse_hook.digest import hex_sha256
from muse_hook.errors import DamagedLogError, SessionError
from muse_hook.oplog.entry import seal_id
from muse_hook.oplog.lines import manual_entry
from muse_hook.oplog.reader import LogReader
from muse_hook.oplog.seal import Mark, Seal
from muse_hook.oplog.sessions import check
from muse_hook.oplog.shape import MAX_LINE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

ROOT = "muse"
"""The first token of every subject: `muse.<repository>.<session>`."""
ID, SCHEMA = "Nats-Msg-Id", "1"
_HEADERS = ("Muse-Schema", "Muse-Kind", "Muse-Session", "Muse-Commit", "Muse-Engine", "Muse-Encoding", "Muse-Part")
_SCHEMA, _KIND, _SESSION, _COMMIT, _ENGINE, _ENCODING, _PART = _HEADERS
BATCH, ENTRY, TOMBSTONE = "batch", "entry", "tombstone"
_COMPRESSED_ABOVE = 1024  # bytes; less is not worth the header
_LONGEST_TOKEN = 200  # characters of an escaped session
_LARGEST = 4 * MAX_LINE  # bytes of one batch that a follower takes
_MOST_PARTS = 4096
NAME = re.compile(r"[A-Za-z0-9_-]{1,100}")
"""What a repository's token is: letters, digits, `_` and `-`."""


class WrongMessageError(DamagedLogError):
    """A message that is none of ours, or that is not what it says."""


class Message:
    """One batch (`seal`), entry (`entry`) or tombstone of a session; `data` are its lines, `id` names them."""

    __slots__ = ("data", "entry", "id", "kind", "seal", "session")

    def __init__(self, kind: str, session: str, data: bytes, *, seal: Seal | None = None, entry: Any = None) -> None:
        self.kind = kind
        self.session = session
        self.data = data
        self.seal = seal
        self.entry = entry
        first = seal_id(seal.commit_id) if seal is not None else str(entry["op_id"]) if entry is not None else kind
        self.id = f"{first}.{hex_sha256(data)[:16]}"

    @property
    def highest_stamp(self) -> int:
        """The largest stamp of the lines (see oplog.writer)."""
        entry = self.entry if self.seal is None else self.seal.entry
        return int(entry["lamport_ts"])

    def subject(self, repository: str) -> str:
        """Return the subject that it goes to; whatever a branch is called, it is one token."""
        return f"{ROOT}.{repository}.{token(self.session)}"

    def parts(self, limit: int) -> list[tuple[dict[str, str], bytes]]:
        """Return headers and payloads of at most `limit` bytes each, in order; one, but for what is larger."""
        payload, encoding = self.data, "plain"
        if len(payload) > _COMPRESSED_ABOVE:
            payload, encoding = zlib.compress(payload, 6), "zlib"
        headers = {_SCHEMA: SCHEMA, _KIND: self.kind, _SESSION: token(self.session, whole=True), _ENCODING: encoding}
        if self.seal is not None:
            headers |= {_COMMIT: self.seal.commit_id, _ENGINE: self.seal.engine}
        count = max(1, -(-len(payload) // limit))
        if count == 1:
            return [(headers | {ID: self.id}, payload)]
        return [
            (
                headers | {ID: f"{self.id}.{at + 1}of{count}", _PART: f"{at + 1}/{count}"},
                payload[at * limit : (at + 1) * limit],
            )
            for at in range(count)
        ]

    def __repr__(self) -> str:
        return f"Message({self.kind} {self.id} of {self.session})"


def token(session: str, *, whole: bool = False) -> str:
    """Return a session as one token of a subject: other than letters, digits, `_`, `-` stand as `%XX`.

    One that is very long ends in a hash, if it need not be `whole`.
    """
    text = re.sub(r"[^A-Za-z0-9_-]", lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), session)
    if whole or len(text) <= _LONGEST_TOKEN:
        return text
    return f"{text[:_LONGEST_TOKEN]}-{hex_sha256(session.encode())[:16]}"


def tombstone(session: str, commit_id: str) -> Message:
    """Return the message that a commit was purged."""
    return Message(TOMBSTONE, session, f"{commit_id}\n".encode("ascii"))


class Parts:
    """Puts messages together again, and holds each against what it says of itself: nothing in one is trusted."""

    def __init__(self) -> None:
        self._begun: dict[str, list[bytes | None]] = {}

    def take(self, headers: Mapping[str, str], payload: bytes) -> Message | None:
        """Return the message whose last part this is, None while parts are missing; WrongMessageError."""
        if headers.get(_SCHEMA) != SCHEMA:
            raise _wrong(f"its schema is {headers.get(_SCHEMA)!a:.40}")
        whole = headers.get(ID, "")
        if _PART in headers:
            found = re.fullmatch(r"(\d{1,5})/(\d{1,5})", headers[_PART])
            number, count = (int(found[1]), int(found[2])) if found else (0, 0)
            if not 1 <= number <= count <= _MOST_PARTS:
                raise _wrong("its part is none")
            whole = whole.removesuffix(f".{number}of{count}")
            parts = self._begun.setdefault(whole, [None] * count)
            if len(parts) != count or sum(len(each) for each in parts if each) + len(payload) > _LARGEST:
                del self._begun[whole]
                raise _wrong("its parts are not of one message")
            parts[number - 1] = payload
            if None in parts:
                return None
            payload = b"".join(part for part in parts if part is not None)
            del self._begun[whole]
        made = _message(headers, _plain(payload, headers.get(_ENCODING)))
        if made.id != whole:
            raise _wrong("its lines are not those that its id names")
        return made


def _plain(payload: bytes, encoding: str | None) -> bytes:
    if encoding == "plain":
        return payload
    if encoding != "zlib":
        raise _wrong("its encoding is unknown")
    unpack = zlib.decompressobj()
    try:
        data = unpack.decompress(payload, _LARGEST)
    except zlib.error:
        raise _wrong("it cannot be unpacked") from None
    if not unpack.eof:
        raise _wrong("it is larger than any batch")
    return data


def _message(headers: Mapping[str, str], data: bytes) -> Message:
    text = headers.get(_SESSION, "")
    if not re.fullmatch(r"(?:[A-Za-z0-9_-]|%[0-9A-F]{2})+", text):
        raise _wrong("its session is no name")
    raw = re.sub(rb"%([0-9A-F]{2})", lambda found: bytes([int(found[1], 16)]), text.encode("ascii"))
    try:
        session = check(raw.decode("utf-8"))
    except (ValueError, SessionError) as error:
        raise _wrong(f"its session is no name ({error})") from None
    kind = headers.get(_KIND)
    if kind == BATCH:
        return Message(BATCH, session, data, seal=whole_batch(data))
    if kind == ENTRY:
        entry = manual_entry(data[:-1]) if data.endswith(b"\n") and data.count(b"\n") == 1 else None
        if entry is None or len(data) > MAX_LINE:
            raise _wrong("its line is no entry")
        return Message(ENTRY, session, data, entry=entry)
    if kind == TOMBSTONE and re.fullmatch(rb"[0-9a-f]{40}(?:[0-9a-f]{24})?\n", data):
        return Message(TOMBSTONE, session, data)
    raise _wrong("it is of no kind that is known")


def whole_batch(data: bytes) -> Seal:
    """Return the seal of bytes that are one whole batch, digests and types checked; WrongMessageError."""
    fd = os.memfd_create("batch", os.MFD_CLOEXEC) if hasattr(os, "memfd_create") else _temporary()
    try:
        with open(fd, "wb", closefd=False, buffering=0) as file:
            file.write(data)
        found = list(LogReader(fd))
    finally:
        os.close(fd)
    if len(found) != 1 or isinstance(found[0], Mark):
        raise _wrong("it is not one batch")
    seal = found[0]
    if not seal.intact or (seal.start, seal.end) != (0, len(data)):
        raise _wrong(seal.reason or "it is more than a batch")
    return seal


def _temporary() -> int:
    import tempfile

    fd, path = tempfile.mkstemp()
    os.unlink(path)
    return fd


def _wrong(what: str) -> WrongMessageError:
    return WrongMessageError("reading a message", what)
