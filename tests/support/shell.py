"""A person at a terminal in a repository."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from muse_hook.cli.main import main

if TYPE_CHECKING:
    import pytest

    from support.repository import Repo


class Shell:
    """A person in a repository: `run` gives exit status, stdout and stderr of `muse-hook ARGUMENTS`."""

    def __init__(self, repo: Repo, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.repo = repo
        self._capsys = capsys
        monkeypatch.chdir(repo.path)

    def run(self, *arguments: str) -> tuple[int, str, str]:
        status = main(arguments)
        return (status, *self._capsys.readouterr())

    def out(self, *arguments: str) -> str:
        status, out, err = self.run(*arguments)
        if status or err:
            raise AssertionError(f"muse-hook {arguments} exited {status}: {err}")
        return out

    def json(self, *arguments: str) -> dict[str, Any]:
        out = self.out(*arguments, "--json")
        assert out.isascii()
        assert out.count("\n") == 1
        told: dict[str, Any] = json.loads(out)
        assert (told.pop("version"), told.pop("command")) == (1, arguments[0])
        return told

    def start(self, *arguments: str, **options: Any) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "muse_hook", *arguments]
        environment = self.repo.environment
        return subprocess.Popen(command, cwd=self.repo.path, env=environment, text=True, **options)
