"""Opening, making and replacing what is in the store, never through a symbolic link, with the modes that it shares."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import time

from muse_hook.errors import StoreError, UnwritableError

_HINT = "muse-hook status shows where the store is"
_MAKE_ROOM = "make room on that disk (df shows how full it is), and run it again: what is recorded stays as it is"

GROUP = 0o660
EVERYBODY = 0o664

# What says that nobody in this place could write, or nobody on this disk.
_UNWRITABLE = frozenset(
    {errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.ENOTDIR}
)

_SHARED_WORDS = {
    b"umask": 0, b"false": 0, b"no": 0, b"off": 0, b"0": 0,
    b"group": GROUP, b"true": GROUP, b"yes": GROUP, b"on": GROUP, b"1": GROUP, b"": GROUP,
    b"all": EVERYBODY, b"world": EVERYBODY, b"everybody": EVERYBODY, b"2": EVERYBODY,
}  # fmt: skip


def sync(fd: int) -> None:
    """Have the disk keep what was written to a file. OSError.

    On macOS `fsync` alone leaves it in the drive's own cache; a file system that knows no more is taken at its word.
    """
    full = getattr(fcntl, "F_FULLFSYNC", None)
    if full is not None:
        try:
            fcntl.fcntl(fd, full)
        except OSError:
            pass
        else:
            return
    os.fsync(fd)


def open_file(path: str, flags: int, shared: int = 0) -> int:
    """Open a file whose folder is there; the descriptor. Raises StoreError.

    A link is not followed, and what is no regular file is refused: a pipe in its place would block us. One that is
    made gets the mode that `shared` asks for (see `shared_mode`).
    """
    is_new = bool(flags & os.O_CREAT) and not os.path.lexists(path)
    try:
        fd = os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK, 0o666)
    except OSError as error:
        raise refused(path, error, is_read=not flags & (os.O_WRONLY | os.O_RDWR)) from error
    mode = os.fstat(fd).st_mode
    if not stat.S_ISREG(mode):
        os.close(fd)
        raise StoreError(f"opening {path}", "it is no regular file", _HINT)
    if is_new and shared:
        os.fchmod(fd, adjusted_mode(stat.S_IMODE(mode), shared, folder=False))
    return fd


def make_folder(path: str, shared: int = 0) -> None:
    """Make a folder where it is not there; its parent is. Raises StoreError, for a link in its place too."""
    try:
        os.mkdir(path)
    except FileExistsError:
        mode = os.lstat(path).st_mode
        if not stat.S_ISDIR(mode):
            kind, what = (StoreError, "a symbolic link") if stat.S_ISLNK(mode) else (UnwritableError, "a file")
            raise kind(f"opening {path}", f"{what} stands in the folder's place", _HINT) from None
    except OSError as error:
        raise refused(path, error) from error
    else:
        if shared:
            os.chmod(path, adjusted_mode(stat.S_IMODE(os.lstat(path).st_mode), shared, folder=True))


def replace_file(path: str, data: bytes, shared: int = 0) -> None:
    """Put `data` in the place of a file, whole or not at all, and durably; its folder is there. Raises StoreError."""
    folder, name = os.path.split(path)
    temporary = os.path.join(folder, f".{name}.{os.getpid()}")
    fd = open_file(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, shared)
    try:
        try:
            write_whole(fd, data)
            sync(fd)
        finally:
            os.close(fd)
        os.replace(temporary, path)
    except OSError as error:
        os.unlink(temporary)
        raise refused(path, error) from error


def write_whole(fd: int, data: bytes) -> None:
    """Write all of `data` where the descriptor stands: the kernel may take less than it is given."""
    written = os.write(fd, data)
    while written < len(data):
        written += os.write(fd, data[written:])


def sync_folder(path: str) -> None:
    """Make the names in a folder durable, where the file system can."""
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        sync(fd)
    except OSError as error:
        if error.errno != errno.EINVAL:  # some network file systems
            raise
    finally:
        os.close(fd)


def touch(path: str) -> None:
    """Give a folder or a file a new time: who keeps in mind how it stood looks at it again."""
    now = time.time_ns()
    try:
        os.utime(path, ns=(now, now))
    except PermissionError:  # another one's, in a shared repository: the clock's last tick has to do
        os.utime(path)


def refused(path: str, error: OSError, doing: str = "opening", *, is_read: bool = False) -> StoreError:
    """Return what to raise when the operating system refuses a file of the store; UnwritableError unless it is read."""
    if error.errno == errno.ELOOP:
        return StoreError(f"{doing} {path}", "a symbolic link stands in the file's place", _HINT)
    kind = StoreError if is_read or doing == "reading" or error.errno not in _UNWRITABLE else UnwritableError
    hint = _MAKE_ROOM if error.errno in (errno.ENOSPC, errno.EDQUOT) else _HINT
    return kind(f"{doing} {path}", error.strerror or str(error), hint)


# `core.sharedRepository`, as Git reads it (`git_config_perm`)


def shared_mode(config: bytes) -> int:
    """Return what a repository's `config` file says: 0 for the umask's way, bits to add, or minus the exact bits.

    The last line that names the key holds; files that it includes are not read.
    """
    found = 0
    if b"sharedrepository" not in config.lower():
        return 0
    for line in config.split(b"\n"):
        key, _, value = line.split(b"#")[0].split(b";")[0].partition(b"=")
        if key.strip().lower() == b"sharedrepository":
            found = _permissions(value.strip().strip(b'"'))
    return found


def _permissions(value: bytes) -> int:
    """Return Git's number for one value of the key."""
    word = value.lower()
    if word in _SHARED_WORDS:
        return _SHARED_WORDS[word]
    try:
        return -(int(word, 8) & 0o666)
    except ValueError:
        return 0


def adjusted_mode(mode: int, shared: int, *, folder: bool) -> int:
    """Return the mode of a file or folder that was made with `mode` (Git's `calc_shared_perm`)."""
    if not shared:
        return mode
    tweak = abs(shared)
    if folder:
        tweak |= (tweak & 0o444) >> 2  # who may read may enter
    if folder and shared > 0:
        tweak |= 0o2000  # what is made in it belongs to its group
    return (mode & ~0o777 | tweak) if shared < 0 else (mode | tweak)
