"""One commit's files with their symbols become a StructuredDelta."""

from __future__ import annotations

from muse_hook.delta.blobs import moved_blobs
from muse_hook.delta.carried import Carried
from muse_hook.delta.file_ops import delete_file, insert_file, move_file, patch_file, replace_file
from muse_hook.delta.ops import delete_symbol, restate_symbol
from muse_hook.delta.sides import comparable, known, restated, unrecorded, whole_parent
from muse_hook.delta.summary import delta_summary
from muse_hook.delta.symbols import Children
from muse_hook.errors import InternalError
from muse_hook.match.match import match
from muse_hook.semver.judge import Judge
from muse_hook.semver.verdict import Verdict, sem_ver

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from muse_hook.match.pairs import ChangedFile
    from muse_hook.model.ops import DomainOp, StructuredDelta, SymbolOp

ADDED, REMOVED, MODIFIED, MOVED = range(4)
"""Muse's order of the top-level ops."""

JUDGED = ("module", "order", "unparsed", "reparsed", "too_large")
"""Changes of a whole file that no symbol tells and that ask for a patch release."""


def build_delta(files: Sequence[ChangedFile]) -> StructuredDelta:
    """Return what the changed paths of one commit say, in Muse's shapes (section 5 of the design).

    `files` are all paths that differ from the first parent (and those whose rule has flipped), in any order. The result
    depends on nothing else: the same files give the same bytes.
    """
    files = sorted(files, key=lambda f: f.path)
    told: list[tuple[int, str, DomainOp]] = []
    compared: list[ChangedFile] = []
    plain: list[ChangedFile] = []
    for file in files:
        parent = whole_parent(file)
        if parent:
            told.append(_whole(file, parent))
        elif comparable(file):
            compared.append(file)
        else:
            plain.append(file)
    found = match(compared)
    carried = Carried(found)
    moved = {old: goal.path for old, goal in found.renamed_files.items()}
    judge = Judge({file.path: file.old for file in compared}, {file.path: file.new for file in compared})
    children = Children(compared, found, carried, judge)
    sources = {new: old for old, new in moved.items()}
    by_path = {file.path: file for file in compared}
    for file in compared:
        if file.path in moved:
            continue
        source = sources.get(file.path)
        if source is None:
            told += _compared(file, children.of(file.path), plain)
        else:
            judge.file_moved(source, file.path)
            change = _beside(by_path[source], file)
            confidence = found.renamed_files[source].similarity
            told.append((MOVED, source, move_file(source, file.path, children.of(file.path), change, confidence)))
    told += _plain(plain)
    told.sort(key=lambda row: row[:2])
    ops = [op for _, _, op in told]
    for op in ops:
        for code in op.get("change", ()):
            if code in JUDGED:
                judge.file_changed(op["address"], code)
    verdicts = sorted(judge.verdicts, key=Verdict.key)
    bump, breaking = sem_ver(verdicts)
    return {
        "domain": "code",
        "ops": ops,
        "summary": delta_summary(ops),
        "sem_ver_bump": bump,
        "breaking_changes": breaking,
        "verdicts": [verdict.as_json() for verdict in verdicts],
    }


def _whole(file: ChangedFile, parent: int) -> tuple[int, str, DomainOp]:
    """Tell of a path that a merge took as it is from another parent."""
    old, new = file.change.old, file.change.new
    op: DomainOp
    if old is None and new is not None:
        rank, op = ADDED, insert_file(file.path, new)
    elif old is not None and new is not None:
        rank, op = MODIFIED, replace_file(file.path, old, new)
    elif old is not None:
        rank, op = REMOVED, delete_file(file.path, old)
    else:
        raise InternalError(f"telling of {file.path}", "the path is on neither side")
    op["from_parent"] = parent
    return rank, file.path, op


def _mode(file: ChangedFile) -> list[str]:
    old, new = file.change.old, file.change.new
    return ["mode"] if old is not None and new is not None and old.mode != new.mode else []


def _beside(before: ChangedFile, after: ChangedFile) -> list[str]:
    """Return what a patch tells beside its symbols."""
    change = []
    if before.old is not None and after.new is not None and not before.old.same_module(after.new):
        change.append("module")
    if before.change.old is not None and after.change.new is not None:
        change += ["mode"] if before.change.old.mode != after.change.new.mode else []
    return change


def _compared(file: ChangedFile, children: list[SymbolOp], plain: list[ChangedFile]) -> list[tuple[int, str, DomainOp]]:
    """Tell of a path whose symbols were held against each other; one with none to tell goes to `plain`."""
    old, new = file.change.old, file.change.new
    if old is None or new is None:
        if not children:
            plain.append(file)
            return []
        rank, change = (ADDED, ["added"]) if old is None else (REMOVED, ["removed"])
        return [(rank, file.path, patch_file(file.path, children, change))]
    if children:
        return [(MODIFIED, file.path, patch_file(file.path, children, _beside(file, file)))]
    if file.old is None or file.new is None:
        plain.append(file)
        return []
    change = _mode(file)
    if old.oid == new.oid:
        return [(MODIFIED, file.path, replace_file(file.path, old, new, change, reformatted=True))] if change else []
    if file.old.same_tree(file.new):
        return [(MODIFIED, file.path, replace_file(file.path, old, new, change, reformatted=True))]
    change = ["order", *change] if file.old.same_module(file.new) else ["module", *change]
    return [(MODIFIED, file.path, replace_file(file.path, old, new, change))]


def _plain(files: Sequence[ChangedFile]) -> list[tuple[int, str, DomainOp]]:
    """Tell of paths whose symbols are not compared."""
    told: list[tuple[int, str, DomainOp]] = []
    goes, comes = moved_blobs(files)
    for file in files:
        path, old, new = file.path, file.change.old, file.change.new
        change = [file.new.state] if file.new is not None and not known(file.new) else []
        change += _mode(file)
        if new is None:
            if old is not None:
                told.append((REMOVED, path, delete_file(path, old, change, goes.get(path, ""))))
        elif old is None:
            told.append((ADDED, path, insert_file(path, new, change, comes.get(path, ""))))
        elif restated(file):
            children: list[SymbolOp] = [restate_symbol(path, s) for _, s in sorted(file.new_symbols.items())]
            told.append((MODIFIED, path, patch_file(path, children, ["reparsed", *change])))
        elif unrecorded(file):
            gone: list[SymbolOp] = []
            if known(file.old):
                gone = [delete_symbol(path, s) for _, s in sorted(file.old_symbols.items())]
            if gone:
                told.append((MODIFIED, path, patch_file(path, gone, ["unrecorded", *change])))
            elif old != new or not known(file.old):
                told.append((MODIFIED, path, replace_file(path, old, new, ["unrecorded", *change])))
        elif old != new or change:  # the same file may be unparsed news, where a rule flipped
            reformatted = old != new and old.oid == new.oid
            told.append((MODIFIED, path, replace_file(path, old, new, change, reformatted=reformatted)))
    return told
