"""JSON as the log holds it: compact, ASCII, in the order of the keys; one encoder for hook and backfill."""

from __future__ import annotations

from json.encoder import JSONEncoder

# Equal to json.dumps(value, separators=(",", ":")), Muse's own call; NaN and Infinity are no JSON and are refused.
_ENCODER = JSONEncoder(separators=(",", ":"), allow_nan=False)


def canonical(value: object) -> str:
    """Return the compact JSON text of `value`, all of it ASCII.

    Raises ValueError (NaN, infinities, a circle), TypeError (no JSON type) or RecursionError (nested too deep).
    """
    return _ENCODER.encode(value)
