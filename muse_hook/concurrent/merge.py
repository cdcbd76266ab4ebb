"""Where a line-based merge of two branches would stop, and what that says of each collision."""

from __future__ import annotations

from muse_hook.git.line_diff import line_changes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from muse_hook.concurrent.side import BranchChanges
    from muse_hook.git.objects import ObjectReader
    from muse_hook.model.symbol import Symbol, SymbolTable

    LineSpan = tuple[int, int]
    """Lines from 0, the last one not included; empty for a place between two lines."""
    LineChange = tuple[int, int, int, int]
    """A span of the base, and the span that stands in its place."""

CONFLICTS, MERGES = "conflicts", "merges"
WHOLE = (0, 1 << 40)
TEXT_CACHE_SIZE = 16 << 20
"""Bytes of text that are kept with their lines."""
_HEAD = 8000  # bytes in which Git looks for a NUL before it calls a file binary


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


class TextCache:
    """The lines of blobs (ids), and what differs between two of them: many comparisons ask for the same ones."""

    def __init__(self, objects: ObjectReader, limit: int = TEXT_CACHE_SIZE) -> None:
        self._objects = objects
        self._limit = limit
        self._bytes = 0
        self._texts: dict[str, tuple[bytes, list[bytes]]] = {}
        self._changes: dict[tuple[str, str], list[LineChange]] = {}

    def text(self, oid: str) -> bytes:
        """Return the content of a blob."""
        return self._kept(oid)[0]

    def lines(self, oid: str) -> list[bytes]:
        """Return the lines of a blob as Git counts them: `splitlines` would part at a lone carriage return as well."""
        return self._kept(oid)[1]

    def changes(self, old: str, new: str) -> list[LineChange]:
        """Return what differs between two blobs, line by line, in order."""
        found = self._changes.get((old, new))
        if found is None:
            found = self._changes[old, new] = line_changes(self.text(old), self.text(new))
        return found

    def _kept(self, oid: str) -> tuple[bytes, list[bytes]]:
        found = self._texts.get(oid)
        if found is None:
            text = self._objects.blob(oid)
            found = self._texts[oid] = (text, text.split(b"\n"))
            self._bytes += len(text)
            while self._bytes > self._limit and len(self._texts) > 1:
                self._bytes -= len(self._texts.pop(next(iter(self._texts)))[0])
        return found


class LineMerge:
    """Merges the text of the files that both sides changed, each once and when somebody asks."""

    def __init__(self, texts: TextCache, ours: BranchChanges, theirs: BranchChanges) -> None:
        self._texts = texts
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
        texts = self._texts
        if any(b"\0" in texts.text(blob.oid)[:_HEAD] for blob in (base, ours, theirs)):
            return _EVERYWHERE
        mine, other = (texts.changes(base.oid, blob.oid) for blob in (ours, theirs))
        return conflicts(texts.lines(ours.oid), mine, texts.lines(theirs.oid), other)

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
            text = self._texts.lines(now.oid)
            changes = self._texts.changes(base.oid, now.oid)
            yield [(start, end, b"\n".join(text[here:there])) for start, end, here, there in changes]


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
