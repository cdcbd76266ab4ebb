"""Runs the benchmarks and writes their figures as a table and a plot: what docs/benchmarks.md is.

python benchmarks/report.py CLONE OUT [--rounds 15] [--count 300] [--files 5000] [--entries 1000000]
                            [--muse MUSE --muse-python PYTHON]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
from html import escape
from pathlib import Path

sys.path.append(str(Path(__file__).parent))  # not first: a neighbour is called concurrent

import backfill_rate
import hook_latency

BAR, ROW, LEFT, WIDTH = 16, 26, 250, 760


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
    rows = []
    for label, files, entries in (
        ("small repository", 0, 0),
        (f"{arguments.files:,} files", arguments.files, 0),
        (f"log of {arguments.entries:,} entries", 0, arguments.entries),
    ):
        measured = hook_latency.measure(clone, rounds=arguments.rounds, files=files, entries=entries)
        for how, samples in zip(("elapsed", "processor"), measured, strict=True):
            rows.append((f"hook, {label}", how, *hook_latency.ratio(samples, hook_latency.MUSE)))
            if not files and not entries:
                rows.append(("in the background", how, *hook_latency.ratio(samples, hook_latency.BACKGROUND)))
    return rows


def main() -> None:
    """Measure, and write OUT.md and OUT.svg."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clone", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--files", type=int, default=5000)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--muse", type=Path)
    parser.add_argument("--muse-python", default="python3.12")
    arguments = parser.parse_args()
    hook = hook_rows(arguments.clone, arguments)
    words = ["--muse", str(arguments.muse), "--muse-python", arguments.muse_python] if arguments.muse else []
    script = str(Path(__file__).parent / "backfill_rate.py")
    done = subprocess.run(
        [sys.executable, "-P", script, str(arguments.clone), str(arguments.count), "--json", *words],
        check=True,
        capture_output=True,
    )
    found = json.loads(done.stdout)
    rates = backfill_rate.rows(found)
    arguments.out.with_suffix(".svg").write_text(plot(hook, rates))
    arguments.out.with_suffix(".md").write_text(text(arguments, hook, rates, found))


def plot(hook: list[tuple[str, str, float, float, float]], rates: list[tuple[str, float, float, float, float]]) -> str:
    """Return both plots as one SVG."""
    title = "What a hook adds to git commit, in starts of python -I -c pass (processor time)"
    first, top = bars(title, "", [(row[0], *row[2:]) for row in hook if row[1] == "processor"], 8)
    title = "Backfill: how many times as long as muse_hook with one process"
    second, end = bars(title, "", [(name, *ratio) for name, _, *ratio in rates], top)
    style = 'font-family="sans-serif" font-size="12"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{end}" {style}>'
    return f'{head}\n<rect width="100%" height="100%" fill="white"/>\n{first}\n{second}\n</svg>\n'


def text(arguments: argparse.Namespace, hook: list, rates: list, found: dict) -> str:
    """Return the page."""
    name = arguments.clone.resolve().name
    lines = [
        "# Benchmarks",
        "",
        (
            f"Made by `benchmarks/run path/to/{name}` on {os.cpu_count()} processors with CPython"
            f" {platform.python_version()}. Ratios of one run count, absolute times do not; the spread is that of"
            " nine tenths of a thousand resamplings for the hook, least and most for the backfill."
        ),
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
        "",
        "## Backfill",
        "",
        (
            f"The last {found['commits']} commits of {name}, whole processes, start-up included; processor time (two"
            " processes: elapsed time)."
        ),
        "",
        "| | commits/s | time, muse_hook = 1 | spread | peak memory |",
        "|---|---|---|---|---|",
    ]
    for runner, rate, ratio, low, high in rates:
        peak = max(run["mib"] for run in found["runs"][runner])
        lines.append(f"| {runner} | {rate:.0f} | {ratio:.2f} | {low:.2f} to {high:.2f} | {peak:.0f} MiB |")
    log = statistics.mean(run["log_bytes"] for run in found["runs"][backfill_rate.ONE]) / found["commits"]
    story = found["story"]
    lines += [
        "",
        (
            f"The log grows by {log:,.0f} bytes a commit. A byte changed in the second half of the range costs"
            f" {found['halves']:.2f} times what it costs in the first."
        ),
    ]
    if not found["runs"].keys().isdisjoint(backfill_rate.MUSE):
        favour = (
            "Muse's pipeline is given the changed files alone; less of merges: only what differs from every parent."
        )
        lines += ["", favour]
    if story:
        times = story["git log -L"] / story["muse-hook log"]
        lines += [
            "",
            (
                f"The story of `{story['symbol']}`: `git log -L` takes {times:.1f} times as long as `muse-hook log`, of"
                " whose time argparse, which reads every command line, takes 7 ms."
            ),
        ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
