"""What only the hook at the end of a rebase can still see of it: Git removes it a moment later."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from muse_hook.git.refs import Head
    from muse_hook.git.repository import Repository

_BRANCHES = "refs/heads/"
_FOLDERS = ("rebase-merge", "rebase-apply")
_START = "rebase (start)"
_CHECKOUT = "checkout: moving from "
_HALTS = frozenset({"exec", "x", "break", "b"})
_OID_LENGTHS = (40, 64)
_HEX = "0123456789abcdef"


def in_rebase(head: Head) -> bool:
    """Say whether a rebase has HEAD in hand: its picks are not history before it is through."""
    return head.branch is None and head.rebasing is not None


def rebase_facts(repo: Repository, head: Head) -> dict[str, Any]:
    """Return what is known of the rebase that ends now.

    `branch`: the branch it moves (None: HEAD was detached); `unsure`: it could not be told which; `orig_head`: that
    branch's old tip; `commands`: [[command, commit id], ...] as carried out (merge backend); `halted`: whether it ran
    or stopped for something else in between, too (`exec`, `break`); `listed`: the commits, perhaps abbreviated, that
    the todo list held before anybody edited it; `steps`: [[old, new, message], ...], HEAD's reflog since the rebase
    began.
    """
    done = _first_folder(repo, "done")
    reflog = repo.reflog("HEAD")
    start = max((index for index, entry in enumerate(reflog) if entry.message.startswith(_START)), default=len(reflog))
    original = _first_line(repo, "orig-head") or _read(repo, "ORIG_HEAD")
    name = _first_line(repo, "head-name")
    branch, unsure = head.branch, False
    if branch is None and name is not None:
        branch = name[len(_BRANCHES) :] if name.startswith(_BRANCHES) else None
    elif branch is None:
        # The apply backend keeps the branch's name to itself unless it has to stop, and moves it after this hook.
        branch, unsure = _branch_at(repo, original, [entry.message for entry in reflog[:start]])
    return {
        "branch": branch,
        "unsure": unsure,
        "orig_head": original,
        "commands": _commands(done),
        "halted": any(line.split(" ", 1)[0] in _HALTS for line in done.split("\n")),
        "listed": _listed(_first_folder(repo, "git-rebase-todo.backup")),
        "steps": [[entry.old, entry.new, entry.message] for entry in reflog[start:]],
    }


def _branch_at(repo: Repository, oid: str | None, messages: list[str]) -> tuple[str | None, bool]:
    """Return the branch that a rebase of `oid` will move, and whether that is a guess too many."""
    there = [name for name, tip in repo.branches().items() if tip == oid]
    if len(there) < 2:  # noqa: PLR2004 - none: HEAD was detached
        return (there[0] if there else None), False
    moves = [message for message in messages if message.startswith(_CHECKOUT)]
    current = moves[-1].rpartition(" to ")[2] if moves else None
    return (current, False) if current in there else (None, True)


def _commands(text: str) -> list[list[str]]:
    """Return the lines that name a commit: "pick <id> <subject>", with options of one letter before the id.

    A subject is somebody else's text, whatever it holds: it comes last, and only a line feed ends a line.
    """
    commands = []
    for line in text.split("\n"):
        command, *words = line.replace("\t", " ").strip(" ").split(" ")
        oid = next((word for word in words if not _is_option(word)), "")
        if len(oid) in _OID_LENGTHS and not oid.strip(_HEX):
            commands.append([command, oid])
    return commands


def _is_option(word: str) -> bool:
    return not word or (len(word) == 2 and word[0] == "-")  # noqa: PLR2004 - "-C" and "-c"


def _listed(text: str) -> list[str]:
    """Return the second words of the lines that are commits to pick: nothing else has an id there before the edit."""
    lines = [line.split(" ", 2) for line in text.split("\n") if not line.startswith("#")]
    return [words[1] for words in lines if len(words) > 1 and words[0] == "pick" and not words[1].strip(_HEX)]


def _first_folder(repo: Repository, name: str) -> str:
    texts = (_read(repo, os.path.join(folder, name)) for folder in _FOLDERS)
    return next((text for text in texts if text is not None), "")


def _first_line(repo: Repository, name: str) -> str | None:
    return _first_folder(repo, name).partition("\n")[0] or None


def _read(repo: Repository, name: str) -> str | None:
    try:
        with open(os.path.join(repo.git_dir, name), "rb") as file:
            return file.read().decode("utf-8", "surrogateescape").rstrip("\n")
    except OSError:
        return None
