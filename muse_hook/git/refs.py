"""Branches and other refs, in one question to Git however many there are."""

from __future__ import annotations

from muse_hook.git.heads import read_head

TYPE_CHECKING = False
if TYPE_CHECKING:
    from muse_hook.git.repository import Repository

_BRANCHES = "refs/heads/"


def branches(repository: Repository) -> dict[str, str]:
    """Return the commit of every local branch by its short name, sorted by name."""
    output = repository.run("for-each-ref", "--format=%(objectname) %(refname)", _BRANCHES)
    found = {}
    for line in output.splitlines():
        oid, _, name = line.partition(b" ")
        found[name[len(_BRANCHES) :].decode("utf-8", "surrogateescape")] = oid.decode("ascii")
    return found


def refs(repository: Repository) -> dict[str, str]:
    """Return the commit that each ref leads to, tags peeled, by full name; refs to blobs and trees are left out."""
    output = repository.run(
        "for-each-ref", "--format=%(objectname) %(objecttype) %(*objectname) %(*objecttype) %(refname)"
    )
    found = {}
    for line in output.splitlines():
        oid, kind, peeled, peeled_kind, name = line.split(b" ", 4)
        if peeled_kind == b"commit":
            oid, kind = peeled, peeled_kind
        if kind == b"commit":
            found[name.decode("utf-8", "surrogateescape")] = oid.decode("ascii")
    return found


def default_branch(repository: Repository) -> str | None:
    """Return the local branch that the history is told from, `None` where there is no branch at all.

    That of `origin/HEAD`, else the main work tree's, else init.defaultBranch, main or master, else the first one.
    """
    local = branches(repository)
    status, output, _ = repository.start_to_end("symbolic-ref", "-q", "refs/remotes/origin/HEAD")
    remote = output.decode("utf-8", "surrogateescape").strip().removeprefix("refs/remotes/origin/")
    if status == 0 and remote in local:
        return remote
    main = read_head(repository, repository.common_dir).branch
    for name in (main, repository.config("init.defaultBranch"), "main", "master", *local):
        if name is not None and name in local:
            return name
    return None
