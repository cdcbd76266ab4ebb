"""Claims: reserve, release, reservations, and what others see of them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from support.shell import Shell

from muse_hook import make_op_entry, open_code_session
from muse_hook.oplog.claim import standing

MODEL = """\
class Model:
    def save(self):
        return 1

    def load(self):
        return 2


def helper(a, b):
    total = a + b
    return total * 2
"""


@pytest.fixture
def shell(shell: Shell) -> Shell:
    shell.repo.commit("Begin", a=MODEL)
    shell.run("install", "--backfill", "1")
    return shell


def log(shell: Shell, session: str = "main") -> list[dict[str, object]]:
    path = shell.repo.path / ".git" / ".muse" / "op_log" / session / "ops.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_reservation_is_one_entry_that_ends_by_itself_or_is_released(shell: Shell) -> None:
    before = len(log(shell))
    shell.run("reserve", "Model.save", "helper", "--intent", "write\n atomically", "--until", "2h")
    *_, entry = log(shell)
    assert len(log(shell)) == before + 1
    assert entry["domain"] == "git"
    op = entry["domain_op"]
    assert isinstance(op, dict)
    assert (op["op"], op["address"], op["old_content_id"]) == ("replace", "a.py::Model.save", "")
    assert (op["old_summary"], op["new_content_id"]) == ("reserved", entry["reservation_id"])
    (told,) = shell.json("reservations")["reservations"]
    ends = datetime.fromisoformat(told["until"])
    assert timedelta(hours=1.9) < ends - datetime.now(UTC) < timedelta(hours=2.1)
    assert op["new_summary"] == f"write atomically; until {told['until']}"
    assert told == {
        "id": entry["reservation_id"],
        "symbols": ["a.py::Model.save", "a.py::helper"],
        "intent": "write atomically",
        "actor": "Ada Lovelace <ada@example.org>",
        "branch": "main",
        "clone": None,
        "until": told["until"],
    }
    shell.out("release", "helper")
    assert shell.json("reservations")["reservations"][0]["symbols"] == ["a.py::Model.save"]
    shell.out("release", told["id"])
    assert shell.json("reservations")["reservations"] == []
    entries = [("main", entry) for entry in log(shell) if entry["reservation_id"]]
    assert standing(entries[::-1], "2020-01-01T00:00:00+00:00") == []
    assert len(standing(entries[:1], "2020-01-01T00:00:00+00:00")) == 1
    assert standing(entries[:1], "2999-01-01T00:00:00+00:00") == []
    assert shell.run("verify")[0] == 0
    assert shell.run("show")[0] == 0


def test_what_others_have_reserved_is_said_and_blocks_nothing(shell: Shell) -> None:
    repo = shell.repo
    shell.out("reserve", "a.py::Model", "--intent", "split it")
    assert shell.run("reserve", "a.py::Model.load", "--intent", "my own branch")[2] == ""
    repo.git("checkout", "-q", "-b", "topic")
    status, out, err = shell.run("reserve", "a.py::Model.save", "--intent", "new format", "--until", "3d")
    assert status == 0
    assert out.startswith("a.py::Model.save  new format\n")
    assert err.startswith("warning: reserved on another branch as well:\n  a.py::Model  split it\n")
    told = shell.json("reservations")["reservations"]
    assert [(each["branch"], each["symbols"]) for each in told] == [
        ("main", ["a.py::Model"]),
        ("main", ["a.py::Model.load"]),
        ("topic", ["a.py::Model.save"]),
    ]
    # each gives up its own where both have it
    shell.run("reserve", "a.py::Model", "--intent", "mine too")
    assert shell.json("release", "a.py::Model")["released"][0]["symbols"] == ["a.py::Model"]
    assert [each["intent"] for each in shell.json("reservations")["reservations"]][:1] == ["split it"]


def test_a_claim_follows_its_symbol_through_a_rename_and_does_not_stop_the_hook(shell: Shell) -> None:
    repo = shell.repo
    shell.out("reserve", "helper", "--intent", "x")
    repo.git("checkout", "-q", "-b", "topic")
    repo.commit("Rename", a=MODEL.replace("helper", "assistant"))
    assert shell.json("log")["events"][0]["subject"] == "Rename"
    told = shell.run("reserve", "assistant", "--intent", "y", "--json")[1]
    assert [each["symbols"] for each in json.loads(told)["others"]] == [["a.py::helper"]]


def test_news_tells_what_others_have_newly_reserved_of_my_work(shell: Shell) -> None:
    repo = shell.repo
    repo.git("checkout", "-q", "-b", "topic")
    repo.commit("Change it", a=MODEL.replace("total * 2", "total * 3"))
    assert shell.run("news") == (0, "", "")
    cursor = shell.json("news")["cursor"]
    shell.out("reserve", "helper", "--intent", "my own branch")
    repo.git("checkout", "-q", "main")
    shell.out("reserve", "Model.load", "--intent", "nothing of this work")
    shell.run("reserve", "helper", "--intent", "speed it up")
    repo.git("checkout", "-q", "topic")
    lead, first, *_, last = shell.out("news").splitlines()
    assert (lead, first) == ("Others have reserved what this work touches:", "- a.py::helper  speed it up")
    assert last.startswith("next: muse-hook news --since ")
    told = shell.json("news", "--since", cursor)
    assert [each["intent"] for each in told["reservations"]] == ["speed it up"]
    assert shell.run("news", "--since", told["cursor"]) == (0, "", "")
    assert [each["intent"] for each in shell.json("news", "--for", "a.py::Model.load")["reservations"]] == [
        "nothing of this work"
    ]


def test_what_is_staged_is_held_against_what_others_have_reserved(shell: Shell) -> None:
    repo = shell.repo
    shell.out("reserve", "helper", "--intent", "speed it up")
    shell.out("reserve", "Model.load", "--intent", "not this one")
    repo.git("checkout", "-q", "-b", "topic")
    repo.write("a.py", MODEL.replace("total * 2", "total * 3").replace("helper", "assistant"))
    assert shell.json("concurrent", "--staged")["reservations"] == []
    assert [each["intent"] for each in shell.json("concurrent", "--work-tree")["reservations"]] == ["speed it up"]
    repo.git("add", "-A")
    assert [each["symbols"] for each in shell.json("concurrent", "--staged")["reservations"]] == [["a.py::helper"]]
    assert "reserved by others:\n  a.py::helper  speed it up\n" in shell.out("concurrent", "--staged")


def test_bad_words_are_answered_with_what_to_type(shell: Shell) -> None:
    status, _, err = shell.run("reserve", "a.py::Model.sav", "--intent", "x")
    assert (status, err.splitlines()[1]) == (1, "hint: muse-hook reserve a.py::Model.save")
    for until, wrong in (("1999-01-01", "that is over"), ("0s", "that is over"), ("soon", "Git knows no such date")):
        status, _, err = shell.run("reserve", "helper", "--intent", "x", "--until", until)
        assert (status, wrong in err) == (2, True)
        assert "hint: --until 90s, 30m, 2h, 3d, or a date: 2099-01-31\n" in err
    assert shell.run("reserve", "helper")[0] == 2
    assert shell.run("reserve", "helper", "--intent", " ")[0] == 2
    status, _, err = shell.run("release", "helper")
    assert (status, err) == (1, "error: releasing helper: nobody has reserved that\nhint: muse-hook reservations\n")
    assert shell.json("reservations")["reservations"] == []
    for until in ("90s", "30m", "3d", "2099-01-31", "2099-01-31T10:00:00+00:00"):
        shell.out("reserve", "helper", "--intent", "x", "--until", until)
    ends = [each["until"] for each in shell.json("reservations")["reservations"]]
    assert ends[-1] == "2099-01-31T10:00:00+00:00"
    assert ends[-2].startswith("2099-01-31")


def test_a_claim_that_somebody_else_wrote_badly_hides_none(shell: Shell) -> None:
    shell.out("reserve", "helper", "--intent", "x")
    session = open_code_session(shell.repo.path, "main")
    for summary, symbols in (("forever", None), ("x; until zzzz", [1]), ("x; until 2999-01-01T00:00:00+00:00", "a")):
        op = {
            "op": "replace", "address": "a.py::helper", "position": None, "old_content_id": "",
            "new_content_id": summary, "old_summary": "reserved", "new_summary": summary, "symbols": symbols,
        }  # fmt: skip
        session.append(make_op_entry("me", "git", op, session.next_lamport_ts()))
    told = shell.json("reservations")["reservations"]
    assert [(each["intent"], each["symbols"]) for each in told] == [("x", ["a.py::helper"])] * 2
    assert told[1]["actor"] == "me"
    assert "a.py::helper  me reserved on main" in shell.run("watch", "--history", "--no-wait")[1]


def test_uses_are_told_by_name_calls_first_and_tests_last(shell: Shell) -> None:
    repo = shell.repo
    repo.commit(
        "Use",
        b="from a import helper\n\n\ndef run():\n    # helper\n    return helper()\n\n\nclass C:\n    key = helper\n",
        tests__test_a="from a import helper\n\nhelper()\n\ndef test_it():\n    assert helper() == 3\n",
    )
    told = shell.json("uses", "a.py::helper")
    assert told["by_name"]
    assert [(each["address"], each["how"], each["lines"], each["test"]) for each in told["uses"]] == [
        ("b.py::run", "calls", [5, 6], False),
        ("b.py::import::helper", "imports", [1], False),
        ("b.py::C.key", "mentions", [10], False),
        ("tests/test_a.py", "calls", [3], True),
        ("tests/test_a.py::test_it", "calls", [6], True),
        ("tests/test_a.py::import::helper", "imports", [1], True),
    ]
    assert shell.run("uses", "nothing") == (
        1, "", "error: looking for 'nothing': no symbol is called that here\nhint: git ls-files\n",
    )  # fmt: skip
    assert "hint: muse-hook uses a.py::helper" in shell.run("uses", "helpe")[2]
