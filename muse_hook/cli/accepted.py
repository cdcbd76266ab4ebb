"""Breaks that somebody has accepted: `Muse-Accepts: ADDRESS reason` in a commit's message, or a line of a file."""

from __future__ import annotations

from muse_hook.cli.failures import closest, warn
from muse_hook.errors import MuseHookError, shell_command
from muse_hook.semver.case import BUMPS

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from muse_hook.cli.invocation import Invocation
    from muse_hook.git.repository import Repository
    from muse_hook.model.ops import SemVerBump

    Verdict = Mapping[str, str]

TRAILER = "Muse-Accepts"
_MOVES = frozenset({"public_renamed", "public_moved"})


class AcceptError(MuseHookError):
    """A file of accepted breaks that cannot be read."""


class Acceptance:
    """One accepted break: `text` is "ADDRESS reason", `source` a commit's id or a file's name."""

    __slots__ = ("source", "text")

    def __init__(self, text: str, source: str) -> None:
        self.text = text
        self.source = source

    def reason(self, address: str) -> str | None:
        """Return why a break at an address (whose path may hold spaces) is accepted, None where it is another's."""
        if not self.text.startswith(address):
            return None
        rest = self.text[len(address) :]
        return rest.lstrip(": \t") if not rest or (rest[0] in ": \t" and not rest.startswith("::")) else None


class JudgedDelta:
    """A delta's verdicts with the accepted breaks taken out.

    `bump` and `breaking` are what is left; `accepted` has each break that is accepted as a verdict with two keys more:
    `accepted` (why) and `source` (the commit, or the file, that says so). `further` are verdicts that no delta
    holds: they count for `bump`.
    """

    def __init__(
        self, delta: Mapping[str, Any], acceptances: Sequence[Acceptance], further: Sequence[Verdict] = ()
    ) -> None:
        self.verdicts: list[Verdict] = []
        self.accepted: list[dict[str, str]] = []
        for verdict in delta["verdicts"]:
            found = _find(verdict, acceptances) if verdict["bump"] == "major" else None
            if found is None:
                self.verdicts.append(verdict)
            else:
                self.accepted.append({**verdict, "accepted": found[0], "source": found[1]})
        found_bumps = {verdict["bump"] for verdict in (*self.verdicts, *further)}
        self.bump: SemVerBump = max((each for each in BUMPS if each in found_bumps), key=_rank, default="none")
        self.breaking = sorted({message(verdict) for verdict in self.verdicts if verdict["bump"] == "major"})

    def reaches(self, level: str) -> bool:
        """Whether what is left asks for a release of this level, or of a larger one."""
        return _rank(self.bump) >= _rank(level)


def message(verdict: Verdict) -> str:
    """Return a verdict as it stands in a delta's `breaking_changes`."""
    return f"{verdict['address']}: {verdict['reason']} {verdict['detail']}".rstrip()


def _rank(bump: str) -> int:
    return [str(each) for each in BUMPS].index(bump)


def _find(verdict: Verdict, acceptances: Sequence[Acceptance]) -> tuple[str, str] | None:
    names = [verdict["address"], *([verdict["detail"]] if verdict["reason"] in _MOVES else [])]
    for acceptance in acceptances:
        for name in names:
            if (reason := acceptance.reason(name)) is not None:
                return reason, acceptance.source
    return None


def add_accept(parser: argparse.ArgumentParser) -> None:
    """Add `--accept`."""
    parser.add_argument(
        "--accept",
        metavar="FILE",
        action="append",
        default=[],
        help="Take the breaks in FILE, a line ADDRESS REASON each, for accepted, like those in trailers Muse-Accepts",
    )


def acceptances(arguments: argparse.Namespace, repository: Repository, commits: Sequence[str]) -> list[Acceptance]:
    """Return what the trailers of some commits, and the files of `--accept`, accept; AcceptError."""
    found = []
    for name in arguments.accept:
        try:
            with open(name, encoding="utf-8", newline="\n", errors="backslashreplace") as file:
                lines = [line.strip() for line in file.read().split("\n")]
        except OSError as error:
            raise AcceptError(f"reading {name}", error.strerror or str(error), "muse-hook diff --help") from None
        found += [Acceptance(line, name) for line in lines if line and not line.startswith("#")]
    return found + _of_trailers(repository, commits)


def _of_trailers(repository: Repository, commits: Sequence[str]) -> list[Acceptance]:
    if not commits:
        return []
    form = f"%H%x00%(trailers:key={TRAILER},valueonly=true,unfold=true)%x00"
    words = "log", "-z", "--no-walk=unsorted", f"--format={form}", f"--grep=^{TRAILER}[ \t]*:", "-i", "--stdin"
    output = repository.output(*words, input="".join(oid + "\n" for oid in commits).encode("ascii"))
    parts = output.decode("utf-8", "backslashreplace").split("\0")
    return [
        Acceptance(line.strip(), oid)
        for oid, text in zip(parts[::3], parts[1::3], strict=False)
        for line in text.split("\n")
        if line.strip()
    ]


def explain_unused(invocation: Invocation, judged: JudgedDelta, accepted: Iterable[Acceptance]) -> None:
    """Say which break was probably meant by an acceptance that fits none: a slip of the pen is no silent gate."""
    broken = sorted({verdict["address"] for verdict in judged.verdicts if verdict["bump"] == "major"})
    used = {(verdict["source"], verdict["address"]) for verdict in judged.accepted}
    for each in accepted:
        word = each.text.split()[0] if each.text.split() else ""
        if any(source == each.source and each.reason(address) is not None for source, address in used):
            continue
        if meant := closest(word, broken):
            where = each.source[:10] if len(each.source) >= 40 else each.source  # noqa: PLR2004 - digits of an id
            warn(invocation.messages, f"{where} accepts {word}, which breaks nothing")
            invocation.messages.line(("hint: ", "hint"), shell_command(f"{TRAILER}: {meant}"))
