"""What can be imported by others, and under which name."""

from __future__ import annotations

import pytest
from support.deltas import delta_of

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


def test_leaving_the_list_is_a_break_also_where_nothing_else_changed() -> None:
    text = "__all__ = ['one', 'two']\n\n\ndef one():\n    return 1\n\n\ndef two():\n    return 2\n"
    delta = delta_of({"m.py": text}, {"m.py": text.replace(", 'two'", "")})
    assert (delta["sem_ver_bump"], delta["breaking_changes"]) == ("major", ["m.py::two: unlisted"])
    assert delta_of({"m.py": text.replace(", 'two'", "")}, {"m.py": text})["sem_ver_bump"] == "minor"


def test_a_module_that_becomes_a_package_with_its_names_breaks_nobody() -> None:
    text = (
        "def wrap(text, width):\n    return [text[i:i + width] for i in range(0, len(text), width)]\n\n\nWIDTH = 80\n"
    )
    for init, expected in [
        ("from .text import WIDTH, wrap\n", []),
        ("from .text import *\n", []),
        ("from .text import wrap\n", ["layout.py::WIDTH: public_moved layout/text.py::WIDTH"]),
        ("", ["layout.py: module_moved layout/text.py"]),
    ]:
        delta = delta_of({"layout.py": text}, {"layout/text.py": text, "layout/__init__.py": init})
        assert delta["breaking_changes"] == expected, init


def test_what_no_importer_meets_is_not_public() -> None:
    for guard in ("if TYPE_CHECKING:", "if __name__ == '__main__':"):
        assert (
            delta_of({"m.py": f"{guard}\n    a = f(1)\n"}, {"m.py": f"{guard}\n    b = [2]\n"})["breaking_changes"]
            == []
        )
    assert delta_of({"m.py": "if x:\n    a = f(1)\n"}, {"m.py": "if x:\n    b = [2]\n"})["breaking_changes"]


def test_an_import_of_what_another_list_offers_is_listed() -> None:
    text = "from .a import load\nfrom .b import save\n\n__all__ = [*a.__all__, 'x']\n\n\ndef x(): ...\n"
    delta = delta_of({"p/m.py": text}, {"p/m.py": text.replace("from .a import load\nfrom .b import save\n", "")})
    assert delta["breaking_changes"] == ["p/m.py::import::load: public_removed"]


def test_what_a_module_deletes_again_is_not_public() -> None:
    text = "def f(a):\n    return a\n\n\nfor name in 'ab':\n    f(name)\n"

    def breaks(old: str, new: str) -> list[str]:
        return list(delta_of({"m.py": old}, {"m.py": new})["breaking_changes"])

    assert breaks(text, text + "del f\n") == ["m.py::f: public_removed deleted by the module"]
    assert delta_of({"m.py": text + "del (name, f)\n"}, {"m.py": text})["sem_ver_bump"] == "minor"
    for gone in ("del f, name\n", "del (f)\n"):
        assert breaks(text + gone, text.replace("(a)", "(a, b)") + gone) == []
        assert breaks(text + gone, "x = 1\n") == []
    # it may be there, or is there again
    for kept in ("if name:\n    del f\n", "del f\ndef f(a):\n    return a\n"):
        assert breaks(text + kept, text.replace("(a)", "(a, b)") + kept.replace("(a)", "(a, b)")) != []
    package = {"p/__init__.py": "from ._a import f\n", "p/_a.py": text}
    assert delta_of(package, {**package, "p/__init__.py": "from ._a import f\ndel f\n"})["breaking_changes"]


def test_a_name_that_an_expression_binds_is_still_there() -> None:
    for new in ("print(size := 1)\n", "if (size := 1):\n    x = 2\n", "x = [size := 3]\n"):
        assert delta_of({"m.py": "size = 1\n"}, {"m.py": new})["breaking_changes"] == [], new
    assert delta_of({"m.py": "size = 1\n"}, {"m.py": "def f():\n    return (size := 1)\n"})["breaking_changes"]
