"""Following the logs live: each whole batch once, in the order in which it arrives."""

from __future__ import annotations

from muse_hook.watch.cursor import Cursor, CursorError
from muse_hook.watch.follower import Arrival, Follower
from muse_hook.watch.notice import Notice
from muse_hook.watch.tail import FOUND, LOST, OLDER

__all__ = ["FOUND", "LOST", "OLDER", "Arrival", "Cursor", "CursorError", "Follower", "Notice"]
