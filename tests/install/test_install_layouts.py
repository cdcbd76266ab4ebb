"""Work trees, submodules, bare repositories, Git directories elsewhere."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from support.fake_interpreter import FakeInterpreter
from support.installs import installed, opened, put_hook
from support.repository import Repo

from muse_hook.errors import RepositoryError
from muse_hook.git.discovery import open_repository
from muse_hook.install.install import uninstall


def test_install_from_inside_a_linked_work_tree_serves_all(
    repo: Repo, tmp_path: Path, fake_interpreter: FakeInterpreter
) -> None:
    repo.commit("one", a="x = 1\n")
    linked = Repo(tmp_path / "linked", repo.environment, repo.clock)
    repo.git("worktree", "add", "-q", "-b", "topic", str(linked.path))
    installed(linked)
    for tree in (repo, linked):
        assert (tree.path / ".muse").resolve() == (repo.path / ".git/.muse").resolve()
        assert tree.git("status", "--porcelain") == ""
        tree.commit("two", a="x = 2\n")
    assert fake_interpreter.events(2) == ["post-commit", "post-commit"]
    uninstall(opened(repo))
    assert not os.path.lexists(linked.path / ".muse")


def test_a_link_to_where_the_repository_was_is_made_anew(repo: Repo, tmp_path: Path) -> None:
    repo.commit("one", a="x = 1\n")
    linked = Repo(tmp_path / "linked", repo.environment, repo.clock)
    repo.git("worktree", "add", "-q", "-b", "topic", str(linked.path))
    installed(repo)
    moved = Repo(repo.path.rename(tmp_path / "moved"), repo.environment, repo.clock)
    told = [found for found in installed(moved).findings if found.name == "work tree"]
    assert [(found.level, found.hint) for found in told] == [("warn", f"git worktree repair {linked.path}")]
    (linked.path / "below").mkdir()
    for folder in (linked.path, linked.path / "below"):
        with pytest.raises(RepositoryError, match="which is not there") as refused:
            open_repository(str(folder), linked.environment)
        assert refused.value.hint == f"in the repository: git worktree repair {linked.path}"
    (linked.path / ".muse").unlink()
    (linked.path / ".muse").symlink_to(repo.path / ".git/.muse")
    moved.git("worktree", "repair", str(linked.path))
    assert [found for found in installed(moved).findings if found.name == "work tree"] == []
    (linked.path / ".muse").unlink()
    (linked.path / ".muse").symlink_to(repo.path / ".git/.muse")
    assert not (linked.path / ".muse").exists()
    installed(moved)
    for tree in (moved, linked):
        assert (tree.path / ".muse").resolve() == moved.path / ".git/.muse"
    (linked.path / ".muse").unlink()
    (linked.path / ".muse").symlink_to(tmp_path / "nowhere")
    installed(moved)
    assert (linked.path / ".muse").readlink() == tmp_path / "nowhere", "nobody of ours made that one"


def test_a_submodule_has_its_own_store(repo: Repo, tmp_path: Path, fake_interpreter: FakeInterpreter) -> None:
    repo.commit("one", a="x = 1\n")
    (tmp_path / "outer").mkdir()
    outer = Repo(tmp_path / "outer", repo.environment, repo.clock)
    outer.git("init", "-q", "-b", "main")
    outer.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(repo.path), "sub")
    outer.git("commit", "-q", "-m", "with a submodule")
    inner = Repo(outer.path / "sub", repo.environment, repo.clock)
    installed(inner)
    assert os.readlink(inner.path / ".muse") == "../.git/modules/sub/.muse"
    inner.commit("two", a="x = 2\n")
    assert fake_interpreter.events() == ["post-commit"]
    assert outer.git("status", "--porcelain", "--ignore-submodules=none") == " M sub"
    outer.git("submodule", "--quiet", "update")
    assert outer.git("status", "--porcelain", "--ignore-submodules=none") == ""


def test_a_push_into_a_bare_repository_fires(repo: Repo, tmp_path: Path, fake_interpreter: FakeInterpreter) -> None:
    bare = repo.clone(tmp_path / "bare.git", "--bare")
    seen = tmp_path / "seen"
    put_hook(bare.path / "hooks/post-receive", f"#!/bin/sh\ncat >'{seen}'\n")
    done = installed(bare)
    assert all(state.ok for state in done.hooks)
    assert {finding.name for finding in done.findings} == {"store"}
    repo.commit("one", a="x = 1\n")
    repo.git("push", "-q", str(bare.path), "main")
    (call,) = fake_interpreter.calls()
    assert call["stdin"].endswith(" refs/heads/main\n")
    assert seen.read_text() == call["stdin"]


def test_a_git_directory_elsewhere(repo: Repo, tmp_path: Path, fake_interpreter: FakeInterpreter) -> None:
    repo.git("init", "-q", "--separate-git-dir", str(tmp_path / "elsewhere"))
    installed(repo)
    assert (repo.path / ".muse").resolve() == (tmp_path / "elsewhere/.muse").resolve()
    repo.commit("one", a="x = 1\n")
    assert fake_interpreter.events() == ["post-commit"]
