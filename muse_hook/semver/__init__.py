"""What a delta means for the version number, each verdict with its reason."""

from __future__ import annotations

from muse_hook.semver.judge import Judge
from muse_hook.semver.verdict import Verdict, sem_ver

__all__ = ["Judge", "Verdict", "sem_ver"]
