"""A process that tells commits for another one, which asks and listens through pipes."""

from __future__ import annotations

import marshal
import os
import select
import signal
import struct

from muse_hook.catchup.recording import Draft
from muse_hook.catchup.telling import Alone, Unreadable
from muse_hook.errors import InternalError, StoreError
from muse_hook.oplog.batch import Batch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any, NoReturn

    from muse_hook.catchup.recording import Recording

TASK = struct.Struct("<II")  # the first commit, and the one after the last
HEADER = struct.Struct("<I")  # how long the answer is
_READ = 1 << 20


def work(recording: Recording, commits: Sequence[str], tasks: int, generations: int, answers: int) -> NoReturn:
    """Be a worker: answer until there are no more tasks.

    `generations` is a descriptor where those will come from that `recording` waits for.
    """
    status = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal sends it to all; the first process decides
        recording.counted = _Heard(generations)
        while task := os.read(tasks, TASK.size):
            for answer in _answers(recording, commits[slice(*TASK.unpack(task))]):
                data = marshal.dumps(answer)
                write(answers, HEADER.pack(len(data)) + data)
        status = 0
    except BrokenPipeError:
        status = 0  # nobody listens any more
    finally:
        os._exit(status)  # nothing of the first process's is to be tidied up here


def write(descriptor: int, data: bytes) -> None:
    """Write all of it."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def unpacked(oid: str, answer: bytes | bytearray) -> Batch | Unreadable:
    """Return what a worker told of a commit; StoreError where that found the machine at fault."""
    kind, *parts = marshal.loads(answer)  # noqa: S302 - our own fork's
    if kind == "batch":
        *parts, engine, shallow = parts
        return Batch(oid, *parts, engine=engine, shallow=shallow)
    if kind == "unreadable":
        return Unreadable(*parts)
    raise StoreError(f"telling {oid}", parts[0])


class _Heard:
    """The generations that the first process is waiting for: it sends those that are wanted, and closes its end."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def begin(self, tips: Iterable[str]) -> None:
        """Do nothing: the first process has begun."""

    def is_counting(self) -> bool:
        """Say whether there is nothing to hear yet."""
        poll = select.poll()
        poll.register(self._descriptor, select.POLLIN)
        return not poll.poll(0)

    def of(self, tips: Iterable[str]) -> dict[str, int]:
        """Return the generations; BrokenPipeError where the first process died."""
        del tips
        parts = []
        while part := os.read(self._descriptor, _READ):
            parts.append(part)
        if not parts:
            raise BrokenPipeError
        heard: dict[str, int] = marshal.loads(b"".join(parts))  # noqa: S302 - our own parent's
        return heard


def _answers(recording: Recording, commits: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """Yield what there is to tell of each commit, in order; what is a draft yet waits, and what comes after it."""
    teller = Alone(recording)
    waiting: list[Batch | Draft | Unreadable] = []
    try:
        for oid in commits:
            told = teller.tell(oid)
            if told is None:
                raise InternalError("telling commits", "there is no budget here")
            waiting.append(told)
            if not isinstance(told, Draft) or oid == commits[-1]:
                done, waiting = waiting, []
                for one in done:
                    yield _packed(teller.finish(one) if isinstance(one, Draft) else one)
    except BrokenPipeError:
        raise
    except (StoreError, OSError) as error:
        yield ("error", str(error))


def _packed(told: Batch | Unreadable) -> tuple[Any, ...]:
    if isinstance(told, Batch):
        return ("batch", told.generation, told.data, told.op_ids, told.engine, told.shallow)
    return ("unreadable", told.words, told.details)
