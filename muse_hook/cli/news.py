"""What changed since a cursor, symbol by symbol, and which of it touches one's own work."""

from __future__ import annotations

from muse_hook.cli.answers import Fact, WrongCursorError
from muse_hook.cli.claims import claims_now, is_own, own_session
from muse_hook.errors import RevisionError
from muse_hook.history.ancestry import BranchFilter
from muse_hook.history.events import Filter, author_and_stamp, stream, symbol_ids
from muse_hook.history.identity import symbol_id_of
from muse_hook.history.names import SymbolNames
from muse_hook.model.address import simple_name
from muse_hook.oplog.claim import is_claim
from muse_hook.oplog.sessions import display_name
from muse_hook.oplog.shape import wrong_by_hand
from muse_hook.watch.cursor import Cursor, LogPosition
from muse_hook.watch.follower import Follower

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from muse_hook.cli.invocation import Invocation
    from muse_hook.history.events import CommitEvent
    from muse_hook.oplog.claim import Claim
    from muse_hook.watch.follower import LogEvent

_SHORT = 10  # digits of a commit id
_IMPORT = "import"


class Change:
    """The last change of one symbol in one session since the cursor; `is_mine`: it touches what one works on."""

    __slots__ = (
        "actor",
        "address",
        "at",
        "branch",
        "codes",
        "commit",
        "is_mine",
        "kind",
        "old_address",
        "subject",
        "symbol_id",
        "why",
    )

    def __init__(self, op: Mapping[str, Any], symbol_id: str | None, session: str) -> None:
        self.branch = display_name(session)
        self.old_address: str = op["address"]
        self.address: str = op.get("new_address") or op["address"]
        self.kind: str = op.get("kind") or "file"
        self.codes = op.get("change") or [{"insert": "added", "delete": "removed"}.get(op["op"], op["op"])]
        self.symbol_id = symbol_id
        self.commit: str | None = None
        self.at = self.actor = self.subject = self.why = ""
        self.is_mine = False

    @classmethod
    def of_entry(cls, event: LogEvent, entry: Any, symbol_id: str | None) -> Change:
        """Return the change that an entry of a log tells."""
        change = cls(entry["domain_op"], symbol_id, event.session)
        change.commit, change.at, change.actor = event.commit_id, entry["created_at"], entry["actor_id"]
        seal = event.entries[-1] if event.commit_id else {}
        change.subject = seal.get("domain_op", {}).get("content_summary") or ""
        return change

    @classmethod
    def of_event(cls, event: CommitEvent, op: Mapping[str, Any]) -> Change:
        """Return the change that an op of the history tells."""
        change = cls(op, op["symbol_id"], event.session)
        change.commit, change.at, change.actor = event.commit_id, event.created_at, event.actor
        change.subject = event.subject
        return change

    def as_json(self) -> dict[str, Any]:
        """Return the change as docs/json.md has it."""
        return {
            "address": self.address,
            "symbol_id": self.symbol_id,
            "kind": self.kind,
            "change": self.codes,
            "branch": self.branch,
            "commit": self.commit,
            "actor": self.actor,
            "at": self.at,
            "subject": self.subject,
            "mine": self.is_mine,
            "why": self.why,
        }

    def fact(self) -> Fact:
        """Return the change as a fact of an answer."""
        return Fact(self.as_json(), self.line())

    def line(self) -> str:
        """Return the change as a line for a prompt."""
        who = self.actor.partition(" <")[0] or self.actor
        commit = (self.commit or "by hand")[:_SHORT]
        moved = f" (was {self.old_address})" if self.old_address != self.address else ""
        why = f"  [{self.why}]" if self.why else ""
        what = f"{self.kind} {self.address}{moved}: {', '.join(self.codes)}"
        return f"{what} on {self.branch} by {who}, {commit} {self.subject}{why}"


class Work:
    """What somebody works on: `symbols` (stable ids) and `addresses` that they changed, `names` that these use."""

    def __init__(self) -> None:
        self.symbols: set[str] = set()
        self.addresses: set[str] = set()
        self.names: set[str] = set()

    def touches(self, change: Change) -> str:
        """Say why a change touches this work: "changed here", "used here", "" for not at all."""
        if change.symbol_id in self.symbols or {change.address, change.old_address} & self.addresses:
            return "changed here"
        names = {simple_name(change.address), simple_name(change.old_address)} if "::" in change.address else set()
        return "used here" if change.kind != _IMPORT and names & self.names else ""

    def meets(self, claim: Claim) -> bool:
        """Whether somebody has reserved what this work has changed, or uses."""
        if self.symbols.intersection(claim.symbol_ids) or any(map(claim.covers, self.addresses)):
            return True
        return any("::" in each and simple_name(each) in self.names for each in claim.symbols)


class News:
    """The changes since a cursor, of one repository whose history is up to date."""

    def __init__(self, invocation: Invocation, database: sqlite3.Connection, touched: Sequence[str] = ()) -> None:
        self._invocation = invocation
        self._database = database
        self._touched = touched
        self._works: dict[str, Work] = {}
        self._reserved: set[str] = set()

    def present(self) -> str:
        """Return the cursor of now."""
        return str(Follower.now(self._invocation.index).cursor)

    def parse(self, cursor: str) -> tuple[str, str, int]:
        """Return what a cursor says: since when, until when ("" for now), how many changes were told; CursorError."""
        since, _, rest = cursor.partition("~")
        until, _, number = rest.partition("~")
        if rest and not number.isdecimal():
            raise WrongCursorError(
                f"reading the cursor {cursor[:40]!r}", "it is none", "call changes_since without a cursor"
            )
        return since, until, int(number or 0)

    def changes(self, since: str, until: str = "", *, tip: str = "HEAD") -> tuple[list[Change], str]:
        """Return the last change of each symbol on each branch since a cursor, what is mine first; the end's cursor.

        Manual entries and rewrite marks are passed over. CursorError.
        """
        end = Cursor.parse(until) if until else None
        follower = Follower.since(self._invocation.store, Cursor.parse(since), self._invocation.index)
        found: dict[tuple[str, str], Change] = {}
        for event in follower.poll():
            if end is not None and not _is_within(event, end):
                continue
            if event.commit_id is None:
                self._reserved.update(each["domain_op"]["new_content_id"] for each in event.entries if is_claim(each))
                continue
            ids = symbol_ids(self._database, event.commit_id)
            for entry in event.entries[event.seen : -1]:
                op = entry["domain_op"]
                if wrong_by_hand(entry) or op.get("from_parent") or (op["op"] == "patch"):
                    continue
                change = Change.of_entry(event, entry, ids.get(entry["op_id"]))
                key = (change.symbol_id or change.address, change.branch)
                found.pop(key, None)
                found[key] = change
        mine = self.work(tip)
        for change in found.values():
            change.why = mine.touches(change)
            change.is_mine = bool(change.why)
        changes = list(found.values())[::-1]
        changes.sort(key=lambda each: {"changed here": 0, "used here": 1}.get(each.why, 2))
        return changes, until or str(follower.cursor)

    def touching(
        self, branches: Sequence[str], since: str = "", *, only_symbols: bool = False
    ) -> tuple[list[Change], str]:
        """Return what touches the work of branches (none: of HEAD) and was not done on them; the next cursor.

        Without a cursor: what other branches did that these have not. With `only_symbols` what was asked for is the
        whole work. CursorError, RevisionError.
        """
        tips = list(branches) or ["HEAD"]
        works = self._works_of(branches, only_symbols=only_symbols)
        own = self._reached(tips)
        changes, cursor = self._since(since) if since else (self._not_in(own), self.present())
        found = []
        for change in changes:
            change.why = next((why for why in (work.touches(change) for work in works) if why), "")
            if change.why and change.commit not in own:
                change.is_mine = True
                found.append(change)
        found.sort(key=lambda each: each.why != "changed here")
        return found, cursor

    def reserved(self, branches: Sequence[str], since: str = "", *, only_symbols: bool = False) -> list[Claim]:
        """Return what is reserved now, on other branches, of the work of branches (none: of HEAD).

        With a cursor, after `touching`: what was reserved since.
        """
        sessions = list(branches) or [own_session(self._invocation)]
        claims = [each for each in claims_now(self._invocation) if not any(is_own(each, own) for own in sessions)]
        if since:
            claims = [each for each in claims if each.id in self._reserved]
        works = self._works_of(branches, only_symbols=only_symbols) if claims else []
        return [each for each in claims if any(work.meets(each) for work in works)]

    def _works_of(self, branches: Sequence[str], *, only_symbols: bool) -> list[Work]:
        return [self._asked() if only_symbols else self.work(tip) for tip in list(branches) or ["HEAD"]]

    def work(self, tip: str) -> Work:
        """Return what the commits of a branch that the default branch has not changed, and what these symbols use."""
        if tip not in self._works:
            self._works[tip] = self._work(tip)
        return self._works[tip]

    def _asked(self) -> Work:
        """Return the symbols that were asked for as a work of their own, by address and by identity."""
        work = Work()
        work.addresses.update(self._touched)
        head = self._invocation.repository.head().oid
        if head is not None:
            names = SymbolNames(self._database, BranchFilter(self._invocation.repository, self._database, [head]))
            numbers = [names.symbol_at(address) for address in self._touched]
            work.symbols.update(filter(None, (symbol_id_of(self._database, number) for number in numbers)))
            self._add_names(work, head)
        return work

    def _since(self, since: str) -> tuple[list[Change], str]:
        start, until, _ = self.parse(since)
        return self.changes(start, until)

    def _reached(self, tips: Sequence[str]) -> frozenset[str]:
        """Return the commits of branches, as far back as others may have parted from them."""
        repository = self._invocation.repository
        ids = [repository.resolve(tip) for tip in tips]
        return frozenset(repository.output("rev-list", *ids).decode("ascii").split())

    def _not_in(self, own: frozenset[str]) -> list[Change]:
        """Return the last change of each symbol on each branch among the commits that other branches have."""
        repository = self._invocation.repository
        heads = [tree.head.oid for tree in repository.worktrees() if tree.head.oid]
        output = repository.output("rev-list", "--branches", "--remotes", *heads)
        others = frozenset(output.decode("ascii").split()) - own
        found: dict[tuple[str, str], Change] = {}
        for event in stream(self._database, None, Filter(), None) if others else ():
            if event.commit_id in others:
                for op in event.ops:
                    if op["op"] != "patch":
                        change = Change.of_event(event, op)
                        found.setdefault((change.symbol_id or change.address, change.branch), change)
        return list(found.values())

    def _work(self, tip: str) -> Work:
        repository, work = self._invocation.repository, Work()
        work.addresses.update(self._touched)
        try:
            commit = repository.resolve(tip)
        except RevisionError:
            if tip == "HEAD":
                return work
            raise
        base = repository.default_branch()
        own = repository.head().branch if tip == "HEAD" else tip
        if base is None or own == base:  # whoever works on the default branch has done what is theirs
            output = repository.output("rev-list", "--max-count=50", commit)
            known = {each: author_and_stamp(self._database, each) for each in output.decode("ascii").split()}
            me = self._me()
            stamps = {each: found[1] for each, found in known.items() if found is not None and found[0] == me}
        else:
            output = repository.output("rev-list", commit, "--not", f"refs/heads/{base}")
            rows = ((each, author_and_stamp(self._database, each)) for each in output.decode("ascii").split())
            stamps = {each: found[1] for each, found in rows if found is not None}
        oldest = min(stamps.values(), default=0)
        branch = BranchFilter(repository, self._database, [commit])
        for event in stream(self._database, None, Filter(), branch) if stamps else ():
            if event.lamport_ts < oldest:
                break
            if event.commit_id in stamps:
                for op in event.ops:
                    if "::" in op["address"] and op.get("kind") != _IMPORT:
                        work.addresses.update((op["address"], op.get("new_address") or op["address"]))
                        work.symbols.update([op["symbol_id"]] if op["symbol_id"] else ())
        self._add_names(work, commit)
        return work

    def _me(self) -> str:
        status, output, _ = self._invocation.repository.run("var", "GIT_AUTHOR_IDENT")
        line = output.decode("utf-8", "backslashreplace")
        return line[: line.rfind(">") + 1] if status == 0 else ""

    def _add_names(self, work: Work, commit: str) -> None:
        """Add the names that the symbols of the work call and inherit from."""
        from muse_hook.briefing.tree import CommitTree  # an answer that is empty needs no tree

        with self._invocation.repository.objects() as objects:
            tree = CommitTree(self._invocation.repository, objects, commit)
            for address in sorted(work.addresses):
                symbol = tree.symbol(address)
                if symbol is not None:
                    work.names |= symbol.calls
                    work.names.update(_bases(symbol.bases))


def _bases(bases: Sequence[str]) -> Iterator[str]:
    for base in bases:
        yield base.rpartition(".")[2]


def _is_within(event: LogEvent, end: Cursor) -> bool:
    """Say whether an event was there when a cursor was given."""
    nothing = LogPosition()
    after = Cursor.parse(event.cursor_after(len(event.entries))).positions.get(event.session, nothing)
    return after.floor <= end.positions.get(event.session, nothing).floor
