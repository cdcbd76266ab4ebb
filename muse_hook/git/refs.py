"""HEAD, branches and other refs, and the work trees that each have a HEAD."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from muse_hook.git.process import Git

_BRANCHES = "refs/heads/"
_HEX = frozenset("0123456789abcdef")
_BROKEN = "warning: ignoring broken ref "


class Head:
    """Where a work tree stands.

    `branch` is the short name ("feature/x") or `None` where HEAD is detached; bytes that are not UTF-8 are
    surrogate-escaped. `oid` is the commit, `None` on a branch without commits. `rebasing` is the branch that a
    rebase in progress will move, "HEAD" where it began detached, "" where Git has not said yet, `None` without a
    rebase; it can still be set when HEAD is back on its branch. `worktree` is the name of a linked work tree as Git
    names it, `None` for the main one.
    """

    __slots__ = ("branch", "oid", "rebasing", "worktree")

    def __init__(self, branch: str | None, oid: str | None, rebasing: str | None, worktree: str | None) -> None:
        self.branch = branch
        self.oid = oid
        self.rebasing = rebasing
        self.worktree = worktree

    def __repr__(self) -> str:
        return f"Head({self.branch!r}, {self.oid!r}, rebasing={self.rebasing!r}, worktree={self.worktree!r})"


def read_head(git: Git, git_dir: str) -> Head:
    """Return the HEAD of the work tree whose git directory is `git_dir`."""
    ref, oid = _from_files(git, git_dir) or _from_git(git, git_dir)
    branch = ref[len(_BRANCHES) :] if ref is not None and ref.startswith(_BRANCHES) else None
    return Head(branch, oid, _rebasing(git_dir), worktree_name(git.common_dir, git_dir))


def worktree_name(common_dir: str, git_dir: str) -> str | None:
    """Return a linked work tree's name, the last part of its git directory; `None` for the main one."""
    folder, name = os.path.split(git_dir)
    return name if folder == os.path.join(common_dir, "worktrees") else None


def read_text(*parts: str) -> str | None:
    """Return the first line of a small file of the git directory, `None` where it cannot be read."""
    try:
        with open(os.path.join(*parts), "rb") as file:
            return file.readline().rstrip(b"\r\n").decode("utf-8", "surrogateescape")
    except OSError:
        return None


def _from_files(git: Git, git_dir: str) -> tuple[str | None, str | None] | None:
    """Return (ref, commit) where plain files say it beyond doubt, which is so after every commit; else `None`.

    Symbolic links, other ref storages (their HEAD names "refs/heads/.invalid") and whatever else is unusual are left
    to Git.
    """
    if os.path.islink(os.path.join(git_dir, "HEAD")):
        return None
    text = read_text(git_dir, "HEAD")
    if text is None:
        return None
    if _is_id(git, text):
        return None, text
    ref = text[4:].lstrip() if text.startswith("ref:") else ""
    if not ref.startswith(_BRANCHES) or any(part.startswith(".") for part in ref.split("/")):
        return None
    oid = read_text(git.common_dir, ref) or _packed(git.common_dir, ref)
    return (ref, oid) if oid is not None and _is_id(git, oid) else None


def _packed(common_dir: str, ref: str) -> str | None:
    """Return what `packed-refs` says of a branch that has no file of its own, `None` where it says nothing.

    Its lines are "<id> <name>", and "^<id>" for what a tag leads to.
    """
    path = os.path.join(common_dir, ref)
    try:
        with open(os.path.join(common_dir, "packed-refs"), "rb") as file:
            data = file.read()
    except OSError:
        return None
    end = data.find(f" {ref}\n".encode("utf-8", "surrogateescape"))
    if end < 0 or os.path.lexists(path):  # a folder, or a file that was written meanwhile
        return None
    return data[data.rfind(b"\n", 0, end) + 1 : end].decode("ascii", "replace")


def _from_git(git: Git, git_dir: str) -> tuple[str | None, str | None]:
    status, ref, _ = git.run("symbolic-ref", "-q", "HEAD", git_dir=git_dir)
    found, oid, _ = git.run("rev-parse", "-q", "--verify", "HEAD^{commit}", git_dir=git_dir)
    return (
        ref.rstrip(b"\n").decode("utf-8", "surrogateescape") if status == 0 else None,
        oid.decode("ascii").strip() if found == 0 else None,
    )


def _rebasing(git_dir: str) -> str | None:
    # The merge backend, then the apply backend, which writes head-name only where it stops for a conflict. Without
    # "rebasing", rebase-apply belongs to `git am`.
    for folder, sign in (("rebase-merge", ""), ("rebase-apply", "rebasing")):
        name = read_text(git_dir, folder, "head-name")
        if name is not None:
            return name[len(_BRANCHES) :] if name.startswith(_BRANCHES) else "HEAD"
        if os.path.exists(os.path.join(git_dir, folder, sign)):
            return ""
    return None


def _is_id(git: Git, text: str) -> bool:
    return len(text) == git.id_size * 2 and _HEX.issuperset(text)


def branches(git: Git) -> dict[str, str]:
    """Return the commit of every local branch by its short name, sorted by name.

    Nothing is read but the refs: in a damaged repository the commit may be absent.
    """
    output = git.output("for-each-ref", "--format=%(objectname) %(refname)", _BRANCHES)
    return {name[len(_BRANCHES) :]: oid for oid, name in map(_two, _lines(output))}


def refs(git: Git, *patterns: str) -> dict[str, str]:
    """Return the commit that each ref leads to, tags peeled, by full name; those that fit a pattern, if there is one.

    Refs that lead to a blob, a tree or nothing are left out.
    """
    status, output, _ = git.run(
        "for-each-ref", "--format=%(objectname) %(objecttype) %(*objectname) %(*objecttype) %(refname)", *patterns
    )
    if status:  # one ref names an absent object: Git stops there
        rows = [
            _two(line) for line in _lines(git.output("for-each-ref", "--format=%(objectname) %(refname)", *patterns))
        ]
        return _peeled(git, {name: oid for oid, name in rows})
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
    return found | _peeled(git, nested) if nested else found


def _peeled(git: Git, named: dict[str, str]) -> dict[str, str]:
    """Return the commits that objects lead to, by name."""
    asked = "".join(f"{oid}^{{commit}}\n" for oid in named.values()).encode("ascii")
    answers = _lines(git.output("cat-file", "--batch-check=%(objectname) %(objecttype)", input=asked))
    return {name: oid for name, (oid, kind) in zip(named, map(_two, answers), strict=True) if kind == "commit"}


def _lines(output: bytes) -> list[bytes]:
    return output.split(b"\n")[:-1]


def _two(line: bytes) -> tuple[str, str]:
    oid, _, name = line.partition(b" ")
    return oid.decode("ascii"), name.decode("utf-8", "surrogateescape")


def default_branch(git: Git) -> str | None:
    """Return the local branch that the history is told from, `None` where there is no branch at all.

    That of `origin/HEAD`, else init.defaultBranch, main or master, else the main work tree's, else the first one: what
    somebody happens to stand on says least.
    """
    from muse_hook.git import config

    local = branches(git)
    status, output, _ = git.run("symbolic-ref", "-q", "refs/remotes/origin/HEAD")
    remote = output.rstrip(b"\n").decode("utf-8", "surrogateescape").removeprefix("refs/remotes/origin/")
    if status == 0 and remote in local:
        return remote
    main = read_head(git, git.common_dir).branch
    for name in (config.value(git, "init.defaultBranch"), "main", "master", main, *local):
        if name is not None and name in local:
            return name
    return None


class Worktree:
    """One work tree.

    `name` is Git's for a linked one (the last part of `git_dir`), `None` for the main one. `path` is the top of
    its files, `None` for a bare repository; a folder that is gone makes it prunable, and it stays listed until
    Git prunes it.
    """

    __slots__ = ("git_dir", "head", "name", "path")

    def __init__(self, name: str | None, git_dir: str, path: str | None, head: Head) -> None:
        self.name = name
        self.git_dir = git_dir
        self.path = path
        self.head = head

    @property
    def is_prunable(self) -> bool:
        """Whether its folder is gone."""
        return self.name is not None and (self.path is None or not os.path.lexists(os.path.join(self.path, ".git")))

    def __repr__(self) -> str:
        return f"Worktree({self.name!r}, {self.path!r}, {self.head!r})"


def worktrees(git: Git) -> list[Worktree]:
    """Return the main work tree first (a bare repository too: it has a HEAD), then the linked ones by name."""
    common = git.common_dir
    found = [Worktree(None, common, _main_path(git), read_head(git, common))]
    folder = os.path.join(common, "worktrees")
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return found
    for name in names:
        git_dir = os.path.join(folder, name)
        if os.path.lexists(os.path.join(git_dir, "HEAD")):
            found.append(Worktree(name, git_dir, _linked_path(git_dir), read_head(git, git_dir)))
    return found


def _main_path(git: Git) -> str | None:
    if git.git_dir == git.common_dir:
        return git.work_tree
    from muse_hook.git import config

    setting = config.value(git, "core.worktree", "path", git_dir=git.common_dir)
    if setting is not None:
        return os.path.normpath(os.path.join(git.common_dir, setting))
    if config.value(git, "core.bare", "bool", git_dir=git.common_dir) == "true":
        return None
    top, name = os.path.split(git.common_dir)
    return top if name == ".git" else None


def _linked_path(git_dir: str) -> str | None:
    """Return the folder that a linked work tree's `gitdir` file names, relative to `git_dir` or absolute."""
    link = read_text(git_dir, "gitdir")
    return os.path.dirname(os.path.normpath(os.path.join(git_dir, link))) if link else None


def ref_ids(git: Git, *prefixes: str) -> dict[str, str]:
    """Return the id that each ref below some prefixes ("refs/heads/") holds, by full name, sorted; no symbolic ref.

    No object is looked at: it may be absent, or a tag.
    """
    output = git.output("for-each-ref", "--format=%(objectname) %(if)%(symref)%(then)-%(end)%(refname)", *prefixes)
    return {name: oid for oid, name in map(_two, _lines(output)) if not name.startswith("-")}


def broken_refs(git: Git, *prefixes: str) -> list[str]:
    """Return the refs (full names) below some prefixes that hold no id: Git warns of them and passes them over."""
    words = git.run("for-each-ref", "--format=%(refname)", *prefixes)[2].split("\n")
    return [line.removeprefix(_BROKEN) for line in words if line.startswith(_BROKEN)]
