"""One commit told as its batch, or the reason why it cannot be; nothing is written here."""

from __future__ import annotations

from muse_hook.errors import MuseHookError, ObjectMissingError, StoreError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol, Self, TypeVar

    from muse_hook.catchup.recording import Draft, Recording
    from muse_hook.oplog.batch import Batch
    from muse_hook.record.budget import Budget

    T = TypeVar("T")

    class Teller(Protocol):
        """Tells commits in the order in which they are asked for."""

        def tell(self, oid: str) -> Batch | Draft | Unreadable | None:
            """Return the commit's batch, or why there is none; None where a budget is used up."""

        def finish(self, draft: Draft) -> Batch | Unreadable:
            """Return the batch of what was told as a draft, or why there is none."""


class Unreadable:
    """A commit that cannot be told: why, in `words`, and what error.log should keep of it ("": nothing)."""

    __slots__ = ("details", "words")

    def __init__(self, words: str, details: str = "") -> None:
        self.words = words
        self.details = details


class Alone:
    """Tells in this process what `recording` reads, as far as the budget goes."""

    def __init__(self, recording: Recording, budget: Budget | None = None) -> None:
        self._recording = recording
        self._budget = budget

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def tell(self, oid: str) -> Batch | Draft | Unreadable | None:
        """Return the commit's batch, or why there is none; None where the budget is used up.

        Raises StoreError and OSError: then the machine is at fault, and the next commit would fare no better.
        """
        self._recording.settle(wait=False)
        return _told(oid, lambda: self._recording.batch(oid, self._budget))

    def finish(self, draft: Draft) -> Batch | Unreadable:
        """Return the batch of a draft, or why there is none; raises as `tell`."""
        self._recording.settle()
        return _told(draft.commit.id, lambda: self._recording.finish(draft))


def _told(oid: str, tell: Callable[[], T]) -> T | Unreadable:
    try:
        return tell()
    except ObjectMissingError as error:
        return Unreadable(f"{error.oid} is absent")
    except (StoreError, OSError):
        raise
    except MuseHookError as error:
        return Unreadable(str(error), f"recording {oid}: {error}")
    except Exception as error:  # noqa: BLE001 - one commit that we cannot tell must not hold up all others
        from traceback import format_exc

        return Unreadable(f"{type(error).__name__}: {error}", f"recording {oid}: {format_exc()}")
