"""The parameters of a definition as they are written: their labels, the words before them, their types and defaults."""

from __future__ import annotations

from muse_hook.model.symbol import Parameter
from muse_hook.patterns import pattern
from muse_hook.semver import header
from muse_hook.semver.signature import VARIADIC

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from muse_hook.model.symbol import ParameterKind, Symbol, SymbolTable
    from muse_hook.semver.signature import ParameterChange

_SPACE = pattern(r"\s+")
_SIGIL = pattern(r"(?s)(.*?)(&?)\s*((?:\.\.\.)?)\s*(\$\w+)")
_ANNOTATION = pattern(r"@[\w.]+(?::\w+)?\s*(\()?")

CLOSING = {"(": ")", "[": "]", "{": "}"}
QUOTES = "\"'`"
ENDS = frozenset("{=:;")
"""What ends the parameters, where it stands in no brackets."""

TAKEN = ("implicit ", "using ")
"""How a list begins that callers may leave out."""

_FORMER = pattern(r"@deprecatedName\(\W*(?:Symbol\(\W*)?(\w+)")
_OF_CALLS = pattern(r"^(?:@(?:escaping|Sendable)\s+)+|^@autoclosure\s+(?:@escaping\s+)?\(\s*\)\s*(?:throws\s*)?->\s*")


class Written:
    """One parameter: `a` of `public ?int $a = 1`, of `with b: Int` or of `vararg val b: Int`.

    `label` is what callers write before it where their language has them do so, `words` are those before the name,
    `annotation` is the type, `default` the value, "" for none.
    """

    __slots__ = ("annotation", "default", "label", "name", "text", "words")

    def __init__(self, text: str) -> None:
        self.text = text
        before, _, self.default = _parted(_without_annotations(text), "=")
        before, self.default = before.strip(), self.default.strip()
        found = _SIGIL.match(before)
        if found is not None:
            self.label = self.name = found[4]
            self.words = [*(word for word in found[1].split() if word in HELD), *filter(None, (found[2], found[3]))]
            self.annotation = " ".join(word for word in found[1].split() if word not in HELD)
            return
        names, colon, annotation = _parted(before, ":")
        self.annotation = _SPACE.sub(" ", annotation.strip())
        *self.words, self.name = names.replace("`", " ").split() or [""] if colon else [""]
        self.label = (self.words or [self.name])[0]


HELD = frozenset(("public", "protected", "private", "readonly"))
"""Words before a parameter that is a property as well, where a type may stand behind them."""


def passed_of_both(old: Symbol, new: Symbol, table: SymbolTable) -> tuple[list[Parameter], list[Parameter]]:
    """Return what is passed before and after, so that parameters of one name are the same to callers."""
    olds, news = passed(old, table), passed(new, table)
    former = former_names(new)
    if former:
        olds = [Parameter(former.get(one.name, one.name), one.kind, one.default, one.annotation) for one in olds]
    fixed = [[one for one in side if one.kind not in VARIADIC] for side in (olds, news)]
    if "named" in table.says("rest") and len(fixed[1]) < len(fixed[0]) and len(fixed[1]) < len(news):
        # the rest takes whatever name it is called by
        olds, news = ([_by_place(one) for one in side] for side in (olds, news))
    return olds, news


def _by_place(one: Parameter) -> Parameter:
    kind: ParameterKind = one.kind if one.kind in VARIADIC else "positional_only"
    return Parameter(one.name, kind, one.default, one.annotation)


def passed(symbol: Symbol, table: SymbolTable) -> list[Parameter]:
    """Return the parameters of a function or type by the names that callers write, as the row's `labels` say.

    Those that callers always write (`_` and a number for none) are keywords, those that they may write are both.
    """
    is_always = "always" in table.says("labels")
    is_by_place = symbol.name in table.says("by_place")
    said = {one.name: one for each in lists(symbol) for one in each}
    found: list[Parameter] = []
    known: dict[str, int] = {}
    for parameter in symbol.parameters:
        one = said.get(parameter.name.strip("`"))
        annotation, name = parameter.annotation, parameter.name
        is_rest = parameter.kind in VARIADIC
        if one is not None:
            is_rest = is_rest or "vararg" in one.words or one.annotation.endswith(("...", "*"))
            name = _label(one, symbol) if is_always else one.name
            if annotation and one.default == "null" and "null" in table.says("defaults") and annotation[:1] != "?":
                annotation = f"?{annotation}" if "|" not in annotation else f"{annotation}|null"
            annotation = _OF_CALLS.sub("", one.annotation).removesuffix("...") if is_always else annotation
        known[name] = known.get(name, 0) + 1
        name = name if known[name] == 1 else f"{name}{known[name]}"
        kind: ParameterKind = "keyword_only" if is_always else "positional_or_keyword"
        if is_by_place:
            kind = "positional_only"
        elif is_rest and not is_always:
            kind = "var_positional"
        default = (one.default if one is not None else "") or parameter.default or ("..." if is_rest else None)
        found.append(Parameter(name, kind, default, annotation))
    return found


def _label(one: Written, symbol: Symbol) -> str:
    """Return what callers write before a parameter: nothing in an operator, in brackets only what is set apart."""
    is_call = symbol.name[:1].isalpha() or symbol.name[:1] == "_"
    return one.label if is_call and (symbol.kind != "attribute" or one.words) else "_"


def compare_lists(old: Symbol, new: Symbol, table: SymbolTable) -> Iterator[ParameterChange]:
    """Yield what `passed` does not say: the order of labels, what is passed by reference, how lists are parted."""
    mine, theirs = lists(old), lists(new)
    before, after = ({one.name: one for each in side for one in each} for side in (mine, theirs))
    if "always" in table.says("labels"):
        orders = [[one.name for one in passed(side, table)] for side in (old, new)]
        kept = [[name for name in side if name in orders[0] and name in orders[1]] for side in orders]
        if kept[0] != kept[1]:
            yield "major", "parameter_moved", ", ".join(kept[1])
        return
    for at, one in enumerate(before.values()):
        now = after.get(one.name) or (list(after.values())[at] if len(before) == len(after) else None)
        if now is not None and ("&" in one.words) != ("&" in now.words):
            ways = ("by reference", "by value") if "&" in one.words else ("by value", "by reference")
            yield "major", "parameter_kind_changed", f"{now.name}: {' -> '.join(ways)}"
    rests = [[one.name for one in side.values() if "vararg" in one.words] for side in (before, after)]
    if rests[0] and rests[1] and rests[0] != rests[1]:
        yield "major", "parameter_renamed", f"{rests[0][0]} -> {rests[1][0]}"
    if "apart" not in table.says("lists") or not new.kind.endswith(("function", "method")):
        return
    shapes = [[[one.name for one in each] for each in side if not _is_taken(each)] for side in (mine, theirs)]
    sets = [[sorted(name for name in each if name in before) for each in side] for side in shapes]
    is_told = not before.keys() <= after.keys() or any(not after[one].default for one in after.keys() - before.keys())
    if not is_told and sets[0] != sets[1]:
        yield "major", "parameter_kind_changed", " -> ".join(map(_shown, shapes))


def _is_taken(each: Sequence[Written]) -> bool:
    return bool(each) and each[0].text.startswith(TAKEN)


def _shown(shape: Sequence[Sequence[str]]) -> str:
    return "".join(f"({', '.join(each)})" for each in shape) or "none"


def promoted(symbol: Symbol, table: SymbolTable) -> dict[str, Written]:
    """Return the parameters of a constructor that are properties as well."""
    marks = table.says("held") if symbol.name in table.says("constructors") else []
    found = (one for each in lists(symbol) for one in each) if marks else ()
    return {one.name: one for one in found if not set(one.words).isdisjoint(marks)}


def compare_promoted(old: Symbol, new: Symbol, table: SymbolTable) -> Iterator[ParameterChange]:
    """Yield what changed of the properties that parameters of a constructor are; `table` is that of the file after."""
    now = promoted(new, table)
    private, narrower = set(table.says("private_marks")), set(table.says("narrower"))
    for name, one in promoted(old, table).items():
        was = set(one.words)
        if not was.isdisjoint(private):
            continue
        other = now.get(name)
        declared = table.symbols.get(f"{new.parent}.{name}")
        words = set(other.words) if other else header.words_before_name(declared) if declared else None
        if words is None:
            yield "major", "member_removed", name
            continue
        if not words.isdisjoint(private) or (not words.isdisjoint(narrower) and was.isdisjoint(narrower)):
            yield "major", "visibility_narrowed", name
            continue
        if "readonly" in words and "readonly" not in was:
            yield "major", "modifier_added", f"readonly {name}"
        kind = other.annotation if other else declared.returns if declared else ""
        if kind != one.annotation:
            yield "major", "member_type_changed", f"{name}: {one.annotation or 'mixed'} -> {kind or 'mixed'}"


def former_names(symbol: Symbol) -> dict[str, str]:
    """Return the names that parameters may be called by still, and what they are called now."""
    return {found[1]: one.name for each in lists(symbol) for one in each for found in _FORMER.finditer(one.text)}


def lists(symbol: Symbol) -> list[list[Written]]:
    """Return the lists of parameters behind the name of a function or a type, `f(a)(b)` having two."""
    return _header(symbol)[1]


def words_before_lists(symbol: Symbol) -> set[str]:
    """Return the words between the name of a class and what it is made with; `private[a]` is `private`."""
    before, found = _header(symbol)
    return set(before.split()) if found else set()


def _header(symbol: Symbol) -> tuple[str, list[list[Written]]]:
    """Return what stands between a name and its parameters, without types and annotations, and these by lists."""
    _, text = header.around_name(symbol)
    found: list[list[Written]] = []
    before = ""
    at = 0
    while at < len(text) and text[at] not in ENDS and not text.startswith("->", at):
        letter = text[at]
        if letter == "@" and (annotation := _ANNOTATION.match(text, at)) is not None:
            bracket = annotation.end() - 1
            at = (
                annotation.end()
                if not annotation[1]
                else _closed(text, bracket)
                if _is_given(text, bracket)
                else bracket
            )
            continue
        if letter == "<":
            at = _closed_angle(text, at)
        elif letter == "(":
            end = _closed(text, at)
            found.append([Written(part) for part in _parts(text[at + 1 : end - 1])])
            at = end
        elif letter in CLOSING:
            at = _closed(text, at)
        else:
            before += "" if found else letter
            at += 1
    return before, found


def _is_given(text: str, bracket: int) -> bool:
    """Whether the brackets behind an annotation are its own: others, or a word before them, follow."""
    behind = text[_closed(text, bracket) :].lstrip()
    return behind[:1] not in ENDS and bool(behind) and not behind.startswith("extends")


def _parts(text: str) -> Iterator[str]:
    return (part for part in (part.strip() for part in _split(text, ",")) if part)


def _parted(text: str, sign: str) -> tuple[str, str, str]:
    """Return what stands before and behind the first such sign in no brackets, as `str.partition` does."""
    for part in _split(text, sign):
        if part is not text and len(part) < len(text):
            return part, sign, text[len(part) + 1 :]
        break
    return text, "", ""


def _split(text: str, sign: str) -> Iterator[str]:
    """Yield what stands between signs in no brackets and no strings; `=>` and `==` are no equals sign."""
    at = start = angles = 0
    while at < len(text):
        letter = text[at]
        if letter in CLOSING:
            at = _closed(text, at)
            continue
        if letter in QUOTES:
            at = _unquoted(text, at)
            continue
        if letter == "<" and (text[at - 1 : at].isalnum() or text[at - 1 : at] == "_"):
            angles += 1
        elif letter == ">" and angles and text[at - 1] not in "=-":
            angles -= 1
        elif letter == sign and not angles and not (sign == "=" and text[at + 1 : at + 2] in {">", "="}):
            yield text[start:at]
            start = at + 1
        at += 1
    yield text[start:]


def _closed(text: str, at: int) -> int:
    """Return where the bracket at `at` is closed, behind it; the end of the text where it is not."""
    depth = 0
    while at < len(text):
        letter = text[at]
        if letter in QUOTES:
            at = _unquoted(text, at)
            continue
        depth += (letter in "([{") - (letter in ")]}")
        at += 1
        if not depth:
            break
    return at


def _closed_angle(text: str, at: int) -> int:
    depth = 0
    while at < len(text):
        depth += (text[at] == "<") - (text[at] == ">" and text[at - 1] not in "=-")
        at += 1
        if not depth:
            break
    return at


def _unquoted(text: str, at: int) -> int:
    """Return where a string that begins at `at` ends; a quote that nothing ends on its line is none."""
    end = at + 1
    while end < len(text) and text[end] != text[at]:
        if text[end] == "\n":
            return at + 1
        end += 2 if text[end] == "\\" else 1
    return min(end + 1, len(text))


def _without_annotations(text: str) -> str:
    """Return a parameter without what is written as `@name(...)` before it."""
    text = text.lstrip()
    while (found := _ANNOTATION.match(text)) is not None:
        text = text[_closed(text, found.end() - 1) if found[1] else found.end() :].lstrip()
    return text
