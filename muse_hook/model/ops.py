"""Muse's wire shapes (`muse.domain`, `muse.core.op_log`) with our additive keys; for annotations and readers."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

SemVerBump = Literal["major", "minor", "patch", "none"]


class Signature(TypedDict):
    """The header of a callable before and after: name, parameters, result, each of at most 500 characters."""

    old: str
    new: str


class _Additive(TypedDict):
    """Keys that Muse's readers pass on (docs/delta.md)."""

    kind: NotRequired[str]
    change: NotRequired[list[str]]
    new_address: NotRequired[str]
    from_address: NotRequired[str]
    body: NotRequired[str]
    confidence: NotRequired[float]
    lines: NotRequired[list[int]]
    signature: NotRequired[Signature]
    from_parent: NotRequired[int]


class InsertOp(_Additive):
    """Something was added; `content_id` is a blob id (file) or a SHA-256 (symbol)."""

    op: Literal["insert"]
    address: str
    position: int | None
    content_id: str
    content_summary: str


class DeleteOp(_Additive):
    """Something was removed."""

    op: Literal["delete"]
    address: str
    position: int | None
    content_id: str
    content_summary: str


class ReplaceOp(_Additive):
    """Something changed; with `new_address` it was renamed or moved as well."""

    op: Literal["replace"]
    address: str
    position: int | None
    old_content_id: str
    new_content_id: str
    old_summary: str
    new_summary: str


SymbolOp = InsertOp | DeleteOp | ReplaceOp


class PatchOp(_Additive):
    """A file's symbols changed; `from_address` is the old path of a file that was moved as well."""

    op: Literal["patch"]
    address: str
    child_ops: list[SymbolOp]
    child_domain: str
    child_summary: str


DomainOp = InsertOp | DeleteOp | ReplaceOp | PatchOp


class StructuredDelta(TypedDict):
    """Everything one commit (or one pair of trees) changed, ops in file order (added, removed, modified, moved)."""

    domain: str
    ops: list[DomainOp]
    summary: str
    sem_ver_bump: NotRequired[SemVerBump]
    breaking_changes: NotRequired[list[str]]
    verdicts: NotRequired[list[dict[str, str]]]


class OpEntry(TypedDict):
    """One line of a log: Muse's nine keys in this order, then ours."""

    op_id: str
    actor_id: str
    lamport_ts: int
    parent_op_ids: list[str]
    domain: str
    domain_op: Any
    created_at: str
    intent_id: str
    reservation_id: str
    commit_id: NotRequired[str]
    commit: NotRequired[dict[str, Any]]


class OpLogCheckpoint(TypedDict):
    """`checkpoint.json`: Muse's keys, and `offset`, the bytes of the log that the checkpoint covers.

    `cut` is there while the log is replaced: the new file's `inode`, and the `offset` in it.
    """

    session_id: str
    snapshot_id: str
    lamport_ts: int
    op_count: int
    created_at: str
    offset: NotRequired[int]
    cut: NotRequired[dict[str, int]]
