"""Which paths of a commit are recorded, by the `.museignore` and `.gitattributes` of that commit's own tree."""

from __future__ import annotations

from muse_hook.scope.flips import flips, in_scope
from muse_hook.scope.rules import FILE, NONE, SYMBOLS, Rules, read_rules

__all__ = ["FILE", "NONE", "SYMBOLS", "Rules", "flips", "in_scope", "read_rules"]
