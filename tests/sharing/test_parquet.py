"""The export to Parquet, read by another engine: every counted row once, whatever happens to the logs in between."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest
from support.damage import Story
from support.shell import Shell

from muse_hook.cli.failures import DONE, USER_FAULT
from muse_hook.history.warehouse import COLUMNS


@pytest.fixture
def story(shell: Shell) -> Story:
    """Return a history whose every commit was recorded."""
    assert shell.run("install")[0] == DONE
    story = Story(shell.repo)
    assert shell.run("sync")[0] == DONE
    return story


def exported(shell: Shell, folder: Path) -> dict[str, Any]:
    status, out, _ = shell.run("export", "--parquet", str(folder), "--json")
    assert status == DONE
    told: dict[str, Any] = json.loads(out)
    return told


pytestmark = pytest.mark.usefixtures("story")


def read(folder: Path, query: str) -> list[tuple[Any, ...]]:
    return duckdb.execute(query.format(d=folder)).fetchall()


def test_duckdb_reads_what_the_views_say(shell: Shell, tmp_path: Path) -> None:
    folder = tmp_path / "warehouse"
    told = exported(shell, folder)
    for table in ("operations", "commits", "symbols"):
        view = "ops" if table == "operations" else table
        key = {"operations": "op_id", "commits": "commit_id", "symbols": "symbol_id"}[table]
        rows = json.loads(shell.run("sql", f"SELECT {key} FROM {view} ORDER BY 1", "--json")[1])["rows"]  # noqa: S608 - ours
        found = read(folder, f"SELECT {key} FROM read_parquet('{{d}}/{table}/**/*.parquet') ORDER BY 1")  # noqa: S608 - ours
        assert [row for (row,) in found] == [row[key] for row in rows]
        assert told["rows"][table] == len(rows) > 0
        names = [row[0] for row in read(folder, f"DESCRIBE SELECT * FROM read_parquet('{{d}}/{table}/**/*.parquet')")]  # noqa: S608
        assert [name for name in names if name != "month"] == list(COLUMNS[table])
    edges = read(folder, "SELECT commit_id, parent FROM read_parquet('{d}/parents/**/*.parquet') ORDER BY 1, 2")
    listed = [line.split() for line in shell.repo.git("rev-list", "--parents", "--all").split("\n")]
    known = {row for (row,) in read(folder, "SELECT commit_id FROM read_parquet('{d}/commits/**/*.parquet')")}
    assert edges == sorted((child, parent) for child, *parents in listed if child in known for parent in parents)


def test_a_second_run_writes_what_differs_alone(shell: Shell, tmp_path: Path) -> None:
    folder = tmp_path / "warehouse"
    assert exported(shell, folder)["files_written"] > 0
    before = {path: path.read_bytes() for path in folder.rglob("*.parquet")}
    assert exported(shell, folder)["files_written"] == 0
    shell.repo.commit("more", more="def more(): return 1\n")
    told = exported(shell, folder)
    assert 0 < told["files_written"] <= 4
    assert {path: path.read_bytes() for path in before} != before
    ((count, distinct),) = read(
        folder, "SELECT count(*), count(DISTINCT op_id) FROM read_parquet('{d}/operations/**/*.parquet')"
    )
    assert count == distinct == told["rows"]["operations"]


def test_what_is_purged_is_gone(shell: Shell, tmp_path: Path) -> None:
    folder = tmp_path / "warehouse"
    exported(shell, folder)
    head = shell.repo.git("rev-parse", "HEAD")
    assert shell.run("purge", head)[0] == DONE
    exported(shell, folder)
    query = "SELECT count(*) FROM read_parquet('{d}/%s/**/*.parquet') WHERE commit_id = '%s'"
    assert read(folder, query % ("commits", head)) == read(folder, query % ("operations", head)) == [(0,)]


def test_a_folder_of_something_else_is_left_alone(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_text("x")
    status, _, err = shell.run("export", "--parquet", str(tmp_path))
    assert status == USER_FAULT
    assert "the folder has something else in it" in err
    folder = tmp_path / "warehouse"
    exported(shell, folder)
    manifest = json.loads((folder / "muse_hook.json").read_text())
    for changed in ({"repository": "github.com/other/one"}, {"partitions": {"../x": ""}}, {"version": 2}):
        (folder / "muse_hook.json").write_text(json.dumps(manifest | changed))
        assert shell.run("export", "--parquet", str(folder))[0] == USER_FAULT
