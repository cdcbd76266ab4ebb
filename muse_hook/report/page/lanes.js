// Renames as a small graph: one line a symbol, one knot a new name, on the time of the page.

function lanesCard() {
  const [LANES, LANE, LEFT, RIGHT, CHARACTER] = [9, 34, 8, 12, 7.1];
  const section = card("Renamed", "each knot is a new name or place; what carried a symbol along counts less");
  const place = element("div", { class: "scroll" });
  section.append(place);

  /** Return the entities with the most renames: {entity, moves}, moves oldest first. */
  function lanes() {
    const found = new Map();
    for (const move of movesWithin()) {
      if (!entities[move.entity].id) continue;
      if (!found.has(move.entity)) found.set(move.entity, []);
      found.get(move.entity).push(move);
    }
    const weight = (all) => all.reduce((sum, { how }) => sum + (how === "renamed" ? 1 : how === "moved" ? 0.6 : 0.1), 0);
    return [...found].map(([at, all]) => ({ entity: entities[at], moves: all.toSorted((one, other) => other.commit - one.commit), weight: weight(all) }))
      .filter((lane) => lane.weight >= 0.6)
      .sort((one, other) => other.weight - one.weight || other.entity.ops.length - one.entity.ops.length || one.entity.at - other.entity.at)
      .slice(0, LANES);
  }

  function draw() {
    const all = lanes();
    if (!all.length) return place.replaceChildren(element("p", { class: "nothing" }, "Nothing was renamed here."));
    const width = Math.max(section.clientWidth - 42, 640);
    const from = Math.max(view.from, ALL.from);
    const to = Math.max(Math.min(view.to, ALL.to), from + 1);
    const x = (seconds) => LEFT + ((Math.min(Math.max(seconds, from), to) - from) / (to - from)) * (width - LEFT - RIGHT);
    const drawing = shape("svg", { class: "lanes", width, height: all.length * LANE + 24, role: "group", "aria-label": "Symbols with their names over time" });
    axis(drawing, from, to, x, all.length * LANE);
    drawing.append(shape("text", { class: "axis", x: LEFT, y: all.length * LANE + 20 }, "time"));
    all.forEach((lane, at) => drawing.append(drawLane(lane, at * LANE + LANE - 8, x, width)));
    return place.replaceChildren(drawing);
  }

  function axis(drawing, from, to, x, height) {
    const { unit, begins } = periods(from, to, 130);
    let free = LEFT + 40; // behind the name of the axis
    for (const begin of begins.slice(1)) {
      const words = periodName(unit, begin);
      if (x(begin) - words.length * 3.5 < free) continue;
      drawing.append(shape("line", { class: "grid", x1: x(begin), x2: x(begin), y1: 0, y2: height + 6 }),
        shape("text", { x: x(begin), y: height + 20, "text-anchor": "middle" }, words));
      free = x(begin) + words.length * 3.5 + 24;
    }
  }

  function drawLane({ entity, moves: knots }, y, x, width) {
    const first = entity.ops.length ? commits[ops.commit[entity.ops.at(-1)]].at : ALL.from;
    const last = entity.alive || !entity.ops.length ? ALL.to : commits[ops.commit[entity.ops[0]]].at;
    const names = [knots[0].old, ...knots.map((knot) => knot.new)];
    const words = names.map(addressOf).join(", then ");
    const lane = shape("a", { href: storyOf(entity) }, shape("title", {}, `${entity.kind} ${words}`));
    lane.append(shape("rect", { x: 0, y: y - LANE + 9, width, height: LANE, fill: "transparent" }));
    lane.append(shape("line", { class: "life", x1: x(first), x2: x(last), y1: y, y2: y }));
    if (!entity.alive) lane.append(shape("line", { class: "stop", x1: x(last), x2: x(last), y1: y - 5, y2: y + 5 }));
    // A name stands over its stretch of the line, as much of it as fits; the last one may go on to the edge.
    const starts = [x(first), ...knots.map((knot) => x(commits[knot.commit].at))];
    let free = 0;
    for (let at = names.length - 1, end = width; at >= 0; at -= 1) {
      const label = whatIsNew(names[at], names[at - 1]);
      const isLast = at === names.length - 1;
      const start = isLast ? Math.min(starts[at], width - label.length * CHARACTER) : starts[at];
      const fits = Math.floor((end - start - 6) / CHARACTER);
      if (fits >= Math.min(label.length, 4)) {
        const cut = label.length > fits ? `${label.slice(0, fits - 1)}\u2026` : label;
        lane.append(shape("text", { class: "code", x: start + 2, y: y - 8 }, cut));
        end = start;
      } else end = Math.min(end, start);
      free += 1;
    }
    knots.forEach((knot, at) => {
      const style = knot.how === "renamed" ? "renamed" : "moved";
      const title = `${day(commits[knot.commit].at)}, ${knot.how}: ${addressOf(knot.old)} \u2192 ${addressOf(knot.new)}`;
      lane.append(shape("circle", { class: `fill ${style}`, cx: starts[at + 1], cy: y, r: knot.how.includes(" ") ? 4 : 6 }, shape("title", {}, title)));
    });
    return lane;
  }

  /** Return a name as it differs from the one before: the file only where the name stayed. */
  function whatIsNew(here, before) {
    return before && before.name === here.name && before.path !== here.path ? here.path : said(here);
  }
  return { section, draw };
}
