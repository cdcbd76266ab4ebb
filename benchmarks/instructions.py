"""Counts what processes execute, by valgrind: the same on a busy machine as on a quiet one."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

_FOUND = re.compile(r"I\s+refs:\s+([\d,]+)")


def count(command: list[str], cwd: Path, environ: dict[str, str], *, check: bool = True) -> tuple[float, int]:
    """Run a process; the millions of instructions of it and of all that it starts, and its exit status.

    Without what the kernel does. Raises SystemExit where there is no valgrind, and with `check` for a failure.
    """
    valgrind = shutil.which("valgrind")
    if valgrind is None:
        raise SystemExit("instructions are counted by valgrind, which is not there")
    with tempfile.TemporaryDirectory(prefix="instructions.") as logs:
        options = ["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null", "--trace-children=yes"]
        done = subprocess.run(
            [valgrind, *options, f"--log-file={logs}/%p", *command],
            cwd=cwd,
            env=environ,
            capture_output=True,
            text=True,
            check=False,
        )
        if check and done.returncode:
            raise SystemExit(f"{' '.join(command)}: {done.stderr}")
        found = [match[1] for log in Path(logs).iterdir() for match in _FOUND.finditer(log.read_text())]
    return sum(int(number.replace(",", "")) for number in found) / 1e6, done.returncode
