"""What callers notice and what they do not, one pair of sources a case."""

from __future__ import annotations

import pytest
from support.deltas import delta_of

ANNOTATIONS = [
    ("Optional[int]", "None | int", False),
    ("typing.Optional['Foo']", "Foo | None", False),
    ("Union[Union[int, str], None]", "int | str | None", False),
    ("t.Dict[str, t.Any]", "dict[str, t.Any]", False),
    ("List[Optional[int]]", "list[int | None]", False),
    ("'int | None'", "Optional[int]", False),
    ("Iterator[int]", "Generator[int, None, None]", False),
    ("Generator[int, None, None]", "Iterator[int]", True),
    ("Awaitable[int]", "Coroutine[Any, Any, int]", False),
    ("int", "bool", False),
    ("bool", "int", True),
    ("Final[int]", "int", False),
    ("int", "int | None", True),
    ("List[int]", "List[str]", True),
    ("type(None)", "None", False),
    ("Generator[int, None, None]", "Generator[int]", False),
    ("Generator[int, str, None]", "Generator[int]", True),
    ("IO[str]", "TextIO", False),
    ("Mapping[str, int]", "Dict[str, int]", False),
    ("Mapping[str, int]", "Dict[str, str]", True),
    ("Sequence[int | str]", "tuple[int, str]", False),
    ("tuple[int, ...]", "list[int]", True),
    ("object", "int", False),
    ("object", "None", True),
    ("str", "Literal['a']", False),
    ("str", "Literal[1]", True),
    ("int", "float", True),
]


@pytest.mark.parametrize(("old", "new", "broken"), ANNOTATIONS)
def test_results(old: str, new: str, broken: bool) -> None:  # noqa: FBT001 - a case
    assert bool(breaks(f"def f() -> {old}:\n    return 1\n", f"def f() -> {new}:\n    return 1\n")) is broken


def breaks(old: str, new: str) -> list[str]:
    found = delta_of({"m.py": old}, {"m.py": new})["breaking_changes"]
    return [line.removeprefix("m.py::") for line in found]


def field(*lines: str, head: str = "@dataclass\nclass A:") -> str:
    return head + "".join(f"\n    {line}" for line in lines) + "\n"


CASES = {
    "an alias in an annotation": (
        ("from typing import List as L\nfrom a import Foo as Bar\n_S = Union[str, int]\ntype _T = int | str\n"
        "def f() -> L[int]:\n    return 1\ndef g() -> Bar:\n    return 1\n"
        "def h() -> _S:\n    return 1\ndef i() -> _T:\n    return 1\n"),
        ("from a import Foo\n"
        "def f() -> list[int]:\n    return 1\ndef g() -> Foo:\n    return 1\n"
        "def h() -> str | int:\n    return 1\ndef i() -> str | int:\n    return 1\n"),
        [],
    ),
    "a class that derives from what was promised": (
        "class B: ...\nclass D(B): ...\ndef f() -> B: ...\ndef g() -> D: ...\n",
        "class B: ...\nclass D(B): ...\ndef f() -> D: ...\ndef g() -> B: ...\n",
        ["g: return_annotation_changed D -> B"],
    ),
    "what with takes": (
        "@contextmanager\ndef f():\n    yield\ndef g():\n    yield 1\n",
        "def f():\n    yield\n@contextlib.contextmanager\ndef g():\n    yield 1\n",
        ["f: kind_changed context manager -> generator", "g: kind_changed generator -> context manager"],
    ),
    "what with takes, by hand": (
        "def _f():\n    yield\nf = contextmanager(_f)\ndef g():\n    yield\ng = contextmanager(g)\n",
        "@contextmanager\ndef f():\n    yield\n@contextmanager\ndef g():\n    yield\n", [],
    ),
    "what with takes, of another": ("@contextmanager\ndef f():\n    yield\n", "def f():\n    return closing(1)\n", []),
    "a part of the parameters": (
        "def f(a, b):\n    return [a, b]\ndef g(a, b):\n    return {a: b}\n",
        ("def _f(c, a, b, d):\n    return a\ndef _g(a):\n    return a\n"
        "f = partial(_f, 1, d=2)\ng = functools.partial(_g)\n"),
        ["g: parameter_removed b"],
    ),
    "what an abstract class asks for": (
        ("class A(ABC):\n    def f(self):\n        return 1\n    @abstractmethod\n    def h(self): ...\n"
        "class B(A):\n    x = 1\nclass _C(ABC):\n    x = 1\nclass P(Protocol):\n    x: int\n"),
        ("class A(ABC):\n    @abstractmethod\n    def f(self):\n        return 1\n    @abstractmethod\n"
        "    def h(self): ...\n    @abc.abstractmethod\n    def _g(self): ...\nclass B(A):\n    x = 1\n"
        "    @abstractmethod\n    def h(self): ...\nclass _C(ABC):\n    x = 1\n    @abstractmethod\n"
        "    def h(self): ...\nclass P(Protocol):\n    x: int\n    y: int\n"
        "class N(ABC):\n    @abstractmethod\n    def h(self): ...\n"),
        ["A._g: interface_member_added", "A.f: interface_member_added", "P.y: interface_member_added"],
    ),
    "Self": (
        "class A:\n    def f(self) -> Self:\n        return self\n",
        "class A:\n    def f(self) -> 'A':\n        return self\n",
        [],
    ),
    "static by hand": (
        "class A:\n    def f(a, b):\n        return a\n    f = staticmethod(f)\n",
        "class A:\n    @staticmethod\n    def f(a, b):\n        return a\n",
        [],
    ),
    "positional by its name": ("def f(__a, b):\n    return b\n", "def f(a, /, b):\n    return b\n", []),
    "async by its result": (
        "async def f() -> int:\n    return 1\n", "def f() -> Awaitable[int]:\n    return g()\n", [],
    ),
    "with_metaclass": (
        "class A(six.with_metaclass(Meta, Base)):\n    x = 1\n", "class A(Base, metaclass=Meta):\n    x = 1\n", [],
    ),
    "with_metaclass, without the base": (
        "class A(with_metaclass(Meta, Base)):\n    x = 1\n", "class A(metaclass=Meta):\n    x = 1\n",
        ["A: base_removed Base"],
    ),
    "__metaclass__": (
        "class A(Base):\n    __metaclass__ = Meta\n    x = 1\n", "class A(Base, metaclass=Meta):\n    x = 1\n", [],
    ),
    "ABC": ("class A(ABC):\n    x = 1\n", "class A(metaclass=ABCMeta):\n    x = 1\n", []),
    "a narrower error": ("class E(LookupError):\n    x = 1\n", "class E(KeyError):\n    x = 1\n", []),
    "a wider error": (
        "class E(KeyError):\n    x = 1\n", "class E(LookupError):\n    x = 1\n", ["E: base_removed KeyError"],
    ),
    "IOError": ("class E(IOError):\n    x = 1\n", "class E(OSError):\n    x = 1\n", []),
    "a base from typing": ("class E(typing.Dict[str, int]):\n    x = 1\n", "class E(dict):\n    x = 1\n", []),
    "a tuple with names": ("class E(tuple):\n    x = 1\n", "class E(NamedTuple):\n    x: int\n", []),
    "names of a script": ("if __name__ == '__main__' and ready():\n    a = 1\n", "b = 1\n", []),
    "names of nobody": ("if False:\n    a = 1\n", "b = 1\n", []),
    "names of one case of two": ("if ready() or TYPE_CHECKING:\n    a = 1\n", "b = {}\n", ["a: public_removed"]),
    "an import for the type checker has a stand-in": (
        "if TYPE_CHECKING:\n    from a import X\nelse:\n    X = None\n", "y = {}\n", ["X: public_removed"],
    ),
    "a field left out of the constructor": (
        field("x: int", "y: int = 0"), field("x: int", "y: int = field(init=False, default=0)"),
        ["A: parameter_removed y"],
    ),
    "a constructor of one's own": (
        field("x: int", "y: int"), field("x: int", "y: int", "def __init__(self, x):", "    self.x = x"),
        ["A: parameter_removed y"],
    ),
    "a constructor made of the fields": (
        "class A:\n    def __init__(self, x, y=0):\n        self.x = x\n", field("x: int", "y: int = 0"), [],
    ),
    "no dataclass": (field("x: int"), field("x: int", head="class A:"), ["A: parameter_removed x"]),
    "no constructor": (
        "class A:\n    def __init__(self, x):\n        self.x = x\n    y = 1\n", "class A:\n    y = 1\n",
        ["A: parameter_removed x"],
    ),
    "a constructor that asks for something": (
        "class A:\n    y = 1\n", "class A:\n    def __init__(self, x):\n        self.x = x\n    y = 1\n",
        ["A: parameter_added_required x"],
    ),
    "a constructor that takes anything": (
        "class A(Exception):\n    def __init__(self, x):\n        self.x = x\n    y = 1\n",
        "class A(Exception):\n    y = 1\n", [],
    ),
    "another constructor": (
        "class A:\n    def __init__(self, x):\n        self.x = x\n",
        "class A:\n    def __new__(cls, x):\n        return object.__new__(cls)\n", [],
    ),
    "attrs leaves the underscore out": (
        field("_x: int", head="@define\nclass A:"), field("x: int", head="@define\nclass A:"), [],
    ),
    "attrs, a default by a method": (
        field("x = attr.ib()", "@x.default", "def _d(self):", "    return 1", head="@attr.s\nclass A:"),
        field("x = attr.ib(default=1)", head="@attr.s\nclass A:"), [],
    ),
    "a field that a base has now": (
        "@dataclass\nclass B:\n    pass\n" + field("x: int", "y: int = 0", head="@dataclass\nclass A(B):"),
        "@dataclass\nclass B:\n    x: int\n" + field("y: int = 0", head="@dataclass\nclass A(B):"),
        ["B: parameter_added_required x"],
    ),
    "a tuple's field": ("A = namedtuple('A', 'x y')\n", "A = namedtuple('A', ['x'])\n", ["A: parameter_removed y"]),
    "a tuple's class": (
        "A = namedtuple('A', 'x y', defaults=[1])\n", field("x: int", "y: int = 1", head="class A(NamedTuple):"), [],
    ),
    "a member that the base takes otherwise": (
        "class B:\n    def f(self, x, z):\n        return x\nclass A(B):\n    def f(self, x):\n        return [x]\n",
        "class B:\n    def f(self, x, z):\n        return x\nclass A(B):\n    pass\n",
        ["A.f: parameter_added_required z"],
    ),
    "old names kept in one statement": (
        "def f(a):\n    return [a, 1]\ndef h(a):\n    return {a: 2}\n",
        "def g(a):\n    return [a, 1]\ndef k(a):\n    return {a: 2}\nf, h = g, k\n", [],
    ),
    "old names kept in a chain": (
        "def f(a):\n    return [a, 1]\n", "def g(a):\n    return [a, 1]\nf = h = g\n", [],
    ),
    "an old name that stands for another one": (
        "def g(a):\n    return 1\ndef k():\n    return 2\nf = x = g\n",
        "def g(a):\n    return 1\ndef k():\n    return 2\nf = x = k\n",
        ["f: parameter_removed a", "x: parameter_removed a"],
    ),
    "static by hand, a lambda": (
        "class A:\n    f = staticmethod(lambda x: x)\n",
        "class A:\n    @staticmethod\n    def f(x):\n        return x\n", [],
    ),
    "cached under another name": (
        "def _f(x, y):\n    return x\nf = lru_cache(None)(_f)\n", "@lru_cache(None)\ndef f(x):\n    return x\n",
        ["f: parameter_removed y"],
    ),
    "an object that is called": (
        "def f(x, y):\n    return x\n",
        "class _F:\n    def __call__(self, x):\n        return x\nf = _F()\n", ["f: parameter_removed y"],
    ),
    "a property that __init__ sets now": (
        "class A:\n    @property\n    def w(self):\n        return 1\n",
        "class A:\n    def __init__(self):\n        self.w = 1\n", [],
    ),
    "the setter of the base's property": (
        ("class B:\n    @property\n    def w(self):\n        return 1\n"
        "class A(B):\n    @B.w.setter\n    def w(self, v):\n        self._w = v\n"),
        "class B:\n    @property\n    def w(self):\n        return 1\nclass A(B):\n    pass\n",
        ["A.w: setter_removed"],
    ),
    "a property of keywords": (
        ("class A:\n    def _get(self):\n        return 1\n    def _del(self):\n        pass\n"
        "    w = property(_get, fdel=_del)\n"),
        "class A:\n    @property\n    def w(self):\n        return 1\n", ["A.w: deleter_removed"],
    ),
    "a class made by a call": (
        "A = TypedDict('A', {'x': int})\nB = NewType('B', int)\n",
        "class A(TypedDict):\n    x: int\nclass B(int):\n    pass\n", [],
    ),
    "what a function makes may be a function": (
        "class A:\n    clear = calls_update('clear')\n    size = Field(3)\n",
        "class A:\n    def clear(self):\n        return 1\n    def size(self):\n        return 3\n",
        ["A.size: kind_changed attribute -> function"],
    ),
    "members of a class that the module answers for": (
        ("class B:\n    def run(self, a):\n        return [a, self]\n    def stop(self):\n        return {self}\n"
        "class A(B):\n    x = 1\n"),
        ("class A:\n    x = 1\n    def run(self, a):\n        return [a, self]\n"
        "    def stop(self):\n        return {self}\nclass _B(A):\n    pass\ndef __getattr__(name):\n"
        "    if name == 'B':\n        return _B\n    raise AttributeError(name)\n"),
        ["A: base_removed B"],
    ),
    "a dictionary made by a call": (
        "A = TypedDict('A', {'x': int, 'y': int})\n", "A = TypedDict('A', {'x': int})\n", ["A: member_removed y"],
    ),
    "a protocol that is an abstract class": (
        "class P(Protocol):\n    def f(self): ...\n", "class P(ABC):\n    @abstractmethod\n    def f(self): ...\n", [],
    ),
    "an enum made by a call": (
        "A = Enum('A', 'X Y')\nB = Enum('B', ['X', 'Y'])\n", "class A(Enum):\n    X = 1\nB = Enum('B', {'X': 1})\n",
        ["A: member_removed Y", "B: member_removed Y"],
    ),
    "a function's first parameter": ("def f(cls, a):\n    return a\n", "def f(a):\n    return a\n", [
        "f: parameter_removed cls"
    ]),
    "a name for the type checker only": (
        "def f(a):\n    return 1\n", "if TYPE_CHECKING:\n    def f(a): ...\n",
        ["f: public_removed where no importer meets it"],
    ),
    "no constructor of its fields": (
        field("x: int"), field("x: int", head="@dataclass(init=False)\nclass A:"), ["A: parameter_removed x"],
    ),
    "annotations that attr.s passes over": (
        field("x: int", "y: int", head="@attr.s\nclass A:"), field("y: int", "x: int", head="@attr.s\nclass A:"), [],
    ),
    "a key that has to be there": (
        field("x: int", head="class A(TypedDict, total=False):"),
        field("x: int", "y: Required[int]", head="class A(TypedDict, total=False):"),
        ["A: parameter_added_required y"],
    ),
    "fields of a struct": (
        field("x: int", "y: int", head="class A(Struct):"), field("y: int", "x: int", head="class A(Struct):"),
        ["A: parameter_moved x", "A: parameter_moved y"],
    ),
    "a constructor that takes fewer fields": (
        field("x: int", "y: int = 0"),
        "class A:\n    def __init__(self, x):\n        self.x = x\n        self.y = 0\n", ["A: parameter_removed y"],
    ),
    "a field of a base that is not public": (
        field("x: int", head="@dataclass\nclass _B:") + field("y: int", head="@dataclass\nclass A(_B):"),
        field("x: int", "z: int", head="@dataclass\nclass _B:") + field("y: int", head="@dataclass\nclass A(_B):"),
        ["A: parameter_added_required z"],
    ),
    "a member of a base that is not public": (
        ("class _B:\n    def m(self, a):\n        return [a]\n    def n(self, a):\n        return {a}\n    x = 1\n"
        "class _C(_B):\n    y = 1\nclass A(_C):\n    z = 1\n"),
        "class _B:\n    def m(self):\n        return [a]\nclass _C(_B):\n    y = 1\nclass A(_C):\n    z = 1\n",
        ["_B.m: parameter_removed a", "_B.n: public_removed", "_B.x: public_removed"],
    ),
    "a member that nobody public inherits": (
        "class _B:\n    def m(self, a):\n        return [a]\nclass A(_B):\n    def m(self, a):\n        return a\n",
        "class _B:\n    def m(self):\n        return [a]\nclass A(_B):\n    def m(self, a):\n        return a\n", [],
    ),
    "a base that is not public left out": (
        ("class _B:\n    def m(self):\n        return [1]\n    def n(self):\n        return 2\n    def _k(self):\n"
        "        return 3\nclass A(_B):\n    x = 1\n"),
        "class A:\n    x = 1\n    def n(self):\n        return 2\n", ["A.m: public_removed"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_breaks(name: str) -> None:
    old, new, expected = CASES[name]
    assert breaks(old, new) == expected
