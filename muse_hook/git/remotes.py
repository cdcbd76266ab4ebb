"""Remotes: the only git that talks to another machine, with the user's own transports, keys and prompts."""

from __future__ import annotations

import subprocess

from muse_hook.errors import RepositoryError
from muse_hook.git.process import first_error_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from muse_hook.git.process import Git

_PLACES = ("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES")
_SECONDS = 900.0  # for one remote: one that hangs must not keep the others waiting for ever
_BARE = "refs/heads/*:refs/heads/*"
_OURS = "+refs/muse/"  # as `install --share` adds it
_ON = ("true", "yes", "on", "1")


def names(git: Git) -> list[str]:
    """Return the remotes that `git fetch --all` fetches, by name."""
    _, output, _ = git.run("config", "--null", "--get-regexp", r"^remote\..*\.(url|skipfetchall)$")
    found: dict[str, bool] = {}
    for item in output.decode("utf-8", "surrogateescape").split("\0"):
        key, newline, value = item.partition("\n")
        name, _, last = key.removeprefix("remote.").rpartition(".")
        if not name:
            continue
        if last == "url":
            found.setdefault(name, True)
        else:
            found[name] = bool(newline) and value.lower() not in _ON
    return sorted(name for name, is_fetched in found.items() if is_fetched)


def fetch(git: Git, remote: str) -> None:
    """Do what `git fetch REMOTE` does; RepositoryError with Git's words.

    A bare repository that was cloned as one has no refspec for its origin, and Git would fetch nothing into its
    branches: they are brought forward, and one that has gone another way is left and named.
    """
    words = ["fetch", "--quiet", "--no-recurse-submodules", "--end-of-options", remote]
    refspecs = git.run("config", "--get-all", f"remote.{remote}.fetch")[1].decode("utf-8", "replace").split("\n")[:-1]
    if git.is_bare and all(each.startswith(_OURS) for each in refspecs):
        words += [*refspecs, _BARE]
    _checked(git, f"fetching {remote}", words)


def list_refs(git: Git, remote: str, pattern: str) -> dict[str, str]:
    """Return the id of each ref of a remote that fits a pattern ("refs/muse/*"), by full name; RepositoryError."""
    output = _checked(git, f"asking {remote}", ["ls-remote", "--quiet", "--end-of-options", remote, pattern])
    rows = (line.partition("\t") for line in output.decode("utf-8", "surrogateescape").split("\n"))
    return {name: oid for oid, tab, name in rows if tab and not name.endswith("^{}")}


def fetch_refs(git: Git, remote: str, refspecs: Sequence[str]) -> None:
    """Fetch what refspecs say and nothing else: no tags, no FETCH_HEAD, no filter; RepositoryError."""
    words = ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--no-filter"]
    words += ["--refmap=", "--stdin", "--end-of-options", remote]
    _checked(git, f"fetching from {remote}", words, "".join(f"{each}\n" for each in refspecs))


def push_refs(git: Git, remote: str, refspecs: Iterable[str]) -> None:
    """Push what refspecs say, without the hook `pre-push`; RepositoryError where the remote refuses one."""
    _checked(git, f"pushing to {remote}", ["push", "--quiet", "--no-verify", "--end-of-options", remote, *refspecs])


def _checked(git: Git, doing: str, words: Sequence[str], given: str = "") -> bytes:
    environ = git.outer_environ | {name: git.environ[name] for name in _PLACES if name in git.environ}
    environ["LC_ALL"] = "C"  # its errors are cut to the line that counts
    try:
        done = subprocess.run(
            [git.git, "-C", git.top, *words],
            input=given.encode("utf-8", "surrogateescape"),
            capture_output=True,
            env=environ,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise RepositoryError(doing, f"it did not answer within {_SECONDS:.0f} seconds") from None
    except OSError as error:
        raise RepositoryError(doing, f"{git.git}: {error.strerror}") from None
    if done.returncode:
        stderr = done.stderr.decode("utf-8", "backslashreplace")
        raise RepositoryError(doing, _told(stderr, f"git {words[0]} ended with {done.returncode}"), "git remote -v")
    return done.stdout


def _told(stderr: str, otherwise: str) -> str:
    """Return the line that says why; of a push's lines the rejected ref's says more than the last one."""
    rejected = next((line.strip() for line in stderr.split("\n") if line.lstrip().startswith("! ")), "")
    return rejected or first_error_line(stderr, otherwise)
