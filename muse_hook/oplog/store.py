"""The folder `.muse` that holds the logs: where it is, the way to every file in it, its `error.log`."""

from __future__ import annotations

import os
import time

from muse_hook.errors import StoreError
from muse_hook.oplog import files, sessions
from muse_hook.oplog.lock import StoreLock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

OP_LOG = "op_log"
LOCK = "lock"
_PURGED = "purged"
_ERRORS = "error.log"
_ERRORS_CAP = 256 << 10  # bytes; beyond it the older half goes
_ERRORS_KEPT = 128 << 10
_LONGEST_ERROR = 16 << 10  # bytes of one text


class Store:
    """The store below `root`: the common git directory, or a plain folder that is no repository.

    `muse_dir` is its `.muse`. Nothing is made before something is written. Symbolic links inside the store are not
    written through: that would land where somebody else decides.
    """

    __slots__ = ("_folders", "_ignores_case", "_shared", "muse_dir", "root")

    def __init__(self, root: str | os.PathLike[str]) -> None:
        self.root = os.path.realpath(os.fspath(root))  # one spelling, or a process would wait for its own lock
        self.muse_dir = os.path.join(self.root, ".muse")
        self._folders: dict[str, str] = {}  # of sessions that were asked for: a log's is five times while it is made
        self._ignores_case: bool | None = None
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
        return StoreLock(self.path(LOCK), timeout, self._open_lock)

    def touch_lock(self) -> None:
        """Give the lock's file a new time, which says to its next holder that a log is about to change. OSError."""
        try:  # noqa: SIM105 - start-up time
            files.touch(self.path(LOCK))
        except FileNotFoundError:
            pass  # then nobody remembers its time

    @property
    def is_lock_ours(self) -> bool:
        """Whether the lock's time is ours to set, to the nanosecond: another's has the clock's last tick."""
        try:
            return os.stat(self.path(LOCK)).st_uid == os.geteuid()
        except FileNotFoundError:
            return False

    def open_file(self, path: str, flags: int) -> int:
        """Open a file of the store; see `files.open_file`."""
        return files.open_file(path, flags, self.shared)

    def replace_file(self, path: str, data: bytes) -> None:
        """Put `data` in the place of a file of the store; see `files.replace_file`."""
        files.replace_file(path, data, self.shared)

    # Commits that were purged

    def purged(self) -> frozenset[str]:
        """Return the ids of the commits whose batches were purged: nobody records them again. StoreError."""
        path = self.path(_PURGED)
        try:
            with open(path, "rb") as file:
                data = file.read()
        except FileNotFoundError:
            return frozenset()
        except OSError as error:
            raise files.refused(path, error, "reading") from error
        return frozenset(data.decode("ascii", "replace").split("\n"))

    def add_purged(self, commit_ids: Iterable[str]) -> None:
        """Note commits as purged, durably, under the lock. StoreError."""
        path = self.path(_PURGED)
        fd = self.open_file(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        try:
            # A line that a crash cut short is ended first.
            files.write_whole(fd, b"\n" + "".join(f"{commit_id}\n" for commit_id in commit_ids).encode("ascii"))
            files.sync(fd)
            files.sync_folder(self.path())
        except OSError as error:
            raise files.refused(path, error, "writing") from error
        finally:
            os.close(fd)

    # Sessions

    def folder(self, session_id: str) -> str:
        """Return the folder of a session, there or not; raises SessionError."""
        folder = self._folders.get(session_id)
        if folder is None:
            checked = sessions.check(session_id)
            folder = sessions.folder_of(self.path(OP_LOG), checked, ignores_case=self.ignores_case)
            if self._ignores_case is False:  # else it hangs on what is there
                self._folders[session_id] = folder
        return folder

    def log_path(self, session_id: str) -> str:
        """Return the path of a session's log, there or not; raises SessionError."""
        return os.path.join(self.folder(session_id), sessions.LOG)

    def ensure_session(self, session_id: str) -> str:
        """Make a session's folder where it is not there; its path. Raises SessionError, StoreError."""
        checked = sessions.check(session_id)
        return sessions.make_session(self.ensure(OP_LOG), checked, self.shared, ignores_case=self.ignores_case)

    def sessions(self) -> Iterator[tuple[str, str]]:
        """Yield (session id, path of its folder) of every session that has a log or a checkpoint."""
        return sessions.walk(self.path(OP_LOG))

    def session_at(self, folder: str) -> str:
        """Return the id of the session whose folder below `op_log` is `folder`."""
        names = folder.split("/")
        if all(map(sessions.is_own_component, names)):
            return folder
        path = self.path(OP_LOG)
        components = []
        for name in names:
            path = os.path.join(path, name)
            components.append(sessions.component_of(path))
        return "/".join(components)

    # What the file system and Git's configuration say

    @property
    def shared(self) -> int:
        """`core.sharedRepository` as a number (see `files.shared_mode`)."""
        if self._shared is None:
            try:
                with open(os.path.join(self.root, "config"), "rb") as file:
                    self._shared = files.shared_mode(file.read())
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
    def ignores_case(self) -> bool:
        """Whether the file system takes names for one that differ in case alone."""
        if self._ignores_case is None and os.path.lexists(self.muse_dir):
            self._ignores_case = sessions.is_case_ignored(self.muse_dir)
        return bool(self._ignores_case)

    def _open_lock(self) -> int:
        self.ensure()
        return self.open_file(self.path(LOCK), os.O_RDWR | os.O_CREAT)

    # error.log

    def append_error(self, text: str) -> None:
        """Add a text to `error.log`, what went wrong where nobody was watching, under the time of now.

        Capped, so that it never grows into a problem of its own; where even that cannot be written there is nobody left
        to say so to.
        """
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime())
        data = f"{stamp} {text.rstrip()}".encode("utf-8", "backslashreplace")[:_LONGEST_ERROR] + b"\n"
        path = self.path(_ERRORS)
        try:
            self._cap_errors(path)
            descriptor = self.open_file(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
            try:
                os.write(descriptor, data)  # in one piece: several processes may be writing
            finally:
                os.close(descriptor)
        except (OSError, StoreError):
            return

    def _cap_errors(self, path: str) -> None:
        try:
            size = os.stat(path).st_size
        except FileNotFoundError:
            return
        if size >= _ERRORS_CAP:
            with open(self.open_file(path, os.O_RDONLY), "rb") as file:
                file.seek(size - _ERRORS_KEPT)
                kept = file.read().partition(b"\n")[2]
            self.replace_file(path, kept)


# Where the store is, by files: Git is not started for it.


def find_root(folder: str | os.PathLike[str]) -> str:
    """Return the common git directory of the repository whose top (or git directory) `folder` is, else `folder`.

    Never searches upward. What makes a git directory is Git's own rule (`is_git_directory`): `HEAD`, `objects`,
    `refs`; a linked work tree's has `commondir` in their place.
    """
    path = os.path.abspath(os.fspath(folder))
    for git_dir in (_linked(os.path.join(path, ".git")), path):
        common = _common(git_dir) if git_dir else ""
        if common:
            return common
    return path


def _linked(dot_git: str) -> str:
    """Return the git directory that `.git` is or, being a file, names ("gitdir: PATH"); "" where there is none."""
    if os.path.isdir(dot_git):
        return dot_git
    text = _read(dot_git)
    if not text.startswith("gitdir: "):
        return ""
    return os.path.normpath(os.path.join(os.path.dirname(dot_git), text[len("gitdir: ") :].rstrip("\r\n")))


def _common(git_dir: str) -> str:
    """Return the common directory of a git directory; "" where `git_dir` is none."""
    if not os.path.lexists(os.path.join(git_dir, "HEAD")):
        return ""
    other = _read(os.path.join(git_dir, "commondir")).rstrip("\r\n")
    common = os.path.normpath(os.path.join(git_dir, other)) if other else git_dir
    is_whole = all(os.path.isdir(os.path.join(common, name)) for name in ("objects", "refs"))
    return os.path.realpath(common) if is_whole else ""


def _read(path: str) -> str:
    """Return a small file's text, "" where there is none."""
    try:
        with open(path, "rb") as file:
            return os.fsdecode(file.read(1 << 16))
    except OSError:
        return ""
