"""Where HEAD, branches, tags, work trees and reflogs stand, in every state that Git leaves them in."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from support.repository import Repo

from muse_hook.git.discovery import open_repository
from muse_hook.git.refs import Head
from muse_hook.git.repository import Repository

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def head(repo: Repo) -> str:
    return repo.commit("first", a="a = 1\n")


def opened(repo: Repo) -> Repository:
    return open_repository(str(repo.path))


def facts(found: Head) -> tuple[str | None, str | None, str | None]:
    return found.branch, found.oid, found.rebasing


def two_sides(repo: Repo) -> None:
    """Make `topic` and `main` change the same line."""
    repo.git("switch", "-q", "-c", "topic")
    repo.commit("topic", a="a = 2\n")
    repo.git("switch", "-q", "main")
    repo.commit("main", a="a = 3\n")
    repo.git("switch", "-q", "topic")


def test_head_on_a_branch_starts_no_git_after_a_commit(repo: Repo, head: str, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.git("switch", "-q", "-c", "feature/x")
    asked = opened(repo)
    monkeypatch.setattr(Repository, "start", lambda *_, **__: pytest.fail("git was started"))
    assert facts(asked.head()) == ("feature/x", head, None)


def test_head_on_a_packed_branch_starts_no_git(repo: Repo, head: str, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.git("branch", "zz")
    repo.git("pack-refs", "--all")
    asked = opened(repo)
    monkeypatch.setattr(Repository, "start", lambda *_, **__: pytest.fail("git was started"))
    assert facts(asked.head()) == ("main", head, None)


def test_head_is_as_of_now(repo: Repo, head: str) -> None:
    asked = opened(repo)
    assert asked.head().oid == head
    assert asked.head().oid != repo.commit("second") == asked.head().oid
    repo.git("checkout", "-q", "--detach", "HEAD~1")
    assert facts(asked.head()) == (None, head, None)


def test_head_is_found_however_it_is_kept(repo: Repo, head: str) -> None:
    asked = opened(repo)
    repo.git("pack-refs", "--all")
    assert not (repo.path / ".git/refs/heads/main").exists()
    assert facts(asked.head()) == ("main", head, None)
    repo.git("tag", "-m", "annotated", "heads/main")  # refs/tags/heads/main, and a line for what it leads to
    repo.git("branch", "main-two")
    repo.git("pack-refs", "--all")
    assert facts(asked.head()) == ("main", head, None)
    repo.write(".git/refs/heads/main/x", "a folder in the way")
    assert asked.head().branch == "main"
    (repo.path / ".git/refs/heads/main/x").unlink()
    (repo.path / ".git/refs/heads/main").rmdir()
    (repo.path / ".git/HEAD").unlink()
    (repo.path / ".git/HEAD").symlink_to("refs/heads/main")
    assert facts(asked.head()) == ("main", head, None)
    repo.git("symbolic-ref", "refs/heads/alias", "refs/heads/main")
    repo.git("symbolic-ref", "HEAD", "refs/heads/alias")
    assert asked.head().oid == head
    repo.git("update-ref", "refs/elsewhere/x", head)
    repo.git("symbolic-ref", "HEAD", "refs/elsewhere/x")
    assert facts(asked.head()) == (None, head, None)
    repo.git("symbolic-ref", "HEAD", "refs/heads/unborn")
    assert facts(asked.head()) == ("unborn", None, None)


def test_a_branch_name_that_is_not_utf8_comes_back_to_git_as_it_was(repo: Repo, head: str) -> None:
    name = b"caf\xe9/x".decode("utf-8", "surrogateescape")
    repo.run("git", "switch", "-q", "-c", name)
    asked = opened(repo)
    assert asked.head().branch == name
    assert asked.branches() == {"main": head, name: head}
    assert asked.resolve(name) == head
    assert list(asked.rev_list([name])) == [(head, ())]
    assert set(asked.branch_reflogs()) == {"main", name}
    assert asked.reflog("refs/heads/" + name)[-1].new == head


@pytest.mark.parametrize("backend", ["--merge", "--apply"])
def test_a_rebase_that_stopped_says_whose_branch_it_has_in_hand(repo: Repo, head: str, backend: str) -> None:
    assert head
    two_sides(repo)
    assert opened(repo).head().rebasing is None
    assert repo.run("git", "rebase", backend, "main", check=False).returncode
    assert facts(opened(repo).head()) == (None, repo.git("rev-parse", "main"), "topic")
    repo.git("rebase", "--abort")
    assert facts(opened(repo).head()) == ("topic", repo.git("rev-parse", "topic"), None)
    repo.git("checkout", "-q", "--detach")
    assert repo.run("git", "rebase", backend, "main", check=False).returncode
    assert opened(repo).head().rebasing == "HEAD"


def test_within_a_running_apply_rebase_the_branch_is_not_said_yet(repo: Repo, head: str) -> None:
    repo.write(".git/rebase-apply/rebasing", "")
    assert facts(opened(repo).head()) == ("main", head, "")
    (repo.path / ".git/rebase-apply/rebasing").unlink()
    assert opened(repo).head().rebasing is None


def test_am_is_no_rebase(repo: Repo, head: str) -> None:
    two_sides(repo)
    patch = repo.git("format-patch", "--stdout", "-1")
    repo.git("switch", "-q", "main")
    assert repo.run("git", "am", stdin=patch + "\n", check=False).returncode
    assert (repo.path / ".git/rebase-apply").exists()
    assert facts(opened(repo).head()) == ("main", repo.git("rev-parse", "main"), None)
    assert head


def test_work_trees_are_told_with_their_heads(repo: Repo, head: str, tmp_path: Path) -> None:
    second = repo.commit("second", a="a = 2\n")
    repo.git("worktree", "add", "-q", "-b", "topic", str(tmp_path / "one"), head)
    repo.git("worktree", "add", "-q", "--detach", str(tmp_path / "two"))
    repo.git("worktree", "add", "-q", "-b", "gone", str(tmp_path / "three"))
    repo.git("worktree", "lock", str(tmp_path / "two"))
    repo.run("rm", "-rf", str(tmp_path / "three"))
    repo.write(".git/worktrees/garbage/note", "no work tree")
    for at in (repo.path, tmp_path / "one"):
        found = open_repository(str(at)).worktrees()
        assert [(tree.name, tree.path, facts(tree.head), tree.is_prunable) for tree in found] == [
            (None, str(repo.path), ("main", second, None), False),
            ("one", str(tmp_path / "one"), ("topic", head, None), False),
            ("three", str(tmp_path / "three"), ("gone", second, None), True),
            ("two", str(tmp_path / "two"), (None, second, None), False),
        ]
        assert [tree.head.worktree for tree in found] == [tree.name for tree in found]
        assert found[0].git_dir == str(repo.path / ".git")
    gone = open_repository(str(repo.path / ".git/worktrees/three"))
    assert gone.head().oid == second


def test_the_main_work_tree_may_be_bare_or_elsewhere(repo: Repo, head: str, tmp_path: Path) -> None:
    bare = repo.clone(tmp_path / "bare.git", "--bare")
    bare.git("worktree", "add", "-q", "-b", "topic", str(tmp_path / "linked"))
    for at in (bare.path, tmp_path / "linked"):
        assert [(tree.name, tree.path) for tree in open_repository(str(at)).worktrees()] == [
            (None, None),
            ("linked", str(tmp_path / "linked")),
        ]
    outer = Repo(tmp_path / "outer", repo.environment)
    outer.path.mkdir()
    outer.git("init", "-q", "-b", "main")
    outer.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(repo.path), "sub")
    inner = open_repository(str(outer.path / "sub"))
    assert (inner.git_dir, inner.work_tree) == (str(outer.path / ".git/modules/sub"), str(outer.path / "sub"))
    assert inner.worktrees()[0].path == str(outer.path / "sub")
    assert inner.head().oid == head


def test_refs_lead_to_commits_through_any_tag(repo: Repo, head: str) -> None:
    repo.git("tag", "light")
    repo.git("tag", "-m", "annotated", "v1")
    repo.git("tag", "-m", "of a tag", "v1-signed", "v1")
    repo.git("tag", "-m", "of that one", "v1-again", "v1-signed")
    repo.git("tag", "tree", "HEAD^{tree}")
    repo.git("tag", "-m", "blob", "blob", "HEAD:a.py")
    repo.git("update-ref", "refs/remotes/origin/main", head)
    expected = dict.fromkeys(
        ["refs/heads/main", "refs/remotes/origin/main", "refs/tags/light", "refs/tags/v1", "refs/tags/v1-again",
         "refs/tags/v1-signed"],
        head,
    )  # fmt: skip
    assert opened(repo).refs() == expected
    # Broken ones do not hide the others.
    repo.write(".git/refs/heads/garbage", "garbage\n")
    repo.write(".git/refs/heads/absent", "1" * 40 + "\n")
    repo.git("symbolic-ref", "refs/heads/dangling", "refs/heads/nowhere")
    assert opened(repo).refs() == expected
    assert opened(repo).branches() == {"main": head, "absent": "1" * 40}


def test_the_default_branch_is_the_remote_s_then_the_usual_one(repo: Repo, head: str, tmp_path: Path) -> None:
    repo.git("branch", "trunk")
    assert opened(repo).default_branch() == "main"
    repo.git("update-ref", "refs/remotes/origin/trunk", head)
    repo.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk")
    assert opened(repo).default_branch() == "trunk"
    repo.git("symbolic-ref", "-d", "refs/remotes/origin/HEAD")
    repo.git("worktree", "add", "-q", "-b", "topic", str(tmp_path / "linked"))
    assert open_repository(str(tmp_path / "linked")).default_branch() == "main"
    repo.git("checkout", "-q", "trunk")
    assert opened(repo).default_branch() == "main"
    repo.git("branch", "-m", "main", "other")
    assert opened(repo).default_branch() == "trunk"
    repo.git("branch", "-m", "other", "main")
    repo.git("checkout", "-q", "--detach")
    assert opened(repo).default_branch() == "main"
    repo.git("branch", "-D", "-q", "main")
    repo.git("config", "init.defaultBranch", "trunk")
    assert opened(repo).default_branch() == "trunk"
    repo.git("config", "init.defaultBranch", "nowhere")
    assert opened(repo).default_branch() == "topic"


@pytest.mark.parametrize("storage", ["files", "reftable"])
def test_reflogs_tell_where_branches_have_been(tmp_path: Path, environment: dict[str, str], storage: str) -> None:
    repo = Repo(tmp_path / "logged", environment)
    repo.path.mkdir()
    options = () if storage == "files" else ("--ref-format=reftable",)
    if repo.run("git", "init", "-q", "-b", "main", *options, check=False).returncode:
        pytest.skip("this git has no reftable")
    first = repo.commit("first", a="a = 1\n")
    second = repo.commit("second", a="a = 2\n")
    repo.git("commit", "-q", "--amend", "-m", "amended")
    amended = repo.git("rev-parse", "HEAD")
    repo.git("switch", "-q", "-c", "a/b", first)
    repo.git("branch", "deleted")
    repo.git("branch", "-q", "-D", "deleted")
    repo.git("worktree", "add", "-q", "--detach", str(tmp_path / "linked"), first)
    asked = opened(repo)
    nobody = "0" * 40
    logs = asked.branch_reflogs()
    assert [(entry.old, entry.new, entry.message) for entry in logs["main"]] == [
        (nobody, first, "commit (initial): first"),
        (first, second, "commit: second"),
        (second, amended, "commit (amend): amended"),
    ]
    assert [entry.time for entry in logs["main"]] == sorted(entry.time for entry in logs["main"])
    assert [(entry.old, entry.new) for entry in logs["a/b"]] == [(nobody, first)]
    assert set(logs) == {"main", "a/b"}
    assert [entry.new for entry in asked.reflog("HEAD")] == [first, second, amended, first]
    assert [entry.new for entry in asked.reflog("refs/heads/main")] == [first, second, amended]
    assert asked.reflog("refs/heads/nowhere") == []
    assert facts(asked.head()) == ("a/b", first, None)
    linked = open_repository(str(tmp_path / "linked"))
    assert facts(linked.head()) == (None, first, None)
    assert [entry.new for entry in linked.reflog("HEAD")] == [first]
    assert [entry.new for entry in linked.reflog("HEAD", asked.git_dir)] == [first, second, amended, first]
    assert [tree.head.branch for tree in linked.worktrees()] == ["a/b", None]
    assert linked.branch_reflogs().keys() == logs.keys()


def test_a_torn_reflog_gives_what_is_whole(repo: Repo, head: str) -> None:
    log = repo.path / ".git/logs/refs/heads/main"
    whole = log.read_bytes()
    log.write_bytes(b"garbage\n\n" + whole + whole[:70])
    assert [entry.new for entry in opened(repo).reflog("refs/heads/main")] == [head]
    repo.git("switch", "-q", "-c", "other")
    os.unlink(repo.path / ".git/logs/HEAD")
    assert opened(repo).reflog("HEAD") == []
