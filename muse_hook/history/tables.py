"""The tables of the history in `index.sqlite`, and the stable views over them for people who want SQL."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3

# Raised with every change below: tables of another version are dropped and made again from the logs.
VERSION = 6

# `records` is what the log holds in causal order: a commit's batch, or (commit_id NULL) one entry appended by hand.
# `chain` and `place` put a commit on a line of first parents (see ancestry). `symbol` numbers are rows of `stories`;
# `told` says whose story an entry belongs to. `places`: from record `record` (0: before the log) on, the address
# belongs to that story (NULL: to none any more). `carriers`: in that record everything under `old` went to `new`.
# `moves.from_parent`: the parent of a merge that the symbol had gone there in already.
_TABLES = """
CREATE TABLE records (
    record INTEGER PRIMARY KEY, commit_id TEXT UNIQUE, session TEXT NOT NULL, generation INTEGER NOT NULL,
    lamport_ts INTEGER NOT NULL, tree TEXT, author TEXT, co_authors TEXT, actor TEXT NOT NULL,
    authored_at TEXT, committed_at TEXT NOT NULL, subject TEXT, summary TEXT, sem_ver_bump TEXT,
    breaking_changes TEXT, engine TEXT, intent TEXT NOT NULL, reservation TEXT NOT NULL, parents TEXT,
    log INTEGER NOT NULL, start INTEGER NOT NULL, chain INTEGER, place INTEGER, folded INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX records_to_fold ON records (record) WHERE NOT folded;
CREATE TABLE parents (
    record INTEGER NOT NULL, number INTEGER NOT NULL, parent TEXT NOT NULL, PRIMARY KEY (record, number)
) WITHOUT ROWID;
CREATE TABLE entries (
    record INTEGER NOT NULL, position INTEGER NOT NULL, inside INTEGER, op_id TEXT NOT NULL, op TEXT NOT NULL,
    address TEXT NOT NULL, path TEXT NOT NULL, kind TEXT, change TEXT NOT NULL, new_address TEXT, from_address TEXT,
    from_parent INTEGER, confidence REAL, first_line INTEGER, last_line INTEGER, old_content_id TEXT,
    new_content_id TEXT, summary TEXT NOT NULL, PRIMARY KEY (record, position)
) WITHOUT ROWID;
CREATE TABLE told (
    record INTEGER NOT NULL, position INTEGER NOT NULL, symbol INTEGER NOT NULL, PRIMARY KEY (record, position)
) WITHOUT ROWID;
CREATE TABLE stories (
    symbol INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, address TEXT NOT NULL,
    name TEXT NOT NULL, first_record INTEGER, last_record INTEGER NOT NULL, alive INTEGER NOT NULL, ops INTEGER NOT NULL
);
CREATE TABLE places (
    address TEXT NOT NULL, record INTEGER NOT NULL, symbol INTEGER, PRIMARY KEY (address, record)
) WITHOUT ROWID;
CREATE TABLE moves (
    record INTEGER NOT NULL, symbol INTEGER NOT NULL, old_address TEXT NOT NULL, new_address TEXT NOT NULL,
    how TEXT NOT NULL, confidence REAL, from_parent INTEGER, PRIMARY KEY (symbol, record, old_address)
) WITHOUT ROWID;
CREATE TABLE carriers (
    new TEXT NOT NULL, record INTEGER NOT NULL, old TEXT NOT NULL, PRIMARY KEY (new, record, old)
) WITHOUT ROWID;
CREATE TABLE marks_read (
    old_commit TEXT NOT NULL, new_commit TEXT NOT NULL, kind TEXT NOT NULL, PRIMARY KEY (old_commit, new_commit, kind)
) WITHOUT ROWID;
CREATE TABLE chains (chain INTEGER PRIMARY KEY, last INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE edges (
    chain INTEGER NOT NULL, place INTEGER NOT NULL, generation INTEGER NOT NULL,
    parent_chain INTEGER, parent_place INTEGER, parent_generation INTEGER
);
CREATE TABLE reaches (tips TEXT PRIMARY KEY, unknown INTEGER NOT NULL, furthest BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE followed (log INTEGER PRIMARY KEY, offset INTEGER NOT NULL) WITHOUT ROWID;
"""

# What readers alone ask by; made when the first reading is done, since sorting once costs less than keeping order.
_INDEXES = """
CREATE INDEX IF NOT EXISTS records_in_order ON records (generation, commit_id);
CREATE INDEX IF NOT EXISTS entries_of_path ON entries (path, record);
CREATE INDEX IF NOT EXISTS told_of_symbol ON told (symbol, record);
CREATE INDEX IF NOT EXISTS stories_by_address ON stories (address);
CREATE INDEX IF NOT EXISTS stories_by_name ON stories (name)
"""
# What the fold asks by as well.
_INDEXES_TO_FOLD = """
CREATE INDEX IF NOT EXISTS children ON parents (parent);
CREATE INDEX IF NOT EXISTS places_of_record ON places (record)
"""

_VIEWS = """
CREATE VIEW commits AS
    SELECT commit_id, session, generation, lamport_ts, tree, author, co_authors, actor, authored_at, committed_at,
        subject, summary, sem_ver_bump, breaking_changes, engine, intent AS intent_id,
        reservation AS reservation_id, parents
    FROM records WHERE commit_id IS NOT NULL;
CREATE VIEW ops AS
    SELECT e.op_id, r.commit_id, r.lamport_ts + e.position AS lamport_ts, r.session, r.actor,
        r.committed_at AS created_at, e.op, e.address, e.path, e.kind, e.change, e.new_address, e.from_address,
        e.from_parent, e.confidence, e.first_line, e.last_line, e.old_content_id, e.new_content_id, e.summary,
        s.id AS symbol_id, e.inside IS NOT NULL AS is_child
    FROM entries e JOIN records r USING (record) LEFT JOIN told t ON t.record = e.record AND t.position = e.position
        LEFT JOIN stories s ON s.symbol = t.symbol;
CREATE VIEW symbols AS
    SELECT s.id AS symbol_id, s.kind, s.name, s.address, s.alive, s.ops,
        f.commit_id AS first_commit, f.committed_at AS first_at, l.commit_id AS last_commit, l.committed_at AS last_at
    FROM stories s LEFT JOIN records f ON f.record = s.first_record JOIN records l ON l.record = s.last_record;
CREATE VIEW renames AS
    SELECT s.id AS symbol_id, r.commit_id, r.lamport_ts, r.committed_at AS created_at, m.old_address, m.new_address,
        m.how, m.confidence
    FROM moves m JOIN records r USING (record) JOIN stories s USING (symbol) WHERE m.from_parent IS NULL;
"""

VIEWS = ("commits", "ops", "symbols", "renames")
"""What people may build upon: columns are added, never taken away."""

_NAMES = (
    "records", "parents", "entries", "told", "stories", "places", "moves", "carriers", "marks_read", "chains",
    "edges", "reaches", "followed",
)  # fmt: skip


def is_there(connection: sqlite3.Connection) -> bool:
    """Whether the tables are there, and of this version."""
    row = connection.execute("SELECT value FROM meta WHERE key = 'history'").fetchone()
    return row is not None and row[0] == str(VERSION)


def make(connection: sqlite3.Connection) -> None:
    """Drop what is there and make empty tables; inside the caller's transaction."""
    for view in VIEWS:
        connection.execute(f"DROP VIEW IF EXISTS {view}")
    for table in _NAMES:
        connection.execute(f"DROP TABLE IF EXISTS {table}")
    for statement in (_TABLES + _VIEWS).split(";"):
        connection.execute(statement)
    connection.execute("REPLACE INTO meta VALUES ('history', ?)", (str(VERSION),))


def unfold(connection: sqlite3.Connection) -> None:
    """Take back every story: what was folded is folded anew. Inside the caller's transaction."""
    for table in ("told", "stories", "places", "moves", "carriers", "chains", "edges", "reaches"):
        connection.execute(f"DELETE FROM {table}")  # noqa: S608 - names of ours
    connection.execute("UPDATE records SET folded = 0, chain = NULL, place = NULL WHERE folded")


def index_to_fold(connection: sqlite3.Connection) -> None:
    """Make the indexes that the fold needs, where they are not there."""
    for statement in _INDEXES_TO_FOLD.split(";"):
        connection.execute(statement)


def index_to_read(connection: sqlite3.Connection) -> None:
    """Make the indexes that readers need, where they are not there."""
    for statement in _INDEXES.split(";"):
        connection.execute(statement)
