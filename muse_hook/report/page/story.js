// One symbol's story: what it is and was called, who changed it, and every event, newest first.

/** Steps whose diffs are open at once. */
const OPEN = 10;

/** Return the events of an entity, newest first: {commit, op, move}; one of the two may be missing. */
function eventsOf(entity) {
  const byCommit = new Map();
  for (const move of entity.moves) if (!byCommit.has(move.commit)) byCommit.set(move.commit, move);
  const events = entity.ops.map((op) => {
    const commit = ops.commit[op];
    const move = byCommit.get(commit);
    byCommit.delete(commit);
    return { commit, op, move };
  });
  for (const [commit, move] of byCommit) events.push({ commit, move });
  return events.sort((one, other) => one.commit - other.commit);
}

/** Return the page of one symbol or file. */
function storyPage(entity) {
  const events = eventsOf(entity);
  const section = element("section", { class: "card story" },
    element("h2", { tabindex: "-1", class: entity.alive ? "name" : "name gone" }, entity.label));
  const actors = new Map();
  for (const { commit } of events) actors.set(commits[commit].actor, (actors.get(commits[commit].actor) || 0) + 1);
  const ranked = [...actors].sort((one, other) => other[1] - one[1]);
  const some = ranked.slice(0, 5).map(([who, count]) => `${shortName(who)} ${number(count)}`).join(", ");
  section.append(element("div", { class: "facts" },
    element("span", {}, entity.kind + (entity.alive ? "" : ", no longer there")),
    entity.name ? element("a", { class: "name", href: "#find=" + encodeURIComponent(entity.path) }, entity.path) : "",
    element("span", {}, plural(events.length, "event")),
    element("span", {}, ranked.length > 5 ? `${some} and ${plural(ranked.length - 5, "other")}` : some)));
  if (entity.id) section.append(element("p", { class: "path" }, `muse-hook log ${entity.id} --patch`));
  const former = new Set(entity.moves.flatMap((move) => [addressOf(move.new), addressOf(move.old)]));
  former.delete(entity.address);
  if (former.size) {
    section.append(element("div", { class: "names" }, "Before, it was called ",
      element("ul", {}, ...[...former].slice(0, 20).map((address) => element("li", { class: "name" }, address)))));
  }
  const story = card("Story", "newest first; what a commit builds upon stands below it");
  const list = element("ol", { class: "rows" });
  story.append(paged(list, events.length, (at) => eventRow(events[at], at < OPEN)));
  return element("div", {}, section, story);
}

/** Return an op's diff, to open and close; where the page has no room for it what shows it. */
function diffBox(op, open) {
  const diff = diffOf.get(op);
  const commit = commits[ops.commit[op]];
  if (!diff) return commit.id && entities[ops.entity[op]].id ? element("div", { class: "path" }, `muse-hook show ${commit.id.slice(0, 10)} --patch`) : null;
  const box = element("details", { class: "diff", open }, element("summary", {}, "diff"));
  const draw = () => {
    if (!box.open || box.querySelector("pre")) return;
    const kinds = { "+": "plus", "-": "minus", "@": "where" };
    const lines = diff.replace(/\n$/, "").split("\n").map((line) => element("span", { class: kinds[line[0]] || "same" }, `${line}\n`));
    box.append(element("pre", { tabindex: "0", role: "group", "aria-label": `Diff of ${commit.id.slice(0, 10)}` }, ...lines));
  };
  box.addEventListener("toggle", draw);
  draw();
  return box;
}

function eventRow({ commit: at, op, move }, open) {
  const commit = commits[at];
  const isOwn = op !== undefined;
  const style = isOwn ? ops.style[op] : STYLES.indexOf("moved");
  const what = element("div", {}, styleMark(style, isOwn ? undefined : move.how), ...(isOwn ? codes(op) : []));
  if (move) what.append(element("div", {}, changeOfPlace(move)));
  what.append(element("div", { class: "meta" }, commitLink(commit), " \u00b7 ", whoOf(commit), isOwn && linesLink(op) ? " \u00b7 " : "", isOwn ? linesLink(op) : null));
  if (isOwn) what.append(diffBox(op, open) || "");
  return element("li", {}, time(commit.at), what, idOf(commit, 10));
}
