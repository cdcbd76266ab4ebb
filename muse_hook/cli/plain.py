"""Reading a plain command line without argparse, which takes as long to load as all else."""

from __future__ import annotations

from types import SimpleNamespace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any


class Arguments:
    """Takes down what a command adds to its parser, and reads the words that are plain.

    It understands flags, options with a value, and positional arguments that are there once or may be left out. What
    it reads, argparse reads alike (a test holds it); whatever else stands on a line is left to argparse.
    """

    def __init__(self) -> None:
        self._options: dict[str, tuple[str, dict[str, Any]]] = {}
        self._positionals: list[tuple[str, dict[str, Any]]] = []
        self._values: dict[str, Any] = {}
        self._is_plain = True

    def add_argument(self, *names: str, **rules: Any) -> None:
        """Take down an argument, as `ArgumentParser.add_argument` would."""
        is_option = names[0].startswith("-")
        long = next((name for name in names if name.startswith("--")), names[0])
        target = rules.get("dest") or long.lstrip("-").replace("-", "_")
        action = rules.get("action", "store")
        self._is_plain &= action in {"store", "store_true"} and rules.get("nargs") in {None, "?"}
        self._values[target] = rules.get("default", False if action == "store_true" else None)
        if is_option:
            self._is_plain &= rules.get("nargs") is None and not rules.get("required")
            for name in names:
                self._options[name] = target, rules
        else:
            self._positionals.append((target, rules))

    def add_argument_group(self, *_: object, **__: object) -> Arguments:
        """Return where the arguments of a group are taken down: here."""
        return self

    def read(self, words: Sequence[str]) -> SimpleNamespace | None:
        """Return what the words say, None where argparse must look at them."""
        values = dict(self._values)
        rest: list[str] = []
        todo = list(reversed(words))
        while todo:
            word = todo.pop()
            if not word.startswith("-") or word == "-":
                rest.append(word)
                continue
            name, has_value, value = word.partition("=")
            target, rules = self._options.get(name, ("", {}))
            if not target or (has_value and not name.startswith("--")):
                return None
            if rules.get("action") == "store_true":
                if has_value:
                    return None
                values[target] = True
                continue
            if not has_value:
                if not todo or todo[-1].startswith("-"):
                    return None
                value = todo.pop()
            if not _take(values, target, rules, value):
                return None
        if not self._is_plain or not self._place(values, rest):
            return None
        return SimpleNamespace(**values)

    def _place(self, values: dict[str, Any], words: list[str]) -> bool:
        """Give the positional arguments their words, from the left, those that may be left out only what is over."""
        over = len(words) - sum(rules.get("nargs") is None for _, rules in self._positionals)
        if over < 0:
            return False
        for target, rules in self._positionals:
            if rules.get("nargs") is not None:
                if not over:
                    continue
                over -= 1
            if not _take(values, target, rules, words.pop(0)):
                return False
        return not words


def _take(values: dict[str, Any], target: str, rules: dict[str, Any], word: str) -> bool:
    """Put a word's value in its place; whether it is a good one."""
    try:
        value = rules["type"](word) if "type" in rules else word
    except Exception:  # noqa: BLE001 - argparse says what is wrong with it
        return False
    if "choices" in rules and value not in rules["choices"]:
        return False
    values[target] = value
    return True
