"""The queue: what a hook knew and nobody else will, one small file an event, until a catch-up has used it."""

from __future__ import annotations

import os
import time

from muse_hook.errors import SessionError
from muse_hook.oplog.files import refused
from muse_hook.oplog.sessions import check

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from muse_hook.oplog.store import Store

_VERSION = 1
_FOLDER = "queue"
_HALF_WRITTEN = "."  # a dot file is not an event yet
_ABANDONED = 3600  # seconds; a dot file older than that has no writer any more


class HookEvent:
    """One firing of a hook.

    `hook` is its name and `kind` its first argument ("amend", "rebase", "") ; `head` the commit HEAD was at (None:
    unborn), `branch` the branch it was on or that was being rebased (None: detached), `worktree` the linked worktree's
    name (None: the main one); `pairs` the lines of post-rewrite as (old, new), `updates` those of post-receive as (old,
    new, ref name); `rebase` what `rebase.py` could see of the rebase that ended. `path` is the event's file, "" before
    it is saved.
    """

    __slots__ = ("branch", "head", "hook", "kind", "pairs", "path", "rebase", "updates", "worktree")

    def __init__(
        self,
        hook: str,
        *,
        kind: str = "",
        head: str | None = None,
        branch: str | None = None,
        worktree: str | None = None,
        pairs: Sequence[Sequence[str]] = (),
        updates: Sequence[Sequence[str]] = (),
        rebase: Mapping[str, Any] | None = None,
        path: str = "",
    ) -> None:
        self.hook = hook
        self.kind = kind
        self.head = head
        self.branch = branch
        self.worktree = worktree
        self.pairs = [(pair[0], pair[1]) for pair in pairs]
        self.updates = [(update[0], update[1], update[2]) for update in updates]
        self.rebase = dict(rebase) if rebase is not None else None
        self.path = path

    def __repr__(self) -> str:
        return f"HookEvent({self.hook} {self.kind} {self.branch} {self.head})"


def save_event(store: Store, event: HookEvent) -> None:
    """Put `event` into the queue, whole or not at all; sets its `path`. StoreError where the store cannot be written.

    Not synced: what Git itself wrote a moment ago is found without the event, but for the rewrite pairs.
    """
    from muse_hook.oplog.entry import canonical

    folder = store.ensure(_FOLDER)
    name = f"{time.time_ns():020d}-{os.getpid()}"
    fields = {
        "version": _VERSION,
        "branch": event.branch,
        "head": event.head,
        "hook": event.hook,
        "kind": event.kind,
        "pairs": event.pairs,
        "rebase": event.rebase,
        "updates": event.updates,
        "worktree": event.worktree,
    }
    data = canonical(fields).encode()
    half = os.path.join(folder, _HALF_WRITTEN + name)
    path = os.path.join(folder, name)
    try:
        with open(store.open_file(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL), "wb") as file:
            file.write(data)
        os.rename(half, path)
    except OSError as error:
        raise refused(folder, error, "leaving the commit for later in") from error
    event.path = path


def event_paths(store: Store) -> list[str]:
    """Return the paths of the queue's events, oldest first; one `readdir`, no file is opened."""
    folder = store.path(_FOLDER)
    try:
        names = os.listdir(folder)
    except OSError:
        return []
    return [os.path.join(folder, name) for name in sorted(names) if not name.startswith(_HALF_WRITTEN)]


def read_events(store: Store) -> tuple[list[HookEvent], list[str]]:
    """Return the queue's events, oldest first, and the paths of files that are none (empty, cut off, foreign)."""
    events: list[HookEvent] = []
    garbage = _abandoned(store)
    for path in event_paths(store):
        try:
            with open(path, "rb") as file:
                event = _parse(file.read(), path)
        except FileNotFoundError:
            continue  # another catch-up has used it
        except (OSError, ValueError, KeyError, TypeError, IndexError, RecursionError, SessionError):
            garbage.append(path)
            continue
        if event is not None:
            events.append(event)
    return events, garbage


def remove(paths: Sequence[str]) -> list[str]:
    """Take files out of the queue and return which went; what cannot go is used again, which changes nothing."""
    gone = []
    for path in paths:
        try:
            os.unlink(path)
        except OSError:
            continue
        gone.append(path)
    return gone


def _abandoned(store: Store) -> list[str]:
    """Return what writers that were killed left half-written an hour ago or longer."""
    folder = store.path(_FOLDER)
    found = []
    try:
        for name in os.listdir(folder):
            path = os.path.join(folder, name)
            if name.startswith(_HALF_WRITTEN) and time.time() - os.stat(path).st_mtime > _ABANDONED:
                found.append(path)
    except OSError:  # there is no queue, or its writer was only slow
        return found
    return found


def _parse(data: bytes, path: str) -> HookEvent | None:
    import json

    fields = json.loads(data)
    if fields["version"] != _VERSION:
        return None  # a newer version's event stays for that version
    return HookEvent(
        str(fields["hook"]),
        kind=str(fields["kind"]),
        head=_oid(fields["head"]),
        branch=_branch(fields["branch"]),
        worktree=_text(fields["worktree"]),
        pairs=[(_some_oid(old), _some_oid(new)) for old, new in fields["pairs"]],
        updates=[(str(old), str(new), str(ref)) for old, new, ref in fields["updates"]],
        rebase=_rebase(fields["rebase"]),
        path=path,
    )


def _oid(value: object) -> str | None:
    return None if value is None else _some_oid(value)


def _some_oid(value: object) -> str:
    if not isinstance(value, str) or len(value) not in {40, 64} or value.strip("0123456789abcdef"):
        raise ValueError("no object id")
    return value


def _branch(value: object) -> str | None:
    """Return a branch's name; what could not be one would be refused as a session each time anew."""
    return None if value is None else check(value)


def _rebase(value: object) -> dict[str, Any] | None:
    if value is None:
        return None
    if not isinstance(value, dict):
        raise TypeError("no facts of a rebase")
    return {
        "branch": _branch(value["branch"]),
        "unsure": bool(value["unsure"]),
        "orig_head": _oid(value["orig_head"]),
        "commands": [[str(command), _some_oid(oid)] for command, oid in value["commands"]],
        "halted": bool(value.get("halted", True)),
        "listed": [str(oid) for oid in value["listed"]],
        "steps": [[_some_oid(old), _some_oid(new), str(message)] for old, new, message in value["steps"]],
    }


def _text(value: object) -> str | None:
    if value is not None and not isinstance(value, str):
        raise ValueError("no text")
    return value
