"""Addresses and summaries as the tables keep them: each path and each name once, and by number elsewhere.

An address is one number: that of its path, and behind it that of its name (0: a file's own address). Names repeat more
than paths (`import::os`, `main`), and the two together are 6 bytes where the text is 70.
"""

from __future__ import annotations

from muse_hook.model.address import SEPARATOR, simple_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from muse_hook.model.address import SymbolKey

NAME_BITS = 28
NAME_MASK = (1 << NAME_BITS) - 1
"""268 million names; more than half a million paths make an address 8 bytes long."""

_TEXTS_A_QUERY = 500  # SQLite's own limit on `?` was 999 for long

# What stands for the simple name, the path and the lines of an op in the form of its summary.
_NAME, _PATH, _LINES = "\1", "\2", "\3"
_MARKS = frozenset((_NAME, _PATH, _LINES))


class Addresses:
    """The numbers of a connection's addresses; remembers what it was asked."""

    __slots__ = ("_connection", "_names", "_numbers", "_paths", "_texts")

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._texts: dict[int, str] = {}
        self._numbers: dict[str, int] = {}
        self._paths: dict[int, str] = {}
        self._names: dict[int, str] = {}

    def text(self, number: int) -> str:
        """Return the address that has a number."""
        text = self._texts.get(number)
        if text is None:
            name = number & NAME_MASK
            path = _text(self._connection, "path", self._paths, number >> NAME_BITS)
            text = f"{path}{SEPARATOR}{_text(self._connection, 'name', self._names, name)}" if name else path
            self._texts[number] = text
            self._numbers[text] = number
        return text

    def find(self, address: str) -> int | None:
        """Return the number of an address, None where nothing can have it."""
        number = self._numbers.get(address)
        if number is None:
            path, separator, name = address.partition(SEPARATOR)
            query = "SELECT number, 0 FROM paths WHERE path = ?"
            if separator:
                query = "SELECT p.number, n.number FROM paths p JOIN names n ON n.name = ?2 WHERE p.path = ?1"
            row = self._connection.execute(query, (path, name) if separator else (path,)).fetchone()
            if row is None:
                return None
            number = self._numbers[address] = row[0] << NAME_BITS | row[1]
        return number

    def find_all(self, addresses: Iterable[str]) -> dict[int, str]:
        """Return those of these addresses that something can have, by their numbers; in a few questions."""
        parted = {each: each.partition(SEPARATOR) for each in addresses}
        paths = self._found("path", {path for path, _, _ in parted.values()})
        names = self._found("name", {name for _, _, name in parted.values()})
        return {
            paths[path] << NAME_BITS | (names[name] if separator else 0): address
            for address, (path, separator, name) in parted.items()
            if path in paths and (not separator or name in names)
        }

    def _found(self, column: str, texts: set[str]) -> dict[str, int]:
        found: dict[str, int] = {}
        wanted = sorted(texts)
        for at in range(0, len(wanted), _TEXTS_A_QUERY):
            some = wanted[at : at + _TEXTS_A_QUERY]
            marks = ", ".join("?" * len(some))
            query = f"SELECT {column}, number FROM {column}s WHERE {column} IN ({marks})"  # noqa: S608 - names of ours
            found.update(self._connection.execute(query, some).fetchall())
        return found

    def add(self, addresses: Iterable[str]) -> Mapping[str, int]:
        """Return the numbers of these addresses (and of others), which they have from now on. Inside a transaction."""
        known = self._numbers
        new = {each: each.partition(SEPARATOR) for each in addresses if each not in known}
        paths = add_texts(self._connection, "path", (path for path, _, _ in new.values()))
        names = add_texts(self._connection, "name", (name for _, separator, name in new.values() if separator))
        for address, (path, separator, name) in new.items():
            known[address] = paths[path] << NAME_BITS | (names[name] if separator else 0)
        return known


class AddressTexts:
    """The texts of all addresses, read at once: for who asks of hundreds of thousands."""

    __slots__ = ("_names", "_paths")

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._paths: dict[int, str] = dict(connection.execute("SELECT number, path FROM paths"))
        self._names: dict[int, str] = dict(connection.execute("SELECT number, name FROM names"))

    def key(self, number: int) -> SymbolKey:
        """Return an address as a symbol key."""
        name = number & NAME_MASK
        return self._paths[number >> NAME_BITS], self._names[name] if name else ""

    def text(self, number: int) -> str:
        """Return an address as text."""
        path, name = self.key(number)
        return f"{path}{SEPARATOR}{name}" if number & NAME_MASK else path


def _text(connection: sqlite3.Connection, column: str, known: dict[int, str], number: int) -> str:
    text = known.get(number)
    if text is None:
        query = f"SELECT {column} FROM {column}s WHERE number = ?"  # noqa: S608 - two names of ours
        text = known[number] = connection.execute(query, (number,)).fetchone()[0]
    return text


def add_texts(connection: sqlite3.Connection, column: str, texts: Iterable[str]) -> dict[str, int]:
    """Return the number of each path, or of each name (`column`), which it has from now on. Inside a transaction."""
    find = f"SELECT number FROM {column}s WHERE {column} = ?"  # noqa: S608 - two names of ours
    found: dict[str, int] = {}
    execute = connection.execute
    for text in texts:
        if text in found:
            continue
        row = execute(find, (text,)).fetchone()
        if row is not None:
            found[text] = row[0]
        elif column == "path":
            found[text] = execute("INSERT INTO paths (path) VALUES (?)", (text,)).lastrowid  # type: ignore[assignment] # an INSERT's
        else:
            row = text, 1 + len(text) - len(simple_name(SEPARATOR + text))
            found[text] = execute("INSERT INTO names (name, simple) VALUES (?, ?)", row).lastrowid  # type: ignore[assignment] # likewise
    return found


def address_in_sql(column: str) -> str:
    """Return the expression that is the address whose number a column has."""
    name = f"(SELECT '{SEPARATOR}' || name FROM names WHERE number = {column} & {NAME_MASK})"  # noqa: S608 - ours
    return f"(SELECT path FROM paths WHERE number = {column} >> {NAME_BITS}) || coalesce({name}, '')"  # noqa: S608 - ours


def form_of_summary(
    summary: str, address: str, kind: str | None, lines: Sequence[Any]
) -> tuple[str | None, str | None]:
    """Return the form that an op's summary is made of, or None and the summary as it is, which fits no form.

    A form has marks for what the op says elsewhere, its simple name, its path and its lines: forms are few.
    """
    path, separator, _ = address.partition(SEPARATOR)
    if not path or not _MARKS.isdisjoint(summary) or not _MARKS.isdisjoint(address):
        return None, summary
    if not separator:
        head, found, tail = summary.partition(path)
        return head + _PATH + tail if found else summary, None
    head, found, tail = summary.partition(f"{kind} {simple_name(address)}")
    if not found:
        return None, summary
    end = f"  L{lines[0]}–{lines[1]}"
    if type(lines[0]) is int and type(lines[1]) is int and tail.endswith(end):
        tail = tail.removesuffix(end) + _LINES
    return f"{head}{kind} {_NAME}{tail}", None


def summary_in_sql(entry: str, form: str) -> str:
    """Return the expression that is the summary of a row of `entries`, with its row of `forms`."""
    name = f"(SELECT substr(name, simple) FROM names WHERE number = {entry}.address & {NAME_MASK})"  # noqa: S608 - ours
    path = f"(SELECT path FROM paths WHERE number = {entry}.address >> {NAME_BITS})"  # noqa: S608 - ours
    lines = f"'  L' || {entry}.first_line || '–' || {entry}.last_line"
    made = f"{form}.summary"
    for mark, text in ((1, name), (2, path), (3, lines)):
        made = f"replace({made}, char({mark}), coalesce({text}, ''))"
    return f"coalesce({entry}.summary, {made})"
