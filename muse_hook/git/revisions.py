"""Which commits: revisions, ranges and generations."""

from __future__ import annotations

from muse_hook.errors import RepositoryError, RevisionError
from muse_hook.git.process import in_short, stream

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from muse_hook.git.process import Child
    from muse_hook.git.repository import Repository


def resolve(repository: Repository, revision: str) -> str:
    """Return the id of the commit that a revision names ("HEAD~2", "v1.0", an abbreviated id); RevisionError."""
    status, output, complaint = 1, b"", ""
    if revision and not revision.startswith("-") and "\0" not in revision:
        # ":/text" is a commit already, and takes whatever follows for a part of the text.
        commit = revision if revision.startswith(":/") else revision + "^{commit}"
        status, output, complaint = repository.start_to_end("rev-parse", "--verify", commit)
    oid = output.decode("ascii", "replace").strip()
    if status == 0 and oid.isalnum():  # "^HEAD" is told apart by what comes out
        return oid
    if revision == "HEAD":
        raise RevisionError("looking for HEAD", "there is no commit yet", "git commit")
    wrong = "Git knows no such commit"
    if "ambiguous" in complaint:
        wrong = "several objects begin with that"
    raise RevisionError(f"looking for {revision!r}", wrong, "git log --oneline --all")


def resolve_range(repository: Repository, revisions: str) -> str:
    """Return a range or revision with every name in it resolved: RevisionError says which one Git does not know."""
    for dots in ("...", ".."):
        left, found, right = revisions.partition(dots)
        if found:
            return f"{resolve(repository, left or 'HEAD')}{dots}{resolve(repository, right or 'HEAD')}"
    return resolve(repository, revisions)


def rev_list(
    repository: Repository,
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
    with start_rev_list(repository, words, options, ordered=not few) as child:
        rows = (_row(line) for line in stream(child))
        yield from _parents_first(list(rows)) if few else rows
        if child.wait():
            raise failure(child)


def start_rev_list(
    repository: Repository,
    words: Iterable[str],
    options: Sequence[str] = (),
    *,
    ordered: bool = True,
    aside: bool = False,
) -> Child:
    """Start `git rev-list` for commits with their parents, where `ordered` parents first; `aside` see `Child`."""
    feed = "".join(word + "\n" for word in words).encode("utf-8", "surrogateescape")
    order = ("--topo-order", "--reverse") if ordered else ()
    return repository.start("rev-list", *order, "--parents", *options, "--stdin", feed=feed, aside=aside)


def failure(child: Child) -> RevisionError | RepositoryError:
    """Return what a `git rev-list` that failed was wrong about."""
    wrong = in_short(child.complaint(), "git rev-list failed")
    if "bad revision" in wrong or "bad object" in wrong:
        return RevisionError("listing commits", wrong, "git log --oneline --all")
    return RepositoryError("listing commits", wrong, "git fsck")


def _row(line: bytes) -> tuple[str, tuple[str, ...]]:
    oid, *parents = line.decode("ascii").split(" ")
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


def shallow(repository: Repository) -> frozenset[str]:
    """Return the commits whose parents a shallow clone does not have."""
    try:
        with open(repository.common_dir + "/shallow", encoding="ascii") as file:
            return frozenset(file.read().split())
    except FileNotFoundError:
        return frozenset()
