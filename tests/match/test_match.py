"""Which symbol became which."""

from __future__ import annotations

import pytest
from support.deltas import Tree, changed, children, delta_of, summaries

from muse_hook.match import similarity
from muse_hook.match.match import match
from muse_hook.match.similarity import words_of

LOAD = """\
def load_rows(path, mode="r"):
    with open(path, mode) as stream:
        data = json.loads(stream.read())
    if not data:
        raise ValueError(path)
    return [Row(one["key"], one["value"]) for one in data["rows"]]
"""
SEND = """\
def send(session, url, payload, retries=3):
    for attempt in range(retries):
        answer = session.post(url, json=payload)
        if answer.status < 500:
            return answer.body
        time.sleep(2 ** attempt)
    log.warning("gave up on %s", url)
    return None
"""
MEASURE = """\
def measure(samples, scale):
    total = 0.0
    for sample in samples:
        total += sample.weight * scale
    mean = total / len(samples)
    return mean, sum((s.weight - mean) ** 2 for s in samples)
"""
QUEUE = """\
class Queue:
    def __init__(self, size):
        self.size = size
        self.items = deque()

    def put(self, item):
        if len(self.items) >= self.size:
            raise Full(item)
        self.items.append(item)

    def get(self):
        return self.items.popleft()
"""


def moves(old: Tree, new: Tree) -> dict[str, str]:
    """Return old -> new address of everything that went elsewhere."""
    return {
        f"{pair.old_path}::{pair.old.qualified_name}": f"{pair.new_path}::{pair.new.qualified_name}"
        for pair in match(changed(old, new)).pairs
        if pair.old_key != pair.new_key
    }


def test_an_edited_function_is_found_under_its_new_name() -> None:
    edited = LOAD.replace("load_rows", "read_table").replace("raise ValueError(path)", "return []")
    assert moves({"m.py": LOAD + SEND}, {"m.py": edited + SEND}) == {"m.py::load_rows": "m.py::read_table"}


def test_an_edited_function_is_found_in_another_file() -> None:
    edited = LOAD.replace("raise ValueError(path)", "return []")
    old = {"m.py": LOAD + SEND, "n.py": MEASURE}
    assert moves(old, {"m.py": SEND, "n.py": MEASURE + edited}) == {"m.py::load_rows": "n.py::load_rows"}


def test_functions_that_have_nothing_in_common_are_not_paired() -> None:
    assert moves({"m.py": LOAD}, {"m.py": MEASURE}) == {}


def test_empty_bodies_are_not_paired() -> None:
    assert moves({"m.py": "def a():\n    pass\n"}, {"m.py": "def b():\n    pass\n"}) == {}
    assert moves({"m.py": "x = 1\n"}, {"m.py": "y = 1\n"}) == {}


def test_recursion_survives_a_rename() -> None:
    walk = "def walk(node, depth):\n    for child in node.children:\n        walk(child, depth + 1)\n    return depth\n"
    (pair,) = match(changed({"m.py": walk}, {"m.py": walk.replace("walk", "visit")})).pairs
    assert (pair.new.name, pair.confidence) == ("visit", 1.0)


def test_imports_neither_move_nor_are_renamed() -> None:
    old = {"a.py": "from collections.abc import Mapping\n", "b.py": "x = 1\n"}
    new = {"a.py": "y = f(1)\n", "b.py": "from collections.abc import Mapping\n"}
    assert moves(old, new) == {}
    assert moves({"a.py": "from m import one\n"}, {"a.py": "from m import two\n"}) == {}


def test_swapped_names_are_two_renames() -> None:
    swapped = LOAD.replace("load_rows", "measure") + MEASURE.replace("def measure", "def load_rows")
    assert moves({"m.py": LOAD + MEASURE}, {"m.py": swapped}) == {
        "m.py::load_rows": "m.py::measure", "m.py::measure": "m.py::load_rows",
    }  # fmt: skip


def test_a_name_taken_over_by_another_body_follows_the_body() -> None:
    new = LOAD.replace("load_rows", "read_table") + MEASURE.replace("measure", "load_rows")
    delta = delta_of({"m.py": LOAD}, {"m.py": new})
    assert summaries(children(delta)) == [
        "m.py::load_rows: function load_rows -> renamed to read_table",
        "m.py::load_rows: added function load_rows  L7\N{EN DASH}12",
    ]


def test_a_name_that_passes_calls_on_stays_itself() -> None:
    new = (
        LOAD.replace("load_rows", "read_table") + 'def load_rows(path):\n    warn("old")\n    return read_table(path)\n'
    )
    assert moves({"m.py": LOAD}, {"m.py": new}) == {}


def test_callers_decide_between_small_bodies() -> None:
    def tree(one: str, two: str) -> Tree:
        return {
            "m.py": f"def {one}(self):\n    return self.x\n\ndef {two}(self):\n    return self.y\n",
            "n.py": f"def use(a, b):\n    a.first = {one}(a)\n    b.second = {two}(b)\n    return a, b\n",
        }

    old, new = tree("alpha", "beta"), tree("gamma", "beta")
    new["m.py"] = new["m.py"].replace("self.x", "self.x + 1")
    assert moves(old, new) == {"m.py::alpha": "m.py::gamma"}


def test_what_took_the_others_place_at_every_caller_was_renamed() -> None:
    def tree(name: str, body: str) -> Tree:
        return {
            "m.py": f"def {name}(rows, limit):\n{body}\n",
            "n.py": f"def use(rows):\n    for row in {name}(rows, 3):\n        print(row)\n    return rows\n",
        }

    old = tree("load_rows", "    with connection() as c:\n        return c.fetch(rows)[:limit]")
    new = tree("load_table", "    yield from (Row(key) for key in sorted(rows, key=str.lower))")
    assert moves(old, new) == {"m.py::load_rows": "m.py::load_table"}
    del old["n.py"], new["n.py"]
    assert moves(old, new) == {}


def test_a_tie_without_a_word_in_common_stays_open() -> None:
    new = LOAD.replace("load_rows", "first") + LOAD.replace("load_rows", "second")
    assert moves({"m.py": LOAD}, {"m.py": new}) == {}


def test_a_class_is_found_under_its_new_name_with_other_methods() -> None:
    new = QUEUE.replace("Queue", "BoundedQueue") + "\n    def clear(self):\n        self.items.clear()\n"
    assert moves({"m.py": QUEUE}, {"m.py": new}) == {
        "m.py::Queue": "m.py::BoundedQueue",
        "m.py::Queue.__init__": "m.py::BoundedQueue.__init__",
        "m.py::Queue.put": "m.py::BoundedQueue.put",
        "m.py::Queue.get": "m.py::BoundedQueue.get",
    }


def test_a_class_became_the_one_that_most_of_its_methods_went_to() -> None:
    rest = "".join(f"\n    def other_{n}(self, a):\n        return self.table[{n}].find(a, {n})\n" for n in range(12))
    new = QUEUE.replace("Queue", "Shelf").replace("def get", "def take_one") + rest
    assert moves({"m.py": QUEUE}, {"m.py": new})["m.py::Queue"] == "m.py::Shelf"


def test_a_method_pulled_up_is_moved() -> None:
    base = "class Base:\n    def close(self):\n        self.open = False\n\n"
    put = QUEUE[QUEUE.index("    def put") : QUEUE.index("    def get")]
    old = {"m.py": base + QUEUE}
    new = {"m.py": base + put + QUEUE.replace(put, "")}
    assert moves(old, new) == {"m.py::Queue.put": "m.py::Base.put"}


def test_nothing_changes_its_scope_where_a_file_is_damaged() -> None:
    indented = "".join("    " + line for line in LOAD.splitlines(keepends=True))
    broken = "def other():\n    return (1 +\n"
    assert moves({"m.py": "class A:\n" + indented}, {"m.py": LOAD + broken}) == {}


def test_an_extracted_function_says_where_it_comes_from() -> None:
    lines = SEND.splitlines(keepends=True)
    inside = "".join(lines[2:5])
    outer = lines[0] + lines[1] + "        answer = attempt_once(session, url, payload)\n" + "".join(lines[5:])
    new = (
        outer
        + "def attempt_once(session, url, payload):\n"
        + inside.replace("        ", "    ", 1).replace("\n        ", "\n    ")
    )
    come, _ = children(delta_of({"m.py": SEND}, {"m.py": new}))
    assert (come["address"], come["change"], come["body"]) == ("m.py::attempt_once", ["extracted_from"], "m.py::send")
    gone, _ = children(delta_of({"m.py": new}, {"m.py": SEND}))
    assert (gone["address"], gone["change"], gone["body"]) == ("m.py::attempt_once", ["inlined_into"], "m.py::send")


def test_a_file_is_moved_with_its_renamed_class() -> None:
    old = {"queue.py": QUEUE + LOAD}
    new = {"pkg/shelf.py": QUEUE.replace("Queue", "Shelf") + LOAD}
    (patch,) = delta_of(old, new)["ops"]
    assert patch["op"] == "patch"
    assert patch["from_address"] == "queue.py"
    # Each member says where it is: the file alone would have taken it to pkg/shelf.py::Queue.
    assert [(op["address"], op.get("new_address")) for op in patch["child_ops"]] == [
        (f"pkg/shelf.py::Queue{member}", f"pkg/shelf.py::Shelf{member}") for member in ("", ".__init__", ".get", ".put")
    ]


def test_of_several_equal_files_the_names_decide() -> None:
    old = {"a/one.py": LOAD, "a/two.py": LOAD}
    new = {"b/two.py": LOAD, "b/one.py": LOAD}
    found = match(changed(old, new)).renamed_files
    assert {source: moved.path for source, moved in found.items()} == {"a/one.py": "b/one.py", "a/two.py": "b/two.py"}


def test_files_with_the_same_imports_alone_are_not_moved() -> None:
    header = "import os\nimport sys\nfrom typing import Any\n"
    assert match(changed({"a.py": header + LOAD}, {"b.py": header + MEASURE})).renamed_files == {}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("get_HTTPResponse2", {"get", "http", "response", "2"}),
        ("_loadAll", {"load", "all"}),
        ("__init__", {"init"}),
        ("ALL_CAPS", {"all", "caps"}),
        ("x", {"x"}),
    ],
)
def test_identifiers_have_words(name: str, words: set[str]) -> None:
    assert words_of(name) == words


def many(count: int, name: str) -> str:
    """Return different functions of about one shape."""
    return "".join(
        f"def {name}_{n}(self, a{n}):\n    b{n} = a{n}.part{n} + {n}\n    return self.run{n % 7}(b{n}, {n})\n\n"
        for n in range(count)
    )


def comparisons(monkeypatch: pytest.MonkeyPatch, old: Tree, new: Tree) -> int:
    """Return how many similarities are worked out for a delta."""
    calls = 0
    bound, original = similarity.text_similarity_bound, similarity.text_similarity

    def counted(*args: object) -> object:
        nonlocal calls
        calls += 1
        return original(*args)  # type: ignore[arg-type]

    def counted_bound(*args: object) -> object:
        nonlocal calls
        calls += 1
        return bound(*args)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        for module in ("statements", "classes", "parted_functions"):
            patched.setattr(f"muse_hook.match.{module}.text_similarity", counted)
        patched.setattr("muse_hook.match.functions.text_similarity_bound", counted_bound)
        match(changed(old, new))
    return calls


def test_comparisons_grow_with_the_symbols_and_not_with_their_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    for count in (40, 160, 320):
        old, new = {"m.py": many(count, "old")}, {"m.py": many(count, "new").replace("return", "yield")}
        assert comparisons(monkeypatch, old, new) <= 30 * count


def test_equal_functions_need_no_comparison(monkeypatch: pytest.MonkeyPatch) -> None:
    body = "(self, a):\n    b = a.part + 1\n    return self.run(b, a)\n\n"
    old = {"m.py": "".join(f"def f{n}{body}" for n in range(300))}
    new = {"n.py": "".join(f"def f{n}{body}" for n in range(300)), "m.py": "x = f(1)\n"}
    assert comparisons(monkeypatch, old, new) < 300 * 40
    assert len(moves(old, new)) == 300
