"""How many files of a commit are in each known language, and which of them cannot be read for want of a grammar."""

from __future__ import annotations

from muse_hook.languages.languages import known_language, languages
from muse_hook.pathrules.rules import read_rules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from muse_hook.git.repository import Repository

INSTALL = "pip install 'muse_hook[languages]', then muse-hook backfill --renew"
"""What brings every grammar, and what records anew the commits that lacked one."""


def coverage(repository: Repository) -> list[dict[str, Any]]:
    """Return a row for each known language: `language`, `package`, `version`, `installed`, `extensions`, `files`.

    `version` is null where the grammar is not installed; `files` are those of HEAD by their names, none without one.
    Those of a language that is read `when_asked` count where HEAD's `.museignore` asks for it.
    """
    paths: list[str] = []
    asked: frozenset[str] = frozenset()
    head = repository.head().oid
    if head is not None:
        with repository.objects() as objects:
            asked = read_rules(objects, objects.commit(head).tree).languages
        output = repository.output("ls-tree", "-r", "-z", "--name-only", "--full-tree", "HEAD")
        paths = [each.decode("utf-8", "backslashreplace") for each in output.split(b"\0") if each]
    counts: dict[str, int] = {}
    for path in paths:
        found = known_language(path)
        if found is not None and (not found.is_asked_for or found.name in asked):
            counts[found.name] = counts.get(found.name, 0) + 1
    return [
        {
            "language": each.name,
            "package": each.package.replace("_", "-"),
            "version": each.grammar_version or None,
            "installed": bool(each.grammar_version),
            "extensions": each.finders("extensions"),
            "files": counts.get(each.name, 0),
            "when_asked": each.is_asked_for,
        }
        for each in languages()
    ]


def unread(repository: Repository) -> list[dict[str, Any]]:
    """Return the rows of the languages that HEAD has files in and whose grammar is not installed."""
    return [row for row in coverage(repository) if row["files"] and not row["installed"]]
