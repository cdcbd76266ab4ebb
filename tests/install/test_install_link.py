"""The link to the store: what is named .muse and is not ours, and what hides it in info/exclude."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.fake_interpreter import FakeInterpreter
from support.installs import installed, listing, opened
from support.repository import Repo

from muse_hook.errors import StoreError
from muse_hook.install.install import uninstall

if TYPE_CHECKING:
    from collections.abc import Callable


# What is named .muse and is not ours


def muse_file(repo: Repo) -> None:
    repo.write(".muse", "somebody's\n")


def muse_folder(repo: Repo) -> None:
    repo.write(".muse/repo.json", "{}\n")


def muse_link_outside(repo: Repo) -> None:
    (repo.path.parent / "outside").mkdir()
    (repo.path / ".muse").symlink_to(repo.path.parent / "outside")


@pytest.mark.parametrize("tracked", [False, True], ids=["untracked", "tracked"])
@pytest.mark.parametrize("made", [muse_file, muse_folder, muse_link_outside], ids=lambda function: function.__name__)
def test_somebody_elses_muse_is_not_touched(
    repo: Repo, fake_interpreter: FakeInterpreter, made: Callable[[Repo], None], *, tracked: bool
) -> None:
    made(repo)
    if tracked:
        repo.commit("hostile")
    outside = repo.path.parent / "outside"
    before = {name: entry for name, entry in listing(repo.path).items() if ".git/" not in name}
    done = installed(repo)
    repo.git("commit", "-q", "--allow-empty", "-m", "one")
    uninstall(opened(repo))
    after = {name: entry for name, entry in listing(repo.path).items() if ".git/" not in name}
    assert after == before
    assert not outside.exists() or list(outside.iterdir()) == []
    assert fake_interpreter.events() == ["post-commit"]
    (finding,) = [finding for finding in done.findings if finding.name == "link"]
    assert finding.level == "warn"
    assert str(repo.path / ".git/.muse") in finding.message


def test_a_tracked_muse_that_is_not_checked_out_gets_no_link(repo: Repo) -> None:
    muse_file(repo)
    repo.commit("hostile")
    (repo.path / ".muse").unlink()
    installed(repo)
    assert not os.path.lexists(repo.path / ".muse")


def test_a_link_in_the_stores_place_is_refused(repo: Repo, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (repo.path / ".git/.muse").symlink_to(tmp_path / "outside")
    before = listing(repo.path)
    with pytest.raises(StoreError):
        installed(repo)
    assert listing(repo.path) == before
    assert list((tmp_path / "outside").iterdir()) == []


# info/exclude


@pytest.mark.parametrize("text", ["", "*.o", "*.o\n", "# a\n\n!x\n"])
def test_the_exclude_file_comes_back_byte_for_byte(repo: Repo, text: str) -> None:
    path = repo.path / ".git/info/exclude"
    path.write_text(text)
    installed(repo)
    assert text in path.read_text()
    assert repo.git("status", "--porcelain") == ""
    uninstall(opened(repo))
    assert (path.read_text() if path.exists() else "") == text


def test_a_pattern_of_the_users_own_stays(repo: Repo) -> None:
    path = repo.path / ".git/info/exclude"
    path.write_text("/.muse\n")
    installed(repo)
    uninstall(opened(repo))
    assert path.read_text() == "/.muse\n"


def test_an_exclude_file_that_is_a_link_to_outside_is_not_written(repo: Repo, tmp_path: Path) -> None:
    path = repo.path / ".git/info/exclude"
    path.unlink()
    (tmp_path / "shared").write_text("*.o\n")
    path.symlink_to(tmp_path / "shared")
    done = installed(repo)
    assert (tmp_path / "shared").read_text() == "*.o\n"
    assert [finding.level for finding in done.findings if finding.name == "exclude"] == ["warn"]
