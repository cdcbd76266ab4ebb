"""A store as the code of one version leaves it, in text files, and what that code then says of it.

python tests/upgrade/left_store.py    writes tests/upgrade/left anew, by the muse_hook that this Python imports

To be run by the code of a version that is being left, never by what comes after it: what stands there proves that
tomorrow's code reads what yesterday's wrote. It was made by commit 872931d, with PYTHONPATH set to its work tree.
"""

from __future__ import annotations

import fcntl
import json
import shutil
import sqlite3
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
LEFT = HERE / "left"
sys.path[:0] = [] if str(HERE.parent) in sys.path else [str(HERE.parent)]

from support.fixed_histories import TOOLS, History  # noqa: E402
from support.repository import Repo, sealed_environment  # noqa: E402 - beside the tests' folder, which has just become known

EVENT = "00000000001700000000-1"  # the queue's file; its name says when and by which process it was written
HOOK = "post-commit"
TAKEN = '__import__("muse_hook").OpLog(".", "main").checkpoint("before-upgrade")'
ANSWERS = (
    "status --json",
    "log --all --json",
    "sessions --json",
    "replay --json",
    "replay --since here --json",
    "watch --since here --no-wait --json",
    "watch --since @CURSOR@ --no-wait --json",
    "checkpoint --json",
    "verify --all --json",
    "sync",
)


def history() -> History:
    """Return what the repository holds: two commits from before the hooks, more after, one of them amended."""
    made = History()
    made.commit("Before: not recorded", {"src/old.py": "def old():\n    return 1\n"})
    made.commit("Before: backfilled", {"src/tools.py": TOOLS})
    made.commit("One", {"src/one.py": "def one():\n    return 1\n"})
    made.commit("On a branch", {"src/b.py": TOOLS}, branch="topic/ä", parents=["main"])
    made.commit("Two", {"src/one.py": "def two():\n    return 1\n"})
    made.tips["amended"] = made.tips["main"]
    made.commit("Three", {"src/three.py": "def three():\n    return 3\n"})
    made.commit("Three, amended", {"src/three.py": "def three(x):\n    return x\n"}, branch="amended")
    made.tips["next"] = made.tips["amended"]
    made.commit("After the upgrade", {"src/three.py": "def four(x):\n    return x\n"}, branch="next")
    return made


def muse(repo: Repo, *arguments: str) -> str:
    """Return what `muse-hook ARGUMENTS` prints, with its exit status."""
    done = repo.run(sys.executable, "-m", "muse_hook", *arguments, check=False)
    text = f"exit {done.returncode}\n{done.stdout.decode()}{done.stderr.decode()}"
    return text.replace(str(repo.path.resolve()), "<repository>")


def repository(path: Path) -> tuple[Repo, list[str]]:
    """Make the repository, without hooks and store, all objects loose; its commits' ids."""
    path.mkdir()
    (path.parent / "home").mkdir(exist_ok=True)
    repo = Repo(path, sealed_environment(path.parent / "home"))
    repo.git("init", "-q", "-b", "main")
    repo.git("config", "gc.auto", "0")
    ids = history().write(repo, "refs/made/")
    for name in repo.git("for-each-ref", "--format=%(refname)", "refs/made/").split("\n"):
        repo.git("update-ref", "-d", name)
    return repo, ids


def at(repo: Repo, oid: str, branch: str = "main") -> None:
    """Stand at a commit as if it had just been made on `branch`."""
    repo.git("update-ref", f"refs/heads/{branch}", oid)
    repo.git("symbolic-ref", "HEAD", f"refs/heads/{branch}")


def with_store(path: Path) -> tuple[Repo, list[str]]:
    """Return a repository as it was left: its branches, its store, and the hook that the version before installed."""
    repo, ids = repository(path)
    at(repo, ids[3], "topic/ä")
    at(repo, ids[6])
    store = repo.path / ".git/.muse"
    shutil.copytree(LEFT / "store", store)
    connection = sqlite3.connect(store / "index.sqlite")
    connection.executescript((LEFT / "index.sql").read_text(encoding="utf-8"))
    connection.close()
    hook = repo.path / ".git/hooks" / HOOK
    packages = [str(HERE.parent.parent), *(path for path in sys.path if path.endswith("site-packages"))]
    text = (LEFT / HOOK).read_text(encoding="utf-8")
    hook.write_text(text.replace("@PYTHON@", sys.executable).replace("@PACKAGES@", "\n".join(packages)))
    hook.chmod(0o755)
    return repo, ids


def answers(repo: Repo) -> dict[str, str]:
    """Return what each command says of the store as it was left; the first of them records what the queue holds."""
    cursor = (LEFT / "cursor").read_text().strip()
    return {words: muse(repo, *words.replace("@CURSOR@", cursor).split(" ")) for words in ANSWERS}


def leave(folder: Path) -> None:
    """Make the store in `folder`, and copy it to LEFT."""
    repo, ids = repository(folder / "leaving")
    at(repo, ids[1])
    muse(repo, "install")
    blob = repo.git("rev-parse", f"{ids[0]}:src/old.py")
    loose = repo.path / ".git/objects" / blob[:2] / blob[2:]
    data = loose.read_bytes()
    loose.unlink()  # as in a partial clone: its commit is left
    muse(repo, "backfill", "--jobs", "1")
    loose.write_bytes(data)
    hooks = repo.path / ".git/hooks"
    for number, branch in ((2, "main"), (3, "topic/ä"), (4, "main")):
        at(repo, ids[number], branch)
        repo.run(str(hooks / HOOK))
    repo.git("symbolic-ref", "HEAD", "refs/heads/main")
    muse(repo, "checkpoint", "here")
    lines = muse(repo, "watch", "--history", "--no-wait", "--json").split("\n")
    cursors: list[dict[str, Any]] = [json.loads(line) for line in lines if '"cursor"' in line]
    repo.run(sys.executable, "-c", TAKEN)
    at(repo, ids[5])
    repo.run(str(hooks / HOOK))
    muse(repo, "sync")
    store = repo.path / ".git/.muse"
    with open(store / "lock", "r+b") as lock:  # another writer: what the hook of the amend saw has to wait
        fcntl.flock(lock, fcntl.LOCK_EX)
        at(repo, ids[6])
        repo.run(str(hooks / "post-rewrite"), "amend", stdin=f"{ids[5]} {ids[6]}\n")
        shutil.rmtree(LEFT, ignore_errors=True)
        shutil.copytree(store, LEFT / "store", ignore=shutil.ignore_patterns("*lock", "index.sqlite*", "error.log"))
        connection = sqlite3.connect(store / "index.sqlite")
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        dump = "\n".join(connection.iterdump())
        (LEFT / "index.sql").write_text(f"{dump}\nPRAGMA user_version = {version};\n", encoding="utf-8")
    (event,) = (LEFT / "store/queue").iterdir()
    event.rename(event.with_name(EVENT))
    (LEFT / "cursor").write_text(cursors[2]["cursor"] + "\n")
    packages = [line for line in (hooks / HOOK).read_text().split("\n") if line.startswith(("python=", "packages="))]
    text = (hooks / HOOK).read_text()
    start = text.index("packages='") + len("packages='")
    text = text[:start] + "@PACKAGES@" + text[text.index("'", start) :]
    (LEFT / HOOK).write_text(text.replace(packages[0], "python='@PYTHON@'"), encoding="utf-8")
    told, _ = with_store(folder / "told")
    (LEFT / "answers.json").write_text(json.dumps(answers(told), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        leave(Path(temporary))
