"""Actions for nodes whose shape is spelling: parentheses, commas, chains, else-if."""

from __future__ import annotations

from muse_hook.symbols.marks import CLOSE, NAME, OPEN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_sitter import Node

    from muse_hook.symbols.rules import Rules

    # What waits to be written: nodes and texts; an int ends a statement, a tuple the role of a node.
    Entry = Node | str | int | tuple[str, int]
    Action = str | None | Callable[[Node, list[str], list[Entry]], None]


def ordinary(node: Node, out: list[str], stack: list[Entry]) -> None:
    """Stand for "no rule": the normaliser writes such a node itself."""
    raise NotImplementedError


def transparent(node: Node, out: list[str], stack: list[Entry]) -> None:
    """Write the children alone."""
    del out
    stack.extend(reversed(node.children))


def group(rules: Rules) -> Action:
    """Return the action for what is a sequence if it has a comma or not one child, else parentheses."""
    actions, opens, commas = rules.actions, rules.opens, rules.commas

    def act(node: Node, out: list[str], stack: list[Entry]) -> None:
        children = node.children
        kept = [c for c in children if actions.get(c.kind_id, "") is not None]
        if len(kept) != 1 or any(c.kind_id in commas for c in children):
            out.append(opens[node.kind_id])
            stack.append(CLOSE)
        stack.extend(reversed(children))

    return act


def chain(rules: Rules) -> Action:
    """Return the action for a binary operator whose runs `a op b op c` are one node, whatever way they are nested."""
    actions, opens = rules.actions, rules.opens

    def act(node: Node, out: list[str], stack: list[Entry]) -> None:
        kind, operator, operands = node.kind_id, None, []
        while True:
            kept = [c for c in node.children if actions.get(c.kind_id, "") is not None]
            if len(kept) != 3 or operator not in (None, kept[1].kind_id):  # noqa: PLR2004 - left, operator, right
                operands.append(node)
                break
            operator = kept[1].kind_id
            operands.append(kept[2])
            node = kept[0]
            if node.kind_id != kind:
                operands.append(node)
                break
        out.append(opens[kind])
        stack.append(CLOSE)
        if operator is None:
            stack.extend(reversed(operands[0].children))
            return
        stack.extend(operands)
        out.append(rules.names[operator])

    return act


def family(rules: Rules, inside: dict[int, tuple[str, str]], pack: str | None, *, bare: bool) -> Action:
    """Return the action for a parent that says how its children are written; a `bare` one writes nothing of its own."""
    actions, opens, commas = rules.actions, rules.opens, rules.commas

    def act(node: Node, out: list[str], stack: list[Entry]) -> None:
        if pack is None and not bare and not any(child.kind_id in inside for child in node.children):
            out.append(opens[node.kind_id])
            stack.append(CLOSE)
            stack.extend(reversed(node.children))
            return
        children: list[Node] = []
        for child in node.children:
            if inside.get(child.kind_id, ("",))[0] == "open":
                children += child.children
            else:
                children.append(child)
        entries: list[Entry] = []
        later: list[Entry] = []
        filled = False
        for child in children:
            what, extra = inside.get(child.kind_id, ("", ""))
            if what == "hole":
                entries += () if filled else (NAME,)
                filled = False
                continue
            filled = filled or (child.is_named and not child.is_extra)
            if what == "":
                entries.append(child)
            elif what == "keep":
                entries.append(extra)
            elif what == "wrap":
                entries += (extra, child, CLOSE)
            elif what == "alias":
                entries += (extra, *child.children, CLOSE)
            elif what == "later":
                later.append(child)
            elif what == "hollow":
                if any(actions.get(c.kind_id, "") is not None for c in child.children):
                    entries.append(child)
            elif what == "trailing":
                last = child == children[-1] and [c.kind_id for c in children].count(child.kind_id) > 1
                entries += () if last else (child,)
        entries += later
        if pack is not None:
            entries = packed(entries, commas, actions, pack)
        if not bare:
            out.append(opens[node.kind_id])
            stack.append(CLOSE)
        stack.extend(reversed(entries))

    return act


def packed(entries: list[Entry], commas: frozenset[int], actions: dict[int, Action], kind: str) -> list[Entry]:
    """Wrap what commas separate in one node of a kind."""

    def is_comma(entry: Entry) -> bool:
        return not isinstance(entry, (str, int, tuple)) and entry.kind_id in commas

    def is_kept(entry: Entry) -> bool:
        return isinstance(entry, (str, int, tuple)) or actions.get(entry.kind_id, "") is not None

    entries = [entry for entry in entries if is_comma(entry) or is_kept(entry)]
    at = [i for i, entry in enumerate(entries) if is_comma(entry)]
    if not at:
        return entries
    first = at[0] - 1
    last = at[-1] + 2 if at[-1] + 1 < len(entries) and is_item(entries[at[-1] + 1]) else at[-1]
    return [*entries[:first], kind, *entries[first:last], CLOSE, *entries[last:]]


def is_item(entry: Entry) -> bool:
    """Whether an entry is a named node: what may stand after a comma."""
    return not isinstance(entry, (str, int, tuple)) and entry.is_named


def lean(rules: Rules, kind: str) -> Action:
    """Return the action for an operator that the grammar nests to the right where its twin `kind` nests to the left."""
    actions, twins, opening = rules.actions, frozenset(rules.ids.get(kind, ())), OPEN + kind

    def sides(node: Node) -> list[Node]:
        """Return left operand, operator, right operand, the latter without nodes that stand for their only child."""
        kept = [c for c in node.children if actions.get(c.kind_id, "") is not None]
        while len(kept) == 3 and actions.get(kept[2].kind_id) is transparent and len(kept[2].children) == 1:  # noqa: PLR2004 - three
            kept[2] = kept[2].children[0]
        return kept

    def act(node: Node, out: list[str], stack: list[Entry]) -> None:
        mine, operands = node.kind_id, []
        parts = sides(node)
        operator = parts[1]
        while node.kind_id == mine and len(parts) == 3:  # noqa: PLR2004 - left, operator, right
            operands.append(parts[0])
            node = parts[2]
            parts = sides(node)
        spine = []
        while node.kind_id in twins and len(parts) == 3 and parts[1].kind_id == operator.kind_id:  # noqa: PLR2004 - likewise
            spine.append(parts[2])
            node = parts[0]
            parts = sides(node)
        operands += (node, *reversed(spine))
        entries: list[Entry] = [opening] * (len(operands) - 2)
        entries.append(operands[0])
        for operand in operands[1:]:
            entries += (operator, operand, CLOSE)
        out.append(opening)
        stack.extend(reversed(entries))

    return act


def ladder(rules: Rules, row: dict[str, str]) -> Action:
    """Return the action for a statement whose else-if clauses are written as statements in its else clause."""
    rungs = frozenset(rules.ids.get(row["rung"], ()))
    between = row["between"].split()
    words = frozenset(rules.ids.get(row["from"], ()))
    statement, rest, block = (OPEN + row[key] for key in ("statement", "rest", "block"))

    def act(node: Node, out: list[str], stack: list[Entry]) -> None:
        entries: list[Entry] = [statement]
        depth = 1
        for child in node.children:
            if child.kind_id in rungs:
                entries += (rest, *between, block, statement)
                entries += [row["to"] if c.kind_id in words else c for c in child.children]
                depth += 3
            else:
                entries.append(child)
        entries += [CLOSE] * depth
        out.append(statement)
        stack.extend(reversed(entries[1:]))

    return act
