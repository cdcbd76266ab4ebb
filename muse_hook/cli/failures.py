"""Every failure shown once, in one form, with its exit status."""

from __future__ import annotations

import os
import sys

from muse_hook.errors import InstallationError, MuseHookError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import NoReturn

    from muse_hook.cli.terminal import Screen

DONE = 0
USER_FAULT = 1
COMMAND_LINE = 2
OUR_FAULT = 3
INTERRUPTED = 130

DEBUG = "MUSE_HOOK_DEBUG"


class UsageError(MuseHookError):
    """The command line cannot be understood."""

    exit_code = COMMAND_LINE


class Interrupted(MuseHookError):  # noqa: N818 - a stop that was asked for is no error
    """Ctrl-C, with what was done until then (`wrong`) and how to go on (`hint`)."""

    exit_code = INTERRUPTED


def show(failure: BaseException, screen: Screen, keep: Callable[[str], str] | None = None) -> int:
    """Tell a person of `failure` on `screen` (stderr); returns the exit status.

    The traceback of a fault of ours is given to `keep`, which returns where it stands now ("" for nowhere). With
    MUSE_HOOK_DEBUG in the environment it is shown, whatever the failure.
    """
    if os.environ.get(DEBUG):
        screen.write(_traceback(failure))
    if isinstance(failure, Interrupted):
        screen.line(("interrupted: ", "warning"), failure.wrong)
        _hint(screen, failure.hint)
        return failure.exit_code
    if isinstance(failure, MuseHookError):
        screen.line(("error: ", "error"), f"{failure.doing}: {failure.wrong}")
        _hint(screen, failure.hint)
        return failure.exit_code
    if isinstance(failure, KeyboardInterrupt):
        screen.line(("interrupted", "warning"))
        return INTERRUPTED
    if isinstance(failure, OSError):
        screen.line(("error: ", "error"), f"{_place(failure)}: {failure.strerror or failure}")
        return USER_FAULT
    if isinstance(failure, ImportError):
        return show(InstallationError(failure, sys.executable), screen)
    screen.line(("error: ", "error"), f"{_place(failure)}: {type(failure).__name__}: {failure}")
    kept = keep(_traceback(failure)) if keep is not None else ""
    where = f"the details are in {kept}" if kept else f"{DEBUG}=1 shows the details"
    _hint(screen, f"this is a fault of muse-hook, please report it; {where}")
    return OUR_FAULT


def warn(screen: Screen, failure: MuseHookError | str) -> None:
    """Tell of something that went wrong and does not stop the command."""
    if isinstance(failure, str):
        screen.line(("warning: ", "warning"), failure)
        return
    screen.line(("warning: ", "warning"), f"{failure.doing}: {failure.wrong}")
    _hint(screen, failure.hint)


def reject(doing: str, wrong: str, hint: str) -> NoReturn:
    """Refuse the command line."""
    raise UsageError(doing, wrong, hint)


def closest(word: str, known: Iterable[str]) -> str:
    """Return what `word` was probably meant to be, or ""."""
    import difflib

    return next(iter(difflib.get_close_matches(word, list(known), n=1)), "")


def _traceback(failure: BaseException) -> str:
    import traceback

    return "".join(traceback.format_exception(failure))


def _hint(screen: Screen, hint: str) -> None:
    for line in hint.split("\n") if hint else ():
        screen.line(("hint: ", "hint"), line)


def _place(failure: BaseException) -> str:
    name = getattr(failure, "filename", None)
    return os.fsdecode(name) if isinstance(name, (str, bytes)) else "running the command"
