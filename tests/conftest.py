"""What every test has: real git in temporary folders, untouched by the machine's configuration."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from hypothesis import settings
from support.forks import Fork
from support.repository import LOCAL_VARIABLES, Repo, sealed_environment
from support.shell import Shell

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as under `nohup tests/run &`: started processes inherit it
    signal.signal(signal.SIGINT, lambda *_: None)  # ignored here as before, and by nothing that is started

# The same examples in each run, or a change would be refused for what another one broke: `.ci/long` looks for others.
# None has a deadline: each test has a time limit of its own, and a busy machine breaks no property.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("other", deadline=None)
settings.load_profile("same")


@pytest.fixture(autouse=True)
def _sealed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seal this process too: what runs in it must not see the machine's Git configuration or a leaked GIT_DIR."""
    for name in LOCAL_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    home = tmp_path / "home"
    home.mkdir(exist_ok=True)
    for name, value in sealed_environment(home).items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Return the sealed environment of this test."""
    home = tmp_path / "home"
    home.mkdir(exist_ok=True)
    return sealed_environment(home)


@pytest.fixture
def repo(tmp_path: Path, environment: dict[str, str]) -> Repo:
    """Make an empty repository on branch `main`."""
    path = tmp_path / "repo"
    path.mkdir()
    made = Repo(path, environment)
    made.git("init", "-q", "-b", "main")
    return made


@pytest.fixture
def shell(repo: Repo, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    """Return a person at a terminal in the repository."""
    return Shell(repo, monkeypatch, capsys)


@pytest.fixture
def fork(repo: Repo) -> Fork:
    """Return the repository as one whose branches are to part."""
    return Fork(repo)
