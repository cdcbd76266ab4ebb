"""Holds symbols of repositories against each language's own parser, and writes the table of docs/languages.md.

    benchmarks/languages.py                                     the table again, from what languages.json has
    benchmarks/languages.py --oracle ORACLE LANGUAGE CLONE...   measure one language, keep it, and the table

ORACLE is a folder with `oracle.py`, `compare.py` and `damage.py`, which know how to ask the parsers; a CLONE is a work
tree with its history. Files over 400 kB are left out. Measured are

- the symbols of all files of the language, against those of its own parser;
- damage: how many of the symbols outside of a fault in one function (a brace, a quote, half a line) are still told, in
  forty files;
- reading again: in how many of the versions that the last 200 commits made a file is the same when it is read with the
  help of the version before as when it is read alone.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

from muse_hook.languages.languages import Language, known_language, language_for, language_named, languages
from muse_hook.model.symbol import SymbolTable
from muse_hook.symbols.extract import extract

LARGEST = 400_000  # bytes
DAMAGED = 40  # files
COMMITS = 200
HERE = Path(__file__).resolve().parent
KEPT = HERE / "languages.json"
PAGE = HERE.parent / "docs" / "languages.md"
TABLE = re.compile(r"(?<=<!-- table -->\n\n).*?(?=\n<!-- end -->)", re.DOTALL)
HEAD = (
    "| language | files | wheel | licence | symbols | public is | measured on | files | symbols | recall | precision "
    "| beside damage | read again |"
)


def table() -> str:
    """Return the table: a line a row of languages.json, which has all languages but those that stand `with` another."""
    wheels = dict(re.findall(r'"(tree-sitter-[\w-]+)>=([\d.]+)"', (HERE.parent / "pyproject.toml").read_text("utf-8")))
    kept = json.loads(KEPT.read_text("utf-8"))
    said = [name for name, row in kept.items() for name in (name, *row.get("with", ()))]
    if sorted(said) != sorted(language.name for language in languages()):
        raise SystemExit("error: writing the table: languages.json and languages.toml have other languages")
    return "\n".join([HEAD, "|---" * HEAD.count(" | ") + "|---|", *(line(kept, name, wheels) for name in kept)])


def line(kept: dict[str, Any], name: str, wheels: dict[str, str]) -> str:
    """Return a language's row of the table."""
    row = kept[name]
    found = [one for one in map(language_named, (name, *row.get("with", ()))) if one is not None]
    files = [end for one in found for key in ("extensions", "file_names") for end in one.finders(key)]
    wheel = found[0].package.replace("_", "-")
    title = row["title"] + (", when asked for" if found[0].is_asked_for else "")
    has_verdicts = bool(found[0].strings("public"))
    if has_verdicts != bool(row["public"]):
        raise SystemExit(f"error: writing the table: what is public in {name} is said in one place alone")
    measured = row.get("measured", {})
    figures = [row.get("note") or measured.get("on") or "not measured"]
    figures += [f"{measured[key]:,}" if key in measured else "" for key in ("files", "symbols")]
    figures += [f"{measured[key]:.4f}" if key in measured else "" for key in ("recall", "precision")]
    figures += [f"{measured['damage']:.3f}" if "damage" in measured else ""]
    figures += ["{:,} of {:,}".format(*measured["again"]) if "again" in measured else ""]
    cells = [title, f"`{' '.join(files)}`", f"{wheel} >= {wheels[wheel]}", row["licence"], row["symbols"]]
    return "| " + " | ".join([*cells, row["public"] or "no verdicts", *figures]) + " |"


def files_of(repository: Path, language: Language) -> list[str]:
    """Return the paths of a work tree's files in a language."""
    found: list[str] = []
    for folder, folders, names in os.walk(repository):
        folders[:] = sorted(name for name in folders if name != ".git")
        for name in sorted(names):
            path = os.path.join(folder, name)
            if os.path.islink(path) or os.path.getsize(path) > LARGEST:
                continue
            if known_language(name, partial(head, path)) is language:
                found.append(path)
    return found


def told(paths: list[str]) -> list[dict[str, Any]]:
    """Return the project's symbols of files as the oracle's rows: those that an only commit of them would insert.

    Read without a repository, so that what is recorded only when asked for is there as well.
    """
    rows: list[dict[str, Any]] = []
    for path in paths:
        language = language_for(path, partial(head, path))
        if language is None:
            continue
        found = extract(Path(path).read_bytes(), language)
        rows.append({"file": path, "kind": "read" if found.state == "parsed" else "unreadable"})
        for name, symbol in found.symbols.items():
            first, last = symbol.lines
            rows.append({"file": path, "name": name, "kind": symbol.kind, "start": first, "end": last})
    return rows


def judged(oracle: Path, language: Language, paths: list[str], given: list[str]) -> dict[str, Any]:
    """Return how many files and symbols were judged, and which part of them was told rightly."""
    sys.path.insert(0, str(oracle))
    asked, compare = __import__("oracle"), __import__("compare")
    known = language.name if language.name in asked.EXTENSIONS else None
    rows = asked.symbols(paths, known, given)
    score = compare.score(rows, told(sorted({row["file"] for row in rows})), lambda _: language.name)[language.name]
    symbols = score.found + len(score.missing)
    figures = {"files": score.files, "symbols": symbols}
    return {**figures, "recall": round(score.recall, 4), "precision": round(score.precision, 4)} if symbols else {}


def beside_damage(oracle: Path, language: Language, paths: list[str]) -> float | None:
    """Return which part of the symbols beside a fault is still told; None where there was no fault."""
    some = random.Random(1).sample(paths, min(DAMAGED, len(paths)))  # noqa: S311 - nothing is secret
    words = [sys.executable, str(oracle / "damage.py"), "--functions", "2", *some]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    found = re.search(rf"^{language.name} all +\d+ faults: ([\d.]+) of ([1-9]\d*)", done.stdout, re.MULTILINE)
    return round(float(found[1]), 3) if found else None


def read_again(clones: list[Path], language: Language) -> list[int]:
    """Return how many versions of files are the same with the version before as without, and how many there were."""
    same = total = 0
    for clone in clones:
        words = [
            "log",
            f"-{COMMITS}",
            "--no-merges",
            "--format=",
            "--raw",
            "--no-abbrev",
            "--no-renames",
            "--diff-filter=M",
        ]
        for entry in git(clone, *words).decode("utf-8", "surrogateescape").split("\n"):
            if not entry.startswith(":") or known_language(entry.partition("\t")[2]) is not language:
                continue
            old, new = (git(clone, "cat-file", "blob", blob) for blob in entry.split()[2:4])
            before = extract(old, language)
            again, alone = extract(new, language, before), extract(new, language)
            total += 1
            same += said(again) == said(alone)
    return [same, total]


def said(found: SymbolTable) -> object:
    """Return what of a table is compared."""
    ids = {name: symbol.content_id for name, symbol in found.symbols.items()}
    return found.state, found.tree_id, found.module_id, ids


def head(path: str) -> bytes:
    """Return what a file begins with."""
    return Path(path).read_bytes()[:4096]


def git(clone: Path, *words: str) -> bytes:
    """Return what git prints."""
    return subprocess.run(["git", "-C", str(clone), *words], capture_output=True, check=True).stdout


def main() -> None:
    """Measure what is asked for, keep it, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--oracle", type=Path)
    parser.add_argument("--on", help="what the table calls the clones (their folders' names)")
    parser.add_argument("--quick", action="store_true", help="without damage")
    parser.add_argument("-I", dest="headers", action="append", default=[], help="headers of C and C++")
    parser.add_argument("-D", dest="defined", action="append", default=[], help="macros of C and C++")
    parser.add_argument("language", nargs="?")
    parser.add_argument("clone", type=Path, nargs="*")
    arguments = parser.parse_args()
    if arguments.language:
        language = language_named(arguments.language)
        if language is None or not arguments.oracle or not arguments.clone:
            parser.error("a language of languages.toml, --oracle and a clone are needed")
        paths = [path for clone in arguments.clone for path in files_of(clone, language)]
        given = [*(f"-I{one}" for one in arguments.headers), *(f"-D{one}" for one in arguments.defined)]
        measured = judged(arguments.oracle, language, paths, given) or {"files": len(paths)}
        damage = None if arguments.quick else beside_damage(arguments.oracle, language, paths)
        if damage is not None:
            measured["damage"] = damage
        clones = [clone for clone in arguments.clone if (clone / ".git").exists()]
        if clones:
            measured["again"] = read_again(clones, language)
        kept = json.loads(KEPT.read_text("utf-8"))
        names = arguments.on or ", ".join(clone.name for clone in arguments.clone)
        kept[language.name]["measured"] = {"on": names, **measured}
        KEPT.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", "utf-8")
    page = PAGE.read_text("utf-8")
    PAGE.write_text(TABLE.sub(lambda _: table() + "\n", page), "utf-8")


if __name__ == "__main__":
    main()
