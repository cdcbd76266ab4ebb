"""What a line may hold: the type of every value that a reader uses, and how deep the others may be nested."""

from __future__ import annotations

from muse_hook.oplog.entry import MAX_GENERATION, POSITIONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    Check = Callable[[Any], bool]

# No line of ours is longer, in bytes: a file of the largest size that is read comes to some 30 MiB in a patch.
MAX_LINE = 1 << 26
# Stamps and line numbers are stored by SQLite, in 64 bits; so is anything that a reader counts with.
_MAX_NUMBER = 1 << 63
_MAX_LINES = 1 << 31
# Lists and objects in each other, in a value that we do not know: writing JSON recurses.
_MAX_DEPTH = 32
_HEX = frozenset("0123456789abcdef")
_ID_DIGITS = (40, 64)


def _is_text(value: Any) -> bool:
    return type(value) is str


def _is_texts(value: Any) -> bool:
    return type(value) is list and all(type(each) is str for each in value)


def _is_number(value: Any) -> bool:
    return type(value) is int and 0 <= value < _MAX_NUMBER


def _is_stamp(value: Any) -> bool:
    return type(value) is int and -_MAX_NUMBER < value < _MAX_NUMBER


def _is_place(value: Any) -> bool:
    return value is None or _is_stamp(value)


def _is_lines(value: Any) -> bool:
    is_pair = type(value) is list and len(value) == 2  # noqa: PLR2004 - the first one and the last
    return is_pair and all(type(each) is int and 0 <= each < _MAX_LINES for each in value)


def _is_share(value: Any) -> bool:
    return type(value) in (int, float) and 0 <= value <= 1


def _is_parent(value: Any) -> bool:
    return type(value) is int and 1 <= value < POSITIONS


def _is_texts_by_name(value: Any) -> bool:
    return type(value) is dict and all(each is None or type(each) is str for each in value.values())


def is_commit_id(value: object) -> bool:
    """Say whether a value is a whole id of a commit, in lower-case hexadecimal digits."""
    return type(value) is str and len(value) in _ID_DIGITS and _HEX.issuperset(value)


def _is_commit_ids(value: Any) -> bool:
    return type(value) is list and all(map(is_commit_id, value))


def _is_generation(value: Any) -> bool:
    return type(value) is int and 0 < value < MAX_GENERATION


def _is_count(value: Any) -> bool:
    return type(value) is int and 0 <= value < POSITIONS


def _is_bump(value: Any) -> bool:
    return value in ("major", "minor", "patch", "none")


def _is_op(value: Any) -> bool:
    return not wrong_in_op(value)


_ENTRY: dict[str, Check] = {
    "op_id": _is_text, "actor_id": _is_text, "lamport_ts": _is_stamp, "parent_op_ids": _is_texts, "domain": _is_text,
    "domain_op": lambda value: type(value) is dict, "created_at": _is_text, "intent_id": _is_text,
    "reservation_id": _is_text, "commit_id": is_commit_id,
}  # fmt: skip
_OP: dict[str, Check] = {
    "op": _is_text, "address": _is_text, "position": _is_place, "content_id": _is_text, "content_summary": _is_text,
    "old_content_id": _is_text, "new_content_id": _is_text, "old_summary": _is_text, "new_summary": _is_text,
    "child_domain": _is_text, "child_summary": _is_text, "kind": _is_text, "change": _is_texts,
    "new_address": _is_text, "from_address": _is_text, "body": _is_text, "confidence": _is_share, "lines": _is_lines,
    "from_parent": _is_parent, "signature": _is_texts_by_name,
}  # fmt: skip
# What readers take for granted, by op.
_NEEDED: dict[str, tuple[str, ...]] = {
    "insert": ("content_id", "content_summary"),
    "delete": ("content_id", "content_summary"),
    "replace": ("old_content_id", "new_content_id", "old_summary", "new_summary"),
    "patch": ("child_ops",),
}
_COMMIT: dict[str, Check] = {
    "parents": _is_commit_ids, "author": _is_text, "co_authors": _is_texts, "authored_at": _is_text,
    "committed_at": _is_text, "generation": _is_generation, "entries": _is_count, "sha256": _is_text,
    "engine": _is_text, "summary": _is_text, "sem_ver_bump": _is_bump, "breaking_changes": _is_texts,
    "shallow": lambda value: type(value) is bool,
}  # fmt: skip
_NEEDED_OF_ENTRY = frozenset(_ENTRY)
_NEEDED_OF_COMMIT = tuple(key for key in _COMMIT if key not in ("engine", "shallow"))
_NEEDED_BY_HAND = ("op_id", "lamport_ts", "parent_op_ids", "domain", "domain_op")


def wrong_in_entry(entry: Mapping[str, Any]) -> str:
    """Return the first key of a batch's entry whose value is not what it must be, "" for none; `domain_op.lines`."""
    if not entry.keys() >= _NEEDED_OF_ENTRY:
        return next(key for key in _ENTRY if key not in entry)
    return _wrong(entry, _ENTRY) or _within("domain_op", wrong_in_op(entry["domain_op"]))


def wrong_in_seal(entry: Mapping[str, Any]) -> str:
    """Return the same for a seal; `commit.parents`."""
    wrong = wrong_in_entry(entry)
    if wrong:
        return wrong
    commit = entry.get("commit")
    if type(commit) is not dict:
        return "commit"
    for key in _NEEDED_OF_COMMIT:
        if key not in commit:
            return f"commit.{key}"
    return _within("commit", _wrong(commit, _COMMIT))


def wrong_by_hand(entry: Mapping[str, Any]) -> str:
    """Return the same for an entry of no commit, which need not have all keys; its op may be any domain's."""
    for key in _NEEDED_BY_HAND:
        if key not in entry:
            return key
    op = entry["domain_op"]
    return _wrong(entry, _ENTRY) or _within("domain_op", _wrong(op, {}))


def wrong_in_op(op: Any) -> str:
    """Return the same for an op, a patch's children included: `child_ops` where one of them is not as it must be."""
    if type(op) is not dict:
        return "op"
    kind = op.get("op")
    for key in ("op", "address", *(_NEEDED.get(kind, ()) if type(kind) is str else ())):
        if key not in op:
            return key
    children = op.get("child_ops")
    if children is not None or "child_ops" in op:
        if type(children) is not list:
            return "child_ops"
        for child in children:
            if type(child) is not dict or "child_ops" in child or wrong_in_op(child):
                return "child_ops"
    return _wrong(op, _OP)


def _within(key: str, wrong: str) -> str:
    return f"{key}.{wrong}" if wrong else ""


def _wrong(values: Mapping[str, Any], checks: Mapping[str, Check]) -> str:
    for key, value in values.items():
        check = checks.get(key)
        if check is _is_text and type(value) is str:  # most are: 2 % of a backfill that links what it recorded
            continue
        if check is not None:
            if not check(value):
                return key
        elif type(value) in _CAN_HURT and key not in _LOOKED_INTO and not _is_harmless(value):
            return key
    return ""


_LOOKED_INTO = ("child_ops", "commit", "domain_op")
_CAN_HURT = (dict, list, float)


def _is_harmless(value: Any) -> bool:
    """Say whether a value that we do not know can be written as JSON again: not too deep, no infinite number."""
    level = [value]
    for _ in range(_MAX_DEPTH):
        if any(type(each) is float and each - each != 0 for each in level):
            return False
        inner = [each.values() if type(each) is dict else each for each in level if type(each) in (dict, list)]
        level = [each for some in inner for each in some if type(each) in _CAN_HURT]
        if not level:
            return True
    return False
