"""How much of what a branch changed stands on the base already: it was squashed, cherry-picked, or made twice."""

from __future__ import annotations

from muse_hook.model.change import FileChange

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from muse_hook.concurrent.compare import Comparer
    from muse_hook.concurrent.side import BranchChanges
    from muse_hook.git.objects import ObjectReader
    from muse_hook.match.pairs import ChangedFile

ALL, SOME, NONE = "all", "some", "none"


def share_on_base(objects: ObjectReader, comparer: Comparer, fork: str, tip: str, base: str) -> str:
    """Say whether `ALL`, `SOME` or `NONE` of what a tip changed since its fork stands on the base, content for content.

    Counted are symbols, the code of a file that no symbol holds, and whole files where nothing else differs. Nothing is
    parsed where the base has touched none of the paths, or has the very blobs. ObjectMissingError.
    """
    changes = comparer.differing(fork, tip)
    tree = objects.commit(base).tree
    there = {change.path: objects.blob_at(tree, change.path) for change in changes}
    if all(there[change.path] == change.new for change in changes):
        return ALL
    if all(there[change.path] == change.old for change in changes):
        return NONE
    side = comparer.side(fork, tip)
    differing = [FileChange(each.path, each.new, there[each.path]) for each in changes if there[each.path] != each.new]
    since = {file.path: file for file in comparer.files(tip, base, differing)}
    stands = list(_stands(side, since))
    if all(stands):
        return ALL
    return SOME if any(stands) else NONE


def _stands(side: BranchChanges, since: dict[str, ChangedFile]) -> Iterator[bool]:
    """Yield of each thing that a side changed whether it stands; `since` are the paths that differ on the base."""
    told: set[str] = set()
    for before, change in side.changed.items():
        path, name = before if change.key is None else change.key
        told.add(path)
        file = since.get(path)
        if change.key is None:
            yield file is None or name not in file.new_symbols
        else:
            yield file is None or (name in file.new_symbols and name not in file.changed)
    for path, name in side.added:
        told.add(path)
        file = since.get(path)
        yield file is None or (name in file.new_symbols and name not in file.changed)
    for path, file in side.files.items():
        there = since.get(path)
        if file.old is not None and file.new is not None and not file.old.same_module(file.new):
            yield there is None or (
                there.old is not None and there.new is not None and there.old.same_module(there.new)
            )
        elif path not in told:
            yield there is None
