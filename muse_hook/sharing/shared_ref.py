"""What a ref of a clone holds, and what a stranger's must hold.

It leads to a commit whose tree has files alone: `<session, percent-encoded>.jsonl` with a session's lines as they stand
in its log, and `purged` with ids of commits. Each commit has the one before it as its parent, and holds all that that
one held. What comes from a remote is held against limits and the form of each line before anything of it is taken.
"""

from __future__ import annotations

import os
import re
import time
from urllib.parse import quote, unquote_to_bytes

from muse_hook.errors import MuseHookError, SessionError
from muse_hook.oplog.entry import MAX_GENERATION, POSITIONS, mark_id
from muse_hook.oplog.lines import manual_entry
from muse_hook.oplog.seal import is_cut
from muse_hook.oplog.sessions import check
from muse_hook.oplog.shape import is_commit_id

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from muse_hook.git.repository import Repository

_ENDING = ".jsonl"
_PURGED = "purged"
_FILE, _BLOB = "100644", "blob"
_OP_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z._:-]{0,127}")
_DERIVED = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")  # see `entry.derived_id`
_LONGEST_SESSION = 1024  # bytes
# Limits of one ref. A clone's own lines of years are some megabytes.
LARGEST_REF = 256 << 20  # bytes
LARGEST_LINE = 4 << 20
MOST_FILES = 20_000
# Stamps go up to 2**53; the upper half is left free, or a stranger's line would leave none for the next one here.
_HIGHEST_STAMP = MAX_GENERATION * POSITIONS // 2


class HostileRefError(MuseHookError):
    """A ref that is not what `share` makes."""


class Content:
    """What a ref holds: lines by op_id by session, and ids of purged commits."""

    def __init__(self) -> None:
        self.lines: dict[str, dict[str, bytes]] = {}
        self.purged: set[str] = set()

    def add(self, session: str, op_id: str, line: bytes) -> None:
        """Add a line where its session has none of that id."""
        self.lines.setdefault(session, {}).setdefault(op_id, line)

    def add_all(self, other: Content) -> None:
        """Add all that another one holds."""
        for session, lines in other.lines.items():
            for op_id, line in lines.items():
                self.add(session, op_id, line)
        self.purged |= other.purged

    @property
    def count(self) -> int:
        """How many lines it holds."""
        return sum(len(lines) for lines in self.lines.values())

    def files(self) -> dict[str, bytes]:
        """Return the bytes of each file by its name."""
        found = {
            _file_of(session): b"".join(line + b"\n" for line in lines.values())
            for session, lines in self.lines.items()
            if lines
        }
        if self.purged:
            found[_PURGED] = "".join(f"{oid}\n" for oid in sorted(self.purged)).encode("ascii")
        return found


def write_content(repo: Repository, content: Content, parents: Sequence[str]) -> str:
    """Write the commit that holds some content behind its parents; its id, that of an only parent which holds it."""
    rows = [f"{_FILE} {_BLOB} {_hashed(repo, _BLOB, data)}\t{name}\0" for name, data in content.files().items()]
    tree = repo.output("mktree", "-z", input="".join(rows).encode("ascii")).decode("ascii").strip()
    if len(parents) == 1 and repo.output("rev-parse", f"{parents[0]}^{{tree}}").decode("ascii").strip() == tree:
        return parents[0]
    who = f"muse-hook <muse-hook> {int(time.time())} +0000"
    lines = [f"tree {tree}", *(f"parent {oid}" for oid in parents), f"author {who}", f"committer {who}", ""]
    lines += ["What this clone knows and no other can derive (muse-hook share)", ""]
    return _hashed(repo, "commit", "\n".join(lines).encode("ascii"))


def _hashed(repo: Repository, kind: str, data: bytes) -> str:
    return repo.output("hash-object", "-t", kind, "-w", "--stdin", input=data).decode("ascii").strip()


def read_content(repo: Repository, oid: str) -> Content:
    """Return what a ref holds; HostileRefError where it is not what `share` makes."""
    if repo.run("cat-file", "-e", f"{oid}^{{commit}}")[0]:
        raise _hostile("it leads to no commit")
    status, listing, stderr = repo.run("ls-tree", "-z", "-l", "--full-tree", oid)
    if status:
        raise _hostile(f"its tree cannot be read ({stderr.strip()[:100]})")
    blobs: dict[str, str] = {}
    total = 0
    for row in listing.split(b"\0")[:-1]:
        about, _, raw = row.partition(b"\t")
        mode, kind, blob, size = about.decode("ascii", "replace").split()
        name = raw.decode("utf-8", "replace")
        if kind != _BLOB or mode != _FILE or not size.isdigit():
            raise _hostile(f"{name[:100]!a} in it is no plain file")
        if name in blobs or len(blobs) >= MOST_FILES:
            raise _hostile("it has too many files")
        total += int(size)
        if total > LARGEST_REF:
            raise _hostile(f"it holds more than {LARGEST_REF >> 20} MB")
        blobs[name] = blob
    content = Content()
    for name, data in _blobs(repo, blobs):
        if name == _PURGED:
            ids = data.decode("ascii", "replace").split("\n")
            if ids.pop() or not all(map(is_commit_id, ids)):
                raise _hostile(f"{name} holds other than ids of commits")
            content.purged.update(ids)
        else:
            session = _session_of(name)
            for line in _lines(name, data):
                entry = manual_entry(line)
                wrong = "it is no entry" if entry is None else wrong_in(entry, line)
                if wrong:
                    raise _hostile(f"a line of {name[:100]!a}: {wrong}")
                content.add(session, entry["op_id"], line)
    return content


def _blobs(repo: Repository, blobs: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
    """Yield each file's name and bytes."""
    for name, blob in blobs.items():
        status, data, _ = repo.run("cat-file", _BLOB, blob)
        if status:
            raise _hostile(f"{name[:100]!a} in it cannot be read")
        yield name, data


def _lines(name: str, data: bytes) -> list[bytes]:
    *lines, rest = data.split(b"\n")
    if rest:
        raise _hostile(f"the last line of {name[:100]!a} has no end")
    return lines


def _file_of(session: str) -> str:
    return quote(session.encode("utf-8", "surrogateescape"), safe="") + _ENDING


def _session_of(name: str) -> str:
    text = name.removesuffix(_ENDING)
    try:
        session = check(unquote_to_bytes(text).decode("utf-8", "surrogateescape"))
    except (SessionError, ValueError) as error:
        raise _hostile(f"the file {name[:100]!a} is named after no session") from error
    if _file_of(session) != name or len(os.fsencode(session)) > _LONGEST_SESSION:
        raise _hostile(f"the file {name[:100]!a} is named after no session")
    return session


def wrong_in(entry: Any, line: bytes) -> str:
    """Say why an entry of no commit is none that clones share, "" for nothing; its types were looked at before."""
    op_id, op = entry["op_id"], entry["domain_op"]
    if len(line) > LARGEST_LINE:
        return f"it is longer than {LARGEST_LINE >> 20} MB"
    if not _OP_ID.fullmatch(op_id):
        return "its op_id is no id"
    if not 0 <= entry["lamport_ts"] < _HIGHEST_STAMP:
        return "its stamp is out of bounds"
    if "commit" in entry or is_cut(entry):
        return "it stands for a commit"
    is_git = entry["domain"] == "git"
    is_claim = is_git and op.get("op") == "replace" and op.get("old_content_id") == ""
    if is_git and not is_claim:
        return _wrong_in_mark(op_id, op)
    if _DERIVED.fullmatch(op_id):  # readers would take it for known, and never take the true one
        return "its op_id is that of a commit's entry"
    texts = ("address", "new_content_id", "old_summary", "new_summary")
    if is_claim and not all(isinstance(op.get(key), str) for key in texts):
        return "its claim has other keys"
    return ""


def _wrong_in_mark(op_id: str, op: Any) -> str:
    """Say why an entry of Git's domain is no rewrite mark; a mark's id says what it marks."""
    kind, old = op.get("op"), op.get("address")
    if kind == "replace":
        new = op.get("new_content_id")
        is_mark = is_commit_id(old) and is_commit_id(new) and op_id == mark_id("superseded", old, new)
    else:
        is_mark = kind == "delete" and is_commit_id(old) and op_id == mark_id("dropped", old)
    return "" if is_mark else "its mark is not of its id"


def _hostile(wrong: str) -> HostileRefError:
    return HostileRefError("taking a ref", wrong)
