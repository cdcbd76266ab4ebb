"""The environment of every git that is started: the user's own, with what could surprise us taken out."""

from __future__ import annotations

import os

from muse_hook.errors import RepositoryError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# Debian 11's Git, the oldest that a system with Python 3.11 is likely to have beside it. What is used and did not
# always exist: `rev-parse --show-object-format` (2.29), `config --show-scope` (2.26), `rev-list --stdin`.
MINIMUM_VERSION = (2, 30, 0)

# `git rev-parse --local-env-vars` of Git 2.55. The running Git is asked as well (its list may be longer).
LOCAL_VARIABLES = (
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_CONFIG",
    "GIT_CONFIG_PARAMETERS",
    "GIT_CONFIG_COUNT",
    "GIT_OBJECT_DIRECTORY",
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_GRAFT_FILE",
    "GIT_INDEX_FILE",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_REPLACE_REF_BASE",
    "GIT_PREFIX",
    "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_SHALLOW_FILE",
    "GIT_COMMON_DIR",
)

# Configuration that comes with the command, not with a place: it may hold the `safe.directory` that lets Git in.
_COMMAND_CONFIGURATION = ("GIT_CONFIG_PARAMETERS", "GIT_CONFIG_COUNT")

READ_ONLY = {
    "GIT_NO_REPLACE_OBJECTS": "1",  # history as it was recorded, not as refs/replace/ shows it
    "GIT_GRAFT_FILE": "/dev/null/none",  # no grafts; ENOTDIR is the one error that Git passes over in silence
    "GIT_OPTIONAL_LOCKS": "0",  # a reader takes no lock from the user
    "GIT_NO_LAZY_FETCH": "1",  # an absent blob of a partial clone stays absent (Git 2.44, and 2.39.4)
    "GIT_ALLOW_PROTOCOL": "none",  # the same for an older Git: its fetch finds no transport
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ADVICE": "0",
    "LC_ALL": "C",  # messages are compared
}

# Settings that would run a program of somebody's choosing: where Git looks at a work tree, or shows a signed commit.
# (`diff.external` and its like go by options, where a diff is asked for; no pager comes where stdout is no terminal.)
NEUTRAL_CONFIGURATION = ("-c", "core.fsmonitor=false", "-c", "log.showSignature=false")


def find_git(environ: Mapping[str, str]) -> str:
    """Return the absolute path of the first `git` on PATH; RepositoryError where there is none.

    Relative entries of PATH are passed over: they would run a file of the repository.
    """
    for folder in (environ.get("PATH") or os.defpath).split(os.pathsep):
        path = os.path.join(folder, "git")
        if os.path.isabs(folder) and os.access(path, os.X_OK) and not os.path.isdir(path):
            return path
    raise RepositoryError("starting git", "there is no git on PATH", "apt install git")


def discovery_environment(environ: Mapping[str, str], *, explicit_path: bool) -> dict[str, str]:
    """Return the environment for finding the repository.

    Git's own variables count, as they do for Git itself, unless the caller named a path: that path is meant, not
    the repository whose hook happens to be running.
    """
    kept = dict(environ)
    if explicit_path:
        for name in LOCAL_VARIABLES:
            if name not in _COMMAND_CONFIGURATION:
                kept.pop(name, None)
    return kept | READ_ONLY


def scrubbed_environment(environ: Mapping[str, str], local_variables: Iterable[str]) -> dict[str, str]:
    """Return the environment without Git's local variables: what another repository's git may see."""
    scrubbed = {*LOCAL_VARIABLES, *local_variables}
    return {name: value for name, value in environ.items() if name not in scrubbed}


def repository_environment(
    honoured: Mapping[str, str],
    scrubbed: dict[str, str],
    *,
    git_dir: str,
    common_dir: str,
    objects_dir: str,
    work_tree: str | None,
) -> dict[str, str]:
    """Return the environment for reading one repository: every place of it said outright, nothing found again."""
    places = {"GIT_DIR": git_dir}
    if work_tree is not None:
        places["GIT_WORK_TREE"] = work_tree
    # Where the user keeps objects or refs elsewhere by hand, that is where this repository is.
    if "GIT_COMMON_DIR" in honoured:
        places["GIT_COMMON_DIR"] = common_dir
    if "GIT_OBJECT_DIRECTORY" in honoured:
        places["GIT_OBJECT_DIRECTORY"] = objects_dir
    if "GIT_ALTERNATE_OBJECT_DIRECTORIES" in honoured:
        places["GIT_ALTERNATE_OBJECT_DIRECTORIES"] = honoured["GIT_ALTERNATE_OBJECT_DIRECTORIES"]
    return scrubbed | READ_ONLY | places
