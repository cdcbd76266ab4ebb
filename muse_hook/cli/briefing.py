"""What the commands of working beside others share: which symbol a word means in a commit's tree."""

from __future__ import annotations

from muse_hook.cli.options import as_recorded, relative
from muse_hook.errors import shell_command
from muse_hook.history.names import AddressError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from muse_hook.briefing.tree import CommitTree
    from muse_hook.git.repository import Repository

_IN_A_HINT = 8


def resolve_address(tree: CommitTree, word: str, repository: Repository, command: str) -> str:
    """Return the one symbol or file of a tree that a word means; AddressError with near ones, as words of `command`."""
    found = tree.find(word)
    if not found:
        path, dots, name = word.partition("::")
        here = as_recorded(relative(repository, path)) if path else path
        if here != path and not here.startswith(".."):
            found = tree.find(here + dots + name)
    if len(found) == 1:
        return found[0]
    if found:
        hint = "\n".join(shell_command("muse-hook", command, each) for each in found[:_IN_A_HINT])
        raise AddressError(f"looking for {word!r}", f"{len(found)} symbols are called that", hint)
    near = near_addresses(tree, word)
    hint = "\n".join(shell_command("muse-hook", command, each) for each in near)
    raise AddressError(f"looking for {word!r}", "no symbol is called that here", hint or "git ls-files")


def near_addresses(tree: CommitTree, word: str, number: int = 3) -> list[str]:
    """Return the addresses that a word probably means: of its own file, else by what its name begins with."""
    import difflib

    path, _, name = word.partition("::")
    table = tree.table(path) if name else None
    if table is not None:
        return [
            f"{path}::{each}" for each in difflib.get_close_matches(name, list(table.symbols), n=number, cutoff=0.3)
        ]
    return tree.near(name or path, number)
