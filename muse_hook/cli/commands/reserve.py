"""`muse-hook reserve`: say which symbols one is about to change."""

from __future__ import annotations

from muse_hook.agents.acting import one_line
from muse_hook.cli.claims import actor_of, append_entry, claims_now, draw_claims, is_own, own_session
from muse_hook.cli.dates import until
from muse_hook.cli.failures import reject
from muse_hook.cli.options import add_json, as_recorded, relative
from muse_hook.errors import StoreError
from muse_hook.history.ancestry import BranchFilter
from muse_hook.history.identity import symbol_id_of
from muse_hook.history.names import AddressError, SymbolNames
from muse_hook.oplog.claim import Claim, make_claim

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from muse_hook.cli.invocation import Invocation
    from muse_hook.git.repository import Repository
    from muse_hook.history.names import SymbolQuery
    from muse_hook.model.ops import OpEntry

PAGED = False
DESCRIPTION = """
Say which symbols you are about to change

A reservation is one entry in the log of the branch that you stand on. It blocks nobody: others see it before they
edit, in muse-hook reservations, concurrent --staged and the notice after a commit. It ends with --until or release.
SYMBOL is what muse-hook log takes: an address, a name that only one symbol has, a glob, a file. Where somebody on
another branch has reserved one of them already, that is said on stderr, and yours stands all the same.
"""
EXAMPLES = """
muse-hook reserve src/app.py::Model.save --intent 'write atomically'
muse-hook reserve Model.save Model.load --intent 'new format' --until 3d
muse-hook reserve src/app.py --intent 'split the file' --until 30m --json
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("symbols", metavar="SYMBOL", nargs="+", help="What you are about to change")
    parser.add_argument("--intent", metavar="TEXT", required=True, help="What for")
    parser.add_argument(
        "--until", metavar="WHEN", default="2h", help="When it ends by itself: 90s, 30m, 2h, 3d or a date (default: 2h)"
    )
    add_json(parser)


def run(arguments: argparse.Namespace, invocation: Invocation) -> int:
    """Append one entry, and say who else is there."""
    intent = one_line(as_recorded(arguments.intent))
    if not intent:
        reject("reading --intent", "it says nothing", "muse-hook reserve SYMBOL --intent 'what for'")
    ends = until(arguments.until, invocation.repository)
    symbols = _resolve(invocation, [as_recorded(word) for word in arguments.symbols])
    session = own_session(invocation)
    others = [
        claim
        for claim in claims_now(invocation)
        if not is_own(claim, session) and any(claim.covers(*symbol) for symbol in symbols.items())
    ]
    actor = actor_of(invocation.repository)
    made: list[OpEntry] = []

    def make(stamp: int) -> OpEntry:
        made[:] = [make_claim(actor, symbols, stamp, intent=intent, until=ends)]
        return made[0]

    append_entry(invocation, make)
    claim = Claim(made[0], session)
    if arguments.json:
        result = {"reservation": claim.as_json(), "others": [other.as_json() for other in others]}
        invocation.out.json({"version": 1, "command": "reserve", **result})
        return 0
    draw_claims(invocation.out, [claim])
    if others:
        invocation.messages.line(("warning: ", "warning"), "reserved on another branch as well:")
        draw_claims(invocation.messages, others, "  ")
    return 0


def _resolve(invocation: Invocation, words: list[str]) -> dict[str, str]:
    """Return the addresses that words mean on the branch one stands on, and their stable ids ("" for a file).

    What the history does not know, since nothing of it is recorded yet, is looked for in HEAD's files.
    """
    if not invocation.store.exists():
        raise StoreError("reserving", "nothing is recorded here yet", "muse-hook install")
    repository, database = invocation.repository, invocation.history()
    head = repository.head().oid
    names = SymbolNames(database, BranchFilter(repository, database, [head] if head else []))
    found: dict[str, str] = {}
    for word in words:
        query = _recorded(names, word, repository)
        if query is None:
            found.setdefault(_in_tree(repository, head, word), "")
            continue
        found.update(dict.fromkeys(query.paths[:1], ""))
        found.update({names.address_of(symbol): symbol_id_of(database, symbol) for symbol in query.symbols})
    return found


def _recorded(names: SymbolNames, word: str, repository: Repository) -> SymbolQuery | None:
    """Return what a word means in the history, None where it knows of no such symbol; AddressError for several."""
    path, dots, name = word.partition("::")
    here = as_recorded(relative(repository, path)) if dots and path else path
    for each in dict.fromkeys((word, here + dots + name)):
        try:
            return names.resolve(each)
        except AddressError as unknown:
            if "are called that" in unknown.wrong:
                raise
    return None


def _in_tree(repository: Repository, head: str | None, word: str) -> str:
    if head is None:
        raise AddressError(f"looking for {word!r}", "there is no commit yet", "git commit")
    from muse_hook.briefing.tree import CommitTree  # the history knows most
    from muse_hook.cli.briefing import resolve_address

    with repository.objects() as objects:
        return resolve_address(CommitTree(repository, objects, head), word, repository, "reserve")
