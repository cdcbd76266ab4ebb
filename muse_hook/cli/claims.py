"""Reading and writing claims for the commands that have to do with them."""

from __future__ import annotations

import os

from muse_hook.agents.acting import actor_in, one_line
from muse_hook.catchup.sessions import session_of_head
from muse_hook.errors import StoreError
from muse_hook.oplog.batch import ManualEntries
from muse_hook.oplog.claim import standing
from muse_hook.oplog.entry import now
from muse_hook.oplog.lock import LOCK_SECONDS
from muse_hook.oplog.sessions import check, display_name
from muse_hook.oplog.taken import taken
from muse_hook.oplog.writer import append, highest_stamp

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from muse_hook.cli.invocation import Invocation
    from muse_hook.cli.terminal import Screen
    from muse_hook.git.repository import Repository
    from muse_hook.model.ops import OpEntry
    from muse_hook.oplog.claim import Claim


def claims_now(invocation: Invocation) -> list[Claim]:
    """Return what is claimed at this moment, the oldest first; nothing where nothing was ever recorded."""
    if not invocation.store.exists():
        return []
    invocation.index.refresh()
    claims = invocation.index.claims()
    return standing(claims, now(), taken(invocation.store)) if claims else []


def others_claims(invocation: Invocation, addresses: Iterable[str]) -> list[Claim]:
    """Return what is claimed on other branches of what is at some addresses, by them or by stable id."""
    session = own_session(invocation)
    claims = [claim for claim in claims_now(invocation) if not is_own(claim, session)]
    if not claims:
        return []
    ids = _symbol_ids(invocation, addresses := list(addresses))
    return [claim for claim in claims if any(claim.covers(each, ids.get(each)) for each in addresses)]


def _symbol_ids(invocation: Invocation, addresses: Sequence[str]) -> dict[str, str]:
    from muse_hook.history.ancestry import BranchFilter  # only where something is claimed
    from muse_hook.history.identity import symbol_id_of
    from muse_hook.history.names import SymbolNames

    repository, database = invocation.repository, invocation.history()
    head = repository.head().oid
    names = SymbolNames(database, BranchFilter(repository, database, [head] if head else []))
    return {each: symbol_id_of(database, names.symbol_at(each)) for each in addresses}


def own_session(invocation: Invocation) -> str:
    """Return the session that a commit made here would go to."""
    return session_of_head(invocation.repository.head())


def append_entry(invocation: Invocation, make: Callable[[int], OpEntry]) -> None:
    """Append the entry that `make` makes for the next stamp to the own session's log, durably. StoreError."""
    store, session = invocation.store, check(own_session(invocation))
    if not store.exists():
        raise StoreError("reserving", "nothing is recorded here yet", "muse-hook install")
    with store.lock(LOCK_SECONDS):
        entry = make(highest_stamp(store, session, locked=True) + 1)
        append(store, session, [ManualEntries.of_claim(entry)])
    invocation.index.follow(session)  # or the next hook would have to


def actor_of(repository: Repository) -> str:
    """Return who is acting: what the environment says, else who would be the author of a commit made now."""
    found = actor_in(os.environ)
    if found:
        return found
    status, output, _ = repository.run("var", "GIT_AUTHOR_IDENT")
    line = output.decode("utf-8", "backslashreplace")
    return one_line(line[: line.rfind(">") + 1]) if status == 0 else ""


def is_own(claim: Claim, session: str) -> bool:
    """Say whether a claim was made on the branch that one stands on, and in this clone."""
    return claim.is_of(display_name(session))


def draw_claims(screen: Screen, claims: Sequence[Claim], lead: str = "") -> None:
    """Write a line a claim: which symbols, who, on which branch, until when and why."""
    for claim in claims:
        when = claim.until[:16].replace("T", " ")
        screen.line(lead, (", ".join(claim.symbols), "path"), f"  {claim.intent}")
        who = claim.actor.partition(" <")[0] or claim.actor
        screen.line(lead, "    ", (f"{who} on {claim.branch}{_clone(claim)}, until {when} UTC  {claim.id}", "dim"))


def _clone(claim: Claim) -> str:
    return f" of clone {claim.clone[:8]}" if claim.clone else ""
