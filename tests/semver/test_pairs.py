"""Verdicts on labelled pairs of Kotlin, PHP, Scala and Swift: what breaks whoever names, implements or makes a thing.

`pairs.txt` has them: `## language: title`, the file before, `---`, the file after, `=>`, what breaks.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from support.deltas import delta_of

from muse_hook.languages.languages import language_for

BEGINNINGS = {"php": "<?php\n"}

PAIRS = {
    title: rest
    for title, _, rest in (
        block.partition("\n") for block in (Path(__file__).parent / "pairs.txt").read_text().split("## ")[1:]
    )
}


@pytest.mark.parametrize("title", PAIRS)
def test_breaks(title: str) -> None:
    ending = title.partition(":")[0]
    path = f"a.{ending}"
    if language_for(path) is None:
        pytest.skip("its grammar is not installed")
    sources, _, expected = PAIRS[title].partition("\n=>\n")
    old, new = (BEGINNINGS.get(ending, "") + source + "\n" for source in sources.split("\n---\n"))
    found = delta_of({path: old}, {path: new})["breaking_changes"]
    assert [line.removeprefix(f"{path}::") for line in found] == [line for line in expected.split("\n") if line]


def test_a_file_that_goes_to_another_folder_keeps_its_names_in_its_package() -> None:
    for ending, package in (("kt", "package a.b"), ("scala", "package a.b"), ("java", "package a.b;")):
        source = f"{package}\npublic class C {{ }}\n" if ending == "java" else f"{package}\nclass C {{ }}\n"
        assert delta_of({f"main/C.{ending}": source}, {f"jvm/C.{ending}": source})["breaking_changes"] == []
        other = source.replace("a.b", "a.c")
        (told,) = delta_of({f"main/C.{ending}": source}, {f"jvm/C.{ending}": other})["breaking_changes"]
        assert told.startswith(f"main/C.{ending}: module_moved")


def test_a_trait_of_another_file_gives_its_members() -> None:
    old = {"C.php": "<?php\nclass C { public function f() { return g(1, 2); } }\n"}
    new = {
        "C.php": "<?php\nclass C { use T; }\n",
        "T.php": "<?php\ntrait T { public function f() { return g(1, 2); } }\n",
    }
    assert delta_of(old, new)["breaking_changes"] == []
    assert "C.php::C: base_removed T" not in delta_of(new, old)["breaking_changes"]


@pytest.mark.parametrize(
    "path", ["a/src/commonTest/kotlin/A.kt", "build.gradle.kts", "project/A.scala", "buildSrc/A.kt"]
)
def test_nobody_depends_on_tests_and_on_what_builds(path: str) -> None:
    assert delta_of({path: "fun f(a: Int) {}\n"}, {path: "fun g() {}\n"})["breaking_changes"] == []
