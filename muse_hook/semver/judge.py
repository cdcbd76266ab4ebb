"""What each change of a commit asks of the version number, and why: verdicts on what other code may rely on."""

from __future__ import annotations

from muse_hook.quick_import import import_together
from muse_hook.semver.case import Case, Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from muse_hook.model.address import SymbolKey
    from muse_hook.model.symbol import Symbol
    from muse_hook.semver.case import Tables
    from muse_hook.semver.marked import Marked
    from muse_hook.semver.named import Named
    from muse_hook.semver.surface import UnchangedFiles


class Judge:
    """Collects the verdicts on one commit, given every change of it.

    `olds` and `news` are the tables of all changed files, before and after; `unchanged` are the others, which are
    looked into only where a name may be passed on or inherited across files. Each file is judged by the rules of its
    language: `named` where names, lists and imports say what is public, else `marked`.
    """

    def __init__(self, olds: Tables, news: Tables, unchanged: UnchangedFiles | None = None) -> None:
        self._case = Case(olds, news, unchanged)
        self._named: Named | None = None
        self._marked: Marked | None = None

    @property
    def verdicts(self) -> list[Verdict]:
        """The verdicts so far, in the order of the changes."""
        return self._case.verdicts

    def _rules(self, path: str) -> Named | Marked:
        if self._case.is_named(path):
            if self._named is None:
                from muse_hook.semver.named import Named

                self._named = Named(self._case)
            return self._named
        if self._marked is None:
            import_together("semver/marked")
            from muse_hook.semver.marked import Marked

            self._marked = Marked(self._case)
        return self._marked

    def arrived(self, key: SymbolKey) -> None:
        """Note that what stands at `key` after the commit stood elsewhere before, under a name of its own."""
        self._case.arrivals.add(key)

    def file_moved(self, old: str, new: str) -> None:
        """Judge a file that has another path: everything public in it has another name."""
        case = self._case
        table, after = case.old.get(old), case.new.get(new)
        if table is None or case.is_silent(old) or case.is_same_module(old, new):
            return
        public = [s for s in table.symbols.values() if not s.parent and case.is_public(case.old, old, s)]
        lost = [symbol for symbol in public if not self._rules(old).is_offered(old, symbol, new)]
        if not public:
            case.add(old, "patch", "module_moved", new)
        elif not lost:
            case.add(old, "patch", "still_offered", new)
        elif len(lost) == len(public):
            case.add(old, "major", "module_moved", new)
        else:
            for symbol in lost:
                if after is not None and symbol.qualified_name in after.symbols:
                    name = symbol.qualified_name
                    case.add(f"{old}::{name}", "major", "public_moved", f"{new}::{name}")

    def deleted(self, path: str, symbol: Symbol) -> None:
        """Judge a symbol that was deleted."""
        if not self._case.is_silent(path) and not self._case.is_test(self._case.old, path, symbol):
            self._rules(path).deleted(path, symbol)

    def inserted(self, path: str, symbol: Symbol) -> None:
        """Judge a symbol that was inserted."""
        if not self._case.is_silent(path) and not self._case.is_test(self._case.new, path, symbol):
            self._rules(path).inserted(path, symbol)

    def paired(
        self, before: tuple[str, Symbol], after: tuple[str, Symbol], parts: Sequence[str], *, carried: bool
    ) -> None:
        """Judge a symbol that changed its address, its content or both.

        `before` and `after` are path and symbol, `parts` says what differs (`signature`, `body`, ...), `carried` that
        the new address follows from that of its file or class, which is judged itself.
        """
        case = self._case
        case.judged.add((after[0], after[1].qualified_name))
        if case.is_silent(before[0]) and case.is_silent(after[0]):
            return
        if case.is_test(case.old, *before) and case.is_test(case.new, *after):
            return
        self._rules(after[0]).paired(before, after, parts, carried=carried)

    def file_kept(self, old_path: str, path: str) -> None:
        """Judge what no op of a symbol says, once all are judged: the order of fields, which names are public."""
        before, after = self._case.old.get(old_path), self._case.new.get(path)
        if before is not None and after is not None and not self._case.is_silent(path):
            self._rules(path).kept((old_path, before), (path, after))

    def file_changed(self, path: str, change: str) -> None:
        """Judge a change of a file that is no symbol's (`module`, `order`, `damaged`, `unparsed`, `reparsed`, ...)."""
        if not self._case.is_silent(path):
            self._case.add(path, "patch", f"{change}_changed" if change in ("module", "order") else change)
