"""Git's configuration as Git itself reads it, the hooks that it names among it; firing one of them."""

from __future__ import annotations

import os
import time

from muse_hook.errors import RepositoryError
from muse_hook.git.process import Child, run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from muse_hook.git.process import Git

_TIME_LIMIT = 10.0  # seconds for a hook


def value(git: Git, key: str, kind: str | None = None, git_dir: str | None = None) -> str | None:
    """Return the last value of `key`, `None` where it has none; `kind` is a type of `git config` ("bool", "path")."""
    typed = (f"--type={kind}",) if kind else ()
    status, output, _ = git.run("config", *typed, "--null", "--get", key, git_dir=git_dir)
    return output.rstrip(b"\0").decode("utf-8", "surrogateescape") if status == 0 else None


def section(git: Git, name: str) -> dict[str, str]:
    """Return the last value of every key of a section ("muse"), by its full lower-case name ("muse.background")."""
    status, output, _ = git.run("config", "--null", "--get-regexp", rf"^{name}\.")
    found = {}
    for item in output.split(b"\0") if status == 0 else ():
        key, newline, text = item.decode("utf-8", "surrogateescape").partition("\n")
        if key:
            found[key] = text if newline else "true"  # a key alone on its line is true
    return found


def is_partial(git: Git) -> bool:
    """Whether a remote has promised objects that are not here."""
    pattern = r"^(extensions\.partialclone|remote\..*\.(promisor|partialclonefilter))$"
    return git.run("config", "--get-regexp", pattern)[0] == 0


def parse_version(printed: bytes) -> tuple[int, ...]:
    """Return the numbers of "git version 2.39.5 (Apple Git-154)" or "git version 2.55.0.rc1", up to three."""
    words = printed.decode("ascii", "replace").split()
    numbers = words[2].split(".")[:3] if len(words) >= 3 else []  # noqa: PLR2004 - the third word
    return tuple(int(number) for number in numbers if number.isdigit())


def hooks_path(git: Git) -> tuple[str, str]:
    """Return the absolute folder that Git looks for hooks in, and the scope that sets it.

    The scope is "system", "global", "local", "worktree" or "command", "" where core.hooksPath is not set.
    """
    status, output, _ = git.run("config", "--null", "--show-scope", "--type=path", "--get", "core.hooksPath")
    if status:
        return os.path.join(git.common_dir, "hooks"), ""
    scope, _, path = output.rstrip(b"\0").partition(b"\0")
    return os.path.normpath(os.path.join(git.top, os.fsdecode(path))), scope.decode("ascii")


def fire_hook(
    git: Git, name: str, environ: Mapping[str, str], config: Sequence[tuple[str, str]] = ()
) -> tuple[int, bytes]:
    """Run `git hook run NAME` as a person's command would: exit status, and what it said on stdout and stderr.

    It sees the process's own environment (Git's local variables taken out) and `environ`, and Git's configuration
    with `config` on top; its stdin is empty. RepositoryError after 10 seconds. What it leaves running in the
    background is not waited for. Needs Git 2.36.
    """
    words = [word for key, text in config for word in ("-c", f"{key}={text}")]
    command = (git.git, "-C", git.top, *words, "hook", "run", name)
    with Child(command, git.outer_environ | _named(git) | dict(environ)) as child:
        output = _output_until_exit(child, time.monotonic() + _TIME_LIMIT, name)
        return child.wait(), output + child.stderr().encode("utf-8", "backslashreplace")


def _named(git: Git) -> dict[str, str]:
    """Return the variables that a person's command needs at `top`, where Git would not find this repository itself."""
    words = (git.git, "-C", git.top, "rev-parse", "--absolute-git-dir")
    status, output, _ = run(words, git.outer_environ)
    found = os.fsdecode(output.removesuffix(b"\n"))
    if status == 0 and os.path.realpath(found) == os.path.realpath(git.git_dir):
        return {}
    named = {"GIT_DIR": git.git_dir}
    return named if git.work_tree is None else named | {"GIT_WORK_TREE": git.work_tree}


def _output_until_exit(child: Child, deadline: float, name: str) -> bytes:
    """Read until the child is gone; its end of the pipe may live on in a background process."""
    descriptor = child.stdout.fileno()
    os.set_blocking(descriptor, False)
    parts = []
    over = False
    while True:
        try:
            while part := os.read(descriptor, 1 << 16):
                parts.append(part)
        except BlockingIOError:
            pass
        if over:
            return b"".join(parts)
        over = child.poll() is not None
        if not over and time.monotonic() > deadline:
            raise RepositoryError(f"firing {name}", f"it did not end within {_TIME_LIMIT:.0f} seconds")
        if not over:
            time.sleep(0.005)
