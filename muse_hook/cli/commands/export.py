"""`muse-hook export`: the history as files for another engine."""

from __future__ import annotations

import os

from muse_hook.cli.failures import reject
from muse_hook.cli.options import add_json
from muse_hook.errors import MuseHookError
from muse_hook.sharing.origin import identity

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from muse_hook.cli.invocation import Invocation

PAGED = False
DESCRIPTION = """
Write the history as Parquet files, for DuckDB, ClickHouse, Spark and others

DIR gets the folders operations, commits, parents (each by month) and symbols; docs/warehouse.md has their columns.
Run it again and only the files whose rows differ are written again, each as a whole: no row is ever there twice.
It needs `pip install 'muse_hook[parquet]'`.
"""
EXAMPLES = """
muse-hook export --parquet ../warehouse/flask
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("--parquet", metavar="DIR", required=True, help="The folder to write to")
    add_json(parser)


def run(arguments: argparse.Namespace, invocation: Invocation) -> int:
    """Export."""
    try:
        from muse_hook.sharing.parquet import Export
    except ImportError:
        reject("exporting", "pyarrow is not installed", "pip install 'muse_hook[parquet]'")
    folder = os.path.abspath(arguments.parquet)
    database = invocation.history()
    invocation.superseded()  # refs may have moved
    export = Export(folder, identity(invocation.repository))
    stages = invocation.stages()
    try:
        export.update(database, stages.begin("writing", "rows"))
    except OSError as error:
        raise MuseHookError(f"exporting to {arguments.parquet}", error.strerror or str(error)) from error
    finally:
        stages.end()
    if arguments.json:
        rows = {"rows": export.rows, "files_written": export.written}
        invocation.out.json({"version": 1, "command": "export", "folder": folder, **rows})
    else:
        counts = ", ".join(f"{count:,} {table}" for table, count in export.rows.items())
        invocation.messages.line(f"{arguments.parquet}: {counts}; {export.written:,} files written")
    return 0
