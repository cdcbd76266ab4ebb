"""Who is acting here and why: what the environment says, else Git's own idea of the author."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from muse_hook.git.repository import Repository

ACTOR, INTENT = "MUSE_ACTOR", "MUSE_INTENT"
"""Variables that whoever starts an agent may set; they go before what is found out."""


def one_line(text: str) -> str:
    """Return a text as one line without what could reach a terminal raw, or end a trailer."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def actor_in(environ: Mapping[str, str]) -> str:
    """Return who is acting as the environment says ("Claude Code"), "" where it says nothing."""
    given = one_line(environ.get(ACTOR, ""))
    if given:
        return given
    from muse_hook.agents.table import agent_table

    table = agent_table()
    agent = table.in_environment(environ)
    return table.name(agent) if agent else ""


def intent_in(environ: Mapping[str, str]) -> str:
    """Return what is intended as the environment says, "" where it says nothing."""
    return one_line(environ.get(INTENT, ""))


def actor_of(repository: Repository) -> str:
    """Return who is acting: what the environment says, else who would be the author of a commit made now."""
    found = actor_in(os.environ)
    if found:
        return found
    status, output, _ = repository.run("var", "GIT_AUTHOR_IDENT")
    line = output.decode("utf-8", "backslashreplace")
    return one_line(line[: line.rfind(">") + 1]) if status == 0 else ""
