"""What stands in a class that was renamed or moved goes along with it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from muse_hook.match.pairs import Matching, Open, Pair


def match_members(owner: Pair, left: Open, found: Matching) -> None:
    """Pair the open members of `owner` that have the same name in it before and after."""
    prefix = owner.old.qualified_name + "."
    members = [place for place in left.gone if place[0] == owner.old_path and place[1].startswith(prefix)]
    for old in sorted(members):
        new = (owner.new_path, owner.new.qualified_name + old[1][len(prefix) - 1 :])
        if new in left.come:
            found.pairs.append(left.close(old, new, owner.confidence))
