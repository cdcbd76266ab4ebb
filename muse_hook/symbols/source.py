"""The parser of a language, the trees that it keeps, and a statement's text with its normal form on demand."""

from __future__ import annotations

from muse_hook.digest import digest
from muse_hook.errors import InternalError
from muse_hook.languages.grammar import tree_sitter
from muse_hook.symbols.damage import missing_kinds
from muse_hook.symbols.normal import Normaliser
from muse_hook.symbols.query import Query
from muse_hook.symbols.tokens import RAW, leaves

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Collection, Iterator, Sequence

    from tree_sitter import Node, Parser, Tree

    from muse_hook.languages.languages import Language
    from muse_hook.symbols.normal import Normal
    from muse_hook.symbols.query import Captures

    # What differs between two versions: from where to where in the older one, from where to where in the newer one.
    Edit = tuple[int, int, int, int]
else:
    from _collections import deque  # the package costs a hook a thirtieth of its instructions

# The latest normal forms are kept, so many entries of them: a commit asks for the same ones again and again.
NORMAL_CACHE_SIZE = 200_000
# Trees likewise, by the bytes of their sources; a byte of source makes 24 of tree.
TREE_CACHE_SIZE = 1_000_000
# Of prose, whose nodes are long, it makes less: a node takes what so many bytes of code take.
BYTES_A_NODE = 5

# Captures whose ranges in the normal form are noted.
_ROLES = ("body", "decorator", "name", "title", "name.key", "parameters", "returns", "base", "value")

MODIFIERS = "modifiers"
"""What grammars call the node that holds them, decorators among them."""

# What is laid out anew differs in these. Where more does, it is rarely comments alone, and the trees are not compared:
# a backfill writes 3 % fewer entries on flask, 12 on ansible.
_LAYOUT = b" \t\n\f\\,;()'\""

# What a parser whose work is `counted` may do for a source: so many hundreds of steps, and one for so many bytes. The
# files of okio take 1.4 for a hundred bytes at most; 1,340 broken bytes took 200,000, a minute and a half.
STEPS, BYTES_A_STEP = 1_000, 10
CHUNK = 256  # bytes that are handed to it at a time: a node's text is asked for in such pieces, too

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
        self._normals: deque[tuple[SourceText, int]] = deque()
        self._trees: deque[tuple[Parsed, int]] = deque()
        self._entries = self._source = 0

    def tree(self, parsed: Parsed, size: int) -> None:
        """Keep a tree of so many bytes of source."""
        self._trees.append((parsed, size))
        self._source += size
        while self._source > TREE_CACHE_SIZE and len(self._trees) > 1:
            old, size = self._trees.popleft()
            old.drop()
            self._source -= size

    def normal(self, text: SourceText, size: int) -> None:
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
    the parser was given, respelled more than other files where it `is_respelled`.
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
        self.query = Query(language.query(), language.grammar)
        self.normaliser = Normaliser(language, self.query)
        self.parser: Parser = tree_sitter().Parser(language.grammar)
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
        self._contexts: list[tuple[bytes, Parsed]] = []
        self._always = str(language.row.get("respell_always", ""))
        self._respell = language.strings("respell")
        self._has_respelled = False

    def parse(self, source: bytes, *, is_tried: bool = False) -> tuple[Node, Parsed]:
        """Parse a source: the root of its tree, and that in a form which later sources take the room of.

        One that `is_tried`, and has errors, is respelled only where this process has respelled a file: a hook would
        load the rules, 50 M instructions, for a gap between two borders that are none.
        """
        given = self._given(source)
        tree = self._tree(given)
        is_respelled = False
        if tree.root_node.has_error and self._respell and (self._has_respelled or not is_tried):
            from muse_hook.symbols.respell import BY_STATEMENT, PARTIAL  # few files need it

            respelled = self._respelled(given)
            if respelled != given:
                again = self._tree(respelled)
                # where statements have no borders one error may take in all of them: its size says more
                what = 0 if BY_STATEMENT.keys().isdisjoint(self._respell) else 1
                is_better = _faults(again.root_node)[what] < _faults(tree.root_node)[what]
                if (is_better and PARTIAL.issuperset(self._respell)) or not again.root_node.has_error:
                    tree, given, is_respelled = again, respelled, True
                    self._has_respelled = True
        parsed = Parsed(tree, given, is_respelled=is_respelled)
        _kept.tree(parsed, min(len(source), BYTES_A_NODE * tree.root_node.descendant_count))
        return tree.root_node, parsed

    def _tree(self, given: bytes, old: Tree | None = None) -> Tree:
        """Return the tree of what the parser is given. TooLargeError where it is counted, and takes too many steps.

        Steps, not seconds: a commit is told alike on every machine.
        """
        if not self._is_counted:
            return self.parser.parse(given) if old is None else self.parser.parse(given, old)
        left = STEPS + len(given) // BYTES_A_STEP

        def is_over(_offset: int, _has_error: bool) -> bool:  # noqa: FBT001 - tree-sitter's own form
            nonlocal left
            left -= 1
            return left < 0

        def chunk(at: int, _: object) -> bytes:
            return given[at : at + CHUNK]

        try:
            if old is None:
                return self.parser.parse(chunk, progress_callback=is_over)
            return self.parser.parse(chunk, old, progress_callback=is_over)
        except ValueError:
            self.parser.reset()
            raise TooLargeError from None

    def _given(self, source: bytes) -> bytes:
        """Return what the parser is given first for a source."""
        if not self._always:
            return source
        from muse_hook.symbols.respell import RULES  # few languages need it

        return RULES[self._always](source)

    def _respelled(self, given: bytes) -> bytes:
        """Return what the parser is given where it has found errors."""
        from muse_hook.symbols.respell import BY_STATEMENT, RULES

        for rule in self._respell:
            given = BY_STATEMENT[rule](given, self._is_read) if rule in BY_STATEMENT else RULES[rule](given)
        return given

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
        if old.is_respelled:
            if not self._tree(given).root_node.has_error:
                return None
            given = self._respelled(given)
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
        found = (one for known, one in self._contexts if known is source and one.root is not None)
        parsed = next(found, None)
        if parsed is None:
            _, parsed = self.parse(source)
            if self.is_in_context:
                self._note_context(source, parsed)
        if parsed.root is None:
            raise InternalError("parsing a file", "its tree is gone at once")
        return parsed.root, parsed

    def _note_context(self, source: bytes, parsed: Parsed) -> None:
        held = [(known, one) for known, one in self._contexts if one.root is not None]
        self._contexts = [*held, (source, parsed)]

    def damaged_text(self, source: bytes) -> SourceText:
        """Return text that no statement is."""
        return SourceText(self, source, "ERROR")

    def keep_normal(self, text: SourceText, normal: Normal) -> None:
        """Note that a text has its normal form now; the oldest ones lose theirs."""
        _kept.normal(text, len(normal.entries))


def _faults(root: Node) -> tuple[int, int]:
    """Return how many errors a tree has, those in others left out, and how many bytes they take."""
    count, size, stack = 0, 0, [root]
    while stack:
        node = stack.pop()
        if node.is_error or node.is_missing:
            count += 1
            size += node.end_byte - node.start_byte
        elif node.has_error:
            stack += node.children
    return count, size


class SourceText:
    """The text of one statement or definition, with the white space before it on its line, and its kind of node.

    Where several functions stand in one text (`const f = () => 1, g = () => 2`), `name` says whose parts are meant;
    where it has several parts, `part` which of them (-1: no matter). The text of a class that `is_header` ends before
    its body. It begins with what is attached to the node (attributes that stand before it), in `_lead`.

    Its normal form is that of the text parsed alone, so it depends on nothing else: not on where the text stands, nor
    on how the file around it was read, nor on whether the file's tree is still at hand. What was respelled since the
    file has errors elsewhere is parsed alone, too. In a language whose row says that this does not hold (`pieces`), it
    is that of the text in its file, the `context`.
    """

    __slots__ = (
        "_at",
        "_context",
        "_equals",
        "_id",
        "_is_alone",
        "_normal",
        "_parsed",
        "_shaped",
        "is_header",
        "kind",
        "name",
        "part",
        "reader",
        "source",
    )

    def __init__(
        self,
        reader: Reader,
        source: bytes,
        kind: str,
        name: str = "",
        *,
        part: int = -1,
        parsed: Parsed | None = None,
        at: int = 0,
        is_header: bool = False,
        context: bytes | None = None,
    ) -> None:
        if parsed is not None and parsed.is_respelled and not reader.is_in_context:
            parsed = parsed if parsed.given[at : at + len(source)] == source else None
        self.reader = reader
        self._context = context if reader.is_in_context else None
        self.source = source
        self.kind = kind
        self.name = name
        self.part = part
        self.is_header = is_header
        self._id = ""
        self._equals: object = None  # what it shares with texts found to have the same normal form
        self._normal: Normal | None = None
        self._shaped: str | None = None
        self._is_alone = parsed is None
        self._parsed = parsed
        self._at = at

    @property
    def id(self) -> str:
        """SHA-256 of the normal form."""
        if not self._id:
            self._id = digest(self.normal.entries)
        return self._id

    @property
    def normal(self) -> Normal:
        """The normal form; worked out again where it was forgotten."""
        normal = self._normal
        if normal is None:
            normal = self._normal = self._write()
            self.reader.keep_normal(self, normal)
        return normal

    def move(self, shift: int, context: bytes, parsed: Parsed) -> None:
        """Read the text in another file from here on, where it is the same, so many bytes further on."""
        if self._context is not None and self._context is not context:
            self._context, self._parsed = context, parsed
            self._at += shift

    def forget_normal(self) -> None:
        """Let the normal form go."""
        self._normal = None

    def same_as(self, other: SourceText) -> bool:
        """Whether both have the same normal form; equal text is enough, and nothing is parsed then."""
        if self is other:
            return True
        if self.source == other.source and self.kind == other.kind:
            if not self.reader.is_in_context:
                is_read_alike = self._is_alone == other._is_alone or not self.reader.is_whole
                return (is_read_alike and self.part == other.part) or self.id == other.id
            if (self.part, self.name, self._shape) == (other.part, other.name, other._shape) and self._shape:
                return True
        if self._equals is not None and self._equals is other._equals:
            return True
        if (self._id and other._id) or not self._has_equal_tree(other):
            return self.id == other.id
        self._equals = other._equals = self._equals or other._equals or object()
        return True

    @property
    def _shape(self) -> str:
        """The digest of what the grammar makes of the text in its file, "" of damaged text.

        Texts that are equal and whose shapes are have the same normal form, which takes twenty times as long.
        """
        if self._shaped is None:
            _, node = self._nodes()
            self._shaped = "" if node is None else digest(self._shape_of(node))
        return self._shaped

    def _shape_of(self, node: Node) -> Iterator[str]:
        around = node.parent
        while around is not None:
            yield around.type
            around = around.parent
        for one in (*self._lead(node), node, *self._tail(node)):
            yield f"{one.start_point.column} {one.descendant_count} {one}"
            yield (one.text or b"").decode("latin-1")

    def _has_equal_tree(self, other: SourceText) -> bool:
        """Whether the trees at hand say that the normal forms are equal; only where either is not known yet."""
        if (
            self.reader.is_in_context
            or self.reader.following
            or self.is_header
            or other.is_header
            or self.part >= 0
            or other.part >= 0
            or self._has_only_id()
            or other._has_only_id()
            or self.source.translate(None, _LAYOUT) != other.source.translate(None, _LAYOUT)
        ):
            return False
        mine, theirs = self._nodes()[1], other._nodes()[1]
        if mine is None or theirs is None:
            return False
        pairs = zip((*self._lead(mine), mine), (*other._lead(theirs), theirs), strict=False)
        return len(self._lead(mine)) == len(other._lead(theirs)) and all(
            self.reader.normaliser.is_equal(one, another) for one, another in pairs
        )

    def differs(self, other: SourceText) -> bool:
        """Whether the trees at hand say that the normal forms are surely not equal; False says nothing."""
        if (
            self.reader.is_in_context
            or self.reader.is_whole
            or self.kind != other.kind
            or self.is_header
            or other.is_header
            or self.part >= 0
            or other.part >= 0
            or (self._id and other._id)
            or self._has_only_id()
            or other._has_only_id()
        ):
            return False
        mine, theirs = self._nodes()[1], other._nodes()[1]
        if mine is None or theirs is None or self._lead(mine) or other._lead(theirs):
            return False
        return self.reader.normaliser.differs(mine, theirs)

    def _has_only_id(self) -> bool:
        """Whether the id is known, but the tree is gone."""
        return bool(self._id) and (self._parsed is None or self._parsed.root is None)

    def mentions(self, names: Collection[str]) -> bool:
        """Whether any of `names` may stand in the text; beyond ASCII a name has several spellings."""
        return not self.source.isascii() or any(name.encode() in self.source for name in names)

    def _nodes(self) -> tuple[Node, Node | None]:
        """Return the root of the tree, and the node that the text is; None in damaged text."""
        if self._context is not None:
            found = self._in_context(self._context)
            if found is not None:
                return found
            self._context = self._parsed = None  # damage: by itself it says more
        parsed = self._parsed
        root = parsed.root if parsed is not None else None
        if parsed is None or root is None:
            root, parsed, self._at = self.reader.parse_alone(self.source, self.kind, is_header=self.is_header)
            self._parsed = parsed
        if root.has_error:
            return root, None
        node = parsed.nodes.get(self._at)
        if node is not None and node.type == self.kind:
            return root, node
        start = self._at + len(self.source) - len(self.source.lstrip())
        if self.reader.following:
            end = root.end_byte if self.is_header else self._at + len(self.source)
            return root, _node_from(root, self.kind, (start, end))
        return root, _node_at(root, self.kind, (start, self._at + len(self.source)), self.reader.attached)

    def _in_context(self, context: bytes) -> tuple[Node, Node] | None:
        """Return the root of the file's tree, and the node that the text is; None where that is damaged."""
        parsed = self._parsed
        if parsed is None or parsed.root is None:
            _, parsed = self.reader.parse_context(context)
            self._parsed = parsed
        root, node = parsed.root, parsed.nodes.get(self._at)
        if root is None:
            return None
        if node is None or node.type != self.kind:
            start = self._at + len(self.source) - len(self.source.lstrip())
            node = _node_at(root, self.kind, (start, self._at + len(self.source)), self.reader.attached)
        return None if node is None or node.has_error else (root, node)

    def _lead(self, node: Node) -> list[Node]:
        """Return what is attached to a node: what stands before it in the text."""
        found: list[Node] = []
        before = node.prev_named_sibling if self.reader.attached else None
        while before is not None and before.start_byte >= self._at:
            if before.kind_id in self.reader.attached:
                found.append(before)
            elif not before.is_extra:
                break
            before = before.prev_named_sibling
        return found[::-1]

    def _decorators(self, node: Node, captures: Captures) -> list[Node]:
        """Return what the row calls decorators and stands in a definition before its name, among its modifiers too."""
        if not self.reader.decorators or "name" not in captures:
            return []
        start = captures["name"][0].start_byte
        found: list[Node] = []
        waiting = [node]
        while waiting:
            for child in waiting.pop().named_children:
                if child.start_byte >= start:
                    break
                if child.kind_id in self.reader.decorators and child.start_byte >= self._at:
                    found.append(child)
                elif child.end_byte > start or child.type == MODIFIERS:
                    waiting.append(child)
        return sorted(found, key=lambda one: one.start_byte)

    def _tail(self, node: Node) -> list[Node]:
        """Return what belongs to a node and stands behind it in the text: the body of a here-document."""
        found: list[Node] = []
        after = node.next_named_sibling if self.reader.following else None
        while after is not None and after.kind_id in self.reader.following:
            if after.start_byte >= self._at + len(self.source):
                break
            found.append(after)
            after = after.next_named_sibling
        return found

    def _write(self) -> Normal:
        root, node = self._nodes()
        if node is None:
            normal = self.reader.normaliser.write(root.children)
            # what the parser put in for what is missing makes damaged text look whole
            normal.entries += (f"{RAW}missing {kind}" for kind in missing_kinds(root))
            return normal
        captures = self._captures(node)
        roles = {captured.id: role for role in _ROLES for captured in captures.get(role, ())}
        if self.is_header:
            roles.update(
                (body.id, "")
                for key in ("container", "module", "object", "tests", "flat")
                for body in captures.get(key, ())
            )
            if "header" in captures:  # the body begins with part of it
                end = captures["header"][0].end_byte
                for body in (one for key in ("container", "module", "flat") for one in captures.get(key, ())):
                    roles.pop(body.id, None)
                    roles.update((child.id, "") for child in body.children if child.start_byte >= end)
        if self.part >= 0:
            parts = sorted({found["part"][0].start_byte for found in self._ways(node) if "part" in found})
            others = (one["part"][0] for one in self._ways(node) if "part" in one)
            roles.update((one.id, "") for one in others if parts.index(one.start_byte) != self.part)
        for body in captures.get("body", ()):
            first = next((child for child in body.named_children if not child.is_extra), None)
            if first is not None and self.reader.query.matches("docstring", first):
                roles[first.id] = "docstring"
        nodes = [*self._lead(node), node, *self._tail(node)]
        return self.reader.normaliser.write(nodes, roles, is_whole=not self.reader.is_in_context)

    def node(self) -> Node | None:
        """Return the node that the text is; None in damaged text."""
        return self._nodes()[1]

    def written(self, node: Node) -> bytes:
        """Return the text of a node in it as it stands in the file, whatever the parser was given for it."""
        return self.source[node.start_byte - self._at : node.end_byte - self._at]

    def captures(self) -> Captures:
        """Return what the query file captures in the definition; nothing in damaged text."""
        return self._captures(self._nodes()[1])

    def _ways(self, node: Node) -> list[Captures]:
        return [captures for _, captures in self.reader.query.structure(node)]

    def _captures(self, node: Node | None) -> Captures:
        if node is None or self._parsed is None:
            return {}
        key = self._at, len(self.source), self.kind, self.name
        found = self._parsed.captures.get(key)
        if found is None:
            found = self._parsed.captures[key] = self._captured(node)
        return found

    def _captured(self, node: Node) -> Captures:
        # what a part of a statement is (one of several constants) the statement says
        around = node.parent
        for one in (node, around, around.parent if around is not None else None):
            for captures in self._ways(one) if one is not None else ():
                if one is not node and not any(node == part for parts in captures.values() for part in parts):
                    continue  # another part's
                if not self.name or self.name in map(self.reader.normaliser.name, captures.get("name", ())):
                    lead = self._lead(node)
                    lead += (each for each in self._decorators(one or node, captures) if each not in lead)
                    return {**captures, "decorator": [*lead, *captures.get("decorator", ())]} if lead else captures
        return {}

    @property
    def calls(self) -> frozenset[str]:
        """The simple names called."""
        root, node = self._nodes()
        return self.reader.normaliser.calls(node or root)

    @property
    def statements(self) -> tuple[str, ...]:
        """A digest for each statement of the body, in preorder; what stands in an inner one is left out of the outer.

        The definition itself and its docstring are no statements of it. What has no body is all body.
        """
        return tuple(digest(own) for _, own in self._statements())

    @property
    def statement_leaves(self) -> tuple[tuple[int, tuple[str, ...]], ...]:
        """For each of `statements` the number of the one around it (-1: none) and its own leaf texts."""
        return tuple((outer, tuple(leaves(own))) for outer, own in self._statements())

    def _statements(self) -> Iterator[tuple[int, list[str]]]:
        """Yield for each statement of the body the number of the one around it (-1: none) and its own entries."""
        normal = self.normal
        entries, ranges = normal.entries, normal.statements
        bodies = normal.roles.get("body")
        first = bodies[0][0] if bodies else 0
        docstrings = normal.roles.get("docstring", ())
        around: list[tuple[int, int]] = []  # number and end of the statements that are still open
        number = 0
        for index, (start, end) in enumerate(ranges):
            if start < first or (start, end) in docstrings:
                continue
            own: list[str] = []
            at = start
            following = index + 1
            while following < len(ranges) and ranges[following][0] < end:
                inner_start, inner_end = ranges[following]
                if inner_start >= at:
                    own += entries[at:inner_start]
                    at = inner_end
                following += 1
            while around and around[-1][1] <= start:
                around.pop()
            yield around[-1][0] if around else -1, own + entries[at:end]
            around.append((number, end))
            number += 1


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


def _node_at(root: Node, kind: str, span: tuple[int, int], attached: frozenset[int]) -> Node | None:
    """Return the node of `kind` that begins and ends where `span` says; None where there is none.

    White space aside, and what is attached to it.
    """
    start, end = span
    if not root.start_byte <= start < end <= root.end_byte:
        return None
    if attached:
        first = root.descendant_for_byte_range(start, start + 1)
        while first is not None and first.parent is not None and first.parent.parent is not None:
            if first.parent.start_byte < start:
                break
            first = first.parent
        while first is not None and (first.kind_id in attached or first.is_extra) and first.next_named_sibling:
            first = first.next_named_sibling
            start = first.start_byte
    node = root.descendant_for_byte_range(start, end)
    while node is not None and node.type != kind:
        node = node.parent
    if node is None or node.start_byte == start:
        return node
    return None if (node.text or b"")[: start - node.start_byte].strip() else node  # some begin with white space


def _node_from(root: Node, kind: str, span: tuple[int, int]) -> Node | None:
    """Return the outermost node of `kind` that begins where `span` says and does not go beyond it."""
    start, end = span
    node = root.descendant_for_byte_range(start, start + 1)
    found = None
    while node is not None and node.start_byte == start and node.end_byte <= end:
        found = node if node.type == kind else found
        node = node.parent
    return found
