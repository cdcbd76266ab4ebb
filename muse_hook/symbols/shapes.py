"""Actions for nodes whose shape is spelling: parentheses, commas, chains, else-if."""

from __future__ import annotations

from operator import attrgetter

from muse_hook.symbols.marks import CLOSE, NAME, OPEN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tree_sitter import Node

    from muse_hook.symbols.rules import Rules

    # What is to be written: nodes, and texts as they are.
    Entries = Sequence[Node | str]
    # Writes what comes first, and returns what is to be written next.
    Act = Callable[[Node, list[str]], Entries]

_kind_of = attrgetter("kind_id")

SIDES = 3  # of a binary operator: left, operator, right


def ordinary(node: Node, out: list[str]) -> Entries:
    """Stand for "no rule": the normaliser writes such a node itself."""
    raise NotImplementedError


def transparent(node: Node, out: list[str]) -> Entries:
    """Write the children alone."""
    del out
    return node.children


def group(rules: Rules) -> Act:
    """Return the action for what is a sequence if it has a comma or not one child, else parentheses."""
    opens, commas = rules.opens, rules.commas

    def act(node: Node, out: list[str]) -> Entries:
        children = node.children
        if len(rules.kept(node)) == 1 and not any(child.kind_id in commas for child in children):
            return children
        out.append(opens[node.kind_id])
        return [*children, CLOSE]

    return act


def chain(rules: Rules) -> Act:
    """Return the action for a binary operator whose runs `a op b op c` are one node, whatever way they are nested."""

    def act(node: Node, out: list[str]) -> Entries:
        kind, operator = node.kind_id, None
        operands: list[Node] = []
        while node.kind_id == kind:
            kept = rules.kept(node)
            if len(kept) != SIDES or operator not in {None, kept[1].kind_id}:
                break
            operator = kept[1].kind_id
            operands.append(kept[2])
            node = kept[0]
        out.append(rules.opens[kind])
        if operator is None:
            return [*node.children, CLOSE]
        out.append(rules.names[operator])
        return [node, *reversed(operands), CLOSE]

    return act


def lean(rules: Rules, twin: str) -> Act:
    """Return the action for an operator that the grammar nests to the right where its twin nests to the left."""
    twins, opening = frozenset(rules.ids.get(twin, ())), OPEN + twin

    def sides(node: Node) -> list[Node]:
        """Return left operand, operator, right operand, the latter without nodes that stand for their only child."""
        kept = rules.kept(node)
        while len(kept) == SIDES and rules.actions.get(kept[2].kind_id) is transparent and kept[2].child_count == 1:
            kept[2] = kept[2].children[0]
        return kept

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
        out += [opening] * (len(operands) - 1)
        entries: list[Node | str] = [operands[0]]
        for operand in operands[1:]:
            entries += (operator, operand, CLOSE)
        return entries

    return act


def ladder(rules: Rules, row: dict[str, str]) -> Act:
    """Return the action for a statement whose else-if clauses are written as statements in its else clause."""
    rungs = frozenset(rules.ids.get(row["rung"], ()))
    between = row["between"].split()
    words = frozenset(rules.ids.get(row["from"], ()))
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


def family(rules: Rules, inside: dict[int, tuple[str, str]], pack: str | None, *, bare: bool) -> Act:
    """Return the action for a parent that says how its children are written; a `bare` one writes nothing of its own."""

    def act(node: Node, out: list[str]) -> Entries:
        children = node.children
        if not bare:
            out.append(rules.opens[node.kind_id])
        entries: Entries = children
        if not inside.keys().isdisjoint(map(_kind_of, children)):
            entries = _ordered(children)
        if pack is not None:
            entries = packed(rules, entries, pack)
        return entries if bare else [*entries, CLOSE]

    def _ordered(children: Sequence[Node]) -> Entries:
        entries: list[Node | str] = []
        later: list[Node] = []
        filled = False
        for child in children:
            what, extra = inside.get(child.kind_id, ("", ""))
            if what == "hole":
                entries += () if filled else (NAME,)
                filled = False
                continue
            filled = filled or (child.is_named and not child.is_extra)
            if what == "open":
                entries += _ordered(child.children)
            elif what == "keep":
                entries.append(extra)
            elif what == "wrap":
                entries += (extra, child, CLOSE)
            elif what == "alias":
                entries += (extra, *child.children, CLOSE)
            elif what == "later":
                later.append(child)
            elif what == "trailing":
                count = [c.kind_id for c in children].count(child.kind_id)
                entries += () if child == children[-1] and count > 1 else (child,)
            elif what not in {"drop", "hollow"} or (what == "hollow" and rules.kept(child)):
                entries.append(child)
        return entries + later

    return act


def packed(rules: Rules, entries: Entries, kind: str) -> Entries:
    """Wrap what commas separate in one node of a kind."""
    commas = rules.commas
    if len(entries) == 1:
        return entries

    def is_comma(entry: Node | str) -> bool:
        return not isinstance(entry, str) and entry.kind_id in commas

    kept = [e for e in entries if is_comma(e) or isinstance(e, str) or rules.actions.get(e.kind_id, "") is not None]
    at = [index for index, entry in enumerate(kept) if is_comma(entry)]
    if not at:
        return kept
    first, last = at[0] - 1, at[-1]
    following = kept[last + 1] if last + 1 < len(kept) else ""
    if not isinstance(following, str) and following.is_named:
        last += 2
    return [*kept[:first], kind, *kept[first:last], CLOSE, *kept[last:]]
