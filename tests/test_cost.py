"""What a hook costs, counted in calls and in instructions of Python's machine.

Unlike a time a count is the same on every machine and at every load. What runs inside C (a parse, an import's
unmarshalling) shows in neither; benchmarks/run counts time.
"""

from __future__ import annotations

import sys

import pytest
from conftest import Repo
from oplog_room import batch, write
from room import PACKAGES, Room

from muse_hook.index.index import Index

# Calls of functions in Python and in C, imports included: on CPython 3.11 32,100 and 13,500, and an eighth for others.
# Whoever goes beyond looks for what crept in (python -X importtime, cProfile) before raising it.
CODE = 36_000
TEXT = 15_500

# Instructions of CPython 3.11, imports included: 443,000 and 165,000, the same in every run.
CODE_INSTRUCTIONS = 480_000
TEXT_INSTRUCTIONS = 180_000

COUNT = """
import sys
counted = 0
def calls(frame, event, argument):
    global counted
    if event[-4:] == "call":
        counted += 1
def instructions(frame, event, argument):
    global counted
    frame.f_trace_opcodes = True
    if event == "opcode":
        counted += 1
    return instructions
sys.path[:0] = sys.argv[1].split("\\n")
what, start = {"calls": (calls, sys.setprofile), "instructions": (instructions, sys.settrace)}[sys.argv[2]]
start(what)
from muse_hook.hook import main
main(["post-commit"])
start(None)
print(counted)
"""

MODULE = '"""A module."""\n\nimport os\n\n' + "".join(
    f'class C{i}:\n    """A class."""\n\n    def m(self, a, b=None):\n        if a:\n            return self.n(b)\n'
    f"        return [x for x in os.environ]\n\n    def n(self, *args):\n        raise ValueError(args)\n\n\n"
    f"def f{i}(a: int) -> str:\n    return str(a + {i})\n\n\n"
    for i in range(10)
)


@pytest.fixture
def room(repo: Repo) -> Room:
    """Make a repository with three modules, the hooks, and a commit that they recorded."""
    made = Room(repo.path, repo.environment, repo.clock)
    for name in "abc":
        made.write(f"{name}.py", MODULE)
    made.git("add", "-A")
    made.git("commit", "-qm", "modules")
    made.install()
    made.one("a.txt")
    return made


def cost(room: Room, what: str = "calls") -> int:
    """Fire post-commit for HEAD as the shim does, and return how many "calls" or "instructions" it took."""
    done = room.run(sys.executable, "-I", "-S", "-c", COUNT, "\n".join(PACKAGES), what)
    assert done.stderr == b""
    assert room.git("rev-parse", "HEAD") in room.sessions()
    return int(done.stdout)


def commit_code(room: Room) -> None:
    """Change a function in each of three modules, and nobody notices."""
    for name in "abc":
        path = room.path / f"{name}.py"
        path.write_text(path.read_text().replace("return str(a + 5)", f"return str(a * {room.clock[0]})"))
    room.dead("commit", "-qam", "code")


def test_commit_of_code_takes_so_many_calls(room: Room) -> None:
    commit_code(room)
    assert CODE * 0.5 < cost(room) < CODE


def test_commit_of_text_takes_so_many_calls(room: Room) -> None:
    room.one("a.txt", dead=True)
    assert TEXT * 0.5 < cost(room) < TEXT


@pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="every version of Python has other instructions")
def test_commits_take_so_many_instructions(room: Room) -> None:
    commit_code(room)
    assert CODE_INSTRUCTIONS * 0.5 < cost(room, "instructions") < CODE_INSTRUCTIONS
    room.one("a.txt", dead=True)
    assert TEXT_INSTRUCTIONS * 0.5 < cost(room, "instructions") < TEXT_INSTRUCTIONS


def test_size_of_the_repository_does_not_matter(room: Room) -> None:
    room.one("a.txt", dead=True)
    small = cost(room)
    files = "".join(f"M 100644 inline p{number // 50}/f{number}\ndata 1\nx\n" for number in range(5000))
    grow(room, files)
    room.sync()
    grow(room, "M 100644 inline p7/f377\ndata 1\ny\n")
    assert cost(room) < small * 1.05


def grow(room: Room, changes: str) -> None:
    """Commit on main, in the words of fast-import, past the work tree, which no hook looks at."""
    head = "commit refs/heads/main\ncommitter A <a@example.org> 1800000000 +0000\ndata 0\nfrom refs/heads/main^0\n"
    room.git("-c", "fastimport.unpackLimit=100000", "fast-import", "--quiet", stdin=head + changes)


def test_length_of_the_log_does_not_matter(room: Room) -> None:
    room.one("a.txt", dead=True)
    small = cost(room)
    store = room.store()
    names = [f"f{number}" for number in range(40)]
    write(store, "main", *(batch(number, *names) for number in range(1, 500)))
    with Index(store) as index:
        index.refresh()
    room.one("a.txt", dead=True)
    assert cost(room) < small * 1.05
