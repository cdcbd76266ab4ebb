"""Renames and moves that people labelled: how many are told, how many of those told are right, and how surely.

    python benchmarks/renames.py LABELS.json REPOSITORY [LABELS.json REPOSITORY ...] [--show 20]

`LABELS.json` (see tests/match/labels) has `commits`, all that were looked at, `rows`, each with `commit`, `before` and
`after` (`path`, `qualified_name`), and in `maybe` rows that may be told or not; some have `extracted` and `inlined`,
rows of a `symbol` and the `body` that its statements were in, or went to. `REPOSITORY` is a clone that has them.
Functions, methods, classes, variables and attributes count, in files that end as those of the rows do (the readers
looked at no others). A pair that follows from another one of the list, or from a file that moved, counts neither way:
what stands in a class or a file goes along with it.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import pygit2

from muse_hook import diff_commits

Pair = tuple[str, str]
Part = tuple[str, str, str]
"""A reason, the function that was taken out or put in, and the body."""

PARTS = {"extracted": "extracted_from", "inlined": "inlined_into"}
"""The keys of labels and the reasons that an op gives."""

BANDS = {0.0: "< .5", 0.5: ".5-.6", 0.6: ".6-.7", 0.7: ".7-.8", 0.8: ".8-.9", 0.9: ".9-.99", 1.0: "1"}
"""What is told with about the same confidence: the lower ends, and how docs/delta.md calls them."""

CODE = ("function", "method", "class", "variable", "attribute")
"""The ends of the kinds that count."""


class Told:
    """What one delta says: pairs of addresses with the confidence, and the files that moved."""

    def __init__(self, delta: Any, ends: tuple[str, ...]) -> None:
        self.pairs: dict[Pair, float] = {}
        self.files: set[Pair] = set()
        self.parts: set[Part] = set()
        for op in delta["ops"]:
            path = op["address"]
            source = op.get("from_address", path)
            if op["op"] == "replace" and "new_address" in op:
                self.files.add((path, op["new_address"]))
            if source != path:
                self.files.add((source, path))
            if not path.endswith(ends):
                continue
            for child in op.get("child_ops", ()):
                if "body" in child:
                    self.parts.update((reason, child["address"], child["body"]) for reason in child["change"])
                if "new_address" in child and child["kind"].endswith(CODE):
                    _, _, name = child["address"].partition("::")
                    old = f"{source}::{name}" if child["address"].startswith(f"{path}::") else child["address"]
                    if old != child["new_address"]:
                        self.pairs[old, child["new_address"]] = child["confidence"]

    def has(self, pair: Pair) -> bool:
        """Whether the pair is told, or goes along with what is."""
        return pair in self.pairs or goes_along(pair, self.pairs, self.files)


class Score:
    """Counts over commits."""

    def __init__(self) -> None:
        self.commits = self.right = self.rows = self.said = 0
        self.missing: list[str] = []
        self.wrong: list[str] = []
        self.bands = {band: [0, 0] for band in BANDS}
        self.parts = [0, 0, 0]  # right, missing, not labelled

    def add_parts(self, commit: str, told: set[Part], labelled: set[Part]) -> None:
        """Count the functions that were taken out of others, or put into them."""
        told = {part for part in told if part[0] in PARTS.values()}
        self.parts = [
            count + len(found)
            for count, found in zip(self.parts, (told & labelled, labelled - told, told - labelled), strict=True)
        ]
        self.missing += [f"{commit[:12]} {' '.join(part)}" for part in sorted(labelled - told)]
        self.wrong += [f"{commit[:12]} {' '.join(part)}" for part in sorted(told - labelled)]

    def add(self, commit: str, told: Told, rows: set[Pair], maybe: set[Pair]) -> None:
        """Count one commit."""
        self.commits += 1
        for row in sorted(rows):
            self.rows += 1
            if told.has(row):
                self.right += 1
                self.said += 1
            else:
                self.missing.append(f"{commit[:12]} {row[0]} -> {row[1]}")
        listed = dict.fromkeys(rows | maybe, 1.0)
        for pair, confidence in sorted(told.pairs.items()):
            band = self.bands[max(low for low in BANDS if confidence >= low)]
            if pair in rows:
                band[0] += 1
            elif pair not in maybe and not goes_along(pair, listed, told.files):
                band[1] += 1
                self.said += 1
                self.wrong.append(f"{commit[:12]} {pair[0]} -> {pair[1]} ({confidence})")

    def __str__(self) -> str:
        right, missing, wrong = self.parts
        parts = (
            f"; taken out or put in: {right} right, {missing} missing, {wrong} not labelled" if any(self.parts) else ""
        )
        return (
            f"recall {self.right / max(1, self.rows):.3f} precision {self.right / max(1, self.said):.3f} "
            f"over {self.rows} pairs in {self.commits} commits{parts}"
        )


def goes_along(pair: Pair, pairs: dict[Pair, float], files: set[Pair]) -> bool:
    """Whether what a pair says follows from one of its classes, or from its file."""
    (old_path, _, old), (new_path, _, new) = (end.partition("::") for end in pair)
    if old == new and (old_path, new_path) in files:
        return True
    old_class, new_class, rest = old, new, ""
    while "." in old_class and "." in new_class:
        old_class, _, old_name = old_class.rpartition(".")
        new_class, _, new_name = new_class.rpartition(".")
        if old_name != new_name:
            return False
        rest = f".{old_name}{rest}"
        if (f"{old_path}::{old_class}", f"{new_path}::{new_class}") in pairs:
            return True
    return False


def score(labels: Any, repository: Path, *scores: Score) -> None:
    """Hold what is told of each labelled commit against its rows, and count it in each of the scores."""
    known: dict[str, tuple[set[Pair], set[Pair]]] = {commit: (set(), set()) for commit in labels["commits"]}
    for number, rows in enumerate((labels["rows"], labels.get("maybe", ()))):
        for row in rows:
            before, after = (f"{row[end]['path']}::{row[end]['qualified_name']}" for end in ("before", "after"))
            known[row["commit"]][number].add((before, after))
    parts: dict[str, set[Part]] = {}
    for key, reason in PARTS.items():
        for row in labels.get(key, ()):
            symbol, body = (f"{row[end]['path']}::{row[end]['qualified_name']}" for end in ("symbol", "body"))
            parts.setdefault(row["commit"], set()).add((reason, symbol, body))
    ends = tuple({Path(row[end]["path"]).suffix for row in labels["rows"] for end in ("before", "after")} | {".pyi"})
    git = pygit2.Repository(str(repository))
    for commit, (pairs, maybe) in known.items():
        parents = git[commit].peel(pygit2.Commit).parent_ids
        delta = diff_commits(repository, str(parents[0]) if parents else None, commit)
        told = Told(delta, ends)
        for one in scores:
            one.add(commit, told, pairs, maybe)
            if "extracted" in labels:
                one.add_parts(commit, told.parts, parts.get(commit, set()))


def main() -> None:
    """Print what is missing and wrong, what each confidence is worth, recall and precision."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("inputs", nargs="+", type=Path, metavar="LABELS.json REPOSITORY")
    parser.add_argument("--show", type=int, default=0, help="print so many missing and so many wrong pairs")
    arguments = parser.parse_args()
    if len(arguments.inputs) % 2:
        parser.error("each file of labels needs its repository")
    every = Score()
    for labels, repository in zip(arguments.inputs[::2], arguments.inputs[1::2], strict=True):
        one = Score()
        score(json.loads(labels.read_text(encoding="utf-8")), repository, one, every)
        print(f"{labels.name}: {one}")
    for word, found in (("missing", every.missing), ("wrong", every.wrong)):
        for line in found[: arguments.show]:
            print(f"{word}: {line}")
    print(table(every.bands))
    print(every)


def table(bands: dict[float, list[int]]) -> str:
    """Return the table of docs/delta.md: how many pairs were told with which confidence, how many of them right."""
    shares = [(right + wrong, f"{right / max(1, right + wrong):.2f}".lstrip("0")) for right, wrong in bands.values()]
    rows = (
        ("said", *BANDS.values()),
        ("---",) * (len(BANDS) + 1),
        ("pairs", *(str(count) for count, _ in shares)),
        ("right", *(share.removesuffix(".00") for _, share in shares)),
    )
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


if __name__ == "__main__":
    main()
