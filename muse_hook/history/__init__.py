"""A follower of the logs that knows every symbol's story: who is who through renames and moves, in causal order."""

from __future__ import annotations

from muse_hook.history.events import Event, Filter, stream
from muse_hook.history.follow import refresh
from muse_hook.history.lasting import LastChange, last_changes
from muse_hook.history.names import AddressError, Named, Naming
from muse_hook.history.reachable import Reachable

__all__ = [
    "AddressError",
    "Event",
    "Filter",
    "LastChange",
    "Named",
    "Naming",
    "Reachable",
    "last_changes",
    "refresh",
    "stream",
]
