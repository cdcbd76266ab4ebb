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
        "## [v2] - 2023-11-14\n\n"
        "SemVer: **major** (1 breaking change, 1 added, 1 changed)\n\n"
        "### Breaking changes\n\n"
        "- `lib.py`\n  - `save`: removed\n\n"
        "### Added\n\n"
        "- `lib.py`\n  - `drop`\n\n"
        "### Changed\n\n"
        "- `lib.py`\n  - `load`: new parameter `mode`\n"
    )
    assert shell.run("changelog", "v1")[1] == out.replace("[v2] - 2023-11-14", "[Unreleased]")


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
    assert shell.run("changelog", "HEAD..a_b<script>")[1].startswith("## [a\\_b\\<script\\>] - ")


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


BEFORE = """\
import warnings


class Old:
    def run(self):
        return 1


def load(path):
    return path


def save(path):
    return [path]


def close(path):
    return {path: 1}
"""
AFTER = """\
import warnings


class Fresh:
    size = 1

    def run(self):
        return 2

    class Inner:
        def walk(self):
            return 3


@warnings.deprecated("use *Fresh*")
class Old:
    def run(self):
        return 1


@warnings.deprecated("use Fresh")
def load(path):
    return path


def save(path):
    warnings.warn("gone soon", DeprecationWarning, stacklevel=2)
    return [path]


def close(path):
    warnings.simplefilter("ignore", DeprecationWarning)
    return {path: 1}
"""


def test_a_new_class_is_told_once_and_what_is_deprecated_apart_with_links(repo: Repo, shell: Shell) -> None:
    repo.commit("One", lib=BEFORE)
    repo.git("tag", "v1")
    new = repo.commit("Two", lib=AFTER)
    repo.git("remote", "add", "origin", "https://me:secret@github.com/acme/my lib.git")
    text = shell.out("changelog", "v1..HEAD")
    page = f"https://github.com/acme/my%20lib/blob/{new}/lib.py"
    assert text == (
        "## [Unreleased]\n\nSemVer: **minor** (0 breaking changes, 1 added, 0 changed, 3 deprecated)\n\n"
        f"### Added\n\n- `lib.py`\n  - [`Fresh`]({page}#L4-L12)\n\n"
        f"### Deprecated\n\n- `lib.py`\n  - [`Old`]({page}#L15-L18): use \\*Fresh\\*\n"
        f"  - [`load`]({page}#L21-L23): use Fresh\n  - [`save`]({page}#L26-L28)\n\n"
        f"[Unreleased]: https://github.com/acme/my%20lib/compare/v1...{new}\n"
    )
    assert "https" not in shell.out("changelog", "v1..HEAD", "--no-links")
    rows = shell.json("changelog", "v1..HEAD")["changes"]
    assert [(row["address"], row["section"], row["url"]) for row in rows[:1]] == [
        ("lib.py::Fresh", "added", f"{page}#L4-L12")
    ]
    assert "Fresh.run" in shell.out("changelog", "v1..HEAD", "--all-symbols")
    repo.commit("Three", lib=AFTER + "\n# deprecated long since\n")
    assert "Deprecated" not in shell.out("changelog", "HEAD~..HEAD")


def test_what_is_newly_deprecated_asks_for_a_minor_version(repo: Repo, shell: Shell) -> None:
    """Semantic Versioning 2.0, paragraph 7; the log keeps what became of the symbol."""
    plain = "import warnings\n\n\ndef save(path):\n    return [path]\n\n\ndef _own(path):\n    return path\n"
    warned = '    warnings.warn("gone soon", DeprecationWarning)\n    return '
    repo.commit("One", lib=plain)
    repo.commit("Private", lib=plain.replace("    return path", warned + "path"))
    repo.commit("Public", lib=plain.replace("    return [", warned + "["))
    assert shell.out("semver", "HEAD~2..HEAD~") == "patch\n"
    assert shell.out("semver", "HEAD~2..HEAD") == "minor\n"
    assert shell.json("changelog", "HEAD~2..HEAD")["sem_ver_bump"] == "minor"
    assert shell.json("diff", "HEAD~2", "HEAD")["delta"]["sem_ver_bump"] == "patch"
    repo.commit("Reworded", lib=plain.replace("    return [", warned.replace("soon", "now") + "["))
    assert shell.out("semver", "HEAD~..HEAD") == "patch\n"


def test_accepted_breaks_are_told_with_their_reason(repo: Repo, shell: Shell) -> None:
    repo.commit("One", lib=OLD)
    message = "Two\n\nMuse-Accepts: lib.py::save nobody calls it\n"
    repo.commit(message, lib=NEW)
    text = shell.out("changelog", "HEAD~..HEAD")
    assert "SemVer: **minor** (0 breaking changes, 1 added, 1 changed, 1 accepted)" in text
    section = "### Breaking changes that were accepted\n\n- `lib.py`\n  - `save`: removed (nobody calls it)\n"
    assert section in text
    told = shell.json("changelog", "HEAD~..HEAD")
    assert (told["sem_ver_bump"], told["breaking_changes"]) == ("minor", [])
    assert [row["accepted"] for row in told["accepted"]] == ["nobody calls it"]
