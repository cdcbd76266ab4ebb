"""What a module's list of public names holds, however it is built."""

from __future__ import annotations

import pytest

from muse_hook.languages.languages import language_for
from muse_hook.model.symbol import SymbolTable
from muse_hook.symbols.extract import extract


def table(source: str) -> SymbolTable:
    language = language_for("a.py")
    assert language is not None
    return extract(source.encode(), language)


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("__all__ = ['a', \"b\"]\n", ("a", "b")),
        ("__all__ = 'a', 'b'\n", ("a", "b")),
        ("__all__: list[str] = sorted(['b', 'a'])\n", ("b", "a")),
        ("__all__ = ('a',) + ('b',)\n", ("a", "b")),
        ("__all__ = ['a']\n__all__ += ['b']\n__all__ = __all__ + ['c']\n", ("a", "b", "c")),
        (
            "__all__ = []\n__all__.append('a')\n__all__.extend(('b', 'c'))\n__all__.insert(0, 'd')\n",
            ("d", "a", "b", "c"),
        ),
        ("__all__ = ['a', 'b']\n__all__[:] = ['c', 'd']\n__all__[0] = 'e'\n", ("e", "d")),
        ("__all__ = ['a', 'b', 'c']\ndel __all__[0]\n__all__.pop(-1)\n", ("b",)),
        ("__all__ = ['a', 'b', 'c']\ndel __all__[1:]\n__all__.insert(0, 'd')\n", ("d", "a")),
        ("if x:\n    __all__ = ['a']\nelse:\n    __all__ = ['b']\n__all__ += ['c']\n", ("a", "b", "c")),
        ("__all__ = ['a', 'b']\ndel __all__\n", None),
        ("__all__ = ['a', 'b']\ndel __all__[n]\n", None),
        ("__all__ = ['a', 'b']\n__all__[len(__all__) :] = ['c']\n", None),
        ("__all__ = ['a', 'b']\n__all__.remove('a')\n", ("b",)),
        ("__all__ = ['a']\nif x:\n    __all__.append('b')\n    __all__ += ['c']\n", ("a", "c", "b")),
        ("__all__ = [*a.__all__, 'x', *b.c.__all__]\n", ("*a", "x", "*b.c")),
        ("__all__ = ['x'] + a.__all__\n__all__ += b.__all__\n", ("x", "*a", "*b")),
        ("__all__ = [\n    'a',  # one\n    # two\n    'b',\n]\n", ("a", "b")),
        ("__all__ = ()\n", ()),
        ("__all__ = 'a b'.split()\n__all__ += 'c,d'.split(',')\n", ("a", "b", "c", "d")),
        ("_names = ['a']\n_names.append('b')\n__all__ = [*_names, 'c'] + _names\n", ("a", "b", "c")),
        ("__all__ = names = ['a']\n", ("a",)),
        ("__all__ = [f.__name__, A.B.__name__]\n", ("f", "B")),
        ("__all__ = ['a', 'b']\n__all__.pop()\n", ("a",)),
        ("__all__ = ['a']\n__all__.clear()\n", ()),
        ("_a = _b\n_b = _a\n__all__ = _a\n", None),
        ("__all__ = ['a'] + [f.name]\n", None),
        ("__all__ = [name for name in dir() if name != 'x']\n", None),
        ("__all__ = ['a'] + names()\n", None),
        ("__all__ = ['a']\n__all__.extend(found)\n", None),
        ("names = ['a']\nnames.append('b')\n", None),
    ],
)
def test_a_list_is_followed_through_every_statement(source: str, names: tuple[str, ...] | None) -> None:
    assert table(source).exports == names


def test_names_under_a_condition_that_no_importer_meets_are_hidden() -> None:
    source = """
if TYPE_CHECKING:
    a = 1
    b = 1
elif x:
    c = 1
else:
    b = 2
if typing.TYPE_CHECKING:
    d = 1
if __name__ == '__main__':
    e = 1
if not TYPE_CHECKING:
    f = 1
"""
    found = table(source)
    assert {name for name, symbol in found.symbols.items() if found.is_hidden(symbol)} == {"a", "d", "e"}
