"""One command line, from its words to its exit status."""

from __future__ import annotations

import contextlib
import os
import sys

from muse_hook.cli import failures
from muse_hook.cli.invocation import Invocation
from muse_hook.cli.line import parse
from muse_hook.cli.terminal import ClosedStreamError, LostOutputError
from muse_hook.errors import ObjectMissingError, RepositoryError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line; returns the exit status (0, 1, 2, 3 or 130, see `failures`).

    A reader that goes away before the end ends the process by SIGPIPE, silently, as it ends Git.
    """
    try:
        status = _run(sys.argv[1:] if argv is None else argv)
        sys.stdout.flush()
    except (ClosedStreamError, BrokenPipeError):
        _die_of_closed_pipe()
        return failures.DONE
    except OSError as error:  # of a help text; _run shows all else
        _forget_output()
        return failures.show(LostOutputError(error), Invocation().messages)
    return status


def _run(argv: Sequence[str]) -> int:
    invocation = Invocation()
    status = failures.DONE
    failure: BaseException | None = None
    home = ""
    try:
        general, command, arguments = parse(argv)
        for directory in general.directory:
            home = home or os.getcwd()
            _enter(directory)
        paged = command.PAGED and not general.no_pager
        invocation = Invocation(color=general.color, paged=paged, machine=getattr(arguments, "json", False))
        if general.store is not None:
            invocation.read_store(general.store)
        status = command.run(arguments, invocation)
    except SystemExit as asked:  # argparse has printed the help or the version
        status = int(asked.code or 0)
    except ClosedStreamError as closed:
        _forget_cursors(closed)
        if not invocation.has_pager:
            raise
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - each is shown in one place, in one line
        failure = error
        if isinstance(error, ObjectMissingError):
            _say_what_brings(invocation, error)
    finally:
        invocation.let_go()
        if home:
            os.chdir(home)
    try:
        invocation.close()
    except LostOutputError as error:
        failure = failure or error
        _forget_output()
    return status if failure is None else failures.show(failure, invocation.messages, invocation.keep_error)


def _say_what_brings(invocation: Invocation, absent: ObjectMissingError) -> None:
    """Put into the error why the object is absent, as far as the repository tells, and what brings it."""
    from muse_hook.cli.findings import hint_for_absent  # help and errors need no Git

    with contextlib.suppress(RepositoryError):
        repository = invocation.repository
        absent.hint = hint_for_absent(repository)
        if repository.is_partial:
            absent.wrong += ", which is a partial clone"
        elif repository.is_shallow:
            absent.wrong += ", which is a shallow clone"
            absent.hint = "git fetch --unshallow"


def _forget_cursors(error: BaseException) -> None:
    """Drop what the frames that an error ended still hold: a query that is open keeps the index open."""
    traceback = error.__traceback__
    while traceback is not None:
        with contextlib.suppress(RuntimeError):  # ours, which is not at its end
            traceback.tb_frame.clear()
        traceback = traceback.tb_next


def _enter(directory: str) -> None:
    try:
        os.chdir(directory)
    except OSError as error:
        wrong = error.strerror or str(error)
        raise RepositoryError(f"changing to {directory}", wrong, "muse-hook -C path/to/repository COMMAND") from None


def _forget_output() -> None:
    """Send what is still buffered to nobody, or each further flush would fail again."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _die_of_closed_pipe() -> None:
    import signal

    _forget_output()
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGPIPE)
