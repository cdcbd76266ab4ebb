"""The diff of each step of a symbol's story: what of its commit's diff lies in the symbol's lines, as Git makes it."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from operator import itemgetter

from muse_hook.errors import MuseHookError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from muse_hook.git.process import Child
    from muse_hook.git.repository import Repository

# A page holds so many bytes of diffs, the newest steps' first, and of each step so many lines and characters a line.
MOST_BYTES = 6 << 20
MOST_LINES = 40
_MOST_CHARACTERS = 240
# Git's output that is read for them: a commit that moves everything is read to its end for a few steps.
_MOST_READ = 400 << 20
# Commits that Git is asked for at a time, so that it ends soon after a page is full.
_AT_A_TIME = 500
_HUNK = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


class StoryStep:
    """An op of a symbol: its `number` on the page, the commit, the path and the first and last line.

    Of one that `is_gone` they are those before the commit, else those after it.
    """

    __slots__ = ("commit_id", "first", "is_gone", "last", "number", "path")

    def __init__(self, number: int, commit_id: str, path: str, lines: tuple[int, int], *, is_gone: bool) -> None:
        self.number = number
        self.commit_id = commit_id
        self.path = path
        self.first, self.last = lines
        self.is_gone = is_gone


class _Hunk:
    """A hunk as Git prints it, its first line matched, the others (`raw`) with their signs."""

    __slots__ = ("_found", "_lines", "raw")

    def __init__(self, found: re.Match[bytes], raw: list[bytes]) -> None:
        self._found = found
        self.raw = raw
        self._lines: list[tuple[int, int, bytes]] | None = None

    @property
    def lines(self) -> list[tuple[int, int, bytes]]:
        """The lines, each with the numbers of the next ones before and after; most hunks are of no step."""
        if self._lines is None:
            self._lines = lines = []
            old, new = int(self._found[1]), int(self._found[3])
            # Where a side has no line, Git names the line before.
            old += self._found[2] == b"0"
            new += self._found[4] == b"0"
            for line in self.raw:
                sign = line[:1]
                if sign == b"\\":  # no newline at the end of the file
                    continue
                lines.append((old, new, line.removesuffix(b"\n")))
                old += sign != b"+"
                new += sign != b"-"
        return self._lines

    def within(self, step: StoryStep) -> list[tuple[int, int, bytes]]:
        """Return the lines that a step is of, none where nothing changes in them.

        What was taken away right before a symbol is the symbol's only where something else came in its place.
        """
        number = itemgetter(0 if step.is_gone else 1)  # these never fall: a new file's hunk has many symbols
        start = bisect_left(self.lines, step.first, key=number)
        found = self.lines[start : bisect_right(self.lines, step.last, start, key=number)]
        if step.is_gone:
            found = [row for row in found if row[2][:1] != b"+"]
        else:
            begins_new = any(new == step.first and line[:1] == b"+" for _, new, line in found)
            first = step.first + (not begins_new)
            found = [row for row in found if row[2][:1] != b"-" or first <= row[1]]
        return found if any(line[:1] != b" " for _, _, line in found) else []


def story_diffs(repository: Repository, steps: Iterable[StoryStep], display: Callable[[str], str]) -> dict[int, str]:
    """Return the text of the diff of each step that has one, by its number; `steps` are the newest first.

    `display` makes a line of a file fit to be shown. Merges have none, nor what Git cannot tell (an absent blob).
    """
    made: dict[int, str] = {}
    size = read = 0
    for by_commit in _some_commits(steps):
        with _diff_tree(repository, list(by_commit)) as child:
            try:
                for commit_id, path, hunk in _hunks(child):
                    for step in by_commit.get(commit_id, {}).get(path, ()):
                        if text := _text(hunk, step, made.get(step.number, ""), display):
                            made[step.number] = made.get(step.number, "") + text
                            size += len(text)
                    read += sum(map(len, hunk.raw))
                    if size > MOST_BYTES or read > _MOST_READ:
                        child.close(kill=True)
                        return made
            except (MuseHookError, OSError):
                return made
    return made


def _some_commits(steps: Iterable[StoryStep]) -> Iterator[dict[str, dict[str, list[StoryStep]]]]:
    """Yield steps by their commits and paths, `_AT_A_TIME` commits together; no more is taken than is asked for."""
    found: dict[str, dict[str, list[StoryStep]]] = {}
    for step in steps:
        if step.commit_id not in found and len(found) == _AT_A_TIME:
            yield found
            found = {}
        found.setdefault(step.commit_id, {}).setdefault(step.path, []).append(step)
    if found:
        yield found


def _diff_tree(repository: Repository, commits: Sequence[str]) -> Child:
    options = ("-p", "-r", "--root", "--no-color", "--no-ext-diff", "--no-textconv", "--no-renames", "--no-prefix")
    wanted = "".join(commit_id + "\n" for commit_id in commits).encode("ascii")
    return repository.start("-c", "core.quotePath=false", "diff-tree", "--stdin", *options, input=wanted)


def _hunks(child: Child) -> Iterator[tuple[str, str, _Hunk]]:
    """Yield the commit, the path (after it, or before where it is gone) and each hunk that `git diff-tree` prints."""
    commit_id = before = after = ""
    lines = iter(child.stdout)
    for raw in lines:
        line = raw.removesuffix(b"\n")
        if found := _HUNK.match(line):
            old, new = (1 if found[at] is None else int(found[at]) for at in (2, 4))
            body: list[bytes] = []
            while old or new:
                one = next(lines, b"")
                if not one:  # it was cut short
                    return
                body.append(one)
                sign = one[:1]
                if sign == b" ":
                    old -= 1
                    new -= 1
                elif sign == b"-":
                    old -= 1
                elif sign == b"+":
                    new -= 1
            yield commit_id, after or before, _Hunk(found, body)
        elif line.startswith(b"diff --git "):
            before = after = ""
        elif line.startswith(b"--- "):
            before = _path(line[4:])
        elif line.startswith(b"+++ "):
            after = _path(line[4:])
        elif line and not line.strip(b"0123456789abcdef"):
            commit_id = line.decode("ascii")


def _path(text: bytes) -> str:
    """Return a path as the log has it, "" for none."""
    from codecs import escape_decode  # as C quotes, which is how Git does

    text = text.removesuffix(b"\t")  # behind one with a space in it
    if text == b"/dev/null":
        return ""
    if text.startswith(b'"') and text.endswith(b'"'):
        text = escape_decode(text[1:-1])[0]
    return text.decode("utf-8", "backslashreplace")


def _text(hunk: _Hunk, step: StoryStep, so_far: str, display: Callable[[str], str]) -> str:
    rows = hunk.within(step)
    left = MOST_LINES - so_far.count("\n")
    if not rows or left <= 2:  # noqa: PLR2004 - its head, a line, and what is left out
        return ""
    lines = [f"@@ -{rows[0][0]} +{rows[0][1]} @@"]
    shown = rows[: left - 1] if len(rows) < left else rows[: left - 2]
    for _, _, line in shown:
        text = line.decode("utf-8", "backslashreplace").removesuffix("\r").expandtabs()
        lines.append(
            display(text[:_MOST_CHARACTERS]) + ("\N{HORIZONTAL ELLIPSIS}" if len(text) > _MOST_CHARACTERS else "")
        )
    if len(shown) < len(rows):
        lines.append(f"\N{HORIZONTAL ELLIPSIS} {len(rows) - len(shown)} lines more")
    return "\n".join(lines) + "\n"
