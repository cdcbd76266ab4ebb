"""Commits that could not be recorded, told with their reasons."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from muse_hook.cli.terminal import Screen

_NAMED = 3  # commits; `status` names more, `status --json` all


def tell_left(screen: Screen, left: Mapping[str, str]) -> None:
    """Write how many commits were left unrecorded, the first of them with the reason."""
    if not left:
        return
    number = f"{len(left):,} commit{'s' if len(left) != 1 else ''}"
    screen.line(("warning: ", "warning"), f"{number} could not be recorded")
    for commit, reason in list(left.items())[:_NAMED]:
        screen.line("  ", (commit[:12], "commit"), f"  {reason}")
    screen.line(("hint: ", "hint"), "muse-hook status")
