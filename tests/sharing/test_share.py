"""What clones share as refs/muse/*: each entry once, nothing overwritten, and nothing of a stranger's that is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.repository import Repo

from muse_hook import make_op_entry, record_delta_ops
from muse_hook.catchup.catchup import catch_up
from muse_hook.catchup.state import make_baseline
from muse_hook.errors import MuseHookError
from muse_hook.git.discovery import open_repository
from muse_hook.git.repository import Repository
from muse_hook.oplog.claim import is_claim, make_claim, standing
from muse_hook.oplog.entry import mark_id, seal_id
from muse_hook.oplog.log import OpLog
from muse_hook.oplog.store import Store
from muse_hook.oplog.taken import clone_id, taken
from muse_hook.record.purge import purge
from muse_hook.sharing import shared_ref
from muse_hook.sharing.share import Shared, Taken, configure, share, take

LONG_AGO = "2000-01-01T00:00:00+00:00"


class Clone:
    """A clone of the hub that records."""

    def __init__(self, repo: Repo) -> None:
        self.repo = repo
        make_baseline(self.repository, self.store)

    @property
    def repository(self) -> Repository:
        return open_repository(str(self.repo.path), self.repo.environment)

    @property
    def store(self) -> Store:
        return Store(self.repo.path / ".git")

    def share(self, remote: str = "origin") -> Shared:
        return share(self.repository, self.store, remote)

    def take(self, *, purges: bool = True) -> Taken:
        return take(self.repository, self.store, purges=purges)

    def claim(self, symbol: str, session: str = "main") -> None:
        log = OpLog(self.store, session)
        log.append(
            make_claim("Ada", {symbol: ""}, log.next_lamport_ts(), intent="x", until="2999-01-01T00:00:00+00:00")
        )

    def entries(self) -> list[bytes]:
        """Return the lines of no commit in every log, sorted."""
        paths = [Path(self.store.log_path(session)) for session, _ in self.store.sessions()]
        return sorted(line for path in paths for line in path.read_bytes().splitlines() if b'"commit_id":' not in line)

    def claims(self) -> dict[str, str]:
        """Return {symbol: the clone it was taken from}."""
        entries = [json.loads(line) for line in self.entries()]
        rows = [("main", entry) for entry in entries if is_claim(entry)]
        return {claim.symbols[0]: claim.clone for claim in standing(rows, LONG_AGO, taken(self.store))}


@pytest.fixture
def hub(tmp_path: Path, environment: dict[str, str]) -> Repo:
    path = tmp_path / "hub.git"
    path.mkdir()
    hub = Repo(path, environment)
    hub.git("init", "-q", "--bare", "-b", "main")
    return hub


def clone(hub: Repo, name: str) -> Clone:
    return Clone(hub.clone(hub.path.parent / name))


def test_entries_travel_once_and_stay_whose_they_are(hub: Repo) -> None:
    ada, ben = clone(hub, "ada"), clone(hub, "ben")
    assert not ada.share().is_new  # nothing to say yet
    ada.claim("a.py::one")
    ada.claim("b.py::two", "feature/ä")
    op = {"op": "insert", "address": "a.txt", "position": None, "content_id": "1", "content_summary": "by hand"}
    record_delta_ops(ada.repo.path, {"domain": "text", "ops": [op], "summary": ""}, session_id="main", actor_id="Ada")  # type: ignore[list-item]
    done = ada.share()
    assert (done.is_new, done.lines, done.left_out) == (True, 3, 0)
    assert not ada.share().is_new
    assert hub.git("for-each-ref", "--format=%(refname)") == f"refs/muse/{clone_id(ada.store)}"
    assert set(hub.git("ls-tree", "--name-only", done.ref).split()) == {"main.jsonl", "feature%2F%C3%A4.jsonl"}

    ben.claim("c.py::three")
    assert ben.take().lines == {clone_id(ada.store): 3}
    assert ben.take().lines == {}
    assert sorted(session for session, _ in ben.store.sessions()) == ["feature/ä", "main"]
    assert ben.claims() == {"a.py::one": clone_id(ada.store), "b.py::two": clone_id(ada.store), "c.py::three": ""}
    assert ben.share().lines == 1  # its own alone
    assert ada.take().lines == {clone_id(ben.store): 1}
    assert ada.entries() == ben.entries()  # byte for byte


def test_rewrite_marks_and_purges_travel(hub: Repo) -> None:
    ada = clone(hub, "ada")
    old = ada.repo.commit("one", a="def f():\n    return 1\n")
    ada.repo.git("push", "-q", "origin", "main")
    catch_up(ada.repository, ada.store)
    ben = clone(hub, "ben")
    ben.repo.commit("two", a="def f():\n    return 2\n")
    ben.repo.git("push", "-q", "origin", "main")
    catch_up(ben.repository, ben.store)
    ada.repo.git("pull", "-q")
    catch_up(ada.repository, ada.store)
    secret = ben.repo.git("rev-parse", "HEAD")
    purge(ada.store, [secret])
    op = {"op": "delete", "address": old, "position": None, "content_id": old, "content_summary": "dropped by rebase"}
    dropped = make_op_entry("Ada", "git", op, 1) | {"op_id": mark_id("dropped", old)}
    OpLog(ada.store, "main").append(dropped)
    done = ada.share()
    assert (done.purged, done.lines, done.left_out) == (1, 1, 0)
    first = ben.take(purges=False)
    assert (first.purged, first.lines) == ([], {clone_id(ada.store): 1})
    assert set(ben.entries()) <= set(ada.entries())
    assert secret.encode() in Path(ben.store.log_path("main")).read_bytes()
    assert ben.take().purged == [secret]
    assert b'"content_summary":"two"' not in Path(ben.store.log_path("main")).read_bytes()
    assert ben.store.purged() >= {secret}
    assert ben.take().purged == []
    catch_up(ben.repository, ben.store, whole=True)
    assert b'"content_summary":"two"' not in Path(ben.store.log_path("main")).read_bytes()


def test_a_forced_push_another_copy_and_a_lost_clone_lose_nothing(hub: Repo, tmp_path: Path) -> None:
    ada, ben = clone(hub, "ada"), clone(hub, "ben")
    ada.claim("a.py::one")
    ref = ada.share().ref
    ada.repo.git("clone", "-q", str(hub.path), str(tmp_path / "copy"))
    copy = Clone(Repo(tmp_path / "copy", ada.repo.environment))
    copy.store.replace_file(copy.store.path("clone"), f"{clone_id(ada.store)}\n".encode())  # as `cp -r` makes it
    copy.claim("b.py::two")
    assert copy.share().lines == 2  # what stood there is behind it
    ada.claim("c.py::three")
    assert ada.share().lines == 3
    assert len(hub.git("log", "--format=%h", ref).split()) == 3  # nothing but one more each time

    hub.git("update-ref", ref, hub.git("rev-parse", f"{ref}~2"))  # by force, to an older one
    ada.claim("d.py::four")
    assert ada.share().lines == 4
    hub.git("update-ref", "-d", ref)
    assert ada.share().is_new

    for path in (ada.repo.path / ".git" / ".muse").iterdir():  # the clone is lost, its id with it
        path.rename(tmp_path / path.name)
    again = Clone(ada.repo)
    assert again.take().lines == {ref.removeprefix("refs/muse/"): 4}
    assert sum(ben.take().lines.values()) == 4


def put(hub: Repo, name: str, files: dict[str, bytes], mode: str = "100644") -> None:
    """Make a ref of a stranger."""
    blobs = {path: hub.git("hash-object", "-w", "--stdin", stdin=data) for path, data in files.items()}
    tree = hub.git("mktree", stdin="".join(f"{mode} blob {blob}\t{path}\n" for path, blob in blobs.items()))
    hub.git("update-ref", f"refs/muse/{name}", hub.git("commit-tree", "-m", "x", tree))


def line(**values: object) -> bytes:
    op = {"op": "insert", "address": "a", "position": None, "content_id": "", "content_summary": ""}
    entry: dict[str, object] = dict(make_op_entry("Eve", "text", op, 1))
    return json.dumps(entry | values).encode() + b"\n"


def mark(**values: object) -> dict[str, object]:
    return {"op": "delete", "address": "a" * 40, "position": None, "content_id": "a" * 40, **values}


HOSTILE = {
    "no-json": {"main.jsonl": b"{\n"},
    "no-end": {"main.jsonl": line()[:-1]},
    "garbage": {"main.jsonl": line() + b"\0\xff\n"},
    "deep": {"main.jsonl": line(more=json.loads("[" * 60 + "]" * 60))},
    "batch": {"main.jsonl": line(commit_id="a" * 40)},
    "seal": {"main.jsonl": line(domain="git", commit={"parents": []})},
    "stamp": {"main.jsonl": line(lamport_ts=1 << 62)},
    "id": {"main.jsonl": line(op_id="\x1b[31m")},
    "known": {"main.jsonl": line(op_id=seal_id("a" * 40))},
    "cut": {"main.jsonl": line(domain="git", domain_op=mark(content_summary="purged"))},
    "forged": {"main.jsonl": line(domain="git", domain_op=mark(content_summary="dropped by rebase"))},
    "path": {"..%2F..%2Fhooks.jsonl": line()},
    "dot": {".git.jsonl": line()},
    "control": {"a%1B.jsonl": line()},
    "spelling": {"%6Dain.jsonl": line()},
    "name": {"hooks": line()},
    "purge": {"purged": b"HEAD\n"},
}


def test_hostile_refs_are_named_and_the_others_taken(hub: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    ada, ben = clone(hub, "ada"), clone(hub, "ben")
    ada.claim("a.py::one")
    for name, files in HOSTILE.items():
        put(hub, name, files)
    put(hub, "link", {"main.jsonl": b"/etc/passwd"}, mode="120000")
    hub.git("update-ref", "refs/muse/blob", hub.git("hash-object", "-w", "--stdin", stdin=b"x"))
    put(hub, "nested/name", {"main.jsonl": line()})
    put(hub, "zz-good", {"main.jsonl": line()})
    ada.share()
    done = ben.take()
    assert {ref.removeprefix("refs/muse/") for ref, _ in done.hostile} == {*HOSTILE, "link", "blob", "nested/name"}
    assert done.lines == {clone_id(ada.store): 1, "zz-good": 1}
    assert len(ben.entries()) == 2
    assert ben.store.purged() == frozenset()

    monkeypatch.setattr(shared_ref, "LARGEST_REF", 10)
    assert ("refs/muse/zz-good", "it holds more than 0 MB") in ben.take().hostile
    monkeypatch.undo()
    # A commit of which the remote has lost a file: Git fetches none of all, and one by one the others still come.
    put(hub, "torn", {"main.jsonl": line()})
    blob = hub.git("rev-parse", "refs/muse/torn:main.jsonl")
    (hub.path / "objects" / blob[:2] / blob[2:]).unlink()
    ada.claim("b.py::two")
    ada.share()
    done = ben.take()
    assert "refs/muse/torn" in dict(done.hostile)
    assert done.lines == {clone_id(ada.store): 1}

    for name in hub.git("for-each-ref", "--format=%(refname)").split():
        if not name.endswith((clone_id(ada.store), "zz-good")):
            hub.git("update-ref", "-d", name)
    assert ben.take().hostile == []  # what the hub has thrown out is not spoken of again


def test_a_repository_that_is_pushed_into_takes_what_was_pushed(hub: Repo) -> None:
    ada = clone(hub, "ada")
    ada.claim("a.py::one")
    ada.share()
    repository, store = open_repository(str(hub.path), hub.environment), Store(hub.path)
    make_baseline(repository, store)
    assert take(repository, store).lines == {clone_id(ada.store): 1}


def test_a_remote_that_is_not_there_is_an_error_and_configuring_is_done_once(hub: Repo, repo: Repo) -> None:
    alone = Clone(repo)
    alone.claim("a.py::one")
    for wrong in (
        alone.share,
        alone.take,
        lambda: alone.share("--upload-pack=touch x"),
        lambda: configure(alone.repository),
    ):
        with pytest.raises(MuseHookError):
            wrong()
    ada, ben = clone(hub, "ada"), clone(hub, "ben")
    assert configure(ben.repository) == configure(ben.repository) == ["origin"]
    ada.claim("a.py::one")
    ref = ada.share().ref
    ben.repo.git("fetch", "-q")
    assert ben.repo.git("for-each-ref", "--format=%(refname)") == ref.replace("muse/", "muse/remotes/origin/")
    assert len(ben.repo.git("config", "--get-all", "remote.origin.fetch").split("\n")) == 2
