"""What install, doctor and status found, and what could not be recorded, on a screen."""

from __future__ import annotations

from muse_hook.cli.terminal import printable, width

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from muse_hook.cli.terminal import Screen
    from muse_hook.git.repository import Repository
    from muse_hook.install.findings import Finding, HookState

_MARKS = {"ok": ("ok", "added"), "warn": ("!", "warning"), "bad": ("bad", "error")}
_NAMED = 3  # commits; `status` names more, `status --json` all


def draw_findings(screen: Screen, findings: Sequence[Finding]) -> None:
    """Write a line a finding, and under it what to type."""
    for finding in findings:
        mark, style = _MARKS[finding.level]
        screen.line((mark.ljust(4), style), f"{finding.name}: {finding.message}")
        for line in finding.hint.split("\n") if finding.hint else ():
            screen.line("      ", (line, "hint"))


def draw_hooks(screen: Screen, hooks: Sequence[HookState]) -> None:
    """Write a line a hook: its name, its state, where it is."""
    names = max((width(printable(hook.name)) for hook in hooks), default=0)
    for hook in hooks:
        mark, style = _MARKS["ok" if hook.ok else "bad"]
        note = f"  {hook.note}" if hook.note else ""
        screen.line((mark.ljust(4), style), hook.name.ljust(names), f"  {hook.state}", (f"  {hook.path}{note}", "dim"))


def has_fault(findings: Sequence[Finding]) -> bool:
    """Whether one of the findings keeps commits from being recorded."""
    return any(finding.level == "bad" for finding in findings)


def draw_unreadable(screen: Screen, unreadable: Mapping[str, str], hint: str = "muse-hook status") -> None:
    """Write how many commits could not be recorded, the first of them with the reason, and what to type."""
    if not unreadable:
        return
    number = f"{len(unreadable):,} commit{'s' if len(unreadable) != 1 else ''}"
    screen.line(("warning: ", "warning"), f"{number} could not be recorded")
    for commit, reason in list(unreadable.items())[:_NAMED]:
        screen.line("  ", (commit[:12], "commit"), f"  {reason}")
    screen.line(("hint: ", "hint"), hint)


def hint_for_absent(repository: Repository) -> str:
    """Return what to type where objects are absent."""
    return "git fetch --refetch --no-filter" if repository.is_partial else "git fsck"
