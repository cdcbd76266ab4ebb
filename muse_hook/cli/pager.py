"""The pager, started as Git starts it."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from typing import cast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TextIO

_DEFAULTS = {"LESS": "FRX", "LV": "-c"}  # what Git sets where the user did not (PAGER_ENV in its Makefile)


_SHELL = frozenset("|&;<>()$`\\\"' \t\n*?[#~=%")  # what Git takes to a shell for (prepare_shell_cmd)


class Pager:
    """A running pager: write to `stream`, then `close`."""

    def __init__(self, command: str, environ: Mapping[str, str]) -> None:
        """Start `command`, as Git does: through a shell where it is more than a word; OSError where that fails."""
        sys.stdout.flush()
        self._process = subprocess.Popen(
            command,
            shell=not _SHELL.isdisjoint(command),
            stdin=subprocess.PIPE,
            env=_DEFAULTS | dict(environ),
            encoding="utf-8",
        )
        self.stream = cast("TextIO", self._process.stdin)

    def close(self) -> None:
        """Tell the pager that this is all, and wait for its reader to quit."""
        with contextlib.suppress(BrokenPipeError):  # the reader has quit already
            self.stream.close()
        while self._process.returncode is None:
            with contextlib.suppress(KeyboardInterrupt):  # Ctrl-C belongs to the pager as long as it runs
                self._process.wait()
