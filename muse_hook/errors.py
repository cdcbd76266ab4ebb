"""What can go wrong, said once: raised low as small types, shown by the command line or the hook."""

from __future__ import annotations


class MuseHookError(Exception):
    """A failure that a person is told of, never a traceback.

    `doing` says what was being done, `wrong` what went wrong, `hint` (may be empty) what to type.
    `exit_code` is the command line's exit status (1 the user's fault, 3 ours).
    """

    exit_code = 1

    def __init__(self, doing: str, wrong: str, hint: str = "") -> None:
        super().__init__(f"{doing}: {wrong}")
        self.doing = doing
        self.wrong = wrong
        self.hint = hint


def shell_command(*words: str) -> str:
    """Return a command line for a hint, quoted for a shell: what people paste must not run what a file is called."""
    from shlex import quote  # start-up time of the hook

    return " ".join(map(quote, words))


class RepositoryError(MuseHookError):
    """There is no Git repository here, or Git refuses it."""


class RevisionError(MuseHookError):
    """A revision or range that Git does not know, or one that holds nothing."""


class SessionError(MuseHookError):
    """A session id that would escape the store."""


class DeltaError(MuseHookError):
    """A delta or an op that is not of Muse's shape."""


class StoreError(MuseHookError):
    """The store cannot be read or written (permissions, a full disk, a foreign file in its place)."""


class StoreBusyError(StoreError):
    """Another process holds the lock."""


class UnwritableError(StoreError):
    """The store cannot be written here and now: a sandbox, a read-only mount, a full disk. Git keeps it all."""


class InstallationError(MuseHookError):
    """A package that muse_hook stands on cannot be loaded: Python was upgraded under it, or the package is gone.

    The hint is the one command that mends it, by the way in which it was installed; `python` is what runs it.
    """

    def __init__(self, error: ImportError, python: str) -> None:
        wrong = f"{type(error).__name__}: {error}"
        super().__init__("loading muse_hook", wrong, _reinstall(python))


def _reinstall(python: str) -> str:
    if "/uv/tools/" in python:
        return "uv tool install --reinstall muse_hook"
    if "/pipx/" in python:
        return "pipx reinstall muse_hook"
    return shell_command(python or "python3", "-m", "pip", "install", "--force-reinstall", "muse_hook")


class DamagedLogError(MuseHookError):
    """A log holds what no writer of ours wrote."""


class ObjectMissingError(MuseHookError):
    """A Git object is absent: a partial clone, or a damaged repository."""

    def __init__(self, oid: str, doing: str = "reading a Git object") -> None:
        super().__init__(doing, f"{oid} is not in this repository", "git fsck")
        self.oid = oid


class InstallError(MuseHookError):
    """The hooks cannot be put into this repository."""


class InternalError(MuseHookError):
    """Our own fault: something that cannot be was."""

    exit_code = 3
