"""What matching finds: pairs of symbols, moved files, and what is left over."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from muse_hook.model.symbol import Symbol

    Place = tuple[str, str]
    """Path and qualified name."""


class Pair:
    """A symbol before and the same symbol after; `confidence` is 1.0 where nothing was guessed."""

    __slots__ = ("confidence", "new", "new_path", "old", "old_path")

    def __init__(self, old_path: str, old: Symbol, new_path: str, new: Symbol, confidence: float = 1.0) -> None:
        self.old_path = old_path
        self.old = old
        self.new_path = new_path
        self.new = new
        self.confidence = confidence

    @property
    def old_place(self) -> Place:
        """Where it was."""
        return self.old_path, self.old.qualified_name

    @property
    def new_place(self) -> Place:
        """Where it is."""
        return self.new_path, self.new.qualified_name

    def __repr__(self) -> str:
        return f"Pair({self.old_place} -> {self.new_place} {self.confidence:.2f})"


class MovedFile:
    """Where a file went; `confidence` 1.0 for the same blob, else the similarity of its symbols."""

    __slots__ = ("confidence", "path")

    def __init__(self, path: str, confidence: float) -> None:
        self.path = path
        self.confidence = confidence


class Matching:
    """The whole answer for one commit.

    `files` maps an old path to its new one, `pairs` holds every pair that changed its content or its place (sorted by
    old place), `gone` and `come` what was deleted and inserted, by place. `extracted` maps an inserted place to the
    body that its statements were taken out of, `inlined` a deleted place to the body that they went into (the body's
    place after the commit).
    """

    __slots__ = ("come", "extracted", "files", "gone", "inlined", "pairs")

    def __init__(self, files: dict[str, MovedFile]) -> None:
        self.files = files
        self.pairs: list[Pair] = []
        self.gone: dict[Place, Symbol] = {}
        self.come: dict[Place, Symbol] = {}
        self.extracted: dict[Place, Place] = {}
        self.inlined: dict[Place, Place] = {}
