"""The completion script for fish."""

from __future__ import annotations

from muse_hook.cli.completion.words import LIST_REFS, choices_of, commands, options_of, quoted, values_of, wanted_by
from muse_hook.cli.parser import command_parser, top_parser


def script() -> str:
    """Return the completion script."""
    lines = [
        "# fish completion of muse-hook and `git muse`; made by",
        "#   muse-hook completion fish > ~/.config/fish/conf.d/muse-hook.fish",
        _FISH_FUNCTIONS,
        "complete -c muse-hook -f",
        "complete -c git-muse -w muse-hook",
        "complete -c git -f -n '__fish_seen_subcommand_from muse' -a '(__muse_hook_of_git)'",
    ]
    start = "complete -c muse-hook -n '__muse_hook_is \"\"'"
    values = dict(values_of(top_parser()))
    for option, line, takes in options_of(top_parser()):
        lines.append(f"{start} {_fish_option(option, line, takes=takes, words=values.get(option))}")
    for name, line in commands():
        lines.append(f"{start} -a {name} -d {quoted(line)}")
    for name, _ in commands():
        parser = command_parser(name)
        values = dict(values_of(parser))
        seen = f"complete -c muse-hook -n '__muse_hook_is {name}'"
        for option, line, takes in options_of(parser):
            lines.append(f"{seen} {_fish_option(option, line, takes=takes, words=values.get(option))}")
        lines += [f"{seen} -a '{words}'" for option, words in choices_of(parser) if not option]
        wants = wanted_by(parser)
        if "refs" in wants:
            lines.append(f'{seen} -a "({LIST_REFS})"')
        if "files" in wants:
            lines.append(f"{seen} -F")
    return "\n".join(lines) + "\n"


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


def _fish_option(option: str, line: str, *, takes: bool, words: str | None) -> str:
    name = f"-l {option[2:]}" if option.startswith("--") else f"-s {option[1:]}"
    listed = f' -a "{words.removeprefix("$")}"' if words else ""
    if takes:
        name += " -x" if words else " -r"
    return f"{name}{listed} -d {quoted(line)}"
