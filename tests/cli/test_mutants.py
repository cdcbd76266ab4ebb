"""Batches of another clone whose digests fit and that hold a value of the wrong type anywhere: no command breaks."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from support.damage import Story
from support.shell import Shell

from muse_hook.cli.failures import DONE, USER_FAULT
from muse_hook.oplog.entry import seal_id
from muse_hook.oplog.reader import read_entries

DEEP: Any = "x"
for _ in range(400):
    DEEP = [DEEP]
VALUES: list[Any] = [
    None, True, -1, 0, 7, 2**64, 10**400, 1.5, 1e999, "", "x", "\ud800", "\x00", [], ["x"], [[]], [None], {}, {"x": []},
    DEEP,
]  # fmt: skip
GONE = object()
COMMANDS = (
    ("verify",),
    ("verify", "--all", "--json"),
    ("log", "--all"),
    ("log", "--all", "--json"),
    ("log", "--all", "--patch"),
    ("show",),
    ("show", "HEAD~1", "--json"),
    ("replay",),
    ("blame", "c.py"),
    ("watch", "--history", "--no-wait", "--json"),
    ("watch", "--history", "--no-wait"),
    ("sql", "SELECT * FROM ops"),
    ("report", "--all"),
    ("status",),
    ("sessions",),
    ("concurrent", "--all"),
    ("changelog", "HEAD~2..HEAD"),
)

Place = list[Any]


def places(value: Any, at: Place) -> Iterator[Place]:
    """Yield the way to each value inside a JSON value, the outer ones first."""
    if at:
        yield at
    inner: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield from places(each, [*at, key])


def mutated(entries: list[Any], at: Place, value: Any) -> list[Any]:
    """Return entries with another value at one place, or without it."""
    changed = deepcopy(entries)
    inner: Any = changed
    for key in at[:-1]:
        inner = inner[key]
    if value is GONE:
        del inner[at[-1]]
    else:
        inner[at[-1]] = value
    return changed


def sealed(entries: list[Any], *, keeps: bool = False) -> bytes:
    """Return the lines of entries; the digest in the seal, and its check, fit. `keeps`: the digest is what mutated."""
    lines = [json.dumps(each, separators=(",", ":")).encode() + b"\n" for each in entries]
    seal = entries[-1] if isinstance(entries[-1], dict) else {}
    if isinstance(seal.get("commit"), dict) and not keeps:
        seal["commit"]["sha256"] = hashlib.sha256(b"".join(lines[:-1])).hexdigest()
        lines[-1] = json.dumps(seal, separators=(",", ":")).encode() + b"\n"
    head, found, _ = lines[-1].rpartition(b',"check"')
    if found and not keeps:
        lines[-1] = head + b',"check":"' + hashlib.sha256(head).hexdigest()[:16].encode() + b'"}\n'
    return b"".join(lines)


def batches(log: bytes) -> list[list[Any]]:
    """Return the entries of each batch of a log."""
    found: list[list[Any]] = [[]]
    for line in log.splitlines():
        found[-1].append(json.loads(line))
        if "commit" in found[-1][-1]:
            found.append([])
    return found[:-1]


def all_mutants(log: bytes) -> list[tuple[int, Place, Any]]:
    """Return (batch, place, value): for each place in each batch another value of every kind."""
    return [
        (number, at, value)
        for number, entries in enumerate(batches(log))
        for at in places(entries, [])
        if len(at) > 1
        for value in [*VALUES, GONE]
    ]


def kinds(log: bytes) -> list[tuple[int, Place, Any]]:
    """Return one of the mutants of each kind: of a place in entries of one sort, whatever batch and list it is in."""
    found: dict[tuple[Any, ...], tuple[int, Place, Any]] = {}
    real = batches(log)
    for number, at, value in all_mutants(log):
        entry = real[number][at[0]]
        sort = "seal" if "commit" in entry else entry["domain_op"]["op"]
        kind = (sort, *("each" if isinstance(key, int) else key for key in at[1:]), repr(value)[:40])
        found.setdefault(kind, (number, at, value))
    return list(found.values())


def log_with(log: bytes, mutants: list[tuple[int, Place, Any]]) -> bytes:
    """Return a log in which some batches are mutated, each once."""
    parts = [(entries, False) for entries in batches(log)]
    for number, at, value in mutants:
        parts[number] = mutated(batches(log)[number], at, value), at[1:] in (["commit", "sha256"], ["check"])
    return b"".join(sealed(entries, keeps=keeps) for entries, keeps in parts)


@pytest.fixture
def story(shell: Shell) -> Story:
    """Return a history, half of it from before the hooks, with a merge, a rename, a move and a co-author."""
    repo = shell.repo
    story = Story(repo)
    assert shell.run("install", "--no-history")[0] == DONE
    assert shell.run("backfill", "--all")[0] == DONE
    repo.commit("Break\n\nCo-authored-by: Bo <bo@example.org>\nMuse-Intent: x", c="def helper(a):\n    return a\n")
    repo.commit("Name", c="def named(a):\n    return a\n\n\nclass K:\n    def m(self):\n        return 1\n")
    return story


def broken(shell: Shell, commands: Any = COMMANDS) -> list[str]:
    """Return which commands end with a fault of ours, or a traceback."""
    found = []
    for words in commands:
        status, _, err = shell.run(*words)
        if status not in (DONE, USER_FAULT) or "Traceback" in err:
            found.append(f"{' '.join(words)}: {status} {err[:200]}")
    return found


def run_mutants(shell: Shell, story: Story, chosen: list[tuple[int, Place, Any]], spare: Path) -> list[str]:
    """Return what broke with some mutants in the log, one a batch, the store being put back before."""
    store = Path(story.store.muse_dir)
    if spare.exists():
        shutil.rmtree(store)
    else:
        shutil.copytree(store, spare)
    shutil.copytree(spare, store, dirs_exist_ok=True)
    story.log.write_bytes(log_with(story.log.read_bytes(), chosen))
    for cache in store.glob("index.sqlite*"):
        cache.unlink()
    return [f"{[(n, at, repr(value)[:40]) for n, at, value in chosen]}: {each}" for each in broken(shell)]


def rounds(left: list[tuple[int, Place, Any]], seed: int) -> Iterator[list[tuple[int, Place, Any]]]:
    """Yield choices of mutants with one in every third batch, till each was chosen once."""
    random.Random(seed).shuffle(left)  # noqa: S311 - a choice of tests
    while left:
        some: dict[int, tuple[int, Place, Any]] = {}
        for each in list(left):
            if len(some) < 3 and each[0] not in some:
                some[each[0]] = each
                left.remove(each)
        yield list(some.values())


@pytest.mark.timeout(300)
def test_no_command_breaks_on_a_wrong_value(shell: Shell, story: Story, tmp_path: Path) -> None:
    log = story.log.read_bytes()
    assert len(all_mutants(log)) > 5000
    assert log_with(log, []) == log
    sixty = random.Random(1).sample(all_mutants(log), 60)  # noqa: S311 - a choice of tests
    for some in rounds(sixty, 1):
        assert run_mutants(shell, story, some, tmp_path / "spare") == []


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_no_command_breaks_on_any_kind_of_wrong_value(shell: Shell, story: Story, tmp_path: Path) -> None:
    wrong = []
    for some in rounds(kinds(story.log.read_bytes()), 2):
        wrong += run_mutants(shell, story, some, tmp_path / "spare")
    assert wrong == []


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("share", [12, pytest.param(1, marks=pytest.mark.long)])
def test_mutants_in_one_log(shell: Shell, story: Story, share: int) -> None:
    """Each under a commit of its own: what is read of them is read in one go, and hides nothing else."""
    log = story.log.read_bytes()
    before = len(list(read_entries(str(story.log))))
    parts = [log]
    real = batches(log)
    for number, (which, at, value) in enumerate(all_mutants(log)[::share]):
        entries = deepcopy(real[which])
        commit_id = f"{number:040x}"
        for entry in entries:
            entry["commit_id"] = commit_id
        entries[-1]["op_id"] = seal_id(commit_id)
        entries[-1]["domain_op"]["address"] = commit_id
        parts.append(sealed(mutated(entries, at, value), keeps=at[1:] in (["commit", "sha256"], ["check"])))
    story.log.write_bytes(b"".join(parts))
    assert broken(shell) == []
    found = [entry.get("commit_id") for entry in read_entries(str(story.log))]
    assert len(found) >= before
    assert {each[-1]["commit_id"] for each in real} <= set(found)


def test_verify_names_the_line(shell: Shell, story: Story) -> None:
    log = story.log.read_bytes()
    which, first = next(
        (number, sum(map(len, batches(log)[:number])) + 1)
        for number, entries in enumerate(batches(log))
        if len(entries) > 2
    )
    story.log.write_bytes(log_with(log, [(which, [1, "domain_op", "lines"], ["x"])]))
    status, out, _ = shell.run("verify")
    assert status == USER_FAULT
    assert f"entry 2: its domain_op.lines is not what it must be; line {first + 1} is not as it was written" in out
    assert shell.run("backfill", "--all")[0] == DONE
    assert shell.run("verify")[0] == DONE
