"""Which names vanished from the bodies that stayed, and which appeared there: the trace of a rename at its callers."""

from __future__ import annotations

from muse_hook.match.kinds import IMPORT, group_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from muse_hook.match.pairs import Pair
    from muse_hook.model.address import SymbolKey
    from muse_hook.model.symbol import Symbol


class Callers:
    """Counts, for two names, the bodies and import lists in which one gave way to the other."""

    def __init__(
        self,
        gone: Mapping[SymbolKey, Symbol],
        come: Mapping[SymbolKey, Symbol],
        pairs: Iterable[Pair],
    ) -> None:
        olds = {symbol.name for symbol in gone.values() if group_of(symbol) != IMPORT}
        news = {symbol.name for symbol in come.values() if group_of(symbol) != IMPORT}
        self._lost: dict[str, set[object]] = {}
        self._gained: dict[str, set[object]] = {}
        for number, pair in enumerate(pairs):
            before, after = pair.old.tokens, pair.new.tokens
            lost, gained = olds.intersection(before), news.intersection(after)
            for name in lost:
                if before.count(name) > after.count(name):
                    self._lost.setdefault(name, set()).add(number)
            for name in gained:
                if after.count(name) > before.count(name):
                    self._gained.setdefault(name, set()).add(number)
        for (path, _), symbol in gone.items():
            if symbol.kind == "import" and symbol.name in olds:
                self._lost.setdefault(symbol.name, set()).add(path)
        for (path, _), symbol in come.items():
            if symbol.kind == "import" and symbol.name in news:
                self._gained.setdefault(symbol.name, set()).add(path)

    def lost(self, name: str) -> frozenset[object]:
        """Return the bodies and import lists that say `name` less often than before."""
        return frozenset(self._lost.get(name, ()))

    def gained(self, name: str) -> frozenset[object]:
        """Return the bodies and import lists that say `name` more often than before."""
        return frozenset(self._gained.get(name, ()))

    def renamed(self, old: str, new: str) -> float:
        """Return how sure the callers are that `old` became `new`: 0 where none says so, 2/3 for one, then more."""
        if old == new:
            return 0.0
        lost = self._lost.get(old)
        gained = self._gained.get(new)
        if not lost or not gained:
            return 0.0
        count = len(lost & gained)
        return count / (count + 0.5)
