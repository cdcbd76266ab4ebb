"""The index or the work tree as a tree, made of a copy of the index in a folder of its own that goes away again."""

from __future__ import annotations

import os

from muse_hook.errors import ObjectMissingError, RepositoryError
from muse_hook.git.process import first_error_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Self

    from muse_hook.git.objects import ObjectReader, ObjectSource
    from muse_hook.git.process import Git
    from muse_hook.git.repository import Repository

_DOING = "reading the work tree"

# What Git would else do beside: refuse line endings that do not come back, write into the Git directory, wait for
# the disk.
_SETTINGS = ("core.safecrlf=false", "core.splitIndex=false", "core.fsync=none", "core.looseCompression=0")
_FILTER_SETTINGS = (("clean", ""), ("process", ""), ("required", "false"))


class UncommittedTree:
    """The index (`staged`) or the work tree as Git would commit it with `git add`: `tree` is its id; close it.

    Git itself converts line endings and `working-tree-encoding`, by whichever file says so (`info/attributes` too);
    clean filters, being programs, are not run. What is new stands in a temporary folder: neither the index nor the
    object database of the repository is touched. `untracked` files that nothing ignores are a part of it where that is
    asked for. `notes` says what could not be read, or taken for what it is. RepositoryError.
    """

    def __init__(self, repository: Repository, *, staged: bool, untracked: bool = False) -> None:
        if repository.work_tree is None:
            raise RepositoryError(_DOING, "a bare repository has none", "muse-hook diff A B")
        import tempfile  # most commands look at commits

        self.notes: list[str] = []
        self._repository = repository
        self._folder = tempfile.mkdtemp(prefix="muse-hook-")
        try:
            self._git = self._scratch()
            # All of them: whoever writes the index looks again at files that are as young as it.
            self._settings = [*(word for setting in _SETTINGS for word in ("-c", setting)), *without_filters(self._git)]
            self.tree = self._staged_tree() if staged else self._work_tree(with_untracked=untracked)
        except BaseException:
            self.close()
            raise

    def objects(self) -> ObjectReader:
        """Return a reader of the repository's objects and of those that are new."""
        from muse_hook.git.objects import ObjectReader

        source = _Layered(self._git.object_source(), self._repository.object_source(), self._new_objects())
        return ObjectReader(source, self._repository.id_size)

    def close(self) -> None:
        """Delete the folder."""
        import shutil

        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _scratch(self) -> Repository:
        """Return the repository with a copy of its index, and new objects going into the folder."""
        import shutil

        repository = self._repository
        objects = os.path.join(self._folder, "objects")
        os.makedirs(os.path.join(objects, "info"))
        with open(os.path.join(objects, "info", "alternates"), "wb") as file:
            file.write(_quoted(os.fsencode(repository.objects_dir)) + b"\n")
        index = os.path.join(self._folder, "index")
        source = repository.index_file or os.path.join(repository.git_dir, "index")
        try:
            shutil.copyfile(source, index)
            # An entry as young as the index may have been edited since: that is seen by this file's own time.
            found = os.stat(source)
            os.utime(index, ns=(found.st_atime_ns, found.st_mtime_ns))
        except FileNotFoundError:
            pass  # nothing was ever added
        except OSError as error:
            raise RepositoryError("reading the index", error.strerror or str(error), "git status") from None
        return repository.with_environment({"GIT_INDEX_FILE": index, "GIT_OBJECT_DIRECTORY": objects}, objects)

    def _staged_tree(self) -> str:
        self._forget_unmerged()
        return self._run("write-tree").decode("ascii").strip()

    def _work_tree(self, *, with_untracked: bool) -> str:
        self._run("add", "-u", "--ignore-errors", "--", ":/", optional=True)
        if with_untracked:
            listed = self._run("ls-files", "-z", "--others", "--exclude-standard", "--full-name", "--", ":/")
            # A repository within the repository is a folder to Git, and no file of ours.
            files = [path for path in listed.split(b"\0") if path and not path.endswith(b"/")]
            if files:
                words = "--literal-pathspecs", "add", "--ignore-errors", "--pathspec-file-nul"
                self._run(*words, "--pathspec-from-file=-", input=b"\0".join(files), optional=True)
        return self._run("write-tree").decode("ascii").strip()

    def _forget_unmerged(self) -> None:
        """Take HEAD's entries for the paths of a merge that is not resolved: none of their versions is staged."""
        rows = [row for row in self._run("ls-files", "-z", "--unmerged").split(b"\0") if row]
        paths = sorted({row.partition(b"\t")[2] for row in rows})
        if not paths:
            return
        self.notes += [
            f"{path.decode('utf-8', 'backslashreplace')} is not merged: nothing of it is staged" for path in paths
        ]
        known = b""
        if self._repository.head().oid:
            words = "--literal-pathspecs", "ls-tree", "-r", "-z", "--full-tree", "HEAD", "--"
            known = self._run(*words, *(os.fsdecode(path) for path in paths))
        gone = b"".join(b"0 " + b"0" * 2 * self._git.id_size + b"\t" + path + b"\0" for path in paths)
        self._run("update-index", "-z", "--index-info", input=gone + known)

    def _new_objects(self) -> frozenset[str]:
        objects = os.path.join(self._folder, "objects")
        return frozenset(
            folder + name
            for folder in os.listdir(objects)
            if len(folder) == 2  # noqa: PLR2004 - the first digits of ids
            for name in os.listdir(os.path.join(objects, folder))
        )

    def _run(self, *words: str, input: bytes = b"", optional: bool = False) -> bytes:
        """Return what a git in the scratch repository prints; where it is `optional`, what goes wrong is a note."""
        status, output, stderr = self._git.run(*self._settings, *words, input=input)
        if status and not optional:
            raise RepositoryError(_DOING, first_error_line(stderr, f"git {words[0]} failed"), "git status")
        if status:
            self.notes.append(first_error_line(stderr, "git add failed"))
        return output


class _Layered:
    """Objects of two databases: those of `ids` are in the upper one, and what the lower one lacks may be, too."""

    def __init__(self, upper: ObjectSource, lower: ObjectSource, ids: frozenset[str]) -> None:
        self._upper = upper
        self._lower = lower
        self._ids = ids

    def read(self, oid: str) -> tuple[str, bytes]:
        if oid in self._ids:
            return self._upper.read(oid)
        try:
            return self._lower.read(oid)
        except ObjectMissingError:  # a file that is so large that Git packs it at once
            return self._upper.read(oid)

    def size(self, oid: str) -> int:
        if oid in self._ids:
            return self._upper.size(oid)
        try:
            return self._lower.size(oid)
        except ObjectMissingError:
            return self._upper.size(oid)

    def close(self) -> None:
        self._upper.close()
        self._lower.close()


def without_filters(git: Git) -> list[str]:
    """Return the words of a command line with which no clean filter is run."""
    settings: list[str] = []
    status, output, _ = git.run("config", "--name-only", "-z", "--get-regexp", r"^filter\..*\.")
    names = {os.fsdecode(key).rpartition(".")[0] for key in output.split(b"\0") if key} if status == 0 else set()
    for name in sorted(names):
        if "=" in name:  # -c cannot say it, and it must not be run
            raise RepositoryError(_DOING, f"{name} has a = in its name", "git config --list --show-origin")
        settings += [f"{name}.{key}={value}" for key, value in _FILTER_SETTINGS]
    return [word for setting in settings for word in ("-c", setting)]


def _quoted(path: bytes) -> bytes:
    """Return a path as `info/alternates` has it: in quotes where it could be taken for something else."""
    if path[:1] not in (b'"', b"#") and b"\n" not in path:
        return path
    return b'"' + path.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n") + b'"'
