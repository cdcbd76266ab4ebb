"""Dates in Git's words: reading what a person types, and showing a commit's in the author's zone."""

from __future__ import annotations

import time

from muse_hook.cli.failures import UsageError, closest, reject
from muse_hook.errors import shell_command
from muse_hook.patterns import pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from muse_hook.git.repository import Repository

# What Git's date.c knows. Whatever else stands in a date it passes over without a word, and "2 wekks ago" is the second
# of this month.
_UNITS = ("second", "minute", "hour", "day", "week", "month", "year")
_SPECIAL = ("yesterday", "noon", "midnight", "tea", "never", "now", "today", "pm", "am", "last")
_NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_FILLERS = ("ago", "at", "on", "of", "the", "and", "in", "st", "nd", "rd", "th", "t")
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_WEEKDAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_ZONES = (
    "idlw nt cat hst hdt yst ydt pst pdt mst mdt cst cdt est edt ast adt wat gmt utc z wet bst met mewt mest cet mesz"
    " fwt fst eet eat cct jst east gst nzt nzst nzdt idle"
)
_KNOWN = frozenset((*_SPECIAL, *_NUMBERS, *_FILLERS, *_ZONES.split(), *_UNITS, *(unit + "s" for unit in _UNITS)))
_SAID_OTHERWISE = {"a": "1", "an": "1", "right": "", "just": ""}
_SHORTEST = 3  # letters of the name of a month or day
_EXAMPLES = ("yesterday", "midnight", "noon", "now", "2 weeks ago", "last week", "1 month ago")
_UNTIL = "--until 90s, 30m, 2h, 3d, or a date: 2099-01-31"
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_END_OF_TIME = 253_402_300_799  # 9999-12-31T23:59:59Z: ISO 8601 has four digits for a year
_ISO = pattern(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")

FORMATS = (
    "relative", "local", "iso", "iso8601", "iso-strict", "iso8601-strict", "rfc", "rfc2822", "short", "raw", "human",
    "unix", "default",
)  # fmt: skip
"""What Git takes for `--date`; each but relative, local and unix also with -local; and format:..."""


def date(option: str, text: str | None, repository: Repository) -> str:
    """Return a date in any form that Git reads ("2 weeks ago", "2026-01-31") in ISO 8601, UTC; "" for None.

    Git makes something of any text: a word that it does not know is passed over, and what says nothing at all is now.
    Both are refused.
    """
    if text is None:
        return ""
    import re  # no line without a date asks for it

    _check_words(option, text)
    before = int(time.time())
    line = repository.output("rev-parse", f"--since={text}").decode("ascii").strip().partition("=")[2]
    found = int(line)
    numbers = {int(digits) for digits in re.findall(r"[0-9]+", text)}
    says_now = bool(re.search(r"(?i)\bnow\b", text)) or not numbers.isdisjoint(
        {0, found, time.localtime(found).tm_mday}
    )
    if before <= found <= time.time() and not says_now:
        _refuse(option, text, "midnight" if "today" in text.lower() else closest(text, _EXAMPLES))
    # What strftime makes of a year has four digits, as the log's times have.
    return time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(max(found, 0)))


def until(text: str, repository: Repository) -> str:
    """Return when something ends ("90s", "30m", "2h", "3d", or a date as Git reads dates) in ISO 8601, UTC.

    A day without a time ends with it. What is over already is refused.
    """
    import re
    from datetime import UTC, datetime  # log needs none

    now = time.time()
    span = re.fullmatch(r"\s*([0-9]{1,9})\s*([smhd])\s*", text)
    if span is not None:
        seconds = now + int(span[1]) * _SECONDS[span[2]]
    else:
        whole = re.fullmatch(r"\s*([0-9]{4}-[0-9]{2}-[0-9]{2})\s*", text)  # Git takes the time of day of now
        try:
            seconds = datetime.fromisoformat(f"{whole[1]}T23:59:59" if whole else text).timestamp()
        except (ValueError, OverflowError):
            try:
                seconds = datetime.fromisoformat(date("--until", text, repository)).timestamp()
            except UsageError as failure:  # its hint is a date that is over
                reject(f"reading --until {text!r}", failure.wrong, _UNTIL)
    if not now < seconds < _END_OF_TIME:
        reject(f"reading --until {text}", "that is over" if seconds <= now else "that is too far away", _UNTIL)
    return datetime.fromtimestamp(int(seconds), UTC).isoformat()


def ago(option: str, text: str, repository: Repository) -> str:
    """Return when something was ("90d", "2w", "12h", or a date as Git reads dates) in ISO 8601, UTC."""
    import re  # no line without a date asks for it

    span = re.fullmatch(r"\s*([0-9]{1,9})\s*([smhdw])\s*", text)
    if span is None:
        return date(option, text, repository)
    seconds = time.time() - int(span[1]) * _SECONDS[span[2]]
    return time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(max(int(seconds), 0)))


def _check_words(option: str, text: str) -> None:
    """Refuse a word that Git would pass over, and a day that no month has."""
    import re  # no line without a date asks for it

    if any(not _is_day(*map(int, found.groups())) for found in _ISO.finditer(text)):
        _refuse(option, text, "")
    for word in re.findall(r"[^\W\d_]+", text.lower()):
        names = (*_MONTHS, *_WEEKDAYS)
        if word in _KNOWN or (len(word) >= _SHORTEST and any(name.startswith(word) for name in names)):
            continue
        near = (
            _SAID_OTHERWISE[word]
            if word in _SAID_OTHERWISE
            else closest(word, sorted({*_KNOWN, *names} - {*_ZONES.split(), *_FILLERS} | {"ago"}))
        )
        near = "midnight" if near == "today" else near
        is_known = bool(near) or word in _SAID_OTHERWISE
        _refuse(option, text, re.sub(rf"(?i)\b{word}\b", near, text).strip() if is_known else "")


def _is_day(year: int, month: int, day: int) -> bool:
    from calendar import monthrange

    return 1 <= month <= len(_MONTHS) and 1 <= day <= monthrange(max(year, 1), month)[1]


def _refuse(option: str, text: str, near: str) -> None:
    hint = f"{shell_command(option, near or '2 weeks ago')}, or a date: 2026-01-31"
    reject(f"reading {option} {text!r}", "Git knows no such date", hint)


class CommitDates:
    """The author dates of commits as `git log --date=STYLE` shows them, in the author's zone; "short" by default.

    Git is asked for many at once. Where it has no such commit any more, a date is what the log says, in UTC.
    """

    def __init__(self, repository: Repository, style: str | None, default: str = "short") -> None:
        self._repository = repository
        if style is None:
            style = repository.display_config().get("log.date") or default
        else:
            self._check(style)
        self._style = style
        self._texts: dict[str, str] = {}

    def load(self, commit_ids: Iterable[str]) -> None:
        """Ask Git for the dates of some commits."""
        wanted = "".join(oid + "\n" for oid in commit_ids if oid not in self._texts)
        if not wanted:
            return
        words = "log", "--no-walk=unsorted", "--ignore-missing", f"--date={self._style}", "--format=%H %ad", "--stdin"
        _, output, _ = self._repository.run(*words, input=wanted.encode("ascii"))
        for line in output.decode("utf-8", "backslashreplace").split("\n"):
            oid, space, text = line.partition(" ")
            if space:
                self._texts[oid] = text

    def text(self, commit_id: str | None, otherwise: str) -> str:
        """Return the date of a commit that was loaded; of any other what an ISO time in UTC says."""
        text = self._texts.get(commit_id or "")
        if text is None:
            return otherwise[:10] if self._style == "short" else otherwise
        return text

    def _check(self, style: str) -> None:
        _, _, stderr = self._repository.run("log", "-0", f"--date={style}")
        if "date format" in stderr:
            near = closest(style, FORMATS)
            hint = f"--date={near}" if near else f"there are {', '.join(FORMATS)}, and format:%Y-%m-%d"
            reject(f"reading --date={style}", "Git knows no such form of a date", hint)
