"""JSON as the log holds it: compact, ASCII, in the order of the keys; one encoder for hook and backfill."""

from __future__ import annotations

from json.encoder import JSONEncoder

from muse_hook.errors import DeltaError

# Equal to json.dumps(value, separators=(",", ":")), Muse's own call; NaN and Infinity are no JSON and are refused.
_ENCODER = JSONEncoder(separators=(",", ":"), allow_nan=False)


def canonical(value: object) -> str:
    """Return the compact JSON text of `value`, all of it ASCII.

    Raises ValueError (NaN, infinities, a circle), TypeError (no JSON type) or RecursionError (nested too deep).
    """
    return _ENCODER.encode(value)


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
