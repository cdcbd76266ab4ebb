// The operations over time, as stacked bars; a span of it can be chosen by pointer, by keys and by dates.

const DAY = 86400;
const UNITS = [
  { name: "day", floor: (date) => Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()), days: 1 },
  { name: "week", floor: (date) => Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate() - ((date.getUTCDay() + 6) % 7)), days: 7 },
  { name: "month", floor: (date) => Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1), days: 31 },
  { name: "quarter", floor: (date) => Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - (date.getUTCMonth() % 3), 1), days: 92 },
  { name: "year", floor: (date) => Date.UTC(date.getUTCFullYear(), 0, 1), days: 366 },
  { name: "decade", floor: (date) => Date.UTC(date.getUTCFullYear() - (date.getUTCFullYear() % 10), 0, 1), days: 3653 },
];
const NARROWEST = 5; // pixels of a bar with its gap

/** Return the beginnings (seconds) of the periods from one time to another, and the unit: the finest that fits. */
function periods(from, to, width) {
  const unit = UNITS.find(({ days }) => (to - from) / DAY / days + 2 <= width / NARROWEST) || UNITS.at(-1);
  const begins = [unit.floor(new Date(from * 1000)) / 1000];
  while (begins.length < width) {
    // Well inside the next period, whatever its length: a month has 28 days at least, a year 365.
    const next = unit.floor(new Date((begins.at(-1) + unit.days * DAY * 1.03 + DAY / 2) * 1000)) / 1000;
    if (next > to) break;
    begins.push(next);
  }
  return { unit, begins };
}

/** Return which period a time is in. */
function periodOf(begins, at) {
  let low = 0;
  let high = begins.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (begins[middle] <= at) low = middle;
    else high = middle;
  }
  return low;
}

function periodName(unit, begin) {
  if (unit.name === "day") return day(begin);
  if (unit.name === "week") return `week of ${day(begin)}`;
  const date = new Date(begin * 1000);
  if (unit.name === "quarter") return `Q${Math.floor(date.getUTCMonth() / 3) + 1} ${date.getUTCFullYear()}`;
  return unit.name === "month" ? monthFormat.format(date) : String(date.getUTCFullYear());
}

/** Return round numbers for a scale up to `most`. */
function ticks(most) {
  const good = [];
  for (let ten = 1; ten <= most; ten *= 10) good.push(ten, 2 * ten, 5 * ten);
  const fit = good.filter((value) => value <= most);
  return fit.filter((value) => Math.sqrt(value / most) > 0.24).filter((_, at, all) => (all.length - at) % 2 === 1).slice(-3);
}

function timelineCard() {
  const HEIGHT = 190;
  const [TOP, BOTTOM, LEFT] = [18, 20, 34];
  const readout = element("p", { class: "readout", "aria-live": "polite" });
  const drawing = shape("svg", {
    class: "timeline", height: HEIGHT, tabindex: "0", role: "img",
    onpointerdown: press, onpointermove: hover, onpointerup: release, onpointerleave: () => point(null), onkeydown: key,
  });
  const dates = ["from", "to"].map((end) => element("input", { type: "date", "aria-label": `${end} this day`, onchange: byDate }));
  const whole = element("button", { type: "button", class: "more", onclick: () => lookAt() }, "Everything");
  const span = element("div", { class: "span right" }, dates[0], "\u2013", dates[1], whole);
  const section = card("What happened when", "drag, or arrow keys, to look at a part of it", span);
  section.append(drawing, readout, styleChips());
  let now = null; // what was drawn last: width, unit, begins, bars
  let pressed = null;
  let pointed = null;

  const x = (at) => LEFT + (at * (now.width - LEFT)) / now.begins.length;
  const periodAt = (event) => {
    const inside = event.clientX - drawing.getBoundingClientRect().left - LEFT;
    return Math.max(0, Math.min(now.begins.length - 1, Math.floor((inside / (now.width - LEFT)) * now.begins.length)));
  };
  const endOf = (at) => (at + 1 < now.begins.length ? now.begins[at + 1] - 1 : Infinity);

  function press(event) {
    if (event.button) return;
    pressed = periodAt(event);
    drawing.setPointerCapture(event.pointerId);
  }

  function hover(event) {
    point(periodAt(event));
    if (pressed !== null) mark(Math.min(pressed, pointed), Math.max(pressed, pointed));
  }

  function release(event) {
    if (pressed === null) return;
    const [from, to] = [pressed, periodAt(event)].sort((one, other) => one - other);
    pressed = null;
    choosePeriods(from, to);
  }

  function choosePeriods(from, to) {
    const same = view.from === now.begins[from] && view.to === endOf(to);
    if (same || (from === 0 && to === now.begins.length - 1)) lookAt();
    else lookAt(now.begins[from], endOf(to));
  }

  function key(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -12, PageDown: 12, Home: -Infinity, End: Infinity }[event.key];
    if (step) {
      const before = pointed === null ? (step > 0 ? -1 : now.begins.length) : pointed;
      const next = Math.max(0, Math.min(now.begins.length - 1, before + step));
      if (event.shiftKey && pressed === null) pressed = Math.max(0, Math.min(now.begins.length - 1, before));
      point(next);
      if (event.shiftKey) mark(Math.min(pressed, next), Math.max(pressed, next));
      else pressed = null;
    } else if (event.key === "Enter" && pointed !== null) {
      const ends = [pressed === null ? pointed : pressed, pointed].sort((one, other) => one - other);
      pressed = null;
      choosePeriods(...ends);
    } else if (event.key === "Escape") {
      pressed = null;
      lookAt();
    } else return;
    event.preventDefault();
  }

  function byDate() {
    const [from, to] = dates.map((input) => Date.parse(`${input.value}T00:00:00Z`) / 1000);
    lookAt(Number.isNaN(from) ? -Infinity : from, Number.isNaN(to) ? Infinity : to + DAY - 1);
  }

  /** Mark the periods of a choice in the making. */
  function mark(from, to) {
    drawing.querySelector(".window").setAttribute("x", x(from));
    drawing.querySelector(".window").setAttribute("width", x(to + 1) - x(from));
  }

  /** Tell of a period; of the whole where none is pointed at. */
  function point(at) {
    pointed = at;
    const shade = drawing.querySelector(".at");
    if (shade) {
      shade.setAttribute("x", at === null ? -99 : x(at));
      shade.setAttribute("width", x(1) - x(0));
    }
    readout.textContent = at === null ? told() : `${periodName(now.unit, now.begins[at])}: ${inWords(now.bars[at])}`;
  }

  function inWords(counts) {
    const words = STYLES.map((style, at) => (counts[at] ? `${number(counts[at])} ${style}` : "")).filter(Boolean);
    return words.join(", ") || "nothing";
  }

  function told() {
    const is = new Set(view.within.map((op) => ops.commit[op]));
    return `${plural(view.within.length, "operation")} in ${plural(is.size, "commit")}, one bar a ${now.unit.name}`;
  }

  function draw() {
    const width = Math.max(section.clientWidth - 42, 240);
    now = { width, ...periods(ALL.from, ALL.to, width - LEFT) };
    now.bars = now.begins.map(() => new Array(STYLES.length).fill(0));
    for (const op of view.fitting) now.bars[periodOf(now.begins, commits[ops.commit[op]].at)][ops.style[op]] += 1;
    const sums = now.bars.map((bar) => bar.reduce((one, other) => one + other, 0));
    const most = Math.max(...sums, 1);
    const y = (value) => HEIGHT - BOTTOM - Math.sqrt(value / most) * (HEIGHT - BOTTOM - TOP);
    drawing.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    drawing.setAttribute("aria-label", `Operations by ${now.unit.name} from ${day(ALL.from)} to ${day(ALL.to)}, at most ${number(most)}; arrow keys tell of each, Enter chooses`);
    drawing.replaceChildren();
    for (const value of ticks(most)) {
      drawing.append(shape("line", { class: "grid", x1: LEFT, x2: width, y1: y(value), y2: y(value) }),
        shape("text", { x: LEFT - 6, y: y(value) + 4, "text-anchor": "end" }, number(value)));
    }
    drawing.append(shape("text", { class: "axis", x: LEFT + 4, y: TOP - 8 }, `operations a ${now.unit.name}`));
    const gap = x(1) - x(0) > 8 ? 1.5 : 0.75;
    now.bars.forEach((bar, at) => {
      const height = HEIGHT - BOTTOM - y(sums[at]);
      const isOut = endOf(at) < view.from || now.begins[at] > view.to;
      const group = shape("g", { class: isOut ? "out" : false });
      let bottom = HEIGHT - BOTTOM;
      bar.forEach((count, style) => {
        if (!count) return;
        const part = (height * count) / sums[at];
        bottom -= part;
        group.append(shape("rect", { class: `fill ${STYLES[style]}`, x: x(at) + gap / 2, y: bottom, width: x(1) - x(0) - gap, height: part }));
      });
      if (group.firstChild) drawing.append(group);
    });
    drawAxis(y(0));
    drawing.append(shape("rect", { class: "at", x: -99, y: 0, width: 1, height: HEIGHT - BOTTOM }),
      shape("rect", { class: "window", x: -99, y: 0, width: 1, height: HEIGHT - BOTTOM }));
    const isWhole = view.from === -Infinity && view.to === Infinity;
    if (!isWhole) mark(periodOf(now.begins, view.from), periodOf(now.begins, Math.min(view.to, ALL.to)));
    dates[0].value = isoDay(Math.max(view.from, ALL.from));
    dates[1].value = isoDay(Math.min(view.to, ALL.to));
    whole.hidden = isWhole;
    point(null);
  }

  function drawAxis(y) {
    drawing.append(shape("line", { class: "grid", x1: LEFT, x2: now.width, y1: y, y2: y }));
    let free = LEFT - 20;
    now.begins.forEach((begin, at) => {
      const date = new Date(begin * 1000);
      const before = at ? new Date(now.begins[at - 1] * 1000) : null;
      const isYear = !before || before.getUTCFullYear() !== date.getUTCFullYear();
      const isMonth = now.unit.days < 31 && (!before || before.getUTCMonth() !== date.getUTCMonth());
      if ((!isYear && !isMonth) || x(at) < free) return;
      const words = isMonth ? monthFormat.format(date) : String(date.getUTCFullYear());
      const end = x(at) + words.length * 7;
      if (end <= now.width) drawing.append(shape("text", { x: x(at), y: HEIGHT - 5 }, words));
      free = end + 12;
    });
  }

  return { section, draw };
}
