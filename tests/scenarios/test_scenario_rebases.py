"""Rebases: what is recorded at their end, and which marks are true."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from muse_hook.catchup.catchup import catch_up

if TYPE_CHECKING:
    from pathlib import Path

    from support.hooked import HookedRepo

BACKENDS = pytest.mark.parametrize("backend", ["--merge", "--apply"])


def topic(hooked: HookedRepo, *subjects: str, conflicting: str = "") -> None:
    """Make `topic` with a commit for each subject, and one more on `main`; the `conflicting` one collides with that.

    All are recorded; one sync for them takes less time than a hook for each.
    """
    hooked.git("switch", "-q", "-c", "topic")
    for subject in subjects:
        hooked.one("both.txt" if subject == conflicting else f"{subject}.txt", subject, message=subject, dead=True)
    hooked.git("switch", "-q", "main")
    hooked.one("both.txt", "main", message="main", dead=True)
    hooked.git("switch", "-q", "topic")
    hooked.sync()


def todo(hooked: HookedRepo, *lines: str) -> dict[str, Any]:
    """Return the variables with which `rebase -i` gets these lines: `pick A` stands for A's commit."""
    script = hooked.path.parent / "todo.py"
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


def resolve(hooked: HookedRepo) -> None:
    """Resolve the conflict in both.txt."""
    hooked.write("both.txt", "resolved\n")
    hooked.git("add", "both.txt")


@BACKENDS
def test_rebase(hooked: HookedRepo, backend: str) -> None:
    topic(hooked, "A", "B")
    hooked.git("rebase", "-q", backend, "main")
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 1, "topic": 4}
    assert hooked.mark_texts() == ["rebase: A -> A", "rebase: B -> B"]


@BACKENDS
def test_rebase_of_another_branch(hooked: HookedRepo, backend: str) -> None:
    topic(hooked, "A", "B")
    hooked.git("switch", "-q", "main")
    hooked.git("rebase", "-q", backend, "main", "topic")
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 1, "topic": 4}
    assert hooked.mark_texts() == ["rebase: A -> A", "rebase: B -> B"]


@BACKENDS
def test_rebase_of_one_of_two_branches_at_a_commit(hooked: HookedRepo, backend: str) -> None:
    topic(hooked, "A")
    hooked.git("branch", "aaa")
    hooked.git("rebase", "-q", backend, "main")
    hooked.sync()
    assert hooked.recorded() == {"main": 1, "topic": 2}
    assert hooked.mark_texts() == ["rebase: A -> A"]


@BACKENDS
def test_rebase_of_a_detached_head(hooked: HookedRepo, backend: str) -> None:
    topic(hooked, "A")
    hooked.git("switch", "-q", "--detach")
    hooked.one("C.txt", message="C")
    hooked.git("rebase", "-q", backend, "main")
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 1, "topic": 1, "HEAD": 3}
    assert hooked.mark_texts() == ["rebase: A -> A", "rebase: C -> C"]


@BACKENDS
def test_rebase_with_a_conflict_continued(hooked: HookedRepo, backend: str) -> None:
    topic(hooked, "A", "X", "B", conflicting="X")
    hooked.git("rebase", "-q", backend, "main", check=False)
    resolve(hooked)
    hooked.git("rebase", "--continue")
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 1, "topic": 6}
    assert hooked.mark_texts() == ["rebase: A -> A", "rebase: B -> B", "rebase: X -> X"]


@pytest.mark.parametrize("subjects", [("X",), ("A", "X"), ("X", "A"), ("A", "X", "B")], ids="".join)
def test_rebase_with_a_conflict_committed_by_hand(hooked: HookedRepo, subjects: tuple[str, ...]) -> None:
    topic(hooked, *subjects, conflicting="X")
    hooked.git("rebase", "-q", "main", check=False)
    resolve(hooked)
    hooked.git("commit", "-q", "-m", "by hand")
    hooked.git("rebase", "--continue")
    hooked.head_is_recorded()
    expected = [f"rebase: {subject} -> {'by hand' if subject == 'X' else subject}" for subject in subjects]
    assert hooked.mark_texts() == sorted(expected)


def test_rebase_with_a_conflict_committed_by_hand_and_another_skipped(hooked: HookedRepo) -> None:
    topic(hooked, "A", "X", conflicting="X")
    hooked.one("both.txt", "again", message="Y", dead=True)
    hooked.sync()
    hooked.git("rebase", "-q", "main", check=False)
    resolve(hooked)
    hooked.git("commit", "-q", "-m", "by hand")
    hooked.git("rebase", "--continue", check=False)
    hooked.git("rebase", "--skip")
    hooked.head_is_recorded()
    assert hooked.mark_texts() == ["dropped: Y", "rebase: A -> A", "rebase: X -> by hand"]


@pytest.mark.parametrize("path", ["both.txt", "other.txt"])
def test_a_commit_by_hand_where_there_was_another_occasion(hooked: HookedRepo, path: str) -> None:
    """After a break a commit may be anything; it is the conflict's where it touches the same file."""
    topic(hooked, "A", "X", conflicting="X")
    interactive(hooked, "pick A", "break", "pick X", check=False)
    if path == "other.txt":
        hooked.one(path, message="by hand", check=False)
        hooked.git("rebase", "--continue", check=False)
        hooked.git("rebase", "--skip")
    else:
        hooked.git("rebase", "--continue", check=False)
        resolve(hooked)
        hooked.git("commit", "-q", "-m", "by hand")
        hooked.git("rebase", "--continue")
    hooked.head_is_recorded()
    assert hooked.mark_texts() == sorted(
        ["rebase: A -> A", "dropped: X" if path == "other.txt" else "rebase: X -> by hand"]
    )


def test_a_fold_with_a_conflict_committed_by_hand(hooked: HookedRepo) -> None:
    topic(hooked, "A", "X", "B", conflicting="X")
    interactive(hooked, "pick A", "fixup X", "pick B", check=False)
    resolve(hooked)
    hooked.git("commit", "-q", "-m", "by hand")
    hooked.git("rebase", "--continue")
    hooked.head_is_recorded()
    assert hooked.mark_texts() == ["rebase: A -> A", "rebase: B -> B", "rebase: X -> by hand"]


@BACKENDS
@pytest.mark.parametrize("subjects", [("X", "A"), ("A", "X"), ("A", "X", "B"), ("X",)], ids="".join)
def test_rebase_with_a_conflict_skipped(hooked: HookedRepo, backend: str, subjects: tuple[str, ...]) -> None:
    """Git reports the skipped commit as rewritten to its neighbour; it was dropped."""
    topic(hooked, *subjects, conflicting="X")
    hooked.git("rebase", "-q", backend, "main", check=False)
    hooked.git("rebase", "--skip")
    hooked.sync()
    kept = [subject for subject in subjects if subject != "X"]
    assert hooked.recorded() == {"main": 1, "topic": len(subjects) + len(kept)}
    assert hooked.mark_texts() == ["dropped: X", *(f"rebase: {subject} -> {subject}" for subject in kept)]


@BACKENDS
def test_rebase_aborted(hooked: HookedRepo, backend: str) -> None:
    topic(hooked, "A", "X", conflicting="X")
    hooked.git("rebase", "-q", backend, "main", check=False)
    hooked.git("rebase", "--abort")
    hooked.one("B.txt", message="B")
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 1, "topic": 3}
    assert hooked.mark_texts() == []


def test_rebase_aborted_after_a_commit_by_hand(hooked: HookedRepo) -> None:
    """What Git picked has been made before; what somebody made himself is recorded, for the branch that came back."""
    topic(hooked, "A", "X", conflicting="X")
    hooked.git("rebase", "-q", "main", check=False)
    resolve(hooked)
    hooked.one("by-hand.txt", message="by hand")
    hooked.git("rebase", "--abort")
    hooked.one("B.txt", message="B")
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 1, "topic": 5}
    assert hooked.mark_texts() == []


@BACKENDS
def test_rebase_quit(hooked: HookedRepo, backend: str) -> None:
    topic(hooked, "A", "X", conflicting="X")
    hooked.git("rebase", "-q", backend, "main", check=False)
    hooked.git("rebase", "--quit")
    hooked.git("reset", "-q", "--hard")
    hooked.one("B.txt", message="B")
    hooked.sync()
    assert hooked.recorded() == {"main": 1, "topic": 2, "HEAD": 2}
    assert hooked.mark_texts() == []


def test_rebase_seen_half_way_by_a_reader(hooked: HookedRepo) -> None:
    """`sync` and readers record the picks, in the session of the branch being rebased."""
    topic(hooked, "A", "X", conflicting="X")
    hooked.git("rebase", "-q", "main", check=False)
    catch_up(hooked.repository(), hooked.store(), automatic=True)
    assert hooked.recorded() == {"main": 1, "topic": 2}
    hooked.sync()
    assert hooked.recorded() == {"main": 1, "topic": 3}
    resolve(hooked)
    hooked.git("rebase", "--continue")
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 1, "topic": 4}


def test_rebase_onto(hooked: HookedRepo) -> None:
    """What lies below the range is on its own branch still: it was not dropped."""
    hooked.git("switch", "-q", "-c", "low")
    hooked.one("L.txt", message="L")
    topic(hooked, "A")
    hooked.git("rebase", "-q", "--onto", "main", "low", "topic")
    hooked.head_is_recorded()
    assert hooked.recorded() == {"low": 1, "main": 1, "topic": 2}
    assert hooked.mark_texts() == ["rebase: A -> A"]


def test_rebase_onto_that_takes_a_commit_out(hooked: HookedRepo) -> None:
    topic(hooked, "A", "B", "C")
    hooked.git("rebase", "-q", "--onto", "HEAD~2", "HEAD~1")
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 1, "topic": 4}
    assert hooked.mark_texts() == ["dropped: B", "rebase: C -> C"]


@BACKENDS
def test_rebase_with_a_commit_that_is_upstream_already(hooked: HookedRepo, backend: str) -> None:
    topic(hooked, "A", "B")
    hooked.git("switch", "-q", "main")
    hooked.git("cherry-pick", "topic~1")
    hooked.git("switch", "-q", "topic")
    hooked.git("rebase", "-q", backend, "main")
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 2, "topic": 3}
    assert hooked.mark_texts() == ["dropped: A", "rebase: B -> B"]


def test_rebase_that_leaves_nothing(hooked: HookedRepo) -> None:
    """No hook fires where nothing is rewritten: the branch's reflog tells it at the next trigger."""
    topic(hooked, "A")
    hooked.git("switch", "-q", "main")
    hooked.git("cherry-pick", "topic")
    hooked.git("switch", "-q", "topic")
    hooked.git("rebase", "-q", "main")
    hooked.sync()
    assert hooked.recorded() == {"main": 2, "topic": 1}
    assert hooked.mark_texts() == ["dropped: A"]


def test_rebase_root(hooked: HookedRepo) -> None:
    hooked.one("A.txt", message="A")
    hooked.git(
        "rebase", "-q", "-i", "--root", GIT_EDITOR="sed -i s/base/BASE/", **todo(hooked, "reword base", "pick A")
    )
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 3}
    assert hooked.mark_texts() == ["rebase: A -> A", "rebase: base -> BASE"]


@pytest.mark.parametrize(
    "options", [["--ignore-date"], ["--signoff"], ["--committer-date-is-author-date"]], ids=" ".join
)
def test_rebase_that_changes_every_commit(hooked: HookedRepo, options: list[str]) -> None:
    topic(hooked, "A", "B")
    hooked.git("rebase", "-q", *options, "main")
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 1, "topic": 4}
    assert hooked.mark_texts() == ["rebase: A -> A", "rebase: B -> B"]


def test_rebase_autostash(hooked: HookedRepo) -> None:
    topic(hooked, "A")
    hooked.write("base.txt", "not committed\n")
    hooked.git("rebase", "-q", "--autostash", "main")
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 1, "topic": 2}


def test_rebase_update_refs(hooked: HookedRepo) -> None:
    hooked.git("switch", "-q", "-c", "low")
    hooked.one("L.txt", message="L")
    topic(hooked, "A")
    hooked.git("rebase", "-q", "--update-refs", "main")
    hooked.head_is_recorded()
    assert hooked.recorded() == {"low": 1, "main": 1, "topic": 3}
    assert hooked.mark_texts() == ["rebase: A -> A", "rebase: L -> L"]


def test_rebase_merges(hooked: HookedRepo) -> None:
    hooked.git("switch", "-q", "-c", "side")
    hooked.one("S.txt", message="S")
    hooked.git("switch", "-q", "main")
    topic(hooked, "A")
    hooked.git("merge", "-q", "--no-ff", "-m", "M", "side")
    hooked.git("rebase", "-q", "--rebase-merges", "main")
    hooked.head_is_recorded()
    assert hooked.recorded() == {"side": 1, "main": 1, "topic": 5}
    assert hooked.mark_texts() == ["rebase: A -> A", "rebase: M -> M", "rebase: S -> S"]


def test_rebase_that_flattens_a_merge(hooked: HookedRepo) -> None:
    hooked.git("switch", "-q", "-c", "side")
    hooked.one("S.txt", message="S")
    hooked.git("switch", "-q", "main")
    topic(hooked, "A")
    hooked.git("merge", "-q", "--no-ff", "-m", "M", "side")
    hooked.git("rebase", "-q", "main")
    hooked.head_is_recorded()
    assert hooked.recorded() == {"side": 1, "main": 1, "topic": 4}
    assert hooked.mark_texts() == ["dropped: M", "rebase: A -> A", "rebase: S -> S"]


def test_rebase_whose_hooks_were_dead(hooked: HookedRepo) -> None:
    """The commits are found, what became of which is not known."""
    topic(hooked, "A", "B")
    hooked.dead("rebase", "-q", "main")
    hooked.one("C.txt", message="C")
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 1, "topic": 5}
    assert hooked.mark_texts() == []


def test_rebase_in_a_linked_worktree(hooked: HookedRepo, tmp_path: Path) -> None:
    topic(hooked, "A", "X", conflicting="X")
    hooked.git("switch", "-q", "main")
    hooked.git("worktree", "add", "-q", str(tmp_path / "tree"), "topic")
    tree = hooked.tree_of(tmp_path / "tree")
    tree.git("rebase", "-q", "main", check=False)
    hooked.one("elsewhere.txt", message="meanwhile")
    assert hooked.recorded() == {"main": 2, "topic": 2}
    resolve(tree)
    tree.git("rebase", "--continue")
    tree.head_is_recorded()
    assert hooked.recorded() == {"main": 2, "topic": 4}
    assert hooked.mark_texts() == ["rebase: A -> A", "rebase: X -> X"]


# rebase -i


def interactive(hooked: HookedRepo, *lines: str, check: bool = True, **variables: str) -> None:
    hooked.git("rebase", "-q", "-i", "main", check=check, **todo(hooked, *lines), **variables)


def test_interactive_reword(hooked: HookedRepo) -> None:
    topic(hooked, "A", "B")
    interactive(hooked, "pick A", "reword B", GIT_EDITOR="sed -i s/B/BB/")
    hooked.head_is_recorded()
    assert hooked.mark_texts() == ["rebase: A -> A", "rebase: B -> BB"]


@pytest.mark.parametrize("fold", ["squash", "fixup", "fixup -C"])
def test_interactive_fold(hooked: HookedRepo, fold: str) -> None:
    topic(hooked, "A", "B", "C")
    interactive(hooked, "pick A", f"{fold} B", "pick C")
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 1, "topic": 5}
    first = "B" if fold == "fixup -C" else "A"
    assert hooked.mark_texts() == [f"rebase: A -> {first}", f"rebase: B -> {first}", "rebase: C -> C"]


def test_interactive_chain_of_folds(hooked: HookedRepo) -> None:
    topic(hooked, "A", "B", "C", "D")
    interactive(hooked, "pick A", "fixup B", "squash C", "fixup D")
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 1, "topic": 5}
    assert hooked.mark_texts() == [f"rebase: {subject} -> A" for subject in "ABCD"]


def test_interactive_fold_with_a_conflict_resolved(hooked: HookedRepo) -> None:
    topic(hooked, "A", "X", "B", conflicting="X")
    interactive(hooked, "pick A", "fixup X", "pick B", check=False)
    resolve(hooked)
    hooked.git("rebase", "--continue")
    hooked.head_is_recorded()
    assert hooked.mark_texts() == ["rebase: A -> A", "rebase: B -> B", "rebase: X -> A"]


def test_interactive_fold_with_a_conflict_skipped(hooked: HookedRepo) -> None:
    topic(hooked, "A", "X", "B", conflicting="X")
    interactive(hooked, "pick A", "fixup X", "fixup B", check=False)
    hooked.git("rebase", "--skip")
    hooked.head_is_recorded()
    assert hooked.mark_texts() == ["dropped: X", "rebase: A -> A", "rebase: B -> A"]


def test_interactive_edit_and_amend(hooked: HookedRepo) -> None:
    topic(hooked, "A", "B")
    interactive(hooked, "edit A", "pick B")
    hooked.change("A.txt", "more")
    hooked.git("commit", "-q", "--amend", "-m", "AA")
    hooked.git("rebase", "--continue")
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 1, "topic": 4}
    assert hooked.mark_texts() == ["rebase: A -> AA", "rebase: B -> B"]


def test_interactive_edit_and_split(hooked: HookedRepo) -> None:
    """Git maps a split commit to its last part."""
    topic(hooked, "A")
    hooked.change("A1.txt", "one")
    hooked.one("A2.txt", "two", message="both")
    interactive(hooked, "pick A", "edit both")
    hooked.git("reset", "-q", "HEAD^")
    for part in ("A1.txt", "A2.txt"):
        hooked.git("add", part)
        hooked.git("commit", "-q", "-m", f"only {part}")
    hooked.git("rebase", "--continue")
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 1, "topic": 5}
    assert hooked.mark_texts() == ["rebase: A -> A", "rebase: both -> only A2.txt"]


def test_interactive_edit_and_reset_away(hooked: HookedRepo) -> None:
    topic(hooked, "A", "B", "C")
    interactive(hooked, "pick A", "edit B", "pick C")
    hooked.git("reset", "-q", "--hard", "HEAD^")
    hooked.git("rebase", "--continue")
    hooked.head_is_recorded()
    assert hooked.mark_texts() == ["dropped: B", "rebase: A -> A", "rebase: C -> C"]


def test_interactive_folded_by_hand(hooked: HookedRepo) -> None:
    """The commit that was amended on the way is one that nobody ever sees."""
    topic(hooked, "A", "B")
    interactive(hooked, "pick A", "edit B")
    hooked.git("reset", "-q", "--soft", "HEAD^")
    hooked.git("commit", "-q", "--amend", "--no-edit")
    hooked.git("rebase", "--continue")
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 1, "topic": 3}
    assert "dropped: A" not in hooked.mark_texts()
    assert "rebase: A -> A" in hooked.mark_texts()


@pytest.mark.parametrize("how", ["drop B", ""], ids=["drop", "line removed"])
def test_interactive_drop(hooked: HookedRepo, how: str) -> None:
    topic(hooked, "A", "B", "C")
    interactive(hooked, *(line for line in ("pick A", how, "pick C") if line))
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 1, "topic": 5}
    assert hooked.mark_texts() == ["dropped: B", "rebase: A -> A", "rebase: C -> C"]


def test_interactive_drop_of_a_commit_that_another_branch_has(hooked: HookedRepo) -> None:
    topic(hooked, "A", "B", "C")
    hooked.git("branch", "backup")
    interactive(hooked, "pick A", "drop B", "pick C")
    hooked.head_is_recorded()
    assert hooked.mark_texts() == ["dropped: B", "rebase: A -> A", "rebase: C -> C"]


def test_interactive_line_removed_at_the_lower_end(hooked: HookedRepo) -> None:
    """The list as it was before the edit tells it from what `--onto` leaves below."""
    topic(hooked, "A", "B")
    hooked.git("branch", "backup")
    interactive(hooked, "pick B")
    hooked.head_is_recorded()
    assert hooked.mark_texts() == ["dropped: A", "rebase: B -> B"]


@pytest.mark.parametrize("kept", [2, 1, 0])
def test_interactive_drop_of_the_last(hooked: HookedRepo, kept: int) -> None:
    """In place, so that nothing is rewritten and no hook fires."""
    for subject in "ABC":
        hooked.one(f"{subject}.txt", message=subject)
    lines = [f"{'pick' if at < kept else 'drop'} {subject}" for at, subject in enumerate("ABC")]
    hooked.git("rebase", "-q", "-i", "HEAD~3", **todo(hooked, *lines))
    hooked.sync()
    assert hooked.recorded() == {"main": 3}
    assert hooked.mark_texts() == [f"dropped: {subject}" for subject in "ABC"[kept:]]


def test_interactive_reorder(hooked: HookedRepo) -> None:
    topic(hooked, "A", "B", "C")
    interactive(hooked, "pick C", "pick A", "pick B")
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 1, "topic": 6}
    assert hooked.mark_texts() == ["rebase: A -> A", "rebase: B -> B", "rebase: C -> C"]


def test_interactive_autosquash(hooked: HookedRepo) -> None:
    topic(hooked, "A", "B")
    hooked.change("A.txt", "more")
    hooked.git("commit", "-q", "--fixup", "HEAD^")
    hooked.git("rebase", "-q", "-i", "--autosquash", "main", GIT_SEQUENCE_EDITOR="true")
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 1, "topic": 5}
    assert hooked.mark_texts() == ["rebase: A -> A", "rebase: B -> B", "rebase: fixup! A -> A"]


def test_interactive_exec_that_commits(hooked: HookedRepo) -> None:
    topic(hooked, "A", "B")
    hooked.git("rebase", "-q", "-x", "git commit -q --allow-empty -m E", "main")
    hooked.head_is_recorded()
    assert hooked.recorded() == {"main": 1, "topic": 6}
    assert hooked.mark_texts() == ["rebase: A -> A", "rebase: B -> B"]


def test_interactive_skip_after_an_exec_that_commits(hooked: HookedRepo) -> None:
    topic(hooked, "A", "X", conflicting="X")
    hooked.git("rebase", "-q", "-x", "git commit -q --allow-empty -m E", "main", check=False)
    hooked.git("rebase", "--skip")
    hooked.head_is_recorded()
    assert hooked.mark_texts() == ["dropped: X", "rebase: A -> A"]


def test_interactive_that_changes_nothing(hooked: HookedRepo) -> None:
    for subject in "AB":
        hooked.one(f"{subject}.txt", message=subject)
    hooked.git("rebase", "-q", "-i", "HEAD~2", GIT_SEQUENCE_EDITOR="true")
    assert hooked.recorded() == {"main": 2}
    assert hooked.mark_texts() == []
