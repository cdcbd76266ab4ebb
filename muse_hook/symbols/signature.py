"""The parameters and the result of a function, read from its text."""

from __future__ import annotations

from muse_hook.model.symbol import Parameter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node

    from muse_hook.model.symbol import ParameterKind
    from muse_hook.symbols.query import Captures
    from muse_hook.symbols.source import Reader, SourceText


def parameters_of(text: SourceText) -> tuple[Parameter, ...]:
    """Return the parameters in order, as the query file's `@parameter.*` captures say; none in damaged text.

    `@parameter.name`, `.type` and `.default` are the parts of one, `.rest` and `.keywords` those that take what is
    left, `.positional_only` and `.keyword_only` are separators.
    """
    reader = text.reader
    out: list[Parameter] = []
    keyword_only = False
    groups = text.captures().get("parameters", ())
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
        return reader.normaliser.display_text(nodes[0]) if nodes else None

    names = [reader.normaliser.display_text(name) for name in captures.get("parameter.name", ())]
    return [Parameter(name, kind, text("default"), text("type")) for name in names]


def returns_of(text: SourceText) -> str:
    """Return the annotated result, "" where there is none."""
    nodes = text.captures().get("returns", ())
    return " ".join(text.reader.normaliser.display_text(node) for node in nodes)
