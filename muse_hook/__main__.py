"""`python -m muse_hook`, and what the scripts `muse-hook` and `git-muse` (scripts/) call."""

from __future__ import annotations

import gc
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


def main() -> NoReturn:
    """Run the command line and leave the process with its exit status."""
    _open_what_is_closed()
    if sys.platform == "win32":
        sys.stderr.write(
            "error: starting muse_hook: Windows has none of the locks and processes that it stands on\n"
            "hint: use it in WSL (https://learn.microsoft.com/windows/wsl), where Git and the repository are as well\n"
        )
        sys.exit(1)
    _collect_rarely()
    from muse_hook import quick_import  # nothing is loaded by importing this module alone

    quick_import.install()
    quick_import.import_together("cli/main")
    from muse_hook.cli.main import main as run

    status = run(sys.argv[1:])
    for stream in (sys.stdout, sys.stderr):
        try:  # noqa: SIM105 - start-up time
            stream.flush()
        except (OSError, ValueError):
            pass  # nobody reads it
    # All is written and closed; taking the interpreter apart would be a tenth of a short command's time.
    os._exit(status)


def _collect_rarely() -> None:
    """Let Python look for cycles of garbage a seven hundredth as often.

    There are hardly any, and searching all that a backfill keeps takes up to a tenth of its time; reference counts
    free the rest.
    """
    gc.set_threshold(500_000)


def _open_what_is_closed() -> None:
    """Give a standard stream that the caller closed (`>&-`) to nobody: else the next file that is opened gets it."""
    for fd, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            opened = os.open(os.devnull, os.O_RDWR)
            if opened != fd:
                os.dup2(opened, fd)
                os.close(opened)
            setattr(sys, name, open(fd, "w" if fd else "r", encoding="utf-8", closefd=False))  # noqa: SIM115 - a stream that stays


if __name__ == "__main__":
    main()
