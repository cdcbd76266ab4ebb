"""Rebases: what is recorded at their end, and which marks are true."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from muse_hook.catchup.catchup import catch_up

if TYPE_CHECKING:
    from pathlib import Path

    from room import Room

BACKENDS = pytest.mark.parametrize("backend", ["--merge", "--apply"])


def topic(room: Room, *subjects: str, conflicting: str = "") -> None:
    """Make `topic` with a commit for each subject, and one more on `main`; the `conflicting` one collides with that.

    All are recorded; one sync for them takes less time than a hook for each.
    """
    room.git("switch", "-q", "-c", "topic")
    for subject in subjects:
        room.one("both.txt" if subject == conflicting else f"{subject}.txt", subject, message=subject, dead=True)
    room.git("switch", "-q", "main")
    room.one("both.txt", "main", message="main", dead=True)
    room.git("switch", "-q", "topic")
    room.sync()


def todo(room: Room, *lines: str) -> dict[str, Any]:
    """Return the variables with which `rebase -i` gets these lines: `pick A` stands for A's commit."""
    script = room.path.parent / "todo.py"
    script.write_text(
        "import sys\n"
        "path = sys.argv[1]\n"
        "known = {}\n"
        "for line in open(path):\n"
        "    words = line.replace(' # ', ' ').split()\n"
        "    if words and not line.startswith('#'):\n"
        "        known[words[-1]] = words[1]\n"
        f"wanted = {list(lines)!r}\n"
        "out = []\n"
        "for line in wanted:\n"
        "    command, _, subject = line.rpartition(' ')\n"
        "    out.append(f'{command} {known[subject]}' if subject in known else line)\n"
        "open(path, 'w').write('\\n'.join(out) + '\\n')\n"
    )
    return {"GIT_SEQUENCE_EDITOR": f"{sys.executable} {script}"}


def resolve(room: Room) -> None:
    """Resolve the conflict in both.txt."""
    room.write("both.txt", "resolved\n")
    room.git("add", "both.txt")


@BACKENDS
def test_rebase(room: Room, backend: str) -> None:
    topic(room, "A", "B")
    room.git("rebase", "-q", backend, "main")
    room.head_is_recorded()
    assert room.recorded() == {"main": 1, "topic": 4}
    assert room.told() == ["rebase: A -> A", "rebase: B -> B"]


@BACKENDS
def test_rebase_of_another_branch(room: Room, backend: str) -> None:
    topic(room, "A", "B")
    room.git("switch", "-q", "main")
    room.git("rebase", "-q", backend, "main", "topic")
    room.head_is_recorded()
    assert room.recorded() == {"main": 1, "topic": 4}
    assert room.told() == ["rebase: A -> A", "rebase: B -> B"]


@BACKENDS
def test_rebase_of_one_of_two_branches_at_a_commit(room: Room, backend: str) -> None:
    topic(room, "A")
    room.git("branch", "aaa")
    room.git("rebase", "-q", backend, "main")
    room.sync()
    assert room.recorded() == {"main": 1, "topic": 2}
    assert room.told() == ["rebase: A -> A"]


@BACKENDS
def test_rebase_of_a_detached_head(room: Room, backend: str) -> None:
    topic(room, "A")
    room.git("switch", "-q", "--detach")
    room.one("C.txt", message="C")
    room.git("rebase", "-q", backend, "main")
    room.head_is_recorded()
    assert room.recorded() == {"main": 1, "topic": 1, "HEAD": 3}
    assert room.told() == ["rebase: A -> A", "rebase: C -> C"]


@BACKENDS
def test_rebase_with_a_conflict_continued(room: Room, backend: str) -> None:
    topic(room, "A", "X", "B", conflicting="X")
    room.git("rebase", "-q", backend, "main", check=False)
    resolve(room)
    room.git("rebase", "--continue")
    room.head_is_recorded()
    assert room.recorded() == {"main": 1, "topic": 6}
    assert room.told() == ["rebase: A -> A", "rebase: B -> B", "rebase: X -> X"]


@BACKENDS
@pytest.mark.parametrize("subjects", [("X", "A"), ("A", "X"), ("A", "X", "B"), ("X",)], ids="".join)
def test_rebase_with_a_conflict_skipped(room: Room, backend: str, subjects: tuple[str, ...]) -> None:
    """Git reports the skipped commit as rewritten to its neighbour; it was dropped."""
    topic(room, *subjects, conflicting="X")
    room.git("rebase", "-q", backend, "main", check=False)
    room.git("rebase", "--skip")
    room.sync()
    kept = [subject for subject in subjects if subject != "X"]
    assert room.recorded() == {"main": 1, "topic": len(subjects) + len(kept)}
    assert room.told() == ["dropped: X", *(f"rebase: {subject} -> {subject}" for subject in kept)]


@BACKENDS
def test_rebase_aborted(room: Room, backend: str) -> None:
    topic(room, "A", "X", conflicting="X")
    room.git("rebase", "-q", backend, "main", check=False)
    room.git("rebase", "--abort")
    room.one("B.txt", message="B")
    room.head_is_recorded()
    assert room.recorded() == {"main": 1, "topic": 3}
    assert room.told() == []


@BACKENDS
def test_rebase_quit(room: Room, backend: str) -> None:
    topic(room, "A", "X", conflicting="X")
    room.git("rebase", "-q", backend, "main", check=False)
    room.git("rebase", "--quit")
    room.git("reset", "-q", "--hard")
    room.one("B.txt", message="B")
    room.sync()
    assert room.recorded() == {"main": 1, "topic": 2, "HEAD": 2}
    assert room.told() == []


def test_rebase_seen_half_way_by_a_reader(room: Room) -> None:
    """`sync` and readers record the picks, in the session of the branch being rebased."""
    topic(room, "A", "X", conflicting="X")
    room.git("rebase", "-q", "main", check=False)
    catch_up(room.repository(), room.store(), automatic=True)
    assert room.recorded() == {"main": 1, "topic": 2}
    room.sync()
    assert room.recorded() == {"main": 1, "topic": 3}
    resolve(room)
    room.git("rebase", "--continue")
    room.head_is_recorded()
    assert room.recorded() == {"main": 1, "topic": 4}


def test_rebase_onto(room: Room) -> None:
    """What lies below the range is on its own branch still: it was not dropped."""
    room.git("switch", "-q", "-c", "low")
    room.one("L.txt", message="L")
    topic(room, "A")
    room.git("rebase", "-q", "--onto", "main", "low", "topic")
    room.head_is_recorded()
    assert room.recorded() == {"low": 1, "main": 1, "topic": 2}
    assert room.told() == ["rebase: A -> A"]


def test_rebase_onto_that_takes_a_commit_out(room: Room) -> None:
    topic(room, "A", "B", "C")
    room.git("rebase", "-q", "--onto", "HEAD~2", "HEAD~1")
    room.head_is_recorded()
    assert room.recorded() == {"main": 1, "topic": 4}
    assert room.told() == ["dropped: B", "rebase: C -> C"]


@BACKENDS
def test_rebase_with_a_commit_that_is_upstream_already(room: Room, backend: str) -> None:
    topic(room, "A", "B")
    room.git("switch", "-q", "main")
    room.git("cherry-pick", "topic~1")
    room.git("switch", "-q", "topic")
    room.git("rebase", "-q", backend, "main")
    room.head_is_recorded()
    assert room.recorded() == {"main": 2, "topic": 3}
    assert room.told() == ["dropped: A", "rebase: B -> B"]


def test_rebase_that_leaves_nothing(room: Room) -> None:
    """No hook fires where nothing is rewritten: the branch's reflog tells it at the next trigger."""
    topic(room, "A")
    room.git("switch", "-q", "main")
    room.git("cherry-pick", "topic")
    room.git("switch", "-q", "topic")
    room.git("rebase", "-q", "main")
    room.sync()
    assert room.recorded() == {"main": 2, "topic": 1}
    assert room.told() == ["dropped: A"]


def test_rebase_root(room: Room) -> None:
    room.one("A.txt", message="A")
    room.git("rebase", "-q", "-i", "--root", GIT_EDITOR="sed -i s/base/BASE/", **todo(room, "reword base", "pick A"))
    room.head_is_recorded()
    assert room.recorded() == {"main": 3}
    assert room.told() == ["rebase: A -> A", "rebase: base -> BASE"]


@pytest.mark.parametrize(
    "options", [["--ignore-date"], ["--signoff"], ["--committer-date-is-author-date"]], ids=" ".join
)
def test_rebase_that_changes_every_commit(room: Room, options: list[str]) -> None:
    topic(room, "A", "B")
    room.git("rebase", "-q", *options, "main")
    room.head_is_recorded()
    assert room.recorded() == {"main": 1, "topic": 4}
    assert room.told() == ["rebase: A -> A", "rebase: B -> B"]


def test_rebase_autostash(room: Room) -> None:
    topic(room, "A")
    room.write("base.txt", "not committed\n")
    room.git("rebase", "-q", "--autostash", "main")
    room.head_is_recorded()
    assert room.recorded() == {"main": 1, "topic": 2}


def test_rebase_update_refs(room: Room) -> None:
    room.git("switch", "-q", "-c", "low")
    room.one("L.txt", message="L")
    topic(room, "A")
    room.git("rebase", "-q", "--update-refs", "main")
    room.head_is_recorded()
    assert room.recorded() == {"low": 1, "main": 1, "topic": 3}
    assert room.told() == ["rebase: A -> A", "rebase: L -> L"]


def test_rebase_merges(room: Room) -> None:
    room.git("switch", "-q", "-c", "side")
    room.one("S.txt", message="S")
    room.git("switch", "-q", "main")
    topic(room, "A")
    room.git("merge", "-q", "--no-ff", "-m", "M", "side")
    room.git("rebase", "-q", "--rebase-merges", "main")
    room.head_is_recorded()
    assert room.recorded() == {"side": 1, "main": 1, "topic": 5}
    assert room.told() == ["rebase: A -> A", "rebase: M -> M", "rebase: S -> S"]


def test_rebase_that_flattens_a_merge(room: Room) -> None:
    room.git("switch", "-q", "-c", "side")
    room.one("S.txt", message="S")
    room.git("switch", "-q", "main")
    topic(room, "A")
    room.git("merge", "-q", "--no-ff", "-m", "M", "side")
    room.git("rebase", "-q", "main")
    room.head_is_recorded()
    assert room.recorded() == {"side": 1, "main": 1, "topic": 4}
    assert room.told() == ["dropped: M", "rebase: A -> A", "rebase: S -> S"]


def test_rebase_whose_hooks_were_dead(room: Room) -> None:
    """The commits are found, what became of which is not known."""
    topic(room, "A", "B")
    room.dead("rebase", "-q", "main")
    room.one("C.txt", message="C")
    room.head_is_recorded()
    assert room.recorded() == {"main": 1, "topic": 5}
    assert room.told() == []


def test_rebase_in_a_linked_worktree(room: Room, tmp_path: Path) -> None:
    topic(room, "A", "X", conflicting="X")
    room.git("switch", "-q", "main")
    room.git("worktree", "add", "-q", str(tmp_path / "tree"), "topic")
    tree = room.tree_of(tmp_path / "tree")
    tree.git("rebase", "-q", "main", check=False)
    room.one("elsewhere.txt", message="meanwhile")
    assert room.recorded() == {"main": 2, "topic": 2}
    resolve(tree)
    tree.git("rebase", "--continue")
    tree.head_is_recorded()
    assert room.recorded() == {"main": 2, "topic": 4}
    assert room.told() == ["rebase: A -> A", "rebase: X -> X"]


# rebase -i


def interactive(room: Room, *lines: str, check: bool = True, **variables: str) -> None:
    room.git("rebase", "-q", "-i", "main", check=check, **todo(room, *lines), **variables)


def test_interactive_reword(room: Room) -> None:
    topic(room, "A", "B")
    interactive(room, "pick A", "reword B", GIT_EDITOR="sed -i s/B/BB/")
    room.head_is_recorded()
    assert room.told() == ["rebase: A -> A", "rebase: B -> BB"]


@pytest.mark.parametrize("fold", ["squash", "fixup", "fixup -C"])
def test_interactive_fold(room: Room, fold: str) -> None:
    topic(room, "A", "B", "C")
    interactive(room, "pick A", f"{fold} B", "pick C")
    room.head_is_recorded()
    assert room.recorded() == {"main": 1, "topic": 5}
    first = "B" if fold == "fixup -C" else "A"
    assert room.told() == [f"rebase: A -> {first}", f"rebase: B -> {first}", "rebase: C -> C"]


def test_interactive_chain_of_folds(room: Room) -> None:
    topic(room, "A", "B", "C", "D")
    interactive(room, "pick A", "fixup B", "squash C", "fixup D")
    room.head_is_recorded()
    assert room.recorded() == {"main": 1, "topic": 5}
    assert room.told() == [f"rebase: {subject} -> A" for subject in "ABCD"]


def test_interactive_fold_with_a_conflict_resolved(room: Room) -> None:
    topic(room, "A", "X", "B", conflicting="X")
    interactive(room, "pick A", "fixup X", "pick B", check=False)
    resolve(room)
    room.git("rebase", "--continue")
    room.head_is_recorded()
    assert room.told() == ["rebase: A -> A", "rebase: B -> B", "rebase: X -> A"]


def test_interactive_fold_with_a_conflict_skipped(room: Room) -> None:
    topic(room, "A", "X", "B", conflicting="X")
    interactive(room, "pick A", "fixup X", "fixup B", check=False)
    room.git("rebase", "--skip")
    room.head_is_recorded()
    assert room.told() == ["dropped: X", "rebase: A -> A", "rebase: B -> A"]


def test_interactive_edit_and_amend(room: Room) -> None:
    topic(room, "A", "B")
    interactive(room, "edit A", "pick B")
    room.change("A.txt", "more")
    room.git("commit", "-q", "--amend", "-m", "AA")
    room.git("rebase", "--continue")
    room.head_is_recorded()
    assert room.recorded() == {"main": 1, "topic": 4}
    assert room.told() == ["rebase: A -> AA", "rebase: B -> B"]


def test_interactive_edit_and_split(room: Room) -> None:
    """Git maps a split commit to its last part."""
    topic(room, "A")
    room.change("A1.txt", "one")
    room.one("A2.txt", "two", message="both")
    interactive(room, "pick A", "edit both")
    room.git("reset", "-q", "HEAD^")
    for part in ("A1.txt", "A2.txt"):
        room.git("add", part)
        room.git("commit", "-q", "-m", f"only {part}")
    room.git("rebase", "--continue")
    room.head_is_recorded()
    assert room.recorded() == {"main": 1, "topic": 5}
    assert room.told() == ["rebase: A -> A", "rebase: both -> only A2.txt"]


def test_interactive_edit_and_reset_away(room: Room) -> None:
    topic(room, "A", "B", "C")
    interactive(room, "pick A", "edit B", "pick C")
    room.git("reset", "-q", "--hard", "HEAD^")
    room.git("rebase", "--continue")
    room.head_is_recorded()
    assert room.told() == ["dropped: B", "rebase: A -> A", "rebase: C -> C"]


def test_interactive_folded_by_hand(room: Room) -> None:
    """The commit that was amended on the way is one that nobody ever sees."""
    topic(room, "A", "B")
    interactive(room, "pick A", "edit B")
    room.git("reset", "-q", "--soft", "HEAD^")
    room.git("commit", "-q", "--amend", "--no-edit")
    room.git("rebase", "--continue")
    room.head_is_recorded()
    assert room.recorded() == {"main": 1, "topic": 3}
    assert "dropped: A" not in room.told()
    assert "rebase: A -> A" in room.told()


@pytest.mark.parametrize("how", ["drop B", ""], ids=["drop", "line removed"])
def test_interactive_drop(room: Room, how: str) -> None:
    topic(room, "A", "B", "C")
    interactive(room, *(line for line in ("pick A", how, "pick C") if line))
    room.head_is_recorded()
    assert room.recorded() == {"main": 1, "topic": 5}
    assert room.told() == ["dropped: B", "rebase: A -> A", "rebase: C -> C"]


def test_interactive_drop_of_a_commit_that_another_branch_has(room: Room) -> None:
    topic(room, "A", "B", "C")
    room.git("branch", "backup")
    interactive(room, "pick A", "drop B", "pick C")
    room.head_is_recorded()
    assert room.told() == ["dropped: B", "rebase: A -> A", "rebase: C -> C"]


def test_interactive_line_removed_at_the_lower_end(room: Room) -> None:
    """The list as it was before the edit tells it from what `--onto` leaves below."""
    topic(room, "A", "B")
    room.git("branch", "backup")
    interactive(room, "pick B")
    room.head_is_recorded()
    assert room.told() == ["dropped: A", "rebase: B -> B"]


@pytest.mark.parametrize("kept", [2, 1, 0])
def test_interactive_drop_of_the_last(room: Room, kept: int) -> None:
    """In place, so that nothing is rewritten and no hook fires."""
    for subject in "ABC":
        room.one(f"{subject}.txt", message=subject)
    lines = [f"{'pick' if at < kept else 'drop'} {subject}" for at, subject in enumerate("ABC")]
    room.git("rebase", "-q", "-i", "HEAD~3", **todo(room, *lines))
    room.sync()
    assert room.recorded() == {"main": 3}
    assert room.told() == [f"dropped: {subject}" for subject in "ABC"[kept:]]


def test_interactive_reorder(room: Room) -> None:
    topic(room, "A", "B", "C")
    interactive(room, "pick C", "pick A", "pick B")
    room.head_is_recorded()
    assert room.recorded() == {"main": 1, "topic": 6}
    assert room.told() == ["rebase: A -> A", "rebase: B -> B", "rebase: C -> C"]


def test_interactive_autosquash(room: Room) -> None:
    topic(room, "A", "B")
    room.change("A.txt", "more")
    room.git("commit", "-q", "--fixup", "HEAD^")
    room.git("rebase", "-q", "-i", "--autosquash", "main", GIT_SEQUENCE_EDITOR="true")
    room.head_is_recorded()
    assert room.recorded() == {"main": 1, "topic": 5}
    assert room.told() == ["rebase: A -> A", "rebase: B -> B", "rebase: fixup! A -> A"]


def test_interactive_exec_that_commits(room: Room) -> None:
    topic(room, "A", "B")
    room.git("rebase", "-q", "-x", "git commit -q --allow-empty -m E", "main")
    room.head_is_recorded()
    assert room.recorded() == {"main": 1, "topic": 6}
    assert room.told() == ["rebase: A -> A", "rebase: B -> B"]


def test_interactive_skip_after_an_exec_that_commits(room: Room) -> None:
    topic(room, "A", "X", conflicting="X")
    room.git("rebase", "-q", "-x", "git commit -q --allow-empty -m E", "main", check=False)
    room.git("rebase", "--skip")
    room.head_is_recorded()
    assert room.told() == ["dropped: X", "rebase: A -> A"]


def test_interactive_that_changes_nothing(room: Room) -> None:
    for subject in "AB":
        room.one(f"{subject}.txt", message=subject)
    room.git("rebase", "-q", "-i", "HEAD~2", GIT_SEQUENCE_EDITOR="true")
    assert room.recorded() == {"main": 2}
    assert room.told() == []
