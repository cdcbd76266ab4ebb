// What of the data is looked at: kinds of symbols, styles of ops, a span of time. Everything drawn follows it.

/** Kinds that say little about what people did; off until they are asked for. */
const QUIET = new Set(["import", "file"]);
/** Kinds that are no symbols. */
const WHOLE_FILES = new Set(["module", "file"]);

const view = {
  groups: new Set(),
  styles: new Set(STYLES.keys()),
  from: -Infinity,
  to: Infinity,
  /** Numbers of the ops that fit kinds and styles, newest first. */
  fitting: [],
  /** Those of them within the span of time. */
  within: [],
};

const followers = [];
/** Call `draw` now and whenever something else is looked at. */
function follow(draw) {
  followers.push(draw);
  draw();
}

/** Look at something else. */
function look(change) {
  Object.assign(view, change);
  choose();
  for (const draw of followers) draw();
}

/** Look at a span of time (seconds, both ends in it); the whole where none is given. */
const lookAt = (from = -Infinity, to = Infinity) => look({ from, to });

const isWithin = (seconds) => seconds >= view.from && seconds <= view.to;

function choose() {
  view.fitting = [];
  view.within = [];
  for (let op = 0; op < ops.entity.length; op += 1) {
    if (!view.groups.has(entities[ops.entity[op]].group) || !view.styles.has(ops.style[op])) continue;
    view.fitting.push(op);
    if (isWithin(commits[ops.commit[op]].at)) view.within.push(op);
  }
}

/** Return the moves of what is looked at. */
function movesWithin() {
  return moves.filter((move) => view.groups.has(entities[move.entity].group) && isWithin(commits[move.commit].at));
}

function namesOf(group) {
  const words = group.replaceAll("_", " ");
  if (words.endsWith("s")) return `${words}es`;
  return words.endsWith("y") ? `${words.slice(0, -1)}ies` : `${words}s`;
}

function startLooking() {
  const groups = new Set(entities.map((each) => each.group));
  view.groups = new Set([...groups].filter((group) => !QUIET.has(group)));
  if (!view.groups.size) view.groups = groups;
  choose();
}

function toggled(set, value) {
  const made = new Set(set);
  if (!made.delete(value)) made.add(value);
  return made;
}

/** Return the buttons that choose kinds of symbols. */
function kindChips() {
  const counts = new Map();
  for (const entity of entities) counts.set(entity.group, (counts.get(entity.group) || 0) + 1);
  const made = element("div", { class: "chips", role: "group", "aria-label": "Kinds of symbols" });
  for (const [group, count] of [...counts].sort((one, other) => QUIET.has(one[0]) - QUIET.has(other[0]) || other[1] - one[1])) {
    const chip = element("button", { type: "button", class: "chip", onclick: () => look({ groups: toggled(view.groups, group) }) },
      namesOf(group), element("span", { class: "number" }, number(count)));
    follow(() => chip.setAttribute("aria-pressed", view.groups.has(group)));
    made.append(chip);
  }
  return made;
}

/** Return the buttons that choose styles of ops, each with how many there are. */
function styleChips() {
  const made = element("div", { class: "chips right", role: "group", "aria-label": "Kinds of operations" });
  STYLES.forEach((style, at) => {
    const count = element("span", { class: "number" });
    const chip = element("button", { type: "button", class: `chip ${style}`, onclick: () => look({ styles: toggled(view.styles, at) }) },
      element("i", { class: "fill" }), style, count);
    follow(() => {
      chip.setAttribute("aria-pressed", view.styles.has(at));
      count.textContent = number(view.within.reduce((sum, op) => sum + (ops.style[op] === at), 0));
    });
    made.append(chip);
  });
  return made;
}
