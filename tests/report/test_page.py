"""The report in a real browser: what it shows, what it leads to, and that nothing of a repository is ever run."""

from __future__ import annotations

import itertools
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.browser import Browser, needs_browser
from support.logs import Log, delete, insert, patch, replace
from support.reports import EVIL, content_of, made, page_of, some_history
from support.shell import Shell

from muse_hook.cli.terminal import printable
from muse_hook.report.content import PageContent
from muse_hook.report.page import page

pytestmark = [needs_browser, pytest.mark.long]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One browser for all: it takes a second to start."""
    with Browser(tmp_path_factory.mktemp("browser")) as started:
        yield started


@pytest.fixture
def log(tmp_path: Path) -> Log:
    return Log(tmp_path / "store")


def shown(browser: Browser, tmp_path: Path, made: bytes, size: tuple[int, int] = (1200, 900)) -> None:
    path = tmp_path / "report.html"
    path.write_bytes(made)
    browser.heard.clear()
    browser.open(path, size)


def test_the_overview_counts_what_happened(browser: Browser, log: Log, tmp_path: Path) -> None:
    shown(browser, tmp_path, page_of(log, some_history(log)))
    assert browser.text("h1") == ["project"]
    assert browser.text(".counts") == ["8 operations on 3 symbols in 5 commits"]
    assert browser.text("section > .lead h2") == [
        "What happened when", "Most changed symbols", "Who changed what", "Renamed", "Where code went", "Commits",
    ]  # fmt: skip
    assert browser.text(".readout") == ["7 operations in 5 commits, one bar a day"]
    assert browser.text(".top-table .name") == ["f2", "g"]
    assert browser.text(".top-table .amount .number") == ["3", "2"]
    assert browser.text(".matrix thead span")[1:] == ["Ada", "Bob"]
    assert browser.text(".matrix tbody tr:first-child span") == ["2", "1"]
    assert browser.text(".lanes a title")[-1] == "1 Feb 2026, file moved: a.py::f2 \N{RIGHTWARDS ARROW} b.py::f2"
    assert browser.text(".flow .ribbon title") == ["3 symbols: a.py \N{RIGHTWARDS ARROW} b.py, since 1 Feb 2026"]
    assert browser.heard == []


def test_a_search_by_a_former_name_leads_to_the_story(browser: Browser, log: Log, tmp_path: Path) -> None:
    shown(browser, tmp_path, page_of(log, some_history(log)))
    browser.press("/")
    browser.type("a.py f")
    assert browser.text("#found [aria-selected=true] .name") == ["f2"]
    browser.press("ArrowDown", "ArrowUp", "Enter")
    assert browser.text("h2:focus") == ["f2"]
    assert browser.text(".story .names li") == ["a.py::f2", "a.py::f"]
    assert browser.text(".rows .style") == ["changed", "renamed", "added"]
    assert browser.text(".rows .name") == ["a.py::f2 \N{RIGHTWARDS ARROW} b.py::f2", "f \N{RIGHTWARDS ARROW} f2"]
    assert browser.text(".rows .meta") == ["Move and edit · Bob", "Rename · Ada", "Begin · Ada"]
    browser.press("/")
    browser.type("no such thing")
    assert browser.text("#found") == ["Nothing was ever called that here."]


def test_a_span_of_time_is_chosen_by_keys_and_by_dates(browser: Browser, log: Log, tmp_path: Path) -> None:
    shown(browser, tmp_path, page_of(log, some_history(log)))
    browser.run("document.querySelector('.timeline').focus()")
    browser.press("Home")
    assert browser.text(".readout") == ["1 Jan 2026: 2 added"]
    browser.press("Enter")
    assert browser.text(".top-table .name") == ["g", "f2"]
    assert browser.text(".top-table .amount .number") == ["1", "1"]
    browser.press("Escape")
    assert browser.text(".top-table .amount .number") == ["3", "2"]
    browser.run(
        "(() => { const last = document.querySelectorAll('.span input')[0]; last.value = '2026-03-01';"
        " last.dispatchEvent(new Event('change')); })()"
    )
    assert browser.text(".top-table .name") == ["g"]
    assert browser.text(".rows .subject") == ["Take g away"]


def test_kinds_and_styles_can_be_left_out(browser: Browser, log: Log, tmp_path: Path) -> None:
    shown(browser, tmp_path, page_of(log, some_history(log)))

    def click(label: str) -> None:
        browser.run(
            "[...document.querySelectorAll('.chip')].find((chip) => chip.textContent.startsWith("
            f"{json.dumps(label)})).click()"
        )

    click("imports")
    assert browser.text(".top-table .name") == ["f2", "g", "os"]
    click("functions")
    assert browser.text(".top-table .name") == ["os"]
    click("imports")
    assert browser.text(".top-table .name") == ["b.py"]
    click("moved")
    assert browser.text(".readout") == ["1 operation in 1 commit, one bar a day"]


@pytest.mark.parametrize("size", [(390, 800), (1400, 900)])
def test_nothing_is_wider_than_the_screen(browser: Browser, log: Log, tmp_path: Path, size: tuple[int, int]) -> None:
    last = some_history(log)
    long = "a_name_without_an_end_" * 8
    last = log.commit(patch(f"{long}/b.py", insert(f"{long}/b.py::{long}")), parents=(last,), name=long)
    shown(browser, tmp_path, page_of(log, last), size)
    for fragment in ("", "commit=0"):
        if fragment:
            browser.go(fragment)
        assert browser.run("document.documentElement.scrollWidth") <= size[0]


def test_nothing_of_a_repository_is_run(browser: Browser, log: Log, tmp_path: Path) -> None:
    first = log.commit(
        patch(EVIL, insert(f"{EVIL}::{EVIL}", kind=EVIL), insert("e.py::onload")), name=EVIL, author=f"{EVIL} <e@x>"
    )
    moved = replace(f"{EVIL}::{EVIL}", new_address=f"{EVIL}::{EVIL}2", change=["renamed", EVIL], kind=EVIL)
    second = log.commit(patch(EVIL, moved), parents=(first,), name="__proto__", author="constructor")
    away = delete(f"{EVIL}::{EVIL}2", new_address="javascript:alert(1)::__proto__", change=["moved"], kind=EVIL)
    come = insert("javascript:alert(1)::__proto__", from_address=f"{EVIL}::{EVIL}2", change=["moved"], kind=EVIL)
    third = log.commit(patch(EVIL, away), patch("javascript:alert(1)", come), parents=(second,), name=EVIL)
    shown(browser, tmp_path, page_of(log, third, title=EVIL))
    assert browser.text("title") == [f"{printable(EVIL)}: history by symbol"]
    assert browser.text("h1") == [printable(EVIL)]
    browser.press("/")
    browser.type("script")
    assert printable(EVIL) in browser.text("#found .path")[0]
    entities = len(browser.run("JSON.parse(document.getElementById('data').textContent).entities.id"))
    symbols = browser.run("JSON.parse(document.getElementById('data').textContent).entities.id.filter(Boolean)")
    pages = [f"commit={number}" for number in range(3)] + [f"file={number}" for number in range(entities)]
    for fragment in [*pages, *(f"symbol={each}" for each in symbols), "symbol=__proto__", "commit=__proto__", "find=%"]:
        browser.go(fragment)
        assert browser.run("document.querySelectorAll('script').length") == 2
        assert browser.run("document.querySelectorAll('img, iframe, object, embed, base, form, link').length") == 0
        assert browser.run(
            "[...document.querySelectorAll('*')].flatMap((e) => [...e.attributes]).filter((a) =>"
            " a.name.startsWith('on') || (/^(href|src)$/.test(a.name) && a.value[0] !== '#')).length"
        ) == 0  # fmt: skip
        assert not {"\x1b", "\u202e"} & set(browser.run("document.documentElement.outerHTML"))
    assert browser.run("window.owned") is None
    assert browser.heard == []


def test_the_policy_runs_no_script_but_the_pages_own(browser: Browser, log: Log, tmp_path: Path) -> None:
    made = page_of(log, some_history(log))
    hole = b"<img src=x onerror='window.owned = 1'><script>window.owned = 1</script></footer>"
    shown(browser, tmp_path, made.replace(b"</footer>", hole))
    assert browser.run("window.owned") is None
    refused = [each["params"]["entry"]["text"] for each in browser.heard if each["method"] == "Log.entryAdded"]
    assert len(refused) >= 2
    assert all("Content Security Policy" in text for text in refused)


def test_fifty_thousand_ops_are_there_within_two_seconds(browser: Browser, tmp_path: Path) -> None:
    shown(browser, tmp_path, page(made(ops=50_000, commits=10_000, symbols=12_000, moves=4000)))
    assert browser.text(".counts") == ["50,000 operations on 12,000 symbols in 10,000 commits"]
    drawn = browser.run("performance.getEntriesByName('drawn')[0].startTime")
    assert drawn < 2000
    took = browser.run(
        "(() => { const began = performance.now(); const query = document.getElementById('query'); query.value = 'f59';"
        " query.dispatchEvent(new Event('input')); return performance.now() - began; })()"
    )
    assert browser.text("#found .name")[0] == "f59"
    assert took < 500
    assert isinstance(made(ops=1, commits=1, symbols=1, moves=0), PageContent)


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the text of axe-core, which looks for what people without eyes or hands for it stumble over."""
    if shutil.which("npm") is None:
        pytest.skip("no npm here")
    folder = tmp_path_factory.mktemp("axe")
    command = ["npm", "install", "--no-audit", "--no-fund", "--silent", "--prefix", str(folder), "axe-core@4"]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("npm cannot install axe-core here")
    return (folder / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")


@pytest.mark.parametrize("place", ["", "#commit=0", "#symbol"])
def test_axe_finds_nothing(browser: Browser, log: Log, tmp_path: Path, axe: str, place: str) -> None:
    made = page_of(log, some_history(log))
    for width, scheme in itertools.product((1200, 380), ("light", "dark")):
        browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        shown(browser, tmp_path, made, (width, 900))
        if place == "#symbol":
            place = browser.run("document.querySelector('.top-table a').getAttribute('href')")
        if place:
            browser.go(place)
        browser.run(axe + ";0")
        found = browser.run("axe.run().then((each) => JSON.stringify(each.violations))")
        browser.call("Emulation.setEmulatedMedia", features=[])
        assert [(each["id"], each["nodes"][0]["html"]) for each in json.loads(found)] == []


def test_a_story_has_the_diff_of_each_step_and_leads_to_the_host(
    browser: Browser, shell: Shell, tmp_path: Path, axe: str
) -> None:
    repo = shell.repo
    repo.git("remote", "add", "origin", "git@gitlab.com:some/thing.git")
    shell.run("install", "--no-history")
    first = repo.commit("Begin", a="def f():\n    return 1\n")
    evil = EVIL.replace('"', "").replace("\u2028", "").replace("\x1b", "")
    last = repo.commit("Edit", a=f"def f():\n    return {evil!r}\n" + "    # " + "long " * 100 + "\n    return 2\n")
    made = shell.out("report").encode()
    for width, scheme in itertools.product((1200, 380), ("light", "dark")):
        browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        shown(browser, tmp_path, made, (width, 900))
        browser.run("document.querySelector('.top-table a').click()")
        assert browser.text(".diff .plus, .diff .minus")[:2] == [
            "-    return 1\n",
            f"+    return {printable(repr(evil))}\n",
        ]
        assert browser.run("document.documentElement.scrollWidth <= innerWidth")
        browser.run(axe + ";0")
        found = browser.run("axe.run().then((each) => JSON.stringify(each.violations))")
        assert {each["id"]: each["nodes"][0]["html"] for each in json.loads(found)} == {}
    browser.call("Emulation.setEmulatedMedia", features=[])
    links = json.loads(
        browser.run("JSON.stringify([...document.querySelectorAll('a.outside')].map((each) => each.href))")
    )
    page_of_host = "https://gitlab.com/some/thing/-"
    assert links == [
        f"{page_of_host}/blob/{last}/a.py#L1-4", f"{page_of_host}/commit/{last}",
        f"{page_of_host}/blob/{first}/a.py#L1-2", f"{page_of_host}/commit/{first}",
    ]  # fmt: skip
    assert browser.run("window.owned") is None
    assert browser.heard == []


def test_a_cell_of_the_branch_map_says_what_two_branches_collide_on(browser: Browser, log: Log, tmp_path: Path) -> None:
    content = content_of(log, some_history(log))
    content.tables["branches"] = {
        "base": "main",
        "names": ["agent/one", "agent/two", EVIL],
        "meets": [
            [0, 1, 0, [["both changed", "a.py::f", "merges"]]],
            [1, 2, 1, [["both added", "b.py::g", "conflicts"], ["gone, new caller", EVIL, ""]]],
        ],
    }
    shown(browser, tmp_path, page(content))
    assert browser.text(".branches tbody th") == ["main", "agent/one", "agent/two", EVIL]
    assert browser.text(".branches button") == ["1", "1", "2", "2"]
    assert browser.text(".branches button.stops") == ["2", "2"]
    browser.run("document.querySelector('.branches button.stops').click()")
    assert browser.text(".told h3") == ["agent/one and agent/two"]
    assert browser.text(".told li") == ["b.py::g both added git conflicts", f"{EVIL} gone, new caller"]
    content.tables["branches"] |= {"meets": []}
    shown(browser, tmp_path, page(content))
    assert "No two of them collide." in browser.text(".nothing")
    assert browser.heard == []
