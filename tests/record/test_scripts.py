"""A file without extension is in the language that its first line names."""

from __future__ import annotations

import pytest
from support.hooked import HookedRepo
from support.repository import Repo

from muse_hook.git.objects import ObjectReader
from muse_hook.index.index import Index
from muse_hook.replay.replay import replay
from muse_hook.verify.verify import verify

PYTHON = "#!/usr/bin/env python3\n"
MAIN = "def main(args):\n    return {}\n"


@pytest.fixture
def hooked(repo: Repo) -> HookedRepo:
    """Make an empty repository with the hooks in it."""
    made = HookedRepo(repo.path, repo.environment, repo.clock)
    made.install()
    return made


def told(hooked: HookedRepo) -> list[tuple[str, str, list[str]]]:
    """Return what the batch of HEAD says, child by child, or of files."""
    with Index(hooked.store()) as index:
        index.refresh()
        found = index.read(hooked.git("rev-parse", "HEAD"))
    assert found is not None
    return [
        (child["op"], child["address"], child.get("change", []))
        for op in found[1].ops()
        for child in (op["child_ops"] if op["op"] == "patch" else [op])
    ]


def test_a_shebang_decides_for_files_without_an_extension(hooked: HookedRepo) -> None:
    commit = hooked.commit
    hooked.write("bin/tool", PYTHON + MAIN.format(0))
    hooked.write("README", MAIN.format(0))
    hooked.write("bin/awk-tool", "#!/usr/bin/awk -f\nmain() { :; }\n")
    commit()
    assert ("insert", "bin/tool::main", []) in told(hooked)
    assert {address for _, address, _ in told(hooked)} == {"README", "bin/awk-tool", "bin/tool::main"}
    hooked.write("bin/tool", PYTHON + MAIN.format(1))
    commit()
    assert told(hooked) == [("replace", "bin/tool::main", ["body"])]
    hooked.git("mv", "bin/tool", "tool.py")
    commit()
    assert [op for op, address, _ in told(hooked) if "::" in address] == []  # it keeps its symbols under another name
    hooked.write("tool", "no script any more\n")
    hooked.git("mv", "tool.py", "tool2")
    commit()
    with Index(hooked.store()) as index:
        index.refresh()
        found = replay(hooked.repository(), index, hooked.git("rev-parse", "HEAD"))
    assert list(found["tool2"] or ()) == ["main"]
    assert verify(hooked.repository(), hooked.store()).sound


def test_large_files_and_files_with_an_extension_are_not_read_for_it(
    hooked: HookedRepo, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    blob = ObjectReader.blob

    def reads(self: ObjectReader, oid: str) -> bytes:
        read.append(oid)
        return blob(self, oid)

    hooked.write("data", PYTHON + "x" * (3 << 20))
    hooked.write("small", "x")
    hooked.write("a.txt", "x = 1")
    hooked.git("add", "-A")
    hooked.dead("commit", "-qm", "files")
    monkeypatch.setattr(ObjectReader, "blob", reads)
    hooked.sync()
    assert read == [hooked.git("rev-parse", "HEAD:small")]
    assert hooked.git("rev-parse", "HEAD") in hooked.sessions()
