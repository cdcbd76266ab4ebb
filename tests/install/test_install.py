"""What install writes, and that it fires; what is refused before anything is made."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest
from support.fake_interpreter import FakeInterpreter
from support.installs import hook, installed, listing, opened, put_hook, states
from support.repository import Repo

from muse_hook.errors import InstallError, RepositoryError
from muse_hook.install.install import hook_states, install, uninstall

# An ordinary repository


def test_a_commit_fires_the_hook(repo: Repo, fake_interpreter: FakeInterpreter) -> None:
    done = installed(repo)
    repo.commit("one", a="x = 1\n")
    assert fake_interpreter.events() == ["post-commit"]
    assert [state.state for state in done.hooks] == ["installed"] * 5
    assert {finding.level for finding in done.findings} == {"ok"}
    assert done.lines == []


def test_every_event_fires_its_hook(repo: Repo, fake_interpreter: FakeInterpreter) -> None:
    installed(repo)
    repo.commit("one", a="x = 1\n")
    repo.commit("two", a="x = 2\n")
    patch = repo.git("format-patch", "--stdout", "HEAD~1")
    repo.git("commit", "-q", "--amend", "-m", "amended")
    assert fake_interpreter.events(4) == ["post-commit", "post-commit", "post-commit", "post-rewrite"]
    repo.git("switch", "-qc", "side", "HEAD~1")
    repo.git("am", "-q", stdin=patch + "\n")
    repo.git("switch", "-q", "main")
    repo.git("merge", "-q", "side")
    assert fake_interpreter.events(2) == ["post-applypatch", "post-merge"]


def test_installing_twice_is_installing_once(repo: Repo) -> None:
    put_hook(hook(repo), "#!/bin/sh\nexit 7\n")
    installed(repo)
    first = listing(repo.path)
    installed(repo)
    assert listing(repo.path) == first


def test_uninstall_leaves_the_repository_as_it_was(repo: Repo) -> None:
    before = listing(repo.path)
    installed(repo)
    found = uninstall(opened(repo))
    assert listing(repo.path) == before
    assert [finding.level for finding in found] == ["ok"]
    assert (repo.path / ".git/.muse/baseline").exists()


def test_the_link_leads_to_the_store_and_is_hidden(repo: Repo) -> None:
    installed(repo)
    link = repo.path / ".muse"
    assert os.readlink(link) == ".git/.muse"
    assert link.resolve() == (repo.path / ".git/.muse").resolve()
    assert "/.muse" in (repo.path / ".git/info/exclude").read_text().splitlines()
    assert repo.git("status", "--porcelain") == ""


def test_the_baseline_of_a_first_install_stays(repo: Repo) -> None:
    installed(repo)
    baseline = (repo.path / ".git/.muse/baseline").read_bytes()
    repo.commit("one", a="x = 1\n")
    uninstall(opened(repo))
    installed(repo)
    assert (repo.path / ".git/.muse/baseline").read_bytes() == baseline


def test_a_repository_of_an_awkward_name(tmp_path: Path, repo: Repo, fake_interpreter: FakeInterpreter) -> None:
    path = tmp_path / "it's a\tré pository $HOME `x` \\ [a]*"
    repo.path.rename(path)
    moved = Repo(path, repo.environment, repo.clock)
    put_hook(hook(moved), f"#!/bin/sh\n: >'{tmp_path}/seen'\n")
    assert installed(moved).hooks[0].state == "chained"
    moved.commit("one", a="x = 1\n")
    assert fake_interpreter.events() == ["post-commit"]
    assert (tmp_path / "seen").exists()


def test_background_is_written_into_the_hook(repo: Repo, fake_interpreter: FakeInterpreter) -> None:
    repo.git("config", "muse.background", "yes")
    installed(repo)
    repo.commit("one", a="x = 1\n")
    assert fake_interpreter.calls()[0]["argv"] == ["--background", "post-commit"]
    repo.git("config", "muse.background", "off")
    installed(repo)
    repo.commit("two", a="x = 2\n")
    assert fake_interpreter.events() == ["post-commit"]


def test_an_exec_bit_that_is_gone_comes_back(repo: Repo) -> None:
    installed(repo)
    hook(repo).chmod(0o644)
    assert states(repo) == {"installed", "not executable"}
    assert installed(repo).hooks[0].ok


def test_a_vanished_interpreter_is_named(repo: Repo, fake_interpreter: FakeInterpreter) -> None:
    installed(repo)
    text = hook(repo).read_text()
    hook(repo).write_text(text.replace(sys.executable, "/nowhere/python"))
    assert hook_states(opened(repo))[0].state == "no interpreter"
    installed(repo)
    repo.commit("one", a="x = 1\n")
    assert fake_interpreter.events() == ["post-commit"]


def test_a_folder_in_a_hooks_place_is_left_alone(repo: Repo) -> None:
    hook(repo).mkdir()
    done = installed(repo)
    assert done.hooks[0].state == "blocked"
    assert {state.state for state in done.hooks[1:]} == {"installed"}
    assert hook(repo).is_dir()


def test_a_repository_without_hooks_and_info_folders(repo: Repo, fake_interpreter: FakeInterpreter) -> None:
    shutil.rmtree(repo.path / ".git/hooks")
    shutil.rmtree(repo.path / ".git/info")
    installed(repo)
    repo.commit("one", a="x = 1\n")
    assert fake_interpreter.events() == ["post-commit"]
    assert repo.git("status", "--porcelain") == ""


# Refusals: nothing is half made


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a repository away")
@pytest.mark.parametrize("does_git_allow", [False, True])
def test_a_repository_of_another_user_is_refused(repo: Repo, *, does_git_allow: bool) -> None:
    repo.commit("one", a="x = 1\n")
    if does_git_allow:
        repo.git("config", "--global", "safe.directory", "*")
    for path in (repo.path, *repo.path.rglob("*")):
        os.lchown(path, 65534, 65534)
    before = listing(repo.path)
    with pytest.raises(RepositoryError, match="belongs to"):
        installed(repo)
    assert listing(repo.path) == before
    assert not (repo.path / ".git/.muse").exists()


def test_an_interpreter_without_muse_hook_is_refused(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    before = listing(repo.path)
    with pytest.raises(InstallError, match="cannot run muse_hook") as caught:
        install(opened(repo), python="/usr/bin/python3" if os.path.exists("/usr/bin/python3") else "/bin/false")
    assert "pipx" in caught.value.hint
    assert listing(repo.path) == before
    assert not (repo.path / ".git/.muse").exists()


def test_a_hooks_folder_that_cannot_be_written_is_an_error_with_a_hint(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.replace

    def refuse(source: str, target: str) -> None:
        if "/hooks/" in target:
            raise PermissionError(13, "Permission denied")
        real(source, target)

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(InstallError, match="Permission denied") as caught:
        installed(repo)
    assert "permissions" in caught.value.hint
    assert not [path for path in hook(repo).parent.iterdir() if path.suffix != ".sample"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_git_directory_is_refused_before_anything_is_made(repo: Repo) -> None:
    hook(repo).parent.chmod(0o555)
    with pytest.raises(InstallError):
        installed(repo)
    hook(repo).parent.chmod(0o755)
    assert not (repo.path / ".git/.muse").exists()
