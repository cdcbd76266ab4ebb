"""Three small files of the store: the baseline, the frontier, and what backfills could not record."""

from __future__ import annotations

from muse_hook.errors import StoreError
from muse_hook.oplog.store import OP_LOG

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

    from muse_hook.git.repository import Repository
    from muse_hook.git.revisions import Generations
    from muse_hook.index.index import Index
    from muse_hook.oplog.store import Store

_BASELINE = "baseline"
_BASELINE_HEADER = b"muse_hook baseline 1"
_END = b"\nend\n"
_FRONTIER = "frontier"
_FRONTIER_HEADER = "muse_hook frontier 1"
_UNREADABLE = "left"
_UNREADABLE_HEADER = "muse_hook left 1"
_LOCK_SECONDS = 1.0


class Baseline:
    """What the repository held when the hooks came: every commit that a ref, HEAD or a reflog named, with generations.

    Only a backfill records what these reach. `shallow`: history was cut off then, so the generations hold only while it
    still is; `anew`: it was made after the fact, because the first one was lost.
    """

    __slots__ = ("_data", "anew", "shallow")

    def __init__(self, data: bytes) -> None:
        header, _, _ = data.partition(b"\n")
        words = header[len(_BASELINE_HEADER) :].split()
        self.shallow = b"shallow" in words
        self.anew = b"anew" in words
        self._data = data

    def generation(self, oid: str) -> int | None:
        """Return the generation of one of the baseline's tips; None for any other commit.

        The file is searched as bytes: with 100,000 refs a hook must not make objects of them.
        """
        start = self._data.find(f"\n{oid} ".encode())
        if start < 0:
            return None
        start += len(oid) + 2
        return int(self._data[start : self._data.index(b"\n", start)].rstrip(b" *"))

    def __contains__(self, oid: object) -> bool:
        return isinstance(oid, str) and self.generation(oid) is not None

    def tips(self) -> Iterator[str]:
        """Yield every tip's id."""
        for line in self._data[: -len(_END)].split(b"\n")[1:]:
            yield line.partition(b" ")[0].decode()

    def heads(self) -> list[str]:
        """Return the tips that no other tip reaches: enough to hide the baseline's history while they exist."""
        lines = self._data[: -len(_END)].split(b"\n")[1:]
        return [line.partition(b" ")[0].decode() for line in lines if line.endswith(b"*")]


def read_baseline(store: Store) -> Baseline | None:
    """Return the store's baseline; None where there is none, or what is there is not whole."""
    try:
        with open(store.path(_BASELINE), "rb") as file:
            data = file.read()
    except OSError:
        return None
    return Baseline(data) if data.startswith(_BASELINE_HEADER) and data.endswith(_END) else None


def make_baseline(repo: Repository, store: Store, *, without: Iterable[str] = (), anew: bool = False) -> bool:
    """Write down what the repository holds now, unless a baseline is there; return whether one was made.

    `without`: commits that are to be recorded although refs name them (those that woke a hook which found no
    baseline); their parents stand for them. The store's folder is made where it is missing. StoreError.
    """
    if read_baseline(store) is not None:
        return False
    from muse_hook.git.revisions import Generations  # happens once

    return NewBaseline(repo, store, Generations(repo), without=without, anew=anew).write()


class NewBaseline:
    """What the repository holds now, its generations being counted beside us until it is time to `write` it down."""

    def __init__(
        self,
        repo: Repository,
        store: Store,
        generations: Generations,
        *,
        without: Iterable[str] = (),
        anew: bool = False,
    ) -> None:
        excluded = set(without)
        # Pruned commits that a reflog still names are left out by Git itself; a HEAD on an unborn branch is no error.
        named = repo.output("rev-list", "--no-walk=unsorted", "--all", "--reflog").decode().split()
        tips = {oid for oid in named if oid not in excluded}
        if excluded:
            for oid, parents in repo.rev_list(excluded, options=("--no-walk",)):
                tips.discard(oid)
                tips.update(parent for parent in parents if parent not in excluded)
        self._generations = generations
        self._store = store
        self._tips = tips
        self._flags = [name for name, is_set in ((b"shallow", bool(repo.shallow())), (b"anew", anew)) if is_set]
        generations.begin(tips)

    def write(self) -> bool:
        """Write the baseline, unless one has come to be there; return whether it was written. StoreError."""
        if read_baseline(self._store) is not None:
            return False
        found = self._generations.of_tips(self._tips)
        lines = [b" ".join([_BASELINE_HEADER, *self._flags])]
        lines += [
            f"{oid} {generation}{'' if is_reached else ' *'}".encode()
            for oid, (generation, is_reached) in sorted(found.items())
        ]
        self._store.ensure(OP_LOG)
        # Synced: the baseline is the one thing that cannot be derived again.
        self._store.replace_file(self._store.path(_BASELINE), b"\n".join(lines) + _END)
        return True


def known_generations(
    index: Index, baseline: Baseline | None, commit_ids: Iterable[str], *, is_shallow: bool
) -> dict[str, int]:
    """Return the generations that need no walk of history: those of sealed commits, and of the baseline's tips."""
    wanted = list(commit_ids)
    # What was counted from the boundary of a shallow clone counts for nothing once there is more history.
    known = {oid: batch.generation for oid, batch in index.find(wanted).items() if is_shallow or not batch.shallow}
    if baseline is not None and baseline.shallow <= is_shallow:
        for oid in wanted:
            generation = None if oid in known else baseline.generation(oid)
            if generation is not None:
                known[oid] = generation
    return known


def parents_outside(rows: Sequence[tuple[str, Sequence[str]]]) -> set[str]:
    """Return the parents of (commit, parents) rows that are not among the commits themselves."""
    return {parent for _, parents in rows for parent in parents} - {oid for oid, _ in rows}


class Frontier:
    """Where the last catch-up that completed ended, so that the next one does not walk from the baseline.

    `tips` are commit ids; `unreadable` is {commit id: session} of those that could not be recorded; `seen` are
    rewrites of branches, "<old> <new>", that marks were derived from; `seals` is how many commits were sealed then:
    fewer now, and something was lost, so it is not believed.
    """

    __slots__ = ("seals", "seen", "tips", "unreadable")

    def __init__(
        self,
        tips: Iterable[str] = (),
        unreadable: Mapping[str, str] | None = None,
        seen: Iterable[str] = (),
        seals: int = 0,
    ) -> None:
        self.tips = frozenset(tips)
        self.unreadable = dict(unreadable or {})
        self.seen = frozenset(seen)
        self.seals = seals

    def is_news_to(self, last: Frontier) -> bool:
        """Say whether this frontier has to take the place of the `last` one; more seals alone are no news."""
        now, before = (self.tips, self.unreadable, self.seen), (last.tips, last.unreadable, last.seen)
        return now != before or self.seals < last.seals


def read_frontier(store: Store) -> Frontier:
    """Return the store's frontier; an empty one where there is none or it cannot be read: then more is walked."""
    words = [line.split(" ", 2) for line in _read_lines(store, _FRONTIER, _FRONTIER_HEADER)]
    try:
        return Frontier(
            (word[1] for word in words if word[0] == "tip"),
            {word[1]: word[2] for word in words if word[0] == "left"},
            (f"{word[1]} {word[2]}" for word in words if word[0] == "seen"),
            next((int(word[1]) for word in words if word[0] == "seals"), 0),
        )
    except (IndexError, ValueError):
        return Frontier()


def write_frontier(store: Store, frontier: Frontier) -> None:
    """Replace the frontier, whole or not at all; a failure is no loss (the next run walks further), so none is told."""
    lines = [
        f"seals {frontier.seals}",
        *(f"left {oid} {session}" for oid, session in sorted(frontier.unreadable.items())),
        *(f"seen {rewrite}" for rewrite in sorted(frontier.seen)),
        *(f"tip {oid}" for oid in sorted(frontier.tips)),
    ]
    try:
        _write_lines(store, _FRONTIER, _FRONTIER_HEADER, lines)
    except StoreError:
        return


def read_unreadable(store: Store) -> dict[str, str]:
    """Return {commit id: session} of what backfills could not record; some of it may be recorded by now."""
    found = {}
    for line in _read_lines(store, _UNREADABLE, _UNREADABLE_HEADER):
        oid, _, session = line.partition(" ")
        found[oid] = session
    return found


def keep_unreadable(store: Store, unreadable: Mapping[str, str], tried: Container[str]) -> None:
    """Note what a backfill that has `tried` some commits could not record of them: {commit id: session}.

    Catch-up, which never looks at that history, does not try it again and again. A failure to write is no loss.
    """
    if not (unreadable or read_unreadable(store)):
        return
    try:
        with store.lock(_LOCK_SECONDS):
            before = read_unreadable(store)
            now = {oid: session for oid, session in before.items() if oid not in tried} | dict(unreadable)
            if now != before:
                _write_lines(store, _UNREADABLE, _UNREADABLE_HEADER, [f"{oid} {name}" for oid, name in now.items()])
    except StoreError:  # somebody else writes, or nobody can
        return


def _read_lines(store: Store, name: str, header: str) -> list[str]:
    """Return the lines between the header and the end of a file of the store, none where it is not whole."""
    try:
        with open(store.path(name), encoding="utf-8", errors="surrogateescape", newline="\n") as file:
            lines = file.read().split("\n")
    except OSError:
        return []
    return lines[1:-2] if lines[0] == header and lines[-2:] == ["end", ""] else []


def _write_lines(store: Store, name: str, header: str, lines: Iterable[str]) -> None:
    """Put lines in the place of a file of the store; StoreError."""
    data = "\n".join([header, *lines, "end", ""]).encode("utf-8", "surrogateescape")
    store.replace_file(store.path(name), data)
