"""Session ids (branch names) and the folders that they name."""

from __future__ import annotations

from muse_hook.digest import hex_sha256
from muse_hook.errors import SessionError

# Names of our files in a session's folder; those that start with a dot cannot be a component of a session id.
LOG = "ops.jsonl"
CHECKPOINT = "checkpoint.json"
CLOCK = ".clock"
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


def shown(session_id: str) -> str:
    r"""Return a session id as it is told to others: bytes that are not UTF-8 stand as `\xNN`.

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
    name = "".join(
        character if _is_plain(character) else _escape(character.encode("utf-8", "surrogateescape"))
        for character in component
    ).encode()
    # Compared without case: on a file system that folds it "OPS.JSONL" is the same file.
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
