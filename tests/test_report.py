"""The page to look at, in a real browser: its data is text and stays text, and it asks nobody for anything."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from conftest import Repo
from made_logs import Log, delete, insert, patch, replace
from shell import Shell

from muse_hook.cli.escape import printable
from muse_hook.history.follow import refresh
from muse_hook.index import Index
from muse_hook.report import collect, render

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
needs_browser = pytest.mark.skipif(BROWSER is None, reason="no Chromium here (apt-get install chromium)")

EVIL = "</script><script>document.title='owned'</script><img src=x onerror=alert(1)>\x1b[31m\u202e&amp;{{data}}"


@pytest.fixture
def log(tmp_path: Path) -> Log:
    return Log(tmp_path / "store")


def page_of(log: Log, title: str = "project") -> str:
    with Index(log.store) as index:
        refresh(index)
        return render(collect(index.connection, None), title, printable)


def data_of(page: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page)
    assert found
    told: dict[str, Any] = json.loads(found[1])
    return told


def seen(tmp_path: Path, page: str, words: str = "") -> str:
    """Return what a browser makes of the page, as markup, after its script ran (and searched for `words`)."""
    path = tmp_path / "page.html"
    path.write_text(page, encoding="utf-8")
    assert BROWSER
    done = subprocess.run(
        [
            BROWSER, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'browser'}",
            "--host-resolver-rules=MAP * ~NOTFOUND", "--virtual-time-budget=4000", "--dump-dom",
            path.as_uri() + (f"#{words}" if words else ""),
        ],
        capture_output=True, check=True, timeout=60,
    )  # fmt: skip
    return done.stdout.decode()


def texts(dom: str, where: str) -> list[str]:
    """Return the texts of the elements of class "text" below the element with an id."""
    part = dom[dom.index(f'id="{where}"') :]
    part = part[: part.index("</section>")]
    return [html.unescape(each) for each in re.findall(r'<span class="text[^>]*>([^<]*)</span>', part)]


def some_history(log: Log) -> None:
    a = log.commit(patch("a.py", insert("a.py::f"), insert("a.py::g", "g"), insert("a.py::import::os", kind="import")))
    b = log.commit(patch("a.py", replace("a.py::f", new_address="a.py::f2", change=["renamed"])), parents=(a,))
    c = log.commit(patch("b.py", replace("b.py::f2", "2", "3"), from_address="a.py"), parents=(b,))
    log.commit(patch("b.py", delete("b.py::g", "g")), parents=(c,), name="Take g away")


def test_the_facts_are_what_happened_without_what_merges_brought_along(log: Log) -> None:
    some_history(log)
    facts = data_of(page_of(log))
    assert facts["title"] == "project"
    assert facts["actors"] == ["Ada"]
    assert [commit[3] for commit in facts["commits"]] == ["", "", "", "Take g away"]
    names = [address for _, _, address, _ in facts["symbols"]]
    told = [(commit, names[symbol], what, facts["changes"][change]) for commit, symbol, what, change in facts["ops"]]
    assert told == [
        (0, "b.py::f2", 0, ""),
        (0, "b.py::g", 0, ""),
        (0, "b.py::import::os", 0, ""),
        (1, "b.py::f2", 2, "renamed"),
        (2, "b.py::f2", 1, "body"),
        (3, "b.py::g", 3, ""),
    ]
    symbol, commit, *_, how = facts["moves"][0]
    assert (names[symbol], commit, how) == ("b.py::f2", 1, "renamed")


def test_the_page_is_the_same_from_the_same_log(log: Log) -> None:
    some_history(log)
    assert page_of(log) == page_of(log)


def test_the_page_names_no_other_place(log: Log) -> None:
    some_history(log)
    page = page_of(log)
    outside = set(re.findall(r"https?://[^\"'\s]+", page))
    assert outside <= {"http://www.w3.org/2000/svg"}  # a name, not a place
    assert "default-src &#x27;none&#x27;" in page
    assert not re.search(r"<(link|img|iframe|object|embed|base)\b", page)


def test_nothing_of_a_repository_can_leave_the_element_that_holds_the_data(log: Log) -> None:
    log.commit(patch(EVIL, insert(f"{EVIL}::{EVIL}", kind=EVIL)), name=EVIL)
    page = page_of(log, EVIL)
    assert page.count("<script") == 2
    assert "<img" not in page
    assert not {"\x1b", "\u202e"} & set(page)
    data = data_of(page)
    assert data["title"] == printable(EVIL)
    assert data["symbols"][0][2] == printable(f"{EVIL}::{EVIL}")


@needs_browser
def test_a_browser_draws_the_page_and_runs_nothing_of_the_repository(log: Log, tmp_path: Path) -> None:
    some_history(log)
    log.commit(patch("e.py", insert(f"e.py::{EVIL}", kind=EVIL)), name=EVIL)
    dom = seen(tmp_path, page_of(log, EVIL), words="script")
    assert 'data-ready="yes"' in dom
    assert f"<title>{html.escape(printable(EVIL), quote=False)}: symbol history</title>" in dom
    assert "<img" not in dom
    assert dom.count("<rect") == 4  # one month: added, changed, moved, removed
    assert texts(dom, "results")[:2] == [printable(EVIL), printable(f"e.py::{EVIL}")]


@needs_browser
def test_a_search_tells_a_symbols_story(log: Log, tmp_path: Path) -> None:
    some_history(log)
    page = page_of(log)
    dom = seen(tmp_path, page, words="a.py::f2")
    assert "1 symbol<" in dom
    story = texts(dom, "story")
    assert story[0] == "function b.py::f2"
    assert [each for each in story if "→" in each or each in {"body", "added"}] == [
        "body",
        "file moved: a.py::f2 → b.py::f2",
        "renamed: a.py::f → a.py::f2",
        "added",
    ]
    assert texts(dom, "symbols")[::2] == ["f2", "g"]
    assert texts(dom, "renames") == ["a.py::f", "a.py::f2"]
    assert texts(seen(tmp_path, page, words="nothing-like-it"), "results") == []


@needs_browser
def test_fifty_thousand_ops_are_drawn_in_a_few_seconds(tmp_path: Path) -> None:
    months = [f"20{number // 500:02}-0{number % 9 + 1}-01T00:00:00+00:00" for number in range(5000)]
    facts = {
        "commits": [[f"{number:040x}", at, number % 40, "s"] for number, at in enumerate(months)],
        "actors": [f"person {number}" for number in range(40)],
        "symbols": [[f"{number:016x}", "function", f"src/a{number % 90}.py::f{number}", 1] for number in range(6000)],
        "changes": ["body", "signature"],
        "ops": [[number // 10, number * 7919 % 6000, number % 4, number % 2] for number in range(50_000)],
        "moves": [[number, number, f"a.py::g{number}", f"src/a.py::f{number}", "renamed"] for number in range(3000)],
    }
    page = render(facts, "large", printable)
    began = time.monotonic()
    dom = seen(tmp_path, page, words="f59")
    assert time.monotonic() - began < 20
    assert "50,000 symbol operations in 5,000 commits by 40 people on 6,000 symbols" in dom
    assert "symbols, the first 30<" in dom


def test_report_is_written_into_the_store_or_where_it_was_asked_for(
    repo: Repo, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shell = Shell(repo, monkeypatch, capsys)
    shell.run("install")
    repo.commit("Begin", a="def f(): pass\n")
    path = Path(shell.out("report").rstrip("\n"))
    assert path == repo.path / ".git/.muse/report.html"
    assert data_of(path.read_text(encoding="utf-8"))["title"] == "repo"
    assert shell.out("report", "-o", "mine.html") == f"{repo.path / 'mine.html'}\n"
    assert (repo.path / "mine.html").read_bytes() == path.read_bytes()
    assert shell.out("report", "-o", "-") == path.read_text(encoding="utf-8")
    assert shell.run("report", "-o", "no/such/folder.html")[0] == 1
