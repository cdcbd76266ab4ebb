"""Once for all repositories of a user: hooks for what is cloned or made from now on, and in Git's configuration."""

from __future__ import annotations

import os
import shutil
import subprocess

from muse_hook.errors import InstallError
from muse_hook.git import environment
from muse_hook.git.config import parse_version
from muse_hook.install import interpreter
from muse_hook.install.findings import Finding
from muse_hook.install.hook_file import EVENTS, add_hook, remove_hook, replace_file
from muse_hook.install.hooks_folder import OLDEST_GIT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_SECTION = "hook.muse-hook-"
_TEMPLATE = "init.templateDir"
_DOING = "installing for all repositories"
# What a repository has a hook of ours for already is not fired a second time; and `muse.enabled false` leaves it out.
_COMMAND = (
    'grep -qs "^# muse_hook: records" "${{GIT_DIR:-.git}}/hooks/{event}"'
    ' || [ "$(git config --type=bool muse.enabled)" = false ] || {shim}'
)


class UserGit:
    """Git's configuration of the user, where `home` of ours stands: the folder that hooks and a template go into."""

    __slots__ = ("_environ", "_git", "home")

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._git = environment.find_git(environ)
        self._environ = dict(environ)
        for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE"):
            self._environ.pop(name, None)
        user = environ.get("HOME", "")
        if not user:
            raise InstallError(_DOING, "HOME is not set", "HOME=/home/you muse-hook install --global")
        self.home = os.path.join(environ.get("XDG_DATA_HOME") or os.path.join(user, ".local/share"), "muse_hook/all")

    @property
    def version(self) -> tuple[int, ...]:
        """Return the version of Git."""
        return parse_version(self._run("version")[1])

    def get(self, key: str, kind: str = "") -> str | None:
        """Return a value of the user's configuration."""
        typed = (f"--type={kind}",) if kind else ()
        status, output = self._run("config", "--global", *typed, "--null", "--get", key)
        return os.fsdecode(output.rstrip(b"\0")) if status == 0 else None

    def set(self, key: str, value: str) -> None:
        """Set a value of the user's configuration; InstallError."""
        status, output = self._run("config", "--global", key, value)
        if status:
            raise InstallError(_DOING, f"git config --global {key} failed: {output.decode(errors='replace').strip()}")

    def unset(self, key: str) -> None:
        """Take a value out."""
        self._run("config", "--global", "--unset", key)

    def remove_section(self, name: str) -> None:
        """Take a section out, where it is there."""
        self._run("config", "--global", "--remove-section", name)

    def default_template(self) -> str:
        """Return the folder that Git itself fills new repositories from."""
        _, output = self._run("--exec-path")
        return os.path.normpath(os.path.join(os.fsdecode(output.strip()), "../../share/git-core/templates"))

    def _run(self, *arguments: str) -> tuple[int, bytes]:
        done = subprocess.run(
            (self._git, *arguments),
            env=self._environ,
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        return done.returncode, done.stdout or done.stderr


def install_everywhere(environ: Mapping[str, str]) -> list[Finding]:
    """Have every repository that is cloned or made from now on record, and with Git 2.54 those that are there, too.

    The user's template folder gets the hooks (one of ours where there is none), the user's configuration the template,
    and hooks of its own where Git reads such. A second time changes nothing. InstallError.
    """
    git = UserGit(environ)
    text = interpreter.shim_for().render()
    template = git.get(_TEMPLATE, "path")
    ours = os.path.join(git.home, "template")
    if template is None:
        if not os.path.isdir(ours) and os.path.isdir(git.default_template()):
            shutil.copytree(git.default_template(), ours, symlinks=True)
        git.set(_TEMPLATE, ours)
        template = ours
    for event in EVENTS:
        add_hook(os.path.join(template, "hooks", event), text)
    found = [Finding("template", "ok", f"{template} brings the hooks into every repository that is cloned or made")]
    if git.version < OLDEST_GIT:
        oldest = ".".join(map(str, OLDEST_GIT))
        message = f"Git before {oldest} reads no hooks there: repositories that are here already need an install each"
        return [*found, Finding("configuration", "ok", message)]
    for event in EVENTS:
        shim = os.path.join(git.home, "hooks", event)
        replace_file(shim, text, 0o777)
        git.set(f"{_SECTION}{event}.command", _COMMAND.format(event=event, shim=_quoted(shim)))
        git.set(f"{_SECTION}{event}.event", event)
    message = "Git starts the hooks in every repository of yours; git config muse.enabled false leaves one out"
    return [*found, Finding("configuration", "ok", message)]


def uninstall_everywhere(environ: Mapping[str, str]) -> list[Finding]:
    """Put back what `install_everywhere` found; repositories that have the hooks keep them."""
    git = UserGit(environ)
    for event in EVENTS:
        git.remove_section(f"{_SECTION}{event}")
    template = git.get(_TEMPLATE, "path")
    findings = []
    ours = os.path.join(git.home, "template")
    if template == ours:
        git.unset(_TEMPLATE)
    elif template is not None:
        for event in EVENTS:
            findings += remove_hook(os.path.join(template, "hooks", event))
    shutil.rmtree(git.home, ignore_errors=True)
    message = "new repositories get no hooks; muse-hook uninstall takes them out of one that has them"
    return [*findings, Finding("template", "ok", message)]


def _quoted(path: str) -> str:
    from shlex import quote

    return quote(path)
