"""Pathspecs: which files the words behind a `--` mean, as Git means them (gitglossary, "pathspec")."""

from __future__ import annotations

import os

from muse_hook.pathrules.patterns import Glob, regular_expression

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

_LETTERS = {"/": "top", "!": "exclude", "^": "exclude"}
_MAGIC = ("top", "exclude", "icase", "literal", "glob")
_SPECIAL = frozenset("*?[\\")


class PathSpecs:
    """Some pathspecs of somebody who stands in the folder `prefix` ("" or `src/`) of the repository.

    A path (from the top of the repository) is meant where any of them matches it, or none is given, and no excluding
    one does. ValueError, with what is wrong, for a word that Git would refuse, and for `:(attr:...)`.
    """

    def __init__(self, words: Sequence[str], prefix: str = "") -> None:
        specs = [_Spec(word, prefix) for word in words]
        self._wanted = [spec for spec in specs if not spec.excludes]
        self._excluded = [spec for spec in specs if spec.excludes]

    def matches(self, path: str) -> bool:
        """Whether a file is meant."""
        if self._wanted and not any(spec.matches(path) for spec in self._wanted):
            return False
        return not any(spec.matches(path) for spec in self._excluded)

    def unmatched(self, paths: Iterable[str]) -> str:
        """Return the first pathspec, from the top of the repository, that matches none of `paths`; "" for none."""
        known = list(paths)
        return next((spec.pattern for spec in self._wanted if not any(map(spec.matches, known))), "")


class _Spec:
    """One pathspec; `pattern` begins at the top of the repository."""

    def __init__(self, word: str, prefix: str) -> None:
        magic, pattern = _magic(word)
        self.excludes = "exclude" in magic
        place = "" if "top" in magic else prefix
        folder = pattern.endswith("/")
        joined = os.path.normpath(place + pattern) if place + pattern else "."
        if joined == ".." or joined.startswith(("../", "/")):
            raise ValueError("that is outside of the repository")
        self.pattern = "" if joined == "." else joined
        self._folds = "icase" in magic
        text = self.pattern.lower() if self._folds else self.pattern
        self._folder = text + "/" if text else ""
        self._text = None if folder or not text else text
        self._glob: Callable[[str], object] | None = None
        if "literal" not in magic and not folder and not _SPECIAL.isdisjoint(text):
            if "glob" in magic:
                glob = Glob(text, anywhere=False)
                self._glob = lambda path: glob.matches(path.split("/"))
            else:
                self._glob = regular_expression(text).fullmatch  # a star matches slashes as well

    def matches(self, path: str) -> bool:
        """Whether the pathspec matches a path: itself, everything below a folder, or a pattern."""
        if self._folds:
            path = path.lower()
        if path == self._text or path.startswith(self._folder):
            return True
        return self._glob is not None and bool(self._glob(path))


def _magic(word: str) -> tuple[set[str], str]:
    """Return the magic words of a pathspec and the pattern behind them (pathspec.c, parse_element_magic)."""
    if not word:
        raise ValueError("an empty word is no path: . is this folder")
    if word.startswith(":("):
        inside, closing, pattern = word[2:].partition(")")
        if not closing:
            raise ValueError("a parenthesis is missing")
        magic = {each for each in inside.split(",") if each}
        for each in sorted(magic):
            if each.partition(":")[0] == "attr":
                raise ValueError("attributes are not looked at here")
            if each not in _MAGIC:
                raise ValueError(f"Git knows no magic {each!r}")
        return magic, pattern
    magic = set()
    if word.startswith(":"):
        at = 1
        while word[at : at + 1] in _LETTERS:
            magic.add(_LETTERS[word[at]])
            at += 1
        return magic, word[at:].removeprefix(":")
    return magic, word
