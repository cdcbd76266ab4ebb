// Who changed what: the most changed symbols by the actors, or the agents, who changed them most.

function matrixCard() {
  const [ROWS, NAMES, CELL] = [14, 235, 32];
  const section = card("Who changed what", "operations, by symbol and actor");
  const place = element("div", { class: "scroll" });
  let byAgent = false;
  const turn = element("button", { type: "button", class: "more", onclick: () => { byAgent = !byAgent; draw(); } });
  turn.hidden = !commits.some((commit) => commit.agents);
  section.append(place, turn);

  function draw() {
    turn.textContent = byAgent ? "by actor" : "by agent";
    const rows = mostChanged().slice(0, ROWS);
    const wanted = new Map(rows.map(({ entity }, at) => [entity.at, at]));
    const byActor = new Map();
    for (const op of view.within) {
      const row = wanted.get(ops.entity[op]);
      if (row === undefined) continue;
      const commit = commits[ops.commit[op]];
      const actor = byAgent ? commit.agents || "no agent" : commit.actor;
      let counts = byActor.get(actor);
      if (!counts) byActor.set(actor, (counts = new Array(rows.length).fill(0)));
      counts[row] += 1;
    }
    const sum = (counts) => counts.reduce((one, other) => one + other, 0);
    const actors = [...byActor].sort((one, other) => sum(other[1]) - sum(one[1]));
    const fits = Math.max(3, Math.floor((section.clientWidth - 42 - NAMES) / CELL) - 1);
    const shown = actors.slice(0, fits);
    if (!shown.length) return place.replaceChildren(element("p", { class: "nothing" }, "Nobody changed anything here."));
    const rest = actors.slice(fits);
    if (rest.length) {
      shown.push([`${plural(rest.length, "other")}`, rows.map((_, row) => rest.reduce((total, [, counts]) => total + counts[row], 0))]);
    }
    const most = Math.max(...shown.flatMap(([, counts]) => counts));
    const head = element("tr", {}, element("th", {}, element("span", { class: "hidden" }, "symbol")),
      ...shown.map(([actor]) => element("th", { scope: "col", title: actor }, element("span", {}, shortName(actor)))));
    const body = rows.map(({ entity }, row) => element("tr", {}, element("th", { scope: "row" }, nameLink(entity)),
      ...shown.map(([actor, counts]) => cell(counts[row], most, `${shortName(actor)}: ${plural(counts[row], "operation")} on ${entity.label}`))));
    return place.replaceChildren(element("table", { class: "matrix" }, element("thead", {}, head), element("tbody", {}, ...body)));
  }

  function cell(count, most, title) {
    const heat = count ? 0.1 + 0.9 * Math.sqrt(count / most) : 0;
    const made = element("span", { title, class: heat > 0.62 ? "strong" : false }, count ? number(count) : "");
    if (count) made.style.background = `rgba(var(--heat), ${heat.toFixed(2)})`;
    return element("td", {}, made);
  }
  return { section, draw };
}
