"""Whatever a branch from elsewhere holds: a bounded time and memory, and nothing keeps the others out of the log."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support.hooked import HookedRepo

from muse_hook.git import commits
from muse_hook.pathrules.patterns import Attributes, IgnoreRules
from muse_hook.record import delta as delta_module
from muse_hook.record import recorder as recorder_module


def raw_commit(hooked: HookedRepo, tree: str, headers: str, message: bytes, parent: str = "HEAD") -> str:
    who = f"A <a@example.com> {hooked.clock[0]} +0000"
    head = f"tree {tree}\nparent {hooked.git('rev-parse', parent)}\nauthor {who}\ncommitter {who}\n{headers}\n"
    return hooked.git("hash-object", "-t", "commit", "-w", "--stdin", stdin=head.encode() + message)


@pytest.mark.parametrize(
    "charset", ["punycode", "idna", "unicode_escape", "Raw-Unicode-Escape", "undefined", "x" * 9999]
)
def test_what_is_no_charset_is_none(charset: str) -> None:
    message = b"a" * 200_000 + b"-" + b"z" * 200_000
    raw = b"tree 1\nauthor A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\nencoding " + charset.encode() + b"\n\n" + message
    start = time.monotonic()
    assert commits.parse_commit("1", raw).summary == message.decode()
    assert time.monotonic() - start < 2


@pytest.mark.parametrize(
    ("charset", "raw", "text"),
    [
        ("ISO-8859-1", b"gr\xfc\xdf", "grüß"),
        ("Shift_JIS", b"\x93\xfa", "日"),
        ("koi8-r", b"\xc4\xc1", "да"),
        ("GB18030", b"\xc4\xe3", "你"),
    ],
)
def test_what_iconv_knows_is_read(charset: str, raw: bytes, text: str) -> None:
    head = f"tree 1\nauthor A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\nencoding {charset}\n\n".encode()
    assert commits.parse_commit("1", head + raw).summary == text


def test_a_message_that_nobody_waits_for(hooked: HookedRepo) -> None:
    """Three megabytes of message are left to the background."""
    oid = raw_commit(hooked, hooked.git("rev-parse", "HEAD^{tree}"), "", b"long\n\n" + b"word: more\n" * 300_000)
    hooked.git("reset", "-q", "--hard", oid)
    last = hooked.one()
    hooked.settle(60)
    assert {oid, last} <= hooked.sessions().keys()


@pytest.mark.parametrize(
    "content",
    [
        "a" + ".a" * 20_000 + " = 1\n",
        "[" + "a." * 20_000 + "a]\n",
        'x = {"q"' + " . a" * 10_000 + " = 1}\n",
        "[global]\npatterns = [" + '"[a-z]*",' * 5_000 + "]\n",
        "[global]\npatterns = ['" + "*[a-z]?" * 5_000 + "']\n",
        "[global]\npatterns = [" + '"x",' * 15_000 + "]\n",
        "x = " + "[" * 30_000,
        "x = '''" * 9_000,
        "# " + "x" * 70_000,
        *("\n".join(f"[a{number}{'.b' * 15}]" for number in range(1000)),),
    ],
)  # fmt: skip
def test_an_ignore_file_takes_no_more_than_a_blink(content: str) -> None:
    """It is read, or refused for being too much, in bounded time and memory."""
    code = (
        "import resource, sys, time\nfrom muse_hook.pathrules.patterns import IgnoreRules\n"
        "data = sys.stdin.buffer.read()\nstart = time.process_time()\n"
        "try:\n    IgnoreRules(data)\nexcept ValueError as error:\n    print(error)\n"
        "assert time.process_time() - start < 3, time.process_time() - start\n"
    )

    def bounded() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (400 << 20, 400 << 20))

    done = subprocess.run(
        [sys.executable, "-c", code],
        input=content.encode(),
        capture_output=True,
        check=False,
        preexec_fn=bounded,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr.decode()[-500:]


def test_status_says_what_is_passed_over(hooked: HookedRepo) -> None:
    (hooked.path / ".museignore").write_text("a" + ".a" * 20_000 + " = 1\n")
    hooked.git("add", ".")
    hooked.git("commit", "-q", "-m", "rules")
    hooked.head_is_recorded()
    done = hooked.run(sys.executable, "-P", "-m", "muse_hook", "status")
    assert b"warning: .museignore is not used: a key has 16 dots or more" in done.stderr


def test_what_people_write_is_not_too_much() -> None:
    lines = ",\n".join(f"'src/{number}/**/*.min.[jt]s'" for number in range(150))
    rules = IgnoreRules(
        f'[global]\npatterns = [{lines}, "{".a" * 40}"] # {".b" * 40}\n[domain.code]\npatterns=[]\n'.encode()
    )
    assert rules.ignores(("src", "7", "deep", "x.min.js"))
    assert len(rules.patterns) == 151


def test_a_chain_of_macros_is_followed_once() -> None:
    count = 20_000
    lines = [f"[attr]m{number} m{number + 1}" for number in range(count)] + [
        f"[attr]m{count} linguist-generated",
        "*.x m0",
    ]
    start = time.process_time()
    made = Attributes("\n".join(lines).encode())
    assert len(made.macros) == count + 1
    assert time.process_time() - start < 5


@pytest.mark.parametrize("letter", ["\v", "\f", "\x1c", "\x85", "\u2003"])
def test_a_letter_that_is_blank_to_python_alone_parts_no_line(letter: str, hooked: HookedRepo) -> None:
    """As `git check-attr` has it."""
    name = f"a{letter}b.py"
    (hooked.path / ".gitattributes").write_text(f"{name} linguist-generated\na linguist-vendored{letter}\n", newline="")
    (hooked.path / name).write_text("x = 1\n")
    asked = hooked.git("check-attr", "-z", "linguist-generated", "--", name).split("\0")
    attributes = Attributes((hooked.path / ".gitattributes").read_bytes())
    told = [assignments for glob, assignments in attributes.compiled() if glob.matches((name,))]
    assert (asked[2] == "set") == (told == [(("linguist-generated", True),)])
    assert not any(glob.matches(("a",)) for glob, _ in attributes.compiled())


def test_a_path_of_1500_folders(hooked: HookedRepo) -> None:
    """Both the commit that brings it and the one that takes it away."""
    hooked.one("a.py", "def f(): return 1")
    tree = hooked.git("mktree", stdin=f"100644 blob {hooked.git('rev-parse', 'HEAD:a.py')}\tm.py\n")
    for _ in range(1500):
        tree = hooked.git("mktree", stdin=f"040000 tree {tree}\td\n")
    deep = hooked.git("commit-tree", tree, "-p", "HEAD", "-m", "deep")
    back = hooked.git("commit-tree", "HEAD^{tree}", "-p", deep, "-m", "back")
    hooked.git("update-ref", "-m", "commit: back", "refs/heads/main", back)
    hooked.sync()
    assert {deep, back} <= hooked.sessions().keys()


def test_memory_that_is_short_for_one_commit_is_not_for_the_others(
    hooked: HookedRepo, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [hooked.one("m.py", f"def f{number}(): return {number}", dead=True) for number in range(3)]
    real = delta_module.commit_delta

    def short(objects: object, commit: object, *rest: object) -> object:
        if commit.id == made[1]:  # type: ignore[attr-defined]
            raise MemoryError
        return real(objects, commit, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(recorder_module, "commit_delta", short)
    report = hooked.sync()
    assert list(report.unreadable) == [made[1]]
    assert {made[0], made[2]} <= hooked.sessions().keys()
    monkeypatch.undo()
    Path(hooked.muse, "error.log").unlink()
    hooked.sync()
    assert made[1] in hooked.sessions()
