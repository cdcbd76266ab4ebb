"""One repository, and every question that may be asked of it."""

from __future__ import annotations

import os

from muse_hook.errors import RepositoryError
from muse_hook.git import refs
from muse_hook.git.process import Git

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from muse_hook.git.objects import ObjectReader, ObjectSource
    from muse_hook.git.reflogs import ReflogEntry
    from muse_hook.git.refs import Head, Worktree

# Extensions of the repository format that change nothing for a reader of loose objects and packs (Git 2.55's list).
_HARMLESS_EXTENSIONS = frozenset(
    "extensions." + name
    for name in (
        "noop", "noop-v1", "objectformat", "partialclone", "preciousobjects", "refstorage", "relativeworktrees",
        "worktreeconfig",
    )
)  # fmt: skip


class Repository(Git):
    """One repository, and every question that may be asked of it; `open_repository` makes it."""

    # Imports in functions: a hook asks for HEAD and objects alone.

    _version: tuple[int, ...] | None = None
    _display_config: dict[str, str] | None = None
    index_file: str | None = None  # where the environment says that it is (`git commit -a` does, to its hooks)

    @property
    def version(self) -> tuple[int, ...]:
        """The running Git's version, such as (2, 39, 5)."""
        if self._version is None:
            from muse_hook.git.config import parse_version

            self._version = parse_version(self.output("version"))
        return self._version

    # Objects

    def objects(self) -> ObjectReader:
        """Return a reader of this repository's objects (a context manager).

        zlib reads those that have files of their own, libgit2 the packed ones, and `git cat-file` all where libgit2
        cannot go: SHA-256, alternates that only the environment names, an extension of the repository format that we do
        not know.
        """
        from muse_hook.git.objects import ObjectReader

        return ObjectReader(self.object_source(), self.id_size)

    def object_source(self) -> ObjectSource:
        """Return where the bytes of objects come from; see `objects`."""
        if self._libgit2_reads():
            from muse_hook.git.loose import LooseFirst

            return LooseFirst(self.objects_dir, self._libgit2, self._cat_file)
        return self._cat_file()

    def _cat_file(self) -> ObjectSource:
        from muse_hook.git.catfile import CatFile

        return CatFile(self)

    def _libgit2(self) -> ObjectSource:
        from muse_hook.git.libgit2 import Libgit2  # 6 ms: where an object is packed

        return Libgit2(self.objects_dir)

    def _libgit2_reads(self) -> bool:
        return (
            self.object_format == "sha1"
            and "GIT_ALTERNATE_OBJECT_DIRECTORIES" not in self.environ
            and (self._is_plain() or _HARMLESS_EXTENSIONS.issuperset(self.config_section("extensions")))
        )

    def _is_plain(self) -> bool:
        """Say whether no extension can be set: Git takes them from this file alone, from none that it includes."""
        try:
            with open(os.path.join(self.common_dir, "config"), "rb") as file:
                return b"extensions" not in file.read().lower()
        except OSError:
            return False

    # Commits

    def resolve(self, revision: str) -> str:
        """Return the id of the commit that a revision names; RevisionError."""
        from muse_hook.git import revisions

        return revisions.resolve(self, revision)

    def resolve_range(self, revisions: str) -> str:
        """Return a range or revision with every name in it resolved; `revisions.resolve_range`."""
        from muse_hook.git import revisions as git

        return git.resolve_range(self, revisions)

    def rev_list(
        self,
        tips: Iterable[str],
        hide: Iterable[str] = (),
        *,
        options: Sequence[str] = (),
        ignore_missing: bool = False,
    ) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield (commit, parents), parents first, of what `tips` reach and `hide` does not; `revisions.rev_list`."""
        from muse_hook.git import revisions

        return revisions.rev_list(self, tips, hide, options=options, ignore_missing=ignore_missing)

    def shallow(self) -> frozenset[str]:
        """Return the commits whose parents a shallow clone does not have."""
        from muse_hook.git import revisions

        return revisions.shallow(self)

    @property
    def is_partial(self) -> bool:
        """Whether objects may be absent by intent: a partial clone."""
        from muse_hook.git import config

        return config.is_partial(self)

    # Refs

    def head(self) -> Head:
        """Return where this work tree stands; starts no git right after a commit (but for reftable)."""
        return refs.read_head(self, self.git_dir)

    def worktrees(self) -> list[Worktree]:
        """Return the main work tree and the linked ones, each with its HEAD."""
        return refs.worktrees(self)

    def at(self, top: str) -> Repository:
        """Return this repository seen from another one of its work trees, `top` being the top of its files.

        None is looked for from there: a work tree need not have a `.git` that leads back. RepositoryError.
        """
        if self.work_tree is not None and os.path.realpath(self.work_tree) == os.path.realpath(top):
            return self
        git_dir = next((tree.git_dir for tree in self.worktrees() if tree.path == top), None)
        if git_dir is None:
            raise RepositoryError("opening the repository", f"{top} is no work tree of {self.common_dir}")
        return self._copy({"GIT_DIR": git_dir, "GIT_WORK_TREE": top}, git_dir=git_dir, work_tree=top, is_bare=False)

    def with_environment(self, variables: Mapping[str, str], objects_dir: str) -> Repository:
        """Return this repository with further variables of the environment, and its objects in another folder."""
        return self._copy(variables, objects_dir=objects_dir)

    def _copy(
        self,
        variables: Mapping[str, str],
        *,
        git_dir: str | None = None,
        objects_dir: str | None = None,
        work_tree: str | None = None,
        is_bare: bool | None = None,
    ) -> Repository:
        return Repository(
            git=self.git,
            environ=self.environ | dict(variables),
            outer_environ=self.outer_environ,
            git_dir=git_dir or self.git_dir,
            common_dir=self.common_dir,
            objects_dir=objects_dir or self.objects_dir,
            work_tree=work_tree or self.work_tree,
            is_bare=self.is_bare if is_bare is None else is_bare,
            is_shallow=self.is_shallow,
            object_format=self.object_format,
        )

    def branches(self) -> dict[str, str]:
        """Return the commit of every local branch by its short name."""
        return refs.branches(self)

    def refs(self) -> dict[str, str]:
        """Return the commit that each ref leads to, tags peeled, by full name."""
        return refs.refs(self)

    def matching_refs(self, *patterns: str) -> dict[str, str]:
        """Return the same of the refs that fit one of some patterns of `git for-each-ref`."""
        return refs.refs(self, *patterns)

    def ref_ids(self, *prefixes: str) -> dict[str, str]:
        """Return the id that each ref below some prefixes holds, by full name; see `refs.ref_ids`."""
        return refs.ref_ids(self, *prefixes)

    def broken_refs(self, *prefixes: str) -> list[str]:
        """Return the refs below some prefixes that hold no id, by full name; see `refs.broken_refs`."""
        return refs.broken_refs(self, *prefixes)

    def default_branch(self) -> str | None:
        """Return the local branch that history is told from, `None` where there is no branch."""
        return refs.default_branch(self)

    def reflog(self, ref: str, git_dir: str | None = None) -> list[ReflogEntry]:
        """Return the moves of a ref (full name) or of the "HEAD" of a work tree (this one's), oldest first."""
        from muse_hook.git import reflogs

        return reflogs.reflog(self, ref, git_dir or self.git_dir)

    def made_by_head(self, git_dir: str, messages: tuple[str, ...]) -> set[str]:
        """Return the commits that a work tree's HEAD made; see `reflogs.made_by_head`."""
        from muse_hook.git import reflogs

        return reflogs.made_by_head(self, git_dir, messages)

    def last_moves_of_head(self) -> tuple[list[ReflogEntry], bool]:
        """Return HEAD's last moves, oldest first, and whether there are no more; see `reflogs.last_moves_of_head`."""
        from muse_hook.git import reflogs

        return reflogs.last_moves_of_head(self)

    def last_move(self, ref: str, git_dir: str | None = None) -> int | None:
        """Return when a ref (full name, or the "HEAD" of a work tree) moved last, by its reflog; None without one."""
        from muse_hook.git import reflogs

        return reflogs.last_move(self, ref, git_dir or self.git_dir)

    def branch_reflogs(self) -> dict[str, list[ReflogEntry]]:
        """Return the moves of every local branch that has a reflog, oldest first, by short name."""
        from muse_hook.git import reflogs

        return reflogs.branch_reflogs(self)

    # Configuration and hooks

    def config(self, key: str, kind: str | None = None, git_dir: str | None = None) -> str | None:
        """Return the value of a configuration key, `None` where it is not set; `kind` such as "bool" or "path"."""
        from muse_hook.git import config

        return config.value(self, key, kind, git_dir)

    def config_section(self, name: str) -> dict[str, str]:
        """Return the keys of a section ("muse") with their values, by full lower-case name."""
        from muse_hook.git import config

        return config.section(self, name)

    def display_config(self) -> dict[str, str]:
        """Return what is configured of how things are shown (sections color, log, pager), as `config_section` does.

        Git is asked once: each start of it is a twentieth of a short command.
        """
        if self._display_config is None:
            self._display_config = self.config_section("(color|log|pager)")
        return self._display_config

    def hooks_path(self) -> tuple[str, str]:
        """Return the folder where Git looks for hooks, and the scope of core.hooksPath ("" where it is not set)."""
        from muse_hook.git import config

        return config.hooks_path(self)

    def fire_hook(
        self, name: str, environ: Mapping[str, str], config: Sequence[tuple[str, str]] = ()
    ) -> tuple[int, bytes]:
        """Run a hook as Git would: exit status, output; `config.fire_hook`."""
        from muse_hook.git.config import fire_hook

        return fire_hook(self, name, environ, config)
