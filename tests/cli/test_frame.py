"""What holds for every command: arguments, errors, exit statuses, pipes, pager, colour."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.repository import Repo

from muse_hook import __version__
from muse_hook.cli.failures import UsageError
from muse_hook.cli.invocation import Invocation
from muse_hook.cli.line import parse
from muse_hook.cli.main import main
from muse_hook.errors import MuseHookError, StoreError

Work = Callable[[Invocation], int]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> Callable[[Work], None]:
    """Make `muse-hook probe` do what the test wants."""

    def define(work: Work, *, paged: bool = False) -> None:
        module = ModuleType("muse_hook.cli.commands.probe")
        vars(module).update(
            PAGED=paged,
            DESCRIPTION="Probe",
            EXAMPLES="muse-hook probe",
            configure=lambda parser: parser.add_argument("--json", action="store_true"),
            run=lambda _arguments, invocation: work(invocation),
        )
        monkeypatch.setitem(sys.modules, module.__name__, module)
        monkeypatch.setitem(__import__("muse_hook.cli.command", fromlist=["COMMANDS"]).COMMANDS, "test", {"probe": ""})

    return define


def muse(repo: Repo, *arguments: str, **variables: str) -> subprocess.CompletedProcess[bytes]:
    return repo.run(sys.executable, "-m", "muse_hook", *arguments, check=False, **variables)


def raising(error: BaseException) -> Work:
    def work(_invocation: Invocation) -> int:
        raise error

    return work


@pytest.mark.parametrize("option", ["--version", "--help", "-h"])
def test_version_and_help_go_to_stdout_and_are_no_failure(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([option]) == 0
    out, err = capsys.readouterr()
    assert not err
    assert out == f"muse-hook {__version__}\n" if option == "--version" else out.startswith("Usage: muse-hook")


@pytest.mark.parametrize(
    ("arguments", "wrong", "hint"),
    [
        ([], "no command is given", "muse-hook --help"),
        (["shwo"], "there is no command 'shwo'", "muse-hook show"),
        (["\x1b[31m"], r"there is no command '\x1b[31m'", "muse-hook --help"),
        (["--colour"], "unrecognized arguments: --colour", "muse-hook --help"),
        (["show", "--jsn"], "unrecognized arguments: --jsn", "muse-hook show --help"),
        (["show", "--no-pager"], "--no-pager stands before the command", "muse-hook --no-pager show"),
        (["log", "--color=never"], "--color stands before the command", "muse-hook --color WHEN log"),
        (["log", "-C", "x"], "-C stands before the command", "muse-hook -C DIR log"),
        (["show", "a", "b"], "unrecognized arguments: b", "muse-hook show --help"),
        (["blame"], "the following arguments are required: PATH", "muse-hook blame --help"),
    ],
)
def test_a_command_line_that_cannot_be_read_exits_2(
    arguments: list[str], wrong: str, hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert not out
    assert err == f"error: reading the command line: {wrong}\nhint: {hint}\n"


def test_help_of_a_command_is_found_in_both_ways(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "--help"]) == 0
    told = capsys.readouterr().out
    assert main(["help", "show"]) == 0
    assert capsys.readouterr().out == told


def test_an_error_is_shown_once_with_its_hint_and_status(
    command: Callable[[Work], None], capsys: pytest.CaptureFixture[str]
) -> None:
    command(raising(StoreError("writing \x1b[2J", "no room\nleft", "df -h")))
    assert main(["probe"]) == 1
    assert capsys.readouterr() == ("", "error: writing \\x1b[2J: no room\\x0aleft\nhint: df -h\n")


def test_a_fault_of_ours_is_one_line_and_exits_3(
    command: Callable[[Work], None], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    command(raising(ZeroDivisionError("by zero")))
    assert main(["probe"]) == 3
    out, err = capsys.readouterr()
    assert not out
    assert err.startswith("error: running the command: ZeroDivisionError: by zero\nhint: ")
    assert "Traceback" not in err
    monkeypatch.setenv("MUSE_HOOK_DEBUG", "1")
    assert main(["probe"]) == 3
    assert "Traceback" in capsys.readouterr().err


def test_ctrl_c_exits_130_without_a_traceback(
    command: Callable[[Work], None], capsys: pytest.CaptureFixture[str]
) -> None:
    command(raising(KeyboardInterrupt()))
    assert main(["probe"]) == 130
    assert capsys.readouterr() == ("", "interrupted\n")


def test_a_file_that_cannot_be_read_is_named(
    command: Callable[[Work], None], capsys: pytest.CaptureFixture[str]
) -> None:
    command(raising(PermissionError(13, "Permission denied", "/x/ops.jsonl")))
    assert main(["probe"]) == 1
    assert capsys.readouterr().err == "error: /x/ops.jsonl: Permission denied\n"


def test_dash_c_moves_for_the_command_only(
    command: Callable[[Work], None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    seen: list[str] = []
    command(lambda _: seen.append(os.getcwd()) or 0)  # type: ignore[func-returns-value]
    before = os.getcwd()
    assert main(["-C", str(tmp_path / "a"), "-C", "b", "probe"]) == 0
    assert seen == [str(tmp_path / "a" / "b")]
    assert os.getcwd() == before
    assert main(["-C", str(tmp_path / "gone"), "probe"]) == 1
    assert capsys.readouterr().err == (
        f"error: changing to {tmp_path / 'gone'}: No such file or directory\n"
        "hint: muse-hook -C path/to/repository COMMAND\n"
    )


def test_outside_a_repository_a_command_says_so(tmp_path: Path, environment: dict[str, str]) -> None:
    done = muse(Repo(tmp_path, environment), "show")
    assert done.returncode == 1
    assert done.stderr.decode().startswith("error: opening the repository: ")
    assert b"hint: " in done.stderr


def test_a_closed_pipe_is_quiet_and_ends_as_git_does(repo: Repo) -> None:
    for shell in ("true", "head -1 >/dev/null"):
        script = (
            "import muse_hook.cli.main as cli\n"
            "def endless(argv):\n"
            "    from muse_hook.cli.invocation import Invocation\n"
            "    out = Invocation().out\n"
            "    while True: out.line('x' * 1000)\n"
            "cli._run = endless; cli.main([])\n"
        )
        done = repo.run(
            "bash", "-c", f"'{sys.executable}' -c \"$1\" | {shell}; exit ${{PIPESTATUS[0]}}", "-", script, check=False
        )
        assert done.returncode == 141
        assert done.stderr == b""


def test_help_into_a_closed_pipe_is_quiet(repo: Repo) -> None:
    done = repo.run("bash", "-c", f"'{sys.executable}' -m muse_hook --help | true", check=False)
    assert done.stderr == b""


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_stream_that_is_closed_is_no_fault_and_no_file_gets_its_number(repo: Repo, closed: str) -> None:
    program = f"'{sys.executable}' -m muse_hook"
    repo.commit("Begin", a="x = 1\n")
    for words, status in (("--help", 0), ("install", 0), ("log", 0), ("show", 0), ("show nope", 1)):
        done = repo.run("bash", "-c", f"{program} {words} {closed}", check=False)
        assert done.returncode == status, (words, done.stderr)
        assert b"Traceback" not in done.stdout + done.stderr
    assert (repo.path / ".git/.muse/index.sqlite").read_bytes()[:6] == b"SQLite"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no device that is always full")
@pytest.mark.parametrize("words", ["show", "--help", "log --json", "report", "watch --no-wait --json"])
def test_output_that_finds_no_room_is_said_and_exits_1(repo: Repo, words: str) -> None:
    repo.commit("Begin", a="x = 1\n")
    repo.run(sys.executable, "-m", "muse_hook", "install", "--backfill", "1")
    done = repo.run("bash", "-c", f"'{sys.executable}' -m muse_hook {words} >/dev/full", check=False)
    assert done.returncode == 1
    assert done.stderr.decode() == (
        "error: writing the output: No space left on device\nhint: look for room where it goes: df -h\n"
    )


def on_a_terminal(repo: Repo, *command: str, **variables: str) -> str:
    """Run a command with a terminal for stdout and stderr; what it wrote there."""
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        command,
        cwd=repo.path,
        env=repo.environment | {"TERM": "xterm", "COLUMNS": "80"} | variables,
        stdin=subprocess.DEVNULL,
        stdout=follower,
        stderr=follower,
    )
    os.close(follower)
    written = b""
    while True:
        try:
            written += os.read(leader, 65536)
        except OSError:
            break
    os.close(leader)
    process.wait()
    return written.decode().replace("\r\n", "\n")


_PAGED = """
import sys
from types import ModuleType
from muse_hook.cli import command
from muse_hook.cli.main import main
def run(arguments, invocation):
    invocation.out.line(("green", "added"))
    return 0
module = ModuleType("muse_hook.cli.commands.probe")
vars(module).update(PAGED=True, DESCRIPTION="", EXAMPLES="", configure=lambda parser: None, run=run)
sys.modules[module.__name__] = module
command.COMMANDS["test"] = {"probe": ""}
sys.exit(main([*sys.argv[1:], "probe"]))
"""


def paged(repo: Repo, *options: str, **variables: str) -> str:
    return on_a_terminal(repo, sys.executable, "-c", _PAGED, *options, **variables)


def test_the_pager_is_the_one_that_git_would_take(repo: Repo) -> None:
    assert paged(repo, PAGER="sed 's/^/PAGER /'") == "PAGER \x1b[32mgreen\x1b[m\n"
    repo.git("config", "core.pager", "sed 's/^/core /'")
    assert paged(repo, PAGER="sed 's/^/PAGER /'") == "core \x1b[32mgreen\x1b[m\n"
    assert paged(repo, GIT_PAGER='sed "s/^/$LESS /"') == "FRX \x1b[32mgreen\x1b[m\n"
    assert paged(repo, "--no-pager") == "\x1b[32mgreen\x1b[m\n"
    assert paged(repo, GIT_PAGER="cat") == "\x1b[32mgreen\x1b[m\n"
    repo.git("config", "pager.muse", "false")
    assert paged(repo) == "\x1b[32mgreen\x1b[m\n"


def test_a_pager_that_is_quit_at_once_is_no_error(repo: Repo) -> None:
    assert paged(repo, GIT_PAGER="exit 0 #") == ""


def test_without_the_pager_that_was_asked_for_output_is_shown_as_it_is(repo: Repo) -> None:
    shown = paged(repo, GIT_PAGER="no-such-pager")
    assert "warning: " in shown
    assert "cannot run the pager no-such-pager" in shown
    assert shown.endswith("green\x1b[m\n")


def test_messages_are_coloured_on_a_terminal_unless_it_is_forbidden(repo: Repo) -> None:
    command = (sys.executable, "-m", "muse_hook")
    assert "\x1b[1;31merror: " in on_a_terminal(repo, *command, "show")
    assert "\x1b" not in on_a_terminal(repo, *command, "--color", "never", "show")
    assert "\x1b" not in on_a_terminal(repo, *command, "show", NO_COLOR="1")
    repo.git("config", "color.ui", "false")
    assert "\x1b" not in on_a_terminal(repo, *command, "show")
    assert b"\x1b" not in repo.run(*command, "show", check=False, GIT_PAGER_IN_USE="1").stderr


def test_colour_follows_gits_configuration_and_no_color(repo: Repo) -> None:
    assert paged(repo, GIT_PAGER="cat", NO_COLOR="1") == "green\n"
    repo.git("config", "color.ui", "never")
    assert paged(repo, GIT_PAGER="cat") == "green\n"
    assert paged(repo, "--color", "always", GIT_PAGER="cat") == "\x1b[32mgreen\x1b[m\n"
    repo.git("config", "color.muse", "always")
    assert paged(repo, GIT_PAGER="cat", NO_COLOR="1") == "\x1b[32mgreen\x1b[m\n"
    assert repo.run(sys.executable, "-c", _PAGED).stdout == b"\x1b[32mgreen\x1b[m\n"
    repo.git("config", "color.muse", "auto")
    assert repo.run(sys.executable, "-c", _PAGED).stdout == b"green\n"
    assert repo.run(sys.executable, "-c", _PAGED, GIT_PAGER_IN_USE="1").stdout == b"\x1b[32mgreen\x1b[m\n"
    repo.git("config", "color.pager", "false")
    assert repo.run(sys.executable, "-c", _PAGED, GIT_PAGER_IN_USE="1").stdout == b"green\n"
    assert paged(repo, GIT_PAGER="sed 's/^/P /'") == "P green\n"
    assert paged(repo, "--no-pager") == "\x1b[32mgreen\x1b[m\n"


def test_errors_have_a_place_for_every_kind() -> None:
    assert {kind.exit_code for kind in MuseHookError.__subclasses__()} <= {1, 2, 3, 130}


def test_help_loads_neither_git_nor_grammars() -> None:
    script = (
        "import sys; from muse_hook.cli.main import main; main(['--help']); "
        "print(sorted({'pygit2', 'tree_sitter', 'sqlite3', 'muse_hook.git'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("\n[]\n")


def test_arguments_are_never_abbreviated(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "--js"]) == 2
    assert "unrecognized arguments: --js" in capsys.readouterr().err


def test_a_namespace_is_what_commands_get() -> None:
    general, module, arguments = parse(["-C", "x", "--no-pager", "show", "HEAD", "--json"])
    assert general.directory == ["x"]
    assert module.PAGED
    assert vars(arguments).items() >= {"commit": "HEAD", "json": True}.items()


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("diff a --json b", {"a": "a", "b": "b", "json": True}),
        ("diff --json a b", {"a": "a", "b": "b", "json": True}),
        ("diff a", {"a": "a", "b": None, "json": False}),
        ("blame v1 --json a.py", {"rev": "v1", "path": "a.py", "json": True}),
        ("blame --json a.py", {"rev": "HEAD", "path": "a.py", "json": True}),
        ("concurrent a --all b --json", {"a": "a", "b": "b", "all": True, "json": True}),
        ("show -- --json", {"commit": "--json", "json": False}),
        ("checkpoint -", {"name": "-", "json": False}),
    ],
)
def test_options_stand_anywhere_and_arguments_in_their_order(line: str, read: dict[str, object]) -> None:
    _, _, arguments = parse(line.split())
    assert vars(arguments).items() >= read.items()


@pytest.mark.parametrize("line", ["concurrent a --json b c", "blame a --json b c", "show a --jsn b", "blame --json"])
def test_what_is_one_too_many_or_missing_is_refused(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(line.split()) == 2
    assert "error: reading the command line: " in capsys.readouterr().err


@given(
    st.lists(st.sampled_from(["-C", "x", "--no-pager", "--color", "never", "--color=auto", "-Cy", "--"]), max_size=6)
)
def test_a_command_is_found_behind_what_stands_before_it(before: list[str]) -> None:
    """Whatever argparse takes for options and their values is passed over, and nothing else is."""
    words = [*before, "show", "HEAD", "--json"]
    try:
        _, module, arguments = parse(words)
    except UsageError:
        assert {"x", "never", "-C", "--color"}.intersection(before)
    else:
        assert module.DESCRIPTION.strip().startswith("Show what one commit did")
        assert vars(arguments).items() >= {"commit": "HEAD", "json": True}.items()
