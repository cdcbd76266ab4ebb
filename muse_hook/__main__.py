"""`python -m muse_hook`, and what the console scripts `muse-hook` and `git-muse` call."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


def main() -> NoReturn:
    """Run the command line and leave the process with its exit status."""
    from muse_hook.cli import main as run  # noqa: PLC0415 - nothing is loaded by importing this module alone

    status = run(sys.argv[1:])
    for stream in (sys.stdout, sys.stderr):
        try:  # noqa: SIM105 - start-up time
            stream.flush()
        except (OSError, ValueError):
            pass  # nobody reads it
    # All is written and closed; taking the interpreter apart would be a tenth of a short command's time.
    os._exit(status)


if __name__ == "__main__":
    main()
