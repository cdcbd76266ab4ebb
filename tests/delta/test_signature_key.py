"""The old and the new header of a function on its op."""

from __future__ import annotations

from support.deltas import children, delta_of

BODY = "    first = compute(url)\n    second = other(first)\n    return first, second\n"


def test_an_op_of_a_function_whose_header_changed_has_both_headers() -> None:
    old = "def get(url, *, timeout=5):\n" + BODY
    new = "async def get(\n    url: str,  # where\n    *,\n    timeout=6,\n) -> list[str]:\n" + BODY
    (op,) = children(delta_of({"m.py": old}, {"m.py": new}))
    assert op["signature"] == {
        "old": "get(url, *, timeout=5)",
        "new": "async get(url: str, *, timeout=6) -> list[str]",
    }


def test_a_rename_and_a_move_have_them_too_and_a_changed_body_has_none() -> None:
    old = "def load(url):\n" + BODY
    new = old.replace("load(url)", "load_page(url, size)")
    (op,) = children(delta_of({"m.py": old}, {"m.py": new}))
    assert (op["new_address"], op["signature"]) == (
        "m.py::load_page",
        {"old": "load(url)", "new": "load_page(url, size)"},
    )
    other = "X = 1\n"
    moved = children(
        delta_of({"a.py": old, "b.py": other}, {"a.py": "", "b.py": other + new.replace("load_page", "load")})
    )
    assert [op["signature"] for op in moved] == [{"old": "load(url)", "new": "load(url, size)"}] * 2
    (op,) = children(delta_of({"m.py": old}, {"m.py": old.replace("other", "another")}))
    assert "signature" not in op


def test_a_long_header_is_cut() -> None:
    names = ", ".join(f"parameter_{n}" for n in range(100))
    (op,) = children(delta_of({"m.py": f"def f({names}):\n{BODY}"}, {"m.py": f"def f({names}, z):\n{BODY}"}))
    assert [len(op["signature"][side]) for side in ("old", "new")] == [500, 500]
    assert op["signature"]["old"].endswith("…")


def test_type_parameters_stand_in_a_header_and_one_that_only_another_definition_changed_is_none() -> None:
    (op,) = children(delta_of({"m.py": "def f[T](url: T):\n" + BODY}, {"m.py": "def f[T: int](url: T):\n" + BODY}))
    assert op["signature"] == {"old": "f[T](url: T)", "new": "f[T: int](url: T)"}
    old = "func F(a int) int {\n\treturn a\n}\n"
    (op,) = children(delta_of({"m.go": old}, {"m.go": old.replace("F(a int) int", "F[T any](a T) T")}))
    assert op["signature"] == {"old": "F(a int) -> int", "new": "F[T any](a T) -> T"}
    wrapped = "def f(url):\n" + BODY
    (op,) = children(delta_of({"m.py": wrapped + "f = cache(f)\n"}, {"m.py": "@cache\n" + wrapped}))
    assert "signature" not in op
