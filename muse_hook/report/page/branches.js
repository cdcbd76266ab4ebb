// Which branches collide: a matrix of the branch map; a cell that is clicked says on what.

function branchesCard() {
  const { base, names, meets } = data.branches;
  const section = card("Which branches collide", `live branches, and ${base}; click a cell for what it is`);
  const told = element("div", { class: "told", "aria-live": "polite" });
  const all = [base, ...names];
  const found = new Map(meets.map(([ours, theirs, stops, what]) => [`${ours} ${theirs}`, { stops, what }]));
  const between = (one, other) => found.get(`${Math.min(one, other)} ${Math.max(one, other)}`);

  function tell(row, column) {
    const { what } = between(row, column);
    const items = what.map(([how, address, git]) =>
      element("li", {}, element("code", {}, address), ` ${how}`, git ? element("span", { class: git === "conflicts" ? "stops" : "hint" }, ` git ${git}`) : ""));
    told.replaceChildren(element("h3", {}, `${all[row]} and ${all[column]}`), element("ul", {}, ...items));
  }

  function cell(row, column) {
    if (row === column) return element("td", {});
    const here = between(row, column);
    if (!here) return element("td", {}, element("span", {}, ""));
    const label = `${all[row]} and ${all[column]}: ${plural(here.what.length, "collision")}${here.stops ? ", Git's merge stops" : ""}`;
    const made = element("button", { type: "button", title: label, "aria-label": label, class: here.stops ? "stops" : false, onclick: () => tell(row, column) }, number(here.what.length));
    return element("td", {}, made);
  }

  const head = element("tr", {}, element("th", {}, element("span", { class: "hidden" }, "branch")),
    ...all.map((name) => element("th", { scope: "col", title: name }, element("span", {}, name))));
  const body = all.map((name, row) => element("tr", {}, element("th", { scope: "row", title: name }, name), ...all.map((_, column) => cell(row, column))));
  const place = meets.length
    ? element("table", { class: "matrix branches" }, element("thead", {}, head), element("tbody", {}, ...body))
    : element("p", { class: "nothing" }, names.length ? "No two of them collide." : "No branch is live.");
  section.append(element("div", { class: "scroll" }, place), told);
  return { section, draw() {} };
}
