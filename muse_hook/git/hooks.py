"""Where Git looks for hooks, and firing one as Git would."""

from __future__ import annotations

import os
import time

from muse_hook.errors import RepositoryError
from muse_hook.git.process import Child, run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from muse_hook.git.repository import Repository

_TIME_LIMIT = 10.0  # seconds


def hooks_path(repository: Repository) -> tuple[str, str]:
    """Return the absolute folder that Git looks for hooks in, and the scope that sets it.

    The scope is "system", "global", "local", "worktree" or "command", "" where core.hooksPath is not set.
    """
    status, output, _ = repository.start_to_end(
        "config", "--null", "--show-scope", "--type=path", "--get", "core.hooksPath"
    )
    if status:
        return os.path.join(repository.common_dir, "hooks"), ""
    scope, _, path = output.rstrip(b"\0").partition(b"\0")
    return os.path.normpath(os.path.join(repository.top, os.fsdecode(path))), scope.decode("ascii")


def fire_hook(
    repository: Repository, name: str, environ: Mapping[str, str], config: Sequence[tuple[str, str]] = ()
) -> tuple[int, bytes]:
    """Run `git hook run NAME` as a person's command would: exit status, and what it said on stdout and stderr.

    It sees the process's own environment (Git's local variables taken out) and `environ`, and Git's configuration
    with `config` on top; its stdin is empty. RepositoryError after 10 seconds. What it leaves running in the
    background is not waited for. Needs Git 2.36.
    """
    words = [word for key, text in config for word in ("-c", f"{key}={text}")]
    command = (repository.git, "-C", repository.top, *words, "hook", "run", name)
    with Child(command, repository.outer_environ | _named(repository) | dict(environ)) as child:
        output = _output_until_exit(child, time.monotonic() + _TIME_LIMIT, name)
        return child.wait(), output + child.complaint().encode("utf-8", "backslashreplace")


def _named(repository: Repository) -> dict[str, str]:
    """Return the variables that a person's command needs at `top`, where Git would not find this repository itself."""
    words = (repository.git, "-C", repository.top, "rev-parse", "--absolute-git-dir")
    status, output, _ = run(words, repository.outer_environ)
    found = os.fsdecode(output.removesuffix(b"\n"))
    if status == 0 and os.path.realpath(found) == os.path.realpath(repository.git_dir):
        return {}
    named = {"GIT_DIR": repository.git_dir}
    return named if repository.work_tree is None else named | {"GIT_WORK_TREE": repository.work_tree}


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
