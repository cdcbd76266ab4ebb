"""A batch and a mark against what their commits say they must be: made again from Git, byte for byte."""

from __future__ import annotations

from json import loads

from muse_hook.delta.ops import delta_summary
from muse_hook.errors import DeltaError
from muse_hook.model.change import Commit
from muse_hook.oplog.batch import is_batch, make_batch, make_dropped, make_superseded
from muse_hook.oplog.entry import POSITIONS, canonical, with_check
from muse_hook.oplog.seal import is_cut

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from muse_hook.model.ops import StructuredDelta
    from muse_hook.oplog.batch import Batch

    Difference = tuple[int, str]
    """The number of a line of a batch (from 0) that is not what it should be, and in what."""

_DISPLAYED = 60


def batch_differences(
    batch: Batch, commit: Commit | None, generation: int | None, *, engine: str, delta: StructuredDelta | None = None
) -> tuple[list[Any], list[Difference]]:
    """Return the top-level ops of a whole batch, and in what it differs from the one that its commit asks for.

    `commit` is None where Git has it no longer, `generation` where history is cut off, `delta` where the commit's files
    are not to be read again: for these the batch is believed. `engine` is the one at work here: another one's batch may
    have keys that we do not know.
    """
    ops: list[Any] = batch.ops()
    seal = loads(batch.data[batch.seal_start :])
    record = seal["commit"]
    shallow = record.get("shallow") is True
    if delta is None:
        summary = delta_summary(ops) if record["engine"] == engine else record["summary"]
        delta = {
            "domain": "code",
            "ops": ops,
            "summary": summary,
            "sem_ver_bump": record["sem_ver_bump"],
            "breaking_changes": record["breaking_changes"],
        }
    commit = commit or _as_sealed(seal)
    if shallow or generation is None:
        generation = record["generation"]
    try:
        if is_batch(batch.data, commit, delta, generation, record["engine"], shallow=shallow):
            return ops, []
        made = make_batch(commit, delta, generation, record["engine"], shallow=shallow)
    except DeltaError as error:
        return ops, [(0, error.wrong)]
    return ops, list(_differences(batch.data, made.data, strict=record["engine"] == engine))


def mark_differences(
    line: bytes, commit_of: Callable[[str], Commit | None], generation_of: Callable[[str], int | None]
) -> list[str]:
    """Return in what a mark (its line without the newline) differs from the one that its commits ask for."""
    entry = loads(line)
    op = entry.get("domain_op")
    if isinstance(op, dict) and is_cut(entry):
        return []
    if not isinstance(op, dict) or op.get("op") not in ("replace", "delete") or not isinstance(op.get("address"), str):
        return ["it is no mark that we know"]
    old = op["address"]
    replaced = op["op"] == "replace"
    named = [old, str(op.get("new_content_id"))] if replaced else [old]
    by = commit_of(named[-1]) or Commit(
        named[-1], "", (), author=entry["actor_id"], authored_at="", committed_at=entry["created_at"], summary=""
    )
    found = [generation_of(oid) for oid in named]
    generation = entry["lamport_ts"] // POSITIONS if None in found else max(number or 0 for number in found)
    if replaced:
        made = make_superseded(old, by, str(op.get("new_summary")), generation)
    else:
        made = make_dropped(by, generation, str(op.get("content_summary")))
    written = line + b"\n"
    if "check" not in entry:  # one of before there was any
        written = with_check(written)
    if made.data == written:
        return []
    return [message for _, message in _differences(written, made.data, strict=True)]


def _as_sealed(seal: dict[str, Any]) -> Commit:
    """Return the commit as its own seal has it."""
    record, op = seal["commit"], seal["domain_op"]
    return Commit(
        seal["commit_id"],
        op["content_id"],
        record["parents"],
        author=record["author"],
        authored_at=record["authored_at"],
        committed_at=record["committed_at"],
        summary=op["content_summary"],
        co_authors=record["co_authors"],
        actor=seal["actor_id"],
        intent=seal["intent_id"],
        reservation=seal["reservation_id"],
    )


def _differences(data: bytes, expected: bytes, *, strict: bool) -> Iterator[Difference]:
    """Yield each key that differs, on the first line where it does; `strict`: a key too many differs as well.

    What follows from another difference (the digest of the lines, the ids of changed lines) is left out.
    """
    seen: set[str] = set()
    lines, wanted = data.split(b"\n")[:-1], expected.split(b"\n")[:-1]
    if len(lines) != len(wanted):
        yield 0, f"{len(lines)} lines stand there, {len(wanted)} should"
        return
    for number, (line, right) in enumerate(zip(lines, wanted, strict=True)):
        if line == right:
            continue
        found, should = _flat(loads(line)), _flat(loads(right))
        if "check" in found and "check" in should:
            found["check"] = should["check"]  # it fits its own line, says the reader
        keys = [
            key for key in (should | found if strict else should) if found.get(key, _NONE) != should.get(key, _NONE)
        ]
        if not keys and strict:
            keys = [_BYTES if list(found) == list(should) else _ORDER]
        for key in keys:
            if key in seen or (key == "commit.sha256" and seen):
                continue
            seen.add(key)
            if key in should or key in found:
                yield number, f"{key} is {_display(found, key)} and should be {_display(should, key)}"
            else:
                yield number, key


_NONE = object()
_BYTES = "the bytes mean what they should and are not canonical"
_ORDER = "the order of keys is another one"


def _flat(entry: dict[str, Any]) -> dict[str, Any]:
    """Return an entry with the keys of its `commit` and `domain_op` beside the others."""
    flat: dict[str, Any] = {}
    for key, value in entry.items():
        if key in ("commit", "domain_op") and isinstance(value, dict):
            flat |= {f"{key}.{inner}": inside for inner, inside in value.items()}
        else:
            flat[key] = value
    return flat


def _display(values: dict[str, Any], key: str) -> str:
    if key not in values:
        return "missing"
    text = canonical(values[key])
    return text if len(text) <= _DISPLAYED else text[:_DISPLAYED] + "..."
