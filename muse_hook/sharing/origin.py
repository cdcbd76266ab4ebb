"""Which repository this is to other machines: what its clones have in common."""

from __future__ import annotations

import os
import re

from muse_hook.digest import hex_sha256
from muse_hook.oplog.store import find_root

TYPE_CHECKING = False
if TYPE_CHECKING:
    from muse_hook.git.repository import Repository

_DIGITS = 8  # of the digest in a name
_LONGEST = 80  # characters of the last component in a name
# `[USER@]HOST:PATH`, as scp has it; `SCHEME://[USER[:PASSWORD]@]HOST[:PORT]/PATH`.
_SCP = re.compile(r"(?:[^/@]+@)?(?P<host>\[[^]]+\]|[^/:\[]+):(?P<path>.+)")
_URL = re.compile(r"(?i)(?P<scheme>[a-z][a-z0-9+.-]*)://(?:[^/@]*@)?(?P<host>[^/:]*)(?::\d+)?/(?P<path>.*)")


def identity(repository: Repository) -> str:
    """Return what all clones of one origin have in common: "github.com/pallets/flask", or a path on this machine.

    Scheme, user, port, the letters of the host and ".git" at the end make no difference. Without `remote.origin.url`
    it is the repository itself, and a clone that has its path for origin is the same one.
    """
    address = repository.config("remote.origin.url") or ""
    found = _URL.fullmatch(address)
    if found and found["scheme"].lower() == "file":
        address = "/" + found["path"]
    elif found or (not os.path.exists(address) and (found := _SCP.fullmatch(address))):
        path = re.sub(r"/+", "/", found["path"]).strip("/").removesuffix(".git")
        return f"{found['host'].lower()}/{path}"
    if not address:
        return repository.common_dir
    base = repository.work_tree or repository.common_dir  # Git takes a relative one from there
    return find_root(os.path.join(base, address))


def name_of(identity: str) -> str:
    """Return a short name that stands in paths and subjects: the last component, and digits of the whole's digest."""
    last = os.path.basename(identity.rstrip("/").removesuffix("/.git").removesuffix(".git")) or "repository"
    plain = re.sub(r"[^A-Za-z0-9_-]", "-", last)[:_LONGEST]
    return f"{plain}-{hex_sha256(os.fsencode(identity))[:_DIGITS]}"
