// The commits of what is looked at, newest first, and what one of them did.

function commitsCard() {
  const STEP = 10;
  const section = card("Commits", "newest first; what a commit builds upon stands below it");
  const list = element("ol", { class: "rows" });
  const more = element("button", { type: "button", class: "more", onclick: () => { shown += 3 * STEP; draw(); } });
  section.append(list, more);
  let shown = STEP;

  function draw() {
    const counts = new Map();
    for (const op of view.within) {
      const at = ops.commit[op];
      if (!counts.has(at)) counts.set(at, new Array(STYLES.length).fill(0));
      counts.get(at)[ops.style[op]] += 1;
    }
    const all = [...counts];
    list.replaceChildren(...all.slice(0, shown).map(([at, each]) => element("li", {}, time(commits[at].at),
      element("div", {}, commitLink(commits[at]), element("div", { class: "meta" }, whoOf(commits[at]))), tally(each))));
    if (!all.length) list.append(element("li", { class: "nothing" }, "No commit fits."));
    more.hidden = all.length <= shown;
    more.textContent = `${number(all.length - shown)} more`;
  }
  return { section, draw };
}

function commitLink(commit) {
  return element("a", { class: "subject", href: `#commit=${commit.number}` }, commit.subject || commit.id || "an operation by hand");
}

/** Return a commit's id, which leads to the host where one is known. */
function idOf(commit, digits) {
  const short = element("code", { class: "kind" }, commit.id.slice(0, digits));
  const address = commitAddress(commit);
  return address ? outside(address, `Commit ${commit.id.slice(0, digits)} on the host`, short) : short;
}

/** Return the lines of an op, as a link to the host; null where no host is known. */
function linesLink(op) {
  const address = linesAddress(op);
  if (!address) return null;
  const [first, last] = linesOf.get(op);
  const said = first === last ? `L${first}` : `L${first}\u2013${last}`;
  return outside(address, `${said} of ${spotOf(op).path} on the host`, said);
}

/** Return who acted, for whom, which agents took part, and what came in the place of a commit that was rewritten. */
function whoOf(commit) {
  const actor = element("span", { title: commit.actor }, shortName(commit.actor) || "nobody");
  const helpers = commit.agents && commit.agents !== shortName(commit.actor) ? ` with ${commit.agents}` : "";
  const rewritten = commit.superseded === "dropped" ? ", dropped by a rebase" : commit.superseded ? `, superseded by ${commit.superseded}` : "";
  return element("span", {}, actor, commit.author ? ` for ${shortName(commit.author)}` : "", helpers, rewritten);
}

/** Return the page of one commit. */
function commitPage(commit) {
  const section = element("section", { class: "card story" }, element("h2", { tabindex: "-1" }, commit.subject || commit.id || "An operation by hand"));
  const facts = element("div", { class: "facts" }, idOf(commit, 12), whoOf(commit), time(commit.at), element("span", {}, `session ${commit.session}`));
  const list = element("ol", { class: "rows" });
  section.append(facts, paged(list, commit.end - commit.first, (at) => {
    const op = commit.first + at;
    const entity = entities[ops.entity[op]];
    const move = entity.moves.find((each) => each.commit === commit.number);
    const where = spotOf(op);
    const name = move ? changeOfPlace(move) : element("span", { class: "name" }, said(where));
    return element("li", {}, styleMark(ops.style[op]),
      element("div", {}, element("a", { href: storyOf(entity) }, name), ...codes(op), where.name ? element("div", { class: "path" }, where.path, " ", linesLink(op)) : ""),
      element("span", { class: "kind" }, entity.kind));
  }));
  return section;
}

/** Return a list that grows on demand, with the button that makes it grow. */
function paged(list, length, row) {
  const STEP = 200;
  let shown = 0;
  const more = element("button", { type: "button", class: "more", onclick: grow });
  function grow() {
    const end = Math.min(shown + STEP, length);
    for (; shown < end; shown += 1) list.append(row(shown));
    more.hidden = shown >= length;
    more.textContent = `${number(length - shown)} more`;
  }
  grow();
  return element("div", {}, list, more);
}

/** Return the reason codes of an op but those that its style says already. */
function codes(op) {
  return codesOf(op).filter((code) => code !== STYLES[ops.style[op]]).map((code) => element("span", { class: "code" }, code.replaceAll("_", " ")));
}

function changeOfPlace(move) {
  const sameFile = move.old.path === move.new.path;
  const [before, after] = [move.old, move.new].map((place) => (sameFile ? said(place) : addressOf(place)));
  const sure = move.sure < 100 ? ` (${move.sure}% sure)` : "";
  return element("span", { class: "name" }, `${before} \u2192 ${after}${sure}`);
}
