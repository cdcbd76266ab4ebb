"""Recording where no hook fires, and the sentence on a system that cannot."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

from support.repository import Repo
from support.shell import Shell


def test_sync_looks_again_and_again_until_it_is_stopped(repo: Repo, shell: Shell) -> None:
    shell.run("install", "--no-history")
    going = shell.start("sync", "--every", "1", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert going.stderr is not None
    try:
        repo.write("a.py", "def f():\n    return 1\n")
        repo.git("add", "-A")
        repo.git("-c", "core.hooksPath=/dev/null", "commit", "-qm", "no hook fires")
        log = repo.path / ".git/.muse/op_log/main/ops.jsonl"
        end = time.monotonic() + 60
        while not (log.exists() and repo.git("rev-parse", "HEAD") in log.read_text()):
            assert time.monotonic() < end
            time.sleep(0.05)
        assert going.stderr.readline() == "recorded 1 commit\n"
    finally:
        going.send_signal(signal.SIGINT)
        out, err = going.communicate(timeout=60)
    assert (going.returncode, out, err) == (0, "", "")
    assert shell.run("sync", "--every", "0")[0] == 2


def test_windows_is_told_in_a_sentence() -> None:
    code = "import sys; sys.platform = 'win32'; from muse_hook.__main__ import main; main()"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    error, hint = done.stderr.splitlines()
    assert error.startswith("error: starting muse_hook: Windows has ")
    assert hint.startswith("hint: use it in WSL")
