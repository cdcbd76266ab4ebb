"""Where a line-based merge of two branches would stop, and what that says of each collision."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from muse_hook.concurrent.side import BranchChanges
    from muse_hook.git.objects import ObjectReader
    from muse_hook.git.repository import Repository
    from muse_hook.model.change import Blob
    from muse_hook.model.symbol import Symbol, SymbolTable

    LineSpan = tuple[int, int]
    """Lines from 0, the last one not included; empty for a place between two lines."""
    LineChange = tuple[int, int, int, int]
    """A span of the base, and the span that stands in its place."""

CONFLICTS, MERGES = "conflicts", "merges"
WHOLE = (0, 1 << 40)
_HEAD = 8000  # bytes in which Git looks for a NUL before it calls a file binary
_HUNK = re.compile(rb"^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@", re.MULTILINE)

# As Git's own merge finds them by default, whatever is configured.
_DIFF = (
    "diff", "-U0", "--inter-hunk-context=0", "--diff-algorithm=myers", "--no-indent-heuristic", "--text",
    "--no-color", "--no-ext-diff", "--no-textconv", "--no-relative",
)  # fmt: skip


class Conflict:
    """What both sides changed differently: the spans of the base, of ours and of theirs."""

    __slots__ = ("base", "ours", "theirs")

    def __init__(self, base: LineSpan, ours: LineSpan, theirs: LineSpan) -> None:
        self.base = base
        self.ours = ours
        self.theirs = theirs

    def __repr__(self) -> str:
        return f"Conflict({self.base} {self.ours} {self.theirs})"


_EVERYWHERE = [Conflict(WHOLE, WHOLE, WHOLE)]


class LineMerge:
    """Merges the text of the files that both sides changed, each once and when somebody asks."""

    def __init__(
        self, repository: Repository, objects: ObjectReader, ours: BranchChanges, theirs: BranchChanges
    ) -> None:
        self._repository = repository
        self._objects = objects
        self._ours = ours
        self._theirs = theirs
        self._conflicts_of_path: dict[str, list[Conflict]] = {}

    def at(self, path: str) -> list[Conflict]:
        """Return where the merge of a file (its path before) would stop."""
        found = self._conflicts_of_path.get(path)
        if found is None:
            found = self._conflicts_of_path[path] = self._merge(path)
        return found

    def of_symbol(self, path: str, symbol: Symbol, members: Iterable[Symbol] = ()) -> str:
        """Return the verdict on a symbol as it was before; what happens inside its `members` is theirs."""
        inner = [span_of(each) for each in members]
        hits = (each.base for each in self.at(path) if _meets(each.base, span_of(symbol)))
        return _verdict(any(not any(_inside(hit, span) for span in inner) for hit in hits))

    def of_addition(self, path: str, symbol: Symbol) -> str:
        """Return the verdict on a symbol that ours has added."""
        return _verdict(any(_meets(each.ours, span_of(symbol)) for each in self.at(path)))

    def outside(self, path: str, before: SymbolTable) -> str:
        """Return the verdict on what no symbol of a file held."""
        inner = [span_of(each) for each in before.symbols.values()]
        return _verdict(any(not any(_inside(each.base, span) for span in inner) for each in self.at(path)))

    def is_one_sided(self, path: str, span: LineSpan, inner: Sequence[LineSpan]) -> bool:
        """Say whether one side changed nothing in a span, but inside `inner`, that the other did not change alike.

        A span is of the file as it was before. What a fix brought to both sides, and more of it to one, is that one's.
        """
        mine, other = (
            {
                (start, end, text)
                for start, end, text in made
                if _meets((start, end), span) and not _within(start, end, inner)
            }
            for made in self._both(path)
        )
        return bool(mine and other) and (mine <= other or other <= mine)

    def of_file(self, path: str) -> str:
        """Return the verdict on a whole file."""
        return _verdict(bool(self.at(path)))

    def _merge(self, path: str) -> list[Conflict]:
        file = self._ours.files.get(path)
        if file is None or path not in self._theirs.files:
            return []
        base = file.change.old
        ours, theirs = (side.files[side.path_now(path)].change.new for side in (self._ours, self._theirs))
        if ours is None or theirs is None:
            return [] if ours is theirs else _EVERYWHERE
        if ours.oid == theirs.oid or base is None:
            return [] if ours.oid == theirs.oid else _EVERYWHERE
        if not (base.is_file and ours.is_file and theirs.is_file):
            return _EVERYWHERE
        texts = [self._objects.blob(blob.oid) for blob in (base, ours, theirs)]
        if any(b"\0" in text[:_HEAD] for text in texts):
            return _EVERYWHERE
        mine, other = (self._changes(base, blob) for blob in (ours, theirs))
        return conflicts(_lines(texts[1]), mine, _lines(texts[2]), other)

    def _both(self, path: str) -> Iterator[list[tuple[int, int, bytes]]]:
        """Yield what ours, then theirs, changed in a file: lines of before, and the text that stands in their place."""
        for side in (self._ours, self._theirs):
            file = side.files.get(path)
            base, now = (
                (file.change.old, side.files[side.path_now(path)].change.new) if file is not None else (None, None)
            )
            if base is None or now is None or not (base.is_file and now.is_file):
                yield []
                continue
            text = _lines(self._objects.blob(now.oid))
            yield [(start, end, b"\n".join(text[here:there])) for start, end, here, there in self._changes(base, now)]

    def _changes(self, base: Blob, blob: Blob) -> list[tuple[int, int, int, int]]:
        return line_changes(self._repository, base.oid, blob.oid)


def line_changes(repository: Repository, old: str, new: str) -> list[LineChange]:
    """Return what differs between two blobs (ids), line by line, in order."""
    found = []
    for numbers in _HUNK.findall(repository.output(*_DIFF, old, new)):
        start, count, there, lines = (int(number) if number else 1 for number in numbers)
        start -= count > 0  # of nothing it is the line before
        there -= lines > 0
        found.append((start, start + count, there, there + lines))
    return found


def conflicts(
    ours: Sequence[bytes], mine: Sequence[LineChange], theirs: Sequence[bytes], other: Sequence[LineChange]
) -> list[Conflict]:
    """Return where a merge would stop, of the lines of both sides and what each changed.

    The rule is Git's (`xdl_do_merge`): changes that overlap or touch are one, and no conflict where both sides made
    the same of it.
    """
    marked = sorted([(*change, 0) for change in mine] + [(*change, 1) for change in other])
    found = []
    at = 0
    while at < len(marked):
        start, end = marked[at][:2]
        run = [marked[at]]
        at += 1
        while at < len(marked) and marked[at][0] <= end:
            run.append(marked[at])
            end = max(end, marked[at][1])
            at += 1
        if {side for *_, side in run} == {0, 1}:
            one, two = _span_of_side(run, 0, (start, end)), _span_of_side(run, 1, (start, end))
            if ours[slice(*one)] != theirs[slice(*two)]:
                found.append(Conflict((start, end), one, two))
    return found


def first_line(span: LineSpan) -> LineSpan | None:
    """Return a span with its first line counted from 1, the last included; None for a whole file."""
    return None if span == WHOLE else (span[0] + 1, span[1])


def span_of(symbol: Symbol) -> LineSpan:
    """Return the lines of a symbol, from 0, the last one not included."""
    return symbol.lines[0] - 1, symbol.lines[1]


def _span_of_side(run: Sequence[tuple[int, int, int, int, int]], side: int, base: LineSpan) -> LineSpan:
    """Return which lines of a side stand in the place of a span of the base."""
    own = [change for change in run if change[4] == side]
    first, last = own[0], own[-1]
    return first[2] - (first[0] - base[0]), last[3] + (base[1] - last[1])


def _lines(text: bytes) -> list[bytes]:
    """Return the lines as Git counts them: `splitlines` would part at a lone carriage return as well."""
    return text.split(b"\n")


def _meets(hit: LineSpan, span: LineSpan) -> bool:
    if hit[0] == hit[1]:
        return span[0] < hit[0] < span[1]
    return hit[0] < span[1] and hit[1] > span[0]


def _within(start: int, end: int, spans: Iterable[LineSpan]) -> bool:
    return any(_inside((start, end), span) for span in spans)


def _inside(hit: LineSpan, span: LineSpan) -> bool:
    return span[0] <= hit[0] and hit[1] <= span[1]


def _verdict(stops: bool) -> str:  # noqa: FBT001 - the answer itself
    return CONFLICTS if stops else MERGES
