"""What stands for muse_hook in a hook's interpreter and writes down how it was started."""

from __future__ import annotations

import json
import shutil
import sys
import time
from pathlib import Path
from typing import Any

import muse_hook
from muse_hook import __version__
from muse_hook.install.hook_file import Shim

_HOOK = """
import json, os, sys

def main(argv):
    reads = any(name in argv for name in ("post-rewrite", "post-receive")) and argv[0] != "--probe"
    facts = {
        "argv": argv,
        "stdin": sys.stdin.buffer.read().decode("latin-1") if reads else None,
        "isolated": sys.flags.isolated,
        "site": "site" in sys.modules,
        "stderr": os.readlink("/proc/self/fd/2"),
    }
    if argv[0] == "--probe":
        print("muse_hook", "@VERSION@", *argv[1:], flush=True)
        return
    with open(os.path.join(os.path.dirname(os.path.dirname(__file__)), "calls"), "a") as file:
        file.write(json.dumps(facts) + "\\n")
"""

_LANGUAGES = """
class Language:
    name, grammar_version, grammar = "python", "1", "there"

def languages():
    return [Language]
"""


class FakeInterpreter:
    """A package folder of an awkward name, whose `muse_hook.hook` appends one line a start to `calls`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "it's Ümlaut"
        (self.folder / "muse_hook").mkdir(parents=True)
        (self.folder / "muse_hook" / "__init__.py").touch()
        for name in (
            "git/__init__.py",
            "git/libgit2.py",
            "languages/__init__.py",
            "record/__init__.py",
            "record/delta.py",
        ):
            (self.folder / "muse_hook" / name).parent.mkdir(exist_ok=True)
            (self.folder / "muse_hook" / name).touch()
        package = Path(muse_hook.__file__).parent  # what is asked which languages can be recorded is the real one
        shutil.copy(package / "errors.py", self.folder / "muse_hook")
        shutil.copytree(package / "install", self.folder / "muse_hook" / "install")
        self.languages = self.folder / "muse_hook" / "languages" / "languages.py"
        self.languages.write_text(_LANGUAGES)
        self.hook = self.folder / "muse_hook" / "hook.py"
        self.hook.write_text(_HOOK.replace("@VERSION@", __version__))

    def shim(self, *, background: bool = False) -> Shim:
        """Return the shim that starts it."""
        return Shim(sys.executable, (str(self.folder),), background=background)

    def calls(self, at_least: int = 1) -> list[dict[str, Any]]:
        """Return how it was started until now, waiting for the background, and forget it."""
        path = self.folder / "calls"
        end = time.monotonic() + 10
        while time.monotonic() < end:
            lines = path.read_text().splitlines() if path.exists() else []
            if len(lines) >= at_least:
                path.unlink(missing_ok=True)
                return [json.loads(line) for line in lines]
            time.sleep(0.01)
        raise AssertionError(f"{len(lines)} calls in 10 seconds")

    def events(self, at_least: int = 1) -> list[str]:
        """Return the events it was started for until now, and forget them."""
        return [call["argv"][0] for call in self.calls(at_least)]
