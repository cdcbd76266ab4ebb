"""The parser of raw commits, against `git log` where Git has an opinion."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.repository import Repo, sealed_environment

from muse_hook.errors import InternalError
from muse_hook.git.commits import parse_commit, raw_parents, trailers

TREE = b"tree " + b"4" * 40 + b"\n"
AUTHOR = b"author Ada <ada@example.org> 1700000000 +0100\n"
COMMITTER = b"committer Bob <bob@example.org> 1700000001 -0230\n"

LINES = st.sampled_from(
    [
        "",
        "",
        "subject",
        "  ",
        "\t",
        "Co-authored-by: X <x@example.org>",
        "Muse-Actor: agent",
        "key: value",
        "key:",
        "key : value",
        ": value",
        " folded",
        "\tfolded",
        "Signed-off-by: A <a@example.org>",
        "# a comment",
        "#k: v",
        "#",
        "(cherry picked from commit 0123)",
        "a:b:c",
        "---",
        "http://example.org",
        "Two words: x",
        "under_score: x",
        "ünï: x",
        "plain text",
        "trailing:  space  ",
    ]
)


@pytest.fixture(scope="session")
def oracle(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    path = tmp_path_factory.mktemp("commits")
    made = Repo(path, sealed_environment(path))
    made.git("init", "-q", "-b", "main")
    return made


@settings(max_examples=12, deadline=None)
@given(st.lists(st.lists(LINES, max_size=12).map("\n".join), min_size=30, max_size=60), st.booleans())
def test_subject_and_trailers_are_those_of_git(oracle: Repo, messages: list[str], newline: bool) -> None:  # noqa: FBT001 - drawn
    raws = [(message + "\n" * newline).encode() for message in messages]
    stream = b"".join(
        b"commit refs/heads/x\ncommitter A <a@example.org> 1 +0000\ndata %d\n%s\n" % (len(raw), raw) for raw in raws
    )
    oracle.git("update-ref", "-d", "refs/heads/x")
    oracle.run("git", "fast-import", "--quiet", "--force", stdin=stream)
    said = oracle.run(
        "git", "log", "-z", "--reverse", "--format=%s%x01%(trailers:only,unfold)", "refs/heads/x"
    ).stdout.decode()
    for raw, answer in zip(raws, said.rstrip("\0").split("\0"), strict=True):
        subject, _, lines = answer.partition("\1")
        commit = parse_commit("0" * 40, TREE + AUTHOR + COMMITTER + b"\n" + raw)
        assert commit.summary == subject
        expected = [line.split(": ", 1) for line in lines.split("\n") if line.strip(":")]
        assert trailers(raw.decode()) == [
            (key.lower().rstrip(":"), (value or [""])[0].strip()) for key, *value in expected
        ]


def test_what_a_commit_says_of_itself() -> None:
    raw = (
        TREE
        + b"parent " + b"1" * 40 + b"\n"
        + b"parent " + b"2" * 40 + b"\n"
        + AUTHOR + COMMITTER
        + b"gpgsig -----BEGIN PGP SIGNATURE-----\n \n parent " + b"9" * 40 + b"\n author Eve <e@e> 1 +0000\n"
        + b"mergetag object 123\n tree 555\n author Tagger\n \n parent x\n"
        + b"\n\nfirst line\nsecond line  \n\nbody\n\n"
        + b"CO-AUTHORED-BY: Cleo <cleo@example.org>\nCo-authored-by: Dora\n <dora@example.org>\nCo-authored-by:\n"
        + b"Muse-Actor: first\nmuse-actor: agent-7\nMuse-Intent: fix-42\nMuse-Reservation: r1\n"
    )  # fmt: skip
    commit = parse_commit("a" * 40, raw)
    assert (commit.id, commit.tree, commit.parents) == ("a" * 40, "4" * 40, ("1" * 40, "2" * 40))
    assert raw_parents(raw) == list(commit.parents)
    assert commit.summary == "first line second line"
    assert commit.author == "Ada <ada@example.org>"
    assert (commit.authored_at, commit.committed_at) == ("2023-11-14T22:13:20+00:00", "2023-11-14T22:13:21+00:00")
    assert commit.co_authors == ("Cleo <cleo@example.org>", "Dora <dora@example.org>")
    assert (commit.actor, commit.intent, commit.reservation) == ("agent-7", "fix-42", "r1")


@pytest.mark.parametrize(
    ("header", "raw", "text"),
    [
        (b"", "Käse".encode(), "Käse"),
        (b"", "Käse".encode("latin-1"), "K\\xe4se"),
        (b"encoding ISO-8859-1\n", "Käse".encode("latin-1"), "Käse"),
        (b"encoding Shift_JIS\n", "日本".encode("shift_jis"), "日本"),
        (b"encoding UTF-8\n", b"K\xe4se", "K\\xe4se"),
        (b"encoding no-such-charset\n", "Käse".encode(), "Käse"),
        (b"encoding zlib\n", b"plain", "plain"),
        (b"encoding \xff\0\n", b"plain", "plain"),
        (b"encoding\n", b"plain", "plain"),
        (b"", b"before\0after", "before"),
        (b"", b"", ""),
    ],
)
def test_text_is_decoded_as_the_commit_says(header: bytes, raw: bytes, text: str) -> None:
    author = b"author " + raw.partition(b"\0")[0] + b" <a@example.org> 1 +0000\n"
    commit = parse_commit("a" * 40, TREE + author + COMMITTER + header + b"\n" + raw)
    assert commit.summary == text
    assert commit.author == f"{text} <a@example.org>".lstrip()


@pytest.mark.parametrize(
    ("line", "author", "time"),
    [
        (b"A <a@b> 0 +0000", "A <a@b>", "1970-01-01T00:00:00+00:00"),
        (b"A <a@b> 1700000000 -9959", "A <a@b>", "2023-11-14T22:13:20+00:00"),
        (b"A <a@b> 253402300800 +0000", "A <a@b>", "9999-12-31T23:59:59+00:00"),
        (b"A <a@b> 18446744073709551615 +0000", "A <a@b>", "9999-12-31T23:59:59+00:00"),
        (b"A <a@b> " + b"9" * 5000 + b" +0000", "A <a@b>", "9999-12-31T23:59:59+00:00"),
        (b"A <a@b> -5 +0000", "A <a@b>", "1970-01-01T00:00:00+00:00"),
        (b"A <a@b> soon", "A <a@b>", "1970-01-01T00:00:00+00:00"),
        (b"A <a@b>", "A <a@b>", "1970-01-01T00:00:00+00:00"),
        (b"A <a@b> > 7 +0000", "A <a@b>", "1970-01-01T00:00:07+00:00"),
        (b"<a@b> 7 +0000", "<a@b>", "1970-01-01T00:00:07+00:00"),
        (b" <> 7 +0000", "<>", "1970-01-01T00:00:07+00:00"),
        (b"nobody", "nobody", "1970-01-01T00:00:00+00:00"),
        (b"", "", "1970-01-01T00:00:00+00:00"),
        (b"> < 7", "> < 7", "1970-01-01T00:00:00+00:00"),
    ],
)
def test_a_crooked_author_line_is_read_as_far_as_it_goes(line: bytes, author: str, time: str) -> None:
    commit = parse_commit("a" * 40, TREE + b"author " + line + b"\ncommitter " + line + b"\n\nx")
    assert (commit.author, commit.authored_at, commit.committed_at) == (author, time, time)


@given(st.binary(max_size=200), st.binary(max_size=60), st.binary(max_size=80))
def test_no_bytes_after_the_tree_break_the_parser(head: bytes, author: bytes, message: bytes) -> None:
    raw = TREE + b"author " + author + b"\n" + head + b"\n\n" + message
    commit = parse_commit("a" * 40, raw)
    datetime.fromisoformat(commit.committed_at)
    commit.summary.encode()  # no lone surrogates
    commit.author.encode()
    raw_parents(raw)


def test_what_names_no_tree_is_no_commit() -> None:
    with pytest.raises(InternalError):
        parse_commit("a" * 40, b"garbage")
