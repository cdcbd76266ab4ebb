"""The parameters and the result of a function, read from its text."""

from __future__ import annotations

from muse_hook.model.symbol import Parameter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node

    from muse_hook.model.symbol import ParameterKind
    from muse_hook.symbols.pattern import Captures
    from muse_hook.symbols.piece import Piece
    from muse_hook.symbols.reader import Reader


def parameters_of(piece: Piece) -> tuple[Parameter, ...]:
    """Return the parameters in order, as the query file's `@parameter.*` captures tell them; none in damaged text.

    `@parameter.name`, `.type` and `.default` are the parts of one, `.rest` and `.keywords` those that take what is
    left, `.positional_only` and `.keyword_only` are separators.
    """
    reader = piece.reader
    out: list[Parameter] = []
    keyword_only = False
    groups = piece.captures().get("parameters", ())
    for node in (child for group in groups for child in group.named_children or [group]):
        for captures in reader.query.captures("parameter", node)[:1]:
            if "parameter.positional_only" in captures:
                for parameter in out:
                    parameter.kind = "positional_only"
            elif "parameter.keyword_only" in captures:
                keyword_only = True
            else:
                kind: ParameterKind = "keyword_only" if keyword_only else "positional_or_keyword"
                if "parameter.rest" in captures:
                    kind, keyword_only = "var_positional", True
                elif "parameter.keywords" in captures:
                    kind = "var_keyword"
                out += _parameters(reader, captures, kind)
    return tuple(out)


def _parameters(reader: Reader, captures: Captures, kind: ParameterKind) -> list[Parameter]:
    def text(part: str) -> str | None:
        nodes: list[Node] = captures.get(f"parameter.{part}", [])
        return reader.normaliser.shown(nodes[0]) if nodes else None

    names = [reader.normaliser.shown(name) for name in captures.get("parameter.name", ())]
    return [Parameter(name, kind, text("default"), text("type")) for name in names]


def returns_of(piece: Piece) -> str:
    """Return the annotated result, "" where there is none."""
    nodes = piece.captures().get("returns", ())
    return " ".join(piece.reader.normaliser.shown(node) for node in nodes)
