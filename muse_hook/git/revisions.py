"""Which commits: revisions, ranges and generations."""

from __future__ import annotations

from muse_hook.errors import RepositoryError, RevisionError
from muse_hook.git.process import first_error_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from muse_hook.git.process import Child, Git

_PART = 1 << 20  # bytes of output that are taken apart at once: of hundred thousands of lines three times as fast


def resolve(git: Git, revision: str) -> str:
    """Return the id of the commit that a revision names ("HEAD~2", "v1.0", an abbreviated id); RevisionError."""
    status, output, stderr = 1, b"", ""
    if revision and not revision.startswith("-") and "\0" not in revision:
        # ":/text" is a commit already, and takes whatever follows for a part of the text.
        commit = revision if revision.startswith(":/") else revision + "^{commit}"
        status, output, stderr = git.run("rev-parse", "--verify", commit)
    oid = output.decode("ascii", "replace").strip()
    if status == 0 and oid.isalnum():  # "^HEAD" is told apart by what comes out
        return oid
    if revision == "HEAD":
        raise RevisionError("looking for HEAD", "there is no commit yet", "git commit")
    wrong = "Git knows no such commit"
    if "ambiguous" in stderr:
        wrong = "several objects begin with that"
    raise RevisionError(f"looking for {revision!r}", wrong, "git log --oneline --all")


def resolve_range(git: Git, revisions: str) -> str:
    """Return a range or revision with every name in it resolved: RevisionError says which one Git does not know."""
    for dots in ("...", ".."):
        left, found, right = revisions.partition(dots)
        if found:
            return f"{resolve(git, left or 'HEAD')}{dots}{resolve(git, right or 'HEAD')}"
    return resolve(git, revisions)


def rev_list(
    git: Git,
    tips: Iterable[str],
    hide: Iterable[str] = (),
    *,
    options: Sequence[str] = (),
    ignore_missing: bool = False,
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield (commit, parents), parents before children, of what `tips` reach and `hide` does not.

    `options` are further words for `git rev-list` ("-n500": the newest 500 by date). Beyond the boundary of a shallow
    clone there are no parents. A tip may be any revision, a range too; RevisionError where Git does not know it,
    unless `ignore_missing`: then an unknown id (a reflog remembers what was pruned) is as if it were not given.
    """
    words = [*tips, *("^" + oid for oid in hide)]
    if not words:
        return
    if ignore_missing:
        options = ("--ignore-missing", *options)
    # Git would walk the whole history before it puts the newest few into order.
    few = any(option.startswith(("-n", "--max-count")) for option in options)
    with start_rev_list(git, words, options, ordered=not few) as child:
        rows = (_row(line) for line in child.stdout)
        yield from _parents_first(list(rows)) if few else rows
        if child.wait():
            raise failure(child)


def start_rev_list(
    git: Git,
    words: Iterable[str],
    options: Sequence[str] = (),
    *,
    ordered: bool = True,
    spooled: bool = False,
) -> Child:
    """Start `git rev-list` for commits with their parents, where `ordered` parents first; `spooled` see `Child`."""
    asked = "".join(word + "\n" for word in words).encode("utf-8", "surrogateescape")
    order = ("--topo-order", "--reverse") if ordered else ()
    return git.start("rev-list", *order, "--parents", *options, "--stdin", input=asked, spooled=spooled)


def failure(child: Child) -> RevisionError | RepositoryError:
    """Return what a `git rev-list` that failed was wrong about."""
    wrong = first_error_line(child.stderr(), "git rev-list failed")
    if "bad revision" in wrong or "bad object" in wrong:
        return RevisionError("listing commits", wrong, "git log --oneline --all")
    return RepositoryError("listing commits", wrong, "git fsck")


def _row(line: bytes) -> tuple[str, tuple[str, ...]]:
    oid, *parents = line.decode("ascii").rstrip("\n").split(" ")
    return oid, tuple(parents)


def _parents_first(rows: Sequence[tuple[str, tuple[str, ...]]]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield rows that come newest first with every commit after its parents, near to the order of their dates."""
    waiting = dict(reversed(rows))
    for oid, _ in reversed(rows):
        stack = [oid]
        while stack:
            before = [parent for parent in waiting.get(stack[-1], ()) if parent in waiting]
            stack += reversed(before)
            if not before:
                done = stack.pop()
                if done in waiting:
                    yield done, waiting.pop(done)


def shallow(git: Git) -> frozenset[str]:
    """Return the commits whose parents a shallow clone does not have."""
    try:
        with open(git.common_dir + "/shallow", encoding="ascii") as file:
            return frozenset(file.read().split())
    except FileNotFoundError:
        return frozenset()


class Generations:
    """1 for a root commit, else 1 + the largest of its parents', by commit.

    Whoever will ask says so beforehand, with `expect`; what the rows do not say is counted by a git that walks beside
    us, and the first to ask waits for it. Beyond the boundary of a shallow clone there is nothing: a commit on it
    counts as a root. One a run (that boundary may move); close it.
    """

    def __init__(self, git: Git) -> None:
        self._git = git
        self._known: dict[str, int] = {}
        self._rows: list[tuple[str, Sequence[str]]] = []  # expected, and not asked for yet
        self._below: set[str] = set()  # parents of these that only a walk can tell
        self._child: Child | None = None
        self._tips: frozenset[str] = frozenset()  # where the last walk began
        self._inner: frozenset[str] = frozenset()  # ... and which of those it met again
        self._walked: dict[str, int] = {}  # all that it met: there may be a million
        self._walked_is_awaited = False

    def expect(self, rows: Iterable[tuple[str, Sequence[str]]], known: Mapping[str, int]) -> None:
        """Say that these commits (with their parents, parents first) will be asked for; returns at once.

        `known` says what is known of them and of their parents; parents that are neither in it nor among the rows are
        what git rev-list starts from.
        """
        have = self._known
        new = []
        for oid, parents in rows:
            if oid in known:
                have[oid] = known[oid]
            elif oid not in have:
                new.append((oid, parents))
        self._rows += new
        inside = {oid for oid, _ in self._rows}
        for parent in {parent for _, parents in new for parent in parents} - inside - have.keys():
            if parent in known:
                have[parent] = known[parent]
            else:
                self._below.add(parent)
        self._begin(self._below)

    def __getitem__(self, commit_id: str) -> int:
        """Return the generation of a commit that was expected; waits for git rev-list, if there is one.

        KeyError where it was not expected, RevisionError where Git does not know a parent.
        """
        if self._rows and commit_id not in self._known:
            self._count_rows()
        return self._known[commit_id]

    def begin(self, tips: Iterable[str]) -> None:
        """Let git rev-list walk what `tips` reach, for `of_tips` and for whatever is expected; returns at once."""
        self._walked_is_awaited = True
        self._begin(tips)

    def of_tips(self, tips: Iterable[str]) -> dict[str, tuple[int, bool]]:
        """Return the generation of each of `tips`, and whether another one of them reaches it; RevisionError."""
        wanted = frozenset(tips)
        if self._tips != wanted:
            self._end()
            self._start(wanted)
        self._end()
        found = {oid: (self._walked[oid], oid in self._inner) for oid in wanted if oid in self._walked}
        self._walked_is_awaited = False
        self._let_go()
        return found

    def close(self) -> None:
        """Break off a walk that nobody waits for any more."""
        child, self._child = self._child, None
        if child is not None:
            child.close(kill=True)
        self._walked_is_awaited = False
        self._let_go()

    def _count_rows(self) -> None:
        if self._below:
            self._end()
            if not self._below <= self._walked.keys():
                self._begin(self._below)
                self._end()
            self._known |= {oid: self._walked[oid] for oid in self._below if oid in self._walked}
        for oid, parents in self._rows:
            self._known[oid] = 1 + max([self._known.get(parent, 0) for parent in parents], default=0)
        self._rows = []
        self._below = set()
        self._let_go()

    def _let_go(self) -> None:
        """Forget what a walk met as soon as nobody waits for it."""
        if not self._below and not self._walked_is_awaited:
            self._walked = {}
            self._tips = frozenset()

    def _begin(self, tips: Iterable[str]) -> None:
        """Start a walk, unless one is under way or the last one met them all."""
        wanted = frozenset(tips)
        if self._child is None and not wanted <= self._walked.keys():
            self._start(wanted)

    def _start(self, tips: frozenset[str]) -> None:
        self._tips = tips
        self._child = start_rev_list(self._git, tips, spooled=True) if tips else None

    def _end(self) -> None:
        """Take in what the walk that was begun has found; RevisionError."""
        child, self._child = self._child, None
        if child is None:
            return
        tips, self._tips = self._tips, frozenset()
        walked = self._walked
        inner: set[str] = set()
        with child:
            if child.wait():
                raise failure(child)
            for line in _lines(child):
                oid, _, named = line.partition(" ")
                if named in walked:
                    walked[oid] = walked[named] + 1
                    if named in tips:
                        inner.add(named)
                elif not named:
                    walked[oid] = 1
                else:
                    several = named.split(" ")
                    walked[oid] = 1 + max([walked[parent] for parent in several])
                    inner |= tips.intersection(several)
        self._tips, self._inner = tips, frozenset(inner)


def _lines(child: Child) -> Iterator[str]:
    rest = ""
    while part := child.stdout.read(_PART):
        *lines, rest = (rest + part.decode("ascii")).split("\n")
        yield from lines
