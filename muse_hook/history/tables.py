"""The tables of the history in `index.sqlite`, the views over them for people who want SQL, and a batch's rows."""

from __future__ import annotations

from muse_hook.history.addresses import Addresses, add_texts, address_in_sql, form_of_summary, summary_in_sql
from muse_hook.history.packed import digits_in_sql, op_id_in_sql, pack_digits, pack_op_id
from muse_hook.index import database
from muse_hook.oplog.entry import POSITIONS
from muse_hook.oplog.seal import engine_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence
    from typing import Any

    Entry = Mapping[str, Any]
    Values = tuple[Any, ...]

# Raised with every change below: tables of another version are dropped and made again from the logs.
VERSION = 13

# `records` is what the log holds in causal order: a commit's batch, or (commit_id NULL) one manual entry.
# What repeats stands once, in `words`, `paths` and `names`, and is a number elsewhere (`author`, `actor`, `engine`,
# `path`; addresses as `addresses` says). `forms` are what ops have in common, with the form of their summary; one that
# fits none stands in `entries.summary`. `op_id`, `tree` and content ids are as `packed` says. `parents.parent` is the
# parent's record, or the bytes of its id as long as it has none. All this makes the index of ansible's last
# 10,000 commits 90 MB; with texts in their places it was 207.
# `chain` and `step` put a commit on a line of first parents (see ancestry). `symbol` numbers are rows of `identities`;
# `links` says which symbol an entry belongs to. `addresses`: from record `record` (0: before the log) on, the address
# belongs to that symbol (NULL: to none any more). `prefixes`: in that record everything under `old` went to `new`.
# `identities.origin`: the symbol that this one was until a merge brought both to life at two addresses.
# `moves.from_parent`: the parent that the symbol had gone there in already. `rewrites` are the marks of the logs (`new`
# NULL: dropped), `superseded` what they come to as long as no branch has the old commit: see rewrites.
# `attributions` is filled when somebody asks who took part (attribution.py).
_TABLES = """
CREATE TABLE records (
    record INTEGER PRIMARY KEY, commit_id TEXT UNIQUE, session TEXT NOT NULL, generation INTEGER NOT NULL,
    lamport_ts INTEGER NOT NULL, tree, author INTEGER, co_authors TEXT, actor INTEGER NOT NULL,
    authored_at TEXT, committed_at TEXT NOT NULL, subject TEXT, summary TEXT, sem_ver_bump TEXT,
    breaking_changes TEXT, engine INTEGER, intent TEXT NOT NULL, reservation TEXT NOT NULL,
    chain INTEGER, step INTEGER, linked INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE words (word INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
CREATE INDEX records_to_link ON records (record) WHERE NOT linked;
CREATE TABLE parents (
    record INTEGER NOT NULL, number INTEGER NOT NULL, parent INTEGER NOT NULL, PRIMARY KEY (record, number)
) WITHOUT ROWID;
CREATE TABLE entries (
    record INTEGER NOT NULL, position INTEGER NOT NULL, inside INTEGER, op_id NOT NULL, form INTEGER NOT NULL,
    address INTEGER NOT NULL, path INTEGER NOT NULL, new_address INTEGER, from_address INTEGER,
    from_parent INTEGER, confidence REAL, first_line INTEGER, last_line INTEGER, old_content_id,
    new_content_id, summary TEXT, PRIMARY KEY (record, position)
) WITHOUT ROWID;
CREATE TABLE forms (number INTEGER PRIMARY KEY, op TEXT NOT NULL, kind TEXT, change TEXT NOT NULL, summary TEXT);
CREATE INDEX forms_by_all ON forms (op, kind, change, summary);
CREATE TABLE paths (number INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE);
CREATE TABLE names (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, simple INTEGER NOT NULL);
CREATE TABLE links (
    record INTEGER NOT NULL, position INTEGER NOT NULL, symbol INTEGER NOT NULL, PRIMARY KEY (record, position)
) WITHOUT ROWID;
CREATE TABLE identities (
    symbol INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, address INTEGER NOT NULL,
    name INTEGER NOT NULL, first_record INTEGER, last_record INTEGER NOT NULL, alive INTEGER NOT NULL,
    ops INTEGER NOT NULL, origin INTEGER
);
CREATE TABLE addresses (
    address INTEGER NOT NULL, record INTEGER NOT NULL, symbol INTEGER, PRIMARY KEY (address, record)
) WITHOUT ROWID;
CREATE TABLE moves (
    record INTEGER NOT NULL, symbol INTEGER NOT NULL, old_address INTEGER NOT NULL, new_address INTEGER NOT NULL,
    how TEXT NOT NULL, confidence REAL, from_parent INTEGER, PRIMARY KEY (symbol, record, old_address)
) WITHOUT ROWID;
CREATE TABLE prefixes (
    new TEXT NOT NULL, record INTEGER NOT NULL, old TEXT NOT NULL, PRIMARY KEY (new, record, old)
) WITHOUT ROWID;
CREATE TABLE chains (chain INTEGER PRIMARY KEY, last INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE edges (
    chain INTEGER NOT NULL, step INTEGER NOT NULL, generation INTEGER NOT NULL,
    parent_chain INTEGER, parent_step INTEGER, parent_generation INTEGER
);
CREATE TABLE reachable_sets (tips TEXT PRIMARY KEY, unknown INTEGER NOT NULL, furthest BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE rewrites (
    op_id TEXT PRIMARY KEY, old TEXT NOT NULL, new TEXT, lamport_ts INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE superseded (commit_id TEXT PRIMARY KEY, new TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE attributions (commit_id TEXT PRIMARY KEY, agents TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE followed (log INTEGER PRIMARY KEY, offset INTEGER NOT NULL) WITHOUT ROWID;
"""

# What readers alone ask by; made when the first reading is done, since sorting once costs less than keeping order.
_INDEXES = """
CREATE INDEX IF NOT EXISTS records_in_order ON records (generation);
CREATE INDEX IF NOT EXISTS entries_of_path ON entries (path, record);
CREATE INDEX IF NOT EXISTS links_of_symbol ON links (symbol, record);
CREATE INDEX IF NOT EXISTS identities_by_name ON identities (name)
"""
# What linking asks by as well.
_INDEXES_TO_LINK = """
CREATE INDEX IF NOT EXISTS children ON parents (parent);
CREATE INDEX IF NOT EXISTS addresses_of_record ON addresses (record)
"""

_PARENTS = (
    "(SELECT coalesce('[\"' || group_concat(parent, '\", \"') || '\"]', '[]') FROM (SELECT"
    " coalesce(x.commit_id, CAST(p.parent AS TEXT)) AS parent FROM parents p LEFT JOIN records x ON x.record = p.parent"
    " WHERE p.record = r.record ORDER BY p.number))"
)
_VIEWS = f"""
CREATE VIEW commits AS
    SELECT r.commit_id, session, generation, lamport_ts, {digits_in_sql("r.tree")} AS tree, a.text AS author,
        co_authors, c.text AS actor, authored_at, committed_at, subject, summary, sem_ver_bump, breaking_changes,
        e.text AS engine, intent AS intent_id, reservation AS reservation_id, {_PARENTS} AS parents, new AS superseded,
        (SELECT agents FROM attributions t WHERE t.commit_id = r.commit_id) AS agents
    FROM records r JOIN words c ON c.word = r.actor LEFT JOIN words a ON a.word = r.author
        LEFT JOIN words e ON e.word = r.engine LEFT JOIN superseded s ON s.commit_id = r.commit_id
    WHERE r.commit_id IS NOT NULL;
CREATE VIEW ops AS
    SELECT {op_id_in_sql("e.op_id")} AS op_id, r.commit_id, r.lamport_ts + e.position AS lamport_ts, r.session,
        w.text AS actor, r.committed_at AS created_at, f.op, {address_in_sql("e.address")} AS address, p.path, f.kind,
        f.change, {address_in_sql("e.new_address")} AS new_address, {address_in_sql("e.from_address")} AS from_address,
        e.from_parent, e.confidence, e.first_line, e.last_line,
        {digits_in_sql("e.old_content_id")} AS old_content_id, {digits_in_sql("e.new_content_id")} AS new_content_id,
        {summary_in_sql("e", "f")} AS summary, s.id AS symbol_id, e.inside IS NOT NULL AS is_child
    FROM entries e JOIN records r USING (record) JOIN paths p ON p.number = e.path JOIN words w ON w.word = r.actor
        JOIN forms f ON f.number = e.form
        LEFT JOIN links k ON k.record = e.record AND k.position = e.position
        LEFT JOIN identities s ON s.symbol = k.symbol;
CREATE VIEW symbols AS
    SELECT s.id AS symbol_id, s.kind, n.name, {address_in_sql("s.address")} AS address,
        s.alive AND NOT EXISTS (SELECT 1 FROM superseded x WHERE x.commit_id = f.commit_id) AS alive, s.ops,
        f.commit_id AS first_commit, f.committed_at AS first_at, l.commit_id AS last_commit, l.committed_at AS last_at
    FROM identities s JOIN names n ON n.number = s.name LEFT JOIN records f ON f.record = s.first_record
        JOIN records l ON l.record = s.last_record;
CREATE VIEW renames AS
    SELECT s.id AS symbol_id, r.commit_id, r.lamport_ts, r.committed_at AS created_at,
        {address_in_sql("m.old_address")} AS old_address, {address_in_sql("m.new_address")} AS new_address, m.how,
        m.confidence
    FROM moves m JOIN records r USING (record) JOIN identities s USING (symbol) WHERE m.from_parent IS NULL;
"""  # noqa: S608 - expressions of ours

VIEWS = ("commits", "ops", "symbols", "renames")
"""What people may build upon: columns are added, never taken away."""

# As SQLite keeps them; indexes are made late.
_ALWAYS = {text for text in map(str.strip, (_TABLES + _VIEWS).split(";")) if text}
_LATER = {
    text.strip().replace("IF NOT EXISTS ", "")
    for text in (_INDEXES + ";" + _INDEXES_TO_LINK).split(";")
}  # fmt: skip

_WORD = "(SELECT word FROM words WHERE text = ?)"
_INSERT_RECORD = (
    "INSERT INTO records (record, commit_id, session, generation, lamport_ts, tree, author, co_authors, actor,"  # noqa: S608 - a constant
    " authored_at, committed_at, subject, summary, sem_ver_bump, breaking_changes, engine, intent, reservation)"
    f" VALUES (?, ?, ?, ?, ?, ?, {_WORD}, ?, {_WORD}, ?, ?, ?, ?, ?, ?, {_WORD}, ?, ?)"
)
_AUTHOR, _ACTOR, _ENGINE = 6, 8, 15  # places in a row of `records`
_FORM, _PATH, _ADDRESSES = 4, 6, (5, 7, 8)  # and of `entries`
# A parent that is not there yet becomes a number when what is new is linked: see `number_parents`.
_INSERT_PARENT = (
    "INSERT INTO parents VALUES (?1, ?2, coalesce((SELECT record FROM records WHERE commit_id = ?3), CAST(?3 AS BLOB)))"
)
_INSERT_ENTRY = (
    "INSERT INTO entries (record, position, inside, op_id, form, address, path, new_address, from_address,"
    " from_parent, confidence, first_line, last_line, old_content_id, new_content_id, summary)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_FIND_FORM = "SELECT number FROM forms WHERE op IS ? AND kind IS ? AND change IS ? AND summary IS ?"
_INSERT_FORM = "INSERT INTO forms (op, kind, change, summary) VALUES (?, ?, ?, ?)"
_NO_LINES = (None, None)


def is_there(connection: sqlite3.Connection) -> bool:
    """Whether the tables are there, of this version, and nothing else: a view of another's answers what it likes."""
    row = connection.execute("SELECT value FROM meta WHERE key = 'history'").fetchone()
    if row is None or row[0] != str(VERSION):
        return False
    found = {text for _, _, text in database.others(connection)}
    return found >= _ALWAYS and found - _ALWAYS <= _LATER


def make(connection: sqlite3.Connection) -> None:
    """Drop what is there and make empty tables; inside the caller's transaction."""
    for kind, name, _ in database.others(connection):
        if kind in ("table", "view"):
            quoted = name.replace('"', '""')
            connection.execute(f'DROP {kind} IF EXISTS "{quoted}"')
    for statement in (_TABLES + _VIEWS).split(";"):
        connection.execute(statement)
    connection.execute("REPLACE INTO meta VALUES ('history', ?)", (str(VERSION),))


def unlink(connection: sqlite3.Connection) -> None:
    """Take back every link, so that all is linked again. Inside the caller's transaction."""
    for table in ("links", "identities", "addresses", "moves", "prefixes", "chains", "edges", "reachable_sets"):
        connection.execute(f"DELETE FROM {table}")  # noqa: S608 - names of ours
    connection.execute("UPDATE records SET linked = 0, chain = NULL, step = NULL WHERE linked")


def index_to_link(connection: sqlite3.Connection) -> None:
    """Make the indexes that linking needs, where they are not there."""
    for statement in _INDEXES_TO_LINK.split(";"):
        connection.execute(statement)


def index_to_read(connection: sqlite3.Connection) -> None:
    """Make the indexes that readers need, where they are not there."""
    for statement in _INDEXES.split(";"):
        connection.execute(statement)


def is_indexed(connection: sqlite3.Connection) -> bool:
    """Whether the indexes that readers need are there."""
    query = "SELECT 1 FROM sqlite_master WHERE type = 'index' AND name = 'identities_by_name'"  # the last one made
    return connection.execute(query).fetchone() is not None


def number_parents(connection: sqlite3.Connection) -> None:
    """Put the record of each parent that has one by now into the place of its id. Inside the caller's transaction."""
    connection.execute(
        "UPDATE parents SET parent = (SELECT record FROM records WHERE commit_id = CAST(parent AS TEXT))"
        " WHERE parent >= x'' AND EXISTS (SELECT 1 FROM records WHERE commit_id = CAST(parent AS TEXT))"
    )


def insert(connection: sqlite3.Connection, batches: Sequence[BatchRows]) -> None:
    """Write the rows of some batches. Inside the caller's transaction; raises what SQLite does of what it refuses."""
    records = [each.record for each in batches]
    entries = [row for each in batches for row in each.entries]
    words = [(row[at],) for row in records for at in (_AUTHOR, _ACTOR, _ENGINE)]
    connection.executemany("INSERT OR IGNORE INTO words (text) VALUES (?)", words)  # None is ignored as well
    connection.executemany(_INSERT_RECORD, records)
    connection.executemany(_INSERT_PARENT, [row for each in batches for row in each.parents])
    connection.executemany(_INSERT_ENTRY, _numbered(connection, entries))


def _numbered(connection: sqlite3.Connection, entries: Sequence[Values]) -> list[list[Any]]:
    """Put the numbers of forms, paths and addresses, new ones in the order in which they came, in the texts' places."""
    paths = add_texts(connection, "path", (row[_PATH] for row in entries))
    named = Addresses(connection)
    numbers = named.add(row[at] for row in entries for at in _ADDRESSES if row[at] is not None)
    forms: dict[Values, int] = {}
    rows = [list(row) for row in entries]
    for row in rows:
        form = row[_FORM]
        if form not in forms:
            if connection.execute(_FIND_FORM, form).fetchone() is None:
                connection.execute(_INSERT_FORM, form)
            (forms[form],) = connection.execute(_FIND_FORM, form).fetchone()
        row[_FORM], row[_PATH] = forms[form], paths[row[_PATH]]
        for at in _ADDRESSES:
            if row[at] is not None:
                row[at] = numbers[row[at]]
    return rows


def delete(connection: sqlite3.Connection, record: int) -> None:
    """Delete a batch's rows; those that have it for a parent know it by its id. Inside the caller's transaction."""
    connection.execute(
        "UPDATE parents SET parent = (SELECT CAST(commit_id AS BLOB) FROM records WHERE record = ?1) WHERE parent = ?1",
        (record,),
    )
    for table in ("records", "parents", "entries"):
        connection.execute(f"DELETE FROM {table} WHERE record = ?", (record,))  # noqa: S608 - names of ours


class BatchRows:
    """What a batch, or a manual entry, becomes as record number `number`: rows of `records`, `parents` and `entries`.

    `supersedes` says that a batch by an older engine, which stands in the tables already, makes room.
    LookupError, TypeError, ValueError, AttributeError where entries are not what entries are.
    """

    __slots__ = ("entries", "parents", "record", "supersedes")

    def __init__(self, number: int, entries: Sequence[Entry], session: str) -> None:
        self.supersedes = False
        last = entries[-1]
        commit: Mapping[str, Any] = last.get("commit", {})
        self.record = _record(number, last, commit, session)
        self.parents: list[Values] = [(number, *each) for each in enumerate(commit.get("parents", ()))]
        self.entries = _entries(number, entries[:-1] if commit else entries)

    def escape(self) -> None:
        """Replace what no UTF-8 can write, as it is displayed: half of a surrogate pair, which JSON can write."""
        self.record = _escaped(self.record)
        self.parents = [_escaped(row) for row in self.parents]
        self.entries = [_escaped(row) for row in self.entries]


def _record(number: int, entry: Entry, commit: Mapping[str, Any], session: str) -> Values:
    """Return the row of a batch with this seal, or of a manual entry (`commit` is empty)."""
    generation = commit.get("generation", entry["lamport_ts"] // POSITIONS)
    op = entry["domain_op"] if commit else {}
    return (
        number,
        entry["commit_id"] if commit else None,
        session,
        generation,
        generation * POSITIONS if commit else entry["lamport_ts"],
        pack_digits(op.get("content_id")),
        commit.get("author"),
        _list_text(commit.get("co_authors")),
        entry["actor_id"],
        commit.get("authored_at"),
        entry["created_at"],
        op.get("content_summary"),
        commit.get("summary"),
        commit.get("sem_ver_bump"),
        _list_text(commit.get("breaking_changes")),
        engine_of(commit) if "engine" in commit else None,
        entry.get("intent_id", ""),
        entry.get("reservation_id", ""),
    )


def _entries(record: int, entries: Sequence[Entry]) -> list[Values]:
    rows: list[Values] = []
    inside: int | None = None
    children, path = 0, ""
    forms: dict[Values, Values] = {}
    for position, entry in enumerate(entries):
        op = entry["domain_op"]
        get = op.get
        kind, address = op["op"], op["address"]
        if children:
            children -= 1
        else:
            inside, children = None, len(get("child_ops", ()))
            path = address if children or kind == "patch" else address.partition("::")[0]
        lines = get("lines") or _NO_LINES
        new_address, from_address = get("new_address"), get("from_address")
        summary = get("new_summary") or get("content_summary") or get("child_summary") or ""
        made = None
        if new_address is None and from_address is None:  # else it names the other end
            made, summary = form_of_summary(summary, address, get("kind"), lines)
        elif not all(each is None or isinstance(each, str) for each in (address, new_address, from_address)):
            raise TypeError("an address is no text")
        form = kind, get("kind"), ",".join(get("change", ())), made
        rows.append(
            (
                record,
                position,
                inside,
                pack_op_id(entry["op_id"]),
                forms.setdefault(form, form),
                address,
                path,
                new_address,
                from_address,
                get("from_parent"),
                get("confidence"),
                lines[0],
                lines[1],
                pack_digits(get("content_id") if kind == "delete" else get("old_content_id")),
                pack_digits(get("content_id") if kind == "insert" else get("new_content_id")),
                summary,
            )
        )
        if inside is None and children:
            inside = position
    return rows


def _escaped(row: Values) -> Values:
    return tuple(
        each.encode("utf-8", "backslashreplace").decode()
        if isinstance(each, str)
        else _escaped(each)
        if isinstance(each, tuple)
        else each
        for each in row
    )


def _list_text(values: list[Any] | None) -> str:
    """Return a list as JSON; most are empty, and nothing that writes JSON is loaded for them."""
    if not values:
        return "[]"
    from json import dumps

    return dumps(values)
