"""No two living symbols have one id: at no commit of any history."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from support.living import shared_ids
from support.repository import Repo

from muse_hook.catchup.backfill import backfill
from muse_hook.git.discovery import open_repository
from muse_hook.history.follow import refresh
from muse_hook.index.index import Index
from muse_hook.oplog.store import Store

PROJECT = Path(__file__).resolve().parents[2]
HISTORY = os.environ.get("MUSE_HOOK_HISTORY", "")
FIRST = 1_000

SHOP = "def total(items):\n    return sum(item.price for item in items)\n"
LIST = (
    "\n\ndef names(items):\n    found = []\n    for item in items:\n        found.append(item.name)\n    return found\n"
)


def shared(repo: Repo, commit: str = "HEAD") -> list[tuple[str, str, str]]:
    """Record everything that a commit reaches; where two symbols have one id."""
    store = Store(repo.path / ".git")
    backfill(open_repository(str(repo.path), repo.environment), store, range=commit)
    with Index(store) as index:
        refresh(index)
        assert index.connection.execute("SELECT count(*) > 0 FROM addresses").fetchone() == (1,)
        return shared_ids(index.connection)


def cloned(source: Path, target: Path, environment: dict[str, str]) -> Repo:
    trusted = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*"}
    here = Repo(source, environment | trusted)
    here.git("clone", "-q", "--no-local", str(source), str(target))
    return Repo(target, environment)


def test_a_copy_and_an_old_name_with_the_old_text_have_ids_of_their_own(repo: Repo) -> None:
    renamed = SHOP.replace("total", "full_price")
    repo.commit(shop=SHOP + LIST)
    repo.commit(shop=renamed + LIST)
    repo.commit(shop=renamed + LIST + "\n\n" + SHOP)
    repo.commit(shop=renamed + LIST + "\n\n" + SHOP, copy=SHOP + LIST)
    assert shared(repo) == []


def test_a_merge_that_keeps_both_ends_of_a_rename(repo: Repo) -> None:
    repo.commit(shop=SHOP + LIST)
    repo.git("switch", "-q", "-c", "renamer")
    repo.commit(shop=SHOP.replace("total", "full_price") + LIST)
    repo.git("switch", "-q", "main")
    repo.commit(shop=SHOP.replace("price", "cost") + LIST)
    repo.git("merge", "-q", "renamer", check=False)
    repo.commit(shop=SHOP.replace("price", "cost") + LIST + "\n\n" + SHOP.replace("total", "full_price"))
    assert len(repo.git("rev-list", "--parents", "-1", "HEAD").split()) == 3
    assert shared(repo) == []


def test_what_a_class_took_along_that_is_met_only_then(repo: Repo) -> None:
    """The commit that made the class is not recorded: where the member was before is not where it is now, too."""
    cart = "class Cart:\n    size = 1\n\n    def total(self, items):\n        return sum(items) + self.size\n"
    repo.commit(shop=cart + LIST)
    repo.commit(shop=cart.replace("Cart", "Basket").replace("sum(items)", "sum(items, 1)") + LIST)
    assert shared(repo, "HEAD~1..HEAD") == []


@pytest.mark.parametrize("number", [60, pytest.param(100_000, marks=[pytest.mark.long, pytest.mark.timeout(900)])])
def test_this_projects_history(tmp_path: Path, environment: dict[str, str], number: int) -> None:
    """Its first commits, or all of them."""
    if not (PROJECT / ".git").exists():
        pytest.skip("an unpacked archive has no history")
    repo = cloned(PROJECT, tmp_path / "own", environment)
    commits = repo.git("rev-list", "--topo-order", "--reverse", "HEAD").split()
    assert shared(repo, commits[:number][-1]) == []


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.skipif(not HISTORY, reason="MUSE_HOOK_HISTORY names no repository, such as a clone of pallets/flask")
def test_the_first_commits_of_a_real_history(tmp_path: Path, environment: dict[str, str]) -> None:
    repo = cloned(Path(HISTORY), tmp_path / "real", environment)
    commits = repo.git("rev-list", "--topo-order", "--reverse", "HEAD").split()
    assert shared(repo, commits[:FIRST][-1]) == []
