"""`python -m muse_hook`, and what the console scripts `muse-hook` and `git-muse` call."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and leave the process with its exit status."""
    from muse_hook.cli import main as run  # noqa: PLC0415 - nothing is loaded by importing this module alone

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
