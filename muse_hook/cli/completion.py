"""Completion scripts for bash, zsh and fish, made from the parsers, so that they cannot be out of date."""

from __future__ import annotations

import argparse

from muse_hook.cli.command import COMMANDS
from muse_hook.cli.parser import command_parser, top_parser

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from muse_hook.cli.parser import Parser

SHELLS = ("bash", "zsh", "fish")

# What a positional argument stands for, by its metavar: names of refs, files, or nothing that can be listed.
_REFS = {"COMMIT", "A", "B", "RANGE", "REV"}
_FILES = {"PATH", "REPO"}

# Sessions are called after branches; which of them have a log is not worth a start of Python.
_BRANCHES = {"--session"}

_LIST_BRANCHES = "git for-each-ref --format='%(refname:short)' refs/heads 2>/dev/null"
_LIST_REFS = "git for-each-ref --format='%(refname:short)' 2>/dev/null"
# Prefixes of refs as `git for-each-ref` takes them.
_ALL_REFS, _BRANCH_REFS = "refs/", "refs/heads/"
# A colon in an action would end it: what is asked of Git stands in a function.
_ZSH_LISTS = {("refs",): "_muse_hook_refs", ("files",): "_files", ("files", "refs"): "_muse_hook_refs_and_files"}
_FISH_FUNCTIONS = """\
function __muse_hook_is
    set -l words (commandline -opc)
    set -e words[1]
    while set -q words[1]
        switch $words[1]
            case -C --color
                set -e words[1]
                set -q words[1]; and set -e words[1]
            case '-*'
                set -e words[1]
            case '*'
                break
        end
    end
    test "$words[1]" = "$argv[1]"
end
function __muse_hook_of_git
    set -l words (commandline -opc)
    set -l at (contains -i -- muse $words); or return
    set -e words[1..$at]
    complete -C "muse-hook "(string join -- ' ' (string escape -- $words) (commandline -ct))
end"""


def script(shell: str) -> str:
    """Return the completion script for one of `SHELLS`."""
    return {"bash": _bash, "zsh": _zsh, "fish": _fish}[shell]()


def _bash() -> str:
    names = " ".join(name for name, _ in _commands())
    general = " ".join(option for option, _, _ in _options_of(top_parser()))
    values = [f'        *" {option}") {_filled(words)} ;;' for option, words in _values_of(top_parser())]
    cases = []
    for name, _ in _commands():
        parser = command_parser(name)
        values += [f'        "{name} {option}") {_filled(words)} ;;' for option, words in _values_of(parser)]
        options = " ".join(option for option, _, _ in _options_of(parser))
        words = "".join(f" {words}" for option, words in _choices_of(parser) if not option)
        wants = _wanted_by(parser)
        refs = f"; refs=({_ALL_REFS})" if "refs" in wants else ""
        files = "; compopt -o default 2>/dev/null" if "files" in wants else ""
        cases.append(f'        {name}) words="{options}{words}"{refs}{files} ;;')
    return f"""\
# bash completion of muse-hook and `git muse`; put this into ~/.bashrc:
#   eval "$(muse-hook completion bash)"
_muse_hook_words() {{
    local before="${{COMP_WORDS[COMP_CWORD - 1]}}" current="${{COMP_WORDS[COMP_CWORD]}}" words= word quoted
    local -a refs=()
    case "$1 $before" in
{chr(10).join(values)}
        *) _muse_hook_command "$1" ;;
    esac
    COMPREPLY=()
    for word in $words; do
        [[ $word == "$current"* ]] && COMPREPLY+=("$word")
    done
    # What a ref is called is somebody else's text. "compgen -W" would run the commands in it, and so would the line
    # that it is put into, if it stood there unquoted.
    ((${{#refs[@]}})) || return 0
    while IFS= read -r word; do
        printf -v quoted %q "$word"
        [[ $word != -* && ($word == "$current"* || $quoted == "$current"*) ]] && COMPREPLY+=("$quoted")
    done < <(git for-each-ref --format='%(refname:short)' "${{refs[@]}}" 2>/dev/null)
    return 0
}}
_muse_hook_command() {{
    case "$1" in
{chr(10).join(cases)}
        help) words="{names}" ;;
        *) words="{names} help {general}" ;;
    esac
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
complete -F _muse_hook muse-hook git-muse
"""


def _filled(words: str) -> str:
    """Return what fills the lists with the words that an option's value may be."""
    return f"refs=({_BRANCH_REFS})" if words == f"$({_LIST_BRANCHES})" else f'words="{words}"'


def _zsh() -> str:
    lines = "\n".join(f"        {_quoted(f'{name}:{line}')}" for name, line in _commands())
    cases = []
    for name, _ in _commands():
        parser = command_parser(name)
        values = dict(_values_of(parser))
        wants = _wanted_by(parser)
        specs = [
            _quoted(f"{option}[{_zsh_text(line)}]" + (f":value:{_zsh_words(values.get(option))}" if takes else ""))
            for option, line, takes in _options_of(parser)
        ]
        specs += [_quoted(f"1:word:({words})") for option, words in _choices_of(parser) if not option]
        if wants:
            specs.append(_quoted("*:word:" + _ZSH_LISTS[tuple(sorted(wants))]))
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
_muse_hook_branches() {{ compadd -- ${{(f)"$({_LIST_BRANCHES})"}} }}
_muse_hook_refs() {{ compadd -- ${{(f)"$({_LIST_REFS})"}} }}
_muse_hook_refs_and_files() {{ _muse_hook_refs; _files }}
_git-muse() {{ _muse_hook }}
zstyle ':completion:*:*:git:*' user-commands muse:'symbol-level history'
compdef _muse_hook muse-hook git-muse
"""


def _zsh_words(words: str | None) -> str:
    if not words:
        return ""
    return "_muse_hook_branches" if words.startswith("$") else f"({words})"


def _zsh_text(text: str) -> str:
    return text.replace("[", "\\[").replace("]", "\\]").replace(":", "\\:")


def _fish() -> str:
    lines = [
        "# fish completion of muse-hook and `git muse`; made by",
        "#   muse-hook completion fish > ~/.config/fish/conf.d/muse-hook.fish",
        _FISH_FUNCTIONS,
        "complete -c muse-hook -f",
        "complete -c git-muse -w muse-hook",
        "complete -c git -f -n '__fish_seen_subcommand_from muse' -a '(__muse_hook_of_git)'",
    ]
    start = "complete -c muse-hook -n '__muse_hook_is \"\"'"
    values = dict(_values_of(top_parser()))
    for option, line, takes in _options_of(top_parser()):
        lines.append(f"{start} {_fish_option(option, line, takes=takes, words=values.get(option))}")
    for name, line in _commands():
        lines.append(f"{start} -a {name} -d {_quoted(line)}")
    for name, _ in _commands():
        parser = command_parser(name)
        values = dict(_values_of(parser))
        seen = f"complete -c muse-hook -n '__muse_hook_is {name}'"
        for option, line, takes in _options_of(parser):
            lines.append(f"{seen} {_fish_option(option, line, takes=takes, words=values.get(option))}")
        lines += [f"{seen} -a '{words}'" for option, words in _choices_of(parser) if not option]
        wants = _wanted_by(parser)
        if "refs" in wants:
            lines.append(f'{seen} -a "({_LIST_REFS})"')
        if "files" in wants:
            lines.append(f"{seen} -F")
    return "\n".join(lines) + "\n"


def _fish_option(option: str, line: str, *, takes: bool, words: str | None) -> str:
    name = f"-l {option[2:]}" if option.startswith("--") else f"-s {option[1:]}"
    listed = f' -a "{words.removeprefix("$")}"' if words else ""
    if takes:
        name += " -x" if words else " -r"
    return f"{name}{listed} -d {_quoted(line)}"


def _commands() -> Iterator[tuple[str, str]]:
    """Yield each command with its line of help."""
    for group in COMMANDS.values():
        yield from group.items()


def _options_of(parser: Parser) -> Iterator[tuple[str, str, bool]]:
    """Yield (option, help, whether it takes a value)."""
    for action in parser._actions:  # noqa: SLF001 - argparse has no other way to ask
        for option in action.option_strings:
            yield option, action.help or "", action.nargs != 0


def _choices_of(parser: Parser) -> Iterator[tuple[str, str]]:
    """Yield (option, "" for a positional argument; the words it may have, separated by spaces)."""
    for action in parser._actions:  # noqa: SLF001 - likewise
        for option in action.option_strings or ("",):
            if action.choices:
                yield option, " ".join(map(str, action.choices))


def _values_of(parser: Parser) -> Iterator[tuple[str, str]]:
    """Yield (option, shell code for the words that its value may be)."""
    for option, words in _choices_of(parser):
        if option:
            yield option, words
    for option, _, _ in _options_of(parser):
        if option in _BRANCHES:
            yield option, f"$({_LIST_BRANCHES})"


def _wanted_by(parser: Parser) -> set[str]:
    """Return what a command's positional arguments can be completed with: "refs", "files"."""
    names = {
        str(action.metavar)
        for action in parser._actions  # noqa: SLF001 - likewise
        if not action.option_strings and action.help != argparse.SUPPRESS
    }
    return {what for what, known in (("refs", _REFS), ("files", _FILES)) if names & known}


def _quoted(text: str) -> str:
    """Return a text in single quotes, which end in every shell alike."""
    return "'" + text.replace("'", "'\\''") + "'"
