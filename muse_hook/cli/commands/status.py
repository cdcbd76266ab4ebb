"""`muse-hook status`: where the log is, which hooks stand, which commits are not recorded."""

from __future__ import annotations

import os
from contextlib import suppress

from muse_hook.catchup.pending import find_unrecorded
from muse_hook.cli.failures import warn
from muse_hook.cli.findings import draw_hooks, hint_for_absent
from muse_hook.cli.languages import INSTALL, unread
from muse_hook.cli.options import add_json
from muse_hook.errors import ObjectMissingError
from muse_hook.install.install import hook_states

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from typing import Any

    from muse_hook.catchup.pending import Unrecorded
    from muse_hook.catchup.whole_history import HistoryState
    from muse_hook.cli.invocation import Invocation
    from muse_hook.cli.terminal import Screen
    from muse_hook.install.findings import HookState

PAGED = False
DESCRIPTION = """
Show where the log is and which commits are not recorded

Records what the hooks have missed, then counts apart what is still not recorded: commits that could not be
recorded, history from before the hooks, commits whose files are absent (partial clone), damaged batches.

With --check, for monitoring, nothing is recorded or mended: every line of the logs is read, and the exit status is 1
where a commit that was made since the hooks were installed is not recorded, or a batch is damaged.
"""
EXAMPLES = """
muse-hook status
muse-hook status --json | jq .unrecorded.missing
muse-hook status --check || alert        # the age of the last record stands there, too
"""

_BY_FILE = {"too_large": "too large to parse", "unreadable": "reading it raised an exception of ours"}
_NAMED = 10  # commits of a kind; --json has them all


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "--check", action="store_true", help="Read every line and mend nothing; exit status 1: see above"
    )
    add_json(parser)


def run(arguments: argparse.Namespace, invocation: Invocation) -> int:
    """Show the state of recording."""
    if arguments.check:
        return _check(arguments, invocation)
    invocation.catch_up()
    hooks = hook_states(invocation.repository)
    unrecorded = None
    if invocation.store.exists():
        unrecorded = find_unrecorded(invocation.repository, invocation.store, caught_up=True)
    state = _history(invocation)
    _say_unused_rules(invocation)
    if arguments.json:
        invocation.out.json({"version": 1, "command": "status", **_as_json(invocation, hooks, unrecorded, state)})
    else:
        _draw(invocation, hooks, unrecorded, state)
    return 0


def _check(arguments: argparse.Namespace, invocation: Invocation) -> int:
    """Hold the logs, line by line, against what Git reaches; returns 1 where something is missing or damaged."""
    from muse_hook.catchup.checking import check_store

    found = check_store(invocation.repository, invocation.store)
    if arguments.json:
        invocation.out.json({"version": 1, "command": "status", "check": found.as_json()})
        return 0 if found.ok else 1
    out = invocation.out
    if found.ok:
        out.line(("ok", "added"), f": {_commits(found.commits)} recorded, {_age(found.age)}")
        return 0
    out.line(("not ok", "error"), f": {_commits(found.commits)} recorded, {_age(found.age)}")
    _draw_kind(out, "missing", found.missing, "muse-hook sync")
    for session, wrong in found.damaged[:_NAMED]:
        out.line("  ", ("damaged", "error"), f": {session}: {wrong}", ("  muse-hook sync", "hint"))
    if len(found.damaged) > _NAMED:
        out.line(f"  and {len(found.damaged) - _NAMED:,} more (--json has them all)")
    return 1


def _age(seconds: float | None) -> str:
    if seconds is None:
        return "nothing was ever recorded"
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"the last line {seconds // size:.0f} {unit} ago"
    return f"the last line {seconds:.0f} s ago"


def _history(invocation: Invocation) -> HistoryState | None:
    """Return how far the recording of all history is, None where it is not being recorded."""
    if not os.path.exists(invocation.store.path("history")):
        return None
    from muse_hook.catchup.whole_history import go_on  # on the first day alone

    return go_on(invocation.repository, invocation.store)


def _say_unused_rules(invocation: Invocation) -> None:
    """Say which rule files of HEAD are passed over, and why."""
    from muse_hook.pathrules.rules import read_rules

    head = invocation.repository.head().oid
    if head is None:
        return
    with invocation.repository.objects() as objects, suppress(ObjectMissingError):
        for problem in read_rules(objects, objects.commit(head).tree).problems:
            warn(invocation.messages, problem)


def _as_json(
    invocation: Invocation, hooks: Sequence[HookState], unrecorded: Unrecorded | None, state: HistoryState | None
) -> dict[str, Any]:
    repository, store = invocation.repository, invocation.store
    return {
        "repository": {
            "git_dir": repository.git_dir,
            "common_dir": repository.common_dir,
            "work_tree": repository.work_tree,
        },
        "log": store.path("op_log") if store.exists() else None,
        "link": _link(invocation),
        "hooks": [
            {"name": hook.name, "path": hook.path, "state": hook.state, "ok": hook.ok, "note": hook.note}
            for hook in hooks
        ],
        "recording": bool(hooks) and all(hook.ok for hook in hooks),
        "history": None if state is None else _history_as_json(state),
        "unrecorded": None if unrecorded is None else _as_counts(unrecorded),
        "without_grammar": unread(repository),
        "by_file_only": [
            {"commit": commit, "path": path, "reason": code}
            for commit, path, code in (unrecorded.by_file if unrecorded is not None else ())
        ],
    }


def _history_as_json(state: HistoryState) -> dict[str, Any]:
    from muse_hook.cli.first_day import as_json

    return as_json(state)


def _as_counts(unrecorded: Unrecorded) -> dict[str, Any]:
    return {
        "missing": [{"commit": commit, "branch": branch} for commit, branch in unrecorded.missing],
        "absent": [{"commit": commit, "branch": branch} for commit, branch in unrecorded.blobs_absent],
        "damaged": [
            {"commit": each.commit_id, "session": each.session, "reason": each.reason} for each in unrecorded.damaged
        ],
        "before_install": unrecorded.history,
        "cut_off": unrecorded.beyond_boundary,
        "queued": unrecorded.events,
        "by_older_engine": unrecorded.by_older_engine,
        "purged": unrecorded.purged,
    }


def _link(invocation: Invocation) -> str | None:
    """Return the link at the top of the work tree where it leads to the store, else None."""
    top = invocation.repository.work_tree
    link = os.path.join(top, ".muse") if top else ""
    if link and os.path.realpath(link) == os.path.realpath(invocation.store.path()):
        return link
    return None


def _draw(
    invocation: Invocation, hooks: Sequence[HookState], unrecorded: Unrecorded | None, state: HistoryState | None
) -> None:
    out = invocation.out
    if unrecorded is None:
        where = ", from where the store can be written" if invocation.is_unwritable else ""
        out.line(("Log:   ", "bold"), f"none yet (muse-hook install makes it{where})")
    else:
        out.line(("Log:   ", "bold"), invocation.store.path("op_log"))
        out.line(("Link:  ", "bold"), _link(invocation) or "none")
    out.line(("Hooks:", "bold"))
    draw_hooks(out, hooks)
    if unrecorded is None:
        return
    if state is not None:
        from muse_hook.cli.first_day import as_words

        out.line(("History: ", "bold"), as_words(state))
    out.line(("Not recorded:", "bold"))
    absent = {commit for commit, _ in unrecorded.blobs_absent}
    missing = [each for each in unrecorded.missing if each[0] not in absent]
    sync = "muse-hook sync, from where the store can be written" if invocation.is_unwritable else "muse-hook sync"
    _draw_kind(out, "missing", missing, sync)
    is_old = not absent.issubset(commit for commit, _ in unrecorded.missing)
    bring = f"{hint_for_absent(invocation.repository)}, then muse-hook {'backfill --all' if is_old else 'sync'}"
    _draw_kind(out, "files absent", unrecorded.blobs_absent, bring)
    damaged = [(each.commit_id, f"{each.session}: {each.reason}") for each in unrecorded.damaged]
    _draw_kind(out, "damaged in the log", damaged, "muse-hook sync")
    if unrecorded.history:
        is_going = state is not None and state.state == "going"
        hint = ("" if is_going else "  muse-hook backfill --all", "hint")
        out.line("  ", ("from before the hooks", "changed"), f": {_commits(unrecorded.history)}", hint)
    if unrecorded.by_older_engine:
        hint = ("  muse-hook backfill --renew", "hint")
        out.line("  ", ("by an older engine", "changed"), f": {_commits(unrecorded.by_older_engine)}", hint)
    if unrecorded.purged:
        out.line("  ", ("purged", "changed"), f": {_commits(unrecorded.purged)}")
    if unrecorded.beyond_boundary:
        out.line(
            "  ",
            ("behind the boundary of a shallow clone", "changed"),
            f": from {_commits(unrecorded.beyond_boundary)} on",
            ("  git fetch --unshallow, then muse-hook backfill --all", "hint"),
        )
    for row in unread(invocation.repository):
        files = f"{row['files']:,} file{'s' if row['files'] != 1 else ''}"
        out.line("  ", (f"symbols of {row['language']}", "changed"), f": {files}", (f"  {INSTALL}", "hint"))
    _draw_by_file(invocation, unrecorded.by_file)
    if not (unrecorded.missing or unrecorded.damaged):
        out.line("  ", ("nothing", "added"), " that was made since the hooks were installed")


def _draw_kind(out: Screen, what: str, commits: Sequence[tuple[str, str]], hint: str) -> None:
    if not commits:
        return
    out.line("  ", (what, "error"), f": {_commits(len(commits))}", (f"  {hint}", "hint"))
    for commit, where in commits[:_NAMED]:
        out.line("    ", (commit[:12], "commit"), f"  {where}")
    if len(commits) > _NAMED:
        out.line(f"    and {len(commits) - _NAMED:,} more (--json has them all)")


def _draw_by_file(invocation: Invocation, files: Sequence[tuple[str, str, str]]) -> None:
    """Tell of files whose commits are recorded without their symbols."""
    if not files:
        return
    out = invocation.out
    is_fault = any(code == "unreadable" for _, _, code in files)
    hint = (f"  {invocation.store.path('error.log')}", "hint") if is_fault else ""
    out.line("  ", ("told by file only", "changed"), f": {len(files):,} file{'s' if len(files) != 1 else ''}", hint)
    for commit, path, code in files[:_NAMED]:
        out.line("    ", (commit[:12], "commit"), f"  {path}: {_BY_FILE[code]}")
    if len(files) > _NAMED:
        out.line(f"    and {len(files) - _NAMED:,} more (--json has them all)")


def _commits(number: int) -> str:
    return f"{number:,} commit{'s' if number != 1 else ''}"
