"""Finding the repository, as Git finds it."""

from __future__ import annotations

import os
import stat

from muse_hook.errors import RepositoryError
from muse_hook.git import environment
from muse_hook.git.process import ID_SIZES, first_error_line, run
from muse_hook.git.refs import read_text
from muse_hook.git.repository import Repository

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_DOING = "opening the repository"

_QUERIES = (
    "--is-bare-repository", "--is-shallow-repository", "--is-inside-work-tree", "--show-object-format",
    "--absolute-git-dir", "--git-common-dir", "--git-path", "objects", "--show-cdup",
)  # fmt: skip
_NAMES = (
    "is_bare", "is_shallow", "is_inside_work_tree", "object_format", "git_dir", "common_dir", "objects_dir", "up",
)  # fmt: skip

# Variables that Git sets for a hook, or we for every git, and that change nothing of where the repository is.
_HARMLESS = {"GIT_INDEX_FILE", "GIT_PREFIX", *environment.READ_ONLY}
_DECIDING = frozenset(environment.LOCAL_VARIABLES) - _HARMLESS
# Where any of these stands in a configuration, Git decides.
_UNUSUAL = (b"extensions", b"include", b"worktree", b"\\")
_LARGEST = 1 << 20
_HEX = frozenset(b"0123456789abcdef")
_ID_DIGITS = 40


def open_repository(
    path: str | None = None, environ: Mapping[str, str] | None = None, *, fast: bool = False
) -> Repository:
    """Return the repository that Git finds from `path`, or from here by Git's own environment variables.

    One `git rev-parse`, and none where it has to be `fast` (for a hook: Git has been there) and plain files leave no
    doubt. With a `path` that path is meant, whatever GIT_DIR says. RepositoryError where there is none, where Git
    refuses it, or where there is no git or one older than MINIMUM_VERSION.
    """
    given = os.environ if environ is None else environ
    git = environment.find_git(given)
    try:
        start = os.path.realpath(os.getcwd() if path is None else path)
    except FileNotFoundError:
        raise RepositoryError(_DOING, "this folder is gone", "cd") from None
    honoured = environment.discovery_environment(given, explicit_path=path is not None)
    answers = (_guess(start, honoured) if fast else None) or _query(git, start, honoured)
    git_dir = answers["git_dir"]
    common_dir = os.path.normpath(os.path.join(start, answers["common_dir"]))
    objects_dir = os.path.normpath(os.path.join(start, answers["objects_dir"]))
    work_tree = _work_tree(start, git_dir, answers)
    scrubbed = environment.scrubbed_environment(given, answers["local_variables"].split("\n"))
    repository = Repository(
        git=git,
        environ=environment.repository_environment(
            honoured, scrubbed, git_dir=git_dir, common_dir=common_dir, objects_dir=objects_dir, work_tree=work_tree
        ),
        outer_environ=scrubbed,
        git_dir=git_dir,
        common_dir=common_dir,
        objects_dir=objects_dir,
        work_tree=work_tree,
        is_bare=answers["is_bare"] == "true",
        is_shallow=answers["is_shallow"] == "true",
        object_format=answers["object_format"],
    )
    if "GIT_INDEX_FILE" in honoured:
        repository.index_file = os.path.join(start, honoured["GIT_INDEX_FILE"])
    return repository


def _guess(start: str, environ: dict[str, str]) -> dict[str, str] | None:
    """Return what Git would say at the top of a repository that has nothing unusual, `None` anywhere else."""
    git_dir = guess_repository(start, environ)
    if git_dir is None:
        return None
    return {
        "is_bare": "false",
        "is_shallow": "false",
        "is_inside_work_tree": "true",
        "object_format": "sha1",
        "git_dir": git_dir,
        "common_dir": git_dir,
        "objects_dir": git_dir + "/objects",
        "up": "",
        "local_variables": "",
    }


def _query(git: str, start: str, environ: dict[str, str]) -> dict[str, str]:
    """Return all that one `git rev-parse` can say of the repository that holds `start`."""
    try:
        status, output, stderr = run(
            (git, "-C", start, *environment.NEUTRAL_CONFIGURATION, "rev-parse", "--local-env-vars", *_QUERIES),
            environ,
        )
    except OSError as error:
        raise RepositoryError("starting git", f"{git}: {error.strerror}") from None
    if status:
        raise _refused(start, stderr)
    lines = os.fsdecode(output).split("\n")[:-1]
    first = next((index for index, line in enumerate(lines) if not line.startswith("GIT_")), len(lines))
    answers = lines[first:]
    if len(answers) == len(_QUERIES) - 2:
        answers.append("")  # without a work tree `--show-cdup` says nothing
    if len(answers) != len(_QUERIES) - 1 or answers[_NAMES.index("object_format")] not in ID_SIZES:
        raise _not_understood(git, start, environ)
    return dict(zip(_NAMES, answers, strict=True)) | {"local_variables": "\n".join(lines[:first])}


def _not_understood(git: str, start: str, environ: dict[str, str]) -> RepositoryError:
    from muse_hook.git.config import parse_version

    version = parse_version(run((git, "version"), environ)[1])
    if version < environment.MINIMUM_VERSION:
        needed, found = (".".join(map(str, numbers)) for numbers in (environment.MINIMUM_VERSION, version))
        return RepositoryError(_DOING, f"git {found} is too old, {needed} is needed", "apt install git")
    return RepositoryError(_DOING, f"cannot make sense of what git rev-parse says of {start!r}")


def _work_tree(start: str, git_dir: str, answers: dict[str, str]) -> str | None:
    up = answers["up"]
    if not up and answers["is_inside_work_tree"] == "false":
        return None
    work_tree = os.path.normpath(os.path.join(start, up))
    if not (work_tree + "/").startswith(git_dir + "/"):
        return work_tree
    # Git was told to take its own directory for a work tree: `GIT_DIR=.`, in post-receive.
    top, name = os.path.split(git_dir)
    if name == ".git":
        return top
    link = read_text(git_dir, "gitdir")
    return os.path.dirname(os.path.normpath(os.path.join(git_dir, link))) if link else None


def _refused(start: str, stderr: str) -> RepositoryError:
    if "dubious ownership" in stderr or "unsafe repository" in stderr:
        from shlex import quote

        top = stderr.partition("repository at '")[2].partition("'\n")[0] or start
        return RepositoryError(
            _DOING, f"{top} belongs to another user", f"git config --global --add safe.directory {quote(top)}"
        )
    if "not a git repository" in stderr and (lost := _lost_work_tree(start)):
        return lost
    if "not a git repository" in stderr:
        return RepositoryError(_DOING, f"{start} is in no Git repository", "git init")
    if "cannot change to" in stderr:
        return RepositoryError(_DOING, f"there is no folder {start}", "git init, in a folder of yours")
    return RepositoryError(_DOING, first_error_line(stderr, f"git refuses {start}"), "git status")


def guess_repository(top: str, environ: Mapping[str, str]) -> str | None:
    """Return the git directory of the work tree whose top is `top` (a real path); `None` where Git has to be asked.

    It is `.git` in there, of the first version of the format, ours by its owner (Git's `safe.directory`), no linked or
    shallow one, no submodule, and neither the environment nor its configuration moves a part of it.
    """
    if not _DECIDING.isdisjoint(environ):
        return None
    git_dir = top + "/.git"
    try:
        places = os.lstat(top), os.lstat(git_dir)
        user = os.geteuid()
        if any(not stat.S_ISDIR(place.st_mode) or place.st_uid != user for place in places):
            return None
        if any(os.path.lexists(f"{git_dir}/{name}") for name in ("commondir", "shallow", "config.worktree")):
            return None
        if not all(os.path.isdir(f"{git_dir}/{name}") for name in ("objects", "refs")):
            return None
        with open(git_dir + "/HEAD", "rb") as file:
            head = file.read(_LARGEST)
        with open(git_dir + "/config", "rb") as file:
            config = file.read(_LARGEST)
    except OSError:
        return None
    return git_dir if _is_head(head) and _is_usual(config) else None


def _is_head(text: bytes) -> bool:
    """Say whether Git takes it for a HEAD (setup.c, validate_headref)."""
    return text.startswith(b"ref: refs/heads/") or (
        len(text) == _ID_DIGITS + 1 and text.endswith(b"\n") and _HEX.issuperset(text[:-1])
    )


def _is_usual(config: bytes) -> bool:
    """Say whether a configuration is of version 0, not bare, and says nothing of where things are."""
    text = config.lower()
    if len(text) == _LARGEST or any(word in text for word in _UNUSUAL):
        return False
    lines = [b"".join(line.split()) for line in text.split(b"\n")]
    if lines.count(b"bare=false") != text.count(b"bare"):
        return False
    return lines.count(b"repositoryformatversion=0") == text.count(b"repositoryformatversion") == 1


def _lost_work_tree(start: str) -> RepositoryError | None:
    """Return what to say where `start` is in a linked work tree whose repository was moved; Git 2.55 says "(null)"."""
    top = start
    while not os.path.lexists(os.path.join(top, ".git")):
        if os.path.dirname(top) == top:
            return None
        top = os.path.dirname(top)
    leads_to = (read_text(top, ".git") or "").removeprefix("gitdir: ")
    if "/worktrees/" not in leads_to:
        return None
    from muse_hook.errors import shell_command

    hint = f"in the repository: {shell_command('git', 'worktree', 'repair', top)}"
    return RepositoryError(_DOING, f"the .git of {top} leads to {leads_to}, which is not there", hint)
