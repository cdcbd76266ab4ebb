"""The whole history, by itself: what install records in the background, the newest blocks first."""

from __future__ import annotations

import json
import os
import sys
import time
from contextlib import suppress
from itertools import pairwise

from muse_hook.catchup.backfill import record_selection, select
from muse_hook.errors import MuseHookError, StoreBusyError, StoreError, UnwritableError
from muse_hook.history.follow import refresh
from muse_hook.index.database import FILE as INDEX_FILE
from muse_hook.index.index import Index
from muse_hook.oplog.lock import StoreLock
from muse_hook.oplog.store import OP_LOG, Store

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Literal

    from muse_hook.catchup.backfill import BackfillReport, Selection
    from muse_hook.git.repository import Repository

    State = Literal["going", "done", "horizon", "left out"]

# Commits that are recorded before anything is said: they tell what the others will cost.
FIRST = 200
# Seconds of all the rest up to which a person waits for it.
FOREGROUND_SECONDS = 20.0
# ... and after which it is left to the background, where the estimate was wrong.
PATIENCE_SECONDS = 25.0
# Where the background stops without being asked: seconds and bytes.
MOST_SECONDS = 600.0
MOST_BYTES = 1_000_000_000

# The newest blocks come first, so that the answers that people ask for are whole early; within a block the oldest is
# first, since a version is read from the one before. Each block makes all links anew: the blocks grow.
_BLOCK, _GROWTH, _LARGEST_BLOCK = 1000, 4, 24_000
# Commits after which the index takes in what was recorded meanwhile, so that nobody who reads has to.
_READ_AFTER = 1000
# What two processes are to one: the first one writes, and both wait for the same memory.
_GAIN = 0.75
# Bytes of index a byte of log at least (0.6 of flask's, 0.9 of ansible's and texar's: the store itself tells), and
# seconds of reading and linking a second of recording.
_INDEX_BYTES, _INDEX_SECONDS = 0.5, 0.2
# A machine that is busy with other things gives it a tenth. With less than that it would keep the lock for too long.
_NICE = 10
_STATE = "history"
_LOCK = "history.lock"
_STATE_SECONDS = 1.0
_STOP_SECONDS = 5.0


class HistoryState:
    """How far the recording of all history is, as the store's file `history` says.

    `total` commits were reached when it began, `recorded` of them are recorded by now, `goal` is how many it is to come
    to: less than all where `state` is, or will be, "horizon". `began` and `began_with` are when this run started (Unix
    time) and what was recorded then. "left out" is what install was told: no history, or no more of it.
    """

    __slots__ = ("began", "began_with", "goal", "pid", "recorded", "state", "total")

    def __init__(self, state: State, total: int, recorded: int, goal: int) -> None:
        self.state = state
        self.total = total
        self.recorded = recorded
        self.goal = goal
        self.began = time.time()
        self.began_with = recorded
        self.pid = 0

    def seconds_left(self, now: float) -> float | None:
        """Return how long the run that is going has yet to go, None where nothing tells yet."""
        done = self.recorded - self.began_with
        return None if done <= 0 else (self.goal - self.recorded) * (now - self.began) / done

    def write(self, store: Store) -> None:
        """Put it in the place of what the store knows. StoreError."""
        values = {"version": 1, **{name: getattr(self, name) for name in self.__slots__}}
        store.replace_file(store.path(_STATE), json.dumps(values).encode() + b"\n")

    @classmethod
    def read(cls, store: Store) -> HistoryState | None:
        """Return what the store knows, None where it knows nothing that can be read."""
        try:
            with open(store.path(_STATE), "rb") as file:
                values = json.loads(file.read())
            found = cls(values["state"], *(int(values[name]) for name in ("total", "recorded", "goal")))
            found.began, found.began_with = float(values["began"]), int(values["began_with"])
            found.pid = int(values["pid"])
        except (OSError, ValueError, TypeError, LookupError):
            return None
        return found


class Cost:
    """What recording costs, as some commits have shown: seconds, of the processor and elapsed, and bytes a commit.

    `size` is a commit's bytes of log, `index` the bytes of index that come with each of them.
    """

    __slots__ = ("_bytes", "_elapsed", "_gain", "_seconds")

    def __init__(self, seconds: float, elapsed: float, size: float, index: float, jobs: int) -> None:
        self._seconds = seconds * (1 + _INDEX_SECONDS)
        self._elapsed = max(elapsed, seconds) * (1 + _INDEX_SECONDS)
        self._bytes = size * (1 + index)
        self._gain = max(1.0, jobs * _GAIN)

    def seconds(self, commits: int) -> float:
        """Return how long so many commits will take, on a machine that is as busy as it was."""
        return commits * self._elapsed / self._gain

    def bytes(self, commits: int) -> int:
        """Return the bytes, of logs and index, that so many commits will take."""
        return int(commits * self._bytes)

    def affordable(self, seconds: float, size: int) -> int:
        """Return how many commits so many seconds, on a machine that has nothing else to do, and bytes are enough for.

        What others do at the moment is no reason to record less.
        """
        return int(min(seconds * self._gain / max(self._seconds, 1e-9), size / max(self._bytes, 1e-9)))


class Beginning:
    """The first commits of a history: the `report` of what was recorded, and what is `left` to record.

    `goal` is how many of these the limits allow as far as these commits tell, `cost` what one costs.
    """

    __slots__ = ("cost", "goal", "left", "report", "total")

    def __init__(self, report: BackfillReport, total: int, left: int, cost: Cost | None) -> None:
        self.report = report
        self.total = total
        self.left = left
        self.cost = cost
        self.goal = left if cost is None else min(left, cost.affordable(MOST_SECONDS, MOST_BYTES))

    @property
    def seconds(self) -> float:
        """How long all that is left will take."""
        return self.cost.seconds(self.left) if self.cost is not None else 0.0

    @property
    def bytes(self) -> int:
        """How many bytes all that is left will take."""
        return self.cost.bytes(self.left) if self.cost is not None else 0


def begin(repo: Repository, store: Store, progress: Callable[[int, int], None]) -> Beginning | None:
    """Record the newest commits that HEAD reaches and no log holds; None where there is no commit at all.

    Raises what `backfill` raises.
    """
    head = repo.head()
    if head.oid is None and not repo.branches():
        return None
    chosen = select(repo, None, count=None, everything=True, session=None)
    todo = _unsealed(store, chosen)
    newest = {oid for oid, _ in repo.rev_list([head.oid], options=[f"-n{FIRST}"])} if head.oid else set()
    first = [row for row in todo if row[0] in newest] or todo[-FIRST:]
    marks = [(time.process_time(), time.monotonic())]

    def note(done: int, all_of_them: int) -> None:
        marks.append((time.process_time(), time.monotonic()))
        progress(done, all_of_them)

    report = record_selection(repo, store, chosen.only(first), jobs=1, progress=note)
    _take_in(store)
    cost = None
    if report.recorded:
        from muse_hook.record.workers import processors  # not for those who only ask how far it is

        with Index(store) as index:
            sizes = [float(each.end - each.start) for each in index.find([oid for oid, _ in first]).values()]
        seconds, elapsed = ([now[at] - before[at] for before, now in pairwise(marks)] for at in (0, 1))
        cost = Cost(_typical(seconds), _typical(elapsed), _typical(sizes), _index_bytes(store), processors())
    report.beyond_boundary = len(chosen.beyond_boundary)
    return Beginning(report, len(chosen.commits), len(todo) - len(first), cost)


def _typical(values: Sequence[float]) -> float:
    """Return the mean of what commits cost, where none counts more than twenty times as much as one in the middle.

    One of ten thousands moves all files: among the first few it says nothing of the others.
    """
    from statistics import fmean, median  # install alone asks

    most = 20 * median(values)
    return fmean(min(value, most) for value in values)


def leave_out(store: Store) -> None:
    """Note that history is not to be recorded, or no more of it, until somebody asks. StoreError."""
    HistoryState("left out", 0, 0, 0).write(store)


def forget(store: Store) -> None:
    """Forget what install was told of history: it is done, or somebody records it by hand."""
    try:
        os.unlink(store.path(_STATE))
    except OSError:
        return


def is_going(store: Store) -> bool:
    """Say whether a process records history in this store right now."""
    try:
        with _lock(store):
            return False
    except StoreBusyError:
        return True
    except StoreError:
        return False


def start(repo: Repository, store: Store, state: HistoryState) -> None:
    """Record the rest in a process that nobody waits for, which goes on after `state`. StoreError."""
    import subprocess

    state.write(store)
    command = (sys.executable, "-I", "-c", f"from {__name__} import main; main()", repo.git_dir)
    try:
        # Through a shell that ends at once, so that it is nobody's child.
        subprocess.run(
            ("/bin/sh", "-c", '"$@" &', "sh", *command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env=dict(repo.outer_environ),
            start_new_session=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError) as error:
        raise StoreError("starting the background", str(error), "muse-hook backfill --all") from error


def go_on(repo: Repository, store: Store) -> HistoryState | None:
    """Return how far the history is where it is not all recorded; a run that was cut short (a reboot) goes on."""
    state = HistoryState.read(store)
    if state is None or state.state not in ("going", "horizon"):
        return None
    if state.state == "going" and not is_going(store):
        try:
            start(repo, store, state)
        except StoreError:  # it can be neither written nor started here: whoever can will
            return state
    return state


def stop(store: Store) -> bool:
    """End the process that records history, and have none go on by itself; whether there was one."""
    import signal

    state = HistoryState.read(store)
    forget(store)  # which it sees, wherever it is
    if state is None or not is_going(store):
        return False
    # It ends between two commits; where it waits for something it may be killed: the next run writes whole what it
    # has left half.
    for number in (signal.SIGTERM, signal.SIGKILL):
        if state.pid and is_going(store):
            with suppress(OSError):
                os.kill(state.pid, number)
        end = time.monotonic() + _STOP_SECONDS
        while is_going(store) and time.monotonic() < end:
            time.sleep(0.02)
    forget(store)  # it may have been writing there
    return True


def record_rest(
    repo: Repository,
    store: Store,
    state: HistoryState,
    *,
    jobs: int,
    check: Callable[[], None] = lambda: None,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> dict[str, str]:
    """Record what is left of the newest `state.goal` commits, block by block, and keep the index up.

    Returns {commit id: why} of those that could not be recorded. `check` is called between two commits and may raise;
    `progress` with (done, to do). StoreBusyError where another process does the same. Raises what `backfill` raises.
    """
    with _lock(store):
        return _HistoryRun(repo, store, state, jobs=jobs, check=check, progress=progress).go()


class _HistoryRun:
    def __init__(
        self,
        repo: Repository,
        store: Store,
        state: HistoryState,
        *,
        jobs: int,
        check: Callable[[], None],
        progress: Callable[[int, int], None],
    ) -> None:
        self.repo = repo
        self.store = store
        self.state = state
        self.jobs = jobs
        self.check = check
        self.progress = progress
        self.unreadable: dict[str, str] = {}
        self._written_at = 0.0

    def go(self) -> dict[str, str]:
        chosen = select(self.repo, None, count=None, everything=True, session=None)
        todo = _unsealed(self.store, chosen)
        state = self.state
        allowed = state.goal - state.recorded if state.goal < state.total else len(todo)
        state.pid, state.total = os.getpid(), len(chosen.commits)
        state.recorded = state.total - len(todo)
        state.began, state.began_with = time.time(), state.recorded
        left, everything = todo, len(todo)
        size, began, seconds = _BLOCK, _log_bytes(self.store), _processor_seconds()
        state.write(self.store)
        while left and allowed > 0:
            state.goal = min(state.total, state.recorded + allowed)
            size = min(size, allowed)
            block, left = left[-size:], left[:-size]
            self._record(chosen, block, everything - len(left) - len(block), everything)
            size = min(size * _GROWTH, _LARGEST_BLOCK)
            # What they have cost says better than the first few did how far the limits reach.
            done = everything - len(left)
            spent = (_processor_seconds() - seconds) / (1 + _INDEX_SECONDS) / done  # `Cost` adds the index
            size_each = (_log_bytes(self.store) - began) / done
            cost = Cost(spent, spent, size_each, _index_bytes(self.store), self.jobs)
            allowed = cost.affordable(MOST_SECONDS, MOST_BYTES) - done
        state.recorded = state.total - len(_unsealed(self.store, chosen))
        if state.total - state.recorded <= len(self.unreadable):
            forget(self.store)
        else:
            state.state = "horizon"
            self._write()
        return self.unreadable

    def _record(
        self, chosen: Selection, block: Sequence[tuple[str, Sequence[str]]], before: int, everything: int
    ) -> None:
        begun_with = self.state.recorded
        taken_in = 0

        def progress(done: int, _: int) -> None:
            nonlocal taken_in
            self.check()
            self.state.recorded = begun_with + done
            self.progress(before + done, everything)
            if time.monotonic() - self._written_at > _STATE_SECONDS:
                self._write()
            if done - taken_in >= _READ_AFTER:
                taken_in = done
                _take_in(self.store, late=False)

        report = record_selection(self.repo, self.store, chosen.only(block), jobs=self.jobs, progress=progress)
        self.unreadable |= report.unreadable
        self.check()
        _take_in(self.store)
        self._write()

    def _write(self) -> None:
        """Say how far it is, unless somebody has ended the run by taking the file away, which `check` sees."""
        self._written_at = time.monotonic()
        if os.path.exists(self.store.path(_STATE)):
            self.state.write(self.store)


def main() -> None:
    """Be the background: `python -c ... GIT_DIR`. What goes wrong is in the store's error.log."""
    import gc
    import signal

    from muse_hook.git.discovery import open_repository
    from muse_hook.record.workers import processors

    gc.set_threshold(500_000)  # as the command line does: there is next to no garbage in circles
    repo = open_repository(sys.argv[1])
    store = Store(repo.common_dir)
    state = HistoryState.read(store)
    if state is None or state.state != "going":
        return
    is_over: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: is_over.append(number))
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with suppress(OSError):
        os.nice(_NICE)

    def check() -> None:
        if is_over or not os.path.exists(store.path(_STATE)):
            raise KeyboardInterrupt

    try:
        record_rest(repo, store, state, jobs=processors(), check=check)
    except (KeyboardInterrupt, StoreBusyError):
        pass
    except UnwritableError as error:
        store.append_error(str(error))
    except MuseHookError as error:
        store.append_error(f"recording the history: {error}")
    except Exception:  # noqa: BLE001 - there is nobody else to tell
        from traceback import format_exc

        store.append_error(format_exc())


def _lock(store: Store) -> StoreLock:
    path = store.path(_LOCK)
    return StoreLock(path, 0.0, lambda: store.open_file(path, os.O_RDWR | os.O_CREAT))


def _unsealed(store: Store, chosen: Selection) -> list[tuple[str, Sequence[str]]]:
    if not store.exists():
        return list(chosen.commits)
    purged = store.purged()
    with Index(store) as index:
        index.refresh()
        sealed = index.find([oid for oid, _ in chosen.commits])
    return [row for row in chosen.commits if row[0] not in sealed and row[0] not in purged]


def _take_in(store: Store, *, late: bool = True) -> None:
    """Have the index take in what was recorded, so that the next command that reads has nothing to do."""
    with Index(store) as index:
        try:
            refresh(index, late=late)
        except StoreBusyError:
            return  # whoever holds it does it


def _log_bytes(store: Store) -> int:
    total = 0
    for folder, _, names in os.walk(store.path(OP_LOG)):
        for name in names:
            try:
                total += os.stat(os.path.join(folder, name)).st_size
            except OSError:
                continue
    return total


def _index_bytes(store: Store) -> float:
    """Return how many bytes of index a byte of log makes in this store; the least where it cannot tell."""
    try:
        size = os.stat(store.path(INDEX_FILE)).st_size
    except OSError:
        return _INDEX_BYTES
    return max(_INDEX_BYTES, size / max(1, _log_bytes(store)))


def _processor_seconds() -> float:
    found = os.times()
    return found.user + found.system + found.children_user + found.children_system
