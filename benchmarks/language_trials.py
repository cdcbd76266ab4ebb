"""What is tried in each language where no other parser is needed: damage, renames that were made, and replay.

All of them take files of real repositories. `renames` gives one function, class or heading of a file another name,
wherever the file has the old one, and asks for the delta; `replayed` records a clone's last commits and holds what
their replay gives against what stands in the files; `beside_ctags` asks Universal Ctags, which knows no structure,
for names.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pygit2
import tree_sitter

from muse_hook import diff_commits
from muse_hook.languages.languages import Language, known_language, language_for
from muse_hook.symbols.extract import extract

HELD = {"function", "method", "class", "async_function", "async_method"}
CTAGS: dict[str, tuple[str, set[str]]] = {
    "elixir": ("Elixir", {"function", "macro", "module"}),
    "haskell": ("Haskell", {"function", "type"}),
    "make": ("Make", {"target", "macro"}),
    "objc": ("ObjectiveC", {"function", "class", "method", "interface", "implementation", "protocol"}),
    "ocaml": ("OCaml", {"function", "module", "type", "val", "class"}),
    "powershell": ("PowerShell", {"function", "filter", "class"}),
}
"""By language, its name in ctags and the kinds of tags that are symbols here."""
LEAST_LINES = 3
LEAST_WORDS = 10  # and signs, by which what was renamed is known
LONGEST_CHAIN = 30  # commits, of a language that is recorded only where it is asked for


def head(path: str) -> bytes:
    """Return what a file begins with."""
    return Path(path).read_bytes()[:4096]


def environment() -> dict[str, str]:
    """Return this process's environment without what would change Python or Git."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "GIT_"))}


def git(where: Path, *words: str, given: bytes | None = None, more: dict[str, str] | None = None) -> str:
    """Return what git prints, without the last line's end."""
    env = environment() | (more or {})
    done = subprocess.run(["git", "-C", where, *words], check=True, capture_output=True, input=given, env=env)
    return done.stdout.decode("utf-8", "surrogateescape").rstrip("\n")


def blob_of(clone: Path, oid: str) -> bytes:
    """Return what a blob holds."""
    words = ["git", "-C", str(clone), "cat-file", "blob", oid]
    return subprocess.run(words, capture_output=True, check=True, env=environment()).stdout


def told(paths: list[str]) -> list[dict[str, Any]]:
    """Return the project's symbols of files as rows of a name, a kind and lines, and one `read` or `unreadable` a file.

    Read without a repository, so that what is recorded only when asked for is there as well.
    """
    rows: list[dict[str, Any]] = []
    for path in paths:
        source = Path(path).read_bytes()
        language = language_for(path, partial(bytes, source[:4096]))
        if language is None:
            continue
        found = extract(source, language)
        rows.append({"file": path, "kind": "read" if found.state == "parsed" else "unreadable"})
        for name, symbol in found.symbols.items():
            first, last = symbol.lines
            rows.append({"file": path, "name": name, "kind": symbol.kind, "start": first, "end": last})
    return rows


def beside_damage(oracle: ModuleType, language: Language, paths: list[str], functions: int) -> float | None:
    """Return which part of the symbols beside a fault in one function is told, as before it; None without a fault.

    For languages without another parser: what stands in a file is what is told of it while it is whole, and a fault is
    one that the grammar stumbles over where it did not. `oracle` is the module that makes the faults.
    """
    kept = wanted = 0
    for path in paths:
        source = Path(path).read_bytes()
        whole = extract(source, language)
        if whole.state != "parsed" or whole.damaged:
            continue
        lines = source.decode("utf-8", "replace").split("\n")
        rows = [row for row in told([path]) if "name" in row]
        found = oracle.functions(rows, lines)
        step = max(1, len(found) // functions)
        for row in found[::step][:functions]:
            for fault in oracle.faults(language.name):
                made = oracle.damaged(lines, row, fault, language.name)
                broken = "" if made is None else "\n".join(made)
                if not broken or not _stumbles(broken.encode(), language):
                    continue
                after = extract(broken.encode(), language)
                names = oracle.expected(rows, row)
                wanted += len(names)
                kept += len(names & after.symbols.keys())
    return round(kept / wanted, 3) if wanted else None


def _stumbles(source: bytes, language: Language) -> bool:
    return tree_sitter.Parser(language.grammar).parse(source).root_node.has_error


def renames(language: Language, paths: list[str], most: int) -> list[int]:
    """Return how many of the renames that were made are told, how many were made, and how many others are told."""
    right = made = wrong = 0
    chance = random.Random(2)  # noqa: S311 - nothing is secret
    with tempfile.TemporaryDirectory() as folder:
        repository = pygit2.init_repository(folder, bare=True)
        for path in paths:
            if made == most:
                break
            source = Path(path).read_bytes()
            table = extract(source, language)
            if table.state != "parsed":
                continue
            fit = [
                (name, symbol)
                for name, symbol in table.symbols.items()
                if symbol.kind in HELD
                and re.fullmatch(r"[^\W\d]\w{2,}", symbol.name)
                and symbol.lines[1] - symbol.lines[0] >= LEAST_LINES
                and len(symbol.tokens) >= LEAST_WORDS
            ]
            if not fit:
                continue
            name, symbol = chance.choice(fit)
            word = symbol.name.encode()
            fresh = re.sub(rb"(?<!\w)%s(?!\w)" % re.escape(word), word + b"Anew", source)
            after = extract(fresh, language)
            new = name[: len(name) - len(symbol.name)] + symbol.name + "Anew"
            if new not in after.symbols or name in after.symbols or fresh == source:
                continue  # a class around it has that name, too, or it is written in two ways
            made += 1
            file = Path(path).name
            pairs = _pairs(repository, language, file, source, fresh)
            right += (f"{file}::{name}", f"{file}::{new}") in pairs
            wrong += sum(not _follows(old, now, symbol.name) for old, now in pairs)
    return [right, made, wrong]


def _pairs(
    repository: pygit2.Repository, language: Language, name: str, before: bytes, after: bytes
) -> set[tuple[str, str]]:
    """Return the addresses before and after of what the delta of one file's change tells as renamed or moved."""
    who = pygit2.Signature("A", "a@example.org", 1_700_000_000, 0)
    oids: list[str] = []
    for source in (before, after):
        tree = repository.TreeBuilder()
        tree.insert(name, repository.create_blob(source), 0o100644)
        if language.is_asked_for:
            tree.insert(".museignore", repository.create_blob(_asks_for(language)), 0o100644)
        parents = [pygit2.Oid(hex=each) for each in oids]
        oids.append(str(repository.create_commit(None, who, who, "x", tree.write(), parents)))
    delta: Any = diff_commits(repository.path, oids[0], oids[1])
    return {
        (child["address"], child["new_address"])
        for op in delta["ops"]
        for child in op.get("child_ops", ())
        if child.get("new_address") and child.get("kind") != "import"
    }


def _asks_for(language: Language) -> bytes:
    return f'[domain.code]\nlanguages = ["{language.name}"]\n'.encode()


def _follows(old: str, new: str, name: str) -> bool:
    """Say whether a pair is one that the new name explains."""
    path, mark, qualified = old.partition("::")  # the file keeps its name, though its class may have had it
    return path + mark + re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", name + "Anew", qualified) == new


def replayed(clones: list[Path], language: Language, commits: int) -> list[int]:
    """Return how many of the files that the last commits changed replay gives as they are, and how many there are."""
    same = total = 0
    for clone in clones:
        with tempfile.TemporaryDirectory() as folder:
            store = Path(folder, "store")
            git(clone, "clone", "-q", "--bare", "--shared", str(clone), str(store))
            count = _asking(store, language, LONGEST_CHAIN) if language.is_asked_for else commits
            words = [sys.executable, "-P", "-m", "muse_hook", "-C", str(store)]
            command = [*words, "backfill", "-n", str(count), "--jobs", "1"]
            subprocess.run(command, check=True, capture_output=True, env=environment())
            shown = subprocess.run([*words, "replay", "HEAD", "--json"], check=True, capture_output=True).stdout
            files = json.loads(shown)["files"]
            listed = git(store, "log", f"-{count}", "-m", "--first-parent", "--format=", "--name-only", "-z")
            for path in sorted({*listed.split("\0")} - {""}):
                if known_language(path) is not language:
                    continue
                entry = git(store, "ls-tree", "-z", "HEAD", "--", path)
                if not entry.startswith("100"):
                    continue
                found = extract(blob_of(store, entry.split()[2]), language)
                if found.state != "parsed" or found.damaged:
                    continue
                total += 1
                same += files.get(path, {}) == {name: each.content_id for name, each in found.symbols.items()}
    return [same, total]


def _asking(store: Path, language: Language, count: int) -> int:
    """Make the last commits of a bare clone anew, each with a .museignore that asks; how many that are."""
    listed = git(store, "rev-list", "--first-parent", f"-{count}", "--reverse", "HEAD").split()
    asked = git(store, "hash-object", "-w", "--stdin", given=_asks_for(language))
    who = {f"GIT_{one}_{what}": "a@example.org" for one in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    index = {"GIT_INDEX_FILE": str(store / "asking"), **who}
    tip = ""
    for oid in listed:
        git(store, "read-tree", oid, more=index)
        git(store, "update-index", "--add", "--cacheinfo", f"100644,{asked},.museignore", more=index)
        tree = git(store, "write-tree", "--missing-ok", more=index)  # a clone may lack its largest files
        tip = git(store, "commit-tree", tree, *(["-p", tip] if tip else []), "-m", "x", more=index)
    git(store, "update-ref", "HEAD", tip)
    return len(listed)


def beside_ctags(language: Language, paths: list[str]) -> dict[str, Any]:
    """Return how many tags of Universal Ctags there are outside of functions, and which part of their names is told."""
    program = shutil.which("ctags")
    if program is None or language.name not in CTAGS:
        return {}
    theirs, kinds = CTAGS[language.name]
    words = [program, "--output-format=json", f"--language-force={theirs}", "--fields=+neK", "-L", "-"]
    shown = subprocess.run(words, input="\n".join(paths) + "\n", capture_output=True, text=True, check=True).stdout
    ours: dict[str, set[str]] = defaultdict(set)
    spans: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for row in told(paths):
        if "name" in row:
            ours[row["file"]].update({row["name"], *row["name"].split(".")})
            if row["kind"] in HELD - {"class"}:
                spans[row["file"]].append((row["start"], row["end"]))
    found = total = 0
    for line in shown.splitlines():
        tag = json.loads(line)
        if tag.get("_type") != "tag" or tag["kind"] not in kinds:
            continue
        names = {tag["name"], tag["name"].rpartition(".")[2], tag["name"].rstrip(":")}
        is_told = bool(names & ours[tag["path"]])
        if not is_told and any(first < tag["line"] <= last for first, last in spans[tag["path"]]):
            continue  # in a function
        total += 1
        found += is_told
    return {"recall": round(found / total, 4), "ctags": total} if total else {}
