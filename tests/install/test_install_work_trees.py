"""Work trees that no `.git` of their own leads from: install, record, look at it, take it out."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import support.reading_of_git as model
from support.repository import Repo


class Apart(Repo):
    """A repository as somebody works in it: `path` is the folder they stand in, `top` its work tree.

    `named` are the variables of Git's that they have set.
    """

    def __init__(self, path: Path, top: Path, git_dir: Path, repo: Repo, **named: str) -> None:
        super().__init__(path, repo.environment | named, repo.clock)
        self.top = top
        self.git_dir = git_dir

    def muse(self, *words: str) -> str:
        """Run a command of muse-hook's; its stdout."""
        return self.run(sys.executable, "-m", "muse_hook", *words).stdout.decode()


def named_by_variables(repo: Repo, base: Path) -> Apart:
    return Apart(
        base / "home",
        base / "home",
        base / "store.git",
        repo,
        GIT_DIR=str(base / "store.git"),
        GIT_WORK_TREE=str(base / "home"),
    )


def named_by_relative_variables(repo: Repo, base: Path) -> Apart:
    """Name it as somebody does who stays in the folder."""
    return Apart(base / "home", base / "home", base / "store.git", repo, GIT_DIR="../store.git", GIT_WORK_TREE=".")


def below_the_work_tree(repo: Repo, base: Path) -> Apart:
    git_dir = base / "home/.dotfiles"
    return Apart(base / "home", base / "home", git_dir, repo, GIT_DIR=str(git_dir), GIT_WORK_TREE=str(base / "home"))


def bare(repo: Repo, base: Path) -> Apart:
    made = below_the_work_tree(repo, base)
    repo.git("init", "-q", "--bare", "-b", "main", str(made.git_dir))
    made.git("config", "status.showUntrackedFiles", "no")
    return made


def configured(repo: Repo, base: Path, value: str, folder: str) -> Apart:
    made = Apart(base / folder, base / "home", base / "store.git", repo, GIT_DIR=str(base / "store.git"))
    repo.git("init", "-q", "-b", "main", str(base / "made"))
    (base / "made/.git").rename(made.git_dir)
    repo.git("config", "--file", str(made.git_dir / "config"), "core.worktree", value)
    return made


def configured_relative(repo: Repo, base: Path) -> Apart:
    return configured(repo, base, "../home", "home")


def configured_absolute(repo: Repo, base: Path) -> Apart:
    return configured(repo, base, str(base / "home"), "home")


def configured_beside(repo: Repo, base: Path) -> Apart:
    """Make one of the usual kind whose files are said to be elsewhere, and stand in its git directory."""
    repo.git("init", "-q", "-b", "main", str(base / "usual"))
    git_dir = base / "usual/.git"
    repo.git("config", "--file", str(git_dir / "config"), "core.worktree", "../../home")
    return Apart(git_dir, base / "home", git_dir, repo)


def configured_above(repo: Repo, base: Path) -> Apart:
    """Make the same, and stand above its git directory."""
    made = configured_beside(repo, base)
    made.path = base / "usual"
    return made


def separate(repo: Repo, base: Path) -> Apart:
    repo.git("init", "-q", "-b", "main", "--separate-git-dir", str(base / "store.git"), str(base / "home"))
    return Apart(base / "home", base / "home", base / "store.git", repo)


def submodule(repo: Repo, base: Path) -> Apart:
    repo.commit("one", a="x = 1\n")
    repo.git("init", "-q", "-b", "main", str(base / "outer"))
    outer = Repo(base / "outer", repo.environment, repo.clock)
    outer.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(repo.path), "home")
    return Apart(outer.path / "home", outer.path / "home", outer.path / ".git/modules/home", repo)


LAYOUTS: dict[str, Callable[[Repo, Path], Apart]] = {
    made.__name__.replace("_", " "): made
    for made in (
        named_by_variables, named_by_relative_variables, below_the_work_tree, bare, configured_relative,
        configured_absolute, configured_beside, configured_above, separate, submodule,
    )
}  # fmt: skip


@pytest.fixture(params=LAYOUTS)
def apart(request: pytest.FixtureRequest, repo: Repo, tmp_path: Path) -> Apart:
    base = tmp_path / "base"
    (base / "home").mkdir(parents=True)
    made = LAYOUTS[request.param](repo, base)
    if not made.git_dir.exists():
        made.git("init", "-q", "-b", "main")
    return made


def test_it_installs_and_records(apart: Apart) -> None:
    installed = apart.muse("install", "--no-history")
    assert (apart.top / ".muse").is_symlink()
    assert (apart.top / ".muse").resolve() == apart.git_dir / ".muse"
    named = {*apart.environment} if apart.path == apart.top else {"GIT_DIR"}
    absolute = {"GIT_DIR": str(apart.git_dir), "GIT_WORK_TREE": str(apart.top)}
    absolute = {name: value for name, value in absolute.items() if name in named}
    commits: list[str] = []
    for folder in (apart.top, apart.top / "sub"):
        folder.mkdir(exist_ok=True)
        (apart.top / "rc.py").write_text(f"def start():\n    return {len(commits)}\n")
        standing = Repo(folder, apart.environment | absolute, apart.clock)
        standing.git("add", "-f", str(apart.top / "rc.py"))
        assert standing.run("git", "commit", "-q", "-m", "one").stderr == b""
        commits.append(standing.git("rev-parse", "HEAD"))
    assert [seal.commit for seal in model.all_seals(apart.git_dir / ".muse")] == commits
    assert "rc.py::start" in apart.muse("show", "--json", "HEAD")
    status = Repo(apart.top, apart.environment | absolute).git("status", "--porcelain", "--untracked-files=normal")
    assert ".muse" not in status
    assert apart.muse("install", "--no-history") == installed


def test_doctor_and_status_have_nothing_to_say(apart: Apart) -> None:
    apart.muse("install", "--no-history")
    apart.muse("doctor")
    apart.muse("status")


def test_uninstall_takes_the_link_out(apart: Apart) -> None:
    apart.muse("install", "--no-history")
    apart.muse("uninstall")
    assert not os.path.lexists(apart.top / ".muse")


def test_from_a_linked_work_tree_the_main_one_is_found_as_well(repo: Repo, tmp_path: Path) -> None:
    base = tmp_path / "base"
    (base / "home").mkdir(parents=True)
    main = configured_absolute(repo, base)
    main.commit("one", a="x = 1\n")
    main.git("worktree", "add", "-q", str(base / "linked"))
    linked = Apart(base / "linked", base / "linked", main.git_dir, repo)
    linked.muse("install", "--no-history")
    for tree in (main, linked):
        assert (tree.top / ".muse").resolve() == main.git_dir / ".muse"
        tree.muse("doctor")
    main.muse("uninstall")
    assert not any(os.path.lexists(tree.top / ".muse") for tree in (main, linked))


def test_a_work_tree_made_after_install_has_its_link_with_the_next_hook(repo: Repo) -> None:
    repo.commit("one", a="x = 1\n")
    repo.run(sys.executable, "-m", "muse_hook", "install")
    repo.git("worktree", "add", "-q", "../linked")
    linked = Repo(repo.path.parent / "linked", repo.environment, repo.clock)
    assert not (linked.path / ".muse").exists()
    linked.commit("two", a="x = 2\n")
    assert (linked.path / ".muse").resolve() == (repo.path / ".git/.muse").resolve()
    assert linked.git("status", "--porcelain") == ""
    (linked.path / ".muse").unlink()
    (linked.path / ".muse").write_text("somebody else's\n")
    linked.commit("three", a="x = 3\n")
    assert (linked.path / ".muse").read_text() == "somebody else's\n"
