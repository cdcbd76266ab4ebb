"""`muse-hook mcp` as a real client sees it: the SDK's, over a process's stdin and stdout; and `news`."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import pytest
from mcp import Client, StdioServerParameters
from support.shell import Shell

from muse_hook.cli.answers import LIMIT
from muse_hook.cli.mcp_server import answer

MODEL = """\
class Model:
    def save(self, path):
        opened = open(path, "w")
        return opened.write(self.text)

    def load(self, path):
        return open(path).read()


def helper(a, b):
    total = a + b
    return total * 2
"""
USE = "from a import helper\n\n\ndef run():\n    return helper(1, 2)\n"
TESTS = "from a import helper\n\n\ndef test_helper():\n    assert helper(1, 2) == 6\n"


@pytest.fixture
def shell(shell: Shell) -> Shell:
    """Make a repository in which another branch changes what this one uses and changes."""
    repo = shell.repo
    repo.commit("Begin", a=MODEL, b=USE, tests__test_a=TESTS)
    shell.run("install", "--backfill", "1")
    repo.git("checkout", "-q", "-b", "other")
    repo.commit(
        "Elsewhere\n\nCo-authored-by: Claude <noreply@anthropic.com>",
        a=MODEL.replace("total * 2", "total * 3").replace('"w"', '"wb"'),
    )
    shell.out("reserve", "Model.load", "--intent", "new format")
    repo.git("checkout", "-q", "main")
    repo.git("checkout", "-q", "-b", "topic")
    repo.commit("Rename", a=MODEL.replace("self.text", "self.text or ''"), b=USE.replace("1, 2", "1, 3"))
    return shell


def call(name: str, **arguments: Any) -> dict[str, Any]:
    """Return the structured content of a tool's answer, without a process."""
    found = answer(name, arguments, [])
    (content,) = found.content
    assert len(content.text) <= LIMIT  # type: ignore[union-attr] # a text
    if found.is_error:
        return {"error": content.text}  # type: ignore[union-attr] # likewise
    assert len(json.dumps(found.structured_content)) <= LIMIT
    told: dict[str, Any] = found.structured_content
    return told


def with_client(shell: Shell, ask: Callable[[Client], Awaitable[None]]) -> None:
    """Start the command and talk to it."""
    parameters = StdioServerParameters(
        command=sys.executable, args=["-m", "muse_hook", "mcp"], cwd=str(shell.repo.path), env=shell.repo.environment
    )

    async def run() -> None:
        with anyio.fail_after(60):
            async with Client(parameters) as client:
                await ask(client)

    anyio.run(run)


def test_a_real_client_lists_the_tools_and_calls_each(shell: Shell) -> None:
    async def ask(client: Client) -> None:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert set(tools) == {"before_edit", "changes_since", "who_changed", "collisions", "show_commit"}
        assert tools["before_edit"].input_schema["required"] == ["target"]
        for tool in tools.values():
            assert tool.output_schema is not None
            assert "cursor" in tool.output_schema["required"]
            assert tool.annotations is not None
            assert tool.annotations.read_only_hint
        now = await client.call_tool("changes_since", {})
        assert now.structured_content["changes"] == []
        shell.repo.git("checkout", "-q", "other")
        shell.repo.commit("More", a=MODEL.replace("total * 2", "total * 4"))
        shell.repo.git("checkout", "-q", "topic")
        since = await client.call_tool("changes_since", {"cursor": now.structured_content["cursor"]})
        assert not since.is_error
        told = since.structured_content["changes"]
        assert {(each["address"], each["branch"]) for each in told} == {
            ("a.py::helper", "other"), ("a.py::Model.save", "other"),
        }  # fmt: skip
        assert told[0]["why"] == "changed here"
        again = await client.call_tool("changes_since", {"cursor": since.structured_content["cursor"]})
        assert again.structured_content["changes"] == []
        for name, arguments in (
            ("before_edit", {"target": "a.py"}),
            ("who_changed", {"target": "helper"}),
            ("collisions", {}),
            ("show_commit", {"commit": "HEAD"}),
        ):
            found = await client.call_tool(name, arguments)
            assert not found.is_error, (name, found.content)
            assert found.structured_content["cursor"] is None
        wrong = await client.call_tool("before_edit", {"target": "a.py::helpr"})
        assert wrong.is_error
        assert "a.py::helper" in wrong.content[0].text  # type: ignore[union-attr] # a text

    with_client(shell, ask)


@pytest.mark.usefixtures("shell")
def test_before_an_edit_everything_is_told_the_most_important_first() -> None:
    told = call("before_edit", target="a.py")
    symbols = told["symbols"]
    assert symbols[0]["address"] == "a.py::Model"
    by_address: dict[str, dict[str, Any]] = {}
    for each in symbols:
        known = by_address.setdefault(each["address"], {})
        for key, value in each.items():
            known[key] = known.get(key, []) + value if isinstance(value, list) and key != "lines" else value
    assert set(by_address) == {"a.py::Model", "a.py::Model.save", "a.py::Model.load", "a.py::helper"}
    helper = by_address["a.py::helper"]
    assert [(each["branch"], each["subject"], each["change"]) for each in helper["elsewhere"]] == [
        ("other", "Elsewhere", ["body"])
    ]
    assert [each["subject"] for each in helper["story"]] == ["Begin"]
    assert helper["owners"][0]["people"][0]["actor"] == "Ada Lovelace <ada@example.org>"
    assert [(each["address"], each["how"]) for each in helper["uses"]] == [
        ("b.py::run", "calls"), ("b.py::import::helper", "imports"),
    ]  # fmt: skip
    assert helper["tests"][0]["address"] == "tests/test_a.py::test_helper"
    assert by_address["a.py::Model.load"]["reserved"][0]["intent"] == "new format"
    assert [each["subject"] for each in by_address["a.py::Model.save"]["story"]] == ["Rename", "Begin"]
    changed = call("who_changed", target="helper")["changes"]
    assert [(each["subject"], each["branch"], each["elsewhere"], each["agents"]) for each in changed] == [
        ("Elsewhere", "other", True, ["claude-code"]), ("Begin", "main", False, []),
    ]  # fmt: skip


def test_a_branch_that_has_it_as_it_stands_here_is_not_told(shell: Shell) -> None:
    repo = shell.repo
    repo.git("checkout", "-q", "main")
    repo.git("merge", "-q", "--squash", "other")
    repo.commit("Squash")
    told = call("before_edit", target="helper")["symbols"]
    assert [each for row in told for each in row.get("elsewhere", ())] == []
    repo.commit("Go on", a=MODEL.replace("total * 2", "total * 5"))
    (first, *_) = call("before_edit", target="helper")["symbols"]
    assert [each["subject"] for each in first["elsewhere"]] == ["Elsewhere"]
    repo.commit("Amend me", a=MODEL.replace("total * 2", "total * 6"))
    repo.git("commit", "-q", "--amend", "-m", "Amended")
    subjects = [each["subject"] for row in call("before_edit", target="helper")["symbols"] for each in row["story"]]
    assert subjects == ["Amended", "Go on", "Squash", "Begin"]
    changes = call("who_changed", target="helper")["changes"]
    assert [each["subject"] for each in changes] == ["Amended", "Go on", "Squash", "Elsewhere", "Begin"]


def test_a_branch_that_was_not_looked_at_gets_no_all_clear(shell: Shell) -> None:
    shell.repo.git("branch", "merged", "main")
    assert call("collisions", branch="merged")["not_compared"] == []
    assert call("collisions", branch="topic")["not_compared"] == []
    for name in ("topic~0", "HEAD"):  # what is no live branch's name
        told = call("collisions", branch=name)
        assert told["found"] == 0
        assert told["not_compared"][0]["branches"] == [name]


def test_without_a_branch_the_collisions_of_all_are_told_ones_own_first(shell: Shell) -> None:
    repo = shell.repo
    repo.git("update-ref", "refs/pull/7/head", "other")
    for name in ("one", "two"):
        repo.git("checkout", "-q", "-b", name, "main")
        repo.commit(name, b=USE.replace("1, 2", f"1, {name}"))
    told = call("collisions")
    pairs = [each["branches"] for each in told["collisions"]]
    assert ["two" in each for each in pairs] == [True, True, False, False, False]
    assert sorted(pairs) == [
        ["one", "topic"],
        ["one", "two"],
        ["other", "topic"],
        ["pull/7", "topic"],
        ["topic", "two"],
    ]
    assert (told["branch"], told["found"]) == (None, 5)
    repo.git("checkout", "-q", "main")
    assert call("collisions")["found"] == 5
    assert call("collisions", branch="one")["found"] == 2
    # A name of the map that Git does not resolve, and a branch that is gone by the next call.
    assert call("collisions", branch="pull/7")["found"] == 1
    repo.git("branch", "-q", "-D", "two")
    assert "two" in call("collisions", branch="two")["error"]
    assert call("collisions")["found"] == 3


def test_what_does_not_fit_is_reached_by_the_cursor(shell: Shell) -> None:
    many = "".join(f"def function_{number}(a):\n    return a + {number}\n\n\n" for number in range(150))
    shell.repo.commit("Many", many=many)
    told: list[str] = []
    cursor: str | None = None
    pages = 0
    while cursor is not None or not pages:
        pages += 1
        page = call("before_edit", target="many.py", **({"cursor": cursor} if cursor else {}))
        told += [each["address"] for each in page["symbols"] if "story" in each]
        cursor = page["cursor"]
    assert pages > 3
    assert told == [f"many.py::function_{number}" for number in range(150)]
    page = call("show_commit", commit="HEAD")
    assert page["cursor"]
    assert call("show_commit", commit="HEAD", cursor=page["cursor"])["ops"][0]["address"].startswith("many.py::")


@pytest.mark.parametrize(
    ("name", "arguments", "wrong"),
    [
        ("before_edit", {}, "target is missing"),
        ("before_edit", {"target": 7}, "target is no text"),
        ("before_edit", {"target": "a.py", "limit": "3"}, "there is no argument 'limit'"),
        ("before_edit", {"target": "a.py", "cursor": "nonsense"}, "no answer of before_edit gave it"),
        ("who_changed", {"target": "a.py", "cursor": "1-12345678"}, "it belongs to another question"),
        ("before_edit", {"target": "hlpere"}, "a.py::helper"),
        ("before_edit", {"target": "tests/test_b.py"}, "tests/test_a.py"),
        ("show_commit", {"commit": "nowhere"}, "nowhere"),
        ("collisions", {"branch": "nowhere"}, "nowhere"),
        ("changes_since", {"cursor": "nonsense"}, "is none"),
        ("merge", {}, "there is no such tool"),
    ],
)
@pytest.mark.usefixtures("shell")
def test_a_wrong_call_is_an_error_that_says_what_to_do(name: str, arguments: dict[str, Any], wrong: str) -> None:
    told = call(name, **arguments)
    assert wrong in told["error"]
    assert "\nhint: " in told["error"] or name == "show_commit"


def test_where_nothing_is_recorded_it_says_so(repo: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.commit("Begin", a=MODEL)
    monkeypatch.chdir(repo.path)
    assert "nothing is recorded here yet\nhint: muse-hook install" in call("before_edit", target="a.py")["error"]


def test_news_tells_what_others_did_to_what_this_branch_changed_or_uses(shell: Shell) -> None:
    out = shell.out("news")
    lines = out.splitlines()
    assert lines[0] == "Others changed 2 symbols that this work touches:"
    assert lines[1].startswith("- method a.py::Model.save: body on other by Ada Lovelace, ")
    assert lines[1].endswith("Elsewhere  [changed here]")
    assert lines[2].endswith("Elsewhere  [used here]")
    cursor = shell.json("news")["cursor"]
    assert lines[-1] == f"next: muse-hook news --since {cursor}"
    assert shell.run("news", "--since", cursor) == (0, "", "")
    assert shell.json("news", "--since", cursor)["news"] == []
    told = shell.json("news", "--for", "a.py::helper")["news"]
    assert [each["address"] for each in told] == ["a.py::helper"]
    shell.repo.commit("Mine", a=MODEL.replace("self.text", "self.text or 'x'"))
    assert shell.run("news", "--since", cursor) == (0, "", "")
    assert [each["why"] for each in shell.json("news", "--for", "other")["news"]] == ["changed here"]
    assert shell.run("news", "--since", "nonsense")[0] == 1
    assert shell.run("news", "--for", "nowhere")[0] == 1


@pytest.mark.long
@pytest.mark.skipif(shutil.which("npx") is None, reason="no npx here")
def test_the_inspector_from_npm_calls_it(shell: Shell) -> None:
    def inspect(*words: str) -> dict[str, Any]:
        packages = ("-p", "node@22", "-p", "@modelcontextprotocol/inspector")
        command = ("npx", "-y", *packages, "mcp-inspector", "--cli", sys.executable, "-m", "muse_hook", "mcp")
        done = subprocess.run(
            [*command, *words], cwd=shell.repo.path, capture_output=True, check=True, env=os.environ, timeout=170
        )
        told: dict[str, Any] = json.loads(done.stdout)
        return told

    names = {tool["name"] for tool in inspect("--method", "tools/list")["tools"]}
    assert names == {"before_edit", "changes_since", "who_changed", "collisions", "show_commit"}
    told = inspect("--method", "tools/call", "--tool-name", "before_edit", "--tool-arg", "target=a.py::helper")
    assert told["structuredContent"]["symbols"][0]["elsewhere"][0]["branch"] == "other"
