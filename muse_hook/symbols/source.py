"""Bytes of a file as the parser wants them: UTF-8, no byte order mark, lines that end in a line feed."""

from __future__ import annotations

import codecs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from muse_hook.languages.languages import Language

MAX_BYTES = 2 << 20  # section 5 of the design: beyond it a file is `too_large`


def decoded(source: bytes, language: Language) -> bytes:
    """Return the text of a file in UTF-8, with line feeds for line ends, the last line's too.

    A language whose row has `coding` lets a file say its encoding in the first two lines (PEP 263). What cannot be
    decoded, or is in UTF-8 already, is left as it is.
    """
    if source.startswith(codecs.BOM_UTF8):
        source = source[len(codecs.BOM_UTF8) :]
    elif not source.isascii() and (name := _declared(source, language)):
        try:  # noqa: SIM105 - contextlib costs a hook 0.4 ms
            source = source.decode(name).encode()
        except (LookupError, ValueError):
            pass
    if b"\r" in source:
        source = source.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return source if source.endswith(b"\n") or not source else source + b"\n"


def _declared(source: bytes, language: Language) -> str:
    import re  # few files are not ASCII

    coding = language.row.get("coding")
    found = re.match(coding, source[:1024].decode("latin-1")) if isinstance(coding, str) else None
    return found[1] if found else ""
