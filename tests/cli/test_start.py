"""How the command starts: with its own Python, and nothing that the environment or the folder names."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest
from support.repository import Repo

from muse_hook import __version__

PROJECT = Path(__file__).parent.parent.parent
SCRIPT = PROJECT / "scripts/muse-hook"
HOSTILE = 'open(__import__("os").environ["TRAP"], "w").close()\n'


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """Install the script beside a Python, as pip does."""
    folder = tmp_path / "venv/bin"
    folder.mkdir(parents=True)
    # A link to the tests' own Python would take this for its environment; a program in its place takes the same words.
    (folder / "python3").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    (folder / "python3").chmod(0o755)
    shutil.copy2(SCRIPT, folder / "muse-hook")
    return folder / "muse-hook"


def said(*command: str | Path, cwd: Path | None = None, **environment: str) -> str:
    done = subprocess.run(
        command,
        cwd=cwd,
        env={"PATH": os.environ["PATH"], **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


def test_both_names_are_one_text() -> None:
    assert SCRIPT.read_bytes() == (PROJECT / "scripts/git-muse").read_bytes()
    for name in ("muse-hook", "git-muse"):
        assert stat.S_IMODE((PROJECT / "scripts" / name).stat().st_mode) & 0o111 == 0o111


def test_an_installer_makes_no_script_of_its_own() -> None:
    """Pip's console scripts start Python with PYTHONPATH and PYTHONHOME."""
    configuration = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    assert "scripts" not in configuration["project"]
    shipped = configuration["tool"]["hatch"]["build"]["targets"]["wheel"]["shared-scripts"]
    assert shipped == {"scripts/muse-hook": "muse-hook", "scripts/git-muse": "git-muse"}


def test_nothing_of_the_folder_or_the_environment_is_run(program: Path, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    clone.mkdir()
    for name in ("re.py", "sitecustomize.py", "usercustomize.py", "muse_hook.py", "argparse.py"):
        (clone / name).write_text(HOSTILE)
    trap = tmp_path / "trap"
    for variables in (
        {"PYTHONPATH": f":{clone}"},
        {"PYTHONHOME": "/nowhere"},
        {"PYTHONSTARTUP": str(clone / "re.py"), "PYTHONPATH": "."},
        {"PYTHONINSPECT": "1", "PYTHONWARNINGS": "error::re.X", "PYTHONUSERBASE": str(clone)},
    ):
        assert said(program, "--version", cwd=clone, TRAP=str(trap), **variables) == f"muse-hook {__version__}\n"
        assert not trap.exists()


def test_it_is_found_through_links_and_on_the_path(program: Path, tmp_path: Path) -> None:
    bin_folder, more = tmp_path / "bin", tmp_path / "with space"
    bin_folder.mkdir()
    more.mkdir()
    (bin_folder / "absolute").symlink_to(program)
    (bin_folder / "git-muse").symlink_to(os.path.relpath(program, bin_folder))
    (more / "far away").symlink_to("../bin/absolute")
    expected = f"muse-hook {__version__}\n"
    path = f"{bin_folder}:/usr/bin:/bin"
    assert said(bin_folder / "absolute", "--version") == expected
    assert said(more / "far away", "--version") == expected
    assert said("./far away", "--version", cwd=more) == expected
    assert said("git", "muse", "--version", PATH=path) == expected
    assert said("sh", "-c", "git-muse --version", PATH=path) == expected
    assert said("sh", program, "--version") == expected
    assert said(bin_folder / "absolute", "--version", PATH="") == expected


def test_without_a_python_beside_it_the_one_of_its_package_is_taken(tmp_path: Path) -> None:
    """As `pip install --user` leaves it, and a system's Python in another folder."""
    version = "python{}.{}".format(*sys.version_info)
    home, system = tmp_path / "home", tmp_path / "system"
    (home / "bin").mkdir(parents=True)
    system.mkdir()
    (home / f"lib/{version}/site-packages/muse_hook").mkdir(parents=True)
    shutil.copy2(SCRIPT, home / "bin/muse-hook")
    (system / version).write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    (system / version).chmod(0o755)
    path = f"{system}:/usr/bin:/bin"
    assert said(home / "bin/muse-hook", "--version", PATH=path) == f"muse-hook {__version__}\n"
    shutil.rmtree(home / "lib")
    assert "hint: pipx install muse_hook" in said(home / "bin/muse-hook", "--version", PATH=path)


@pytest.mark.parametrize("refs", ["files", "reftable"])
def test_no_program_of_the_configuration_is_started(refs: str, repo: Repo, tmp_path: Path, program: Path) -> None:
    """Whatever a repository's configuration names for a person who asks Git."""
    if refs == "reftable" and "--ref-format" not in said("git", "init", "-h"):
        pytest.skip("this Git has none")
    if refs == "reftable":  # where Git alone reads the reflogs
        shutil.rmtree(repo.path / ".git")
        repo.git("init", "-q", "-b", "main", "--ref-format=reftable")
    trap, tool = tmp_path / "trap", tmp_path / "tool"
    tool.write_text(f'#!/bin/sh\necho "$0 $*" >>"{trap}"\nexit 1\n')
    tool.chmod(0o755)
    repo.write("m.py", "def f(): return 1\n")
    repo.git("add", ".")
    tree = repo.git("write-tree")
    who = f"A <a@example.com> {int(time.time())} +0000"
    signed = (
        f"tree {tree}\nauthor {who}\ncommitter {who}\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n iQ==\n"
        " -----END PGP SIGNATURE-----\n\nsigned\n"
    )
    oid = repo.git("hash-object", "-t", "commit", "-w", "--stdin", stdin=signed)
    repo.git("update-ref", "-m", "commit: signed", "refs/heads/main", oid)
    for key in (
        "gpg.program", "diff.external", "core.fsmonitor", "diff.x.command", "diff.x.textconv", "gpg.ssh.program",
        "core.alternateRefsCommand", "core.editor", "core.askPass", "filter.x.clean", "filter.x.smudge",
        "interactive.diffFilter", "core.sshCommand", "core.gitProxy", "credential.helper",
    ):  # fmt: skip
        repo.git("config", key, str(tool))
    for key in ("log.showSignature", "log.follow", "log.mailmap", "merge.verifySignatures"):
        repo.git("config", key, "true")
    repo.git("config", "core.pager", str(tool))
    (repo.path / ".git/info/attributes").write_text("* diff=x filter=x\n")
    environment = repo.environment | {"GIT_EXTERNAL_DIFF": str(tool), "GIT_PAGER": str(tool), "PAGER": str(tool)}
    told = subprocess.run(
        ["git", "log", "-1", "--no-ext-diff", "--format=%H"],
        cwd=repo.path,
        env=environment,
        capture_output=True,
        check=True,
    )
    assert told.stdout
    assert trap.exists(), "Git itself starts it"
    trap.unlink()
    repo.write("m.py", "def f(): return 2\n")
    for words in (
        ["install", ".", "--no-history"], ["status"], ["sync"], ["backfill", "--all"], ["log", "--patch"], ["show"],
        ["diff"], ["diff", "HEAD"],
        ["blame", "m.py"], ["verify"], ["doctor"], ["concurrent", "--all"], ["replay"], ["sessions"],
        ["report", "-o", str(tmp_path / "page.html")], ["changelog", "HEAD"],
    ):  # fmt: skip
        subprocess.run([program, *words], cwd=repo.path, env=environment, capture_output=True, check=False, timeout=60)
        assert not trap.exists(), f"{words}: {trap.read_text()}"
