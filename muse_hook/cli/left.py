"""Commits that could not be recorded, told with their reasons."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from muse_hook.cli.terminal import Screen
    from muse_hook.git import Repository

_NAMED = 3  # commits; `status` names more, `status --json` all


def tell_left(screen: Screen, left: Mapping[str, str], hint: str = "muse-hook status") -> None:
    """Write how many commits were left unrecorded, the first of them with the reason, and what to type."""
    if not left:
        return
    number = f"{len(left):,} commit{'s' if len(left) != 1 else ''}"
    screen.line(("warning: ", "warning"), f"{number} could not be recorded")
    for commit, reason in list(left.items())[:_NAMED]:
        screen.line("  ", (commit[:12], "commit"), f"  {reason}")
    screen.line(("hint: ", "hint"), hint)


def what_brings(repository: Repository) -> str:
    """Return what to type where objects are absent."""
    return "git fetch --refetch --no-filter" if repository.is_partial else "git fsck"
