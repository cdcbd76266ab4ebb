"""The baseline: what the repository held when the hooks came, which only a backfill records."""

from __future__ import annotations

from muse_hook.oplog.store import OP_LOG

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from muse_hook.git import Repository
    from muse_hook.oplog import Store

_NAME = "baseline"
_HEADER = b"muse_hook baseline 1"
_END = b"\nend\n"


class Baseline:
    """The commits that every ref, HEAD and reflog named at install, with their generations.

    `shallow`: history was cut off then, so the generations hold only while it still is; `anew`: it was made after the
    fact, because the first one was lost.
    """

    __slots__ = ("_data", "anew", "shallow")

    def __init__(self, data: bytes) -> None:
        header, _, _ = data.partition(b"\n")
        words = header[len(_HEADER) :].split()
        self.shallow = b"shallow" in words
        self.anew = b"anew" in words
        self._data = data

    def generation(self, oid: str) -> int | None:
        """Return the generation of one of the baseline's tips; None for any other commit.

        The file is searched as bytes: with 100,000 refs a hook must not make objects of them.
        """
        start = self._data.find(f"\n{oid} ".encode())
        if start < 0:
            return None
        start += len(oid) + 2
        return int(self._data[start : self._data.index(b"\n", start)].rstrip(b" *"))

    def __contains__(self, oid: object) -> bool:
        return isinstance(oid, str) and self.generation(oid) is not None

    def tips(self) -> Iterator[str]:
        """Yield every tip's id."""
        for line in self._data[: -len(_END)].split(b"\n")[1:]:
            yield line.partition(b" ")[0].decode()

    def heads(self) -> list[str]:
        """Return the tips that no other tip reaches: enough to hide the baseline's history while they exist."""
        lines = self._data[: -len(_END)].split(b"\n")[1:]
        return [line.partition(b" ")[0].decode() for line in lines if line.endswith(b"*")]


def read_baseline(store: Store) -> Baseline | None:
    """Return the store's baseline; None where there is none, or what is there is not whole."""
    try:
        with open(store.path(_NAME), "rb") as file:
            data = file.read()
    except OSError:
        return None
    return Baseline(data) if data.startswith(_HEADER) and data.endswith(_END) else None


def make_baseline(repo: Repository, store: Store, *, without: Iterable[str] = (), anew: bool = False) -> bool:
    """Write down what the repository holds now, unless a baseline is there; return whether one was made.

    `without`: commits that are to be recorded although refs name them (those that woke a hook which found no
    baseline); their parents stand for them. The store's folder is made where it is missing. StoreError.
    """
    if read_baseline(store) is not None:
        return False
    return NewBaseline(repo, store, without=without, anew=anew).write()


class NewBaseline:
    """What the repository holds now, its generations being counted beside us until it is time to `write` it down."""

    def __init__(self, repo: Repository, store: Store, *, without: Iterable[str] = (), anew: bool = False) -> None:
        left_out = set(without)
        # Pruned commits that a reflog still names are left out by Git itself; a HEAD on an unborn branch is no error.
        named = repo.run("rev-list", "--no-walk=unsorted", "--all", "--reflog").decode().split()
        tips = {oid for oid in named if oid not in left_out}
        if left_out:
            for oid, parents in repo.rev_list(left_out, options=("--no-walk",)):
                tips.discard(oid)
                tips.update(parent for parent in parents if parent not in left_out)
        self._repo = repo
        self._store = store
        self._tips = tips
        self._flags = [name for name, is_set in ((b"shallow", bool(repo.shallow())), (b"anew", anew)) if is_set]
        repo.generations.begin(tips)

    def write(self) -> bool:
        """Write the baseline, unless another one has come to be there; return whether it was written. StoreError."""
        reached = self._repo.generations.inner(self._tips)
        generations = self._repo.generations.of(self._tips)
        lines = [b" ".join([_HEADER, *self._flags])]
        lines += [
            f"{oid} {generations[oid]}{'' if oid in reached else ' *'}".encode()
            for oid in sorted(self._tips)
            if oid in generations
        ]
        if read_baseline(self._store) is not None:
            return False
        self._store.ensure(OP_LOG)
        # Synced: the baseline is the one thing that cannot be derived again.
        self._store.replace_file(self._store.path(_NAME), b"\n".join(lines) + _END)
        return True
