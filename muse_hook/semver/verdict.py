"""A verdict: what one change asks of the version number, and why."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from muse_hook.model.ops import SemVerBump

BUMPS: tuple[SemVerBump, ...] = ("none", "patch", "minor", "major")
"""Least to most."""


class Verdict:
    """What a change at `address` asks for: `bump`, for the `reason` (a code), with `detail` in plain words or ""."""

    __slots__ = ("address", "bump", "detail", "reason")

    def __init__(self, address: str, bump: SemVerBump, reason: str, detail: str = "") -> None:
        self.address = address
        self.bump = bump
        self.reason = reason
        self.detail = detail

    def key(self) -> tuple[str, int, str, str]:
        """Return what verdicts are sorted by."""
        return self.address, -BUMPS.index(self.bump), self.reason, self.detail

    def words(self) -> str:
        """Return the line that stands in `breaking_changes`: `src/a.py::f: parameter_removed timeout`."""
        return f"{self.address}: {self.reason} {self.detail}".rstrip()

    def as_json(self) -> dict[str, str]:
        """Return the verdict as it stands in a delta's `verdicts`."""
        return {"address": self.address, "bump": self.bump, "reason": self.reason, "detail": self.detail}

    def __repr__(self) -> str:
        return f"Verdict({self.bump}: {self.words()})"


def sem_ver(verdicts: Iterable[Verdict]) -> tuple[SemVerBump, list[str]]:
    """Return the largest bump that is asked for, and the sorted words of the breaking ones."""
    bump: SemVerBump = "none"
    breaking = set()
    for verdict in verdicts:
        if BUMPS.index(verdict.bump) > BUMPS.index(bump):
            bump = verdict.bump
        if verdict.bump == "major":
            breaking.add(verdict.words())
    return bump, sorted(breaking)
