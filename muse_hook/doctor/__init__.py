"""Proof that the hooks fire, and a look at everything that a record depends on; nothing here prints."""

from __future__ import annotations

from muse_hook.doctor.hooks import examine_hooks
from muse_hook.doctor.store import examine_store
from muse_hook.errors import RepositoryError
from muse_hook.install import exclude, link, owner
from muse_hook.model.finding import Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from muse_hook.git import Repository
    from muse_hook.oplog import Store

__all__ = ["examine"]


def examine(repo: Repository, store: Store) -> list[Finding]:
    """Return what was found, in the order of a record's way: repository, hooks, store, link.

    Each hook is fired through Git with a probe that our shim answers and nobody else's hook sees; nothing is
    recorded. 'bad': commits are not recorded when they are made.
    """
    findings = [Finding("git", "ok", f"git {'.'.join(map(str, repo.version))}")]
    try:
        owner.refuse_foreign(repo, "recording")
    except RepositoryError as error:
        findings.append(Finding("owner", "bad", error.wrong, error.hint))
    findings += examine_hooks(repo)
    findings += examine_store(store)
    links = [link.look(repo, top) for top in link.tops(repo)]
    findings += links
    if any(found.level == "ok" for found in links):
        findings.append(exclude.look(repo))
    return findings
