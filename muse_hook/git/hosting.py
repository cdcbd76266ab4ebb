"""Where commits and lines are looked at in a browser: GitHub, GitLab, Gitea or Bitbucket, by the remote's address."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from muse_hook.git.repository import Repository

# By kind: where a commit, a comparison, a file at a commit and some of its lines stand below the repository's page.
_PAGES = {
    "github": ("commit/{id}", "compare/{old}...{new}", "blob/{id}/{path}", "#L{first}-L{last}"),
    "gitlab": ("-/commit/{id}", "-/compare/{old}...{new}", "-/blob/{id}/{path}", "#L{first}-{last}"),
    "gitea": ("commit/{id}", "compare/{old}...{new}", "src/commit/{id}/{path}", "#L{first}-L{last}"),
    "bitbucket": ("commits/{id}", "branches/compare/{new}%0D{old}", "src/{id}/{path}", "#lines-{first}:{last}"),
}
_KNOWN = {
    "github": "github", "gitlab": "gitlab", "gitea": "gitea", "codeberg": "gitea", "forgejo": "gitea",
    "bitbucket": "bitbucket",
}  # fmt: skip
# `SCHEME://[USER[:PASSWORD]@]HOST[:PORT]/PATH`, and `[USER@]HOST:PATH` as scp has it.
_URL = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?:[^@/]*@)?(?P<host>[^/:]*|\[[^\]]*\])(?P<port>:\d+)?/+(?P<path>.+)"
)
_SCP = re.compile(r"(?:[^@/:]+@)?(?P<host>[^/:]+):(?!//)(?P<path>.+)")


class RemoteAddress:
    """A remote's address in its parts, who logs in left out: `scheme` ("" as scp has it), `host`, `port`, `path`.

    `port` has its colon; the path has no slash at its ends, and no ".git".
    """

    def __init__(self, scheme: str, host: str, port: str, path: str) -> None:
        self.scheme = scheme.lower()
        self.host = host.lower()
        self.port = port
        self.path = re.sub(r"/+", "/", path).strip("/").removesuffix(".git").strip("/")

    @classmethod
    def parse(cls, text: str) -> RemoteAddress | None:
        """Return the parts of an address; None for a path on this machine, which `file://` is not."""
        if found := _URL.fullmatch(text):
            return cls(found["scheme"], found["host"], found["port"] or "", found["path"])
        if found := _SCP.fullmatch(text):
            return cls("", found["host"], "", found["path"])
        return None


class Host:
    """The pages of one repository; `url` is its own. Nothing is asked of the network."""

    def __init__(self, kind: str, url: str) -> None:
        self.url = url
        self._commit, self._compare, self._file, self._lines = _PAGES[kind]

    def commit(self, commit_id: str) -> str:
        """Return the page of a commit."""
        return f"{self.url}/{self._commit.format(id=commit_id)}"

    def compare(self, old: str, new: str) -> str:
        """Return the page of what differs between two commits, branches or tags."""
        return f"{self.url}/{self._compare.format(old=_quoted(old), new=_quoted(new))}"

    def patterns(self) -> dict[str, str]:
        """Return addresses with `{id}`, `{path}`, `{first}` and `{last}` in them: `commit`, `file`, `lines`, `line`.

        Those of lines are what stands behind the address of a file.
        """
        line = self._lines.partition("{first}")[0] + "{first}"
        pages = {"commit": f"{self.url}/{self._commit}", "file": f"{self.url}/{self._file}"}
        return {**pages, "lines": self._lines, "line": line}

    def lines(self, commit_id: str, path: str, lines: tuple[int, int] | None = None) -> str:
        """Return the page of a file at a commit, at some of its lines (from 1, both included)."""
        page = f"{self.url}/{self._file.format(id=commit_id, path=_quoted(path))}"
        if lines is None:
            return page
        first, last = lines
        form = self._lines if first != last else self._lines.partition("{first}")[0] + "{first}"
        return page + form.format(first=first, last=last)


def find_host(repository: Repository) -> Host | None:
    """Return the host of the remote that the current branch is pushed to, else of origin, or of the only one.

    `muse.host` (github, gitlab, gitea, bitbucket) says what a host is whose name does not; None for any other.
    """
    address = RemoteAddress.parse(_address(repository))
    if address is None or not address.host or not address.path:
        return None
    kind = (repository.config("muse.host") or "").lower()
    if kind not in _PAGES:
        kind = next((known for word, known in _KNOWN.items() if word in address.host), "")
    if not kind:
        return None
    is_page = address.scheme in {"http", "https"}
    scheme, port = (address.scheme, address.port) if is_page else ("https", "")
    return Host(kind, f"{scheme}://{address.host}{port}/{_quoted(address.path)}")


def _address(repository: Repository) -> str:
    """Return the address of the remote that counts, "" where there is none."""
    names = [name for name in repository.output("remote").decode("utf-8", "surrogateescape").split("\n") if name]
    branch = repository.head().branch
    own = repository.config(f"branch.{branch}.remote") if branch else None
    chosen = next((name for name in (own, "origin") if name in names), names[0] if len(names) == 1 else None)
    if chosen is None:
        return ""
    return repository.run("remote", "get-url", chosen)[1].decode("utf-8", "surrogateescape").strip()


def _quoted(text: str) -> str:
    from urllib.parse import quote  # only where there is a host

    return quote(text, safe="/~", errors="surrogateescape")
