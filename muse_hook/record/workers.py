"""Deltas, or whatever else is asked of commits, by several processes; in order, so that a log has the same bytes."""

from __future__ import annotations

import fcntl
import os
import pickle
import select
import signal
import struct
from contextlib import suppress

from muse_hook.errors import InternalError, StoreError
from muse_hook.record.delta import UnreadableError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, NoReturn, Self

# Commits that a worker takes at a time, at least: few, so that at the end all are done at about the same time.
BLOCK = 8
# ... and at most, in such blocks: a file's next version is often in the next commit and is parsed from it, so each
# border costs; but what comes after a block is kept in memory until that block is done.
_LARGEST = 64
# Of what is left a worker takes one share in so many a process.
_SHARES = 2
# Commits that are worth a process's start, 20 to 30 ms of its own: flask's last 40 take .35 s with two, .55 with one.
_WORTH = 16
# Blocks at most: a pipe holds them all, also the single page that a user with many pipes gets.
_MOST_BLOCKS = 512
# Bytes of answers not yet asked for; beyond it only the worker whose turn it is is listened to.
_BUFFERED = 16 << 20
_PIPE = 1 << 20
_TASK = struct.Struct("<II")  # the first commit, and the one after the last
_HEADER = struct.Struct("<III")  # the commit, the one after its block's last, how long the answer is (0: it begins)


def processors() -> int:
    """Return how many processes may work at a time."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def useful_jobs(jobs: int, commits: int) -> int:
    """Return how many of `jobs` processes are worth their start for so many commits."""
    return min(jobs, commits // _WORTH)


class Workers:
    """Answers about `commits` with `jobs` processes; a context manager, which ends them.

    The processes are forked from this one and call `make` there: it returns what there is to say of a commit, its delta
    or what can be pickled as well, or raises UnreadableError. They are asked for each commit once, in order; who asks
    may pass over some.
    """

    def __init__(self, make: Callable[[str], Any], commits: Sequence[str], jobs: int) -> None:
        self._numbers = {oid: number for number, oid in enumerate(commits)}
        self._asked = 0  # the first commit that may still be asked for
        self._answers: dict[int, bytes] = {}
        self._bytes = 0
        self._workers: list[_Worker] = []
        try:
            tasks = _all_tasks(len(commits), jobs)
            try:
                for _ in range(jobs):
                    self._workers.append(_Worker(make, commits, tasks, [worker.answers for worker in self._workers]))
            finally:
                os.close(tasks)
        except OSError as error:
            self.close()
            raise StoreError("starting workers", error.strerror or str(error), "try again with --jobs 1") from error
        except BaseException:
            self.close()
            raise

    def is_ready(self, commit_id: str) -> bool:
        """Whether the answer about a commit is there, so that nobody waits for it."""
        number = self._numbers[commit_id]
        if number not in self._answers:
            self._listen(number, 0)
        return number in self._answers

    def answer(self, commit_id: str) -> Any:
        """Return what `make` returned of a commit; waits for it.

        Raises UnreadableError, InternalError where its process died, StoreError where that found the machine at fault.
        """
        number = self._numbers[commit_id]
        for passed in range(self._asked, number):
            if passed in self._answers:
                self._take(passed)
        self._asked = number
        while number not in self._answers:
            self._listen(number)
        self._asked = number + 1
        kind, value = pickle.loads(self._take(number))  # noqa: S301 - our own fork's
        if kind == "unreadable":
            raise UnreadableError(*value)
        if kind == "error":
            raise StoreError(f"telling {commit_id}", value)
        return value

    def close(self) -> None:
        """End the processes, whatever they do: they hold nothing that matters."""
        for worker in self._workers:
            worker.end()
        self._workers = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _take(self, number: int) -> bytes:
        answer = self._answers.pop(number)
        self._bytes -= len(answer)
        return answer

    def _listen(self, wanted: int, timeout: int | None = None) -> None:
        """Take what any worker has to say (in so many ms); where much waits already, only who makes `wanted`."""
        its = next((worker for worker in self._workers if worker.block[0] <= wanted < worker.block[1]), None)
        if its is not None and not its.is_alive:
            raise its.died()
        is_full = its is not None and self._bytes > _BUFFERED
        listened = [worker for worker in self._workers if worker is its or (worker.is_alive and not is_full)]
        if not listened:  # it took a block, and could not say so
            raise self._workers[-1].died()
        poll = select.poll()
        for worker in listened:
            poll.register(worker.answers, select.POLLIN)
        ready = {descriptor for descriptor, _ in poll.poll(timeout)}
        for worker in listened:
            if worker.answers in ready:
                for number, answer in worker.receive():
                    if number >= self._asked:
                        self._answers[number] = answer
                        self._bytes += len(answer)


def _all_tasks(commits: int, jobs: int) -> int:
    """Return a pipe that holds the blocks of all commits, large ones first; whoever has nothing to do takes the next.

    So no worker waits for another process. OSError.
    """
    least = max(BLOCK, -(-commits // _MOST_BLOCKS))
    data, first = bytearray(), 0
    while first < commits:
        size = max(least, min((commits - first) // (_SHARES * jobs), _LARGEST * BLOCK))
        data += _TASK.pack(first, min(first + size, commits))
        first += size
    tasks, end = os.pipe()
    try:
        os.write(end, data)
    finally:
        os.close(end)
    return tasks


class _Worker:
    """One process, as the first one sees it.

    `block` is the range of commits that it took last, without what it has answered of it; `answers` is the descriptor
    that they come from; it `is_alive` until that ends.
    """

    def __init__(self, make: Callable[[str], Any], commits: Sequence[str], tasks: int, theirs: Sequence[int]) -> None:
        self.answers, answers = os.pipe()
        self.block = (0, 0)
        self.is_alive = True
        self._received = bytearray()
        self.pid = os.fork()
        if self.pid == 0:
            for descriptor in (self.answers, *theirs):
                os.close(descriptor)  # or nobody would ever see an end of them
            _work(make, commits, tasks, answers)
        os.close(answers)
        with suppress(AttributeError, OSError):  # not Linux, or more than a user may have
            fcntl.fcntl(self.answers, fcntl.F_SETPIPE_SZ, _PIPE)  # it goes on while we write

    def receive(self) -> list[tuple[int, bytes]]:
        """Return the numbers of the commits whose answers have arrived whole, and these."""
        data = os.read(self.answers, _PIPE)
        self.is_alive = bool(data)
        self._received += data
        found = []
        at = 0
        while len(self._received) - at >= _HEADER.size:
            number, last, size = _HEADER.unpack_from(self._received, at)
            end = at + _HEADER.size + size
            if end > len(self._received):
                break
            if size:
                found.append((number, bytes(self._received[at + _HEADER.size : end])))
                number += 1
            self.block = (number, last)
            at = end
        del self._received[:at]
        return found

    def end(self) -> None:
        """Kill it, if it lives, and take its status."""
        with suppress(OSError):
            os.close(self.answers)
        with suppress(OSError):
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)

    def died(self) -> InternalError:
        """Return what there is to say of its end."""
        try:
            status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        except ChildProcessError:
            status = 0
        how = f"signal {-status}" if status < 0 else f"exit status {status}"
        return InternalError("telling commits", f"a worker died ({how})", "run it again with --jobs 1")


def _work(make: Callable[[str], Any], commits: Sequence[str], tasks: int, answers: int) -> NoReturn:
    """Be a worker: answer until there are no more tasks."""
    status = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal sends it to all; the first process decides
        while task := os.read(tasks, _TASK.size):
            first, last = _TASK.unpack(task)
            _write(answers, _HEADER.pack(first, last, 0))
            for number in range(first, last):
                data = _answer(make, commits[number])
                _write(answers, _HEADER.pack(number, last, len(data)) + data)
        status = 0
    except BrokenPipeError:
        status = 0  # nobody listens any more
    finally:
        os._exit(status)  # nothing of the first process's is to be tidied up here


def _answer(make: Callable[[str], Any], commit_id: str) -> bytes:
    answer: tuple[str, object]
    try:
        answer = ("made", make(commit_id))
    except UnreadableError as error:
        answer = ("unreadable", (error.why, error.details))
    except (StoreError, OSError) as error:
        answer = ("error", str(error))
    return pickle.dumps(answer, pickle.HIGHEST_PROTOCOL)


def _write(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
