"""The pages of a repository on a host, by the address of its remote; nothing is asked of the network."""

from __future__ import annotations

from support.repository import Repo

from muse_hook.git.discovery import open_repository
from muse_hook.git.hosting import Host, find_host

PAGES = {
    "https://github.com/o/r.git": "https://github.com/o/r/blob/ID/a%20b.py#L3-L5",
    "git@github.com:o/r.git": "https://github.com/o/r/blob/ID/a%20b.py#L3-L5",
    "ssh://git@github.com:22/o/r": "https://github.com/o/r/blob/ID/a%20b.py#L3-L5",
    "https://user:token@gitlab.com/group/sub/r.git": "https://gitlab.com/group/sub/r/-/blob/ID/a%20b.py#L3-5",
    "git@gitlab.example.org:g/r.git": "https://gitlab.example.org/g/r/-/blob/ID/a%20b.py#L3-5",
    "http://gitea.local:3000/o/r": "http://gitea.local:3000/o/r/src/commit/ID/a%20b.py#L3-L5",
    "https://codeberg.org/o/r.git/": "https://codeberg.org/o/r/src/commit/ID/a%20b.py#L3-L5",
    "git@bitbucket.org:o/r.git": "https://bitbucket.org/o/r/src/ID/a%20b.py#lines-3:5",
}
NOWHERE = ("/srv/git/r.git", "../r", "file:///srv/r", "https://example.org/o/r.git", "C:/r", "https://github.com/")


def host(repo: Repo) -> Host | None:
    return find_host(open_repository(str(repo.path), repo.environment))


def test_the_address_says_where_lines_are(repo: Repo) -> None:
    assert host(repo) is None
    repo.git("remote", "add", "origin", "x")
    for address, page in PAGES.items():
        repo.git("remote", "set-url", "origin", address)
        found = host(repo)
        assert found is not None, address
        assert found.lines("ID", "a b.py", (3, 5)) == page
        assert found.lines("ID", "a b.py", (3, 3)).endswith("3")
        assert found.commit("ID").startswith(found.url)
    for address in NOWHERE:
        repo.git("remote", "set-url", "origin", address)
        assert host(repo) is None, address
    repo.git("remote", "set-url", "origin", "https://example.org/o/r.git")
    repo.git("config", "muse.host", "gitea")
    found = host(repo)
    assert found is not None
    assert found.compare("v1", "a/b c") == "https://example.org/o/r/compare/v1...a/b%20c"


def test_the_remote_of_the_branch_goes_before_origin(repo: Repo) -> None:
    repo.commit("Begin", a="x = 1\n")
    repo.git("remote", "add", "one", "https://github.com/one/r")
    repo.git("remote", "add", "two", "https://github.com/two/r")
    assert host(repo) is None  # which of them?
    repo.git("remote", "add", "origin", "https://github.com/origin/r")
    found = host(repo)
    assert found is not None
    assert found.url == "https://github.com/origin/r"
    repo.git("config", "branch.main.remote", "two")
    repo.git("config", "url.https://gitlab.com/.insteadOf", "https://github.com/")
    found = host(repo)
    assert found is not None
    assert found.url == "https://gitlab.com/two/r"
