"""What one branch changed or took away, and the other newly uses."""

from __future__ import annotations

import pytest
from support.forks import APP, Fork, cut, edit, short

CALLER = "from app import helper\n\n\ndef use():\n    return {}\n"


@pytest.mark.parametrize(
    ("change", "caller", "kinds"),
    [
        (("helper(a, b)", "helper(a, b, c)"), "helper(1, 2)", ["signature_and_caller"]),
        (("helper(a, b)", "helper(a: int, b)"), "helper(1, 2)", []),
        (("def helper", "def assistant"), "helper(1, 2)", ["gone_and_caller"]),
        (("a + b", "a - b"), "helper(1, 2)", []),
        (("helper(a, b)", "helper(a, b, c)"), "len([helper])", []),
    ],
)
def test_a_new_caller_of_what_has_other_parameters_or_is_gone(
    fork: Fork, change: tuple[str, str], caller: str, kinds: list[str]
) -> None:
    found = fork.found(
        {"app.py": APP, "use.py": CALLER.format("0")}, {"app.py": edit(change)}, {"use.py": CALLER.format(caller)}
    )
    assert [each.kind for each in found] == kinds
    for each in found:
        assert (each.address, each.theirs.address, each.theirs.change) == ("app.py::helper", "use.py::use", ["calls"])
        assert each.text is None


@pytest.mark.parametrize(("parameters", "breaks"), [("a, b, c", True), ("a, b, c=0", False), ("a, *, b", True)])
def test_a_changed_signature_says_whether_calls_still_fit(fork: Fork, parameters: str, breaks: bool) -> None:  # noqa: FBT001 - a parameter of the test
    found = fork.found(
        {"app.py": APP, "use.py": CALLER.format("0")},
        {"app.py": edit(("helper(a, b)", f"helper({parameters})"))},
        {"use.py": CALLER.format("helper(1, 2)")},
    )
    assert [(each.kind, each.breaks) for each in found] == [("signature_and_caller", breaks)]


def test_a_call_counts_where_the_file_knows_whom_it_calls(fork: Fork) -> None:
    stranger = CALLER.format("0").replace("from app", "from elsewhere")
    found = fork.found(
        {"app.py": APP, "use.py": stranger},
        {"app.py": edit(("helper(a, b)", "helper(a, b, c)"))},
        {"use.py": stranger.replace("0", "helper(1, 2)")},
    )
    assert found == []


def test_a_new_call_of_a_class_meets_its_constructor(fork: Fork) -> None:
    init = "    def __init__(self):\n        self.path = None\n\n    def save"
    base = edit(("    def save", init))
    user = "import app\n\n\ndef use():\n    return {}\n"
    found = fork.found(
        {"app.py": base, "use.py": user.format("0")},
        {"use.py": user.format("app.Model()")},
        {"app.py": base.replace("__init__(self)", "__init__(self, path)")},
    )
    assert short(found) == [("signature_and_caller", "app.py::Model.__init__", ["calls"], ["signature"], None)]


def test_a_new_use_of_an_import_that_was_taken_away(fork: Fork) -> None:
    base = APP.replace("import os\n", "import os\nimport sys\n")
    found = fork.found(
        {"app.py": base},
        {"app.py": base.replace("import sys\n", "")},
        {"app.py": base.replace("[value, other]", "[value, sys.argv]")},
    )
    assert short(found) == [("gone_and_caller", "app.py::import::sys", ["deleted"], ["calls"], None)]


@pytest.mark.parametrize(
    "use",
    [
        "class Deep(Model):\n    pass\n",
        "@Model.wrapped\nclass Deep:\n    pass\n",
        "def größe():\n    return Model()\n",
        "class Deep:\n    one = 1\n    two = Model\n",
        "if DEBUG:\n    class Deep(Model):\n        pass\nelse:\n    def Deep():\n        pass\n",
    ],
)
def test_a_new_use_is_found_wherever_the_text_says_it(fork: Fork, use: str) -> None:
    top = "from app import Model\n\n\n"
    gone = cut("class Model", "def helper")
    found = fork.found({"app.py": APP, "use.py": top}, {"app.py": gone}, {"use.py": top + use})
    assert "gone_and_caller" in [each.kind for each in found]


def test_words_that_only_contain_the_name_are_no_use(fork: Fork) -> None:
    top = "import app\n\n\n"
    use = "def use(remodel):\n    return Modelled(remodel)  # Model\n"
    gone = cut("class Model", "def helper")
    found = fork.found({"app.py": APP, "use.py": top}, {"app.py": gone}, {"use.py": top + use})
    assert found == []


def test_a_new_caller_of_what_only_moved_within_reach_is_no_collision(fork: Fork) -> None:
    base = edit(("\n\ndef helper", "\n    def store(self):\n        return self.load()\n\n\ndef helper"))
    moved = base.replace("class Model:", "class Base:").replace("    def store", "\nclass Model(Base):\n    def store")
    used = base.replace("[value, other]", "[value, other, Model().store()]")
    assert not any(
        each.kind == "gone_and_caller" for each in fork.found({"app.py": base}, {"app.py": moved}, {"app.py": used})
    )


@pytest.mark.parametrize(
    ("imports", "call"),
    [
        ("import app as a", "a.helper(1, 2)"),
        ("from . import app as a", "a.helper(1, 2)"),
        ("from app import helper as aid", "aid(1, 2)"),
        ("from .app import helper as aid", "aid(1, 2)"),
    ],
)
def test_a_call_under_another_name(fork: Fork, imports: str, call: str) -> None:
    user = f"{imports}\n\n\ndef use():\n    return {{}}\n"
    found = fork.found(
        {"app.py": APP, "use.py": user.format("0")},
        {"app.py": edit(("helper(a, b)", "helper(a, b, c)"))},
        {"use.py": user.format(call)},
    )
    assert short(found) == [("signature_and_caller", "app.py::helper", ["signature"], ["calls"], None)]


def test_another_name_of_another_module_is_no_call(fork: Fork) -> None:
    user = "import other as a\nfrom third import helper as aid\n\n\ndef use():\n    return {}\n"
    found = fork.found(
        {"app.py": APP, "use.py": user.format("0")},
        {"app.py": edit(("helper(a, b)", "helper(a, b, c)"))},
        {"use.py": user.format("a.helper(aid(1, 2), 3)")},
    )
    assert found == []


@pytest.mark.parametrize("back", [False, True])
def test_a_function_that_becomes_a_coroutine_or_none(fork: Fork, back: bool) -> None:  # noqa: FBT001 - a parameter of the test
    plain, coroutine = APP, edit(("def helper", "async def helper"))
    old, new = (coroutine, plain) if back else (plain, coroutine)
    found = fork.found(
        {"app.py": old, "use.py": CALLER.format("0")}, {"app.py": new}, {"use.py": CALLER.format("helper(1, 2)")}
    )
    assert [(each.kind, each.address, each.breaks) for each in found] == [("async_and_caller", "app.py::helper", True)]


@pytest.mark.parametrize("imports", ["from app import {}", "from app import {} as aid", "from .app import {}"])
@pytest.mark.parametrize(
    ("name", "gone"), [("helper", ("def helper", "def leave")), ("Model", ("class Model", "def helper"))]
)
def test_a_new_import_of_what_is_gone(fork: Fork, imports: str, name: str, gone: tuple[str, str]) -> None:
    user = "def use():\n    return 1\n"
    found = fork.found(
        {"app.py": APP, "use.py": user}, {"app.py": cut(*gone)}, {"use.py": imports.format(name) + "\n\n\n" + user}
    )
    assert ("gone_and_caller", f"app.py::{name}", ["deleted"], ["imports"], None) in short(found)


def test_a_new_import_of_a_variable_that_is_gone_and_of_a_namesake(fork: Fork) -> None:
    base = APP + "\n\nLIMIT = 3\n"
    user = "def use():\n    return 1\n"
    theirs: dict[str, str | None] = {
        "use.py": "from app import LIMIT\n" + user,
        "far.py": "from elsewhere import LIMIT\n" + user,
    }
    found = fork.found({"app.py": base, "use.py": user, "far.py": user}, {"app.py": APP}, theirs)
    assert [(each.kind, each.theirs.address) for each in found] == [("gone_and_caller", "use.py::import::LIMIT")]


INIT = edit(("    def save", "    def __init__(self, path):\n        self.path = path\n\n    def save"))


@pytest.mark.parametrize(
    ("base", "call", "kinds"),
    [
        ("Model", "super().__init__('a')", ["signature_and_caller"]),
        ("Model", "Model.__init__(self, 'a')", ["signature_and_caller"]),
        ("app.Model", "super().__init__('a')", ["signature_and_caller"]),
        ("Other", "super().__init__('a')", []),
        ("Other", "Other.__init__(self, 'a')", []),
    ],
)
def test_a_constructor_that_a_subclass_calls(fork: Fork, base: str, call: str, kinds: list[str]) -> None:
    top = "import app\nfrom app import Model\nfrom other import Other\n\n\n"
    sub = f"class Sub({base}):\n    def __init__(self):\n        {call}\n"
    found = fork.found(
        {"app.py": INIT, "use.py": top},
        {"app.py": INIT.replace("__init__(self, path)", "__init__(self, path, size)")},
        {"use.py": top + sub},
    )
    assert [(each.kind, each.address) for each in found] == [(kind, "app.py::Model.__init__") for kind in kinds]


LIB = "LIMIT = 3\n\n\nclass Box:\n    size = 4\n    depth = 5\n\n\ndef scale(x):\n    return x * LIMIT\n"
WITHOUT_LIMIT = LIB.replace("LIMIT = 3", "MOST = [3]").replace("LIMIT", "2")
WITHOUT_SIZE = LIB.replace("    size = 4\n", "")
WITH_FACTOR = LIB.replace("scale(x)", "scale(x, factor)")


@pytest.mark.parametrize(
    ("changed", "user", "kinds"),
    [
        (WITHOUT_LIMIT, "import lib\n\n\ndef use():\n    return lib.LIMIT\n", ["gone_and_caller"]),
        (WITHOUT_LIMIT, "import lib as l\n\n\ndef use():\n    return l.LIMIT\n", ["gone_and_caller"]),
        (WITHOUT_LIMIT, "import lib\n\n\ndef use(LIMIT):\n    return LIMIT\n", []),
        (WITHOUT_LIMIT, "import lib\n\n\ndef use(other):\n    return other.LIMIT\n", []),
        (WITHOUT_SIZE, "from lib import Box as B\n\n\ndef use():\n    return B.size\n", ["gone_and_caller"]),
        (
            WITHOUT_SIZE,
            "import lib\n\n\nclass Sub(lib.Box):\n    def use(self):\n        return self.size\n",
            ["gone_and_caller"],
        ),
        (WITHOUT_SIZE, "from lib import Box\n\n\ndef use(other):\n    return other.size\n", []),
        (
            WITH_FACTOR,
            "from functools import partial\nimport lib\n\nuse = partial(lib.scale, 3)\n",
            ["signature_and_caller"],
        ),
        (WITH_FACTOR, "import lib as l\n\ns = l.scale\n", ["signature_and_caller"]),
        (WITH_FACTOR, "import other\n\ns = other.scale\n", []),
        (WITH_FACTOR, "def use():\n    from lib import scale\n    return scale(1)\n", ["signature_and_caller"]),
        (WITH_FACTOR, "def use():\n    from other import scale\n    return scale(1)\n", []),
    ],
)
def test_a_value_is_used_by_the_name_of_whose_it_is_and_a_function_may_be_handed_on(
    fork: Fork, changed: str, user: str, kinds: list[str]
) -> None:
    found = fork.found({"lib.py": LIB, "use.py": "X = 1\n"}, {"lib.py": changed}, {"use.py": "X = 1\n" + user})
    assert [each.kind for each in found] == kinds
