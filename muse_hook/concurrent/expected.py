"""What new users expect of a side's symbols and it took away: names, parameters, how a thing is used."""

from __future__ import annotations

from muse_hook.concurrent.collision import ASYNC_AND_CALLER, GONE_AND_CALLER, SIGNATURE_AND_CALLER
from muse_hook.concurrent.inherited import newly_unlisted
from muse_hook.concurrent.side import BranchChange
from muse_hook.languages.languages import language_named
from muse_hook.match.pairs import CALLABLE, CONTAINER, VALUE, group_of
from muse_hook.semver.fields import constructor_of
from muse_hook.semver.signature import compare_parameters, compare_passed
from muse_hook.semver.surface import Surface, is_read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from muse_hook.concurrent.side import BranchChanges
    from muse_hook.model.address import SymbolKey
    from muse_hook.model.symbol import Parameter, Symbol, SymbolTable

SUPER = "super"
_ASYNC = "async_"


class Expectation:
    """Something that a side broke: what stood at `key` before and has undergone `change`, as the `kind` of collision.

    A new user says one of `names`: of what is `read` (a property) without calling it. `breaks` says of a call whether
    one as it was fails now, and is None of any other use. `makes` is the simple name of the class that it makes objects
    of, "" for what is no constructor. What `is_unlisted` is missed by those alone who import all that its module lists.
    """

    __slots__ = ("breaks", "change", "is_read", "is_unlisted", "key", "kind", "makes", "names")

    def __init__(
        self,
        kind: str,
        key: SymbolKey,
        change: BranchChange,
        names: tuple[str, ...],
        *,
        breaks: bool | None = None,
        is_read: bool = False,
        makes: str = "",
        is_unlisted: bool = False,
    ) -> None:
        self.kind = kind
        self.key = key
        self.change = change
        self.names = names
        self.breaks = breaks
        self.is_read = is_read
        self.makes = makes
        self.is_unlisted = is_unlisted

    @property
    def is_gone(self) -> bool:
        """Whether it can be had no more where it was."""
        return self.kind == GONE_AND_CALLER and not self.is_unlisted

    @property
    def is_called(self) -> bool:
        """Whether a new user calls it."""
        return not self.is_read and (bool(self.makes) or group_of(self.change.old) == CALLABLE)


class Broken:
    """What a side broke, of all that it changed; a change is looked at when somebody may say a name of it."""

    def __init__(self, side: BranchChanges) -> None:
        self._side = side
        self._of_change: dict[SymbolKey, list[Expectation]] = {}
        self._of_files: list[Expectation] | None = None

    def said_by(self, may_say: Callable[[Sequence[str]], bool]) -> Iterator[Expectation]:
        """Yield what concerns those who may say (one of) some names, in the order of the changes; others as well.

        A function's parameters are parsed to see what it breaks: of main and rel_1_4 of sqlalchemy a sixth of the time.
        What makes objects of a class is always among it, since that may be an heir's in a file that nobody changed.
        """
        side = self._side
        for key, change in side.changed.items():
            found = self._of_change.get(key)
            if found is None:
                names = _possible_names(side, key, change)
                if not names or not (len(names) > 1 or may_say(names)):
                    continue
                found = self._of_change[key] = list(_of_change(side, key, change))
            yield from found
        if self._of_files is None:
            self._of_files = list(_of_files(side))
        yield from self._of_files


def _of_files(side: BranchChanges) -> Iterator[Expectation]:
    """Yield what differs in the files themselves: constructors that nobody wrote, names that a module does not list."""
    for path, file in side.files.items():
        now = side.table(path)
        if file.old is None or now is None:
            continue
        changed = file.changed if now is file.new else file.old.changed(now)
        for old, new, before, after in changed_constructors(file.old, now, changed):
            key = (path, old.qualified_name)
            change = BranchChange(old, new, (side.path_now(path), new.qualified_name), (), ["signature"])
            breaks = any(bump == "major" for bump, _, _ in compare_passed(before, after))
            yield Expectation(SIGNATURE_AND_CALLER, key, change, (old.name,), breaks=breaks, makes=old.name)
        for name in newly_unlisted(file) if now is file.new else ():
            change = BranchChange(file.old.symbols[name], now.symbols[name], (path, name), (), ["unlisted"])
            yield Expectation(GONE_AND_CALLER, (path, name), change, (name,), is_unlisted=True)


def _possible_names(side: BranchChanges, key: SymbolKey, change: BranchChange) -> tuple[str, ...]:
    """Return the names that users of what a change breaks say, if it breaks anything; none where it surely does not."""
    if change.new is None or change.is_elsewhere:
        return (change.old.name,)
    return names_of(change.old, side.language(key[0])) if group_of(change.old) == CALLABLE else ()


def _of_change(side: BranchChanges, key: SymbolKey, change: BranchChange) -> Iterator[Expectation]:
    old, new = change.old, change.new
    if new is None or change.is_elsewhere:
        # A method that keeps its name went to a base class or a subclass: objects answer to it as before.
        is_inherited = new is not None and old.parent and new.parent and new.name == old.name
        if not side.still_binds(key[0], old) and not is_inherited:
            reads = group_of(old) == CALLABLE and bool(old.parent) and is_read(old)
            yield Expectation(GONE_AND_CALLER, key, change, (old.name,), is_read=reads)
        return
    if group_of(old) != CALLABLE or not is_broken(old, new):
        return
    names = names_of(old, side.language(key[0]))
    makes = names[0] if len(names) > 1 else ""
    if is_async(old) != is_async(new):
        yield Expectation(ASYNC_AND_CALLER, key, change, names, breaks=True)
    elif _is_read(old) != _is_read(new):
        yield Expectation(SIGNATURE_AND_CALLER, key, change, names, breaks=True, is_read=_is_read(old))
    else:
        verdicts = compare_parameters(old.parameters, new.parameters)
        breaks = _binding(old) != _binding(new) or any(bump == "major" for bump, _, _ in verdicts)
        yield Expectation(SIGNATURE_AND_CALLER, key, change, names, breaks=breaks, makes=makes)


def changed_constructors(
    before: SymbolTable, after: SymbolTable, changed: Sequence[str]
) -> Iterator[tuple[Symbol, Symbol, Sequence[Parameter], Sequence[Parameter]]]:
    """Yield the classes of a file, before and after, that take other parameters, with these, and say so nowhere.

    `changed` are the names of what both have and is not the same.
    A class whose own constructor is written on both sides is not among them: that method says it. One is that makes it
    of its fields, or has it from a base of the same file.
    """
    names = [name for name, symbol in before.symbols.items() if group_of(symbol) == CONTAINER]
    names = [name for name in names if name in after.symbols and group_of(after.symbols[name]) == CONTAINER]
    if not names or not _may_differ(before, after, changed):
        return
    surfaces = Surface({"": before}), Surface({"": after})
    for name in names:
        old, new = before.symbols[name], after.symbols[name]
        if all(any(f"{name}.{each}" in table.symbols for each in _constructors(table)) for table in (before, after)):
            continue
        made = constructor_of(surfaces[0], "", old), constructor_of(surfaces[1], "", new)
        if made[0] is not None and made[1] is not None and passed(made[0]) != passed(made[1]):
            yield old, new, made[0], made[1]


def _may_differ(before: SymbolTable, after: SymbolTable, changed: Sequence[str]) -> bool:
    """Whether a class, an attribute or a constructor changed at all: most changes of a file are of other things."""
    constructors = _constructors(after)
    if not constructors:
        return False
    olds, news = before.symbols, after.symbols
    touched = {*changed, *(olds.keys() ^ news.keys())}
    symbols = (news.get(name) or olds[name] for name in touched)
    return any(
        each.name in constructors or group_of(each) == CONTAINER or (group_of(each) == VALUE and each.parent)
        for each in symbols
    )


def _constructors(table: SymbolTable) -> Sequence[str]:
    language = language_named(table.language_name)
    return language.strings("constructors") if language is not None else ()


def names_of(symbol: Symbol, language_name: str) -> tuple[str, ...]:
    """Return what a user of a symbol may say: a constructor is called by its class's name, and by `super()`."""
    if symbol.parent and is_constructor(language_name, symbol):
        return symbol.parent.rpartition(".")[2], symbol.name, SUPER
    return (symbol.name,)


def is_constructor(language_name: str, symbol: Symbol) -> bool:
    """Say whether a symbol is by its name what makes objects of its class."""
    language = language_named(language_name)
    return language is not None and symbol.name in language.strings("constructors")


def is_broken(old: Symbol, new: Symbol) -> bool:
    """Say whether a function that stayed is used in another way now."""
    said = old.kind, old.signature_id, old.decorators_id
    if old.signature_id and said == (new.kind, new.signature_id, new.decorators_id):
        return False  # known since the two were compared: most changes are of bodies, and nothing is parsed again
    return (
        passed(old.parameters) != passed(new.parameters)
        or is_async(old) != is_async(new)
        or _is_read(old) != _is_read(new)
    )


def passed(parameters: Sequence[Parameter]) -> list[tuple[str, str, str | None]]:
    """Return what a caller has to know: annotations change no call."""
    return [(parameter.name, parameter.kind, parameter.default) for parameter in parameters]


def is_async(symbol: Symbol) -> bool:
    """Whether a function is a coroutine."""
    return symbol.kind.startswith(_ASYNC)


def _binding(symbol: Symbol) -> set[str]:
    """Return what a method is called on, if that is said: nothing (`staticmethod`) or its class."""
    return {one.lstrip("@") for one in symbol.decorators} & {"staticmethod", "classmethod"}


def _is_read(symbol: Symbol) -> bool:
    return bool(symbol.parent) and is_read(symbol)
