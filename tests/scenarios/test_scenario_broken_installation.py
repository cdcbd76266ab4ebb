"""The program is gone, Python was upgraded under it: a line says so, nothing is lost, and one command mends it."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from support.hooked import PACKAGES, HookedRepo
from support.repository import Repo
from support.shell import Shell

from muse_hook.cli.options import as_recorded
from muse_hook.errors import InstallationError
from muse_hook.install.hook_file import Shim
from muse_hook.oplog import files
from muse_hook.oplog.sessions import walk


def say_that(repo: Repo, shim: Shim) -> str:
    """Commit with another shim; what Git's person reads of it."""
    hook = repo.path / ".git/hooks/post-commit"
    hook.write_bytes(shim.render())
    repo.write("a.py", f"x = {os.urandom(4).hex()!r}\n")
    repo.git("add", "-A")
    done = subprocess.run(
        ["git", "commit", "-qm", "While it is broken"],
        cwd=repo.path, env=repo.environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    return done.stderr


def seals(repo: Repo) -> int:
    return (repo.path / ".git/.muse/op_log/main/ops.jsonl").read_bytes().count(b'"domain":"git"')


def test_what_broke_is_said_and_one_command_mends_it(shell: Shell, tmp_path: Path) -> None:
    repo = shell.repo
    shell.run("install")
    repo.commit("Begin", a="x = 1\n")
    said = say_that(repo, Shim("/gone/bin/python", PACKAGES))
    assert said == (
        "muse_hook: not recorded yet (no /gone/bin/python): nothing is lost, this records it: muse-hook install\n"
    )
    broken = tmp_path / "built for another Python"
    (broken / "pygit2").mkdir(parents=True)
    (broken / "pygit2/__init__.py").write_text("")
    (broken / "pygit2/_pygit2.py").write_text("raise ImportError('undefined symbol: PyOld')")
    repo.git("repack", "-adq")  # what is loose is read without it
    said = say_that(repo, Shim(sys.executable, (str(broken), *PACKAGES)))
    assert "ImportError: undefined symbol: PyOld; nothing is lost, this mends it: " in said
    assert said.endswith(" -m pip install --force-reinstall muse_hook\n")
    assert seals(repo) == 1
    assert shell.run("install")[0] == 0
    assert seals(repo) == 3

    # The command line says the same, and no fault of ours.
    repo.git("repack", "-adq")
    code = "import sys; sys.modules['pygit2'] = None; from muse_hook.__main__ import main; main()"
    words = [sys.executable, "-c", code, "diff", "HEAD~", "HEAD"]
    done = subprocess.run(words, cwd=repo.path, env=repo.environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("error: loading muse_hook: ModuleNotFoundError: import of pygit2 halted")
    assert done.stderr.split("\n")[1].endswith(" -m pip install --force-reinstall muse_hook")


@pytest.mark.parametrize(
    ("python", "command"),
    [
        ("/home/a/.local/share/uv/tools/muse-hook/bin/python3", "uv tool install --reinstall muse_hook"),
        ("/home/a/.local/pipx/venvs/muse-hook/bin/python", "pipx reinstall muse_hook"),
        ("/opt/a b/bin/python", "'/opt/a b/bin/python' -m pip install --force-reinstall muse_hook"),
    ],
)
def test_the_command_is_that_of_who_installed_it(python: str, command: str) -> None:
    assert InstallationError(ImportError("x"), python).hint == command


def test_macos_has_its_disk_flush_and_puts_names_together(hooked: HookedRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed: list[int] = []
    synced: list[int] = []
    real, real_sync = fcntl.fcntl, os.fsync

    def flush(fd: int, command: int, *rest: int) -> object:
        if command != 51:
            return real(fd, command, *rest)
        flushed.append(fd)
        if len(flushed) > 1:
            raise OSError(45, "not supported")
        return 0

    def sync(fd: int) -> None:
        synced.append(fd)
        real_sync(fd)

    monkeypatch.setattr(fcntl, "F_FULLFSYNC", 51, raising=False)
    monkeypatch.setattr(fcntl, "fcntl", flush)
    monkeypatch.setattr(os, "fsync", sync)
    with (hooked.path / "some file").open("wb") as file:
        files.sync(file.fileno())
        assert (len(flushed), len(synced)) == (1, 0)
        files.sync(file.fileno())  # a file system that does not know it
        assert (len(flushed), len(synced)) == (2, 1)

    # HFS+ keeps names with their accents apart; a session is called what Git calls the branch.
    apart, together = (unicodedata.normalize(form, "prüfung/é") for form in ("NFD", "NFC"))
    folder = hooked.path / "op_log" / apart
    folder.mkdir(parents=True)
    (folder / "ops.jsonl").write_bytes(b"")
    monkeypatch.setattr(sys, "platform", "darwin")
    assert [name for name, _ in walk(str(hooked.path / "op_log"))] == [together]
    assert as_recorded(apart) == together
    monkeypatch.setattr(sys, "platform", "linux")
    assert as_recorded(apart) == apart
