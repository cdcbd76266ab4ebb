"""Seals and rewrite marks as they are read, and which of two engines' batches of one commit counts."""

from __future__ import annotations

from muse_hook.oplog.entry import CHECK, check_of, seal_id, stamp
from muse_hook.oplog.lines import is_as_written, parse
from muse_hook.oplog.shape import is_commit_id, wrong_in_seal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Rank = tuple[list[tuple[int, str]], int, list[tuple[int, str]], str]

_NAME = "muse_hook engine "
_GRAMMAR = " grammar "
PURGED, COLLECTED = "purged", "collected"
_DIGITS = "0123456789"


class Seal:
    """A seal that was found, and whether its batch is whole.

    Offsets in bytes: the batch is `start` to `end`, its seal's line starts at `line`. `reason` says why it is not
    `intact`, and `wrong_entry` which of its entries (from 0) is none, if it is that. `entry` is the whole line as a
    dict; `generation` and `entries` are 0 where the line does not say.
    """

    __slots__ = ("commit_id", "end", "entries", "entry", "generation", "line", "reason", "start", "wrong_entry")

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
        self.wrong_entry: int | None = None

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
    if "commit_id" not in entry and "commit" not in entry:
        return Mark(entry, start + len(line)) if is_as_written(line, entry) else None
    if not is_commit_id(entry.get("commit_id")) or not isinstance(entry.get("commit"), dict):
        return None
    seal = Seal(entry, start, start + len(line))
    if not seal.reason and not _fits_check(line, entry, seal.engine):
        seal.reason = "the seal does not fit its check"
    return seal


def has_check(engine: str) -> bool:
    """Say whether the seals of an engine end with a digest of themselves: those that have a number do."""
    return engine.startswith(_NAME)


def _fits_check(line: bytes, entry: dict[str, Any], engine: str) -> bool:
    if "check" not in entry:
        return not has_check(engine)
    return bool(entry["check"] == check_of(line[: max(0, line.rfind(CHECK))]))


def _altered(entry: dict[str, Any], generation: int, entries: int) -> str:
    """Say in what a seal contradicts itself; "" for nothing."""
    wrong = wrong_in_seal(entry)
    if wrong:
        return f"its seal's {wrong} is not what it must be"
    commit, op, commit_id = entry["commit"], entry["domain_op"], entry["commit_id"]
    fits = (
        entry["op_id"] == seal_id(commit_id)
        and op["op"] == "insert"
        and op["address"] == commit_id
        and entry["lamport_ts"] == stamp(generation, entries)
        and entry["created_at"] == commit["committed_at"]
        and (entries > 0 or entry["parent_op_ids"] == [seal_id(parent) for parent in commit["parents"]])
    )
    return "" if fits else "the seal contradicts itself"


def _is_id(value: object) -> bool:
    return isinstance(value, str) and value.isascii()


def _natural(value: object) -> int:
    return value if type(value) is int and value >= 0 else 0


def is_cut(entry: Any) -> bool:
    """Say whether an entry of no commit is the mark that stands in the place of a batch that was taken out."""
    op = entry["domain_op"]
    is_mark = entry["domain"] == "git" and op.get("op") == "delete"
    return bool(is_mark and op.get("content_summary") in (PURGED, COLLECTED))


# Engines


def engine_of(commit: Any) -> str:
    """Return the engine that a seal's `commit` names, "" for none."""
    engine = commit.get("engine") if isinstance(commit, dict) else None
    return engine if isinstance(engine, str) else ""


def supersedes(engine: str, other: str) -> bool:
    """Say whether of two batches of one commit that of `engine` counts, although that of `other` came first.

    The newer engine's does. Newer is the larger number ("muse_hook engine N"; one without is older than any), then the
    one that names more grammars (the other clone lacked one), then the larger versions, number by number as they stand
    in the text, then the larger text. The same on every machine, whatever else stands in the texts.
    """
    return engine != other and _rank(engine) > _rank(other)


def grammars_of(engine: str) -> list[str]:
    """Return the names of the languages whose grammars an engine's text names."""
    return [part.partition(_GRAMMAR)[0] for part in engine.split("; ")[1:] if _GRAMMAR in part]


def _rank(engine: str) -> Rank:
    # What JSON can write and UTF-8 cannot is the same as what was spelled out to be put in a database.
    text = engine.encode("utf-8", "backslashreplace").decode()
    number = _numbers(text.partition(";")[0])[:1] if has_check(text) else []
    return number, len(grammars_of(text)), _numbers(text), text


def _numbers(text: str) -> list[tuple[int, str]]:
    """Return the numbers in a text so that they compare as numbers, however many digits they have."""
    spaced = "".join(each if each in _DIGITS else " " for each in text)
    return [(len(digits), digits) for digits in (word.lstrip("0") for word in spaced.split())]
