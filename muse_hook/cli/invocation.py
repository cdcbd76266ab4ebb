"""One run of the command line: its repository, its streams, its pager."""

from __future__ import annotations

import os
import sys
from functools import cached_property

from muse_hook.cli.failures import warn
from muse_hook.cli.terminal import IN_PAGER, Screen, columns, wants_colour
from muse_hook.errors import MuseHookError, StoreError, UnwritableError

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3

    from muse_hook.cli.progress import Stages
    from muse_hook.cli.terminal import Pager
    from muse_hook.git.repository import Repository
    from muse_hook.history.recorded import RecordedSymbols
    from muse_hook.index.index import Index
    from muse_hook.oplog.store import Store

_PATIENCE = 1.0  # seconds of catching up before a bar says why nothing is shown yet
_LOCK_SECONDS = 5.0  # that a reader waits for whoever is writing: what is there can be read all the same
_WORKED_OUT = (
    "muse-hook sync, from where it can be written, records what is missing;"
    " until then log, show and blame work it out each time"
)
# What a stage of `history.refresh` is called, and what it is counted in.
_STAGES = {
    "wait": ("waiting for another process that is reading the logs", "bytes"),
    "scan": ("looking through the logs", "bytes"),
    "read": ("reading the logs", "bytes"),
    "link": ("following the symbols", "commits"),
}
_ON = {"true", "yes", "on", "1", "auto", ""}


class Invocation:
    """What a command is given: `repository` (opened on first use), `out` for data, `messages` for all else.

    `close` hands on what is buffered and waits for the pager.
    """

    def __init__(self, *, color: str | None = None, paged: bool = False, machine: bool = False) -> None:
        self._color = "never" if machine else color
        self._paged = paged and not machine
        self._pager: Pager | None = None
        self._is_plain = color == "never"
        self._is_told = False
        self._is_being_recorded = False  # all history, by the background
        self.is_unwritable = False  # the store: found out when a command caught up
        self.is_stored = False  # there is a store alone, without a repository

    @cached_property
    def messages(self) -> Screen:
        """Return standard error: coloured on a terminal, unless color.ui or --color forbids it."""
        colour = not self._is_plain and sys.stderr.isatty() and wants_colour(sys.stderr, "auto", os.environ)
        colour = colour and self._configured_colour != "never"
        return Screen(sys.stderr, colour=colour, width=columns(sys.stderr), optional=True)

    @cached_property
    def repository(self) -> Repository:
        """Open the repository of the current directory; RepositoryError where there is none."""
        from muse_hook.git.discovery import open_repository  # help and errors need no Git

        return open_repository()

    def enter(self, directory: str) -> None:
        """Work with the repository of another directory."""
        from muse_hook.git.discovery import open_repository

        self.repository = open_repository(directory)

    def read_store(self, folder: str) -> None:
        """Read a store that has no repository beside it: nothing is recorded into it. RepositoryError."""
        from muse_hook.sharing.stored import StoredRepository, find_store

        self.store = find_store(folder)
        self.is_stored = True

        def connection() -> sqlite3.Connection:
            self.read_logs()
            return self.index.connection

        self.repository = StoredRepository(self.store, connection, os.environ)

    @cached_property
    def store(self) -> Store:
        """Return the store of the repository, which may not be there yet (`store.exists()`)."""
        from muse_hook.oplog.store import Store

        return Store(self.repository.common_dir)

    @cached_property
    def index(self) -> Index:
        """Open the index over the logs, as it was left; `refresh` it before reading."""
        from muse_hook.index.index import Index

        return Index(self.store)

    def catch_up(self) -> None:
        """Record what the hooks have not, before reading; where that cannot be done, say so and go on."""
        if self.is_unwritable or self.is_stored:
            return  # it was said; there is nothing to catch up with
        if not self.store.exists():
            self.is_unwritable = self._has_no_place()
            return
        from muse_hook.catchup.catchup import catch_up  # only where there is a store
        from muse_hook.cli.progress import Progress

        progress = Progress(self.messages, "recording", patience=_PATIENCE)
        try:
            outcome = catch_up(
                self.repository, self.store, lock_timeout=_LOCK_SECONDS, parallel=True, progress=progress.update
            )
        except UnwritableError as failure:
            progress.end()
            self.is_unwritable = True
            warn(self.messages, UnwritableError(failure.doing, failure.wrong, _WORKED_OUT))
            return
        except StoreError as failure:
            progress.end()
            warn(self.messages, failure)
            return
        finally:
            progress.end()
        for note in outcome.notes:
            warn(self.messages, note)

    def say_what_is_missing(self) -> None:
        """Say, once, that not all history is recorded, so that an answer may be incomplete; a cut-short run goes on."""
        if self._is_told or not os.path.exists(self.store.path("history")):
            return
        self._is_told = True
        from muse_hook.catchup.whole_history import go_on  # on the first day alone
        from muse_hook.cli.first_day import draw_state

        state = go_on(self.repository, self.store)
        self._is_being_recorded = state is not None and state.state == "going"
        draw_state(self.messages, state)

    def history(self) -> sqlite3.Connection:
        """Catch up, bring the history up to date with the logs, and return the database that holds it."""
        self.catch_up()
        if self.is_unwritable:
            self._work_out()
        elif not self.store.exists():
            raise StoreError("reading the history", "nothing is recorded here yet", "muse-hook install")
        else:
            self.say_what_is_missing()
            self.read_logs()
        return self.index.connection

    def attributed_history(self) -> sqlite3.Connection:
        """Return the history with what is known of the agents that took part; see `history`."""
        database = self.history()
        from muse_hook.history.attribution import attribute  # few ask for it

        with self.repository.objects() as objects:
            attribute(self.index, objects)
        return database

    def recorded_symbols(self) -> RecordedSymbols | None:
        """Return who is who by the recorded history; None where nothing is recorded, or it cannot be read."""
        if not self.store.exists():
            return None
        from muse_hook.history.recorded import RecordedSymbols

        try:
            return RecordedSymbols(self.repository, self.history())
        except StoreError as failure:
            warn(self.messages, failure)
            return None

    def superseded(self) -> dict[str, str]:
        """Return what came in the place of rewritten commits (`rewrites.superseded`); {} where nothing is recorded."""
        if not self.store.exists() or not self.index.has_marks():
            return {}
        from muse_hook.history.rewrites import superseded  # hardly ever

        try:
            self.read_logs()
            return superseded(self.index.connection, self.repository)
        except StoreError as failure:
            warn(self.messages, failure)
            return {}

    def _has_no_place(self) -> bool:
        """Say, to a person too, whether there is no store because none can be made."""
        store = self.store
        if os.path.lexists(store.muse_dir) and not os.path.isdir(store.muse_dir):
            wrong = "a file stands in the store's place"
        elif os.access(store.root, os.W_OK):
            return False
        else:
            wrong = "it cannot be written"
        warn(self.messages, UnwritableError(f"recording in {store.muse_dir}", wrong, _WORKED_OUT))
        return True

    def _work_out(self) -> None:
        """Bring a history in memory up to date with the logs and with what is missing in them."""
        from muse_hook.catchup.unwritten import unwritten_batches  # hardly ever
        from muse_hook.history.follow import add_unwritten

        self.index.detach()
        self.read_logs()
        stages = self.stages()
        try:
            progress = stages.begin("working out what is not recorded", "commits")
            add_unwritten(self.index, unwritten_batches(self.repository, self.index, progress))
        finally:
            stages.end()

    def read_logs(self) -> None:
        """Bring the history up to date with the logs, in sight of whoever looks on. StoreError."""
        from muse_hook.history.follow import refresh

        stages = self.stages()
        try:
            refresh(self.index, lambda stage: stages.begin(*_STAGES[stage]), late=not self._is_being_recorded)
        finally:
            stages.end()
        if self.index.refused:
            hint = "make room on its disk: until then each command reads the logs anew"
            warn(
                self.messages, StoreError(f"keeping {self.index.store.path('index.sqlite')}", self.index.refused, hint)
            )

    def stages(self) -> Stages:
        """Return what shows how far a long run is, where somebody looks on; `end` it."""
        from muse_hook.cli.progress import Stages

        return Stages(self.messages, patience=_PATIENCE)

    def keep_error(self, text: str) -> str:
        """Append to the store's error log; its path, "" where there is no store or it cannot be written."""
        if "repository" not in self.__dict__ or not self.store.exists():
            return ""
        try:
            self.store.append_error(text)
        except (MuseHookError, OSError):
            return ""
        return self.store.path("error.log")

    @cached_property
    def out(self) -> Screen:
        """Return standard output, through the pager where it is a terminal and the command is one that is paged."""
        command = self._pager_command() if self._paged and sys.stdout.isatty() else ""
        colour = wants_colour(sys.stdout, self._color or self._configured_colour, os.environ)
        wide = columns(sys.stdout)
        if command:
            from muse_hook.cli.terminal import Pager  # only on a terminal

            try:
                self._pager = Pager(command, os.environ)
            except OSError:
                warn(self.messages, f"cannot run the pager {command}")
            else:
                return Screen(self._pager.stream, colour=colour, width=wide)
        return Screen(sys.stdout, colour=colour, width=wide)

    def let_go(self) -> None:
        """Close the index: it is put in order when the last who has it open closes it, which would else cost a hook."""
        if "index" in self.__dict__:
            self.index.close()

    def close(self) -> None:
        """Flush what was written, and wait until the reader has quit the pager.

        ClosedStreamError where nobody reads any more; a pager that was quit early is no such case.
        """
        if self._pager is not None:
            self._pager.close()
        elif "out" in self.__dict__:
            self.out.flush()

    @property
    def has_pager(self) -> bool:
        """Whether output goes to a pager."""
        return self._pager is not None

    def _pager_command(self) -> str:
        """Return what Git would page with (GIT_PAGER, core.pager, PAGER, less), or "" for no pager."""
        try:
            switch = self.repository.display_config().get("pager.muse", "").strip()
        except MuseHookError:
            switch = ""
        if switch.lower() in {"false", "no", "off", "0"}:
            return ""
        if switch.lower() not in _ON:
            return switch  # Git: pager.<cmd> may name a pager of the command's own
        try:
            command = self.repository.output("var", "GIT_PAGER").decode(errors="surrogateescape").strip()
        except MuseHookError:
            return ""
        return "" if command == "cat" else command

    @cached_property
    def _configured_colour(self) -> str:
        """Return "always", "auto" or "never": color.muse, else color.ui; in a pager color.pager may forbid it."""
        try:
            colours = self.repository.display_config()
        except MuseHookError:
            colours = {}
        value = colours.get("color.muse", colours.get("color.ui", "auto")).lower()
        if value == "always":
            return "always"
        is_forbidden = self._is_paged() and colours.get("color.pager", "true").lower() not in _ON
        return "auto" if value in _ON and not is_forbidden else "never"

    def _is_paged(self) -> bool:
        return (self._paged and sys.stdout.isatty()) or bool(os.environ.get(IN_PAGER))
