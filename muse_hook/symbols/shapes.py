"""How the shape of a node is written where it is spelling only: parentheses, commas, chains, else-if."""

from __future__ import annotations

from muse_hook.symbols.tokens import CLOSE, NAME, NUMBER, OPEN, STRING, without_nul

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any

    import tree_sitter
    from tree_sitter import Node

    # What is to be written: nodes, and entries as they are.
    Entries = Sequence[Node | str]
    # Writes what comes first, and returns what is to be written next.
    Act = Callable[[Node, list[str]], Entries]
    Action = str | None | dict[bytes, str] | Act

try:
    from _operator import attrgetter  # the module around it costs a hook a hundredth
except ImportError:  # no CPython
    from operator import attrgetter

_kind_of = attrgetter("kind_id")

SIDES = 3  # of a binary operator: left, operator, right

# Numbers with no more digits are shown as they are written, by every JavaScript.
_DIGITS, _DECIMALS = 15, 6


class Kinds:
    """A grammar's kinds of node by number: their names, how each opens in a normal form, and what writes it.

    An action is a text to write (anonymous tokens), None to write nothing, a mapping from texts to what to write
    (leaves), or a function; a kind without an action is an ordinary node. `literals` are the numbers of the kinds that
    are strings; `spelled` spells a node that is one leaf by a rule. A grammar has hundreds of kinds, of which a hook
    meets some dozens: each is asked for when it is met, and which numbers the names in a row have is `kept`.
    """

    __slots__ = ("_all", "_grammar", "_ids", "_tokens", "actions", "commas", "literals", "names", "opens", "spelled")

    def __init__(
        self, grammar: tree_sitter.Language, alias: dict[str, str], kept: Mapping[str, Any] | None = None
    ) -> None:
        self._grammar = grammar
        self._all: dict[str, tuple[int, ...]] | None = None
        self.names = _Names(grammar)
        self.opens = _Opens(self.names)
        if kept:
            self._ids: dict[str, tuple[int, ...]] = kept["ids"]  # of the names that were asked for
            self._tokens: dict[int, str | None] = kept["tokens"]
        else:
            self._ids = {}
            tokens = [i for i in range(grammar.node_kind_count) if not grammar.node_kind_is_named(i)]
            self._tokens = {i: None if self.names[i].isspace() else self.names[i] for i in tokens}
        self.actions: dict[int, Action] = {**self._tokens}
        for name, other in alias.items():
            self.opens.update(dict.fromkeys(self.numbers((name,)), OPEN + other))
        self.commas = self.numbers((",",))
        self.literals: frozenset[int] = frozenset()
        self.spelled: Callable[[Node, str], str]

    def numbers(self, names: Iterable[str]) -> frozenset[int]:
        """Return the numbers of kinds; a name that the grammar has not has none."""
        return frozenset([i for name in names for i in self._numbers(name)])

    def _numbers(self, name: str) -> tuple[int, ...]:
        """Return the numbers of a name, in order, or with `*` at one end of all that end, or begin, like it."""
        found = self._ids.get(name)
        if found is None:
            if self._all is None:
                # what is done for each kind is done in C: in Python it took 1.6 million instructions more
                numbers = range(self._grammar.node_kind_count)
                names = list(map(str, map(self._grammar.node_kind_for_id, numbers)))
                last = dict(zip(names, numbers, strict=True))
                first = dict(zip(reversed(names), reversed(numbers), strict=True))
                self._all = dict(zip(last, zip(last.values(), strict=True), strict=True))
                several = dict(first.items() - last.items())
                for i in [i for i in numbers if names[i] in several]:
                    self._all[names[i]] = (*self._all[names[i]], i) if i != several[names[i]] else (i,)
            found = self._all.get(name, ())
            if not found and name[:1] == "*":
                found = tuple(i for other, ids in self._all.items() if other.endswith(name[1:]) for i in ids)
            elif not found and name[-1:] == "*":
                found = tuple(i for other, ids in self._all.items() if other.startswith(name[:-1]) for i in ids)
            self._ids[name] = found
        return found

    def kept(self) -> Mapping[str, object]:
        """Return what the kinds of the same grammar, loaded again, are made of."""
        return {"ids": self._ids, "tokens": self._tokens}

    def set_action(self, kind: str, action: Action, *, is_literal: bool = False) -> None:
        """Say how a kind is written; a token that is called as a literal is (the type `string`) is none."""
        for i in self._numbers(kind):
            if not (is_literal and isinstance(self.actions.get(i), str)):
                self.actions[i] = action

    def written_children(self, node: Node) -> list[Node]:
        """Return the children that are written."""
        return [child for child in node.children if self.actions.get(child.kind_id, "") is not None]

    def bare(self, node: Node) -> Node:
        """Return what stands in parentheses, of something else itself."""
        while self.actions.get(node.kind_id) is transparent and len(inner := self.written_children(node)) == 1:
            node = inner[0]
        return node


class _Names(dict[int, str]):
    """The names of kinds of node, by number."""

    __slots__ = ("_grammar",)

    def __init__(self, grammar: tree_sitter.Language) -> None:
        super().__init__()
        self._grammar = grammar

    def __missing__(self, kind: int) -> str:
        """Ask the grammar."""
        found = self[kind] = str(self._grammar.node_kind_for_id(kind))
        return found


class _Opens(dict[int, str]):
    """How each kind of node opens in a normal form, by number."""

    __slots__ = ("_names",)

    def __init__(self, names: Mapping[int, str]) -> None:
        super().__init__()
        self._names = names

    def __missing__(self, kind: int) -> str:
        """Make it of the kind's name."""
        found = self[kind] = OPEN + self._names[kind]
        return found


def ordinary(node: Node, out: list[str]) -> Entries:
    """Stand for "no rule": the normaliser writes such a node itself."""
    raise NotImplementedError


def transparent(node: Node, out: list[str]) -> Entries:
    """Write the children alone."""
    del out
    return node.children


def group(kinds: Kinds) -> Act:
    """Return the action for what is a sequence if it has a comma or not one child, else parentheses."""
    opens, commas = kinds.opens, kinds.commas

    def act(node: Node, out: list[str]) -> Entries:
        children = node.children
        if len(kinds.written_children(node)) == 1 and not any(child.kind_id in commas for child in children):
            return children
        out.append(opens[node.kind_id])
        return [*children, CLOSE]

    return act


def chain(kinds: Kinds) -> Act:
    """Return the action for a binary operator whose runs `a op b op c` are one node, whatever way they are nested."""

    def act(node: Node, out: list[str]) -> Entries:
        kind, operator = node.kind_id, None
        operands: list[Node] = []
        while node.kind_id == kind:
            written = kinds.written_children(node)
            if len(written) != SIDES or operator not in {None, written[1].kind_id}:
                break
            operator = written[1].kind_id
            operands.append(written[2])
            node = written[0]
        out.append(kinds.opens[kind])
        if operator is None:
            return [*node.children, CLOSE]
        out.append(kinds.names[operator])
        return [node, *reversed(operands), CLOSE]

    return act


def _nested(operands: Sequence[Node], operator: Node | str, opening: str, out: list[str]) -> Entries:
    """Write operands as an operator that is read from the left has them: `((a op b) op c)`."""
    out += [opening] * (len(operands) - 1)
    entries: list[Node | str] = [operands[0]]
    for operand in operands[1:]:
        entries += (operator, operand, CLOSE)
    return entries


def associative(kinds: Kinds, operators: str) -> Act:
    """Return the action for an operator of which `a op (b op c)` is written as `a op b op c`: prettier does so."""
    same = operators.split()

    def parts_of(node: Node) -> list[Node]:
        """Return left, operator and right; nothing where it is another operator."""
        children = node.children
        parts = children if len(children) == SIDES else kinds.written_children(node)
        return parts if len(parts) == SIDES and parts[1].type in same else []

    def act(node: Node, out: list[str]) -> Entries:
        kind, opening = node.kind_id, kinds.opens[node.kind_id]
        parts = parts_of(node)
        operator = parts[1].type if parts else ""

        def is_run(one: Node) -> bool:
            return one.kind_id == kind and bool(found := parts_of(one)) and found[1].type == operator

        if not parts or not is_run(kinds.bare(parts[2])):
            out.append(opening)
            return [*node.children, CLOSE]
        operands: list[Node] = []
        pending = [node]
        while pending:
            one = kinds.bare(pending.pop())
            if is_run(one):
                left, _, right = parts_of(one)
                pending += (right, left)
            else:
                operands.append(one)
        return _nested(operands, operator, opening, out)

    return act


def strung(kinds: Kinds, string: str) -> Act:
    """Return the action for an operator that puts texts together: `"a" + "b"` is written as `"ab"`, also behind others.

    Formatters part a string where a line ends.
    """
    opens, strings = kinds.opens, kinds.numbers((string,))

    def operands_of(node: Node) -> list[Node]:
        found: list[Node] = []
        kind = node.kind_id
        while True:
            written = kinds.written_children(node)
            if node.kind_id == kind and len(written) == SIDES and written[1].type == "+":
                found.append(kinds.bare(written[2]))
                node = kinds.bare(written[0])
            else:
                return [node, *reversed(found)]

    def is_plain(node: Node) -> bool:
        children = node.children if node.kind_id in strings else ()
        return len(children) > 1 and children[0].type == children[-1].type == '"'

    def parts_of(texts: Sequence[Node]) -> list[str]:
        """Return what strings hold, as that of one string: what stands between two escapes is one."""
        found: list[str] = []
        is_open = False
        for text in texts:
            for child in text.children[1:-1]:
                is_escape = child.type == "escape_sequence"
                piece = without_nul((child.text or b"").decode(errors="backslashreplace"))
                if is_open and not is_escape:
                    found[-1] += piece
                else:
                    found.append(NAME + piece)
                is_open = not is_escape
        return found

    def act(node: Node, out: list[str]) -> Entries:
        groups: list[list[Node]] = []
        for operand in operands_of(node):
            if groups and is_plain(operand) and is_plain(groups[-1][-1]):
                groups[-1].append(operand)
            else:
                groups.append([operand])
        if all(len(one) == 1 for one in groups):
            out.append(opens[node.kind_id])
            return [*node.children, CLOSE]
        out += [opens[node.kind_id]] * (len(groups) - 1)
        entries: list[Node | str] = []
        for index, one in enumerate(groups):
            entries += ("+",) if index else ()
            entries += one if len(one) == 1 else (opens[one[0].kind_id], '"', *parts_of(one), '"', CLOSE)
            entries += (CLOSE,) if index else ()
        return entries

    return act


def flat(kinds: Kinds) -> Act:
    """Return the action for a kind whose members are a list, however they are nested, also behind a first operator.

    One member is itself: in `| readonly A[] | B` all behind the first operator is one.
    """

    def act(node: Node, out: list[str]) -> Entries:
        kind = node.kind_id
        members: list[Node] = []
        while node.kind_id == kind:
            named = [child for child in node.children if child.is_named and not child.is_extra]
            members += reversed(named[1:])
            node = named[0]
        if not members:
            return [node]
        out.append(kinds.opens[kind])
        return [node, *reversed(members), CLOSE]

    return act


def unordered(kinds: Kinds) -> Act:
    """Return the action for a kind whose members mean the same in any order: it is that of their words."""

    def members(node: Node) -> list[Node]:
        return sorted((child for child in kinds.written_children(node) if child.is_named), key=words)

    def words(node: Node) -> list[str]:
        is_unordered = kinds.actions.get(node.kind_id) is act
        parts = members(node) if is_unordered else kinds.written_children(node)
        return [word for part in parts for word in words(part)] or [(node.text or b"").decode(errors="replace")]

    def act(node: Node, out: list[str]) -> Entries:
        out.append(kinds.opens[node.kind_id])
        return [*members(node), CLOSE]

    return act


def markup(kinds: Kinds, row: dict[str, str]) -> Act:
    """Return the action for an element with text in it, whose line ends and the space around them mean nothing.

    A `space` in an expression (`{" "}`) is text.
    """
    texts, expressions = kinds.numbers((row["text"],)), kinds.numbers((row["expression"],))

    def piece_of(node: Node) -> str | None:
        text = (node.text or b"").decode(errors="backslashreplace")
        if node.kind_id in texts:
            lines = text.split("\n")
            last = len(lines) - 1
            bare = (
                (line.lstrip() if index else line).rstrip(None if index < last else "\n")
                for index, line in enumerate(lines)
            )
            return " ".join(line for line in bare if line)
        if node.kind_id in expressions and text[:1] == "{" and text[1:-1].strip()[1:-1].isspace():
            return text[1:-1].strip()[1:-1]
        return None

    def act(node: Node, out: list[str]) -> Entries:
        out.append(kinds.opens[node.kind_id])
        entries: list[Node | str] = []
        text = ""
        for child in node.children:
            piece = piece_of(child)
            if piece is None:
                entries += (STRING + without_nul(text), child) if text else (child,)
                text = ""
            else:
                text += piece
        return [*entries, CLOSE]

    return act


def merged(kinds: Kinds, name: str) -> Act:
    """Return the action for an attribute `#[name(a, b)]`: those that follow it at once are written as one with it."""

    def tokens_of(node: Node | None) -> list[Node]:
        """Return the brackets of an attribute of that name and what stands in them; nothing of another one."""
        told = [one for one in node.children[2].children if not one.is_extra] if node is not None else []
        is_named = len(told) == SIDES - 1 and (told[0].text or b"") == name.encode()
        return [one for one in told[1].children if not one.is_extra] if is_named else []

    def beside(node: Node, *, before: bool) -> Node | None:
        """Return the attribute before or behind one, whatever comments stand between them; None for none."""
        kind = node.kind_id
        found = node.prev_sibling if before else node.next_sibling
        while found is not None and found.is_extra:
            found = found.prev_sibling if before else found.next_sibling
        is_whole = found is not None and found.kind_id == kind and not found.has_error
        return found if is_whole else None

    def act(node: Node, out: list[str]) -> Entries:
        tokens = tokens_of(node) if not node.has_error else []
        if tokens and tokens_of(beside(node, before=True)):
            return []
        following = beside(node, before=False) if tokens else None
        out.append(kinds.opens[node.kind_id])
        if not tokens_of(following):
            return [*node.children, CLOSE]
        attribute = node.children[2]
        entries: list[Node | str] = []
        while tokens:
            inner = tokens[1:-2] if tokens[-2].kind_id in kinds.commas else tokens[1:-1]
            entries += [","] if entries and inner else []
            entries += ["," if one.kind_id in kinds.commas else one for one in inner]
            tokens = tokens_of(following)
            following = beside(following, before=False) if following is not None else None
        opened: list[Node | str] = [*node.children[:2], kinds.opens[attribute.kind_id], attribute.children[0]]
        return [*opened, kinds.opens[attribute.children[-1].kind_id], "(", *entries, ")", CLOSE, CLOSE, "]", CLOSE]

    return act


def lean(kinds: Kinds, twin: str) -> Act:
    """Return the action for an operator that the grammar nests to the right where its twin nests to the left."""
    twins, opening = kinds.numbers((twin,)), OPEN + twin

    def sides(node: Node) -> list[Node]:
        """Return left operand, operator, right operand, the latter without nodes that stand for their only child."""
        written = kinds.written_children(node)
        if len(written) == SIDES:
            while kinds.actions.get(written[2].kind_id) is transparent and written[2].child_count == 1:
                written[2] = written[2].children[0]
        return written

    def act(node: Node, out: list[str]) -> Entries:
        mine, operands = node.kind_id, []
        parts = sides(node)
        operator = parts[1]
        while node.kind_id == mine and len(parts) == SIDES:
            operands.append(parts[0])
            node = parts[2]
            parts = sides(node)
        spine = []
        while node.kind_id in twins and len(parts) == SIDES and parts[1].kind_id == operator.kind_id:
            spine.append(parts[2])
            node = parts[0]
            parts = sides(node)
        operands += (node, *reversed(spine))
        return _nested(operands, operator, opening, out)

    return act


def ladder(kinds: Kinds, row: dict[str, str]) -> Act:
    """Return the action for a statement whose else-if clauses are written as statements in its else clause."""
    rungs = kinds.numbers((row["rung"],))
    between = row["between"].split()
    words = kinds.numbers((row["from"],))
    statement, rest, block = (OPEN + row[key] for key in ("statement", "rest", "block"))

    def act(node: Node, out: list[str]) -> Entries:
        out.append(statement)
        entries: list[Node | str] = []
        depth = 1
        for child in node.children:
            if child.kind_id in rungs:
                entries += (rest, *between, block, statement)
                entries += [row["to"] if c.kind_id in words else c for c in child.children]
                depth += 3
            else:
                entries.append(child)
        return entries + [CLOSE] * depth

    return act


def family(kinds: Kinds, inside: dict[int, tuple[str, str]], pack: str | None, *, is_bare: bool) -> Act:
    """Return the action for a parent that says how its children are written; where it `is_bare`, they are all of it."""

    def act(node: Node, out: list[str]) -> Entries:
        children = node.children
        if not is_bare:
            out.append(kinds.opens[node.kind_id])
        entries: Entries = children
        if not inside.keys().isdisjoint(map(_kind_of, children)):
            entries = _ordered(children)
        if pack is not None:
            entries = packed(kinds, entries, pack)
        return entries if is_bare else [*entries, CLOSE]

    def _ordered(children: Sequence[Node]) -> Entries:
        entries: list[Node | str] = []
        later: list[Node] = []
        is_filled = False
        for child in children:
            what, extra = inside.get(child.kind_id, ("", ""))
            if what == "hole":
                entries += () if is_filled else (NAME,)
                is_filled = False
                continue
            is_filled = is_filled or (child.is_named and not child.is_extra)
            if what == "open":
                entries += _ordered(child.children)
            elif what == "keep":
                entries.append(extra)
            elif what == "wrap" or (what == "lead" and not is_filled_before(children, child)):
                entries += (extra, child, CLOSE)
            elif what == "sealed":
                entries += (kinds.opens[child.kind_id], child, CLOSE) if begins_with(child, extra) else (child,)
            elif what == "beside":
                is_one = [c.child_count for c in kinds.written_children(child)] == [0]
                is_kept = is_one and any(c.type == extra for c in children)
                entries += (OPEN + "beside", child, CLOSE) if is_kept else (child,)
            elif what == "alias":
                entries += (extra, *child.children, CLOSE)
            elif what == "key":
                entries.append(f"{STRING}'{_folded((child.text or b'').decode(errors='backslashreplace'))}")
            elif what == "unquoted":
                name = (child.text or b"")[1:-1].decode(errors="replace")
                is_name = name.isascii() and name.replace("$", "_").isidentifier()
                mark = NAME if is_name else NUMBER if extra and is_number(name) else ""
                entries.append(mark + name if mark and is_first_but_modifiers(children, child) else child)
            elif what == "leaf":
                entries.append(NAME + kinds.spelled(child, extra))
            elif what == "later":
                later.append(child)
            elif what == "listed":
                entries += () if ends_list(children, child) else (extra,)
            elif what == "single":
                entries.append(only_one(child))
            elif what == "trailing":
                count = [c.kind_id for c in children].count(child.kind_id)
                entries += () if child == children[-1] and count > 1 else (child,)
            elif what not in {"drop", "hollow"} or (what == "hollow" and kinds.written_children(child)):
                entries.append(child)
        return entries + later

    return act


def ends_list(children: Sequence[Node], comma: Node) -> bool:
    """Whether a comma stands before the bracket that ends a list of tokens, and makes no tuple of the one before it."""
    told = [one for one in children if not one.is_extra]
    if told[told.index(comma) + 1].type == ">":
        return True
    if told[-2] != comma:
        return False
    if told[0].type != "(" or [one.kind_id for one in told].count(comma.kind_id) > 1:
        return True
    parent = comma.parent
    before = parent.prev_sibling if parent is not None else None
    return before is not None and (before.is_named or before.type in {"!", ">"}) and before.type != "token_tree"


def only_one(block: Node) -> Node:
    """Return the expression that is all of a block; the block where it has another statement, or none."""
    told = [one for one in block.named_children if not one.is_extra]
    if len(told) != 1 or block.child_count - block.named_child_count != 2:  # noqa: PLR2004 - its brackets
        return block
    inner = told[0]
    if inner.type.endswith("_statement"):
        parts = [one for one in inner.children if not one.is_extra]
        return parts[0] if len(parts) == 1 else block
    return block if inner.type.endswith(("_item", "_declaration", "_definition")) else inner


def is_number(text: str) -> bool:
    """Whether a name is that of the property which the number of the same text names: it is how a number is shown."""
    whole, dot, rest = text.partition(".")
    is_shown = text.isascii() and whole.isdecimal() and str(int(whole[:_DIGITS])) == whole
    return is_shown and (not dot or (rest.isdecimal() and rest[-1] != "0" and len(rest) <= _DECIMALS))


def is_first_but_modifiers(children: Sequence[Node], child: Node) -> bool:
    """Whether nothing stands before a child but words that say more of it."""
    told = (one for one in children if one.is_named and not one.is_extra and not one.type.endswith("_modifier"))
    return next(told, None) == child


def is_filled_before(children: Sequence[Node], child: Node) -> bool:
    """Whether anything with a kind of its own stands before a child."""
    first = next((one for one in children if one.is_named and not one.is_extra), None)
    return first != child


def begins_with(node: Node, part: str) -> bool:
    """Whether a node, or one that it begins with at any depth, has a child of a kind."""
    first: Node | None = node
    while first is not None:
        children = first.children
        if any(child.type == part for child in children):
            return True
        first = next((child for child in children if child.is_named and not child.is_extra), None)
    return False


class _Around:
    """A node whose first child is another one."""

    def __init__(self, node: Node, first: Node) -> None:
        self._node = node
        self.children = [first, *node.children[1:]]

    def __getattr__(self, name: str) -> object:
        return getattr(self._node, name)


def hoist(kinds: Kinds, splat: str) -> Act:
    """Return the action for a list in which a star may be read with the beginning of what it unpacks.

    `[*a.b]` is read as `(*a).b`, and `[*a.b,]` as `*(a.b)`, which it is.
    """
    splats = kinds.numbers((splat,))

    def act(node: Node, out: list[str]) -> Entries:
        out.append(kinds.opens[node.kind_id])
        if b"*" not in (node.text or b""):
            return [*node.children, CLOSE]
        entries: list[Node | str] = []
        for child in node.children:
            around, inner = [], child
            while inner.kind_id not in splats and inner.children:
                around.append(inner)
                inner = inner.children[0]
            if not around or inner.kind_id not in splats or len(inner.children) != SIDES - 1:
                entries.append(child)
                continue
            star, whole = inner.children
            for one in reversed(around):
                whole = _Around(one, whole)  # type: ignore[assignment] # asked for the same
            entries += (kinds.opens[inner.kind_id], star, whole, CLOSE)
        return [*entries, CLOSE]

    return act


def packed(kinds: Kinds, entries: Entries, kind: str) -> Entries:
    """Wrap what commas separate in one node of a kind."""
    commas = kinds.commas
    if len(entries) == 1:
        return entries

    def is_comma(entry: Node | str) -> bool:
        return not isinstance(entry, str) and entry.kind_id in commas

    written = [e for e in entries if is_comma(e) or isinstance(e, str) or kinds.actions.get(e.kind_id, "") is not None]
    at = [index for index, entry in enumerate(written) if is_comma(entry)]
    if not at:
        return written
    first, last = at[0] - 1, at[-1]
    following = written[last + 1] if last + 1 < len(written) else ""
    if not isinstance(following, str) and following.is_named:
        last += 2
    return [*written[:first], kind, *written[first:last], CLOSE, *written[last:]]


def _folded(text: str) -> str:
    """Return text whose line ends are spaces, those before blank lines aside."""
    if "\n" not in text:
        return text
    out = ""
    for line in map(str.strip, text.split("\n")):
        out += "\n" if not line else line if not out or out.endswith("\n") else " " + line
    return out
