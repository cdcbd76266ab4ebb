"""Catch-up chooses the commits to record: the only writer of the logs (section 4 of the design)."""

from __future__ import annotations

_PUBLIC = {
    "BackfillReport": "muse_hook.catchup.backfilling",
    "Pending": "muse_hook.catchup.unrecorded",
    "Report": "muse_hook.catchup.report",
    "append_error": "muse_hook.catchup.errorlog",
    "backfill": "muse_hook.catchup.backfilling",
    "catch_up": "muse_hook.catchup.run",
    "make_baseline": "muse_hook.catchup.baseline",
    "pending": "muse_hook.catchup.unrecorded",
}

TYPE_CHECKING = False
if TYPE_CHECKING:
    from muse_hook.catchup.backfilling import BackfillReport, backfill
    from muse_hook.catchup.baseline import make_baseline
    from muse_hook.catchup.errorlog import append_error
    from muse_hook.catchup.report import Report
    from muse_hook.catchup.run import catch_up
    from muse_hook.catchup.unrecorded import Pending, pending

__all__ = [
    "BackfillReport",
    "Pending",
    "Report",
    "append_error",
    "backfill",
    "catch_up",
    "make_baseline",
    "pending",
]


def __getattr__(name: str) -> object:
    """Import a public name on first use (PEP 562): the hook's short way loads only what it needs."""
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_PUBLIC[name]), name)
