"""Proof that the hooks fire, and a look at everything that a record depends on; nothing here prints."""

from __future__ import annotations

import os
import secrets
import subprocess
import time

from muse_hook import __version__
from muse_hook.catchup.state import read_baseline
from muse_hook.errors import InstallError, RepositoryError, StoreBusyError, StoreError, shell_command
from muse_hook.install.findings import Finding
from muse_hook.install.hook_file import EVENTS, Shim, appended_lines, parse_shim, read_file
from muse_hook.install.hooks_folder import (
    OLDEST_GIT,
    HooksFolder,
    configured_hooks,
    others_configured,
    reads_configured_hooks,
)
from muse_hook.install.install import hook_states, lost_inputs, refuse_other_owner
from muse_hook.install.interpreter import check_interpreter
from muse_hook.install.link import check_exclude, check_link, check_work_trees, work_tree_tops

TYPE_CHECKING = False
if TYPE_CHECKING:
    from muse_hook.git.repository import Repository
    from muse_hook.install.findings import HookState
    from muse_hook.oplog.store import Store

_GIT_HOOK_RUN = (2, 36)
_PROBE = "MUSE_HOOK_PROBE"  # read by the shim
_FIRE_SECONDS = 10
_INSTALL = "muse-hook install"
_HOW = {"chained": ", after the hook that was there before", "config": ", from Git's configuration"}
_FAULTS = {
    "missing": ("no hook of ours is there", _INSTALL),
    "by hand": ("not called", f"{_INSTALL} shows the line to add"),
    "blocked": ("a folder stands in the hook's place", f"move it away, then {_INSTALL}"),
    "not executable": ("Git passes over it: it is not executable", _INSTALL),
    "no interpreter": ("its Python is gone", f"{_INSTALL}, with the muse-hook that is there now"),
    "off": ("hooks are switched off", f"git config --show-origin core.hooksPath, then {_INSTALL}"),
    "passed over": ("it stands in the configuration, which this Git does not read", f"{_INSTALL}, with this Git"),
}
_LOCK_SECONDS = 0.5  # seconds; a hook's own hold on the lock is shorter
_STALE_SECONDS = 60  # seconds; an event that waits longer was not drained by the run that it started


def examine(repo: Repository, store: Store) -> list[Finding]:
    """Return what was found, in the order of a record's way: repository, hooks, store, link.

    Each hook is fired through Git with a probe that our shim answers and nobody else's hook sees; nothing is
    recorded. 'bad': commits are not recorded when they are made.
    """
    findings = [Finding("git", "ok", f"git {'.'.join(map(str, repo.version))}")]
    try:
        refuse_other_owner(repo, "recording")
    except RepositoryError as error:
        findings.append(Finding("owner", "bad", error.wrong, error.hint))
    findings += _examine_hooks(repo)
    findings += _examine_store(store)
    links = [*(check_link(repo, top) for top in work_tree_tops(repo)), *check_work_trees(repo)]
    findings += links
    if any(found.level == "ok" for found in links):
        findings.append(check_exclude(repo))
    return findings


def _examine_hooks(repo: Repository) -> list[Finding]:
    """Return a finding for each hook, fired for real where it is there."""
    states = hook_states(repo)
    findings = [_examine_hook(repo, state) for state in states]
    findings += _interpreters(states)
    findings += _twice(repo, states)
    if any(state.state == "config" for state in states):
        oldest = ".".join(map(str, OLDEST_GIT))
        message = f"hooks in Git's configuration: a Git before {oldest}, such as an IDE's own, passes over them"
        findings.append(Finding("configuration", "warn", message, "muse-hook sync records what it commits"))
    findings += lost_inputs(HooksFolder(repo))
    findings += _elsewhere(repo)
    return findings


def _examine_hook(repo: Repository, state: HookState) -> Finding:
    if not state.ok:
        message, hint = _FAULTS[state.state]
        return Finding(state.name, "bad", f"{state.path}: {state.note or message}", hint)
    nonce = secrets.token_hex(8)
    try:
        output = _fire(repo, state, nonce)
    except (RepositoryError, OSError, subprocess.TimeoutExpired) as error:
        return Finding(state.name, "bad", f"{state.path} does not fire: {error}", _INSTALL)
    answer = next((line for line in output.split("\n") if line.startswith("muse_hook ") and nonce in line), None)
    if answer is None:
        last = output.strip().split("\n")[-1] or "it says nothing"
        return Finding(state.name, "bad", f"{state.path} does not answer: {last}", _INSTALL)
    how = f"fires{_HOW.get(state.state, '')}"
    if state.state == "called":
        how = f"answers; it is called {state.note}, which is not run for this"
    version = answer.split()[1]
    if version != __version__:
        return Finding(state.name, "warn", f"{how}, with muse_hook {version} (this is {__version__})", _INSTALL)
    if _is_outdated(state.path):
        return Finding(state.name, "warn", f"{how}, but its text is of another version", _INSTALL)
    return Finding(state.name, "ok", how)


def _fire(repo: Repository, state: HookState, nonce: str) -> str:
    """Fire one hook and nobody else's; what came back."""
    if state.state == "called" or repo.version < _GIT_HOOK_RUN:
        done = subprocess.run(
            [state.path], cwd=repo.top, env={_PROBE: nonce}, stdin=subprocess.DEVNULL, capture_output=True,
            timeout=_FIRE_SECONDS, check=False,
        )  # fmt: skip
        return (done.stdout + done.stderr).decode("utf-8", "backslashreplace")
    silent = [(f"hook.{name}.enabled", "false") for name in others_configured(repo, state.name)]
    if state.state == "config":
        silent.append(("core.hooksPath", os.devnull))
    _, output = repo.fire_hook(state.name, {_PROBE: nonce}, silent)
    return output.decode("utf-8", "backslashreplace")


def _interpreters(states: list[HookState]) -> list[Finding]:
    """Check that what the hooks start can read, parse and write, which a probe alone does not load."""
    findings = []
    texts = [read_file(state.path) for state in states if state.ok]
    shims = [shim for text in texts if text is not None and (shim := parse_shim(text)) is not None]
    for python, packages in sorted({(shim.python, shim.packages) for shim in shims}):
        try:
            names = check_interpreter(Shim(python, packages))
        except InstallError as error:
            findings.append(Finding("interpreter", "bad", error.wrong, _INSTALL))
        else:
            findings.append(Finding("interpreter", "ok", f"{python} records {names}"))
    return findings


def _is_outdated(path: str) -> bool:
    text = read_file(path) or b""
    shim = parse_shim(text) or Shim("", ())
    return text != shim.render() + appended_lines(text)


def _twice(repo: Repository, states: list[HookState]) -> list[Finding]:
    """Name the events that both a file and the configuration bring to us."""
    if not reads_configured_hooks(repo):
        return []
    commands = configured_hooks(repo)
    both = [
        state.name for state in states if state.state in {"installed", "chained", "called"} and state.name in commands
    ]
    return [Finding(name, "warn", "fires twice: from the configuration as well", _INSTALL) for name in both]


def _elsewhere(repo: Repository) -> list[Finding]:
    """Name the other work trees in which Git looks for hooks somewhere else (a relative core.hooksPath)."""
    findings = []
    for top in work_tree_tops(repo):
        if repo.work_tree is not None and os.path.realpath(top) == os.path.realpath(repo.work_tree):
            continue
        other = repo.at(top)
        dead = [state.name for state in hook_states(other) if not state.ok]
        if dead:
            what = "no hook" if len(dead) == len(EVENTS) else "not every hook"
            where = other.hooks_path()[0]
            findings.append(
                Finding("work tree", "bad", f"{what} fires in {top}: Git looks in {where}", f"cd {top} && {_INSTALL}")
            )
    return findings


def _examine_store(store: Store) -> list[Finding]:
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
                    "store",
                    "bad",
                    f"{path} is a symbolic link, which nothing is written through",
                    shell_command("rm", path),
                )
            if not os.access(path, os.W_OK):
                owner = os.stat(path).st_uid
                hint = shell_command(
                    *(("sudo", "chown", "-R", str(me)) if owner != me else ("chmod", "-R", "u+rwX")), store.muse_dir
                )
                return Finding("store", "bad", f"{path} cannot be written (its owner is user {owner})", hint)
    return Finding("store", "ok", f"{store.muse_dir} can be written")


def _lock(store: Store) -> Finding:
    try:
        lock = store.lock(_LOCK_SECONDS)
        with lock:
            if lock.is_by_name:
                message = "this file system has no locks: a file that holds its maker's name takes their place"
                return Finding("lock", "warn", message, "")
            return Finding("lock", "ok", "free")
    except StoreBusyError:
        # The kernel frees the lock of a process that dies: who holds it is alive.
        return Finding(
            "lock", "warn", "another muse-hook is writing right now", shell_command("fuser", "-v", store.path("lock"))
        )
    except StoreError as error:
        return Finding("lock", "bad", error.wrong, error.hint)


def _baseline(store: Store) -> Finding:
    baseline = read_baseline(store)
    if baseline is None:
        message = "there is no whole baseline: it is not known which history was there before the hooks"
        return Finding("baseline", "bad", message, "muse-hook install")
    if baseline.anew:
        message = "the first one was lost; commits made between install and its loss may count as older history"
        return Finding("baseline", "warn", message, "muse-hook backfill --all")
    return Finding("baseline", "ok", "there")


def _queue(store: Store) -> list[Finding]:
    now = time.time()
    waiting = []
    try:
        with os.scandir(store.path("queue")) as entries:
            waiting = [now - entry.stat(follow_symlinks=False).st_mtime for entry in entries]
    except OSError:
        return []
    if not waiting or max(waiting) < _STALE_SECONDS:
        return []
    message = f"{len(waiting)} events wait to be recorded, the oldest for {max(waiting) / 60:.0f} minutes"
    return [Finding("queue", "warn", message, "muse-hook sync")]


def _errors(store: Store) -> list[Finding]:
    path = store.path("error.log")
    try:
        with open(path, "rb") as file:
            lines = file.read().decode("utf-8", "backslashreplace").rstrip("\n").split("\n")
    except OSError:
        return []
    # A time stamp begins an entry, and a traceback ends with what went wrong.
    stamps = [line.split(" ", 1)[0] for line in lines if line[:4].isdigit()]
    if not stamps:
        return []
    message = f"last at {stamps[-1]}: {lines[-1].removeprefix(stamps[-1]).strip()}"
    return [Finding("error.log", "warn", message, f"less {path}; rm it when it is mended")]
