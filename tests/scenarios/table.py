"""Write docs/scenarios.md: what each scenario recorded and marked when the tests ran.

python tests/scenarios/table.py [-n 2]
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from itertools import groupby
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
TABLE = HERE.parent.parent / "docs" / "scenarios.md"
ROWS = "MUSE_HOOK_SCENARIO_ROWS"
_LONG = 60

TOP = """\
# What is recorded, whatever Git does

Written by `python tests/scenarios/table.py` from a run of the tests in `tests/scenarios` with real Git ({git}).
Every repository begins with a commit `base` from before the hooks, which only a backfill records. At the end of each
scenario a second, slow reading of Git by plain `git` commands (`tests/support/reading_of_git.py`) has found that every
commit which a local branch or a work tree reaches has exactly one seal, a true one, and that another `sync` changes no
byte.

"Recorded" is how many commits each session holds. Marks say what became of a commit that was rewritten:
`amend: A -> B` and `rebase: A -> B` are superseded, `dropped: A` was left out by a rebase.
"""


def rows(options: list[str]) -> list[dict[str, Any]]:
    """Run the scenarios and return a row of each, in the order of the files."""
    with tempfile.NamedTemporaryFile(suffix=".jsonl") as file:
        environment = os.environ | {ROWS: file.name}
        subprocess.run([sys.executable, "-m", "pytest", "-q", str(HERE), *options], env=environment, check=True)
        found = [json.loads(line) for line in Path(file.name).read_text(encoding="utf-8").splitlines()]
    return sorted(found, key=lambda row: (row["file"], row["line"], row["case"]))


def short(name: str) -> str:
    """Cut a name that nobody would read to its end."""
    return name if len(name) < _LONG else f"{name[: _LONG // 2]}... ({len(name)} characters)"


def cell(text: str) -> str:
    """Escape what a table would take for its own."""
    return text.replace("|", "\\|").replace("\n", " ") or "-"


def merged(found: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    """Return (scenario, recorded, marks), the cases of one test that came out alike in one line."""
    lines = []
    for (_, scenario), some in groupby(found, key=lambda row: (row["line"], row["scenario"])):
        cases: dict[tuple[str, str], list[str]] = {}
        what = ""
        for row in some:
            recorded = ", ".join(f"`{short(session)}` {count}" for session, count in row["recorded"].items())
            cases.setdefault((recorded, ", ".join(f"`{mark}`" for mark in row["marks"])), []).append(row["case"])
            what = row["what"]
        for (recorded, marks), names in cases.items():
            told = ", ".join(f"`{short(name)}`" for name in names if name)
            lines.append((f"{scenario}{f': {told}' if told else ''}{f'. {what}' if what else ''}", recorded, marks))
    return lines


def main() -> None:
    """Write the table."""
    found = rows(sys.argv[1:])
    git = subprocess.run(["git", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    parts = [TOP.format(git=git)]
    for file, some in groupby(found, key=lambda row: row["file"]):
        title = file.removeprefix("test_scenario_").capitalize()
        parts.append(f"\n## {title}\n\n| scenario | recorded | marks |\n|---|---|---|\n")
        parts += [f"| {' | '.join(cell(text) for text in line)} |\n" for line in merged(list(some))]
    TABLE.parent.mkdir(exist_ok=True)
    TABLE.write_bytes("".join(parts).encode("utf-8", "backslashreplace"))


if __name__ == "__main__":
    main()
