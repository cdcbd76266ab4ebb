"""One HTML file of a content: styles, script and data in it, nothing that asks a network; and where it may go."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import html
import json
import os
import re
import stat

from muse_hook import __version__
from muse_hook.errors import MuseHookError, shell_command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from muse_hook.git.repository import Repository
    from muse_hook.report.content import PageContent

_FOLDER = os.path.join(os.path.dirname(__file__), "page")
# One script, in this order: what a file uses at once stands before it.
_SCRIPTS = (
    "elements", "model", "view", "timeline", "table", "matrix", "lanes", "flow", "commits", "branches", "search",
    "story", "main",
)  # fmt: skip
GENERATOR = "muse_hook report"
"""What a page says of its maker in its first lines, by which it is known again."""
_HEAD = 4096  # bytes of a page in which its generator stands


def page(content: PageContent) -> bytes:
    """Return the page. The same content gives the same bytes; they are ASCII, so no reader can take them otherwise."""
    style = _read("page.css")
    script = "(() => {\n'use strict';\n" + "\n".join(_read(f"{name}.js") for name in _SCRIPTS) + "})();\n"
    texts = {
        "policy": _policy(style, script),
        "generator": f"{GENERATOR} {__version__}",
        "title": html.escape(content.repository),
        "scope": " · ".join(map(html.escape, content.scope)),
        "counts": _counts(content),
        "style": style,
        "script": script,
    }
    parts = {name: _ascii(text) for name, text in texts.items()}
    parts["data"] = _ascii(as_data(content.tables))  # 30 MB of a long history: kept once
    # What is put in is never looked at again.
    pieces = re.split(r"\{\{(\w+)\}\}", _read("page.html"))
    return b"".join([parts[piece] if number % 2 else _ascii(piece) for number, piece in enumerate(pieces)])


def _ascii(text: str) -> bytes:
    return text.encode("ascii", "xmlcharrefreplace")


def as_data(value: Any) -> str:
    r"""Return JSON that nothing in HTML can end or open: `<`, `>` and `&` stand as \u003c, \u003e and \u0026."""
    text = json.dumps(value, separators=(",", ":"), default=list)  # a column of numbers may be an array
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _policy(style: str, script: str) -> str:
    """Return a policy by which this style and this script are all that a browser may use, and no network at all."""
    return (
        f"default-src 'none'; style-src {_digest(style)}; script-src {_digest(script)}; "
        "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _counts(content: PageContent) -> str:
    shown = f"{content.ops:,} operations on {content.symbols:,} symbols in {content.commits:,}"
    if content.commits < content.recorded:
        return f"{shown} of {content.recorded:,} recorded commits"
    return f"{shown} commits"


def _read(name: str) -> str:
    with open(os.path.join(_FOLDER, name), encoding="ascii") as file:
        return file.read()


class TargetError(MuseHookError):
    """A place where no page may be written."""


class Target:
    """A place for a page: `path` as it was given, `real` with links followed. TargetError where it is not fit."""

    def __init__(self, repository: Repository, path: str) -> None:
        self.path = path
        self.real = os.path.realpath(path)
        if os.path.exists(path) and not os.path.isfile(path):
            self.real = os.path.abspath(path)  # a pipe (/dev/stdout) has a name only as it was given
        self._doing = f"writing {path}"
        folder = os.path.dirname(self.real)
        if os.path.isdir(self.real):
            raise self._refused("it is a folder", shell_command("--output", os.path.join(path, "report.html")))
        if not os.path.isdir(folder):
            raise self._refused("its folder is not there", shell_command("mkdir", "-p", os.path.dirname(path)))
        for inside in (repository.common_dir, repository.git_dir):
            if os.path.commonpath((os.path.realpath(inside), self.real)) == os.path.realpath(inside):
                raise self._refused("that is inside the repository's own folder", "--output ../report.html")
        if any(map(self._is_tracked, {os.path.abspath(path), self.real}, [repository] * 2)):
            raise self._refused("Git tracks a file there", "--output ../report.html")
        if self._is_regular() and os.path.getsize(self.real) and not self._is_page():
            raise self._refused("a file is there that is no report", shell_command("rm", path))

    def write(self, page: bytes) -> None:
        """Write the page, whole or not at all; a pipe or device is written as it is. OSError."""
        if os.path.exists(self.real) and not self._is_regular():
            with open(self.real, "wb") as file:
                file.write(page)
            return
        temporary = os.path.join(os.path.dirname(self.real), f".{os.path.basename(self.real)}.{os.getpid()}")
        try:
            with open(temporary, "xb") as file:
                file.write(page)
            os.replace(temporary, self.real)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise

    def _refused(self, wrong: str, hint: str) -> TargetError:
        return TargetError(self._doing, wrong, hint)

    def _is_tracked(self, path: str, repository: Repository) -> bool:
        """Whether the index has a file at this path; through a link in between Git sees none."""
        top = repository.work_tree
        folder, name = os.path.split(path)
        path = os.path.join(os.path.realpath(folder), name)
        if top is None or os.path.commonpath((os.path.realpath(top), path)) != os.path.realpath(top):
            return False
        inside = os.path.relpath(path, os.path.realpath(top))
        return bool(repository.output("--literal-pathspecs", "ls-files", "-z", "--", inside))

    def _is_regular(self) -> bool:
        try:
            return stat.S_ISREG(os.stat(self.real).st_mode)
        except FileNotFoundError:
            return False

    def _is_page(self) -> bool:
        with open(self.real, "rb") as file:
            return f'content="{GENERATOR} '.encode() in file.read(_HEAD)
