"""The manual and the completion, put where `man` and shells look for them."""

from __future__ import annotations

import contextlib
import os

from muse_hook.cli.completion import script

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_PROGRAM = "muse-hook"
_PAGES = ("muse-hook.1", "git-muse.1")
# Where bash-completion and fish look below a `share`; zsh looks into no folder of the user's by itself.
_COMPLETIONS = {
    "bash": "bash-completion/completions/muse-hook",
    "fish": "fish/vendor_completions.d/muse-hook.fish",
}


def link_shared_files(environ: Mapping[str, str], prefix: str) -> list[str]:
    """Link manual and completion of the environment `prefix` beside the program's link; the links that were made.

    An installer of applications (`uv tool`, pipx, install.sh) puts the program into an environment of its own and a
    link to it into a folder of PATH: `man` and shells look into the `share` beside that folder. Where the program does
    not stand so, nothing is written. What is there already stays.
    """
    own = os.path.join(prefix, "bin", _PROGRAM)
    share = next((os.path.join(os.path.dirname(folder), "share") for folder in _folders(environ, own)), None)
    if share is None:
        return []
    targets = {f"man/man1/{page}": os.path.join(prefix, "share/man/man1", page) for page in _PAGES}
    with contextlib.suppress(OSError):
        for shell, place in _COMPLETIONS.items():
            targets[place] = os.path.join(prefix, "share/muse_hook", f"completion.{shell}")
            _write(targets[place], script(shell))
    made = []
    for place, target in targets.items():
        path = os.path.join(share, place)
        with contextlib.suppress(OSError):
            if not os.path.lexists(path) and os.path.exists(target):
                os.makedirs(os.path.dirname(path), exist_ok=True)
                os.symlink(target, path)
                made.append(path)
    return made


def _folders(environ: Mapping[str, str], own: str) -> list[str]:
    """Return the folders of PATH that hold a link to the program, and are not where it is."""
    folders = [os.path.abspath(folder) for folder in environ.get("PATH", "").split(os.pathsep) if folder]
    links = [folder for folder in folders if os.path.islink(os.path.join(folder, _PROGRAM))]
    return [
        folder
        for folder in links
        if os.path.realpath(os.path.join(folder, _PROGRAM)) == os.path.realpath(own)
        and os.path.realpath(folder) != os.path.realpath(os.path.dirname(own))
    ]


def _write(path: str, text: str) -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
