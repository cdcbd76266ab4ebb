"""Ids and stamps that derive from a commit, so that the same commit has the same ones on every machine."""

from __future__ import annotations

from muse_hook.digest import digest

# A stamp is a generation above a position, and below 2**53: exact in JSON readers that know doubles only.
POSITIONS = 1 << 24
MAX_GENERATION = 1 << 29


def derived_id(*parts: str) -> str:
    """Return a UUID-shaped id (RFC 9562's version 8, "custom") of the texts `parts`."""
    digits = digest(parts)
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-8{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:32]}"


def entry_id(commit_id: str, position: int, op_json: str) -> str:
    """Return the id of the entry at `position` (from 0) of the commit's batch; `op_json` is its canonical JSON."""
    return derived_id("muse_hook entry", commit_id, str(position), op_json)


def seal_id(commit_id: str) -> str:
    """Return the id of a commit's seal, from the commit id alone: a child names it without a look-up."""
    return derived_id("muse_hook seal", commit_id)


def mark_id(kind: str, old: str, new: str = "") -> str:
    """Return the id of a rewrite mark: `kind` is "superseded" or "dropped", `new` the commit in the old one's place."""
    return derived_id("muse_hook mark", kind, old, new)


def stamp(generation: int, position: int) -> int:
    """Return `lamport_ts`: every stamp of an ancestor is below every stamp of its descendants."""
    return generation * POSITIONS + position


def mark_stamp(generation: int) -> int:
    """Return a mark's stamp, the last of the largest `generation` of the commits that it names."""
    return generation * POSITIONS + POSITIONS - 1
