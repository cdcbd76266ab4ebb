"""Putting the hooks into a repository, and taking them out again."""

from __future__ import annotations

import os

from muse_hook.catchup.state import make_baseline
from muse_hook.errors import InstallError, typed
from muse_hook.install import chain, configured, exclude, files, interpreter, link, owner
from muse_hook.install.place import Place
from muse_hook.install.shim import EVENTS, is_shim
from muse_hook.install.state import HookState
from muse_hook.model.finding import Finding
from muse_hook.oplog import Store

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from muse_hook.git import Repository


class Installation:
    """What an install did: the hooks as they stand, what else it found, the lines that somebody has to add.

    `folder` is where Git looks for hooks, `lines` are (file, line).
    """

    __slots__ = ("findings", "folder", "hooks", "lines")

    def __init__(
        self, folder: str, hooks: list[HookState], findings: list[Finding], lines: list[tuple[str, str]]
    ) -> None:
        self.folder = folder
        self.hooks = hooks
        self.findings = findings
        self.lines = lines

    def as_json(self) -> dict[str, Any]:
        """Return the installation as a JSON object."""
        return {
            "folder": self.folder,
            "hooks": [hook.as_json() for hook in self.hooks],
            "findings": [finding.as_json() for finding in self.findings],
            "lines": [{"file": file, "line": line} for file, line in self.lines],
        }


def install(repo: Repository, *, python: str | None = None) -> Installation:
    """Record this repository's commits from now on; a second time changes nothing.

    `python` is the interpreter that the hooks start (default: the running one). RepositoryError, InstallError,
    StoreError; before anything is written where that can be known.
    """
    owner.refuse_foreign(repo, "installing the hooks")
    shim = interpreter.find(python, background=repo.config("muse.background", "bool") == "true")
    store = Store(repo.common_dir)
    place = Place(repo)
    for folder in (repo.common_dir, *([] if place.foreign else [place.folder])):
        _refuse_unwritable(folder)
    store.ensure()
    make_baseline(repo, store)  # before the first hook can fire
    findings = [Finding("store", "ok", f"the log is kept in {store.muse_dir}")]
    _put_hooks(repo, place, shim.render())
    findings += [_whose(place)] if place.foreign else []
    links = [link.put(repo, top) for top in link.tops(repo)]
    if any(found.level == "ok" for found in links):
        findings.append(exclude.put(repo))
    lines = [place.line(event) for event, route in place.routes.items() if route == "line"]
    return Installation(place.folder, _states(repo, place), findings + links, lines)


def uninstall(repo: Repository) -> list[Finding]:
    """Take the hooks, the link and what hides it out, and put back what was there; the log stays.

    RepositoryError, InstallError.
    """
    owner.refuse_foreign(repo, "uninstalling the hooks")
    place = Place(repo)
    findings = []
    for folder in _folders(repo, place):
        for event in EVENTS:
            findings += chain.take(os.path.join(folder, event))
    configured.take(repo, [event for event in EVENTS if event in configured.read(repo)])
    _remove_own(place)
    for event, route in place.routes.items():
        if route == "called" and not place.moved(event):
            findings.append(Finding(event, "warn", f"a line in {place.line(event)[0]} calls us", "take it out"))
    for top in link.tops(repo):
        link.take(repo, top)
    exclude.take(repo)
    store = Store(repo.common_dir)
    words = f"the log stays in {store.muse_dir}" if os.path.isdir(store.muse_dir) else "there is no log"
    return [*findings, Finding("store", "ok", words)]


def hook_states(repo: Repository) -> list[HookState]:
    """Return how each hook stands: a look at files and configuration, nothing is started."""
    return _states(repo, Place(repo))


def _put_hooks(repo: Repository, place: Place, text: bytes) -> None:
    routes = place.routes
    for event, route in routes.items():
        if route == "folder":
            chain.put(place.path(event), text)
            continue
        _write(place.own_path(event), text)
        moved = place.moved(event)
        if moved is not None:
            _write(moved, text)
    # No event twice: what an earlier install did another way goes.
    configured.put(repo, place.own, [event for event, route in routes.items() if route == "config"])
    for folder in _folders(repo, place):
        for event in EVENTS:
            path = os.path.join(folder, event)
            if (folder != place.folder or routes.get(event) != "folder") and _is_ours(path):
                chain.take(path)
    if "folder" in routes.values():
        _remove_own(place, [event for event, route in routes.items() if route == "folder"])


def _write(path: str, text: bytes) -> None:
    if files.read(path) != text or not os.access(path, os.X_OK):
        files.replace(path, text, 0o777)


def _is_ours(path: str) -> bool:
    text = files.read(path)
    return text is not None and is_shim(text)


def _folders(repo: Repository, place: Place) -> list[str]:
    """Return the hooks folders that may hold files of ours: Git's own, and the one that is set if it is ours."""
    own = os.path.join(repo.common_dir, "hooks")
    return [place.folder, *([own] if own != place.folder else [])] if not place.foreign else [own]


def _remove_own(place: Place, events: list[str] | None = None) -> None:
    for event in EVENTS if events is None else events:
        if _is_ours(place.own_path(event)):
            os.unlink(place.own_path(event))
    if os.path.isdir(place.own) and not os.listdir(place.own):
        os.rmdir(place.own)


def _whose(place: Place) -> Finding:
    around = {"config": "hooks from Git's configuration instead (Git before 2.54 passes over them)"}
    way = next((around[route] for route in place.routes.values() if route in around), "each hook needs a line")
    return Finding("hooks folder", "warn" if "line" in place.routes.values() else "ok", f"{place.foreign}: {way}")


def _states(repo: Repository, place: Place) -> list[HookState]:
    commands = configured.read(repo)
    known = configured.is_known(repo)
    return [_state(place, event, is_configured=event in commands, known=known) for event in place.routes]


def _state(place: Place, event: str, *, is_configured: bool, known: bool) -> HookState:
    in_folder = chain.look(place.path(event))
    if in_folder.ok or (in_folder.state not in {"missing", "by hand"} and place.routes[event] == "folder"):
        return in_folder
    own = chain.look(place.own_path(event))
    if is_configured:
        if own.ok:
            return HookState(event, own.path, "config" if known else "passed over", "")
        return own
    if place.routes[event] == "called":
        reached = chain.look(place.moved(event) or own.path)
        by = place.moved(event) and place.path(event)
        return HookState(event, reached.path, "called", f"by {by or place.line(event)[0]}") if reached.ok else reached
    if place.routes[event] == "line" and own.ok:
        return HookState(event, own.path, "by hand", f"a line has to be added to {place.line(event)[0]}")
    return HookState(event, place.path(event), "missing")


def _refuse_unwritable(folder: str) -> None:
    if os.path.lexists(folder) and not os.access(folder, os.W_OK):
        raise InstallError("installing the hooks", f"{folder} cannot be written", typed("ls", "-ld", folder))
