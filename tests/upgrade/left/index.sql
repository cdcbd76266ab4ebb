BEGIN TRANSACTION;
CREATE TABLE addresses (
    address TEXT NOT NULL, record INTEGER NOT NULL, symbol INTEGER, PRIMARY KEY (address, record)
) WITHOUT ROWID;
INSERT INTO "addresses" VALUES('src/b.py::Tool',4,9);
INSERT INTO "addresses" VALUES('src/b.py::Tool.drop',4,10);
INSERT INTO "addresses" VALUES('src/b.py::Tool.use',4,11);
INSERT INTO "addresses" VALUES('src/b.py::import::json',4,12);
INSERT INTO "addresses" VALUES('src/b.py::read',4,13);
INSERT INTO "addresses" VALUES('src/b.py::write',4,14);
INSERT INTO "addresses" VALUES('src/one.py::one',2,7);
INSERT INTO "addresses" VALUES('src/one.py::one',3,NULL);
INSERT INTO "addresses" VALUES('src/one.py::two',3,8);
INSERT INTO "addresses" VALUES('src/tools.py::Tool',1,1);
INSERT INTO "addresses" VALUES('src/tools.py::Tool.drop',1,2);
INSERT INTO "addresses" VALUES('src/tools.py::Tool.use',1,3);
INSERT INTO "addresses" VALUES('src/tools.py::import::json',1,4);
INSERT INTO "addresses" VALUES('src/tools.py::read',1,5);
INSERT INTO "addresses" VALUES('src/tools.py::write',1,6);
CREATE TABLE chains (chain INTEGER PRIMARY KEY, last INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO "chains" VALUES(0,2);
INSERT INTO "chains" VALUES(1,0);
CREATE TABLE damaged (
    log INTEGER NOT NULL, line INTEGER NOT NULL, end INTEGER NOT NULL, commit_id TEXT NOT NULL, reason TEXT NOT NULL,
    PRIMARY KEY (log, line)
) WITHOUT ROWID;
CREATE TABLE edges (
    chain INTEGER NOT NULL, step INTEGER NOT NULL, generation INTEGER NOT NULL,
    parent_chain INTEGER, parent_step INTEGER, parent_generation INTEGER
);
INSERT INTO "edges" VALUES(0,0,2,NULL,NULL,NULL);
INSERT INTO "edges" VALUES(1,0,4,0,1,3);
CREATE TABLE engines (id INTEGER PRIMARY KEY, engine TEXT NOT NULL UNIQUE);
INSERT INTO "engines" VALUES(1,'muse_hook 0.1.0; tree-sitter 0.26.1; python grammar 0.25.0; javascript grammar 0.25.0; go grammar 0.25.0');
CREATE TABLE entries (
    record INTEGER NOT NULL, position INTEGER NOT NULL, inside INTEGER, op_id TEXT NOT NULL, op TEXT NOT NULL,
    address TEXT NOT NULL, path TEXT NOT NULL, kind TEXT, change TEXT NOT NULL, new_address TEXT, from_address TEXT,
    from_parent INTEGER, confidence REAL, first_line INTEGER, last_line INTEGER, old_content_id TEXT,
    new_content_id TEXT, summary TEXT NOT NULL, PRIMARY KEY (record, position)
) WITHOUT ROWID;
INSERT INTO "entries" VALUES(1,0,NULL,'962de49c-6bb6-811f-8d7d-e677edae3158','patch','src/tools.py','src/tools.py',NULL,'added',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'6 symbols added');
INSERT INTO "entries" VALUES(1,1,0,'79522424-e214-82c9-89e3-9f85dae75667','insert','src/tools.py::Tool','src/tools.py','class','',NULL,NULL,NULL,NULL,17,22,NULL,'5d32b74faeb97aa08bea2ad67e754c9023bbddea2d3aa09450d463255165bf95','added class Tool  L17–22');
INSERT INTO "entries" VALUES(1,2,0,'100c7546-be7f-8741-9d2d-52b0bceb4669','insert','src/tools.py::Tool.drop','src/tools.py','method','',NULL,NULL,NULL,NULL,21,22,NULL,'00fca7334711fb5a3e534dc9e0b52023bd901885567b4d1f67342275a16a5142','added method drop  L21–22');
INSERT INTO "entries" VALUES(1,3,0,'99177dfc-bc93-8f64-9f91-2e448b98bff3','insert','src/tools.py::Tool.use','src/tools.py','method','',NULL,NULL,NULL,NULL,18,19,NULL,'c9e3dd19658db9e07f9fce9499da8ceefc77e9067f35300740fff63e308d1fc7','added method use  L18–19');
INSERT INTO "entries" VALUES(1,4,0,'aa43d826-58cf-84e8-b441-3fdfb1b0d7c8','insert','src/tools.py::import::json','src/tools.py','import','',NULL,NULL,NULL,NULL,2,2,NULL,'b2aa923263d0ab2af289668e621c6a8d1f8accb51533fdde07614c1a6bdcc6a4','added import json  L2–2');
INSERT INTO "entries" VALUES(1,5,0,'86b3159f-4094-81eb-ad88-562a69f08be8','insert','src/tools.py::read','src/tools.py','function','',NULL,NULL,NULL,NULL,5,7,NULL,'7f79b6fcb857b8196c2f7be6bdfc9621a3237b21b9ed59642f62c5ffb2ee5daf','added function read  L5–7');
INSERT INTO "entries" VALUES(1,6,0,'23fd9ff6-def8-8ba9-bd8d-f04795d96220','insert','src/tools.py::write','src/tools.py','function','',NULL,NULL,NULL,NULL,10,14,NULL,'13208100e927f3abafcd0a3e3941ac29cb8985b33cd15e23942532fd16e61235','added function write  L10–14');
INSERT INTO "entries" VALUES(2,0,NULL,'f0f2ba0a-b72f-8fa7-98f4-b439f6f5e022','patch','src/one.py','src/one.py',NULL,'added',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'1 symbol added');
INSERT INTO "entries" VALUES(2,1,0,'b89a7e78-984a-814b-83c1-3a5ebf88bc0e','insert','src/one.py::one','src/one.py','function','',NULL,NULL,NULL,NULL,1,2,NULL,'a3557c13533f8f20c098c64fa15b1898bfacc3a6f43fccd4880381968d9c47c2','added function one  L1–2');
INSERT INTO "entries" VALUES(3,0,NULL,'dcb06f90-1df3-8da1-a207-c9cd167d47fd','patch','src/one.py','src/one.py',NULL,'',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'1 symbol added, 1 symbol removed');
INSERT INTO "entries" VALUES(3,1,0,'75be05b9-2b5f-811b-ab5e-9b68d96a3144','delete','src/one.py::one','src/one.py','function','',NULL,NULL,NULL,NULL,1,2,'a3557c13533f8f20c098c64fa15b1898bfacc3a6f43fccd4880381968d9c47c2',NULL,'removed function one  L1–2');
INSERT INTO "entries" VALUES(3,2,0,'ed8849d4-bddb-8cfc-9b89-2c43d70ca5b7','insert','src/one.py::two','src/one.py','function','',NULL,NULL,NULL,NULL,1,2,NULL,'5b1496ae6ed130174113c639e76aaed3798261da45d163b7cb3628bb0a716946','added function two  L1–2');
INSERT INTO "entries" VALUES(4,0,NULL,'69478a66-76b0-871e-8135-f3acd9e41c77','patch','src/b.py','src/b.py',NULL,'added',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'6 symbols added');
INSERT INTO "entries" VALUES(4,1,0,'2aaceca4-4f57-84af-9439-1968acc37f67','insert','src/b.py::Tool','src/b.py','class','',NULL,NULL,NULL,NULL,17,22,NULL,'5d32b74faeb97aa08bea2ad67e754c9023bbddea2d3aa09450d463255165bf95','added class Tool  L17–22');
INSERT INTO "entries" VALUES(4,2,0,'ea44d445-cdc2-858a-b5d5-4c937de62da3','insert','src/b.py::Tool.drop','src/b.py','method','',NULL,NULL,NULL,NULL,21,22,NULL,'00fca7334711fb5a3e534dc9e0b52023bd901885567b4d1f67342275a16a5142','added method drop  L21–22');
INSERT INTO "entries" VALUES(4,3,0,'ca618a50-e961-8b7c-a715-bb97c6730c9c','insert','src/b.py::Tool.use','src/b.py','method','',NULL,NULL,NULL,NULL,18,19,NULL,'c9e3dd19658db9e07f9fce9499da8ceefc77e9067f35300740fff63e308d1fc7','added method use  L18–19');
INSERT INTO "entries" VALUES(4,4,0,'621bb563-8137-8d64-ab9b-054798ecd609','insert','src/b.py::import::json','src/b.py','import','',NULL,NULL,NULL,NULL,2,2,NULL,'b2aa923263d0ab2af289668e621c6a8d1f8accb51533fdde07614c1a6bdcc6a4','added import json  L2–2');
INSERT INTO "entries" VALUES(4,5,0,'8186bfd0-e496-8d7e-9a17-be9537746f60','insert','src/b.py::read','src/b.py','function','',NULL,NULL,NULL,NULL,5,7,NULL,'7f79b6fcb857b8196c2f7be6bdfc9621a3237b21b9ed59642f62c5ffb2ee5daf','added function read  L5–7');
INSERT INTO "entries" VALUES(4,6,0,'140ac310-1765-8df6-ab11-f2ca3d9a17a0','insert','src/b.py::write','src/b.py','function','',NULL,NULL,NULL,NULL,10,14,NULL,'13208100e927f3abafcd0a3e3941ac29cb8985b33cd15e23942532fd16e61235','added function write  L10–14');
CREATE TABLE followed (log INTEGER PRIMARY KEY, offset INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO "followed" VALUES(1,11553);
INSERT INTO "followed" VALUES(2,6167);
CREATE TABLE identities (
    symbol INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, address TEXT NOT NULL,
    name TEXT NOT NULL, first_record INTEGER, last_record INTEGER NOT NULL, alive INTEGER NOT NULL, ops INTEGER NOT NULL
);
INSERT INTO "identities" VALUES(1,'1f96098754721502','class','src/tools.py::Tool','Tool',1,1,1,1);
INSERT INTO "identities" VALUES(2,'3e1bc7871d038f59','method','src/tools.py::Tool.drop','drop',1,1,1,1);
INSERT INTO "identities" VALUES(3,'26328549ace75a70','method','src/tools.py::Tool.use','use',1,1,1,1);
INSERT INTO "identities" VALUES(4,'3e553cc331bc0671','import','src/tools.py::import::json','json',1,1,1,1);
INSERT INTO "identities" VALUES(5,'df5deb5bb511a793','function','src/tools.py::read','read',1,1,1,1);
INSERT INTO "identities" VALUES(6,'af4b1e5137eda66e','function','src/tools.py::write','write',1,1,1,1);
INSERT INTO "identities" VALUES(7,'09dea9d7f0611dfe','function','src/one.py::one','one',2,3,0,2);
INSERT INTO "identities" VALUES(8,'9ffd5608e8302b0d','function','src/one.py::two','two',3,3,1,1);
INSERT INTO "identities" VALUES(9,'913cb57476fd7c13','class','src/b.py::Tool','Tool',4,4,1,1);
INSERT INTO "identities" VALUES(10,'d791a2fb5ec15706','method','src/b.py::Tool.drop','drop',4,4,1,1);
INSERT INTO "identities" VALUES(11,'e963bfc35d50625e','method','src/b.py::Tool.use','use',4,4,1,1);
INSERT INTO "identities" VALUES(12,'0d53ebdc1cf966c2','import','src/b.py::import::json','json',4,4,1,1);
INSERT INTO "identities" VALUES(13,'9d17ac8215f98e4a','function','src/b.py::read','read',4,4,1,1);
INSERT INTO "identities" VALUES(14,'5cecefe28d9e11d5','function','src/b.py::write','write',4,4,1,1);
CREATE TABLE links (
    record INTEGER NOT NULL, position INTEGER NOT NULL, symbol INTEGER NOT NULL, PRIMARY KEY (record, position)
) WITHOUT ROWID;
INSERT INTO "links" VALUES(1,1,1);
INSERT INTO "links" VALUES(1,2,2);
INSERT INTO "links" VALUES(1,3,3);
INSERT INTO "links" VALUES(1,4,4);
INSERT INTO "links" VALUES(1,5,5);
INSERT INTO "links" VALUES(1,6,6);
INSERT INTO "links" VALUES(2,1,7);
INSERT INTO "links" VALUES(3,1,7);
INSERT INTO "links" VALUES(3,2,8);
INSERT INTO "links" VALUES(4,1,9);
INSERT INTO "links" VALUES(4,2,10);
INSERT INTO "links" VALUES(4,3,11);
INSERT INTO "links" VALUES(4,4,12);
INSERT INTO "links" VALUES(4,5,13);
INSERT INTO "links" VALUES(4,6,14);
CREATE TABLE logs (
    id INTEGER PRIMARY KEY AUTOINCREMENT, folder TEXT NOT NULL UNIQUE,
    inode INTEGER NOT NULL, size INTEGER NOT NULL, mtime INTEGER NOT NULL,
    position INTEGER NOT NULL, floor INTEGER NOT NULL, pending INTEGER NOT NULL,
    seal_line INTEGER NOT NULL, seal_commit TEXT NOT NULL, seals INTEGER NOT NULL, entries INTEGER NOT NULL
);
INSERT INTO "logs" VALUES(1,'main',2490872,13821,1795967044182265373,13821,13821,0,12807,'178a8a29aaf5c988711a81ff0a73427748da014b',4,18);
INSERT INTO "logs" VALUES(2,'topic/ä',2491156,6167,1795967042846300708,6167,6167,0,5146,'f2c6ffedc586d466ae754c2f03c739da71ddab9c',1,8);
CREATE TABLE marks (op_id TEXT NOT NULL, log INTEGER NOT NULL, PRIMARY KEY (op_id, log)) WITHOUT ROWID;
CREATE TABLE marks_read (
    old_commit TEXT NOT NULL, new_commit TEXT NOT NULL, kind TEXT NOT NULL, PRIMARY KEY (old_commit, new_commit, kind)
) WITHOUT ROWID;
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO "meta" VALUES('boot','3ff4c062-1bd2-4819-b4d6-76edd3ac3c6d');
INSERT INTO "meta" VALUES('folders','2490785 1795967042862924092');
INSERT INTO "meta" VALUES('history','7');
INSERT INTO "meta" VALUES('links','1');
CREATE TABLE moves (
    record INTEGER NOT NULL, symbol INTEGER NOT NULL, old_address TEXT NOT NULL, new_address TEXT NOT NULL,
    how TEXT NOT NULL, confidence REAL, from_parent INTEGER, PRIMARY KEY (symbol, record, old_address)
) WITHOUT ROWID;
CREATE TABLE parents (
    record INTEGER NOT NULL, number INTEGER NOT NULL, parent TEXT NOT NULL, PRIMARY KEY (record, number)
) WITHOUT ROWID;
INSERT INTO "parents" VALUES(2,0,'073cf66684ef9132ad68ff90093ba014987eebf1');
INSERT INTO "parents" VALUES(1,0,'f736004334929d0522bd4aaaa698c06bb9c87562');
INSERT INTO "parents" VALUES(3,0,'fd0fe8fc77809795eaf8afb6a057cd7d9a279d33');
INSERT INTO "parents" VALUES(4,0,'fd0fe8fc77809795eaf8afb6a057cd7d9a279d33');
CREATE TABLE prefixes (
    new TEXT NOT NULL, record INTEGER NOT NULL, old TEXT NOT NULL, PRIMARY KEY (new, record, old)
) WITHOUT ROWID;
CREATE TABLE reachable_sets (tips TEXT PRIMARY KEY, unknown INTEGER NOT NULL, furthest BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE records (
    record INTEGER PRIMARY KEY, commit_id TEXT UNIQUE, session TEXT NOT NULL, generation INTEGER NOT NULL,
    lamport_ts INTEGER NOT NULL, tree TEXT, author TEXT, co_authors TEXT, actor TEXT NOT NULL,
    authored_at TEXT, committed_at TEXT NOT NULL, subject TEXT, summary TEXT, sem_ver_bump TEXT,
    breaking_changes TEXT, engine TEXT, intent TEXT NOT NULL, reservation TEXT NOT NULL, parents TEXT,
    log INTEGER NOT NULL, start INTEGER NOT NULL, chain INTEGER, step INTEGER, linked INTEGER NOT NULL DEFAULT 0
);
INSERT INTO "records" VALUES(1,'073cf66684ef9132ad68ff90093ba014987eebf1','main',2,33554432,'af44e4202ebdc77f17539525f40b58164108f06a','Ada Lovelace <ada@example.org>','[]','Ada Lovelace <ada@example.org>','2023-11-14T22:14:20+00:00','2023-11-14T22:14:20+00:00','Before: backfilled','1 modified file, 6 added symbols','minor','[]','muse_hook 0.1.0; tree-sitter 0.26.1; python grammar 0.25.0; javascript grammar 0.25.0; go grammar 0.25.0','','','["f736004334929d0522bd4aaaa698c06bb9c87562"]',1,0,0,0,1);
INSERT INTO "records" VALUES(2,'fd0fe8fc77809795eaf8afb6a057cd7d9a279d33','main',3,50331648,'cbedf41076d9302b972a11dfe2cde185b0047c6c','Ada Lovelace <ada@example.org>','[]','Ada Lovelace <ada@example.org>','2023-11-14T22:15:20+00:00','2023-11-14T22:15:20+00:00','One','1 modified file, 1 added symbol','minor','[]','muse_hook 0.1.0; tree-sitter 0.26.1; python grammar 0.25.0; javascript grammar 0.25.0; go grammar 0.25.0','','','["073cf66684ef9132ad68ff90093ba014987eebf1"]',1,6226,0,1,1);
INSERT INTO "records" VALUES(3,'ccbb51515d1bd256f3a03522be07ee035d68039d','main',4,67108864,'21435eb274661e42363b89cbe33dfb74d01c78a4','Ada Lovelace <ada@example.org>','[]','Ada Lovelace <ada@example.org>','2023-11-14T22:17:20+00:00','2023-11-14T22:17:20+00:00','Two','1 modified file, 1 added, 1 removed symbols','major','["src/one.py::one: public_removed"]','muse_hook 0.1.0; tree-sitter 0.26.1; python grammar 0.25.0; javascript grammar 0.25.0; go grammar 0.25.0','','','["fd0fe8fc77809795eaf8afb6a057cd7d9a279d33"]',1,8478,0,2,1);
INSERT INTO "records" VALUES(4,'f2c6ffedc586d466ae754c2f03c739da71ddab9c','topic/ä',4,67108864,'fd4cd7d70f07a545700069291063a388680490f7','Ada Lovelace <ada@example.org>','[]','Ada Lovelace <ada@example.org>','2023-11-14T22:16:20+00:00','2023-11-14T22:16:20+00:00','On a branch','1 modified file, 6 added symbols','minor','[]','muse_hook 0.1.0; tree-sitter 0.26.1; python grammar 0.25.0; javascript grammar 0.25.0; go grammar 0.25.0','','','["fd0fe8fc77809795eaf8afb6a057cd7d9a279d33"]',2,0,1,0,1);
CREATE TABLE seals (
    number INTEGER PRIMARY KEY AUTOINCREMENT, commit_id TEXT NOT NULL, log INTEGER NOT NULL,
    start INTEGER NOT NULL, line INTEGER NOT NULL, end INTEGER NOT NULL,
    generation INTEGER NOT NULL, shallow INTEGER NOT NULL, engine INTEGER NOT NULL
);
INSERT INTO "seals" VALUES(1,'073cf66684ef9132ad68ff90093ba014987eebf1',1,0,5198,6226,2,0,1);
INSERT INTO "seals" VALUES(2,'fd0fe8fc77809795eaf8afb6a057cd7d9a279d33',1,6226,7466,8478,3,0,1);
INSERT INTO "seals" VALUES(3,'f2c6ffedc586d466ae754c2f03c739da71ddab9c',2,0,5146,6167,4,0,1);
INSERT INTO "seals" VALUES(4,'ccbb51515d1bd256f3a03522be07ee035d68039d',1,8478,10496,11553,4,0,1);
INSERT INTO "seals" VALUES(5,'178a8a29aaf5c988711a81ff0a73427748da014b',1,11553,12807,13821,5,0,1);
CREATE INDEX seals_by_commit ON seals (commit_id);
CREATE INDEX records_to_link ON records (record) WHERE NOT linked;
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
    FROM entries e JOIN records r USING (record) LEFT JOIN links k ON k.record = e.record AND k.position = e.position
        LEFT JOIN identities s ON s.symbol = k.symbol;
CREATE VIEW symbols AS
    SELECT s.id AS symbol_id, s.kind, s.name, s.address, s.alive, s.ops,
        f.commit_id AS first_commit, f.committed_at AS first_at, l.commit_id AS last_commit, l.committed_at AS last_at
    FROM identities s LEFT JOIN records f ON f.record = s.first_record JOIN records l ON l.record = s.last_record;
CREATE VIEW renames AS
    SELECT s.id AS symbol_id, r.commit_id, r.lamport_ts, r.committed_at AS created_at, m.old_address, m.new_address,
        m.how, m.confidence
    FROM moves m JOIN records r USING (record) JOIN identities s USING (symbol) WHERE m.from_parent IS NULL;
CREATE INDEX children ON parents (parent);
CREATE INDEX addresses_of_record ON addresses (record)
;
CREATE INDEX records_in_order ON records (generation, commit_id);
CREATE INDEX entries_of_path ON entries (path, record);
CREATE INDEX links_of_symbol ON links (symbol, record);
CREATE INDEX identities_by_address ON identities (address);
CREATE INDEX identities_by_name ON identities (name)
;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('logs',2);
INSERT INTO "sqlite_sequence" VALUES('seals',5);
COMMIT;
PRAGMA user_version = 3;
