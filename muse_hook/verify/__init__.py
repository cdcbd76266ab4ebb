"""Verify: the logs against themselves, against Git, and replayed against the trees."""

from __future__ import annotations

from muse_hook.verify.verify import SAMPLE, verify
from muse_hook.verify.report import Remark, Report

__all__ = ["SAMPLE", "Remark", "Report", "verify"]
