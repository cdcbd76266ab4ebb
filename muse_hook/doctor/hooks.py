"""The hooks, fired one by one."""

from __future__ import annotations

import os
import secrets
import subprocess

from muse_hook import __version__
from muse_hook.errors import InstallError, RepositoryError
from muse_hook.install import configured, files, hook_states, interpreter, link
from muse_hook.install.shim import EVENTS, Shim, parse, tail
from muse_hook.model.finding import Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from muse_hook.git import Repository
    from muse_hook.install import HookState

_GIT_HOOK_RUN = (2, 36)
_PROBE = "MUSE_HOOK_PROBE"  # read by the shim
_SECONDS = 10
_INSTALL = "muse-hook install"
_SHOWN = {"chained": ", after the hook that was there before", "config": ", from Git's configuration"}
_MENDS = {
    "missing": ("no hook of ours is there", _INSTALL),
    "by hand": ("not called", f"{_INSTALL} shows the line to add"),
    "blocked": ("a folder stands in the hook's place", f"move it away, then {_INSTALL}"),
    "not executable": ("Git passes over it: it is not executable", _INSTALL),
    "no interpreter": ("its Python is gone", f"{_INSTALL}, with the muse-hook that is there now"),
    "passed over": ("it stands in the configuration, which this Git does not read", f"{_INSTALL}, with this Git"),
}


def examine_hooks(repo: Repository) -> list[Finding]:
    """Return a finding for each hook, fired for real where it is there."""
    states = hook_states(repo)
    findings = [_examine(repo, state) for state in states]
    findings += _interpreters(states)
    findings += _twice(repo, states)
    if any(state.state == "config" for state in states):
        oldest = ".".join(map(str, configured.OLDEST_GIT))
        words = f"hooks in Git's configuration: a Git before {oldest}, such as an IDE's own, passes over them"
        findings.append(Finding("configuration", "warn", words, "muse-hook sync records what it commits"))
    findings += _elsewhere(repo)
    return findings


def _examine(repo: Repository, state: HookState) -> Finding:
    if not state.ok:
        words, hint = _MENDS[state.state]
        return Finding(state.name, "bad", f"{state.path}: {state.note or words}", hint)
    nonce = secrets.token_hex(8)
    try:
        said = _fire(repo, state, nonce)
    except (RepositoryError, OSError, subprocess.TimeoutExpired) as error:
        return Finding(state.name, "bad", f"{state.path} does not fire: {error}", _INSTALL)
    answer = next((line for line in said.splitlines() if line.startswith("muse_hook ") and nonce in line), None)
    if answer is None:
        last = said.strip().splitlines()[-1:] or ["it says nothing"]
        return Finding(state.name, "bad", f"{state.path} does not answer: {last[0]}", _INSTALL)
    how = f"fires{_SHOWN.get(state.state, '')}"
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
            timeout=_SECONDS, check=False,
        )  # fmt: skip
        return (done.stdout + done.stderr).decode("utf-8", "backslashreplace")
    silent = [(f"hook.{name}.enabled", "false") for name in configured.others(repo, state.name)]
    if state.state == "config":
        silent.append(("core.hooksPath", os.devnull))
    _, output = repo.fire_hook(state.name, {_PROBE: nonce}, silent)
    return output.decode("utf-8", "backslashreplace")


def _interpreters(states: list[HookState]) -> list[Finding]:
    """Prove that what the hooks start can read, parse and write, which a probe alone does not load."""
    findings = []
    texts = [files.read(state.path) for state in states if state.ok]
    shims = [shim for text in texts if text is not None and (shim := parse(text)) is not None]
    for python, packages in sorted({(shim.python, shim.packages) for shim in shims}):
        try:
            names = interpreter.prove(Shim(python, packages))
        except InstallError as error:
            findings.append(Finding("interpreter", "bad", error.wrong, _INSTALL))
        else:
            findings.append(Finding("interpreter", "ok", f"{python} records {names}"))
    return findings


def _is_outdated(path: str) -> bool:
    text = files.read(path) or b""
    shim = parse(text) or Shim("", ())
    return text != shim.render() + tail(text)


def _twice(repo: Repository, states: list[HookState]) -> list[Finding]:
    """Name the events that both a file and the configuration bring to us."""
    if not configured.is_known(repo):
        return []
    commands = configured.read(repo)
    both = [
        state.name for state in states if state.state in {"installed", "chained", "called"} and state.name in commands
    ]
    return [Finding(name, "warn", "fires twice: from the configuration as well", _INSTALL) for name in both]


def _elsewhere(repo: Repository) -> list[Finding]:
    """Name the other work trees in which Git looks for hooks somewhere else (a relative core.hooksPath)."""
    findings = []
    for top in link.tops(repo):
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
