"""Verify: the logs against themselves, against Git, and replayed against the trees."""

from __future__ import annotations

from muse_hook.verify.report import Remark, Report
from muse_hook.verify.verify import SAMPLE, verify

__all__ = ["SAMPLE", "Remark", "Report", "verify"]
