"use strict";
// Texts come from a repository: they are set as text, never as markup. A symbol is its number in `data.symbols`.
const data = JSON.parse(document.getElementById("data").textContent);
const KINDS = ["added", "changed", "moved", "removed"];
const [ADDED, CHANGED, MOVED, REMOVED] = [0, 1, 2, 3];
const WORDS = ["added", "changed", "renamed or moved", "removed"];
const byId = (id) => document.getElementById(id);
const number = (value) => value.toLocaleString("en");

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (key === "class") made.className = value;
    else if (key === "on") made.addEventListener("click", value);
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

function shape(name, attributes, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

const text = (value, extra) => element("span", { class: "text " + (extra || "") }, value);

// ops of each symbol, in causal order
const opsOf = data.symbols.map(() => []);
for (const op of data.ops) opsOf[op[1]].push(op);
const carriedOf = data.symbols.map(() => []);
for (const move of data.moves) if (!["renamed", "moved"].includes(move[4])) carriedOf[move[0]].push(move);

function drawFigures() {
  byId("title").textContent = data.title;
  const days = data.commits.map((commit) => commit[1].slice(0, 10)).sort();
  const span = days.length ? `, ${days[0]} to ${days[days.length - 1]}` : "";
  byId("figures").textContent =
    `${number(data.ops.length)} symbol operations in ${number(data.commits.length)} commits by ` +
    `${number(data.actors.length)} people on ${number(data.symbols.length)} symbols${span}`;
}

function drawTimeline() {
  for (const [index, kind] of KINDS.entries()) {
    byId("legend").append(element("li", {}, element("i", { class: kind }), WORDS[index]));
  }
  if (!data.ops.length) return;
  const months = data.ops.map((op) => monthOf(data.commits[op[0]][1]));
  let first = Infinity, last = -Infinity;
  for (const month of months) { first = Math.min(first, month); last = Math.max(last, month); }
  const size = Math.max(1, Math.ceil((last - first + 1) / 120)); // months a bar
  const bars = Array.from({ length: Math.floor((last - first) / size) + 1 }, () => [0, 0, 0, 0]);
  data.ops.forEach((op, index) => { bars[Math.floor((months[index] - first) / size)][op[2]] += 1; });
  const highest = Math.max(...bars.map((bar) => bar.reduce((sum, each) => sum + each)));
  const width = 1000, height = 220, foot = 20, left = 44;
  const step = (width - left) / bars.length;
  const svg = shape("svg", { viewBox: `0 0 ${width} ${height + foot}`, role: "img", "aria-label": "operations over time by kind" });
  for (const part of [0, 0.5, 1]) {
    const y = height - part * (height - 10);
    svg.append(shape("line", { x1: left, x2: width, y1: y, y2: y }));
    svg.append(shape("text", { x: left - 6, y: y + 4, "text-anchor": "end" }, number(Math.round(part * highest))));
  }
  bars.forEach((bar, index) => {
    let y = height;
    const from = labelOf(first + index * size), to = labelOf(first + index * size + size - 1);
    for (const kind of [CHANGED, ADDED, MOVED, REMOVED]) {
      if (!bar[kind]) continue;
      const tall = bar[kind] / highest * (height - 10);
      y -= tall;
      const title = shape("title", {}, `${from === to ? from : `${from} to ${to}`}: ${number(bar[kind])} ${WORDS[kind]}`);
      svg.append(shape("rect", { class: KINDS[kind], x: left + index * step, y, width: Math.max(step - 1, 0.5), height: tall }, title));
    }
  });
  let shown = -100;
  bars.forEach((bar, index) => {
    const month = first + index * size, x = left + index * step;
    if (x - shown < 70 || (size < 12 && month % 12 >= size && bars.length > 24)) return;
    shown = x;
    svg.append(shape("text", { x, y: height + 15 }, bars.length > 24 || size > 1 ? String(Math.floor(month / 12)) : labelOf(month)));
  });
  byId("timeline").append(svg);
}

const monthOf = (at) => Number(at.slice(0, 4)) * 12 + Number(at.slice(5, 7)) - 1;
const labelOf = (month) => `${Math.floor(month / 12)}-${String(month % 12 + 1).padStart(2, "0")}`;

const mostChanged = data.symbols.map((_, index) => index)
  .filter((index) => data.symbols[index][1] !== "import")
  .sort((a, b) => opsOf[b].length - opsOf[a].length || a - b);

function drawMostChanged() {
  const top = mostChanged.slice(0, 25);
  const highest = top.length ? opsOf[top[0]].length : 1;
  for (const index of top) {
    const [, , address, alive] = data.symbols[index];
    const bar = element("span", { class: "bar" });
    const button = element("button", { type: "button", on: () => choose(index) }, bar,
      text(nameOf(address), alive ? "" : "gone"), text(number(opsOf[index].length), "when"));
    button.title = address;
    bar.style.width = `${opsOf[index].length / highest * 100}%`;
    byId("symbols").append(element("li", {}, button));
  }
}

const nameOf = (address) => address.slice(address.lastIndexOf("::") + 2);

function drawMatrix() {
  const rows = mostChanged.slice(0, 20);
  const totals = data.actors.map(() => 0);
  for (const index of rows) for (const op of opsOf[index]) totals[data.commits[op[0]][2]] += 1;
  const columns = totals.map((_, index) => index).filter((index) => totals[index]).sort((a, b) => totals[b] - totals[a]).slice(0, 10);
  const counts = rows.map((row) => columns.map((actor) => opsOf[row].filter((op) => data.commits[op[0]][2] === actor).length));
  const highest = Math.max(1, ...counts.flat());
  const head = element("tr", {}, element("th", {}), ...columns.map((actor) => element("th", { scope: "col" }, text(data.actors[actor]))));
  byId("matrix").append(element("thead", {}, head));
  const body = element("tbody");
  rows.forEach((row, at) => {
    const cells = counts[at].map((count) => {
      const cell = element("td", {}, count ? String(count) : "");
      if (count) cell.style.background = `rgba(var(--heat), ${0.12 + 0.6 * count / highest})`;
      return cell;
    });
    body.append(element("tr", {}, element("th", { scope: "row", title: data.symbols[row][2] }, text(nameOf(data.symbols[row][2]))), ...cells));
  });
  byId("matrix").append(body);
}

function drawRenames() {
  const chains = new Map();
  for (const [symbol, , old, now, how] of data.moves) {
    if (how !== "renamed" && how !== "moved") continue;
    if (!chains.has(symbol)) chains.set(symbol, [old]);
    chains.get(symbol).push(now);
  }
  const longest = [...chains].filter(([symbol]) => data.symbols[symbol][1] !== "import")
    .sort((a, b) => b[1].length - a[1].length || b[0] - a[0]).slice(0, 15);
  for (const [symbol, names] of longest) {
    const row = element("div", { class: "chain" });
    names.forEach((name, at) => {
      const arrow = element("span", { class: "arrow", "aria-label": at ? "became" : "began as" }, at ? "→" : "•");
      row.append(element("div", { class: "step" }, arrow, text(name, "name")));
    });
    row.title = data.symbols[symbol][2];
    byId("renames").append(row);
  }
  if (!longest.length) byId("renames").append("None yet.");
}

function find(words) {
  byId("results").replaceChildren();
  byId("story").replaceChildren();
  const wanted = words.trim().toLowerCase();
  if (!wanted) { byId("found").textContent = ""; return; }
  const names = new Map();
  for (const [symbol, , old, now] of data.moves) names.set(symbol, `${names.get(symbol) || ""}\n${old}\n${now}`);
  const hits = data.symbols.map((_, index) => index).filter((index) => {
    const [id, , address] = data.symbols[index];
    return id === wanted || `${address}${names.get(index) || ""}`.toLowerCase().includes(wanted);
  }).sort((a, b) => rank(a, wanted) - rank(b, wanted) || opsOf[b].length - opsOf[a].length);
  byId("found").textContent = hits.length > 30 ? `${number(hits.length)} symbols, the first 30` : `${hits.length} symbol${hits.length === 1 ? "" : "s"}`;
  for (const index of hits.slice(0, 30)) {
    const [, kind, address, alive] = data.symbols[index];
    byId("results").append(element("li", {}, element("button", { type: "button", on: () => tell(index) },
      text(kind.replace("_", " "), "kind"), text(address, alive ? "" : "gone"), text(`${opsOf[index].length} ops`, "when"))));
  }
  if (hits.length === 1) tell(hits[0]);
}

function rank(index, wanted) {
  const name = nameOf(data.symbols[index][2]).toLowerCase();
  return name === wanted ? 0 : name.endsWith("." + wanted) ? 1 : name.includes(wanted) ? 2 : 3;
}

function choose(index) {
  byId("search").value = data.symbols[index][0];
  location.hash = "#" + data.symbols[index][0];
  find(data.symbols[index][0]);
  byId("search").scrollIntoView({ block: "start" });
}

function tell(index) {
  const [id, kind, address] = data.symbols[index];
  const events = [
    ...opsOf[index].map(([commit, , what, change]) => ({ commit, what, words: data.changes[change].replaceAll(",", ", ") || WORDS[what] })),
    ...carriedOf[index].map(([, commit, old, now, how]) => ({ commit, what: MOVED, words: `${how}: ${old} → ${now}` })),
  ].sort((a, b) => b.commit - a.commit);
  for (const move of data.moves) {
    if (move[0] !== index || !["renamed", "moved"].includes(move[4])) continue;
    const event = events.find((each) => each.commit === move[1] && each.what === MOVED);
    if (event) event.words += `: ${move[2]} → ${move[3]}`;
  }
  const list = element("ol");
  for (const { commit, what, words } of events) {
    const [commitId, at, actor, subject] = data.commits[commit];
    list.append(element("li", { class: "is-" + KINDS[what] },
      text(commitId.slice(0, 10) || "by hand"), text(at.slice(0, 10), "when"),
      element("span", {}, text(words), " ", text(`${data.actors[actor]}: ${subject}`, "kind"))));
  }
  byId("story").replaceChildren(element("h3", {}, text(`${kind.replace("_", " ")} ${address}`), " ", text(id, "when")), list);
}

drawFigures();
drawTimeline();
drawMostChanged();
drawMatrix();
drawRenames();
byId("search").addEventListener("input", (event) => find(event.target.value));
window.addEventListener("hashchange", fromHash);
function fromHash() {
  const words = decodeURIComponent(location.hash.slice(1));
  if (words) { byId("search").value = words; find(words); }
}
fromHash();
document.documentElement.dataset.ready = "yes";
