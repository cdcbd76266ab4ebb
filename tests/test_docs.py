"""The documents: what they lead to is there, and the batch in docs/log.md is what is recorded."""

from __future__ import annotations

import json
import os
import re
import runpy
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from support.repository import Repo

PROJECT = Path(__file__).parent.parent
PAGES = sorted([*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md")])
SNAPSHOT = "MUSE_HOOK_SNAPSHOT"
LOG_PAGE = PROJECT / "docs/log.md"
BATCH = re.compile(r"(?<=<!-- batch -->\n```text\n).*?(?=```\n<!-- end -->)", re.DOTALL)
BEFORE = "def balance(account):\n    return account.total\n"
AFTER = (
    BEFORE.replace("account.total", "round(account.total, 2)") + "\n\ndef close(account):\n    account.open = False\n"
)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_WIDTH = 118


def anchors(text: str) -> set[str]:
    """Return the fragments that a page's headings answer to."""
    titles = re.findall(r"^#+ +(.+)$", _CODE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for link in _LINK.findall(_CODE.sub("", text)):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, fragment = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), f"{page.name} leads to {link}"
        if fragment:
            assert fragment in anchors(target.read_text(encoding="utf-8")), f"{page.name} leads to {link}"


def test_what_the_code_cites_is_shipped() -> None:
    """A page that a comment or a docstring names is there, from the top of the project."""
    cited = re.compile(r"\b(?:docs/[\w/-]+|[A-Z]{4,})\.md\b")
    files = [path for path in (PROJECT / "muse_hook").rglob("*") if path.suffix in (".py", ".scm", ".toml", ".js")]
    missing = {
        f"{path.relative_to(PROJECT)} cites {name}"
        for path in [*files, *(PROJECT / "hooks").iterdir(), *(PROJECT / "tests").rglob("*.py")]
        for name in cited.findall(path.read_text(encoding="utf-8"))
        if not (PROJECT / name).exists()
    }
    assert missing == set()


def folded(line: str) -> str:
    """Return a line of a log as a page shows it: parts of it, one below the other."""
    rows: list[str] = []
    row = ""
    for part in re.split(r'(?<=,)(?=")|(?<=[\[{])(?=[\[{"])', line):
        if row and len(row) + len(part) > _WIDTH:
            rows.append(row)
            row = "    "
        row += part
    return "\n".join([*rows, row]) + "\n"


def test_the_batch_in_the_page_on_the_log_is_what_is_recorded(repo: Repo) -> None:
    def muse(*arguments: str) -> None:
        subprocess.run(
            [sys.executable, "-m", "muse_hook", *arguments],
            cwd=repo.path,
            env=repo.environment,
            check=True,
            capture_output=True,
        )

    repo.commit("Open an account", bank=BEFORE)
    muse("install", "--no-history")
    commit_id = repo.commit("Close an account, and round", bank=AFTER)
    data = (repo.path / ".git/.muse/op_log/main/ops.jsonl").read_text()
    entries: list[dict[str, Any]] = [json.loads(line) for line in data.split("\n") if line]
    assert {entry["commit_id"] for entry in entries} == {commit_id}
    page = LOG_PAGE.read_text(encoding="utf-8")
    shown = "".join(folded(line) for line in data.split("\n") if line)
    if os.environ.get(SNAPSHOT):
        LOG_PAGE.write_text(BATCH.sub(lambda _: shown, page), encoding="utf-8")
        return
    (there,) = BATCH.findall(page)
    engine = json.dumps(entries[-1]["commit"]["engine"])
    if engine not in re.sub(r"\n +", "", there):
        pytest.skip("the page shows a batch of another engine")
    assert shown == there, f"write docs/log.md anew: {SNAPSHOT}=1 tests/run tests/test_docs.py"


def test_every_test_that_the_page_on_security_names_is_there() -> None:
    named = set(re.findall(r"`(tests/[\w/]+\.py)`", (PROJECT / "docs/security.md").read_text(encoding="utf-8")))
    assert len(named) > 15
    assert not [name for name in named if not (PROJECT / name).is_file()]


def test_the_table_of_languages_is_what_its_benchmark_writes() -> None:
    benchmark = runpy.run_path(str(PROJECT / "benchmarks/languages.py"))
    found = benchmark["TABLE"].search((PROJECT / "docs/languages.md").read_text(encoding="utf-8"))
    assert found is not None
    assert found[0] == benchmark["table"]() + "\n"
