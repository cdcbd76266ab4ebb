"""`muse-hook mcp`: the Model Context Protocol over stdin and stdout."""

from __future__ import annotations

from muse_hook.errors import MuseHookError

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from muse_hook.cli.invocation import Invocation

PAGED = False
DESCRIPTION = """
Serve coding agents by the Model Context Protocol

Speaks MCP on stdin and stdout until the client goes: the read-only tools before_edit, changes_since, who_changed,
collisions and show_commit for the repository that it is started in (-C DIR before the command: another one).
docs/agents.md says how to set it up for Claude Code, Cursor, Codex and Gemini CLI. Needs the extra:
pip install 'muse_hook[mcp]'.
"""
EXAMPLES = """
claude mcp add muse -- muse-hook mcp
muse-hook mcp
"""


class NoSdkError(MuseHookError):
    """The SDK is not installed."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments: there are none."""


def run(arguments: argparse.Namespace, invocation: Invocation) -> int:  # noqa: ARG001 - every command is given both
    """Serve until the client closes stdin."""
    from importlib.util import find_spec

    if find_spec("mcp") is None:
        wrong = "the SDK of the Model Context Protocol is not installed"
        raise NoSdkError("serving MCP", wrong, "pip install 'muse_hook[mcp]'")
    from muse_hook.cli.mcp_server import serve

    serve()
    return 0
