"""The folder `.muse` that holds the logs, and the way to every file in it."""

from __future__ import annotations

import os

from muse_hook.oplog import files, folders, sessions
from muse_hook.oplog.lock import StoreLock
from muse_hook.oplog.modes import shared_mode
from muse_hook.oplog.roots import find_root

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

OP_LOG = "op_log"


class Store:
    """The store below `root`: the common git directory, or a plain folder that is no repository.

    `muse_dir` is its `.muse`. Nothing is made before something is written. Symbolic links inside the store are not
    written through: that would land where somebody else decides.
    """

    __slots__ = ("_folds", "_shared", "muse_dir", "root")

    def __init__(self, root: str | os.PathLike[str]) -> None:
        self.root = os.path.realpath(os.fspath(root))  # one spelling, or a process would wait for its own lock
        self.muse_dir = os.path.join(self.root, ".muse")
        self._folds: bool | None = None
        self._shared: int | None = None

    @classmethod
    def of(cls, folder: str | os.PathLike[str]) -> Store:
        """Return the store of the repository (or plain folder) `folder`; see `find_root`."""
        return cls(find_root(folder))

    def __repr__(self) -> str:
        return f"Store({self.root!r})"

    def path(self, *names: str) -> str:
        """Return the path of a file of the store."""
        return os.path.join(self.muse_dir, *names)

    def exists(self) -> bool:
        """Say whether anything was ever stored here."""
        return os.path.isdir(self.path(OP_LOG))

    def ensure(self, *names: str) -> str:
        """Make the folder `names` of the store where it is not there; its path. Raises StoreError."""
        path = self.root
        for name in (".muse", *names):
            path = os.path.join(path, name)
            files.make_folder(path, self.shared)
        return path

    def lock(self, timeout: float | None = None) -> StoreLock:
        """Return the store's lock, to be entered; raises StoreBusyError when it is not free within `timeout` seconds.

        A thread that holds it may enter it again.
        """
        return StoreLock(self.path("lock"), timeout, self._open_lock)

    def open_file(self, path: str, flags: int) -> int:
        """Open a file of the store; see `files.open_file`."""
        return files.open_file(path, flags, self.shared)

    def replace_file(self, path: str, data: bytes) -> None:
        """Put `data` in the place of a file of the store; see `files.replace_file`."""
        files.replace_file(path, data, self.shared)

    # Sessions

    def folder(self, session_id: str) -> str:
        """Return the folder of a session, there or not; raises SessionError."""
        return folders.folder_of(self.path(OP_LOG), sessions.check(session_id), folds=self.folds)

    def log_path(self, session_id: str) -> str:
        """Return the path of a session's log, there or not; raises SessionError."""
        return os.path.join(self.folder(session_id), sessions.LOG)

    def ensure_session(self, session_id: str) -> str:
        """Make a session's folder where it is not there; its path. Raises SessionError, StoreError."""
        checked = sessions.check(session_id)
        return folders.make_session(self.ensure(OP_LOG), checked, self.shared, folds=self.folds)

    def sessions(self) -> Iterator[tuple[str, str]]:
        """Yield (session id, path of its folder) of every session that has a log or a checkpoint."""
        return folders.walk(self.path(OP_LOG))

    def session_at(self, folder: str) -> str:
        """Return the id of the session whose folder below `op_log` is `folder`."""
        path = self.path(OP_LOG)
        components = []
        for name in folder.split("/"):
            path = os.path.join(path, name)
            components.append(folders.component_of(path))
        return "/".join(components)

    # What the file system and Git's configuration say

    @property
    def shared(self) -> int:
        """`core.sharedRepository` as a number (see `modes.shared_mode`)."""
        if self._shared is None:
            try:
                with open(os.path.join(self.root, "config"), "rb") as file:
                    self._shared = shared_mode(file.read())
            except OSError:
                self._shared = 0
        return self._shared

    @property
    def is_owned_by_another(self) -> bool:
        """Whether the repository is another user's: files of ours in it would lock its owner out.

        `core.sharedRepository` says that several users write; root still leaves files that none of them may touch.
        """
        owner, me = os.stat(self.root).st_uid, os.geteuid()
        return owner != me and (me == 0 or not self.shared)

    @property
    def folds(self) -> bool:
        """Whether the file system takes names for one that differ in case alone."""
        if self._folds is None and os.path.lexists(self.muse_dir):
            self._folds = folders.folds_case(self.muse_dir)
        return bool(self._folds)

    def _open_lock(self) -> int:
        self.ensure()
        return self.open_file(self.path("lock"), os.O_RDWR | os.O_CREAT)
