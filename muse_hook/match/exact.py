"""Symbols that went elsewhere with the very same content, their own name aside."""

from __future__ import annotations

from muse_hook.match.kinds import CONTAINER
from muse_hook.match.profile import words_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from muse_hook.match.unmatched import Open
    from muse_hook.model.address import SymbolKey
    from muse_hook.model.symbol import Symbol

SAME_NAME, OTHER_NAME = 6, 10
"""The least number of tokens, with and without the same qualified name: below it equal content says nothing about
identity (`pass`, `return None`, `X = 1`)."""

KEYS: tuple[Callable[[str, Symbol], Hashable], ...] = (
    lambda path, symbol: (path, symbol.qualified_name),
    lambda _, symbol: symbol.qualified_name,
    lambda _, symbol: symbol.name,
    lambda path, symbol: (path, symbol.parent, words_of(symbol.name)),
)
"""What decides among symbols of equal content, most telling first."""


def match_exact(open_: Open, group: int) -> None:
    """Pair open symbols of equal masked content; where several are equal, names and scopes have to decide.

    The work grows with the number of symbols, not with that of pairs, also where a thousand are equal.
    """
    gone, come = open_.gone.symbols, open_.come.symbols
    after: dict[str, list[SymbolKey]] = {}
    for place in open_.come.of_group(group):
        after.setdefault(come[place].masked_id, []).append(place)
    before: dict[str, list[SymbolKey]] = {}
    for place in open_.gone.of_group(group) if after else ():
        if gone[place].masked_id in after and len(gone[place].tokens) >= SAME_NAME:
            before.setdefault(gone[place].masked_id, []).append(place)
    for content, equals in before.items():
        for key in KEYS:
            olds = [old for old in equals if old in gone]
            news = [new for new in after[content] if new in come]
            if not olds or not news:
                break
            if len(olds) == len(news) == 1:
                _take(open_, olds[0], news[0], group)
                break
            _by_key(open_, olds, news, key, group)


def _by_key(
    open_: Open, olds: list[SymbolKey], news: list[SymbolKey], key: Callable[[str, Symbol], Hashable], group: int
) -> None:
    """Pair what is alone with its key on both sides."""
    by_key: dict[Hashable, tuple[list[SymbolKey], list[SymbolKey]]] = {}
    for old in olds:
        by_key.setdefault(key(open_.home(old[0]), open_.gone.symbols[old]), ([], []))[0].append(old)
    for new in news:
        by_key.setdefault(key(new[0], open_.come.symbols[new]), ([], []))[1].append(new)
    for same_old, same_new in by_key.values():
        if len(same_old) == len(same_new) == 1:
            _take(open_, same_old[0], same_new[0], group)


def _take(open_: Open, old: SymbolKey, new: SymbolKey, group: int) -> None:
    if old not in open_.gone.symbols or new not in open_.come.symbols:
        return  # it followed its class meanwhile
    if not open_.allowed(old, new) or (old[1] != new[1] and len(open_.gone.symbols[old].tokens) < OTHER_NAME):
        return
    if group == CONTAINER:
        open_.take_class(old, new)
    else:
        open_.take(old, new)
