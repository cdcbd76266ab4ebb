"""The facts as one HTML file that asks nobody for anything."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import os
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_HERE = os.path.dirname(__file__)


def render(facts: dict[str, Any], title: str, printable: Callable[[str], str]) -> str:
    """Return the page.

    Every text of the repository goes through `printable` (control and bidirectional characters spelled out), stands
    as JSON in an element that is never run, and is written by the page as text, never as markup. The policy allows
    this page's own script and style and nothing else, no network above all.
    """
    script, style = _read("page.js"), _read("page.css")
    policy = (
        f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; base-uri 'none'; form-action 'none'"
    )
    data = json.dumps(_plain({"title": title, **facts}, printable), separators=(",", ":"))
    # In a script element only "</" and "<!--" end what is data; in ASCII JSON "<" can always be spelled out.
    data = data.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    parts = {
        "policy": html.escape(policy, quote=True),
        "title": html.escape(printable(title)),
        "style": style,
        "script": script,
        "data": data,
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda match: parts[match[1]], _read("page.html"))


def _read(name: str) -> str:
    with open(os.path.join(_HERE, name), encoding="utf-8") as file:
        return file.read()


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _plain(value: Any, printable: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {key: _plain(each, printable) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each, printable) for each in value]
    return value
