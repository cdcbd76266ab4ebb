"""The Model Context Protocol over stdin and stdout, by the official SDK: the tools, their schemas, their errors."""

from __future__ import annotations

from muse_hook import __version__
from muse_hook.cli.answers import LIMIT
from muse_hook.errors import MuseHookError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from mcp.server.lowlevel import Server
    from mcp.types import CallToolRequestParams, CallToolResult, ListToolsResult, PaginatedRequestParams, Tool

    from muse_hook.cli.answers import Page
    from muse_hook.cli.briefs import Briefing

INSTRUCTIONS = (
    "Symbol-level history of this Git repository, and who is changing what on other branches right now."
    " Call before_edit before you change a function, class or file. Keep the cursor of changes_since and call"
    " it again before you commit or merge. Nothing here changes the repository; the rest of a long answer is"
    " reached by its cursor."
)

_TEXT = {"type": "string"}
_TEXT_OR_NULL = {"type": ["string", "null"]}
_CURSOR = {"type": "string", "description": "The cursor of the answer before, to go on with it"}
_TARGET = {
    "type": "string",
    "description": "A path (src/app.py), an address (src/app.py::Model.save) or a name that only one symbol has",
}

# Each tool: what it is for, its arguments (schema; True: needed), the list that it answers with and what else.
_TOOLS: dict[str, tuple[str, dict[str, tuple[dict[str, Any], bool]], str, dict[str, Any]]] = {
    "before_edit": (
        (
            "What to know before changing a symbol or a file: who reserved it or changes it on another branch or work"
            " tree now, its owners, its story through renames, and who calls, imports and tests it (found by name)."
        ),
        {"target": (_TARGET, True), "cursor": (_CURSOR, False)},
        "symbols",
        {"target": _TEXT, "commit": _TEXT, "by_name": {"type": "boolean"}},
    ),
    "changes_since": (
        (
            "Every symbol that changed on any branch since a cursor, those that your branch has changed or uses first."
            " Without a cursor: the present one, to keep for later."
        ),
        {"cursor": ({"type": "string", "description": "A cursor that changes_since gave"}, False)},
        "changes",
        {"since": _TEXT_OR_NULL, "found": {"type": "integer"}},
    ),
    "who_changed": (
        "Everybody who changed a symbol or file on any branch, and each change, newest first, through renames.",
        {"target": (_TARGET, True), "cursor": (_CURSOR, False)},
        "changes",
        {"target": _TEXT, "commit": _TEXT, "people": {"type": "array"}},
    ),
    "collisions": (
        (
            "The symbols on which a branch collides with the default branch and every other live branch, and whether"
            " Git's merge conflicts there. Without a branch: of every two live branches, the current one's first."
        ),
        {"branch": ({"type": "string", "description": "A branch"}, False), "cursor": (_CURSOR, False)},
        "collisions",
        {"branch": _TEXT_OR_NULL, "found": {"type": "integer"}, "not_compared": {"type": "array"}},
    ),
    "show_commit": (
        "What one commit did, symbol by symbol: added, removed, renamed, moved, signature or body changed.",
        {
            "commit": ({"type": "string", "description": "A commit as Git takes it: HEAD, a branch, an id"}, True),
            "cursor": (_CURSOR, False),
        },
        "ops",
        {
            "commit": _TEXT,
            "recorded": {"type": "boolean"},
            "subject": _TEXT,
            "author": _TEXT,
            "actor": _TEXT,
            "authored_at": _TEXT,
            "parents": {"type": "array", "items": _TEXT},
            "summary": _TEXT,
            "sem_ver_bump": _TEXT_OR_NULL,
            "breaking_changes": {"type": "array", "items": _TEXT},
        },
    ),
}


class WrongArgumentsError(MuseHookError):
    """A call that no tool takes."""


def serve() -> None:
    """Answer until the client closes stdin. ImportError where the SDK is not installed."""
    import anyio
    from mcp.server.stdio import stdio_server

    async def run() -> None:
        server = make_server()
        async with anyio.create_task_group() as group, stdio_server() as (reader, writer):
            group.start_soon(lambda: anyio.to_thread.run_sync(_warm, abandon_on_cancel=True))
            await server.run(reader, writer, server.create_initialization_options())
            group.cancel_scope.cancel()

    anyio.run(run)


def _warm() -> None:
    """Read the logs before anybody asks: the first time that takes a minute in a large repository."""
    import contextlib

    from muse_hook.cli.briefs import quiet_invocation

    invocation = quiet_invocation()
    with contextlib.suppress(Exception):  # whoever asks is told
        invocation.attributed_history()
    invocation.let_go()


def make_server() -> Server[Any]:
    """Return the server; each call opens the repository of the working directory anew, in a thread of its own."""
    import anyio
    from anyio import CapacityLimiter
    from mcp.server.lowlevel import Server
    from mcp.types import ListToolsResult

    touched: list[str] = []  # what this client asked for before an edit
    turn = CapacityLimiter(1)

    async def list_tools(_: object, __: PaginatedRequestParams | None) -> ListToolsResult:
        return ListToolsResult(tools=[_tool(name) for name in _TOOLS])

    async def call_tool(_: object, asked: CallToolRequestParams) -> CallToolResult:
        return await anyio.to_thread.run_sync(lambda: answer(asked.name, asked.arguments or {}, touched), limiter=turn)

    return Server(
        "muse-hook",
        version=__version__,
        instructions=INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


def answer(name: str, arguments: Mapping[str, Any], touched: list[str]) -> CallToolResult:
    """Return what a call of a tool answers; an error that says what to do is a result with `is_error`."""
    from mcp.types import CallToolResult, TextContent

    from muse_hook.cli.briefs import Briefing

    try:
        call = _checked(name, arguments)
        with Briefing(touched) as briefing:
            found = call(briefing)
    except MuseHookError as error:
        hint = "".join(f"\nhint: {line}" for line in error.hint.split("\n") if line)
        text = f"error: {error.doing}: {error.wrong}{hint}"[:LIMIT]
        return CallToolResult(content=[TextContent(type="text", text=text)], is_error=True)
    except Exception as error:  # noqa: BLE001 - the client is told, and can go on
        text = f"error: answering {name}: {type(error).__name__}: {error}\nhint: please report it; muse-hook doctor"
        return CallToolResult(content=[TextContent(type="text", text=text[:LIMIT])], is_error=True)
    return CallToolResult(content=[TextContent(type="text", text=found.text)], structured_content=found.structured)


def _checked(name: str, arguments: Mapping[str, Any]) -> Callable[[Briefing], Page]:
    """Return the call that is meant; WrongArgumentsError."""
    if name not in _TOOLS:
        raise WrongArgumentsError(f"calling {name!r}", "there is no such tool", ", ".join(_TOOLS))
    _, known, _, _ = _TOOLS[name]
    usage = f"{name}({', '.join(key if needed else key + '?' for key, (_, needed) in known.items())})"
    for key, value in arguments.items():
        if key not in known:
            raise WrongArgumentsError(f"calling {name}", f"there is no argument {key!r}", usage)
        if value is not None and not isinstance(value, str):
            raise WrongArgumentsError(f"calling {name}", f"{key} is no text: {value!r:.80}", usage)
    for key, (_, needed) in known.items():
        if needed and not str(arguments.get(key) or "").strip():
            raise WrongArgumentsError(f"calling {name}", f"{key} is missing", usage)
    given = {key: value for key, value in arguments.items() if value is not None}
    return lambda briefing: getattr(briefing, name)(**given)


def _tool(name: str) -> Tool:
    from mcp.types import Tool, ToolAnnotations

    words, arguments, rows, more = _TOOLS[name]
    return Tool(
        name=name,
        description=words,
        input_schema={
            "type": "object",
            "properties": {key: schema for key, (schema, _) in arguments.items()},
            "required": [key for key, (_, needed) in arguments.items() if needed],
            "additionalProperties": False,
        },
        output_schema={
            "type": "object",
            "properties": {**more, rows: {"type": "array", "items": {"type": "object"}}, "cursor": _TEXT_OR_NULL},
            "required": [rows, "cursor"],
        },
        annotations=ToolAnnotations(read_only_hint=True, destructive_hint=False, open_world_hint=False),
    )
