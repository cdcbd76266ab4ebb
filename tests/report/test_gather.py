"""What a report is made of: the facts, the escaping that needs no browser to be held, and where it may be written."""

from __future__ import annotations

import base64
import hashlib
import html
import os
import re
import subprocess
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.logs import Log, delete, insert, patch, replace
from support.reports import EVIL, content_of, data_of, page_of, some_history
from support.repository import Repo
from support.shell import Shell

from muse_hook.cli.terminal import printable
from muse_hook.history.ancestry import BranchFilter
from muse_hook.history.events import Filter
from muse_hook.history.follow import refresh
from muse_hook.index.index import Index
from muse_hook.report.gather import CATEGORIES, category_of, gather
from muse_hook.report.page import as_data, page


@pytest.fixture
def log(tmp_path: Path) -> Log:
    return Log(tmp_path / "store")


@pytest.fixture
def shell(shell: Shell) -> Shell:
    shell.run("install", "--no-history")
    shell.repo.commit("Begin", a="def f():\n    return 1\n")
    return shell


def told(content: dict[str, object]) -> list[tuple[str, str, str, str]]:
    """Return (commit's subject, style, codes, address of the entity now) of each op, newest first."""
    data = data_of(as_page(content))
    text = data["strings"].__getitem__
    commits = [
        subject for subject, many in zip(data["commits"]["subject"], data["commits"]["ops"], strict=True)
        for _ in range(many)
    ]  # fmt: skip
    rows = []
    for commit, entity, what in zip(commits, data["ops"]["entity"], data["ops"]["what"], strict=True):
        style, codes = data["whats"][what]
        place = data["entities"]["place"][entity]
        address = f"{text(data['places']['path'][place])}::{text(data['places']['name'][place])}"
        rows.append((text(commit), CATEGORIES[style], ",".join(map(text, codes)), address))
    return rows


def as_page(tables: dict[str, object]) -> bytes:
    return f'<script type="application/json" id="data">{as_data(tables)}</script>'.encode()


def test_each_op_is_told_once_under_the_name_that_its_symbol_has_now(log: Log) -> None:
    content = content_of(log, some_history(log))
    assert told(content.tables) == [
        ("Take g away", "removed", "", "b.py::g"),
        ("Format", "reformatted", "", "b.py::"),
        ("Move and edit", "moved", "module", "b.py::"),
        ("Move and edit", "changed", "body", "b.py::f2"),
        ("Rename", "renamed", "renamed", "b.py::f2"),
        ("Begin", "added", "", "b.py::f2"),
        ("Begin", "added", "", "b.py::g"),
        ("Begin", "added", "", "b.py::import::os"),
    ]
    assert (content.commits, content.recorded, content.ops, content.symbols) == (5, 5, 8, 3)
    assert dict(zip(content.tables["entities"]["id"], content.tables["entities"]["alive"], strict=True)) == {
        entity: int(address != "b.py::g") for entity, address in ids_of(content.tables).items()
    }


def ids_of(tables: dict[str, object]) -> dict[str, str]:
    data = data_of(as_page(tables))
    text = data["strings"].__getitem__
    return {
        entity: f"{text(data['places']['path'][place])}::{text(data['places']['name'][place])}"
        for entity, place in zip(data["entities"]["id"], data["entities"]["place"], strict=True)
    }


def test_times_are_told_as_distances_and_moves_with_both_places(log: Log) -> None:
    data = data_of(page_of(log, some_history(log)))
    newest, *steps = data["commits"]["at"]
    assert newest == 1_772_323_200  # 2026-03-01
    assert newest + sum(steps) == 1_767_225_600  # 2026-01-01
    text = data["strings"].__getitem__
    places = [
        f"{text(path)}::{text(name)}" for path, name in zip(data["places"]["path"], data["places"]["name"], strict=True)
    ]
    moves = data["moves"]
    rows = [
        (text(how), places[old], places[new])
        for how, old, new in zip(moves["how"], moves["old"], moves["new"], strict=True)
    ]
    assert sorted(rows) == [
        ("file moved", "a.py::", "b.py::"),
        ("file moved", "a.py::f2", "b.py::f2"),
        ("file moved", "a.py::g", "b.py::g"),
        ("file moved", "a.py::import::os", "b.py::import::os"),
        ("renamed", "a.py::f", "a.py::f2"),
    ]


def test_what_a_merge_brought_along_is_told_by_the_commit_that_did_it(log: Log) -> None:
    base = log.commit(patch("a.py", insert("a.py::f")), name="Base")
    renamed = replace("a.py::f", new_address="a.py::g", change=["renamed"])
    side = log.commit(patch("a.py", renamed), parents=(base,), name="Side")
    other = log.commit(patch("a.py", insert("a.py::h", "h")), parents=(base,), name="Other")
    merge = log.commit(patch("a.py", {**renamed, "from_parent": 2}), parents=(other, side), name="Merge")
    content = content_of(log, merge)
    assert sorted(row[0] for row in told(content.tables)) == ["Base", "Other", "Side"]
    assert len(content.tables["moves"]["entity"]) == 1
    assert (content.commits, content.recorded) == (3, 4)


def test_a_filter_leaves_out_what_does_not_fit(log: Log) -> None:
    last = some_history(log)
    assert content_of(log, last, author="bob").commits == 1
    assert [row[1] for row in told(content_of(log, last, since="2026-02-02").tables)] == ["removed", "reformatted"]
    assert {row[3] for row in told(content_of(log, last, kind=["import"]).tables)} == {"b.py::import::os"}
    assert {row[2] for row in told(content_of(log, last, change=["renamed"]).tables)} == {"renamed"}
    assert not content_of(log, last, path="none/*").tables["ops"]["entity"]
    assert not content_of(log, last, path="none/*").tables["moves"]["entity"]


@pytest.mark.parametrize(
    ("op", "style"),
    [
        (insert("a::f"), "added"), (delete("a::f"), "removed"), (replace("a::f"), "changed"),
        (replace("a::f", new_address="a::g", change=["renamed", "body"]), "renamed"),
        (replace("a::f", new_address="a::C.f", change=["moved", "kind"]), "moved"),
        (delete("a::f", new_address="b::f", change=["moved"]), "moved"),
        (delete("a::f", new_address="b::g", change=["renamed", "moved"]), "renamed"),
        (insert("b::f", from_address="a::f", change=["moved"]), None),
        (insert("a::f", change=["extracted_from"]), "added"),
        (patch("a"), None), (patch("a", change=["module"]), "changed"), (patch("a", change=["added"]), "added"),
        (patch("a", change=["removed"]), "removed"), (patch("a", from_address="b"), "moved"),
        (replace("a", change=["unparsed"]), "changed"),
    ],
)  # fmt: skip
def test_every_op_has_one_style_or_is_told_by_another(op: dict[str, object], style: str | None) -> None:
    seen = {"change": [], "summary": op.get("new_summary", ""), "is_child": "::" in str(op["address"])} | op
    assert category_of(seen) == style


def test_the_same_log_gives_the_same_page(log: Log) -> None:
    last = some_history(log)
    assert page_of(log, last) == page_of(log, last)


def test_the_page_is_ascii_and_names_no_other_place(log: Log) -> None:
    made = page_of(log, some_history(log)).decode("ascii")
    assert set(re.findall(r"https?:[^\"'\s]*", made)) == {"http://www.w3.org/2000/svg"}  # a name, not a place
    assert not re.search(r"<(link|img|iframe|object|embed|base|form)\b|\bsrc=|url\(|@import", made)
    for call in (
        "innerHTML",
        "outerHTML",
        "insertAdjacent",
        "document.write",
        "eval(",
        "Function(",
        "fetch(",
        "import(",
    ):
        assert call not in made


def test_the_policy_allows_the_pages_own_script_and_style_and_no_more(log: Log) -> None:
    made = page_of(log, some_history(log)).decode()
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', made)
    assert policy
    rules = dict(rule.split(" ", 1) for rule in policy[1].split("; "))
    for name in ("script", "style"):
        inside = re.search(rf"<{name}>(.*?)</{name}>", made, re.DOTALL)
        assert inside
        digest = base64.b64encode(hashlib.sha256(inside[1].encode()).digest()).decode()
        assert rules.pop(f"{name}-src") == f"'sha256-{digest}'"
    assert rules == {
        "default-src": "'none'", "base-uri": "'none'", "form-action": "'none'",
        "require-trusted-types-for": "'script'", "trusted-types": "'none'",
    }  # fmt: skip


def test_no_text_of_a_repository_gets_out_of_where_it_stands(log: Log) -> None:
    symbol = insert(f"{EVIL}::{EVIL}", kind=EVIL, change=[EVIL])
    last = log.commit(patch(EVIL, symbol), name=EVIL, author=EVIL)
    made = page_of(log, last, title=EVIL)
    plain = page_of(log, last, title="plain").decode()
    text = made.decode("ascii")
    for part in ("<script", "</script", "<img", "<!--", "<style", "</title"):
        assert (
            text.lower().count(part)
            == plain.lower().count(part)
            == {"<script": 2, "</script": 2}.get(part, 1 if part in {"<style", "</title"} else 0)
        ), part
    assert set(text) <= {"\n", *map(chr, range(0x20, 0x7F))}
    strings = data_of(made)["strings"]
    assert strings.count(printable(EVIL)) == 1
    assert f"<title>{html.escape(printable(EVIL))}: history" in text


@given(st.text() | st.text("<>/!-&scriptSCRIPT\\\"'\u2028\u202e"))
def test_data_can_neither_end_nor_open_anything(text: str) -> None:
    made = as_data({"strings": [text]})
    assert made.isascii()
    assert not set("<>&") & set(made)
    assert data_of(as_page({"strings": [text]})) == {"strings": [text]}


def test_a_text_too_long_for_a_page_is_cut(log: Log) -> None:
    last = log.commit(patch("a.py", insert("a.py::f")), name="x" * 100_000)
    assert max(map(len, data_of(page_of(log, last))["strings"])) == 501


def test_a_report_goes_to_stdout_or_where_it_was_asked_for(shell: Shell, tmp_path: Path) -> None:
    page = shell.out("report")
    assert told(data_of(page.encode())) == [("Begin", "added", "added", "a.py::"), ("Begin", "added", "", "a.py::f")]
    assert shell.out("report", "-o", "-") == page
    status, out, err = shell.run("report", "--output", str(tmp_path / "mine.html"))
    assert (status, out) == (0, "")
    assert re.fullmatch(r"wrote \S+/mine\.html, \d\.\d MB: 2 operations\n", err)
    assert (tmp_path / "mine.html").read_text() == page
    answer = shell.run("report", "--json", "-o", str(tmp_path / "mine.html"))
    assert f'"output":"{tmp_path}/mine.html","commits":1,"ops":2,"symbols":1,"bytes":{len(page)}' in answer[1]
    assert {path.name for path in shell.repo.path.iterdir()} == {".git", ".muse", "a.py"}


def test_a_report_tells_of_a_range_and_of_all_branches(shell: Shell) -> None:
    repo = shell.repo
    repo.git("tag", "v1")
    repo.commit("Change", a="def f():\n    return 2\n")
    repo.git("checkout", "-q", "-b", "other", "v1")
    repo.commit("Elsewhere", b="def g(): pass\n")

    def subjects(*arguments: str) -> list[str]:
        data = data_of(shell.out("report", *arguments).encode())
        return [data["strings"][number] for number in data["commits"]["subject"]]

    assert subjects() == ["Elsewhere", "Begin"]
    assert sorted(subjects("--all")) == ["Begin", "Change", "Elsewhere"]
    assert subjects("v1..main") == ["Change"]
    assert subjects("--path", "b.*") == ["Elsewhere"]
    repo.git("commit", "-q", "--amend", "-m", "Elsewhere, better")
    amended = repo.git("rev-parse", "HEAD")
    for arguments, found in (((), []), (("--all",), [amended[:12]])):
        data = data_of(shell.out("report", *arguments).encode())
        assert [data["strings"][number] for number in data["commits"]["superseded"] if number >= 0] == found
    assert shell.run("report", "nowhere")[0] == 1
    assert shell.run("report", "--all", "main")[0] == 2
    assert '<p class="scope">other at ' in shell.out("report", "v1..main")


def test_a_report_is_written_over_no_file_of_somebody(shell: Shell, tmp_path: Path) -> None:
    repo = shell.repo
    (tmp_path / "notes.txt").write_text("mine")
    (repo.path / "link.html").symlink_to(repo.path / "a.py")
    for place, wrong in (
        ("a.py", "Git tracks a file there"),
        ("link.html", "Git tracks a file there"),
        (".git/report.html", "that is inside the repository's own folder"),
        (".muse/report.html", "that is inside the repository's own folder"),
        ("../notes.txt", "a file is there that is no report"),
        ("..", "it is a folder"),
        ("no/such/report.html", "its folder is not there"),
    ):
        status, out, err = shell.run("report", "-o", place)
        assert (status, out) == (1, "")
        assert err.startswith(f"error: writing {place}: {wrong}\nhint: ")
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert (repo.path / "a.py").read_text() == "def f():\n    return 1\n"
    assert shell.run("report", "-o", "../report.html")[0] == shell.run("report", "-o", "../report.html")[0] == 0


def test_a_report_does_not_run_over_a_terminal_unasked(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    status, out, err = shell.run("report")
    assert (status, out) == (2, "")
    assert err.endswith("hint: muse-hook report --open\nhint: muse-hook report --output FILE\n")
    assert shell.run("report", "-o", "-")[1].startswith("<!doctype html>")


def test_a_report_can_be_written_into_a_pipe(shell: Shell) -> None:
    with shell.start("report", "-o", "/dev/stdout", stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        out, _ = process.communicate()
    assert process.returncode == 0
    assert out == shell.out("report")


def test_a_report_that_cannot_be_written_leaves_nothing(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "x")

    before = set(tmp_path.iterdir())
    monkeypatch.setattr(os, "replace", full)
    assert shell.run("report", "-o", str(tmp_path / "report.html"))[0] == 1
    assert set(tmp_path.iterdir()) == before


def test_a_report_is_opened_from_a_folder_of_its_own(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", lambda url: not opened.append(url))  # type: ignore[func-returns-value] # None
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    status, out, _ = shell.run("report", "--open")
    assert (status, out) == (0, "")
    (url,) = opened
    path = Path(url.removeprefix("file://"))
    assert data_of(path.read_bytes())["commits"]["id"]
    assert path.parent.stat().st_mode & 0o077 == 0
    assert shell.run("report", "--json")[0] == 2


def test_a_repository_without_a_commit_gives_a_page_that_says_so(
    repo: Repo, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shell = Shell(repo, monkeypatch, capsys)
    assert shell.run("report")[2].startswith("error: reading the history: nothing is recorded here yet")
    shell.run("install", "--no-history")
    page = shell.out("report")
    assert "no commit yet" in page
    assert "0 operations on 0 symbols in 0 commits" in page


def test_gathering_asks_no_question_a_symbol(log: Log) -> None:
    last = log.commit(patch("a.py", *(insert(f"a.py::f{number}", f"{number}") for number in range(600))))
    asked: list[str] = []
    with Index(log.store) as index:
        refresh(index)
        branch = BranchFilter(cast("Any", None), index.connection, [last])
        index.connection.set_trace_callback(asked.append)
        content = gather(
            index.connection, branch, Filter(), chosen=None, repository="", scope=[], display=printable
        )  # fmt: skip
    assert content.symbols == 600
    assert data_of(page(content))["entities"]["alive"].count(1) == 600
    assert len(asked) < 20
