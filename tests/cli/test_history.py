"""The commands that read the history: log, blame, sql."""

from __future__ import annotations

import json
import re
import shutil
import sys
import time
from pathlib import Path

import pytest
from support.repository import Repo
from support.shell import Shell

from muse_hook.cli.commands.blame import age
from muse_hook.history.tables import VIEWS

MODEL = """\
class Model:
    def save(self, path):
        opened = open(path, "w")
        return opened.write(self.text)

    def load(self, path):
        return open(path).read()


def helper(a, b):
    total = a + b
    return total * 2
"""


@pytest.fixture
def shell(shell: Shell) -> Shell:
    shell.run("install", "--no-history")
    return shell


@pytest.fixture
def story(shell: Shell) -> list[str]:
    """Add a symbol, edit it, rename it, move it with its file, reformat the file: the five commits."""
    repo = shell.repo
    oids = [repo.commit("Begin", a=MODEL)]
    edited = MODEL.replace("total * 2", "total * 3")
    repo.git("config", "user.name", "Bob")
    oids.append(repo.commit("Edit\n\nCo-authored-by: Eve <e@x>", a=edited))
    renamed = edited.replace("helper", "assistant")
    oids.append(repo.commit("Rename", a=renamed))
    repo.git("mv", "a.py", "b.py")
    oids.append(repo.commit("Move"))
    oids.append(repo.commit("Reformat", b=renamed.replace("a + b", "(a\n             + b)")))
    return oids


def test_a_story_goes_through_renames_and_file_moves_newest_first(shell: Shell, story: list[str]) -> None:
    begin, edit, rename, move, _ = story
    lines = shell.out("log", "b.py::assistant").splitlines()
    assert [line.strip() for line in lines if line.startswith("    ")] == [
        "> function a.py::assistant → b.py::assistant  file moved",
        "> function a.py::helper → assistant  renamed, 92% sure  L10–12",
        "~ function a.py::helper  body  L10–12",
        "+ function a.py::helper  L10–12",
    ]
    assert [line[:10] for line in lines if line and not line.startswith(" ")] == [
        each[:10] for each in (move, rename, edit, begin)
    ]
    assert lines[0] == f"{move[:10]}  2023-11-14  Ada Lovelace  Move"


def test_a_symbol_is_found_by_each_of_its_names(shell: Shell, story: list[str]) -> None:
    for word in ("b.py::assistant", "assistant", "a.py::helper", "./b.py::assistant", "*::assist*", "assist*"):
        told = shell.json("log", word)
        assert [event["commit"] for event in told["events"]] == story[3::-1], word
        (symbol_id,) = {op["symbol_id"] for event in told["events"] for op in event["ops"]}
        assert shell.json("log", symbol_id) == told


def test_a_name_that_several_have_is_answered_with_their_addresses(shell: Shell) -> None:
    shell.repo.commit("Begin", a=MODEL, b=MODEL)
    status, out, err = shell.run("log", "save")
    assert (status, out) == (1, "")
    assert err == (
        "error: looking for 'save': 2 symbols are called that\n"
        "hint: muse-hook log a.py::Model.save\nhint: muse-hook log b.py::Model.save\n"
    )
    status, _, err = shell.run("log", "sav")
    assert status == 1
    assert err.splitlines()[1:] == ["hint: muse-hook log a.py::Model.save", "hint: muse-hook log b.py::Model.save"]
    assert shell.run("log", "\x1b[31m")[2].startswith(r"error: looking for '\x1b[31m': no recorded symbol is called")


@pytest.mark.usefixtures("story")
def test_patch_shows_a_symbols_own_diff(shell: Shell) -> None:
    text = shell.out("log", "--patch", "assistant")
    assert "      @@ -10,3 +10,3 @@\n       def helper(a, b):\n           total = a + b\n" in text
    assert "      -    return total * 2\n      +    return total * 3\n" in text
    assert "      -def helper(a, b):\n      +def assistant(a, b):\n" in text
    assert "class Model" not in text


def test_amended_commits_and_other_branches_are_left_out_unless_asked_for(shell: Shell) -> None:
    repo = shell.repo
    first = repo.commit("Begin", a="def f(): pass\n")
    amended = repo.commit("To be amended", a="def f(): return 1\n")
    repo.git("commit", "-q", "--amend", "-m", "Amended")
    kept = repo.git("rev-parse", "HEAD")
    repo.git("checkout", "-q", "-b", "other", first)
    elsewhere = repo.commit("Elsewhere", a="def f(): return 2\n")
    repo.git("checkout", "-q", "main")
    assert [event["commit"] for event in shell.json("log", "f")["events"]] == [kept, first]
    assert {event["commit"] for event in shell.json("log", "f", "--all")["events"]} == {
        first, amended, kept, elsewhere,
    }  # fmt: skip


def test_the_stream_is_filtered(shell: Shell, story: list[str]) -> None:
    begin, edit, rename, move, reformat = story

    def commits(*arguments: str) -> list[str]:
        return [event["commit"] for event in shell.json("log", *arguments)["events"]]

    assert commits() == [reformat, move, rename, edit, begin]
    assert commits("-n", "2") == [reformat, move]
    assert commits("--change", "renamed") == [rename]
    assert commits("--kind", "class") == [begin]
    assert commits("--path", "b.*") == [reformat, move]
    assert commits("--session", "main") == story[::-1]
    assert commits("--author", "LOVELACE") == story[::-1]
    assert commits("--since", "2001-01-01") == story[::-1]
    assert commits("--since", "1 hour ago") == []
    assert commits("b.py") == [reformat, move, rename, edit, begin]
    assert commits("assistant", "--path", "b.py") == [move]
    assert commits("assistant", "--path", "a.*") == [rename, edit, begin]
    assert commits("assistant", "--path", "*assistant") == []


def test_added_and_removed_are_changes_and_any_of_several_will_do(shell: Shell, story: list[str]) -> None:
    assert len(story) > 1
    shell.repo.commit("Drop", b=MODEL.partition("def helper")[0])

    def told(*arguments: str) -> list[tuple[str, list[str]]]:
        events = shell.json("log", *arguments)["events"]
        return [(e["subject"], [op["address"] for op in e["ops"] if op["is_child"]]) for e in events]

    assert told("--change", "removed") == [("Drop", ["b.py::assistant"])]
    names = ["a.py::Model", "a.py::Model.load", "a.py::Model.save", "a.py::helper"]
    ((subject, came),) = told("--change", "added")  # neither end of the move of the file
    assert (subject, sorted(came)) == ("Begin", names)
    assert [subject for subject, _ in told("--change", "renamed", "--change", "body")] == ["Rename", "Edit"]
    ((_, some),) = told("--change", "added", "--kind", "class", "--kind", "method")
    assert sorted(some) == names[:3]


@pytest.mark.usefixtures("story")
@pytest.mark.parametrize(
    ("arguments", "near"),
    [
        (["--kind", "functoin"], "hint: --kind function\n"),
        (["--change", "sinature"], "hint: --change signature\n"),
        (["--kind", "%%"], "hint: there are async_function"),
        (["--path", "a.pyy"], "hint: --path a.py\n"),
        (["--since", "yesteday"], "hint: --since yesterday, or a date"),
    ],
)
@pytest.mark.parametrize("command", ["log", "report"])
def test_a_word_that_nothing_knows_is_a_mistake_and_the_nearest_are_named(
    shell: Shell, command: str, arguments: list[str], near: str
) -> None:
    extra = ["--output", "out.html"] if command == "report" else []
    status, out, err = shell.run(command, *arguments, *extra)
    assert (status, out) == (2, "")
    assert err.startswith("error: reading ")
    assert near in err


@pytest.mark.usefixtures("story")
def test_now_and_dates_that_git_reads_are_no_mistake(shell: Shell) -> None:
    for date in ("now", "0 seconds ago", time.strftime("%Y-%m-%d"), "yesterday"):
        assert shell.json("log", "--since", date)["events"] == [], date


def test_letters_of_a_glob_in_a_path_stand_for_themselves_first(shell: Shell) -> None:
    repo = shell.repo
    for text in ("def page(a): pass\n", "def page(b): pass\n"):
        repo.write("pages/[id].py", text)
        repo.write("pages/i.py", "def page(): pass\n")
        repo.git("add", "-A")
        repo.commit("step")

    def told(*arguments: str) -> set[str]:
        return {
            op["address"] for e in shell.json("log", *arguments)["events"] for op in e["ops"] if "::" in op["address"]
        }

    literal = {"pages/[id].py::page"}
    assert told("pages/[id].py::page") == literal
    assert told("--path", "pages/[id].py") == literal
    assert told("--path", "pages/*.py") == literal | {"pages/i.py::page"}
    assert told("pages/[hi].py::page") == {"pages/i.py::page"}


def test_a_bare_name_is_looked_for_in_every_branch(shell: Shell) -> None:
    repo = shell.repo
    first = repo.commit("Begin", a=MODEL)
    repo.git("checkout", "-q", "-b", "side")
    renamed = repo.commit("Rename", a=MODEL.replace("helper", "assistant"))
    repo.git("checkout", "-q", "main")
    assert [event["commit"] for event in shell.json("log", "helper")["events"]] == [first]  # it lives here
    assert [event["commit"] for event in shell.json("log", "assistant", "--all")["events"]] == [renamed, first]
    repo.git("checkout", "-q", "side")
    assert [event["commit"] for event in shell.json("log", "helper")["events"]] == [renamed, first]  # it was called so
    status, _, err = shell.run("log", "assistan")
    assert (status, "hint: muse-hook log" in err) == (1, True)


def test_an_unknown_session_is_said_with_the_one_that_was_meant(shell: Shell) -> None:
    shell.repo.commit("Begin", a=MODEL)
    assert shell.run("log", "--session", "mian") == (
        1,
        "",
        "error: looking for session 'mian': nothing is recorded under that name\nhint: --session main\n",
    )
    assert shell.run("log", "--session", "../x")[2].endswith("\nhint: muse-hook sessions\n")
    status, out, err = shell.run("report", "--session", "mian")
    assert (status, out, err.splitlines()[1]) == (1, "", "hint: --session main")
    status, out, err = shell.run("watch", "--history", "--no-wait", "--session", "mian")
    assert (status, out, err.splitlines()[1]) == (0, "", "hint: --session main"), "it may come yet"
    assert err.startswith("warning: looking for session 'mian'")
    shell.repo.git("branch", "topic")
    assert shell.run("watch", "--history", "--no-wait", "--session", "topic") == (0, "", "")


def test_a_damaged_log_a_torn_line_and_a_missing_index_lose_nothing(shell: Shell, story: list[str]) -> None:
    before = shell.json("log", "assistant")
    store = shell.repo.path / ".git/.muse"
    log = store / "op_log/main/ops.jsonl"
    whole = log.read_bytes()
    at = whole.index(b"function helper")
    log.write_bytes(whole[:at] + b"F" + whole[at + 1 :] + b'{"op_id":"torn')
    assert shell.json("show", story[0])["recorded"] is True
    assert shell.json("log", "assistant") == before
    unrecorded = shell.json("status")["unrecorded"]
    assert (unrecorded["missing"], unrecorded["damaged"]) == ([], [])
    assert log.read_bytes().startswith(whole[:at] + b"F" + whole[at + 1 :])
    for file in store.glob("index.sqlite*"):
        file.unlink()
    assert shell.json("log", "assistant") == before
    (store / "index.sqlite").write_bytes(b"no database at all" * 100)
    assert shell.json("log", "assistant") == before
    assert shell.json("sql", "SELECT count(*) AS n FROM commits")["rows"] == [{"n": 5}]


def test_history_before_the_hooks_comes_with_a_backfill(
    repo: Repo, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shell = Shell(repo, monkeypatch, capsys)
    old = repo.commit("Old", a="def f(): pass\n")
    assert shell.run("log", "f")[2].startswith("error: reading the history: nothing is recorded here yet\nhint: ")
    shell.run("install", "--no-history")
    new = repo.commit("New", a="def f(): return 1\n")
    before = shell.json("log", "f")["events"]
    assert [event["commit"] for event in before] == [new]
    shell.run("backfill")
    after = shell.json("log", "f")["events"]
    assert [event["commit"] for event in after] == [new, old]


def test_a_log_of_nothing_says_why(shell: Shell) -> None:
    repo = shell.repo
    shell.run("uninstall")
    repo.commit("Old", a=MODEL)
    shutil.rmtree(repo.path / ".git/.muse")
    shell.run("install", "--no-history")
    hint = "hint: muse-hook backfill records what was there before the hooks\n"
    assert shell.run("log") == (0, "", "nothing that HEAD reaches is recorded; --all shows other branches\n" + hint)
    assert shell.run("log", "--all") == (0, "", "nothing is recorded yet\n" + hint)
    assert shell.run("log", "--json")[2].endswith(hint)
    assert shell.run("log", "--kind", "method") == (0, "", "")
    shell.run("backfill")
    assert shell.run("log")[2] == ""


def test_blame_passes_over_moves_and_formatting(shell: Shell, story: list[str]) -> None:
    begin, _, rename, _, _ = story
    told = shell.json("blame", "b.py")
    assert told["path"] == "b.py"
    assert [(row["address"], row["commit"], row["change"]) for row in told["symbols"]] == [
        ("b.py::Model", begin, ["added"]),
        ("b.py::Model.save", begin, ["added"]),
        ("b.py::Model.load", begin, ["added"]),
        ("b.py::assistant", rename, ["renamed"]),
    ]
    old = shell.json("blame", "HEAD~3", "a.py")["symbols"][-1]
    assert (old["address"], old["commit"], old["co_authors"]) == ("a.py::helper", story[1], ["Eve <e@x>"])
    assert old["lines"] == [10, 12]
    assert re.search(
        rf"^{rename[:10]}  Ada Lovelace +\d+ years +L10–13  function  assistant  renamed$",
        shell.out("blame", "b.py"),
        re.MULTILINE,
    )


def test_blame_finds_a_file_from_a_folder_below(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    oid = shell.repo.commit("Begin", src__pkg__a="def f(): pass\n")
    monkeypatch.chdir(shell.repo.path / "src")
    assert shell.json("blame", "pkg/a.py")["symbols"][0]["commit"] == oid
    assert shell.json("blame", "../src/pkg/a.py")["path"] == "src/pkg/a.py"
    assert shell.run("blame", "nowhere.py")[2].startswith("error: reading src/nowhere.py: there is no such file at ")
    assert shell.run("blame", "pkg")[0] == 1


@pytest.mark.usefixtures("story")
def test_the_views_have_the_columns_that_are_documented(shell: Shell) -> None:
    page = (Path(__file__).parent.parent.parent / "docs" / "sql.md").read_text(encoding="utf-8")
    for view in VIEWS:
        section = page.split(f"\n## {view}\n")[1].split("\n## ")[0]
        rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
        documented = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
        assert documented == set(shell.json("sql", f"SELECT * FROM {view}")["columns"]), view  # noqa: S608 - ours


@pytest.mark.usefixtures("story")
def test_no_column_hides_another_of_its_name(shell: Shell) -> None:
    told = shell.json("sql", "SELECT 1 AS a, 2 AS a, 3 AS a_2, 4 AS a, 5 AS b")
    assert told["columns"] == ["a", "a_3", "a_2", "a_4", "b"]
    assert told["rows"] == [{"a": 1, "a_3": 2, "a_2": 3, "a_4": 4, "b": 5}]
    joined = "SELECT * FROM symbols s JOIN symbols o ON s.symbol_id = o.symbol_id LIMIT 1"
    told = shell.json("sql", joined)
    assert told["columns"][: len(told["columns"]) // 2] == [
        name.removesuffix("_2") for name in told["columns"][len(told["columns"]) // 2 :]
    ]
    assert list(told["rows"][0]) == told["columns"]
    assert shell.out("sql", "SELECT 1 AS a, 2 AS a", "--csv") == "a,a\n1,2\n"


@pytest.mark.usefixtures("story")
@pytest.mark.parametrize("revision", ["nope", "nope..HEAD", "HEAD...nope"])
def test_an_unknown_revision_is_told_in_one_way(shell: Shell, revision: str) -> None:
    told = [shell.run(*each) for each in (("report", revision, "-o", "x.html"), ("backfill", revision))]
    words = "error: looking for 'nope': Git knows no such commit\nhint: git log --oneline --all\n"
    assert told == [(1, "", words)] * 2


@pytest.mark.usefixtures("story")
def test_sql_answers_as_table_csv_and_json(shell: Shell) -> None:
    question = "SELECT name, ops FROM symbols WHERE kind = 'function'"
    assert shell.out("sql", question) == "name       ops\nassistant    3\n"
    assert shell.out("sql", question, "--csv") == "name,ops\nassistant,3\n"
    assert shell.json("sql", question) == {"columns": ["name", "ops"], "rows": [{"name": "assistant", "ops": 3}]}
    assert shell.json("sql", "SELECT 9e999 AS x") == {"columns": ["x"], "rows": [{"x": None}]}, "JSON has no infinity"
    assert shell.json("sql", "SELECT how FROM renames ORDER BY 1")["rows"][-1] == {"how": "renamed"}


def test_a_question_may_come_from_stdin_whatever_its_bytes(shell: Shell) -> None:
    shell.repo.commit("Begin", a=MODEL)
    command = (sys.executable, "-m", "muse_hook", "sql", "-", "--json")
    for raw, answer in (("SELECT 'é' AS x".encode(), "é"), (b"SELECT '\xff' AS x", r"\xff")):
        done = shell.repo.run(*command, stdin=raw)
        assert json.loads(done.stdout)["rows"] == [{"x": answer}]


QUESTIONS = (
    "DELETE FROM identities", "DROP VIEW ops", "ATTACH 'x.db' AS x", "PRAGMA user_version = 7", "VACUUM INTO 'x.db'",
    "CREATE TEMP TABLE t (x)", "SELECT load_extension('x')", "REPLACE INTO meta VALUES ('a', 'b')", "DETACH main",
    "SELECT 1; SELECT 2", "selct", "", "BEGIN",
)  # fmt: skip


def test_sql_only_reads(shell: Shell) -> None:
    shell.repo.commit("Begin", a=MODEL)
    for question in QUESTIONS:
        status, out, err = shell.run("sql", question)
        assert (status, out) == (1, ""), question
        assert err.startswith("error: asking in SQL: "), question
    assert not (shell.repo.path / "x.db").exists()
    assert shell.json("sql", "SELECT count(*) AS n FROM commits")["rows"] == [{"n": 1}]


def test_text_of_the_repository_in_a_table_is_escaped(shell: Shell) -> None:
    shell.repo.commit("\x1b[31mred\u202e", a=MODEL)
    for arguments in (["sql", "SELECT subject FROM commits"], ["log"], ["log", "save", "-p"], ["blame", "a.py"]):
        assert not {"\x1b", "\u202e"} & set(shell.out(*arguments))


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 seconds"), (60, "60 seconds"), (5400, "2 hours"), (86_400 * 3, "3 days"), (86_400 * 800, "2 years"),
     (86_400 * 30, "4 weeks"), (86_400 * 365, "12 months"), (-5, "0 seconds")],
)  # fmt: skip
def test_age_is_said_in_the_largest_unit_that_fits(seconds: float, said: str) -> None:
    assert age("1970-01-01T00:00:00+00:00", seconds) == said
    assert age(None, seconds) == ""
