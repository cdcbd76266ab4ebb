"""install.sh as on a fresh machine: what it refuses, and one real run from nothing to a recorded commit."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support.repository import Repo, sealed_environment

PROJECT = Path(__file__).parent.parent
SYSTEM_PATH = "/usr/bin:/bin"
# A system's own Python may be too old, or without venv: then the one that runs the tests takes its place.
_ASK = "import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))"
HAS_PYTHON = not subprocess.run(["env", f"PATH={SYSTEM_PATH}", "python3", "-c", _ASK], check=False).returncode
OUR_PYTHON = {"PYTHON": os.path.realpath(sys.executable)}


def run(
    home: Path, *arguments: str, path: str = SYSTEM_PATH, cwd: Path | None = None, script: Path = PROJECT / "install.sh"
) -> subprocess.CompletedProcess[str]:
    """Run install.sh with nothing in the environment but where the packages come from."""
    pip = {
        name: text for name, text in os.environ.items() if name.startswith("PIP_") or name.lower().endswith("_proxy")
    }
    python = OUR_PYTHON if path.endswith(SYSTEM_PATH) and not HAS_PYTHON else {}
    return subprocess.run(
        [str(script), *arguments],
        env={"HOME": str(home), "PATH": path, **python, **pip},
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


def test_the_tests_say_the_same(home: Path, bare_bin: Path, tmp_path: Path) -> None:
    (bare_bin / "git").symlink_to(str(shutil.which("git")))
    program(bare_bin, "python3", f'case $2 in *ensurepip*) exit 1 ;; esac; exec "{sys.executable}" "$@"')
    (tmp_path / "project/tests").mkdir(parents=True)
    shutil.copy2(PROJECT / "tests/run", tmp_path / "project/tests")
    shutil.copy2(PROJECT / "pyproject.toml", tmp_path / "project")
    done = run(home, path=str(bare_bin), script=tmp_path / "project/tests/run")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "hint: apt install python3-venv"
    assert not (tmp_path / "project/.venv").exists()


def test_too_many_arguments(home: Path) -> None:
    done = run(home, "a", "b")
    assert (done.returncode, done.stderr) == (2, "usage: ./install.sh [REPOSITORY | --uninstall]\n")


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


def test_uninstall_takes_the_program_its_links_and_its_pages_and_nothing_else(home: Path) -> None:
    share, bin_ = home / ".local/share", home / ".local/bin"
    venv = share / "muse_hook/venv"
    for folder in (bin_, share / "man/man1", venv / "bin", venv / "share/man/man1"):
        folder.mkdir(parents=True)
    (venv / "bin/python").symlink_to(sys.executable)
    for name in ("bin/git-muse", "share/man/man1/muse-hook.1", "share/man/man1/git-muse.1"):
        (venv / name).write_text("ours")
        (home / ".local" / name).symlink_to(venv / name)
    (bin_ / "muse-hook").symlink_to(venv / "bin/another")  # not the link that was made
    (bin_ / "other").write_text("theirs")
    (share / "man/man1/other.1").write_text("theirs")
    done = run(home, "--uninstall")
    assert (done.returncode, done.stdout) == (0, "")
    assert [line.partition(":")[0] for line in done.stderr.splitlines()] == ["note"]
    left = sorted(str(path.relative_to(home)) for path in home.rglob("*") if not path.is_dir())
    assert left == [".local/bin/muse-hook", ".local/bin/other", ".local/share/man/man1/other.1"]
    assert not (share / "muse_hook").exists()
    assert Path(sys.executable).exists()
    again = run(home, "--uninstall")
    assert again.returncode == 1
    assert again.stderr.startswith("error: nothing is installed in ")


def subjects(log: Path) -> list[str]:
    """Return the subject lines of the commits that a log holds."""
    entries = [json.loads(line) for line in log.read_text().splitlines()]
    return [entry["domain_op"]["content_summary"] for entry in entries if "commit" in entry]


def copied(folder: Path) -> Path:
    """Copy what is installed, which nobody edits meanwhile; its install.sh."""
    folder.mkdir()
    for name in ("install.sh", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy2(PROJECT / name, folder)
    for name in ("docs/man", "hooks", "muse_hook", "scripts"):
        shutil.copytree(PROJECT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder / "install.sh"


def test_from_nothing_to_a_recorded_commit(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "ein Prüf-Repository"
    path.mkdir()
    repo = Repo(path, sealed_environment(home) | {"PATH": SYSTEM_PATH})
    repo.git("init", "-q", "-b", "main")
    repo.commit("one", a="def f():\n    return 1\n")
    repo.commit("two", a="def f():\n    return 2\n")

    script = copied(tmp_path / "the [project] itself")
    first = run(home, cwd=path, script=script)
    assert first.returncode == 0, first.stderr
    assert 'export PATH="' in first.stderr
    command = home / ".local/bin/muse-hook"
    assert command.resolve().is_relative_to(home / ".local/share/muse_hook/venv")
    for page in ("muse-hook.1", "git-muse.1"):
        assert (home / ".local/share/man/man1" / page).read_bytes() == (PROJECT / "docs/man" / page).read_bytes()
    log = path / ".muse/op_log/main/ops.jsonl"
    assert subjects(log) == ["one", "two"]

    repo.commit("three", a="def f(x):\n    return 2\n")
    assert subjects(log)[-1] == "three"
    assert '"signature"' in log.read_text()

    # Under an IDE: no PATH, somebody's Python variables, and code of the repository that must not run.
    for module in ("json", "os", "site", "sitecustomize", "muse_hook"):
        repo.write(f"{module}.py", "raise SystemExit('code of the repository ran')\n")
    repo.git("add", "-A")
    leaked = {"PATH": "", "PYTHONPATH": str(path), "PYTHONHOME": "/nowhere", "PYTHONSTARTUP": str(path / "json.py")}
    git = str(shutil.which("git", path=SYSTEM_PATH))
    leaky = Repo(path, repo.environment | leaked, repo.clock)
    done = leaky.run(git, "commit", "-q", "-m", "four")
    assert done.stderr == b""
    assert subjects(log)[-1] == "four"
    assert b"four" in leaky.run(str(command), "log", PATH=SYSTEM_PATH).stdout

    venv = home / ".local/share/muse_hook/venv"
    venv.rename(venv.with_name("gone"))
    repo.write("b.py", "def g():\n    return 1\n")
    repo.git("add", "-A")
    done = repo.run("git", "commit", "-q", "-m", "five")
    assert done.stderr.count(b"\n") == 1
    assert subjects(log)[-1] == "four"
    venv.with_name("gone").rename(venv)
    repo.commit("six")
    assert subjects(log)[-2:] == ["five", "six"]

    before = log.read_bytes()
    second = run(home, str(path), path=f"{home}/.local/bin:{SYSTEM_PATH}", script=script)
    assert second.returncode == 0, second.stderr
    assert "Setting up" not in second.stderr
    assert "export PATH" not in second.stderr
    assert log.read_bytes() == before
    healthy = repo.run(str(command), "doctor", check=False)
    assert healthy.returncode == 0, healthy.stdout + healthy.stderr
    assert repo.git("status", "--porcelain") == ""

    if shutil.which("man", path=SYSTEM_PATH):
        reading = {"PATH": f"{home}/.local/bin:{SYSTEM_PATH}", "MANPATH": "", "MANPAGER": "cat"}
        reader = Repo(path, repo.environment | reading, repo.clock)
        for words in (("man", "muse-hook"), ("man", "git-muse"), ("git", "muse", "--help")):
            assert b"MUSE-HOOK" in reader.run(*words).stdout.upper(), words
    gone = run(home, "--uninstall", script=script)
    assert gone.returncode == 0, gone.stderr
    assert [each for each in (home / ".local").rglob("*") if not each.is_dir()] == []
