"""`muse-hook release`: give up what one has reserved."""

from __future__ import annotations

from muse_hook.cli.claims import actor_of, append_entry, claims_now, is_own, own_session
from muse_hook.cli.failures import closest
from muse_hook.cli.options import add_json, as_recorded
from muse_hook.errors import MuseHookError, shell_command
from muse_hook.oplog.claim import make_release

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from muse_hook.cli.invocation import Invocation
    from muse_hook.oplog.claim import Claim

PAGED = False
DESCRIPTION = """
Give up what you have reserved

Takes the symbols out of the reservations that hold them: those of the branch that you stand on, else anybody's.
SYMBOL is an address as muse-hook reservations shows it, the end of one (save, Model.save), or a reservation's id for
all that it holds. Nothing is deleted: one more entry says so.
"""
EXAMPLES = """
muse-hook release src/app.py::Model.save
muse-hook release Model.save Model.load
"""


class ReleaseError(MuseHookError):
    """Nobody has reserved that."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("symbols", metavar="SYMBOL", nargs="+", help="What is free again")
    add_json(parser)


def run(arguments: argparse.Namespace, invocation: Invocation) -> int:
    """Append an entry for each reservation that loses something; all words must be known."""
    claims, session = claims_now(invocation), own_session(invocation)
    chosen: dict[str, tuple[Claim, list[str]]] = {}
    for word in map(as_recorded, arguments.symbols):
        found = _matching([claim for claim in claims if is_own(claim, session)], word) or _matching(claims, word)
        if not found:
            raise _unknown(word, claims)
        for claim, symbol in found:
            _, symbols = chosen.setdefault(claim.id, (claim, []))
            symbols += [symbol] if symbol not in symbols else []
    actor = actor_of(invocation.repository)
    for claim, symbols in chosen.values():
        append_entry(invocation, lambda stamp, claim=claim, symbols=symbols: make_release(actor, claim, symbols, stamp))  # type: ignore[misc] # each is called at once
    if arguments.json:
        rows = [{"id": claim.id, "symbols": symbols} for claim, symbols in chosen.values()]
        invocation.out.json({"version": 1, "command": "release", "released": rows})
        return 0
    for _, symbols in chosen.values():
        invocation.out.line("released ", (", ".join(symbols), "path"))
    return 0


def _matching(claims: Sequence[Claim], word: str) -> list[tuple[Claim, str]]:
    """Return every claimed symbol that a word means."""
    whole = [(claim, symbol) for claim in claims for symbol in claim.symbols if word in (symbol, claim.id)]
    ends = ("::" + word, "." + word, "/" + word)
    return whole or [(claim, symbol) for claim in claims for symbol in claim.symbols if symbol.endswith(ends)]


def _unknown(word: str, claims: Sequence[Claim]) -> ReleaseError:
    near = closest(word, [symbol for claim in claims for symbol in claim.symbols])
    hint = shell_command("muse-hook", "release", near) if near else "muse-hook reservations"
    return ReleaseError(f"releasing {word}", "nobody has reserved that", hint)
