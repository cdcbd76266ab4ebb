"""`core.sharedRepository` for the store's files, as Git reads it (`git_config_perm`), without starting Git."""

from __future__ import annotations

GROUP = 0o660
EVERYBODY = 0o664

_WORDS = {
    b"umask": 0, b"false": 0, b"no": 0, b"off": 0, b"0": 0,
    b"group": GROUP, b"true": GROUP, b"yes": GROUP, b"on": GROUP, b"1": GROUP, b"": GROUP,
    b"all": EVERYBODY, b"world": EVERYBODY, b"everybody": EVERYBODY, b"2": EVERYBODY,
}  # fmt: skip


def shared_mode(config: bytes) -> int:
    """Return what a repository's `config` file says: 0 for the umask's way, bits to add, or minus the exact bits.

    The last line that names the key holds; files that it includes are not read.
    """
    found = 0
    if b"sharedrepository" not in config.lower():
        return 0
    for line in config.split(b"\n"):
        key, _, value = line.split(b"#")[0].split(b";")[0].partition(b"=")
        if key.strip().lower() == b"sharedrepository":
            found = perm(value.strip().strip(b'"'))
    return found


def perm(value: bytes) -> int:
    """Return Git's number for one value of the key."""
    word = value.lower()
    if word in _WORDS:
        return _WORDS[word]
    try:
        return -(int(word, 8) & 0o666)
    except ValueError:
        return 0


def adjusted(mode: int, shared: int, *, folder: bool) -> int:
    """Return the mode of a file or folder that was made with `mode` (Git's `calc_shared_perm`)."""
    if not shared:
        return mode
    tweak = abs(shared)
    if folder:
        tweak |= (tweak & 0o444) >> 2  # who may read may enter
    if folder and shared > 0:
        tweak |= 0o2000  # what is made in it belongs to its group
    return (mode & ~0o777 | tweak) if shared < 0 else (mode | tweak)
