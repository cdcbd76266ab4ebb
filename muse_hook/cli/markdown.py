"""Texts of a repository in Markdown: nothing in them is markup, and verdicts stand in words."""

from __future__ import annotations

import re

from muse_hook.cli.terminal import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_PHRASES = {
    "public_removed": "removed",
    "public_added": "",  # the section says it
    "public_renamed": "renamed to",
    "public_moved": "moved to",
    "module_moved": "module moved to",
    "base_removed": "no longer derives from",
    "kind_changed": "is something else now:",
    "return_annotation_changed": "result changed:",
    "unlisted": "no longer listed as public",
    "still_offered": "still offered, from",
    "parameter_added_required": "new required parameter",
    "parameter_added": "new parameter",
    "parameter_swallowed": "parameter now goes into the catch-all:",
    "implementation_changed": "changed:",
    "internal_added": "added",
    "internal_removed": "removed",
    "internal_changed": "changed",
}
_MARKUP = re.compile(r"([\\`*_\[\]<>#|~&])")
_TICKS = re.compile(r"`+")


def heading(text: str) -> str:
    """Return a text as it stands outside of code: what would be markup is escaped, safe on a terminal, too."""
    return _MARKUP.sub(r"\\\1", printable(text))


def phrase(verdict: Mapping[str, str]) -> str:
    """Return what a verdict says of its symbol: "removed", "new parameter `mode`"; "" for a new symbol."""
    words = _PHRASES.get(verdict["reason"], verdict["reason"].replace("_", " "))
    detail = verdict["detail"]
    return f"{words} {code_span(detail)}" if detail else words.removesuffix(":").removesuffix(", from")


def code_span(text: str) -> str:
    """Return a text as a code span: fenced by more backticks than it holds, safe on a terminal, too."""
    safe = printable(text)
    fence = "`" * (1 + max(map(len, _TICKS.findall(safe)), default=0))
    pad = " " if safe.startswith("`") or safe.endswith("`") else ""
    return f"{fence}{pad}{safe}{pad}{fence}"
