"""An address taken apart, and what is carried along."""

from __future__ import annotations

import pytest

from muse_hook.model.address import after_all, carried_along, prefixes, simple_name, split_address


@pytest.mark.parametrize(
    ("address", "paths", "key"),
    [
        ("a.py::C.f", (), ("a.py", "C.f")),
        ("a.py::import::os", (), ("a.py", "import::os")),
        ("a.py", (), ("a.py", "")),
        ("a::b.py::f", (), ("a", "b.py::f")),
        ("a::b.py::f", ("", "a::b.py"), ("a::b.py", "f")),
        ("a::b.py::f", {"a": 1, "a::b.py": 2}, ("a::b.py", "f")),
        ("a::b.py::f", ("c.py",), ("a", "b.py::f")),
        ("::f", ("",), ("", "f")),
    ],
)
def test_the_longest_path_that_may_be_meant_is_the_path(
    address: str, paths: tuple[str, ...] | dict[str, int], key: tuple[str, str]
) -> None:
    assert split_address(address, paths) == key


def test_simple_names() -> None:
    names = ("a.py::Model.save", "a.py::f", "a.py::import::os", "a.py::import::*:os.path")
    assert [simple_name(name) for name in names] == ["save", "f", "os", "*:os.path"]


def test_the_nearest_prefix_comes_first() -> None:
    assert list(prefixes("a.py::C.D.f")) == ["a.py::C.D.", "a.py::C.", "a.py::"]
    assert list(prefixes("a::b.py::f")) == ["a::b.", "a::", "a::b.py::"]
    assert list(prefixes("a.py")) == []


def test_what_begins_with_a_prefix_sorts_before_what_comes_after_all_of_it() -> None:
    addresses = ["a.py::C", "a.py::zzz\U0010ffff", after_all("a.py::"), "a.py;"]
    assert sorted(addresses) == addresses


def test_a_file_takes_its_symbols_along_and_else_the_outermost_class_its_members() -> None:
    paths = {"a.py": "b.py"}
    keys = {("a.py", "C"): ("a.py", "X"), ("c.py", "C"): ("d.py", "E.F"), ("c.py", "C.D"): ("c.py", "G")}
    assert carried_along(("a.py", "C.f"), paths, keys) == ("b.py", "C.f")
    assert carried_along(("c.py", "C.D.f"), paths, keys) == ("d.py", "E.F.D.f")
    assert carried_along(("c.py", "C"), paths, keys) == ("c.py", "C")
    assert carried_along(("c.py", "Cat.f"), paths, keys) == ("c.py", "Cat.f")
