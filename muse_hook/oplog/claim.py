"""Claims: who said that they are about to change which symbols, until when; entries of no commit in a session's log."""

from __future__ import annotations

from muse_hook.oplog.entry import make_op_entry, random_id

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from muse_hook.model.ops import OpEntry

RESERVED, RELEASED = "reserved", "released"
_UNTIL = "; until "


class Claim:
    """What a reservation says; `symbols` are the addresses that are still claimed, `symbol_ids` their stable ids.

    `branch` is the session whose log holds it, `until` and `created_at` are ISO 8601 in UTC, `clone` is the clone that
    shared it, "" for this one. A claim blocks nobody.
    """

    __slots__ = ("actor", "branch", "clone", "created_at", "id", "intent", "symbol_ids", "symbols", "until")

    def __init__(self, entry: Any, branch: str, clone: str = "") -> None:
        op = entry["domain_op"]
        intent, _, until = op["new_summary"].rpartition(_UNTIL)
        self.id: str = op["new_content_id"]
        self.symbols = _symbols(op)
        self.symbol_ids = _texts(op.get("symbol_ids"))
        self.intent: str = intent
        self.actor: str = entry["actor_id"]
        self.branch = branch
        self.clone = clone
        self.until: str = until
        self.created_at: str = entry["created_at"]

    def as_json(self) -> dict[str, Any]:
        """Return the claim as docs/json.md has it."""
        return {
            "id": self.id,
            "symbols": self.symbols,
            "intent": self.intent,
            "actor": self.actor,
            "branch": self.branch,
            "clone": self.clone or None,
            "until": self.until,
        }

    def is_of(self, branch: str) -> bool:
        """Say whether it was made on a branch (as others see its name) of this clone."""
        return self.branch == branch and not self.clone

    def covers(self, address: str, symbol_id: str | None = None) -> str:
        """Return which of the claimed symbols an address, or its stable id, is, or is in; "" for none."""
        for number, claimed in enumerate(self.symbols):
            if symbol_id and self.symbol_ids[number : number + 1] == [symbol_id]:
                return claimed
            is_within = address.startswith((claimed + ".", claimed + "::"))
            if address == claimed or is_within or claimed.startswith((address + ".", address + "::")):
                return claimed
        return ""


def make_claim(actor: str, symbol_ids: Mapping[str, str], stamp: int, *, intent: str, until: str) -> OpEntry:
    """Return the one entry of a reservation.

    `symbol_ids` has the addresses that it names and their stable ids, "" for what has none; `stamp` is the log's next.
    """
    op = _op(RESERVED, list(symbol_ids), random_id(), f"{intent}{_UNTIL}{until}")
    op["symbol_ids"] = list(symbol_ids.values())
    return make_op_entry(actor, "git", op, stamp, reservation_id=op["new_content_id"])


def make_release(actor: str, claim: Claim, symbols: Sequence[str], stamp: int) -> OpEntry:
    """Return the entry that gives up some of a claim's symbols."""
    op = _op(RELEASED, list(symbols), claim.id, claim.intent)
    return make_op_entry(actor, "git", op, stamp, reservation_id=claim.id)


def _op(what: str, symbols: list[str], claim_id: str, summary: str) -> dict[str, Any]:
    return {
        "op": "replace",
        "address": symbols[0],
        "position": None,
        "old_content_id": "",
        "new_content_id": claim_id,
        "old_summary": what,
        "new_summary": summary,
        "symbols": symbols,
    }


def is_claim(entry: Any) -> bool:
    """Say whether an entry of no commit reserves or releases something; it may be anybody's line."""
    op = entry.get("domain_op")
    if entry.get("domain") != "git" or not isinstance(op, dict) or op.get("op") != "replace":
        return False
    texts = [op.get(key) for key in ("new_content_id", "new_summary", "address")]
    texts += [entry.get(key) for key in ("actor_id", "created_at")]
    return op.get("old_summary") in (RESERVED, RELEASED) and all(isinstance(each, str) for each in texts)


def standing(entries: Iterable[tuple[str, Any]], now: str, taken: Mapping[str, str] | None = None) -> list[Claim]:
    """Return what is claimed at `now` (ISO 8601, UTC) by (session, entry) of claims in any order, the oldest first.

    `taken` has the clone of each entry that was taken from another one, by op_id.
    A release counts wherever it stands: logs of two clones are put together in any order.
    """
    claims: dict[str, Claim] = {}
    released: dict[str, set[str]] = {}
    for session, entry in entries:
        op = entry["domain_op"]
        if op["old_summary"] == RELEASED:
            released.setdefault(op["new_content_id"], set()).update(_symbols(op))
        else:
            claim = Claim(entry, session, (taken or {}).get(entry["op_id"], ""))
            other = claims.get(claim.id)
            if other is None or claim.created_at < other.created_at:  # one id twice: the first one's
                claims[claim.id] = claim
    for claim in claims.values():
        gone = released.get(claim.id, set())
        kept = [number for number, symbol in enumerate(claim.symbols) if symbol not in gone]
        claim.symbol_ids = [claim.symbol_ids[number] for number in kept if number < len(claim.symbol_ids)]
        claim.symbols = [claim.symbols[number] for number in kept]
    found = [claim for claim in claims.values() if claim.symbols and _is_time(claim.until) and claim.until > now]
    return sorted(found, key=lambda claim: (claim.created_at, claim.id))


def _is_time(text: str) -> bool:
    """Say whether a text is a time as we write it: what says no such time would stand for ever."""
    return len(text) == len("2026-01-31T10:00:00+00:00") and text[:4].isdigit() and text.endswith("+00:00")


def _symbols(op: Any) -> list[str]:
    return _texts(op.get("symbols")) or [op["address"]]


def _texts(value: Any) -> list[str]:
    return list(value) if isinstance(value, list) and all(isinstance(each, str) for each in value) else []
