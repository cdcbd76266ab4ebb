"""The cache over the logs: which commits are sealed, where, at which generation."""

from __future__ import annotations

from muse_hook.index.index import Index
from muse_hook.index.rows import Damaged, Recorded, Sealed, SessionRow

__all__ = ["Damaged", "Index", "Recorded", "Sealed", "SessionRow"]
