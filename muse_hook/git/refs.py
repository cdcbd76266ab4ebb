"""Branches and other refs, in one question to Git however many there are."""

from __future__ import annotations

from muse_hook.git.heads import read_head

TYPE_CHECKING = False
if TYPE_CHECKING:
    from muse_hook.git.repository import Repository

_BRANCHES = "refs/heads/"


def branches(repository: Repository) -> dict[str, str]:
    """Return the commit of every local branch by its short name, sorted by name.

    Nothing is read but the refs: in a damaged repository the commit may be absent.
    """
    output = repository.run("for-each-ref", "--format=%(objectname) %(refname)", _BRANCHES)
    return {name[len(_BRANCHES) :]: oid for oid, name in map(_two, _lines(output))}


def refs(repository: Repository) -> dict[str, str]:
    """Return the commit that each ref leads to, tags peeled, by full name.

    Refs that lead to a blob, a tree or nothing are left out.
    """
    status, output, _ = repository.start_to_end(
        "for-each-ref", "--format=%(objectname) %(objecttype) %(*objectname) %(*objecttype) %(refname)"
    )
    if status:  # one ref names an absent object: Git stops there
        named = repository.run("for-each-ref", "--format=%(objectname) %(refname)")
        return _peeled(repository, {name: oid for oid, name in map(_two, _lines(named))})
    found = {}
    nested = {}
    for line in _lines(output):
        oid, kind, peeled, peeled_kind, raw = line.split(b" ", 4)
        name = raw.decode("utf-8", "surrogateescape")
        if kind == b"commit":
            found[name] = oid.decode("ascii")
        elif peeled_kind == b"commit":
            found[name] = peeled.decode("ascii")
        elif peeled_kind == b"tag":  # a tag of a tag: Git before 2.45 peels once
            nested[name] = oid.decode("ascii")
    return found | _peeled(repository, nested) if nested else found


def _peeled(repository: Repository, named: dict[str, str]) -> dict[str, str]:
    """Return the commits that objects lead to, by name."""
    feed = "".join(f"{oid}^{{commit}}\n" for oid in named.values()).encode("ascii")
    said = repository.run("cat-file", "--batch-check=%(objectname) %(objecttype)", input=feed)
    return {name: oid for name, (oid, kind) in zip(named, map(_two, _lines(said)), strict=True) if kind == "commit"}


def _lines(output: bytes) -> list[bytes]:
    return output.split(b"\n")[:-1]


def _two(line: bytes) -> tuple[str, str]:
    oid, _, name = line.partition(b" ")
    return oid.decode("ascii"), name.decode("utf-8", "surrogateescape")


def default_branch(repository: Repository) -> str | None:
    """Return the local branch that the history is told from, `None` where there is no branch at all.

    That of `origin/HEAD`, else init.defaultBranch, main or master, else the main work tree's, else the first one: what
    somebody happens to stand on says least.
    """
    local = branches(repository)
    status, output, _ = repository.start_to_end("symbolic-ref", "-q", "refs/remotes/origin/HEAD")
    remote = output.rstrip(b"\n").decode("utf-8", "surrogateescape").removeprefix("refs/remotes/origin/")
    if status == 0 and remote in local:
        return remote
    main = read_head(repository, repository.common_dir).branch
    for name in (repository.config("init.defaultBranch"), "main", "master", main, *local):
        if name is not None and name in local:
            return name
    return None
