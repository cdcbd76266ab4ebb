"""Hooks from Git's configuration (Git 2.54): they stand beside whatever owns the hooks folder."""

from __future__ import annotations

import shlex

from muse_hook.install.shim import EVENTS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from muse_hook.git import Repository

OLDEST_GIT = (2, 54)
# One section an event: Git does not tell a command which event it is started for.
_SECTION = "hook.muse-hook-"
_OFF = frozenset({"false", "no", "off", "0", ""})


def is_known(repo: Repository) -> bool:
    """Whether the running Git reads hooks from its configuration."""
    return repo.version >= OLDEST_GIT


def put(repo: Repository, folder: str, events: list[str]) -> None:
    """Have Git start the shims in `folder` for these events and no other; changes nothing where it does already."""
    found = read(repo)
    wanted = {event: _command(folder, event) for event in events}
    for event in EVENTS:
        if found.get(event) == wanted.get(event):
            continue
        take(repo, [event])
        if event in wanted:
            # The command first: Git dies of an event that has none.
            repo.run("config", "--local", f"{_SECTION}{event}.command", wanted[event])
            repo.run("config", "--local", f"{_SECTION}{event}.event", event)


def read(repo: Repository) -> dict[str, str]:
    """Return the command of each event that our configuration starts, switched off ones left out."""
    status, output, _ = repo.start_to_end("config", "--null", "--get-regexp", rf"^{_SECTION}")
    values: dict[str, str] = {}
    for item in output.decode("utf-8", "surrogateescape").split("\0") if status == 0 else ():
        key, _, value = item.partition("\n")
        values[key] = value
    return {
        event: values[f"{_SECTION}{event}.command"]
        for event in EVENTS
        if values.get(f"{_SECTION}{event}.event") == event
        and f"{_SECTION}{event}.command" in values
        and values.get(f"{_SECTION}{event}.enabled", "true").lower() not in _OFF
    }


def others(repo: Repository, event: str) -> list[str]:
    """Return the names of the hooks that somebody else configured for an event."""
    status, output, _ = repo.start_to_end("config", "--null", "--get-regexp", r"^hook\..*\.event$")
    items = output.decode("utf-8", "surrogateescape").split("\0") if status == 0 else []
    pairs = [item.partition("\n") for item in items]
    named = {key[len("hook.") : -len(".event")] for key, _, value in pairs if value == event}
    return sorted(name for name in named if not f"hook.{name}".startswith(_SECTION))


def take(repo: Repository, events: list[str] | None = None) -> None:
    """Remove our configuration, of some events or all."""
    for event in EVENTS if events is None else events:
        repo.run("config", "--local", "--remove-section", f"{_SECTION}{event}", check=False)


def _command(folder: str, event: str) -> str:
    shim = shlex.quote(f"{folder}/{event}")
    return f"[ ! -x {shim} ] || {shim}"
