"""The doctor: each hook is fired for real, and what is broken is named with what mends it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.fake_interpreter import FakeInterpreter
from support.installs import hook, opened, put_hook
from support.repository import Repo

from muse_hook import __version__
from muse_hook.doctor import examine
from muse_hook.git.repository import Repository
from muse_hook.install.hook_file import EVENTS
from muse_hook.install.install import install
from muse_hook.oplog.store import Store

if TYPE_CHECKING:
    from muse_hook.install.findings import Finding


def examined(repo: Repo) -> dict[str, Finding]:
    """Return what the doctor finds, by name."""
    found = opened(repo)
    return {finding.name: finding for finding in examine(found, Store(found.common_dir))}


def levels(findings: dict[str, Finding]) -> dict[str, str]:
    """Return what is not as it should be."""
    return {name: finding.level for name, finding in findings.items() if finding.level != "ok"}


def test_a_healthy_repository_is_healthy(repo: Repo, fake_interpreter: FakeInterpreter) -> None:
    install(opened(repo))
    found = examined(repo)
    assert levels(found) == {}
    assert all(found[event].message.startswith("fires") for event in EVENTS)
    assert not (fake_interpreter.folder / "calls").exists()


@pytest.mark.usefixtures("new_git")
def test_a_healthy_repository_on_a_newer_git(repo: Repo) -> None:
    install(opened(repo))
    assert levels(examined(repo)) == {}


def test_without_an_install_nothing_is_recorded_and_that_is_said(repo: Repo) -> None:
    found = examined(repo)
    assert {found[event].level for event in EVENTS} == {"bad"}
    assert found["store"].level == "bad"
    assert found["post-commit"].hint == "muse-hook install"


def test_nobody_elses_hook_is_fired(repo: Repo, tmp_path: Path) -> None:
    put_hook(hook(repo), f"#!/bin/sh\n: >'{tmp_path}/fired'\n")
    install(opened(repo))
    assert "before" in examined(repo)["post-commit"].message
    assert not (tmp_path / "fired").exists()


@pytest.mark.usefixtures("new_git")
def test_nobody_elses_configured_hook_is_fired(repo: Repo, tmp_path: Path) -> None:
    put_hook(repo.path / "hooks/post-commit", f"#!/bin/sh\n: >'{tmp_path}/fired'\n")
    repo.git("config", "hook.other.command", f": >'{tmp_path}/fired'")
    repo.git("config", "hook.other.event", "post-commit")
    install(opened(repo))
    assert levels(examined(repo)) == {}
    repo.git("config", "core.hooksPath", "hooks")
    install(opened(repo))
    assert levels(examined(repo)) == {"configuration": "warn"}
    assert not (tmp_path / "fired").exists()


@pytest.mark.usefixtures("new_git")
def test_configured_hooks_that_are_switched_off_are_bad(repo: Repo) -> None:
    repo.git("config", "core.hooksPath", "hooks")
    install(opened(repo))
    repo.git("config", "hook.muse-hook-post-commit.enabled", "false")
    assert examined(repo)["post-commit"].level == "bad"
    install(opened(repo))
    repo.git("config", "hook.post-merge.enabled", "false")
    assert levels(examined(repo)) == {"post-merge": "bad", "configuration": "warn"}


@pytest.mark.usefixtures("new_git")
def test_a_git_that_does_not_read_the_configuration_is_bad(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.git("config", "core.hooksPath", "hooks")
    install(opened(repo))
    monkeypatch.setattr(Repository, "version", (2, 39, 5))
    found = examined(repo)
    assert {found[event].level for event in EVENTS[:4]} == {"bad"}
    assert "configuration" in found["post-commit"].message


def test_a_missing_exec_bit_is_named(repo: Repo) -> None:
    install(opened(repo))
    hook(repo, "post-merge").chmod(0o644)
    found = examined(repo)
    assert levels(found) == {"post-merge": "bad"}
    assert "executable" in found["post-merge"].message


def test_a_vanished_interpreter_is_named(repo: Repo) -> None:
    install(opened(repo))
    text = hook(repo).read_text().splitlines()
    hook(repo).write_text(
        "\n".join("python='/nowhere/python'" if line.startswith("python=") else line for line in text)
    )
    found = examined(repo)
    assert levels(found) == {"post-commit": "bad"}
    assert "/nowhere/python" in found["post-commit"].message


def test_a_package_that_cannot_be_imported_is_named(repo: Repo, fake_interpreter: FakeInterpreter) -> None:
    install(opened(repo))
    fake_interpreter.hook.write_text("import no_such_module\n")
    found = examined(repo)
    assert {found[event].level for event in EVENTS} == {"bad"}
    assert "no_such_module" in found["post-commit"].message
    assert found["interpreter"].level == "bad"


def test_a_grammar_that_cannot_be_loaded_is_named(repo: Repo, fake_interpreter: FakeInterpreter) -> None:
    install(opened(repo))
    assert examined(repo)["interpreter"].message == f"{sys.executable} records python"
    fake_interpreter.languages.write_text("raise ImportError('built for another Python')\n")
    found = examined(repo)
    assert levels(found) == {"interpreter": "bad"}
    assert "built for another Python" in found["interpreter"].message


def test_another_version_behind_the_hook_is_named(repo: Repo, fake_interpreter: FakeInterpreter) -> None:
    install(opened(repo))
    fake_interpreter.hook.write_text(fake_interpreter.hook.read_text().replace(__version__, "0.0.1"))
    found = examined(repo)
    assert set(levels(found)) == set(EVENTS)
    assert "0.0.1" in found["post-commit"].message


def test_a_hook_that_another_tool_replaced_is_named(repo: Repo) -> None:
    install(opened(repo))
    put_hook(hook(repo), "#!/bin/sh\nexit 0\n")
    assert levels(examined(repo)) == {"post-commit": "bad"}


def test_an_old_git_without_hook_run_is_enough(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Repository, "version", (2, 30, 2))
    install(opened(repo))
    assert levels(examined(repo)) == {}


def test_a_line_in_somebody_elses_hook_counts(repo: Repo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(Repository, "version", (2, 39, 5))
    repo.git("config", "core.hooksPath", "hooks")
    done = install(opened(repo))
    assert levels(examined(repo)) == dict.fromkeys(EVENTS[:4], "bad")
    for file, line in done.lines:
        put_hook(Path(file), f"#!/bin/sh\n: >'{tmp_path}/fired'\n{line}\n")
    assert levels(examined(repo)) == {}
    assert not (tmp_path / "fired").exists()


def test_a_work_tree_that_looks_for_hooks_elsewhere_is_named(repo: Repo, tmp_path: Path) -> None:
    repo.commit("one", a="x = 1\n")
    repo.git("config", "core.hooksPath", ".git/mine")
    repo.git("worktree", "add", "-q", str(tmp_path / "linked"))
    install(opened(repo))
    found = examined(repo)
    assert levels(found) == {"work tree": "bad"}
    assert str(tmp_path / "linked") in found["work tree"].message


def test_link_and_exclude_are_looked_at(repo: Repo) -> None:
    install(opened(repo))
    (repo.path / ".git/info/exclude").unlink()
    assert levels(examined(repo)) == {"exclude": "warn"}
    (repo.path / ".muse").unlink()
    assert levels(examined(repo)) == {"link": "warn"}


def test_what_earlier_runs_left_is_named(repo: Repo) -> None:
    install(opened(repo))
    store = repo.path / ".git/.muse"
    (store / "queue").mkdir(exist_ok=True)
    (store / "queue/event").touch()
    assert levels(examined(repo)) == {}
    os.utime(store / "queue/event", (1, 1))
    (store / "error.log").write_text("2026-01-01T00:00:00+00:00 Traceback:\n  more of it\nOSError: the disk was full\n")
    (store / "baseline").write_bytes(b"muse_hook basel")
    found = examined(repo)
    assert levels(found) == {"queue": "warn", "error.log": "warn", "baseline": "bad"}
    assert found["error.log"].message == "last at 2026-01-01T00:00:00+00:00: OSError: the disk was full"
    assert found["queue"].hint == "muse-hook sync"


def test_a_writer_at_work_is_named(repo: Repo) -> None:
    install(opened(repo))
    holder = (
        "import fcntl, sys, time; f = open(sys.argv[1], 'w'); fcntl.flock(f, fcntl.LOCK_EX); print(flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holder, str(repo.path / ".git/.muse/lock")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        found = examined(repo)
        child.communicate(b"\n")
    assert levels(found) == {"lock": "warn"}


def test_a_link_inside_the_store_is_named(repo: Repo, tmp_path: Path) -> None:
    install(opened(repo))
    (repo.path / ".git/.muse/stray").symlink_to(tmp_path)
    assert examined(repo)["store"].level == "bad"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a repository away")
def test_another_owner_is_named(repo: Repo) -> None:
    install(opened(repo))
    repo.git("config", "--global", "safe.directory", "*")
    os.chown(repo.path / ".git", 65534, 65534)
    assert levels(examined(repo))["owner"] == "bad"
