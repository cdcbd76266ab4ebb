"""The interpreter that the hooks will start, tried before anything is written."""

from __future__ import annotations

import os
import subprocess
import sys

from muse_hook.errors import InstallError
from muse_hook.install.shim import Shim

_DOING = "installing the hooks"
# The shim starts Python without `site`, which costs 2 of its 9 ms; this is what `site` would have added.
_ASK = """
import sys
plain = list(sys.path)
import site
site.main()
import os
os.write(1, b"\\0".join(os.fsencode(path) for path in sys.path if path not in plain))
"""
_TRY = """
import sys
sys.path += sys.argv[1].split("\\n")
from muse_hook.install.trial import recordable
sys.stdout.write(", ".join(recordable()))
"""
_MENDS = "pipx install muse_hook, or ./install.sh: an environment of its own"


def find(python: str | None = None, *, background: bool = False) -> Shim:
    """Return the shim for an interpreter (absolute; default: the running one); InstallError where it cannot record."""
    path = os.path.abspath(python) if python else sys.executable
    if not path:
        raise InstallError(_DOING, "this Python does not know where it is", "pipx install muse_hook")
    packages = tuple(os.fsdecode(part) for part in _run(path, _ASK).split(b"\0") if part)
    shim = Shim(path, packages, background=background)
    prove(shim)
    return shim


def prove(shim: Shim) -> str:
    """Return the names of the languages that the shim's interpreter records; InstallError where it records none."""
    names = _run(shim.python, _TRY, "\n".join(shim.packages)).decode().strip()
    if not names:
        raise InstallError(_DOING, f"{shim.python} cannot run muse_hook (no grammar is installed)", _MENDS)
    return names


def _run(python: str, *arguments: str) -> bytes:
    command = (python, "-I", "-S", "-c", *arguments)
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    except OSError as error:
        raise InstallError(_DOING, f"{python} cannot be started: {error.strerror}") from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "backslashreplace").strip().splitlines()
        # It is started with -I, which passes over PYTHONPATH and the user's own site-packages: code must not come
        # from where somebody's environment points.
        raise InstallError(
            _DOING,
            f"{python} cannot run muse_hook ({said[-1] if said else done.returncode})",
            _MENDS,
        )
    return done.stdout
