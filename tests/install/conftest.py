"""What every test of install and doctor has: hooks that start a stand-in, and the Git that it asks for."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.fake_interpreter import FakeInterpreter

from muse_hook.git.repository import Repository
from muse_hook.install import interpreter

if TYPE_CHECKING:
    from support.repository import Repo

    from muse_hook.install.hook_file import Shim

NEW_GIT = Path(os.environ.get("MUSE_HOOK_NEW_GIT", "/opt/git-2.55/bin"))


@pytest.fixture(autouse=True)
def fake_interpreter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeInterpreter:
    """Have the hooks start the stand-in: what they record is another stage's, and a probe is answered."""
    made = FakeInterpreter(tmp_path)

    def shim_for(_python: str | None = None, *, background: bool = False) -> Shim:
        return made.shim(background=background)

    monkeypatch.setattr(interpreter, "shim_for", shim_for)
    return made


@pytest.fixture
def new_git(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    """Use a Git that reads hooks from its configuration."""
    if not (NEW_GIT / "git").exists():
        pytest.skip(f"no newer git in {NEW_GIT} (MUSE_HOOK_NEW_GIT says where)")
    path = f"{NEW_GIT}{os.pathsep}{os.environ['PATH']}"
    monkeypatch.setenv("PATH", path)
    repo.environment["PATH"] = path


@pytest.fixture
def old_git(monkeypatch: pytest.MonkeyPatch) -> None:
    """Say that Git does not read hooks from its configuration, whatever Git runs the tests."""
    monkeypatch.setattr(Repository, "version", (2, 39, 5))
