"""Which symbols live at each commit, by the tables of the history alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muse_hook.history.addresses import Addresses
from muse_hook.history.ancestry import Ancestry
from muse_hook.history.identity import AddressHistory

if TYPE_CHECKING:
    import sqlite3


def known_addresses(connection: sqlite3.Connection) -> list[str]:
    """Return every address that ever was a symbol's."""
    text = Addresses(connection).text
    return [text(number) for (number,) in connection.execute("SELECT DISTINCT address FROM addresses")]


def shared_ids(connection: sqlite3.Connection) -> list[tuple[str, str, str]]:
    """Return (commit, address, other address) wherever two living symbols of a commit have one id."""
    ancestry = Ancestry.load(connection)
    addresses = AddressHistory(connection, lambda: ancestry)
    text = Addresses(connection).text
    touched: dict[str, list[str]] = {}
    for commit, address in connection.execute(
        "SELECT r.commit_id, a.address FROM addresses a JOIN records r USING (record) WHERE r.commit_id IS NOT NULL"
    ):
        touched.setdefault(commit, []).append(text(address))
    before = [text(address) for (address,) in connection.execute("SELECT address FROM addresses WHERE record = 0")]
    parents: dict[str, list[str]] = {}
    for commit, parent in connection.execute(
        "SELECT r.commit_id, x.commit_id FROM parents p JOIN records r USING (record)"
        " JOIN records x ON x.record = p.parent ORDER BY p.record, p.number"
    ):
        parents.setdefault(commit, []).append(parent)
    states: dict[str, dict[str, int]] = {}
    reached: dict[str, set[str]] = {}
    found: list[tuple[str, str, str]] = []
    for commit, *position in connection.execute(
        "SELECT commit_id, chain, step, generation FROM records WHERE commit_id IS NOT NULL"
        " ORDER BY generation, commit_id"
    ).fetchall():
        known = [parent for parent in parents.get(commit, ()) if parent in states]
        reached[commit] = {commit}.union(*(reached[parent] for parent in known))
        news = reached[commit] - reached[known[0]] if known else reached[commit]
        state = dict(states[known[0]]) if known else {}
        reachable = ancestry.reachable_from([(position[0], position[1], position[2])])
        for address in {each for new in news for each in touched.get(new, ())}.union(before):
            symbol = addresses.living(reachable, address)
            if symbol is None:
                state.pop(address, None)
            else:
                state[address] = symbol
        states[commit] = state
        holders: dict[int, str] = {}
        for address, symbol in sorted(state.items()):
            if holders.setdefault(symbol, address) != address:
                found.append((commit, holders[symbol], address))
    return found
