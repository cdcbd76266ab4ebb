"""A sealed repository with the real hooks in place, and the invariant that must hold whatever is done in it."""

from __future__ import annotations

import sys
import time
from collections import Counter
from pathlib import Path

import muse_hook
import support.reading_of_git as model
from muse_hook.catchup.catchup import CatchUpReport, catch_up
from muse_hook.catchup.pending import Unrecorded, find_unrecorded
from muse_hook.catchup.state import make_baseline
from muse_hook.git.discovery import open_repository
from muse_hook.git.repository import Repository
from muse_hook.install.hook_file import EVENTS, Shim
from muse_hook.oplog.store import Store
from support.repository import Repo

PROJECT = Path(muse_hook.__file__).parent.parent
# What the hooks' interpreter, started without `site`, is to find: this project, and what it depends on.
PACKAGES = (str(PROJECT), *(path for path in sys.path if path.endswith("site-packages")))
NO_HOOKS = ("-c", "core.hooksPath=/dev/null")


class HookedRepo(Repo):
    """A repository whose hooks record: `git` works in it, `agree` holds the promise against a second reading of Git.

    Each hook of a small change has to be through when Git returns: nothing is left in the queue.
    """

    def __init__(self, path: Path, environment: dict[str, str], clock: list[int] | None = None) -> None:
        super().__init__(path, environment, clock)
        self.before: set[str] = set()
        self.shown: HookedRepo = self  # whose log the table of scenarios shows

    def install(self, *, background: bool = False) -> None:
        """Put the hooks in and write the baseline, as `muse-hook install` does."""
        self.before = model.everything_named(self)
        make_baseline(self.repository(), self.store())
        common = model.common_dir(self)
        with (common / "config").open("a") as file:  # a process less for each commit
            file.write("[gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n")
        (common / "info").mkdir(exist_ok=True)
        with (common / "info/exclude").open("a") as file:
            file.write("/.muse\n")
        folder = common / "hooks"
        folder.mkdir(exist_ok=True)
        text = Shim(sys.executable, PACKAGES, background=background).render()
        for event in EVENTS:
            (folder / event).write_bytes(text)
            (folder / event).chmod(0o755)

    def repository(self) -> Repository:
        """Open it as muse_hook does."""
        return open_repository(str(self.path), self.environment)

    def store(self) -> Store:
        """Return its store."""
        return Store(model.common_dir(self).resolve())

    @property
    def muse(self) -> Path:
        """The store's folder."""
        return Path(self.store().muse_dir)

    def dead(self, *args: str, check: bool = True, **variables: str) -> str:
        """Run `git ARGS` as if no hook were there."""
        return self.git(*NO_HOOKS, *args, check=check, **variables)

    def change(self, path: str, line: str) -> None:
        """Add a line to a file, and the file to the index."""
        target = self.path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("a") as file:
            file.write(line + "\n")
        self.git("add", path)

    def one(
        self, path: str = "a.txt", line: str = "", message: str = "", *, dead: bool = False, check: bool = True
    ) -> str:
        """Commit one more line of a file; the commit's id."""
        self.change(path, line or f"line {self.clock[0]}")
        hooks = NO_HOOKS if dead else ()
        self.git(*hooks, "commit", "-q", "-m", message or line or f"{path} at {self.clock[0]}", check=check)
        return self.git("rev-parse", "HEAD")

    def tree_of(self, path: Path, *, before: set[str] | None = None) -> HookedRepo:
        """Return another work tree of this repository with its hooks in place."""
        other = HookedRepo(path, self.environment, self.clock)
        other.before = self.before if before is None else before
        return other

    # Asking

    def sync(self) -> CatchUpReport:
        """Do what `muse-hook sync` does."""
        return catch_up(self.repository(), self.store(), whole=True)

    def read(self) -> CatchUpReport:
        """Do what every reading command does first."""
        return catch_up(self.repository(), self.store())

    def pending(self) -> Unrecorded:
        """Do what `muse-hook status` does."""
        return find_unrecorded(self.repository(), self.store())

    def seals(self) -> list[model.SealSeen]:
        """Return every seal, read the slow way."""
        return model.all_seals(self.muse)

    def sessions(self) -> dict[str, str]:
        """Return {commit: session} of what is sealed."""
        return {seal.commit: seal.session for seal in self.seals()}

    def recorded(self) -> Counter[str]:
        """Return how many commits each session holds."""
        return Counter(seal.session for seal in self.seals())

    def marks(self) -> list[tuple[str, str, str]]:
        """Return the marks as (why, old, new)."""
        return [(mark.why, mark.old, mark.new) for mark in model.all_marks(self.muse)]

    def mark_texts(self) -> list[str]:
        """Return the marks by the commits' subjects: `amend: A -> A2`, `dropped: B`."""
        texts = []
        for why, old, new in self.marks():
            names = [self.git("log", "-1", "--format=%s", oid, check=False) or oid[:7] for oid in (old, new) if oid]
            texts.append(f"{'dropped' if why == 'dropped by rebase' else why}: {' -> '.join(names)}")
        return sorted(texts)

    def queued(self) -> list[str]:
        """Return the events that wait."""
        folder = self.muse / "queue"
        names = [path.name for path in folder.iterdir()] if folder.exists() else []
        return sorted(name for name in names if not name.startswith("."))  # half-written ones are none yet

    def settle(self, seconds: float = 20.0) -> None:
        """Wait until the background has done what hooks left to it."""
        end = time.monotonic() + seconds
        while self.queued():
            assert time.monotonic() < end, f"still waiting: {self.queued()}"
            time.sleep(0.02)
        with self.store().lock(seconds):
            pass

    # The promise

    def head_is_recorded(self) -> None:
        """Hold that HEAD's own ancestry is recorded, as it must be right after a hook."""
        head = set(self.git("rev-list", "HEAD").split()) - set(model.boundary(self))
        missing = head - self.before - self.sessions().keys()
        assert not missing, f"not recorded right after the hook: {self.named(missing)}; {self.errors()}"

    def agree(self) -> None:
        """Hold the promise: after a sync every reachable commit beyond the baseline has exactly one seal, a true one,
        and another sync changes no byte.
        """  # noqa: D205 - one sentence
        report = self.sync()
        assert not report.unreadable, report.unreadable
        assert not self.errors(), self.errors()
        seals = self.seals()
        twice = [oid for oid, count in Counter(seal.commit for seal in seals).items() if count > 1]
        assert not twice, f"recorded twice: {self.named(twice)}"
        sealed = {seal.commit: seal for seal in seals}
        missing = model.reachable(self) - self.before - sealed.keys()
        assert not missing, f"not recorded: {self.named(missing)}"
        early = sealed.keys() & self.before
        assert not early, f"recorded without a backfill: {self.named(early)}"
        self._seals_are_true(sealed)
        assert not self.queued(), self.queued()
        assert not self.pending().missing
        before = model.logs(self.muse)
        again = self.sync()
        assert (again.recorded, again.marks) == (0, 0)
        assert model.logs(self.muse) == before

    def _seals_are_true(self, sealed: dict[str, model.SealSeen]) -> None:
        there = model.there(self, set(sealed))
        raw = model.raw_commits(self, there)
        generations = model.generations(self, there)
        for oid in there:
            seal = sealed[oid]
            assert (seal.tree, seal.parents) == raw[oid]
            assert seal.generation == generations[oid]
            assert seal.entry["lamport_ts"] // model.STAMP == generations[oid]

    def errors(self) -> str:
        """Return error.log."""
        path = self.muse / "error.log"
        return path.read_text() if path.exists() else ""

    def named(self, commits: set[str] | list[str]) -> list[str]:
        """Return commits as a person reads them."""
        return [self.git("log", "-1", "--format=%h %s (%D)", oid, check=False) or oid for oid in sorted(commits)]
