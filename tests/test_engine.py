"""The engine's version stands for the ops that it makes: where those change, it has to change, too."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from support.deltas import delta_of

from muse_hook.languages.languages import engine, languages
from muse_hook.model.change import Commit
from muse_hook.oplog.batch import make_batch

GOLDEN = Path(__file__).parent / "golden"
KEPT = Path(__file__).parent / "engine.txt"
SNAPSHOT = "MUSE_HOOK_SNAPSHOT"
PLACES = 12
"""So many places of each golden file are changed: all of them, in 32 languages, take over a minute of processor."""

Tree = Mapping[str, str]


def text(language: str, name: str) -> str:
    (path,) = (GOLDEN / language).glob(f"{name}.*")
    return path.read_text(encoding="utf-8")


def file_name(language: str) -> str:
    (path,) = (GOLDEN / language).glob("before.*")
    return f"src/file{path.suffix}"


def pieces(source: str) -> Iterator[str]:
    """Yield the source without some lines, with them twice or elsewhere, and with other words: broken or not."""
    lines = source.splitlines(keepends=True)
    for at in range(0, len(lines), max(5, len(lines) // PLACES)):
        some = lines[at : at + 4]
        rest = lines[:at] + lines[at + 4 :]
        yield "".join(rest)
        yield "".join(lines[:at] + some + lines[at:])
        yield "".join(rest[: at // 2] + some + rest[at // 2 :])
    for at in range(0, len(lines), max(1, len(lines) // PLACES)):
        line = lines[at]
        for old, new in (("(", "(extra, "), ("e", "x"), ("(", "(1, "), (" ", "  ")):
            yield "".join([*lines[:at], line.replace(old, new, 1), *lines[at + 1 :]])


def trees() -> Iterator[tuple[str, list[Tree]]]:
    """Yield what commits do: a name, and the trees of parent, commit, other parents."""
    for language in sorted(folder.name for folder in GOLDEN.iterdir()):
        path, before, after = file_name(language), text(language, "before"), text(language, "after")
        yield f"{language}: added", [{}, {path: before}]
        yield f"{language}: changed", [{path: before}, {path: after}]
        yield f"{language}: changed back", [{path: after}, {path: before}]
        yield f"{language}: deleted", [{path: before}, {}]
        yield f"{language}: moved and changed", [{path: before}, {"lib/" + path: after}]
        yield (
            f"{language}: merged",
            [{path: before, "b.txt": "1"}, {path: after, "b.txt": "2"}, {path: before, "b.txt": "2"}],
        )
        yield f"{language}: merged symbols", [{path: before}, {path: after + "\n"}, {path: after}]
        for number, piece in enumerate(pieces(before)):
            yield f"{language}: pieces", [{path: before}, {path: piece}]
            if number % 4 == 0:
                yield f"{language}: pieces", [{path: piece}, {path: after, "other/" + path: before}]


def digests() -> dict[str, str]:
    """Return the SHA-256 over the batches' lines (without the engine's name), by what was done to which sources."""
    made: dict[str, tuple[hashlib._Hash, hashlib._Hash]] = {}
    when = "2026-01-01T00:00:00+00:00"
    for number, (name, (old, new, *others)) in enumerate(trees()):
        parents = tuple(f"{parent:040x}" for parent in range(1, 2 + len(others)))
        commit = Commit(
            f"{number:040x}",
            f"{number:040x}",
            parents,
            author="Ada <a@x>",
            authored_at=when,
            committed_at=when,
            summary=name,
        )
        sources, lines = made.setdefault(name, (hashlib.sha256(), hashlib.sha256()))
        sources.update(
            repr([number, sorted(old.items()), sorted(new.items()), [sorted(tree.items()) for tree in others]]).encode()
        )
        lines.update(make_batch(commit, delta_of(old, new, *others), 7, engine="").data)
    return {f"{name} ({sources.hexdigest()[:12]})": lines.hexdigest() for name, (sources, lines) in made.items()}


def test_ops_that_changed_have_another_engine() -> None:
    ours = engine([language.name for language in languages()])
    of, known = "", {}
    if KEPT.exists():
        of, *lines = KEPT.read_text(encoding="utf-8").splitlines()
        known = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    now = digests()
    changed = sorted(name for name in known.keys() & now.keys() if known[name] != now[name])
    assert not changed or of != ours, (
        f"other ops, or other ids, are made of the same sources: {', '.join(changed)}. Logs of before and after would"
        " both claim to be whole. If this is meant, raise ENGINE in muse_hook/__init__.py (CONTRIBUTING.md, 'The"
        f" engine'), then write tests/engine.txt anew: {SNAPSHOT}=1 tests/run tests/test_engine.py"
    )
    if os.environ.get(SNAPSHOT):
        rows = [ours, *(f"{digest}  {name}" for name, digest in now.items())]
        KEPT.write_text("\n".join(rows) + "\n", encoding="utf-8")
    elif of.split("; ")[1:] != ours.split("; ")[1:]:
        pytest.skip(f"the digests are of other grammars: {of}")
    else:
        assert (of, known) == (ours, now), f"write tests/engine.txt anew: {SNAPSHOT}=1 tests/run tests/test_engine.py"
