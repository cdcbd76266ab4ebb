"""Symbols that have another address and the very same content, their own name masked."""

from __future__ import annotations

from muse_hook.match.evidence import ALIKE, SHORT, Evidence, is_constructor
from muse_hook.match.functions import is_part
from muse_hook.match.pairs import CALLABLE, CONTAINER, group_of
from muse_hook.match.similarity import words_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from muse_hook.match.comparison import BodyComparison
    from muse_hook.match.unmatched import Unmatched
    from muse_hook.model.address import SymbolKey
    from muse_hook.model.symbol import Symbol

    Criterion = Callable[[str, Symbol], Hashable]
    """Of a path (renamed files followed) and a symbol there."""

SAME_NAME, OTHER_NAME = 6, 10
"""The least number of tokens, with and without the same qualified name: below it equal content says nothing about
identity (`pass`, `return None`, `X = 1`)."""

IN_PLACE = 2
"""The least number of words beside the name, and beside the grammar's, in a class that got another name between the
same neighbours."""

CRITERIA: tuple[Criterion, ...] = (
    lambda path, symbol: (path, symbol.qualified_name),
    lambda _, symbol: symbol.qualified_name,
    lambda _, symbol: symbol.name,
    lambda path, symbol: (path, symbol.parent, words_of(symbol.name)),
)
"""What decides among symbols of equal content, the one that says most first."""


def match_exact(unmatched: Unmatched, group: int, compared: BodyComparison | None = None) -> None:
    """Pair unmatched symbols of equal masked content; where several are equal, names and scopes have to decide.

    `compared` is what short functions need beside their text. The work grows with the number of symbols, not with that
    of pairs, also where a thousand are equal.
    """

    def pair(old: SymbolKey, new: SymbolKey) -> None:
        _pair(unmatched, old, new, group, compared)

    before, after = unmatched.before.symbols, unmatched.after.symbols
    new_keys: dict[str, list[SymbolKey]] = {}
    for key in unmatched.after.of_group(group):
        new_keys.setdefault(after[key].masked_id, []).append(key)
    old_keys: dict[str, list[SymbolKey]] = {}
    for key in unmatched.before.of_group(group) if new_keys else ():
        if before[key].masked_id in new_keys and _size(unmatched, key, group) >= SAME_NAME:
            old_keys.setdefault(before[key].masked_id, []).append(key)
    for content, equals in old_keys.items():
        for criterion in CRITERIA:
            olds = [old for old in equals if old in before]
            news = [new for new in new_keys[content] if new in after]
            if not olds or not news:
                break
            if len(olds) == len(news) == 1:
                pair(olds[0], news[0])
                break
            _pair_by(criterion, unmatched, olds, news, pair)


def match_in_place(unmatched: Unmatched) -> None:
    """Pair classes of equal masked content that is too short to say who they are, where their place says it.

    Such a class has no bases and no functions, as a rule of a style sheet, a section of a text or a table of settings
    has none: it stands between the same two neighbours under another name, and no other one there says the same. Not
    where the language's row has `renamed = "by content"`.
    """
    before, after = unmatched.before.symbols, unmatched.after.symbols
    news: dict[str, list[SymbolKey]] = {}
    for key in unmatched.after.of_group(CONTAINER):
        news.setdefault(after[key].masked_id, []).append(key)
    evidence = Evidence(unmatched)
    found: dict[Hashable, tuple[list[SymbolKey], list[SymbolKey]]] = {}
    for old in unmatched.before.of_group(CONTAINER) if news else ():
        symbol = before[old]
        if symbol.masked_id in news and _is_plain(unmatched, old):
            place = symbol.masked_id, *unmatched.new_scope((old[0], symbol.parent))
            found.setdefault((*place, evidence.gap(old, before=True)), ([], []))[0].append(old)
    contents = {place[0] for place in found}  # type: ignore[index] # a tuple, as made above
    for content in contents:
        for new in news[content]:
            place = content, new[0], after[new].parent
            both = found.get((*place, evidence.gap(new, before=False)))
            if both is not None:
                both[1].append(new)
    for olds, there in found.values():
        if len(olds) == len(there) == 1 and olds[0] in before and unmatched.may_pair(olds[0], there[0]):
            unmatched.pair_class(olds[0], there[0], unmatched.said(1.0))


def _is_plain(unmatched: Unmatched, key: SymbolKey) -> bool:
    """Whether an old class says something, and has neither bases nor functions."""
    side = unmatched.before
    symbol = side.symbols[key]
    table = unmatched.files[key[0]].old
    if table is None or table.says("renamed"):
        return False
    members = [side.symbols[member] for member in side.members(key)]
    if symbol.bases or any(group_of(member) == CALLABLE for member in members):
        return False
    words = [word for one in (symbol, *members) for word in one.words if word != symbol.name]
    return sum(any(map(str.isalnum, word)) for word in words) >= IN_PLACE


def _pair_by(
    criterion: Criterion,
    unmatched: Unmatched,
    olds: list[SymbolKey],
    news: list[SymbolKey],
    pair: Callable[[SymbolKey, SymbolKey], None],
) -> None:
    """Pair what the criterion tells from all others on both sides."""
    found: dict[Hashable, tuple[list[SymbolKey], list[SymbolKey]]] = {}
    for old in olds:
        value = criterion(unmatched.matching.new_path(old[0]), unmatched.before.symbols[old])
        found.setdefault(value, ([], []))[0].append(old)
    for new in news:
        value = criterion(new[0], unmatched.after.symbols[new])
        found.setdefault(value, ([], []))[1].append(new)
    for same_olds, same_news in found.values():
        if len(same_olds) == len(same_news) == 1:
            pair(same_olds[0], same_news[0])


def _pair(unmatched: Unmatched, old: SymbolKey, new: SymbolKey, group: int, compared: BodyComparison | None) -> None:
    before = unmatched.before.symbols
    if old not in before or new not in unmatched.after.symbols:
        return  # paired with its class meanwhile
    size = _size(unmatched, old, group)
    if not unmatched.may_pair(old, new) or (old[1] != new[1] and size < OTHER_NAME):
        return
    if compared is not None and _is_no_heir(compared, old, new):
        return
    if group == CONTAINER:
        unmatched.pair_class(old, new)
    elif compared is None or size >= SHORT:
        unmatched.pair(old, new)
    else:
        _pair_short(compared, old, new, size)


def _is_no_heir(compared: BodyComparison, old: SymbolKey, new: SymbolKey) -> bool:
    """Whether two functions of one body are two all the same.

    Because the old name is still there, in the new one's file, and names the one that has the body now; or because each
    is the constructor of another class.
    """
    before, after = compared.unmatched.before, compared.unmatched.after
    one, other = before.symbols[old].name, after.symbols[new].name
    if one == other:
        return False
    if is_constructor(old, one) and is_constructor(new, other) and not compared.unmatched.same_scope(old, new):
        return True
    return is_part(compared, before.features(old), after.features(new))


def _size(unmatched: Unmatched, key: SymbolKey, group: int) -> int:
    """Return the number of tokens of an old symbol; of a class with its members', which are its content, too."""
    symbols = unmatched.before.symbols
    members = unmatched.before.members(key) if group == CONTAINER else ()
    return len(symbols[key].tokens) + sum([len(symbols[member].tokens) for member in members])


def _pair_short(compared: BodyComparison, old: SymbolKey, new: SymbolKey, size: int) -> None:
    """Pair two short bodies if more than the text speaks for it; that alone is no certainty."""
    unmatched = compared.unmatched
    one, other = unmatched.before.symbols[old], unmatched.after.symbols[new]
    in_scope = unmatched.same_scope(old, new)
    if not in_scope and not compared.evidence.may_move(old, new):
        return
    if one.name == other.name:
        is_given = compared.evidence.is_given(old, one.name, before=True)
        unmatched.pair(old, new, unmatched.said(1.0) if is_given and not in_scope else 1.0)
    elif size >= ALIKE:
        unmatched.pair(old, new)
    elif in_scope or words_of(one.name) & words_of(other.name) or compared.call_sites.renamed(one.name, other.name):
        unmatched.pair(old, new, unmatched.said(1.0))
