#!/bin/sh
# Set muse_hook up for a repository: ./install.sh [REPOSITORY] (default: the one of the current folder)
# Take the program away again: ./install.sh --uninstall
set -eu

fail() {
    printf 'error: %s\nhint: %s\n' "$1" "$2" >&2
    exit 1
}
say() {
    printf '%s\n' "$1" >&2
}

usage="usage: ./install.sh [REPOSITORY | --uninstall]"
case ${1-} in
    -h | --help)
        echo "$usage"
        exit 0
        ;;
esac
[ $# -le 1 ] || {
    echo "$usage" >&2
    exit 2
}
repository=${1-.}
source=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd -P)
[ "${HOME-}" ] || fail "HOME is not set" "HOME=/home/you $0"
home=${XDG_DATA_HOME:-$HOME/.local/share}/muse_hook
venv=$home/venv
bin=$HOME/.local/bin
# man looks for pages beside each folder of PATH: `git muse --help` is one of them.
pages=$HOME/.local/share/man/man1

# Call a function with each link and what it points to.
each_link() {
    "$1" "$bin/muse-hook" "$venv/bin/muse-hook"
    "$1" "$bin/git-muse" "$venv/bin/git-muse"
    "$1" "$pages/muse-hook.1" "$venv/share/man/man1/muse-hook.1"
    "$1" "$pages/git-muse.1" "$venv/share/man/man1/git-muse.1"
    "$1" "$HOME/.local/share/bash-completion/completions/muse-hook" "$venv/share/muse_hook/completion.bash"
    "$1" "$HOME/.local/share/fish/vendor_completions.d/muse-hook.fish" "$venv/share/muse_hook/completion.fish"
}
is_ours() {
    [ -L "$1" ] && [ "$(readlink "$1")" = "$2" ]
}

if [ "$repository" = --uninstall ]; then
    [ -d "$venv" ] || fail "nothing is installed in $venv" "XDG_DATA_HOME=/another/folder $0 --uninstall"
    drop() {
        ! is_ours "$1" "$2" || rm "$1"
    }
    each_link drop
    rm -rf "$venv"
    rmdir "$home" 2>/dev/null || say "note: $home holds something else and stays"
    say "note: hooks stay where 'muse-hook uninstall' was not run, and say at each commit that the program is gone"
    exit 0
fi

# Everything that can be refused is looked at before anything is made.

command -v git >/dev/null || fail "git is not installed" "apt install git"
version=$(git version)
version=${version#git version }
major=${version%%.*} minor=${version#*.}
minor=${minor%%.*}
[ "$major" -gt 2 ] || { [ "$major" -eq 2 ] && [ "$minor" -ge 30 ]; } ||
    fail "git $version is too old: 2.30 is the oldest that works" "apt install git, from a newer release"

# A folder is meant, not what a hook or an alias that started us left in the environment; nor somebody's modules.
unset $(git rev-parse --local-env-vars) PYTHONHOME PYTHONPATH
[ -d "$repository" ] || fail "there is no folder $repository" "./install.sh path/to/repository"
repository=$(CDPATH= cd -- "$repository" && pwd -P)
if ! refusal=$(git -C "$repository" rev-parse --git-dir 2>&1); then
    case $refusal in
        *"not a git repository"*) fail "$repository is not a Git repository" "git init '$repository', or ./install.sh path/to/repository" ;;
        *"dubious ownership"*) fail "$repository belongs to another user" "run this as its owner" ;;
        *) fail "git refuses $repository: $refusal" "git -C '$repository' status" ;;
    esac
fi

python='' found=
for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
    is=$("$candidate" -c 'import sys; print(*sys.version_info[:2], sep=".")' 2>/dev/null) || continue
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
        python=$candidate
        break
    fi
    found="${found:-, only $candidate $is}"
done
[ "$python" ] || fail "Python 3.11 or newer is not here$found" "apt install python3 python3-venv, or PYTHON=/path/to/python $0"
"$python" -c 'import ensurepip, venv' 2>/dev/null ||
    fail "$python cannot make virtual environments" "apt install python3-venv"

# An environment of its own, outside of every repository; made again only when something changed.
current=$(cd "$source" && "$python" -c 'import sys; print(sys.version, sys.base_prefix)' &&
    find pyproject.toml README.md LICENSE docs/man hooks scripts muse_hook -type f ! -name '*.pyc' -exec cksum {} + | sort)
if [ "$(cat "$venv/muse_hook-current" 2>/dev/null)" != "$current" ] || ! "$venv/bin/python" -c '' 2>/dev/null; then
    say "Setting up $venv ..."
    mkdir -p "$home" || fail "$home cannot be made" "XDG_DATA_HOME=/another/folder $0"
    had=
    [ ! -e "$venv" ] || had=yes
    rm -f "$venv/muse_hook-current"
    "$venv/bin/python" -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
        "$python" -m venv --clear "$venv" || fail "$venv cannot be made" "rm -r '$venv', then run this again"
    (cd "$source" && PIP_USER=0 "$venv/bin/python" -m pip install \
        --quiet --disable-pip-version-check --no-input --upgrade '.[languages]') || {
        [ "$had" ] || rm -rf "$venv"
        fail "pip could not install muse_hook" "look at pip's words above, then run this again"
    }
    printf '%s\n' "$current" >"$venv/muse_hook-current"
fi

mkdir -p "$bin" "$pages"
link() {
    if is_ours "$1" "$2"; then
        return
    elif [ -e "$1" ] || [ -L "$1" ]; then
        say "note: $1 is another one and stays; this one is $2"
    elif [ -e "$2" ]; then # what is not there yet is made, and linked, by install below
        ln -s "$2" "$1"
    fi
}
each_link link

"$venv/bin/muse-hook" install "$repository"

case :${PATH-}: in
    *":$bin:"*) ;;
    *) say "note: $bin is not on PATH, so first: export PATH=\"$bin:\$PATH\" (and put that line into ~/.profile)" ;;
esac
