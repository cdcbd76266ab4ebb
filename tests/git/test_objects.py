"""Reading objects, from either source, against Git itself, on every shape that a tree takes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import tracemalloc
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from support.repository import Repo, sealed_environment

from muse_hook.errors import InternalError, ObjectMissingError, RepositoryError
from muse_hook.git.catfile import CatFile
from muse_hook.git.discovery import open_repository
from muse_hook.git.libgit2 import Libgit2
from muse_hook.git.objects import ObjectReader
from muse_hook.git.revisions import Generations
from muse_hook.model.change import Blob

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from muse_hook.git.repository import Repository

DEEP = "d/" * 1200 + "deep.py"  # deeper than Python's stack

# In `git fast-import`'s own words. `:1` and `:2` are blobs; a path in quotes is C-quoted.
MENAGERIE = f"""\
blob
mark :1
data 4
one

blob
mark :2
data 4
two

commit refs/heads/main
mark :10
committer A <a@example.org> 1700000000 +0000
data 4
root
M 100644 :1 a
M 100644 :1 a.b
M 100644 :1 a-b
M 100755 :1 run.sh
M 120000 :1 link
M 160000 1111111111111111111111111111111111111111{{pad}} module
M 100644 :1 folder/inside/x.py
M 100644 :1 folder/y.py
M 100644 :1 file
M 100644 :1 "caf\\351.py"
M 100644 :1 "caf\\303\\251.py"
M 100644 :1 "new\\nline\\t\\".py"
M 100644 :1 {DEEP}

commit refs/heads/main
mark :11
committer A <a@example.org> 1700000001 +0000
data 5
swaps
D a
M 100644 :2 a/x
M 100644 :2 a/y/z
D folder
M 100644 :2 folder
M 100644 :1 run.sh
M 100755 :1 a.b
M 100644 :1 link
M 120000 :1 file
M 160000 2222222222222222222222222222222222222222{{pad}} module
M 100644 :2 "caf\\351.py"
M 100644 :2 {DEEP}

commit refs/heads/side
mark :12
committer A <a@example.org> 1700000002 +0000
data 4
side
from :10
M 100644 :2 a-b
M 100644 :2 side/only.py
M 100644 :2 folder/y.py

commit refs/heads/third
mark :13
committer A <a@example.org> 1700000003 +0000
data 5
third
from :10
M 100644 :2 third.py
D file

commit refs/heads/main
mark :14
committer A <a@example.org> 1700000004 +0000
data 5
merge
from :11
merge :12
M 100644 :2 a-b
M 100644 :2 side/only.py
M 100644 :1 evil.py
D a
M 100644 :1 a

commit refs/heads/main
mark :15
committer A <a@example.org> 1700000005 +0000
data 7
octopus
from :14
merge :12
merge :13
D file
M 100644 :2 third.py
M 100644 :1 folder/back.py

commit refs/heads/main
mark :16
committer A <a@example.org> 1700000006 +0000
data 5
empty

commit refs/heads/main
mark :17
committer A <a@example.org> 1700000007 +0000
data 7
nothing
deleteall

commit refs/heads/main
mark :18
committer A <a@example.org> 1700000008 +0000
data 4
back
M 100644 :1 a

"""


@pytest.fixture(scope="module", params=["sha1", "sha256", "reftable"])
def menagerie(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Repo:
    path: Path = tmp_path_factory.mktemp(request.param)
    made = Repo(path, sealed_environment(path))
    kind = {"sha1": (), "sha256": ("--object-format=sha256",), "reftable": ("--ref-format=reftable",)}[request.param]
    if made.run("git", "init", "-q", "-b", "main", *kind, check=False).returncode:
        pytest.skip(f"this git has no {request.param}")
    pad = "0" * 24 if request.param == "sha256" else ""
    made.git("fast-import", "--quiet", stdin=MENAGERIE.replace("{pad}", pad))
    return made


def cat_file(opened: Repository) -> ObjectReader:
    return ObjectReader(CatFile(opened), opened.id_size)


def libgit2(opened: Repository) -> ObjectReader:
    return ObjectReader(Libgit2(opened.objects_dir), opened.id_size)


def readers(repo: Repo) -> Iterator[ObjectReader]:
    opened = open_repository(str(repo.path))
    light = [opened.objects(), libgit2(opened)] if opened.object_format == "sha1" else []
    for reader in (cat_file(opened), *light):
        with reader:
            yield reader


def git_entries(repo: Repo, tree: str) -> dict[str, Blob]:
    entries = {}
    for line in repo.run("git", "ls-tree", "-rz", "--full-tree", tree).stdout.split(b"\0")[:-1]:
        facts, path = line.split(b"\t", 1)
        mode, _, oid = facts.decode().split(" ")
        entries[path.decode("utf-8", "backslashreplace")] = Blob(int(mode, 8), oid)
    return entries


def test_both_sources_give_the_changes_that_git_diff_tree_gives(menagerie: Repo) -> None:
    commits = [line.split() for line in menagerie.git("rev-list", "--all", "--parents").splitlines()]
    assert max(map(len, commits)) == 4  # the octopus is among them
    entries = {commit: git_entries(menagerie, commit) for commit, *_ in commits}
    seen: set[str] = set()
    for reader in readers(menagerie):
        for commit, *parents in commits:
            olds = [entries[parent] for parent in parents] or [{}]
            new = entries[commit]
            expected = {
                path: (olds[0].get(path), new.get(path), tuple(side.get(path) for side in olds[1:]))
                for path in olds[0].keys() | new.keys()
                if olds[0].get(path) != new.get(path)
            }
            found = reader.diff(reader.commit(commit)) or []
            assert {change.path: (change.old, change.new, change.others) for change in found} == expected
            assert len(found) == len(expected)
            seen |= expected.keys()
    assert {"caf\\xe9.py", "café.py", 'new\nline\t".py', DEEP, "module", "folder", "folder/y.py", "a/y/z"} <= seen


def test_changes_are_sorted_by_the_bytes_of_their_path(menagerie: Repo) -> None:
    root = menagerie.git("rev-list", "--max-parents=0", "main")
    for reader in readers(menagerie):
        paths = [change.path for change in reader.diff(reader.commit(root)) or []]
        assert paths[:3] == ["a", "a-b", "a.b"]
        assert paths.index("café.py") < paths.index("caf\\xe9.py")  # c3 before e9
        assert [change.path for change in reader.diff_trees(reader.commit(root).tree, None)] == paths


def test_one_entry_is_found_by_its_name(menagerie: Repo) -> None:
    for reader in readers(menagerie):
        tree = reader.commit(menagerie.git("rev-list", "--max-parents=0", "main")).tree
        for name, entry in reader.tree(tree).items():
            assert reader.entry(tree, name.decode("utf-8", "backslashreplace")) == entry
        for absent in ("absent", ".b", "", "a\0", "folder/inside", "caf\\xff.py"):
            assert reader.entry(tree, absent) is None


def test_a_diff_can_stop_where_it_is_too_much(menagerie: Repo) -> None:
    for reader in readers(menagerie):
        commit = reader.commit(menagerie.git("rev-list", "--max-parents=0", "main"))
        whole = reader.diff(commit) or []
        assert reader.diff(commit, len(whole)) == reader.diff(commit, None) == whole
        assert reader.diff(commit, len(whole) - 1) is None
        assert reader.diff(reader.commit(menagerie.git("rev-parse", "main~2")), 0) == []  # the empty commit


def test_objects_that_are_packed_meanwhile_are_still_found(repo: Repo) -> None:
    first = repo.commit("first", a="a = 1\n")
    for reader in readers(repo):
        assert reader.commit(first).summary == "first"
        second = repo.commit("second", a="a = 2\n")
        repo.git("repack", "-adq")
        repo.git("prune-packed")
        assert reader.commit(second).summary == "second"
        assert len(reader.diff(reader.commit(first)) or []) == 1


def test_both_sources_read_every_object_alike(menagerie: Repo) -> None:
    names = menagerie.git("cat-file", "--batch-all-objects", "--batch-check").splitlines()
    assert {line.split()[1] for line in names} == {"blob", "tree", "commit"}
    for reader in readers(menagerie):
        for line in names:
            oid, kind, size = line.split()
            found, content = reader.read(oid)
            assert (found, len(content), reader.size(oid)) == (kind, int(size), int(size))
    opened = open_repository(str(menagerie.path))
    assert (type(opened.objects().source) is CatFile) == (opened.object_format == "sha256")


def test_a_database_that_is_opened_anew_reads_on(menagerie: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = [line.split(" ")[0] for line in menagerie.git("rev-list", "--all", "--objects").splitlines()]
    with cat_file(open_repository(str(menagerie.path))) as other:
        expected = [other.read(oid) for oid in ids]
    monkeypatch.setattr("muse_hook.git.libgit2._CACHE_SIZE", 100)
    here = open_repository(str(menagerie.path))
    if here.object_format != "sha1":
        pytest.skip("libgit2 does not read it")
    reader = libgit2(here)
    assert isinstance(reader.source, Libgit2)
    opened = [reader.source._database]
    for oid, found in zip(ids, expected, strict=True):
        assert reader.read(oid) == found
        opened += [reader.source._database] if reader.source._database is not opened[-1] else []
    assert len(opened) > 2


@pytest.mark.skipif(not os.path.exists("/proc/self/maps"), reason="only Linux says what is mapped")
def test_a_database_that_is_opened_anew_lets_go_of_its_packs(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    def mapped() -> list[str]:
        with open("/proc/self/maps", encoding="utf-8") as maps:
            return [line for line in maps if str(repo.path) in line and line.endswith(".pack\n")]

    head = repo.commit("first", a="a = 1\n")
    repo.git("repack", "-adq")
    with open_repository(str(repo.path)).objects() as objects:
        objects.read(head)
        assert mapped()
        monkeypatch.setattr("muse_hook.git.libgit2._CACHE_SIZE", 0)
        objects.read(head)
        assert not mapped()
        assert objects.read(head)[0] == "commit"


def test_an_absent_object_is_an_error_that_names_it_and_the_reader_goes_on(menagerie: Repo) -> None:
    head = menagerie.git("rev-parse", "HEAD")
    for reader in readers(menagerie):
        for oid in ("1" * len(head), "HEAD", "", head[:-1], "z" * len(head), head + "\n" + head):
            for ask in (reader.read, reader.size):
                with pytest.raises(ObjectMissingError) as caught:
                    ask(oid)
                assert caught.value.oid == oid
        assert reader.commit(head).id == head
        with pytest.raises(InternalError):
            reader.blob(head)
        # A submodule's commit is nobody's object here.
        with pytest.raises(ObjectMissingError):
            reader.blob("1" * len(head))


def test_modes_mean_what_git_takes_them_for(repo: Repo) -> None:
    """Old tools wrote 100664 and 040000; Git sees 100644 and a folder, so nothing changed."""
    blob = repo.git("hash-object", "-w", "--stdin", stdin="x\n")
    raw = bytes.fromhex(blob)
    folder = b"100644 inner\0" + raw
    write = ("hash-object", "-t", "tree", "-w", "--stdin", "--literally")
    inner = bytes.fromhex(repo.git(*write, stdin=folder))
    old = repo.git(*write, stdin=b"100664 a\0" + raw + b"40000 f\0" + inner)
    new = repo.git(*write, stdin=b"100644 a\0" + raw + b"040000 f\0" + inner)
    executable = repo.git(*write, stdin=b"100775 a\0" + raw + b"40000 f\0" + inner)
    for reader in readers(repo):
        assert reader.diff_trees(old, new) == []
        assert [(change.path, change.old, change.new) for change in reader.diff_trees(old, executable)] == [
            ("a", Blob(0o100644, blob), Blob(0o100755, blob))
        ]
        for damaged in (b"100644 a\0" + raw[:-3], b"100644 a", b"100644a\0" + raw, b"100984 a\0" + raw):
            with pytest.raises(ObjectMissingError):
                reader.diff_trees(old, repo.git(*write, stdin=damaged))


def test_a_big_blob_blocks_nobody(repo: Repo) -> None:
    content = bytes(range(256)) * (20 << 10) + os.urandom(1 << 20)
    oid = repo.git("hash-object", "-w", "--stdin", stdin=content)
    repo.commit("after")
    head = repo.git("rev-parse", "HEAD")
    for reader in readers(repo):
        assert reader.size(oid) == len(content)
        assert reader.blob(oid) == content
        assert reader.commit(head).summary == "after"


def test_a_git_without_batch_command_is_asked_in_the_old_way(repo: Repo, tmp_path: Path) -> None:
    """Git before 2.36 leaves with its usage; the size of an object then costs reading it, once."""
    bin_folder = tmp_path / "bin"
    bin_folder.mkdir()
    real = repo.run("sh", "-c", "command -v git").stdout.decode().strip()
    script = bin_folder / "git"
    script.write_text(f'#!/bin/sh\nfor word; do [ "$word" = --batch-command ] && exit 129; done\nexec {real} "$@"\n')
    script.chmod(0o755)
    head = repo.commit("old git", a="a = 1\n")
    environ = repo.environment | {"PATH": f"{bin_folder}:{repo.environment['PATH']}"}
    with cat_file(open_repository(str(repo.path), environ)) as reader:
        assert isinstance(reader.source, CatFile)
        [change] = reader.diff(reader.commit(head)) or []
        assert change.new is not None
        assert reader.size(change.new.oid) == 6
        assert reader.blob(change.new.oid) == b"a = 1\n"
        assert reader.size(change.new.oid) == 6
        with pytest.raises(ObjectMissingError):
            reader.size("0" * 40)


def test_a_reader_whose_child_is_killed_says_so_and_starts_another(repo: Repo) -> None:
    head = repo.commit("x", a="a = 1\n")
    with cat_file(open_repository(str(repo.path))) as reader:
        assert isinstance(reader.source, CatFile)
        assert reader.commit(head).id == head
        assert reader.source._child is not None
        os.kill(reader.source._child.pid, signal.SIGKILL)
        with pytest.raises(RepositoryError):
            reader.read(head)
        assert reader.commit(head).id == head


def test_an_interrupted_answer_is_not_taken_for_the_next_one(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    head = repo.commit("x", a="a = 1\n")
    with cat_file(open_repository(str(repo.path))) as reader:
        assert isinstance(reader.source, CatFile)
        with monkeypatch.context() as patch:
            patch.setattr(CatFile, "_content", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
            with pytest.raises(KeyboardInterrupt):
                reader.read(head)
        assert reader.read(repo.git("rev-parse", "HEAD:a.py")) == ("blob", b"a = 1\n")


def test_a_damaged_object_counts_as_missing(repo: Repo) -> None:
    head = repo.commit("x", a="a = 1\n")
    blob = repo.git("rev-parse", "HEAD:a.py")
    loose = repo.path / ".git/objects" / blob[:2] / blob[2:]
    loose.chmod(0o644)
    whole = loose.read_bytes()
    loose.write_bytes(b"garbage")
    for reader in readers(repo):
        with pytest.raises(ObjectMissingError) as caught:
            reader.blob(blob)
        assert caught.value.oid == blob
        assert reader.commit(head).id == head
    # libgit2 loops for ever over what is cut short, and git cat-file takes one object for another
    another = repo.path / ".git/objects" / head[:2] / head[2:]
    for damage in (b"", whole[:-8], another.read_bytes(), zlib.compress(b"blob 6\0a = 2\n"), whole[:-1], whole + b"x"):
        loose.write_bytes(damage)
        with open_repository(str(repo.path)).objects() as reader:
            if damage.startswith(whole):  # all of it is there, and Git passes over the rest
                assert reader.blob(blob) == b"a = 1\n"
            else:
                with pytest.raises(ObjectMissingError) as caught:
                    reader.blob(blob)
                assert caught.value.oid == blob
            assert reader.commit(head).id == head
    loose.write_bytes(whole)
    repo.git("repack", "-aq")
    for damage in (b"", b"garbage", whole[:-1]):  # Git looks at packs first, but for some of 2.55
        loose.write_bytes(damage)
        opened = open_repository(str(repo.path))
        found = []
        for reader in (cat_file(opened), opened.objects()):
            with reader, suppress(ObjectMissingError):
                found.append((reader.size(blob), reader.blob(blob)))
        assert found in ([], [(6, b"a = 1\n")] * 2)


def test_an_object_that_says_less_than_it_has_takes_no_memory(repo: Repo) -> None:
    repo.commit("x", a="a = 1\n")
    blob = repo.git("rev-parse", "HEAD:a.py")
    loose = repo.path / ".git/objects" / blob[:2] / blob[2:]
    loose.chmod(0o644)
    loose.write_bytes(zlib.compress(b"blob 6\0" + bytes(200 << 20)))
    tracemalloc.start()
    try:
        with open_repository(str(repo.path)).objects() as reader, pytest.raises(ObjectMissingError):
            reader.blob(blob)
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
    finally:
        tracemalloc.stop()


def test_new_objects_are_read_without_libgit2(repo: Repo) -> None:
    """To load it takes a hook a tenth of its time."""
    head = repo.commit("first", a="a = 1\n")
    blob = repo.git("rev-parse", "HEAD:a.py")
    program = (
        "import sys\n"
        "from muse_hook.git.discovery import open_repository\n"
        "with open_repository(sys.argv[1]).objects() as objects:\n"
        "    assert len(objects.diff(objects.commit(sys.argv[2]))) == 1\n"
        "    assert (objects.size(sys.argv[3]), objects.blob(sys.argv[3])) == (6, b'a = 1\\n')\n"
        "print('pygit2._pygit2' in sys.modules)\n"
    )
    environ = repo.environment | {"PYTHONPATH": os.pathsep.join(sys.path)}
    for is_loaded in (b"False", b"True"):
        words = [sys.executable, "-c", program, str(repo.path), head, blob]
        done = subprocess.run(words, env=environ, timeout=60, check=True, capture_output=True)
        assert done.stdout.strip() == is_loaded
        repo.git("repack", "-adq")


def test_closing_leaves_no_child_and_no_descriptor_behind(repo: Repo) -> None:
    head = repo.commit("x", a="a = 1\n")
    opened = open_repository(str(repo.path))
    before = sorted(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else []
    for _ in range(3):
        reader = cat_file(opened)
        assert isinstance(reader.source, CatFile)
        reader.read(head)
        assert reader.source._child is not None
        pid = reader.source._child.pid
        reader.close()
        reader.close()
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    assert (sorted(os.listdir("/proc/self/fd")) if before else []) == before


def test_a_partial_clone_fetches_nothing_and_says_nothing(
    repo: Repo, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    head = repo.commit("x", a="a = 1\n")
    blob = repo.git("rev-parse", "HEAD:a.py")
    repo.git("config", "uploadpack.allowFilter", "true")
    partial = Repo(tmp_path / "partial", repo.environment)
    repo.git("clone", "-q", "--no-checkout", "--filter=blob:none", repo.path.as_uri(), str(partial.path))
    assert open_repository(str(partial.path)).is_partial
    assert not open_repository(str(repo.path)).is_partial
    for reader in readers(partial):
        [change] = reader.diff(reader.commit(head)) or []
        assert change.new == Blob(0o100644, blob)
        for ask in (reader.blob, reader.size):
            with pytest.raises(ObjectMissingError):
                ask(blob)
        assert reader.commit(head).id == head
    assert capfd.readouterr() == ("", "")
    partial.git("checkout", "-q", "main")  # fetched on demand, by Git
    for reader in readers(partial):
        assert reader.blob(blob) == b"a = 1\n"


def test_replace_refs_and_grafts_do_not_exist(repo: Repo) -> None:
    first = repo.commit("first", a="a = 1\n")
    second = repo.commit("second", a="a = 2\n")
    other = repo.commit("other", a="a = 3\n")
    repo.git("replace", second, other)
    repo.write(".git/info/grafts", f"{second}\n")
    opened = open_repository(str(repo.path))
    for reader in readers(repo):
        assert (reader.commit(second).summary, reader.commit(second).parents) == ("second", (first,))
    assert dict(opened.rev_list([second])) == {first: (), second: (first,)}
    assert Generations(opened).of_tips([other]) == {other: (3, False)}


def test_objects_of_an_alternate_and_of_a_moved_store_are_found(repo: Repo, tmp_path: Path) -> None:
    head = repo.commit("x", a="a = 1\n")
    borrower = repo.clone(tmp_path / "borrower", "--shared")
    for reader in readers(borrower):
        assert reader.commit(head).id == head
    store = tmp_path / "elsewhere"
    (repo.path / ".git/objects").rename(store)
    (repo.path / ".git/objects").mkdir()
    opened = open_repository(str(repo.path), repo.environment)
    with pytest.raises(ObjectMissingError), opened.objects() as reader:
        reader.read(head)
    os.chdir(repo.path)
    opened = open_repository(None, repo.environment | {"GIT_OBJECT_DIRECTORY": str(store)})
    for source in (cat_file(opened), opened.objects()):
        with source as reader:
            assert reader.commit(head).id == head


def test_libgit2_is_loaded_without_certificates_and_without_its_package(repo: Repo, tmp_path: Path) -> None:
    """Who reads certificates from the pipe waits for ever."""
    head = repo.commit("first", a="a = 1\n")
    repo.git("repack", "-adq")
    certificates = tmp_path / "certificates.pem"
    os.mkfifo(certificates)
    program = (
        "import os, sys\n"
        "from muse_hook.git.discovery import open_repository\n"
        "with open_repository(sys.argv[1]).objects() as objects:\n"
        "    assert objects.commit(sys.argv[2]).summary == 'first'\n"
        "assert os.environ['SSL_CERT_FILE'] == sys.argv[3]\n"
        "assert not {'pygit2', 'pygit2.enums', 'ssl'} & sys.modules.keys()\n"
        "import pygit2\n"
        "assert pygit2.Repository(sys.argv[1])[sys.argv[2]].type == pygit2.enums.ObjectType.COMMIT\n"
        "with open_repository(sys.argv[1]).objects() as objects:\n"
        "    assert objects.commit(sys.argv[2]).summary == 'first'\n"
    )
    subprocess.run(
        [sys.executable, "-c", program, str(repo.path), head, str(certificates)],
        env=repo.environment | {"SSL_CERT_FILE": str(certificates), "PYTHONPATH": os.pathsep.join(sys.path)},
        timeout=60,
        check=True,
    )


def test_where_the_light_door_does_not_open_pygit2_is_imported(repo: Repo) -> None:
    head = repo.commit("first", a="a = 1\n")
    repo.git("repack", "-adq")
    program = (
        "import sys\n"
        "class Refusing:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'pygit2._pygit2' and not hasattr(sys.modules['pygit2'], '__file__'):\n"
        "            raise ImportError(name)\n"
        "sys.meta_path.insert(0, Refusing())\n"
        "from muse_hook.git.discovery import open_repository\n"
        "with open_repository(sys.argv[1]).objects() as objects:\n"
        "    assert objects.commit(sys.argv[2]).summary == 'first'\n"
        "assert sys.modules['pygit2'].Repository\n"
    )
    environ = repo.environment | {"PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", program, str(repo.path), head], env=environ, timeout=60, check=True)


def test_hashes_are_trusted_once_much_has_been_read(repo: Repo) -> None:
    """To say so loads cffi, which a hook that reads little need not pay for."""
    head = repo.commit("first", a="a = 1\n")
    repo.commit("second", big="x" * (1 << 20))
    big = repo.git("rev-parse", "HEAD:big.py")
    repo.git("repack", "-adq")
    program = (
        "import sys\n"
        "from muse_hook.git.discovery import open_repository\n"
        "with open_repository(sys.argv[1]).objects() as objects:\n"
        "    assert objects.commit(sys.argv[2]).summary == 'first'\n"
        "    assert 'pygit2._libgit2' not in sys.modules\n"
        "    for _ in range(2):\n"
        "        assert len(objects.blob(sys.argv[3])) == 1 << 20\n"
        "    assert 'pygit2._libgit2' in sys.modules and 'pygit2' not in sys.modules\n"
    )
    environ = repo.environment | {"PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", program, str(repo.path), head, big], env=environ, timeout=60, check=True)


def test_many_small_reads_are_quick(repo: Repo) -> None:
    """A generous bound: 10,000 requests to the one child took 0.5 s where this was written."""
    oid = repo.git("hash-object", "-w", "--stdin", stdin="x\n")
    with cat_file(open_repository(str(repo.path))) as reader:
        started = time.monotonic()
        for _ in range(2000):
            reader.read(oid)
        assert time.monotonic() - started < 5
