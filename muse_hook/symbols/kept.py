"""Writes what hooks would work out anew of each language (`languages.kept` reads it)."""

from __future__ import annotations

import marshal
import os
from _frozen_importlib_external import MAGIC_NUMBER

from muse_hook.languages import grammar, kept
from muse_hook.languages.languages import languages
from muse_hook.quick_import import FOLDER, together_file
from muse_hook.symbols.reader import Reader
from muse_hook.together import write_beside

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from muse_hook.languages.languages import Language
    from muse_hook.symbols.query import NamedKind, Pattern

# What it hangs on beside the row, the query files and the grammar: who parses these, and what form it has.
_CODE = (
    *("languages/kept", "languages/languages", "languages/grammar"),
    *("symbols/kept", "symbols/query", "symbols/shapes", "symbols/normal"),
)


def write_kept(started: float) -> None:
    """Write what is kept of every language, where that can be done; nobody needs to be told where it cannot.

    `started` is when this process did (seconds): what a source was changed into since then is not what was loaded.
    """
    if not os.access(FOLDER, os.W_OK):
        return
    table: dict[str, tuple[int, int]] = {}
    parts: list[bytes] = []
    at = 0
    try:
        for language in languages():
            part = marshal.dumps(_kept(language.afresh(), started))
            table[language.name] = at, len(part)
            parts.append(part)
            at += len(part)
    except (OSError, _ChangedError):
        return
    head = marshal.dumps(table)
    size = len(head).to_bytes(kept.LENGTH, "little")
    write_beside(together_file(kept.PART), b"".join((MAGIC_NUMBER, size, head, *parts)))


class _ChangedError(Exception):
    """A source is another one than that which was loaded."""


def _kept(language: Language, started: float) -> dict[str, Any]:
    """Return what is kept of a language: its row alone where its grammar is not there, or cannot be read.

    `sources` are stamps of what it hangs on, `stamp` is that of the grammar.
    """
    origins = ["languages.toml", *(f"{name}.py" for name in _CODE), *language.query_files()]
    found: dict[str, Any] = {"sources": tuple(map(kept.stamp, origins)), "stamp": None}
    paths = [FOLDER + origin for origin in origins]
    found["head"], found["row"] = language.head, language.row
    try:
        reader = Reader(language)
        query = reader.query.kept(_packed)
        stamp = language.stamp()
    except Exception:  # noqa: BLE001 - whoever reads a file in that language is told
        stamp = None
    else:
        if stamp is not None:
            paths.append(grammar.path_of(language.package))
            found |= {"stamp": stamp, "query": query, "kinds": reader.normaliser.kept()}
    if any(os.stat(path).st_ctime > started for path in paths):
        raise _ChangedError
    return found


def _packed(patterns: Iterable[Pattern], named: NamedKind | None) -> bytes:
    """Return what `query.unpacked` takes apart."""
    records: dict[int, dict[str, object]] = {}
    return marshal.dumps(([_record(one, records) for one in patterns], _named(named, records)))


def _named(named: NamedKind | None, records: dict[int, dict[str, object]]) -> dict[str, object] | None:
    if named is None:
        return None
    found = {name: getattr(named, name) for name in named.__slots__}
    found["inner"] = {kind: _named(one, records) for kind, one in named.inner.items()}
    found["ordered"] = [_record(one, records) for one in named.ordered]
    return found


def _record(pattern: Pattern, records: dict[int, dict[str, object]]) -> dict[str, object]:
    """Return a pattern's attributes, patterns in it as their records: what is shared is one record."""
    record = records.get(id(pattern))
    if record is not None:
        return record
    record = records[id(pattern)] = {}
    default = vars(type(pattern))
    for name, value in vars(pattern).items():
        if name in {"_all", "kind"} or (name in default and default[name] == value):
            continue
        record[name] = value
    for name in ("children", "alternatives", "of_any_kind"):
        if record.get(name):
            record[name] = [_record(one, records) for one in getattr(pattern, name)]
    if pattern.by_kind:
        record["by_kind"] = {kind: [_record(one, records) for one in ones] for kind, ones in pattern.by_kind.items()}
    if pattern.plan:
        record["plan"] = [(*step[:-1], step[-1] and _record(step[-1], records)) for step in pattern.plan]
    if pattern.predicates:
        record["predicates"] = [one.parts() for one in pattern.predicates]
    return record
