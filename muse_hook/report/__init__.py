"""The history as a page to look at: one file, no network."""

from __future__ import annotations

from muse_hook.report.facts import collect
from muse_hook.report.page import render

__all__ = ["collect", "render"]
