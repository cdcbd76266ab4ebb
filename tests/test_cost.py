"""What a hook costs, counted in calls and in instructions of Python's machine.

Unlike a time a count is the same on every machine and at every load. What runs inside C (a parse, an import's
unmarshalling) shows in neither; benchmarks/run counts time.
"""

from __future__ import annotations

import sys

import pytest
from support.batches import batch, write
from support.hooked import PACKAGES, HookedRepo
from support.repository import Repo

from muse_hook.index.index import Index
from muse_hook.together import write_together

# Calls of functions in Python and in C, imports included: on CPython 3.11 27,900 and 7,900, and an eighth for others.
# Whoever goes beyond looks for what crept in (python -X importtime, cProfile) before raising it.
CODE = 29_000
TEXT = 8_500

# What `muse.notice` takes more with eight other branches: 760; 9,200 while it loaded json.
NOTICE = 1_500

# Instructions of CPython 3.11, imports included: 394,000 and 101,000, the same in every run.
CODE_INSTRUCTIONS = 405_000
TEXT_INSTRUCTIONS = 106_000

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
def hooked(repo: Repo) -> HookedRepo:
    """Make a repository with three modules, the hooks, and a commit that they recorded."""
    write_together()
    made = HookedRepo(repo.path, repo.environment, repo.clock)
    for name in "abc":
        made.write(f"{name}.py", MODULE)
    made.git("add", "-A")
    made.git("commit", "-qm", "modules")
    made.install()
    made.one("a.txt")
    return made


def cost(hooked: HookedRepo, what: str = "calls") -> int:
    """Fire post-commit for HEAD as the shim does, and return how many "calls" or "instructions" it took."""
    done = hooked.run(sys.executable, "-I", "-S", "-c", COUNT, "\n".join(PACKAGES), what)
    assert done.stderr == b""
    assert hooked.git("rev-parse", "HEAD") in hooked.sessions()
    return int(done.stdout)


def commit_code(hooked: HookedRepo) -> None:
    """Change a function in each of three modules, and nobody notices."""
    for name in "abc":
        path = hooked.path / f"{name}.py"
        path.write_text(path.read_text().replace("return str(a + 5)", f"return str(a * {hooked.clock[0]})"))
    hooked.dead("commit", "-qam", "code")


def test_commit_of_code_takes_so_many_calls(hooked: HookedRepo) -> None:
    commit_code(hooked)
    assert CODE * 0.5 < cost(hooked) < CODE


def test_commit_of_text_takes_so_many_calls(hooked: HookedRepo) -> None:
    hooked.one("a.txt", dead=True)
    assert TEXT * 0.5 < cost(hooked) < TEXT


@pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="every version of Python has other instructions")
def test_commits_take_so_many_instructions(hooked: HookedRepo) -> None:
    commit_code(hooked)
    assert CODE_INSTRUCTIONS * 0.5 < cost(hooked, "instructions") < CODE_INSTRUCTIONS
    hooked.one("a.txt", dead=True)
    assert TEXT_INSTRUCTIONS * 0.5 < cost(hooked, "instructions") < TEXT_INSTRUCTIONS


def test_a_word_after_the_commit_costs_little_where_nothing_collides(hooked: HookedRepo) -> None:
    for number in range(8):
        hooked.git("branch", f"other/{number}")
    path = hooked.path / "a.py"

    def costs(factor: int) -> int:
        path.write_text(MODULE.replace("return str(a + 5)", f"return str(a * {factor})"))
        hooked.dead("commit", "-qam", "code")
        return cost(hooked)

    hooked.git("config", "muse.notice", "always")
    costs(1)  # what the others touch is learnt once
    said = costs(2)
    hooked.git("config", "--unset", "muse.notice")
    assert said - costs(3) < NOTICE


def test_size_of_the_repository_does_not_matter(hooked: HookedRepo) -> None:
    for text in "xy":
        hooked.sync()
        grow(hooked, f"M 100644 inline p/f\ndata 1\n{text}\n")
    small = cost(hooked)
    files = "".join(f"M 100644 inline p{number // 50}/f{number}\ndata 1\nx\n" for number in range(5000))
    grow(hooked, files)
    hooked.sync()
    grow(hooked, "M 100644 inline p7/f377\ndata 1\ny\n")
    assert cost(hooked) < small + 1_000  # two trees of a hundred entries


def grow(hooked: HookedRepo, changes: str) -> None:
    """Commit on main, in the words of fast-import, past the work tree, which no hook looks at."""
    head = "commit refs/heads/main\ncommitter A <a@example.org> 1800000000 +0000\ndata 0\nfrom refs/heads/main^0\n"
    hooked.git("-c", "fastimport.unpackLimit=100000", "fast-import", "--quiet", stdin=head + changes)


def test_length_of_the_log_does_not_matter(hooked: HookedRepo) -> None:
    hooked.one("a.txt", dead=True)
    small = cost(hooked)
    store = hooked.store()
    names = [f"f{number}" for number in range(40)]
    write(store, "main", *(batch(number, *names) for number in range(1, 500)))
    with Index(store) as index:
        index.refresh()
    hooked.one("a.txt", dead=True)
    assert cost(hooked) < small + 1_000  # two trees of a hundred entries
