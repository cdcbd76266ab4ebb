"""Holds symbols of repositories against each language's own parser, and prints the table of docs/languages.md.

    benchmarks/languages.py ORACLE REPOSITORY...

ORACLE is a folder with `oracle.py` and `compare.py`, which know how to ask the parsers; a REPOSITORY is a work tree.
Files over 400 kB are left out.
"""

from __future__ import annotations

import argparse
import os
import sys
from importlib.metadata import metadata
from pathlib import Path
from typing import Any

from muse_hook.languages.languages import known_language, language_for, languages
from muse_hook.symbols.extract import extract

LARGEST = 400_000  # bytes


def files_of(repository: Path) -> dict[str, list[str]]:
    """Return the paths of a work tree's files by language."""
    found: dict[str, list[str]] = {}
    for folder, folders, names in os.walk(repository):
        folders[:] = sorted(name for name in folders if name != ".git")
        for name in sorted(names):
            language, path = known_language(name), os.path.join(folder, name)
            if language is not None and not os.path.islink(path) and os.path.getsize(path) <= LARGEST:
                found.setdefault(language.name, []).append(path)
    return found


def told(paths: list[str]) -> list[dict[str, Any]]:
    """Return the project's symbols of files as the oracle's rows: those that an only commit of them would insert.

    Read without a repository, so that what is recorded only when asked for is there as well.
    """
    rows: list[dict[str, Any]] = []
    for path in paths:
        language = language_for(path)
        if language is None:
            continue
        table = extract(Path(path).read_bytes(), language)
        rows.append({"file": path, "kind": "read" if table.state == "parsed" else "unreadable"})
        for name, symbol in table.symbols.items():
            first, last = symbol.lines
            rows.append({"file": path, "name": name, "kind": symbol.kind, "start": first, "end": last})
    return rows


def judged(modules: tuple[Any, Any], paths: list[str]) -> tuple[int, int, int, int]:
    """Return how many files were judged, how many symbols were found, missed and told in vain."""
    oracle, compare = modules
    rows = oracle.symbols(paths)
    scores = compare.score(rows, told(sorted({row["file"] for row in rows})))
    files, found, missing, extra = 0, 0, 0, 0
    for one in scores.values():
        files, found = files + one.files, found + one.found
        missing, extra = missing + len(one.missing), extra + len(one.extra)
    return files, found, missing, extra


def main() -> None:
    """Print a row a language."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("oracle", type=Path)
    parser.add_argument("repository", type=Path, nargs="+")
    arguments = parser.parse_args()
    sys.path.insert(0, str(arguments.oracle))
    modules = __import__("oracle"), __import__("compare")
    print("| language | wheel | version | licence | verdicts | files | symbols | recall | precision |")
    print("|---|---|---|---|---|---|---|---|---|")
    trees = [files_of(repository) for repository in arguments.repository]
    for language in languages():
        paths = [path for tree in trees for path in tree.get(language.name, ())]
        if not paths or not language.grammar_version or language.name == "python":
            continue
        files, found, missing, extra = judged(modules, paths)
        figures = f"{found / max(1, found + missing):.4f} | {found / max(1, found + extra):.4f}"
        if not files:  # no parser to hold it against
            files, figures = len(paths), "not measured | not measured"
        wheel = language.package.replace("_", "-")
        licence = metadata(wheel).get("License") or metadata(wheel).get("License-Expression") or ""
        verdicts = " ".join(language.strings("public")) or "none"
        about = f"{wheel} | {language.grammar_version} | {licence} | {verdicts}"
        print(f"| {language.name} | {about} | {files} | {found + missing} | {figures} |")


if __name__ == "__main__":
    main()
