"""The typed delta of one commit, in Muse's shapes and words."""

from __future__ import annotations

from muse_hook.delta.build import build_delta
from muse_hook.delta.summary import delta_summary
from muse_hook.match import FileSymbols

__all__ = ["FileSymbols", "build_delta", "delta_summary"]
