"""Processes that tell commits at the same time; what they tell comes out in order, so the log has the same bytes."""

from __future__ import annotations

import fcntl
import marshal
import os
import select
import signal
from contextlib import suppress

from muse_hook.catchup.telling import Unreadable
from muse_hook.catchup.worker import HEADER, TASK, unpacked, work, write
from muse_hook.errors import InternalError, StoreError
from muse_hook.oplog.batch import Batch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Self

    from muse_hook.catchup.recording import Draft, Recording

# Commits that a worker gets at a time, at least: few, so that at the end all are done at about the same time.
BLOCK = 32
# ... and at most, in such blocks: a file's next version is often in the next commit and is parsed from it, so each
# border costs; but what comes after a block is kept in memory until that block is told.
_LARGEST = 16
# Of what is left a worker gets one share in so many a process.
_SHARES = 2
# Commits that a worker has yet to tell when it gets its next block, so that it never waits for one.
_AHEAD = 8
# Bytes told and not yet asked for; beyond it only the worker whose turn it is is listened to.
_BUFFERED = 16 << 20
_READ = 1 << 20


class Workers:
    """Tells `commits` with `jobs` processes; a context manager, which ends them.

    The processes are forked from this one, with what `recording` has learnt; generations that are being counted they
    hear later. They are asked for each commit once, in order; who asks may pass over some.
    """

    def __init__(self, recording: Recording, commits: Sequence[str], jobs: int) -> None:
        recording.close()  # open objects do not survive a fork
        self._commits = commits
        self._numbers = {oid: number for number, oid in enumerate(commits)}
        self._next = 0  # the first commit that nobody has been given
        self._asked = 0  # ... and the first that may still be asked for
        self._told: dict[int, Batch | Unreadable] = {}
        self._bytes = 0
        self._workers: list[_Worker] = []
        try:
            for _ in range(jobs):
                theirs = [d for worker in self._workers for d in worker.descriptors]
                self._workers.append(_Worker(recording, commits, theirs))
            self._give()
            awaited = recording.awaited
            recording.settle()
            known = {oid: recording.generation(oid) for oid in awaited}
            for worker in self._workers:
                worker.inform({oid: number for oid, number in known.items() if number is not None})
        except OSError as error:
            self.close()
            raise StoreError("starting workers", error.strerror or str(error), "try again with --jobs 1") from error
        except BaseException:
            self.close()
            raise

    def tell(self, oid: str) -> Batch | Unreadable | None:
        """Return the commit's batch, or why there is none; waits for it.

        Raises InternalError where its process died, StoreError where that found the machine at fault.
        """
        number = self._numbers[oid]
        for passed in range(self._asked, number):
            if passed in self._told:
                self._forget(passed)
        self._asked = number + 1
        while number not in self._told:
            self._listen(number)
        return self._forget(number)

    def finish(self, draft: Draft) -> Batch | Unreadable:
        """Return the batch of a draft; the processes finish their own."""
        raise InternalError("telling commits", f"a draft of {draft.commit.id}")

    def close(self) -> None:
        """End the processes, whatever they do: they hold nothing that matters."""
        for worker in self._workers:
            worker.end()
        self._workers = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _forget(self, number: int) -> Batch | Unreadable:
        told = self._told.pop(number)
        self._bytes -= _size(told)
        return told

    def _listen(self, wanted: int) -> None:
        """Take what any worker has to say; where much waits already, only who tells `wanted`."""
        self._give()
        its = next((w for w in self._workers if any(first <= wanted < last for first, last in w.blocks)), None)
        if its is not None and not its.is_alive:
            raise its.died()
        is_full = its is not None and self._bytes > _BUFFERED
        listened = [w for w in self._workers if w is its or (w.blocks and w.is_alive and not is_full)]
        poll = select.poll()
        for worker in listened:
            poll.register(worker.answers, select.POLLIN)
        ready = {descriptor for descriptor, _ in poll.poll()}
        for worker in listened:
            if worker.answers in ready:
                for number, told in worker.hear(self._commits):
                    if number >= wanted:
                        self._told[number] = told
                        self._bytes += _size(told)

    def _give(self) -> None:
        """See to it that every worker has enough to do."""
        for worker in self._workers:
            if worker.is_alive and worker.has_to_tell <= _AHEAD and self._next < len(self._commits):
                last = min(self._next + self._block(), len(self._commits))
                worker.give(self._next, last)
                self._next = last

    def _block(self) -> int:
        """Return how many commits the next block takes: large ones first."""
        share = (len(self._commits) - self._next) // (_SHARES * len(self._workers))
        return max(BLOCK, min(share, _LARGEST * BLOCK))


class _Worker:
    """One process: `blocks` are the ranges of commits that it was given and has not told yet, the first one's start
    being the next that it tells; `answers` is the descriptor that they come from; it `is_alive` until that ends.
    """  # noqa: D205 - the fields are the summary

    def __init__(self, recording: Recording, commits: Sequence[str], theirs: Sequence[int]) -> None:
        tasks, self._tasks = os.pipe()
        generations, self._generations = os.pipe()
        self.answers, answers = os.pipe()
        self.blocks: list[tuple[int, int]] = []
        self.is_alive = True
        self._heard = bytearray()
        self.pid = os.fork()
        if self.pid == 0:
            for descriptor in (*self.descriptors, *theirs):
                os.close(descriptor)  # or nobody would ever see an end of them
            work(recording, commits, tasks, generations, answers)
        os.close(tasks)
        os.close(generations)
        os.close(answers)
        with suppress(AttributeError, OSError):  # not Linux, or more than a user may have
            fcntl.fcntl(self.answers, fcntl.F_SETPIPE_SZ, _READ)  # it goes on while we write

    @property
    def descriptors(self) -> list[int]:
        """The ends of its pipes that this process holds."""
        return [descriptor for descriptor in (self._tasks, self._generations, self.answers) if descriptor >= 0]

    @property
    def has_to_tell(self) -> int:
        """How many commits it has been given and has not told yet."""
        return sum(last - first for first, last in self.blocks)

    def give(self, first: int, last: int) -> None:
        """Ask for the commits from `first` to before `last`."""
        self.blocks.append((first, last))
        with suppress(BrokenPipeError):  # it died: its answers end, and that is told
            os.write(self._tasks, TASK.pack(first, last))

    def inform(self, generations: dict[str, int]) -> None:
        """Tell it the generations that were being counted when it began."""
        with suppress(BrokenPipeError):
            write(self._generations, marshal.dumps(generations))
        os.close(self._generations)
        self._generations = -1

    def hear(self, commits: Sequence[str]) -> list[tuple[int, Batch | Unreadable]]:
        """Return the numbers and batches of the commits that have arrived whole."""
        data = os.read(self.answers, _READ)
        self.is_alive = bool(data)
        self._heard += data
        found = []
        at = 0
        while len(self._heard) - at >= HEADER.size:
            end = at + HEADER.size + HEADER.unpack_from(self._heard, at)[0]
            if end > len(self._heard):
                break
            number, last = self.blocks[0]
            found.append((number, unpacked(commits[number], self._heard[at + HEADER.size : end])))
            self.blocks[:1] = [(number + 1, last)] if number + 1 < last else []
            at = end
        del self._heard[:at]
        return found

    def end(self) -> None:
        """Kill it, if it lives, and take its status."""
        for descriptor in self.descriptors:
            with suppress(OSError):
                os.close(descriptor)
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


def _size(told: Batch | Unreadable) -> int:
    return len(told.data) if isinstance(told, Batch) else 0
