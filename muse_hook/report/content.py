"""What a page tells: a few facts for its head, and tables of numbers for its script."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Content:
    """What `page` makes a page of; every text is fit to be shown, none is fit to be HTML.

    `repository` is the name, `scope` where it was looked from and what was chosen, `commits` how many of `recorded`
    commits have ops, `ops` and `symbols` how many are told. `tables` go to the page's script:

    - `styles`: the six styles of an op; `strings`: every text once, told by its number from here on
    - `commits`: columns, the newest first in causal order: `id`, `at` (seconds since 1970, each as its distance from
      the one before), `actor`, `author` (-1: the actor), `subject`, `session`, and how many `ops` the commit has
    - `whats`: (style, strings of reason codes) of an op; `places`: columns `path`, `name`
    - `ops`: columns `entity`, `what`, `place` (0: where the entity was last, else 1 + the number of a place)
    - `entities`: symbols and files: columns `id`, `kind`, `place`, `alive` (whether HEAD has it)
    - `moves`: columns `entity`, `commit`, `how`, `old`, `new` (places), `sure` (per cent)
    """

    __slots__ = ("commits", "ops", "recorded", "repository", "scope", "symbols", "tables")

    def __init__(
        self,
        *,
        repository: str,
        scope: list[str],
        commits: int,
        recorded: int,
        ops: int,
        symbols: int,
        tables: dict[str, Any],
    ) -> None:
        self.repository = repository
        self.scope = scope
        self.commits = commits
        self.recorded = recorded
        self.ops = ops
        self.symbols = symbols
        self.tables = tables
