"""One commit's files with their symbols become a StructuredDelta."""

from __future__ import annotations

from muse_hook.delta.ops import (
    delete_file,
    delete_symbol,
    delta_summary,
    insert_file,
    move_file,
    patch_file,
    replace_file,
    restate_symbol,
)
from muse_hook.delta.sides import is_comparable, is_known, is_restated, is_unrecorded, moved_blobs
from muse_hook.delta.symbols import Children
from muse_hook.errors import InternalError
from muse_hook.match.match import match
from muse_hook.semver.case import Verdict, sem_ver
from muse_hook.semver.judge import Judge

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from muse_hook.delta.parents import MergeSource, OtherParents
    from muse_hook.match.pairs import ChangedFile
    from muse_hook.match.recorded import Identity
    from muse_hook.model.ops import DomainOp, StructuredDelta, SymbolOp
    from muse_hook.semver.surface import UnchangedFiles

    Row = tuple[int, str, DomainOp]
    """An op with what ops are sorted by: its rank, its path (the old one of a renamed file)."""

ADDED, REMOVED, MODIFIED, MOVED = range(4)
"""Muse's order of the top-level ops."""

JUDGED = ("module", "order", "damaged", "unparsed", "reparsed", "too_large", "unreadable")
"""Changes of a whole file that are no symbol's and ask for a patch release."""


def build_delta(
    files: Sequence[ChangedFile],
    merge: MergeSource | None = None,
    identity: Identity | None = None,
    unchanged: UnchangedFiles | None = None,
) -> StructuredDelta:
    """Return what the changed paths of one commit say, in Muse's shapes (docs/delta.md).

    `files` are all paths that differ from the first parent (and those whose rule has changed), in any order; `merge` is
    asked for the other parents of a merge, `unchanged` for what the tree has beside them (verdicts follow imports and
    bases there). The result depends on nothing else: the same trees give the same bytes. Only between two commits that
    are no neighbours there is more to know, the `identity` of symbols by the steps between.
    """
    rows: list[Row] = []
    compared: list[ChangedFile] = []
    uncompared: list[ChangedFile] = []
    parents: OtherParents | None = None
    if merge is not None:
        from muse_hook.delta.parents import OtherParents, split_whole  # an ordinary commit has one parent

        files, whole = split_whole(files, merge)
        rows += [_taken_whole(*each) for each in whole]
        parents = OtherParents(files, merge, whole)
    for file in sorted(files, key=lambda f: f.path):
        (compared if is_comparable(file) else uncompared).append(file)
    matching = match(compared)
    if identity is not None:
        from muse_hook.match.recorded import pair_recorded  # a hook has one commit, and nobody to ask

        pair_recorded(matching, identity)
    if parents is not None:
        parents.separate(matching)
        gone = parents.take_deleted(matching)
        rows += [_taken_whole(*each) for each in gone]
        dropped = {file.path for file, _, _ in gone}
        compared = [file for file in compared if file.path not in dropped]
    olds, news = {file.path: file.old for file in compared}, {file.path: file.new for file in compared}
    judge = Judge(olds, news, unchanged)
    children = Children(compared, matching, judge, parents)
    old_paths = {new.path: old for old, new in matching.renamed_files.items()}
    by_path = {file.path: file for file in compared}
    for file in compared:
        if file.path in matching.renamed_files:
            continue
        old_path = old_paths.get(file.path)
        if old_path is None:
            judge.file_kept(file.path, file.path)
            row = _compared(file, children.of(file.path))
            if row is not None:
                rows.append(row)
            elif file.old is None or file.new is None:
                uncompared.append(file)
        else:
            judge.file_moved(old_path, file.path)
            judge.file_kept(old_path, file.path)
            change = _beside_symbols(by_path[old_path], file)
            similarity = matching.renamed_files[old_path].similarity
            patch = move_file(old_path, file.path, children.of(file.path), change, similarity)
            rows.append((MOVED, old_path, patch))
    rows += _uncompared(uncompared)
    rows.sort(key=lambda row: row[:2])
    ops = [op for _, _, op in rows]
    silent = {file.path for file in uncompared if _is_silent(file)}
    for op in ops:
        for code in op.get("change", ()):
            if code in JUDGED and op["address"] not in silent:
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


def _is_silent(file: ChangedFile) -> bool:
    """Whether the language of a file has no rule for what is public: then there is no verdict."""
    table = file.old or file.new
    return table is not None and not table.says("public")


def _taken_whole(file: ChangedFile, parent: int, there: str) -> Row:
    """Return the op of a path that a merge took as it is from another parent, where it is at `there`."""
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
    if there and there != file.path:
        op["from_address"] = there
    op["from_parent"] = parent
    return rank, file.path, op


def _compared(file: ChangedFile, children: list[SymbolOp]) -> Row | None:
    """Return the op of a path whose symbols were held against each other.

    None where nothing has changed, and where a side has no symbols and no symbol has changed.
    """
    old, new = file.change.old, file.change.new
    if old is None or new is None:
        if not children:
            return None
        rank, change = (ADDED, ["added", *_damage(file)]) if old is None else (REMOVED, ["removed"])
        return rank, file.path, patch_file(file.path, children, change)
    if children:
        return MODIFIED, file.path, patch_file(file.path, children, _beside_symbols(file, file))
    if file.old is None or file.new is None:
        return None
    change = _mode(file, file)
    if old.oid == new.oid or file.old.same_tree(file.new):
        if old.oid == new.oid and not change:
            return None
        return MODIFIED, file.path, replace_file(file.path, old, new, change, reformatted=True)
    if damage := _damage(file):  # what else may have changed is in what was swallowed
        return MODIFIED, file.path, replace_file(file.path, old, new, [*damage, *change])
    change.insert(0, "order" if file.old.same_module(file.new) else "module")
    return MODIFIED, file.path, replace_file(file.path, old, new, change)


def _uncompared(files: Sequence[ChangedFile]) -> list[Row]:
    """Return the ops of paths whose symbols are not compared."""
    rows: list[Row] = []
    new_paths, old_paths = moved_blobs(files)
    for file in files:
        path, old, new = file.path, file.change.old, file.change.new
        change = [file.new.state] if file.new is not None and not is_known(file.new) else []
        change += _mode(file, file)
        if new is None:
            if old is not None:
                rows.append((REMOVED, path, delete_file(path, old, change, new_paths.get(path, ""))))
        elif old is None:
            rows.append((ADDED, path, insert_file(path, new, change, old_paths.get(path, ""))))
        elif is_restated(file):
            symbols = file.new.symbols if file.new is not None else {}
            children: list[SymbolOp] = [restate_symbol(path, s) for _, s in sorted(symbols.items())]
            rows.append((MODIFIED, path, patch_file(path, children, ["reparsed", *_damage(file), *change])))
        elif is_unrecorded(file):
            deleted: list[SymbolOp] = []
            if is_known(file.old):
                deleted = [delete_symbol(path, s) for _, s in sorted(file.old_symbols.items())]
            if deleted:
                rows.append((MODIFIED, path, patch_file(path, deleted, ["unrecorded", *change])))
            elif old != new or not is_known(file.old):
                rows.append((MODIFIED, path, replace_file(path, old, new, ["unrecorded", *change])))
        elif old != new or change:  # the same file may be news where it is unparsed: a rule has changed
            reformatted = old != new and old.oid == new.oid
            rows.append((MODIFIED, path, replace_file(path, old, new, change, reformatted=reformatted)))
    return rows


def _beside_symbols(before: ChangedFile, after: ChangedFile) -> list[str]:
    """Return the change codes of a patch that are no symbol's."""
    same_module = before.old is None or after.new is None or before.old.same_module(after.new)
    return ([] if same_module else ["module"]) + _damage(after) + _mode(before, after)


def _damage(file: ChangedFile) -> list[str]:
    return ["damaged"] if file.new is not None and file.new.swallowed else []


def _mode(before: ChangedFile, after: ChangedFile) -> list[str]:
    old, new = before.change.old, after.change.new
    return ["mode"] if old is not None and new is not None and old.mode != new.mode else []
