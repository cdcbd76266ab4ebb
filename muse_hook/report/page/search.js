// Finding symbols and files by what they are, or were, called; as fast as one types.

const finder = {
  input: document.getElementById("query"),
  list: document.getElementById("found"),
  /** [lower-case text, entity], one for each name that an entity has had. */
  names: [],
  found: [],
  chosen: -1,
};

function startFinding() {
  for (const entity of entities) {
    const known = new Set([entity.address]);
    for (const move of entity.moves) known.add(addressOf(move.old)).add(addressOf(move.new));
    for (const address of known) finder.names.push({ lower: address.toLowerCase(), address, entity });
  }
  const { input, list } = finder;
  input.addEventListener("input", () => find(input.value));
  input.addEventListener("focus", () => find(input.value));
  input.addEventListener("keydown", findKey);
  document.addEventListener("pointerdown", (event) => { if (!event.target.closest(".find")) closeFound(); });
  list.addEventListener("click", leaveFound);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.target.closest("input")) return;
    event.preventDefault();
    input.select();
    input.focus();
  });
}

/** Return how well a name fits all words, less is better; -1 where it does not. */
function fit({ lower, entity }, words) {
  const simple = lower.slice(Math.max(lower.lastIndexOf("."), lower.lastIndexOf(":")) + 1);
  let sum = 0;
  for (const word of words) {
    const at = lower.indexOf(word);
    if (at < 0) return -1;
    if (simple === word) continue;
    const inName = lower.indexOf(word, lower.indexOf("::") + 2) >= 0 && lower.includes("::");
    sum += simple.startsWith(word) ? 1 : simple.includes(word) ? 2 : inName ? 3 : 4;
  }
  return sum + (QUIET.has(entity.group) ? 5 : 0) + (entity.alive ? 0 : 0.5);
}

function find(query) {
  const SHOWN = 40;
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return closeFound();
  const best = new Map();
  for (const name of finder.names) {
    const worth = fit(name, words);
    if (worth < 0) continue;
    const known = best.get(name.entity);
    if (!known || worth < known.worth) best.set(name.entity, { worth, name });
  }
  const all = [...best].sort((one, other) => one[1].worth - other[1].worth || other[0].ops.length - one[0].ops.length);
  finder.found = all.slice(0, SHOWN).map(([entity]) => entity);
  const rows = all.slice(0, SHOWN).map(([entity, { name }], at) => foundRow(entity, name.address, at));
  const note = all.length > SHOWN ? `${number(all.length - SHOWN)} more` : all.length ? "" : "Nothing was ever called that here.";
  finder.list.replaceChildren(...rows, note ? element("div", { class: "note" }, note) : "");
  finder.list.hidden = false;
  finder.input.setAttribute("aria-expanded", "true");
  return choosefound(finder.found.length ? 0 : -1);
}

function foundRow(entity, address, at) {
  const now = entity.name ? entity.path : "";
  const where = address === entity.address ? now : `${address} \u2192 ${entity.address}`;
  return element("a", { id: `found${at}`, role: "option", tabindex: "-1", href: storyOf(entity) },
    element("span", { class: "kind" }, entity.kind), element("span", { class: entity.alive ? "name" : "name gone" }, entity.label),
    element("span", { class: "kind number" }, plural(entity.ops.length, "op")), element("span", { class: "path" }, where));
}

function choosefound(at) {
  finder.chosen = at;
  [...finder.list.querySelectorAll("a")].forEach((row, number) => row.setAttribute("aria-selected", number === at));
  if (at < 0) return finder.input.removeAttribute("aria-activedescendant");
  finder.input.setAttribute("aria-activedescendant", `found${at}`);
  return finder.list.querySelector(`#found${at}`).scrollIntoView({ block: "nearest" });
}

function findKey(event) {
  const count = finder.found.length;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && count && !finder.list.hidden) choosefound((finder.chosen + step + count) % count);
  else if (event.key === "Enter" && finder.chosen >= 0 && !finder.list.hidden) {
    location.hash = storyOf(finder.found[finder.chosen]);
    leaveFound();
    finder.input.blur();
  } else if (event.key === "Escape" && !finder.list.hidden) closeFound();
  else return;
  event.preventDefault();
}

function leaveFound() {
  finder.input.value = "";
  closeFound();
}

function closeFound() {
  finder.list.hidden = true;
  finder.found = [];
  finder.chosen = -1;
  finder.input.setAttribute("aria-expanded", "false");
  finder.input.removeAttribute("aria-activedescendant");
}
