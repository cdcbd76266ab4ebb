// Making elements: every text goes in as a text node, never as HTML.

const SVG = "http://www.w3.org/2000/svg";

/** Return an HTML element. Attributes named "on..." are listeners, false ones are left out; children may be text. */
function element(tag, attributes, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/** Return an SVG element. */
function shape(tag, attributes, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

/** Return a section with a heading; `beside` stands to the right of it. */
function card(title, hint, ...beside) {
  const heading = element("h2", {}, title);
  const lead = element("div", { class: "lead" }, heading, hint ? element("span", { class: "hint" }, hint) : "", ...beside);
  return element("section", { class: "card", "aria-label": title }, lead);
}

const grouped = new Intl.NumberFormat("en");
const number = (value) => grouped.format(value);
const plural = (value, noun) => `${number(value)} ${noun}${value === 1 ? "" : "s"}`;

const dayFormat = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", day: "numeric", month: "short", year: "numeric" });
const monthFormat = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", month: "short", year: "numeric" });
const day = (seconds) => dayFormat.format(seconds * 1000);
const isoDay = (seconds) => new Date(seconds * 1000).toISOString().slice(0, 10);

/** Return a time element that shows the day. */
function time(seconds) {
  const exact = new Date(seconds * 1000).toISOString();
  return element("time", { datetime: exact, title: exact.replace("T", " ").slice(0, 19) }, day(seconds));
}

/** Return a person's name without the mail address. */
const shortName = (who) => who.replace(/ <.*$/, "") || who;

/** Return a link to a name, with everything about it in the title. */
function nameLink(entity) {
  const classes = entity.alive ? "name" : "name gone";
  const title = `${entity.kind} ${entity.address}${entity.alive ? "" : " (no longer there)"}`;
  return element("a", { class: classes, href: storyOf(entity), title }, entity.label);
}

/** Return one word and a coloured mark for a style. */
function styleMark(style, words = STYLES[style]) {
  return element("span", { class: `style ${STYLES[style]}` }, element("i", { class: "fill" }), words);
}

/** Return "3 added, 2 removed" as marks; `counts` by style. */
function tally(counts) {
  const made = element("span", { class: "tally" });
  counts.forEach((count, style) => {
    if (!count) return;
    const title = `${number(count)} ${STYLES[style]}`;
    made.append(element("span", { class: STYLES[style], title }, element("i", { class: "fill" }), number(count),
      element("span", { class: "hidden" }, ` ${STYLES[style]} `)));
  });
  return made;
}

/** Return a link to another site. */
const outside = (href, label, ...children) => element("a", { class: "outside", href, rel: "noopener noreferrer", title: label, "aria-label": label }, ...children);
