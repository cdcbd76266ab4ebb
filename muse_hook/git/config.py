"""Git's configuration, as Git itself reads it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from muse_hook.git.repository import Repository


def value(repository: Repository, key: str, kind: str | None = None, git_dir: str | None = None) -> str | None:
    """Return the last value of `key`, `None` where it has none; `kind` is a type of `git config` ("bool", "path")."""
    typed = (f"--type={kind}",) if kind else ()
    status, output, _ = repository.start_to_end("config", *typed, "--null", "--get", key, git_dir=git_dir)
    return output.rstrip(b"\0").decode("utf-8", "surrogateescape") if status == 0 else None


def section(repository: Repository, name: str) -> dict[str, str]:
    """Return the last value of every key of a section ("muse"), by its full lower-case name ("muse.background")."""
    status, output, _ = repository.start_to_end("config", "--null", "--get-regexp", rf"^{name}\.")
    found = {}
    for item in output.split(b"\0") if status == 0 else ():
        key, newline, text = item.decode("utf-8", "surrogateescape").partition("\n")
        if key:
            found[key] = text if newline else "true"  # a key alone on its line is true
    return found


def is_partial(repository: Repository) -> bool:
    """Whether a remote has promised objects that are not here."""
    pattern = r"^(extensions\.partialclone|remote\..*\.(promisor|partialclonefilter))$"
    return repository.start_to_end("config", "--get-regexp", pattern)[0] == 0


def parse_version(said: bytes) -> tuple[int, ...]:
    """Return the numbers of "git version 2.39.5 (Apple Git-154)" or "git version 2.55.0.rc1", up to three."""
    words = said.decode("ascii", "replace").split()
    numbers = words[2].split(".")[:3] if len(words) >= 3 else []  # noqa: PLR2004 - the third word
    return tuple(int(number) for number in numbers if number.isdigit())
