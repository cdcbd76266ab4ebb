"""The main job on this project's own history: recorded, verified, recorded again, recorded in halves."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.repository import Repo

from muse_hook.catchup.backfill import backfill
from muse_hook.git.discovery import open_repository
from muse_hook.index.index import Index
from muse_hook.oplog.store import Store
from muse_hook.replay.replay import replay
from muse_hook.verify.verify import verify

PROJECT = Path(__file__).resolve().parent.parent
COMMITS = 60  # the newest ones: seconds, not minutes


@pytest.fixture
def own(tmp_path: Path, environment: dict[str, str]) -> Repo:
    """Clone this project, with the history that is here."""
    trusted = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*"}
    here = Repo(PROJECT, environment | trusted)
    if here.git("rev-parse", "--show-toplevel", check=False) != str(PROJECT):
        pytest.skip("these tests stand in no work tree of Git: an unpacked archive has no history")
    here.git("clone", "-q", "--no-local", str(PROJECT), str(tmp_path / "own"))
    return Repo(tmp_path / "own", environment)


def log(repo: Repo) -> bytes:
    return b"".join(path.read_bytes() for path in sorted((repo.path / ".git/.muse/op_log").rglob("ops.jsonl")))


def test_own_history_is_recorded_whole_and_replays_to_its_trees(own: Repo, tmp_path: Path) -> None:
    repository, store = open_repository(str(own.path), own.environment), Store(own.path / ".git")
    newest = own.git("rev-list", "--topo-order", f"-n{COMMITS}", "HEAD").split()
    backfill(repository, store, count=COMMITS // 2)
    backfill(repository, store, count=COMMITS)
    report = verify(repository, store, everything=True)
    assert (report.problems, report.notes) == ([], [])
    assert report.replayed == report.commits == len(newest)
    halves = log(own)
    assert backfill(repository, store, count=COMMITS).recorded == 0
    assert log(own) == halves

    with Index(store) as index:
        index.refresh()
        symbols = replay(repository, index, newest[0])["muse_hook/replay/replay.py"]
    assert symbols is not None
    assert "replay" in symbols

    other = own.clone(tmp_path / "other", "--no-local")
    backfill(open_repository(str(other.path), other.environment), Store(other.path / ".git"), count=COMMITS)
    assert sorted(log(other).splitlines()) == sorted(halves.splitlines())
