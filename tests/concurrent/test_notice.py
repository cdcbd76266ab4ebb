"""`muse.notice`: a word after a commit on who else changes what was just changed, and silence everywhere else."""

from __future__ import annotations

import sys

import pytest
from support.hooked import HookedRepo
from support.repository import Repo

from muse_hook.git.discovery import open_repository
from muse_hook.git.settings import setting

SHOP = "def price(item):\n    return item.net * 1.2\n\n\ndef other():\n    return 1\n"
LOWER, ROUND = SHOP.replace("1.2", "1.19"), SHOP.replace("item.net", "round(item.net)")


@pytest.fixture
def shop(repo: Repo) -> HookedRepo:
    """Make a repository with hooks whose branch `agent/one` has changed `price`; HEAD is at `agent/two`."""
    made = HookedRepo(repo.path, repo.environment, repo.clock)
    made.write("shop.py", SHOP)
    made.git("add", "-A")
    made.git("commit", "-qm", "Base")
    made.install()
    made.git("checkout", "-q", "-b", "agent/one")
    said(made, LOWER)
    made.git("checkout", "-q", "-b", "agent/two", "main")
    return made


def said(repo: HookedRepo, text: str, *words: str) -> str:
    """Commit a text of shop.py; what came on stderr."""
    repo.write("shop.py", text)
    return repo.run("git", *words, "commit", "-qam", "Change").stderr.decode()


def test_who_else_changes_it_is_named_from_the_next_commit_on(shop: HookedRepo) -> None:
    assert said(shop, ROUND) == ""
    shop.git("config", "muse.notice", "always")
    assert said(shop, ROUND.replace("return 1", "return 2")) == ""
    line = said(shop, ROUND.replace("return 1", "return 2").replace("1.2", "1.3"))
    begin, _, rest = line.partition(" (Ada Lovelace, ")
    assert begin == "muse_hook: shop.py::price is changed on agent/one too"
    assert rest.endswith(" ago): git conflicts\n")
    shop.git("config", "muse.notice", "true")  # which speaks on a terminal alone
    assert said(shop, ROUND.replace("1.2", "1.4")) == ""
    assert "price is changed on agent/one too" in said(shop, ROUND.replace("1.2", "1.5"), "-c", "muse.notice=always")
    assert not (shop.muse / "error.log").exists()
    assert shop.git("rev-parse", "HEAD") in shop.sessions()


def test_it_is_silent_in_a_rebase_about_what_is_merged_and_about_itself(shop: HookedRepo) -> None:
    shop.git("config", "--global", "muse.notice", "always")
    assert "agent/one" in said(shop, ROUND)
    shop.git("commit", "-q", "--allow-empty", "-m", "Nothing")
    assert shop.run("git", "rebase", "-q", "--force-rebase", "main").stderr == b""
    shop.git("checkout", "-q", "main")
    shop.git("merge", "-q", "--ff-only", "agent/one")
    shop.git("checkout", "-q", "-b", "agent/three")
    assert "agent/two" in said(shop, LOWER.replace("1.19", "1.18"))
    shop.git("branch", "-D", "-q", "agent/two")
    assert said(shop, LOWER.replace("1.19", "1.17")) == ""


def test_work_trees_that_are_detached_count_and_no_more_than_three_lines_are_said(shop: HookedRepo) -> None:
    shop.git("config", "muse.notice", "always")
    for number in range(4):
        shop.git("branch", f"more/{number}", "agent/one")
        apart = HookedRepo(shop.path.parent / f"apart{number}", shop.environment, shop.clock)
        shop.git("worktree", "add", "-q", "--detach", str(apart.path), "main")
        said(apart, SHOP.replace("1.2", f"1.{number + 3}"))
    lines = said(shop, ROUND).splitlines()
    assert len(lines) == 3
    assert "worktrees/apart3/HEAD" in lines[0]
    assert lines[2] == "muse_hook: 3 more: muse-hook concurrent --all"


def test_a_branch_that_has_not_moved_for_long_is_nobodys_work(shop: HookedRepo) -> None:
    shop.git("config", "muse.notice", "always")
    shop.git("checkout", "-q", "agent/one")
    shop.git("commit", "-q", "--amend", "--no-edit", GIT_COMMITTER_DATE="2001-01-01T00:00:00Z")
    shop.git("checkout", "-q", "agent/two")
    assert said(shop, ROUND) == ""
    shop.git("branch", "moved/lately", "agent/one")
    assert "is changed on moved/lately too" in said(shop, ROUND.replace("1.2", "1.3"))


def test_what_others_have_reserved_is_said_first(shop: HookedRepo) -> None:
    shop.git("config", "muse.notice", "always")
    command = (sys.executable, "-m", "muse_hook", "reserve", "shop.py::other", "--intent", "split it")
    shop.git("checkout", "-q", "agent/one")
    shop.run(*command)
    shop.git("checkout", "-q", "agent/two")
    assert said(shop, SHOP + "\nx = 1\n") == ""
    first, *rest = said(shop, ROUND.replace("return 1", "return 2")).splitlines()
    begin, _, intent = first.partition(", until ")
    assert begin == "muse_hook: shop.py::other is reserved on agent/one (Ada Lovelace"
    assert intent.endswith("): split it")
    assert [line.partition(" (")[0] for line in rest] == ["muse_hook: shop.py::price is changed on agent/one too"]


def test_a_commit_without_the_hooks_and_damage_are_no_matter(shop: HookedRepo) -> None:
    shop.git("config", "muse.notice", "always")
    shop.write("shop.py", ROUND)
    shop.dead("commit", "-qam", "No hook saw it")
    shop.git("checkout", "-q", "-b", "agent/three", "main")
    for damage in (b"", b"\xff\n\t\n", b"muse_hook touched 1\tmain\nnonsense"):
        (shop.muse / "touched").write_bytes(damage)
        assert said(shop, SHOP.replace("item", f"thing{len(damage)}")).count("is changed on agent/") == 2
    (shop.muse / "touched").unlink()
    (shop.muse / "touched").mkdir()
    assert said(shop, SHOP.replace("item", "last")).count("is changed on agent/") == 2
    assert not (shop.muse / "error.log").exists()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("[muse]\n\tnotice = true\n", "true"),
        ("[MUSE]\n\tNotice=always # now and then\n", "always"),
        ("[muse]\n\tnotice\n", "true"),
        ('[muse] notice = "always"\n', "always"),
        ("[muse]\n\tnotice = true\n[user]\n\tname = notice\n[muse]\n\tnotice = false\n", "false"),
        ('[muse "x"]\n\tnotice = true\n', None),
        ("[user]\n\tnotice = true\n# [muse]\n", None),
        ("[muse]\n\tnotice = al\\\nways\n", "always"),
        ("[include]\n\tpath = more\n", "always"),
    ],
)
def test_a_setting_is_read_as_git_reads_it(repo: Repo, text: str, value: str | None) -> None:
    config = repo.path / ".git/config"
    (repo.path / ".git/more").write_text("[muse]\n\tnotice = always\n")
    config.write_text(config.read_text() + text)
    repository = open_repository(str(repo.path), repo.environment)
    assert setting(repository, "muse", "notice") == value
    assert (repo.git("config", "muse.notice", check=False) or ("true" if value == "true" else "")) == (value or "")
