"""Reading a stretch of a log line by line."""

from __future__ import annotations

import os

from muse_hook.errors import StoreError

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
