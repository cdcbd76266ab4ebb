"""A hub: sync --fetch, which refs count (muse.refs), status --check for monitoring."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest
from support.repository import Repo
from support.shell import Shell

from muse_hook.cli.line import parse

CODE = "def first(a):\n    return a\n"


@pytest.fixture
def source(tmp_path: Path, environment: dict[str, str]) -> Repo:
    (tmp_path / "source").mkdir()
    made = Repo(tmp_path / "source", environment)
    made.git("init", "-q", "-b", "main")
    made.commit("Begin", a=CODE)
    return made


def sessions(shell: Shell) -> dict[str, int]:
    return {row["id"]: row["commits"] for row in shell.json("sessions")["sessions"]}


def test_sync_fetches_every_remote_and_names_the_one_that_fails(
    source: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    hub = source.clone(tmp_path / "hub", "--mirror")
    shell = Shell(hub, monkeypatch, capsys)
    shell.run("install", "--no-history")
    hub.git("remote", "add", "absent", "/nowhere")  # before "origin", which is fetched all the same
    source.commit("Second", a=CODE + "x = 1\n")
    source.git("update-ref", "refs/pull/7/head", source.git("commit-tree", "-p", "HEAD", "-m", "PR", "HEAD^{tree}"))
    status, out, err = shell.run("sync", "--fetch")
    assert (status, out) == (1, "")
    assert "fetching absent" in err
    assert "recorded 1 commit\n" in err
    assert sessions(shell) == {"main": 1}
    hub.git("remote", "remove", "absent")
    hub.git("config", "muse.refs", "refs/pull/*/head")
    assert shell.run("sync", "--fetch")[0] == 0
    assert sessions(shell) == {"main": 1, "pull/7/head": 1}
    assert shell.run("status", "--check")[0] == 0

    # Only the branches that it names, where it names any.
    hub.git("config", "--add", "muse.refs", "refs/heads/main refs/heads/rel/*")
    for branch in ("wip", "rel/1"):
        oid = source.git("commit-tree", "-p", "HEAD", "-m", branch, "HEAD^{tree}")
        source.git("update-ref", f"refs/heads/{branch}", oid)
    assert shell.run("sync", "--fetch")[0] == 0
    assert sessions(shell) == {"main": 1, "pull/7/head": 1, "rel/1": 1}


def test_sync_fetches_into_clones_of_every_kind(
    source: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clones = {kind: source.clone(tmp_path / f"clone{kind}", *([kind] if kind else [])) for kind in ("", "--bare")}
    shells = {kind: Shell(clone, monkeypatch, capsys) for kind, clone in clones.items()}
    for kind, clone in clones.items():
        monkeypatch.chdir(clone.path)
        assert (
            shells[kind].run("install", "--no-history", "--share")[1].startswith("ok  share: git fetch origin brings")
        )
    source.commit("Second", a=CODE + "x = 1\n")
    for kind, clone in clones.items():
        monkeypatch.chdir(clone.path)
        assert shells[kind].run("sync", "--fetch")[0] == 0
        assert sessions(shells[kind]) == {"main": 1}, kind


def test_sync_goes_on_until_sigterm(
    source: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    hub = source.clone(tmp_path / "hub", "--mirror")
    shell = Shell(hub, monkeypatch, capsys)
    shell.run("install", "--no-history")
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with shell.start("sync", "--fetch", "--every", "0.2s", **pipes) as process:
        oid = source.commit("Second", a=CODE + "x = 1\n")
        log = hub.path / ".muse" / "op_log" / "main" / "ops.jsonl"
        end = time.monotonic() + 20
        while time.monotonic() < end and not (log.exists() and oid in log.read_text()):
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (0, "")
    assert err in ("", "recorded 1 commit\n")  # it may end between the record and the word of it
    status, _, err = shell.run("sync", "--every", "soon")
    assert status == 2
    assert "60s" in err


def test_check_tells_what_is_missing_or_damaged_and_mends_nothing(shell: Shell) -> None:
    assert shell.run("status", "--check")[0] == 1  # nothing is recorded at all
    shell.repo.commit("Begin", a=CODE)
    shell.run("install")
    shell.repo.commit("Second", a=CODE + "x = 1\n")
    shell.run("sync")
    status, out, _ = shell.run("status", "--check")
    assert status == 0
    assert out.startswith("ok: 2 commits recorded, the last line ")
    _, out, _ = shell.run("status", "--check", "--json")
    told = json.loads(out)["check"]
    assert told["ok"]
    assert 0 <= told["age"] < 600

    shell.repo.git("-c", "core.hooksPath=/dev/null", "commit", "-q", "--allow-empty", "-m", "Third")
    status, out, _ = shell.run("status", "--check")
    assert status == 1
    assert shell.repo.git("rev-parse", "HEAD")[:12] in out
    assert shell.run("status", "--check")[0] == 1  # it was not recorded by looking
    shell.run("sync")
    assert shell.run("status", "--check")[0] == 0

    log = shell.repo.path / ".git" / ".muse" / "op_log" / "main" / "ops.jsonl"
    whole = log.read_bytes()
    first = shell.repo.git("rev-list", "--max-parents=0", "HEAD")
    altered = (
        whole.replace(b"added function first", b"added function other", 1),
        whole.replace(b'"check"', b'"chick"', 1),
    )
    for damaged in altered:
        log.write_bytes(damaged)
        status, out, _ = shell.run("status", "--check")
        assert status == 1
        assert f"damaged: main: {first[:12]}" in out
        assert log.read_bytes() == damaged


def test_the_unit_is_one_that_systemd_takes_and_that_runs_what_there_is(tmp_path: Path) -> None:
    """Where systemd is not there its words are looked at all the same."""
    unit = Path(__file__).parent.parent.parent / "deploy" / "muse-hook-sync@.service"
    (line,) = [line for line in unit.read_text().splitlines() if line.startswith("ExecStart=")]
    words = line.partition("muse-hook ")[2].split()
    general, _, arguments = parse(words)
    assert (general.directory, arguments.fetch, arguments.every) == (["%f"], True, 60.0)
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        return
    instance = tmp_path / "muse-hook-sync@srv-git.service"
    instance.write_text(unit.read_text().replace("User=git\n", ""))
    done = subprocess.run([analyze, "verify", "--man=no", str(instance)], capture_output=True, text=True, check=False)
    assert instance.name not in done.stderr, done.stderr
