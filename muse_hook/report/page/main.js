// Putting the page together, and what the part of the address behind # asks for.

const main = document.getElementById("main");

function overview() {
  const map = data.branches ? branchesCard().section : "";
  if (!commits.length) {
    const nothing = element("p", { class: "card nothing" }, "No operation is recorded here yet.");
    return map ? element("div", {}, nothing, map) : nothing;
  }
  const cards = [timelineCard(), tableCard(), matrixCard(), lanesCard(), flowCard(), commitsCard()];
  const [timeline, table, matrix, lanes, flow, list] = cards.map((each) => each.section);
  const made = element("div", {}, kindChips(), timeline, element("div", { class: "pair" }, table, matrix), lanes, flow, map, list);
  main.replaceChildren(made); // drawings ask how wide they are
  for (const each of cards) follow(each.draw);
  new ResizeObserver(onlyWhenWider(() => cards.forEach((each) => each.draw()))).observe(main);
  return made;
}

/** Return a function that calls `draw` when the width is another one than at the last call. */
function onlyWhenWider(draw) {
  let width = main.clientWidth;
  return () => {
    if (!main.clientWidth || main.clientWidth === width || !whole.isConnected) return;
    width = main.clientWidth;
    draw();
  };
}

function show(made, title) {
  const back = element("a", { class: "back", href: "#" }, "\u2190 Everything");
  main.replaceChildren(back, made);
  document.title = title;
  scrollTo(0, 0);
  made.querySelector("h2").focus({ preventScroll: true });
}

function route() {
  const [what, value] = location.hash.slice(1).split("=");
  const at = /^\d+$/.test(value) ? Number(value) : -1;
  const entity = what === "symbol" ? byId.get(value) : what === "file" ? entities[at] : undefined;
  if (entity) return show(storyPage(entity), entity.label);
  if (what === "commit" && commits[at]) return show(commitPage(commits[at]), commits[at].subject || commits[at].id);
  if (what === "main") return main.focus();
  if (whole.isConnected) {
    document.title = title;
  } else {
    document.title = title;
    main.replaceChildren(whole);
    for (const draw of followers) draw();
  }
  if (what === "find") {
    finder.input.value = unescaped(value);
    finder.input.focus();
  }
  return undefined;
}

/** Return what a part of the address stands for; as it is where it is no such thing. */
function unescaped(value) {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

function startTheme() {
  const button = document.getElementById("theme");
  const themes = [["", "as the system", "\u25D0"], ["light", "light", "\u25CB"], ["dark", "dark", "\u25CF"]];
  let at = 0;
  button.addEventListener("click", () => {
    at = (at + 1) % themes.length;
    const [name, words, sign] = themes[at];
    if (name) document.documentElement.dataset.theme = name;
    else delete document.documentElement.dataset.theme;
    button.textContent = sign;
    button.setAttribute("aria-label", `Theme: ${words}`);
  });
}

const { title } = document;
startLooking();
startTheme();
startFinding();
const whole = overview();
if (!whole.isConnected) main.replaceChildren(whole);
window.addEventListener("hashchange", route);
route();
performance.mark("drawn");
