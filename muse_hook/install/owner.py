"""Whose repository it is: files of one user do not belong into another's store."""

from __future__ import annotations

import os
import pwd

from muse_hook.errors import RepositoryError
from muse_hook.oplog import Store

TYPE_CHECKING = False
if TYPE_CHECKING:
    from muse_hook.git import Repository


def refuse_foreign(repo: Repository, doing: str) -> None:
    """Raise RepositoryError where the repository is another user's, Git's `safe.directory` or not."""
    if not Store(repo.common_dir).is_owned_by_another:
        return
    owner, me = os.stat(repo.common_dir).st_uid, os.geteuid()
    name = _name(owner)
    raise RepositoryError(
        doing,
        f"{repo.work_tree or repo.common_dir} belongs to {name}, and you are {_name(me)}",
        f"run this as {name}" if me else f"sudo -u {name} muse-hook install {repo.work_tree or repo.common_dir}",
    )


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
