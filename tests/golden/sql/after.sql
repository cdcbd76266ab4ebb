CREATE TABLE shop.users (
  id INT PRIMARY KEY,
  name TEXT NOT NULL
);

-- the view
CREATE VIEW names AS SELECT name, id FROM users;

CREATE INDEX users_name ON users (name);

CREATE FUNCTION twice(a INT) RETURNS INT AS $$ SELECT a * 3 $$ LANGUAGE sql;

CREATE SEQUENCE counters;

INSERT INTO users VALUES (1, 'a');
