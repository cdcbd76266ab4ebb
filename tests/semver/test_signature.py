"""Parameters and results, before and after."""

from __future__ import annotations

import pytest

from muse_hook.semver.signature import is_broken_promise


@pytest.mark.parametrize(
    ("before", "after", "broken"),
    [
        ("", "int", False),
        ("int", "", False),
        ("int", "str", True),
        ("None", "int", False),
        ("int", "int | None", True),
        ("int | None", "int", False),
        ("Optional[int]", "int | None", False),
        ("t.Union[str, 'Path', None]", "str | Path | None", False),
        ("typing.List[int]", "list[int]", False),
        ("list[int]", "list[str]", True),
        ("list", "list[int]", False),
        ("t.Tuple[str, t.Optional[int]]", "tuple[str, int | None]", False),
        ("Any", "int", False),
    ],
)
def test_return_annotations(before: str, after: str, broken: bool) -> None:  # noqa: FBT001 - a case
    assert is_broken_promise(before, after) is broken
