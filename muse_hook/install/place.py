"""Where the hooks of a repository live, whose folder that is, and so which way in is open to us."""

from __future__ import annotations

import os

from muse_hook.install import chain, configured, files, managers
from muse_hook.install.shim import EVENTS, is_shim

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from muse_hook.git import Repository

    Route = Literal["folder", "called", "config", "line"]

OWN_FOLDER = "muse-hook"
PUSHED_INTO = "post-receive"


class Place:
    """The hooks folder that Git looks into (`folder`, absolute) as it is now, and each event's one way to us.

    `foreign` says why nothing may be written there, or is "". `own` is our folder in the git directory, for the
    shims that configuration or a line starts. `routes`, by event: 'folder' (a file of ours there), 'called' (somebody
    else's hook calls us already), 'config' (Git >= 2.54), 'line' (somebody has to add one; a repository with files of
    its own is hardly ever pushed into, so nobody is asked to add that one).
    """

    __slots__ = ("_top", "folder", "foreign", "manager", "own", "routes")

    def __init__(self, repo: Repository) -> None:
        self.folder, scope = repo.hooks_path()
        self._top = repo.top
        self.own = os.path.join(repo.common_dir, OWN_FOLDER)
        self.manager = managers.owner_of_folder(self.folder)
        self.foreign = "" if files.is_inside(self.folder, repo.common_dir) else self._whose(repo, scope)
        around: Route = "config" if configured.is_known(repo) else "line"
        self.routes: dict[str, Route] = {event: self._route(event, around) for event in EVENTS}
        if not repo.is_bare and self.routes[PUSHED_INTO] == "line":
            del self.routes[PUSHED_INTO]

    def path(self, event: str) -> str:
        """Return the file that Git starts for an event."""
        return os.path.join(self.folder, event)

    def own_path(self, event: str) -> str:
        """Return the file that our configuration or a line starts for an event."""
        return os.path.join(self.own, event)

    def line(self, event: str) -> tuple[str, str]:
        """Return (file, line): what somebody has to add so that the event reaches us."""
        return managers.line_for(self._caller(event), self.folder, self._top, event)

    def moved(self, event: str) -> str | None:
        """Return our shim where pre-commit put it when it took the hook's name; it goes on calling it."""
        path = self.path(event) + chain.MOVED[0]
        text = files.read(path)
        return path if text is not None and is_shim(text) else None

    def _route(self, event: str, around: Route) -> Route:
        generated = managers.owner_of(self.path(event))
        if not self.foreign and generated is None:
            return "folder"
        is_called = managers.is_called(self._caller(event), self.folder, self._top, event)
        return "called" if is_called or (not self.foreign and self.moved(event) is not None) else around

    def _caller(self, event: str) -> managers.Manager | None:
        return managers.owner_of(self.path(event)) or (self.manager if self.foreign else None)

    def _whose(self, repo: Repository, scope: str) -> str:
        if self.manager is not None:
            return f"{self.folder} belongs to {self.manager.name}"
        if scope in {"global", "system"}:
            return f"{self.folder} serves every repository (core.hooksPath, {scope} configuration)"
        if repo.work_tree is not None and files.is_inside(self.folder, repo.work_tree):
            return f"{self.folder} is part of the work tree"
        return f"{self.folder} lies outside of the repository"
