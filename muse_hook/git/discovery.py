"""Finding the repository, as Git finds it."""

from __future__ import annotations

import os

from muse_hook.errors import RepositoryError
from muse_hook.git import environment
from muse_hook.git.heads import read_text
from muse_hook.git.plain import plain_repository
from muse_hook.git.process import in_short, run
from muse_hook.git.repository import ID_SIZES, Repository

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_DOING = "opening the repository"

_QUESTIONS = (
    "--is-bare-repository", "--is-shallow-repository", "--is-inside-work-tree", "--show-object-format",
    "--absolute-git-dir", "--git-common-dir", "--git-path", "objects", "--show-cdup",
)  # fmt: skip
_NAMES = (
    "is_bare", "is_shallow", "is_inside_work_tree", "object_format", "git_dir", "common_dir", "objects_dir", "up",
)  # fmt: skip


def open_repository(
    path: str | None = None, environ: Mapping[str, str] | None = None, *, hurried: bool = False
) -> Repository:
    """Return the repository that Git finds from `path`, or from here by Git's own environment variables.

    One `git rev-parse`, and none where one is `hurried` (a hook is, and Git has been there) and plain files leave no
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
    said = (_say_plainly(start, honoured) if hurried else None) or _ask(git, start, honoured)
    git_dir = said["git_dir"]
    common_dir = os.path.normpath(os.path.join(start, said["common_dir"]))
    objects_dir = os.path.normpath(os.path.join(start, said["objects_dir"]))
    work_tree = _work_tree(start, git_dir, said)
    scrubbed = environment.scrubbed_environment(given, said["local_variables"].split("\n"))
    return Repository(
        git=git,
        environ=environment.repository_environment(
            honoured, scrubbed, git_dir=git_dir, common_dir=common_dir, objects_dir=objects_dir, work_tree=work_tree
        ),
        outer_environ=scrubbed,
        git_dir=git_dir,
        common_dir=common_dir,
        objects_dir=objects_dir,
        work_tree=work_tree,
        is_bare=said["is_bare"] == "true",
        is_shallow=said["is_shallow"] == "true",
        object_format=said["object_format"],
    )


def _say_plainly(start: str, environ: dict[str, str]) -> dict[str, str] | None:
    """Return what Git would say at the top of a repository that has nothing unusual, `None` anywhere else."""
    git_dir = plain_repository(start, environ)
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


def _ask(git: str, start: str, environ: dict[str, str]) -> dict[str, str]:
    """Return all that one `git rev-parse` can say of the repository that holds `start`."""
    try:
        status, output, complaint = run(
            (git, "-C", start, *environment.NEUTRAL_CONFIGURATION, "rev-parse", "--local-env-vars", *_QUESTIONS),
            environ,
        )
    except OSError as error:
        raise RepositoryError("starting git", f"{git}: {error.strerror}") from None
    if status:
        raise _refused(start, complaint)
    lines = os.fsdecode(output).split("\n")[:-1]
    first = next((index for index, line in enumerate(lines) if not line.startswith("GIT_")), len(lines))
    answers = lines[first:]
    if len(answers) == len(_QUESTIONS) - 2:
        answers.append("")  # without a work tree `--show-cdup` says nothing
    if len(answers) != len(_QUESTIONS) - 1 or answers[_NAMES.index("object_format")] not in ID_SIZES:
        raise _not_understood(git, start, environ)
    return dict(zip(_NAMES, answers, strict=True)) | {"local_variables": "\n".join(lines[:first])}


def _not_understood(git: str, start: str, environ: dict[str, str]) -> RepositoryError:
    from muse_hook.git.config import parse_version

    version = parse_version(run((git, "version"), environ)[1])
    if version < environment.MINIMUM_VERSION:
        needed, found = (".".join(map(str, numbers)) for numbers in (environment.MINIMUM_VERSION, version))
        return RepositoryError(_DOING, f"git {found} is too old, {needed} is needed", "apt install git")
    return RepositoryError(_DOING, f"cannot make sense of what git rev-parse says of {start!r}")


def _work_tree(start: str, git_dir: str, said: dict[str, str]) -> str | None:
    up = said["up"]
    if not up and said["is_inside_work_tree"] == "false":
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


def _refused(start: str, complaint: str) -> RepositoryError:
    if "dubious ownership" in complaint or "unsafe repository" in complaint:
        from shlex import quote

        top = complaint.partition("repository at '")[2].partition("'\n")[0] or start
        return RepositoryError(
            _DOING, f"{top} belongs to another user", f"git config --global --add safe.directory {quote(top)}"
        )
    if "not a git repository" in complaint:
        return RepositoryError(_DOING, f"{start} is in no Git repository", "git init")
    if "cannot change to" in complaint:
        return RepositoryError(_DOING, f"there is no folder {start}", "git init, in a folder of yours")
    return RepositoryError(_DOING, in_short(complaint, f"git refuses {start}"), "git status")
