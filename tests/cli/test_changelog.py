"""Release notes from a range: what breaks, what is new, with the verdict, as Markdown."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from support.repository import Repo
from support.shell import Shell

from muse_hook.cli.markdown import code_span

OLD = """\
import os


def load(path):
    return os.fspath(path)


def save(path, data):
    return data


def _inside():
    return 1
"""

NEW = """\
import os


def load(path, mode="r"):
    return os.fspath(path)


def drop(path):
    return None


def _inside():
    return 2
"""


@pytest.fixture
def tagged(repo: Repo) -> Repo:
    repo.commit("One", lib=OLD)
    repo.git("tag", "v1")
    repo.commit("Between", lib=OLD + "\n\ndef passing():\n    return 0\n")
    repo.commit("Two", lib=NEW)
    repo.git("tag", "v2")
    return repo


@pytest.mark.usefixtures("tagged")
def test_a_range_becomes_release_notes(shell: Shell) -> None:
    status, out, err = shell.run("changelog", "v1..v2")
    assert (status, err) == (0, "")
    assert out == (
        "## v2 (2023-11-14)\n\n"
        "SemVer: **major** (1 breaking change, 1 added, 1 changed)\n\n"
        "### Breaking changes\n\n"
        "- `lib.py`\n  - `save`: removed\n\n"
        "### Added\n\n"
        "- `lib.py`\n  - `drop`\n\n"
        "### Changed\n\n"
        "- `lib.py`\n  - `load`: new parameter `mode`\n"
    )
    assert shell.run("changelog", "v1")[1] == out.replace("v2", "HEAD")


@pytest.mark.usefixtures("tagged")
def test_private_symbols_are_told_on_demand(shell: Shell) -> None:
    out = shell.run("changelog", "v1..v2", "--all-symbols")[1]
    assert "### Private\n\n- `lib.py`\n  - `_inside`: changed\n" in out


def test_json_has_the_verdict_and_each_reason(tagged: Repo, shell: Shell) -> None:
    told: dict[str, Any] = json.loads(shell.run("changelog", "v1..v2", "--json")[1])
    assert (told["version"], told["command"], told["sem_ver_bump"]) == (1, "changelog", "major")
    assert (told["from"], told["to"]) == (tagged.git("rev-parse", "v1"), tagged.git("rev-parse", "v2"))
    assert told["breaking_changes"] == ["lib.py::save: public_removed"]
    assert [(each["address"], each["bump"]) for each in told["changes"]] == [
        ("lib.py::drop", "minor"),
        ("lib.py::load", "minor"),
        ("lib.py::save", "major"),
    ]


@pytest.mark.usefixtures("tagged")
def test_a_range_without_changes_says_so(shell: Shell) -> None:
    assert "SemVer: **none** (0 breaking changes, 0 added, 0 changed)\n" in shell.run("changelog", "v2..v2")[1]


@pytest.mark.usefixtures("tagged")
def test_an_unknown_revision_is_refused(shell: Shell) -> None:
    status, out, err = shell.run("changelog", "v1..v3")
    assert (status, out) == (1, "")
    assert err.startswith("error: looking for 'v3'")


@pytest.mark.parametrize("text", ["plain", "a`b", "``", "`a", "", "x\x1b[31m", "[link](evil)", "\u202e<b>"])
def test_a_text_of_the_repository_cannot_leave_its_code_span(text: str) -> None:
    span = code_span(text)
    fence = re.match(r"`+", span)
    assert fence is not None
    if text:
        inner = span[len(fence[0]) : -len(fence[0])]
        assert span.endswith(fence[0])
        assert all(len(run) != len(fence[0]) for run in re.findall(r"`+", inner))
    assert "\x1b" not in span
    assert "\u202e" not in span


def test_a_hostile_tag_is_no_markup(repo: Repo, shell: Shell) -> None:
    repo.commit("One", lib=OLD)
    repo.git("tag", "a_b<script>")
    assert shell.run("changelog", "HEAD..a_b<script>")[1].startswith("## a\\_b\\<script\\> (")


def test_what_the_other_branch_did_since_they_parted_is_not_told(repo: Repo, shell: Shell) -> None:
    base = repo.commit("Begin", m="def base(a): pass\n")
    repo.git("checkout", "-q", "-b", "side")
    side = repo.commit("Feature", m="def base(a): pass\n\n\ndef feature(): pass\n")
    repo.git("checkout", "-q", "main")
    repo.commit("Mainly", n="def mainly(): pass\n")
    for words in ("main..side", "main...side"):
        told = shell.json("changelog", words)
        assert (told["from"], told["to"], told["breaking_changes"]) == (base, side, [])
        assert [each["address"] for each in told["changes"]] == ["m.py::feature"]
