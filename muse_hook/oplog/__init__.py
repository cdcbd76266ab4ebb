"""The op log: one file of JSON lines a session, appended to and never rewritten."""

from __future__ import annotations

# Public names by their modules, imported on first use (PEP 562): a hook does not pay for what it does not call.
_HOMES = {
    "batch": ("Batch", "make_batch"),
    "checkpoint": ("list_named", "read_named", "write_named"),
    "entry": ("make_op_entry",),
    "ids": ("POSITIONS", "entry_id", "mark_id", "seal_id"),
    "log": ("OpLog", "list_sessions"),
    "marks": ("MarkLine", "make_dropped", "make_superseded"),
    "reading": ("delta_of_entries", "read_batch", "read_entries"),
    "reader": ("Scanner", "scan"),
    "seal": ("Mark", "Seal"),
    "store": ("Store",),
    "writer": ("append", "end_torn_line", "sync"),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}

TYPE_CHECKING = False
if TYPE_CHECKING:
    from muse_hook.oplog.batch import Batch, make_batch
    from muse_hook.oplog.checkpoint import list_named, read_named, write_named
    from muse_hook.oplog.entry import make_op_entry
    from muse_hook.oplog.ids import POSITIONS, entry_id, mark_id, seal_id
    from muse_hook.oplog.log import OpLog, list_sessions
    from muse_hook.oplog.marks import MarkLine, make_dropped, make_superseded
    from muse_hook.oplog.reader import Scanner, scan
    from muse_hook.oplog.reading import delta_of_entries, read_batch, read_entries
    from muse_hook.oplog.seal import Mark, Seal
    from muse_hook.oplog.store import Store
    from muse_hook.oplog.writer import append, end_torn_line, sync

__all__ = [
    "POSITIONS",
    "Batch",
    "Mark",
    "MarkLine",
    "OpLog",
    "Scanner",
    "Seal",
    "Store",
    "append",
    "delta_of_entries",
    "end_torn_line",
    "entry_id",
    "list_named",
    "list_sessions",
    "make_batch",
    "make_dropped",
    "make_op_entry",
    "make_superseded",
    "mark_id",
    "read_batch",
    "read_entries",
    "read_named",
    "scan",
    "seal_id",
    "sync",
    "write_named",
]


def __getattr__(name: str) -> object:
    """Import a public name on first use."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
