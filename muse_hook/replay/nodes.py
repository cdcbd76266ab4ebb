"""Recorded commits as their seals tell of them, in causal order."""

from __future__ import annotations

from muse_hook.errors import DamagedLogError
from muse_hook.oplog.seal import Seal, git_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from muse_hook.index.index import Index
    from muse_hook.replay.batches import Batches


class Node:
    """A recorded commit: its tree and parents, the engine that told it, and where its batch stands.

    The batch is `start` to `end` in the log of `session`, its seal's line starts at `line` (bytes).
    """

    __slots__ = ("commit_id", "end", "engine", "line", "parents", "session", "start", "tree")

    def __init__(self, session: str, seal: Seal, start: int) -> None:
        self.commit_id = seal.commit_id
        self.tree = seal.tree
        self.parents = seal.parents
        self.engine = seal.engine
        self.session = session
        self.start = start
        self.line = seal.line
        self.end = seal.end

    def __repr__(self) -> str:
        return f"Node({self.commit_id[:10]} in {self.session!r})"


def ancestors(index: Index, batches: Batches, commit_id: str) -> dict[str, Node]:
    """Return a commit and everything that it reaches over recorded commits; empty where it is not recorded itself.

    Raises DamagedLogError where the logs are not what the index has read.
    """
    found: dict[str, Node] = {}
    wanted = [commit_id]
    asked = {commit_id}
    while wanted:
        sealed = index.find(wanted)
        wanted = []
        for there in sealed.values():
            line = batches.read(there.session, there.line, there.end)
            seal = git_line(line, there.line)
            if not isinstance(seal, Seal) or seal.commit_id != there.commit_id:
                raise DamagedLogError(
                    f"reading the log of {there.session}",
                    f"no seal stands at byte {there.line}",
                    "muse-hook verify, then muse-hook sync",
                )
            found[there.commit_id] = Node(there.session, seal, there.start)
            wanted += (parent for parent in seal.parents if parent not in asked)
            asked.update(seal.parents)
    return found


def causal_order(nodes: Mapping[str, Node]) -> list[str]:
    """Return the commits, parents before children; a line of commits stays together as long as nothing holds it up."""
    waits = {oid: len({parent for parent in node.parents if parent in nodes}) for oid, node in nodes.items()}
    children: dict[str, list[str]] = {}
    for oid, node in nodes.items():
        for parent in dict.fromkeys(node.parents):
            if parent in nodes:
                children.setdefault(parent, []).append(oid)
    ready = [oid for oid, count in waits.items() if not count][::-1]
    order = []
    while ready:
        oid = ready.pop()
        order.append(oid)
        for child in children.get(oid, ()):
            waits[child] -= 1
            if not waits[child]:
                ready.append(child)
    return order
