"""What a changed path has to tell: sorted out before anything is matched."""

from __future__ import annotations

from muse_hook.match.pairs import ChangedFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from muse_hook.model.symbol import SymbolTable

PARSED = "parsed"


def known(table: SymbolTable | None) -> bool:
    """Whether the symbols of this side are what its tree holds; false for a file that could not be parsed."""
    return table is None or table.state == PARSED


def whole_parent(file: ChangedFile) -> int:
    """Return the number (2, 3, ...) of the merge's parent whose entry this path has, 0 where there is none.

    A rule that flipped between that parent and the merge (one has symbols to tell, the other has none) makes it 0.
    """
    for n, entry in enumerate(file.change.others):
        if entry != file.change.new:
            continue
        theirs = file.others[n] if n < len(file.others) else file.new
        if entry is None or (theirs is None) == (file.new is None):
            return n + 2
    return 0


def restated(file: ChangedFile) -> bool:
    """Whether only the symbols after are known: an unparsed file was made whole, or a rule flipped."""
    if file.new is None or not known(file.new) or file.change.old is None:
        return False
    return not known(file.old) if file.old is not None else file.change.old.is_file


def unrecorded(file: ChangedFile) -> bool:
    """Whether the file is there and its symbols are no longer told: a rule flipped, or an unparsed file is none now."""
    if file.old is None or file.new is not None or file.change.new is None:
        return False
    return file.change.new.is_file or not known(file.old)


def comparable(file: ChangedFile) -> bool:
    """Whether the symbols of both sides can be held against each other."""
    if file.old is None and file.new is None:
        return False
    return known(file.old) and known(file.new) and not restated(file) and not unrecorded(file)
