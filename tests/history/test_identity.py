"""The history against Git: at every commit the living addresses are exactly the symbols of its tree."""

from __future__ import annotations

from typing import Any

import pytest
from support.living import known_addresses
from support.repository import Repo

from muse_hook.catchup.backfill import backfill
from muse_hook.git.discovery import open_repository
from muse_hook.history.addresses import Addresses
from muse_hook.history.ancestry import Ancestry, BranchFilter
from muse_hook.history.follow import refresh
from muse_hook.history.identity import AddressHistory, addresses_of
from muse_hook.history.recorded import RecordedSymbols
from muse_hook.index.index import Index
from muse_hook.model.address import split_address
from muse_hook.oplog.store import Store
from muse_hook.record.delta import TableCache

CODE = """\
import os


class Model:
    def save(self, path):
        with open(path, "w") as file:
            return file.write(self.text)

    def load(self, path):
        return open(path).read()


def helper(a, b):
    total = a + b
    return total * 2
"""


def a_history_with_merges(repo: Repo) -> None:
    repo.commit("Begin", a=CODE, other="x = 1\n")
    repo.git("checkout", "-q", "-b", "side")
    repo.git("mv", "a.py", "moved.py")
    repo.commit("Move the file")
    repo.commit("Rename there", moved=CODE.replace("helper", "assistant"), extra="def added(): pass\n")
    repo.git("checkout", "-q", "main")
    repo.commit("Edit here", a=CODE.replace("total * 2", "total * 3"))
    repo.commit("Rename a class", a=CODE.replace("total * 2", "total * 3").replace("Model", "Record"))
    repo.git("merge", "-q", "side", "-m", "Merge", check=False)
    repo.commit("Merge side", moved=CODE.replace("helper", "assistant").replace("Model", "Record"))
    repo.git("checkout", "-q", "-b", "ours", "HEAD~1")
    repo.commit("Drop", other="y = 2\n")
    repo.git("merge", "-q", "-s", "ours", "main", "-m", "Keep ours")
    repo.git("checkout", "-q", "main")
    (repo.path / "extra.py").unlink()
    repo.commit("Take a file away")
    repo.git("merge", "-q", "ours", "-m", "Merge ours", check=False)
    repo.commit("Merge it", other="y = 3\n")


def test_the_living_addresses_are_the_symbols_of_each_commits_tree(repo: Repo) -> None:
    a_history_with_merges(repo)
    repository = open_repository(str(repo.path))
    store = Store(repository.common_dir)
    backfill(repository, store, all=True)
    commits = repo.git("rev-list", "--all").split()
    assert len(commits) >= 10
    with Index(store) as index, repository.objects() as objects:
        refresh(index)
        known = known_addresses(index.connection)
        cache = TableCache()
        for commit in commits:
            branch = BranchFilter(repository, index.connection, [commit])
            addresses = AddressHistory(index.connection, lambda: branch.ancestry)  # noqa: B023 - asked for right here
            living = {address for address in known if addresses.living(branch.reachable, address) is not None}
            there = set()
            for path, blob in objects.files(objects.commit(commit).tree):
                table = cache.table(objects, blob, path.decode())
                there |= {f"{path.decode()}::{name}" for name in table.symbols} if table is not None else set()
            assert living == there, commit
        had: dict[int, set[str]] = {}
        query = "SELECT symbol, address FROM addresses WHERE symbol IS NOT NULL"
        for symbol, number in index.connection.execute(query):
            had.setdefault(symbol, set()).add(Addresses(index.connection).text(number))
        assert any(len(each) > 1 for each in had.values())
        assert {symbol: set(addresses_of(index.connection, symbol)) for symbol in had} == had


def test_who_is_who_in_many_commits_is_asked_of_one_ancestry_also_of_commits_that_came_since(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    loads: list[Ancestry] = []
    load = Ancestry.load

    def counted(connection: Any) -> Ancestry:
        loads.append(load(connection))
        return loads[-1]

    a_history_with_merges(repo)
    repository = open_repository(str(repo.path))
    store = Store(repository.common_dir)
    backfill(repository, store, all=True)
    with Index(store) as index:
        refresh(index)
        known = [split_address(address) for address in known_addresses(index.connection)]
        commits = repo.git("rev-list", "--all").split()
        alone = {
            one: [RecordedSymbols(repository, index.connection).number(one, key) for key in known] for one in commits
        }
        index.connection.execute("DELETE FROM reachable_sets")
        monkeypatch.setattr(Ancestry, "load", counted)
        recorded = RecordedSymbols(repository, index.connection)
        assert {one: [recorded.number(one, key) for key in known] for one in commits} == alone
        assert len(loads) == 1
        repo.git("checkout", "-q", "-b", "later", "main~1")
        new = repo.commit("Later", a=CODE.replace("total * 2", "total * 9"))
        backfill(repository, store, all=True)
        refresh(index)
        asked = [recorded.number(new, key) for key in known]
        assert asked == [RecordedSymbols(repository, index.connection).number(new, key) for key in known]
        assert any(asked)
