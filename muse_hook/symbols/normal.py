"""Writes syntax trees in their normal form, which formatting does not change."""

from __future__ import annotations

from muse_hook.symbols.literals import (
    Leaves,
    bare_text,
    indented,
    leaf_rule,
    literal_actions,
    prose,
    text_of,
    verbatim,
    write_damage,
)
from muse_hook.symbols.shapes import (
    Kinds,
    associative,
    chain,
    family,
    flat,
    group,
    hoist,
    ladder,
    lean,
    markup,
    merged,
    ordinary,
    strung,
    transparent,
    unordered,
)
from muse_hook.symbols.tokens import CLOSE, NAME, OPEN, joined, leaves, masked, quoted, spaced, without_nul

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence

    from tree_sitter import Node

    from muse_hook.languages.languages import Language
    from muse_hook.symbols.query import Query
    from muse_hook.symbols.shapes import Action, Entries

    # What to note where a node ends: roles, a statement's number, and the kind and text that it is remembered by.
    Ending = list[str | int | tuple[int, Hashable]]
    # By what a part of a statement is remembered, and where in the entries and the statements it begins.
    PartEnding = tuple[Hashable, int, int]

ERROR = 0xFFFF  # tree-sitter's number of what it could not parse

# Names that are remembered; statements that are, and their length in bytes.
REMEMBERED_NAMES = 20_000
REMEMBERED_STATEMENTS = 5_000
REMEMBERED_LENGTH = 1500
REMEMBERED_LEAF = 64
# Parts of statements that are remembered, by their number of nodes: smaller ones are written as fast.
REMEMBERED_PARTS = 10_000
PART_NODES, LARGEST_PART = 12, 400


class Normal:
    """A normalised tree: its entries, and where in them its parts and statements are.

    `roles` has ranges (start, end) by the name of a capture, `statements` a range for each statement in preorder.
    """

    __slots__ = ("entries", "roles", "statements")

    def __init__(self) -> None:
        self.entries: list[str] = []
        self.roles: dict[str, list[tuple[int, int]]] = {}
        self.statements: list[tuple[int, int]] = []

    def part(self, role: str) -> list[str]:
        """Return the entries of every node captured as `role`."""
        return [entry for start, end in self.roles.get(role, ()) for entry in self.entries[start:end]]

    def masked(self, name: str, *, is_own: bool) -> list[str]:
        """Return the entries with a name masked, and where it `is_own` the title that it is."""
        titles = self.roles.get("title") if is_own else None
        entries = masked(self.entries, name)
        if not titles:
            return entries
        start, end = titles[0]
        return [*entries[:start], NAME, *entries[end:]]


class Normalisation:
    """What one language says of its normal form; `languages.toml` says what the keys of a row mean.

    `kinds` are the grammar's, with what writes each; `statements` are numbers of kinds, `packs` is what opens around
    the list in a kind, `leaves_inside` the rule by which a kind in another one is one leaf.
    """

    __slots__ = ("kinds", "leaves_inside", "packs", "statements")

    def __init__(self, language: Language) -> None:
        alias = {kind: str(other) for kind, other in language.table("alias").items()}
        self.kinds = kinds = Kinds(language.grammar, alias, language.kept("kinds"))
        # how an attribute that is merged is written hangs on those beside it: it is none that is remembered
        self.statements = kinds.numbers(language.strings("statements")) - kinds.numbers(language.table("merged"))
        kinds.actions[ERROR] = write_damage
        for kind, spelling in language.table("leaves").items():
            kinds.set_action(kind, Leaves(str(spelling)), is_literal=True)
        strings = {key: str(value) for key, value in language.table("strings").items()}
        self._set_shapes(language, alias)
        if strings:
            for kind, action in literal_actions(kinds, strings).items():
                kinds.set_action(kind, action, is_literal=True)
        literals = kinds.numbers(kind for key in ("whole", "joined") for kind in strings.get(key, "").split())
        kinds.literals = frozenset(i for i in literals if callable(kinds.actions.get(i)))  # the type `string` is none

    def _set_shapes(self, language: Language, alias: dict[str, str]) -> None:
        kinds = self.kinds
        kinds.spelled = self.spelled
        self.leaves_inside: dict[tuple[int, int], str] = {}
        inside: dict[str, dict[int, tuple[str, str]]] = {}  # by parent: what is done with a child, and with what

        def place(key: str, what: str, extra: str, action: Action) -> None:
            parent, dot, child = key.partition(".")
            if dot and parent and child:
                inside.setdefault(parent, {}).update(dict.fromkeys(kinds.numbers((child,)), (what, extra)))
            else:
                kinds.set_action(key, action)

        for kind in language.strings("drop"):
            place(kind, "drop", "", None)
        for kind in language.strings("keep"):
            place(kind, "keep", kind.partition(".")[2], kind)
        for kind in language.strings("transparent"):
            place(kind, "open", "", transparent)
        for kind in language.strings("listed"):
            place(kind, "listed", kind.partition(".")[2], kind)
        for what, key in (
            ("hollow", "hollow"),
            ("later", "later"),
            ("trailing", "trailing"),
            ("key", "keys"),
            ("single", "single"),
            ("unquoted", "unquoted"),
        ):
            for kind in language.strings(key):
                place(kind, what, "", None)
        for kind in language.strings("unquoted_numbers"):
            place(kind, "unquoted", "numbers", None)
        for kind, other in alias.items():
            if "." in kind:
                place(kind, "alias", OPEN + other, None)
        for kind, neighbour in language.table("beside").items():
            place(kind, "beside", str(neighbour), None)
        for kind, around in language.table("wrap").items():
            place(kind, "wrap", OPEN + str(around), None)
        for kind, around in language.table("lead").items():
            place(kind, "lead", OPEN + str(around), None)
        for kind, part in language.table("sealed").items():
            place(kind, "sealed", str(part), None)
        for kind, rule in language.table("inside").items():
            place(kind, "leaf", str(rule), None)
            parent, _, child = kind.partition(".")
            places = ((one, other) for one in kinds.numbers((parent,)) for other in kinds.numbers((child,)))
            self.leaves_inside.update(dict.fromkeys(places, str(rule)))
        for kind in language.strings("prose"):
            kinds.set_action(kind, prose(kinds))
        for kind in language.strings("marked"):
            kinds.set_action(kind, prose(kinds, is_marked=True))
        for kind in language.strings("indented"):
            kinds.set_action(kind, indented(kinds))
        for kind, mark in language.table("dedented").items():
            from muse_hook.symbols.heredocs import closed_deep, dedented  # few languages have such texts

            kinds.set_action(kind, dedented(kinds, str(mark)) if mark else closed_deep(kinds))
        for kind in language.strings("verbatim"):
            kinds.set_action(kind, verbatim(kinds))
        for kind in language.strings("holes"):
            inside.setdefault(kind, {}).update(dict.fromkeys(kinds.commas, ("hole", "")))
        for kind in language.strings("group"):
            kinds.set_action(kind, group(kinds))
        for kind, splat in language.table("hoist").items():
            kinds.set_action(kind, hoist(kinds, str(splat)))
        for kind in language.strings("chain"):
            kinds.set_action(kind, chain(kinds))
        for kind, operators in language.table("associative").items():
            kinds.set_action(kind, associative(kinds, str(operators)))
        for kind, string in language.table("strung").items():
            kinds.set_action(kind, strung(kinds, str(string)))
        for kind in language.strings("flat"):
            kinds.set_action(kind, flat(kinds))
        for kind in language.strings("unordered"):
            kinds.set_action(kind, unordered(kinds))
        if parts := {key: str(value) for key, value in language.table("markup").items()}:
            for kind in parts["elements"].split():
                kinds.set_action(kind, markup(kinds, parts))
        for kind, name in language.table("merged").items():
            kinds.set_action(kind, merged(kinds, str(name)))
        for kind, twin in language.table("lean").items():
            kinds.set_action(kind, lean(kinds, str(twin)))
        pack = {kind: OPEN + str(other) for kind, other in language.table("pack").items()}
        self.packs = {number: opening for kind, opening in pack.items() for number in kinds.numbers((kind,))}
        for kind in {**inside, **pack}:
            is_bare = kind in language.strings("transparent")
            kinds.set_action(kind, family(kinds, inside.get(kind, {}), pack.get(kind), is_bare=is_bare))
        if rungs := {key: str(value) for key, value in language.table("ladder").items()}:
            kinds.set_action(rungs["statement"], ladder(kinds, rungs))

    def spelled(self, node: Node, rule: str, until: int = -1) -> str:
        """Return the text of a node by a spelling rule, up to a byte `until` (-1: all of it), without comments."""
        return leaf_rule(rule)(bare_text(node, self.kinds.actions, until, self.kinds.literals))


def _qualified(name: str, scopes: str) -> str:
    """Return a name with dots for what stands between its parts, without the arguments of templates."""
    at = name.find("operator")  # what stands behind it is a sign
    word, sign = (name[:at], name[at:]) if at >= 0 else (name, "")
    parts, depth = [""], 0
    for letter in word if "<" in word else ():
        depth += (letter == "<") - (letter == ">")
        parts += (letter,) if not depth and letter != ">" else ()
    name = ("".join(parts) or word) + sign
    return name.replace(scopes, ".").strip(".") if scopes in name else name


class _Leaves(dict[bytes, str]):
    """The entries of leaves that no rule spells, by their text; "" of one without any. Long ones are not remembered."""

    def __missing__(self, text: bytes) -> str:
        """Write a leaf by its text."""
        entry = NAME + without_nul(text.decode("utf-8", "backslashreplace")) if text else ""
        if len(text) <= REMEMBERED_LEAF:
            if len(self) >= REMEMBERED_NAMES:
                self.clear()
            self[text] = entry
        return entry


class Normaliser:
    """Walks trees of one language."""

    def __init__(self, language: Language, query: Query) -> None:
        self._query = query
        self._normalisation = Normalisation(language)
        self._calls = query.kinds("call")
        # Entries of statements, and where they and those inside stand; by kind: one may be all of another's text.
        self._known: dict[tuple[int, Hashable], tuple[list[str], list[tuple[int, int]]]] = {}
        self._parts_known: dict[Hashable, tuple[list[str], list[tuple[int, int]]]] = {}
        self._names: dict[bytes, str] = {}
        self._leaves = _Leaves()
        self._scopes = str(language.row.get("scopes", ""))
        self._tokens = {key.encode(): str(name) for key, name in language.table("tokens").items()}

    def name(self, node: Node) -> str:
        """Return a name as addresses have it: its leaves without white space, a string's meaning."""
        text = node.text or b""
        if self._tokens and not node.is_named and text in self._tokens:
            return self._tokens[text]
        found = self._names.get(text)
        if found is None:
            if not (text.isascii() and text.replace(b"_", b"").replace(b".", b"").isalnum()):
                name = joined(self.write([node]).entries)
                return _qualified(name, self._scopes) if self._scopes else name
            if len(self._names) >= REMEMBERED_NAMES:
                self._names.clear()
            found = self._names[text] = text.decode()
        return found

    def spelled(self, node: Node, until: int = -1) -> str:
        """Return a name as it is written, in single spaces, up to a byte `until` (-1: all of it), without comments."""
        rule, parent = "spaced", node.parent
        if until < 0 and parent is not None:
            rule = self._normalisation.leaves_inside.get((parent.kind_id, node.kind_id), rule)
        return self._normalisation.spelled(node, rule, until)

    def kept(self) -> Mapping[str, object]:
        """Return what the kinds of a grammar that is loaded again are made of."""
        return self._normalisation.kinds.kept()

    def numbers(self, names: Iterable[str]) -> frozenset[int]:
        """Return the numbers of kinds of node."""
        return self._normalisation.kinds.numbers(names)

    def display_text(self, node: Node) -> str:
        """Return a node as people read it, the same however it is laid out, quoted or put in parentheses."""
        actions = self._normalisation.kinds.actions
        while actions.get(node.kind_id) is transparent:
            inner = [c for c in node.named_children if actions.get(c.kind_id, "") is not None]
            if len(inner) != 1:
                break
            node = inner[0]
        literals = self._normalisation.kinds.literals
        while (count := node.child_count) == 1 and node.kind_id not in literals and not node.is_extra:
            node = node.children[0]
        if not count and not node.is_extra and node.kind_id not in literals and node.kind_id not in actions:
            return text_of(node)  # a name, as most parameters and annotations are
        words: list[str] = []
        stack = [node]
        while stack:
            node = stack.pop()
            if node.is_extra:
                continue
            action = actions.get(node.kind_id)
            if node.kind_id in literals:
                words.append(quoted(self.write([node]).entries) or text_of(node))
            elif node.children:
                stack.extend(reversed(node.children))
            elif isinstance(action, dict):
                words += leaves([action[node.text or b""]])
            elif callable(action):
                words += leaves(self.write([node]).entries)
            else:
                words.append(text_of(node))
        return spaced(words)

    def write(
        self,
        nodes: Sequence[Node],
        roles: Mapping[int, str] | None = None,
        *,
        is_whole: bool = False,
        is_in_context: bool = False,
    ) -> Normal:
        """Return the normal form of nodes that follow each other.

        `roles` names nodes by their id; role "" leaves a node out. In a tree that `is_whole`, without errors, a
        statement is written as the last one with the same text was: most of a changed function has not changed. So it
        is in a node without errors of one that `is_in_context`, where the grammar makes the same of it.
        """
        kinds, statements = self._normalisation.kinds, self._normalisation.statements
        action_of, opens, leaves_written = kinds.actions.get, kinds.opens, self._leaves
        normal = Normal()
        out = normal.entries
        pending = dict(roles) if roles else None
        # What is left of the nodes around, the innermost last, whether each is to be closed, and what to note where it
        # ends: loops over children take less than a stack of all that is still to be written (3 % of reading files).
        around: list[tuple[Iterator[Node | str], bool, Ending | PartEnding | None]] = []
        rest: Iterator[Node | str] = iter(nodes)
        is_open = False
        ending: Ending | PartEnding | None = None
        while True:
            for entry in rest:
                if isinstance(entry, str):
                    out.append(entry)
                    continue
                kind = entry.kind_id
                action = action_of(kind, ordinary)
                if action is None:
                    continue
                if isinstance(action, str):
                    out.append(action)
                    continue
                inner: Ending | None = None
                if pending:
                    role = pending.pop(entry.id, None)
                    if role == "":
                        continue
                    if role == "name.key":  # a name, however it is written
                        out.append(NAME + self.name(entry))
                        continue
                    if role is not None:
                        normal.roles.setdefault(role, []).append((len(out), -1))
                        inner = [role]
                if isinstance(action, dict):
                    out.append(action[entry.text or b""])
                    if inner is not None:
                        self._end(inner, normal)
                    continue
                if kind in statements:
                    inner = inner or []
                    if (is_whole or is_in_context) and not pending:
                        text = entry.text or b""
                        key: Hashable = text
                        if is_in_context and len(text) <= REMEMBERED_LENGTH:
                            key = (text, str(entry), entry.descendant_count, entry.start_point.column)
                        known = self._known.get((kind, key))
                        if known is not None:
                            at = len(out)
                            normal.statements += [(at + start, at + end) for start, end in known[1]]
                            out += known[0]
                            if inner:
                                self._end(inner, normal)
                            continue
                        if len(text) <= REMEMBERED_LENGTH:
                            inner.append((kind, key))
                    inner.append(len(normal.statements))
                    normal.statements.append((len(out), -1))
                following: Entries
                part: PartEnding | None = None
                if action is ordinary:
                    following = entry.children
                    if not following:
                        if leaf := leaves_written[entry.text or b""]:
                            out.append(leaf)
                        else:
                            out += (opens[kind], CLOSE)
                        if inner:
                            self._end(inner, normal)
                        continue
                    if (
                        is_whole
                        and inner is None
                        and not pending
                        and PART_NODES <= entry.descendant_count <= LARGEST_PART
                    ):
                        # whatever stands around it: its own kind asks for nothing but its children
                        text = entry.text or b""
                        key = (kind, text, entry.start_point.column if b"\n" in text else 0)
                        known = self._parts_known.get(key)
                        at = len(out)
                        if known is not None:
                            normal.statements += [(at + start, at + end) for start, end in known[1]]
                            out += known[0]
                            continue
                        part = (key, at, len(normal.statements))
                    out.append(opens[kind])
                else:
                    following = action(entry, out)
                around.append((rest, is_open, ending))
                rest, is_open, ending = iter(following), action is ordinary, part or inner
                break
            else:
                if is_open:
                    out.append(CLOSE)
                if ending:
                    self._end(ending, normal)
                if not around:
                    return normal
                rest, is_open, ending = around.pop()

    def write_list(self, nodes: Sequence[Node]) -> list[str]:
        """Return the entries of nodes, those packed in one (`[x.pack]`) that commas part in a parent which says so."""
        packs = self._normalisation.packs
        entries: list[str] = []
        is_open = False
        for node in nodes:
            after, parent = node.next_sibling, node.parent
            pack = packs.get(parent.kind_id) if parent is not None else None
            has_comma = pack is not None and after is not None and after.kind_id in self._normalisation.kinds.commas
            if has_comma and pack is not None and not is_open:
                entries.append(pack)
                is_open = True
            entries += self.write([node]).entries
            if is_open and not (has_comma and after is not None and after.next_sibling in nodes):
                entries.append(CLOSE)
                is_open = False
        return entries

    def is_equal(self, mine: Node, theirs: Node) -> bool:
        """Whether two nodes of whole trees have the same normal form, without writing what has the same text.

        Where many files are laid out anew at once it spares a backfill work: 7 % of the last 200 commits of ansible.
        """
        actions = self._normalisation.kinds.actions
        stack = [(mine, theirs)]
        while stack:
            one, other = stack.pop()
            if one.kind_id != other.kind_id:
                return False
            text = one.text or b""
            # how far lines are indented is seen from where their node begins
            if text == other.text and (b"\n" not in text or one.start_point.column == other.start_point.column):
                continue
            action = actions.get(one.kind_id, ordinary)
            if action is None or isinstance(action, str):
                continue
            if action is ordinary or action is transparent:
                parts, others = one.children, other.children
                if len(parts) != len(others):  # perhaps by comments alone
                    parts, others = (self._normalisation.kinds.written_children(node) for node in (one, other))
                if not parts or len(parts) != len(others):
                    return False
                stack += zip(parts, others, strict=True)
            elif self.write([one], is_whole=True).entries != self.write([other], is_whole=True).entries:
                return False
        return True

    def differs(self, mine: Node, theirs: Node) -> bool:
        """Whether two nodes of whole trees surely have other normal forms: both are written until an entry says so.

        What has the same text is not written. False says nothing. Specs of Ruby are blocks of a thousand lines, and no
        symbols: rack's backfill takes a fifth less.
        """
        stack: list[tuple[list[Node | str], list[Node | str]]] = [([mine], [theirs])]
        while stack:
            ones, others = stack.pop()
            for index, (one, other) in enumerate(zip(ones, others, strict=False)):
                if isinstance(one, str) or isinstance(other, str):
                    if one != other:
                        # an entry here, the first one of a node there, if it has any
                        return isinstance(one, str) and isinstance(other, str)
                    continue
                if one.kind_id != other.kind_id:
                    written, theirs_written = (self.write([node], is_whole=True).entries for node in (one, other))
                    if written != theirs_written:
                        return any(a != b for a, b in zip(written, theirs_written, strict=False))
                    continue
                text = one.text or b""
                if text == other.text and (b"\n" not in text or one.start_point.column == other.start_point.column):
                    continue
                stack += [(ones[index + 1 :], others[index + 1 :]), (self._parts(one), self._parts(other))]
                break
            else:
                if len(ones) != len(others):
                    return False
        return False

    def _parts(self, node: Node) -> list[Node | str]:
        """Return what a node is written as: entries, and nodes that are written, those left out that are dropped."""
        kinds = self._normalisation.kinds
        action = kinds.actions.get(node.kind_id, ordinary)
        out: list[str] = []
        if action is ordinary:
            children = node.children
            if not children:
                text = text_of(node)
                return [NAME + text] if text else [kinds.opens[node.kind_id], CLOSE]
            out.append(kinds.opens[node.kind_id])
            following: Iterable[Node | str] = (*children, CLOSE)
        elif isinstance(action, dict):
            return [action[node.text or b""]]
        elif callable(action):
            following = action(node, out)
        else:
            return [action] if action is not None else []
        return [
            *out,
            *(one for one in following if isinstance(one, str) or kinds.actions.get(one.kind_id, "") is not None),
        ]

    def calls(self, node: Node) -> frozenset[str]:
        """Return the simple names that are called anywhere under a node."""
        found: set[str] = set()
        stack = [node]
        while stack:
            node = stack.pop()
            if node.kind_id in self._calls:
                found.update(
                    text_of(name) for captures in self._query.captures("call", node) for name in captures["call"]
                )
            stack += node.named_children
        return frozenset(found)

    def _end(self, ending: Ending | PartEnding, normal: Normal) -> None:
        """Note where a statement (by its number) or the latest open node of a role ends; remember statements."""
        end = len(normal.entries)
        if isinstance(ending, tuple):
            key, at, first = ending
            if len(self._parts_known) >= REMEMBERED_PARTS:
                self._parts_known.clear()
            inside = [(start - at, stop - at) for start, stop in normal.statements[first:]]
            self._parts_known[key] = normal.entries[at:], inside
            return
        source = None
        for what in ending:
            if isinstance(what, tuple):
                source = what
            elif isinstance(what, int):
                start, _ = normal.statements[what]
                normal.statements[what] = (start, end)
                if source is not None:
                    if len(self._known) >= REMEMBERED_STATEMENTS:
                        self._known.clear()
                    ranges = [(first - start, last - start) for first, last in normal.statements[what:]]
                    self._known[source] = normal.entries[start:], ranges
            else:
                ranges = normal.roles[what]
                index = max(i for i, (_, last) in enumerate(ranges) if last < 0)
                ranges[index] = (ranges[index][0], end)
