"""Make docs/demo.svg from a run of the program over a made repository: python docs/demo.py [--check]."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

PICTURE = Path(__file__).parent / "demo.svg"
BEFORE = '''"""A bank."""

from decimal import Decimal


class Account:
    """Somebody's money."""

    def __init__(self, owner):
        self.owner = owner
        self.total = Decimal(0)

    def deposit(self, amount):
        """Put money in."""
        if amount <= 0:
            raise ValueError(amount)
        self.total += amount


def interest(account, rate):
    return account.total * rate
'''
AFTER = (
    BEFORE.replace("import Decimal", "import ROUND_HALF_EVEN, Decimal")
    .replace("class Account", 'CENT = Decimal("0.01")\n\n\nclass Account')
    .replace("(self, owner)", "(self, owner, currency)")
    .replace("= owner\n", "= owner\n        self.currency = currency\n")
    .replace("def deposit", "def pay_in")
    .replace("return account.total * rate", "return (account.total * rate).quantize(CENT, ROUND_HALF_EVEN)")
)
COMMITS = (
    ("Open a bank", BEFORE),
    ("Pay in, in a currency, and round", AFTER),
    ("Move the bank into a package", None),
)
SHOWN = (
    ["show", "HEAD^"],
    ["log", "Account.pay_in"],
    ["changelog", "HEAD~2..HEAD"],
)


def main() -> int:
    """Draw; with `--check` say instead whether the picture that is there is the one that would be drawn."""
    with tempfile.TemporaryDirectory(prefix="demo.") as folder:
        drawn = draw(Path(folder))
    if "--check" not in sys.argv[1:]:
        PICTURE.write_text(drawn, encoding="utf-8")
    elif PICTURE.read_text(encoding="utf-8") != drawn:
        sys.stderr.write("error: docs/demo.svg is not what the program prints now\nhint: docs/build\n")
        return 1
    return 0


def draw(folder: Path) -> str:
    """Return the picture of a terminal in which the commands of `SHOWN` ran in a repository made at `folder`."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "Ada Lovelace",
        "GIT_AUTHOR_EMAIL": "ada@example.org",
        "GIT_COMMITTER_NAME": "Ada Lovelace",
        "GIT_COMMITTER_EMAIL": "ada@example.org",
        "COLUMNS": "96",
        "TZ": "UTC",
    }

    def run(*command: str, at: int = 0) -> str:
        dates = {f"GIT_{who}_DATE": f"2026-03-0{at + 1}T10:00:00+00:00" for who in ("AUTHOR", "COMMITTER")}
        done = subprocess.run(
            command, cwd=folder, env=environment | dates, check=True, stdout=subprocess.PIPE, encoding="utf-8"
        )
        return done.stdout

    muse = [sys.executable, "-m", "muse_hook"]
    run("git", "init", "-q", "-b", "main")
    run(*muse, "install")
    for at, (subject, text) in enumerate(COMMITS):
        if text is None:
            (folder / "bank").mkdir()
            run("git", "mv", "bank.py", "bank/accounts.py")
        else:
            (folder / "bank.py").write_text(text, encoding="utf-8")
        run("git", "add", "-A")
        run("git", "commit", "-qm", subject, at=at)
    console = Console(record=True, width=100, file=open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - for its life
    for words in SHOWN:
        console.print(Text("$ muse-hook " + " ".join(words), style="bold"))
        console.print(Text.from_ansi(run(*muse, "--color=always", "--no-pager", *words)))
    return console.export_svg(title="muse-hook", unique_id="demo")


if __name__ == "__main__":
    sys.exit(main())
