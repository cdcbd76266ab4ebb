"""What can be imported by others, and under which name."""

from __future__ import annotations

import pytest

from muse_hook.semver.public import is_public_path, module_name


@pytest.mark.parametrize(
    ("path", "public"),
    [
        ("src/a.py", True), ("a/__init__.py", True), ("a/_b.py", False), ("_a/b.py", False), ("setup.py", False),
        ("django/test/client.py", True), ("test/client.py", False), ("a/tests/b.py", False), (".ci/run.py", False),
        ("a/conftest.py", False), ("examples/b.py", False),
    ],
)  # fmt: skip
def test_public_paths(path: str, public: bool) -> None:  # noqa: FBT001 - a case
    assert is_public_path(path) is public


def test_module_names() -> None:
    assert module_name("src/a/b.py") == module_name("a/b/__init__.py") == "a/b"
    assert module_name("a.py") == "a"
