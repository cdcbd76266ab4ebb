"""What a hook does while a person waits, and what it leaves to the background."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from muse_hook.model.change import Blob, FileChange
from muse_hook.record.budget import ALONE, BYTES, Budget

if TYPE_CHECKING:
    from muse_hook.git.objects import ObjectReader

PART = BYTES // ALONE


def blob(size: int, mark: str = "") -> Blob:
    """Make a blob whose id says how large it is."""
    return Blob(0o100644, f"{size}{mark}")


def is_within(*changes: FileChange) -> bool:
    sizes = SimpleNamespace(size=lambda oid: int(oid.rstrip("abc")))
    return Budget().spend(cast("ObjectReader", sizes), changes)


@pytest.mark.parametrize("path", ["a.py", "a.ts", "README.md"])
def test_a_file_that_comes_or_goes_costs_more_than_one_that_changes(path: str) -> None:
    assert is_within(FileChange(path, blob(BYTES // 2, "a"), blob(BYTES // 2, "b")))
    assert is_within(FileChange(path, None, blob(PART)))
    assert is_within(FileChange(path, blob(PART), None))
    assert not is_within(FileChange(path, None, blob(PART + 1)))
    assert not is_within(FileChange(path, blob(PART + 1), None))
    assert not is_within(*(FileChange(f"{number}{path}", blob(PART // 4), None) for number in range(5)))


def test_what_has_no_symbols_or_was_only_moved_costs_its_bytes() -> None:
    assert is_within(FileChange("a.png", None, blob(BYTES)))
    assert not is_within(FileChange("a.png", None, blob(BYTES + 1)))
    assert is_within(FileChange("a.py", blob(BYTES // 2, "a"), None), FileChange("b.py", None, blob(BYTES // 2, "a")))
    assert not is_within(
        FileChange("a.py", blob(BYTES // 2, "a"), None), FileChange("b.py", None, blob(BYTES // 2, "b"))
    )
