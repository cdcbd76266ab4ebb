CREATE TABLE shop.users (
  id INT PRIMARY KEY,
  name TEXT
);

-- a view
CREATE VIEW names AS SELECT name FROM users;

CREATE INDEX users_name ON users (name);

CREATE FUNCTION twice(a INT) RETURNS INT AS $$ SELECT a * 2 $$ LANGUAGE sql;

CREATE SEQUENCE numbers;

INSERT INTO users VALUES (1, 'a');
