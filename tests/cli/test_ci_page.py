"""docs/ci.md: its examples are YAML, and what they run works where a host has checked out a pull request."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from support.repository import Repo

PROJECT = Path(__file__).parent.parent.parent
EXAMPLES = re.findall(r"(?ms)^```yaml\n(.*?)^```$", (PROJECT / "docs/ci.md").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def examples() -> list[Any]:
    yaml: Any = pytest.importorskip("yaml")
    return [yaml.safe_load(text) for text in EXAMPLES]


@pytest.fixture
def checkout(repo: Repo, tmp_path: Path) -> Repo:
    """Check out a pull request that drops a function, merged into its base as GitHub does it: on no branch."""
    repo.commit("Begin", bank="def pay(amount):\n    return amount\n\n\ndef close():\n    return 0\n")
    repo.git("switch", "-q", "-c", "request")
    repo.commit("Close no more", bank="def pay(amount):\n    return amount\n\n\ndef open():\n    return 0\n")
    repo.git("switch", "-q", "main")
    repo.commit("Elsewhere", other="OTHER = 1\n")
    repo.git("switch", "-q", "--detach")
    repo.git("merge", "-q", "--no-ff", "-m", "Merge", "request")
    merge = repo.git("rev-parse", "HEAD")
    made = repo.clone(tmp_path / "checkout")
    made.git("fetch", "-q", "origin", merge)
    made.git("checkout", "-q", "--detach", merge)
    made.git("branch", "-q", "-D", "main", check=False)
    return made


def step(repo: Repo, line: str, tmp_path: Path, **variables: str) -> tuple[int, str, str]:
    """Run a step as a host does: exit status, stdout, stderr. What is installed for it is this project."""
    programs = tmp_path / "programs"
    programs.mkdir(exist_ok=True)
    muse = f'exec "{sys.executable}" -m muse_hook "$@"\n'
    for name, text in {"muse-hook": muse, "uvx": '"$@"\n', "pip": "exit 0\n"}.items():
        (programs / name).write_text(f"#!/bin/sh\n{text}")
        (programs / name).chmod(0o755)
    environment = {**repo.environment, **variables}
    environment["PATH"] = f"{programs}:{environment['PATH']}"
    done = subprocess.run(
        ["bash", "-e", "-c", line], cwd=repo.path, env=environment, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout, done.stderr


def test_the_steps_for_github(examples: list[Any], checkout: Repo, tmp_path: Path) -> None:
    workflow, _, _, with_log = examples
    (job,) = workflow["jobs"].values()
    checked_out, _, breaks, summary = job["steps"]
    assert checked_out["with"]["fetch-depth"] == 0
    variables = {"GITHUB_BASE_REF": "main", "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md")}
    status, out, err = step(checkout, breaks["run"], tmp_path, **variables)
    assert (status, err) == (1, "")
    assert out.startswith("::error file=bank.py,")
    assert "bank.py::close" in out
    assert summary["if"] == "always()"
    assert step(checkout, summary["run"], tmp_path, **variables) == (0, "", "")
    assert "SemVer: **major**" in (tmp_path / "summary.md").read_text()
    cache, backfill, query = with_log
    assert (checkout.path / cache["with"]["path"]).parent.is_dir()
    for _ in range(2):  # the second time with what the cache has
        assert step(checkout, backfill["run"], tmp_path)[0] == 0
    status, out, _ = step(checkout, query["run"], tmp_path)
    assert status == 0
    assert "Close no more" in out


def test_the_script_for_gitlab(examples: list[Any], checkout: Repo, tmp_path: Path) -> None:
    job = examples[1]["api"]
    assert job["variables"]["GIT_DEPTH"] == 0
    base = checkout.git("merge-base", "origin/main", "origin/request")
    status, out, _ = step(checkout, "\n".join(job["script"]), tmp_path, CI_MERGE_REQUEST_DIFF_BASE_SHA=base)
    assert status == 1
    assert "bank.py::close  public removed" in out


def test_the_hook_for_pre_commit_is_one_of_ours(examples: list[Any]) -> None:
    yaml: Any = pytest.importorskip("yaml")
    offered = yaml.safe_load((PROJECT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    (source,) = examples[2]["repos"]
    assert {hook["id"] for hook in source["hooks"]} <= {hook["id"] for hook in offered}
