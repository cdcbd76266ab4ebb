// The data of the page, as Content (content.py) documents it, turned into entities, commits and ops.

const data = JSON.parse(document.getElementById("data").textContent);
const STYLES = data.styles;
const text = (at) => data.strings[at];

/** Every commit, newest first: id, at, actor, author, agents, subject, session, and its ops as [first, end). */
const commits = [];
/** The ops as columns; those of a commit stand together. */
const ops = { entity: data.ops.entity, what: data.ops.what, place: data.ops.place, commit: [], style: [] };
/** Every symbol and file; `ops` and `moves` are numbers, newest first. */
const entities = [];
/** Every rename and move: entity, commit, how, old, new, sure. */
const moves = [];

const placeOf = (at) => ({ path: text(data.places.path[at]), name: text(data.places.name[at]) });
const addressOf = ({ path, name }) => (name ? `${path}::${name}` : path);

/** Return a name as people say it: an import by what it brings in. */
function said({ path, name }) {
  if (!name) return path;
  if (!name.startsWith("import::")) return name;
  const bound = name.slice("import::".length);
  return bound.startsWith("*:") ? `* from ${bound.slice(2)}` : bound;
}

function readEntities() {
  const { id, kind, place, alive } = data.entities;
  for (let at = 0; at < id.length; at += 1) {
    const where = placeOf(place[at]);
    const full = text(kind[at]);
    entities.push({
      at, id: id[at], kind: full.replaceAll("_", " "), group: full.replace(/^async_/, ""), alive: alive[at] === 1,
      path: where.path, name: where.name, label: said(where), address: addressOf(where), ops: [], moves: [],
    });
  }
}

function readCommits() {
  const { id, at, actor, author, subject, session, ops: sizes, agents, superseded } = data.commits;
  let when = 0;
  let first = 0;
  for (let number = 0; number < id.length; number += 1) {
    when += at[number];
    const end = first + sizes[number];
    commits.push({
      at: when, id: id[number], actor: text(actor[number]), author: author[number] < 0 ? "" : text(author[number]),
      subject: text(subject[number]), session: text(session[number]), first, end, number,
      agents: agents[number] < 0 ? "" : text(agents[number]),
      superseded: superseded[number] < 0 ? "" : text(superseded[number]),
    });
    for (let op = first; op < end; op += 1) {
      ops.commit.push(number);
      ops.style.push(data.whats[ops.what[op]][0]);
      entities[ops.entity[op]].ops.push(op);
    }
    first = end;
  }
}

function readMoves() {
  const { entity, commit, how, old, new: after, sure } = data.moves;
  for (let at = 0; at < entity.length; at += 1) {
    moves.push({ entity: entity[at], commit: commit[at], how: text(how[at]), old: placeOf(old[at]), new: placeOf(after[at]), sure: sure[at] });
    entities[entity[at]].moves.push(moves[at]);
  }
  for (const each of entities) each.moves.sort((one, other) => one.commit - other.commit);
}

/** The text of an op's diff, and the lines that it stands in after its commit, by the op's number. */
const diffOf = new Map(data.diffs.op.map((op, at) => [op, data.diffs.text[at]]));
const linesOf = new Map(data.links ? data.links.op.map((op, at) => [op, [data.links.first[at], data.links.last[at]]]) : []);

/** Return an address of the host's: {id}, {path}, ... of a pattern filled in. */
const filledIn = (pattern, values) => pattern.replace(/\{(\w+)\}/g, (_, key) => values[key]);
/** Return where a commit is looked at, null where no host is known. */
const commitAddress = (commit) => (data.links && commit.id ? filledIn(data.links.commit, { id: commit.id }) : null);
/** Return where an op's lines are looked at, null where nobody knows. */
function linesAddress(op) {
  const lines = linesOf.get(op);
  if (!lines) return null;
  const path = spotOf(op).path.split("/").map(encodeURIComponent).join("/");
  const behind = lines[0] === lines[1] ? data.links.line : data.links.lines;
  return filledIn(data.links.file + behind, { id: commits[ops.commit[op]].id, path, first: lines[0], last: lines[1] });
}

readEntities();
readCommits();
readMoves();

const byId = new Map(entities.filter((each) => each.id).map((each) => [each.id, each]));
const times = commits.map((commit) => commit.at);
/** The seconds between which everything happened. */
const ALL = { from: times.reduce((one, other) => Math.min(one, other), Infinity), to: times.reduce((one, other) => Math.max(one, other), -Infinity) };

/** Return the reason codes of an op. */
const codesOf = (op) => data.whats[ops.what[op]][1].map(text);
/** Return where an op's entity was, after it. */
const spotOf = (op) => (ops.place[op] ? placeOf(ops.place[op] - 1) : entities[ops.entity[op]]);
const storyOf = (entity) => (entity.id ? `#symbol=${entity.id}` : `#file=${entity.at}`);
