"""The table of agents and bots (`agents.toml`), and which of them a commit's words name."""

from __future__ import annotations

import os
import re
from functools import cached_property, lru_cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Any

_FILE = os.path.join(os.path.dirname(__file__), "agents.toml")
_NO_WORD = r"(?![\w.-]|\s*@)"


class Agent:
    """A row of the table: `id` ("claude-code"), `name` ("Claude Code"), `kind` ("agent" or "bot")."""

    __slots__ = ("actors", "emails", "environment", "id", "kind", "lines", "name", "names")

    def __init__(self, key: str, row: Mapping[str, object]) -> None:
        self.id = key
        self.name = str(row.get("name", key))
        self.kind = str(row.get("kind", "agent"))
        self.emails = _words(row, "emails")
        self.names = _words(row, "names")
        self.actors = _words(row, "actors")
        self.lines = _words(row, "lines")
        self.environment = _words(row, "environment")


class AgentTable:
    """Every agent that is known, by id; `find` says which took part."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.agents = {key: Agent(key, row) for key, row in data["agents"].items()}
        self._bot_suffix = str(data["bot_suffix"])
        self._trailers = frozenset(_words(data, "trailers"))

    def of_person(self, who: str) -> str:
        """Return the id of the agent that "Name <email>" is, "" for a person. A bot without a row is its own name."""
        name, _, rest = who.partition("<")
        name, email = name.strip().lower(), rest.partition(">")[0].strip().lower()
        found = self._emails(email) if email else ""
        return found or (self._names(name) if name else "") or self._unlisted(name)

    def of_actor(self, actor: str) -> str:
        """Return the id of the agent that an actor's own words are ("claude-code", "Codex 0.5"), "" for none."""
        text = actor.strip().lower()
        return self.of_person(actor) if "<" in text else self._actors(text) or self.of_person(actor)

    def find(self, author: str, co_authors: Iterable[str], actor: str, message: str = "") -> list[str]:
        """Return the ids of all that took part in a commit, the author's first; `message` is the whole of it."""
        found = dict.fromkeys((self.of_person(author),))
        found.update(dict.fromkeys(map(self.of_person, co_authors)))
        if actor and actor != author:
            found[self.of_actor(actor)] = None
        if message:
            found.update(dict.fromkeys(self._in_message(message)))
        return [each for each in found if each]

    def in_environment(self, environ: Mapping[str, str]) -> str:
        """Return the id of the agent that started this process, "" where none says so."""
        return next((each.id for each in self.agents.values() if any(map(environ.get, each.environment))), "")

    def name(self, agent_id: str) -> str:
        """Return what people call an agent; its id for one without a row."""
        agent = self.agents.get(agent_id)
        return agent_id if agent is None else agent.name

    def kind(self, agent_id: str) -> str:
        """Return "agent" or "bot"."""
        agent = self.agents.get(agent_id)
        return "bot" if agent is None else agent.kind

    def ids_like(self, word: str) -> list[str]:
        """Return the ids of the agents that a word of the command line means: part of an id or of a name."""
        text = word.lower()
        exact = [each.id for each in self.agents.values() if text in (each.id, each.name.lower())]
        return exact or [each.id for each in self.agents.values() if text in each.id or text in each.name.lower()]

    def _in_message(self, message: str) -> Iterator[str]:
        if self._lines.search(message) is None and not self._trailer.search(message):
            return
        for line in message.split("\n"):
            key, colon, value = line.partition(":")
            if colon and key.strip().lower() in self._trailers:
                yield self.of_actor(value)
            for agent in self.agents.values():
                if any(_pattern(text).search(line) for text in agent.lines):
                    yield agent.id

    def _unlisted(self, name: str) -> str:
        return name.removesuffix(self._bot_suffix).strip() if name.endswith(self._bot_suffix) else ""

    @lru_cache(maxsize=4096)  # noqa: B019 - there is one table, for the life of the process
    def _emails(self, email: str) -> str:
        return _first(self._email_globs, email)

    @lru_cache(maxsize=4096)  # noqa: B019 - likewise
    def _names(self, name: str) -> str:
        return _first(self._name_globs, name)

    def _actors(self, text: str) -> str:
        for agent in self.agents.values():
            if text == agent.id or any(re.match(re.escape(word) + _NO_WORD, text) for word in agent.actors):
                return agent.id
        return ""

    @cached_property
    def _email_globs(self) -> list[tuple[re.Pattern[str], str]]:
        return [(_glob(text), each.id) for each in self.agents.values() for text in each.emails]

    @cached_property
    def _name_globs(self) -> list[tuple[re.Pattern[str], str]]:
        return [(_glob(text), each.id) for each in self.agents.values() for text in each.names]

    @cached_property
    def _lines(self) -> re.Pattern[str]:
        texts = [text.replace("(?i)", "").replace("^", "") for each in self.agents.values() for text in each.lines]
        return re.compile("|".join(f"(?:{text})" for text in texts), re.IGNORECASE)

    @cached_property
    def _trailer(self) -> re.Pattern[str]:
        keys = "|".join(map(re.escape, sorted(self._trailers)))
        return re.compile(rf"^(?:{keys})[ \t]*:", re.IGNORECASE | re.MULTILINE)


@lru_cache(maxsize=1)
def agent_table() -> AgentTable:
    """Read the table."""
    import tomllib  # only where somebody asks who took part

    with open(_FILE, "rb") as file:
        return AgentTable(tomllib.load(file))


@lru_cache(maxsize=1)
def table_version() -> str:
    """Return what says which table this is: what another one said is to be said anew."""
    from muse_hook.digest import hex_sha256

    with open(_FILE, "rb") as file:
        return hex_sha256(file.read())[:16]


def _first(globs: Sequence[tuple[re.Pattern[str], str]], text: str) -> str:
    return next((agent_id for pattern, agent_id in globs if pattern.match(text)), "")


@lru_cache(maxsize=256)
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)


def _glob(text: str) -> re.Pattern[str]:
    from fnmatch import translate  # see `agent_table`

    return re.compile(translate(text.lower()))


def _words(row: Mapping[str, object], key: str) -> list[str]:
    value = row.get(key, [])
    return [str(each) for each in value] if isinstance(value, list) else []
