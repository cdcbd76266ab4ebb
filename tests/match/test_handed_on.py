"""Names that go from one body to another, and bodies that only look like each other."""

from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.deltas import Tree, changed, delta_of, symbols_of

from muse_hook.match.assignment import assign
from muse_hook.match.match import match
from muse_hook.match.similarity import Features, Weights, is_one_stem
from muse_hook.match.statements import Texts
from muse_hook.replay.replay import apply

READ = """\
def read(path, limit):
    found = []
    with open(path) as file:
        for number, line in enumerate(file):
            if number >= limit:
                break
            found.append(line.rstrip())
    return found
"""
SPLIT = """\
def split(line, sep):
    name, _, value = line.partition(sep)
    name = name.strip().lower()
    if not name:
        raise ValueError(line)
    return name, value.strip()
"""
WIDEN = """\
def widen(rows, width):
    out = []
    for row in rows:
        cells = [str(cell).ljust(width) for cell in row]
        out.append(" | ".join(cells))
    return out
"""


def named(source: str, name: str) -> str:
    """Return a function's source under another name."""
    _, _, rest = source.partition("(")
    return f"def {name}({rest}"


def inside(owner: str, *sources: str) -> str:
    """Return a class with these methods."""
    body = "".join(source.replace("(", "(self, ", 1) + "\n" for source in sources) or "pass\n"
    return f"class {owner}:\n" + "".join(f"    {line}\n" if line else "\n" for line in body.splitlines()) + "\n\n"


def went(old: Tree, new: Tree) -> dict[str, tuple[str, float]]:
    """Return old -> (new address, confidence) of what has another address; the ops give the new table exactly."""
    table = symbols_of(old)
    apply(table, delta_of(old, new))
    assert table == symbols_of(new)
    return {
        f"{pair.old_path}::{pair.old.qualified_name}": (
            f"{pair.new_path}::{pair.new.qualified_name}",
            pair.confidence,
        )
        for pair in match(changed(old, new)).pairs
        if pair.old_key != pair.new_key
    }


def ways(old: Tree, new: Tree) -> dict[str, str]:
    return {before: after for before, (after, _) in went(old, new).items()}


def test_three_functions_hand_their_names_on_while_they_are_edited() -> None:
    new = (
        named(READ, "split").replace("rstrip", "strip")
        + named(SPLIT, "widen").replace(".lower()", "")
        + named(WIDEN, "read").replace("' | '", "', '")
    )
    assert ways({"m.py": READ + SPLIT + WIDEN}, {"m.py": new}) == {
        "m.py::read": "m.py::split", "m.py::split": "m.py::widen", "m.py::widen": "m.py::read",
    }  # fmt: skip


def test_methods_of_one_name_go_round_three_classes() -> None:
    one, two = named(SPLIT, "go"), named(WIDEN, "go")
    old = inside("X") + inside("Y", one) + inside("Z", two)
    new = inside("X", two.replace("ljust", "rjust")) + inside("Y") + inside("Z", one.replace(".lower()", ""))
    assert ways({"m.py": old}, {"m.py": new}) == {"m.py::Y.go": "m.py::Z.go", "m.py::Z.go": "m.py::X.go"}


def test_a_name_that_another_body_has_breaks_whoever_calls_it() -> None:
    delta = delta_of({"m.py": READ + SPLIT}, {"m.py": named(READ, "split") + named(SPLIT, "read")})
    assert [text.split(" ")[0] for text in delta["breaking_changes"]] == ["m.py::read:", "m.py::split:"]


def test_a_body_written_anew_where_it_stands_stays_itself() -> None:
    assert ways({"m.py": READ + SPLIT}, {"m.py": named(WIDEN, "read") + SPLIT.replace(".lower()", "")}) == {}


def test_a_body_whose_old_name_calls_it_has_moved_out() -> None:
    new = named(READ, "read_lines") + "def read(path, limit):\n    rows = read_lines(path, limit)\n    return rows\n"
    assert ways({"m.py": READ + SPLIT}, {"m.py": new + SPLIT.replace(".lower()", "")}) == {}


@pytest.mark.parametrize("first", [1, 2])
def test_numbered_variants_shift(first: int) -> None:
    """One is put in front of them, or the first is dropped: each is followed to its new number."""
    variants = [READ.replace("rstrip()", f"rstrip({n})").replace("limit", f"limit{n}") for n in range(5)]
    old = "".join(named(text, f"read_{n}") for n, text in enumerate(variants[1:], 1))
    new = "".join(named(text, f"read_{n}") for n, text in enumerate(variants[first * 2 - 2 :], 1))
    shift = 1 if first == 1 else -1
    expected = {f"m.py::read_{n}": f"m.py::read_{n + shift}" for n in range(first, 5)}
    assert ways({"m.py": old}, {"m.py": new}) == expected


def test_a_class_takes_the_name_of_another_one() -> None:
    methods = READ, SPLIT, WIDEN
    first = inside("Table", *methods)
    second = inside(
        "FastTable",
        READ.replace("found", "lines").replace("break", "return lines"),
        SPLIT.replace("raise ValueError(line)", "return None").replace("value.strip()", "value"),
        WIDEN.replace("str(cell)", "repr(cell)").replace("out.append", "yield from"),
    )
    new = first.replace("Table", "SlowTable") + second.replace("FastTable", "Table")
    assert ways({"m.py": first + second}, {"m.py": new}) == {
        "m.py::Table": "m.py::SlowTable", "m.py::FastTable": "m.py::Table",
        **{f"m.py::Table.{name}": f"m.py::SlowTable.{name}" for name in ("read", "split", "widen")},
        **{f"m.py::FastTable.{name}": f"m.py::Table.{name}" for name in ("read", "split", "widen")},
    }  # fmt: skip


def test_a_class_keeps_its_name_where_a_base_is_taken_out_of_it() -> None:
    old = inside("Store", READ, SPLIT, WIDEN)
    new = inside("Base", READ, SPLIT) + inside("Store", WIDEN).replace("class Store", "class Store(Base)")
    assert ways({"m.py": old}, {"m.py": new}) == {
        "m.py::Store.read": "m.py::Base.read", "m.py::Store.split": "m.py::Base.split",
    }  # fmt: skip


def test_an_initialiser_moves_only_between_classes_that_have_to_do_with_each_other() -> None:
    init = "def __init__(parent):\n    self.parent = parent\n    self.ready = False\n"
    assert (
        ways({"m.py": inside("Node", init) + inside("Window")}, {"m.py": inside("Node") + inside("Window", init)}) == {}
    )
    derived = inside("Window").replace("class Window", "class Window(Node)")
    old = inside("Node") + inside("Window", init).replace("class Window", "class Window(Node)")
    assert went({"m.py": old}, {"m.py": inside("Node", init) + derived}) == {
        "m.py::Window.__init__": ("m.py::Node.__init__", 0.92)
    }


FETCH = """\
def fetch_users(client, page):
    answer = client.get("/users", page=page)
    if answer.status != 200:
        raise Failed(answer)
    return answer.json()["users"]
"""
IMAGES = FETCH.replace("users", "images").replace("200", "201").replace("json()", "load()")


def test_functions_of_one_mould_and_of_other_subjects_are_two() -> None:
    assert ways({"m.py": FETCH + READ}, {"m.py": IMAGES + READ}) == {}


def test_callers_overrule_other_subjects() -> None:
    caller = "def page(client):\n    return list(fetch_users(client, 1))\n"
    new = {"m.py": IMAGES + caller.replace("users", "images")}
    assert ways({"m.py": FETCH + caller}, new) == {"m.py::fetch_users": "m.py::fetch_images"}


def test_what_is_left_when_a_part_was_taken_out_is_the_old_function() -> None:
    total = '    total = 0\n    for item in items:\n        if item.kind == "x":\n            total += item.price * 2\n'
    old = f"def pay(items, user):\n{total}    user.charge(total)\n    log(user)\n    return user\n"
    part = f"def total_of(items):\n{total}    return total\n"
    rest = "def settle(items, user):\n    user.charge(total_of(items))\n    log(user)\n    return user\n"
    caller = "def main(items, user):\n    pay(items, user)\n"
    new = {"m.py": part + rest + caller.replace("pay", "settle")}
    assert ways({"m.py": old + caller}, new) == {"m.py::pay": "m.py::settle"}


def test_the_same_rename_in_several_classes_is_one_in_each() -> None:
    def tree(name: str, way: str) -> Tree:
        return {
            "m.py": "".join(
                inside(f"Match{n}", f"def {name}(text):\n    text.{way}(one{n})\n    return text\n") for n in range(4)
            )
        }

    new = tree("describe", "write")
    assert ways(tree("describe_to", "append"), new) == {
        f"m.py::Match{n}.describe_to": f"m.py::Match{n}.describe" for n in range(4)
    }


def test_what_is_not_equal_is_never_sure() -> None:
    edited = named(READ, "read_lines").replace("rstrip", "strip")
    ((_, confidence),) = went({"m.py": READ}, {"m.py": edited}).values()
    assert confidence <= 0.92
    ((_, confidence),) = went({"m.py": READ}, {"m.py": named(READ, "read_lines")}).values()
    assert confidence == 1.0


def test_short_bodies_that_are_equal_by_habit_need_more_than_their_text() -> None:
    get = "def get(key):\n    return self.table.get(key)\n"
    other = named(get, "lookup")
    old, new = inside("A", get) + inside("B"), inside("A") + inside("B", other)
    assert ways({"m.py": old}, {"m.py": new}) == {}
    ((_, confidence),) = went({"m.py": inside("A", get)}, {"m.py": inside("A", other)}).values()
    assert confidence < 1.0


def test_variables_are_found_under_other_names_and_in_other_files() -> None:
    use = "def wait():\n    sleep({0})\n\n\ndef stop():\n    join({0})\n"
    old, new = (f"{name} = 30 * seconds\n{use.format(name)}" for name in ("PAUSE", "DELAY"))
    assert ways({"m.py": old}, {"m.py": new}) == {"m.py::PAUSE": "m.py::DELAY"}
    limit = "LIMIT = compute(3)\n"
    reader = READ.replace("limit", "LIMIT")
    assert ways({"m.py": limit + reader, "n.py": SPLIT}, {"m.py": "", "n.py": SPLIT + limit + reader}) == {
        "m.py::read": "n.py::read", "m.py::LIMIT": "n.py::LIMIT",
    }  # fmt: skip
    assert ways({"m.py": "a = compute(1)\n"}, {"m.py": "b = compute(1)\n"}) == {}


def test_attributes_follow_the_methods_that_use_them() -> None:
    use = "def wait():\n    sleep(self.pause)\n    self.count()\n    return self.pause\n"
    attribute = "    pause = 30\n"
    one, two = inside("A", SPLIT, use).replace(":\n", ":\n" + attribute, 1), inside("B", READ)
    new = inside("A", SPLIT) + inside("B", READ, use).replace(":\n", ":\n" + attribute, 1)
    assert ways({"m.py": one + two}, {"m.py": new}) == {
        "m.py::A.wait": "m.py::B.wait",
        "m.py::A.pause": "m.py::B.pause",
    }


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("notify", "notifies", True),
        ("create", "creating", True),
        ("validatate", "validate", True),
        ("encode", "decode", False),
        ("context", "content", False),
        ("test", "text", False),
        ("run", "runs", False),
    ],
)
def test_words_of_one_stem(one: str, other: str, *, same: bool) -> None:
    assert is_one_stem(one, other) is same
    assert is_one_stem(other, one) is same


edges = st.lists(
    st.tuples(st.integers(1, 1000).map(lambda n: n / 1000), st.integers(0, 4), st.integers(0, 4)),
    max_size=16,
    unique_by=lambda row: row[1:],
)


@given(edges)
@settings(max_examples=200)
def test_no_assignment_is_worth_more(rows: list[tuple[float, int, int]]) -> None:
    chosen = assign(rows)
    assert len({rows[n][1] for n in chosen}) == len({rows[n][2] for n in chosen}) == len(chosen)
    worth = {(old, new): value for value, old, new in rows}
    best = max(
        sum(worth.get((old, new), 0.0) for old, new in enumerate(order)) for order in itertools.permutations(range(5))
    )
    assert sum(rows[n][0] for n in chosen) == pytest.approx(best)


def test_of_many_ends_the_best_pair_comes_first() -> None:
    generator = random.Random(1)  # noqa: S311 - repeatable, not secret
    rows = [(generator.random(), old, new) for old in range(120) for new in range(120)]
    chosen = [rows[n] for n in assign(rows)]
    assert len(chosen) == 120
    assert max(rows) in chosen


def test_a_statement_is_mapped_where_the_one_around_it_is() -> None:
    old = "def f(a):\n    if a.ready:\n        log(a)\n        send(a)\n    return a\n"
    new = "def f(a):\n    log(a)\n    if a.ready:\n        send(a)\n    return a\n"
    other = "def f(b):\n    while b:\n        b = b.next\n    raise Empty\n"
    one, two, three = _features(old, new, other)
    texts = Texts(Weights(()))
    assert texts.mapped(one, two) == 1.0
    assert texts.mapped(one, three) < 0.3


def _features(*sources: str) -> list[Features]:
    found = []
    for source in sources:
        (file,) = changed({}, {"m.py": source})
        found.append(Features(("m.py", "f"), file.new_symbols["f"]))
    return found


def test_a_total_is_of_the_weights_that_are_asked() -> None:
    (one,) = _features(READ.replace("read", "f"))
    flat, weighted = Weights(()), Weights([one, one, one])
    first = flat.total(one)
    assert weighted.total(one) != first
    assert flat.total(one) == first


def test_the_number_of_the_statement_around_one() -> None:
    (file,) = changed(
        {}, {"m.py": "def f(a):\n    if a:\n        b()\n        for c in a:\n            d(c)\n    return a\n"}
    )
    assert [outer for outer, _ in file.new_symbols["f"].statement_leaves] == [-1, 0, 0, 2, -1]
