"""What stands before a definition's name and behind it, and in its header: what each verdict on marked names asks."""

from __future__ import annotations

from muse_hook.patterns import pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from muse_hook.model.symbol import Symbol

COMMENTS = pattern(r"(?s)\"(?:[^\"\\\n]|\\.)*\"|//[^\n]*|/\*.*?\*/|#\[[^\]]*\]")
_LEADING = pattern(r"\s*(?:(@(?!interface\b)[\w.]+\(?)|[a-z]+\s)")
_WITHIN = pattern(r"\b(private|protected)\[[\w.]+\]")
_OF_NAMES = frozenset("$#@")
_BEHIND = frozenset("_$")

# What stands around the names of the latest symbols that were asked for it, and of how many.
_around: dict[tuple[bytes, str], tuple[str, str]] = {}
_REMEMBERED = 64


def text_of(symbol: Symbol) -> str:
    """Return the text of a definition (of a class: its header) without comments and attributes, as long as it was."""
    text = _raw(symbol)
    if "//" in text or "/*" in text or "#[" in text:
        text = COMMENTS.sub(lambda found: found[0] if found[0][0] == '"' else " " * len(found[0]), text)
    return without_annotations(_without_lists(text) if text.lstrip()[:1] == "[" else text)


def _without_lists(text: str) -> str:
    """Return a text with spaces for what C# writes as `[Name("...")]` before a definition."""
    at = len(text) - len(text.lstrip())
    while text[at : at + 1] == "[":
        depth, quote = 0, ""
        for end in range(at, len(text)):
            letter = text[end]
            if quote:
                quote = "" if letter == quote and text[end - 1] != "\\" else quote
            elif letter in "\"'":
                quote = letter
            else:
                depth += (letter in "[(") - (letter in "])")
                if not depth:
                    break
        behind = text[end + 1 :].lstrip()
        if not (behind[:1].isalpha() or behind[:1] in {"[", "@"}):
            break  # a name that is computed: `[a]() {}`
        text = text[:at] + " " * (end + 1 - at) + text[end + 1 :]
        at = len(text) - len(behind)
    return text


def without_annotations(text: str) -> str:
    """Return a text with spaces for what is written as `@name(...)` before it or among its modifiers."""
    if "@" not in text:
        return text
    at = 0
    while (found := _LEADING.match(text, at)) is not None:
        at = found.end()
        if found[1]:
            depth = 0
            if text[at - 1] == "(":
                for end in range(at - 1, len(text)):
                    depth += (text[end] == "(") - (text[end] == ")")
                    if not depth:
                        at = end + 1
                        break
            text = text[: found.start(1)] + " " * (at - found.start(1)) + text[at:]
    return text


def attributes(symbol: Symbol) -> str:
    """Return what is said of a definition in `#[...]` before it."""
    text = _raw(symbol)
    return " ".join(found for found in COMMENTS.findall(text) if found[0] == "#") if "#[" in text else ""


def _raw(symbol: Symbol) -> str:
    return symbol.texts()[0].decode(errors="replace")


def around_name(symbol: Symbol) -> tuple[str, str]:
    """Return what stands before and behind the name, asked some times in a row of one symbol after the other."""
    key = symbol.texts()[0], symbol.name
    found = _around.get(key)
    if found is None:
        if len(_around) >= _REMEMBERED:
            _around.clear()
        found = _around[key] = _parted_at(text_of(symbol), symbol.name)
    return found


def words_at(text: str, word: str, before: frozenset[str]) -> list[tuple[int, int]]:
    r"""Return where a word stands in a text, and where it ends, with no `\w` and none of `before` in front of it.

    Without a regular expression for each word: compiling them took 4 % of a backfill of trpc.
    """
    found: list[tuple[int, int]] = []
    at = text.find(word)
    while at >= 0:
        front = text[at - 1 : at]
        if not (front.isalnum() or front == "_" or front in before):
            found.append((at, at + len(word)))
        at = text.find(word, at + 1)
    return found


def _parted_at(text: str, name: str) -> tuple[str, str]:
    """Return what stands before and behind a whole word; what is before a body, and nothing, where it is not there."""
    for at, end in words_at(text, name, _OF_NAMES):
        if not (text[end : end + 1].isalnum() or text[end : end + 1] in _BEHIND):
            return text[:at], text[end:]
    return text.partition("{")[0], ""


def words_before_name(symbol: Symbol) -> set[str]:
    """Return the words before the name of a definition; `pub(crate)` is one, `private[a]` is `private`."""
    before = around_name(symbol)[0].replace(" (", "(")
    return set((_WITHIN.sub(lambda found: found[1], before) if "[" in before else before).split())


def has_same_header(old: Symbol, new: Symbol) -> bool:
    """Whether two functions, each with a body in braces and no overloads, say the same to all but their bodies."""
    if old.kind != new.kind or old.definitions or new.definitions or not old.kind.endswith(("function", "method")):
        return False
    if old.returns != new.returns or old.parameters != new.parameters:
        return False
    (before, behind), (now_before, now_behind) = around_name(old), around_name(new)
    header, brace, _ = behind.partition("{")
    if not brace or header.count("<") > header.count(">"):  # `<T extends {...}>`: the brace is none of a body
        return False
    return before == now_before and (header, brace) == now_behind.partition("{")[:2]


def is_untyped_value(symbol: Symbol) -> bool:
    """Whether what is set stands right behind a name, without its type."""
    return around_name(symbol)[1].lstrip()[:1] == "="


def header_words(owner: Symbol) -> set[str]:
    """Return the words up to the body of a class."""
    return set(text_of(owner).partition("{")[0].split())


def is_override(symbol: Symbol) -> bool:
    """Whether a member says that a base has it, too."""
    return "override" in words_before_name(symbol) or "@Override" in symbol.decorators
