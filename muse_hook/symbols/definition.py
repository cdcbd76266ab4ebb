"""What a function, variable, class or import says, as ids and parts."""

from __future__ import annotations

from sys import intern

from muse_hook.digest import digest, digest_or_empty
from muse_hook.symbols.tokens import CLOSE, OPEN, leaves, masked, words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from muse_hook.model.symbol import Content, Parameter, Symbol, Value
    from muse_hook.symbols.source import SourceText

    Guards = tuple[str, ...]


class Definition:
    """One definition that stands in one text. Attributes are those of `Symbol`, worked out at each asking."""

    __slots__ = ("guards", "name", "text")

    definitions: tuple[Symbol, ...] = ()
    imported: tuple[str, str, str] | None = None

    def __init__(self, name: str, text: SourceText, guards: Guards) -> None:
        self.name = name
        self.text = text
        self.guards = guards

    def same_as(self, other: Content) -> bool:
        """Whether the content id is equal; equal text is enough."""
        if self is other:
            return True
        return isinstance(other, Definition) and self.guards == other.guards and self.text.same_as(other.text)

    def mentions(self, names: Collection[str]) -> bool:
        """Whether any of `names` may stand in the text."""
        return self.text.mentions(names)

    def texts(self) -> tuple[bytes, ...]:
        """Return the text."""
        return (self.text.source,)

    @property
    def content_id(self) -> str:
        """Of the guards and the whole text."""
        return digest((*self.guards, self.text.id)) if self.guards else self.text.id

    @property
    def masked_id(self) -> str:
        """Likewise, without the own name."""
        return digest(self.masked_for(self.name))

    def masked_for(self, name: str) -> list[str]:
        """Return the entries with a name masked: the own one, or that of the class that the definition stands in."""
        return [*self.guards, *self.text.normal.masked(name, is_own=name == self.name)]

    @property
    def guard_id(self) -> str:
        """Of the conditions that it stands under."""
        return digest_or_empty(self.guards)

    @property
    def body_id(self) -> str:
        """Of the body without its docstring; of what has no body, everything."""
        normal = self.text.normal
        if "body" not in normal.roles:
            return digest(masked(self._undecorated(normal.entries), self.name))
        start, end = normal.roles["body"][0]
        left_out = normal.roles.get("docstring", [(end, end)])[0]
        return digest(masked(normal.entries[start : left_out[0]] + normal.entries[left_out[1] : end], self.name))

    @property
    def signature_id(self) -> str:
        """Of what stands before the body, without decorators and the own name; "" for what has no parameters."""
        normal = self.text.normal
        if "parameters" not in normal.roles:
            return ""
        end = normal.roles["body"][0][0] if "body" in normal.roles else len(normal.entries)
        if self.text.reader.decorators:
            return digest(masked(self._undecorated(normal.entries[:end]), self.name))
        start = normal.roles["decorator"][-1][1] if "decorator" in normal.roles else 0
        return digest(masked(normal.entries[start:end], self.name))

    def _undecorated(self, entries: list[str]) -> list[str]:
        """Return the first entries of the text without decorators, where these stand in the definition."""
        if not self.text.reader.decorators:
            return entries
        kept = list(entries)
        for start, end in reversed(self.text.normal.roles.get("decorator", ())):
            del kept[start:end]
        return _filled(kept)

    @property
    def decorators_id(self) -> str:
        """Of the decorators, in their order."""
        return digest_or_empty(self.text.normal.part("decorator"))

    @property
    def docstring_id(self) -> str:
        """Of the docstring."""
        return digest_or_empty(self.text.normal.part("docstring"))

    @property
    def tokens(self) -> tuple[str, ...]:
        """The leaf texts."""
        return tuple(map(intern, leaves(self.text.normal.entries)))

    @property
    def words(self) -> tuple[str, ...]:
        """Those that a person wrote."""
        return tuple(words(self.text.normal.entries))

    @property
    def statements(self) -> tuple[str, ...]:
        """Digests of the statements of the body."""
        return self.text.statements

    @property
    def statement_leaves(self) -> tuple[tuple[int, tuple[str, ...]], ...]:
        """For each statement of the body the number of the one around it (-1: none) and its own leaf texts."""
        return self.text.statement_leaves

    @property
    def calls(self) -> frozenset[str]:
        """The simple names called."""
        return self.text.calls

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The parameters in their order."""
        from muse_hook.symbols.signature import parameters_of  # most commits do not ask

        return parameters_of(self.text)

    @property
    def returns(self) -> str:
        """The annotated result."""
        from muse_hook.symbols.signature import returns_of

        return returns_of(self.text)

    @property
    def bases_id(self) -> str:
        """Of the bases of a class that has no body."""
        return digest_or_empty(self.text.normal.part("base"))

    @property
    def bases(self) -> tuple[str, ...]:
        """The bases as people read them."""
        display_text = self.text.reader.normaliser.display_text
        return tuple(display_text(one) for one in self.text.captures().get("base", ()))

    @property
    def decorators(self) -> tuple[str, ...]:
        """The decorators as people read them."""
        display_text = self.text.reader.normaliser.display_text
        return tuple(display_text(one) for one in self.text.captures().get("decorator", ()))

    @property
    def signature(self) -> str:
        """Name, parameters and result as people read them; "" for what has no parameters."""
        from muse_hook.symbols.signature import signature_of

        return signature_of(self.text, self.name)

    @property
    def value(self) -> Value | None:
        """What a variable is bound to; None for anything else."""
        from muse_hook.symbols.signature import value_of

        return value_of(self.text, self.name)


class ClassStatement:
    """A plain statement of a class body, and the conditions in the class that it stands under."""

    __slots__ = ("guards", "text")

    def __init__(self, guards: Guards, text: SourceText) -> None:
        self.guards = guards
        self.text = text

    def same_as(self, other: ClassStatement) -> bool:
        """Whether both mean the same under the same conditions."""
        return self is other or (self.guards == other.guards and self.text.same_as(other.text))


class ClassDefinition:
    """One class. Attributes are those of `Symbol`, worked out at each asking.

    `header` is the class up to its body, `plain` are the plain statements of its body, the first of which is its
    docstring where it `has_docstring`; `members`, what is defined in it, count for its masked id only.
    """

    __slots__ = ("guards", "has_docstring", "header", "members", "name", "plain")

    signature_id = signature = returns = ""
    definitions: tuple[Symbol, ...] = ()
    value: Value | None = None
    imported: tuple[str, str, str] | None = None

    def __init__(
        self,
        name: str,
        header: SourceText,
        guards: Guards,
        *,
        plain: Sequence[ClassStatement],
        has_docstring: bool,
        members: Sequence[Definition | ClassDefinition],
    ) -> None:
        self.name = name
        self.header = header
        self.guards = guards
        self.plain = plain
        self.has_docstring = has_docstring
        self.members = members

    def same_as(self, other: Content) -> bool:
        """Whether header, guards and plain statements are the same; members do not count."""
        if not isinstance(other, ClassDefinition):
            return False
        return self is other or (
            self.guards == other.guards
            and self.header.same_as(other.header)
            and len(self.plain) == len(other.plain)
            and all(a.same_as(b) for a, b in zip(self.plain, other.plain, strict=True))
        )

    def mentions(self, names: Collection[str]) -> bool:
        """Whether any of `names` may stand in the plain statements."""
        return any(one.text.mentions(names) for one in self.plain)

    def texts(self) -> tuple[bytes, ...]:
        """Return the texts of the header and of the plain statements."""
        return (self.header.source, *(one.text.source for one in self.plain))

    @property
    def content_id(self) -> str:
        """Of guards, header and plain statements."""
        plain = (part for one in self.plain for part in (*one.guards, one.text.id))
        return digest((*self.guards, self.header.id, *plain))

    @property
    def masked_id(self) -> str:
        """Of everything, members included, without the own name."""
        return digest(self.masked_for(self.name))

    def masked_for(self, name: str) -> list[str]:
        """Return the entries of the class and all its members with a name masked."""
        out = [*self.guards, *self.header.normal.masked(name, is_own=name == self.name)]
        for one in self.plain:
            out += (*one.guards, *masked(one.text.normal.entries, name))
        for member in self.members:
            out += member.masked_for(name)
        return out

    @property
    def guard_id(self) -> str:
        """Of the conditions that it stands under."""
        return digest_or_empty(self.guards)

    @property
    def body_id(self) -> str:
        """Of the plain statements, without the docstring and the own name."""
        plain = self.plain[self.has_docstring :]
        return digest(part for one in plain for part in (*one.guards, *masked(one.text.normal.entries, self.name)))

    @property
    def decorators_id(self) -> str:
        """Of the decorators, in their order."""
        return digest_or_empty(self.header.normal.part("decorator"))

    @property
    def bases_id(self) -> str:
        """Of the header without decorators and name: bases, keywords, type parameters."""
        normal = self.header.normal
        entries = list(normal.masked(self.name, is_own=True))
        decorators = normal.roles.get("decorator", ())
        for start, end in reversed(decorators):
            del entries[start:end]
        return digest(_unwrapped(entries) if decorators or self.header.reader.decorators else entries)

    @property
    def docstring_id(self) -> str:
        """Of the docstring."""
        return self.plain[0].text.id if self.has_docstring else ""

    @property
    def tokens(self) -> tuple[str, ...]:
        """The leaf texts of header and plain statements."""
        plain = (leaf for one in self.plain for leaf in leaves(one.text.normal.entries))
        return (*leaves(self.header.normal.entries), *plain)

    @property
    def words(self) -> tuple[str, ...]:
        """Those that a person wrote."""
        plain = (word for one in self.plain for word in words(one.text.normal.entries))
        return (*words(self.header.normal.entries), *plain)

    @property
    def statements(self) -> tuple[str, ...]:
        """Digests of the plain statements."""
        return tuple(one for plain in self.plain[self.has_docstring :] for one in plain.text.statements)

    @property
    def statement_leaves(self) -> tuple[tuple[int, tuple[str, ...]], ...]:
        """The plain statements' own leaf texts; none of them stands in another one here."""
        texts = [plain.text for plain in self.plain[self.has_docstring :]]
        return tuple((-1, own) for text in texts for _, own in text.statement_leaves)

    @property
    def calls(self) -> frozenset[str]:
        """The simple names called in the plain statements."""
        return frozenset().union(*(one.text.calls for one in self.plain))

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The parameters that stand in the header, of what makes an object."""
        from muse_hook.symbols.signature import parameters_of  # most commits do not ask

        return parameters_of(self.header)

    @property
    def bases(self) -> tuple[str, ...]:
        """The bases and keywords as people read them."""
        display_text = self.header.reader.normaliser.display_text
        return tuple(display_text(base) for base in self.header.captures().get("base", ()))

    @property
    def decorators(self) -> tuple[str, ...]:
        """The decorators as people read them."""
        display_text = self.header.reader.normaliser.display_text
        return tuple(display_text(one) for one in self.header.captures().get("decorator", ()))


def _unwrapped(entries: list[str]) -> list[str]:
    """Return a tree without the nodes that hold nothing, and the outermost one that holds only another."""
    kept = _filled(entries)
    depth = 0
    for at, entry in enumerate(kept[1:-1], 1):
        depth += entry.startswith(OPEN) - (entry == CLOSE)
        if depth <= 0:
            is_only = depth == 0 and at == len(kept) - 2 and kept[1].startswith(OPEN)
            return kept[1:-1] if is_only else kept
    return kept


def _filled(entries: list[str]) -> list[str]:
    """Return entries without the nodes that hold nothing."""
    kept: list[str] = []
    for entry in entries:
        if entry == CLOSE and kept and kept[-1].startswith(OPEN):
            kept.pop()
        else:
            kept.append(entry)
    return kept


class Implied:
    """A class that nothing defines but the names of its members: `tool` of `[tool.black]`."""

    __slots__ = ()

    signature_id = signature = decorators_id = bases_id = docstring_id = returns = guard_id = body_id = ""
    content_id = masked_id = digest(("implied",))
    tokens: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    statements: tuple[str, ...] = ()
    statement_leaves: tuple[tuple[int, tuple[str, ...]], ...] = ()
    calls: frozenset[str] = frozenset()
    parameters: tuple[Parameter, ...] = ()
    bases: tuple[str, ...] = ()
    decorators: tuple[str, ...] = ()
    definitions: tuple[Symbol, ...] = ()
    guards: Guards = ()
    value: Value | None = None
    imported: tuple[str, str, str] | None = None

    def same_as(self, other: Content) -> bool:
        """Whether the other is nothing but a name as well."""
        return isinstance(other, Implied)

    def mentions(self, names: Collection[str]) -> bool:
        """Whether any of `names` is said: none is."""
        del names
        return False

    def texts(self) -> tuple[bytes, ...]:
        """Return the text: there is none."""
        return ()


IMPLIED = Implied()


class Import:
    """One imported name: where from, what, and as what (each "" where it is not said)."""

    __slots__ = ("guards", "parts")

    signature_id = signature = decorators_id = bases_id = docstring_id = returns = ""
    statements: tuple[str, ...] = ()
    statement_leaves: tuple[tuple[int, tuple[str, ...]], ...] = ()
    calls: frozenset[str] = frozenset()
    parameters: tuple[Parameter, ...] = ()
    bases: tuple[str, ...] = ()
    decorators: tuple[str, ...] = ()
    definitions: tuple[Symbol, ...] = ()
    value: Value | None = None

    def __init__(self, parts: tuple[str, str, str], guards: Guards) -> None:
        self.parts = parts
        self.guards = guards

    def same_as(self, other: Content) -> bool:
        """Whether the same is imported from the same place under the same name and conditions."""
        return isinstance(other, Import) and self.parts == other.parts and self.guards == other.guards

    def mentions(self, names: Collection[str]) -> bool:
        """Whether any of `names` is said."""
        return not {name for part in self.parts for name in part.split(".")}.isdisjoint(names)

    def texts(self) -> tuple[bytes, ...]:
        """Return what is said, as bytes."""
        return tuple(part.encode() for part in self.parts if part)

    @property
    def imported(self) -> tuple[str, str, str]:
        """The three parts."""
        return self.parts

    @property
    def content_id(self) -> str:
        """Of the guards and all three parts."""
        return digest((*self.guards, "import", *self.parts))

    @property
    def masked_id(self) -> str:
        """Likewise, whatever the name that it is given here."""
        return digest((*self.guards, "import", *self.parts[:2]))

    @property
    def guard_id(self) -> str:
        """Of the conditions that it stands under."""
        return digest_or_empty(self.guards)

    @property
    def body_id(self) -> str:
        """Of where it comes from."""
        return digest(("import", *self.parts[:2]))

    @property
    def tokens(self) -> tuple[str, ...]:
        """The parts that are said."""
        return tuple(part for part in self.parts if part)

    @property
    def words(self) -> tuple[str, ...]:
        """Likewise."""
        return self.tokens
