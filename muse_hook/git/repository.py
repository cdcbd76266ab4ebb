"""The door to Git: one repository, found as Git finds it."""

from __future__ import annotations

import os

from muse_hook.errors import RepositoryError
from muse_hook.git import environment
from muse_hook.git.heads import Head, read_head, worktrees
from muse_hook.git.process import Child, run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from muse_hook.git.objects import ObjectReader

_ID_SIZES = {"sha1": 20, "sha256": 32}
_DOING = "opening the repository"

# Imports inside functions in this file: start-up time; a hook needs few of them.


class Repository:
    """One repository, seen from one of its work trees. Paths are absolute.

    `git_dir` is that work tree's own, `common_dir` the one that all share, `work_tree` the top of the files or
    `None` (bare). `object_format` is 'sha1' or 'sha256', `id_size` the bytes of a raw id.
    """

    def __init__(
        self, *, git: str, environ: dict[str, str], git_dir: str, common_dir: str, objects_dir: str,
        work_tree: str | None, is_bare: bool, is_shallow: bool, object_format: str,
    ) -> None:  # fmt: skip
        self._git = git
        self._environ = environ
        self.git_dir = git_dir
        self.common_dir = common_dir
        self.objects_dir = objects_dir
        self.work_tree = work_tree
        self.is_bare = is_bare
        self.is_shallow = is_shallow
        self.object_format = object_format
        self.id_size = _ID_SIZES[object_format]
        self._version: tuple[int, ...] | None = None

    # Starting git

    def start(self, *arguments: str, feed: bytes = b"", talk: bool = False, git_dir: str | None = None) -> Child:
        """Start `git ARGUMENTS` for this repository; RepositoryError where it cannot be started."""
        environ = self._environ
        if git_dir is not None and git_dir != self.git_dir:
            environ = {name: text for name, text in environ.items() if name != "GIT_WORK_TREE"} | {"GIT_DIR": git_dir}
        top = self.work_tree if git_dir is None and self.work_tree is not None else self.git_dir
        if not os.path.isdir(top):  # a linked work tree whose folder is gone
            top = self.common_dir
        command = (self._git, "-C", top, *environment.NEUTRAL_CONFIGURATION, *arguments)
        try:
            return Child(command, environ, feed=feed, talk=talk)
        except OSError as error:
            raise RepositoryError("starting git", f"{self._git}: {error.strerror}") from None

    def start_to_end(self, *arguments: str, feed: bytes = b"", git_dir: str | None = None) -> tuple[int, bytes, str]:
        """Run `git ARGUMENTS`: exit status, stdout, stderr."""
        with self.start(*arguments, feed=feed, git_dir=git_dir) as child:
            output = child.stdout.read()
            return child.wait(), output, child.complaint()

    def run(self, *arguments: str, input: bytes | None = None, check: bool = True) -> bytes:  # noqa: A002 - subprocess's word
        """Run `git ARGUMENTS` at the top of the work tree (bare: in the git directory); its stdout.

        RepositoryError with Git's own words where it fails and `check`.
        """
        status, output, complaint = self.start_to_end(*arguments, feed=input or b"")
        if check and status:
            said = complaint.strip().splitlines()
            raise RepositoryError(f"running git {arguments[0]}", said[-1] if said else f"exit status {status}")
        return output

    @property
    def version(self) -> tuple[int, ...]:
        """The running Git's version, such as (2, 39, 5)."""
        if self._version is None:
            words = self.run("version").decode("ascii", "replace").split()
            numbers = words[2].split(".")[:3] if len(words) > 2 else []  # noqa: PLR2004 - "git version 2.39.5 (...)"
            self._version = tuple(int(number) for number in numbers if number.isdigit())
        return self._version

    # Objects

    def objects(self, prefer: str = "auto") -> ObjectReader:
        """Return a reader of this repository's objects (a context manager): 'auto', 'plumbing' or 'pygit2'.

        'auto' is pygit2, and plumbing where libgit2 cannot go: SHA-256, or objects in an unusual place.
        """
        if prefer == "plumbing" or (prefer == "auto" and not self._libgit2_reads()):
            from muse_hook.git.plumbing import PlumbingReader  # noqa: PLC0415

            return PlumbingReader(self.start, self.id_size)
        from muse_hook.git.libgit2 import Libgit2Reader  # noqa: PLC0415

        return Libgit2Reader(self.objects_dir, self.id_size)

    def _libgit2_reads(self) -> bool:
        return self.object_format == "sha1" and "GIT_ALTERNATE_OBJECT_DIRECTORIES" not in self._environ

    # Commits

    def resolve(self, revision: str) -> str:
        """Return the id of the commit that a revision names; RevisionError."""
        from muse_hook.git import revisions  # noqa: PLC0415

        return revisions.resolve(self, revision)

    def rev_list(
        self, tips: Iterable[str], hide: Iterable[str] = (), *, options: Sequence[str] = ()
    ) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield (commit, parents), parents first, of what `tips` reach and `hide` does not; see revisions."""
        from muse_hook.git import revisions  # noqa: PLC0415

        return revisions.rev_list(self, tips, hide, options=options)

    def generations(self, tips: Iterable[str], known: Mapping[str, int] | None = None) -> dict[str, int]:
        """Return the generation of every commit that `tips` reach: 1 for a root, else 1 + the largest parent's."""
        from muse_hook.git import revisions  # noqa: PLC0415

        return revisions.generations(self, tips, known)

    def shallow(self) -> frozenset[str]:
        """Return the commits whose parents a shallow clone does not have."""
        from muse_hook.git import revisions  # noqa: PLC0415

        return revisions.shallow(self)

    # Refs

    def head(self) -> Head:
        """Return where this work tree stands, as of now."""
        return read_head(self, self.git_dir)

    def worktrees(self) -> list[tuple[str | None, str, Head]]:
        """Return (name, git directory, HEAD) of the main work tree (`None`) and of each linked one."""
        return worktrees(self)

    def branches(self) -> dict[str, str]:
        """Return the commit of every local branch by its short name."""
        from muse_hook.git import refs  # noqa: PLC0415

        return refs.branches(self)

    def refs(self) -> dict[str, str]:
        """Return the commit that each ref leads to, tags peeled, by full name."""
        from muse_hook.git import refs  # noqa: PLC0415

        return refs.refs(self)

    # Configuration

    def config(self, key: str, kind: str | None = None) -> str | None:
        """Return the value of a configuration key, `None` where it is not set."""
        from muse_hook.git import config  # noqa: PLC0415

        return config.value(self, key, kind)

    def config_section(self, name: str) -> dict[str, str]:
        """Return the keys of a section ("muse") with their values, by full lower-case name."""
        from muse_hook.git import config  # noqa: PLC0415

        return config.section(self, name)

    def hooks_path(self) -> tuple[str, str | None]:
        """Return the folder where Git looks for hooks, and the scope of the setting that says so (or `None`)."""
        from muse_hook.git import config  # noqa: PLC0415

        return config.hooks_path(self)

    @property
    def shared(self) -> int | None:
        """The permission bits that core.sharedRepository asks for, `None` where it is not set."""
        from muse_hook.git import config  # noqa: PLC0415

        return config.shared_mode(self)


def open_repository(path: str | None = None, environ: Mapping[str, str] | None = None) -> Repository:
    """Return the repository that Git finds from `path`, or from here by Git's own environment variables.

    One `git rev-parse`. With a `path` that path is meant, whatever GIT_DIR says. RepositoryError where there is
    none, where Git refuses it, or where there is no git.
    """
    given = os.environ if environ is None else environ
    git = environment.find_git(given)
    try:
        start = os.path.realpath(os.getcwd() if path is None else path)
    except FileNotFoundError:
        raise RepositoryError(_DOING, "this folder is gone", "cd .") from None
    status, output, complaint = run(
        (
            git, "-C", start, *environment.NEUTRAL_CONFIGURATION, "rev-parse", "--local-env-vars",
            "--is-bare-repository", "--is-shallow-repository", "--is-inside-work-tree", "--show-object-format",
            "--absolute-git-dir", "--git-common-dir", "--git-path", "objects", "--show-cdup",
        ),
        environment.discovery_environment(given, explicit_path=path is not None),
    )  # fmt: skip
    if status:
        raise _refused(start, complaint)
    lines = os.fsdecode(output).split("\n")
    facts = next(index for index, line in enumerate(lines) if not line.startswith("GIT_"))
    lines.pop()
    if len(lines) == facts + 7:
        lines.append("")  # without a work tree `--show-cdup` says nothing
    bare, is_shallow, inside, object_format, git_dir, common, objects, up, *rest = lines[facts:]
    if rest or object_format not in _ID_SIZES:
        raise RepositoryError(_DOING, f"cannot make sense of what git rev-parse says of {start}")
    common_dir = os.path.normpath(os.path.join(start, common))
    work_tree = os.path.normpath(os.path.join(start, up)) if up or inside == "true" else None
    if work_tree is not None and (work_tree + "/").startswith(git_dir + "/"):
        work_tree = _work_tree_of(git_dir)
    environ_of_ours = environment.repository_environment(
        given, local_variables=tuple(lines[:facts]), git_dir=git_dir, work_tree=work_tree
    )
    return Repository(
        git=git, environ=environ_of_ours, git_dir=git_dir, common_dir=common_dir,
        objects_dir=os.path.normpath(os.path.join(start, objects)), work_tree=work_tree, is_bare=bare == "true",
        is_shallow=is_shallow == "true", object_format=object_format,
    )  # fmt: skip


def _work_tree_of(git_dir: str) -> str | None:
    """Return the work tree of a git directory that Git was told to take for one (`GIT_DIR=.`, in post-receive)."""
    top, name = os.path.split(git_dir)
    if name == ".git":
        return top
    try:
        with open(os.path.join(git_dir, "gitdir"), "rb") as file:
            return os.path.dirname(os.fsdecode(file.readline().rstrip(b"\n"))) or None
    except OSError:
        return None


def _refused(start: str, complaint: str) -> RepositoryError:
    if "dubious ownership" in complaint or "unsafe repository" in complaint:
        return RepositoryError(
            _DOING, f"{start} belongs to another user", f"git config --global --add safe.directory {start}"
        )
    if "not a git repository" in complaint:
        return RepositoryError(_DOING, f"{start} is in no Git repository", "git init")
    if "cannot change to" in complaint:
        return RepositoryError(_DOING, f"there is no folder {start}")
    said = complaint.strip().splitlines()
    return RepositoryError(_DOING, said[-1] if said else f"git refuses {start}", "git status")
