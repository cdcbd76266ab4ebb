"""A folder of Parquet files that follows the history: one a table and month, written again only where rows differ."""

from __future__ import annotations

import hashlib
import json
import os
from datetime import datetime

import pyarrow as pa
import pyarrow.parquet as pq

from muse_hook import __version__
from muse_hook.errors import MuseHookError
from muse_hook.history.warehouse import COLUMNS, partitions, size

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from muse_hook.history.warehouse import Row

MANIFEST = "muse_hook.json"
_VERSION = 1
_FILE = "data.parquet"
_TIME = pa.timestamp("us", tz="UTC")
_TEXTS = pa.list_(pa.string())
# Whatever is not named here is a text.
_TYPES: dict[str, pa.DataType] = {
    "lamport_ts": pa.int64(),
    "generation": pa.int64(),
    "ops": pa.int64(),
    "number": pa.int32(),
    "from_parent": pa.int32(),
    "first_line": pa.int32(),
    "last_line": pa.int32(),
    "confidence": pa.float64(),
    "is_child": pa.bool_(),
    "alive": pa.bool_(),
    "change": _TEXTS,
    "co_authors": _TEXTS,
    "breaking_changes": _TEXTS,
    **dict.fromkeys(("created_at", "authored_at", "committed_at", "first_at", "last_at"), _TIME),
}
SCHEMAS = {
    table: pa.schema([(name, _TYPES.get(name, pa.string())) for name in columns]) for table, columns in COLUMNS.items()
}
"""The schema of each table, the partition's `month` left out: that is in the path."""


class ExportError(MuseHookError):
    """A folder that cannot hold this export."""


class Export:
    """The folder of one repository's export; `written` and `rows` count what `update` did and what there is now."""

    def __init__(self, folder: str, repository: str) -> None:
        """Open the folder, there or not; ExportError where it holds something else, or another repository's export."""
        self._folder = folder
        self._repository = repository
        self._partitions: dict[str, str] = self._read_manifest()
        self.written = 0
        self.rows = dict.fromkeys(SCHEMAS, 0)

    def update(self, connection: sqlite3.Connection, progress: Callable[[int, int], None] | None = None) -> None:
        """Bring every file up to date with the history. A file is replaced whole; nobody sees half of one. OSError.

        `progress` is told how many rows are through, of how many.
        """
        total = size(connection)
        os.makedirs(self._folder, exist_ok=True)
        kept = set()
        for table in SCHEMAS:
            for month, found in partitions(connection, table):
                name = table if month is None else f"{table}/month={month}"
                self.rows[table] += len(found)
                kept.add(name)
                self._update(name, table, found)
                if progress is not None:
                    done = sum(self.rows.values())
                    progress(done, max(done, total))
        for name in [name for name in self._partitions if name not in kept]:
            _remove(os.path.join(self._folder, name))
            del self._partitions[name]
            self._write_manifest()

    def _update(self, name: str, table: str, found: list[Row]) -> None:
        digest = _digest(found)
        path = os.path.join(self._folder, name, _FILE)
        if self._partitions.get(name) == digest and os.path.exists(path):
            return
        os.makedirs(os.path.dirname(path), exist_ok=True)
        made = _table(SCHEMAS[table], found)
        with _Replacing(path) as temporary:
            pq.write_table(made, temporary, compression="zstd")
        self._partitions[name] = digest
        self.written += 1
        self._write_manifest()

    def _read_manifest(self) -> dict[str, str]:
        path = os.path.join(self._folder, MANIFEST)
        doing = f"exporting to {self._folder}"
        try:
            with open(path, encoding="utf-8", newline="\n") as file:
                manifest = json.load(file)
            is_ours = manifest["version"] == _VERSION
            partitions = {str(name): str(digest) for name, digest in manifest["partitions"].items()}
        except FileNotFoundError:
            if os.path.isdir(self._folder) and os.listdir(self._folder):
                raise ExportError(doing, "the folder has something else in it", "name a new folder") from None
            return {}
        except (ValueError, KeyError, TypeError, AttributeError):
            raise ExportError(doing, f"its {MANIFEST} is not ours", "name a new folder") from None
        if not is_ours or manifest.get("repository") != self._repository:
            wrong = f"it holds the export of {manifest.get('repository')!a:.80}"
            raise ExportError(doing, wrong, "name a folder for each repository")
        if any(os.path.isabs(name) or ".." in name.split("/") for name in partitions):
            raise ExportError(doing, f"its {MANIFEST} leads out of the folder", "name a new folder")
        return partitions

    def _write_manifest(self) -> None:
        manifest = {
            "version": _VERSION,
            "repository": self._repository,
            "generator": f"muse_hook {__version__}",
            "partitions": dict(sorted(self._partitions.items())),
        }
        with (
            _Replacing(os.path.join(self._folder, MANIFEST)) as temporary,
            open(temporary, "w", encoding="utf-8", newline="\n") as file,
        ):
            json.dump(manifest, file, indent=1)


class _Replacing:
    """The name of a temporary file beside `path`, which takes its place where the block ends well."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._temporary = f"{path}.{os.getpid()}.part"

    def __enter__(self) -> str:
        return self._temporary

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            os.replace(self._temporary, self._path)
        elif os.path.exists(self._temporary):
            os.unlink(self._temporary)


def _digest(found: list[Row]) -> str:
    made = hashlib.sha256()
    for row in found:
        made.update(repr(row).encode("utf-8", "surrogatepass"))
    return made.hexdigest()


def _table(schema: pa.Schema, found: list[Row]) -> pa.Table:
    columns = []
    for field, values in zip(schema, zip(*found, strict=True), strict=True):
        columns.append(pa.array(_typed(field.type, field.name, values), type=field.type))
    return pa.Table.from_arrays(columns, schema=schema)


def _typed(kind: pa.DataType, name: str, values: Iterable[Any]) -> Iterator[Any]:
    """Yield SQLite's values as their type wants them: None for what an operation by hand says and is none."""
    if kind == _TIME:
        return map(_moment, values)
    if kind == pa.bool_():
        return (None if value is None else bool(value) for value in values)
    if name == "change":
        return (value.split(",") if value else [] for value in values)
    if kind == _TEXTS:
        return (None if value is None else json.loads(value) for value in values)
    if kind == pa.string():
        return (value if value is None else _text(value) for value in values)
    return iter(values)


def _text(value: Any) -> str:
    r"""Return a text without lone surrogates, which Parquet's UTF-8 has not: `\\udc80` as it would be spelled."""
    return str(value).encode("utf-8", "backslashreplace").decode("utf-8")


def _moment(text: str | None) -> datetime | None:
    try:
        return None if text is None else datetime.fromisoformat(text)
    except ValueError:
        return None


def _remove(folder: str) -> None:
    path = os.path.join(folder, _FILE)
    if os.path.exists(path):
        os.unlink(path)
    if os.path.isdir(folder) and not os.listdir(folder):
        os.rmdir(folder)
