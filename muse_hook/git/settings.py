"""One setting of Git's configuration, read from its files: a hook has no 4 ms to ask git for it."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from muse_hook.git.process import Git

_LARGEST = 1 << 20
_MOST = 100  # settings that the environment names


def setting(git: Git, section: str, key: str) -> str | None:
    """Return the last value of `section.key`, "true" for a key alone on its line, None where nothing sets it.

    The files that Git reads are read in its order, and its command line's settings after them. Where one of them is
    unusual (it includes others, it goes on on the next line) and may set the key, Git is asked.
    """
    value: str | None = None
    for path in _files(git):
        text = _read(path)
        if text is None:
            continue
        lower = text.lower()
        if "[include" in lower or (key in lower and "\\\n" in text):
            return _asked(git, section, key)
        if key in lower:
            value = _last(text, section, key, value)
    for name, text in _of_environment():
        if name.lower() == f"{section}.{key}":
            value = text
    return value


def _files(git: Git) -> list[str]:
    environ = os.environ
    found = []
    if environ.get("GIT_CONFIG_NOSYSTEM", "0").lower() in {"", "0", "false", "no", "off"}:
        found.append(environ.get("GIT_CONFIG_SYSTEM") or "/etc/gitconfig")
    home = environ.get("HOME", "")
    if "GIT_CONFIG_GLOBAL" in environ:
        found.append(environ["GIT_CONFIG_GLOBAL"])
    else:
        folder = environ.get("XDG_CONFIG_HOME") or home + "/.config"
        found += [folder + "/git/config", home + "/.gitconfig"]
    return [*found, git.common_dir + "/config", git.git_dir + "/config.worktree"]


def _read(path: str) -> str | None:
    try:
        with open(path, "rb") as file:
            return file.read(_LARGEST).decode("utf-8", "replace")
    except OSError:
        return None


def _last(text: str, section: str, key: str, value: str | None) -> str | None:
    """Return the last value that a file without anything unusual gives the key, else `value`."""
    is_here = False
    for line in text.split("\n"):
        rest = line.strip()
        if rest.startswith("["):
            head, _, rest = rest[1:].partition("]")
            is_here = head.strip().lower() == section
            rest = rest.strip()
        if not is_here or not rest or rest[0] in "#;":
            continue
        name, equals, given = rest.partition("=")
        name = name.split("#")[0].split(";")[0].strip().lower()
        if name == key:
            value = given.split("#")[0].split(";")[0].strip().strip('"') if equals else "true"
    return value


def _of_environment() -> list[tuple[str, str]]:
    """Return what `git -c` and the like have set, as far as it can be read without a shell."""
    environ = os.environ
    count = environ.get("GIT_CONFIG_COUNT", "")
    found = [
        (environ.get(f"GIT_CONFIG_KEY_{number}", ""), environ.get(f"GIT_CONFIG_VALUE_{number}", ""))
        for number in range(min(int(count), _MOST) if count.isdigit() else 0)
    ]
    for word in environ.get("GIT_CONFIG_PARAMETERS", "").split("' '"):
        name, equals, text = word.strip("' ").replace("'='", "=").partition("=")
        found.append((name, text if equals else "true"))
    return found


def _asked(git: Git, section: str, key: str) -> str | None:
    from muse_hook.git import config

    found = config.value(git, f"{section}.{key}")
    given = [text for name, text in _of_environment() if name.lower() == f"{section}.{key}"]
    return given[-1] if given else found
