"""The manual and the completion are beside the program's link, however it was installed."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from muse_hook.cli.shared_files import link_shared_files


def environment_of_its_own(folder: Path) -> Path:
    """Make what `uv tool install` and pipx make: an environment, and a link to its program in a folder of PATH."""
    prefix = folder / "tools/muse_hook"
    for path in ("bin/muse-hook", "share/man/man1/muse-hook.1", "share/man/man1/git-muse.1"):
        (prefix / path).parent.mkdir(parents=True, exist_ok=True)
        (prefix / path).write_text("x")
    (folder / ".local/bin").mkdir(parents=True)
    (folder / ".local/bin/muse-hook").symlink_to(prefix / "bin/muse-hook")
    return prefix


def test_links_stand_where_man_and_shells_look(tmp_path: Path) -> None:
    prefix = environment_of_its_own(tmp_path)
    environ = {"PATH": f"/usr/bin:{tmp_path}/.local/bin"}
    share = tmp_path / ".local/share"
    (share / "man/man1").mkdir(parents=True)
    (share / "man/man1/git-muse.1").write_text("another's")
    made = link_shared_files(environ, str(prefix))
    assert [os.path.relpath(path, share) for path in made] == [
        "man/man1/muse-hook.1", "bash-completion/completions/muse-hook", "fish/vendor_completions.d/muse-hook.fish",
    ]  # fmt: skip
    assert (share / "man/man1/git-muse.1").read_text() == "another's"
    assert link_shared_files(environ, str(prefix)) == []
    loads = f". '{share}/bash-completion/completions/muse-hook' && complete -p muse-hook"
    assert "muse-hook" in subprocess.run(["bash", "-c", loads], capture_output=True, text=True, check=True).stdout


def test_nothing_is_written_where_the_program_has_no_link(tmp_path: Path) -> None:
    prefix = environment_of_its_own(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    for path in ("/usr/bin", f"{prefix}/bin", ""):
        assert link_shared_files({"PATH": path}, str(prefix)) == []
    assert sorted(tmp_path.rglob("*")) == before
