"""The completion script for zsh."""

from __future__ import annotations

from muse_hook.cli.completion.words import (
    LIST_BRANCHES,
    LIST_REFS,
    choices_of,
    commands,
    options_of,
    quoted,
    values_of,
    wanted_by,
)
from muse_hook.cli.parser import command_parser


def script() -> str:
    """Return the completion script."""
    lines = "\n".join(f"        {quoted(f'{name}:{line}')}" for name, line in commands())
    cases = []
    for name, _ in commands():
        parser = command_parser(name)
        values = dict(values_of(parser))
        wants = wanted_by(parser)
        specs = [
            quoted(f"{option}[{_zsh_text(line)}]" + (f":value:{_zsh_words(values.get(option))}" if takes else ""))
            for option, line, takes in options_of(parser)
        ]
        specs += [quoted(f"1:word:({words})") for option, words in choices_of(parser) if not option]
        if wants:
            specs.append(quoted("*:word:" + _ZSH_LISTS[tuple(sorted(wants))]))
        cases.append(f"        {name}) _arguments {' '.join(specs)} ;;")
    return f"""\
#compdef muse-hook git-muse
# zsh completion of muse-hook and `git muse`; put this into ~/.zshrc, behind compinit:
#   eval "$(muse-hook completion zsh)"
_muse_hook() {{
    local -a commands=(
{lines}
    )
    local curcontext="$curcontext" line state
    _arguments -C '-C[Run as if started in DIR]:directory:_files -/' '--version[Show the version]' \\
        '--no-pager[Do not send long output through the pager]' '--color[Colour the output]:when:(auto always never)' \\
        '1:command:->command' '*::argument:->argument'
    case $state in
        command) _describe command commands ;;
        argument) case $line[1] in
{chr(10).join(cases)}
        esac ;;
    esac
}}
_muse_hook_branches() {{ compadd -- ${{(f)"$({LIST_BRANCHES})"}} }}
_muse_hook_refs() {{ compadd -- ${{(f)"$({LIST_REFS})"}} }}
_muse_hook_refs_and_files() {{ _muse_hook_refs; _files }}
_git-muse() {{ _muse_hook }}
zstyle ':completion:*:*:git:*' user-commands muse:'symbol-level history'
compdef _muse_hook muse-hook git-muse
"""


# A colon in an action would end it: what is asked of Git stands in a function.
_ZSH_LISTS = {("refs",): "_muse_hook_refs", ("files",): "_files", ("files", "refs"): "_muse_hook_refs_and_files"}


def _zsh_words(words: str | None) -> str:
    if not words:
        return ""
    return "_muse_hook_branches" if words.startswith("$") else f"({words})"


def _zsh_text(text: str) -> str:
    return text.replace("[", "\\[").replace("]", "\\]").replace(":", "\\:")
