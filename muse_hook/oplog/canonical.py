"""JSON as the log holds it: compact, ASCII, in the order of the keys; one encoder for hook and backfill."""

from __future__ import annotations

from muse_hook.errors import DeltaError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NoReturn

try:
    # What the package json encodes with; the package costs a hook 1 ms, most of it for decoding.
    import _json
except ImportError:  # not CPython
    _json = None  # type: ignore[assignment] # None tells so


def canonical(value: object) -> str:
    """Return the compact JSON text of `value`, all of it ASCII.

    Equal to json.dumps(value, separators=(",", ":")), Muse's own call. Raises ValueError (NaN and infinities, which are
    no JSON; a circle), TypeError (no JSON type) or RecursionError (nested too deep).
    """
    if _json is None:
        from json import dumps

        return dumps(value, separators=(",", ":"), allow_nan=False)
    if isinstance(value, str):
        return _json.encode_basestring_ascii(value)
    markers, encode = _encoders.pop() if _encoders else _new_encoder()
    parts = encode(value, 0)
    if not markers:
        _encoders.append((markers, encode))
    return "".join(parts)


def _new_encoder() -> tuple[dict[int, object], Callable[[object, int], tuple[str, ...]]]:
    """Return an encoder, and what it keeps of the value in hand, by which a circle is noticed."""
    markers: dict[int, object] = {}
    return markers, _json.make_encoder(
        markers=markers,
        default=_refuse,
        encoder=_json.encode_basestring_ascii,
        indent=None,
        key_separator=":",
        item_separator=",",
        sort_keys=False,
        skipkeys=False,
        allow_nan=False,
    )


# Those that are not at work and did not fail: making one takes longer than most values do.
_encoders: list[tuple[dict[int, object], Callable[[object, int], tuple[str, ...]]]] = []


def _refuse(value: object) -> NoReturn:
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def canonical_of(value: object, what: str) -> str:
    """Return the compact JSON text of what a caller gave; raises DeltaError, which names it as `what`."""
    try:
        return canonical(value)
    except (TypeError, ValueError, RecursionError) as error:
        raise DeltaError("recording a delta", f"{what} cannot be JSON: {error}") from error


def text_json(value: object, what: str) -> str:
    """Return the JSON of a text; raises DeltaError for anything else."""
    if not isinstance(value, str):
        raise DeltaError("recording a delta", f"{what} is no text: {value!a:.80}")
    return canonical(value)


def texts_json(values: object, what: str) -> str:
    """Return the JSON of a list of texts; raises DeltaError for anything else."""
    if not isinstance(values, (list, tuple)) or not all(isinstance(value, str) for value in values):
        raise DeltaError("recording a delta", f"{what} is no list of texts: {values!a:.80}")
    return canonical(values)
