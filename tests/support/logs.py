"""Logs of commits that are made by hand: only their ops and parents matter."""

from __future__ import annotations

import hashlib
import itertools
from pathlib import Path
from typing import Any

from muse_hook.history.follow import refresh
from muse_hook.index.index import Index
from muse_hook.model.change import Commit
from muse_hook.oplog.batch import make_batch
from muse_hook.oplog.store import Store
from muse_hook.oplog.writer import append


def digest(text: str) -> str:
    return hashlib.sha1(text.encode()).hexdigest()  # noqa: S324 - a made-up commit id


class Log:
    """A store whose commits are made by hand: only their ops and parents matter."""

    def __init__(self, root: Path) -> None:
        root.mkdir(parents=True)
        self.root = root
        self.store = Store(str(root))
        self.generations: dict[str, int] = {}
        self.batches: dict[str, Any] = {}
        self.names = itertools.count()

    def make(
        self,
        *ops: dict[str, Any],
        parents: tuple[str, ...] = (),
        name: str = "",
        author: str = "Ada <ada@x>",
        at: str = "2026-01-01T00:00:00+00:00",
    ) -> str:
        """Make a commit's batch; its id."""
        oid = digest(name or f"commit {next(self.names)}")
        generation = 1 + max((self.generations[parent] for parent in parents), default=0)
        self.generations[oid] = generation
        commit = Commit(
            oid,
            digest("tree" + oid),
            parents,
            author=author,
            authored_at=at,
            committed_at=at,
            summary=name,
        )
        delta: Any = {"domain": "code", "ops": list(ops), "summary": ""}
        self.batches[oid] = make_batch(commit, delta, generation, engine="test")
        return oid

    def write(self, *oids: str, session: str = "main") -> None:
        self.store.ensure()
        with self.store.lock(1):
            append(self.store, session, [self.batches[oid] for oid in oids], sync=False)

    def commit(self, *ops: dict[str, Any], parents: tuple[str, ...] = (), **told: str) -> str:
        oid = self.make(*ops, parents=parents, **told)
        self.write(oid)
        return oid

    def query(self, question: str, *values: object) -> list[Any]:
        with Index(self.store) as index:
            refresh(index)
            return index.connection.execute(question, values).fetchall()

    def ops_of(self, address: str) -> list[tuple[str, str]]:
        """Return (op, address) of every op of the symbol that has, or had, an address."""
        return self.query(
            "SELECT op, address FROM ops WHERE symbol_id IN (SELECT symbol_id FROM ops WHERE address = ?"
            " UNION SELECT symbol_id FROM renames WHERE ? IN (old_address, new_address)) ORDER BY lamport_ts",
            address,
            address,
        )

    def tables(self) -> list[Any]:
        """Return everything that must not depend on the order of arrival."""
        return [
            self.query("SELECT op_id, symbol_id FROM ops ORDER BY op_id"),
            self.query(
                "SELECT symbol_id, kind, name, address, alive, ops, first_commit, last_commit FROM symbols ORDER BY 1"
            ),
            self.query("SELECT symbol_id, commit_id, old_address, new_address, how FROM renames ORDER BY 1, 2, 3"),
        ]


def ident(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def insert(address: str, content: str = "1", **keys: Any) -> dict[str, Any]:
    return {
        "op": "insert", "address": address, "position": None, "content_id": ident(content),
        "content_summary": f"added function {address}", "kind": "function",
    } | keys  # fmt: skip


def delete(address: str, content: str = "1", **keys: Any) -> dict[str, Any]:
    return insert(address, content) | {"op": "delete", "content_summary": f"removed function {address}"} | keys


def replace(address: str, old: str = "1", new: str = "2", **keys: Any) -> dict[str, Any]:
    return {
        "op": "replace", "address": address, "position": None, "old_content_id": ident(old),
        "new_content_id": ident(new), "old_summary": "function f", "new_summary": "function f (modified)",
        "kind": "function", "change": ["body"],
    } | keys  # fmt: skip


def patch(path: str, *children: dict[str, Any], **keys: Any) -> dict[str, Any]:
    return {
        "op": "patch", "address": path, "child_ops": list(children), "child_domain": "code_symbols",
        "child_summary": "",
    } | keys  # fmt: skip
