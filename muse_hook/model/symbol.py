"""What a version of a file holds: its symbols, each with ids and parts that are worked out when they are asked for."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from typing import Any, Literal, Protocol

    ParameterKind = Literal["positional_only", "positional_or_keyword", "var_positional", "keyword_only", "var_keyword"]

    class Content(Protocol):
        """What a symbol's text says: has every lazy attribute of `Symbol`."""

        def same_as(self, other: Any) -> bool:
            """Whether the content id is equal; equal text is enough."""

        def mentions(self, names: Collection[str]) -> bool:
            """See `Symbol.mentions`."""

        def texts(self) -> tuple[bytes, ...]:
            """See `Symbol.texts`."""


class Parameter:
    """One parameter of a function; `default` and `annotation` are normalised text, None where there is none."""

    __slots__ = ("annotation", "default", "kind", "name")

    def __init__(
        self, name: str, kind: ParameterKind, default: str | None = None, annotation: str | None = None
    ) -> None:
        self.name = name
        self.kind = kind
        self.default = default
        self.annotation = annotation

    def _key(self) -> tuple[str, str, str | None, str | None]:
        return (self.name, self.kind, self.default, self.annotation)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Parameter) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def __repr__(self) -> str:
        return f"Parameter{self._key()}"


class Value:
    """What a variable or an attribute is bound to, as normalised texts, "" where there is none.

    `text` is the value, `annotation` the type that is said. `alias` is the name that the value is, `called` what a
    call calls, `arguments` the names that it is given, `keywords` what it is given by name. `parameters` are those of
    a function without a name, None for any other value.
    """

    __slots__ = ("alias", "annotation", "arguments", "called", "keywords", "parameters", "text")

    def __init__(self, text: str = "", annotation: str = "") -> None:
        self.text = text
        self.annotation = annotation
        self.alias = self.called = ""
        self.arguments: tuple[str, ...] = ()
        self.keywords: dict[str, str] = {}
        self.parameters: tuple[Parameter, ...] | None = None


class Symbol:
    """One symbol of one version of a file: all definitions of its name, in source order.

    `name` is the simple name ("save"; of an import what it binds, of a star import "*:module"), `qualified_name`
    the part of an address after the path ("Model.save", "import::os"), `kind` that of the last definition, `parent`
    the qualified name of the class it stands in or "", `lines` the first and last line (from 1, both included,
    decorators too). All other attributes are worked out on first use and kept.

    Ids are SHA-256 in hexadecimal, "" for a part that is not there: `content_id` of everything (for a class: its
    header and plain statements, not its methods and attributes), its own name and guards included; `masked_id` the same
    with its own name masked wherever it stands (of a class: its members' masked content as well); `guard_id` of the
    conditions it stands under; `body_id`, `signature_id` (name, parameters, result), `decorators_id`, `bases_id`,
    `docstring_id`.
    `definitions` are the single ones as symbols of their own, in source order, empty where there is only one;
    `decorators`, `value` and `guards` are those of a single one. `parameters`, `returns` and `bases` are normalised
    texts, `imported` of an import where from, what and as what ("" for what is not said), `signature` is name,
    parameters and result in one line, as they are written. For similarity: `tokens`, the leaf texts; `words`, those
    of them that are no tokens of the grammar (no `class`, no `{`); `statements`, a
    digest for each statement of the body in order, nested ones as entries of their own; `statement_leaves`, for each of
    them the number of the one around it (-1: none) and its own leaf texts; `calls`, the simple names that it calls.
    """

    __slots__ = (
        "bases", "bases_id", "body_id", "calls", "content", "content_id", "decorators", "decorators_id", "definitions",
        "docstring_id", "guard_id", "guards", "imported", "kind", "lines", "masked_id", "name", "parameters", "parent",
        "qualified_name", "returns", "signature", "signature_id", "statement_leaves", "statements", "tokens", "value",
        "words",
    )  # fmt: skip

    content_id: str
    masked_id: str
    guard_id: str
    body_id: str
    signature_id: str
    decorators_id: str
    bases_id: str
    docstring_id: str
    tokens: tuple[str, ...]
    words: tuple[str, ...]
    statements: tuple[str, ...]
    statement_leaves: tuple[tuple[int, tuple[str, ...]], ...]
    calls: frozenset[str]
    parameters: tuple[Parameter, ...]
    returns: str
    bases: tuple[str, ...]
    decorators: tuple[str, ...]
    definitions: tuple[Symbol, ...]
    guards: tuple[str, ...]
    signature: str
    value: Value | None
    imported: tuple[str, str, str] | None

    def __init__(  # noqa: PLR0917 - thousands are made, and Python passes by position in fewer steps than by name
        self, qualified_name: str, name: str, kind: str, parent: str, lines: tuple[int, int], content: Content
    ) -> None:
        self.name = name
        self.qualified_name = qualified_name
        self.kind = kind
        self.parent = parent
        self.lines = lines
        self.content = content

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> object:
            """Ask the content for what nobody has asked for before."""
            value = getattr(self.content, name)
            setattr(self, name, value)
            return value

    PARTS = (
        "content_id", "masked_id", "guard_id", "body_id", "signature_id", "decorators_id", "bases_id", "docstring_id",
        "tokens", "statements", "calls", "parameters", "returns", "bases",
    )  # fmt: skip

    def same_as(self, other: Symbol) -> bool:
        """Whether both mean the same (equal `content_id`); equal text is enough, and nothing is parsed then."""
        return self.content is other.content or self.content.same_as(other.content)

    def work_out(self) -> None:
        """Ask for the ids that a changed symbol is compared by, while its tree is at hand."""
        _ = self.body_id, self.signature_id, self.docstring_id, self.decorators_id, self.bases_id

    def work_out_statements(self) -> None:
        """Ask for the statements of a function, likewise."""
        if self.signature_id:
            _ = self.statements

    def mentions(self, names: Collection[str]) -> bool:
        """Whether any of `names` may stand in its text; a quick look, without which nothing is true of `calls`."""
        return self.content.mentions(names)

    def texts(self) -> tuple[bytes, ...]:
        """Return the source that `tokens` stand in (of a class: its header and plain statements); nothing is parsed."""
        return self.content.texts()

    def __repr__(self) -> str:
        return f"Symbol({self.kind} {self.qualified_name} L{self.lines[0]}-{self.lines[1]})"


class SymbolTable:
    """The symbols of one version of a file, and what no symbol holds.

    `state` is "parsed", "unparsed" (nothing outside of the damage can be told), "too_large" or "unreadable" (reading it
    raised); only a parsed file has symbols. `damaged` tells whether there is any syntax error at all, `swallowed` is
    the text that damage across the borders of symbols has taken: what stands in it is not known. `symbols` are by
    qualified name in source order.
    `module_id` is the digest of what no symbol holds (the module's docstring, bare calls); `tree_id` that of the whole
    normalised tree, equal where only the formatting differs; `exports` the names that the module lists as public
    (Python's `__all__`; "*.a" for all that module `.a` lists), None where there is no such list or it cannot be told.
    These three are worked out on first use.
    """

    __slots__ = (
        "damaged", "exports", "language_name", "module_id", "state", "swallowed", "symbols", "tree_id",
    )  # fmt: skip

    language_name: str
    state: str
    damaged: bool
    swallowed: bytes
    symbols: Mapping[str, Symbol]
    module_id: str
    tree_id: str
    exports: tuple[str, ...] | None

    def work_out(self) -> None:
        """Ask for everything that is worked out on first use."""
        if self.state == "parsed":
            for symbol in self.symbols.values():
                for part in Symbol.PARTS:
                    getattr(symbol, part)
            _ = self.module_id, self.tree_id, self.exports

    def swallows(self, symbol: Symbol) -> bool:
        """Whether a symbol that is not among these may stand in what damage has swallowed: its name does, or a class's.

        A name that is only used there counts as well: that a symbol is gone is told when it is certain.
        """
        if not self.swallowed or symbol.qualified_name in self.symbols:
            return False
        words = _words(self.swallowed)
        classes = symbol.parent.split(".") if symbol.parent else []
        owners = [".".join(classes[: index + 1]) for index in range(len(classes))]
        names = [symbol.name, *(name for name, owner in zip(classes, owners, strict=True) if owner not in self.symbols)]
        return any(_words(name.encode()) <= words for name in names)

    def says(self, key: str) -> Sequence[str]:  # noqa: ARG002 - of a table that was read
        """Return what the row of the language says under a key, nothing where it says nothing."""
        return ()

    def text(self) -> bytes | None:
        """Return the text of the file in UTF-8, with line feeds for line ends; None where it is not at hand."""
        return None

    def unowned_text(self) -> str:
        """Return the text of what no symbol holds."""
        return ""

    @property
    def has_receivers(self) -> bool:
        """Whether the first parameter of a method is the object itself."""
        return False

    @property
    def deleted(self) -> frozenset[str]:
        """The names that the module has no more when it is read: the last that is done with them is to delete them."""
        return frozenset()

    def binds_inside(self, name: str) -> bool:  # noqa: ARG002 - of a table that was read
        """Whether the module binds a name within an expression (`print(x := 1)`), which makes no symbol."""
        return False

    def is_hidden(self, symbol: Symbol) -> bool:  # noqa: ARG002 - of a table that was read
        """Whether nobody who imports the file meets `symbol`: conditions that do not hold then, or it was deleted."""
        return False

    def changed(self, other: SymbolTable) -> list[str]:
        """Return the names of the symbols that both have and that do not mean the same."""
        names = []
        get = other.symbols.get
        for name, symbol in self.symbols.items():
            counterpart = get(name)
            if (
                counterpart is not None
                and symbol is not counterpart
                and symbol.content is not counterpart.content
                and not symbol.same_as(counterpart)
            ):
                symbol.work_out()
                counterpart.work_out()
                names.append(name)
        # Each of 50,000 changed functions would be parsed again, their trees being let go meanwhile. Of few nobody may
        # ask: not of the only function that has changed (1 % of a backfill).
        for name in names if len(names) > _FEW else ():
            self.symbols[name].work_out_statements()
            other.symbols[name].work_out_statements()
        return names

    def same_module(self, other: SymbolTable) -> bool:
        """Whether `module_id` is equal; segments with equal text are not normalised."""
        return self.module_id == other.module_id

    def same_tree(self, other: SymbolTable) -> bool:
        """Whether `tree_id` is equal; segments with equal text are not normalised."""
        return self.tree_id == other.tree_id


# So many symbols may have changed in a file before what few ask for is worked out at once.
_FEW = 20

# What is told of one file stands in one line of a log, of 64 MiB at most; half of it is for the side before, half for
# the side after. An op takes so many bytes beside its addresses, of which each side has two at most.
_TOLD, _OP, _ADDRESSES = 30 << 20, 320, 2
# Shorter paths count as so many bytes, so that a blob has mostly the same symbols wherever it stands.
_PATH = 64


def path_width(path: str) -> int:
    """Return how many bytes a path counts for in what is told of its symbols: those of its JSON, but for short ones."""
    return max(_PATH, _json_length(path))


def is_too_much(names: Collection[str], width: int) -> bool:
    """Whether what is told of symbols may not fit into a line of a log; `width` is their path's."""
    count, least = len(names), _OP + _ADDRESSES * width
    if count * least + 6 * _ADDRESSES * sum(map(len, names)) <= _TOLD:  # however they are spelled
        return False
    return count * least + _ADDRESSES * sum(map(_json_length, names)) > _TOLD


def _json_length(text: str) -> int:
    return (
        len(text) if text.isascii() else sum(1 if each < "\x80" else 6 if each < "\U00010000" else 12 for each in text)
    )


def _words(text: bytes) -> set[bytes]:
    """Return the words, in any script, of a text."""
    other = bytes(byte for byte in range(128) if not (chr(byte).isalnum() or chr(byte) == "_"))
    return set(text.translate(bytes.maketrans(other, b" " * len(other))).split())
