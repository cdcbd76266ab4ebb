"""The text of a hook: the template in hooks/, filled in, and found again in a file."""

from __future__ import annotations

import os
import re

from muse_hook.errors import InternalError

# What a commit, a merge or pull, an amend or rebase, `git am` and a push into the repository fire. Never
# `reference-transaction` (it can abort the user's commit) nor `post-checkout` (its exit status becomes Git's).
EVENTS = ("post-commit", "post-merge", "post-rewrite", "post-applypatch", "post-receive")

_SIGN = b"\n# muse_hook: records"
_END = re.compile(rb"^# muse_hook ends here\..*\n?", re.MULTILINE)
_VALUE = re.compile(rb"^(python|packages|background)='((?:[^']|'\\'')*)'$", re.MULTILINE)
_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class Shim:
    """What makes one installed hook differ from another.

    `python` is the absolute path of the interpreter (a virtual environment's own, not what it links to),
    `packages` the folders that its `site` would add to `sys.path`, in order.
    """

    __slots__ = ("background", "packages", "python")

    def __init__(self, python: str, packages: tuple[str, ...], *, background: bool = False) -> None:
        self.python = python
        self.packages = packages
        self.background = background

    def render(self) -> bytes:
        """Return the hook's whole text."""
        values = {
            b"@PYTHON@": os.fsencode(self.python),
            b"@PACKAGES@": os.fsencode("\n".join(self.packages)),
            b"@BACKGROUND@": b"yes" if self.background else b"",
        }
        text = template()
        for placeholder, value in values.items():
            text = text.replace(placeholder, value.replace(b"'", rb"'\''"))
        return text


def template() -> bytes:
    """Return the text that all hooks share; it lies in the wheel as muse_hook/hooks, in the project as hooks."""
    for folder in (os.path.join(_PACKAGE, "hooks"), os.path.join(os.path.dirname(_PACKAGE), "hooks")):
        try:
            with open(os.path.join(folder, EVENTS[0]), "rb") as file:
                text = file.read()
        except OSError:
            continue
        if _SIGN in text:
            return text
    raise InternalError("installing the hooks", f"their text is not in {_PACKAGE}/hooks", "install muse_hook again")


def is_shim(text: bytes) -> bool:
    """Whether a file's content is a hook of ours, of any version."""
    return text.startswith(b"#!/bin/sh") and _SIGN in text[:200]


def parse(text: bytes) -> Shim | None:
    """Return what a hook of ours was made with, `None` for any other file."""
    if not is_shim(text):
        return None
    values = {key: value.replace(rb"'\''", b"'") for key, value in _VALUE.findall(text)}
    packages = os.fsdecode(values.get(b"packages", b""))
    return Shim(
        os.fsdecode(values.get(b"python", b"")),
        tuple(packages.split("\n")) if packages else (),
        background=bool(values.get(b"background")),
    )


def tail(text: bytes) -> bytes:
    """Return the lines that somebody else appended to a hook of ours (other tools do, such as git-branchless)."""
    end = _END.search(text)
    return text[end.end() :] if end else b""
