"""Once for all repositories: a template for new ones, hooks in the user's configuration, and all put back."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from support.repository import Repo

from muse_hook.install.hook_file import EVENTS


def muse(repo: Repo, *arguments: str) -> str:
    return repo.run(sys.executable, "-m", "muse_hook", *arguments).stdout.decode()


def recorded(repo: Repo) -> list[str]:
    """Return the commits with a seal, in the order of the logs, each as often as it stands there."""
    logs = sorted((repo.path / ".git/.muse/op_log").rglob("ops.jsonl"))
    return [
        line.split('"commit_id":"')[1][:40] for log in logs for line in log.read_text().split("\n") if '"check"' in line
    ]


def made(repo: Repo, name: str, *options: str) -> Repo:
    path = repo.path.parent / name
    repo.git("init", "-q", "-b", "main", *options, str(path))
    return Repo(path, repo.environment, repo.clock)


def home_of(repo: Repo) -> dict[str, bytes]:
    """Return every file of the user."""
    home = Path(repo.environment["HOME"])
    return {str(path.relative_to(home)): path.read_bytes() for path in home.rglob("*") if path.is_file()}


def test_new_repositories_record_and_uninstall_puts_all_back(repo: Repo) -> None:
    repo.git("config", "--global", "user.useConfigOnly", "true")
    before = home_of(repo)
    muse(repo, "install", "--global")
    first = home_of(repo)
    muse(repo, "install", "--global")
    assert home_of(repo) == first
    new = made(repo, "new")
    commit = new.run("git", "commit", "-q", "--allow-empty", "-m", "one")
    assert commit.stderr == b""
    new.commit("two", a="def f():\n    return 1\n")
    assert recorded(new) == new.git("rev-list", "--reverse", "HEAD").split()
    clone = new.clone(repo.path.parent / "clone")
    clone.commit("three", a="def f():\n    return 2\n")
    assert recorded(clone) == [clone.git("rev-parse", "HEAD")]  # what was there before is history
    muse(repo, "uninstall", "--global")
    assert home_of(repo) == before
    assert not (made(repo, "later").path / ".git/hooks/post-commit").exists()


def test_a_template_of_the_users_own_is_used_and_put_back(repo: Repo) -> None:
    template = Path(repo.environment["HOME"]) / "my template"
    (template / "hooks").mkdir(parents=True)
    (template / "hooks/post-commit").write_text("#!/bin/sh\necho mine >> said\n")
    (template / "hooks/post-commit").chmod(0o755)
    repo.git("config", "--global", "init.templateDir", "~/my template")
    before = home_of(repo)
    muse(repo, "install", "--global")
    new = made(repo, "new")
    new.commit("one", a="x = 1\n")
    assert (new.path / "said").read_text() == "mine\n"
    assert recorded(new) == [new.git("rev-parse", "HEAD")]
    muse(repo, "uninstall", "--global")
    assert home_of(repo) == before


def test_a_repository_that_says_so_is_left_out(repo: Repo) -> None:
    muse(repo, "install", "--global")
    new = made(repo, "new")
    new.git("config", "muse.enabled", "false")
    new.commit("one", a="x = 1\n")
    assert not (new.path / ".git/.muse").exists()
    new.git("config", "muse.enabled", "true")
    new.commit("two", a="x = 2\n")
    new.git("config", "muse.enabled", "off")
    new.commit("three", a="x = 3\n")
    assert recorded(new) == [new.git("rev-parse", "HEAD~1")]


@pytest.mark.usefixtures("new_git")
def test_configuration_reaches_repositories_that_are_there_and_no_commit_twice(repo: Repo) -> None:
    muse(repo, "install", "--global")
    repo.commit("one", a="def f():\n    return 1\n")
    assert recorded(repo) == [repo.git("rev-parse", "HEAD")]
    assert not [name for name in EVENTS if os.path.exists(repo.path / ".git/hooks" / name)]
    repo.git("config", "muse.enabled", "false")
    repo.commit("two", a="def f():\n    return 2\n")
    assert recorded(repo) == [repo.git("rev-parse", "HEAD~1")]
    muse(repo, "uninstall", "--global")
    assert repo.git("config", "--global", "--get-regexp", "^hook", check=False) == ""
