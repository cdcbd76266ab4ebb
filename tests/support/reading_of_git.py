"""A second, slow reading of Git and of the logs, sharing no line with muse_hook: what must be recorded, and what is."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

    from support.repository import Repo

STAMP = 1 << 24


class SealSeen(NamedTuple):
    """A seal whose batch is whole, read the long way."""

    session: str
    commit: str
    tree: str
    parents: tuple[str, ...]
    generation: int
    entry: dict[str, Any]
    lines: tuple[bytes, ...]


class MarkSeen(NamedTuple):
    """A rewrite mark: `why` is "amend", "rebase" or "dropped by rebase", `new` is "" for a dropped commit."""

    session: str
    old: str
    new: str
    why: str
    stamp: int


def logs(muse: Path) -> dict[str, bytes]:
    """Return the bytes of each session's log."""
    top = muse / "op_log"
    found = {}
    for path in sorted(top.rglob("ops.jsonl")):
        name = path.parent / ".name"
        parts = [session_part(part) for part in path.parent.relative_to(top).parts]
        if name.exists():
            parts[-1] = name.read_bytes().decode("utf-8", "surrogateescape")
        found["/".join(parts)] = path.read_bytes()
    return found


def session_part(folder: str) -> str:
    """`a%25b` -> `a%b`."""
    return re.sub(
        rb"%([0-9A-F]{2})", lambda found: bytes([int(found[1], 16)]), folder.encode("utf-8", "surrogateescape")
    ).decode("utf-8", "surrogateescape")


def read_log(session: str, data: bytes) -> tuple[list[SealSeen], list[MarkSeen]]:
    """Return the whole batches' seals and the marks of a log."""
    seals: list[SealSeen] = []
    marks: list[MarkSeen] = []
    before: list[bytes] = []
    for line in data.splitlines(keepends=True):
        try:
            entry = json.loads(line)
        except ValueError:
            before.append(line)
            continue
        if not isinstance(entry, dict) or entry.get("domain") != "git":
            before.append(line)
            continue
        op = entry["domain_op"]
        if "commit" not in entry:
            is_drop = op["op"] == "delete"
            marks.append(
                MarkSeen(
                    session,
                    op["address"],
                    "" if is_drop else op["new_content_id"],
                    op["content_summary"] if is_drop else op["new_summary"],
                    entry["lamport_ts"],
                )
            )
            before.append(line)
            continue
        facts = entry["commit"]
        count = facts["entries"]
        body = b"".join(before[len(before) - count :]) if count else b""
        if len(before) >= count and hashlib.sha256(body).hexdigest() == facts["sha256"]:
            seals.append(
                SealSeen(
                    session,
                    entry["commit_id"],
                    op["content_id"],
                    tuple(facts["parents"]),
                    facts["generation"],
                    entry,
                    (*body.splitlines(keepends=True), line),
                )
            )
        before = []
    return seals, marks


def all_seals(muse: Path) -> list[SealSeen]:
    """Return every seal of the store."""
    return [seal for session, data in logs(muse).items() for seal in read_log(session, data)[0]]


def all_marks(muse: Path) -> list[MarkSeen]:
    """Return every mark of the store."""
    return [mark for session, data in logs(muse).items() for mark in read_log(session, data)[1]]


def everything_named(repo: Repo) -> set[str]:
    """Return what refs, HEADs and reflogs name and all that they reach: what an install must leave to a backfill."""
    return set(repo.git("rev-list", "--all", "--reflog").split())


def reachable(repo: Repo) -> set[str]:
    """Return what local branches and work trees' HEADs reach, but for the boundary of a shallow clone."""
    tips = set(repo.git("for-each-ref", "--format=%(objectname)", "refs/heads").split())
    for line in repo.git("worktree", "list", "--porcelain").splitlines():
        if line.startswith("HEAD ") and line[5:].strip("0"):
            tips.add(line[5:])
    if not tips:
        return set()
    found = set(repo.git("rev-list", "--stdin", stdin="\n".join(tips) + "\n").split())
    return found - set(boundary(repo))


def boundary(repo: Repo) -> list[str]:
    """Return the commits whose parents a shallow clone does not have."""
    path = common_dir(repo) / "shallow"
    return path.read_text().split() if path.exists() else []


def common_dir(repo: Repo) -> Path:
    """Return the git directory that all work trees share."""
    if (repo.path / ".git/objects").is_dir():
        return repo.path / ".git"
    return repo.path / repo.git("rev-parse", "--git-common-dir")


def there(repo: Repo, commits: set[str]) -> set[str]:
    """Return those of `commits` that Git still has."""
    said = repo.git("cat-file", "--batch-check", stdin="".join(f"{oid}\n" for oid in sorted(commits)))
    return {line.split()[0] for line in said.splitlines() if not line.endswith("missing")}


class Raw(NamedTuple):
    """A commit as its raw object says it, replace refs or not."""

    tree: str
    parents: tuple[str, ...]


def raw_commits(repo: Repo, commits: set[str]) -> dict[str, Raw]:
    """Return the raw objects of `commits`, in one question."""
    asked = sorted(commits)
    rest = repo.run(
        "git", "--no-replace-objects", "cat-file", "--batch", stdin="".join(f"{oid}\n" for oid in asked)
    ).stdout
    found = {}
    for oid in asked:
        header, _, rest = rest.partition(b"\n")
        said, kind, size = header.decode().split()
        assert (said, kind) == (oid, "commit")
        lines = rest[: int(size)].decode("utf-8", "replace").partition("\n\n")[0].splitlines()
        rest = rest[int(size) + 1 :]
        found[oid] = Raw(
            next(line[5:] for line in lines if line.startswith("tree ")),
            tuple(line[7:] for line in lines if line.startswith("parent ")),
        )
    return found


def generations(repo: Repo, commits: set[str]) -> dict[str, int]:
    """Return 1 + the largest of the parents' generations for `commits`, counted over all of their history."""
    cut = set(boundary(repo))
    history = (
        set(repo.git("rev-list", "--stdin", stdin="".join(f"{oid}\n" for oid in commits)).split()) if commits else set()
    )
    parents = {oid: () if oid in cut else commit.parents for oid, commit in raw_commits(repo, history).items()}
    known: dict[str, int] = {}
    stack = sorted(commits)
    while stack:
        waiting = [parent for parent in parents[stack[-1]] if parent not in known]
        if waiting:
            stack += waiting
            continue
        oid = stack.pop()
        known[oid] = 1 + max((known[parent] for parent in parents[oid]), default=0)
    return known
