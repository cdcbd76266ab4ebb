"""The completion script for bash."""

from __future__ import annotations

from muse_hook.cli.completion.words import LIST_BRANCHES, choices_of, commands, options_of, values_of, wanted_by
from muse_hook.cli.parser import command_parser, top_parser


def script() -> str:
    """Return the completion script."""
    names = " ".join(name for name, _ in commands())
    general = " ".join(option for option, _, _ in options_of(top_parser()))
    values = [f'        *" {option}") {_filled(words)} ;;' for option, words in values_of(top_parser())]
    cases = []
    for name, _ in commands():
        parser = command_parser(name)
        values += [f'        "{name} {option}") {_filled(words)} ;;' for option, words in values_of(parser)]
        options = " ".join(option for option, _, _ in options_of(parser))
        words = "".join(f" {words}" for option, words in choices_of(parser) if not option)
        wants = wanted_by(parser)
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


# Prefixes of refs as `git for-each-ref` takes them.
_ALL_REFS, _BRANCHES = "refs/", "refs/heads/"


def _filled(words: str) -> str:
    """Return what fills the lists with the words that an option's value may be."""
    return f"refs=({_BRANCHES})" if words == f"$({LIST_BRANCHES})" else f'words="{words}"'
