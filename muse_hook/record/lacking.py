"""Which recorded commits tell a file without its symbols, since whoever recorded them lacked a grammar that is here."""

from __future__ import annotations

import os
import re

from muse_hook.errors import MuseHookError
from muse_hook.index.searched import search
from muse_hook.languages.languages import language_for, languages
from muse_hook.oplog.lines import open_log, parse, spans_of_data
from muse_hook.oplog.seal import grammars_of
from muse_hook.pathrules.rules import SYMBOLS, read_rules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from muse_hook.git.objects import ObjectReader
    from muse_hook.git.repository import Repository
    from muse_hook.index.index import Index
    from muse_hook.oplog.store import Store


_AFTER_ADDRESS = re.compile(rb'","position":null')
_ENGINE = b'"engine":"'
"""A key of seals alone; in a text its quotes would be escaped."""

_LONGEST = 40  # bytes of an ending, at least

_TOLD = frozenset(("change", "child_ops", "from_address", "from_parent", "kind", "new_address"))
"""Keys of an op that tells more, or of a path that came as it is: nothing was parsed for it."""


def find_lacking(repo: Repository, store: Store, engines: Mapping[str, str], index: Index | None = None) -> set[str]:
    """Return those commits, of `engines` (commit id: the engine whose batch of it counts).

    A file-level op of a path in a language that the batch's engine does not name says so, unless the path's rules keep
    its symbols out. The logs are searched for such paths, 400 MB/s; scripts without an extension are not among them.
    With an `index`, which has read them, only for what is new in them since the last search for these languages.
    """
    found = _Search(repo, store, engines)
    try:
        if index is not None:
            rows = search(index, "lacking", found.setting, found.look)
        else:
            every = (session for session, _ in store.sessions())
            rows = {row for session in every for row in found.look(session, 0, -1)}
    finally:
        found.close()
    # one that was recorded anew has its old batch in another log, perhaps
    return {oid for oid, language in rows if oid in engines and language not in found.named(engines[oid])}


class _Search:
    """A search for ops of files whose languages are here, and were not where the commit was recorded."""

    def __init__(self, repo: Repository, store: Store, engines: Mapping[str, str]) -> None:
        self._repo = repo
        self._store = store
        self._engines = engines
        self._ends = _ends()
        self._objects: ObjectReader | None = None
        self._rules: dict[object, Any] = {}
        self._names: dict[str, frozenset[str]] = {}
        self.setting = " ".join(sorted({end.decode() for end in self._ends}))

    def close(self) -> None:
        """Let go of Git's objects."""
        if self._objects is not None:
            self._objects.close()

    def named(self, engine: str) -> frozenset[str]:
        """Return the languages whose grammars an engine names."""
        if engine not in self._names:
            self._names[engine] = frozenset(grammars_of(engine))
        return self._names[engine]

    def look(self, session: str, start: int, end: int) -> Iterator[tuple[str, str]]:
        """Yield (commit, language) of what was not read in a part of a log; `end` -1 is the log's."""
        for commit_id, op, engine in _file_ops(self._store, session, self._ends, (start, end)):
            language = language_for(op["address"])
            if language is None or language.name in self.named(engine):
                continue
            try:
                if self._has_symbols(commit_id, op):
                    yield commit_id, language.name
            except MuseHookError:  # Git has it no longer
                continue

    def _has_symbols(self, commit_id: str, op: Mapping[str, Any]) -> bool:
        if self._objects is None:
            self._objects = self._repo.objects()
        return _has_symbols(self._objects, commit_id, op, self._rules)


def _ends() -> tuple[bytes, ...]:
    """Return how paths end whose languages are here; a symbol's address ends with its name."""
    here = [each for each in languages() if each.grammar_version]
    return tuple(end.encode() for each in here for key in ("extensions", "file_names") for end in each.finders(key))


def _file_ops(
    store: Store, session: str, ends: tuple[bytes, ...], part: tuple[int, int]
) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Yield (commit, op, engine) of file-level ops in a part of a log that say nothing of why they have no symbols."""
    import mmap  # nothing that a hook or a reader does looks here

    fd = open_log(store.log_path(session))
    if fd is None:
        return
    try:
        size = os.fstat(fd).st_size
        size = min(size, part[1]) if part[1] >= 0 else size
        if not size:
            return
        with mmap.mmap(fd, size, access=mmap.ACCESS_READ) as data:
            engine, sealed = "", -1  # that of the batch which is sealed there
            for start, stop in spans_of_data(fd, part[0], size):  # a hole of ten gigabytes is not looked through
                for hit in _AFTER_ADDRESS.finditer(data, start, stop):
                    if not data[max(0, hit.start() - _LONGEST) : hit.start()].endswith(ends):
                        continue
                    end = data.find(b"\n", hit.end(), stop)
                    entry = parse(data[data.rfind(b"\n", 0, hit.start()) + 1 : end]) if end >= 0 else None
                    op = entry.get("domain_op") if entry is not None else None
                    if not isinstance(op, dict) or _TOLD.intersection(op) or "::" in str(op.get("address", "::")):
                        continue
                    if sealed < hit.start():
                        sealed = data.find(_ENGINE, hit.end(), stop)
                        if sealed < 0:
                            break
                        at = sealed + len(_ENGINE)
                        engine = data[at : data.find(b'"', at, stop)].decode("ascii", "replace")
                    yield str(entry.get("commit_id", "")), op, engine  # type: ignore[union-attr] # not None, as its op
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
