"""What a change of the rules does to paths that did not change themselves."""

from __future__ import annotations

from muse_hook.git.trees import decode_path
from muse_hook.model.change import Blob, FileChange
from muse_hook.pathrules.rules import ATTRIBUTES_FILE, IGNORE_FILE, NONE, SYMBOLS, Folder, Rules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from muse_hook.git.objects import ObjectReader

_NO_MODE = 0  # of no entry of any tree, so that it equals none


def flips(objects: ObjectReader, old: Rules, new: Rules, changes: Iterable[FileChange]) -> list[FileChange]:
    """Return `FileChange(path, blob, blob)` of each unchanged file that `old` and `new` record differently.

    `changes` is everything that differs between the two trees. Without a rule file among them the answer is there
    at once; else the folders below the changed rules are walked whole. Sorted by the bytes of the path.
    """
    changes = list(changes)
    tops = _tops(old, new, changes)
    changed = {change.path for change in changes} if tops else set()
    found = []
    for top in tops:
        prefix = "".join(part + "/" for part in top)
        for raw, blob in objects.files(new.folder(top), prefix.encode()):
            path = decode_path(raw)
            if path not in changed and old.of(path) != new.of(path):
                found.append((raw, FileChange(path, blob, blob)))
    return [change for _, change in sorted(found, key=lambda item: item[0])]


def in_scope(
    changes: Sequence[FileChange], old: Rules, new: Rules, others: Sequence[Rules] = ()
) -> list[tuple[FileChange, bool, bool]]:
    """Return the changes as the log sees them, each with whether symbols are told of its old and its new side.

    A side that is not recorded is not there; where neither is, the change is left out. `others` are the rules of a
    merge's further parents: an entry that is not recorded there is not there either, and one that has symbols to tell
    there alone, or in the merge alone, is another entry than the merge's, whatever its blob.
    """
    found = []
    for change in changes:
        before, after = old.of(change.path), new.of(change.path)
        seen = change
        if others or NONE in (before, after):
            left = change.old if before != NONE else None
            right = change.new if after != NONE else None
            if left is None and right is None:
                continue
            further = [
                _seen(blob, rules.of(change.path), after) for blob, rules in zip(change.others, others, strict=False)
            ]
            seen = FileChange(change.path, left, right, further or change.others)
        found.append((seen, before == SYMBOLS, after == SYMBOLS))
    return found


def _seen(blob: Blob | None, there: str, here: str) -> Blob | None:
    """Return another parent's entry as a merge that records its path in the way `here` sees it."""
    if blob is None or there == NONE:
        return None
    return blob if (there == SYMBOLS) == (here == SYMBOLS) else Blob(_NO_MODE, blob.oid)


def _tops(old: Rules, new: Rules, changes: Sequence[FileChange]) -> list[Folder]:
    """Return the folders below which rules that count have changed, none of them inside another."""
    tops: set[Folder] = set()
    for change in changes:
        folder, _, name = change.path.rpartition("/")
        if name not in (ATTRIBUTES_FILE, IGNORE_FILE):
            continue
        top = tuple(folder.split("/")) if folder else ()
        if (not top and name == IGNORE_FILE and _patterns(old) != _patterns(new)) or (
            name == ATTRIBUTES_FILE and _said(old, top) != _said(new, top)
        ):
            tops.add(top)
    return sorted(top for top in tops if not any(top[:depth] in tops for depth in range(len(top))))


def _patterns(rules: Rules) -> tuple[str, ...]:
    return rules.ignore.patterns if rules.ignore is not None else ()


def _said(rules: Rules, folder: Folder) -> tuple[object, object]:
    """Return what a folder's `.gitattributes` says that can matter: `* text=auto` does not."""
    attributes = rules.attributes(folder)
    if attributes is None:
        return [], {}
    return attributes.lines, attributes.macros if not folder else {}
