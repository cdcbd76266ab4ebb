"""From content to one HTML file: styles, script and data in it, every text escaped, nothing that asks a network."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import os
import re

from muse_hook import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from muse_hook.report.content import Content

_FOLDER = os.path.join(os.path.dirname(__file__), "page")
# One script, in this order: what a file uses at once stands before it.
_SCRIPTS = (
    "elements", "model", "view", "timeline", "table", "matrix", "lanes", "flow", "commits", "search", "story", "main",
)  # fmt: skip
GENERATOR = "muse_hook report"
"""What a page says of its maker in its first lines, by which it is known again."""


def page(content: Content) -> bytes:
    """Return the page. The same content gives the same bytes; they are ASCII, so no reader can take them otherwise."""
    style = _read("page.css")
    script = "(() => {\n'use strict';\n" + "\n".join(_read(f"{name}.js") for name in _SCRIPTS) + "})();\n"
    parts = {
        "policy": _policy(style, script),
        "generator": f"{GENERATOR} {__version__}",
        "title": html.escape(content.repository),
        "scope": " · ".join(map(html.escape, content.scope)),
        "counts": _counts(content),
        "style": style,
        "data": as_data(content.tables),
        "script": script,
    }
    # In one pass: what is put in is never looked at again.
    made = re.sub(r"\{\{(\w+)\}\}", lambda found: parts[found[1]], _read("page.html"))
    return made.encode("ascii", "xmlcharrefreplace")


def as_data(value: Any) -> str:
    r"""Return JSON that nothing in HTML can end or open: `<`, `>` and `&` stand as \u003c, \u003e and \u0026."""
    text = json.dumps(value, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _policy(style: str, script: str) -> str:
    """Return a policy by which this style and this script are all that a browser may use, and no network at all."""
    return (
        f"default-src 'none'; style-src {_digest(style)}; script-src {_digest(script)}; "
        "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _counts(content: Content) -> str:
    told = f"{content.ops:,} operations on {content.symbols:,} symbols in {content.commits:,}"
    return (
        f"{told} of {content.recorded:,} recorded commits" if content.commits < content.recorded else f"{told} commits"
    )


def _read(name: str) -> str:
    with open(os.path.join(_FOLDER, name), encoding="ascii") as file:
        return file.read()
