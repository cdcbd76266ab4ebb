// Where code went: files as knots, ribbons as thick as the symbols that moved from one to the other.

function flowCard() {
  const [EDGES, HUES, KNOT, GAP, CHARACTER] = [34, 8, 10, 9, 7.1];
  const section = card("Where code went", "ribbons are symbols that moved, or were carried along, from file to file");
  const place = element("div", { class: "scroll" });
  section.append(place);

  /** Return the thickest edges between files, oldest first: {old, new, count, at}; rings are broken at their latest. */
  function edges() {
    const found = new Map();
    for (const move of movesWithin()) {
      if (move.old.path === move.new.path) continue;
      const key = `${move.old.path}\n${move.new.path}`;
      const edge = found.get(key) || { old: move.old.path, new: move.new.path, count: 0, at: Infinity };
      edge.count += 1;
      edge.at = Math.min(edge.at, commits[move.commit].at);
      found.set(key, edge);
    }
    const thick = [...found.values()].sort((one, other) => other.count - one.count || one.at - other.at).slice(0, EDGES);
    const after = new Map();
    const leads = (from, to) => from === to || (after.get(from) || []).some((next) => leads(next, to));
    return thick.sort((one, other) => one.at - other.at).filter((edge) => {
      if (leads(edge.new, edge.old)) return false;
      after.set(edge.old, [...(after.get(edge.old) || []), edge.new]);
      return true;
    });
  }

  /** Return the knots by column, ordered so that ribbons cross little. */
  function columnsOf(all) {
    const knots = new Map();
    const knot = (path) => {
      if (!knots.has(path)) knots.set(path, { path, column: 0, into: [], out: [], y: 0 });
      return knots.get(path);
    };
    for (const edge of all) {
      edge.from = knot(edge.old);
      edge.to = knot(edge.new);
      edge.from.out.push(edge);
      edge.to.into.push(edge);
    }
    for (let round = 0; round < knots.size; round += 1) {
      for (const edge of all) edge.to.column = Math.max(edge.to.column, edge.from.column + 1);
    }
    // What leads nowhere soon stands right before where it leads.
    for (const each of knots.values()) {
      if (!each.into.length) each.column = Math.min(...each.out.map((edge) => edge.to.column)) - 1;
    }
    const columns = [];
    for (const each of knots.values()) (columns[each.column] = columns[each.column] || []).push(each);
    for (const each of knots.values()) {
      const sum = (side) => side.reduce((total, edge) => total + edge.count, 0);
      each.size = Math.max(sum(each.into), sum(each.out));
    }
    return columns.filter(Boolean);
  }

  function lay(columns, height, thickness) {
    const settle = (column) => {
      const total = column.reduce((sum, each) => sum + each.height + GAP, -GAP);
      let y = Math.max(0, (height - total) / 2);
      for (const each of column) {
        each.y = y;
        y += each.height + GAP;
      }
    };
    for (const column of columns) {
      for (const each of column) each.height = Math.max(each.size * thickness, 6);
      column.sort((one, other) => other.size - one.size);
      settle(column);
    }
    const middle = (each) => each.y + each.height / 2;
    const pull = (each, side, end) => {
      const weight = each[side].reduce((sum, edge) => sum + edge.count, 0);
      return weight ? each[side].reduce((sum, edge) => sum + middle(edge[end]) * edge.count, 0) / weight : middle(each);
    };
    for (let round = 0; round < 6; round += 1) {
      const [side, end] = round % 2 ? ["out", "to"] : ["into", "from"];
      for (const column of round % 2 ? columns.toReversed() : columns) {
        const wanted = new Map(column.map((each) => [each, pull(each, side, end)]));
        column.sort((one, other) => wanted.get(one) - wanted.get(other));
        settle(column);
      }
    }
  }

  function draw() {
    const all = edges();
    if (!all.length) return place.replaceChildren(element("p", { class: "nothing" }, "No symbol went from one file to another here."));
    const width = Math.max(section.clientWidth - 42, 760);
    const columns = columnsOf(all);
    const most = Math.max(...columns.map((column) => column.length));
    const height = Math.min(Math.max(most * 30, 160), 560);
    const room = Math.min(...columns.map((column) => (height - GAP * (column.length - 1)) / column.reduce((sum, each) => sum + each.size, 0)));
    lay(columns, height, Math.min(room * 0.9, 12));
    const top = Math.min(...columns.flat().map((each) => each.y)) - 6;
    for (const each of columns.flat()) each.y -= top;
    const tall = Math.max(...columns.flat().map((each) => each.y + each.height)) + 8;
    const drawing = shape("svg", { class: "flow", width, height: tall, role: "group", "aria-label": "Files that symbols moved between" });
    const step = columns.length > 1 ? (width * 0.8 - KNOT) / (columns.length - 1) : 0;
    columns.forEach((column, at) => column.forEach((each) => { each.x = at * step; }));
    [...columns.flat()].forEach((each, at) => { each.hue = `hue${at % HUES}`; });
    drawing.append(...ribbons(columns.flat()), ...columns.flat().map((each) => drawKnot(each, each.x + step > width * 0.81 ? width - each.x : step)));
    return place.replaceChildren(drawing);
  }

  function ribbons(knots) {
    const made = [];
    for (const each of knots) {
      const scale = each.height / each.size;
      each.out.sort((one, other) => one.to.y - other.to.y);
      each.into.sort((one, other) => one.from.y - other.from.y);
      let out = each.y;
      let into = each.y;
      for (const edge of each.out) [edge.start, out] = [out + (edge.count * scale) / 2, out + edge.count * scale];
      for (const edge of each.into) [edge.end, into] = [into + (edge.count * scale) / 2, into + edge.count * scale];
    }
    for (const each of knots) {
      for (const edge of each.out) {
        const [left, right] = [each.x + KNOT, edge.to.x];
        const bend = (right - left) / 2;
        const path = `M${left},${edge.start}C${left + bend},${edge.start} ${right - bend},${edge.end} ${right},${edge.end}`;
        const thick = Math.max(Math.min(edge.count * (each.height / each.size), edge.count * (edge.to.height / edge.to.size)), 1.2);
        const title = `${plural(edge.count, "symbol")}: ${edge.old} \u2192 ${edge.new}, since ${day(edge.at)}`;
        made.push(shape("path", { class: `ribbon stroke ${each.hue}`, d: path, "stroke-width": thick }, shape("title", {}, title)));
      }
    }
    return made;
  }

  function drawKnot(each, room) {
    const fits = Math.max(Math.floor((room - KNOT - 12) / CHARACTER), 6);
    const label = each.path.length > fits ? `\u2026${each.path.slice(1 - fits)}` : each.path;
    return shape("a", { href: "#find=" + encodeURIComponent(each.path), "aria-label": `${label}: find the symbols of ${each.path}` },
      shape("title", {}, each.path),
      shape("rect", { class: `fill ${each.hue}`, x: each.x, y: each.y, width: KNOT, height: each.height }),
      shape("text", { class: "code", x: each.x + KNOT + 5, y: each.y + each.height / 2 + 4 }, label));
  }
  return { section, draw };
}
