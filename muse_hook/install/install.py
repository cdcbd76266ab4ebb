"""Putting the hooks into a repository, and taking them out again."""

from __future__ import annotations

import os
import pwd

from muse_hook.agents.acting import MESSAGE_HOOK
from muse_hook.catchup.state import make_baseline
from muse_hook.catchup.whole_history import stop
from muse_hook.errors import InstallError, RepositoryError, shell_command
from muse_hook.install import interpreter
from muse_hook.install.findings import Finding, HookState
from muse_hook.install.hook_file import EVENTS, add_hook, check_hook, is_shim, read_file, remove_hook, replace_file
from muse_hook.install.hooks_folder import (
    HooksFolder,
    add_configured,
    configured_hooks,
    reads_configured_hooks,
    remove_configured,
)
from muse_hook.install.link import add_exclude, add_link, check_work_trees, remove_exclude, remove_link, work_tree_tops
from muse_hook.oplog.store import Store

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from muse_hook.git.repository import Repository


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
    refuse_other_owner(repo, "installing the hooks")
    shim = interpreter.shim_for(python, background=repo.config("muse.background", "bool") == "true")
    store = Store(repo.common_dir)
    hooks = HooksFolder(repo)
    for folder in (repo.common_dir, *([] if hooks.other_owner else [hooks.folder])):
        _refuse_unwritable(folder)
    store.ensure()
    make_baseline(repo, store)  # before the first hook can fire
    findings = [Finding("store", "ok", f"the log is kept in {store.muse_dir}")]
    _add_hooks(repo, hooks, shim.render())
    findings += [_owner_finding(hooks)] if hooks.other_owner else []
    findings += lost_inputs(hooks)
    links = [*(add_link(repo, top) for top in work_tree_tops(repo)), *check_work_trees(repo)]
    if any(found.level == "ok" for found in links):
        findings.append(add_exclude(repo))
    lines = [hooks.line(event) for event, method in hooks.methods.items() if method == "line"]
    return Installation(hooks.folder, _states(repo, hooks), findings + links, lines)


def uninstall(repo: Repository) -> list[Finding]:
    """Take the hooks, the link and what hides it out, and put back what was there; the log stays.

    RepositoryError, InstallError.
    """
    refuse_other_owner(repo, "uninstalling the hooks")
    hooks = HooksFolder(repo)
    findings = []
    if stop(Store(repo.common_dir)):
        findings.append(Finding("history", "ok", "the background that was recording it has stopped"))
    for folder in _folders(repo, hooks):
        for event in (*EVENTS, MESSAGE_HOOK):
            findings += remove_hook(os.path.join(folder, event))
    remove_configured(repo, [event for event in EVENTS if event in configured_hooks(repo)])
    _remove_own(hooks)
    for event, method in hooks.methods.items():
        if method == "called" and not hooks.moved(event):
            findings.append(Finding(event, "warn", f"a line in {hooks.line(event)[0]} calls us", "take it out"))
    for top in work_tree_tops(repo):
        remove_link(repo, top)
    remove_exclude(repo)
    store = Store(repo.common_dir)
    message = f"the log stays in {store.muse_dir}" if os.path.isdir(store.muse_dir) else "there is no log"
    return [*findings, Finding("store", "ok", message)]


def install_message_hook(repo: Repository) -> str:
    """Have Git fill in the trailers that the environment says (`muse-hook trailers`) from now on; what became of it.

    The hook that is there goes first. RepositoryError, InstallError.
    """
    refuse_other_owner(repo, "installing the hook")
    hooks = HooksFolder(repo)
    path = os.path.join(hooks.folder, MESSAGE_HOOK)
    if hooks.other_owner:
        hint = f'add to {path}: muse-hook trailers --into "$1"'
        raise InstallError(f"installing {MESSAGE_HOOK}", hooks.other_owner, hint)
    os.makedirs(hooks.folder, exist_ok=True)
    _refuse_unwritable(hooks.folder)
    return add_hook(path, interpreter.shim_for(None, background=False).render()).state


def uninstall_message_hook(repo: Repository) -> None:
    """Take it out again, and put back what was there. InstallError."""
    for folder in _folders(repo, HooksFolder(repo)):
        remove_hook(os.path.join(folder, MESSAGE_HOOK))


def hook_states(repo: Repository) -> list[HookState]:
    """Return how each hook stands: a look at files and configuration, nothing is started."""
    return _states(repo, HooksFolder(repo))


def refuse_other_owner(repo: Repository, doing: str) -> None:
    """Raise RepositoryError where the repository is another user's, Git's `safe.directory` or not."""
    if not Store(repo.common_dir).is_owned_by_another:
        return
    owner, me = os.stat(repo.common_dir).st_uid, os.geteuid()
    name = _user_name(owner)
    raise RepositoryError(
        doing,
        f"{repo.work_tree or repo.common_dir} belongs to {name}, and you are {_user_name(me)}",
        f"run this as {name}" if me else f"sudo -u {name} muse-hook install {repo.work_tree or repo.common_dir}",
    )


def _add_hooks(repo: Repository, hooks: HooksFolder, text: bytes) -> None:
    methods = hooks.methods
    for event, method in methods.items():
        if method == "folder":
            add_hook(hooks.path(event), text)
            continue
        if method == "off":
            continue
        _write(hooks.own_path(event), text)
        moved = hooks.moved(event)
        if moved is not None and method == "called":
            _write(moved, text)
        elif moved is not None:
            os.unlink(moved)
    # No event twice: what an earlier install did another way goes.
    add_configured(repo, hooks.own, [event for event, method in methods.items() if method == "config"])
    for folder in _folders(repo, hooks):
        for event in EVENTS:
            path = os.path.join(folder, event)
            if (folder != hooks.folder or methods.get(event) != "folder") and _is_ours(path):
                remove_hook(path)
    if "folder" in methods.values():
        _remove_own(hooks, [event for event, method in methods.items() if method == "folder"])


def _write(path: str, text: bytes) -> None:
    if read_file(path) != text or not os.access(path, os.X_OK):
        replace_file(path, text, 0o777)


def _is_ours(path: str) -> bool:
    text = read_file(path)
    return text is not None and is_shim(text)


def _folders(repo: Repository, hooks: HooksFolder) -> list[str]:
    """Return the hooks folders that may hold files of ours: Git's own, and the one that is set if it is ours."""
    own = os.path.join(repo.common_dir, "hooks")
    return [hooks.folder, *([own] if own != hooks.folder else [])] if not hooks.other_owner else [own]


def _remove_own(hooks: HooksFolder, events: list[str] | None = None) -> None:
    for event in EVENTS if events is None else events:
        if _is_ours(hooks.own_path(event)):
            os.unlink(hooks.own_path(event))
    if os.path.isdir(hooks.own) and not os.listdir(hooks.own):
        os.rmdir(hooks.own)


def _owner_finding(hooks: HooksFolder) -> Finding:
    if "off" in hooks.methods.values():
        return Finding("hooks folder", "bad", f"{hooks.other_owner}: no hook can fire", hooks.turn_on)
    around = {"config": "hooks from Git's configuration instead (Git before 2.54 passes over them)"}
    way = next((around[method] for method in hooks.methods.values() if method in around), "each hook needs a line")
    return Finding("hooks folder", "warn" if "line" in hooks.methods.values() else "ok", f"{hooks.other_owner}: {way}")


def lost_inputs(hooks: HooksFolder) -> list[Finding]:
    """Name the hooks that get no input, and what is known without it."""
    return [
        Finding(
            event,
            "warn",
            f"pre-commit calls ours without its input: which commits {event} is about is read from the reflog",
            f"pre-commit uninstall --hook-type {event}, then muse-hook install",
        )
        for event, method in hooks.methods.items()
        if method == "called" and hooks.loses_input(event)
    ]


def _states(repo: Repository, hooks: HooksFolder) -> list[HookState]:
    commands = configured_hooks(repo)
    known = reads_configured_hooks(repo)
    return [_state(hooks, event, is_configured=event in commands, known=known) for event in hooks.methods]


def _state(hooks: HooksFolder, event: str, *, is_configured: bool, known: bool) -> HookState:
    if hooks.methods[event] == "off":
        return HookState(event, hooks.path(event), "off", hooks.other_owner)
    in_folder = check_hook(hooks.path(event))
    if in_folder.ok or (in_folder.state not in {"missing", "by hand"} and hooks.methods[event] == "folder"):
        return in_folder
    own = check_hook(hooks.own_path(event))
    if is_configured:
        if own.ok:
            return HookState(event, own.path, "config" if known else "passed over", "")
        return own
    if hooks.methods[event] == "called":
        reached = check_hook(hooks.moved(event) or own.path)
        by = hooks.moved(event) and hooks.path(event)
        return HookState(event, reached.path, "called", f"by {by or hooks.line(event)[0]}") if reached.ok else reached
    if hooks.methods[event] == "line" and own.ok:
        return HookState(event, own.path, "by hand", f"a line has to be added to {hooks.line(event)[0]}")
    return HookState(event, hooks.path(event), "missing")


def _refuse_unwritable(folder: str) -> None:
    if os.path.lexists(folder) and not os.access(folder, os.W_OK):
        raise InstallError("installing the hooks", f"{folder} cannot be written", shell_command("ls", "-ld", folder))


def _user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
