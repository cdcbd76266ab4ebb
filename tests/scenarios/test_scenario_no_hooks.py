"""Tools that fire no hook: what stands on libgit2 or writes refs itself, as jj, GitButler and IDEs do."""

from __future__ import annotations

import pygit2
import pytest
from dulwich import porcelain
from support.hooked import HookedRepo
from support.repository import Repo


@pytest.fixture
def hooked(repo: Repo) -> HookedRepo:
    """Make a repository with a commit and the hooks."""
    made = HookedRepo(repo.path, repo.environment, repo.clock)
    made.commit("begin", a="def f():\n    return 0\n")
    made.install()
    return made


def commit_by_libgit2(hooked: HookedRepo, ref: str | None, number: int, parent: str) -> str:
    """Commit a file's next version on a parent past any hook; `ref` (None: no ref) goes there."""
    opened = pygit2.Repository(str(hooked.path))
    blob = opened.create_blob(f"def f():\n    return {number}\n".encode())
    builder = opened.TreeBuilder(opened[parent].peel(pygit2.Tree))
    builder.insert("a.py", blob, pygit2.enums.FileMode.BLOB)
    who = pygit2.Signature("Ada", "ada@example.org", 1_800_000_000 + number, 0)
    return str(opened.create_commit(ref, who, who, f"c{number}", builder.write(), [parent]))


def test_libgit2_on_a_branch(hooked: HookedRepo) -> None:
    """An IDE commits on the current branch, GitButler on others."""
    base = hooked.git("rev-parse", "HEAD")
    one = commit_by_libgit2(hooked, "refs/heads/main", 1, base)
    two = commit_by_libgit2(hooked, "refs/heads/gitbutler/workspace", 2, one)
    hooked.read()
    assert {oid: hooked.sessions()[oid] for oid in (one, two)} == {one: "main", two: "gitbutler/workspace"}
    hooked.agree()


def test_jj_in_a_colocated_repository(hooked: HookedRepo) -> None:
    """HEAD is detached at the working copy's parent, every commit is kept by a ref of jj's, a bookmark is a branch."""
    base = hooked.git("rev-parse", "HEAD")
    hooked.git("checkout", "-q", "--detach")
    one = commit_by_libgit2(hooked, None, 1, base)
    working = commit_by_libgit2(hooked, None, 2, one)
    for oid in (one, working):
        hooked.git("update-ref", f"refs/jj/keep/{oid}", oid)
    hooked.git("update-ref", "refs/heads/feature", one)
    hooked.git("update-ref", "--no-deref", "HEAD", one)
    hooked.read()
    assert hooked.sessions()[one] == "feature"  # the bookmark names it, and HEAD only stands there
    assert working not in hooked.sessions()  # no branch has it yet: jj rewrites it with each look
    again = commit_by_libgit2(hooked, None, 3, base)  # `jj describe`: rewritten, and the bookmark goes along
    hooked.git("update-ref", f"refs/jj/keep/{again}", again)
    hooked.git("update-ref", "refs/heads/feature", again)
    hooked.git("update-ref", "--no-deref", "HEAD", again)
    hooked.read()
    assert hooked.sessions()[again] == "feature"
    hooked.agree()


def test_dulwich_on_the_current_branch(hooked: HookedRepo) -> None:
    hooked.write("b.py", "x = 1\n")
    porcelain.add(str(hooked.path), paths=[str(hooked.path / "b.py")])  # type: ignore[no-untyped-call, unused-ignore]
    oid = porcelain.commit(str(hooked.path), message=b"by dulwich", author=b"A <a@b>", committer=b"A <a@b>").decode()
    hooked.read()
    assert hooked.sessions()[oid] == "main"
    hooked.agree()
