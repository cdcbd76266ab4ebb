"""Who is acting and why, as an environment says it, and the trailers of a commit message that say so."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

ACTOR, INTENT, RESERVATION = "MUSE_ACTOR", "MUSE_INTENT", "MUSE_RESERVATION"
"""Variables that whoever starts an agent may set; they go before what is found out."""

MESSAGE_HOOK = "prepare-commit-msg"


def one_line(text: str) -> str:
    """Return a text as one line without what could reach a terminal raw, or end a trailer."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def actor_in(environ: Mapping[str, str]) -> str:
    """Return who is acting as the environment says ("Claude Code"), "" where it says nothing."""
    given = one_line(environ.get(ACTOR, ""))
    if given:
        return given
    from muse_hook.agents.table import agent_table  # mostly nobody else is asked

    table = agent_table()
    agent = table.in_environment(environ)
    return table.name(agent) if agent else ""


def trailers_in(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the trailers of a commit message that the environment says: `Muse-Actor`, `Muse-Intent`, ..."""
    found = {
        "Muse-Actor": actor_in(environ),
        "Muse-Intent": one_line(environ.get(INTENT, "")),
        "Muse-Reservation": one_line(environ.get(RESERVATION, "")),
    }
    return {key: value for key, value in found.items() if value}


def interpret_trailers(trailers: Mapping[str, str], file: str) -> list[str]:
    """Return the words of the git command that adds trailers to a file with a message; what it has already stays."""
    words = ["interpret-trailers", "--in-place", "--if-exists", "doNothing"]
    for key, value in trailers.items():
        words += ["--trailer", f"{key}: {value}"]
    return [*words, file]
