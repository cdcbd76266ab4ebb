"""Generations counted from Git's raw commits, not from what any seal says."""

from __future__ import annotations

from muse_hook.errors import ObjectMissingError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from muse_hook.git.objects import ObjectReader


class Generations:
    """1 for a root, else 1 + the largest of the parents'; None where history is cut off (shallow, pruned)."""

    def __init__(self, objects: ObjectReader) -> None:
        self._objects = objects
        self._known: dict[str, int | None] = {}

    def of(self, oid: str) -> int | None:
        """Return a commit's generation; walks what it does not know yet."""
        known = self._known
        pending: list[tuple[str, list[str] | None]] = [(oid, None)]
        while pending:
            at, parents = pending.pop()
            if at in known:
                continue
            if parents is None:
                try:
                    parents = self._objects.parents(at)
                except ObjectMissingError:
                    known[at] = None
                    continue
                missing = [parent for parent in parents if parent not in known]
                if missing:
                    pending.append((at, parents))
                    pending += ((parent, None) for parent in missing)
                    continue
            found = [known[parent] for parent in parents]
            known[at] = None if None in found else 1 + max((number or 0 for number in found), default=0)
        return known[oid]
