"""git-ai's notes (`refs/notes/ai`, Git AI Standard 3): which lines of a commit's files a model wrote."""

from __future__ import annotations

import re

from muse_hook.errors import MuseHookError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

REF = "refs/notes/ai"

_RANGE = re.compile(r"([0-9]{1,9})(?:-([0-9]{1,9}))?")
_DIVIDER = "---"
_HUMAN = "h_"
_SCHEMA = "authorship/3."


class NoteError(MuseHookError):
    """A note that is none of git-ai's."""


class NotedLines:
    """Lines of one file, as ranges (first, last; from 1, both included), and which `tool` and `model` wrote them."""

    __slots__ = ("model", "ranges", "tool")

    def __init__(self, ranges: list[tuple[int, int]], tool: str, model: str) -> None:
        self.ranges = ranges
        self.tool = tool
        self.model = model


def parse_note(text: str) -> dict[str, list[NotedLines]]:
    """Return what a note says, by path: the lines that a model wrote; those of people are left out. NoteError.

    A file's path, in quotes where it has spaces, stands at the start of a line; below it, indented, the key of a prompt
    or session and its lines ("1-4,7"). After a line "---" comes JSON that says which agent each key is.
    """
    from json import loads  # few repositories have such notes

    head, divider, tail = text.replace("\r\n", "\n").partition(f"\n{_DIVIDER}\n")
    if not divider and text.startswith(f"{_DIVIDER}\n"):
        head, divider, tail = "", "-", text[len(_DIVIDER) + 1 :]
    try:
        metadata: Any = loads(tail) if divider else None
    except (ValueError, RecursionError):
        metadata = None
    if not isinstance(metadata, dict) or not str(metadata.get("schema_version", "")).startswith(_SCHEMA):
        raise NoteError("reading a note of git-ai", "it is not of version 3", f"git notes --ref={REF} show COMMIT")
    found: dict[str, list[NotedLines]] = {}
    path = ""
    for line in head.split("\n"):
        if not line.strip():
            continue
        if not line[0].isspace():
            path = line[1:-1] if len(line) > 1 and line[0] == line[-1] == '"' else line
            continue
        key, _, lines = line.strip().partition(" ")
        if not path or key.startswith(_HUMAN):
            continue
        tool, model = _agent(metadata, key)
        found.setdefault(path, []).append(NotedLines(_ranges(lines), tool, model))
    return found


def _ranges(text: str) -> list[tuple[int, int]]:
    ranges = []
    for part in text.replace(" ", "").split(","):
        match = _RANGE.fullmatch(part)
        if match is None:
            raise NoteError(
                "reading a note of git-ai", f"{part[:40]!r} are no lines", f"git notes --ref={REF} show COMMIT"
            )
        first = int(match[1])
        ranges.append((first, int(match[2] or first)))
    return ranges


def _agent(metadata: dict[str, Any], key: str) -> tuple[str, str]:
    """Return the tool and the model of a prompt or session, "" where the note does not say."""
    for group in ("prompts", "sessions"):
        known = metadata.get(group)
        about = known.get(key, known.get(key.partition("::")[0])) if isinstance(known, dict) else None
        agent = about.get("agent_id") if isinstance(about, dict) else None
        if isinstance(agent, dict):
            return str(agent.get("tool", ""))[:100], str(agent.get("model", ""))[:100]
    return "", ""
