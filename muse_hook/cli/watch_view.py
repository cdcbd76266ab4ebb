"""What arrives in the logs, shown as lines or as JSON: the entries that `watch` or `replay --since` wants."""

from __future__ import annotations

import argparse

from muse_hook.cli.event_view import draw_event
from muse_hook.errors import StoreError
from muse_hook.history.events import CommitEvent
from muse_hook.oplog.claim import is_claim
from muse_hook.oplog.sessions import display_name
from muse_hook.oplog.shape import wrong_by_hand
from muse_hook.watch.checkpoint import read_checkpoint
from muse_hook.watch.follower import BackfilledCommits, Follower

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any

    from muse_hook.cli.invocation import Invocation
    from muse_hook.cli.terminal import Screen
    from muse_hook.watch.cursor import Cursor
    from muse_hook.watch.follower import LogEvent

_SHORT = 10  # digits of a commit id
_TEXTS = (
    "child_summary", "content_summary", "from_address", "kind", "new_address", "new_content_id", "new_summary",
    "old_summary",
)  # fmt: skip
_EVERYTHING = argparse.Namespace(
    session="", author="", symbol="", path="", kind="", change="", max_count=None, json=False,
)  # fmt: skip


class EventPrinter:
    """Chooses by the arguments of `watch` and prints."""

    def __init__(
        self,
        arguments: argparse.Namespace,
        out: Screen,
        symbol_ids: Callable[[str | None], dict[str, str]] | None = None,
    ) -> None:
        """Choose by the arguments; `symbol_ids` gives the stable ids of a commit's ops by op id, for JSON."""
        self._symbol_ids = symbol_ids
        self._wanted = arguments
        self._out = out
        self._commits = 0
        self.tell: Callable[[dict[str, Any]], None] | None = None  # of each operation, commit and claim, for --exec

    def begin(self, cursor: Cursor) -> None:
        """Say where it begins, for programs that must be able to go on even if nothing happens."""
        if self._wanted.json:
            self._out.json({"version": 1, "command": "watch", "type": "start", "cursor": str(cursor)})
            self._out.flush()

    def print(self, event: LogEvent) -> bool:
        """Show an event, all of it at once; whether that was the last one that is wanted."""
        if not all(map(_is_entry, event.entries)) or not self._is_by(event):
            return False
        entries = enumerate(event.entries)
        chosen = [(number, entry) for number, entry in entries if number >= event.seen and self._fits(entry)]
        if not chosen:
            return False
        if self._wanted.json:
            self._write(event, chosen)
        else:
            self._draw(event, [entry for _, entry in chosen])
        self._out.flush()
        if self.tell is not None:
            for told in self._as_json(event, chosen):
                self.tell(told)
        self._commits += 1
        return bool(self._commits == self._wanted.max_count)

    def _is_by(self, event: LogEvent) -> bool:
        if self._wanted.session and display_name(self._wanted.session) != display_name(event.session):
            return False
        last = event.entries[-1]
        names = f"{last.get('commit', {}).get('author', '')}\n{last['actor_id']}".lower()
        return self._wanted.author.lower() in names

    def _fits(self, entry: dict[str, Any]) -> bool:
        wanted, op = self._wanted, entry["domain_op"]
        if not (wanted.symbol or wanted.path or wanted.kind or wanted.change):
            return True
        if entry["domain"] == "git" and (not is_claim(entry) or wanted.kind or wanted.change):
            return False
        path, _, name = op["address"].partition("::")
        return (
            (not wanted.path or path == wanted.path or _fits_glob(path, wanted.path))
            and (not wanted.kind or op.get("kind") in wanted.kind)
            and (not wanted.change or not _changes(op).isdisjoint(wanted.change))
            and (not wanted.symbol or (name != "" and _is_named(wanted.symbol, op["address"], name)))
        )

    def _write(self, event: LogEvent, chosen: Sequence[tuple[int, dict[str, Any]]]) -> None:
        for told in self._as_json(event, chosen):
            self._out.json(told)

    def _as_json(self, event: LogEvent, chosen: Sequence[tuple[int, dict[str, Any]]]) -> Iterator[dict[str, Any]]:
        seal = event.entries[-1] if event.commit_id else {}
        ids = self._symbol_ids(event.commit_id) if self._symbol_ids is not None else {}
        for number, entry in chosen:
            yield {
                "version": 1,
                "command": "watch",
                "type": _type(entry),
                "cursor": event.cursor_after(number + 1),
                "session": event.session,
                "commit": event.commit_id,
                "actor": entry["actor_id"],
                "author": seal.get("commit", {}).get("author"),
                "created_at": entry["created_at"],
                "subject": seal.get("domain_op", {}).get("content_summary"),
                "op_id": entry["op_id"],
                "lamport_ts": entry["lamport_ts"],
                "parent_op_ids": entry["parent_op_ids"],
                "op": entry["domain_op"],
                "symbol_id": ids.get(entry["op_id"]),
            }

    def _draw(self, event: LogEvent, chosen: Sequence[dict[str, Any]]) -> None:
        last = event.entries[-1]
        if _type(last) == "claim":
            self._draw_claim(event, last)
            return
        if _type(last) == "rewrite":
            self._draw_rewrite(last["domain_op"])
            return
        facts = (
            0,
            event.commit_id,
            event.session,
            last["lamport_ts"],
            last["actor_id"],
            last.get("commit", {}).get("author"),
            last["created_at"],
            last["domain_op"]["content_summary"] if event.commit_id else "",
        )
        ops = [_as_event_op(entry["domain_op"]) for entry in chosen if entry["domain"] != "git"]
        draw_event(self._out, CommitEvent(facts, ops), session=event.session)

    def _draw_claim(self, event: LogEvent, entry: dict[str, Any]) -> None:
        op = entry["domain_op"]
        symbols = ", ".join(op.get("symbols") or [op["address"]])
        who = entry["actor_id"].partition(" <")[0]
        facts = f"  {who} {op['old_summary']} on {display_name(event.session)}"
        self._out.line((symbols, "path"), facts, (f"  {op['new_summary']}", "dim"))

    def _draw_rewrite(self, op: dict[str, Any]) -> None:
        new = op.get("new_content_id", "")[:_SHORT]
        how = f" ({op['new_summary']})" if op.get("new_summary") else ""
        what = op.get("old_summary") or op.get("content_summary") or "rewritten"
        self._out.line((op["address"][:_SHORT], "commit"), f"  {what}{f' by {new}' if new else ''}", (how, "dim"))


def print_since(invocation: Invocation, name: str, *, json: bool) -> int:
    """Show what arrived after the checkpoint `name`, commit by commit; returns the exit status.

    What a backfill recorded since is counted and not shown: it happened before. CheckpointError, CursorError.
    """
    invocation.catch_up()
    store = invocation.store
    if not store.exists():
        raise StoreError("replaying the log", "nothing is recorded here yet", "muse-hook install")
    checkpoint = read_checkpoint(store, name)
    invocation.index.refresh()
    follower = Follower.since(store, checkpoint.cursor, invocation.index)
    backfilled = BackfilledCommits(invocation.repository, store)
    printer = EventPrinter(_EVERYTHING, invocation.out)
    entries = []
    passed = printed = 0
    for event in follower.poll():
        if backfilled.has(event):
            passed += 1
        elif json:
            entries += event.entries
        else:
            printed += 1
            printer.print(event)
    if json:
        result = {"since": checkpoint.as_json(), "entries": entries, "backfilled": passed}
        invocation.out.json({"version": 1, "command": "replay", **result})
        return 0
    if not printed:
        invocation.messages.line("nothing has arrived since")
    if passed:
        invocation.messages.line(f"not shown: {passed:,} commits of before that a backfill recorded")
    return 0


def _is_entry(entry: dict[str, Any]) -> bool:
    """Whether an entry is what entries are: anybody can append a line by hand, and it must not end the stream."""
    if wrong_by_hand(entry):
        return False
    op = entry["domain_op"]
    needed = (entry.get("actor_id"), entry.get("created_at"), op.get("op"), op.get("address"))
    optional = (*map(op.get, _TEXTS), entry.get("commit", {}).get("author"))
    change, lines = op.get("change", []), op.get("lines") or [0, 0]
    return (
        all(isinstance(each, str) for each in needed)
        and all(each is None or isinstance(each, str) for each in optional)
        and all(isinstance(each, list) for each in (change, lines))
        and all(isinstance(each, str) for each in change)
        and [type(each) for each in lines] == [int, int]
    )


def _type(entry: dict[str, Any]) -> str:
    if entry["domain"] != "git":
        return "op"
    if "commit" in entry:
        return "commit"
    return "claim" if is_claim(entry) else "rewrite"


def _as_event_op(op: dict[str, Any]) -> dict[str, Any]:
    """Return an op of the log in the shape of an event's."""
    summary = op.get("new_summary") or op.get("content_summary") or op.get("child_summary") or ""
    return {**op, "summary": summary, "is_child": "::" in op["address"]}


def _is_named(glob: str, address: str, name: str) -> bool:
    return _fits_glob(address if "::" in glob else name, glob)


def _changes(op: dict[str, Any]) -> set[str]:
    """Return an op's reason codes, with what `log --change` says of coming and going."""
    codes = set(op.get("change", ()))
    if op["op"] == "insert" and "from_address" not in op and "moved" not in codes:
        codes.add("added")
    if op["op"] == "delete" and "new_address" not in op:
        codes.add("removed")
    return codes


def _fits_glob(text: str, glob: str) -> bool:
    from fnmatch import fnmatchcase  # where a glob is asked for

    return fnmatchcase(text, glob)
