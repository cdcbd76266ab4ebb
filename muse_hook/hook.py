"""What a Git hook runs: save what exists nowhere else, record what is small, leave the rest to the background."""

from __future__ import annotations

import os
import sys
import time

from muse_hook import __version__, quick_import

if "site" not in sys.modules:  # a hook's own interpreter, where each millisecond is somebody's
    quick_import.install()

from muse_hook.errors import MuseHookError, StoreBusyError, UnwritableError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from muse_hook.catchup.queue import HookEvent
    from muse_hook.git.refs import Head
    from muse_hook.git.repository import Repository
    from muse_hook.model.ops import StructuredDelta
    from muse_hook.oplog.store import Store
    from muse_hook.record.budget import Budget

# Imports inside functions: start-up time; the fast path of an ordinary commit needs a third of them.

_STARTED = time.time()
_LOCK_SECONDS = 1.0  # that a hook waits for the lock
_LOCK_SECONDS_QUEUED = 0.1  # ... once its event is in the queue
_LOCK_SECONDS_BACKGROUND = 20.0  # ... and one in the background
_NICE = 5  # behind what the person is doing
_STDIO = 3
_BACKGROUND = "--background"
_PROBE = "--probe"
_MESSAGE_HOOK = "prepare-commit-msg"
_ONE_COMMIT = frozenset({"post-commit", "post-applypatch"})
_HOOKS = _ONE_COMMIT | {"post-merge", "post-rewrite", "post-receive"}
_PAIR = 2
_UPDATE = 3


def main(argv: list[str]) -> None:
    """Run the hook named by `argv`: [--background] NAME ARGUMENTS, or --probe NONCE NAME (touches nothing).

    Never raises and always leaves the exit status at 0: at most one line on stderr, more in the store's error.log. With
    `--background` this process is the background and does everything itself.
    """
    if argv[:1] == [_PROBE]:
        sys.stdout.write(f"muse_hook {__version__} {' '.join(argv[1:])}\n")
        sys.stdout.flush()
        return
    if argv[:1] == [_MESSAGE_HOOK]:
        _fill_message(argv[1:])
        return
    background = argv[:1] == [_BACKGROUND]
    name, *arguments = argv[1:] if background else argv
    store: list[Store] = []
    try:
        lines = _stdin_lines() if name in {"post-rewrite", "post-receive"} else []
        if background:
            where = os.getcwd()
            _leave_the_caller()
            os.chdir(where)
        if name in _HOOKS:
            quick_import.import_together("hook")
            _Hook(name, arguments, lines, background=background).run(store)
            if quick_import.stale:  # the first hook after an update
                _write_together(background=background)
    except MuseHookError as error:
        _complain(store, error, str(error))
    except Exception as error:  # noqa: BLE001 - the user's commit stands; we say that we failed and how to see why
        from traceback import format_exc

        _complain(store, error, format_exc())


def _write_together(*, background: bool) -> None:
    """Write for the next hooks what they import at once, where nobody waits for it."""
    if not os.access(quick_import.FOLDER, os.W_OK):
        return

    def work() -> None:
        from muse_hook.symbols.kept import write_kept
        from muse_hook.together import write_together  # takes the compiler's half second

        write_together()
        write_kept(_STARTED)

    if background:
        work()
    else:
        _run_detached(work)


def _fill_message(arguments: list[str]) -> None:
    """Add the trailers that the environment says to a commit's message; never in the way of the commit.

    An amended commit (source "commit") has them or has them not.
    """
    try:
        from muse_hook.agents.acting import interpret_trailers, trailers_in

        trailers = trailers_in(os.environ)
        if not trailers or not arguments or arguments[1:2] == ["commit"]:
            return
        from muse_hook.git.discovery import open_repository

        open_repository(fast=True).output(*interpret_trailers(trailers, os.path.abspath(arguments[0])))
    except Exception as error:  # noqa: BLE001 - the commit goes on without
        _say(f"no trailers added: {error}")


class _Hook:
    """One firing of a hook."""

    def __init__(self, name: str, arguments: list[str], lines: list[list[str]], *, background: bool) -> None:
        self.name = name
        self.kind = arguments[0] if name == "post-rewrite" and arguments else ""
        self.lines = lines
        self.background = background
        self.delta: StructuredDelta | None = None  # of HEAD, where it was recorded here and now

    def run(self, store_made: list[Store]) -> None:
        from muse_hook.catchup.rebase import in_rebase
        from muse_hook.git.discovery import open_repository
        from muse_hook.oplog.store import Store

        repo = open_repository(fast=True)
        store = Store(repo.common_dir)
        _refuse_foreign(repo, store)
        if _is_left_out(repo, store):
            return
        store_made.append(store)
        _link_work_tree(repo, store)
        head = repo.head()
        if in_rebase(head) and self.kind != "rebase":
            return  # the picks wait for the end of the rebase
        if self.name in _ONE_COMMIT and self._fast_path(repo, store, head):
            self._notice(repo, store, head)
            return
        event = self._event(repo, head)
        from muse_hook.catchup.queue import save_event
        from muse_hook.record.budget import COMMITS

        save_event(store, event)
        if len(event.pairs) > COMMITS:
            self._in_background(repo, store)
            return
        # The event is safe: whoever holds the lock now looks at the queue afterwards.
        self._catch_up(repo, store, lock_timeout=_LOCK_SECONDS_BACKGROUND if self.background else _LOCK_SECONDS_QUEUED)
        if self.name in _ONE_COMMIT:
            self._notice(repo, store, head)

    def _fast_path(self, repo: Repository, store: Store, head: Head) -> bool:
        """Record HEAD alone if that is all there is to do; False leaves it to catch-up."""
        from muse_hook.catchup.fast_path import record_head
        from muse_hook.catchup.queue import event_paths
        from muse_hook.catchup.sessions import session_of_head

        if head.oid is None:
            return False
        try:
            with store.lock(_LOCK_SECONDS):
                outcome = record_head(repo, store, head.oid, session_of_head(head), self._budget())
        except StoreBusyError:
            return False
        if outcome is None:
            return False
        self.delta = outcome.delta
        for commit_id in outcome.faults:
            _say(f"not recorded yet: {outcome.unreadable[commit_id]}")
        if event_paths(store):
            self._in_background(repo, store)  # others left their events while we held the lock
        return True

    def _notice(self, repo: Repository, store: Store, head: Head) -> None:
        """Say, where `muse.notice` wants it, which other branches change what was just changed; never an error."""
        if self.background or not _mentions_notice(repo):
            return
        try:
            from muse_hook.concurrent.notice import notices, wants_notice  # where somebody has it on

            if head.oid is not None and wants_notice(repo, is_terminal=_is_terminal()):
                for text in notices(repo, store, head, self.delta):
                    _say(text)
        except Exception:  # noqa: BLE001 - a word that is not said costs nothing
            from traceback import format_exc

            if os.path.isdir(store.muse_dir):
                store.append_error(format_exc())

    def _event(self, repo: Repository, head: Head) -> HookEvent:
        from muse_hook.catchup.queue import HookEvent

        pairs = [line[:_PAIR] for line in self.lines if len(line) >= _PAIR] if self.name == "post-rewrite" else []
        updates = [line for line in self.lines if len(line) == _UPDATE] if self.name == "post-receive" else []
        rebase = None
        branch = head.branch
        if self.name == "post-rewrite" and self.kind == "rebase":
            from muse_hook.catchup.rebase import rebase_facts

            rebase = rebase_facts(repo, head)
            branch = rebase["branch"]
        return HookEvent(
            self.name,
            kind=self.kind,
            # A push moves other branches than the one that a bare repository's HEAD happens to name.
            head=None if self.name == "post-receive" else head.oid,
            branch=branch,
            worktree=head.worktree,
            pairs=pairs,
            updates=updates,
            rebase=rebase,
        )

    def _catch_up(self, repo: Repository, store: Store, *, lock_timeout: float) -> None:
        from muse_hook.catchup.catchup import catch_up

        try:
            report = catch_up(repo, store, automatic=True, lock_timeout=lock_timeout, budget=self._budget())
        except StoreBusyError:
            # Its holder looks at the queue when it is done, if it is one of ours; else the background waits for it.
            if not self.background:
                self._in_background(repo, store)
            return
        for note in report.notes:
            _say(note)
        if report.deferred:
            self._in_background(repo, store)

    def _budget(self) -> Budget | None:
        from muse_hook.record.budget import Budget

        return None if self.background else Budget()

    def _in_background(self, repo: Repository, store: Store) -> None:
        def work() -> None:
            try:
                from muse_hook.catchup.catchup import catch_up  # where nobody waits for it

                catch_up(repo, store, automatic=True, lock_timeout=_LOCK_SECONDS_BACKGROUND)
            except StoreBusyError:
                return
            except UnwritableError as error:
                store.append_error(str(error))
            except BaseException:  # noqa: BLE001 - there is nobody else to tell
                from traceback import format_exc

                store.append_error(format_exc())

        if self.background:
            work()
        else:
            _run_detached(work)


def _mentions_notice(repo: Repository) -> bool:
    """Say whether `muse.notice` may be set, by a look at the files that Git reads; no git is started, nothing loaded.

    A file that includes others may set anything.
    """
    environ = os.environ
    if any(name.startswith("GIT_CONFIG_KEY_") or name == "GIT_CONFIG_PARAMETERS" for name in environ):
        return True
    home = environ.get("HOME", "")
    folder = environ.get("XDG_CONFIG_HOME") or home + "/.config"
    names = [repo.common_dir + "/config", repo.git_dir + "/config.worktree"]
    names += [environ["GIT_CONFIG_GLOBAL"]] if "GIT_CONFIG_GLOBAL" in environ else [
        home + "/.gitconfig", folder + "/git/config",
    ]  # fmt: skip
    if environ.get("GIT_CONFIG_NOSYSTEM", "0").lower() in {"", "0", "false", "no", "off"}:
        names.append(environ.get("GIT_CONFIG_SYSTEM") or "/etc/gitconfig")
    for name in names:
        try:
            with open(name, "rb", buffering=0) as file:
                text = file.read().lower()
        except OSError:
            continue
        if b"notice" in text or b"[include" in text:
            return True
    return False


def _is_terminal() -> bool:
    try:
        return sys.stderr.isatty()
    except (AttributeError, ValueError):
        return False


def _stdin_lines() -> list[list[str]]:
    parts = []
    try:
        while part := os.read(0, 1 << 16):
            parts.append(part)
    except OSError:  # closed by the caller
        return []
    data = b"".join(parts)
    return [line.split(" ", 2) for line in data.decode("utf-8", "surrogateescape").split("\n") if line]


def _leave_the_caller() -> None:
    """Make this process a session of its own with /dev/null for a terminal and no other descriptor open.

    A descriptor of the caller's that stayed open (a pipe on stderr) would make it wait for us.
    """
    import gc

    gc.enable()  # a hook starts without
    try:  # noqa: SIM105 - start-up time
        os.setsid()
    except OSError:
        pass  # a group leader already
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in range(_STDIO):
        os.dup2(nothing, descriptor)
    os.closerange(_STDIO, _highest_descriptor())
    try:
        os.chdir("/")
        os.nice(_NICE)
    except OSError:
        pass


def _run_detached(work: Callable[[], None]) -> None:
    """Run `work` in a process that nobody waits for and that outlives this one; returns at once.

    Forked twice, so that it is nobody's child. `work` must not raise; what this process holds open (children, files,
    locks) must be closed before.
    """
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        return
    try:
        _leave_the_caller()
        if os.fork() == 0:
            work()
    finally:
        os._exit(0)


def _highest_descriptor() -> int:
    try:
        return max((int(name) for name in os.listdir("/proc/self/fd")), default=_STDIO) + 1
    except (OSError, ValueError):
        return os.sysconf("SC_OPEN_MAX")


def _is_left_out(repo: Repository, store: Store) -> bool:
    """Say whether `muse.enabled` is false here, which leaves a repository out of `install --global`.

    Where nobody said so in the repository itself, only the first commit looks further.
    """
    if os.path.isdir(store.muse_dir):
        try:
            with open(os.path.join(repo.common_dir, "config"), "rb") as file:
                if b"enabled" not in file.read().lower():
                    return False
        except OSError:
            return False
    from muse_hook.git.settings import setting  # hardly ever

    return (setting(repo, "muse", "enabled") or "true").lower() in {"false", "no", "off", "0"}


def _link_work_tree(repo: Repository, store: Store) -> None:
    """Link the store at the top of a linked work tree that was made since install; no failure of it is told.

    In a sparse one a tracked `.muse` may be missing: that place is not ours.
    """
    if repo.git_dir == repo.common_dir or repo.work_tree is None:
        return
    path = os.path.join(repo.work_tree, ".muse")
    if os.path.lexists(path) or os.path.exists(os.path.join(repo.git_dir, "info", "sparse-checkout")):
        return
    try:  # noqa: SIM105 - start-up time
        os.symlink(store.muse_dir, path)
    except OSError:
        pass


def _refuse_foreign(repo: Repository, store: Store) -> None:
    """Leave the store of another user's repository alone."""
    if store.is_owned_by_another:
        from muse_hook.errors import RepositoryError

        raise RepositoryError(
            "recording the commit", f"{repo.common_dir} belongs to another user", "muse-hook sync, run by its owner"
        )


def _complain(stores: list[Store], error: Exception, details: str) -> None:
    if isinstance(error, ImportError):
        from muse_hook.errors import InstallationError

        error = InstallationError(error, sys.executable)
    what = str(error) if isinstance(error, MuseHookError) else f"{type(error).__name__}: {error}"
    if isinstance(error, MuseHookError) and error.hint:
        what += f"; nothing is lost, this mends it: {error.hint.replace(chr(10), ' or ')}"
    if not isinstance(error, UnwritableError):  # nothing is lost, and whoever commits there can do nothing about it
        _say(f"not recorded yet: {what}")
    if stores and os.path.isdir(stores[0].muse_dir):
        stores[0].append_error(details)


def _say(text: str) -> None:
    """Write one line to stderr, whatever is in it."""
    line = "".join(character if character.isprintable() else "?" for character in text)
    try:
        sys.stderr.write(f"muse_hook: {line}\n")
        sys.stderr.flush()
    except (OSError, AttributeError, ValueError):
        pass  # closed by the caller


if __name__ == "__main__":
    main(sys.argv[1:])
