"""One commit told as its batch, or the reason why it cannot be; nothing is written here."""

from __future__ import annotations

from muse_hook.errors import MuseHookError, ObjectMissingError, StoreError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol, Self

    from muse_hook.catchup.budget import Budget
    from muse_hook.catchup.recording import Recording
    from muse_hook.oplog.batch import Batch

    class Teller(Protocol):
        """Tells commits in the order in which they are asked for."""

        def tell(self, oid: str) -> Batch | Unreadable | None:
            """Return the commit's batch, or why there is none; None where a budget is used up."""


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

    def tell(self, oid: str) -> Batch | Unreadable | None:
        """Return the commit's batch, or why there is none; None where the budget is used up.

        Raises StoreError and OSError: then the machine is at fault, and the next commit would fare no better.
        """
        try:
            return self._recording.batch(oid, self._budget)
        except ObjectMissingError as error:
            return Unreadable(f"{error.oid} is absent")
        except (StoreError, OSError):
            raise
        except MuseHookError as error:
            return Unreadable(str(error), f"recording {oid}: {error}")
        except Exception as error:  # noqa: BLE001 - one commit that we cannot tell must not hold up all others
            from traceback import format_exc  # noqa: PLC0415 - start-up time

            return Unreadable(f"{type(error).__name__}: {error}", f"recording {oid}: {format_exc()}")
