"""What is passed on and inherited across files: of those that a commit changed, and of those that it did not."""

from __future__ import annotations

from support.deltas import Tree, delta_of

ONE = "def f(a, b):\n    return compute(a, b)\n"
TWO = "def g(a):\n    return [a, other(3)]\n"


def breaks(old: Tree, new: Tree) -> list[str]:
    return delta_of(old, new)["breaking_changes"]


def test_a_package_that_did_not_change_passes_on_what_its_private_modules_have() -> None:
    init = "from ._a import f\nfrom ._b import *\nfrom ._a import _h as h\n"
    old = {"p/__init__.py": init, "p/_a.py": ONE + ONE.replace("f(", "_h("), "p/_b.py": TWO}
    narrower = {**old, "p/_a.py": (ONE + ONE.replace("f(", "_h(")).replace("a, b)", "a)")}
    assert breaks(old, narrower) == ["p/_a.py::_h: parameter_removed b", "p/_a.py::f: parameter_removed b"]
    assert breaks(old, {**old, "p/_b.py": "x = 1\n"}) == ["p/_b.py::g: public_removed"]
    assert breaks(old, {**old, "p/_b.py": TWO.replace("g(", "k(")}) == ["p/_b.py::g: public_moved p/_b.py::k"]
    assert delta_of(old, {**old, "p/_b.py": TWO + "\n\ndef new():\n    return 'new'\n"})["sem_ver_bump"] == "minor"
    assert (
        delta_of(old, {**old, "p/_a.py": old["p/_a.py"] + "\n\ndef new():\n    return 1\n"})["sem_ver_bump"] == "patch"
    )
    # its list decides where it has one
    listed = {"p/__init__.py": "from ._b import *\n__all__ = ['x']\n", "p/_b.py": TWO + "x = 1\n"}
    assert breaks(listed, {**listed, "p/_b.py": "x = 1\n"}) == []


def test_what_a_package_gets_from_elsewhere_now_is_still_offered() -> None:
    old = {"p/__init__.py": "from ._a import f\n", "p/_a.py": ONE}
    assert breaks(old, {"p/__init__.py": "from ._b import f\n", "p/_b.py": ONE}) == []
    assert breaks(old, {"p/__init__.py": "", "p/_a.py": "x = 1\n"}) == ["p/__init__.py::import::f: public_removed"]
    star = {"p/__init__.py": "from ._a import *\n", "p/_a.py": ONE}
    assert breaks(star, {"p/__init__.py": "from ._a import f\n", "p/_a.py": ONE}) == []
    assert breaks(star, {"p/__init__.py": "x = 1\n", "p/_a.py": ONE}) == [
        "p/__init__.py::import::*:._a: public_removed"
    ]


def test_a_star_import_of_a_file_that_did_not_change_offers_what_that_has() -> None:
    old = {"p/m.py": "from .n import *\n" + ONE, "p/n.py": TWO + ONE}
    assert breaks(old, {**old, "p/m.py": "from .n import *\n"}) == []
    private = {**old, "p/n.py": "__all__ = ['g']\n" + TWO + ONE}
    assert breaks(private, {**private, "p/m.py": "from .n import *\n"}) == ["p/m.py::f: public_removed"]


def test_a_base_in_a_file_that_did_not_change_is_looked_into() -> None:
    base = "class B:\n    def f(self, a):\n        return a + 1\n\n    def __init__(self, x):\n        self.x = x\n"
    for imported, name in [("from .b import B\n", "B"), ("from . import b\n", "b.B"), ("from .b import B as C\n", "C")]:
        text = f"{imported}\n\nclass A({name}):\n    y = 1\n"
        method = "\n    def f(self, a):\n        return a + 2\n"
        old = {"p/a.py": text + method, "p/b.py": base}
        assert breaks(old, {**old, "p/a.py": text}) == []
        wider = {**old, "p/a.py": text + method.replace("self, a", "self, a, c")}
        assert breaks(wider, {**wider, "p/a.py": text}) == ["p/a.py::A.f: parameter_removed c"]
        made = {**old, "p/a.py": text + "\n    def __init__(self, x, z):\n        self.z = z\n"}
        assert breaks(made, {**made, "p/a.py": text}) == ["p/a.py::A: parameter_removed z"]
    deep = {"p/a.py": "from .b import E\n\n\nclass A(E):\n    x = 1\n", "p/b.py": "class E(KeyError):\n    y = 1\n"}
    assert breaks({**deep, "p/a.py": "class A(LookupError):\n    x = 1\n"}, deep) == []
    assert breaks({**deep, "p/a.py": "class A(OSError):\n    x = 1\n"}, deep) == ["p/a.py::A: base_removed OSError"]


def test_the_members_of_a_class_that_kept_its_name_as_an_alias_are_still_there() -> None:
    old = "class A:\n    def f(self):\n        return 1\n\n    def g(self):\n        return [2, 3]\n"
    assert breaks({"m.py": old}, {"m.py": old.replace("A:", "B:") + "\n\nA = B\n"}) == []
    short = old.replace("A:", "B:").partition("\n    def g")[0]
    assert breaks({"m.py": old}, {"m.py": short + "\n\nA = B\n"}) == ["m.py::A.g: public_removed"]


def test_what_a_list_repeats_of_another_module_is_public() -> None:
    init = "from .a import *\nfrom . import a\n__all__ = [*a.__all__, 'x']\nx = 1\n"
    old = {"p/__init__.py": init, "p/a.py": "__all__ = ['f', 'g']\n" + ONE + TWO}
    new = {**old, "p/__init__.py": "from .a import f\n__all__ = ['f', 'x']\nx = 1\n"}
    assert breaks(old, new) == ["p/__init__.py::import::*:.a: public_removed"]
    assert breaks(old, {**old, "p/__init__.py": "from .a import f, g\n__all__ = ['f', 'g', 'x']\nx = 1\n"}) == []


def test_what_a_package_has_through_two_star_imports_or_as_a_module_is_public() -> None:
    chain = {"p/__init__.py": "from ._m import *\n", "p/_m.py": "from ._n import *\n", "p/_n.py": ONE + TWO}
    assert breaks(chain, {**chain, "p/_n.py": ONE}) == ["p/_n.py::g: public_removed"]
    module = {"p/__init__.py": "from . import _core as core\n", "p/_core.py": ONE + TWO}
    assert breaks(module, {**module, "p/_core.py": TWO}) == ["p/_core.py::f: public_removed"]
    hidden = {**module, "p/__init__.py": "from . import _core\n"}
    assert breaks(hidden, {**hidden, "p/_core.py": TWO}) == []


def test_a_file_beside_a_private_module_passes_on_what_it_says_is_for_others() -> None:
    for face in ("from ._core import f as f\n", "from ._core import f\n__all__ = ['f']\n"):
        old = {"p/api.py": face, "p/_core.py": ONE + TWO}
        assert breaks(old, {**old, "p/_core.py": TWO}) == ["p/_core.py::f: public_removed"]
        assert breaks(old, {**old, "p/_core.py": ONE}) == []
    used = {"p/api.py": "from ._core import f\nf(1, 2)\n", "p/_core.py": ONE + TWO}
    assert breaks(used, {**used, "p/_core.py": TWO}) == []
    base = "class Base:\n    def m(self, a):\n        return [a]\n"
    heir = {"p/_b.py": base, "p/a.py": "from ._b import Base as _Base\nclass A(_Base):\n    x = 1\n"}
    assert breaks(heir, {**heir, "p/_b.py": base.replace(", a", "")}) == ["p/_b.py::Base.m: parameter_removed a"]
    assert breaks(heir, {**heir, "p/_b.py": "class Base:\n    y = 1\n"}) == ["p/_b.py::Base.m: public_removed"]
    own = {**heir, "p/a.py": heir["p/a.py"] + "    def m(self, a):\n        return a\n"}
    assert breaks(own, {**own, "p/_b.py": "class Base:\n    y = 1\n"}) == []


def test_an_import_from_elsewhere_is_held_against_what_it_brought() -> None:
    old = {"p/__init__.py": "from .a import f\n", "p/a.py": ONE}
    new = {"p/__init__.py": "from .b import f\n", "p/a.py": ONE, "p/b.py": ONE.replace(", b)", ")")}
    assert breaks(old, new) == ["p/__init__.py::import::f: parameter_removed b"]
    # also where the file itself had it, and the other one has been there all the time
    there = {"p/b.py": ONE.replace(", b)", ")").replace("return", "yield")}
    own = {"p/c.py": ONE, **there}
    assert breaks(own, {"p/c.py": "from .b import f\n", **there}) == ["p/c.py::f: parameter_removed b"]
    assert breaks(own, {"p/c.py": "from elsewhere import f\n", **there}) == []


def test_a_module_that_becomes_a_package_breaks_what_its_list_leaves_out() -> None:
    new = {"p/__init__.py": "from ._core import *\n", "p/_core.py": "__all__ = ['f']\n" + ONE + TWO}
    assert breaks({"p.py": ONE + TWO}, new) == ["p.py::g: public_moved p/_core.py::g"]


def test_names_that_a_module_answers_for_are_still_there() -> None:
    old = {"p/__init__.py": "from .a import f\n", "p/a.py": ONE}
    lazy = "\n\ndef __getattr__(name):\n    {}\n"
    ways = (
        "if name == 'f':\n        return 1",
        "from . import a\n    return getattr(a, name)",
        "return load(_where[name])",
    )
    for way in ways:
        assert breaks(old, {**old, "p/__init__.py": "_where = {'f': '.a'}\n" + lazy.format(way)}) == []
    checked = "if TYPE_CHECKING:\n    from .a import f\n"
    assert breaks(old, {**old, "p/__init__.py": checked + lazy.format("return load(name)")}) == []
    assert breaks(old, {**old, "p/__init__.py": checked}) == [
        "p/__init__.py::import::f: public_removed where no importer meets it"
    ]


def test_what_leaves_the_list_of_a_private_module_leaves_the_package_around_it() -> None:
    text = "__all__ = ['a', 'b']\n\n\ndef a():\n    return 1\n\n\ndef b():\n    return [2]\n"
    for face in (
        "from ._x import *\n",
        "from . import _x\nfrom ._x import *\n__all__ = ['k']\n__all__ += _x.__all__\n",
        "from . import _x\nfrom ._x import *\n__all__ = [*_x.__all__]\n",
    ):
        old = {"p/__init__.py": face, "p/_x.py": text}
        unlisted = {**old, "p/_x.py": text.replace(", 'b'", "")}
        assert delta_of(old, unlisted)["breaking_changes"] == ["p/_x.py::b: unlisted"], face
        asked = {**old, "p/_x.py": text.replace("b()", "b(c)")}
        assert delta_of(old, asked)["breaking_changes"] == ["p/_x.py::b: parameter_added_required c"], face
    kept = {"p/__init__.py": "from ._x import a, b\n", "p/_x.py": text}
    assert delta_of(kept, {**kept, "p/_x.py": text.replace(", 'b'", "")})["breaking_changes"] == []
