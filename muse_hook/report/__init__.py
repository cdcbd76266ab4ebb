"""A page to look at: what the log tells, as one HTML file that needs no network and executes nothing of it."""

from __future__ import annotations

from muse_hook.report.content import Content
from muse_hook.report.gather import gather
from muse_hook.report.page import page
from muse_hook.report.target import Target, TargetError

__all__ = ["Content", "Target", "TargetError", "gather", "page"]
