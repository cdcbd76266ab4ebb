"""What the reflogs remember: where a branch or HEAD has been."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from muse_hook.git.process import Git

_BRANCHES = "refs/heads/"
_TAIL = 4096  # bytes of a reflog: some twenty moves


class ReflogEntry:
    """One move of a ref: from commit `old` (zeros: it was made) to `new`, at `time` (seconds since 1970)."""

    __slots__ = ("message", "new", "old", "time")

    def __init__(self, old: str, new: str, time: int, message: str) -> None:
        self.old = old
        self.new = new
        self.time = time
        self.message = message

    def __repr__(self) -> str:
        return f"ReflogEntry({self.old[:10]} -> {self.new[:10]} {self.time} {self.message!r})"


def reflog(git: Git, ref: str, git_dir: str) -> list[ReflogEntry]:
    """Return the moves of `ref` (a full name, or "HEAD" of the work tree at `git_dir`), oldest first; none: []."""
    if has_reftable(git):
        return _from_git(git, [ref], git_dir).get(ref, [])
    # What is not below refs/ belongs to one work tree.
    return _from_file(os.path.join(git.common_dir if ref.startswith("refs/") else git_dir, "logs", ref))


def last_move(git: Git, ref: str, git_dir: str) -> int | None:
    """Return when `ref` moved last (seconds since 1970), None where no reflog says so; see `reflog`.

    The end of the file is read alone: ten thousand branches are asked for at once.
    """
    if has_reftable(git):
        entries = _from_git(git, ["-1", ref], git_dir).values()
        return next((each[-1].time for each in entries if each), None)
    path = os.path.join(git.common_dir if ref.startswith("refs/") else git_dir, "logs", ref)
    try:
        with open(path.encode("utf-8", "surrogateescape"), "rb", buffering=0) as file:
            length = file.seek(0, os.SEEK_END)
            file.seek(max(0, length - _TAIL))
            lines = file.read(_TAIL).split(b"\n")
    except OSError:
        return None
    entries_of_file = _entries(lines)  # a line that begins before what was read is none, but for the only one
    return entries_of_file[-1].time if entries_of_file else None


def last_moves_of_head(git: Git, size: int = _TAIL) -> tuple[list[ReflogEntry], bool]:
    """Return the moves in the last `size` bytes of HEAD's reflog, oldest first, and whether these are all that it has.

    No process is started: of a reftable, as of a repository that keeps no reflogs, there is none.
    """
    try:
        with open(os.path.join(git.git_dir, "logs", "HEAD"), "rb", buffering=0) as file:
            length = file.seek(0, os.SEEK_END)
            start = file.seek(max(0, length - size))
            lines = file.read(size).split(b"\n")
    except OSError:
        return [], True
    return _entries(lines[1:] if start else lines), not start


def made_by_head(git: Git, git_dir: str, messages: tuple[str, ...]) -> set[str]:
    """Return the commits HEAD of the work tree at `git_dir` came to by moves whose messages begin with one of some.

    The lines are not parsed: a reading command looks at the moves of some months.
    """
    if has_reftable(git):
        entries = _from_git(git, ["HEAD"], git_dir).get("HEAD", ())
        return {entry.new for entry in entries if entry.message.startswith(messages)}
    try:
        with open(os.path.join(git_dir, "logs", "HEAD").encode("utf-8", "surrogateescape"), "rb") as file:
            data = file.read()
    except OSError:
        return set()
    starts = tuple(message.encode() for message in messages)
    size = 2 * git.id_size
    found = {
        line[size + 1 : 2 * size + 1]
        for line in data.split(b"\n")
        if line[line.find(b"\t") + 1 :].startswith(starts) and line[size : size + 1] == b" "
    }
    return {oid.decode("ascii", "replace") for oid in found}


def branch_reflogs(git: Git) -> dict[str, list[ReflogEntry]]:
    """Return the moves of every local branch that has a reflog, oldest first, by short name."""
    if has_reftable(git):
        found = _from_git(git, ["--glob=refs/heads/*"], git.git_dir)
    else:
        top = os.path.join(git.common_dir, "logs")
        found = {ref: _from_file(os.path.join(top, ref)) for ref in _files_below(top, "refs/heads")}
    return {ref[len(_BRANCHES) :]: entries for ref, entries in sorted(found.items()) if entries}


def has_reftable(git: Git) -> bool:
    """Whether refs and reflogs are in a reftable, where Git alone reads them."""
    return os.path.isdir(os.path.join(git.common_dir, "reftable"))


def _files_below(top: str, folder: str) -> Iterator[str]:
    """Yield the files below `top`/`folder`, relative to `top`, as refs are named."""
    pending = [folder]
    while pending:
        current = pending.pop()
        try:
            entries = list(os.scandir(os.path.join(top, current)))
        except OSError:
            continue
        for entry in entries:
            name = f"{current}/{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                pending.append(name)
            else:
                yield os.fsencode(name).decode("utf-8", "surrogateescape")


def _from_file(path: str) -> list[ReflogEntry]:
    try:
        with open(path.encode("utf-8", "surrogateescape"), "rb", buffering=0) as file:
            lines = file.read().split(b"\n")
    except OSError:
        return []
    return _entries(lines)


def _entries(lines: list[bytes]) -> list[ReflogEntry]:
    found = []
    for line in lines:
        # <old> <new> <name> <email> <seconds> <zone> TAB <message>; a line that is none (a crash) is passed over
        who, _, message = line.partition(b"\t")
        old, _, rest = who.partition(b" ")
        new, _, person = rest.partition(b" ")
        words = person[person.rfind(b">") + 1 :].split()
        if len(old) != len(new) or len(new) < 40 or not words or not words[0].isdigit():  # noqa: PLR2004 - an id
            continue
        found.append(
            ReflogEntry(
                old.decode("ascii", "replace"),
                new.decode("ascii", "replace"),
                int(words[0][:18]),
                message.decode("utf-8", "backslashreplace"),
            )
        )
    return found


def _from_git(git: Git, tips: list[str], git_dir: str) -> dict[str, list[ReflogEntry]]:
    """Ask Git, which tells the newest first and only where a ref went: it came from where the move before led."""
    _, output, _ = git.run(  # what was told before a failure (a pruned commit) is true all the same
        "log", "--walk-reflogs", "--date=raw", "--format=%H%x00%gD%x00%gs", *tips, "--", git_dir=git_dir
    )
    found: dict[str, list[ReflogEntry]] = {}
    nobody = "0" * (2 * git.id_size)
    for line in reversed(output.split(b"\n")):
        new, _, rest = line.decode("utf-8", "surrogateescape").partition("\0")
        selector, _, message = rest.partition("\0")
        ref, _, date = selector.partition("@{")
        if date:
            entries = found.setdefault(ref, [])
            old = entries[-1].new if entries else nobody
            entries.append(ReflogEntry(old, new, int(date.split(" ")[0]), message))
    return found
