"""Actions for literals: strings by what they mean, joined ones as one, names and numbers by their spelling rules."""

from __future__ import annotations

from muse_hook.symbols.marks import CLOSE, NAME, NUMBER, OPEN, RAW, STRING, plain
from muse_hook.symbols.spelling import LEAVES, STRINGS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node

    from muse_hook.symbols.rules import Rules
    from muse_hook.symbols.shapes import Act, Entries

_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
# Names that are remembered by their bytes; a file has a few hundred, each many times.
_REMEMBERED = 20_000
# Strings likewise, up to this length.
_REMEMBERED_LENGTH = 200


def text_of(node: Node) -> str:
    r"""Return the text of a node; bytes that are not UTF-8 stand as `\xNN`."""
    return plain((node.text or b"").decode("utf-8", "backslashreplace"))


def damaged(node: Node, out: list[str]) -> Entries:
    """Write what could not be parsed as it stands, white space apart."""
    out.append(RAW + " ".join(text_of(node).split()))
    return ()


class Leaves(dict[bytes, str]):
    """The entries of leaves that are written by one of the spelling rules, by their text; worked out when missing."""

    __slots__ = ("_rule", "_sign")

    def __init__(self, spelling: str) -> None:
        super().__init__()
        self._rule, self._sign = LEAVES[spelling], NUMBER if spelling == "number" else NAME

    def __missing__(self, text: bytes) -> str:
        """Write a leaf by its text."""
        if len(self) > _REMEMBERED:
            self.clear()
        entry = self[text] = self._sign + self._rule(plain(text.decode("utf-8", "backslashreplace")))
        return entry


def literal_actions(rules: Rules, row: dict[str, str]) -> dict[str, Act]:
    """Return the actions for the kinds of a row's `strings` table.

    `whole` is one string, `joined` several in a row that mean one, `start` what opens it, `interpolation` an expression
    inside, `specification` the text in that which says how to show it, `conversion` what makes `{x = }` show something
    else than a representation, `spelling` the rule for the rest.
    """
    spelling = STRINGS[row["spelling"]]
    whole, starts, interpolations, conversions = (
        frozenset(i for kind in row.get(key, "").split() for i in rules.ids.get(kind, ()))
        for key in ("whole", "start", "interpolation", "conversion")
    )

    def text(source: bytes, prefix: str) -> str:
        return spelling.value(source.decode("utf-8", "backslashreplace"), prefix)

    def parts_of(node: Node) -> tuple[str, list[Node | str]]:
        """Return what the prefix means, and texts and interpolations in order."""
        prefix = ""
        parts: list[Node | str] = []
        base, source = node.start_byte, node.text or b""
        # where the grammar has no node for the opening, it is one character, and so is the end
        at, end = (0, len(source)) if starts else (1, max(len(source) - 1, 1))
        for child in node.children:
            kind = child.kind_id
            if kind in starts:
                start = (child.text or b"").decode("utf-8", "replace")
                prefix, quotes = spelling.prefix(start), start.lstrip(_LETTERS).encode()
                at = child.end_byte - base
                # measured by the opening: a grammar may count a backslash before the closing quotes to these
                end -= len(quotes) if source.endswith(quotes) and end - len(quotes) >= at else 0
            elif kind in interpolations:
                parts += (text(source[at : child.start_byte - base], prefix) + shown(child), child)
                at = child.end_byte - base
        parts.append(text(source[at:end], prefix))
        return prefix, parts

    def shown(node: Node) -> str:
        """Return the text that `{x = }` shows before the value: its own."""
        equals = [c for c in node.children if c.type == "=" and not c.is_named]
        if not equals:
            return ""
        until = next(c.start_byte for c in node.children if c.start_byte >= equals[0].end_byte)
        return (node.text or b"")[1 : until - node.start_byte].decode("utf-8", "backslashreplace")

    known: dict[bytes, str] = {}  # the entries of short strings without expressions, by their text

    def strings(node: Node, out: list[str]) -> Entries:
        source = node.text or b""
        entry = known.get(source)
        if entry is not None:
            out.append(entry)
            return ()
        found = [node] if node.kind_id in whole else [c for c in node.children if c.kind_id in whole]
        parts: list[Node | str] = [""]
        prefixes = []
        for one in found:
            prefix, more = parts_of(one)
            prefixes.append(prefix)
            for part in more:
                if isinstance(part, str) and isinstance(parts[-1], str):
                    parts[-1] += part
                else:
                    parts.append(part)
        sign = STRING + ("b" if "b" in prefixes[0] else "u" if prefixes[0] == "u" else "") + "'"
        if not any("f" in prefix for prefix in prefixes):
            entry = sign + plain(str(parts[0]))
            out.append(entry)
            if len(source) <= _REMEMBERED_LENGTH and not node.has_error:
                if len(known) >= _REMEMBERED:
                    known.clear()
                known[source] = entry
            return ()
        out.append(OPEN + "interpolated" + sign)
        return [*(sign + plain(p) if isinstance(p, str) else p for p in parts if p), CLOSE]

    def interpolation(node: Node, out: list[str]) -> Entries:
        out.append(OPEN + "interpolation")
        children = [child for child in node.children if child.type != "="]
        shows_itself = len(children) < node.child_count
        converted = any(child.kind_id in conversions for child in children)
        return [*children, *([NAME + "!r"] if shows_itself and not converted else []), CLOSE]

    def specification(node: Node, out: list[str]) -> Entries:
        out.append(OPEN + "specification")
        source, at = node.text or b"", 1
        entries: list[Node | str] = []
        for child in node.named_children:
            entries += (STRING + plain(text(source[at : child.start_byte - node.start_byte], "")), child)
            at = child.end_byte - node.start_byte
        entries.append(STRING + plain(text(source[at:], "")))
        return [*(entry for entry in entries if entry != STRING), CLOSE]

    actions: dict[str, Act] = {row["whole"]: strings}
    if "joined" in row:
        actions[row["joined"]] = strings
    for kind in row.get("interpolation", "").split():
        actions[kind] = interpolation
    if "specification" in row:
        actions[row["specification"]] = specification
    return actions
