"""One hook's file in a hooks folder: put there beside what was there, and taken out again."""

from __future__ import annotations

import os
import stat

from muse_hook.errors import InstallError
from muse_hook.install import files
from muse_hook.install.shim import is_shim, parse, tail
from muse_hook.install.state import HookState
from muse_hook.model.finding import Finding

# The hook that was there before stays in its folder under this name (the shim looks for the same ones): a relative
# link keeps its target, a script finds its neighbours. A later tool's hook gets the next place.
BEFORE = ".before-muse-hook"
_PLACES = (BEFORE, *(f"{BEFORE}-{number}" for number in range(2, 10)))
# Where pre-commit and lefthook put a hook that they find; pre-commit goes on calling it.
MOVED = (".legacy", ".old")


def put(path: str, text: bytes) -> HookState:
    """Make `path` a hook of ours; what is there runs before it from now on. InstallError."""
    found = _mode(path)
    if os.path.isdir(path):
        return look(path)
    old = files.read(path)
    if found is None or (stat.S_ISREG(found) and old is not None and is_shim(old)):
        text += tail(old or b"")
    else:
        _keep(path)
    if old != text or found is None or not stat.S_ISREG(found) or not os.access(path, os.X_OK):
        files.replace(path, text, 0o777)
    return look(path)


def look(path: str) -> HookState:
    """Return how the hook at `path` stands, without starting anything."""
    name = os.path.basename(path)
    if os.path.isdir(path):
        return HookState(name, path, "blocked", "a folder stands in its place")
    text = files.read(path)
    shim = parse(text) if text is not None else None
    if text is None or shim is None:
        return HookState(name, path, "missing" if text is None else "by hand")
    if not os.access(path, os.X_OK):
        return HookState(name, path, "not executable")
    if not os.access(shim.python, os.X_OK):
        return HookState(name, path, "no interpreter", f"no {shim.python}")
    before = [os.path.basename(other) for other in _kept(path)]
    if before:
        return HookState(name, path, "chained", f"after {', '.join(before)}")
    return HookState(name, path, "installed")


def take(path: str) -> list[Finding]:
    """Take our hook out and put back what was there, byte for byte; says what could not be."""
    for place in (path, *(path + suffix for suffix in MOVED)):
        text = files.read(place)
        if text is not None and is_shim(text) and not os.path.islink(place):
            return _take(path, place, tail(text))
    kept = _kept(path)
    if kept and _mode(path) is None:  # somebody deleted our file: what it stood for comes back
        os.replace(kept.pop(), path)
    return [_left(path, other) for other in kept]


def _take(path: str, place: str, appended: bytes) -> list[Finding]:
    kept = _kept(path)
    if appended.strip() and kept:
        words = f"{place} stays: it holds lines that are not ours, and a hook was there before"
        hint = f"move the lines below 'muse_hook ends here' to {kept[-1]}, then muse-hook uninstall"
        return [Finding(os.path.basename(path), "bad", words, hint)]
    if appended.strip():
        files.replace(place, b"#!/bin/sh\n" + appended, 0o777)
    elif kept:
        os.replace(kept.pop(), place)
    else:
        os.unlink(place)
    return [_left(path, other) for other in kept]


def _left(path: str, other: str) -> Finding:
    words = f"{other} was there before another tool's {os.path.basename(path)}, and is left where it is"
    return Finding(os.path.basename(path), "warn", words, f"rm {other}, or make it the hook again")


def _keep(path: str) -> None:
    """Give the hook at `path` its second name; at no time is it gone."""
    place = next((path + suffix for suffix in _PLACES if not os.path.lexists(path + suffix)), None)
    if place is None:
        raise InstallError(f"writing {path}", "nine other hooks are chained before it", f"ls {path}.*")
    try:
        os.link(path, place, follow_symlinks=False)
    except OSError:  # a file system without hard links
        os.rename(path, place)


def _kept(path: str) -> list[str]:
    return [path + suffix for suffix in _PLACES if os.path.lexists(path + suffix)]


def _mode(path: str) -> int | None:
    try:
        return os.lstat(path).st_mode
    except OSError:
        return None
