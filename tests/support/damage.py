"""A recorded history, and ways to break it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from muse_hook.catchup.backfill import backfill
from muse_hook.git.discovery import open_repository
from muse_hook.oplog.batch import delta_of_entries, make_batch
from muse_hook.oplog.entry import with_check
from muse_hook.oplog.store import Store
from muse_hook.verify.report import Problem, VerifyReport
from muse_hook.verify.verify import verify
from support.repository import Repo

MODEL = """\
import os


class Model:
    def save(self, path):
        return os.fspath(path)

    def load(self):
        return None


def helper(a, b):
    return a + b
"""


class Story:
    """A recorded repository of seven commits with a merge: what a log looks like, and ways to break it."""

    def __init__(self, repo: Repo) -> None:
        self.repo = repo
        self.ids = [repo.commit("Begin", a=MODEL, pkg__b="x = 1\n")]
        self.ids.append(repo.commit("Rename", a=MODEL.replace("helper", "assistant")))
        repo.git("checkout", "-q", "-b", "side")
        self.ids.append(repo.commit("Aside", pkg__b="x = 2\n\n\ndef side():\n    return x\n"))
        repo.git("checkout", "-q", "main")
        self.ids.append(repo.commit("Go on", a=MODEL.replace("helper", "assistant").replace("None", "self")))
        repo.git("merge", "-q", "--no-ff", "-m", "Merge side", "side")
        self.ids.append(repo.git("rev-parse", "HEAD"))
        repo.git("mv", "a.py", "c.py")
        self.ids.append(repo.commit("Move"))
        self.ids.append(repo.commit("Say nothing"))

    @property
    def store(self) -> Store:
        return Store(self.repo.path / ".git")

    @property
    def log(self) -> Path:
        return Path(self.store.log_path("main"))

    def record(self) -> Story:
        backfill(self.repository(), self.store, all=True)
        return self

    def repository(self) -> Any:
        return open_repository(str(self.repo.path), self.repo.environment)

    def verify(self, **options: Any) -> VerifyReport:
        return verify(self.repository(), self.store, **{"everything": True} | options)

    def lines(self) -> list[bytes]:
        return self.log.read_bytes().splitlines(keepends=True)

    def batch(self, commit_id: str) -> tuple[int, list[dict[str, Any]]]:
        """Return the number of a batch's first line, counted the slow way, and its entries."""
        entries = [json.loads(line) for line in self.lines()]
        first = next(n for n, entry in enumerate(entries) if entry["commit_id"] == commit_id)
        return first + 1, [entry for entry in entries if entry["commit_id"] == commit_id]

    def replace(self, commit_id: str, lines: bytes) -> None:
        """Put other lines in the place of a batch."""
        first, entries = self.batch(commit_id)
        kept = self.lines()
        kept[first - 1 : first - 1 + len(entries)] = [lines]
        self.log.write_bytes(b"".join(kept))

    def rewritten(self, commit_id: str, change: Callable[[list[dict[str, Any]]], object]) -> None:
        """Change the entries of a batch as a faulty writer would have written them: with a digest that fits."""
        _, entries = self.batch(commit_id)
        change(entries)
        body = b"".join(json.dumps(entry, separators=(",", ":")).encode() + b"\n" for entry in entries[:-1])
        entries[-1]["commit"]["sha256"] = hashlib.sha256(body).hexdigest()
        entries[-1]["commit"]["entries"] = len(entries) - 1
        entries[-1].pop("check", None)
        seal = json.dumps(entries[-1], separators=(",", ":")).encode() + b"\n"
        self.replace(commit_id, body + with_check(seal))

    def made_again(self, commit_id: str, change: Callable[[Any], object], **options: Any) -> None:
        """Record a commit as it would be if its delta were another one: whole and well-formed."""
        _, entries = self.batch(commit_id)
        delta: Any = json.loads(json.dumps(delta_of_entries(entries)))  # type: ignore[arg-type]
        change(delta)
        with self.repository().objects() as objects:
            commit = objects.commit(commit_id)
        seal = entries[-1]["commit"]
        batch = make_batch(commit, delta, seal["generation"], **{"engine": seal["engine"]} | options)
        self.replace(commit_id, batch.data)


def told(problems: list[Problem]) -> list[tuple[str, str, int, str]]:
    return [(problem.kind, problem.session, problem.line, problem.commit_id) for problem in problems]


def set_key(at: int, key: str, value: Any) -> Callable[[list[dict[str, Any]]], object]:
    def change(entries: list[dict[str, Any]]) -> None:
        entries[at][key] = value

    return change


def wrong_symbol(delta: Any) -> None:
    delta["ops"][0]["child_ops"][0]["new_content_id"] = "0" * 64
