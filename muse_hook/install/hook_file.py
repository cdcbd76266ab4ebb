"""One hook's file: its text, put beside what was there, looked at, and taken out again."""

from __future__ import annotations

import os
import re
import stat

from muse_hook.errors import InstallError, InternalError
from muse_hook.install.findings import Finding, HookState

# What a commit, a merge or pull, an amend or rebase, `git am` and a push into the repository fire. Never
# `reference-transaction` (it can abort the user's commit) nor `post-checkout` (its exit status becomes Git's).
EVENTS = ("post-commit", "post-merge", "post-rewrite", "post-applypatch", "post-receive")

_SIGN = b"\n# muse_hook: records"
_END = re.compile(rb"^# muse_hook ends here\..*\n?", re.MULTILINE)
_VALUE = re.compile(rb"^(python|packages|background)='((?:[^']|'\\'')*)'$", re.MULTILINE)
_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# The hook that was there before stays in its folder under this name (the shim looks for the same ones): a relative
# link keeps its target, a script finds its neighbours. A later tool's hook gets the next place.
BEFORE = ".before-muse-hook"
_BEFORE_NAMES = (BEFORE, *(f"{BEFORE}-{number}" for number in range(2, 10)))
# What programs write into each hook of theirs that Git's own folder gets, and write anew with every change.
_WRITERS = (b"SKIP_SIMPLE_GIT_HOOKS",)
# Where pre-commit and lefthook put a hook that they find; pre-commit goes on calling it.
MOVED = (".legacy", ".old")


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


def parse_shim(text: bytes) -> Shim | None:
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


def appended_lines(text: bytes) -> bytes:
    """Return the lines that somebody else appended to a hook of ours (other tools do, such as git-branchless)."""
    end = _END.search(text)
    return text[end.end() :] if end else b""


def add_hook(path: str, text: bytes) -> HookState:
    """Make `path` a hook of ours; what is there runs before it from now on. InstallError."""
    found = _mode(path)
    if os.path.isdir(path):
        return check_hook(path)
    old = read_file(path)
    if found is None or (stat.S_ISREG(found) and old is not None and is_shim(old)):
        text += appended_lines(old or b"")
    else:
        _rename_earlier(path)
    if old != text or found is None or not stat.S_ISREG(found) or not os.access(path, os.X_OK):
        replace_file(path, text, 0o777)
    return check_hook(path)


def check_hook(path: str) -> HookState:
    """Return how the hook at `path` stands, without starting anything."""
    name = os.path.basename(path)
    if os.path.isdir(path):
        return HookState(name, path, "blocked", "a folder stands in its place")
    text = read_file(path)
    shim = parse_shim(text) if text is not None else None
    if text is None or shim is None:
        return HookState(name, path, "missing" if text is None else "by hand")
    if not os.access(path, os.X_OK):
        return HookState(name, path, "not executable")
    if not os.access(shim.python, os.X_OK):
        return HookState(name, path, "no interpreter", f"no {shim.python}")
    before = [os.path.basename(other) for other in _earlier_hooks(path)]
    if before:
        return HookState(name, path, "chained", f"after {', '.join(before)}")
    return HookState(name, path, "installed")


def remove_hook(path: str) -> list[Finding]:
    """Take our hook out and put back what was there, byte for byte; says what could not be."""
    for place in (path, *(path + suffix for suffix in MOVED)):
        text = read_file(place)
        if text is not None and is_shim(text) and not os.path.islink(place):
            return _remove(path, place, appended_lines(text))
    kept = _earlier_hooks(path)
    if kept and _mode(path) is None:  # somebody deleted our file: what it stood for comes back
        os.replace(kept.pop(), path)
    return [_left_over(path, other) for other in kept]


def _remove(path: str, place: str, appended: bytes) -> list[Finding]:
    kept = _earlier_hooks(path)
    if appended.strip() and kept:
        message = f"{place} stays: it holds lines that are not ours, and a hook was there before"
        hint = f"move the lines below 'muse_hook ends here' to {kept[-1]}, then muse-hook uninstall"
        return [Finding(os.path.basename(path), "bad", message, hint)]
    if appended.strip():
        replace_file(place, b"#!/bin/sh\n" + appended, 0o777)
    elif kept:
        os.replace(kept.pop(), place)
    else:
        os.unlink(place)
    return [_left_over(path, other) for other in kept]


def _left_over(path: str, other: str) -> Finding:
    message = f"{other} was there before another tool's {os.path.basename(path)}, and is left where it is"
    return Finding(os.path.basename(path), "warn", message, f"rm {other}, or make it the hook again")


def _rename_earlier(path: str) -> None:
    """Give the hook at `path` its second name; at no time is it gone.

    One that is chained already, or what its program wrote anew since, takes that one's place and runs once.
    """
    text = read_file(path) or b""
    for there in _earlier_hooks(path):
        known = read_file(there)
        if known is not None and not os.path.islink(there) and _is_same_hook(known, text):
            os.link(path, f"{there}.new")
            os.replace(f"{there}.new", there)
            return
    place = next((path + suffix for suffix in _BEFORE_NAMES if not os.path.lexists(path + suffix)), None)
    if place is None:
        raise InstallError(f"writing {path}", "nine other hooks are chained before it", f"ls {path}.*")
    try:
        os.link(path, place, follow_symlinks=False)
    except OSError:  # a file system without hard links
        os.rename(path, place)


def _is_same_hook(known: bytes, text: bytes) -> bool:
    """Whether two texts are one hook: the same bytes, or written by one program."""
    return known == text or any(sign in known and sign in text for sign in _WRITERS)


def _earlier_hooks(path: str) -> list[str]:
    return [path + suffix for suffix in _BEFORE_NAMES if os.path.lexists(path + suffix)]


def _mode(path: str) -> int | None:
    try:
        return os.lstat(path).st_mode
    except OSError:
        return None


def read_file(path: str) -> bytes | None:
    """Return the content of a regular file (or of the one a link leads to); `None` for anything else."""
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            return file.read() if stat.S_ISREG(os.fstat(file.fileno()).st_mode) else None
    except OSError:
        return None


def replace_file(path: str, data: bytes, mode: int) -> None:
    """Put a file of this content in the place of `path`, `mode` less the umask; InstallError."""
    half = f"{path}.{os.getpid()}.new"
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode), "wb") as file:
            file.write(data)
        os.replace(half, path)
    except OSError as error:
        if os.path.lexists(half):
            os.unlink(half)
        raise InstallError(
            f"writing {path}", error.strerror or str(error), "look at its permissions, then run this again"
        ) from error


def is_inside(path: str, folder: str) -> bool:
    """Whether a path, links followed, lies in a folder (or is it)."""
    real, root = os.path.realpath(path), os.path.realpath(folder)
    return real == root or real.startswith(root.rstrip("/") + "/")
