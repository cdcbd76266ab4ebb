"""Finding a repository and asking it: the environment, refused repositories, configuration, hooks."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from support.repository import Repo

from muse_hook.errors import RepositoryError, RevisionError
from muse_hook.git import discovery
from muse_hook.git.catfile import CatFile
from muse_hook.git.discovery import open_repository
from muse_hook.git.environment import LOCAL_VARIABLES, MINIMUM_VERSION, READ_ONLY, find_git
from muse_hook.git.objects import ObjectReader
from muse_hook.git.repository import Repository
from muse_hook.git.revisions import Generations


@pytest.fixture
def head(repo: Repo) -> str:
    return repo.commit("first", a="a = 1\n")


def test_a_repository_is_found_from_any_folder_of_it(repo: Repo, head: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (repo.path / "x/y").mkdir(parents=True)
    for start in (repo.path, repo.path / "x/y"):
        monkeypatch.chdir(start)
        for opened in (open_repository(), open_repository(str(start)), open_repository(".")):
            assert (opened.work_tree, opened.git_dir) == (str(repo.path), str(repo.path / ".git"))
            assert opened.common_dir == opened.git_dir
            assert opened.top == opened.work_tree
            assert (opened.is_bare, opened.is_shallow, opened.object_format) == (False, False, "sha1")
            assert opened.head().oid == head
    inside = open_repository(str(repo.path / ".git"))
    assert (inside.git_dir, inside.is_bare) == (str(repo.path / ".git"), False)


def test_a_symbolic_link_to_a_repository_is_that_repository(repo: Repo, head: str, tmp_path: Path) -> None:
    (repo.path / "x").mkdir()
    link = tmp_path / "link"
    link.symlink_to(repo.path / "x")
    assert open_repository(str(link)).work_tree == str(repo.path)
    assert open_repository(str(link)).head().oid == head


def test_a_bare_repository_has_no_work_tree(repo: Repo, head: str, tmp_path: Path) -> None:
    bare = repo.clone(tmp_path / "bare.git", "--bare")
    opened = open_repository(str(bare.path))
    assert (opened.work_tree, opened.is_bare, opened.git_dir) == (None, True, str(bare.path))
    assert opened.top == str(bare.path)
    assert opened.head().oid == head
    [worktree] = opened.worktrees()
    assert (worktree.path, worktree.head.branch) == (None, "main")


def test_the_hook_of_a_linked_work_tree_finds_its_own(
    repo: Repo, head: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Git sets GIT_DIR there, and what we start for that repository must not see a stranger's."""
    repo.git("worktree", "add", "-q", "-b", "topic", str(tmp_path / "linked"))
    monkeypatch.chdir(tmp_path / "linked")
    own = str(repo.path / ".git/worktrees/linked")
    for environ in (repo.environment, repo.environment | {"GIT_DIR": own, "GIT_INDEX_FILE": own + "/index"}):
        opened = open_repository(None, environ)
        assert (opened.git_dir, opened.common_dir) == (own, str(repo.path / ".git"))
        assert opened.work_tree == str(tmp_path / "linked")
        assert (opened.head().branch, opened.head().worktree, opened.head().oid) == ("topic", "linked", head)
    # A path that is given wins over a GIT_DIR that leaked.
    stranger = Repo(tmp_path / "stranger", repo.environment)
    stranger.path.mkdir()
    stranger.git("init", "-q", "-b", "other")
    opened = open_repository(str(stranger.path), repo.environment | {"GIT_DIR": own, "GIT_WORK_TREE": "/nowhere"})
    assert opened.work_tree == str(stranger.path)
    assert opened.head().branch == "other"


def test_git_dir_and_work_tree_may_be_said_apart(
    repo: Repo, head: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(tmp_path)
    opened = open_repository(None, repo.environment | {"GIT_DIR": "repo/.git", "GIT_WORK_TREE": "elsewhere"})
    assert (opened.git_dir, opened.work_tree) == (str(repo.path / ".git"), str(elsewhere))
    assert opened.head().oid == head


def test_the_git_directory_and_the_work_tree_may_be_apart_by_configuration(
    repo: Repo, head: str, tmp_path: Path
) -> None:
    apart = tmp_path / "apart"
    repo.git("clone", "-q", f"--separate-git-dir={tmp_path}/separate", str(repo.path), str(apart))
    opened = open_repository(str(apart))
    assert (opened.git_dir, opened.work_tree) == (str(tmp_path / "separate"), str(apart))
    repo.git("config", "core.worktree", str(apart))
    opened = open_repository(str(repo.path / ".git"))
    assert (opened.git_dir, opened.work_tree) == (str(repo.path / ".git"), str(apart))
    assert opened.head().oid == head


STATES: dict[str, Callable[[Repo], object]] = {
    "as Git makes it": lambda repo: repo.git("status"),
    "detached": lambda repo: repo.git("checkout", "-q", "--detach"),
    "unborn": lambda repo: repo.git("switch", "-q", "--orphan", "new"),
    "packed": lambda repo: repo.git("gc", "-q"),
    "with a comment": lambda repo: configure(repo, "[core]\n\tbare = false # yes\n"),
    "bare by configuration": lambda repo: repo.git("config", "core.bare", "true"),
    "bare twice": lambda repo: configure(repo, "[core] bare = yes\n"),
    "a work tree elsewhere": lambda repo: repo.git("config", "core.worktree", str(repo.path.parent)),
    "a work tree by an escape": lambda repo: configure(repo, "[core]\n\tbar\\\ne = true\n"),
    "an include": lambda repo: configure(repo, "[include]\n\tpath = other\n"),
    "configuration of a work tree": lambda repo: repo.git("config", "extensions.worktreeConfig", "true"),
    "a symbolic link for HEAD": lambda repo: relink(repo.path / ".git/HEAD", "refs/heads/main"),
    "a symbolic link for .git": lambda repo: relink(
        (repo.path / ".git"), (repo.path / ".git").rename(repo.path.parent / "moved.git")
    ),
    "a file for .git": lambda repo: repo.git("init", "-q", "--separate-git-dir", str(repo.path.parent / "apart.git")),
    "a format of the future": lambda repo: configure(repo, "[core]\n\trepositoryformatversion = 9\n"),
    "a HEAD that is none": lambda repo: repo.write(".git/HEAD", "nowhere\n"),
    "shallow": lambda repo: repo.write(".git/shallow", repo.git("rev-parse", "HEAD") + "\n"),
    "alternates": lambda repo: repo.write(".git/objects/info/alternates", str(repo.path.parent) + "\n"),
}


def configure(repo: Repo, text: str) -> None:
    """Add to the configuration, in words that `git config` would not choose."""
    with (repo.path / ".git/config").open("a") as file:
        file.write(text)


def relink(path: Path, target: str | Path) -> None:
    """Put a symbolic link in the place of a file."""
    path.unlink(missing_ok=True)
    path.symlink_to(target)


def cat_file(opened: Repository) -> ObjectReader:
    """Return a reader that asks Git for each object."""
    return ObjectReader(CatFile(opened), opened.id_size)


def seen(repository: Repository) -> dict[str, object]:
    """Return all that opening a repository has found."""
    return dict(vars(repository))


@pytest.mark.parametrize("state", STATES)
def test_a_fast_look_finds_the_same_repository(
    repo: Repo, head: str, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert head
    STATES[state](repo)
    repo.write("folder/x", "")
    variables: tuple[dict[str, str], ...] = ({}, {"GIT_PREFIX": "folder/", "GIT_INDEX_FILE": ".git/index"})
    for variable in ("GIT_DIR", "GIT_WORK_TREE", "GIT_OBJECT_DIRECTORY", "GIT_CONFIG_PARAMETERS"):
        value = {"GIT_DIR": ".git", "GIT_CONFIG_PARAMETERS": "'core.bare'='true'"}.get(variable, "folder")
        variables += ({"GIT_DIR": ".git", variable: value},)
    for folder in (repo.path, repo.path / "folder"):
        monkeypatch.chdir(folder)
        for some in variables:
            environ = repo.environment | some
            try:
                expected = seen(open_repository(environ=environ))
            except RepositoryError:
                with pytest.raises(RepositoryError):
                    open_repository(environ=environ, fast=True)
            else:
                assert seen(open_repository(environ=environ, fast=True)) == expected


@pytest.mark.parametrize("state", ["as Git makes it", "detached", "unborn", "packed", "alternates"])
def test_a_fast_look_starts_no_git_where_nothing_is_unusual(
    repo: Repo, head: str, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    STATES[state](repo)
    assert head
    monkeypatch.chdir(repo.path)
    monkeypatch.setattr("muse_hook.git.discovery._query", lambda *_: pytest.fail("git was started"))
    for variables in ({}, {"GIT_PREFIX": "", "GIT_INDEX_FILE": ".git/next-index-7.lock"}):
        assert open_repository(environ=repo.environment | variables, fast=True).work_tree == str(repo.path)


def test_repository_of_another_user_is_left_to_git_even_by_a_fast_look(
    repo: Repo, head: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert head
    monkeypatch.chdir(repo.path)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    asked: list[str] = []
    ask = discovery._query
    monkeypatch.setattr(discovery, "_query", lambda *rest: asked.append("git") or ask(*rest))  # type: ignore[func-returns-value]
    open_repository(environ=repo.environment, fast=True)
    assert asked


def test_post_receive_of_a_repository_with_a_work_tree_finds_that_work_tree(
    repo: Repo, head: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Git runs it in the git directory with GIT_DIR=. and takes that for the work tree."""
    monkeypatch.chdir(repo.path / ".git")
    opened = open_repository(None, repo.environment | {"GIT_DIR": "."})
    assert (opened.git_dir, opened.work_tree) == (str(repo.path / ".git"), str(repo.path))
    repo.git("worktree", "add", "-q", "--detach", str(tmp_path / "linked"))
    monkeypatch.chdir(repo.path / ".git/worktrees/linked")
    opened = open_repository(None, repo.environment | {"GIT_DIR": "."})
    assert opened.work_tree == str(tmp_path / "linked")
    assert opened.head().oid == head


def test_what_is_started_sees_no_variable_of_another_repository(repo: Repo, head: str) -> None:
    leaked = {name: "/nowhere" for name in LOCAL_VARIABLES if not name.startswith("GIT_CONFIG")}
    opened = open_repository(str(repo.path), repo.environment | leaked)
    # `git` hands its environment on to an alias that is a shell command.
    seen = dict(
        line.split("=", 1)
        for line in opened.output("-c", "alias.seen=!env", "seen").decode().splitlines()
        if line.startswith("GIT_")
    )
    assert "/nowhere" not in seen.values()
    assert seen["GIT_DIR"] == str(repo.path / ".git")
    assert {name: seen.get(name) for name in READ_ONLY if name != "LC_ALL"} == {
        name: text for name, text in READ_ONLY.items() if name != "LC_ALL"
    }
    assert "/nowhere" not in open_repository(str(repo.path), repo.environment | leaked).outer_environ.values()
    known = set(
        subprocess.run(
            ("git", "rev-parse", "--local-env-vars"), capture_output=True, text=True, check=True
        ).stdout.split()
    )
    assert known <= set(LOCAL_VARIABLES)
    assert opened.head().oid == head


def test_where_there_is_no_repository_one_line_says_so(tmp_path: Path, repo: Repo) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    environ = repo.environment | {"GIT_CEILING_DIRECTORIES": str(tmp_path)}
    for path, wrong in (
        (empty, f"{empty} is in no Git repository"),
        (tmp_path / "nowhere", f"there is no folder {tmp_path / 'nowhere'}"),
    ):
        with pytest.raises(RepositoryError) as caught:
            open_repository(str(path), environ)
        assert caught.value.wrong == wrong
        assert "\n" not in str(caught.value)


def test_a_repository_of_another_user_is_refused_with_the_line_that_mends_it(repo: Repo, head: str) -> None:
    environ = repo.environment | {"GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"}
    (repo.path / "sub").mkdir()
    with pytest.raises(RepositoryError) as caught:
        open_repository(str(repo.path / "sub"), environ)
    assert caught.value.wrong == f"{repo.path} belongs to another user"
    assert caught.value.hint == f"git config --global --add safe.directory {repo.path}"
    repo.run(*caught.value.hint.split(" "))
    assert open_repository(str(repo.path), environ).head().oid == head
    # What lets Git in may come with the command.
    repo.git("config", "--global", "--unset-all", "safe.directory")
    command = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*"}
    with cat_file(open_repository(str(repo.path), environ | command)) as objects:
        assert objects.commit(head).id == head


def test_a_missing_or_old_git_is_named(repo: Repo, tmp_path: Path) -> None:
    with pytest.raises(RepositoryError, match="no git on PATH"):
        open_repository(str(repo.path), repo.environment | {"PATH": str(tmp_path)})
    # Git 2.20 echoes an option of rev-parse that it does not know.
    old = tmp_path / "git"
    old.write_text(
        '#!/bin/sh\ncase "$*" in\n*version) echo git version 2.20.1;;\n'
        '*rev-parse*) printf "%s\\n" false false true --show-object-format /r/.git .git .git/objects "";;\nesac\n'
    )
    old.chmod(0o755)
    with pytest.raises(RepositoryError) as caught:
        open_repository(str(repo.path), repo.environment | {"PATH": f"{tmp_path}:{os.environ['PATH']}"})
    assert caught.value.wrong == "git 2.20.1 is too old, 2.30.0 is needed"


def test_no_file_of_the_repository_is_run_as_git(repo: Repo, head: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("git", "sub/git"):
        repo.write(name, "#!/bin/sh\ntouch RAN\n").chmod(0o755)
    monkeypatch.chdir(repo.path)
    environ = repo.environment | {"PATH": f":.:sub:{repo.environment['PATH']}"}
    assert os.path.isabs(find_git(environ))
    assert open_repository(None, environ).resolve("HEAD") == head
    assert not (repo.path / "RAN").exists()


def test_the_repository_s_configuration_runs_nothing(repo: Repo, head: str, tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\necho $0 $* >> {mark}\n")
    trap.chmod(0o755)
    settings = (
        "core.fsmonitor core.pager core.editor core.sshCommand core.askPass core.alternateRefsCommand diff.external"
    )
    for key in f"{settings} diff.x.textconv filter.x.smudge filter.x.clean gpg.program".split(" "):
        repo.git("config", key, str(trap))
    repo.git("config", "log.showSignature", "true")
    repo.write(".git/info/attributes", "* diff=x filter=x\n")
    opened = open_repository(str(repo.path))
    with cat_file(opened) as objects:
        objects.diff(objects.commit(opened.resolve("HEAD")))
    list(opened.rev_list(["HEAD"]))
    assert opened.branches() == {"main": head}
    assert opened.refs() == {"refs/heads/main": head}
    assert len(opened.branch_reflogs()["main"]) == 1
    assert len(opened.worktrees()) == 1
    assert opened.hooks_path()[1] == ""
    assert opened.head().oid == head
    assert not mark.exists()


def test_a_repository_in_a_folder_whose_name_is_not_utf8(repo: Repo, head: str, tmp_path: Path) -> None:
    strange = os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9 \t$(x)")
    os.rename(repo.path, strange)
    opened = open_repository(strange)
    assert opened.work_tree == strange
    assert opened.head().oid == head
    assert opened.resolve("HEAD") == head


def test_revisions_resolve_to_commits(repo: Repo, head: str) -> None:
    repo.git("tag", "-m", "annotated", "v1")
    second = repo.commit("second", b="b = 1\n")
    opened = open_repository(str(repo.path))
    assert opened.resolve("HEAD~1") == opened.resolve("v1") == opened.resolve(head[:9]) == head
    assert opened.resolve("main@{0}") == opened.resolve(":/second") == second
    for revision in ("nope", "HEAD:b.py", "HEAD~5", "", "--all", "-n1", "a\0b", "main..HEAD", "^HEAD", "0" * 40):
        with pytest.raises(RevisionError) as caught:
            opened.resolve(revision)
        assert caught.value.hint
        assert "\n" not in str(caught.value)


def test_a_repository_without_commits_says_so(repo: Repo) -> None:
    opened = open_repository(str(repo.path))
    with pytest.raises(RevisionError, match="there is no commit yet"):
        opened.resolve("HEAD")
    assert (opened.head().branch, opened.head().oid) == ("main", None)
    assert (opened.branches(), opened.refs(), opened.default_branch()) == ({}, {}, None)
    assert list(opened.rev_list([])) == []


def merged(repo: Repo) -> tuple[str, str, str]:
    """Make a commit on a branch `side`, one on `main` and a merge; their ids."""
    repo.git("switch", "-q", "-c", "side")
    side = repo.commit("side", b="b = 1\n")
    repo.git("switch", "-q", "main")
    main = repo.commit("main", a="a = 2\n")
    repo.git("merge", "-q", "--no-edit", "side")
    merge = repo.git("rev-parse", "HEAD")
    return side, main, merge


def test_rev_list_gives_parents_first(repo: Repo, head: str) -> None:
    side, main, merge = merged(repo)
    opened = open_repository(str(repo.path))
    rows = list(opened.rev_list(["main"]))
    assert dict(rows) == {head: (), side: (head,), main: (head,), merge: (main, side)}
    assert [oid for oid, _ in rows][::3] == [head, merge]
    assert [oid for oid, _ in opened.rev_list(["side", "main"], [main])] == [side, merge]
    assert [oid for oid, _ in opened.rev_list(["side..main"])] == [main, merge]
    assert [oid for oid, _ in opened.rev_list(["main"], options=("-n1",))] == [merge]
    gone = "1" * 40
    assert list(opened.rev_list([gone, "main", gone], [gone], ignore_missing=True)) == rows
    for tips in ([gone], ["nope"]):
        with pytest.raises(RevisionError):
            list(opened.rev_list(tips))
    for row in opened.rev_list(["main"]):  # a reader that goes away early leaves no child behind
        assert row
        break


def test_at_the_boundary_of_a_shallow_clone_history_begins(repo: Repo, head: str, tmp_path: Path) -> None:
    second = repo.commit("second", a="a = 2\n")
    third = repo.commit("third", a="a = 3\n")
    clone = Repo(tmp_path / "shallow", repo.environment)
    repo.git("clone", "-q", "--depth=2", repo.path.as_uri(), str(clone.path))
    opened = open_repository(str(clone.path))
    assert opened.is_shallow
    assert opened.shallow() == {second}
    assert Generations(opened).of_tips([second, third]) == {second: (1, True), third: (2, False)}
    with opened.objects() as objects:
        assert objects.commit(second).parents == (head,)  # what the commit says stays what it says
    assert open_repository(str(repo.path)).shallow() == frozenset()


def test_a_child_whose_output_is_spooled_never_waits_for_its_reader(repo: Repo, head: str) -> None:
    oids = f"{head}\n".encode() * 20_000  # more than any pipe takes
    with open_repository(str(repo.path)).start("cat-file", "--batch-check", input=oids, spooled=True) as child:
        assert child.wait() == 0
        assert child.stdout.read().count(b" commit ") == 20_000


def test_configuration_is_read_as_git_reads_it(repo: Repo, head: str) -> None:
    repo.git("config", "muse.background", "yes")
    repo.git("config", "--global", "muse.other", "two\nlines")
    repo.write(".git/config", (repo.path / ".git/config").read_text() + "[muse]\n\tlonely\n")
    opened = open_repository(str(repo.path))
    assert opened.config("muse.background") == "yes"
    assert opened.config("muse.background", "bool") == "true"
    assert opened.config("muse.absent") is None
    assert opened.config_section("muse") == {
        "muse.background": "yes",
        "muse.other": "two\nlines",
        "muse.lonely": "true",
    }
    assert opened.version >= MINIMUM_VERSION
    assert opened.head().oid == head


def test_hooks_are_looked_for_where_git_looks(repo: Repo, tmp_path: Path, head: str) -> None:
    home = repo.environment["HOME"]
    repo.git("worktree", "add", "-q", "--detach", str(tmp_path / "linked"))
    linked = Repo(tmp_path / "linked", repo.environment)
    assert head
    for where, key, expected in (
        ((), None, {repo: (f"{repo.path}/.git/hooks", ""), linked: (f"{repo.path}/.git/hooks", "")}),
        (("--global",), "~/h", {repo: (f"{home}/h", "global"), linked: (f"{home}/h", "global")}),
        ((), ".husky/_", {repo: (f"{repo.path}/.husky/_", "local"), linked: (f"{linked.path}/.husky/_", "local")}),
        ((), "/abs//h/", {repo: ("/abs/h", "local"), linked: ("/abs/h", "local")}),
    ):
        if key is not None:
            repo.git("config", *where, "core.hooksPath", key)
        for at, said in expected.items():
            assert open_repository(str(at.path)).hooks_path() == said
            asked = at.git("rev-parse", "--path-format=absolute", "--git-path", "hooks")
            assert os.path.normpath(asked) == said[0]
    repo.git("config", "extensions.worktreeConfig", "true")
    linked.git("config", "--worktree", "core.hooksPath", "own")
    assert open_repository(str(linked.path)).hooks_path() == (f"{linked.path}/own", "worktree")


def test_a_hook_is_fired_as_git_fires_it(repo: Repo, head: str) -> None:
    opened = open_repository(str(repo.path), repo.environment | {"GIT_INDEX_FILE": "/nowhere"})
    if opened.version < (2, 36):
        pytest.skip("git hook run came with 2.36")
    hook = repo.write(
        ".git/hooks/post-commit",
        '#!/bin/sh\npwd; echo "$MARK ${GIT_INDEX_FILE-none}" >&2; cat; git config muse.x; sleep 3 & exit 7\n',
    )
    hook.chmod(0o755)
    status, said = opened.fire_hook("post-commit", {"MARK": "here"}, config=[("muse.x", "y")])
    assert status == 7
    assert set(said.decode().split("\n")) >= {str(repo.path), "here none", "y"}
    assert head


def test_a_hook_that_hangs_is_not_waited_for(repo: Repo, head: str, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = open_repository(str(repo.path))
    if opened.version < (2, 36):
        pytest.skip("git hook run came with 2.36")
    repo.write(".git/hooks/post-commit", "#!/bin/sh\necho begun\nsleep 60\n").chmod(0o755)
    monkeypatch.setattr("muse_hook.git.config._TIME_LIMIT", 0.3)
    with pytest.raises(RepositoryError, match="did not end"):
        opened.fire_hook("post-commit", {})
    assert opened.head().oid == head


def test_a_system_without_nameless_memory_files_uses_temporary_ones(
    repo: Repo, head: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "memfd_create", raising=False)
    opened = open_repository(str(repo.path))
    assert list(opened.rev_list(["main"])) == [(head, ())]
    with pytest.raises(RepositoryError, match="nosuch"):
        opened.output("nosuch")
    assert opened.run("nosuch")[:2] == (1, b"")


def test_with_its_own_streams_closed_it_works_all_the_same(repo: Repo, head: str) -> None:
    """A pipe's end must not be taken for a child's stdin, stdout or stderr."""
    program = (
        "import os, sys\n"
        "from muse_hook.git.catfile import CatFile\n"
        "from muse_hook.git.discovery import open_repository\n"
        "from muse_hook.git.objects import ObjectReader\n"
        "opened = open_repository(sys.argv[1])\n"
        "with ObjectReader(CatFile(opened), 20) as objects:\n"
        "    commit = objects.commit(opened.resolve('HEAD'))\n"
        "open(sys.argv[2], 'w').write(commit.id)\n"
    )
    answer = repo.path / "answer"
    root = str(Path(__file__).parents[2])
    for closed in ("<&- >&- 2>&-", "<&-", ">&- 2>&-"):
        answer.unlink(missing_ok=True)
        repo.run(
            "sh", "-c", f'"$0" -c "$1" "$2" "$3" {closed}', sys.executable, program, str(repo.path), str(answer),
            PYTHONPATH=root,
        )  # fmt: skip
        assert answer.read_text() == head


def test_the_hook_imports_nothing_slow(repo: Repo, head: str) -> None:
    """Each of these costs a commit 1 to 70 ms."""
    repo.git("repack", "-adq")  # what is loose is read without libgit2
    slow = "pathlib subprocess argparse logging dataclasses typing enum pygit2 datetime shutil tempfile signal"
    program = (
        "import sys; sys.modules['re'] = __import__('fnmatch').re; before = set(sys.modules)\n"
        "from muse_hook.git.discovery import open_repository\n"
        "opened = open_repository()\n"
        "head = opened.head()\n"
        "with opened.objects() as objects:\n"
        "    objects.diff(objects.commit(head.oid))\n"
        "print(*set(sys.modules) - before)\n"
    )
    folders = (str(Path(__file__).parents[2]), *(path for path in sys.path if path.endswith("site-packages")))
    done = repo.run(sys.executable, "-S", "-c", program, PYTHONPATH=os.pathsep.join(folders))
    assert {"muse_hook.git.libgit2", "pygit2._pygit2"} <= set(done.stdout.decode().split())
    assert set(done.stdout.decode().split()) & set(slow.split()) == set()
    assert head
