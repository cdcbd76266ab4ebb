"""What formatters change of real files changes no id: each formatter that is here, over the sources that are here.

Sources are those that came with the languages' own tools (Go's and npm's libraries, crates), and below the folders that
MUSE_HOOK_SOURCES names, parted by colons. Names in quotes are no symbols of a class, so none is put into quotes.
"""

from __future__ import annotations

import os
import pwd
import random
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from muse_hook.languages.languages import language_for
from muse_hook.symbols.extract import extract

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]

FILES = 150
"""So many are drawn for each formatter and style."""

LARGEST = 100_000
NPM_PACKAGES = (
    "prettier@3",
    "google-java-format",
    "rxjs@7",
    "codemirror@5",
    "@prettier/plugin-php",
    "@johnnymorganz/stylua-bin",
    "prettier-plugin-sql",
)
"""The formatters, and packages that come with sources in TypeScript and style sheets."""
OPENED = [
    f"--add-exports=jdk.compiler/com.sun.tools.javac.{part}=ALL-UNNAMED"
    for part in ("api", "code", "file", "parser", "tree", "util")
]
PRETTIER = ["--no-config", "--no-editorconfig", "--ignore-path", os.devnull, "--log-level", "silent", "--write"]
STYLES = {
    "prettier, narrow": "--no-semi --single-quote --trailing-comma none --arrow-parens avoid --print-width 50 "
    "--no-bracket-spacing --use-tabs --object-wrap collapse",
    "prettier, wide": "--semi --print-width 120 --trailing-comma all --quote-props as-needed",
    "clang-format, narrow": "{BasedOnStyle: WebKit, ColumnLimit: 60}",
    "clang-format, wide": "{BasedOnStyle: Google, ColumnLimit: 120}",
    "rustfmt, narrow": "max_width=50,hard_tabs=true,use_small_heuristics=Off",
    "rustfmt, wide": "max_width=140,use_small_heuristics=Max",
}


@pytest.fixture(scope="module")
def npm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that npm installs into; without a network what needs it is skipped."""
    if shutil.which("npm") is None:
        pytest.skip("no npm here")
    folder = tmp_path_factory.mktemp("npm")
    command = ["npm", "install", "--no-audit", "--no-fund", "--silent", "--prefix", str(folder), *NPM_PACKAGES]
    done = subprocess.run(command, cwd=folder, env=os.environ, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"npm could not get the packages: {(done.stderr or done.stdout)[-300:]}")
    return folder / "node_modules"


def program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"no {name} here")
    return found


def answer(*command: str) -> str:
    """Return what a program prints, "" where it is not here."""
    if shutil.which(command[0]) is None:
        return ""
    done = subprocess.run(command, env=os.environ, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def sources(*extensions: str, brought: Path | None = None) -> list[Path]:
    """Return the files that are drawn, of what npm `brought` as well, or skip where there are hardly any."""
    given = [Path(one) for one in os.environ.get("MUSE_HOOK_SOURCES", "").split(":") if one]
    libraries = {
        ".go": [answer("go", "env", "GOROOT")],
        ".js": [answer("npm", "root", "-g"), "/usr/share/nodejs"],
        ".ts": [answer("npm", "root", "-g"), "/usr/share/nodejs"],
        ".rs": [
            answer("rustc", "--print", "sysroot"),
            str(Path.home() / ".cargo/registry"),
            "/usr/share/cargo/registry",
        ],
    }
    folders = given or [Path(one) for end in extensions for one in libraries.get(end, ()) if one]
    folders += [brought] if brought is not None and not given else []
    ends = (*extensions, ".tsx") if ".ts" in extensions else extensions
    found = sorted({file for folder in folders for end in ends for file in folder.rglob("*" + end) if file.is_file()})
    found = [file for file in found if 0 < file.stat().st_size < LARGEST and not file.name.endswith(".min.js")]
    if len(found) < 20:
        pytest.skip(f"no files in {' '.join(extensions)}: name folders in MUSE_HOOK_SOURCES")
    return random.sample(found, min(FILES, len(found)))


def copies(
    folder: Path, *extensions: str, prepared: Callable[[str], str] = str, brought: Path | None = None
) -> dict[Path, bytes]:
    """Return copies of sources, each in a folder of its own, and what they hold."""
    made: dict[Path, bytes] = {}
    for number, file in enumerate(sources(*extensions, brought=brought)):
        copy = folder / str(number) / file.name
        copy.parent.mkdir()
        copy.write_bytes(prepared(file.read_bytes().decode("utf-8", "replace")).encode())
        made[copy] = copy.read_bytes()
    return made


def own_tools() -> dict[str, str]:
    """Return the environment with where rustup keeps its tools: the tests have another home."""
    kept = Path(pwd.getpwuid(os.getuid()).pw_dir, ".rustup")
    return {**os.environ, "RUSTUP_HOME": str(kept)} if kept.is_dir() else {**os.environ}


def run(command: list[str], files: dict[Path, bytes], *, by_itself: bool = False) -> None:
    """Have files formatted where they are, forty at a time; what a formatter refuses stays as it is."""
    paths = [str(path) for path in files]
    if by_itself:
        for path in files:
            done = subprocess.run(command, input=path.read_bytes(), env=own_tools(), capture_output=True, check=False)
            if done.returncode == 0:
                path.write_bytes(done.stdout)
        return
    for at in range(0, len(paths), 40):
        subprocess.run([*command, *paths[at : at + 40]], env=os.environ, capture_output=True, check=False)


def changed_ids(files: dict[Path, bytes]) -> list[str]:
    """Return the symbols whose ids are others now; at least a third of the files must have been laid out anew."""
    found: list[str] = []
    formatted = 0
    for path, source in files.items():
        language = language_for(path.name)
        assert language is not None
        before = extract(source, language)
        if path.read_bytes() == source or before.state != "parsed" or before.damaged:
            continue
        formatted += 1
        after = extract(path.read_bytes(), language)
        old, new = ({name: one.content_id for name, one in table.symbols.items()} for table in (before, after))
        found += [f"{path.name}::{name}" for name in sorted(old.keys() | new.keys()) if old.get(name) != new.get(name)]
        found += [f"{path.name}, its own content"] if before.module_id != after.module_id else []
    assert formatted * 3 >= len(files)
    return found


@pytest.mark.parametrize("extension", [".ts", ".js"])
@pytest.mark.parametrize("style", ["prettier, narrow", "prettier, wide"])
def test_prettier(npm: Path, tmp_path: Path, extension: str, style: str) -> None:
    files = copies(tmp_path, extension, brought=npm / "rxjs/src" if extension == ".ts" else None)
    run([str(npm / ".bin/prettier"), *PRETTIER, *STYLES[style].split()], files)
    assert changed_ids(files) == []


@pytest.mark.parametrize("extension", [".css", ".yml", ".json", ".md"])
def test_prettier_lays_out_structured_text(npm: Path, tmp_path: Path, extension: str) -> None:
    """Code that stands in it stays as it is: that is another text.

    Of Markdown a few symbols in a hundred are read otherwise: indented code within a list, tables without a first sign,
    code between three signs in the place of one.
    """
    files = {
        path: source for path, source in copies(tmp_path, extension, brought=npm).items() if language_for(path.name)
    }
    layout = {".yml": "--tab-width 4", ".md": "--prose-wrap preserve"}.get(extension, "--tab-width 8 --use-tabs")
    run([str(npm / ".bin/prettier"), *PRETTIER, "--embedded-language-formatting=off", *layout.split()], files)
    read_otherwise = 0.05 if extension == ".md" else 0.0
    known = [(source, language) for path, source in files.items() if (language := language_for(path.name))]
    symbols = sum(len(extract(*each).symbols) for each in known)
    assert len(changed_ids(files)) <= read_otherwise * symbols


@pytest.mark.parametrize("style", ["-i 3 -ci", "-i 0 -bn -sr"])
def test_shfmt(tmp_path: Path, style: str) -> None:
    """A word that goes on behind the end of a line, which few do, is put together; nobody else indents by three."""
    files = copies(tmp_path, ".sh")
    run([program("shfmt"), "-w", *style.split()], files)
    assert len(changed_ids(files)) * 40 <= len(files)


@pytest.mark.parametrize("style", ["--aosp", ""])
def test_google_java_format(npm: Path, tmp_path: Path, style: str) -> None:
    jars = sorted(
        npm.glob("google-java-format/lib/*.jar"), key=lambda jar: [int(n) for n in re.findall(r"\d+", jar.name)]
    )
    if not jars:
        pytest.skip("npm's google-java-format brought no program")
    files = copies(tmp_path, ".java")
    options = [one for one in (style, "--skip-removing-unused-imports", "--replace") if one]
    run([program("java"), *OPENED, "-jar", str(jars[-1]), *options], files)
    if all(path.read_bytes() == source for path, source in files.items()):
        pytest.skip("it needs a newer Java")
    assert changed_ids(files) == []


@pytest.mark.parametrize("style", ["clang-format, narrow", "clang-format, wide"])
def test_clang_format(tmp_path: Path, style: str) -> None:
    command = [program("clang-format"), "-i", f"--style={STYLES[style]}"]
    files = copies(tmp_path, ".java")
    run(command, files)
    assert changed_ids(files) == []


@pytest.mark.parametrize("extensions", [(".c",), (".cc", ".cpp"), (".m",)])
def test_clang_format_beside_macros(tmp_path: Path, extensions: tuple[str, ...]) -> None:
    """Macros that the grammar does not read may be read otherwise where their lines are others."""
    command = [program("clang-format"), "-i", "--style={BasedOnStyle: LLVM, ColumnLimit: 70, SortIncludes: Never}"]
    files = copies(tmp_path, *extensions)
    run(command, files)
    assert len(changed_ids(files)) * 5 <= len(files)


def test_rubocop(tmp_path: Path) -> None:
    """Its cops of layout, which give `<<~` to a text whose lines are indented."""
    files = copies(tmp_path, ".rb")
    run([program("rubocop"), "-x", "--cache", "false", "--force-default-config"], files)
    assert changed_ids(files) == []


def test_prettier_for_php(npm: Path, tmp_path: Path) -> None:
    files = copies(tmp_path, ".php")
    plugin = npm / "@prettier/plugin-php/src/index.mjs"
    run([str(npm / ".bin/prettier"), *PRETTIER, f"--plugin={plugin}", "--print-width", "60"], files)
    assert changed_ids(files) == []


def test_prettier_for_sql(npm: Path, tmp_path: Path) -> None:
    """Some dialects write a sign of another one (`?`, `$1`): that is no layout."""
    files = copies(tmp_path, ".sql")
    plugin = npm / "prettier-plugin-sql/lib/index.js"
    run([str(npm / ".bin/prettier"), *PRETTIER, f"--plugin={plugin}", "--language", "postgresql"], files)
    assert len(changed_ids(files)) * 20 <= len(files)


def test_stylua(npm: Path, tmp_path: Path) -> None:
    files = copies(tmp_path, ".lua")
    run([str(npm / ".bin/stylua"), "--column-width", "60", "--quote-style", "AutoPreferSingle"], files)
    assert changed_ids(files) == []


def test_terraform_fmt(tmp_path: Path) -> None:
    """Of files with other indentation: what is published is formatted as it is."""

    def widened(text: str) -> str:
        return text if "<<" in text else re.sub(r"(?m)^ +", lambda found: found[0] * 2, text)

    files = copies(tmp_path, ".tf", prepared=widened)
    run([program("terraform"), "fmt"], files)
    assert changed_ids(files) == []


def test_mix_format(tmp_path: Path) -> None:
    """Texts of sigils stay as they are read: their lines are indented otherwise."""
    (tmp_path / "formatter.exs").write_text("[]\n")
    files = copies(tmp_path, ".ex", prepared=lambda text: re.sub(r"(?m)^ +", lambda found: found[0] * 2, text))
    run([program("mix"), "format", "--dot-formatter", str(tmp_path / "formatter.exs")], files)
    assert len(changed_ids(files)) * 5 <= len(files)


def test_gofmt(tmp_path: Path) -> None:
    """Of files whose lines begin at the margin: Go's own files are formatted as they are."""

    def unindented(text: str) -> str:
        if "`" in text:  # may go over lines
            return "package none\n"
        return "\n".join(line.lstrip("\t ") for line in text.split("\n")).replace(" := ", ":=")

    command = [program("gofmt"), "-w"]
    files = {path: source for path, source in copies(tmp_path, ".go", prepared=unindented).items() if len(source) > 20}
    run(command, files)
    assert changed_ids(files) == []


@pytest.mark.parametrize("style", ["rustfmt, narrow", "rustfmt, wide"])
def test_rustfmt(tmp_path: Path, style: str) -> None:
    """Tokens of macros are laid out as code, too, though they are none: `|a| { b }` becomes `|a| b` there, in few."""
    command = [program("rustfmt"), "--edition", "2021", "--config", STYLES[style]]
    files = {path: source for path, source in copies(tmp_path, ".rs").items() if b"macro_rules!" not in source}
    run(command, files, by_itself=True)
    assert len(changed_ids(files)) * 40 <= len(files)
