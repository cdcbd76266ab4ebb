"""The parser of a language, and the trees and normal forms that it keeps."""

from __future__ import annotations

from muse_hook.digest import hex_sha256
from muse_hook.errors import InternalError
from muse_hook.languages.grammar import tree_sitter
from muse_hook.symbols.normal import Normaliser
from muse_hook.symbols.query import Query

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Callable, Iterator, Sequence
    from typing import Protocol

    from tree_sitter import Node, Parser, Range, Tree

    from muse_hook.languages.languages import Language
    from muse_hook.symbols.normal import Normal
    from muse_hook.symbols.query import Captures

    # What differs between two versions: from where to where in the older one, from where to where in the newer one.
    Edit = tuple[int, int, int, int]

    class HasNormal(Protocol):
        """A text that has its normal form at hand."""

        def forget_normal(self) -> None:
            """Let the normal form go."""

else:
    from _collections import deque  # the package costs a hook a thirtieth of its instructions

# The latest normal forms are kept, so many entries of them: a commit asks for the same ones again and again.
NORMAL_CACHE_SIZE = 200_000
# Trees likewise, by the bytes of their sources; a byte of source makes 24 of tree.
TREE_CACHE_SIZE = 2_000_000
# Of any size, those of a file before and after a commit: texts of both are asked for in turns.
LEAST_TREES = 2
# Of prose, whose nodes are long, it makes less: a node takes what so many bytes of code take.
BYTES_A_NODE = 5

# What a parser whose work is `counted` may do for a source: so many hundreds of steps, and one for so many bytes. The
# files of okio take 1.4 for a hundred bytes at most; 1,340 broken bytes took 200,000, a minute and a half.
STEPS, BYTES_A_STEP = 1_000, 10
CHUNK = 4096  # bytes that are handed to it at a time
# Of so many damaged texts it is remembered which spelling of them was taken, for when their trees are gone.
SPELLINGS = 5_000
# Of so many texts whose trees may be gone the list is looked through.
CONTEXTS = 100
# So many sources are remembered up to their first error, and so many bytes behind it, in which the token stands that it
# was found at: what begins alike has an error, too.
BROKEN, AFTER_FAULT = 50, 1_000

# Of blank lines, which a recovery leaves of what it has read (symbols/recover.py), the parser is told to leave out such
# as are found by a look at every so many bytes: it takes a fifth of the time for a damaged file of 100 kB.
BLANKS = 1_000
_BLANK = b" \t\n"
_SPACE, _LINE_END = b" \n"

_readers: dict[str, Reader] = {}


class TooLargeError(Exception):
    """A file is told without its symbols: a name is longer than any that is told, or reading it takes too much work."""


class _Kept:
    """The latest trees and normal forms, of all languages together: each would keep up to 60 MB of its own.

    The oldest go first.
    """

    __slots__ = ("_entries", "_normals", "_source", "_trees", "most_entries")

    def __init__(self) -> None:
        self.most_entries = NORMAL_CACHE_SIZE
        self._normals: deque[tuple[HasNormal, int]] = deque()
        self._trees: deque[tuple[Parsed, int]] = deque()
        self._entries = self._source = 0

    def tree(self, parsed: Parsed, size: int) -> None:
        """Keep a tree of so many bytes of source."""
        self._trees.append((parsed, size))
        self._source += size
        while self._source > TREE_CACHE_SIZE and len(self._trees) > LEAST_TREES:
            old, size = self._trees.popleft()
            old.drop()
            self._source -= size

    def normal(self, text: HasNormal, size: int) -> None:
        """Keep the normal form of a text, of so many entries."""
        self._normals.append((text, size))
        self._entries += size
        while self._entries > self.most_entries and len(self._normals) > 1:
            old, size = self._normals.popleft()
            old.forget_normal()
            self._entries -= size

    def drop_trees(self) -> None:
        """Let all trees go."""
        while self._trees:
            self._trees.popleft()[0].drop()
        self._source = 0


_kept = _Kept()


def set_cache_size(entries: int) -> int:
    """Keep so many entries of normal forms from now on; returns how many it was before."""
    before, _kept.most_entries = _kept.most_entries, entries
    return before


def reader_of(language: Language) -> Reader:
    """Return the reader of a language; raises ImportError where its grammar cannot be loaded."""
    found = _readers.get(language.name)
    if found is None or found.language is not language:
        found = _readers[language.name] = Reader(language)
    return found


class Parsed:
    """A tree, for the texts of its source to share until the reader lets it go: then `root` is None.

    `nodes` are those of its statements, by where their texts begin, `captures` what was captured in the texts that were
    asked, by where they begin, their lengths, kinds and names: a changed function is asked five times. `given` is what
    the parser was given, respelled more than other files where it `is_respelled` (or would have been, where the grammar
    reads it no better).
    """

    __slots__ = ("captures", "given", "is_respelled", "nodes", "root", "tree")

    def __init__(self, tree: Tree, given: bytes = b"", *, is_respelled: bool = False) -> None:
        self.tree: Tree | None = tree
        self.root: Node | None = tree.root_node
        self.given = given
        self.is_respelled = is_respelled
        self.nodes: dict[int, Node] = {}
        self.captures: dict[tuple[int, int, str, str], Captures] = {}

    def drop(self) -> None:
        """Let the tree go."""
        self.root = self.tree = None
        self.given = b""
        self.nodes = {}
        self.captures = {}


class Reader:
    """Everything one language needs to be read: parser, query and normaliser, made once a process."""

    def __init__(self, language: Language) -> None:
        self.language = language
        grammar, kept = language.grammar, language.kept("query")
        self.query = Query("" if kept else language.query(), grammar, kept)
        self.normaliser = Normaliser(language, self.query)
        self.parser: Parser = tree_sitter().Parser(grammar)
        wraps = {kind: value for kind, value in language.table("alone").items() if isinstance(value, list)}
        self._wraps = {kind: (before.encode(), after.encode()) for kind, (before, after) in wraps.items()}
        self._body = str(language.row.get("body", "")).encode()
        self._bodies = {kind: str(body).encode() for kind, body in language.table("bodies").items()}
        self.attached = self.normaliser.numbers(language.strings("attached"))
        self.decorators = self.normaliser.numbers(language.strings("decorators"))
        self.following = self.normaliser.numbers(language.strings("follows"))
        self.sections = self.normaliser.numbers(language.strings("sections"))
        self.dropped = self.normaliser.numbers(language.strings("drop"))
        self.hollow = self.normaliser.numbers(key.rpartition(".")[2] for key in language.strings("hollow"))
        self.is_in_context = language.row.get("pieces") == "in context"
        self.ends_lines = language.row.get("ends") == "with lines"
        self.is_sound = language.row.get("damage") == "never"
        self.is_whole = language.row.get("pieces") == "whole files"
        self._is_counted = language.row.get("work") == "counted"
        self._contexts: dict[int, tuple[bytes, Parsed]] = {}  # by the identity of the text, which is held
        self._most_contexts = CONTEXTS
        self._broken: deque[bytes] = deque(maxlen=BROKEN)
        self.is_damage_apart = language.row.get("damage") == "by piece"
        self._always = str(language.row.get("respell_always", ""))
        self._respell = language.strings("respell")
        self._respell_where = [mark.encode() for mark in language.strings("respell_where")]
        self._has_respelled = False
        self._spellings: dict[str, bool] = {}  # of damaged texts, whether the respelled one is taken
        self._sizes: set[int] = set()  # theirs

    def parse(self, source: bytes, *, is_tried: bool = False, is_kept: bool = True) -> tuple[Node, Parsed]:
        """Parse a source: the root of its tree, and that in a form which later sources take the room of.

        Unless it `is_kept`, only as long as somebody holds a node: it takes no room of other trees then.

        One that `is_tried`, and has errors, is respelled only where this process has respelled a file: a hook would
        load the rules, 50 M instructions, for a gap between two borders that are none.
        """
        given = self._given(source)
        key = hex_sha256(source) if len(source) in self._sizes else ""
        is_respelled = bool(key) and self._spellings.get(key, False)
        if is_respelled:
            given = self._respelled(given)
        tree = self._tree(given)
        is_new = key not in self._spellings
        is_hidden = self.is_hidden(given)
        is_wrong = tree.root_node.has_error and (self._has_respelled or not is_tried)
        if is_new and (is_hidden or is_wrong) and self._respell:
            from muse_hook.symbols.respell import BY_STATEMENT, PARTIAL  # few files need it

            respelled = self._respelled(given)
            if respelled != given:
                again = self._tree(respelled)
                # where statements have no borders one error may take in all of them: its size says more, as in a piece
                first = 0 if BY_STATEMENT.keys().isdisjoint(self._respell) else 1
                last = 2 if first or self.is_damage_apart else 1
                these, former = _faults(again.root_node)[first:last], _faults(tree.root_node)[first:last]
                is_better = these < former or (is_hidden and these == former)
                if (is_better and PARTIAL.issuperset(self._respell)) or not again.root_node.has_error:
                    tree, given, is_respelled = again, respelled, True
                    self._has_respelled = True
                elif is_hidden:  # a text of it alone may be respelled
                    given, is_respelled = respelled, True
            if self.is_in_context:
                if len(self._spellings) >= SPELLINGS:
                    self._spellings.clear()
                    self._sizes.clear()
                self._spellings[key or hex_sha256(source)] = is_respelled
                self._sizes.add(len(source))
        parsed = Parsed(tree, given, is_respelled=is_respelled)
        if is_kept:
            _kept.tree(parsed, min(len(source), BYTES_A_NODE * tree.root_node.descendant_count))
        return tree.root_node, parsed

    def _tree(self, given: bytes, old: Tree | None = None) -> Tree:
        """Return the tree of what the parser is given. TooLargeError where it is counted, and takes too many steps.

        Steps, not seconds: a commit is told alike on every machine.
        """
        if old is None and len(given) > BLANKS and (blanks := _long_blanks(given)):
            self.parser.included_ranges = _ranges(given, blanks)
            try:
                return self._tree_of(given)
            finally:
                del self.parser.included_ranges
        return self._tree_of(given, old)

    def _sound_tree(self, given: bytes) -> Tree | None:
        """Return the tree of what the parser is given; None where that has errors."""
        for number, known in enumerate(self._broken):
            if given.startswith(known):
                if number:
                    del self._broken[number]
                    self._broken.appendleft(known)
                return None
        tree = self._tree(given)
        if not tree.root_node.has_error:
            return tree
        end = _first_fault(tree.root_node) + AFTER_FAULT
        if end < len(given):
            self._broken.appendleft(given[:end])
        return None

    def parse_sound(self, source: bytes) -> tuple[Node, Parsed] | None:
        """Return what `parse_context` returns of a file; None where that would have errors."""
        given = self._given(source)
        tree, is_respelled = (None if self.is_hidden(given) else self._sound_tree(given)), False
        if tree is None and self._respell:
            given, is_respelled = self._respelled(given), True
            tree = self._sound_tree(given)
        if tree is None:
            return None
        self._has_respelled = self._has_respelled or is_respelled
        parsed = Parsed(tree, given, is_respelled=is_respelled)
        _kept.tree(parsed, min(len(source), BYTES_A_NODE * tree.root_node.descendant_count))
        self._note_context(source, parsed)
        return tree.root_node, parsed

    def _tree_of(self, given: bytes, old: Tree | None = None) -> Tree:
        if not self._is_counted:
            return self.parser.parse(given) if old is None else self.parser.parse(given, old)
        left = STEPS + len(given) // BYTES_A_STEP

        def is_over(_offset: int, _has_error: bool) -> bool:  # noqa: FBT001 - tree-sitter's own form
            nonlocal left
            left -= 1
            return left < 0

        tree = self._watched_tree(given, is_over, old)
        if tree is None:
            raise TooLargeError
        # A tree asks what handed the chunks for each node's text, half of the time of a walk through it. The same tree
        # of the same bytes takes the parser 40 us, unless there are errors to recover from once more.
        return tree if tree.root_node.has_error else self.parser.parse(given, tree)

    def _watched_tree(self, given: bytes, is_over: Callable[[int, bool], bool], old: Tree | None = None) -> Tree | None:
        """Return the tree of what the parser is given; None where it `is_over` before."""

        def chunk(at: int, _: object) -> bytes:
            return given[at : at + CHUNK]

        try:
            if old is None:
                return self.parser.parse(chunk, progress_callback=is_over)
            return self.parser.parse(chunk, old, progress_callback=is_over)
        except ValueError:
            self.parser.reset()
            return None

    def has_sound(self, source: bytes, lines: Sequence[tuple[int, int]]) -> bool:
        """Whether a source has no syntax error in some of its lines, by where they begin and end.

        It has one where that takes more steps than a counted parser may take.
        """
        if self.is_sound:
            return True
        left = STEPS + len(source) // BYTES_A_STEP

        def is_over(offset: int, has_error: bool) -> bool:  # noqa: FBT001 - tree-sitter's own form
            nonlocal left
            left -= 1
            return left < 0 or (has_error and offset >= lines[0][0])

        tree = self._watched_tree(self._given(source), is_over)
        if tree is None:
            return False
        found = [(one.start_byte, one.end_byte) for one in faults(tree.root_node)]
        return not any(start < end and begin <= stop for start, stop in found for begin, end in lines)

    def _given(self, source: bytes) -> bytes:
        """Return what the parser is given first for a source."""
        if not self._always:
            return source
        from muse_hook.symbols.respell import RULES  # few languages need it

        return RULES[self._always](source)

    def is_hidden(self, given: bytes) -> bool:
        """Whether definitions of a text stand where the grammar reads none, and finds no error."""
        return any(mark in given for mark in self._respell_where)

    def _respelled(self, given: bytes) -> bytes:
        """Return what the parser is given where it has found errors."""
        from muse_hook.symbols.respell import BY_STATEMENT, RULES

        for rule in self._respell:
            given = BY_STATEMENT[rule](given, self._is_read) if rule in BY_STATEMENT else RULES[rule](given)
        return given

    def joined_lines(self, source: bytes) -> frozenset[int]:
        """Return where those lines of a damaged text begin that respelling takes into the one before, by a blank."""
        if not self._respell:
            return frozenset()
        from muse_hook.symbols.respell import BY_STATEMENT  # few languages need it

        if not BY_STATEMENT.keys().isdisjoint(self._respell):
            return frozenset()
        spelled = self._respelled(self._given(source))
        if len(spelled) != len(source):
            return frozenset()
        ends = (at for at, byte in enumerate(source) if byte == _LINE_END)
        return frozenset(at + 1 for at in ends if spelled[at] == _SPACE)

    def _is_read(self, text: bytes) -> bool:
        return not self._tree(text).root_node.has_error

    def parse_edited(
        self, source: bytes, old: Parsed, edits: Sequence[Edit]
    ) -> tuple[Node, Parsed, list[tuple[int, int]]] | None:
        """Parse a file of which the parser knows another version, with what is different (see `Edit`), in order.

        Returns the root of its tree, that in the form that `parse` returns, and where it is another one; None where the
        file has to be parsed as a whole: it has errors, or what is the same is respelled in two ways.
        """
        given = self._given(source)
        is_hidden = self.is_hidden(given)
        if old.is_respelled:
            if not is_hidden and self._sound_tree(given) is not None:
                return None
            given = self._respelled(given)
        elif is_hidden:
            return None
        if old.tree is None or not _differ_only(old.given, given, edits):
            return None
        tree = old.tree.copy()
        for start, old_end, new_start, new_end in reversed(edits):
            first = _point(old.given, start)
            stop = start + new_end - new_start
            point = _point(given, new_end)
            begun = _point(given, new_start)
            rows = point[0] - begun[0]
            tree.edit(start, old_end, stop, first, _point(old.given, old_end), (first[0] + rows, point[1]))
        new = self._tree(given, tree)
        if new.root_node.has_error:
            return None
        ranges = [(one.start_byte, one.end_byte) for one in tree.changed_ranges(new)]
        parsed = Parsed(new, given, is_respelled=old.is_respelled)
        _kept.tree(parsed, len(source))
        self._note_context(source, parsed)
        return new.root_node, parsed, ranges

    def drop_trees(self) -> None:
        """Let all trees go, those of other languages, too."""
        _kept.drop_trees()

    def parse_alone(self, source: bytes, kind: str, *, is_header: bool = False) -> tuple[Node, Parsed, int]:
        """Parse part of a file by itself: the tree (see `parse`), and where in what was parsed the part begins.

        What cannot stand alone is set in what it stands in (table `alone` of the language's row); a header gets a body.
        """
        before, after = self._wraps.get(kind, (b"", b""))
        if is_header:
            after = self._bodies.get(kind, self._body) + after
        root, parsed = self.parse(before + source + after + b"\n")
        return root, parsed, len(before)

    def parse_context(self, source: bytes) -> tuple[Node, Parsed]:
        """Parse a file whose texts will be read in it; the trees of the last ones are at hand."""
        parsed = self._contexts.get(id(source), (source, None))[1]
        if parsed is None or parsed.root is None:
            _, parsed = self.parse(source)
            if self.is_in_context:
                self._note_context(source, parsed)
        if parsed.root is None:
            raise InternalError("parsing a file", "its tree is gone at once")
        return parsed.root, parsed

    def _note_context(self, source: bytes, parsed: Parsed) -> None:
        if len(self._contexts) >= self._most_contexts:
            self._contexts = {key: one for key, one in self._contexts.items() if one[1].root is not None}
            self._most_contexts = max(CONTEXTS, 2 * len(self._contexts))
        self._contexts[id(source)] = source, parsed

    def keep_normal(self, text: HasNormal, normal: Normal) -> None:
        """Note that a text has its normal form now; the oldest ones lose theirs."""
        _kept.normal(text, len(normal.entries))


def faults(root: Node) -> Iterator[Node]:
    """Yield the errors of a tree, those in others left out."""
    stack = [root]
    while stack:
        node = stack.pop()
        if node.is_error or node.is_missing:
            yield node
        elif node.has_error:
            stack += node.children


def _faults(root: Node) -> tuple[int, int]:
    """Return how many errors a tree has, those in others left out, and how many bytes they take."""
    sizes = [one.end_byte - one.start_byte for one in faults(root)]
    return len(sizes), sum(sizes)


def _first_fault(root: Node) -> int:
    """Return where the first error of a tree ends that is not in another one."""
    node: Node | None = root
    end = root.end_byte
    while node is not None and not (node.is_error or node.is_missing):
        end = node.end_byte
        node = next((one for one in node.children if one.has_error or one.is_error or one.is_missing), None)
    return node.end_byte if node is not None else end


def _long_blanks(source: bytes) -> list[tuple[int, int]]:
    """Return where whole blank lines begin and end that are long, with a blank line left on either side."""
    found: list[tuple[int, int]] = []
    at = 0
    while at < len(source) - BLANKS:
        if not source[at : at + BLANKS].strip(_BLANK):
            start = source.find(b"\n", len(source[:at].rstrip(_BLANK)), at + BLANKS) + 1
            at = len(source) - len(source[at:].lstrip(_BLANK))
            end = source.rfind(b"\n", 0, source.rfind(b"\n", 0, at)) + 1
            if 0 < start < end:
                found.append((start, end))
        at += BLANKS
    return found


def _ranges(source: bytes, left_out: Sequence[tuple[int, int]]) -> list[Range]:
    """Return what the parser is to read: all of a source but some whole lines."""
    library = tree_sitter()
    found: list[Range] = []
    at = row = 0
    for start, end in left_out:
        last = row + source.count(b"\n", at, start)
        found.append(library.Range((row, 0), (last, 0), at, start))
        at, row = end, last + source.count(b"\n", start, end)
    found.append(library.Range((row, 0), _point(source, len(source)), at, len(source)))
    return found


def _differ_only(old: bytes, new: bytes, edits: Sequence[Edit]) -> bool:
    """Whether two sources are the same but for the edits."""
    at = new_at = 0
    for start, old_end, new_start, new_end in edits:
        if old[at:start] != new[new_at:new_start]:
            return False
        at, new_at = old_end, new_end
    return old[at:] == new[new_at:]


def _point(source: bytes, at: int) -> tuple[int, int]:
    return source.count(b"\n", 0, at), at - source.rfind(b"\n", 0, at) - 1
