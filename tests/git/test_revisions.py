"""Generations: told beforehand what will be asked for, counted by a git beside us."""

from __future__ import annotations

import pytest
from support.repository import Repo

from muse_hook.errors import RevisionError
from muse_hook.git.discovery import open_repository
from muse_hook.git.process import Child
from muse_hook.git.revisions import Generations


@pytest.fixture
def history(repo: Repo) -> dict[str, str]:
    """Make two branches of one commit each on a first one, and their merge; the ids by name."""
    first = repo.commit("first", a="a = 1\n")
    repo.git("switch", "-q", "-c", "side")
    side = repo.commit("side", b="b = 1\n")
    repo.git("switch", "-q", "main")
    main = repo.commit("main", a="a = 2\n")
    repo.git("merge", "-q", "--no-edit", "side")
    return {"first": first, "side": side, "main": main, "merge": repo.git("rev-parse", "HEAD")}


@pytest.fixture
def walks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list that each `git rev-list` which is started adds the commits to that it starts from."""
    started: list[str] = []
    start = Child.__init__

    def counted(self: Child, command: list[str], *args: object, input: bytes = b"", **options: object) -> None:
        if "rev-list" in command:
            started.append(input.decode())
        start(self, command, *args, input=input, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Child, "__init__", counted)
    return started


def test_what_is_known_needs_no_git(repo: Repo, history: dict[str, str], walks: list[str]) -> None:
    generations = Generations(open_repository(str(repo.path)))
    generations.expect([("a", [history["main"]]), ("b", ["a", history["side"]]), ("c", []), ("d", ["gone"])], {
        history["main"]: 7, history["side"]: 9, "d": 4, "unasked": 1,
    })  # fmt: skip
    assert [generations[oid] for oid in "bacd"] == [10, 8, 1, 4]
    assert walks == []
    with pytest.raises(KeyError):
        generations["unasked"]
    with pytest.raises(KeyError):
        generations[history["first"]]


def test_one_walk_tells_all_that_lies_below(repo: Repo, history: dict[str, str], walks: list[str]) -> None:
    generations = Generations(open_repository(str(repo.path)))
    rows = [("new", [history["merge"]]), ("newer", ["new", history["side"]])]
    generations.expect(rows, {})
    generations.expect(rows, {})
    assert len(walks) == 1
    assert (generations["newer"], generations["new"]) == (5, 4)
    assert len(walks) == 1
    generations.expect([("newest", ["newer"])], {})
    assert generations["newest"] == 6
    assert len(walks) == 1


def test_what_is_expected_while_git_walks_is_counted_as_well(repo: Repo, history: dict[str, str]) -> None:
    generations = Generations(open_repository(str(repo.path)))
    generations.expect([("x", [history["first"]])], {})
    generations.expect([("y", [history["merge"]]), ("z", ["x", "y"])], {})
    assert [generations[oid] for oid in "xyz"] == [2, 4, 5]


def test_the_baseline_and_what_is_expected_share_a_walk(repo: Repo, history: dict[str, str], walks: list[str]) -> None:
    generations = Generations(open_repository(str(repo.path)))
    tips = [history["merge"], history["side"]]
    generations.begin(tips)
    generations.expect([("x", [history["main"]])], {})
    assert generations.of_tips(tips) == {history["merge"]: (3, False), history["side"]: (2, True)}
    assert generations["x"] == 3
    assert len(walks) == 1
    assert generations.of_tips([history["side"], history["main"]]) == {
        history["side"]: (2, False),
        history["main"]: (2, False),
    }
    assert generations.of_tips([]) == {}
    assert len(walks) == 2


def test_a_walk_that_was_broken_off_is_made_again(repo: Repo, history: dict[str, str]) -> None:
    generations = Generations(open_repository(str(repo.path)))
    generations.begin([history["merge"]])
    generations.expect([("x", [history["main"]])], {})
    generations.close()
    assert generations["x"] == 3
    assert generations.of_tips([history["merge"], history["first"]]) == {
        history["merge"]: (3, False),
        history["first"]: (1, True),
    }


def test_a_parent_that_git_does_not_know_is_an_error_when_it_is_asked_for(repo: Repo, history: dict[str, str]) -> None:
    generations = Generations(open_repository(str(repo.path)))
    generations.expect([("x", ["1" * 40])], {})
    for _ in range(2):
        with pytest.raises(RevisionError):
            generations["x"]
    generations.expect([("y", [history["main"]])], {})
    with pytest.raises(RevisionError):
        generations["y"]


def test_at_the_boundary_of_a_shallow_clone_generations_begin(repo: Repo, history: dict[str, str]) -> None:
    clone = Repo(repo.path.parent / "shallow", repo.environment)
    repo.git("clone", "-q", "--depth=2", repo.path.as_uri(), str(clone.path))
    generations = Generations(open_repository(str(clone.path)))
    assert generations.of_tips([history["merge"]]) == {history["merge"]: (2, False)}
