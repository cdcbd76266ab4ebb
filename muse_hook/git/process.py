"""Starting git: child processes through posix_spawn (`import subprocess` alone costs a hook 8 ms)."""

from __future__ import annotations

import fcntl
import os

from muse_hook.errors import RepositoryError
from muse_hook.git.environment import NEUTRAL_CONFIGURATION

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import BinaryIO, Self

ID_SIZES = {"sha1": 20, "sha256": 32}  # bytes of a raw id

# Python ignores both, a child must not inherit that (the numbers are the same on Linux, macOS and the BSDs;
# `import signal` costs 3 ms).
_SIGPIPE, _SIGXFSZ, _SIGKILL = 13, 25, 9
_FIRST_FREE = 3


def _above_stdio(descriptor: int) -> int:
    """Move a descriptor out of 0..2, where it lands if the caller had closed its own stdin, stdout or stderr."""
    if descriptor >= _FIRST_FREE:
        return descriptor
    moved = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, _FIRST_FREE)
    os.close(descriptor)
    return moved


def _pipe() -> tuple[int, int]:
    reader, writer = os.pipe()
    return _above_stdio(reader), _above_stdio(writer)


def _scratch(content: bytes = b"") -> int:
    """Return a nameless file holding `content`, for a child to read or write: unlike a pipe it is never full."""
    try:
        descriptor = _above_stdio(os.memfd_create("muse_hook", os.MFD_CLOEXEC))
    except (AttributeError, OSError):  # not Linux, or a sandbox without it
        from tempfile import TemporaryFile

        with TemporaryFile() as file:
            descriptor = _above_stdio(os.dup(file.fileno()))
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


def _content(descriptor: int) -> bytes:
    os.lseek(descriptor, 0, os.SEEK_SET)
    parts = []
    while part := os.read(descriptor, 1 << 16):
        parts.append(part)
    return b"".join(parts)


class Child:
    """A started process; close it (or use it as a context manager), or it stays a zombie.

    `stdout` is its output. `stdin` is a descriptor to write to where it is `interactive`; else its input is `input`,
    whole. What it says on stderr is kept in a file, for `stderr`; with `spooled` its output as well, so that it never
    waits for its reader: `wait` comes first then.
    """

    __slots__ = ("_is_spooled", "_stderr", "pid", "status", "stdin", "stdout")

    def __init__(
        self,
        command: Sequence[str],
        environ: Mapping[str, str],
        *,
        input: bytes = b"",
        interactive: bool = False,
        spooled: bool = False,
    ) -> None:
        self.status: int | None = None
        self._stderr = _scratch()
        if interactive:
            child_stdin, self.stdin = _pipe()
        else:
            child_stdin, self.stdin = _scratch(input), -1
        self._is_spooled = spooled
        if spooled:
            output = _scratch()
            child_stdout = _above_stdio(os.dup(output))
        else:
            output, child_stdout = _pipe()
        self.stdout: BinaryIO = open(output, "rb")  # noqa: SIM115 - closed by close()
        try:
            self.pid = os.posix_spawn(
                command[0],
                [os.fsencode(word) for word in command],
                environ,
                file_actions=(
                    (os.POSIX_SPAWN_DUP2, child_stdin, 0),
                    (os.POSIX_SPAWN_DUP2, child_stdout, 1),
                    (os.POSIX_SPAWN_DUP2, self._stderr, 2),
                ),
                setsigdef=(_SIGPIPE, _SIGXFSZ),
                # Out of the terminal's foreground group: a Ctrl-C is ours to handle, between two commits.
                setpgroup=0,
            )
        except BaseException:
            self.status = 127
            self.close()
            raise
        finally:
            os.close(child_stdin)
            os.close(child_stdout)

    def wait(self) -> int:
        """Return the exit status, negative for a signal; waits for the end where it has not come yet."""
        if self.status is None:
            try:
                self.status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
            except ChildProcessError:  # somebody ignores SIGCHLD: the status is lost (subprocess says 0 too)
                self.status = 0
        if self._is_spooled and not self.stdout.closed:
            os.lseek(self.stdout.fileno(), 0, os.SEEK_SET)  # the child moved it to the end
            self._is_spooled = False
        return self.status

    def poll(self) -> int | None:
        """Return the exit status if it has ended, else `None`; never waits."""
        if self.status is None:
            try:
                pid, status = os.waitpid(self.pid, os.WNOHANG)
            except ChildProcessError:
                self.status = 0
            else:
                self.status = os.waitstatus_to_exitcode(status) if pid else None
        return self.status

    def stderr(self) -> str:
        """Return what it wrote to stderr until now."""
        return _content(self._stderr).decode("utf-8", "backslashreplace")

    def close(self, *, kill: bool = False) -> None:
        """End it (its input ends; nobody reads its output any more) and take its status; harmless when repeated."""
        if self.stdin >= 0:
            os.close(self.stdin)
            self.stdin = -1
        self.stdout.close()
        if self.status is None:
            if kill:
                os.killpg(self.pid, _SIGKILL)
            self.wait()
        if self._stderr >= 0:
            os.close(self._stderr)
            self._stderr = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self.close(kill=kind is not None)


class Git:
    """`git` for one repository, seen from one of its work trees. Paths are absolute.

    `git_dir` is that work tree's own, `common_dir` the one that all share, `work_tree` the top of the files or
    `None` (bare); `top` is where Git runs hooks: `work_tree`, or a bare repository's `git_dir`. `object_format` is
    'sha1' or 'sha256', `id_size` the bytes of a raw id. `environ` is what each git that is started here may see,
    `outer_environ` what another repository's may. Everything asked is answered as of now, not as of opening.
    """

    def __init__(
        self, *, git: str, environ: dict[str, str], outer_environ: dict[str, str], git_dir: str, common_dir: str,
        objects_dir: str, work_tree: str | None, is_bare: bool, is_shallow: bool, object_format: str,
    ) -> None:  # fmt: skip
        self.git = git
        self.environ = environ
        self.outer_environ = outer_environ
        self.git_dir = git_dir
        self.common_dir = common_dir
        self.objects_dir = objects_dir
        self.work_tree = work_tree
        # A linked work tree's folder may be gone.
        self.top = next((path for path in (work_tree, git_dir) if path and os.path.isdir(path)), common_dir)
        self.is_bare = is_bare
        self.is_shallow = is_shallow
        self.object_format = object_format
        self.id_size = ID_SIZES[object_format]

    def start(
        self,
        *arguments: str,
        input: bytes = b"",
        interactive: bool = False,
        spooled: bool = False,
        git_dir: str | None = None,
    ) -> Child:
        """Start `git ARGUMENTS` at `top` with replace refs, grafts, fetching and prompts off; see `Child`.

        `git_dir` is another work tree's. RepositoryError.
        """
        environ, top = self.environ, self.top
        if git_dir is not None and git_dir != self.git_dir:
            environ = {name: text for name, text in environ.items() if name != "GIT_WORK_TREE"} | {"GIT_DIR": git_dir}
            top = self.common_dir
        try:
            command = (self.git, "-C", top, *NEUTRAL_CONFIGURATION, *arguments)
            return Child(command, environ, input=input, interactive=interactive, spooled=spooled)
        except OSError as error:
            raise RepositoryError("starting git", f"{self.git}: {error.strerror}") from None

    def run(
        self,
        *arguments: str,
        input: bytes = b"",
        git_dir: str | None = None,
    ) -> tuple[int, bytes, str]:
        """Run `git ARGUMENTS` to its end: exit status, stdout, stderr."""
        with self.start(*arguments, input=input, git_dir=git_dir) as child:
            output = child.stdout.read()
            return child.wait(), output, child.stderr()

    def output(self, *arguments: str, input: bytes = b"") -> bytes:
        """Return what `git ARGUMENTS` prints; RepositoryError with Git's own words where it fails."""
        status, output, stderr = self.run(*arguments, input=input)
        if status:
            raise RepositoryError(f"running git {arguments[0]}", first_error_line(stderr, f"exit status {status}"))
        return output


def run(command: Sequence[str], environ: Mapping[str, str]) -> tuple[int, bytes, str]:
    """Run a command to its end: exit status, stdout, stderr. OSError where it cannot be started."""
    with Child(command, environ) as child:
        output = child.stdout.read()
        return child.wait(), output, child.stderr()


def first_error_line(stderr: str, otherwise: str) -> str:
    """Return the line of Git's stderr that says what was wrong, without its "fatal: ", or `otherwise`."""
    lines = [line for line in stderr.split("\n") if line.strip()]
    chosen = next(
        (line for line in lines if line.startswith(("fatal: ", "error: "))), lines[-1] if lines else otherwise
    )
    return chosen.removeprefix("fatal: ").removeprefix("error: ").strip()
