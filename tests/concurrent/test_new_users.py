"""What a class makes, is derived from, or offers for reading, changed on one side beside a new user on the other."""

from __future__ import annotations

import pytest
from support.deltas import Files, changed

from muse_hook.concurrent.footprint import footprint_of
from muse_hook.concurrent.side import BranchChanges
from muse_hook.concurrent.uses import new_imports_of_moved, new_users

DATACLASS = "from dataclasses import dataclass\n\n\n@dataclass\nclass P:\n    x: int\n    z: int = 0\n"
NAMED = "from typing import NamedTuple\n\n\nclass P(NamedTuple):\n    x: int\n"
METHOD = "class B:\n    def run(self, a):\n        total = a + 1\n        return total * 2\n"
MADE = "class B:\n    def __init__(self, a):\n        self.a = a\n\n\nclass D(B):\n    pass\n"
SIZE = "class B:\n    @property\n    def size(self):\n        return 1\n"
ENUM = "from enum import Enum\n\n\nclass Color(Enum):\n    RED = 1\n    BLUE = 2\n"
STATIC = "class B:\n    @staticmethod\n    def make(a):\n        return a\n"
FUNCTION = "def h(a, b):\n    return a\n"
OVERRIDE = "from m import B\n\n\nclass C(B):\n    def run(self, a):\n        return a * 3\n"
HEIR = "from m import B\n\n\nclass E(B):\n    pass\n\n\ndef f(x):\n    return E(1)\n"
ABSTRACT = (
    "import abc\nfrom abc import ABC, abstractmethod\n\n\nclass B(ABC):\n    def stop_it(self):\n        return 1\n"
)
ABSTRACT += METHOD.partition("\n")[2].replace("    def", "\n    def", 1)
LISTED = f'__all__ = ["g", "h"]\n\n\ndef g():\n    return 1\n\n\n{FUNCTION}'


def call(name: str, text: str) -> tuple[str, str]:
    """Return a file that imports a name and has a function, and the file with another body of that function."""
    head = f"from m import {name}\n\n\ndef f(x):\n    return "
    return f"{head}0\n", f"{head}{text}\n"


# m.py and what changes in it; the user's file before (None: new) and after; what is told: kind, name, how, breaks.
CASES = {
    "a required field": (
        DATACLASS,
        ("    z", "    y: int\n    z"),
        call("P", "P(1)"),
        ("signature_and_caller", "P", "calls", True),
    ),
    "an optional field": (
        DATACLASS,
        ("= 0\n", "= 0\n    y: int = 0\n"),
        call("P", "P(1)"),
        ("signature_and_caller", "P", "calls", False),
    ),
    "a field of a tuple": (
        NAMED,
        ("int\n", "int\n    y: int\n"),
        call("P", "P(1)"),
        ("signature_and_caller", "P", "calls", True),
    ),
    "a field that is gone": (
        DATACLASS,
        ("    x: int\n", ""),
        call("P", "P(1, z=2)"),
        ("signature_and_caller", "P", "calls", True),
    ),
    "a constructor that was not there": (
        METHOD,
        (":\n    def run", ":\n    def __init__(self, a):\n        self.a = a\n\n    def run"),
        call("B", "B()"),
        ("signature_and_caller", "B", "calls", True),
    ),
    "an override": (
        METHOD,
        ("self, a", "self, a, b"),
        (None, OVERRIDE),
        ("signature_and_caller", "B.run", "overrides", True),
    ),
    "an override of what has another name": (
        METHOD,
        ("def run", "def execute"),
        (None, OVERRIDE),
        ("gone_and_caller", "B.run", "overrides", None),
    ),
    "an override of a coroutine": (
        METHOD,
        ("def run", "async def run"),
        (None, OVERRIDE),
        ("async_and_caller", "B.run", "overrides", True),
    ),
    "a constructor that is inherited": (
        MADE,
        ("self, a", "self, a, b"),
        call("D", "D(1)"),
        ("signature_and_caller", "D", "calls", True),
    ),
    "a constructor that a new class inherits": (
        MADE,
        ("self, a", "self, a, b"),
        (None, HEIR),
        ("signature_and_caller", "B.__init__", "inherits", True),
    ),
    "a class of fields that a new one inherits": (
        DATACLASS,
        ("    z", "    y: int\n    z"),
        (None, "from m import P\n\n\n@dataclass\nclass Q(P):\n    w: int = 0\n"),
        ("signature_and_caller", "P", "inherits", True),
    ),
    "a property that is a method now": (
        SIZE,
        ("    @property\n", ""),
        call("B", "x.size + 1"),
        ("signature_and_caller", "B.size", "reads", True),
    ),
    "a method that is a property now": (
        SIZE.replace("    @property\n", ""),
        ("    def size", "    @property\n    def size"),
        call("B", "x.size() + 1"),
        ("signature_and_caller", "B.size", "calls", True),
    ),
    "a property that is gone": (
        SIZE + "\n    def other(self):\n        return 2\n",
        ("    @property\n    def size(self):\n        return 1\n\n", ""),
        call("B", "x.size"),
        ("gone_and_caller", "B.size", "reads", None),
    ),
    "a member of an Enum": (
        ENUM,
        ("    BLUE = 2\n", ""),
        call("Color", "Color.BLUE"),
        ("gone_and_caller", "Color.BLUE", "calls", None),
    ),
    "a field of what is said to be one": (
        DATACLASS,
        ("z: int", "depth: int"),
        (call("P", "0")[0], "from m import P\n\n\ndef f(x: P):\n    return x.z\n"),
        ("gone_and_caller", "P.z", "calls", None),
    ),
    "what is called on an object now": (
        STATIC,
        ("    @staticmethod\n    def make(a)", "    def make(self, a)"),
        call("B", "B.make(1)"),
        ("signature_and_caller", "B.make", "calls", True),
    ),
    "a parameter by position alone": (
        FUNCTION,
        ("a, b", "a, b, /"),
        call("h", "h(1, b=2)"),
        ("signature_and_caller", "h", "calls", True),
    ),
    "a parameter by name alone": (
        FUNCTION,
        ("a, b", "a, *, b"),
        call("h", "h(1, 2)"),
        ("signature_and_caller", "h", "calls", True),
    ),
    "a method that heirs have to write": (
        ABSTRACT,
        ("    def run", "    @abstractmethod\n    def stop(self):\n        ...\n\n    def run"),
        (None, OVERRIDE),
        ("signature_and_caller", "B", "inherits", True),
    ),
    "a method that is abstract now": (
        ABSTRACT,
        ("    def stop_it", "    @abc.abstractmethod\n    def stop_it"),
        (None, OVERRIDE),
        ("signature_and_caller", "B", "inherits", True),
    ),
    "a name that a star import brings no more": (
        LISTED,
        (', "h"', ""),
        ("from m import *\n\n\ndef f(x):\n    return 0\n", "from m import *\n\n\ndef f(x):\n    return h(1, 2)\n"),
        ("gone_and_caller", "h", "calls", None),
    ),
    "a decorator": (
        FUNCTION,
        ("a, b", "a, b, c"),
        (call("h", "0")[0], "from m import h\n\n\n@h\ndef f(x):\n    return 0\n"),
        ("signature_and_caller", "h", "calls", True),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_new_user_of_what_the_other_side_changed(case: str) -> None:
    module, (old, new), (before, after), expected = CASES[case]
    assert old in module
    base = {"m.py": module} | ({} if before is None else {"u.py": before})
    ours, theirs = base | {"m.py": module.replace(old, new, 1)}, base | {"u.py": after}
    one, other = changed(base, ours), changed(base, theirs)
    told = [
        (each.kind, each.key[1], how, each.breaks)
        for each, key, _, how in new_users(BranchChanges(one), BranchChanges(other))
        if key[0] == "u.py"
    ]
    assert told[:1] == [expected]
    assert footprint_of(one).meets(footprint_of(other))


@pytest.mark.parametrize(
    ("module", "change", "after"),
    [
        (
            METHOD,
            ("self, a", "self, a, b"),
            "from m import B\n\n\nclass C(B):\n    def run(self, a, b):\n        return a\n",
        ),
        (METHOD, ("self, a", "self, a, b"), "class C(A):\n    def run(self, a):\n        return a\n"),
        (MADE, ("self, a", "self, a, b"), "from m import B\n\n\nclass C(B):\n    def __init__(self):\n        pass\n"),
        (SIZE, ("    @property\n", ""), "def f(x):\n    return x.size\n"),
        (DATACLASS, ("z: int = 0", "z: int = 0  # last"), "from m import P\n\n\ndef f(x):\n    return P(1)\n"),
        (DATACLASS, ("z: int", "depth: int"), "from m import P\n\n\ndef f(x):\n    return x.z\n"),
        (
            ABSTRACT,
            ("    def stop_it", "    @abstractmethod\n    def stop_it"),
            OVERRIDE + "\n    def stop_it(self):\n        return 2\n",
        ),
        (LISTED, (', "h"', ""), "from m import h\n\n\ndef f(x):\n    return h(1, 2)\n"),
        (LISTED, (', "h"', ""), "from m import *\n\n\ndef f(h):\n    return h(1, 2) + x.h(1)\n"),
    ],
)
def test_what_fits_or_is_another_ones_is_not_told(module: str, change: tuple[str, str], after: str) -> None:
    base = {"m.py": module}
    sides = [BranchChanges(changed(base, base | new)) for new in ({"m.py": module.replace(*change)}, {"u.py": after})]
    assert list(new_users(*sides)) == []


@pytest.mark.parametrize(
    ("path", "after", "told"),
    [
        ("u.py", "from p.mid import Mid\n\n\ndef f(x):\n    return Mid(1)\n", [("m.py", "B.__init__", "calls")]),
        ("u.py", "from p.mid import Mid\n\n\nclass E(Mid):\n    x = 1\n", [("m.py", "B.__init__", "inherits")]),
        ("u.py", "from p import Far\n\n\ndef f(x):\n    return Far(1)\n", [("m.py", "B.__init__", "calls")]),
        ("u.py", "from p.mid import Own\n\n\ndef f(x):\n    return Own()\n", []),
        (
            "u.py",
            "from p.mid import Mid\n\n\nclass E(Mid):\n    def __init__(self):\n        self.a = 1\n",
            [],
        ),
    ],
)
def test_a_constructor_is_inherited_through_a_file_that_nobody_changed(
    path: str, after: str, told: list[tuple[str, str, str]]
) -> None:
    mid = "from m import B\n\n\nclass Mid(B):\n    x = 1\n\n\n"
    mid += "class Own(B):\n    def __init__(self):\n        self.a = 1\n"
    base = {
        "m.py": MADE,
        "p/mid.py": mid,
        "p/__init__.py": "from .far import Far\n",
        "p/far.py": "from . import mid\n\n\nclass Far(mid.Mid):\n    y = 2\n",
    }
    ours, theirs = base | {"m.py": MADE.replace("self, a", "self, a, b")}, base | {path: after}
    one, other = BranchChanges(changed(base, ours)), BranchChanges(changed(base, theirs))
    other.rest = Files(theirs)
    assert [(*each.key, how) for each, _, _, how in new_users(one, other)] == told


@pytest.mark.parametrize(
    ("line", "is_told"),
    [("import p.m", True), ("from p.m import h", True), ("from p import m", True), ("from p.m import *", True),
     ("import q.m", False), ("from p import n", False)],
)  # fmt: skip
@pytest.mark.parametrize("now", ["p/n.py", "p/m/__init__.py"])
def test_a_new_import_of_a_module_that_has_moved(line: str, now: str, *, is_told: bool) -> None:
    text = METHOD + FUNCTION
    base = {"p/m.py": text, "p/__init__.py": "", "u.py": "def f():\n    return 0\n"}
    one = changed(base, {"p/__init__.py": "", "u.py": base["u.py"], now: text})
    other = changed(base, base | {"u.py": f"{line}\n\n\n{base['u.py']}"})
    told = list(new_imports_of_moved(BranchChanges(one), BranchChanges(other)))
    assert [path for path, *_ in told] == ["p/m.py"] * (is_told and now == "p/n.py")
    if told:
        assert footprint_of(one).meets(footprint_of(other))
