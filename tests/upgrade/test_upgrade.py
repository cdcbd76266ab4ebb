"""What the version before left behind is read: its store, its hooks, its cursors."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from upgrade.left_store import LEFT, answers, at, muse, with_store

if TYPE_CHECKING:
    from pathlib import Path

    from support.repository import Repo

LOG = ".git/.muse/op_log/main/ops.jsonl"


def engine_of_each_commit(repo: Repo) -> dict[str, str]:
    entries = [json.loads(line) for line in (repo.path / LOG).read_bytes().split(b"\n") if line]
    return {entry["commit_id"]: entry["commit"]["engine"] for entry in entries if "commit" in entry}


def without(commit_id: str, told: dict[str, str]) -> dict[str, Any]:
    """Return the answers that hold whatever engine records that one commit, the last one of `src/three.py`."""
    log = json.loads(told["log --all --json"].partition("\n")[2])
    files = json.loads(told["replay --json"].partition("\n")[2])["files"]
    return {
        **{words: told[words] for words in ("checkpoint --json", "sync")},
        "status": json.loads(told["status --json"].partition("\n")[2]),
        "log": [event for event in log["events"] if event["commit"] != commit_id],
        "replay": {path: symbols for path, symbols in files.items() if path != "src/three.py"},
    }


def of_then(told: Any, before: Any) -> Any:
    """Return what is told with the keys alone that were there before: later ones are added."""
    if isinstance(before, dict) and isinstance(told, dict):
        return {key: of_then(told[key], value) for key, value in before.items() if key in told}
    if isinstance(before, list) and isinstance(told, list) and len(told) == len(before):
        return [of_then(mine, value) for mine, value in zip(told, before, strict=True)]
    return told


def test_a_store_that_was_left_is_read_as_it_was(tmp_path: Path) -> None:
    repo, ids = with_store(tmp_path / "repo")
    told = answers(repo)
    before: dict[str, str] = json.loads((LEFT / "answers.json").read_text(encoding="utf-8"))
    engines = engine_of_each_commit(repo)
    if engines[ids[6]] == engines[ids[2]]:
        assert told == before
    else:
        was = without(ids[6], before)
        assert of_then(without(ids[6], told), was) == was


def test_what_it_recorded_is_renewed(tmp_path: Path) -> None:
    repo, _ = with_store(tmp_path / "repo")
    muse(repo, "sync")
    older = engine_of_each_commit(repo)
    assert '"by_older_engine":0' not in muse(repo, "status", "--json")
    muse(repo, "backfill", "--renew")
    newer = engine_of_each_commit(repo)
    assert list(newer) == list(older)
    assert len(set(newer.values())) < len(set(older.values())) + 1
    assert '"by_older_engine":0' in muse(repo, "status", "--json")


def test_what_is_left_of_it_is_used(tmp_path: Path) -> None:
    repo, ids = with_store(tmp_path / "repo")
    store = repo.path / ".git/.muse"
    before = (store / "baseline").read_bytes()
    muse(repo, "sync")
    assert not any((store / "queue").iterdir())
    assert (store / "baseline").read_bytes() == before
    marks = [json.loads(line) for line in (repo.path / LOG).read_text().split("\n") if "superseded" in line]
    assert [(mark["domain_op"]["old_content_id"], mark["domain_op"]["new_content_id"]) for mark in marks] == [
        (ids[5], ids[6])
    ]
    assert ids[0][:12] in muse(repo, "status")  # `left` names it
    muse(repo, "backfill", "--jobs", "1")
    assert ids[0][:12] not in muse(repo, "status")
    assert muse(repo, "verify", "--all").startswith("exit 0\n")


def test_a_hook_that_the_version_before_installed_records(tmp_path: Path) -> None:
    repo, ids = with_store(tmp_path / "repo")
    at(repo, ids[7])
    done = repo.run(str(repo.path / ".git/hooks/post-commit"))
    assert (done.stdout, done.stderr) == (b"", b"")
    assert ids[7] in (repo.path / LOG).read_text()
