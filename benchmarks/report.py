"""Runs the benchmarks, prints their figures, and writes them as tables and a plot into docs/benchmarks.md.

python benchmarks/report.py --out OUT CLONE[=COUNT]... [--rounds 15] [--count 300] [--files 5000] [--entries 1000000]
                            [--growth COMMITS,...] [--muse MUSE --muse-python PYTHON] [--instructions]

The hook is measured with files of the first clone that has Python, the backfill of the last COUNT commits of each. With
`--instructions` one run of each is counted by valgrind: on a busy machine times say nothing. In OUT.md the tables take
the place of what stands between two comments; what else stands there stays. How many times PyDriller's rate each
clone's backfill has is kept in rates.json, from which `benchmarks/languages.py` makes a column of its table.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
from html import escape
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parent))  # not first: a neighbour is called concurrent

import backfill_rate
import growth
import hook_latency

RATES = Path(__file__).parent / "rates.json"
BAR, ROW, LEFT, WIDTH = 16, 26, 250, 760
BEGIN, END = "<!-- benchmarks/run writes from here -->\n", "<!-- to here -->\n"


def bars(title: str, unit: str, values: list[tuple[str, float, float, float]], top: int) -> tuple[str, int]:
    """Return the SVG of horizontal bars (label, middle, least, most) below `top`, and where they end."""
    scale = (WIDTH - LEFT - 90) / max(most for *_, most in values)
    out = [f'<text x="8" y="{top + 14}" font-weight="bold">{escape(title)}</text>']
    for index, (label, middle, least, most) in enumerate(values):
        y = top + 26 + index * ROW
        out.append(f'<text x="{LEFT - 8}" y="{y + 12}" text-anchor="end">{escape(label)}</text>')
        out.append(f'<rect x="{LEFT}" y="{y}" width="{middle * scale:.1f}" height="{BAR}" fill="#4c78a8"/>')
        line = f'x1="{LEFT + least * scale:.1f}" x2="{LEFT + most * scale:.1f}" y1="{y + BAR / 2}" y2="{y + BAR / 2}"'
        out.append(f'<line {line} stroke="#222" stroke-width="2"/>')
        out.append(f'<text x="{LEFT + most * scale + 6:.1f}" y="{y + 12}">{middle:.2f} {escape(unit)}</text>')
    return "\n".join(out), top + 26 + len(values) * ROW + 14


def hook_rows(clone: Path, arguments: argparse.Namespace) -> list[tuple[str, str, float, float, float]]:
    """Return (what, elapsed or processor time, ratio, least, most) of the hook in each setting."""
    rows: list[tuple[str, str, float, float, float]] = []
    for label, files, entries in (
        ("small repository", 0, 0),
        (f"{arguments.files:,} files", arguments.files, 0),
        (f"log of {arguments.entries:,} entries", 0, arguments.entries),
    ):
        if arguments.instructions:
            counted = hook_latency.count(clone, files=files, entries=entries)
            rows.append((f"hook, {label}", "instructions", *hook_latency.ratio(counted, hook_latency.MUSE)))
            continue
        measured = hook_latency.measure(clone, rounds=arguments.rounds, files=files, entries=entries)
        for how, samples in zip(("elapsed", "processor"), measured, strict=True):
            rows.append((f"hook, {label}", how, *hook_latency.ratio(samples, hook_latency.MUSE)))
            if not files and not entries:
                rows.append(("in the background", how, *hook_latency.ratio(samples, hook_latency.BACKGROUND)))
    return rows


def main() -> None:
    """Measure, and write OUT.md and OUT.svg."""
    parser = argparse.ArgumentParser(prog="benchmarks/run", description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("clones", nargs="+", metavar="CLONE[=COUNT]", help="a clone, and how many commits of its HEAD")
    parser.add_argument("--rounds", type=int, default=15, help="of the hook (default: 15); the backfill has 3")
    parser.add_argument("--count", type=int, default=300, help="commits of a clone that names none (default: 300)")
    parser.add_argument("--files", type=int, default=5000, help="of a large repository (default: 5000)")
    parser.add_argument("--entries", type=int, default=1_000_000, help="of a long log (default: a million)")
    parser.add_argument(
        "--growth", default="", metavar="COMMITS,...", help="record so many of the first clone, in steps"
    )
    parser.add_argument("--muse", type=Path, help="a clone of Muse, whose own pipeline is measured as well")
    parser.add_argument("--muse-python", default="python3.12", help="the Python that runs Muse (default: python3.12)")
    parser.add_argument("--instructions", action="store_true", help="count instructions by valgrind; no times")
    arguments = parser.parse_args()
    clones = dict(_clone(parser, word, arguments.count) for word in arguments.clones)
    for tool in ["git"] + ["valgrind"] * arguments.instructions + [arguments.muse_python] * bool(arguments.muse):
        if shutil.which(tool) is None:
            parser.error(f"{tool} is not there; install it, or say where another one is by PATH")
    written_in = next((clone for clone in clones if hook_latency.sources(clone)), None)
    if written_in is None:
        parser.error("one clone must have Python files, which the hook is measured with")
    hook = hook_rows(written_in, arguments)
    words = ["--muse", str(arguments.muse), "--muse-python", arguments.muse_python] if arguments.muse else []
    words += ["--instructions"] if arguments.instructions else []
    script = str(Path(__file__).parent / "backfill_rate.py")
    found = {}
    for clone, count in clones.items():
        command = [sys.executable, "-P", script, str(clone), count, "--json", *words]
        done = subprocess.run(command, check=False, stdout=subprocess.PIPE)
        if done.returncode:  # it has said why
            raise SystemExit(done.returncode)
        found[clone.resolve().name] = json.loads(done.stdout)
    steps = [int(word) for word in arguments.growth.split(",") if word]
    grown = growth.table(growth.measure(next(iter(clones)), steps)) if steps else ""
    rates = {name: backfill_rate.rows(of) for name, of in found.items()}
    arguments.out.with_suffix(".svg").write_text(plot(hook, rates))
    tables = text(arguments, hook, found)
    if grown:
        said = "Oldest first, into one store; each row is of all up to there."
        tables += f"\n## Growth of {next(iter(found))}\n\n{said}\n\n{grown}\n"
    print(tables)
    if not arguments.instructions:
        keep_rates(found)
    page = arguments.out.with_suffix(".md")
    page.write_text(put(page.read_text() if page.exists() else f"# Benchmarks\n\n{BEGIN}{END}", tables))


def keep_rates(found: dict[str, Any]) -> None:
    """Put into rates.json how many times PyDriller's rate each clone's backfill has: middle, least, most.

    `times` is that of one process by processor time, `by_two` the middle of two processes' by elapsed time.
    """
    kept = json.loads(RATES.read_text("utf-8")) if RATES.exists() else {}
    for name, of in found.items():
        times = next(row[2:] for row in backfill_rate.rows(of) if row[0] == backfill_rate.PYDRILLER)
        said = {"language": of["language"], "commits": of["commits"], "times": [round(each, 2) for each in times]}
        both = zip(of["runs"][backfill_rate.PYDRILLER], of["runs"].get(backfill_rate.TWO, ()), strict=False)
        if by_two := [other["elapsed"] / ours["elapsed"] for other, ours in both]:
            said["by_two"] = round(statistics.median(by_two), 1)
        kept[name] = said
    RATES.write_text(json.dumps(kept, indent=1) + "\n", "utf-8")


def _clone(parser: argparse.ArgumentParser, word: str, count: int) -> tuple[Path, str]:
    """Return the folder and the number of commits that CLONE[=COUNT] says; what is none ends the run."""
    path, _, number = word.partition("=")
    words = ["git", "-C", path, "rev-list", "--count", "HEAD"]
    found = subprocess.run(words, capture_output=True, text=True, check=False) if Path(path).is_dir() else None
    if found is None or found.returncode:
        parser.error(f"{path} is no clone with commits; git clone https://github.com/pallets/flask gives one")
    if not (number or "1").isdecimal() or int(number or count) < 2:  # noqa: PLR2004 - two halves are compared
        parser.error(f"{word}: {number} is no number of commits, which is 2 or more")
    return Path(path), str(min(int(number or count), int(found.stdout)))


def put(page: str, tables: str) -> str:
    """Return a page with the tables between its two comments; at its end where it has none."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        before, after = page + "\n", ""
    return f"{before}{BEGIN}\n{tables}\n{END}{after}"


def plot(
    hook: list[tuple[str, str, float, float, float]], rates: dict[str, list[tuple[str, float, float, float, float]]]
) -> str:
    """Return all plots as one SVG."""
    unit = hook[-1][1]
    title = f"What a hook adds to git commit, in starts of python -I -c pass ({unit})"
    first, end = bars(title, "", [(row[0], row[2], row[3], row[4]) for row in hook if row[1] == unit], 8)
    shown = [first]
    for clone, rows in rates.items():
        title = f"Backfill of {clone}: how many times as much as muse_hook with one process"
        more, end = bars(title, "", [(name, middle, least, most) for name, _, middle, least, most in rows], end)
        shown.append(more)
    plots = "\n".join(shown)
    style = 'font-family="sans-serif" font-size="12"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{end}" {style}>'
    return f'{head}\n<rect width="100%" height="100%" fill="white"/>\n{plots}\n</svg>\n'


def text(arguments: argparse.Namespace, hook: list[tuple[str, str, float, float, float]], found: dict[str, Any]) -> str:
    """Return the page."""
    words = " ".join(f"path/to/{name}={of['commits']}" for name, of in found.items())
    if arguments.instructions:
        how = (
            f"Made by `benchmarks/run {words} --instructions` with CPython {platform.python_version()}: instructions of"
            " whole processes and of all that they start, counted by valgrind, so that a busy machine changes nothing."
        )
    else:
        how = (
            f"Made by `benchmarks/run {words}` on {os.cpu_count()} processors with CPython"
            f" {platform.python_version()}. Ratios of one run count, absolute times do not; the spread is that of"
            " nine tenths of a thousand resamplings for the hook, least and most for the backfill."
        )
    lines = [
        how,
        "",
        f"![The figures below as bars]({arguments.out.name}.svg)",
        "",
        "## The hook",
        "",
        (
            "What it adds to `git commit` of three changed modules, in units of what a hook adds that only starts"
            " `python -I -c pass`."
        ),
        "",
        "| hook | time | ratio | spread |",
        "|---|---|---|---|",
        *(f"| {what} | {how} | {ratio:.2f} | {low:.2f} to {high:.2f} |" for what, how, ratio, low, high in hook),
    ]
    for name, of in found.items():
        lines += backfill(name, of, counted=arguments.instructions)
    return "\n".join(lines) + "\n"


def backfill(name: str, found: dict[str, Any], *, counted: bool) -> list[str]:
    """Return the lines about the backfill of a clone."""
    lines = ["", f"## Backfill of {name}", ""]
    if counted:
        lines += [
            f"The last {found['commits']} commits, start-up included.",
            "",
            "| | million instructions a commit | muse_hook = 1 |",
            "|---|---|---|",
            *(f"| {runner} | {rate:.1f} | {ratio:.2f} |" for runner, rate, ratio, *_ in backfill_rate.rows(found)),
        ]
    else:
        lines += [
            (
                f"The last {found['commits']} commits, whole processes, start-up included; processor time (two"
                " processes: elapsed time)."
            ),
            "",
            "| | commits/s | time, muse_hook = 1 | spread | peak memory |",
            "|---|---|---|---|---|",
        ]
        for runner, rate, ratio, low, high in backfill_rate.rows(found):
            peak = max(run["mib"] for run in found["runs"][runner])
            lines.append(f"| {runner} | {rate:.0f} | {ratio:.2f} | {low:.2f} to {high:.2f} | {peak:.0f} MiB |")
    log = statistics.mean(run["log_bytes"] for run in found["runs"][backfill_rate.ONE]) / found["commits"]
    index = statistics.mean(run["index_bytes"] for run in found["runs"][backfill_rate.ONE]) / found["commits"]
    stories, measure = found["stories"], "much" if counted else "long"
    lines += [
        "",
        (
            f"The log grows by {log:,.0f} bytes a commit, the index by {index:,.0f}."
            " A byte changed in the second half of the range costs"
            f" {found['halves']:.2f} times what it costs in the first."
        ),
    ]
    if not found["runs"].keys().isdisjoint(backfill_rate.MUSE):
        favour = (
            "Muse's pipeline is given the changed files alone; less of merges: only what differs from every parent."
        )
        lines += ["", favour]
    if stories and (ratios := backfill_rate.story_ratios(stories)):
        middle, low, high = ratios
        lines += [
            "",
            (
                f"The stories of the {len(stories)} most changed functions: `git log -L` takes {middle:.1f} times as"
                f" {measure} as `muse-hook log` ({low:.1f} to {high:.1f})."
            ),
        ]
    return lines


if __name__ == "__main__":
    main()
