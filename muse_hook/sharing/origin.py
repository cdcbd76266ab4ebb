"""Which repository this is to other machines: what its clones have in common."""

from __future__ import annotations

import os
import re

from muse_hook.digest import hex_sha256
from muse_hook.git.hosting import RemoteAddress
from muse_hook.oplog.store import find_root

TYPE_CHECKING = False
if TYPE_CHECKING:
    from muse_hook.git.repository import Repository

_DIGITS = 8  # of the digest in a name
_LONGEST = 80  # characters of the last component in a name


def identity(repository: Repository) -> str:
    """Return what all clones of one origin have in common: "github.com/pallets/flask", or a path on this machine.

    Scheme, user, port, the letters of the host and ".git" at the end make no difference. Without `remote.origin.url`
    it is the repository itself, and a clone that has its path for origin is the same one.
    """
    url = repository.config("remote.origin.url") or ""
    if not url:
        return repository.common_dir
    address = None if os.path.exists(url) else RemoteAddress.parse(url)
    if address is not None and address.scheme != "file":
        return f"{address.host}/{address.path}"
    base = repository.work_tree or repository.common_dir  # Git takes a relative one from there
    return find_root(os.path.join(base, url.removeprefix("file://")))


def name_of(identity: str) -> str:
    """Return a short name that stands in paths and subjects: the last component, and digits of the whole's digest."""
    last = os.path.basename(identity.rstrip("/").removesuffix("/.git").removesuffix(".git")) or "repository"
    plain = re.sub(r"[^A-Za-z0-9_-]", "-", last)[:_LONGEST]
    return f"{plain}-{hex_sha256(os.fsencode(identity))[:_DIGITS]}"
