"""Two branches that part, and what a comparison of them finds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muse_hook.concurrent.collision import Collision
from muse_hook.concurrent.compare import Comparison, compare
from muse_hook.git.discovery import open_repository

if TYPE_CHECKING:
    from muse_hook.history.recorded import RecordedSymbols
    from support.repository import Repo

APP = '''\
"""A module."""

import os


class Model:
    limit = 1

    def save(self, path):
        name = os.fspath(path)
        print(name)
        return name

    def load(self):
        data = [1, 2, 3]
        print(data)
        return data


def helper(a, b):
    total = a + b
    print(total)
    return total * 2


def leave():
    value = 1
    other = value + 2
    return [value, other]
'''

Files = dict[str, str | None]


def edit(*pairs: tuple[str, str], text: str = APP) -> str:
    """Return the module with some pieces replaced."""
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return text


def cut(start: str, end: str = "", text: str = APP) -> str:
    """Return the module without what stands from `start` to `end`."""
    first = text.index(start)
    return text[:first] + (text[text.index(end, first) :] if end else "")


class Fork:
    """A repository whose branches `ours` and `theirs` part at `main`."""

    def __init__(self, repo: Repo) -> None:
        self.repo = repo

    def commit(self, message: str, files: Files) -> str:
        for path, text in files.items():
            if text is None:
                (self.repo.path / path).unlink()
            else:
                self.repo.write(path, text)
        return self.repo.commit(message)

    def sides(self, base: Files, ours: Files, theirs: Files) -> None:
        self.commit("Base", base)
        for name, files in (("ours", ours), ("theirs", theirs)):
            self.repo.git("checkout", "-q", "-b", name, "main")
            self.commit(name, files)

    def compare(self, recorded: RecordedSymbols | None = None) -> Comparison:
        repository = open_repository(str(self.repo.path))
        with repository.objects() as objects:
            tips = (repository.resolve(name) for name in ("ours", "theirs"))
            return compare(repository, objects, *tips, recorded=recorded)

    def found(self, base: Files, ours: Files, theirs: Files) -> list[Collision]:
        self.sides(base, ours, theirs)
        return self.compare().collisions

    def app(self, ours: str | None, theirs: str | None) -> list[Collision]:
        """Return the collisions of two versions of one file."""
        return self.found({"app.py": APP}, {"app.py": ours}, {"app.py": theirs})


def short(found: list[Collision]) -> list[tuple[str, str, list[str], list[str], str | None]]:
    return [(each.kind, each.address, each.ours.change, each.theirs.change, each.text) for each in found]
