"""`.museignore`: which paths are not recorded at all (the rules are Muse's, `muse.core.ignore`)."""

from __future__ import annotations

import tomllib

from muse_hook.pathrules.patterns import Glob

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

_DOMAIN = "code"


class IgnoreRules:
    """The patterns of one `.museignore`, `[global]` before `[domain.code]`; the last one that matches decides.

    ValueError, with what is wrong, where the file is not TOML.
    """

    __slots__ = ("_rules", "patterns")

    def __init__(self, content: bytes) -> None:
        try:
            raw = tomllib.loads(content.decode("utf-8"))
        except (ValueError, RecursionError) as error:
            raise ValueError(f"not TOML: {error}") from None
        domains = raw.get("domain")
        domain = domains.get(_DOMAIN) if isinstance(domains, dict) else None
        self.patterns = (*_patterns(raw.get("global")), *_patterns(domain))
        self._rules = [rule for pattern in self.patterns if (rule := _rule(pattern)) is not None]

    def ignores(self, path: Sequence[str]) -> bool:
        """Whether the file with these parts is left out."""
        return next((ignored for ignored, glob in reversed(self._rules) if glob.matches(path)), False)


def _patterns(section: Any) -> tuple[str, ...]:
    patterns = section.get("patterns") if isinstance(section, dict) else None
    return tuple(item for item in patterns if isinstance(item, str)) if isinstance(patterns, list) else ()


def _rule(pattern: str) -> tuple[bool, Glob] | None:
    """Return (whether it ignores, its glob).

    `/x` is anchored to the root; all else matches from the right, at any depth. `x/` stands for every file below a
    folder. A name without a slash is a file's name: Muse tracks files, not folders.
    """
    ignored = not pattern.startswith("!")
    text = pattern if ignored else pattern[1:]
    anywhere = not text.startswith("/")
    text = text.removeprefix("/")
    if text.endswith("/"):
        text = text.rstrip("/") + "/**"
    return (ignored, Glob(text, anywhere=anywhere)) if text.strip("/") not in ("", "/**") else None
