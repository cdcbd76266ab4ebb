"""Whether a symbol says of itself that it should be used no more."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from muse_hook.model.symbol import Symbol

DECORATOR = "deprecated"
"""`warnings.deprecated` (PEP 702), and what other libraries call theirs."""

WARNINGS = ("DeprecationWarning", "PendingDeprecationWarning")
_WARN = frozenset(("warn", "warn_explicit"))


def deprecation(symbol: Symbol) -> str | None:
    """Return what a deprecated symbol says to its users ("" where it only warns), None for any other."""
    definitions = symbol.definitions or (symbol,)
    # Overloads may be deprecated one by one: the symbol is where its last definition is, the one that is called.
    last = definitions[-1]
    for decorator in last.decorators:
        name, parenthesis, rest = decorator.removeprefix("@").partition("(")
        if name.rpartition(".")[2].strip() == DECORATOR:
            return _first_string(rest) if parenthesis else ""
    if not _WARN.isdisjoint(last.calls) and any(name in last.tokens for name in WARNINGS):
        return ""
    return None


def _first_string(arguments: str) -> str:
    """Return the text of a string that stands first among normalised arguments, "" where there is none."""
    if arguments[:1] not in ("'", '"'):
        return ""
    text, at = "", 1
    while at < len(arguments) and arguments[at] != arguments[0]:
        at += arguments[at] == "\\"
        text += arguments[at : at + 1]
        at += 1
    return text
