"""Completion scripts for shells, made from the parsers, so that they cannot be out of date."""

from __future__ import annotations

import argparse

from muse_hook.cli.parser import COMMANDS
from muse_hook.cli.usage import command_parser, top_parser

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from muse_hook.cli.usage import Parser

SHELLS = ("bash", "zsh", "fish")

# What a positional argument stands for, by its metavar: names of refs, files, or nothing that can be listed.
_REFS = {"COMMIT", "A", "B", "RANGE", "REV"}
_FILES = {"PATH", "REPO"}

_LIST_REFS = "git for-each-ref --format='%(refname:short)' 2>/dev/null"


def script(shell: str) -> str:
    """Return the completion script for "bash", "zsh" or "fish"."""
    return {"bash": _bash, "zsh": _zsh, "fish": _fish}[shell]()


def _commands() -> Iterator[tuple[str, str]]:
    for group in COMMANDS.values():
        yield from group.items()


def _options(parser: Parser) -> Iterator[tuple[str, str, bool]]:
    """Yield (option, help, whether it takes a value)."""
    for action in parser._actions:  # noqa: SLF001 - argparse has no other way to ask
        for option in action.option_strings:
            yield option, action.help or "", action.nargs != 0


def _wants(parser: Parser) -> set[str]:
    """Return what a command's positional arguments can be completed with: "refs", "files"."""
    names = {
        str(action.metavar)
        for action in parser._actions  # noqa: SLF001 - likewise
        if not action.option_strings and action.help != argparse.SUPPRESS
    }
    return {what for what, known in (("refs", _REFS), ("files", _FILES)) if names & known}


def _bash() -> str:
    names = " ".join(name for name, _ in _commands())
    general = " ".join(option for option, _, _ in _options(top_parser()))
    cases = []
    for name, _ in _commands():
        parser = command_parser(name)
        options = " ".join(option for option, _, _ in _options(parser))
        wants = _wants(parser)
        refs = f" $({_LIST_REFS})" if "refs" in wants else ""
        files = "; compopt -o default 2>/dev/null" if "files" in wants else ""
        cases.append(f'        {name}) words="{options}{refs}"{files} ;;')
    return f"""\
# bash completion of muse-hook and `git muse`; put this into ~/.bashrc:
#   eval "$(muse-hook completion bash)"
_muse_hook_words() {{
    local words
    case "$1" in
{chr(10).join(cases)}
        *) words="{names} {general}" ;;
    esac
    COMPREPLY=($(compgen -W "$words" -- "${{COMP_WORDS[COMP_CWORD]}}"))
}}
_muse_hook() {{
    local command= i=1
    while ((i < COMP_CWORD)); do
        case "${{COMP_WORDS[i]}}" in
            -C | --color) ((i++)) ;;
            -*) ;;
            *) command="${{COMP_WORDS[i]}}"; break ;;
        esac
        ((i++))
    done
    _muse_hook_words "$command"
}}
_git_muse() {{
    local i
    for ((i = 1; i < COMP_CWORD; i++)); do
        [[ ${{COMP_WORDS[i]}} == muse ]] && break
    done
    _muse_hook_words "$( ((i + 1 < COMP_CWORD)) && printf %s "${{COMP_WORDS[i + 1]}}")"
}}
complete -F _muse_hook muse-hook
"""


def _zsh() -> str:
    lines = "\n".join(f"        {_quoted(f'{name}:{line}')}" for name, line in _commands())
    cases = []
    for name, _ in _commands():
        parser = command_parser(name)
        wants = _wants(parser)
        specs = [
            _quoted(f"{option}[{_zsh_text(line)}]" + (":value:" if takes else ""))
            for option, line, takes in _options(parser)
        ]
        if "refs" in wants:
            specs.append(_quoted(f"*:revision:($({_LIST_REFS.replace(chr(39), chr(34))}))"))
        elif "files" in wants:
            specs.append(_quoted("*:file:_files"))
        cases.append(f"        {name}) _arguments {' '.join(specs)} ;;")
    return f"""\
#compdef muse-hook git-muse
# zsh completion of muse-hook; put this into ~/.zshrc:
#   eval "$(muse-hook completion zsh)"
_muse_hook() {{
    local -a commands=(
{lines}
    )
    local line state
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
compdef _muse_hook muse-hook git-muse
"""


def _fish() -> str:
    lines = [
        "# fish completion of muse-hook; put this into ~/.config/fish/completions/muse-hook.fish:",
        "#   muse-hook completion fish > ~/.config/fish/completions/muse-hook.fish",
        "complete -c muse-hook -f",
    ]
    for option, line, takes in _options(top_parser()):
        lines.append(f"complete -c muse-hook -n __fish_use_subcommand {_fish_option(option, line, takes=takes)}")
    for name, line in _commands():
        lines.append(f"complete -c muse-hook -n __fish_use_subcommand -a {name} -d {_quoted(line)}")
    for name, _ in _commands():
        parser = command_parser(name)
        seen = f"complete -c muse-hook -n '__fish_seen_subcommand_from {name}'"
        lines += [f"{seen} {_fish_option(option, line, takes=takes)}" for option, line, takes in _options(parser)]
        wants = _wants(parser)
        if "refs" in wants:
            lines.append(f'{seen} -a "({_LIST_REFS})"')
        if "files" in wants:
            lines.append(f"{seen} -F")
    return "\n".join(lines) + "\n"


def _fish_option(option: str, line: str, *, takes: bool) -> str:
    name = f"-l {option[2:]}" if option.startswith("--") else f"-s {option[1:]}"
    return f"{name}{' -r' if takes else ''} -d {_quoted(line)}"


def _zsh_text(text: str) -> str:
    return text.replace("[", "\\[").replace("]", "\\]").replace(":", "\\:")


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
