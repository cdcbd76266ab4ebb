"""What an agent asks before and while it works: the answers of the MCP tools, from the commands' own code."""

from __future__ import annotations

import io
import itertools
from collections import Counter
from functools import cached_property

from muse_hook.briefing.tree import CommitTree
from muse_hook.cli.answers import Fact, cursor_at, offset_of, page
from muse_hook.cli.briefing import resolve_address
from muse_hook.cli.claims import claims_now, is_own, own_session
from muse_hook.cli.invocation import Invocation
from muse_hook.cli.options import as_recorded
from muse_hook.cli.terminal import Screen
from muse_hook.concurrent.branches import BranchSelection, find_branches
from muse_hook.errors import MuseHookError, RevisionError, StoreError
from muse_hook.history.ancestry import BranchFilter
from muse_hook.history.attribution import agents_of
from muse_hook.history.events import Filter, has_records, stream
from muse_hook.history.identity import symbol_id_of
from muse_hook.history.names import AddressError, SymbolNames, SymbolQuery
from muse_hook.oplog.sessions import display_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from typing import Any, Self

    from muse_hook.cli.answers import Page
    from muse_hook.git.objects import ObjectReader
    from muse_hook.git.repository import Repository
    from muse_hook.history.events import CommitEvent
    from muse_hook.oplog.claim import Claim

_IMPORT = "import"
_SHORT = 10  # digits of a commit id
_NOT_LIVE = "it is no live branch: no branch is called so, or it has not moved for 90 days (concurrent --all --since)"
_ELSEWHERE = 100_000  # commits of other branches that are looked through


def ask(*words: str) -> dict[str, Any]:
    """Run a command with `--json` in this process and return what it prints. MuseHookError."""
    from json import loads

    from muse_hook.cli.line import parse  # it knows every command, this one too

    _, command, arguments = parse([*words, "--json"])
    invocation = quiet_invocation()
    try:
        command.run(arguments, invocation)
        told: dict[str, Any] = loads(invocation.out.stream.getvalue())  # type: ignore[attr-defined] # a StringIO
    finally:
        invocation.let_go()
    return told


def quiet_invocation() -> Invocation:
    """Return an invocation that prints nowhere: what it says is in memory."""
    invocation = Invocation(color="never", machine=True)
    invocation.__dict__["out"] = Screen(io.StringIO())
    invocation.__dict__["messages"] = Screen(io.StringIO(), optional=True)
    return invocation


class Briefing:
    """One question's way to the answer; a context manager, for one thread. `touched` are addresses asked for before."""

    def __init__(self, touched: list[str] | None = None) -> None:
        self._invocation = quiet_invocation()
        self._touched = [] if touched is None else touched
        self._objects: ObjectReader | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._objects is not None:
            self._objects.close()
        self._invocation.let_go()

    # The questions

    def before_edit(self, target: str, cursor: str | None = None) -> Page:
        """Answer: the target's story, its owners, who changes it elsewhere now, who uses it."""
        address = self._resolve(target)
        question = f"before_edit {address} {self._head}"
        start = offset_of(cursor, question, "before_edit")
        if address not in self._touched:
            self._touched.append(address)
        symbols = self._symbols(address)
        head = {"target": address, "commit": self._head, "by_name": True}
        title = f"{address} at {self._head[:_SHORT]}; uses are found by name"
        facts = self._facts_before_edit(address, symbols)
        return page(head, title, "symbols", facts, start=start, cursor_after=lambda number: cursor_at(number, question))

    def who_changed(self, target: str, cursor: str | None = None) -> Page:
        """Answer: everybody who changed the target on any branch, and each change, newest first."""
        address = self._resolve(target)
        question = f"who_changed {address} {self._head}"
        start = offset_of(cursor, question, "who_changed")
        query = self._query(address)
        events = []
        if query is not None:  # amended and abandoned commits are nobody's work
            here = {event.commit_id for event in stream(self._database, query, Filter(), self._branch)}
            every = stream(self._database, query, Filter(), None)
            events = [event for event in every if event.commit_id in here or event.commit_id in self._elsewhere]
        agents = agents_of(self._database, [event.commit_id for event in events if event.commit_id])
        counts = Counter(event.actor for event in events)
        people = [{"actor": actor, "commits": number} for actor, number in counts.most_common(20)]
        head = {"target": address, "commit": self._head, "people": people}
        told = ", ".join(f"{_name(actor)} ({number})" for actor, number in counts.most_common(20))
        title = f"{address}: changed by {told or 'nobody, as far as is recorded'}"
        facts = (self._change_fact(event, agents) for event in events)
        return page(head, title, "changes", facts, start=start, cursor_after=lambda number: cursor_at(number, question))

    def show_commit(self, commit: str, cursor: str | None = None) -> Page:
        """Answer: what a commit did, symbol by symbol."""
        commit_id = self._invocation.repository.resolve(commit)
        question = f"show_commit {commit_id}"
        start = offset_of(cursor, question, "show_commit")
        told = ask("show", commit_id)
        about, delta = told["commit"], told["delta"]
        head = {
            "commit": commit_id,
            "recorded": told["recorded"],
            "subject": about["subject"][:300],
            "author": about["author"][:200],
            "actor": about["actor"][:200],
            "authored_at": about["authored_at"],
            "parents": about["parents"][:8],
            "summary": delta.get("summary", "")[:300],
            "sem_ver_bump": delta.get("sem_ver_bump"),
            "breaking_changes": [each[:200] for each in delta.get("breaking_changes", [])[:10]],
        }
        title = (
            f"{commit_id[:_SHORT]} {about['subject'][:300]}\n{about['author'][:200]}  {delta.get('summary', '')[:300]}"
        )
        facts = (_op_fact(op) for op in _flat(delta["ops"]))
        return page(head, title, "ops", facts, start=start, cursor_after=lambda number: cursor_at(number, question))

    def collisions(self, branch: str | None = None, cursor: str | None = None) -> Page:
        """Answer: what a branch would collide on with every other live one; without one what any two do, own first."""
        repository = self._invocation.repository
        head = repository.head()
        own = branch or head.branch or (f"worktrees/{head.worktree}/HEAD" if head.worktree else "HEAD")
        is_remote = branch is not None and bool(repository.ref_ids(f"refs/remotes/{branch}"))
        told = ask("concurrent", "--all", *(["--remotes"] if is_remote else []))
        if branch and not _is_named(branch, told):
            repository.resolve(branch)
        found = _collisions(told)
        of_own = [each for each in found if own in each["branches"]]
        found = of_own if branch else of_own + [each for each in found if own not in each["branches"]]
        question = f"collisions {branch} {[(each['address'], each['kind'], each['branches']) for each in found]}"
        start = offset_of(cursor, question, "collisions")
        passed = [each for each in told.get("not_compared", []) if not branch or own in each.get("branches", [own])]
        if not any(own in each["branches"] for each in passed) and not _is_looked_at(repository, own, told):
            passed.insert(0, {"branches": [own], "reason": _NOT_LIVE})
        about: dict[str, Any] = {"branch": branch or None, "found": len(found), "not_compared": passed[:20]}
        title = f"{branch or 'all branches'}: {len(found)} collision{'s' if len(found) != 1 else ''}"
        if not branch:
            title += f", {len(of_own)} of {own}"
        if passed:
            title += f"; {len(passed)} not compared"
        facts = (_collision_fact(each) for each in found)
        return page(
            about, title, "collisions", facts, start=start, cursor_after=lambda number: cursor_at(number, question)
        )

    def changes_since(self, cursor: str | None = None) -> Page:
        """Answer: every symbol that changed on any branch since the cursor; without one only the present cursor."""
        from muse_hook.cli.news import News

        news = News(self._invocation, self._database, self._touched)
        if not cursor:
            now = news.present()
            return page(
                {"since": None},
                f"the present cursor is {now}",
                "changes",
                (),
                start=0,
                cursor_after=lambda _: now,
                last=now,
            )
        since, until, start = news.parse(cursor)
        changes, end = news.changes(since, until)
        facts = (change.fact() for change in changes)
        title = f"{len(changes)} symbol{'s' if len(changes) != 1 else ''} changed since"
        head = {"since": since, "found": len(changes)}
        return page(
            head, title, "changes", facts, start=start, cursor_after=lambda number: f"{since}~{end}~{number}", last=end
        )

    # What they are made of

    @cached_property
    def _database(self) -> sqlite3.Connection:
        database = self._invocation.attributed_history()
        if not has_records(database):
            raise StoreError("reading the history", "nothing is recorded here yet", "muse-hook backfill --all")
        return database

    @cached_property
    def _head(self) -> str:
        head = self._invocation.repository.head().oid
        if head is None:
            raise RevisionError("looking for HEAD", "there is no commit yet", "git commit")
        return head

    @cached_property
    def _reader(self) -> ObjectReader:
        self._objects = self._invocation.repository.objects()
        return self._objects

    @cached_property
    def _tree(self) -> CommitTree:
        return CommitTree(self._invocation.repository, self._reader, self._head)

    @cached_property
    def _branch(self) -> BranchFilter:
        return BranchFilter(self._invocation.repository, self._database, [self._head])

    @cached_property
    def _names(self) -> SymbolNames:
        return SymbolNames(self._database, self._branch)

    def _resolve(self, target: str) -> str:
        """Return the address or path at HEAD that a word means; AddressError with near ones."""
        if not target.strip():
            raise AddressError(
                "reading the target", "it is empty", "a path (src/app.py) or a symbol (src/app.py::Model.save)"
            )
        _ = self._database  # a repository with nothing recorded is said first
        word = as_recorded(target.strip())
        try:
            return resolve_address(self._tree, word, self._invocation.repository, "log")
        except AddressError as unknown:
            try:  # a name that it had before
                query = self._names.resolve(word)
            except AddressError:
                raise unknown from None
            now = [self._names.address_of(each) for each in query.symbols] or query.paths[:1]
            if len(now) != 1:
                raise unknown from None
            return now[0]

    def _query(self, address: str) -> SymbolQuery | None:
        if "::" not in address:
            try:
                return self._names.resolve(address)
            except AddressError:
                return None
        number = self._names.symbol_at(address)
        return None if number is None else SymbolQuery([number], [])

    def _symbols(self, address: str) -> list[dict[str, Any]]:
        """Return what a page is about, symbol by symbol: `address`, `kind`, `lines`, `symbol_id`."""
        path, _, name = address.partition("::")
        table = self._tree.table(path)
        if table is None or not table.symbols:
            return [{"address": address, "kind": "file", "lines": None, "symbol_id": None}]
        rows = []
        for qualified, symbol in table.symbols.items():
            is_wanted = qualified == name or qualified.startswith(name + ".") if name else symbol.kind != _IMPORT
            if is_wanted:
                here = f"{path}::{qualified}"
                number = self._names.symbol_at(here)
                symbol_id = symbol_id_of(self._database, number) or None
                rows.append({"address": here, "kind": symbol.kind, "lines": list(symbol.lines), "symbol_id": symbol_id})
        return rows or [{"address": address, "kind": "symbol", "lines": None, "symbol_id": None}]

    def _facts_before_edit(self, address: str, symbols: list[dict[str, Any]]) -> Iterator[Fact]:
        """Yield what to know, the most important first: others at work, then everybody's last change, then the rest."""
        claims = [each for each in claims_now(self._invocation) if not is_own(each, own_session(self._invocation))]
        uncommitted = self._uncommitted(address.partition("::")[0])
        stories: dict[str, list[CommitEvent]] = {}
        for about in symbols:
            here = about["address"]
            for claim in claims:
                if claim.covers(here, about["symbol_id"]):
                    yield _claim_fact(about, claim)
            query = self._query(here)
            stories[here] = []
            if query is not None:
                stories[here] += stream(self._database, query, Filter(), self._branch)
                yield from self._changed_elsewhere(about, query)
        about = {"address": address.partition("::")[0], "kind": "file", "lines": None, "symbol_id": None}
        for tree, branch in uncommitted:
            value = {"branch": branch, "work_tree": tree, "change": ["uncommitted"]}
            yield Fact(value, f"being edited in {tree} ({branch}), not committed yet", about, "elsewhere")
        commits = {event.commit_id for events in stories.values() for event in events if event.commit_id}
        agents = agents_of(self._database, commits)
        for about in symbols:
            events = stories[about["address"]]
            if events:
                yield self._owner_fact(about, events)
                yield self._story_fact(about, events[0], agents)
            else:
                yield Fact({"note": "its history is not recorded"}, "its history is not recorded", about, "notes")
        for about in symbols:
            for event in stories[about["address"]][1:]:
                yield self._story_fact(about, event, agents)
            for use in self._tree.uses(about["address"]) if about["kind"] != "file" else ():
                value = use.as_json()
                lines = ", ".join(f"L{number}" for number in use.lines[:8])
                word = "test" if use.is_test else "used by"
                yield Fact(value, f"{word}: {use.how} {use.address} {lines}", about, "tests" if use.is_test else "uses")

    @cached_property
    def _elsewhere(self) -> frozenset[str]:
        """The commits that live branches and work trees have and HEAD has not."""
        repository = self._invocation.repository
        base = repository.default_branch()
        branches, _ = find_branches(repository, self._reader, BranchSelection(remotes=True), base or "")
        tips = {each.head for each in branches}
        tips.update(tree.head.oid for tree in repository.worktrees() if tree.head.oid and not tree.is_prunable)
        tips.update([] if base is None else [repository.resolve(f"refs/heads/{base}")])
        asked = "".join(f"{tip}\n" for tip in sorted(tips)) + f"^{self._head}\n"
        words = ("rev-list", f"--max-count={_ELSEWHERE}", "--ignore-missing", "--stdin")
        status, output, _ = repository.run(*words, input=asked.encode("ascii"))
        return frozenset(output.decode("ascii").split()) if status == 0 else frozenset()

    def _changed_elsewhere(self, about: dict[str, Any], query: SymbolQuery) -> Iterator[Fact]:
        """Yield what other branches did to a symbol, newest first, but for those that have it as HEAD has it."""
        symbol = self._tree.symbol(about["address"])
        seen: dict[str, bool] = {}
        for event in stream(self._database, query, Filter(), None):
            if event.commit_id not in self._elsewhere:
                continue
            if event.session not in seen:
                contents = {op.get("new_content_id") for op in event.ops}
                seen[event.session] = symbol is not None and symbol.content_id in contents
            if not seen[event.session]:
                yield self._elsewhere_fact(about, event)

    def _uncommitted(self, path: str) -> list[tuple[str, str]]:
        """Return (work tree, branch) of every other work tree in which a file differs from its HEAD."""
        repository = self._invocation.repository
        found = []
        for tree in itertools.islice(repository.worktrees(), 50):
            if tree.is_prunable or tree.path is None or tree.git_dir == repository.git_dir:
                continue
            try:
                status, output, _ = repository.at(tree.path).run(
                    "status", "--porcelain", "-z", "--", f":(top,literal){path}"
                )
            except (MuseHookError, OSError):
                continue
            if status == 0 and output:
                found.append((tree.path, tree.head.branch or "HEAD"))
        return found

    def _elsewhere_fact(self, about: dict[str, Any], event: CommitEvent) -> Fact:
        value = _event_json(event)
        value["branch"] = display_name(event.session)
        return Fact(value, f"changed elsewhere: {value['branch']}  {_line(value)}", about, "elsewhere")

    def _story_fact(self, about: dict[str, Any], event: CommitEvent, agents: dict[str, list[str]]) -> Fact:
        value = _event_json(event)
        value["agents"] = agents.get(event.commit_id or "", [])
        return Fact(value, _line(value), about, "story")

    def _change_fact(self, event: CommitEvent, agents: dict[str, list[str]]) -> Fact:
        value = _event_json(event)
        value["agents"] = agents.get(event.commit_id or "", [])
        value["branch"] = display_name(event.session)
        value["elsewhere"] = event.commit_id in self._elsewhere
        where = f"{value['branch']}: " if value["elsewhere"] else ""
        return Fact(value, where + _line(value))

    def _owner_fact(self, about: dict[str, Any], events: list[CommitEvent]) -> Fact:
        counts = Counter(event.actor for event in events)
        (actor, number), *others = counts.most_common(5)
        people = [{"actor": each[:200], "commits": count} for each, count in counts.most_common(5)]
        also = f", {', '.join(_name(each) for each, _ in others)}" if others else ""
        return Fact({"people": people}, f"owners: {_name(actor)} ({number}){also}", about, "owners")


def _event_json(event: CommitEvent) -> dict[str, Any]:
    """Return an event of a symbol: when, who, what was done to it, and where it stood."""
    op = next((each for each in event.ops if "::" in each["address"]), event.ops[0])
    return {
        "commit": event.commit_id,
        "at": event.created_at,
        "actor": event.actor,
        "change": op["change"] or [{"insert": "added", "delete": "removed"}.get(op["op"], op["op"])],
        "address": op.get("new_address") or op["address"],
        "subject": event.subject,
    }


def _line(value: dict[str, Any]) -> str:
    commit = (value["commit"] or "by hand")[:_SHORT]
    return f"{value['at'][:10]} {commit} {_name(value['actor'])}  {', '.join(value['change'])}  {value['subject']}"


def _name(actor: str) -> str:
    return actor.partition(" <")[0] or actor


def _claim_fact(about: dict[str, Any], claim: Claim) -> Fact:
    text = f"reserved: {_name(claim.actor)} on {claim.branch} until {claim.until[:16]}: {claim.intent}"
    return Fact(claim.as_json(), text, about, "reserved")


def _flat(ops: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for op in ops:
        yield op
        yield from op.get("child_ops", ())


def _op_fact(op: dict[str, Any]) -> Fact:
    summary = op.get("new_summary") or op.get("content_summary") or op.get("child_summary") or ""
    keys = ("op", "address", "kind", "change", "new_address", "from_address", "lines")
    value: dict[str, Any] = {key: op[key] for key in keys if key in op}
    value["summary"] = summary
    lead = "  " if "::" in op["address"] else ""
    return Fact(value, f"{lead}{op['op']} {op['address']}  {summary}")


def _is_named(name: str, told: dict[str, Any]) -> bool:
    """Whether a branch is among those of `concurrent --all`; a pull request's name is none that Git resolves."""
    return any(each["name"] == name for each in told["branches"])


def _is_looked_at(repository: Repository, name: str, told: dict[str, Any]) -> bool:
    """Whether a branch is among those of `concurrent --all`, or the base, or has nothing that the base has not."""
    base = repository.default_branch()
    if base is None or name == base or _is_named(name, told):
        return True
    return repository.run("merge-base", "--is-ancestor", repository.resolve(name), repository.resolve(base))[0] == 0


def _collisions(told: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the collisions of `concurrent --all`, each with the names of the two branches."""
    if "collisions" in told:
        return list(told["collisions"])
    rows = told.get("comparisons", [])
    return [{**each, "branches": row["names"]} for row in rows for each in row["collisions"]]


def _collision_fact(each: dict[str, Any]) -> Fact:
    keys = ("kind", "address", "symbol_id", "symbol_kind", "text", "breaks", "branches")
    value: dict[str, Any] = {key: each.get(key) for key in keys}
    for side in ("ours", "theirs"):
        about = each.get(side) or {}
        value[side] = {key: about.get(key) for key in ("address", "change", "lines")}
    names = " and ".join(map(str, value["branches"] or []))
    text = f"  git {value['text']}" if value["text"] else ""
    return Fact(value, f"{value['address']}  {str(value['kind']).replace('_', ' ')}  {names}{text}")
