"""Which symbol became which, over all files of one commit."""

from __future__ import annotations

from muse_hook.match.files import FileSymbols
from muse_hook.match.matching import match
from muse_hook.match.pairs import Matching, Pair

__all__ = ["FileSymbols", "Matching", "Pair", "match"]
