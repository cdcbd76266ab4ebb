"""The bytes of the logs and the outputs of every command that reads them, over histories whose ids are fixed.

log_bytes.txt holds a SHA-256 for each session's log and for each command's output, and it is bound to the engine that
the seals name: under another one (other grammars) the ways to record are only held against each other. Everything
goes through the command line and Git's hooks, so that the code may be rebuilt under it.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.fixed_histories import APP, DEAD, TOOLS, golden, made
from support.repository import Repo

if TYPE_CHECKING:
    from collections.abc import Mapping

    from support.fixed_histories import History

KEPT = Path(__file__).parent / "log_bytes.txt"
SNAPSHOT = "MUSE_HOOK_SNAPSHOT"
PROJECT = Path(__file__).resolve().parent.parent
OWN_TIP, OWN_COMMITS = "872931d75043ca1997443ed5fc93e2ecd4061521", 25
_AGE = re.compile(rb" +\d+ (?:second|minute|hour|day|week|month|year)s?  ")
_NOW = re.compile(rb"\b20(?:2[4-9]|[3-9]\d)-\d\d-\d\d[T ][\d:.]+(?:[+-]\d\d:\d\d|Z)?")  # the commits are of 2023

pytestmark = pytest.mark.timeout(900)  # hundreds of processes: half a minute together, where nothing else runs

QUERIES = (
    "SELECT * FROM commits ORDER BY commit_id",
    "SELECT * FROM ops ORDER BY commit_id, lamport_ts",
    "SELECT * FROM symbols ORDER BY symbol_id, address",
    "SELECT * FROM renames ORDER BY lamport_ts, commit_id, old_address, new_address",
)


class Proof:
    """What one history gave: {what: SHA-256}. The outputs stand below `folder`, to be looked at where one differs."""

    def __init__(self, name: str, tmp_path: Path, environment: dict[str, str]) -> None:
        self.name = name
        self.folder = tmp_path / "outputs"
        self.folder.mkdir()
        self.tmp_path = tmp_path
        # One language and one encoding for all that is printed, whatever the machine's are.
        self.environment = environment | {"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "1", "TZ": "UTC"}
        self.found: dict[str, str] = {}
        self._engine: dict[str, None] = {}  # what the seals name, each once

    def new(self, name: str, *options: str) -> Repo:
        """Make an empty repository."""
        path = self.tmp_path / name
        path.mkdir()
        repo = Repo(path, self.environment)
        repo.git("init", "-q", "-b", "main", *options)
        return tuned(repo)

    def log(self, way: str, repo: Repo) -> dict[str, bytes]:
        """Keep the digest of each session's log; return {commit id: its batch's bytes}."""
        top = common(repo) / ".muse/op_log"
        batches: dict[str, bytes] = {}
        for path in sorted(top.rglob("ops.jsonl")):
            data = path.read_bytes()
            self.keep(f"{way}: log of {path.parent.relative_to(top)}", data)
            lines: list[bytes] = []
            for line in data.split(b"\n")[:-1]:
                entry = json.loads(line)
                if "commit_id" not in entry:
                    continue
                lines.append(line)
                if "commit" in entry:
                    assert entry["commit_id"] not in batches, "recorded twice"
                    batches[entry["commit_id"]] = b"\n".join(lines)
                    self._engine |= dict.fromkeys(entry["commit"]["engine"].split("; "))
                    lines = []
            assert not lines, "half a batch"
        return batches

    @property
    def engine(self) -> str:
        """The engine that recorded, with every grammar that any commit needed."""
        return "; ".join(self._engine)

    def keep(self, what: str, data: bytes) -> None:
        """Keep the digest of what was found, and what it was."""
        (self.folder / what.replace("/", "_").replace(" ", "_")[:200]).write_bytes(data)
        assert what not in self.found, what
        self.found[what] = hashlib.sha256(data).hexdigest()

    def read(self, way: str, repo: Repo, *arguments: str, formats: tuple[str, ...] = ("", "--json")) -> None:
        """Keep what a command prints and its exit status: plain, and with `--json`."""
        for option in formats:
            words = [*arguments, *([option] if option else [])]
            done = repo.run(sys.executable, "-m", "muse_hook", *words, check=False)
            assert arguments[0] != "verify" or done.returncode == 0, done.stdout
            data = b"\n".join([b"exit %d" % done.returncode, done.stdout, done.stderr])
            for path, sign in ((repo.path, b"<repository>"), (common(repo), b"<git>"), (self.tmp_path, b"<folder>")):
                data = data.replace(os.fsencode(path.resolve()), sign)
            what = f"{way}: {' '.join(words)}".replace(str(self.tmp_path.resolve()), "<folder>")
            self.keep(what, _NOW.sub(b"<now>", _AGE.sub(b" <age>  ", data)))

    def read_all(self, way: str, repo: Repo, since: str, address: str, path: str) -> None:
        """Keep what every command that reads prints; `since` is an older commit, `address` a symbol, `path` a file."""
        self.read(way, repo, "status")
        self.read(way, repo, "sessions")
        self.read(way, repo, "show")
        self.read(way, repo, "show", since)
        self.read(way, repo, "diff", since)
        self.read(way, repo, "log", "--all")
        self.read(way, repo, "log", address, "--patch")
        self.read(way, repo, "log", "--change", "signature", "--since", "2023-11-14T22:13:20Z")
        self.read(way, repo, "blame", since, path)
        self.read(way, repo, "replay")
        self.read(way, repo, "replay", since)
        self.read(way, repo, "verify", "--all")
        self.read(way, repo, "watch", "--history", "--no-wait")
        self.read(way, repo, "checkpoint", "here")
        self.read(way, repo, "checkpoint")
        self.read(way, repo, "replay", "--since", "here")
        self.read(way, repo, "watch", "--since", "here", "--no-wait")
        self.read(way, repo, "changelog", f"{since}..HEAD")
        self.read(way, repo, "changelog", since, "--all-symbols")
        self.read(way, repo, "concurrent", "--all")
        self.read_page(way, repo)
        self.read_page(way, repo, "--all")
        for query in QUERIES:
            self.read(way, repo, "sql", query, formats=("", "--csv", "--json"))
        self.read(way, repo, "show", "no-such-commit", formats=("",))
        self.read(way, repo, "log", "no_such_symbol", formats=("",))

    def read_page(self, way: str, repo: Repo, *options: str) -> None:
        """Keep what `report` prints, and the page."""
        page = self.tmp_path.resolve() / "page.html"
        self.read(way, repo, "report", *options, "--output", str(page))
        self.keep(f"{way}: page {' '.join(options)}", page.read_bytes())

    def holds(self) -> None:
        """Hold what was found against log_bytes.txt, or write it there."""
        with open(KEPT, "r+", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # the workers of xdist write their parts one after the other
            parts = {part.split(": ", 1)[0]: part for part in file.read().split("\n\n") if part}
            head, *rows = parts.get(self.name, f"{self.name}: ").rstrip("\n").split("\n")
            known = {what: digest for digest, _, what in (row.partition("  ") for row in rows)}
            same_engine = head == f"{self.name}: {self.engine}"
            changed = sorted(what for what in known if same_engine and self.found.get(what) != known[what])
            if os.environ.get(SNAPSHOT):
                logs = [what for what in changed if ": log of " in what]
                assert not logs, f"other bytes of the same engine: {logs}; see {self.folder}"
                lines = [f"{self.name}: {self.engine}", *(f"{self.found[what]}  {what}" for what in self.found)]
                parts[self.name] = "\n".join(lines)
                file.seek(0)
                file.truncate()
                file.write("\n\n".join(part.rstrip("\n") for _, part in sorted(parts.items())) + "\n")
                return
        if not same_engine:
            pytest.skip(f"the digests are of another engine: {head}")
        assert not changed, f"other than {KEPT.name} says: {changed}; what was printed now: {self.folder}"
        assert known == self.found, f"write {KEPT.name} anew: {SNAPSHOT}=1 tests/run {Path(__file__).name}"


@pytest.fixture
def proof(request: pytest.FixtureRequest, tmp_path: Path, environment: dict[str, str]) -> Proof:
    """Return a proof named as its test."""
    return Proof(request.node.name.removeprefix("test_"), tmp_path, environment)


def tuned(repo: Repo) -> Repo:
    """Let Git start nothing beside, and keep reflogs in bare repositories, too."""
    repo.git("config", "gc.auto", "0")
    repo.git("config", "maintenance.auto", "false")
    return repo


def common(repo: Repo) -> Path:
    return (repo.path / repo.git("rev-parse", "--git-common-dir")).resolve()


def muse(repo: Repo, *arguments: str, check: bool = True) -> None:
    repo.run(sys.executable, "-m", "muse_hook", *arguments, check=check)


def commit_by_commit(repo: Repo, history: History, *options: str, hash_size: int = 40) -> None:
    """Make each commit of `history` again with `git commit`, so that the hook sees it; the ids are the same."""
    ids = history.write(repo, "refs/made/", hash_size)
    for name in repo.git("for-each-ref", "--format=%(refname)", "refs/made/").split("\n"):
        repo.git("update-ref", "-d", name)
    tips: dict[str, str] = {}
    for step, oid in zip(history.steps, ids, strict=True):
        above = [ids[parent] for parent in step.parents]
        if above and tips.get(step.branch) != above[0]:
            repo.git("update-ref", f"refs/heads/{step.branch}", above[0])
        repo.git("symbolic-ref", "HEAD", f"refs/heads/{step.branch}")
        repo.git("read-tree", oid)
        if len(above) > 1:
            (repo.path / ".git/MERGE_HEAD").write_text("".join(f"{parent}\n" for parent in above[1:]))
            (repo.path / ".git/MERGE_MODE").write_text("no-ff")  # else parents that others reach are left out
        author, _, mail = step.author.rstrip(">").partition(" <")
        now = f"{step.when} +0100"
        variables: dict[str, Any] = {
            "GIT_AUTHOR_NAME": author,
            "GIT_AUTHOR_EMAIL": mail,
            "GIT_AUTHOR_DATE": now,
            "GIT_COMMITTER_NAME": "Grace Höpper",
            "GIT_COMMITTER_EMAIL": "grace@example.org",
            "GIT_COMMITTER_DATE": now,
        }
        arguments = ("commit", "-q", "--allow-empty", "--cleanup=verbatim", "-F", "-")
        repo.git(*options, *arguments, stdin=step.message + "\n", **variables)
        tips[step.branch] = repo.git("rev-parse", "HEAD")
        assert tips[step.branch] == oid, step.message
        if waits(repo):
            muse(repo, "sync")
    repo.git("symbolic-ref", "HEAD", "refs/heads/main")
    repo.git("read-tree", "HEAD")


def waits(repo: Repo) -> bool:
    """Say whether a hook has left a commit to the background: it is waited for, so that the order is the same."""
    queue = common(repo) / ".muse/queue"
    return queue.exists() and any(queue.iterdir())


def recorded_ways(proof: Proof, history: History, *init: str, hash_size: int = 40) -> tuple[Repo, Repo]:
    """Record `history` in each way, all of which give the same batches; the repositories of hooks and of backfill."""
    hooks = proof.new("hooks", *init)
    muse(hooks, "install", "--no-history")
    commit_by_commit(hooks, history, hash_size=hash_size)
    batches = proof.log("hooks", hooks)
    assert batches.keys() == set(hooks.git("rev-list", "--all").split())

    backfills = {"backfill": ("--jobs", "1"), "workers": ("--jobs", "2"), "no reuse": ("--jobs", "1", "--no-reuse")}
    logs: list[Mapping[str, str]] = []
    for way, options in backfills.items():
        repo = proof.new(way.replace(" ", "-"), *init)
        history.write(repo, hash_size=hash_size)
        muse(repo, "install", "--no-history")
        muse(repo, "backfill", "--all", *options)
        assert proof.log(way, repo) == batches, way
        logs.append({what.partition(": ")[2]: digest for what, digest in proof.found.items() if what.startswith(way)})
    assert logs[0] == logs[1] == logs[2]

    late = proof.new("late", *init)
    muse(late, "install", "--no-history")
    history.write(late, hash_size=hash_size)
    muse(late, "sync")
    assert proof.log("sync", late) == batches
    return hooks, Repo(proof.tmp_path / "backfill", proof.environment)


def test_golden_pairs(proof: Proof) -> None:
    hooks, _ = recorded_ways(proof, golden())
    proof.read_all("hooks", hooks, "HEAD~4", "lib/python.pyw::Shape", "lib/python.pyw")
    proof.holds()


def test_made_history(proof: Proof) -> None:
    hooks, backfilled = recorded_ways(proof, made())
    proof.read_all("hooks", hooks, "main~25", "src/app.py::App.run", "src/app.py")
    for arguments in (("status",), ("log",), ("watch", "--history", "--no-wait"), ("replay",), ("blame", "src/app.py")):
        proof.read("backfill", backfilled, *arguments)
    for sides in (("main", "topic"), (":/Edit what", "rename"), (":/Take away", "callers"), ("cross-b", "main")):
        proof.read("hooks", hooks, "concurrent", *sides)
    for subject in (
        "Octopus",
        "Evil",
        "Unrelated",
        "Move a function",
        "Ignore them",
        "Mend it",
        "Odd paths",
        "A cascade",
    ):
        proof.read("hooks", hooks, "show", f":/{subject}")
    proof.holds()


def test_sha256(proof: Proof) -> None:
    history = golden("go", "javascript", "python")  # of every language would say nothing more of objects
    hooks, _ = recorded_ways(proof, history, "--object-format=sha256", hash_size=64)
    for arguments in (("status",), ("log",), ("show", "HEAD~9"), ("replay", "HEAD~9"), ("verify",)):
        proof.read("hooks", hooks, *arguments)
    proof.holds()


def rewrite(repo: Repo, *hooks: str) -> None:
    """Amend, rebase with both backends, drop and fold commits; `hooks`: options that switch them off, or none."""

    def git(*arguments: str, **variables: Any) -> None:
        repo.git(*hooks, *arguments, **variables)
        assert not waits(repo)

    def commit(message: str, path: str, source: str) -> None:
        repo.write(path, source)
        git("add", path)
        git("commit", "-q", "-m", message)

    def topic(name: str, base: str = "main") -> None:
        git("switch", "-q", "-c", name, base)
        for number in range(3):
            commit(f"{name} {number}", f"{name}/{number}.py", f"def {name}{number}():\n    return {number}\n")

    commit("One", "a.py", APP)
    commit("Two", "b.py", TOOLS)
    repo.write("b.py", TOOLS.replace("indent=2", "indent=3"))
    git("commit", "-q", "-a", "--amend", "-m", "Two, amended")
    git("commit", "-q", "--amend", "-m", "Two, said otherwise")
    topic("applied", "main~1")
    git("rebase", "-q", "--apply", "main")
    topic("merged", "main~1")
    git("rebase", "-q", "--merge", "main")
    topic("dropped")
    git("rebase", "-q", "-i", "main", GIT_SEQUENCE_EDITOR="sed -i.bak 2d")
    topic("folded")
    git("rebase", "-q", "-i", "main", GIT_SEQUENCE_EDITOR="sed -i.bak '2s/^pick/fixup/'")
    topic("turned")
    git("rebase", "-q", "-i", "main", GIT_SEQUENCE_EDITOR="sed -i.bak -e '1{h' -e 'd' -e '}' -e '2G'")
    git("switch", "-q", "main")
    git("merge", "-q", "--ff-only", "merged")
    git("merge", "-q", "--no-ff", "-m", "Merge applied", "applied")
    git("cherry-pick", "folded")
    git("revert", "--no-edit", "HEAD")
    git("branch", "-q", "-D", "dropped")


def test_rewrites(proof: Proof) -> None:
    hooks, late = proof.new("hooks"), proof.new("late")
    for repo, options in ((hooks, ()), (late, DEAD)):
        muse(repo, "install", "--no-history")
        rewrite(repo, *options)
        muse(repo, "sync")
    batches = proof.log("hooks", hooks)
    reached = hooks.git("rev-list", "--branches").split()
    assert late.git("rev-list", "--branches").split() == reached
    synced = proof.log("sync", late)
    assert {oid: synced[oid] for oid in reached} == {oid: batches[oid] for oid in reached}
    again = tuned(hooks.clone(proof.tmp_path / "clone", "--bare", "--no-local"))
    muse(again, "install", "--no-history")
    muse(again, "backfill", "--all", "--jobs", "1")
    assert proof.log("backfill", again) == {oid: batches[oid] for oid in reached}
    proof.read_all("hooks", hooks, "HEAD~4", "App.run", "b.py")
    proof.holds()


def scatter(repo: Repo, *hooks: str) -> None:
    """Commit on two branches in two work trees, and on none."""
    repo.write("a.py", APP)
    repo.git("add", "-A")
    repo.git(*hooks, "commit", "-q", "-m", "Begin")
    linked = Repo(repo.path.parent / f"{repo.path.name}-linked", repo.environment, repo.clock)
    repo.git(*hooks, "worktree", "add", "-q", "-b", "feature/é%x", str(linked.path))
    for number, here in enumerate((repo, linked, repo, linked)):
        if number == 2:
            for each in (repo, linked):
                each.git(*hooks, "switch", "-q", "--detach")
        here.write(f"{number}.py", TOOLS)
        here.git("add", "-A")
        here.git(*hooks, "commit", "-q", "-m", f"Commit {number}")
        assert not waits(here)


def test_worktrees(proof: Proof) -> None:
    hooks, late = proof.new("hooks"), proof.new("late")
    for repo, options in ((hooks, ()), (late, DEAD)):
        muse(repo, "install", "--no-history")
        scatter(repo, *options)
    muse(late, "sync")
    assert proof.log("sync", late) == proof.log("hooks", hooks)
    linked = Repo(proof.tmp_path / "hooks-linked", proof.environment)
    for arguments in (("status",), ("sessions",), ("log", "--all"), ("verify",), ("concurrent", "main")):
        proof.read("hooks", hooks, *arguments)
        proof.read("linked", linked, *arguments)
    proof.holds()


def test_shallow_clone(proof: Proof) -> None:
    origin = proof.new("origin")
    made().write(origin)
    shallow = tuned(
        origin.clone(proof.tmp_path / "shallow", "--no-checkout", "--no-local", "--depth", "12", "--no-single-branch")
    )
    muse(shallow, "install", "--no-history")
    muse(shallow, "backfill", "--jobs", "1")
    proof.log("backfill", shallow)
    for arguments in (("status",), ("log",), ("replay",), ("verify",)):
        proof.read("shallow", shallow, *arguments)
    shallow.git("fetch", "-q", "--unshallow")
    muse(shallow, "backfill", "--jobs", "1")
    proof.log("deepened", shallow)
    proof.read("deepened", shallow, "status")
    proof.read("deepened", shallow, "verify")
    proof.holds()


def test_partial_clone(proof: Proof) -> None:
    origin = proof.new("origin")
    made().write(origin)
    origin.git("config", "uploadpack.allowFilter", "true")
    partial = Repo(proof.tmp_path / "partial", proof.environment)
    origin.git("clone", "-q", "--no-checkout", "--filter=blob:none", origin.path.as_uri(), str(partial.path))
    tuned(partial)
    muse(partial, "install", "--no-history")
    muse(partial, "backfill", "--jobs", "1", check=False)
    proof.log("backfill", partial)
    for arguments in (("status",), ("log",)):
        proof.read("partial", partial, *arguments)
    ids = partial.git("rev-list", "--objects", "--missing=print", "main~20").split("\n")
    missing = [oid[1:] for oid in ids if oid.startswith("?")]
    partial.git(
        "-c",
        "fetch.negotiationAlgorithm=noop",
        "fetch",
        "-q",
        "--stdin",
        "--no-tags",
        "origin",
        stdin="\n".join(missing),
    )
    muse(partial, "backfill", "--jobs", "1", check=False)
    proof.log("filled", partial)
    for words in ("status", "log", "replay main~20", "verify"):
        proof.read("filled", partial, *words.split())
    proof.holds()


def test_own_history(proof: Proof) -> None:
    trusted = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*"}
    here = Repo(PROJECT, proof.environment | trusted)
    if here.git("rev-parse", "--show-toplevel", check=False) != str(PROJECT):
        pytest.skip("these tests stand in no work tree of Git: an unpacked archive has no history")
    if here.git("rev-parse", "--is-shallow-repository") == "true" or not here.git(
        "branch", "-a", "--contains", OWN_TIP, check=False
    ):
        pytest.skip("this clone has no whole history")
    source = proof.tmp_path / "source"
    here.git("clone", "-q", "--bare", "--no-local", str(PROJECT), str(source))
    Repo(source, proof.environment).git("update-ref", "refs/heads/own", OWN_TIP)
    batches: list[dict[str, bytes]] = []
    for way, options in {"backfill": ("1",), "workers": ("2",), "no reuse": ("1", "--no-reuse")}.items():
        path = proof.tmp_path / way.replace(" ", "-")
        here.git(
            "clone", "-q", "--no-checkout", "--shared", "--single-branch", "--branch", "own", str(source), str(path)
        )
        own = tuned(Repo(path, proof.environment))
        muse(own, "install", "--no-history")
        muse(own, "backfill", "-n", str(OWN_COMMITS), "--jobs", *options)
        batches.append(proof.log(way, own))
    assert batches[0] == batches[1] == batches[2]
    assert len(batches[0]) == OWN_COMMITS
    for words in ("log", "replay", "changelog HEAD~9..HEAD", "show"):
        proof.read("own", own, *words.split())
    proof.read_page("own", own)
    proof.holds()
