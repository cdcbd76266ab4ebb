"""The store: whether a hook can write into it, and what was left in it."""

from __future__ import annotations

import os
import time

from muse_hook.catchup.state import read_baseline
from muse_hook.errors import StoreBusyError, StoreError, typed
from muse_hook.model.finding import Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from muse_hook.oplog import Store

_A_MOMENT = 0.5  # seconds; a hook's own hold on the lock is shorter
_STALE = 60  # seconds; an event that waits longer was not drained by the run that it started


def examine_store(store: Store) -> list[Finding]:
    """Return what stands in the way of writing, and what earlier runs left."""
    if not os.path.isdir(store.muse_dir):
        return [Finding("store", "bad", f"there is no {store.muse_dir}", "muse-hook install")]
    findings = [_writable(store)]
    if findings[0].level == "ok":
        findings.append(_lock(store))
    findings.append(_baseline(store))
    findings += _queue(store)
    findings += _errors(store)
    return findings


def _writable(store: Store) -> Finding:
    me = os.geteuid()
    for folder, folders, names in os.walk(store.muse_dir):
        for name in (".", *folders, *names):
            path = os.path.normpath(os.path.join(folder, name))
            if os.path.islink(path):
                return Finding(
                    "store", "bad", f"{path} is a symbolic link, which nothing is written through", typed("rm", path)
                )
            if not os.access(path, os.W_OK):
                owner = os.stat(path).st_uid
                hint = typed(
                    *(("sudo", "chown", "-R", str(me)) if owner != me else ("chmod", "-R", "u+rwX")), store.muse_dir
                )
                return Finding("store", "bad", f"{path} cannot be written (its owner is user {owner})", hint)
    return Finding("store", "ok", f"{store.muse_dir} can be written")


def _lock(store: Store) -> Finding:
    try:
        with store.lock(_A_MOMENT):
            return Finding("lock", "ok", "free")
    except StoreBusyError:
        # The kernel frees the lock of a process that dies: who holds it is alive.
        return Finding(
            "lock", "warn", "another muse-hook is writing right now", typed("fuser", "-v", store.path("lock"))
        )
    except StoreError as error:
        return Finding("lock", "bad", error.wrong, error.hint)


def _baseline(store: Store) -> Finding:
    baseline = read_baseline(store)
    if baseline is None:
        words = "there is no whole baseline: it is not known which history was there before the hooks"
        return Finding("baseline", "bad", words, "muse-hook install")
    if baseline.anew:
        words = "the first one was lost; commits made between install and its loss may count as older history"
        return Finding("baseline", "warn", words, "muse-hook backfill --all")
    return Finding("baseline", "ok", "there")


def _queue(store: Store) -> list[Finding]:
    now = time.time()
    waiting = []
    try:
        with os.scandir(store.path("queue")) as entries:
            waiting = [now - entry.stat(follow_symlinks=False).st_mtime for entry in entries]
    except OSError:
        return []
    if not waiting or max(waiting) < _STALE:
        return []
    words = f"{len(waiting)} events wait to be recorded, the oldest for {max(waiting) / 60:.0f} minutes"
    return [Finding("queue", "warn", words, "muse-hook sync")]


def _errors(store: Store) -> list[Finding]:
    path = store.path("error.log")
    try:
        with open(path, "rb") as file:
            lines = file.read().decode("utf-8", "backslashreplace").splitlines()
    except OSError:
        return []
    # A time stamp begins an entry, and a traceback ends with what went wrong.
    stamps = [line.split(" ", 1)[0] for line in lines if line[:4].isdigit()]
    if not stamps:
        return []
    words = f"last at {stamps[-1]}: {lines[-1].removeprefix(stamps[-1]).strip()}"
    return [Finding("error.log", "warn", words, f"less {path}; rm it when it is mended")]
