"""What the open symbols of one commit are compared by: weights of tokens, texts, call sites, and what else speaks."""

from __future__ import annotations

from muse_hook.match.evidence import Evidence
from muse_hook.match.pairs import CALLABLE
from muse_hook.match.similarity import CallSites, Features, Weights
from muse_hook.match.statements import Texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from muse_hook.match.unmatched import Unmatched
    from muse_hook.model.address import SymbolKey


class BodyComparison:
    """Looks at the open functions and at the pairs so far: what a token, what a call site says of identity.

    `old_names` and `open_names` are the keys of the functions that are open before and after the commit, by their
    simple names.
    """

    def __init__(self, unmatched: Unmatched) -> None:
        self.unmatched = unmatched
        before, after = unmatched.before, unmatched.after
        self.weights = Weights([side.features(key) for side in (before, after) for key in side.of_group(CALLABLE)])
        self.texts = Texts(self.weights)
        self.evidence = Evidence(unmatched)
        self.call_sites = CallSites(before.symbols, after.symbols, unmatched.matching.pairs)
        self.open_names: dict[str, list[SymbolKey]] = {}
        self.old_names: dict[str, list[SymbolKey]] = {}
        for side, names in ((before, self.old_names), (after, self.open_names)):
            for key in side.of_group(CALLABLE):
                names.setdefault(side.symbols[key].name, []).append(key)
        self._called: dict[SymbolKey, list[str]] = {}
        self._together: dict[tuple[SymbolKey, SymbolKey], Features] = {}

    def is_only(self, name: str) -> bool:
        """Whether one function of a name was open before the commit, and one after it."""
        return len(self.old_names.get(name, ())) == len(self.open_names.get(name, ())) == 1

    def called_by(self, new: Features) -> list[str]:
        """Return the names of open functions that a new body calls, sorted.

        Asked for each body that it is compared with: looked for among 5,000 names each time that was a third of what
        two branches of ten years take.
        """
        found = self._called.get(new.key)
        if found is None:
            said = self.open_names.keys() & new.tokens.keys()
            found = self._called[new.key] = sorted(new.symbol.calls.intersection(said)) if said else []
        return found

    def together(self, body: Features, called: Features) -> Features:
        """Return what a new body and one that it calls are compared by as one."""
        found = self._together.get((body.key, called.key))
        if found is None:
            found = self._together[body.key, called.key] = Features(body.key, body.symbol, (called.symbol,))
        return found
