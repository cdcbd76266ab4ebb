"""Symbol-level history for Git, recorded as it happens."""

from __future__ import annotations

__version__ = "0.1.0"
# Raised, by one, whenever the same commit may get other ops or other ids than before (CONTRIBUTING.md, "The engine").
ENGINE = 1

_PUBLIC = {
    "OpLog": "muse_hook.oplog.log",
    "diff_commits": "muse_hook.record.delta",
    "list_sessions": "muse_hook.oplog.log",
    "make_op_entry": "muse_hook.oplog.entry",
    "open_code_session": "muse_hook.record.recorder",
    "record_delta_ops": "muse_hook.record.recorder",
}

TYPE_CHECKING = False
if TYPE_CHECKING:
    from muse_hook.oplog.entry import make_op_entry
    from muse_hook.oplog.log import OpLog, list_sessions
    from muse_hook.record.delta import diff_commits
    from muse_hook.record.recorder import open_code_session, record_delta_ops

__all__ = [
    "OpLog",
    "__version__",
    "diff_commits",
    "list_sessions",
    "make_op_entry",
    "open_code_session",
    "record_delta_ops",
]


def __getattr__(name: str) -> object:
    """Import a public name on first use (PEP 562): a hook pays only for what it needs."""
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_PUBLIC[name]), name)
