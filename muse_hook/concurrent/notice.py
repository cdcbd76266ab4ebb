"""A word after a commit: which other live branches change the symbols that were just changed."""

from __future__ import annotations

import os
import time

from muse_hook.git.settings import setting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from muse_hook.concurrent.collision import Collision
    from muse_hook.concurrent.compare import Comparison
    from muse_hook.git.objects import ObjectReader
    from muse_hook.git.refs import Head
    from muse_hook.git.repository import Repository
    from muse_hook.model.change import Commit
    from muse_hook.model.ops import StructuredDelta
    from muse_hook.oplog.store import Store

FILE = "touched"
LINES = 3
"""So many lines are said at most."""

CLOSE = 12
"""So many branches are looked at closely, those that moved last first: 10 to 30 ms each."""

LEARN = 64
"""So many tips that no hook has seen are learnt in the foreground (one git, 1 ms each), once after a rebase."""

_ON = frozenset({"true", "yes", "on", "1"})
_ALWAYS = "always"
_FORM = "muse_hook touched 1"
_LONGEST = 8 << 20
_TOLD = ("both_changed", "changed_and_deleted", "both_renamed", "both_added")
_HEADS = "refs/heads/"
_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"))


def wants_notice(repo: Repository, *, is_terminal: bool) -> bool:
    """Say whether `muse.notice` wants a word here: `true` on a terminal, `always` anywhere."""
    value = (setting(repo, "muse", "notice") or "").lower()
    return value == _ALWAYS or (value in _ON and is_terminal)


def notices(repo: Repository, store: Store, head: Head, delta: StructuredDelta | None) -> list[str]:
    """Return at most `LINES` lines on other branches that change what the commit at HEAD changed, or have reserved it.

    What each tip of a branch touches is kept by the hooks of all work trees in one file of the store; who is not in it
    is learnt from the log, or by file. Only who touches one of the same symbols is looked at closely, as `concurrent`
    does it.
    """
    if head.oid is None:
        return []
    touched = _Touched(store)
    tips = dict(_tips(repo))
    own = head.branch if head.branch is not None else f"worktrees/{head.worktree}/HEAD" if head.worktree else "HEAD"
    with repo.objects() as objects:
        commit = objects.commit(head.oid)
        mine = _addresses(delta) if delta is not None else _of_commit(store, objects, head.oid)
        below: frozenset[str] | None = frozenset()
        parent = commit.parents[0] if commit.parents else None
        if parent is not None and parent != tips.get(touched.base):
            below = touched.of_tip.get(parent)
        if below is not None:
            touched.of_tip[head.oid] = below | mine
        others = {name: oid for name, oid in tips.items() if name != own and oid != head.oid}
        unknown = sorted({oid for oid in others.values() if oid not in touched.of_tip})[:LEARN]
        if unknown:
            _learn(repo, store, objects, touched, unknown)
        touched.keep({*tips.values(), head.oid})
        met: dict[str, list[str]] = {}
        for name, oid in others.items():
            if name != touched.base and _meet(mine, touched.of_tip.get(oid)):
                met.setdefault(oid, []).append(name)
        said = _claimed(store, mine, own)
        if met:
            said += _closely(repo, objects, head.oid, met, touched)
    if len(said) > LINES:
        said = [*said[: LINES - 1], f"{len(said) - LINES + 1} more: muse-hook concurrent --all"]
    return said


def _claimed(store: Store, mine: frozenset[str], own: str) -> list[str]:
    """Return a line for each claim, made on another branch, of what was just changed; 0.3 ms where there is none."""
    from muse_hook.index.index import Index

    with Index(store, timeout=0.02, waits=False) as index:
        claims = index.claims()
    if not claims:
        return []
    from muse_hook.oplog.claim import standing
    from muse_hook.oplog.entry import now
    from muse_hook.oplog.sessions import display_name
    from muse_hook.oplog.taken import taken

    said = []
    for claim in standing(claims, now(), taken(store)):
        met = next(filter(None, map(claim.covers, sorted(mine))), "")
        if met and not claim.is_of(display_name(own)):
            who = claim.actor.partition(" <")[0] or claim.actor
            said.append(f"{met} is reserved on {claim.branch} ({who}, until {claim.until[:16]}): {claim.intent}")
    return said


class _Touched:
    """What each tip changed since it left the base, as addresses ("path::name", or a path for anything in a file)."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.base = ""
        self.of_tip: dict[str, frozenset[str]] = {}
        self._before = b""
        try:
            with open(store.path(FILE), "rb") as file:
                self._before = file.read(_LONGEST)
        except OSError:
            return
        first, _, rest = self._before.decode("utf-8", "replace").partition("\n")
        form, _, base = first.partition("\t")
        if form == _FORM and rest.endswith("\n"):
            self.base = base
            for line in rest[:-1].split("\n"):
                oid, *addresses = line.split("\t")
                self.of_tip[oid] = frozenset(addresses)

    def keep(self, tips: set[str]) -> None:
        """Write what is known of tips that are still there; losing it costs a little time alone, so nothing waits."""
        self.of_tip = {oid: addresses for oid, addresses in self.of_tip.items() if oid in tips}
        rows = ["\t".join([oid, *sorted(addresses)]) for oid, addresses in sorted(self.of_tip.items())]
        data = "\n".join([f"{_FORM}\t{self.base}", *rows, ""]).encode("utf-8", "surrogateescape")
        if data == self._before or not self._store.exists():
            return
        path = self._store.path(FILE)
        beside = f"{path}.{os.getpid()}"
        try:
            descriptor = self._store.open_file(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            with open(descriptor, "wb") as file:
                file.write(data)
            os.replace(beside, path)
        except OSError:
            return


def _tips(repo: Repository) -> Iterator[tuple[str, str]]:
    """Yield (name, commit) of every local branch and of each detached work tree, from files; by Git for a reftable."""
    common = repo.common_dir
    if os.path.isdir(os.path.join(common, "reftable")):
        for ref, oid in repo.ref_ids(_HEADS).items():
            yield ref[len(_HEADS) :], oid
    else:
        for line in _lines(os.path.join(common, "packed-refs")):
            oid, _, ref = line.partition(" ")
            if ref.startswith(_HEADS):
                yield ref[len(_HEADS) :], oid
        pending = [""]
        while pending:
            folder = pending.pop()
            try:
                entries = list(os.scandir(os.path.join(common, "refs", "heads", folder)))
            except OSError:
                continue
            for entry in entries:
                name = f"{folder}/{entry.name}" if folder else entry.name
                if entry.is_dir(follow_symlinks=False):
                    pending.append(name)
                else:
                    for oid in _lines(entry.path)[:1]:
                        yield name, oid
    try:
        trees = os.listdir(os.path.join(common, "worktrees"))
    except OSError:
        return
    for name in trees:
        for oid in _lines(os.path.join(common, "worktrees", name, "HEAD"))[:1]:
            if not oid.startswith("ref:"):
                yield f"worktrees/{name}/HEAD", oid


def _lines(path: str) -> list[str]:
    try:
        with open(path, "rb", buffering=0) as file:
            return [line for line in file.read().decode("utf-8", "surrogateescape").split("\n") if line]
    except OSError:
        return []


def _addresses(delta: StructuredDelta) -> frozenset[str]:
    """Return the symbols that a delta names, before and after, imports aside: two of them are no work on one thing."""
    found: set[str] = set()
    pending: list[object] = list(delta["ops"])
    while pending:
        op = pending.pop()
        if isinstance(op, dict):
            pending += op.get("child_ops", ())
            for key in ("address", "new_address", "from_address"):
                address = op.get(key)
                if isinstance(address, str) and "::" in address and "::import::" not in address:
                    found.add(address)
    return frozenset(_plain(address) for address in found)


def _plain(address: str) -> str:
    return address.replace("\t", " ").replace("\n", " ")


def _meet(mine: Iterable[str], other: frozenset[str] | None) -> bool:
    return other is not None and any(each in other or each.partition("::")[0] in other for each in mine)


def _learn(repo: Repository, store: Store, objects: ObjectReader, touched: _Touched, unknown: Sequence[str]) -> None:
    """Find out what tips touch that no hook has told of."""
    from muse_hook.concurrent.graph import BranchGraph

    base = repo.default_branch()
    if base is None:
        return
    touched.base = base
    graph = BranchGraph(repo, repo.resolve(base), unknown)
    of_commit: dict[str, frozenset[str]] = {}
    for tip in unknown:
        found: set[str] = set()
        for oid in graph.own(tip):
            if oid not in of_commit:
                of_commit[oid] = _of_commit(store, objects, oid)
            found |= of_commit[oid]
        touched.of_tip[tip] = frozenset(found)


def _of_commit(store: Store, objects: ObjectReader, oid: str) -> frozenset[str]:
    """Return what a commit touched, by the log; where that has it not, the paths of files that have symbols."""
    from muse_hook.index.index import Index
    from muse_hook.languages.languages import language_for

    with Index(store, timeout=0.02, waits=False) as index:
        found = index.read(oid)
        if found is not None:
            return _addresses({"ops": found[1].ops()})  # type: ignore[typeddict-item] # nothing else is asked of it
    return frozenset(
        _plain(change.path)
        for change in objects.diff(objects.commit(oid)) or ()
        if language_for(change.path) is not None
    )


def _closely(
    repo: Repository, objects: ObjectReader, head: str, met: dict[str, list[str]], touched: _Touched
) -> list[str]:
    """Compare HEAD with those (names by tip) that touch the same, and put into words what both change.

    The latest come first. Who has not moved for long is nobody's work any more; of two with one tip the later is named.
    """
    from muse_hook.concurrent.branches import LIVE_SECONDS, seconds_of
    from muse_hook.concurrent.compare import Comparer
    from muse_hook.concurrent.graph import BranchGraph
    from muse_hook.concurrent.own_work import is_of

    commits = {oid: objects.commit(oid) for oid in met}
    moves = {oid: max((_moved(repo, name, commits[oid]), name) for name in names) for oid, names in met.items()}
    newest = max(seconds_of(objects.commit(head).committed_at), *(moved for moved, _ in moves.values()))
    live = [oid for oid in met if moves[oid][0] >= newest - LIVE_SECONDS]
    latest = sorted(live, key=lambda oid: (commits[oid].committed_at, moves[oid][1]), reverse=True)[:CLOSE]
    graph = BranchGraph(repo, repo.resolve(repo.default_branch() or head), [head, *latest])
    parents = objects.commit(head).parents
    said: list[str] = []
    with Comparer(objects) as comparer:
        just = comparer.side(parents[0], head) if parents else None
        for oid in latest:
            if graph.is_contained(oid):
                touched.of_tip[oid] = frozenset()  # merged meanwhile
                continue
            bases = graph.merge_bases(head, oid)
            found: Comparison | None = comparer.compare(head, oid, bases) if bases else None
            for each in found.collisions if found is not None else ():
                if each.kind in _TOLD and "::" in each.address and (just is None or is_of(just, each)):
                    who = commits[oid].actor or commits[oid].author.partition(" <")[0]
                    said.append(_words(each, moves[oid][1], who, commits[oid].committed_at))
    return said


def _moved(repo: Repository, name: str, commit: Commit) -> int:
    """Return when a branch or a detached work tree moved last, as the branch map has it."""
    from muse_hook.concurrent.branches import seconds_of

    tree = name[len("worktrees/") : -len("/HEAD")] if name.startswith("worktrees/") else ""
    folder = os.path.join(repo.common_dir, "worktrees", tree)
    is_tree = bool(tree) and os.path.isdir(folder)
    moved = repo.last_move("HEAD", folder) if is_tree else repo.last_move(_HEADS + name, None)
    return seconds_of(commit.committed_at) if moved is None else moved


def _words(collision: Collision, branch: str, who: str, moment: str) -> str:
    verdict = f": git {collision.text}" if collision.text is not None else ""
    address = collision.ours.address or collision.address
    return f"{address} is changed on {branch} too ({who}, {_ago(moment)}){verdict}"


def _ago(moment: str) -> str:
    """Return how long ago that was, as `git log --date=relative` would, but for weeks and months."""
    from datetime import datetime

    seconds = max(0, int(time.time() - datetime.fromisoformat(moment).timestamp()))
    for size, unit in _UNITS:
        if seconds >= size:
            count = seconds // size
            return f"{count} {unit}{'s' if count > 1 else ''} ago"
    return f"{seconds} second{'s' if seconds != 1 else ''} ago"
