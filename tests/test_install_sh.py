"""install.sh as on a fresh machine: what it refuses, and one real run from nothing to a recorded commit."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Repo, sealed_environment

SCRIPT = Path(__file__).parent.parent / "install.sh"
SYSTEM_PATH = "/usr/bin:/bin"


def run(
    home: Path, *arguments: str, path: str = SYSTEM_PATH, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run install.sh with nothing in the environment but where the packages come from."""
    pip = {
        name: text for name, text in os.environ.items() if name.startswith("PIP_") or name.lower().endswith("_proxy")
    }
    return subprocess.run(
        [str(SCRIPT), *arguments],
        env={"HOME": str(home), "PATH": path, **pip},
        cwd=cwd or home,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def program(folder: Path, name: str, text: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{text}\n")
    (folder / name).chmod(0o755)


def refused(home: Path, *arguments: str, path: str = SYSTEM_PATH) -> tuple[str, str]:
    """Run install.sh, which must fail with one error and one hint and leave nothing behind; both."""
    done = run(home, *arguments, path=path)
    assert done.returncode == 1
    error, hint = done.stderr.splitlines()
    assert list(home.iterdir()) == []
    assert done.stdout == ""
    return error.removeprefix("error: "), hint.removeprefix("hint: ")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Make an empty home."""
    made = tmp_path / "höme of its own"
    made.mkdir()
    return made


@pytest.fixture
def bare_bin(tmp_path: Path) -> Path:
    """Make a folder of programs that has what a shell script needs, without git and Python."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("cat", "cksum", "dirname", "find", "ln", "mkdir", "readlink", "rm", "sort"):
        (folder / name).symlink_to(str(shutil.which(name)))
    return folder


def test_a_folder_that_is_no_repository(home: Path, tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    error, hint = refused(home, str(tmp_path / "plain"))
    assert error == f"{tmp_path}/plain is not a Git repository"
    assert f"git init '{tmp_path}/plain'" in hint


def test_a_folder_that_is_not_there(home: Path) -> None:
    assert refused(home, "/nowhere/at all")[0] == "there is no folder /nowhere/at all"


def test_no_git(home: Path, bare_bin: Path) -> None:
    assert refused(home, path=str(bare_bin)) == ("git is not installed", "apt install git")


def test_a_git_that_is_too_old(home: Path, bare_bin: Path) -> None:
    program(bare_bin, "git", "echo git version 2.25.1")
    error, hint = refused(home, path=str(bare_bin))
    assert error == "git 2.25.1 is too old: 2.30 is the oldest that works"
    assert hint.startswith("apt install git")


def test_no_python(home: Path, bare_bin: Path, repo: Repo) -> None:
    (bare_bin / "git").symlink_to(str(shutil.which("git")))
    error, hint = refused(home, str(repo.path), path=str(bare_bin))
    assert error == "Python 3.11 or newer is not here"
    assert hint.startswith("apt install python3 python3-venv")


def test_a_python_that_is_too_old(home: Path, bare_bin: Path, repo: Repo) -> None:
    (bare_bin / "git").symlink_to(str(shutil.which("git")))
    program(bare_bin, "python3", "case $2 in *print*) echo 3.9 ;; *) exit 1 ;; esac")
    error, _ = refused(home, str(repo.path), path=str(bare_bin))
    assert error == "Python 3.11 or newer is not here, only python3 3.9"


def test_no_venv_module(home: Path, bare_bin: Path, repo: Repo) -> None:
    (bare_bin / "git").symlink_to(str(shutil.which("git")))
    program(bare_bin, "python3", f'case $2 in *ensurepip*) exit 1 ;; esac; exec "{sys.executable}" "$@"')
    error, hint = refused(home, str(repo.path), path=str(bare_bin))
    assert error == "python3 cannot make virtual environments"
    assert hint == "apt install python3-venv"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a repository away")
def test_a_repository_of_another_user(home: Path, repo: Repo) -> None:
    for path in (repo.path, *repo.path.rglob("*")):
        os.lchown(path, 65534, 65534)
    assert refused(home, str(repo.path)) == (f"{repo.path} belongs to another user", "run this as its owner")


def test_too_many_arguments(home: Path) -> None:
    done = run(home, "a", "b")
    assert (done.returncode, done.stderr) == (2, "usage: ./install.sh [REPOSITORY]\n")


def test_packages_that_cannot_be_had_leave_no_half_made_environment(home: Path, bare_bin: Path, repo: Repo) -> None:
    (bare_bin / "git").symlink_to(str(shutil.which("git")))
    # A Python whose `-m venv` makes an environment in which pip fails.
    made = '#!/bin/sh\ncase $* in *pip\\ install*) echo "no network" >&2; exit 1 ;; esac'
    program(
        bare_bin,
        "python3",
        f"""case $2 in venv) mkdir -p "$4/bin"; printf '%s\\n' '{made}' >"$4/bin/python"; chmod +x "$4/bin/python" ;;
        *) exec "{sys.executable}" "$@" ;; esac""",
    )
    (bare_bin / "chmod").symlink_to(str(shutil.which("chmod")))
    done = run(home, str(repo.path), path=str(bare_bin))
    assert done.returncode == 1
    assert done.stderr.splitlines()[1:3] == ["no network", "error: pip could not install muse_hook"]
    assert not (home / ".local/share/muse_hook/venv").exists()
    assert not (home / ".local/bin").exists()
    assert not (repo.path / ".git/.muse").exists()


def test_from_nothing_to_a_recorded_commit(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "ein Prüf-Repository"
    path.mkdir()
    repo = Repo(path, sealed_environment(home) | {"PATH": SYSTEM_PATH})
    repo.git("init", "-q", "-b", "main")
    repo.commit("one", a="def f():\n    return 1\n")
    repo.commit("two", a="def f():\n    return 2\n")

    first = run(home, cwd=path)
    assert first.returncode == 0, first.stderr
    assert 'export PATH="' in first.stderr
    command = home / ".local/bin/muse-hook"
    assert command.resolve().is_relative_to(home / ".local/share/muse_hook/venv")
    log = path / ".muse/op_log/main/ops.jsonl"
    assert sum('"domain":"git"' in line for line in log.read_text().splitlines()) == 2

    repo.commit("three", a="def f(x):\n    return 2\n")
    entries = [json.loads(line) for line in log.read_text().splitlines()]
    assert entries[-1]["domain_op"]["content_summary"] == "three"
    assert any("signature" in str(entry["domain_op"].get("change")) for entry in entries)

    before = log.read_bytes()
    second = run(home, str(path), path=f"{home}/.local/bin:{SYSTEM_PATH}")
    assert second.returncode == 0, second.stderr
    assert "Setting up" not in second.stderr
    assert "export PATH" not in second.stderr
    assert log.read_bytes() == before
    healthy = repo.run(str(command), "doctor", check=False)
    assert healthy.returncode == 0, healthy.stdout + healthy.stderr
    assert repo.git("status", "--porcelain") == ""
