"""Symbols touched on both sides since two commits parted: what a merge would have to settle."""

from __future__ import annotations

from muse_hook.concurrent.collision import Collision, End
from muse_hook.concurrent.compare import Comparison, Sides, compare

__all__ = ["Collision", "Comparison", "End", "Sides", "compare"]
