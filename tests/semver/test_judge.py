"""What each kind of change asks of the version number, and the reason it gives."""

from __future__ import annotations

import pytest
from support.deltas import Tree, delta_of

BODY = "    return compute(1, 2) + other(3)\n"


def verdicts(old: str | Tree, new: str | Tree) -> list[tuple[str, str, str]]:
    """Return (bump, reason, detail) of every verdict; a text is the file `src/a.py`."""
    trees = [{"src/a.py": tree} if isinstance(tree, str) else tree for tree in (old, new)]
    return [(v["bump"], v["reason"], v["detail"]) for v in delta_of(*trees)["verdicts"]]


def bump(old: str | Tree, new: str | Tree) -> str:
    trees = [{"src/a.py": tree} if isinstance(tree, str) else tree for tree in (old, new)]
    return str(delta_of(*trees)["sem_ver_bump"])


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("a", "a, b=1", [("minor", "parameter_added", "b")]),
        ("a", "a, *, b=1", [("minor", "parameter_added", "b")]),
        ("a", "a, *args, **kwargs", [("minor", "parameter_added", "*args"), ("minor", "parameter_added", "**kwargs")]),
        ("a", "a, b", [("major", "parameter_added_required", "b")]),
        ("a", "a, *, b", [("major", "parameter_added_required", "b")]),
        ("a, b", "a", [("major", "parameter_removed", "b")]),
        ("a, **kw", "a", [("major", "parameter_removed", "**kw")]),
        ("a, **kw", "a, **kwargs", [("patch", "implementation_changed", "signature")]),
        ("a, b", "a, c", [("major", "parameter_renamed", "b -> c")]),
        ("a, b, /", "a, c, /", [("patch", "implementation_changed", "signature")]),
        ("a, b", "b, a", [("major", "parameter_moved", "a"), ("major", "parameter_moved", "b")]),
        ("a, b=1", "a, c=2, b=1", [("major", "parameter_moved", "b"), ("minor", "parameter_added", "c")]),
        ("a, b=1", "a, *, b=1", [("major", "parameter_kind_changed", "b: positional_or_keyword -> keyword_only")]),
        ("a", "a, /", [("major", "parameter_kind_changed", "a: positional_or_keyword -> positional_only")]),
        ("a, *, b=1", "a, b=1", [("minor", "parameter_kind_widened", "b: keyword_only -> positional_or_keyword")]),
        ("a, b=1", "a, b", [("major", "default_removed", "b")]),
        ("a, b", "a, b=1", [("minor", "default_added", "b")]),
        ("a=1", "a=2", [("minor", "default_changed", "a: 1 -> 2")]),
        ("a, b", "*args, **kw", [
            ("minor", "parameter_added", "**kw"), ("minor", "parameter_added", "*args"),
            ("minor", "parameter_swallowed", "a"), ("minor", "parameter_swallowed", "b"),
        ]),
        ("a: int", "a: str", [("patch", "implementation_changed", "signature")]),
    ],
)  # fmt: skip
def test_parameters(old: str, new: str, expected: list[tuple[str, str, str]]) -> None:
    found = verdicts(f"def f({old}):\n{BODY}", f"def f({new}):\n{BODY}")
    assert sorted(found) == sorted(expected)


def test_the_receiver_of_a_method_is_no_parameter() -> None:
    old = "class A:\n    @staticmethod\n    def f(a):\n        return a + 1\n"
    new = "class A:\n    def f(self, a):\n        return a + 1\n"
    assert bump(old, new) == "major"  # `A.f(1)` no longer works
    assert bump(new, old) == "patch"


def test_a_changed_return_annotation_gives_its_reason() -> None:
    assert verdicts(f"def f() -> int:\n{BODY}", f"def f() -> str:\n{BODY}") == [
        ("major", "return_annotation_changed", "int -> str")
    ]


def test_breaking_changes_start_with_the_address() -> None:
    delta = delta_of({"src/a.py": f"def f(a, b):\n{BODY}"}, {"src/a.py": f"def f(a):\n{BODY}"})
    assert delta["sem_ver_bump"] == "major"
    assert delta["breaking_changes"] == ["src/a.py::f: parameter_removed b"]


F = f"def f():\n{BODY}"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (F, "", [("major", "public_removed", "")]),
        ("", F, [("minor", "public_added", "")]),
        (F, F.replace("def f", "def g"), [("major", "public_renamed", "src/a.py::g")]),
        (F, F.replace("def f", "def _f"), [("major", "public_renamed", "src/a.py::_f")]),
        (F.replace("def f", "def _f"), F, [("minor", "public_added", "")]),
        (F.replace("def f", "def _f"), "", [("patch", "internal_removed", "")]),
        (F, F.replace("3", "4"), [("patch", "implementation_changed", "body")]),
        (F, "async " + F, [("major", "kind_changed", "function -> async_function")]),
        ("x = 1\n", "x = 2\n", [("patch", "implementation_changed", "body")]),
        ("class A(B, C):\n    x = 1\n", "class A(B):\n    x = 1\n", [("major", "base_removed", "C")]),
        ("class A(B[int]):\n    x = 1\n", "class A(m.B[str]):\n    x = 1\n", [
            ("patch", "implementation_changed", "bases"),
        ]),
        ("import os\n", "", [("patch", "internal_removed", "")]),
    ],
)  # fmt: skip
def test_symbols(old: str, new: str, expected: list[tuple[str, str, str]]) -> None:
    assert verdicts(old, new) == expected


def test_a_method_that_became_a_property_is_another_kind() -> None:
    old, new = (
        "class A:\n    def f(self):\n        return 1\n",
        "class A:\n    @property\n    def f(self):\n        return 1\n",
    )
    assert verdicts(old, new) == [("major", "kind_changed", "function -> property")]
    assert bump(new, new.replace("@property", "@cached_property")) == "patch"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (F, "# why\n" + F),
        (F, F.replace("(1, 2)", "(1, 2,)")),
        ('def f():\n    """A."""\n    return 1\n', 'def f():\n    """B."""\n    return 1\n'),
        ({"README.md": "a"}, {"README.md": "b"}),
        ({"tests/a.py": F}, {}),
        ({"src/pkg/tests/a.py": F}, {}),
        ({"docs/conf.py": F}, {"docs/conf.py": ""}),
        ({"src/test_a.py": F}, {}),
        ({"tests/a.py": F}, {"tests/b.py": F.replace("def f", "def g")}),
    ],
)
def test_what_asks_for_no_release(old: str | Tree, new: str | Tree) -> None:
    assert bump(old, new) == "none"


def test_the_list_of_exports_decides_where_there_is_one() -> None:
    def listed(*names: str) -> str:
        return f"__all__ = {list(names)}\n" + F + F.replace("def f", "def g").replace("3", "4")

    assert bump(listed("f"), listed("f").replace("4", "5")) == "patch"
    assert bump(listed("f"), f'__all__ = ["f"]\n{F}') == "patch"
    assert bump(listed("f", "g"), f'__all__ = ["f"]\n{F}') == "major"
    assert bump(f'__all__ = ["_f"]\n{F.replace("def f", "def _f")}', '__all__ = ["_f"]\nx = 1\n') == "major"


def test_a_member_goes_with_its_class() -> None:
    old = "class A:\n    def f(self):\n        return 1\n\n    def g(self):\n        return 2\n"
    assert delta_of({"a.py": old}, {"a.py": ""})["breaking_changes"] == ["a.py::A: public_removed"]
    renamed = delta_of({"a.py": old}, {"a.py": old.replace("class A", "class B")})
    assert renamed["breaking_changes"] == ["a.py::A: public_renamed a.py::B"]


def test_what_is_imported_back_is_still_offered() -> None:
    assert bump({"pkg/a.py": F}, {"pkg/a.py": "from .b import f\n", "pkg/b.py": F}) == "minor"
    assert bump({"pkg/a.py": F}, {"pkg/a.py": "from .b import *\n", "pkg/b.py": F}) == "minor"
    assert bump({"pkg/a.py": F}, {"pkg/a.py": "", "pkg/b.py": F}) == "major"


def test_what_a_class_inherits_it_still_offers() -> None:
    member = "    def f(self):\n        return self.compute(1, 2)\n"
    old = "class A:\n    x = 1\n\nclass B(A):\n    y = 1\n\n" + member
    new = "class A:\n    x = 1\n\n" + member + "\nclass B(A):\n    y = 1\n"
    assert bump(old, new) == "minor"  # A offers something new


def test_a_base_that_is_reached_by_another_one_is_still_there() -> None:
    old = "class A:\n    x = 1\n\nclass C(A):\n    z = 1\n"
    assert bump(old, "class A:\n    x = 1\n\nclass B(A):\n    y = 1\n\nclass C(B):\n    z = 1\n") == "minor"


def test_a_module_that_answers_by_name_still_offers_it() -> None:
    new = 'def __getattr__(name):\n    if name == "f":\n        return compute\n    raise AttributeError(name)\n'
    assert bump({"pkg/a.py": F}, {"pkg/a.py": new}) == "minor"


def test_the_face_of_a_package_exports_what_it_imports() -> None:
    old = {"pkg/__init__.py": "from .a import f, g\nimport os\n"}
    assert delta_of(old, {"pkg/__init__.py": "from .a import g\n"})["breaking_changes"] == [
        "pkg/__init__.py::import::f: public_removed"
    ]
    assert bump({"pkg/a.py": "from .b import f as f\n"}, {"pkg/a.py": "x = 1\n"}) == "major"


def test_a_moved_module_breaks_its_importers_unless_only_its_root_changed() -> None:
    assert delta_of({"pkg/a.py": F}, {"pkg/b.py": F})["breaking_changes"] == ["pkg/a.py: module_moved pkg/b.py"]
    assert bump({"pkg/a.py": F}, {"src/pkg/a.py": F}) == "none"
    assert bump({"pkg/a.py": F}, {"pkg/a/__init__.py": F}) == "none"
    assert bump({"pkg/_a.py": F}, {"pkg/_b.py": F}) == "patch"
