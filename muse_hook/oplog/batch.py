"""What is appended to a log in one piece: a commit's batch, a rewrite mark, entries of no commit."""

from __future__ import annotations

from muse_hook.digest import hasher
from muse_hook.errors import DamagedLogError, DeltaError
from muse_hook.oplog.entry import (
    DOMAIN,
    KEYS,
    POSITIONS,
    canonical,
    canonical_of,
    entry_id,
    entry_line,
    mark_id,
    mark_stamp,
    now,
    random_id,
    seal_id,
    stamp,
    tail_json,
    text_json,
    texts_json,
    walk_ops,
    with_check,
)
from muse_hook.oplog.lines import batch_entries, lines_of, parse
from muse_hook.oplog.seal import PURGED, has_check
from muse_hook.oplog.shape import wrong_by_hand, wrong_in_seal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from muse_hook.model.change import Commit
    from muse_hook.model.ops import DomainOp, OpEntry, StructuredDelta

# The last position of a generation is a mark's, the one before it the seal's of the largest batch.
MAX_ENTRIES = POSITIONS - 2
# Characters of lines that are kept as texts: those of 50,000 changed functions would be in memory three times.
_PART = 1 << 16


class Batch:
    """One commit's lines, `data`, as they are made (`make_batch`) or stand in a log (`LogReader.batch`).

    `data` are bytes, each line with its newline, the seal last.
    """

    __slots__ = ("_made_of", "_op_ids", "_seal", "commit_id", "data", "engine", "generation", "shallow")

    def __init__(
        self,
        commit_id: str,
        generation: int,
        data: bytes,
        op_ids: list[str] | None = None,
        *,
        engine: str,
        shallow: bool = False,
        seal: dict[str, Any] | None = None,
        made_of: tuple[StructuredDelta, dict[str, Any]] | None = None,
    ) -> None:
        """Keep what is given; `seal` is the entry of the last line, where that has been parsed already.

        `made_of` is the delta that it was made of, with what its seal says.
        """
        self.commit_id = commit_id
        self.generation = generation
        self.data = data
        self.engine = engine
        self.shallow = shallow
        self._op_ids = op_ids
        self._seal = seal
        self._made_of = made_of

    @property
    def op_ids(self) -> list[str]:
        """The entries' ids in order, without the seal's."""
        if self._op_ids is None:
            self._op_ids = [entry["op_id"] for entry in self.entries()[:-1]]
        return self._op_ids

    @property
    def seal_start(self) -> int:
        """Where in `data` the seal's line begins."""
        return self.data.rfind(b"\n", 0, -1) + 1

    @property
    def highest_stamp(self) -> int:
        """The largest `lamport_ts` of the lines, the seal's."""
        return stamp(self.generation, len(self.op_ids))

    def entries(self) -> list[OpEntry]:
        """Return the entries, the seal last; a child's op is the one that its patch holds.

        Raises DamagedLogError where a line is no entry of this commit.
        """
        start = self.seal_start
        seal: Any = self._seal or parse(self.data[start:])
        if seal is None or wrong_in_seal(seal):
            raise DamagedLogError(f"reading the batch of {self.commit_id}", "its seal is none")
        return [*batch_entries(lines_of(self.data, start), self.commit_id), seal]

    def told(self) -> list[Any]:
        """Return the entries as far as a history asks, the seal last: of one just made no line is parsed again.

        Entries have `op_id` and `domain_op`, the seal all but its id and causes. Raises as `entries`.
        """
        if self._made_of is None:
            return self.entries()
        delta, seal = self._made_of
        found: list[Any] = []
        ids = iter(self.op_ids)
        for op in delta["ops"]:
            found.append({"op_id": next(ids), "domain_op": op})
            if op["op"] == "patch":
                found += [{"op_id": next(ids), "domain_op": child} for child in op["child_ops"]]
        return [*found, seal]

    def ops(self) -> list[DomainOp]:
        """Return the top-level ops, children inside their patches, whose lines are passed over unread.

        Raises DamagedLogError where a line is not of our shape; its cause says in what.
        """
        from json import loads  # start-up time of the hook, which reads no batch

        found = []
        lines = lines_of(self.data, self.seal_start)
        try:
            for line in lines:
                op = loads(line)["domain_op"]
                found.append(op)
                if op["op"] == "patch":
                    for _ in op["child_ops"]:
                        next(lines, None)
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            wrong = f"it cannot be read ({type(error).__name__})"
            raise DamagedLogError(f"reading the batch of {self.commit_id}", wrong) from error
        return found

    def __repr__(self) -> str:
        return f"Batch({self.commit_id[:10]} {len(self.data)} bytes)"


class RewriteMark:
    """A mark that says what became of a commit: its line, its id (the same for the same commits) and its stamp."""

    __slots__ = ("data", "highest_stamp", "op_id")

    def __init__(self, op_id: str, data: bytes, highest_stamp: int) -> None:
        self.op_id = op_id
        self.data = data
        self.highest_stamp = highest_stamp


class ManualEntries:
    """Entries of no commit, as lines; `op_ids` in order."""

    __slots__ = ("data", "highest_stamp", "op_ids")

    def __init__(self, lines: Sequence[str], op_ids: list[str], highest_stamp: int) -> None:
        self.data = "".join(lines).encode("ascii")
        self.op_ids = op_ids
        self.highest_stamp = highest_stamp

    @classmethod
    def of_entry(cls, entry: OpEntry) -> ManualEntries:
        """Return the line of an entry (see `make_op_entry`); DeltaError for what is none or cannot be JSON."""
        return cls([_manual_line(entry)], [entry["op_id"]], entry["lamport_ts"])

    @classmethod
    def of_claim(cls, entry: OpEntry) -> ManualEntries:
        """Return the same of a claim, whose line ends with its check."""
        made = cls.of_entry(entry)
        made.data = with_check(made.data)
        return made

    @classmethod
    def of_ops(
        cls, ops: Sequence[tuple[str, bool]], actor_id: str, parent_op_ids: Sequence[str], first_stamp: int
    ) -> ManualEntries:
        """Return the lines of ops (see `walk_ops`), stamped from `first_stamp` on, with fresh ids and the time of now.

        Top-level ops have `parent_op_ids` as their causes, a child has its patch. Raises DeltaError.
        """
        op_ids = [random_id() for _ in ops]
        causes = texts_json(parent_op_ids, "parent_op_ids")
        actor = text_json(actor_id, "actor_id")
        lines = []
        patch_id = ""
        for position, (op_json, is_child) in enumerate(ops):
            if not is_child:
                patch_id = op_ids[position]
            lines.append(
                entry_line(
                    op_ids[position],
                    first_stamp + position,
                    DOMAIN,
                    actor_json=actor,
                    parents_json=f'["{patch_id}"]' if is_child else causes,
                    op_json=op_json,
                    tail_json=tail_json(now()),
                )
            )
        return cls(lines, op_ids, first_stamp + len(ops) - 1)


def make_batch(
    commit: Commit,
    delta: StructuredDelta,
    generation: int,
    engine: str,
    *,
    shallow: bool = False,
    actor_id: str | None = None,
    parent_op_ids: Sequence[str] | None = None,
) -> Batch:
    """Return the batch of `commit`, a pure function of the commit, its delta and the engine.

    `generation` is 1 for a root commit, else 1 + the largest of the parents'; `shallow` says that the parents are
    cut off. `engine` names the versions that made the delta. `actor_id` and `parent_op_ids` take the place of what
    derives from the commit: the trailer `Muse-Actor`, else the author; the parents' seals. Raises DeltaError for a
    delta that is not of Muse's shape or cannot be JSON.
    """
    op_ids: list[str] = []
    seal: dict[str, Any] = {}
    parts = _parts(
        commit,
        delta,
        generation,
        engine,
        op_ids,
        said=seal,
        shallow=shallow,
        actor_id=actor_id,
        parent_op_ids=parent_op_ids,
    )
    data = b"".join(parts)
    return Batch(commit.id, generation, data, op_ids, engine=engine, shallow=shallow, made_of=(delta, seal))


def is_batch(
    data: bytes, commit: Commit, delta: StructuredDelta, generation: int, engine: str, *, shallow: bool
) -> bool:
    """Say whether `data` is what `make_batch` makes, without having a second one in memory. Raises DeltaError."""
    at = 0
    for part in _parts(commit, delta, generation, engine, [], said={}, shallow=shallow):
        if not data.startswith(part, at):
            return False
        at += len(part)
    return at == len(data)


def _parts(
    commit: Commit,
    delta: StructuredDelta,
    generation: int,
    engine: str,
    op_ids: list[str],
    *,
    said: dict[str, Any],
    shallow: bool,
    actor_id: str | None = None,
    parent_op_ids: Sequence[str] | None = None,
) -> Iterator[bytes]:
    """Yield a batch's lines, some at a time, the seal last; `op_ids` takes the entries' ids, `said` what the seal says.

    The latter as far as `Batch.told` has it.
    """
    parents_json = canonical([seal_id(parent) for parent in commit.parents])
    causes_json = parents_json if parent_op_ids is None else texts_json(parent_op_ids, "parent_op_ids")
    actor = commit.actor or commit.author if actor_id is None else actor_id
    actor_json = text_json(actor, "actor_id")
    tail = tail_json(commit.committed_at, commit.intent, commit.reservation, commit.id)
    base = stamp(generation, 0)
    made = hasher(0)
    lines: list[str] = []
    size = 0  # of the lines, in characters
    tops: list[str] = []
    for op_json, is_child in walk_ops(delta):
        position = len(op_ids)
        if position == MAX_ENTRIES:
            raise DeltaError("making a commit's batch", f"{commit.id} has more than {MAX_ENTRIES} ops")
        op_id = entry_id(commit.id, position, op_json)
        op_ids.append(op_id)
        if not is_child:
            tops.append(op_id)
        line = entry_line(
            op_id,
            base + position,
            DOMAIN,
            actor_json=actor_json,
            parents_json=f'["{tops[-1]}"]' if is_child else causes_json,
            op_json=op_json,
            tail_json=tail,
        )
        lines.append(line)
        size += len(line)
        if size > _PART:
            part = "".join(lines).encode("ascii")
            made.update(part)
            yield part
            lines.clear()
            size = 0
    part = "".join(lines).encode("ascii")
    made.update(part)
    yield part
    record = {
        "parents": list(commit.parents),
        "author": commit.author,
        "co_authors": list(commit.co_authors),
        "authored_at": commit.authored_at,
        "committed_at": commit.committed_at,
        "generation": generation,
        "entries": len(op_ids),
        "sha256": made.hexdigest(),
        "engine": engine,
        "summary": delta.get("summary", ""),
        "sem_ver_bump": delta.get("sem_ver_bump", "none"),
        "breaking_changes": delta.get("breaking_changes", []),
    }
    if shallow:
        record["shallow"] = True
    op = {
        "op": "insert",
        "address": commit.id,
        "position": None,
        "content_id": commit.tree,
        "content_summary": commit.summary,
    }
    seal_tail = f'{tail},"commit":{canonical_of(record, "the summary")}'
    seal = entry_line(
        seal_id(commit.id),
        base + len(op_ids),
        "git",
        actor_json=actor_json,
        parents_json=canonical(tops) if tops else parents_json,
        op_json=canonical(op),
        tail_json=seal_tail,
    ).encode("ascii")
    said |= {
        "actor_id": actor,
        "lamport_ts": base + len(op_ids),
        "domain": "git",
        "domain_op": op,
        "created_at": commit.committed_at,
        "intent_id": commit.intent,
        "reservation_id": commit.reservation,
        "commit_id": commit.id,
        "commit": record,
    }
    yield with_check(seal) if has_check(engine) else seal


def make_superseded(old: str, new: Commit, reason: str, generation: int) -> RewriteMark:
    """Return the mark that `new` took the place of the commit `old`; `reason` is "amend" or "rebase".

    `generation` is the larger one of the two commits. The mark belongs in the session of `new`.
    """
    op = {
        "op": "replace",
        "address": old,
        "position": None,
        "old_content_id": old,
        "new_content_id": new.id,
        "old_summary": "superseded",
        "new_summary": reason,
    }
    return _mark(mark_id("superseded", old, new.id), op, [old, new.id], new, generation)


def make_dropped(old: Commit, generation: int, reason: str = "dropped by rebase") -> RewriteMark:
    """Return the mark that the commit `old`, of this `generation`, was left out of a rewrite; for its own session."""
    op = {"op": "delete", "address": old.id, "position": None, "content_id": old.id, "content_summary": reason}
    return _mark(mark_id("dropped", old.id), op, [old.id], old, generation)


def make_cut(commit_id: str, created_at: str, generation: int, reason: str = PURGED) -> RewriteMark:
    """Return the mark that stands where a commit's batch was taken out, with its seal's id: cursors find their place.

    `reason` is PURGED, or COLLECTED where it may come back.
    """
    op = {
        "op": "delete",
        "address": commit_id,
        "position": None,
        "content_id": commit_id,
        "content_summary": reason,
    }
    lamport_ts = mark_stamp(generation)
    op_id = seal_id(commit_id)
    line = entry_line(
        op_id,
        lamport_ts,
        "git",
        actor_json='""',
        parents_json="[]",
        op_json=canonical(op),
        tail_json=tail_json(created_at),
    )
    return RewriteMark(op_id, with_check(line.encode("ascii")), lamport_ts)


def delta_of_entries(entries: Sequence[OpEntry]) -> StructuredDelta:
    """Return the delta that a batch's entries were made of; no child op is there twice."""
    record = entries[-1]["commit"]
    return {
        "domain": DOMAIN,
        "ops": [entry["domain_op"] for entry in top_entries(entries[:-1])],
        "summary": record["summary"],
        "sem_ver_bump": record["sem_ver_bump"],
        "breaking_changes": record["breaking_changes"],
    }


def top_entries(entries: Sequence[OpEntry]) -> list[OpEntry]:
    """Return those entries whose op is not in a patch among them already: its children, in order, follow it."""
    found = []
    children_of: dict[str, list[Any]] = {}  # by patch, the children that are still to come, the next one last
    for entry in entries:
        causes = entry["parent_op_ids"]
        children = children_of.get(str(causes[0])) if len(causes) == 1 else None
        if children and children[-1] == entry["domain_op"]:
            children.pop()
            continue
        found.append(entry)
        if entry["domain_op"].get("op") == "patch":
            children = entry["domain_op"].get("child_ops")
            children_of[entry["op_id"]] = children[::-1] if isinstance(children, list) else []
    return found


def _mark(op_id: str, op: dict[str, Any], named: list[str], by: Commit, generation: int) -> RewriteMark:
    lamport_ts = mark_stamp(generation)
    line = entry_line(
        op_id,
        lamport_ts,
        "git",
        actor_json=canonical(by.actor or by.author),
        parents_json=canonical([seal_id(commit_id) for commit_id in named]),
        op_json=canonical(op),
        tail_json=tail_json(by.committed_at),
    )
    return RewriteMark(op_id, with_check(line.encode("ascii")), lamport_ts)


def _manual_line(entry: OpEntry) -> str:
    missing = [key for key in KEYS if key not in entry] if isinstance(entry, dict) else list(KEYS)
    if missing:
        raise DeltaError("appending an entry", f"it has no {', '.join(missing)}", "make it with make_op_entry")
    given: dict[str, Any] = dict(entry)
    wrong = wrong_by_hand(given)
    if wrong:
        value = given.get(wrong, given["domain_op"])
        raise DeltaError("appending an entry", f"its {wrong} is {value!a:.80}", "make it with make_op_entry")
    return canonical_of({key: given[key] for key in KEYS} | given, "an entry") + "\n"
