"""What backfills could not record: catch-up, which never looks at that history, does not try it again and again."""

from __future__ import annotations

from muse_hook.errors import StoreError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from muse_hook.oplog import Store

_NAME = "left"
_HEADER = "muse_hook left 1"
_WAIT = 1.0


def read_left(store: Store) -> dict[str, str]:
    """Return {commit id: session} of what backfills could not record; some of it may be recorded by now."""
    try:
        with open(store.path(_NAME), encoding="utf-8", errors="surrogateescape") as file:
            lines = file.read().split("\n")
    except OSError:
        return {}
    if lines[0] != _HEADER or lines[-2:] != ["end", ""]:
        return {}
    found = {}
    for line in lines[1:-2]:
        oid, _, session = line.partition(" ")
        found[oid] = session
    return found


def keep_left(store: Store, left: Mapping[str, str], tried: Container[str]) -> None:
    """Note what a backfill that has `tried` some commits could not record of them; a failure to write is no loss."""
    if not (left or read_left(store)):
        return
    try:
        with store.lock(_WAIT):
            before = read_left(store)
            now = {oid: session for oid, session in before.items() if oid not in tried} | dict(left)
            if now != before:
                lines = [_HEADER, *(f"{oid} {session}" for oid, session in now.items()), "end", ""]
                store.replace_file(store.path(_NAME), "\n".join(lines).encode("utf-8", "surrogateescape"))
    except StoreError:  # somebody else writes, or nobody can
        return
