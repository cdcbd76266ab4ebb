"""A log's bytes as lines, and lines as entries."""

from __future__ import annotations

import os

from muse_hook.errors import StoreError
from muse_hook.oplog.entry import DOMAIN, canonical

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

BLOCK = 1 << 20

# What json.loads does after guessing an encoding and looking for white space, twice as fast; made when it is needed
# first, since json brings regular expressions along.
_decode: Callable[[str], tuple[Any, int]] | None = None


def open_log(path: str) -> int | None:
    """Open a log for reading; None where there is none, StoreError where it cannot be read."""
    try:
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreError(f"reading {path}", error.strerror or str(error)) from error


def read_lines(fd: int, start: int, end: int) -> Iterator[bytes]:
    """Yield the lines of the bytes `start` to `end` without their newlines; the last one may have had none."""
    rest = b""
    at = start
    while at < end:
        # A line longer than a block: read ever more of it, or its pieces are copied over and over.
        block = os.pread(fd, min(max(BLOCK, len(rest)), end - at), at)
        if not block:
            break
        at += len(block)
        *lines, rest = (rest + block).split(b"\n")
        yield from lines
    if rest:
        yield rest


def start_of_last(fd: int, end: int, count: int) -> int:
    """Return the offset where the last `count` lines before `end`, a line's start, begin (0: there are fewer)."""
    if count == 0:
        return end
    wanted = count + 1  # newlines to go back over, the one just before `end` included
    at = end
    while at > 0:
        start = max(0, at - BLOCK)
        block = os.pread(fd, at - start, start)
        here = block.count(b"\n")
        if here >= wanted:
            found = len(block)
            for _ in range(wanted):
                found = block.rindex(b"\n", 0, found)
            return start + found + 1
        wanted -= here
        at = start
    return 0


def parse(line: bytes) -> dict[str, Any] | None:
    """Return the JSON object of a line, None where it is none."""
    try:
        text = line.decode("utf-8").strip()
        value, end = (_decode or _make_decoder())(text)
    except (ValueError, RecursionError):  # not UTF-8, not JSON, nested to break the reader
        return None
    return value if end == len(text) and isinstance(value, dict) else None


def _make_decoder() -> Callable[[str], tuple[Any, int]]:
    from json import JSONDecoder

    global _decode  # noqa: PLW0603 - the one thing that is kept
    _decode = JSONDecoder().raw_decode
    return _decode


def manual_entry(line: bytes) -> Any:
    """Return the entry of a line that belongs to no commit, None for a commit's line and for what is no entry."""
    entry = parse(line)
    return None if entry is None or "commit_id" in entry or wrong_type(entry) else entry


def wrong_type(entry: dict[str, Any]) -> str:
    """Return the first key that no reader could do without and that has no value of its type; "" for none."""
    for key, kind in (("op_id", str), ("lamport_ts", int), ("parent_op_ids", list), ("domain", str)):
        if type(entry.get(key)) is not kind:
            return key
    return "" if isinstance(entry.get("domain_op"), dict) else "domain_op"


# A batch's lines: most are children's, whose ops stand in the line of their patch as well, byte for byte.

_ID, _ID_END = b'{"op_id":"', 46
_CHILDREN = b'"child_ops":['  # raw quotes are structure: inside a JSON text they would be escaped


class _Patch:
    """A patch's line as our writer writes it, from which its children's lines are known but for their ids and ops."""

    def __init__(self, line: bytes, entry: dict[str, Any], children: list[Any]) -> None:
        self.children = children[::-1]  # those that are still to come, the next one last
        self._line = line
        self._at = line.find(_CHILDREN) + len(_CHILDREN)  # where the next child's op begins
        self._entry = entry
        self._stamp = entry["lamport_ts"]
        self._before_stamp = f'","actor_id":{canonical(entry["actor_id"])},"lamport_ts":'
        self._after_stamp = f',"parent_op_ids":[{canonical(entry["op_id"])}],"domain":"{DOMAIN}","domain_op":'
        tail = {key: entry[key] for key in ("created_at", "intent_id", "reservation_id", "commit_id")}
        self._tail = f",{canonical(tail)[1:]}".encode("ascii")

    def child(self, line: bytes) -> dict[str, Any] | None:
        """Return the entry of the line of the next child, without parsing it; None where it is no such line."""
        op = self.children.pop()
        self._stamp += 1
        patch = self._entry
        middle = f"{self._before_stamp}{self._stamp}{self._after_stamp}".encode("ascii")
        text = line[_ID_END + len(middle) : -len(self._tail)]
        end = self._at + len(text)
        fits = (
            line.startswith(_ID)
            and line[len(_ID) : _ID_END].replace(b"-", b"").isalnum()
            and line.startswith(middle, _ID_END)
            and line.endswith(self._tail)
            and text
            and self._line.startswith(text, self._at)
            and self._line[end : end + 1] in (b",", b"]")
        )
        if not fits:
            self.children = []
            return None
        self._at = end + 1
        return {
            "op_id": line[len(_ID) : _ID_END].decode("ascii"),
            "actor_id": patch["actor_id"],
            "lamport_ts": self._stamp,
            "parent_op_ids": [patch["op_id"]],
            "domain": DOMAIN,
            "domain_op": op,
            "created_at": patch["created_at"],
            "intent_id": patch["intent_id"],
            "reservation_id": patch["reservation_id"],
            "commit_id": patch["commit_id"],
        }


def batch_entries(data: bytes, commit_id: str) -> Iterator[Any]:
    """Yield the entries of a commit's batch, each op parsed once; lines that are none are passed over."""
    patch = None
    for line in data.split(b"\n")[:-1]:
        entry = patch.child(line) if patch is not None and patch.children else None
        if entry is None:
            entry = parse(line)
            if entry is None or entry.get("commit_id") != commit_id or wrong_type(entry):
                continue
            patch = _patch(line, entry)
        yield entry


def _patch(line: bytes, entry: dict[str, Any]) -> _Patch | None:
    children = entry["domain_op"].get("child_ops")
    if not isinstance(children, list) or not children or _CHILDREN not in line:
        return None
    try:
        return _Patch(line, entry, children)
    except (KeyError, ValueError, TypeError, RecursionError):  # not ours: its children's lines are parsed as they are
        return None
