"""A log's bytes as lines, and lines as entries."""

from __future__ import annotations

import errno
import os

from muse_hook.errors import DamagedLogError, StoreError
from muse_hook.oplog.entry import CHECK, CHECK_DIGITS, DOMAIN, KEYS, canonical, check_of
from muse_hook.oplog.shape import MAX_LINE, wrong_by_hand, wrong_in_entry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any, NoReturn

BLOCK = 1 << 20
_LOOKED_AT = 4 << 20  # bytes of a line before anybody asks what it is
_OBJECT = b"{"
_KEYS = frozenset(KEYS)
_VERSION, _DERIVED = 14, "8"  # where an id says its version, and that of ids which derive from a commit
_HEX = b"0123456789abcdef"
_DIGIT = ord("x")
_END = CHECK + b':"' + b"x" * CHECK_DIGITS + b'"}'

# What json.loads does after guessing an encoding and looking for white space, twice as fast; made when first needed.
_decode: Callable[[str, int], tuple[Any, int]] | None = None


def open_log(path: str) -> int | None:
    """Open a log for reading; None where there is none, StoreError where it cannot be read."""
    try:
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreError(f"reading {path}", error.strerror or str(error)) from error


def read_lines(fd: int, start: int, end: int) -> Iterator[bytes]:
    """Yield the lines of the bytes `start` to `end` without their newlines; the last one may have had none.

    One that is too long to be ours stands there as b"", see `read_line_ends`.
    """
    return (line for line, _ in read_line_ends(fd, start, end))


def read_line_ends(fd: int, start: int, end: int) -> Iterator[tuple[bytes, int]]:
    """Yield the same lines, each with the offset after its newline (or `end`). Memory is bound by `MAX_LINE`."""
    rest = b""
    at = start  # where `rest` begins
    while at + len(rest) < end:
        block = os.pread(fd, min(next_block(rest), end - at - len(rest)), at + len(rest))
        if not block:
            break
        *lines, rest = (rest + block).split(b"\n")
        del block
        for line in lines:
            at += len(line) + 1
            yield line, at
        if is_no_line(rest):
            at, rest = end_of_line(fd, at + len(rest), end), b""
            yield b"", at
    if rest:
        yield rest, at + len(rest)


def next_block(line: bytes) -> int:
    """Return how many bytes to read behind the beginning of a line: ever more, or its pieces are copied over and over.

    No more than tells that it is no line of ours.
    """
    return min(max(BLOCK, len(line)), max(BLOCK, MAX_LINE + 1 - len(line)))


def is_no_line(line: bytes) -> bool:
    """Say whether the beginning of a line cannot be one of ours, or is too long: a hole of a sparse file, garbage."""
    return len(line) > MAX_LINE or (len(line) >= _LOOKED_AT and (line[:1] != _OBJECT or b"\0" in line[-BLOCK:]))


def end_of_line(fd: int, at: int, end: int) -> int:
    """Return the offset after the first newline at, or after, the byte `at`; `end` where none stands before that.

    Passes over the holes of a sparse file without reading them.
    """
    while at < end:
        try:
            at = os.lseek(fd, at, os.SEEK_DATA)
        except OSError as error:
            if error.errno == errno.ENXIO:  # nothing but a hole is left
                return end
        block = os.pread(fd, min(BLOCK, end - at), at) if at < end else b""
        if not block:
            return end
        found = block.find(b"\n")
        if found >= 0:
            return at + found + 1
        at += len(block)
    return end


def spans_of_data(fd: int, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield from where to where a file has data between two bytes: what lies between are holes of a sparse file."""
    while start < end:
        try:
            start = os.lseek(fd, start, os.SEEK_DATA)
            stop = min(end, os.lseek(fd, start, os.SEEK_HOLE))
        except OSError as error:
            if error.errno == errno.ENXIO:  # nothing but a hole is left
                return
            raise
        if start < stop:
            yield start, stop
        start = stop


def lines_of(data: bytes, end: int) -> Iterator[bytes]:
    """Yield the lines of the first `end` bytes of `data`, which end in a newline, without theirs."""
    at = 0
    while at < end:
        stop = data.index(b"\n", at)
        yield data[at:stop]
        at = stop + 1


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
        value, end = (_decode or _make_decoder())(text, 0)
    except (ValueError, StopIteration, RecursionError, MemoryError):  # not UTF-8, no JSON, nested or packed to break us
        return None
    return value if end == len(text) and isinstance(value, dict) else None


class _Decoding:
    """What JSON's scanner asks of a `json.JSONDecoder`."""

    strict = True
    object_hook = object_pairs_hook = None
    parse_float = float
    parse_int = int

    @staticmethod
    def parse_constant(name: str) -> NoReturn:
        raise ValueError(f"{name} is no JSON")


def _make_decoder() -> Callable[[str, int], tuple[Any, int]]:
    global _decode  # noqa: PLW0603 - the one thing that is kept
    try:
        # json's own scanner without its package, which compiles regular expressions, a twelfth of a hook.
        from _json import make_scanner

        _decode = make_scanner(_Decoding)  # type: ignore[arg-type] # has what it asks for
    except ImportError:  # no CPython
        from json import JSONDecoder

        _decode = JSONDecoder(parse_constant=_Decoding.parse_constant).raw_decode
    return _decode


def manual_entry(line: bytes) -> Any:
    """Return the entry of a line that belongs to no commit, None for a commit's line and for what is no entry."""
    entry = parse(line)
    if entry is None or "commit_id" in entry or wrong_by_hand(entry) or not is_as_written(line, entry):
        return None
    return entry


def is_as_written(line: bytes, entry: dict[str, Any]) -> bool:
    """Say whether a line of no commit fits its own check; one by hand, and one of before there was any, has none.

    What has further keys and no check is a line whose key was altered: a mark's or claim's, or one of a batch.
    """
    if "check" in entry:
        return bool(entry["check"] == check_of(line[: max(0, line.rfind(CHECK))]))
    is_derived = entry["op_id"][_VERSION : _VERSION + 1] == _DERIVED
    return _KEYS.issuperset(entry) or not (entry["domain"] == "git" or is_derived)


def is_altered(line: bytes) -> bool:
    """Say whether a line that is no entry was a mark or a claim: it, or what ran into it, has come to its end.

    Of that end one byte may be another, or stand behind it where a newline was.
    """
    if b'"commit_id":"' in line or b'"commit":{' in line:
        return False
    return _has_check(line) or _differs(line[-len(_END) :]) <= 1 or _differs(line[-len(_END) - 1 : -1]) <= 1


def _has_check(line: bytes) -> bool:
    at = line.find(CHECK)
    while at >= 0:
        if not _differs(line[at : at + len(_END)]):
            return True
        at = line.find(CHECK, at + 1)
    return False


def _differs(end: bytes) -> int:
    """Return in how many bytes something differs from the end of a line that has a check."""
    if len(end) != len(_END):
        return len(_END)
    return sum(
        not (found in _HEX if wanted == _DIGIT else found == wanted) for found, wanted in zip(end, _END, strict=True)
    )


class WrongLineError(DamagedLogError):
    """A line of a batch, `number` (from 0), is no entry of its commit; `key` is where."""

    def __init__(self, number: int, key: str) -> None:
        super().__init__("reading a batch", f"entry {number + 1}: its {key} is not what it must be")
        self.number = number
        self.key = key


# A batch's lines: most are children's, whose ops stand in the line of their patch as well, byte for byte.

_ID, _ID_END = b'{"op_id":"', 46
_CHILDREN = b'"child_ops":['  # raw quotes are structure: inside a JSON text they would be escaped


class _Children:
    """A batch's lines as our writer writes them: a child's is known from its patch's but for its id and its op."""

    __slots__ = ("_after_stamp", "_at", "_before_stamp", "_left", "_line", "_patch", "_stamp", "_tail")

    def __init__(self) -> None:
        self._left: list[Any] = []  # the children that are still to come, the next one last
        self._before_stamp = self._tail = b""
        self._after_stamp = ""

    def begin(self, line: bytes, patch: dict[str, Any]) -> None:
        """Expect the children of an entry, if it has any, behind its line."""
        children = patch["domain_op"].get("child_ops")
        self._left = []
        if not isinstance(children, list) or not children or _CHILDREN not in line:
            return
        try:
            # An actor and an end that were worked out for the patch before are mostly those of this one.
            if not (self._tail and line.startswith(self._before_stamp, _ID_END) and line.endswith(self._tail)):
                self._before_stamp = f'","actor_id":{canonical(patch["actor_id"])},"lamport_ts":'.encode("ascii")
                tail = {key: patch[key] for key in ("created_at", "intent_id", "reservation_id", "commit_id")}
                self._tail = f",{canonical(tail)[1:]}".encode("ascii")
        except (KeyError, ValueError, TypeError, RecursionError):  # not ours: each line is parsed
            return
        self._after_stamp = f',"parent_op_ids":[{canonical(patch["op_id"])}],"domain":"{DOMAIN}","domain_op":'
        self._left = children[::-1]
        self._line = line
        self._at = line.find(_CHILDREN) + len(_CHILDREN)  # where the next child's op begins
        self._patch = patch
        self._stamp: int = patch["lamport_ts"]

    def entry(self, line: bytes) -> dict[str, Any] | None:
        """Return the entry of the next child's line, without parsing it; None where it is no such line."""
        if not self._left:
            return None
        op = self._left.pop()
        self._stamp += 1
        middle = self._before_stamp + f"{self._stamp}{self._after_stamp}".encode("ascii")
        text = line[_ID_END + len(middle) : -len(self._tail)]
        end = self._at + len(text)
        fits = (
            line.startswith(middle, _ID_END)
            and line.endswith(self._tail)
            and text
            and self._line.startswith(text, self._at)
            and self._line[end : end + 1] in (b",", b"]")
            and line.startswith(_ID)
            and line[len(_ID) : _ID_END].replace(b"-", b"").isalnum()
        )
        if not fits:
            return None
        self._at = end + 1
        return {
            "op_id": line[len(_ID) : _ID_END].decode("ascii"),
            "actor_id": self._patch["actor_id"],
            "lamport_ts": self._stamp,
            "parent_op_ids": [self._patch["op_id"]],
            "domain": DOMAIN,
            "domain_op": op,
            "created_at": self._patch["created_at"],
            "intent_id": self._patch["intent_id"],
            "reservation_id": self._patch["reservation_id"],
            "commit_id": self._patch["commit_id"],
        }


def batch_entries(lines: Iterable[bytes], commit_id: str) -> Iterator[Any]:
    """Yield the entry of each of a batch's lines but its seal's, each op parsed once.

    Raises WrongLineError at the first one that is no entry of the commit.
    """
    children = _Children()
    for number, line in enumerate(lines):
        entry = children.entry(line)
        if entry is None:
            entry = parse(line)
            if entry is None:
                raise WrongLineError(number, "JSON")
            wrong = wrong_in_entry(entry)
            if wrong or entry["commit_id"] != commit_id or "commit" in entry:
                raise WrongLineError(number, wrong or "commit")
            children.begin(line, entry)
        yield entry
