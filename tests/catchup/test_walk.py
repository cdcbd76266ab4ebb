"""A random walk of Git operations, the promise held at every end, marks told by what the commits hold."""

# ruff: noqa: FBT001, PLR0917 - hypothesis calls a rule with what it has drawn

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

import hypothesis.strategies as st
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from support.hooked import NO_HOOKS, HookedRepo
from support.repository import sealed_environment

# A long walk: MUSE_HOOK_WALKS=300 pytest tests/catchup/test_walk.py; hypothesis keeps and prints what fails.
WALKS = int(os.environ.get("MUSE_HOOK_WALKS", "6"))
STEPS = int(os.environ.get("MUSE_HOOK_STEPS", "12"))

FILES = st.sampled_from(["a.txt", "b.txt", "c/d.txt"])
NAMES = st.sampled_from(["x", "y", "deep/z"])
BRANCHES = st.sampled_from(["main", "x", "y", "deep/z"])
TREES = st.integers(0, 1)
DEAD = st.sampled_from([False, False, False, True])
OUTCOMES = st.lists(st.sampled_from(["continue", "continue", "skip"]), max_size=6)
ENDS = st.sampled_from(["through", "through", "through", "abort", "quit"])
COMMANDS = st.lists(st.sampled_from(["pick", "pick", "reword", "fixup", "squash", "drop", "edit", ""]), max_size=6)

TODO = """
import sys
path, wanted, turn = sys.argv[-1], sys.argv[1].split(","), sys.argv[2] == "turn"
lines = [line for line in open(path) if line.split() and line.split()[0] == "pick"]
if turn:
    lines.reverse()
out = []
for at, line in enumerate(lines):
    command = wanted[at] if at < len(wanted) else "pick"
    if command in ("fixup", "squash") and not any(text.split()[0] in ("pick", "reword", "edit") for text in out):
        command = "pick"
    if command:
        out.append(command + line[4:])
open(path, "w").write("".join(out) or "noop\\n")
"""


class Walk(RuleBasedStateMachine):
    """What a restless person does. Every commit adds a line that no other has: so its fate can be told from files."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="muse-walk-"))
        home = self.folder / "home"
        home.mkdir()
        environment = sealed_environment(home)
        self.hooked = HookedRepo(self.folder / "repo", environment)
        self.hooked.path.mkdir()
        self.hooked.git("init", "-q", "-b", "main")
        self.count = 0
        self.trees: list[HookedRepo] = [self.hooked]

    @initialize()
    def begin(self) -> None:
        self.hooked.one("a.txt", "0")
        self.hooked.one("b.txt", "1")
        self.hooked.install()
        for name in ("x", "y", "deep/z"):
            self.hooked.git("switch", "-q", "-c", name, "main")
            for file in ("a.txt", "b.txt"):
                self.hooked.one(file, self.line(), dead=True)

    def teardown(self) -> None:
        try:
            for tree in self.trees:
                self.leave(tree)
            self.hooked.agree()
        finally:
            shutil.rmtree(self.folder)

    # What it does

    @rule(tree=TREES, name=BRANCHES, file=FILES, dead=DEAD)
    def commit(self, tree: int, name: str, file: str, dead: bool) -> None:
        where = self.on(tree, name)
        where.one(file, self.line(), dead=dead)
        self.after_hook(where, dead=dead)

    @rule(tree=TREES, file=FILES, dead=DEAD)
    def commit_here(self, tree: int, file: str, dead: bool) -> None:
        where = self.tree(tree)
        where.one(file, self.line(), dead=dead)
        self.after_hook(where, dead=dead)

    @rule(tree=TREES, name=BRANCHES, file=FILES, dead=DEAD)
    def amend(self, tree: int, name: str, file: str, dead: bool) -> None:
        where = self.on(tree, name)
        old = where.git("rev-parse", "HEAD")
        where.change(file, self.line())
        where.git(*(NO_HOOKS if dead else ()), "commit", "-q", "--amend", "--no-edit")
        self.after_hook(where, dead=dead)
        if not dead:
            self.settled()
            assert ("amend", old, where.git("rev-parse", "HEAD")) in where.marks()

    @rule(tree=TREES, name=NAMES)
    def branch(self, tree: int, name: str) -> None:
        self.tree(tree).git("switch", "-q", "-c", name, check=False)

    @rule(tree=TREES, back=st.integers(0, 2))
    def detach(self, tree: int, back: int) -> None:
        self.tree(tree).git("switch", "-q", "--detach", f"HEAD~{back}", check=False)

    @rule(tree=TREES, into=BRANCHES, name=BRANCHES, option=st.sampled_from(["--ff", "--no-ff", "--squash"]), dead=DEAD)
    def merge(self, tree: int, into: str, name: str, option: str, dead: bool) -> None:
        where = self.on(tree, into)
        hooks = NO_HOOKS if dead else ()
        where.git(*hooks, "merge", "-q", "--no-edit", option, name, check=False)
        if self.resolve(where) or option == "--squash":
            where.git(*hooks, "commit", "-q", "--no-edit", "-m", "merge or squash", check=False)
        self.after_hook(where, dead=dead)

    @rule(
        tree=TREES,
        name=BRANCHES,
        onto=BRANCHES,
        backend=st.sampled_from(["--merge", "--apply"]),
        outcomes=OUTCOMES,
        end=ENDS,
        dead=DEAD,
    )
    def rebase(self, tree: int, name: str, onto: str, backend: str, outcomes: list[str], end: str, dead: bool) -> None:
        where = self.on(tree, name)
        self.rewrite(where, onto, outcomes, end, backend, dead=dead)

    @rule(
        tree=TREES,
        name=BRANCHES,
        onto=st.one_of(BRANCHES, st.just("HEAD~2"), st.just("HEAD~3")),
        commands=COMMANDS,
        turn=st.booleans(),
        outcomes=OUTCOMES,
        end=ENDS,
    )
    def rebase_interactively(
        self, tree: int, name: str, onto: str, commands: list[str], turn: bool, outcomes: list[str], end: str
    ) -> None:
        where = self.on(tree, name)
        script = self.folder / "todo.py"
        script.write_text(TODO)
        order = "turn" if turn else "keep"
        editor = f"{sys.executable} {script} '{','.join(commands)}' {order}"
        self.rewrite(where, onto, outcomes, end, "-i", "--empty=keep", GIT_SEQUENCE_EDITOR=editor)

    @rule(tree=TREES, onto=BRANCHES, name=BRANCHES)
    def cherry_pick(self, tree: int, onto: str, name: str) -> None:
        where = self.on(tree, onto)
        where.git("cherry-pick", name, check=False)
        if self.resolve(where):
            where.git("cherry-pick", "--continue", check=False)
        where.git("cherry-pick", "--quit", check=False)
        where.git("reset", "-q", "--hard")
        self.after_hook(where)

    @rule(tree=TREES, back=st.integers(1, 2), how=st.sampled_from(["--hard", "--soft"]))
    def reset(self, tree: int, back: int, how: str) -> None:
        where = self.tree(tree)
        where.git("reset", "-q", how, f"HEAD~{back}", check=False)
        if how == "--soft":
            where.git("commit", "-q", "-m", "after a soft reset", check=False)
            self.after_hook(where)

    @rule(name=NAMES, new=NAMES)
    def rename(self, name: str, new: str) -> None:
        self.hooked.git("branch", "-m", name, new, check=False)

    @rule(name=NAMES)
    def delete(self, name: str) -> None:
        self.hooked.git("branch", "-q", "-D", name, check=False)

    @rule(name=NAMES)
    def plumbing(self, name: str) -> None:
        if self.hooked.git("rev-parse", "-q", "--verify", f"refs/heads/{name}", check=False) and not self.checked_out(
            name
        ):
            made = self.hooked.git("commit-tree", f"{name}^{{tree}}", "-p", name, "-m", self.line())
            self.hooked.git("update-ref", f"refs/heads/{name}", made)

    @rule(name=NAMES)
    def force(self, name: str) -> None:
        self.hooked.git("branch", "-f", name, "HEAD", check=False)

    @precondition(lambda self: len(self.trees) == 1)
    @rule()
    def add_a_tree(self) -> None:
        path = self.folder / "tree"
        shutil.rmtree(path, ignore_errors=True)
        self.hooked.git("worktree", "prune")
        self.hooked.git("worktree", "add", "-q", "--detach", str(path))
        self.trees.append(self.hooked.tree_of(path))

    @precondition(lambda self: len(self.trees) == 2)
    @rule()
    def remove_a_tree(self) -> None:
        self.hooked.git("worktree", "remove", "--force", str(self.trees.pop().path))

    @rule(whole=st.booleans())
    def read(self, whole: bool) -> None:
        if whole:
            self.hooked.sync()
        else:
            self.hooked.read()

    @rule(what=st.sampled_from(["index.sqlite", "frontier", "queue/00", "op_log/main/.clock"]))
    def lose(self, what: str) -> None:
        path = self.hooked.muse / what
        if what.startswith("queue"):
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(b"\0garbage")
            self.hooked.sync()
            (self.hooked.muse / "error.log").unlink()
        else:
            path.unlink(missing_ok=True)

    @rule()
    def pack(self) -> None:
        self.hooked.git("pack-refs", "--all")

    # How it does it

    def tree(self, number: int) -> HookedRepo:
        return self.trees[number % len(self.trees)]

    def on(self, number: int, name: str) -> HookedRepo:
        """Return a work tree, on branch `name` if there is one and no other tree has it."""
        where = self.tree(number)
        where.git("switch", "-q", name, check=False)
        return where

    def line(self) -> str:
        self.count += 1
        return f"token{self.count}"

    def checked_out(self, name: str) -> bool:
        return any(tree.git("symbolic-ref", "-q", "--short", "HEAD", check=False) == name for tree in self.trees)

    def resolve(self, where: HookedRepo) -> bool:
        """Resolve a conflict: our lines, and those that the other side added; whether there was one."""
        paths = set(where.git("diff", "--name-only", "--diff-filter=U").split())
        for path in paths:
            base, ours, theirs = (where.git("show", f":{stage}:{path}", check=False).split() for stage in (1, 2, 3))
            lines = dict.fromkeys([*ours, *(line for line in theirs if line not in base)])
            where.write(path, "".join(f"{line}\n" for line in lines))
            where.git("add", path)
        return bool(paths)

    def rewrite(
        self,
        where: HookedRepo,
        onto: str,
        outcomes: list[str],
        end: str,
        *options: str,
        dead: bool = False,
        **variables: str,
    ) -> None:
        before = where.git("rev-parse", "HEAD")
        base = where.git("rev-parse", "-q", "--verify", onto, check=False)
        branch = where.git("symbolic-ref", "-q", "--short", "HEAD", check=False)
        hooks = NO_HOOKS if dead else ()
        if not base:
            return
        refs = [line.split() for line in where.git("for-each-ref", "--format=%(objectname) %(refname)").splitlines()]
        was_there = {oid for oid, ref in refs if ref != f"refs/heads/{branch}"}
        where.git(*hooks, "rebase", *options, onto, check=False, **variables)
        left = list(outcomes)
        for _ in range(40):
            if not self.rebasing(where):
                break
            if end != "through":
                where.git("reset", "-q", "--hard", check=False)
                where.git("rebase", f"--{end}", check=False)
                self.after_hook(where, dead=True)
                return
            conflict = self.resolve(where)
            skip = conflict and bool(left) and left.pop(0) == "skip"
            where.git(*hooks, "rebase", "--skip" if skip else "--continue", check=False)
        else:
            where.git("rebase", "--abort", check=False)
            return
        self.after_hook(where, dead=dead)
        after = where.git("rev-parse", "HEAD")
        if not dead and branch and before != after:
            self.fates_are_told(where, before, after, base, was_there)

    def rebasing(self, where: HookedRepo) -> bool:
        folder = where.path / where.git("rev-parse", "--git-dir")
        return (folder / "rebase-merge").exists() or (folder / "rebase-apply").exists()

    def leave(self, where: HookedRepo) -> None:
        if self.rebasing(where):
            where.git("rebase", "--abort", check=False)

    def after_hook(self, where: HookedRepo, *, dead: bool = False) -> None:
        if dead:
            return
        self.settled()
        if where.git("log", "-1", "--format=%H", check=False) and not self.hooks_missed(where):
            where.head_is_recorded()

    def settled(self) -> None:
        self.hooked.settle()

    def hooks_missed(self, where: HookedRepo) -> bool:
        """Say whether the last command may have fired no hook at all: HEAD's commit is no new one of its own."""
        return where.git("rev-parse", "HEAD") not in where.sessions()

    # What became of each commit, by the lines it added

    def fates_are_told(self, where: HookedRepo, before: str, after: str, base: str, was_there: set[str]) -> None:
        where.sync()
        gone = where.git("rev-list", "--no-merges", before, f"^{after}").split()
        made = where.git("rev-list", "--no-merges", after, f"^{before}", f"^{base}").split()
        kept_elsewhere = set(where.git("rev-list", *was_there, check=False).split()) if was_there else set()
        # What is there already on the other side is nothing that a commit still adds when it gets there.
        there = set(where.git("grep", "-h", "", base).split())
        added = {oid: self.added(where, oid) - there for oid in [*gone, *made]}
        marks = where.marks()
        for oid in gone:
            told = {(why, new) for why, old, new in marks if old == oid}
            heirs = {new for new in made if added[oid] and added[oid] <= added[new]}
            dropped = ("dropped by rebase", "") in told
            if heirs:
                assert any(("rebase", heir) in told for heir in heirs), (where.named([oid]), told)
            elif oid not in kept_elsewhere and added[oid]:
                assert dropped, (where.named([oid]), told)
            for why, new in told:
                if why == "rebase" and new in made and added[oid]:
                    assert added[oid] & added[new], (where.named([oid]), where.named([new]))

    def added(self, where: HookedRepo, oid: str) -> set[str]:
        lines = where.git("show", "--format=", "-U0", oid).splitlines()
        return {line[1:] for line in lines if line.startswith("+") and not line.startswith("+++")}


TestWalk = Walk.TestCase
TestWalk.settings = settings(
    max_examples=WALKS,
    stateful_step_count=STEPS,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    # Shrinking a failure takes minutes: only in a long walk, where somebody waits for it.
    phases=tuple(Phase) if "MUSE_HOOK_WALKS" in os.environ else (Phase.explicit, Phase.generate),
    print_blob=True,
)
