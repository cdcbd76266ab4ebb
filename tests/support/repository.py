"""A repository in a sealed environment, untouched by the machine's configuration, and what a person types in it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

EPOCH = 1_700_000_000

LOCAL_VARIABLES = subprocess.run(
    ["git", "rev-parse", "--local-env-vars"], capture_output=True, text=True, check=True
).stdout.split()


def sealed_environment(home: Path) -> dict[str, str]:
    """Return the environment of every process a test starts: no configuration but the test's own."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
    return kept | {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": str(home / ".gitconfig"),
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_EDITOR": "true",
        "GIT_AUTHOR_NAME": "Ada Lovelace",
        "GIT_AUTHOR_EMAIL": "ada@example.org",
        "GIT_COMMITTER_NAME": "Charles Babbage",
        "GIT_COMMITTER_EMAIL": "charles@example.org",
    }


class Repo:
    """A repository (or a work tree of one) and what a person would type in it; the clock ticks a second a command."""

    def __init__(self, path: Path, environment: dict[str, str], clock: list[int] | None = None) -> None:
        self.path = path
        self.environment = environment
        self.clock = clock if clock is not None else [EPOCH]

    def git(self, *args: str, stdin: str | bytes | None = None, check: bool = True, **variables: str) -> str:
        """Run `git ARGS` here; its stdout without the last newline."""
        return (
            self.run("git", *args, stdin=stdin, check=check, **variables).stdout.decode("utf-8", "replace").rstrip("\n")
        )

    def run(
        self, *command: str, stdin: str | bytes | None = None, check: bool = True, **variables: str
    ) -> subprocess.CompletedProcess[bytes]:
        """Run any command here, in the sealed environment; raises with its stderr where it fails and `check`."""
        self.clock[0] += 1
        now = f"{self.clock[0]} +0100"
        data = stdin.encode() if isinstance(stdin, str) else stdin
        done = subprocess.run(
            command,
            cwd=self.path,
            input=b"" if data is None else data,
            capture_output=True,
            check=False,
            env=self.environment | {"GIT_AUTHOR_DATE": now, "GIT_COMMITTER_DATE": now} | variables,
        )
        if check and done.returncode:
            raise AssertionError(f"{command} exited {done.returncode}: {done.stderr.decode(errors='replace')}")
        return done

    def write(self, path: str, content: str | bytes) -> Path:
        """Write a file of the work tree, making its folders."""
        target = self.path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
        return target

    def commit(self, message: str = "change", **files: str | bytes) -> str:
        """Commit everything (after writing `files`, whose names say `__` for `/` and get `.py`); the commit's id."""
        for name, content in files.items():
            self.write(name.replace("__", "/") + ".py", content)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")

    def clone(self, path: Path, *options: str) -> Repo:
        """`git clone` this repository to `path`."""
        self.git("clone", "-q", *options, str(self.path), str(path))
        return Repo(path, self.environment, self.clock)
