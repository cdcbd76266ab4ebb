"""Session ids (branch names), the folders that they name, and which sessions there are."""

from __future__ import annotations

import os
import sys

from muse_hook.digest import hex_sha256
from muse_hook.errors import SessionError
from muse_hook.oplog.files import make_folder, refused, replace_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

# Names of our files in a session's folder; those that start with a dot cannot be a component of a session id.
LOG = "ops.jsonl"
CHECKPOINT = "checkpoint.json"
HIGHEST_STAMP = ".clock"
NAME = ".name"

MAX_COMPONENT = 200
# "%~" comes from no byte (an escape has two hexadecimal digits): it can only stand before a hash.
CUT = b"%~"
_HASH_DIGITS = 40


def check(session_id: object) -> str:
    """Return the session id, one spelling of it; raises SessionError where it would escape the store.

    Bytes that are not UTF-8 stand as surrogate escapes (`os.fsdecode`'s spelling on a UTF-8 system).
    """
    if not isinstance(session_id, str):
        raise _error(session_id, "it is no text")
    wrong = _wrong(session_id)
    if wrong:
        raise _error(session_id, wrong)
    try:
        return session_id.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raise _error(session_id, "it holds half of a surrogate pair") from None


def display_name(session_id: str) -> str:
    r"""Return a session id as others see it: bytes that are not UTF-8 stand as `\xNN`.

    No id holds a backslash, so this says which one is meant.
    """
    return session_id.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _wrong(session_id: str) -> str:
    if not session_id:
        return "it is empty"
    if session_id.startswith("/"):
        return "it is absolute"
    if ".." in session_id:
        return "it holds '..'"
    if "\\" in session_id:
        return "it holds a backslash"
    if any(character < " " or character == "\x7f" for character in session_id):
        return "it holds a control character"
    components = session_id.split("/")
    if "" in components:
        return "a component of it is empty"
    if any(component.startswith(".") for component in components):
        return "a component of it starts with a dot"
    return ""


def _error(session_id: object, wrong: str) -> SessionError:
    return SessionError(f"opening session {session_id!a}", wrong, "use a branch name, such as feature/x")


def encode_component(component: str) -> bytes:
    """Return the folder name of one component of a checked session id."""
    if component.isascii() and "%" not in component:  # most are, and a status of 5,000 branches asks for all
        name = component.encode()
    else:
        name = "".join(
            character if _is_plain(character) else _escape(character.encode("utf-8", "surrogateescape"))
            for character in component
        ).encode()
    # Compared without case: on a file system that ignores it "OPS.JSONL" is the same file.
    if name.lower() in (LOG.encode(), CHECKPOINT.encode()):
        name = _escape(name[:1]).encode() + name[1:]
    return name if len(name) <= MAX_COMPONENT else cut_component(component, name)


def cut_component(component: str, name: bytes) -> bytes:
    """Return the folder name `name` cut, ending in a hash of the whole component; `.name` inside keeps the whole."""
    digest = hex_sha256(component.encode("utf-8", "surrogateescape"))[:_HASH_DIGITS].encode()
    kept = name[: MAX_COMPONENT - len(CUT) - len(digest)]
    if b"%" in kept[-2:]:  # the first digits of an escape
        kept = kept[: kept.rindex(b"%")]
    return kept.decode("utf-8", "ignore").encode() + CUT + digest


def decode_component(name: bytes) -> str:
    """Return the component that a folder name stands for; of a cut one (see `is_cut`) what is left of it."""
    if b"%" not in name:
        return name.decode("utf-8", "surrogateescape")
    raw = bytearray()
    at = 0
    while at < len(name):
        digits = name[at + 1 : at + 3]
        if name[at] == ord("%") and len(digits) == 2 and all(digit in b"0123456789ABCDEF" for digit in digits):  # noqa: PLR2004 - %XX
            raw.append(int(digits, 16))
            at += 3
        else:
            raw.append(name[at])
            at += 1
    return raw.decode("utf-8", "surrogateescape")


def is_cut(name: bytes) -> bool:
    """Say whether a folder name ends in a hash."""
    return name[-_HASH_DIGITS - len(CUT) : -_HASH_DIGITS] == CUT


def _is_plain(character: str) -> bool:
    return character != "%" and not "\x80" <= character <= "\x9f" and not "\udc80" <= character <= "\udcff"


def _escape(raw: bytes) -> str:
    return "".join(f"%{byte:02X}" for byte in raw)


# On disk


def folder_of(top: str, session_id: str, *, ignores_case: bool) -> str:
    """Return the folder of a checked session id below `top`, there or not; `ignores_case`: see `is_case_ignored`."""
    path = top
    for component in session_id.split("/"):
        path = os.path.join(path, _name_for(path, component, ignores_case=ignores_case))
    return path


def make_session(top: str, session_id: str, shared: int, *, ignores_case: bool) -> str:
    """Make the folder of a checked session id below `top`, which is there; its path. Raises StoreError."""
    path = top
    for component in session_id.split("/"):
        name = _name_for(path, component, ignores_case=ignores_case)
        path = os.path.join(path, name)
        make_folder(path, shared)
        if is_cut(os.fsencode(name)) and not os.path.lexists(os.path.join(path, NAME)):
            replace_file(os.path.join(path, NAME), component.encode("utf-8", "surrogateescape"), shared)
    return path


def walk(folder: str, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield (session id, folder) of every session below `folder` that has a log or a checkpoint.

    Links are not followed, and folders that no session id leads to (Muse's own tools may have made some) are passed
    over. Raises StoreError.
    """
    try:
        with os.scandir(folder) as found:
            entries = list(found)
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise refused(folder, error, "reading") from error
    if prefix and any(entry.name in (LOG, CHECKPOINT) for entry in entries):
        yield prefix[:-1], folder
    folders = [entry for entry in entries if entry.name[0] != "." and entry.is_dir(follow_symlinks=False)]
    if len(folders) > 1:
        folders.sort(key=lambda entry: entry.name)
    for entry in folders:
        if is_own_component(entry.name):
            yield from walk(entry.path, f"{prefix}{entry.name}/")
            continue
        component = component_of(entry.path)
        name, there = encode_component(component), os.fsencode(_as_git_has_it(entry.name))
        if there == name or there == cut_component(component, name):
            yield from walk(entry.path, f"{prefix}{component}/")


def is_own_component(name: str) -> bool:
    """Say whether a folder's name is the component it stands for, as it is of most: 5,000 are asked at each status."""
    is_plain = name.isascii() and "%" not in name and len(name) <= MAX_COMPONENT
    return is_plain and name.lower() not in (LOG, CHECKPOINT)


def component_of(folder: str) -> str:
    """Return the component of a session id that a folder stands for."""
    name = os.fsencode(os.path.basename(folder))
    if is_cut(name):
        try:
            with open(os.path.join(folder, NAME), "rb") as file:
                return file.read().decode("utf-8", "surrogateescape")
        except OSError:
            pass  # somebody deleted it: the cut name is what is left
    return _as_git_has_it(decode_component(name))


def _as_git_has_it(name: str) -> str:
    """Return a name of a file system as Git has it: macOS may take `\u00e9` apart (NFD), Git puts it together again."""
    return _composed(name) if sys.platform == "darwin" and not name.isascii() else name


def is_case_ignored(muse_dir: str) -> bool:
    """Say whether the store's file system takes `.muse` and `.MUSE` for one: there `Foo` and `foo` would be too."""
    folder, name = os.path.split(muse_dir)
    try:
        return os.path.samestat(os.lstat(os.path.join(folder, name.upper())), os.lstat(muse_dir))
    except OSError:
        return False


def _name_for(folder: str, component: str, *, ignores_case: bool) -> str:
    """Return the name of a component's folder in `folder`; where case is ignored, that of the second one is cut."""
    name = encode_component(component)
    if ignores_case:
        try:
            there = {_composed(other) for other in os.listdir(folder)}
        except FileNotFoundError:
            there = set()
        wanted = _composed(os.fsdecode(name))
        if wanted not in there and wanted.casefold() in {other.casefold() for other in there}:
            name = cut_component(component, name)
    return os.fsdecode(name)


def _composed(name: str) -> str:
    from unicodedata import normalize  # only where case is ignored

    return normalize("NFC", name)
