"""A commit and its delta as the lines of the log, the seal last."""

from __future__ import annotations

from muse_hook.errors import DeltaError
from muse_hook.oplog.canonical import canonical, canonical_of, text_json, texts_json
from muse_hook.digest import hex_sha256
from muse_hook.oplog.entry import entry_line, tail_json
from muse_hook.oplog.ids import POSITIONS, entry_id, seal_id, stamp
from muse_hook.oplog.ops import walk_ops

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from muse_hook.model.change import Commit
    from muse_hook.model.ops import StructuredDelta

DOMAIN = "code"
# The last position of a generation is a mark's, the one before it the seal's of the largest batch.
MAX_ENTRIES = POSITIONS - 2


class Batch:
    """One commit's lines, ready to be written in one piece.

    `lines` are bytes with their newlines, `op_ids` the entries' ids in order without the seal's, `highest` the
    largest stamp among the lines (the seal's).
    """

    __slots__ = ("commit_id", "generation", "highest", "lines", "op_ids", "seal_id")

    def __init__(self, commit_id: str, generation: int, lines: bytes, op_ids: list[str]) -> None:
        self.commit_id = commit_id
        self.generation = generation
        self.lines = lines
        self.op_ids = op_ids
        self.seal_id = seal_id(commit_id)
        self.highest = stamp(generation, len(op_ids))

    def __repr__(self) -> str:
        return f"Batch({self.commit_id[:10]} {len(self.op_ids)} entries)"


def make_batch(
    commit: Commit,
    delta: StructuredDelta,
    generation: int,
    *,
    shallow: bool = False,
    engine: str | None = None,
    actor_id: str | None = None,
    parent_op_ids: Sequence[str] | None = None,
) -> Batch:
    """Return the batch of `commit`, a pure function of the commit, its delta and the engine.

    `generation` is 1 for a root commit, else 1 + the largest of the parents'; `shallow` says that the parents are
    cut off. `engine` names the versions that made the delta (`muse_hook.languages.engine()` where it is None).
    `actor_id` and `parent_op_ids` take the place of what derives from the commit: the trailer `Muse-Actor`, else the
    author; the parents' seals. Raises DeltaError for a delta that is not of Muse's shape or cannot be JSON.
    """
    parents_json = canonical([seal_id(parent) for parent in commit.parents])
    causes_json = parents_json if parent_op_ids is None else texts_json(parent_op_ids, "parent_op_ids")
    actor_json = text_json(commit.actor or commit.author if actor_id is None else actor_id, "actor_id")
    tail = tail_json(commit.committed_at, commit.intent, commit.reservation, commit.id)
    base = stamp(generation, 0)
    lines: list[str] = []
    op_ids: list[str] = []
    tops: list[str] = []
    for op_json, is_child in walk_ops(delta):
        position = len(op_ids)
        if position == MAX_ENTRIES:
            raise DeltaError("making a commit's batch", f"{commit.id} has more than {MAX_ENTRIES} ops")
        op_id = entry_id(commit.id, position, op_json)
        op_ids.append(op_id)
        if not is_child:
            tops.append(op_id)
        causes = f'["{tops[-1]}"]' if is_child else causes_json
        lines.append(
            entry_line(
                op_id,
                base + position,
                DOMAIN,
                actor_json=actor_json,
                parents_json=causes,
                op_json=op_json,
                tail_json=tail,
            )
        )
    data = "".join(lines).encode("ascii")
    record = {
        "parents": list(commit.parents),
        "author": commit.author,
        "co_authors": list(commit.co_authors),
        "authored_at": commit.authored_at,
        "committed_at": commit.committed_at,
        "generation": generation,
        "entries": len(op_ids),
        "sha256": hex_sha256(data),
        "engine": _engine() if engine is None else engine,
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
    )
    return Batch(commit.id, generation, data + seal.encode("ascii"), op_ids)


def _engine() -> str:
    """Return the versions at work here."""
    from muse_hook.languages import engine  # the log itself needs no grammar

    return str(engine())
