"""The ops of a commit: Muse's shapes, order and words, and our additive keys behind them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.deltas import blob, changed, children, delta_of, patch_of, summaries, symbols_of, table

from muse_hook.delta.build import build_delta
from muse_hook.match.pairs import ChangedFile
from muse_hook.model.change import Blob, FileChange
from muse_hook.replay.replay import apply

LOAD = """\
def load(path, mode="r"):
    with open(path, mode) as stream:
        data = json.load(stream)
    return data.get("rows", [])
"""
SAVE = """\
def save(path, rows):
    for row in rows:
        path.write(row.value * 3)
    return len(rows)
"""
CLASS = """\
class Store:
    level = 1

    def read(self, key):
        if key not in self.rows:
            raise KeyError(key)
        return self.rows[key]

    def write(self, key, value):
        self.rows[key] = value
        self.log.append((key, value))
"""


def blob_id(source: str) -> str:
    found = blob(source)
    assert found is not None
    return found.oid


def test_added_file_is_a_patch_of_inserts_with_muses_keys_first() -> None:
    delta = delta_of({}, {"src/a.py": "x = 1\n\n" + LOAD})
    patch = patch_of(delta, "src/a.py")
    assert list(patch) == ["op", "address", "child_ops", "child_domain", "child_summary", "change"]
    assert (patch["op"], patch["address"], patch["change"]) == ("patch", "src/a.py", ["added"])
    assert patch["child_domain"] == "code_symbols"
    assert patch["child_summary"] == "2 symbols added"
    load, x = children(delta)
    assert list(load) == ["op", "address", "position", "content_id", "content_summary", "kind", "lines"]
    assert summaries([load, x]) == [
        "src/a.py::load: added function load  L3\N{EN DASH}6",
        "src/a.py::x: added variable x  L1\N{EN DASH}1",
    ]
    assert load["position"] is None
    assert (load["kind"], load["lines"]) == ("function", [3, 6])
    assert delta["summary"] == "1 modified file, 2 added symbols"
    assert delta["domain"] == "code"


def test_children_come_in_muses_order() -> None:
    old = CLASS + LOAD + SAVE + "a = compute(1)\nz = 2\n"
    new = CLASS.replace("level = 1", "level = 2") + SAVE.replace("def save", "def keep") + LOAD + "b = [3]\nz = 4\n"
    delta = delta_of({"m.py": old}, {"m.py": new})
    assert summaries(children(delta)) == [
        "m.py::save: function save -> renamed to keep",
        "m.py::a: removed variable a  L20\N{EN DASH}20",
        "m.py::b: added variable b  L20\N{EN DASH}20",
        (
            "m.py::Store.level: attribute level (implementation)"
            " -> attribute level (implementation changed)  L2\N{EN DASH}2"
        ),
        "m.py::z: variable z (implementation) -> variable z (implementation changed)  L21\N{EN DASH}21",
    ]
    assert patch_of(delta, "m.py")["child_summary"] == "1 symbol added, 1 symbol removed, 3 symbols modified"


def test_top_level_ops_come_added_removed_modified_moved() -> None:
    old = {"gone.txt": "1", "b.txt": "2", "moved.py": LOAD, "c.py": "x = 1\n"}
    new = {"new.txt": "3", "b.txt": "4", "to.py": LOAD, "c.py": "x = 2\n"}
    delta = delta_of(old, new)
    assert [(op["op"], op["address"]) for op in delta["ops"]] == [
        ("insert", "new.txt"), ("delete", "gone.txt"), ("replace", "b.txt"), ("patch", "c.py"), ("patch", "to.py"),
    ]  # fmt: skip
    assert delta["summary"] == "1 added, 1 removed, 3 modified files, 1 modified symbol"


def test_file_level_content_ids_are_blob_ids() -> None:
    delta = delta_of({"gone.txt": "1", "b.txt": "2"}, {"new.txt": "3", "b.txt": "4"})
    new, gone, b = delta["ops"]
    assert new["op"] == "insert"
    assert (new["content_id"], new["content_summary"]) == (blob_id("3"), "added new.txt")
    assert gone["op"] == "delete"
    assert (gone["content_id"], gone["content_summary"]) == (blob_id("1"), "removed gone.txt")
    assert b["op"] == "replace"
    assert (b["old_content_id"], b["new_content_id"]) == (blob_id("2"), blob_id("4"))
    assert (b["old_summary"], b["new_summary"]) == ("b.txt (before)", "b.txt (after)")


def test_signature_implementation_and_both_are_told_apart() -> None:
    def one(old: str, new: str) -> tuple[str, list[str]]:
        (op,) = children(delta_of({"m.py": old}, {"m.py": new}))
        assert op["op"] == "replace"
        assert op["lines"] == [1, new.count("\n")]
        return f"{op['old_summary']} -> {op['new_summary']}", op["change"]

    assert one(LOAD, LOAD.replace('mode="r"', 'mode="rb"')) == (
        "function load (signature changed) -> function load (signature updated)  L1\N{EN DASH}4", ["signature"],
    )  # fmt: skip
    assert one(LOAD, LOAD.replace("rows", "lines")) == (
        "function load (implementation) -> function load (implementation changed)  L1\N{EN DASH}4", ["body"],
    )  # fmt: skip
    assert one(LOAD, LOAD.replace("rows", "lines").replace("path", "name")) == (
        "function load -> function load (modified)  L1\N{EN DASH}4", ["signature", "body"],
    )  # fmt: skip
    assert one(LOAD, "@cache\n" + LOAD) == (
        "function load -> function load (modified)  L1\N{EN DASH}5", ["decorators"],
    )  # fmt: skip
    assert one("class A(B):\n    x = 1\n", "class A(C):\n    x = 1\n") == (
        "class A (signature changed) -> class A (signature updated)  L1\N{EN DASH}2", ["bases"],
    )  # fmt: skip
    assert one(LOAD, "async " + LOAD)[1] == ["kind", "signature"]


def test_docstring_and_guard_have_their_own_codes() -> None:
    (op,) = children(delta_of({"m.py": 'def f():\n    """A."""\n'}, {"m.py": 'def f():\n    """B."""\n'}))
    assert op["change"] == ["docstring"]
    (op,) = children(delta_of({"m.py": "if A:\n    x = 1\n"}, {"m.py": "if B:\n    x = 1\n"}))
    assert op["change"] == ["guard"]


@pytest.mark.parametrize(
    ("path", "decorator", "rest"),
    [
        ("A.java", "@B(1) ", "public class A { int x; }\n"),
        ("A.java", "@B\n", "public interface A { void f(); }\n"),
        ("a.ts", "@A(2)\n", "export class A extends B { f() { return 1 } }\n"),
        ("a.js", "@B\n", "class A { f() { return 1 } }\n"),
        ("a.cs", "[Obsolete] ", "public sealed class A : B { void F() { G(); } }\n"),
        ("a.kt", "@B(1)\n", "data class A(val x: Int)\n"),
        ("a.rs", "#[must_use]\n", "pub struct A { x: i32 }\n"),
        ("a.php", "#[B(1)] ", "class A { function f() { g(); } }\n"),
        ("a.scala", "@B ", "class A { def f() = { g() } }\n"),
        ("a.swift", "@B ", "public class A { func f() { g() } }\n"),
    ],
)
def test_an_annotation_of_a_class_is_no_base_and_breaks_nobody(path: str, decorator: str, rest: str) -> None:
    start = {"kt": "package a\n\n", "php": "<?php\n"}.get(path.rpartition(".")[2], "")
    for old, new in ((rest, decorator + rest), (decorator + rest, rest), (decorator + rest, "@Other " + rest)):
        if new.startswith("@Other ") and path.endswith((".cs", ".rs", ".php")):
            continue  # other signs
        delta = delta_of({path: start + old}, {path: start + new})
        assert [(op["address"], op["change"]) for op in children(delta)] == [(f"{path}::A", ["decorators"])]
        assert delta["sem_ver_bump"] == "patch"
    method = "class A {{ {}void f(int a) {{ g(); }} }}"
    php = "<?php class A {{ {}function f($a) {{ g(); }} }}"
    for path_, text, mark in (("A.java", method, "@Override "), ("a.cs", method, "[X] "), ("a.php", php, "#[X] ")):
        delta = delta_of({path_: text.format("")}, {path_: text.format(mark)})
        assert [(op["address"], op["change"]) for op in children(delta)] == [(f"{path_}::A.f", ["decorators"])]


def test_formatting_is_reformatted_and_nothing_else_is() -> None:
    def only(old: str, new: str) -> tuple[str, list[str]]:
        (op,) = delta_of({"m.py": old}, {"m.py": new})["ops"]
        assert op["op"] == "replace"
        return op["new_summary"], op.get("change", [])

    reformatted = "m.py (reformatted \N{EM DASH} no semantic change)"
    assert only(LOAD, "# why\n" + LOAD.replace('"', "'")) == (reformatted, [])
    assert only(LOAD + SAVE, SAVE + LOAD) == ("m.py (after)", ["order"])
    assert only(LOAD + "print(1)\n", LOAD + "print(2)\n") == ("m.py (after)", ["module"])
    assert only('"""A."""\n', '"""B."""\n') == ("m.py (after)", ["module"])


def test_module_content_beside_symbols_is_told_on_the_patch() -> None:
    delta = delta_of({"m.py": "x = 1\nprint(1)\n"}, {"m.py": "x = 2\nprint(2)\n"})
    assert patch_of(delta, "m.py")["change"] == ["module"]


def test_a_mode_alone_is_told_as_such() -> None:
    for path, source in (("m.py", LOAD), ("run.sh", "exit 1\n")):
        (file,) = changed({path: source}, {path: source + "\n"})
        file.change = FileChange(path, blob(source), blob(source, 0o100755))
        file.new = file.old
        (op,) = build_delta([file])["ops"]
        assert (op["op"], op["change"]) == ("replace", ["mode"])


def test_a_mode_beside_symbols_is_told_on_the_patch() -> None:
    (file,) = changed({"m.py": "x = 1\n"}, {"m.py": "x = 2\n"})
    file.change = FileChange("m.py", blob("x = 1\n"), blob("x = 2\n", 0o100755))
    (op,) = build_delta([file])["ops"]
    assert (op["op"], op["change"]) == ("patch", ["mode"])


def test_imports_are_told_one_by_one() -> None:
    delta = delta_of({"m.py": "from m import a\n"}, {"m.py": "from m import a, b\n"})
    assert summaries(children(delta)) == ["m.py::import::b: added import b  L1\N{EN DASH}1"]


def test_a_rename_is_one_replace_with_its_new_address() -> None:
    (op,) = children(delta_of({"m.py": LOAD}, {"m.py": LOAD.replace("def load", "def fetch")}))
    assert list(op) == [
        "op", "address", "position", "old_content_id", "new_content_id", "old_summary", "new_summary",
        "kind", "change", "new_address", "confidence", "lines",
    ]  # fmt: skip
    assert (op["address"], op["new_address"]) == ("m.py::load", "m.py::fetch")
    assert (op["change"], op["confidence"]) == (["renamed"], 1.0)


def test_a_rename_with_an_edit_says_what_else_changed() -> None:
    new = LOAD.replace("def load", "def fetch").replace("rows", "lines")
    (op,) = children(delta_of({"m.py": LOAD}, {"m.py": new}))
    assert op["change"] == ["renamed", "body"]
    assert 0.5 < op["confidence"] < 1


def test_a_method_moved_out_of_its_class_is_moved() -> None:
    old = CLASS + "class Other:\n    def close(self):\n        pass\n"
    start, end = CLASS.index("    def write"), len(CLASS)
    new = CLASS[:start] + "class Other:\n    def close(self):\n        pass\n" + CLASS[start:end]
    (op,) = children(delta_of({"m.py": old}, {"m.py": new}))
    assert summaries([op]) == ["m.py::Store.write: method write -> moved to Other.write"]
    assert op["change"] == ["moved"]


def test_a_move_across_files_annotates_both_sides() -> None:
    delta = delta_of({"a.py": LOAD + SAVE, "b.py": "x = 1\n"}, {"a.py": SAVE, "b.py": "x = 1\n" + LOAD})
    gone, come = children(delta)
    assert summaries([gone, come]) == [
        "a.py::load: removed function load  L1\N{EN DASH}4 → moved to b.py",
        "b.py::load: added function load  L2\N{EN DASH}5 ← moved from a.py",
    ]
    assert (gone["new_address"], gone["change"], gone["confidence"]) == ("b.py::load", ["moved"], 1.0)
    assert (come["from_address"], come["change"], come["confidence"]) == ("a.py::load", ["moved"], 1.0)


def test_a_renamed_class_carries_its_methods() -> None:
    (op,) = children(delta_of({"m.py": CLASS}, {"m.py": CLASS.replace("Store", "Shelf")}))
    assert summaries([op]) == ["m.py::Store: class Store -> renamed to Shelf"]


def test_a_changed_method_of_a_renamed_class_is_a_change_and_no_move() -> None:
    new = CLASS.replace("Store", "Shelf").replace("(key, value))", "(value, key))")
    renamed, method = children(delta_of({"m.py": CLASS}, {"m.py": new}))
    assert renamed["change"] == ["renamed"]
    assert summaries([method]) == [
        "m.py::Shelf.write: method write (implementation) -> method write (implementation changed)  L9\N{EN DASH}11"
    ]
    assert (method["change"], method["from_address"]) == (["body"], "m.py::Store.write")
    assert "new_address" not in method


def test_a_method_deleted_from_a_renamed_class_has_its_old_address() -> None:
    new = CLASS[: CLASS.index("    def write")].replace("Store", "Shelf")
    assert summaries(children(delta_of({"m.py": CLASS}, {"m.py": new})))[1:] == [
        "m.py::Store.write: removed method write  L9\N{EN DASH}11"
    ]


def test_a_class_moved_to_another_file_carries_its_methods() -> None:
    delta = delta_of({"a.py": CLASS + SAVE, "b.py": LOAD}, {"a.py": SAVE, "b.py": LOAD + CLASS})
    assert [op["address"] for op in children(delta)] == ["a.py::Store", "b.py::Store"]


def test_a_moved_file_carries_its_symbols() -> None:
    (op,) = delta_of({"a.py": LOAD + CLASS}, {"pkg/b.py": LOAD + CLASS})["ops"]
    assert op == {
        "op": "patch", "address": "pkg/b.py", "from_address": "a.py", "child_ops": [],
        "child_domain": "code_symbols", "child_summary": "moved from a.py", "confidence": 1.0,
    }  # fmt: skip


def test_in_a_moved_and_edited_file_only_deletes_have_the_old_path() -> None:
    old = LOAD + CLASS + "x = [1]\n"
    new = LOAD.replace("rows", "lines") + CLASS + SAVE
    delta = delta_of({"a.py": old}, {"b.py": new})
    (patch,) = delta["ops"]
    assert patch["op"] == "patch"
    assert patch["child_summary"] == "moved from a.py; 1 added, 1 removed, 1 modified"
    assert [op["address"] for op in patch["child_ops"]] == ["a.py::x", "b.py::save", "b.py::load"]


def test_a_file_without_symbols_is_moved_by_its_blob() -> None:
    new, gone = delta_of({"a.png": "pixels"}, {"img/b.png": "pixels"})["ops"]
    assert new["op"] == "insert"
    assert (new["content_summary"], new["from_address"]) == ("added img/b.png ← moved from a.png", "a.png")
    assert gone["op"] == "delete"
    assert (gone["content_summary"], gone["new_address"]) == ("removed a.png → moved to img/b.png", "img/b.png")


def test_empty_files_are_not_moved() -> None:
    ops = delta_of({"a/__init__.py": ""}, {"b/__init__.py": ""})["ops"]
    assert [(op["op"], "change" in op) for op in ops] == [("insert", False), ("delete", False)]


def test_broken_files_are_unparsed_and_restated_when_whole() -> None:
    broken = "class (:\n"
    (op,) = delta_of({"m.py": LOAD}, {"m.py": broken})["ops"]
    assert (op["op"], op["change"]) == ("replace", ["unparsed"])
    delta = delta_of({"m.py": broken}, {"m.py": LOAD})
    assert patch_of(delta, "m.py")["change"] == ["reparsed"]
    (child,) = children(delta)
    assert child["op"] == "replace"
    assert (child["address"], child["old_content_id"]) == ("m.py::load", "")
    (op,) = delta_of({}, {"m.py": broken})["ops"]
    assert (op["op"], op["change"]) == ("insert", ["unparsed"])
    (op,) = delta_of({"m.py": broken}, {})["ops"]
    assert op["op"] == "delete"


def test_what_damage_swallows_gets_no_op_and_is_restated_when_whole() -> None:
    whole = LOAD + "\n\ndef first(x):\n    return x\n\n\ndef last(x):\n    return first(x)\n"
    damaged = whole.replace("def first(x):", "def first(x:").replace("return first(x)", "return 1")
    delta = delta_of({"m.py": whole}, {"m.py": damaged})
    assert patch_of(delta, "m.py")["change"] == ["damaged"]
    assert [(op["op"], op["address"], op["change"]) for op in children(delta)] == [
        ("replace", "m.py::last", ["body"]),
    ]
    (op,) = delta_of({"m.py": damaged}, {"m.py": damaged.replace("return x\n", "return (x + 1)\n")})["ops"]
    assert (op["op"], op["change"]) == ("replace", ["damaged"])
    delta = delta_of({"m.py": damaged}, {"m.py": whole})
    assert patch_of(delta, "m.py")["change"] == ["reparsed"]
    assert [(op["address"], op.get("old_content_id")) for op in children(delta)] == [
        ("m.py::first", ""),
        ("m.py::last", ""),
        ("m.py::load", ""),
    ]


def test_what_is_gone_outside_of_damage_is_deleted() -> None:
    whole = LOAD + "\n\ndef first(x):\n    return x\n\n\ndef last(x):\n    return 2\n"
    damaged = whole.replace("def first(x):", "def first(x:").replace("def last(x):\n    return 2\n", "")
    delta = delta_of({"m.py": whole}, {"m.py": damaged})
    assert [(op["op"], op["address"]) for op in children(delta)] == [("delete", "m.py::last")]
    other = whole.replace("def load(", "de load(")
    delta = delta_of({"m.py": damaged}, {"m.py": other})
    assert patch_of(delta, "m.py")["change"] == ["damaged"]
    assert [(op["op"], op["address"]) for op in children(delta)] == [
        ("insert", "m.py::last"),
        ("replace", "m.py::first"),
    ]


def test_nothing_is_matched_with_an_unparsed_file() -> None:
    delta = delta_of({"a.py": LOAD}, {"b.py": "class (:\n"})
    assert summaries(children(delta)) == ["a.py::load: removed function load  L1\N{EN DASH}4"]


def test_a_flipped_rule_deletes_or_restates_the_symbols() -> None:
    entry = blob(LOAD)
    (file,) = changed({"m.py": LOAD}, {"m.py": LOAD + "\n"})
    off = ChangedFile(FileChange("m.py", entry, entry), file.old, None)
    (op,) = build_delta([off])["ops"]
    assert (op["op"], op["change"]) == ("patch", ["unrecorded"])
    assert [child["op"] for child in children(build_delta([off]))] == ["delete"]
    on = ChangedFile(FileChange("m.py", entry, entry), None, file.old)
    (op,) = build_delta([on])["ops"]
    assert (op["op"], op["change"]) == ("patch", ["reparsed"])
    assert [child["op"] for child in children(build_delta([on]))] == ["replace"]
    assert build_delta([off])["sem_ver_bump"] == "none"


def test_a_link_that_becomes_a_file_inserts_its_symbols() -> None:
    (file,) = changed({}, {"m.py": LOAD})
    file.change = FileChange("m.py", Blob(0o120000, "0" * 40), blob(LOAD))
    (op,) = build_delta([file])["ops"]
    assert (op["op"], op["change"]) == ("patch", ["mode"])
    assert [child["op"] for child in children(build_delta([file]))] == ["insert"]


def test_a_damaged_file_that_becomes_a_link_has_no_symbols_left() -> None:
    damaged = "\tdef x(): return 0\n\nStore = 3\n"
    change = FileChange("m.py", blob(damaged), Blob(0o120000, "0" * 40))
    symbols = symbols_of({"m.py": damaged})
    symbols["m.py"] = {**(symbols["m.py"] or {}), "x": "known before the damage"}
    apply(symbols, build_delta([ChangedFile(change, table("m.py", damaged), None)]))
    assert not symbols.get("m.py")


def test_a_submodule_is_a_file_level_op() -> None:
    change = FileChange("lib/x", Blob(0o160000, "1" * 40), Blob(0o160000, "2" * 40))
    (op,) = build_delta([ChangedFile(change, None, None)])["ops"]
    assert op["op"] == "replace"
    assert (op["old_content_id"], op["new_content_id"]) == ("1" * 40, "2" * 40)


def test_no_change_is_an_empty_delta() -> None:
    delta = build_delta([])
    assert (delta["ops"], delta["summary"], delta["sem_ver_bump"]) == ([], "no changes", "none")


MESSY_OLD = {"a.py": CLASS + LOAD, "b.py": SAVE + "q = [1, 2]\n", "c.py": LOAD.replace("load", "scan"), "d.txt": "x"}
MESSY_NEW = {
    "a.py": CLASS.replace("Store", "Shelf").replace("1", "2"),
    "e.py": SAVE.replace("save", "keep").replace("3", "4") + LOAD,
    "c.py": "x = 1\n",
    "f.txt": "x",
}


def test_the_order_of_the_files_does_not_matter() -> None:
    files = changed(MESSY_OLD, MESSY_NEW)
    assert json.dumps(build_delta(files)) == json.dumps(build_delta(files[::-1]))


def test_hash_seeds_do_not_matter() -> None:
    code = (
        "import json; from support.deltas import delta_of; from delta.test_build import MESSY_NEW, MESSY_OLD;"
        "print(json.dumps(delta_of(MESSY_OLD, MESSY_NEW)))"
    )
    tests = Path(__file__).parent.parent
    path = os.pathsep.join((str(tests), str(tests.parent)))
    seen = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": path},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(seen) == 1


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        ("class A:", "@final\nclass A:", ["decorators"]),
        ("@final\nclass A(B, k=1):", "@b(1)\n@final\nclass A(B, k=1):", ["decorators"]),
        ("@final\nclass A(B):", "class A(C):", ["bases", "decorators"]),
        ("@final\nclass A:", "@final\nclass A[T]:", ["bases"]),
    ],
)
def test_a_decorator_of_a_class_is_no_change_of_its_bases(before: str, after: str, change: list[str]) -> None:
    body = "\n    x = 1\n\n    def f(self):\n        return 1\n"
    (op,) = children(delta_of({"m.py": before + body}, {"m.py": after + body}))
    assert (op["address"], op["change"]) == ("m.py::A", change)
