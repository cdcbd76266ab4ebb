"""Which recorded commits tell a file without its symbols, since whoever recorded them lacked a grammar that is here."""

from __future__ import annotations

import os
import re

from muse_hook.errors import MuseHookError
from muse_hook.languages.languages import language_for, languages
from muse_hook.oplog.lines import open_log, parse
from muse_hook.oplog.seal import grammars_of
from muse_hook.pathrules.rules import SYMBOLS, read_rules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from muse_hook.git.objects import ObjectReader
    from muse_hook.git.repository import Repository
    from muse_hook.oplog.store import Store


_AFTER_ADDRESS = re.compile(rb'","position":null')
_LONGEST = 40  # bytes of an ending, at least

_TOLD = frozenset(("change", "child_ops", "from_address", "from_parent", "kind", "new_address"))
"""Keys of an op that tells more, or of a path that came as it is: nothing was parsed for it."""


def find_lacking(repo: Repository, store: Store, engines: Mapping[str, str]) -> set[str]:
    """Return those commits, of `engines` (commit id: the engine whose batch of it counts).

    A file-level op of a path in a language that the batch's engine does not name says so, unless the path's rules keep
    its symbols out. The logs are searched for such paths, 400 MB/s; scripts without an extension are not among them.
    """
    ends = _ends()
    named = {engine: frozenset(grammars_of(engine)) for engine in set(engines.values())}
    found: set[str] = set()
    rules: dict[object, Any] = {}
    with repo.objects() as objects:
        for session, _ in store.sessions():
            for commit_id, op in _file_ops(store, session, ends):
                if commit_id in found or commit_id not in engines:
                    continue
                language = language_for(op["address"])
                if language is None or language.name in named[engines[commit_id]]:
                    continue
                try:
                    is_read = _has_symbols(objects, commit_id, op, rules)
                except MuseHookError:  # Git has it no longer
                    continue
                if is_read:
                    found.add(commit_id)
    return found


def _ends() -> tuple[bytes, ...]:
    """Return how paths end whose languages are here; a symbol's address ends with its name."""
    here = [each for each in languages() if each.grammar_version]
    return tuple(end.encode() for each in here for key in ("extensions", "file_names") for end in each.finders(key))


def _file_ops(store: Store, session: str, ends: tuple[bytes, ...]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (commit, op) of a log's file-level ops that say nothing of why they have no symbols."""
    import mmap  # nothing that a hook or a reader does looks here

    fd = open_log(store.log_path(session))
    if fd is None:
        return
    try:
        if not os.fstat(fd).st_size:
            return
        with mmap.mmap(fd, 0, access=mmap.ACCESS_READ) as data:
            for hit in _AFTER_ADDRESS.finditer(data):
                if not data[max(0, hit.start() - _LONGEST) : hit.start()].endswith(ends):
                    continue
                end = data.find(b"\n", hit.end())
                entry = parse(data[data.rfind(b"\n", 0, hit.start()) + 1 : end]) if end >= 0 else None
                op = entry.get("domain_op") if entry is not None else None
                if isinstance(op, dict) and not _TOLD.intersection(op) and "::" not in str(op.get("address", "::")):
                    yield str(entry.get("commit_id", "")), op  # type: ignore[union-attr] # not None, as its op
    finally:
        os.close(fd)


def _has_symbols(objects: ObjectReader, commit_id: str, op: Mapping[str, Any], rules: dict[object, Any]) -> bool:
    """Whether a path is recorded with its symbols: in the commit's tree, of a deleted one in its first parent's."""
    commit = objects.commit(commit_id)
    if op.get("op") == "replace" and "reformatted" in str(op.get("new_summary")):
        return False
    tree = commit.tree
    if op.get("op") == "delete":
        if not commit.parents:
            return False
        tree = objects.commit(commit.parents[0]).tree
    if read_rules(objects, tree, rules).of(op["address"]) != SYMBOLS:  # most are in a language that has to be asked for
        return False
    blob = objects.blob_at(tree, op["address"])
    return blob is not None and blob.is_file
