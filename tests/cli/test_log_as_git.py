"""`log` is asked as `git log` is: ranges, paths, authors, dates, messages; what nothing knows is said."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.repository import EPOCH, Repo
from support.shell import Shell

ONE = "def one():\n    return 1\n"
TWO = "\n\ndef two():\n    return 2\n"
COMMITS = 5


@pytest.fixture
def story(shell: Shell) -> dict[str, str]:
    """Return ids by label: base, then two on main (mid, last), one on a branch (side); the old one of an amend."""
    repo = shell.repo
    shell.run("install")
    ids = {"base": repo.commit("Begin\n\nWith a body that says zebra.", src__a=ONE)}
    repo.git("branch", "side")
    repo.write("src/a.py", ONE + TWO)
    repo.git("add", "-A")
    repo.git(
        "commit", "-q", "-m", "Two more\n\nCo-authored-by: Zoë Agent <zoe@example.org>", "--author", "Grace <g@x.y>"
    )
    ids["mid"] = repo.git("rev-parse", "HEAD")
    ids["old"] = repo.commit("Third", lib__b=ONE)
    repo.write("lib/b.py", ONE.replace("1", "3"))
    repo.git("commit", "-qa", "--amend", "-m", "Third, better")
    ids["last"] = repo.git("rev-parse", "HEAD")
    repo.git("switch", "-q", "side")
    ids["side"] = repo.commit("Aside", src__c=ONE)
    repo.git("switch", "-q", "main")
    return ids


def commits(shell: Shell, *arguments: str) -> list[str]:
    return [event["commit"] for event in json.loads(shell.out("log", "--json", *arguments))["events"]]


def test_ranges_paths_counts_and_order(shell: Shell, story: dict[str, str]) -> None:
    base, mid, last, side = (story[label] for label in ("base", "mid", "last", "side"))
    assert commits(shell) == [last, mid, base]
    assert commits(shell, f"{base}..") == commits(shell, "side~..main") == [last, mid]
    assert commits(shell, "main..side") == commits(shell, "..side") == [side]
    assert set(commits(shell, "main...side")) == {last, mid, side}
    assert commits(shell, "-n", "0") == []
    assert shell.run("log", "-n0") == (0, "", "")
    assert commits(shell, "side") == [side, base]  # a revision alone, since no symbol is called that
    assert commits(shell, "main..side", "src/c.py::one") == [side]
    assert commits(shell, "side", "src/c.py::one") == [side]
    assert commits(shell, "main..main") == []
    assert commits(shell, "-n", "1") == commits(shell, "-1") == [last]
    assert commits(shell, "-2", "--reverse") == [mid, last]
    assert commits(shell, "--", "src") == commits(shell, "--", "src/*.py") == [mid, base]
    assert commits(shell, "--", "src/a.py", "lib/") == [last, mid, base]
    assert commits(shell, "--", ":!src") == [last]
    assert commits(shell, "src/a.py", "lib/b.py") == [last, mid, base]
    assert commits(shell, "side..main", "--", "src") == [mid]
    assert commits(shell, "src/a.py::one", "--", "lib") == []
    assert commits(shell, "lib/*.py") == commits(shell, "./lib/[b]*") == [last]  # files, as no symbol's name fits


def test_paths_are_seen_from_where_one_stands(
    shell: Shell, story: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(shell.repo.path / "src")
    assert commits(shell, "--", ".") == commits(shell, "--", "a.py") == [story["mid"], story["base"]]
    assert commits(shell, "--", "../lib") == commits(shell, "--", ":/lib") == [story["last"]]
    assert commits(shell, "lib/b.py") == [story["last"], story["old"]][:1]


def test_people_messages_and_dates(shell: Shell, story: dict[str, str]) -> None:
    base, mid, last = (story[label] for label in ("base", "mid", "last"))
    assert commits(shell, "--author", "grace") == [mid]
    assert commits(shell, "--author", "Zoë") == commits(shell, "--author", "zoe@") == [mid]
    assert commits(shell, "--author", "^Gra") == commits(shell, "--author", "<g@x.y>$") == [mid]
    assert commits(shell, "--author", r"^Gra\|^Ada") == [last, mid, base]
    assert commits(shell, "--author", "^Ada", "--grep", "zebra") == [base]
    assert commits(shell, "--grep", "zebra") == [base]
    assert commits(shell, "--grep", "zebra", "--grep", "^Third") == [last, base]
    assert commits(shell, "--grep", "^third") == []
    assert commits(shell, "-i", "--grep", "^third") == [last]
    assert commits(shell, "--until", "2000-01-01") == []
    assert commits(shell, "--since", "2000-01-01", "--before", "now") == [last, mid, base]
    at = shell.repo.git("log", "-1", "--format=%ct", mid)
    assert commits(shell, "--since", at, "--until", at) == [mid]
    assert int(at) > EPOCH


def test_dates_are_gits(shell: Shell, story: dict[str, str]) -> None:
    for style in ("iso", "short", "format:%d.%m.%y %H:%M", "rfc", "raw", "iso-strict-local", "unix"):
        shown = shell.repo.git("log", "-1", "--format=%ad", f"--date={style}", story["mid"])
        line = next(line for line in shell.out("log", f"--date={style}").split("\n") if story["mid"][:10] in line)
        assert line.startswith(f"{story['mid'][:10]}  {shown}  Grace")


@pytest.mark.usefixtures("story")
def test_days_are_the_authors(shell: Shell) -> None:
    repo = shell.repo
    repo.write("src/z.py", ONE)
    repo.git("add", "-A")
    late, later = "2026-01-31T23:30:00-08:00", "2026-02-02T00:00:00Z"
    repo.git("commit", "-qm", "Late", GIT_AUTHOR_DATE=late, GIT_COMMITTER_DATE=later)
    late = repo.git("rev-parse", "HEAD")
    assert f"{late[:10]}  2026-01-31  Ada" in shell.out("log", "-1")
    repo.git("config", "log.date", "iso")
    assert "2026-01-31 23:30:00 -0800" in shell.out("log", "-1")
    assert shell.json("log", "-1")["events"][0]["created_at"] == "2026-02-02T00:00:00+00:00"
    assert "Sat Jan 31 23:30:00 2026 -0800" in shell.out("show", "--date=default")


UNKNOWN = (
    (("--", "src/aa.py"), 2, "src/a.py"),
    (("--", "scr"), 2, "src"),
    (("--", "../.."), 2, "outside"),
    (("--since", "2 wekks ago"), 2, "2 weeks ago"),
    (("--since", "foo"), 2, "2026-01-31"),
    (("--until", "week"), 2, "last week"),
    (("--until", "an hour ago"), 2, "1 hour ago"),
    (("--since", "2026-02-31"), 2, "no such date"),
    (("--since", ""), 2, "no such date"),
    (("--date=iso8602",), 2, "--date=iso8601"),
    (("--grep", r"\("), 2, "nmatched"),
    (("--author", "Grase"), 1, "Grace"),
    (("--author", "^Grase"), 1, "Grace"),
    (("main..nosuch",), 1, "nosuch"),
    (("tvo",), 1, "two"),
    (("src/a.py::tvo",), 1, "muse-hook log src/a.py::two"),
    (("src/d.py",), 1, "muse-hook log src/a.py"),
    (("--change", "ADDED"), 2, "--change added"),
    (("--kind", "Function"), 2, "--kind function"),
    (("--since", "todya"), 2, "--since midnight"),
    (("--since", "right now"), 2, "--since now"),
    (("--all", "main..side"), 2, "--all"),
    (("nosuch", "one"), 2, "no recorded commit"),
)
READ = (
    "yesterday", "2.weeks.ago", "last friday", "noon yesterday", "Jan 5", "5 January 2024 10:00 PM", "now", "never",
    "2024-02-29", "2024-02-29T10:00:00Z", "Thu, 07 Apr 2005 22:13:13 +0200", "@1700000000 +0000", "12:00", "tea",
    "three months ago", "0 days ago", "midnight",
)  # fmt: skip


def test_a_name_that_other_branches_alone_have_is_told_of_them(shell: Shell, story: dict[str, str]) -> None:
    shell.repo.git("switch", "-q", "side")
    elsewhere = shell.repo.commit("Only here", src__c=ONE + "\n\ndef only_here():\n    return 7\n")
    shell.repo.git("switch", "-q", "main")
    for word in ("only_here", "src/c.py::only_here"):
        status, out, err = shell.run("log", "--json", word)
        assert (word, status, [event["commit"] for event in json.loads(out)["events"]]) == (word, 0, [elsewhere])
        assert err == "no commit that HEAD reaches has it: what other branches have is shown\n"
    assert shell.run("log", "src/a.py::one", "--since", "now")[::2] == (0, "")  # HEAD has it
    assert commits(shell, "two") == [story["mid"]]


@pytest.mark.usefixtures("story")
def test_what_nothing_knows_is_said_with_the_nearest(shell: Shell) -> None:
    for arguments, status, near in UNKNOWN:
        found, out, err = shell.run("log", *arguments)
        assert (arguments, found, out) == (arguments, status, "")
        assert near in err
    for text in READ:
        assert (text, shell.run("log", "--since", text)[::2]) == (text, (0, ""))
    # Git took it for the present moment, as it takes what it does not know, before 2.55
    is_midnight = shell.repo.git("rev-parse", "--since=today") == shell.repo.git("rev-parse", "--since=midnight")
    found, _, err = shell.run("log", "--since", "today")
    assert (found, "--since midnight" in err) == ((0, False) if is_midnight else (2, True))


def test_rewritten_commits_are_marked_until_a_branch_has_them(shell: Shell, story: dict[str, str]) -> None:
    repo, old, last = shell.repo, story["old"], story["last"]

    def marked() -> dict[str, Any]:
        return {event["commit"]: event["superseded"] for event in shell.json("log", "--all")["events"]}

    def in_sql() -> dict[str, Any]:
        rows = shell.json("sql", "SELECT commit_id, superseded FROM commits")["rows"]
        return {row["commit_id"]: row["superseded"] for row in rows}

    assert marked() == in_sql()
    assert {key: value for key, value in marked().items() if value} == {old: last}
    line = next(line for line in shell.out("log", "--all").split("\n") if old[:10] in line)
    assert f"superseded by {last[:10]}" in line
    assert f"superseded by {last[:10]}" in shell.out("show", old)
    assert shell.json("show", old)["superseded"] == last
    assert shell.json("show", last)["superseded"] is None
    assert old not in commits(shell)
    repo.git("branch", "back", old)
    assert set(marked().values()) == {None}
    assert marked() == in_sql()
    repo.git("branch", "-D", "back")
    repo.git("switch", "-q", "-c", "topic")
    dropped = repo.commit("To be dropped", src__d=ONE)
    kept = repo.commit("Kept", src__e=ONE)
    repo.git("rebase", "-q", "--onto", "main", dropped)
    assert marked()[dropped] == "dropped"
    assert marked()[kept] == repo.git("rev-parse", "HEAD")
    assert "superseded: dropped" in shell.out("show", dropped)
    alive = "SELECT address FROM symbols WHERE alive AND kind = 'function' ORDER BY 1"
    rows = shell.json("sql", alive)["rows"]
    paths = ["lib/b.py::one", "src/a.py::one", "src/a.py::two", "src/c.py::one", "src/e.py::one"]
    assert [row["address"] for row in rows] == paths


def test_an_empty_repository_says_so(repo: Repo, shell: Shell) -> None:
    shell.run("install")
    assert repo.git("rev-list", "--all") == ""
    status, out, err = shell.run("log")
    assert (status, out) == (0, "")
    assert "nothing that HEAD reaches is recorded" in err
