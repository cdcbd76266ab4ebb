"""What callers notice where a name has several definitions, another form, or is bound to something else."""

from __future__ import annotations

import pytest
from support.deltas import Tree, delta_of


def verdicts(old: str | Tree, new: str | Tree) -> set[str]:
    """Return the reasons of all verdicts and, behind "!", the words of the breaking ones; a text is the file `m.py`."""
    trees = [{"m.py": tree} if isinstance(tree, str) else tree for tree in (old, new)]
    delta = delta_of(*trees)
    return {v["reason"] for v in delta["verdicts"]} | {f"!{line}" for line in delta["breaking_changes"]}


def broken(old: str | Tree, new: str | Tree) -> list[str]:
    trees = [{"m.py": tree} if isinstance(tree, str) else tree for tree in (old, new)]
    return list(delta_of(*trees)["breaking_changes"])


BODY = "(url, timeout=5):\n    with open_url(url, timeout) as answer:\n        return answer.read()\n"


def test_a_lambda_is_a_function_to_its_callers() -> None:
    assert broken("f = lambda x, y=1: x + y\n", "def f(x, y=1):\n    return x + y\n") == []
    assert broken("def f(x, y=1):\n    return x + y\n", "f = lambda x: x + 1\n") == ["m.py::f: parameter_removed y"]
    assert broken("f = lambda x: x\n", "f = lambda x, y: x\n") == ["m.py::f: parameter_added_required y"]
    assert broken("class A:\n    f = lambda self, x: x\n", "class A:\n    def f(self, x):\n        return x\n") == []


def test_an_alias_is_what_it_stands_for() -> None:
    assert broken("def fetch" + BODY, "def download" + BODY + "\n\nfetch = download\n") == []
    renamed = "def download" + BODY.replace(", timeout=5", "") + "\n\nfetch = download\n"
    assert broken("def fetch" + BODY, renamed) == ["m.py::download: parameter_removed timeout"]
    assert broken("def fetch" + BODY, "import net\nfetch = net.download\n") == []
    # two names that stand for each other are nothing that could be judged
    assert broken("def f(a): ...\n", "f = g\ng = f\n") == []
    assert broken("def f(a): ...\n", "f = 3\n") == ["m.py::f: kind_changed function -> variable"]


def test_a_decorator_may_be_written_by_hand() -> None:
    old = "def area(side):\n    return side * side\n\n\narea = cache(area)\n"
    assert broken(old, "@cache\ndef area(side):\n    return side * side\n") == []
    new = old.replace("(side):", "(side, depth):")
    assert broken(old, new) == ["m.py::area: parameter_added_required depth"]
    assert (
        broken(
            "def _f(x):\n    return x\n\n\ndef f(x):\n    return x\n", "def _f(x):\n    return x\n\n\nf = cache(_f)\n"
        )
        == []
    )


ALTERNATIVES = "if WINDOWS:\n    def home():\n        return one()\nelse:\n    def home():\n        return two()\n"


def test_each_definition_under_a_condition_counts() -> None:
    assert verdicts(ALTERNATIVES, ALTERNATIVES.replace("one()", "three()")) == {"implementation_changed"}
    for place in (1, 2):
        parts = ALTERNATIVES.split("home()")
        new = parts[0] + "home()" * (place == 2) + "home(drive)" * (place == 1) + parts[1]
        new += ("home()" if place == 1 else "home(drive)") + parts[2]
        assert broken(ALTERNATIVES, new) == ["m.py::home: parameter_added_required drive"]
    # one definition for both, and one that came to be two
    assert broken(ALTERNATIVES, "def home():\n    return three()\n") == []
    assert broken("def home():\n    return three()\n", ALTERNATIVES) == []
    assert broken("def f(x): ...\ndef f(x, y): ...\n", "def f(x, y): ...\n") == []


OVERLOADS = """\
@overload
def load(x: int) -> int: ...
@overload
def load(x: str, strict: bool = ...) -> str: ...
"""
LOAD = "def load(x, strict=False):\n    return parse(x, strict)\n"


def test_overloads_are_what_callers_have_where_nothing_else_is() -> None:
    stub, other = {"m.pyi": OVERLOADS}, {"m.pyi": OVERLOADS.replace(", strict: bool = ...", "")}
    assert broken(stub, other) == ["m.pyi::load: parameter_removed strict"]
    assert broken(other, stub) == []
    swapped = {"m.pyi": "".join(OVERLOADS.partition("@overload\ndef load(x: str")[at] for at in (1, 2, 0))}
    assert broken(stub, swapped) == []
    assert broken(LOAD, OVERLOADS + LOAD) == []
    assert broken(OVERLOADS + LOAD, OVERLOADS + LOAD.replace(", strict=False", "")) == [
        "m.py::load: parameter_removed strict"
    ]


GETTER = "class Box:\n    @property\n    def width(self):\n        return self._width\n"
SETTER = "\n    @width.setter\n    def width(self, value):\n        self._width = value\n"
DELETER = "\n    @width.deleter\n    def width(self):\n        del self._width\n"


def test_a_property_without_its_setter_is_read_only() -> None:
    assert broken(GETTER + SETTER, GETTER) == ["m.py::Box.width: setter_removed"]
    assert broken(GETTER + DELETER + SETTER, GETTER + SETTER) == ["m.py::Box.width: deleter_removed"]
    assert "setter_added" in verdicts(GETTER, GETTER + SETTER)
    assert broken(GETTER + SETTER, GETTER + SETTER.replace("= value", "= int(value)")) == []
    attribute = "class Box:\n    width: int = 3\n"
    assert broken(GETTER, attribute) == []
    assert broken(attribute, GETTER + SETTER) == []
    assert broken(attribute, GETTER) == ["m.py::Box.width: setter_removed attribute -> property"]


def test_what_is_called_a_receiver_is_nobodys_business() -> None:
    def of(head: str) -> str:
        return f"class A:\n    {head}\n        return make(1, 2)\n"

    assert broken(of("@classmethod\n    def f(klass, a):"), of("@classmethod\n    def f(cls, a):")) == []
    assert broken(of("def f(this_one, a):"), of("def f(self, a):")) == []
    assert broken(of("@staticmethod\n    def f(a, b):"), of("@staticmethod\n    def f(b):")) == [
        "m.py::A.f: parameter_removed a"
    ]
    assert broken(of("@classmethod\n    def f(cls, a):"), of("def f(self, a):")) == [
        "m.py::A.f: kind_changed classmethod -> method"
    ]


def test_a_class_may_take_the_place_of_a_function_that_makes_objects() -> None:
    function = "def pool(size, name='x'):\n    return make(size)\n"
    made = "class pool:\n    def __init__(self, size, name='x'):\n        self.size = size\n"
    assert broken(function, made) == []
    assert broken(function, made.replace(", name='x'", "")) == ["m.py::pool: parameter_removed name"]
    assert broken(made, function)[0] == "m.py::pool: kind_changed class -> function"


PARSE = (
    "def parse(line, sep):\n    name, _, value = line.partition(sep)\n    return name.strip().lower(), value.strip()\n"
)
TABLE = (
    "def table(rows, width):\n    out = []\n    for row in rows:\n        out.append(' | '.join(row))\n    return out\n"
)


def test_what_callers_decide_or_a_decorator_makes_is_no_promise() -> None:
    head = "F = TypeVar('F')\n\n\n"
    assert broken(head + "def f(a) -> Callable: ...\n", head + "def f(a) -> F: ...\n") == []
    made = "@contextmanager\ndef f(a) -> {}:\n    yield a\n"
    assert broken(made.format("Generator[int, None, None]"), made.format("Iterator[int]")) == []
    assert broken("def f(a) -> int: ...\n", "def f(a) -> str: ...\n") == [
        "m.py::f: return_annotation_changed int -> str"
    ]


def test_a_class_attribute_that_a_method_sets_now_is_still_there() -> None:
    old = "class A:\n    name = None\n\n    def __init__(self):\n        pass\n"
    assert broken(old, "class A:\n    def __init__(self):\n        self.name = None\n") == []
    assert broken(old, "class A:\n    def __init__(self):\n        use(self.name)\n") == [
        "m.py::A.name: public_removed"
    ]


def test_a_class_that_derives_from_the_one_that_went_elsewhere_is_still_it() -> None:
    text = "class Store:\n    def load(self, key):\n        return self.data[key]\n\n"
    text += "    def save(self, key):\n        return key\n"
    heir = "from base import Store as Base\n\n\nclass Store(Base):\n    pass\n"
    assert broken({"m.py": text}, {"m.py": heir, "base.py": text}) == []


def test_what_nobody_can_ask_for_breaks_nobody() -> None:
    assert broken("class A(_Base): ...\n", "class A: ...\n") == []
    fallback = "try:\n    import ssl\nexcept ImportError:\n    ssl = None\n\n\n"
    assert broken(fallback + "def f(): ...\n", "def f(): ...\n") == []
    assert broken({"scripts/make.py": "def build(a): ...\n"}, {"scripts/make.py": ""}) == []
    own = "try:\n    from fast import Names\nexcept ImportError:\n\n    class Names:\n        def get(self): ...\n"
    assert broken(own, "from fast import Names\n") == []


def test_names_that_were_exchanged_break_their_callers() -> None:
    old, new = PARSE + TABLE, PARSE.replace("parse", "table") + TABLE.replace("table", "parse")
    assert {line.split(": ")[0] for line in broken(old, new)} == {"m.py::parse", "m.py::table"}


def dataclass(*fields: str, decorator: str = "@dataclass", bases: str = "") -> str:
    return f"{decorator}\nclass User{bases}:\n" + "".join(f"    {field}\n" for field in fields)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (("a: int", "b: int = 0"), ("a: int", "b: int = 0", "c: str = ''"), []),
        (("a: int",), ("a: int", "c: str"), ["m.py::User: parameter_added_required c"]),
        (
            ("a: int", "b: int"),
            ("b: int", "a: int"),
            ["m.py::User: parameter_moved a", "m.py::User: parameter_moved b"],
        ),
        (("a: int", "b: int = 0"), ("a: int",), ["m.py::User.b: public_removed"]),
        (("a: int = 0",), ("a: int",), ["m.py::User: default_removed a"]),
        (("a: list = field(default_factory=list)",), ("a: list = field()",), ["m.py::User: default_removed a"]),
        (("a: int",), ("a: int", "c: ClassVar[int] = 3"), []),
        (("a: int",), ("a: int", "c: int = field(init=False)"), []),
        (("a: int",), ("a: int", "_: KW_ONLY", "b: int = 1"), []),
        (("a: int", "_b: int"), ("a: int",), ["m.py::User: parameter_removed _b"]),
    ],
)
def test_fields_are_parameters_of_the_constructor_made_of_them(
    old: tuple[str, ...], new: tuple[str, ...], expected: list[str]
) -> None:
    assert broken(dataclass(*old), dataclass(*new)) == expected


def test_only_where_the_class_makes_its_constructor() -> None:
    old, new = ("a: int", "b: int"), ("b: int", "a: int")
    own = ("def __init__(self, a): ...",)
    for decorator, bases in [("@plain", ""), ("@dataclass(init=False)", ""), ("@attr.s(kw_only=True)", "")]:
        two = [dataclass(*fields, decorator=decorator, bases=bases) for fields in (old, new)]
        assert broken(*two) == [], decorator
    assert broken(dataclass(*old, *own), dataclass(*new, *own)) == []
    for decorator, bases in [
        ("@attrs.define", ""),
        ("@x", "(NamedTuple)"),
        ("@dataclasses.dataclass(frozen=True)", ""),
    ]:
        two = [dataclass(*fields, decorator=decorator, bases=bases) for fields in (old, new)]
        assert len(broken(*two)) == 2, decorator
    typed = [dataclass(*fields, decorator="@x", bases="(TypedDict)") for fields in (("a: int",), ("a: int", "b: int"))]
    assert broken(*typed) == ["m.py::User: parameter_added_required b"]


def test_fields_that_cannot_be_set_any_more_break_who_sets_them() -> None:
    for plain, frozen in [
        ("@dataclass", "@dataclass(frozen=True)"),
        ("@dataclass(order=True)", "@dataclass(frozen=True, order=True)"),
        ("@attrs.define", "@attrs.frozen"),
    ]:
        old, new = (dataclass("a: int", decorator=decorator) for decorator in (plain, frozen))
        assert broken(old, new) == ["m.py::User: setter_removed frozen"], frozen
        assert broken(new, old) == []
    ordered = dataclass("a: int", decorator="@dataclass(order=True)")
    assert broken(ordered, dataclass("a: int")) == ["m.py::User: member_removed __lt__"]
    own = dataclass("a: int", "def __lt__(self, other): return self.a < other.a")
    assert broken(ordered, own) == broken(dataclass("a: int"), ordered) == []


MADE = (
    "class Pool:\n    def __init__(self, size):\n        self.size = size\n\n    def take(self, n):\n        return n\n"
)
FACTORY = MADE.replace("Pool", "_Pool") + "\n\ndef Pool(size):\n    return _Pool(size)\n"


def test_a_function_that_makes_what_the_class_made_breaks_only_who_used_it_as_a_class() -> None:
    assert broken(MADE, FACTORY) == []
    delta = delta_of({"m.py": MADE}, {"m.py": FACTORY})
    ops = [op for one in delta["ops"] if one["op"] == "patch" for op in one["child_ops"]]
    assert [op["op"] for op in ops if op["address"] == "m.py::Pool"] == ["replace"]  # one symbol
    assert broken(MADE, FACTORY.replace("def Pool(size)", "def Pool(size, name)")) == [
        "m.py::Pool: parameter_added_required name"
    ]
    changed = "m.py::Pool: kind_changed class -> function"
    assert broken(MADE, FACTORY.replace("take", "pick")) == [changed]  # its objects have something else
    assert changed in broken(MADE.replace("Pool:", "Pool(Exception):"), FACTORY.replace("_Pool:", "_Pool(Exception):"))
    for use in ("\n\nclass Own(Pool):\n    x = 1\n", "\n\ndef is_pool(one):\n    return isinstance(one, Pool)\n"):
        assert changed in broken(MADE + use, FACTORY + use.replace("Pool)", "_Pool)")), use
    timer = "class timer:\n    def __init__(self, name): ...\n"
    timer += "    def __enter__(self): ...\n    def __exit__(self, *a): ...\n"
    function = "@contextmanager\ndef timer(name):\n    yield\n"
    assert broken(timer, function) == []
    assert broken(timer + "    def elapsed(self): ...\n", function) == ["m.py::timer: kind_changed class -> function"]
