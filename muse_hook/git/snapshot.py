"""Work that is not committed, as a commit that only we can read: its objects go into a folder that is thrown away."""

from __future__ import annotations

import os
from contextlib import contextmanager
from shutil import copy2
from tempfile import TemporaryDirectory

from muse_hook.errors import ObjectMissingError, RepositoryError
from muse_hook.git.catfile import CatFile
from muse_hook.git.objects import ObjectReader
from muse_hook.git.repository import Repository
from muse_hook.git.uncommitted import without_filters

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_NOBODY = ("muse-hook", "muse-hook@localhost")
_WHAT = "Work that is not committed"


class Snapshots:
    """Makes commits of what is staged, or of all that a work tree holds; nothing of the repository is written.

    `objects` reads them, and whatever the repository has; so does `repository`, which is the same one besides.
    """

    def __init__(self, repository: Repository, objects: ObjectReader, folder: str) -> None:
        self._folder = os.path.join(folder, "objects")
        os.makedirs(self._folder)
        self._number = 0
        self.repository = self._beside(repository, "")
        self._sources = _Layers(objects, CatFile(self.repository))
        self.objects = ObjectReader(self._sources, objects.id_size)

    def staged(self, repository: Repository) -> str | None:
        """Return a commit (id) of what is staged on top of HEAD; None where that is nothing.

        RepositoryError where the index holds a merge that is not settled, or there is no commit yet.
        """
        return self._commit(repository, whole=False)

    def work_tree(self, repository: Repository) -> str | None:
        """Return a commit (id) of all that a work tree holds on top of its HEAD: staged, changed and new files."""
        return self._commit(repository, whole=True)

    def close(self) -> None:
        """Let go of what reads the objects."""
        self.objects.close()

    def _commit(self, repository: Repository, *, whole: bool) -> str | None:
        head = repository.head().oid
        if head is None:
            raise RepositoryError("reading what is not committed", "there is no commit yet", "git commit")
        self._number += 1
        index = f"{self._folder}.index{self._number}"
        # Git names another index to the hooks of `git commit --only` and `git commit --all`.
        given = "" if whole else os.environ.get("GIT_INDEX_FILE", "")
        mine = os.path.join(repository.top, given) if given else os.path.join(repository.git_dir, "index")
        if os.path.exists(mine):
            copy2(mine, index)  # with its time: files changed in the very second after it are looked at
        beside = self._beside(repository, index)
        settings = without_filters(beside)
        if whole:
            beside.output(*settings, "add", "--all")
        tree = beside.output(*settings, "write-tree").decode("ascii").strip()
        commit = self.objects.commit(head)
        if commit.tree == tree:
            return None
        # As old as HEAD, so that the same work is the same commit whenever somebody looks.
        name, address = _who(repository)
        for role in ("AUTHOR", "COMMITTER"):
            beside.environ |= {
                f"GIT_{role}_NAME": name, f"GIT_{role}_EMAIL": address, f"GIT_{role}_DATE": commit.committed_at,
            }  # fmt: skip
        return beside.output("commit-tree", tree, "-p", head, "-m", _WHAT).decode("ascii").strip()

    def _beside(self, repository: Repository, index: str) -> Repository:
        """Return the repository with its objects read, and new ones and the index kept elsewhere."""
        given = [repository.environ.get(name) for name in ("GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES")]
        places = dict.fromkeys([repository.objects_dir, *(each for each in given if each)])
        environ = repository.environ | {
            "GIT_OBJECT_DIRECTORY": self._folder,
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": os.pathsep.join(places),
        }
        if index:
            environ["GIT_INDEX_FILE"] = index
        return Repository(
            git=repository.git,
            environ=environ,
            outer_environ=repository.outer_environ,
            git_dir=repository.git_dir,
            common_dir=repository.common_dir,
            objects_dir=repository.objects_dir,
            work_tree=repository.work_tree,
            is_bare=repository.is_bare,
            is_shallow=repository.is_shallow,
            object_format=repository.object_format,
        )


def _who(repository: Repository) -> tuple[str, str]:
    """Return the name and the address of who would commit in a work tree; ours where Git knows nobody."""
    status, output, _ = repository.run("var", "GIT_AUTHOR_IDENT")
    name, has_address, rest = output.decode("utf-8", "surrogateescape").partition(" <")
    return (name, rest.partition(">")[0]) if status == 0 and has_address and name else _NOBODY


class _Layers:
    """Reads from the repository, and what is not there from the folder beside it; closes the latter alone."""

    def __init__(self, below: ObjectReader, above: CatFile) -> None:
        self._below = below
        self._above = above

    def read(self, oid: str) -> tuple[str, bytes]:
        """Return the kind and the content of an object."""
        try:
            return self._below.read(oid)
        except ObjectMissingError:
            return self._above.read(oid)

    def size(self, oid: str) -> int:
        """Return the bytes of an object's content."""
        try:
            return self._below.size(oid)
        except ObjectMissingError:
            return self._above.size(oid)

    def close(self) -> None:
        """Let go of the folder beside."""
        self._above.close()


@contextmanager
def snapshots(repository: Repository, objects: ObjectReader) -> Iterator[Snapshots]:
    """Make snapshots for as long as this lasts."""
    with TemporaryDirectory(prefix="muse-hook-") as folder:
        made = Snapshots(repository, objects, folder)
        try:
            yield made
        finally:
            made.close()
