"""Which of two engines is the newer one: of a commit that both recorded, the newer one's batch counts."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Rank = tuple[tuple[tuple[int, str], ...], bytes]

_NAME = "muse_hook "
_DIGITS = "0123456789"


def engine_of(commit: Any) -> str:
    """Return the engine that a seal's `commit` names, "" for none."""
    engine = commit.get("engine") if isinstance(commit, dict) else None
    return engine if isinstance(engine, str) else ""


def rank(engine: str) -> Rank:
    """Return what engines compare by: the version of muse_hook, number by number, then the whole text.

    The same on every machine, whatever else stands in the text; one that names no version is the oldest.
    """
    # The bytes are the same for what was spelled out to be put in a database.
    return _version(engine.partition(";")[0]), engine.encode("utf-8", "backslashreplace")


def _version(name: str) -> tuple[tuple[int, str], ...]:
    """Return the numbers of "muse_hook x.y.z" so that they compare as numbers, however many digits they have."""
    if not name.startswith(_NAME):
        return ()
    numbers = []
    for part in name[len(_NAME) :].strip().split("."):
        digits = part[: len(part) - len(part.lstrip(_DIGITS))]
        if not digits:
            break
        digits = digits.lstrip("0")
        numbers.append((len(digits), digits))
        if not part.isdecimal():  # such as 0rc1: the text decides
            break
    while numbers and numbers[-1] == (0, ""):
        numbers.pop()
    return tuple(numbers)
