"""Publishing to, and following, a real NATS JetStream: every commit once, whatever becomes of server and processes."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import nats
import pytest
from support.nats import NatsServer
from support.repository import Repo

from muse_hook.cli.failures import DONE, USER_FAULT
from muse_hook.git.discovery import open_repository
from muse_hook.sharing.message import token
from muse_hook.sharing.origin import identity, name_of


@pytest.fixture
def server(tmp_path: Path) -> Iterator[NatsServer]:
    made = NatsServer(tmp_path)
    made.start()
    yield made
    made.stop(signal.SIGKILL)


@pytest.fixture
def recorded(repo: Repo) -> Repo:
    """Return a repository with three recorded commits and a mark."""
    muse(repo, "install")
    for number in range(3):
        repo.commit(f"c{number}", m=f"def f(): return {number}\n")
    muse(repo, "sync")
    return repo


def muse(repo: Repo, *words: str, status: int = DONE) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "muse_hook", *words],
        cwd=repo.path, env=repo.environment, check=False, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == status, done.stderr
    return done.stdout + done.stderr


def publish(repo: Repo, server: NatsServer) -> str:
    return muse(repo, "publish", server.url, "--create-stream", "--no-wait")


def follow(repo: Repo, server: NatsServer, into: Path) -> str:
    return muse(repo, "follow", server.url, "--into", str(into), "--no-wait")


def seals(into: Path) -> Counter[str]:
    """Return how often each commit stands in a folder's stores; each log is whole and has parents first."""
    found: Counter[str] = Counter()
    for log in into.glob("*/.muse/op_log/**/ops.jsonl"):
        for line in log.read_bytes().split(b"\n")[:-1]:
            entry = json.loads(line)
            if "commit" in entry:
                found[entry["commit_id"]] += 1
    return found


def commits(repo: Repo) -> Counter[str]:
    return Counter(repo.git("rev-list", "--all").split("\n"))


def test_every_commit_arrives_once(recorded: Repo, server: NatsServer, tmp_path: Path) -> None:
    into = tmp_path / "into"
    assert "published" in publish(recorded, server)
    follow(recorded, server, into)
    assert seals(into) == commits(recorded)
    (store,) = [path for path in into.iterdir() if not path.name.startswith(".")]
    mine = (recorded.path / ".git/.muse/op_log/main/ops.jsonl").read_bytes().split(b"\n")
    theirs = (store / ".muse/op_log/main/ops.jsonl").read_bytes().split(b"\n")
    assert sorted(mine) == sorted(theirs)
    recorded.commit("more", m="def g(): return 1\n")
    muse(recorded, "sync")
    assert "1 messages published" in publish(recorded, server)
    follow(recorded, server, into)
    assert seals(into) == commits(recorded)
    assert "0 batches" in follow(recorded, server, into)
    log = recorded.path / ".git/.muse/op_log/main/ops.jsonl"
    log.write_bytes(log.read_bytes() * 2)  # gc drops what is there twice, which makes another file of it
    assert "further copies" in muse(recorded, "gc")
    recorded.commit("after", m="def h(): return 1\n")
    muse(recorded, "sync")
    publish(recorded, server)
    assert "0 messages passed over" in follow(recorded, server, into)
    assert seals(into) == commits(recorded)


def test_two_clones_are_one_repository(recorded: Repo, server: NatsServer, tmp_path: Path) -> None:
    recorded.git("clone", "-q", str(recorded.path), str(tmp_path / "clone"))
    clone = Repo(tmp_path / "clone", recorded.environment, recorded.clock)
    muse(clone, "install")
    muse(clone, "backfill", "--all")
    clone.commit("theirs", n="def theirs(): return 1\n")
    muse(clone, "sync")
    for each in (recorded, clone):
        publish(each, server)
    follow(recorded, server, tmp_path / "into")
    assert len([path for path in (tmp_path / "into").iterdir() if not path.name.startswith(".")]) == 1
    assert seals(tmp_path / "into") == commits(clone)


def test_a_server_put_back_to_an_older_copy_gets_what_it_lost(
    recorded: Repo, server: NatsServer, tmp_path: Path
) -> None:
    into = tmp_path / "into"
    publish(recorded, server)
    server.stop()
    server.copy_to(tmp_path / "copy")
    server.start()
    recorded.commit("lost", m="def lost(): return 1\n")
    muse(recorded, "sync")
    publish(recorded, server)
    follow(recorded, server, into)
    server.stop()
    server.put_back(tmp_path / "copy")
    server.start()
    recorded.commit("after", m="def after(): return 1\n")
    muse(recorded, "sync")
    publish(recorded, server)
    follow(recorded, server, into)
    assert seals(into) == commits(recorded)
    follow(recorded, server, tmp_path / "fresh")
    assert seals(tmp_path / "fresh") == commits(recorded)


def test_whoever_runs_outlives_a_killed_server(recorded: Repo, server: NatsServer, tmp_path: Path) -> None:
    into = tmp_path / "into"
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "muse_hook", *words],
            cwd=recorded.path, env=recorded.environment, stderr=subprocess.DEVNULL,
        )
        for words in (["publish", server.url, "--create-stream"], ["follow", server.url, "--into", str(into)])
    ]  # fmt: skip
    try:
        for number in range(4):  # what the last one says arrives only when both are connected again
            recorded.commit(f"while {number}", m=f"def f(): return {number + 10}\n")
            muse(recorded, "sync")
            if number < 3:
                server.stop(signal.SIGKILL)
                server.start()
        until = time.monotonic() + 90
        while seals(into) != commits(recorded) and time.monotonic() < until:
            time.sleep(0.1)
        assert seals(into) == commits(recorded)
    finally:
        for each in running:
            each.terminate()
    assert [each.wait(30) for each in running] == [0, 0]


def test_a_purged_commit_goes_from_the_followers(recorded: Repo, server: NatsServer, tmp_path: Path) -> None:
    into = tmp_path / "into"
    publish(recorded, server)
    follow(recorded, server, into)
    gone = recorded.git("rev-parse", "HEAD^")
    muse(recorded, "purge", gone)
    publish(recorded, server)
    follow(recorded, server, into)
    assert seals(into) == commits(recorded) - Counter([gone])


def test_nothing_that_arrives_is_trusted(recorded: Repo, server: NatsServer, tmp_path: Path) -> None:
    publish(recorded, server)
    line = (recorded.path / ".git/.muse/op_log/main/ops.jsonl").read_bytes()
    name = name_of("x/y")
    good = {"Muse-Schema": "1", "Muse-Kind": "batch", "Muse-Session": "main", "Muse-Encoding": "plain"}

    async def send() -> None:
        client = await nats.connect(server.url)
        js = client.jetstream()
        await js.publish(f"muse.{name}.main", b"", headers=None)
        await js.publish("muse.%2e%2e.main", line, headers=good)
        for change in (
            {"Muse-Session": "..%2F..%2Fx"}, {"Muse-Session": "%2E%2E"}, {"Muse-Encoding": "zlib"},
            {"Muse-Part": "2/1"}, {"Muse-Part": "1/99999"}, {"Muse-Kind": "entry"}, {"Muse-Kind": "what"}, {},
        ):  # fmt: skip
            await js.publish(f"muse.{name}.main", line, headers=good | change)
        await client.close()

    asyncio.run(send())
    told = follow(recorded, server, tmp_path / "into")
    assert seals(tmp_path / "into") == commits(recorded)
    assert "10 messages passed over" in told
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "into", "jetstream", "repo"]


def test_a_missing_server_or_stream_is_said(recorded: Repo, server: NatsServer) -> None:
    assert "it has no stream 'muse'" in muse(recorded, "publish", server.url, "--no-wait", status=USER_FAULT)
    assert "--creds" in muse(recorded, "publish", "nats://me:secret@localhost", status=USER_FAULT)
    server.stop()
    with subprocess.Popen(
        [sys.executable, "-m", "muse_hook", "publish", server.url],
        cwd=recorded.path, env=recorded.environment, stderr=subprocess.PIPE, text=True,
    ) as waiting:  # fmt: skip
        assert waiting.stderr is not None
        assert f"no answer from {server.url}" in waiting.stderr.readline()
        waiting.terminate()
        assert waiting.wait(30) == 1


def test_a_session_is_one_token_and_comes_back() -> None:
    for session in ("main", "feature/x", "a.b", "*", ">", "ä b", "x" * 500):
        assert not set(token(session)) & set(".*> /")
        assert len(token(session)) < 300


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://github.com/pallets/flask.git", "git@github.com:pallets/flask"),
        ("ssh://git@GitHub.com:22/pallets/flask/", "https://user:token@github.com/pallets/flask"),
    ],
)
def test_clones_of_one_origin_have_one_name(repo: Repo, one: str, other: str) -> None:
    found = set()
    for url in (one, other):
        repo.git("config", "remote.origin.url", url)
        found.add(identity(open_repository(str(repo.path), repo.environment)))
    assert found == {"github.com/pallets/flask"}
    assert name_of("github.com/pallets/flask") != name_of("github.com/other/flask")
