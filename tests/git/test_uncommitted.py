"""The index and the work tree as trees: what `git add` would make of them, without touching anything."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from support.repository import Repo

from muse_hook.errors import RepositoryError
from muse_hook.git.discovery import open_repository
from muse_hook.git.uncommitted import UncommittedTree

TEXT = "def one():\n    return 'ä'\n"


def opened(repo: Repo, **variables: str) -> UncommittedTree:
    repository = open_repository(None, repo.environment | variables)
    return UncommittedTree(repository, staged=False)


def tree(repo: Repo, *, staged: bool = False, untracked: bool = False, **variables: str) -> str:
    repository = open_repository(None if variables else str(repo.path), repo.environment | variables)
    with (
        UncommittedTree(repository, staged=staged, untracked=untracked) as uncommitted,
        uncommitted.objects() as objects,
    ):
        for _, entry in objects.files(uncommitted.tree):
            if entry.is_file:
                objects.blob(entry.oid)  # each is there, in one of the two databases
        return uncommitted.tree


def content(repo: Repo, path: str, *, staged: bool = False) -> str:
    repository = open_repository(str(repo.path), repo.environment)
    with UncommittedTree(repository, staged=staged) as uncommitted, uncommitted.objects() as objects:
        entry = objects.blob_at(uncommitted.tree, path)
        assert entry is not None
        return objects.blob(entry.oid).decode()


def added(repo: Repo, tmp_path: Path, *words: str) -> str:
    """Return the tree that Git itself makes of `git add WORDS`, in an index of its own."""
    index = str(tmp_path / "an index")
    Path(index).write_bytes((repo.path / ".git/index").read_bytes())
    repo.git("-c", "core.safecrlf=false", "add", *words, GIT_INDEX_FILE=index)
    return repo.git("write-tree", GIT_INDEX_FILE=index)


def state(repo: Repo) -> dict[str, bytes]:
    files = [path for path in (repo.path / ".git").rglob("*") if path.is_file()]
    return {str(path): path.read_bytes() for path in files}


@pytest.fixture
def odd(repo: Repo) -> Repo:
    """Make a work tree with everything that Git converts, and every sort of change."""
    repo.write(".gitattributes", "*.crlf text eol=crlf\n*.u16 working-tree-encoding=UTF-16LE-BOM text\n*.id ident\n")
    repo.write("a.py", TEXT)
    repo.write("gone.py", TEXT)
    repo.write("mode.sh", "true\n")
    repo.write("kind.py", TEXT)
    repo.write("deep/folder/b.py", TEXT)
    repo.write("same.py", "x = 1\n")
    repo.write("auto.txt", "one\n")
    repo.write(".gitignore", "*.tmp\n")
    repo.git("add", "-A")
    repo.git("commit", "-qm", "Begin")
    repo.git("config", "core.safecrlf", "true")
    repo.git("config", "core.splitIndex", "true")
    repo.write(".git/info/attributes", "auto.txt text eol=crlf\n")
    repo.write("auto.txt", "one\r\ntwo\r\n")
    repo.write("a.py", TEXT.replace("one", "staged"))
    repo.git("add", "a.py")
    repo.write("a.py", TEXT.replace("one", "edited"))
    (repo.path / "gone.py").unlink()
    (repo.path / "mode.sh").chmod(0o755)
    (repo.path / "kind.py").unlink()
    (repo.path / "kind.py").symlink_to("a.py")
    repo.write("new.crlf", TEXT.replace("\n", "\r\n"))
    repo.write("new.u16", b"\xff\xfe" + TEXT.encode("utf-16-le"))
    repo.write("new.id", "# $Id: 0123 $\n")
    repo.write("intended.py", TEXT)
    repo.git("add", "-N", "intended.py")
    repo.git("add", "new.u16", "new.crlf", "new.id")
    repo.write("un tracked\n.py", TEXT)
    repo.write("ignored.tmp", TEXT)
    repo.write("same.py", "x = 2\n")
    return repo


def test_what_git_would_add_is_the_tree_and_nothing_is_touched(odd: Repo, tmp_path: Path) -> None:
    before = state(odd)
    known, staged, with_untracked = tree(odd), tree(odd, staged=True), tree(odd, untracked=True)
    assert state(odd) == before
    assert staged == odd.git("write-tree")
    assert known == added(odd, tmp_path, "-u")
    assert with_untracked == added(odd, tmp_path, "-A")
    assert known != with_untracked != odd.git("rev-parse", "HEAD^{tree}")


def test_programs_are_not_run(repo: Repo, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    for key in ("clean", "process", "smudge"):
        repo.git("config", f"filter.Some Thing.{key}", f"touch {ran}; cat")
    repo.git("config", "filter.Some Thing.required", "true")
    repo.git("config", "core.fsmonitor", f"touch {ran}")
    repo.commit("Begin", a=TEXT)
    repo.write(".git/info/attributes", "*.py filter=nothing\n")
    repo.write("a.py", TEXT * 2)
    assert tree(repo) == added(repo, tmp_path, "-u")
    attributes = repo.write(".git/info/attributes", '*.py filter="Some Thing"\n')
    attributes.write_text("*.py filter=lfs\n")
    for key in ("clean", "process"):
        repo.git("config", f"filter.lfs.{key}", f"touch {ran}; cat")
    ran.unlink(missing_ok=True)
    assert content(repo, "a.py") == TEXT * 2
    assert not ran.exists()


def test_an_edit_as_young_as_the_index_is_seen(repo: Repo) -> None:
    repo.commit("Begin", a="x = 1\n")
    for number in range(3):
        repo.write("a.py", f"x = {number + 2}\n")
        repo.git("add", "-u")
        stamp = (repo.path / ".git/index").stat().st_mtime_ns
        path = repo.write("a.py", f"x = {number + 5}\n")
        os.utime(path, ns=(stamp, stamp))
        os.utime(repo.path / ".git/index", ns=(stamp, stamp))
        assert content(repo, "a.py") == f"x = {number + 5}\n"


def test_an_unresolved_merge(repo: Repo) -> None:
    repo.commit("Begin", a="x = 1\n", b="y = 1\n")
    repo.git("switch", "-qc", "side")
    repo.commit("Theirs", a="x = 2\n", c="z = 1\n")
    repo.git("switch", "-q", "main")
    ours = repo.commit("Ours", a="x = 3\n")
    repo.git("merge", "-q", "side", check=False)
    assert content(repo, "a.py", staged=True) == repo.git("show", f"{ours}:a.py") + "\n"
    assert content(repo, "c.py", staged=True) == "z = 1\n"
    assert "<<<<<<<" in content(repo, "a.py")
    with UncommittedTree(open_repository(str(repo.path), repo.environment), staged=True) as uncommitted:
        assert uncommitted.notes == ["a.py is not merged: nothing of it is staged"]


def test_repositories_of_every_sort(repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = tree(repo)
    assert empty == repo.git("hash-object", "-t", "tree", "/dev/null") == tree(repo, staged=True)
    repo.write("first.py", TEXT)
    assert tree(repo) == empty
    assert tree(repo, untracked=True) != empty
    repo.commit("Begin", a=TEXT)
    other = str(tmp_path / "linked")
    repo.git("worktree", "add", "-q", other)
    linked = Repo(Path(other), repo.environment, repo.clock)
    linked.write("a.py", TEXT * 2)
    assert tree(repo) == repo.git("rev-parse", "HEAD^{tree}") != tree(linked)
    linked.git("add", "-A")
    assert tree(linked) == linked.git("write-tree")
    modern = Repo(tmp_path / "sha256", repo.environment, repo.clock)
    modern.path.mkdir()
    modern.git("init", "-q", "--object-format=sha256")
    modern.commit("Begin", a=TEXT)
    modern.write("a.py", TEXT * 2)
    assert tree(modern) != modern.git("rev-parse", "HEAD^{tree}")
    modern.git("add", "-A")
    assert tree(modern) == modern.git("write-tree")
    bare = tmp_path / "bare.git"
    subprocess.run(["git", "clone", "-q", "--bare", repo.path, bare], check=True, env=repo.environment)
    with pytest.raises(RepositoryError, match="bare"):
        tree(Repo(bare, repo.environment))
    # What a hook of `git commit PATH` is told of: the index of this commit alone.
    monkeypatch.chdir(repo.path)
    repo.write("a.py", TEXT * 3)
    repo.write("b.py", TEXT)
    index = str(tmp_path / "next-index")
    repo.git("add", "a.py", GIT_INDEX_FILE=index)
    repo.git("add", "b.py")
    assert tree(repo, staged=True, GIT_INDEX_FILE=index) == repo.git("write-tree", GIT_INDEX_FILE=index)
    assert tree(repo, staged=True) == repo.git("write-tree")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_noted(repo: Repo) -> None:
    repo.commit("Begin", a=TEXT, b=TEXT)
    repo.write("b.py", TEXT * 2)
    repo.write("a.py", TEXT * 2).chmod(0)
    with opened(repo) as uncommitted:
        assert "ermission" in uncommitted.notes[0]
