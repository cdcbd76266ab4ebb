"""The interpreter that the hooks will start, checked before anything is written."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import import_module

from muse_hook.errors import InstallError
from muse_hook.install.hook_file import Shim

_DOING = "installing the hooks"
# The shim starts Python without `site`, which costs 2 of its 9 ms; this is what `site` would have added.
_LIST_PACKAGES = """
import sys
plain = list(sys.path)
import site
site.main()
import os
os.write(1, b"\\0".join(os.fsencode(path) for path in sys.path if path not in plain))
"""
_LIST_LANGUAGES = """
import sys
sys.path += sys.argv[1].split("\\n")
from muse_hook.install.interpreter import recordable_languages
sys.stdout.write(", ".join(recordable_languages()))
"""
# What a hook's start does not load: a package that was built for another Python shows itself here.
_NEEDED = ("muse_hook.git.libgit2", "muse_hook.hook", "muse_hook.record.delta")
_HINT = "pipx install muse_hook, or ./install.sh: an environment of its own"


def shim_for(python: str | None = None, *, background: bool = False) -> Shim:
    """Return the shim for an interpreter (absolute; default: the running one); InstallError where it cannot record."""
    path = os.path.abspath(python) if python else sys.executable
    if not path:
        raise InstallError(_DOING, "this Python does not know where it is", "pipx install muse_hook")
    packages = tuple(os.fsdecode(part) for part in _run(path, _LIST_PACKAGES).split(b"\0") if part)
    shim = Shim(path, packages, background=background)
    check_interpreter(shim)
    return shim


def check_interpreter(shim: Shim) -> str:
    """Return the names of the languages that the shim's interpreter records; InstallError where it records none."""
    names = _run(shim.python, _LIST_LANGUAGES, "\n".join(shim.packages)).decode().strip()
    if not names:
        raise InstallError(_DOING, f"{shim.python} cannot run muse_hook (no grammar is installed)", _HINT)
    return names


def recordable_languages() -> list[str]:
    """Return the names of the languages whose grammars can be loaded; ImportError where a package cannot."""
    from muse_hook.languages.languages import languages  # may fail, and that is to be told

    for name in _NEEDED:
        import_module(name)
    return [each.name for each in languages() if each.grammar_version and each.grammar]


def _run(python: str, *arguments: str) -> bytes:
    command = (python, "-I", "-S", "-c", *arguments)
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    except OSError as error:
        raise InstallError(_DOING, f"{python} cannot be started: {error.strerror}") from error
    if done.returncode:
        lines = done.stderr.decode("utf-8", "backslashreplace").strip().split("\n")
        # It is started with -I, which passes over PYTHONPATH and the user's own site-packages: code must not come
        # from where somebody's environment points.
        raise InstallError(
            _DOING,
            f"{python} cannot run muse_hook ({lines[-1] or done.returncode})",
            _HINT,
        )
    return done.stdout
