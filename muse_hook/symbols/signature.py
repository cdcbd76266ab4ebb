"""The parameters and the result of a function, read from its text."""

from __future__ import annotations

from muse_hook.model.symbol import Parameter, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tree_sitter import Node

    from muse_hook.model.symbol import ParameterKind
    from muse_hook.symbols.query import Captures
    from muse_hook.symbols.reader import Reader
    from muse_hook.symbols.source import SourceText


def parameters_of(text: SourceText) -> tuple[Parameter, ...]:
    """Return the parameters in order, as the query file's `@parameter.*` captures say; none in damaged text.

    `@parameter.name`, `.type` and `.default` are the parts of one, `.rest` and `.keywords` those that take what is
    left, `.positional_only` and `.keyword_only` are separators.
    """
    return _parameters_in(text.reader, text.captures().get("parameters", ()))


def _parameters_in(reader: Reader, groups: Iterable[Node]) -> tuple[Parameter, ...]:
    out: list[Parameter] = []
    keyword_only = False
    told = reader.query.kinds("parameter")
    nodes: list[Node] = []
    for group in groups:  # one parameter, or the brackets around all
        nodes += [group] if group.kind_id in told else group.named_children or [group]
    for node in nodes:
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
        return " ".join(map(reader.normaliser.display_text, nodes)) if nodes else None

    names = [reader.normaliser.display_text(name) for name in captures.get("parameter.name", ())]
    return [Parameter(name, kind, text("default"), text("type")) for name in names]


def returns_of(text: SourceText) -> str:
    """Return the annotated result, "" where there is none."""
    nodes = text.captures().get("returns", ())
    return " ".join(text.reader.normaliser.display_text(node) for node in nodes)


def signature_of(text: SourceText, name: str) -> str:
    """Return name, type parameters, parameters and result on one line, as they are written; "" without parameters."""
    captures = text.captures()
    if "parameters" not in captures:
        return ""
    parameters, returns = (
        " ".join(_in_one_line(node, text.written(node)) for node in captures.get(key, ()))
        for key in ("parameters", "returns")
    )
    before = "async " if "async" in captures else ""
    types = "".join(_in_one_line(node, text.written(node)) for node in _between_name_and(captures["parameters"][0]))
    return f"{before}{name}{types}{parameters}{' -> ' if returns else ''}{returns}"


def _between_name_and(parameters: Node) -> Iterator[Node]:
    """Yield the type parameters of a function that stand right before its parameters."""
    node = parameters.prev_named_sibling
    if node is not None and (node.text or b"")[:1] in (b"[", b"<"):
        yield node


def _in_one_line(node: Node, source: bytes) -> str:
    """Return the text of a node, `source`, without comments, in one line."""
    start = node.start_byte
    stack, extras = [node], []
    while stack:
        for child in stack.pop().children:
            if child.is_extra:
                extras.append((child.start_byte - start, child.end_byte - start))
            else:
                stack.append(child)
    for first, last in sorted(extras, reverse=True):
        source = source[:first] + source[last:]
    text = " ".join(source.decode(errors="backslashreplace").split())
    for bracket in "([{":
        text = text.replace(bracket + " ", bracket)
    for bracket in ")]}":
        text = text.replace(" " + bracket, bracket).replace("," + bracket, bracket)
    return text


def value_of(text: SourceText, name: str) -> Value | None:
    """Return what the variable `name` is bound to, as the query file's `@value.*` captures say; None in damaged text.

    `@value.of` is the value and `@value.type` its annotation; where it binds another name (`a = b = c`), that one's
    value counts. Where several names are in what is `@value.bound`, the value is the `@value.part` at its place. A
    value is an `@value.alias`, a call (`@value.called`, `@value.argument`, with `@value.keyword` and `@value.given`
    inside one) or a `@value.function` (`@value.parameters`).
    """
    node = text.node()
    query, display_text = text.reader.query, text.reader.normaliser.display_text
    found = (captures for child in (node.named_children if node else ()) for captures in query.captures("value", child))
    bound = next(found, None)
    if bound is None:
        return None
    of: Sequence[Node] = bound.get("value.of", ())
    said = bound.get("value.type", ())
    targets = [display_text(one) for one in bound["value.bound"][0].named_children] if of else []
    inner = next(iter(query.captures("value", of[0])), {}) if of else {}
    while "value.of" in inner:
        of = inner["value.of"]
        inner = next(iter(query.captures("value", of[0])), {})
    if targets:
        parts = inner.get("value.part", ())
        of = [parts[targets.index(name)]] if name in targets and len(targets) == len(parts) else []
    value = Value(display_text(of[0]) if of else "", display_text(said[0]) if said else "")
    for captures in (captures for one in of for captures in query.captures("value", one)):
        if "value.alias" in captures:
            value.alias = value.text
        elif "value.function" in captures:
            value.parameters = _parameters_in(text.reader, captures.get("value.parameters", ()))
        elif "value.called" in captures:
            value.called = display_text(captures["value.called"][0])
            arguments = captures.get("value.argument", ())
            value.arguments = tuple(display_text(one) for one in arguments)
            for given in (given for one in arguments for given in query.captures("value", one)):
                if "value.keyword" in given:
                    value.keywords[display_text(given["value.keyword"][0])] = display_text(given["value.given"][0])
    return value
