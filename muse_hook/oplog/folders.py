"""Sessions on disk: which folder a session id has, and which sessions there are."""

from __future__ import annotations

import os

from muse_hook.oplog.files import make_folder, refused, replace_file
from muse_hook.oplog.sessions import (
    CHECKPOINT,
    LOG,
    NAME,
    cut_component,
    decode_component,
    encode_component,
    is_cut,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


def folder_of(top: str, session_id: str, *, folds: bool) -> str:
    """Return the folder of a checked session id below `top`, there or not; `folds`: see `folds_case`."""
    path = top
    for component in session_id.split("/"):
        path = os.path.join(path, _name_for(path, component, folds=folds))
    return path


def make_session(top: str, session_id: str, shared: int, *, folds: bool) -> str:
    """Make the folder of a checked session id below `top`, which is there; its path. Raises StoreError."""
    path = top
    for component in session_id.split("/"):
        name = _name_for(path, component, folds=folds)
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
            entries = sorted(found, key=lambda entry: entry.name)
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise refused(folder, error, "reading") from error
    names = {entry.name for entry in entries}
    if prefix and (LOG in names or CHECKPOINT in names):
        yield prefix[:-1], folder
    for entry in entries:
        if entry.name.startswith(".") or not entry.is_dir(follow_symlinks=False):
            continue
        component = component_of(entry.path)
        name = encode_component(component)
        if os.fsencode(entry.name) in (name, cut_component(component, name)):
            yield from walk(entry.path, f"{prefix}{component}/")


def component_of(folder: str) -> str:
    """Return the component of a session id that a folder stands for."""
    name = os.fsencode(os.path.basename(folder))
    if is_cut(name):
        try:
            with open(os.path.join(folder, NAME), "rb") as file:
                return file.read().decode("utf-8", "surrogateescape")
        except OSError:
            pass  # somebody deleted it: the cut name is what is left
    return decode_component(name)


def folds_case(muse_dir: str) -> bool:
    """Say whether the store's file system takes `.muse` and `.MUSE` for one: there `Foo` and `foo` would be too."""
    folder, name = os.path.split(muse_dir)
    try:
        return os.path.samestat(os.lstat(os.path.join(folder, name.upper())), os.lstat(muse_dir))
    except OSError:
        return False


def _name_for(folder: str, component: str, *, folds: bool) -> str:
    """Return the name of a component's folder in `folder`: on a file system that folds case, the second one is cut."""
    name = encode_component(component)
    if folds:
        try:
            there = {_composed(other) for other in os.listdir(folder)}
        except FileNotFoundError:
            there = set()
        wanted = _composed(os.fsdecode(name))
        if wanted not in there and wanted.casefold() in {other.casefold() for other in there}:
            name = cut_component(component, name)
    return os.fsdecode(name)


def _composed(name: str) -> str:
    from unicodedata import normalize  # only where case is folded

    return normalize("NFC", name)
