"""The manual page (`man muse-hook`, `git muse --help`) is made from the program, like docs/commands.md."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from muse_hook.cli.command import COMMANDS, load
from muse_hook.cli.parser import Parser, command_parser, top_parser

FOLDER = Path(__file__).parent.parent.parent / "docs" / "man"
REST = r"""
.SH EXIT STATUS
.TP
.B 0
Done
.TP
.B 1
Something in your input or your repository; a hint says what to type. Also: a finding of \fBdoctor\fR or
\fBverify\fR, a collision that \fBconcurrent\fR found
.TP
.B 2
The command line cannot be read
.TP
.B 3
A fault of muse-hook
.TP
.B 130
Interrupted; what was recorded stays, and the next run goes on
.SH ENVIRONMENT
.TP
.B GIT_DIR, GIT_WORK_TREE, GIT_CEILING_DIRECTORIES
Which repository is meant, as for Git
.TP
.B GIT_PAGER, PAGER
The pager, as for Git (also the settings core.pager and pager.muse)
.TP
.B NO_COLOR
No colour, unless \-\-color or the setting color.muse or color.ui asks for it always
.TP
.B MUSE_HOOK_DEBUG
Show the traceback of a failure
.SH FILES
.TP
.B .git/.muse/op_log/SESSION/ops.jsonl
The log of a session, one JSON object a line, appended to and never rewritten
.TP
.B .git/.muse/index.sqlite
A cache over the logs, made again whenever it is missing
.TP
.B .git/.muse/error.log
What went wrong in hooks
.SH SEE ALSO
.BR git (1),
.BR git\-log (1),
.BR githooks (5)
"""


ABOUT = r""".SH DESCRIPTION
Turns every commit into symbol\-level operations (this function was added, that method renamed) and appends them to an
append\-only, causally ordered log beside the repository.
"""


def roff(text: str) -> str:
    """Escape a text for roff: backslashes, hyphens that are typed, dots and quotes that begin a line."""
    lines = text.replace("\\", "\\e").replace("-", "\\-").splitlines()
    return "\n".join("\\&" + line if line[:1] in {".", "'"} else line for line in lines)


def options(parser: Parser) -> str:
    parts = []
    for action in parser._actions:
        if action.dest in {"help", "command", "rest"}:
            continue
        names = ", ".join(action.option_strings) or str(action.metavar)
        value = f" {action.metavar}" if action.option_strings and action.nargs != 0 else ""
        parts.append(f".TP\n.B {roff(names + value)}\n{roff(action.help or '')}\n")
    return "".join(parts)


def manual() -> str:
    parts = [
        ".TH MUSE\\-HOOK 1\n.SH NAME\nmuse\\-hook, git\\-muse \\- symbol\\-level history for Git\n",
        ".SH SYNOPSIS\n.B muse\\-hook\n[OPTIONS] COMMAND [ARGUMENTS]\n.br\n.B git muse\nCOMMAND [ARGUMENTS]\n",
        ABOUT,
        ".SH OPTIONS\n",
        options(top_parser()),
    ]
    for group, commands in COMMANDS.items():
        parts.append(f".SH COMMANDS TO {group.upper()}\n")
        for name in commands:
            parser, module = command_parser(name), load(name)
            usage = " ".join(parser.format_usage().removeprefix("Usage: ").split())
            said = [" ".join(part.split()) for part in module.DESCRIPTION.strip().split("\n\n")]
            said = [part for part in said if part]
            parts.append(f".SS {roff(name)}\n.B {roff(usage)}\n.PP\n" + "\n.PP\n".join(map(roff, said)) + "\n")
            parts.append(options(parser))
            parts.append(".PP\nExamples:\n.PP\n.nf\n" + roff(module.EXAMPLES.strip()) + "\n.fi\n")
    return "".join(parts) + REST.lstrip()


def test_the_manual_is_what_the_program_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    page = FOLDER / "muse-hook.1"
    if os.environ.get("MUSE_HOOK_SNAPSHOT"):
        FOLDER.mkdir(exist_ok=True)
        page.write_text(manual(), encoding="utf-8")
    assert page.read_text(encoding="utf-8") == manual()
    assert (FOLDER / "git-muse.1").read_text(encoding="utf-8") == ".so man1/muse-hook.1\n"


@pytest.mark.skipif(shutil.which("groff") is None, reason="no groff here")
def test_the_manual_is_good_roff() -> None:
    page = str(FOLDER / "muse-hook.1")
    done = subprocess.run(["groff", "-man", "-Tutf8", "-ww", page], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    for name in (name for group in COMMANDS.values() for name in group):
        assert f"muse-hook {name}" in done.stdout.replace("\u2010", "-")
