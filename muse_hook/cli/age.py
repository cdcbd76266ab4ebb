"""How long ago something was, in a word or two."""

from __future__ import annotations

from datetime import datetime

_DAY = 86_400
# As `git log --relative-date` does: minutes up to an hour and a half, hours up to a day and a half, and so on.
_UNITS = (
    (90, 1, "second"),
    (90 * 60, 60, "minute"),
    (36 * 3600, 3600, "hour"),
    (14 * _DAY, _DAY, "day"),
    (70 * _DAY, 7 * _DAY, "week"),
    (730 * _DAY, 365 * _DAY / 12, "month"),
)


def age(created_at: str | None, now: float) -> str:
    """Return "3 months" for an ISO 8601 time; `now` is in seconds since 1970. "" for None."""
    if not created_at:
        return ""
    seconds = max(now - datetime.fromisoformat(created_at).timestamp(), 0)
    for limit, size, name in _UNITS:
        if seconds < limit:
            return _said(seconds / size, name)
    return _said(seconds / (365 * _DAY), "year")


def _said(number: float, name: str) -> str:
    whole = round(number)
    return f"{whole} {name}{'s' if whole != 1 else ''}"
