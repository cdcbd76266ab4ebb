"""What install says and does of the history that is there, and what answers say while it is being recorded."""

from __future__ import annotations

import time

from muse_hook.catchup import whole_history
from muse_hook.catchup.whole_history import FOREGROUND_SECONDS, PATIENCE_SECONDS, HistoryState
from muse_hook.cli.findings import draw_unreadable, hint_for_absent
from muse_hook.cli.progress import Progress, duration
from muse_hook.record.workers import processors

TYPE_CHECKING = False
if TYPE_CHECKING:
    from muse_hook.catchup.whole_history import Beginning
    from muse_hook.cli.terminal import Screen
    from muse_hook.git.repository import Repository
    from muse_hook.oplog.store import Store

_GO_ON = "muse-hook backfill --all"
_BYTE_UNITS = ((10**9, "GB"), (10**6, "MB"), (10**3, "kB"))


def record_history(messages: Screen, repository: Repository, store: Store) -> bool:
    """Record the newest commits, say what the rest costs, and have it recorded; whether all could be.

    Raises Interrupted on Ctrl-C; the hooks are there by then.
    """
    state = HistoryState.read(store)
    if state is not None and state.state == "left out":
        messages.line(("history: ", "bold"), "left out", (f"  {_GO_ON} records it", "hint"))
        return True
    if whole_history.is_going(store):
        draw_state(messages, state)
        return True
    progress = Progress(messages, "recording", patience=1.0)
    try:
        beginning = whole_history.begin(repository, store, progress.update)
    except KeyboardInterrupt:
        raise progress.interrupted("recording history", f"{_GO_ON} goes on") from None
    finally:
        progress.end()
    if beginning is None:
        return True
    _draw_beginning(messages, beginning)
    if beginning.report.unreadable:
        whole_history.leave_out(store)  # nobody should ask for the files of a partial clone commit by commit
        hint = f"{hint_for_absent(repository)}, then {_GO_ON}"
        draw_unreadable(messages, beginning.report.unreadable, hint)
        return False
    if not beginning.left:
        whole_history.forget(store)
        return True
    recorded = beginning.total - beginning.left
    planned = HistoryState("going", beginning.total, recorded, recorded + beginning.goal)
    if beginning.seconds < FOREGROUND_SECONDS:
        return _wait(messages, repository, store, planned)
    return _leave_to_background(messages, repository, store, planned)


def draw_state(messages: Screen, state: HistoryState | None) -> None:
    """Say in one line, where not all history is recorded, that an answer may be incomplete."""
    if state is not None and state.state in ("going", "horizon"):
        then = "going on" if state.state == "going" else f"{_GO_ON} goes on"
        figures = f"{state.recorded:,} of {state.total:,} commits recorded; {then}"
        messages.line(("history: ", "bold"), figures)


def as_words(state: HistoryState) -> str:
    """Return how far it is and how long it will take, for `status`."""
    figures = f"{state.recorded:,} of {state.total:,} commits recorded"
    if state.state == "horizon":
        return figures
    left = state.seconds_left(time.time())
    goal = f" on the way to {state.goal:,}" if state.goal < state.total else ""
    return f"{figures}{goal}, {'' if left is None else f'about {duration(max(1.0, left))} left, '}in the background"


def as_json(state: HistoryState) -> dict[str, str | int | float | None]:
    """Return the object `history` of `status --json`."""
    left = state.seconds_left(time.time()) if state.state == "going" else None
    return {
        "state": state.state,
        "recorded": state.recorded,
        "total": state.total,
        "goal": state.goal,
        "seconds_left": None if left is None else round(max(0.0, left), 1),
    }


def _draw_beginning(messages: Screen, beginning: Beginning) -> None:
    report = beginning.report
    if report.recorded:
        newest = "the newest " if beginning.left else ""
        figures = (f" in {duration(report.seconds)}", "dim")
        messages.line(("history: ", "bold"), f"recorded {newest}{_commits(report.recorded)}", figures)
    if report.beyond_boundary:
        cut = f"it begins at the boundary of this shallow clone, with {_commits(report.beyond_boundary)} passed over"
        hint = "  git fetch --unshallow brings what lies behind, then " + _GO_ON
        messages.line(("history: ", "bold"), cut, (hint, "hint"))
    if not beginning.left:
        return
    cost = f"about {duration(max(1.0, beginning.seconds))} and {size(beginning.bytes)}"
    if beginning.goal == beginning.left:
        messages.line(("history: ", "bold"), f"{_commits(beginning.left)} more take {cost}")
        return
    messages.line(("history: ", "bold"), f"{_commits(beginning.left)} more would take {cost}")
    reach = f"it stops after 10 minutes of work or 1 GB, with some {beginning.goal:,} of them"
    messages.line(("history: ", "bold"), reach, (f"  {_GO_ON} goes on", "hint"))


class _TooLongError(Exception):
    """It takes longer than it should."""


def _leave_to_background(messages: Screen, repository: Repository, store: Store, planned: HistoryState) -> bool:
    whole_history.start(repository, store, planned)
    shown = ("  muse-hook status says how far it is", "hint")
    messages.line(("history: ", "bold"), "going on in the background", shown)
    return True


def _wait(messages: Screen, repository: Repository, store: Store, planned: HistoryState) -> bool:
    """Record the rest while somebody looks on; whether all could be."""
    progress = Progress(messages, "recording")

    def check() -> None:
        if progress.seconds > PATIENCE_SECONDS:
            raise _TooLongError

    try:
        unreadable = whole_history.record_rest(
            repository,
            store,
            planned,
            jobs=processors(),
            check=check,
            progress=progress.update,
        )
    except _TooLongError:
        progress.end()
        return _leave_to_background(messages, repository, store, planned)
    except KeyboardInterrupt:
        whole_history.forget(store)
        raise progress.interrupted("recording history", f"{_GO_ON} goes on") from None
    finally:
        progress.end()
    draw_unreadable(messages, unreadable, f"{hint_for_absent(repository)}, then {_GO_ON}")
    figures = f"recorded {_commits(planned.recorded - planned.began_with)}"
    messages.line(("history: ", "bold"), figures, (f" in {duration(progress.seconds)}", "dim"))
    return not unreadable


def size(number: int) -> str:
    """Return a number of bytes as people read it: "310 MB"."""
    for unit, name in _BYTE_UNITS:
        if number >= unit:
            return f"{number / unit:.{1 if number < 10 * unit else 0}f} {name}"
    return f"{number} bytes"


def _commits(number: int) -> str:
    return f"{number:,} commit{'s' if number != 1 else ''}"
