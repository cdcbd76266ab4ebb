"""One commit as `show` tells of it: from the log where it is recorded, else from Git."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from muse_hook.cli.invocation import Invocation
    from muse_hook.model.change import Commit
    from muse_hook.model.ops import OpEntry


class CommitFacts:
    """A commit's header and delta; `session` and `engine` are "" where it is not `recorded`.

    `superseded` is what `rewrites.superseded` says of it.
    """

    def __init__(self, commit: Mapping[str, Any], delta: Mapping[str, Any], *, session: str, engine: str) -> None:
        self._commit = commit
        self.id: str = commit["id"]
        self.parents: Sequence[str] = commit["parents"]
        self.author: str = commit["author"]
        self.actor: str = commit["actor"]
        self.co_authors: Sequence[str] = commit["co_authors"]
        self.authored_at: str = commit["authored_at"]
        self.subject: str = commit["subject"]
        self.delta = delta
        self.session = session
        self.engine = engine
        self.recorded = bool(session)
        self.superseded: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the part of docs/json.md that `show` documents."""
        return {
            "recorded": self.recorded,
            "session": self.session or None,
            "engine": self.engine or None,
            "superseded": self.superseded,
            "commit": dict(self._commit),
            "delta": self.delta,
        }


def facts_of(invocation: Invocation, commit_id: str) -> CommitFacts:
    """Return what is known of a commit: its batch in the log, or, where it has none, its delta computed now."""
    return recorded_facts(invocation, commit_id) or computed_facts(invocation, commit_id)


def recorded_facts(invocation: Invocation, commit_id: str) -> CommitFacts | None:
    """Return a commit as the log has it, None where it is not recorded (or its batch is damaged)."""
    if not invocation.store.exists():
        return None
    index = invocation.index
    index.refresh()
    recorded = index.read(commit_id)
    if recorded is None and index.damaged():  # found out just now: it is recorded anew
        invocation.catch_up()
        index.refresh()
        recorded = index.read(commit_id)
    return None if recorded is None else facts_of_batch(recorded[0].session, recorded[1].entries())


def facts_of_batch(session: str, entries: Sequence[OpEntry]) -> CommitFacts:
    """Return a commit as its batch (the seal last) has it."""
    from muse_hook.oplog.batch import delta_of_entries  # only where there is a log

    seal = entries[-1]
    record = seal["commit"]
    commit = {
        "id": seal["commit_id"],
        "tree": seal["domain_op"]["content_id"],
        "parents": record["parents"],
        "author": record["author"],
        "actor": seal["actor_id"],
        "co_authors": record["co_authors"],
        "authored_at": record["authored_at"],
        "committed_at": record["committed_at"],
        "subject": seal["domain_op"]["content_summary"],
        "intent": seal["intent_id"],
        "reservation": seal["reservation_id"],
    }
    return CommitFacts(commit, delta_of_entries(entries), session=session, engine=record["engine"])


def computed_facts(invocation: Invocation, commit_id: str) -> CommitFacts:
    """Return a commit as Git has it, compared with its first parent."""
    from muse_hook.record.delta import delta_of  # a recorded commit needs no grammar

    with invocation.repository.objects() as objects:
        commit = objects.commit(commit_id)
        delta = delta_of(objects, commit)
    delta.pop("verdicts", None)  # the log does not keep them, and a commit is shown in one shape
    return CommitFacts(_of_git(commit), delta, session="", engine="")


def _of_git(commit: Commit) -> dict[str, Any]:
    return {
        "id": commit.id,
        "tree": commit.tree,
        "parents": list(commit.parents),
        "author": commit.author,
        "actor": commit.actor or commit.author,
        "co_authors": list(commit.co_authors),
        "authored_at": commit.authored_at,
        "committed_at": commit.committed_at,
        "subject": commit.summary,
        "intent": commit.intent,
        "reservation": commit.reservation,
    }
