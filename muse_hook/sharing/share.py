"""Sharing what no clone can derive, marks, claims, entries by hand, purges, as refs/muse/<clone id> by Git itself.

What such a ref holds: see `sharing.shared_ref`. Nothing is ever overwritten, there or here.
"""

from __future__ import annotations

import contextlib
import os
import re

from muse_hook.digest import hex_sha256
from muse_hook.errors import RepositoryError, RevisionError, StoreError
from muse_hook.git import remotes
from muse_hook.oplog.lines import manual_entry, read_lines
from muse_hook.oplog.lock import LOCK_SECONDS
from muse_hook.oplog.reader import LogReader, OpenLogs
from muse_hook.oplog.seal import Seal, is_cut
from muse_hook.oplog.sessions import LOG
from muse_hook.oplog.shape import is_commit_id
from muse_hook.oplog.taken import add_taken, clone_id, taken
from muse_hook.oplog.writer import append, end_torn_line, highest_stamp
from muse_hook.record.purge import purge
from muse_hook.sharing.shared_ref import Content, HostileRefError, read_content, write_content, wrong_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from muse_hook.git.repository import Repository
    from muse_hook.oplog.store import Store

ORIGIN = "origin"
REFS = "refs/muse/"
_REMOTES = "refs/muse/remotes/"
_TRIES = 5  # somebody else pushed the same ref meanwhile: another copy of this clone
_NO_CLONE = "its name is no clone's id"
_MOST_REFS = 10_000
_CLONE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class Shared:
    """What `share` did: `ref`, `lines` and `purged` that it holds, lines that were `left_out`, whether it `is_new`."""

    __slots__ = ("is_new", "left_out", "lines", "purged", "ref")

    def __init__(self, ref: str) -> None:
        self.ref = ref
        self.lines = 0
        self.purged = 0
        self.left_out = 0
        self.is_new = False


class Taken:
    """What `take` did: `lines` by clone, commits `purged`, `refs` read, and (ref, why) of those that are `hostile`."""

    __slots__ = ("hostile", "lines", "purged", "refs")

    def __init__(self) -> None:
        self.refs = 0
        self.lines: dict[str, int] = {}
        self.purged: list[str] = []
        self.hostile: list[tuple[str, str]] = []


# Sharing


def share(repo: Repository, store: Store, remote: str = ORIGIN) -> Shared:
    """Push what this clone alone knows to refs/muse/<clone id> of a remote, behind what stands there already.

    RepositoryError where the remote cannot be reached or refuses, StoreError.
    """
    if not store.exists():
        raise StoreError("sharing", "nothing is recorded here yet", "muse-hook install")
    ref = REFS + clone_id(store)
    there = _tracking(remote) + ref.removeprefix(REFS)
    done = Shared(ref)
    own, done.left_out = _own(store)
    for attempt in range(_TRIES):
        at = remotes.list_refs(repo, remote, ref).get(ref)
        if at is not None and repo.ref_ids(there).get(there) != at:
            remotes.fetch_refs(repo, remote, [f"+{ref}:{there}"])
        commit = _advance(repo, ref, there, own, done)
        if commit is None or commit == at:
            return done
        try:
            remotes.push_refs(repo, remote, [f"{commit}:{ref}"])
        except RepositoryError:
            if attempt == _TRIES - 1 or remotes.list_refs(repo, remote, ref).get(ref) == at:
                raise
            continue
        done.is_new = True
        return done
    wrong = "somebody else keeps pushing the same ref"
    raise RepositoryError(f"sharing with {remote}", wrong, f"muse-hook share {remote}")


def _own(store: Store) -> tuple[Content, int]:
    """Return this clone's lines and purges, and how many lines are of no form that others would take."""
    content, left_out = Content(), 0
    others = taken(store)
    with store.lock(LOCK_SECONDS):
        for session, _ in list(store.sessions()):
            end_torn_line(store, session)
    for session, line, entry in _manual_lines(store):
        if is_cut(entry) or entry["op_id"] in others:
            continue
        if wrong_in(entry, line):
            left_out += 1
            continue
        content.add(session, entry["op_id"], line)
    content.purged = {oid for oid in store.purged() if is_commit_id(oid)}
    return content, left_out


def _manual_lines(store: Store) -> Iterator[tuple[str, bytes, Any]]:
    """Yield (session, line without its newline, entry) of all entries of no commit."""
    with OpenLogs(store) as logs:
        for session, folder in list(store.sessions()):
            if not os.path.lexists(os.path.join(folder, LOG)):
                continue
            fd = logs.fd(session)
            at, reader = 0, LogReader(fd)
            gaps = []
            for found in reader:
                if isinstance(found, Seal) and found.intact:
                    if found.start > at:
                        gaps.append((at, found.start))
                    at = found.end
            gaps.append((at, reader.position))
            for start, end in gaps:
                for line in read_lines(fd, start, end):
                    entry = manual_entry(line)
                    if entry is not None:
                        yield session, line, entry


def _advance(repo: Repository, ref: str, there: str, own: Content, done: Shared) -> str | None:
    """Make the commit that holds all of this clone's and what both refs hold, if none of them does; its id."""
    known = [oid for name, oid in repo.ref_ids(ref, there).items() if name in (ref, there)]
    parents = [oid for oid in dict.fromkeys(known) if not repo.run("cat-file", "-e", f"{oid}^{{commit}}")[0]]
    content = Content()
    for oid in parents:
        with contextlib.suppress(HostileRefError):  # a stranger's, by force: it is put behind ours, not taken over
            content.add_all(read_content(repo, oid))
    content.add_all(own)
    done.lines, done.purged = content.count, len(content.purged)
    if not done.lines and not done.purged:
        return None
    if len(parents) == 2:  # noqa: PLR2004 - one of them may hold the other
        for one, other in (parents, parents[::-1]):
            if not repo.run("merge-base", "--is-ancestor", one, other)[0]:
                parents = [other]
                break
    commit = write_content(repo, content, parents)
    repo.output("update-ref", ref, commit)
    return commit


# Taking


def take(repo: Repository, store: Store, remote: str = ORIGIN, *, purges: bool = True) -> Taken:
    """Bring what other clones have shared with a remote into the logs, each entry once; `purges`: purge what they did.

    What was pushed into this repository itself counts as well; a repository that is only pushed into needs no remote.
    A ref that is not what `share` makes is named in `hostile`, and the others are taken. RepositoryError where the
    remote cannot be reached, StoreError.
    """
    if not store.exists():
        raise StoreError("taking", "nothing is recorded here yet", "muse-hook install")
    done = Taken()
    own = clone_id(store)
    pushed = {name: oid for name, oid in repo.ref_ids(REFS).items() if not name.startswith(_REMOTES)}
    there: frozenset[str] | None = None  # not asked
    is_hub = any(name != REFS + own for name in pushed)
    if remote != ORIGIN or not is_hub or ORIGIN in remotes.names(repo):
        there = _fetch(repo, remote, done)
    prefix = _tracking(remote)
    refs = [(REFS, name, oid) for name, oid in pushed.items()]
    refs += [(prefix, name, oid) for name, oid in repo.ref_ids(prefix).items()]
    contents: list[tuple[str, Content]] = []
    for start, name, oid in refs:
        clone = name.removeprefix(start)
        if clone.startswith("remotes/"):
            continue  # what the remote has taken itself
        if not _CLONE.fullmatch(clone):
            done.hostile.append((REFS + clone, _NO_CLONE))
            continue
        try:
            content = read_content(repo, oid)
        except HostileRefError as error:
            if start == prefix and there is not None and clone not in there:
                repo.output("update-ref", "-d", name)  # the remote has it no more: nobody need hear of it again
                continue
            done.hostile.append((REFS + clone, error.wrong))
            continue
        done.refs += 1
        contents.append((clone, content))
    _append(store, own, contents, done)
    if purges:
        _purge(store, contents, done)
    return done


def _tracking(remote: str) -> str:
    """Return where the refs of a remote are kept: below its name, or a digest where it is an address."""
    if re.fullmatch(r"[A-Za-z0-9_-]+(?:[./][A-Za-z0-9_-]+)*", remote) and not remote.endswith(".lock"):
        return f"{_REMOTES}{remote}/"
    return f"{_REMOTES}{hex_sha256(os.fsencode(remote))[:16]}/"


def _fetch(repo: Repository, remote: str, done: Taken) -> frozenset[str]:
    """Fetch the refs of clones; where Git refuses all, one after the other, so that a broken one stands in no way.

    The names of the clones that the remote has. RepositoryError where it cannot be reached.
    """
    prefix = _tracking(remote)
    there = remotes.list_refs(repo, remote, f"{REFS}*")
    here = repo.ref_ids(prefix)
    wanted: dict[str, str] = {}
    for name, oid in sorted(there.items()):
        clone = name.removeprefix(REFS)
        if clone.startswith("remotes/") or not name.startswith(REFS):
            continue
        if not _CLONE.fullmatch(clone) or clone.endswith(".lock") or ".." in clone or len(wanted) >= _MOST_REFS:
            done.hostile.append((name, _NO_CLONE if len(wanted) < _MOST_REFS else "there are too many"))
        elif here.get(prefix + clone) != oid:
            wanted[name] = f"+{name}:{prefix}{clone}"
    try:
        if wanted:
            remotes.fetch_refs(repo, remote, list(wanted.values()))
    except RepositoryError:
        for name, refspec in wanted.items():
            try:
                remotes.fetch_refs(repo, remote, [refspec])
            except RepositoryError as error:
                done.hostile.append((name, error.wrong))
    return frozenset(name.removeprefix(REFS) for name in there)


def _append(store: Store, own: str, contents: Iterable[tuple[str, Content]], done: Taken) -> None:
    """Append what the logs do not hold, each entry once, whoever shared it first."""
    contents = list(contents)
    wanted = {op_id for _, content in contents for lines in content.lines.values() for op_id in lines}
    if not wanted:
        return
    with store.lock(LOCK_SECONDS):
        for session, _ in list(store.sessions()):
            end_torn_line(store, session)
        known = {str(entry["op_id"]) for _, _, entry in _manual_lines(store)}
        if wanted <= known:
            return
        new: dict[str, list[_Line]] = {}
        clones: dict[str, str] = {}
        for clone, content in contents:
            for session, lines in content.lines.items():
                for op_id, line in lines.items():
                    if op_id in known:
                        continue
                    known.add(op_id)
                    new.setdefault(session, []).append(_Line(line))
                    if clone != own:
                        clones[op_id] = clone
                    done.lines[clone] = done.lines.get(clone, 0) + 1
        # First whose they are: stopped in between, nobody's line is taken for one of our own.
        add_taken(store, clones)
        for session, pieces in new.items():
            highest_stamp(store, session, locked=True)
            append(store, session, pieces)


class _Line:
    """A line as `oplog.writer` appends it."""

    __slots__ = ("data", "highest_stamp")

    def __init__(self, line: bytes) -> None:
        self.data = line + b"\n"
        self.highest_stamp = int(manual_entry(line)["lamport_ts"])


def _purge(store: Store, contents: Iterable[tuple[str, Content]], done: Taken) -> None:
    """Purge here what others have purged, and note it where it is not here, so that nobody records it again."""
    new = sorted({oid for _, content in contents for oid in content.purged} - store.purged())
    if not new:
        return
    with store.lock(LOCK_SECONDS):
        for oid in new:
            try:
                purge(store, [oid])
            except RevisionError:  # no log holds it
                store.add_purged([oid])
            done.purged.append(oid)


# Git's configuration


def configure(repo: Repository) -> list[str]:
    """Make each fetch of origin (of every remote, without one) bring what clones have shared; the remotes' names.

    RepositoryError where there is no remote.
    """
    known = remotes.names(repo)
    chosen = [ORIGIN] if ORIGIN in known else known
    if not chosen:
        raise RepositoryError("setting up sharing", "there is no remote", f"git remote add {ORIGIN} URL")
    for remote in chosen:
        refspec = f"+{REFS}*:{_tracking(remote)}*"
        _, output, _ = repo.run("config", "--get-all", f"remote.{remote}.fetch")
        there = output.decode("utf-8", "replace").split("\n")
        if refspec not in there and "+refs/*:refs/*" not in there:
            repo.output("config", "--add", f"remote.{remote}.fetch", refspec)
    return chosen
