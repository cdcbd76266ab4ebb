"""What the bases in a class's header say, however they are written."""

from __future__ import annotations

from muse_hook.semver.signature import same_name, split_outside_brackets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

ROOTS = frozenset(("object", "Generic", "Protocol", "ABC", "ABCMeta"))
"""Bases that no caller asks an object for."""

_EXTENDS = "extends "
_WITH_METACLASS = ("with_metaclass(", "six.with_metaclass(")

# What stands before a colon is the base of what stands behind it, in all versions of Python 3.
_BUILTIN = (
    "BaseException: Exception KeyboardInterrupt SystemExit GeneratorExit",
    "Exception: ArithmeticError AssertionError AttributeError BufferError EOFError ImportError LookupError MemoryError",
    "Exception: NameError OSError ReferenceError RuntimeError StopIteration StopAsyncIteration SyntaxError SystemError",
    "Exception: TypeError ValueError Warning",
    "ArithmeticError: FloatingPointError OverflowError ZeroDivisionError",
    "ImportError: ModuleNotFoundError",
    "LookupError: IndexError KeyError",
    "NameError: UnboundLocalError",
    "OSError: BlockingIOError ChildProcessError ConnectionError FileExistsError FileNotFoundError InterruptedError",
    "OSError: IsADirectoryError NotADirectoryError PermissionError ProcessLookupError TimeoutError",
    "ConnectionError: BrokenPipeError ConnectionAbortedError ConnectionRefusedError ConnectionResetError",
    "RuntimeError: NotImplementedError RecursionError",
    "SyntaxError: IndentationError",
    "IndentationError: TabError",
    "ValueError: UnicodeError JSONDecodeError",
    "UnicodeError: UnicodeDecodeError UnicodeEncodeError UnicodeTranslateError",
    "Warning: BytesWarning DeprecationWarning FutureWarning ImportWarning PendingDeprecationWarning ResourceWarning",
    "Warning: RuntimeWarning SyntaxWarning UnicodeWarning UserWarning",
    "int: bool IntEnum IntFlag",
    "str: StrEnum",
    "Enum: IntEnum StrEnum Flag",
    "Flag: IntFlag",
    "dict: OrderedDict defaultdict Counter TypedDict",
    "tuple: NamedTuple",
    "Iterable: Iterator Collection",
    "Collection: Sequence Mapping AbstractSet",
    "Sequence: MutableSequence",
    "Mapping: MutableMapping",
    "AbstractSet: MutableSet",
)
_ALIASES = {"IOError": "OSError", "EnvironmentError": "OSError", "WindowsError": "OSError"}


def plain_bases(bases: Sequence[str]) -> list[str]:
    """Return the bases in a header without keywords, `with_metaclass(Meta, Base)` being written as its bases."""
    found: list[str] = []
    for base in bases:
        if base.startswith(_EXTENDS):
            parts = split_outside_brackets(base.removeprefix(_EXTENDS).replace(" with ", ","), ",")
            found += [part.partition("(")[0].strip() for part in parts]
        elif base.startswith(_WITH_METACLASS) and base.endswith(")"):
            inside = base.partition("(")[2][:-1]
            found += [one.strip() for one in split_outside_brackets(inside, ",")[1:]]
        elif "=" not in base.partition("[")[0]:
            found.append(base)
    return found


def simple_base(base: str) -> str:
    """Return the simple name of a base, in one spelling: `t.Dict[K, V]` -> dict."""
    name = same_name(base.partition("[")[0].strip())
    return _ALIASES.get(name, name)


def broader_bases(base: str) -> set[str]:
    """Return the simple names of a base and of all that it is known to derive from."""
    found: set[str] = set()
    waiting = [simple_base(base)]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += [line.partition(":")[0] for line in _BUILTIN if name in line.partition(":")[2].split()]
    return found
