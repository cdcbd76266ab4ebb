"""What the hooks' interpreter is asked before anything is written: whether it has what a record needs."""

from __future__ import annotations

from importlib import import_module

from muse_hook.languages.languages import languages

# What a hook's start does not load: a package that was built for another Python shows itself here.
_NEEDED = ("muse_hook.git.libgit2", "muse_hook.hook", "muse_hook.record.delta")


def recordable() -> list[str]:
    """Return the names of the languages whose grammars can be loaded; ImportError where a package cannot."""
    for name in _NEEDED:
        import_module(name)
    return [each.name for each in languages() if each.grammar_version and each.grammar]
