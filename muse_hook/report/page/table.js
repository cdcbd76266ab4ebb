// The symbols that changed most, within what is looked at.

const PER_PAGE = 10;

/** Return [entity, counts by style, sum] of what is looked at, the most changed first; files where no symbols are. */
function mostChanged() {
  const found = new Map();
  const hasSymbols = [...view.groups].some((group) => !WHOLE_FILES.has(group));
  for (const op of view.within) {
    if (hasSymbols && WHOLE_FILES.has(entities[ops.entity[op]].group)) continue;
    let counts = found.get(ops.entity[op]);
    if (!counts) found.set(ops.entity[op], (counts = new Array(STYLES.length).fill(0)));
    counts[ops.style[op]] += 1;
  }
  return [...found].map(([at, counts]) => ({ entity: entities[at], counts, sum: counts.reduce((one, other) => one + other, 0) }))
    .sort((one, other) => other.sum - one.sum || one.entity.at - other.entity.at);
}

/** Return a small line of how often something changed over the time that is looked at. */
function sparkline(entity) {
  const [WIDTH, HEIGHT, BINS] = [92, 22, 24];
  const from = Math.max(view.from, ALL.from);
  const length = Math.max(Math.min(view.to, ALL.to) - from, 1);
  const bins = new Array(BINS).fill(0);
  for (const op of entity.ops) {
    const at = commits[ops.commit[op]].at;
    if (isWithin(at)) bins[Math.min(BINS - 1, Math.floor(((at - from) / length) * BINS))] += 1;
  }
  const most = Math.max(...bins, 1);
  const points = bins.map((count, at) => `${((at + 0.5) * WIDTH) / BINS},${HEIGHT - 2 - (count / most) * (HEIGHT - 5)}`);
  return shape("svg", { class: "spark", width: WIDTH, height: HEIGHT, "aria-hidden": "true" }, shape("path", { d: `M${points.join("L")}` }));
}

function tableCard() {
  const section = card("Most changed symbols");
  const body = element("tbody");
  const more = element("button", { type: "button", class: "more", onclick: () => { shown += PER_PAGE; draw(); } });
  const head = element("thead", {}, element("tr", {}, element("th", { scope: "col" }, "symbol"), element("th", { scope: "col" }, "operations"),
    element("th", { scope: "col", class: "over" }, "over time"), element("th", { scope: "col" }, "last change")));
  section.append(element("table", { class: "top-table" }, head, body), more);
  let shown = PER_PAGE;

  function draw() {
    const rows = mostChanged();
    const most = rows.length ? rows[0].sum : 1;
    body.replaceChildren(...rows.slice(0, shown).map((row) => tableRow(row, most)));
    if (!rows.length) body.append(element("tr", {}, element("td", { colspan: 4, class: "nothing" }, "Nothing changed here.")));
    more.hidden = rows.length <= shown;
    more.textContent = `${number(rows.length - shown)} more`;
  }
  return { section, draw };
}

function tableRow({ entity, counts, sum }, most) {
  const stack = element("span", { class: "stack", role: "img", "aria-label": STYLES.map((style, at) => (counts[at] ? `${counts[at]} ${style}` : "")).filter(Boolean).join(", ") });
  stack.style.width = `${(100 * sum) / most}%`;
  counts.forEach((count, style) => {
    if (!count) return;
    const part = element("i", { class: `fill ${STYLES[style]}`, title: `${count} ${STYLES[style]}` });
    part.style.width = `${(100 * count) / sum}%`;
    stack.append(part);
  });
  const length = entity.ops.length;
  const last = commits[ops.commit[entity.ops[0]]];
  const story = `a story of ${plural(length, "operation")}`;
  return element("tr", {},
    element("td", {}, nameLink(entity), " ", element("span", { class: "kind" }, entity.kind),
      entity.name ? element("div", { class: "path" }, entity.path) : ""),
    element("td", {}, element("div", { class: "amount", title: story }, element("span", { class: "number" }, number(sum)),
      element("span", { class: "bar" }, stack))),
    element("td", { class: "over" }, sparkline(entity)),
    element("td", {}, time(last.at), element("span", { class: "actor", title: last.actor }, shortName(last.actor))));
}
