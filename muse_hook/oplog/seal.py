"""Seals and rewrite marks as they are read, and which of two engines' batches of one commit counts."""

from __future__ import annotations

from muse_hook.oplog.entry import MAX_GENERATION, POSITIONS, seal_id, stamp
from muse_hook.oplog.lines import parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Rank = tuple[tuple[tuple[int, str], ...], bytes]

_NAME = "muse_hook "
_DIGITS = "0123456789"


class Seal:
    """A seal that was found, and whether its batch is whole.

    Offsets in bytes: the batch is `start` to `end`, its seal's line starts at `line`. `reason` says why it is not
    `intact`. `entry` is the whole line as a dict; `generation` and `entries` are 0 where the line does not say.
    """

    __slots__ = ("commit_id", "end", "entries", "entry", "generation", "line", "reason", "start")

    def __init__(self, entry: dict[str, Any], line: int, end: int) -> None:
        commit = entry["commit"]
        self.entry = entry
        self.commit_id: str = entry["commit_id"]
        self.generation = _natural(commit.get("generation"))
        self.entries = _natural(commit.get("entries"))
        self.start = line
        self.line = line
        self.end = end
        self.reason = _altered(entry, self.generation, self.entries)

    @property
    def intact(self) -> bool:
        """Whether the batch counts."""
        return not self.reason

    @property
    def tree(self) -> str:
        """The commit's tree id."""
        return str(self.entry["domain_op"]["content_id"])

    @property
    def parents(self) -> tuple[str, ...]:
        """The commit's parents."""
        return tuple(self.entry["commit"]["parents"])

    @property
    def engine(self) -> str:
        """What made the batch, "" where the seal does not say."""
        return engine_of(self.entry["commit"])

    @property
    def shallow(self) -> bool:
        """Whether the commit stood at, or above, the boundary of a shallow clone when it was recorded."""
        return self.entry["commit"].get("shallow") is True

    def __repr__(self) -> str:
        return f"Seal({self.commit_id[:10]} {self.start}-{self.end} {self.reason or 'intact'})"


class Mark:
    """A rewrite mark that was found: `op_id`, and `end`, the offset after its line."""

    __slots__ = ("end", "entry", "op_id")

    def __init__(self, entry: dict[str, Any], end: int) -> None:
        self.entry = entry
        self.op_id: str = entry["op_id"]
        self.end = end

    def __repr__(self) -> str:
        return f"Mark({self.op_id})"


def git_line(line: bytes, start: int) -> Seal | Mark | None:
    """Return the seal or the mark that `line`, which starts at the byte `start`, is; None for any other line.

    Whether the seal's batch stands before it is not known yet.
    """
    entry = parse(line)
    if entry is None or entry.get("domain") != "git" or not _is_id(entry.get("op_id")):
        return None
    if "commit_id" not in entry:
        return Mark(entry, start + len(line))
    if not _is_id(entry["commit_id"]) or not isinstance(entry.get("commit"), dict):
        return None
    return Seal(entry, start, start + len(line))


def _altered(entry: dict[str, Any], generation: int, entries: int) -> str:
    """Say in what a seal contradicts itself; "" for nothing."""
    commit, op, commit_id = entry["commit"], entry.get("domain_op"), entry["commit_id"]
    parents = commit.get("parents")
    fits = (
        entry["op_id"] == seal_id(commit_id)
        and isinstance(op, dict)
        and op.get("address") == commit_id
        and isinstance(op.get("content_id"), str)
        and isinstance(parents, list)
        and all(isinstance(parent, str) for parent in parents)
        and 0 < generation < MAX_GENERATION
        and entries < POSITIONS
        and entry.get("lamport_ts") == stamp(generation, entries)
        and entry.get("created_at") == commit.get("committed_at")
        and (entries > 0 or entry.get("parent_op_ids") == [seal_id(parent) for parent in parents])
    )
    return "" if fits else "the seal contradicts itself"


def _is_id(value: object) -> bool:
    return isinstance(value, str) and value.isascii()


def _natural(value: object) -> int:
    return value if type(value) is int and value >= 0 else 0


# Engines


def engine_of(commit: Any) -> str:
    """Return the engine that a seal's `commit` names, "" for none."""
    engine = commit.get("engine") if isinstance(commit, dict) else None
    return engine if isinstance(engine, str) else ""


def supersedes(engine: str, other: str) -> bool:
    """Say whether of two batches of one commit that of `engine` counts, although that of `other` came first.

    The newer engine's does: by the version of muse_hook, number by number, then by the whole text. The same on every
    machine, whatever else stands in the texts; one that names no version is the oldest.
    """
    return engine != other and _rank(engine) > _rank(other)


def _rank(engine: str) -> Rank:
    # The bytes are the same for what was spelled out to be put in a database.
    return _version(engine.partition(";")[0]), engine.encode("utf-8", "backslashreplace")


def _version(name: str) -> tuple[tuple[int, str], ...]:
    """Return the numbers of "muse_hook x.y.z" so that they compare as numbers, however many digits they have."""
    if not name.startswith(_NAME):
        return ()
    numbers = []
    for part in name[len(_NAME) :].strip().split("."):
        digits = part[: len(part) - len(part.lstrip(_DIGITS))]
        if not digits:
            break
        digits = digits.lstrip("0")
        numbers.append((len(digits), digits))
        if not part.isdecimal():  # such as 0rc1: the text decides
            break
    while numbers and numbers[-1] == (0, ""):
        numbers.pop()
    return tuple(numbers)
