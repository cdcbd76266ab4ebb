"""The folder `.muse` that holds the logs, and the way to every file in it."""

from __future__ import annotations

import errno
import os
import stat

from muse_hook.errors import StoreError
from muse_hook.oplog import sessions
from muse_hook.oplog.lock import StoreLock
from muse_hook.oplog.modes import adjusted, shared_mode
from muse_hook.oplog.roots import find_root

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

OP_LOG = "op_log"
_HINT = "muse-hook status shows where the store is"


class Store:
    """The store below `root`: the common git directory, or a plain folder that is no repository.

    `muse_dir` is its `.muse`. Nothing is made before something is written. Symbolic links inside the store are
    refused: what is written through them would land where somebody else decides.
    """

    __slots__ = ("_shared", "muse_dir", "root")

    def __init__(self, root: str | os.PathLike[str]) -> None:
        self.root = os.path.abspath(os.fspath(root))
        self.muse_dir = os.path.join(self.root, ".muse")
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
            self._make_folder(path)
        return path

    def lock(self, timeout: float | None = None) -> StoreLock:
        """Return the store's lock, to be entered; raises StoreBusyError when it is not free within `timeout` seconds.

        A thread that holds it may enter it again.
        """
        return StoreLock(self.path("lock"), timeout, self._open_lock)

    def folder(self, session_id: str) -> str:
        """Return the folder of a session, there or not; raises SessionError."""
        parts = sessions.check(session_id).split("/")
        return self.path(OP_LOG, *(os.fsdecode(sessions.encode_component(part)) for part in parts))

    def log_path(self, session_id: str) -> str:
        """Return the path of a session's log, there or not; raises SessionError."""
        return os.path.join(self.folder(session_id), sessions.LOG)

    def ensure_session(self, session_id: str) -> str:
        """Make a session's folder; its path."""
        path = self.ensure(OP_LOG)
        for part in sessions.check(session_id).split("/"):
            name = sessions.encode_component(part)
            path = os.path.join(path, os.fsdecode(name))
            self._make_folder(path)
            if sessions.is_cut(name):
                self._keep_name(path, part)
        return path

    def sessions(self) -> Iterator[tuple[str, str]]:
        """Yield (session id, path of its folder) of every session that has a log or a checkpoint."""
        yield from self._walk(self.path(OP_LOG), "")

    def session_at(self, folder: str) -> str:
        """Return the id of the session whose folder below `op_log` is `folder`."""
        path = self.path(OP_LOG)
        components = []
        for name in folder.split("/"):
            path = os.path.join(path, name)
            components.append(self._component(path, name))
        return "/".join(components)

    def open_file(self, path: str, flags: int) -> int:
        """Open a file of the store, whose folder is there; the descriptor. Raises StoreError.

        Links are not followed, and what is no regular file is refused (a pipe in its place would block us).
        """
        made = bool(flags & os.O_CREAT) and not os.path.lexists(path)
        try:
            fd = os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK, 0o666)
        except OSError as error:
            raise self._refused(path, error) from error
        mode = os.fstat(fd).st_mode
        if not stat.S_ISREG(mode):
            os.close(fd)
            raise StoreError(f"opening {path}", "it is no regular file", _HINT)
        if made and self.shared:
            os.fchmod(fd, adjusted(stat.S_IMODE(mode), self.shared, folder=False))
        return fd

    def replace_file(self, path: str, data: bytes) -> None:
        """Put `data` in the place of a file of the store, whole or not at all; its folder is there."""
        folder, name = os.path.split(path)
        temporary = os.path.join(folder, f".{name}.{os.getpid()}")
        fd = self.open_file(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        try:
            try:
                written = 0
                while written < len(data):
                    written += os.write(fd, data[written:])
                os.fsync(fd)
            finally:
                os.close(fd)
            os.replace(temporary, path)
        except OSError as error:
            os.unlink(temporary)
            raise self._refused(path, error) from error

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

    def _open_lock(self) -> int:
        self.ensure()
        return self.open_file(self.path("lock"), os.O_RDWR | os.O_CREAT)

    def _make_folder(self, path: str) -> None:
        try:
            mode = os.lstat(path).st_mode
        except FileNotFoundError:
            try:
                os.mkdir(path)
            except FileExistsError:  # another process was first
                return self._make_folder(path)
            except OSError as error:
                raise self._refused(path, error) from error
            if self.shared:
                os.chmod(path, adjusted(stat.S_IMODE(os.lstat(path).st_mode), self.shared, folder=True))
        except OSError as error:
            raise self._refused(path, error) from error
        else:
            if not stat.S_ISDIR(mode):
                what = "a symbolic link" if stat.S_ISLNK(mode) else "a file"
                raise StoreError(f"opening {path}", f"{what} stands in the folder's place", _HINT)
        return None

    def _keep_name(self, folder: str, component: str) -> None:
        path = os.path.join(folder, sessions.NAME)
        if not os.path.lexists(path):
            self.replace_file(path, component.encode("utf-8", "surrogateescape"))

    def _walk(self, folder: str, prefix: str) -> Iterator[tuple[str, str]]:
        try:
            with os.scandir(folder) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except (FileNotFoundError, NotADirectoryError):
            return
        except OSError as error:
            raise self._refused(folder, error) from error
        names = {entry.name for entry in entries}
        if prefix and (sessions.LOG in names or sessions.CHECKPOINT in names):
            yield prefix[:-1], folder
        for entry in entries:
            if entry.name.startswith(".") or not entry.is_dir(follow_symlinks=False):
                continue
            component = self._component(entry.path, entry.name)
            # Muse's own tools may have made folders that no session id of ours leads to.
            if component and sessions.encode_component(component) == os.fsencode(entry.name):
                yield from self._walk(entry.path, f"{prefix}{component}/")

    def _component(self, folder: str, name: str) -> str:
        raw = os.fsencode(name)
        if sessions.is_cut(raw):
            try:
                with open(os.path.join(folder, sessions.NAME), "rb") as file:
                    return file.read().decode("utf-8", "surrogateescape")
            except OSError:
                pass  # somebody deleted it: the cut name is what is left
        return sessions.decode_component(raw)

    def _refused(self, path: str, error: OSError) -> StoreError:
        if error.errno == errno.ELOOP:
            return StoreError(f"opening {path}", "a symbolic link stands in the file's place", _HINT)
        return StoreError(f"opening {path}", error.strerror or str(error), _HINT)
