"""A language's rules for the normalised tree: its row's lists, turned into an action for each kind of node."""

from __future__ import annotations

from muse_hook.symbols.literals import Leaves, damaged, literal_actions
from muse_hook.symbols.marks import OPEN
from muse_hook.symbols.shapes import chain, family, group, ladder, lean, transparent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node

    from muse_hook.languages.languages import Language
    from muse_hook.symbols.shapes import Act

    Action = str | None | Leaves | Act

ERROR = 0xFFFF  # tree-sitter's kind id of what it could not parse


class Rules:
    """The actions of one language by kind id; `languages.toml` says what the keys of a row mean.

    An action is a text to write (anonymous tokens), None to write nothing, a mapping from texts to what to write
    (leaves), or a function; a kind without an action is an ordinary node.
    """

    def __init__(self, language: Language) -> None:
        grammar = language.grammar
        count = grammar.node_kind_count
        self.names = {i: str(grammar.node_kind_for_id(i)) for i in range(count)}
        self.ids: dict[str, list[int]] = {}
        for i, name in self.names.items():
            self.ids.setdefault(name, []).append(i)
        ends = tuple(name[1:] for name in language.strings("statements") if name[0] == "*")
        exact = language.strings("statements")
        self.statements = frozenset(
            i for i, name in self.names.items() if name in exact or name.endswith(ends or ("\0",))
        )
        alias = {kind: str(other) for kind, other in language.table("alias").items()}
        self.opens = {i: OPEN + alias.get(name, name) for i, name in self.names.items()}
        self.actions: dict[int, Action] = {
            i: None if name.isspace() else name for i, name in self.names.items() if not grammar.node_kind_is_named(i)
        }
        self.actions[ERROR] = damaged
        self.commas = frozenset(self.ids.get(",", ()))
        self._place_all(language, alias)
        self.ladders = frozenset(self.ids.get(str(language.table("ladder").get("statement")), ()))

    def _place_all(self, language: Language, alias: dict[str, str]) -> None:
        inside: dict[str, dict[int, tuple[str, str]]] = {}

        def place(key: str, what: str, extra: str, action: Action) -> None:
            parent, dot, child = key.partition(".")
            if dot and parent and child:
                for i in self.ids.get(child, ()):
                    inside.setdefault(parent, {})[i] = (what, extra)
            else:
                self._set(key, action)

        for kind in language.strings("drop"):
            place(kind, "drop", "", None)
        for kind in language.strings("keep"):
            place(kind, "keep", kind.partition(".")[2], kind)
        for kind in language.strings("transparent"):
            place(kind, "open", "", transparent)
        for kind in language.strings("hollow"):
            place(kind, "hollow", "", None)
        for kind in language.strings("later"):
            place(kind, "later", "", None)
        for kind in language.strings("trailing"):
            place(kind, "trailing", "", None)
        for kind, other in alias.items():
            if "." in kind:
                place(kind, "alias", OPEN + other, None)
        for kind, around in language.table("wrap").items():
            place(kind, "wrap", OPEN + str(around), None)
        for kind, spelling in language.table("leaves").items():
            self._set(kind, Leaves(str(spelling)))
        for kind in language.strings("group"):
            self._set(kind, group(self))
        for kind in language.strings("chain"):
            self._set(kind, chain(self))
        for kind, twin in language.table("lean").items():
            self._set(kind, lean(self, str(twin)))
        pack = {kind: OPEN + str(other) for kind, other in language.table("pack").items()}
        for kind in language.strings("holes"):
            for comma in self.commas:
                inside.setdefault(kind, {})[comma] = ("hole", "")
        # kinds that are written like any other where they have one child
        self.single = frozenset(i for kind in pack.keys() - inside.keys() for i in self.ids.get(kind, ()))
        for kind in {**inside, **pack}:
            bare = kind in language.strings("transparent")
            self._set(kind, family(self, inside.get(kind, {}), pack.get(kind), bare=bare))
        if rungs := language.table("ladder"):
            self._set(str(rungs["statement"]), ladder(self, {k: str(v) for k, v in rungs.items()}))
        if strings := language.table("strings"):
            for kind, action in literal_actions(self, {k: str(v) for k, v in strings.items()}).items():
                self._set(kind, action)
        wholes = [str(strings[key]) for key in ("whole", "joined") if key in strings]
        self.literals = frozenset(i for kind in wholes for i in self.ids.get(kind, ()))

    def kept(self, node: Node) -> list[Node]:
        """Return the children that are written."""
        return [child for child in node.children if self.actions.get(child.kind_id, "") is not None]

    def _set(self, kind: str, action: Action) -> None:
        for i in self.ids.get(kind, ()):
            self.actions[i] = action
