"""Holds symbols of repositories against each language's own parser, and writes the table of docs/languages.md.

    benchmarks/languages.py                                     the table again, from languages.json and rates.json
    benchmarks/languages.py --oracle ORACLE LANGUAGE CLONE...   measure one language, keep it, and the table
    benchmarks/languages.py --oracle ORACLE --every FOLDER      measure all languages, on the clones in a folder

ORACLE is a folder with `oracle.py`, `compare.py` and `damage.py`, which know how to ask the parsers; a CLONE is a work
tree with its history. Files over 400 kB are left out. Measured are

- the symbols of all files of the language, against those of its own parser; where there is none, against the names
  that Universal Ctags knows, if it knows the language;
- damage: how many of the symbols outside of a fault in one function (a brace, a quote, half a line) are still told, in
  fifteen files;
- renames: how many of those that are made in fifteen files, one each, are told, and how many others;
- replay: how many of the files that the last 20 commits changed are the same when the log of these is replayed as they
  are when they are read;
- reading again: in how many of 60 versions of each clone's last 200 commits a file is the same when it is read with the
  help of the version before as when it is read alone.

How many times PyDriller's rate a backfill has is timed, and so kept apart: `benchmarks/run` writes it into rates.json,
of each clone by the language that most of its bytes are in.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import json
import os
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

sys.path.append(str(Path(__file__).parent))  # not first: a neighbour is called concurrent

import language_trials
from language_trials import blob_of, git, head, told

from muse_hook.languages.languages import Language, known_language, language_named, languages
from muse_hook.model.symbol import SymbolTable
from muse_hook.symbols.extract import extract

LARGEST = 400_000  # bytes
DAMAGED = 15  # files
RENAMED = 15  # files
COMMITS = 200
REPLAYED = 20  # commits
VERSIONS = 60
HERE = Path(__file__).resolve().parent
KEPT = HERE / "languages.json"
RATES = HERE / "rates.json"
PAGE = HERE.parent / "docs" / "languages.md"
TABLE = re.compile(r"(?<=<!-- table -->\n\n).*?(?=\n<!-- end -->)", re.DOTALL)
HEAD = (
    "| language | files | wheel | licence | symbols | public is | measured on | files | symbols | recall | precision "
    "| beside damage | renames made | replayed | read again | times PyDriller |"
)
WHAT = ("symbols", "damage", "renames", "replayed", "again")
NOT_ASKED = "no other parser"
NOT_MEASURED = "not measured"
NO_RENAMES = "none to be made"
NO_FAULT = "no fault could be made"
NONE_CHANGED = "none was changed"


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
    figures = measured_cells(row, [name, *row.get("with", ())])
    cells = [title, f"`{' '.join(files)}`", f"{wheel} >= {wheels[wheel]}", row["licence"], row["symbols"]]
    return "| " + " | ".join([*cells, row["public"] or "no verdicts", *figures]) + " |"


def measured_cells(row: dict[str, Any], names: list[str]) -> list[str]:
    """Return the cells of what was measured of a row's languages; what was not is said in words."""
    measured = row.get("measured", {})
    without = "ctags tells less" if "ctags" in measured else NOT_ASKED
    recall = f"{measured['recall']:.4f}" if "recall" in measured else NOT_ASKED
    cells = [measured.get("on", NOT_MEASURED)]
    cells += [f"{measured[key]:,}" if key in measured else NOT_MEASURED for key in ("files", "symbols")]
    cells += [f"{recall} of {measured['ctags']:,} of ctags" if "ctags" in measured else recall]
    cells += [f"{measured['precision']:.4f}" if "precision" in measured else without]
    damage = measured.get("damage", NOT_MEASURED)
    cells += [NO_FAULT if damage is None else damage if isinstance(damage, str) else f"{damage:.3f}"]
    right, made, wrong = measured.get("renames", (0, 0, 0))
    others = f", {wrong} others" if wrong else ""
    cells += [f"{right} of {made}{others}" if made else NO_RENAMES if "renames" in measured else NOT_MEASURED]
    for key in ("replayed", "again"):
        same, all_of_them = measured.get(key, (0, 0))
        none = NONE_CHANGED if key in measured else NOT_MEASURED
        cells += [f"{same:,} of {all_of_them:,}" if all_of_them else none]
    timed = json.loads(RATES.read_text("utf-8")) if RATES.exists() else {}
    rates = [
        f"{one['times'][0]:.1f}" + (f", by two processes {one['by_two']}" if "by_two" in one else "") + f" ({clone})"
        for clone, one in timed.items()
        if one["language"] in names
    ]
    return [*cells, ", ".join(rates) or "not timed"]


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


def judged(oracle: Path, language: Language, paths: list[str], given: list[str]) -> dict[str, Any]:
    """Return how many files and symbols were judged, and which part of them was told rightly.

    Without a parser to ask, how many are told, and how many of the names that ctags knows.
    """
    asked, compare = module(oracle, "oracle"), module(oracle, "compare")
    if language.name not in asked.EXTENSIONS:
        rows = told(paths)
        counted = {"files": len(paths), "symbols": sum("name" in row for row in rows)}
        return {**counted, **language_trials.beside_ctags(language, paths)}
    is_python = language.name == "python"
    rows = python_rows(paths) if is_python else asked.symbols(paths, language.name, given)
    score = compare.score(rows, told(sorted({row["file"] for row in rows})), lambda _: language.name)[language.name]
    symbols = score.found + len(score.missing)
    figures = {"files": score.files, "symbols": symbols}
    return {**figures, "recall": round(score.recall, 4), "precision": round(score.precision, 4)} if symbols else {}


def python_rows(paths: list[str]) -> list[dict[str, Any]]:
    """Return the symbols of Python's files by `ast`, as the oracles of other languages print theirs."""
    rows: list[dict[str, Any]] = []
    for path in paths:
        try:
            tree = ast.parse(Path(path).read_bytes())
        except (SyntaxError, ValueError):
            rows.append({"file": path, "kind": "unreadable"})
            continue
        rows.append({"file": path, "kind": "read"})
        rows += ({"file": path, "name": name, "kind": kind} for name, kind in _python_names(tree.body, ""))
    return rows


def _python_names(statements: list[ast.stmt], within: str) -> Iterator[tuple[str, str]]:
    for each in statements:
        match each:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield within + each.name, "method" if within else "function"
            case ast.ClassDef():
                yield within + each.name, "class"
                yield from _python_names(each.body, f"{within}{each.name}.")
            case ast.Import() | ast.ImportFrom():
                for one in each.names:
                    origin = "." * getattr(each, "level", 0) + (getattr(each, "module", None) or "")
                    if not within:
                        name = f"*:{origin}" if one.name == "*" else one.asname or one.name
                        yield f"import::{name}", "import"
            case ast.Assign() | ast.AnnAssign() | ast.AugAssign():
                targets = each.targets if isinstance(each, ast.Assign) else [each.target]
                if isinstance(each, ast.AugAssign) and within + getattr(each.target, "id", "") != "__all__":
                    continue
                for target in targets:
                    yield from ((within + one.id, "variable") for one in _bound(target))
            case _ if hasattr(ast, "TypeAlias") and isinstance(each, ast.TypeAlias):
                yield within + each.name.id, "variable"
            case _:
                for key in ("body", "orelse", "finalbody"):
                    yield from _python_names(getattr(each, key, []), within)
                for part in (*getattr(each, "handlers", ()), *getattr(each, "cases", ())):
                    yield from _python_names(part.body, within)


def _bound(target: ast.expr) -> Iterator[ast.Name]:
    match target:
        case ast.Name():
            yield target
        case ast.Tuple() | ast.List():
            for one in target.elts:
                yield from _bound(one)
        case ast.Starred():
            yield from _bound(target.value)


def beside_damage(oracle: Path, language: Language, paths: list[str]) -> float | None:
    """Return which part of the symbols beside a fault is still told; None where there was no fault."""
    asked = module(oracle, "oracle")
    if language.name not in asked.EXTENSIONS or language.name == "python":
        return language_trials.beside_damage(module(oracle, "damage"), language, paths, 2)
    words = [sys.executable, str(oracle / "damage.py"), "--functions", "2", *paths]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    found = re.search(rf"^{language.name} all +\d+ faults: ([\d.]+) of ([1-9]\d*)", done.stdout, re.MULTILINE)
    return round(float(found[1]), 3) if found else None


def module(folder: Path, name: str) -> ModuleType:
    """Return a module of the oracle's folder."""
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    return importlib.import_module(name)


def read_again(clones: list[Path], language: Language) -> list[int]:
    """Return how many versions of files are the same with the version before as without, and how many there were."""
    same = total = 0
    for clone in clones:
        most = total + VERSIONS
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
        for entry in git(clone, *words).split("\n"):
            if not entry.startswith(":") or known_language(entry.partition("\t")[2]) is not language:
                continue
            old, new = (blob_of(clone, blob) for blob in entry.split()[2:4])
            before = extract(old, language)
            again, alone = extract(new, language, before), extract(new, language)
            total += 1
            same += said(again) == said(alone)
            if total == most:
                break
    return [same, total]


def said(found: SymbolTable) -> object:
    """Return what of a table is compared."""
    ids = {name: symbol.content_id for name, symbol in found.symbols.items()}
    return found.state, found.tree_id, found.module_id, ids


def measure(
    oracle: Path, language: Language, clones: list[Path], given: list[str], arguments: argparse.Namespace
) -> None:
    """Measure a language on some clones, with all of `WHAT` or `arguments.only`, and keep it."""
    paths = [path for clone in clones for path in files_of(clone / arguments.under, language)]
    kept = json.loads(KEPT.read_text("utf-8"))
    measured = {} if arguments.only is None else kept[language.name].get("measured", {})
    wanted = arguments.only or WHAT
    some = random.Random(3).sample(paths, len(paths))  # noqa: S311 - nothing is secret
    if "symbols" in wanted:
        measured["on"] = arguments.on or kept[language.name].get("on") or ", ".join(clone.name for clone in clones)
        measured |= judged(oracle, language, paths, given)
    if "damage" in wanted:
        measured["damage"] = beside_damage(oracle, language, some[:DAMAGED])
    if "renames" in wanted:
        measured["renames"] = language_trials.renames(language, some, RENAMED)
    if "replayed" in wanted:
        measured["replayed"] = language_trials.replayed(clones, language, REPLAYED)
    if "again" in wanted:
        measured["again"] = read_again(clones, language)
    kept = json.loads(KEPT.read_text("utf-8"))  # another row may have been measured meanwhile
    kept[language.name]["measured"] = measured
    KEPT.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", "utf-8")


def main() -> None:
    """Measure what is asked for, keep it, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--oracle", type=Path)
    parser.add_argument("--on", help="what the table calls the clones (their folders' names)")
    parser.add_argument("-I", dest="headers", action="append", default=[], help="headers of C and C++")
    parser.add_argument("-D", dest="defined", action="append", default=[], help="macros of C and C++")
    parser.add_argument("--only", type=lambda word: word.split(","), help=f"some of {','.join(WHAT)}; the others stay")
    parser.add_argument("--under", default="", help="only files below this folder of the clones")
    parser.add_argument("--every", type=Path, help="a folder of clones: measure each row on those that it names there")
    parser.add_argument("--missing", action="store_true", help="with --every, only what was not measured")
    parser.add_argument("language", nargs="?")
    parser.add_argument("clone", type=lambda word: Path(word).resolve(), nargs="*")
    arguments = parser.parse_intermixed_args()
    if arguments.language:
        language = language_named(arguments.language)
        if language is None or not arguments.oracle or not arguments.clone:
            parser.error("a language of languages.toml, --oracle and a clone are needed")
        given = [*(f"-I{one}" for one in arguments.headers), *(f"-D{one}" for one in arguments.defined)]
        measure(arguments.oracle, language, arguments.clone, given, arguments)
    for name, row in json.loads(KEPT.read_text("utf-8")).items() if arguments.every else ():
        clones = [clone for each in row["clones"] if (clone := arguments.every / each).is_dir()]
        missing = [what for what in arguments.only or WHAT if what not in row.get("measured", {})]
        language = language_named(name)
        if language is None or not clones or (arguments.missing and not missing):
            continue
        print(name, flush=True)
        only = (missing if arguments.missing else arguments.only) or None
        arguments.under = row.get("under", "")
        measure(arguments.oracle, language, clones, [], argparse.Namespace(**vars(arguments) | {"only": only}))
    page = PAGE.read_text("utf-8")
    PAGE.write_text(TABLE.sub(lambda _: table() + "\n", page), "utf-8")


if __name__ == "__main__":
    main()
