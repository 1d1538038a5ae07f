"""Days of the calendar as people type them, one day or span a line: 2027-02-06至2027-02-12 休息."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

from services.console.upstream.client import Problem

_DAY: Final = r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?"
_LINE: Final = re.compile(rf"{_DAY}(?:\s*(?:至|到|–|—|~|to)\s*{_DAY})?\s*[:,，：]?\s*(\S+)")
_WORDS: Final = {
    "休": False, "休息": False, "放假": False, "free": False,
    "班": True, "上班": True, "工作": True, "worked": True,
}  # fmt: skip
_LONGEST_SPAN: Final = 60


@dataclass(frozen=True)
class Typed:
    """The days that were typed, and the line in which each stands."""

    days: Sequence[dict[str, Any]]
    lines: Sequence[int]

    def at_its_line(self, problem: Problem, words: str) -> Problem:
        """A refusal of single days, told at the lines that people see. `words`: "line {line}: {what}"."""
        errors = []
        for error in problem.errors:
            place = re.fullmatch(r"#?/days/(\d+)/\w+", str(error.get("pointer", "")))
            if place and int(place[1]) < len(self.lines):
                line = self.lines[int(place[1])]
                said = words.format(line=line, what=error.get("message", ""))
                error = {**error, "pointer": "/days", "message": said}
            errors.append(error)
        return replace(problem, errors=errors)


def days_typed(text: str, *, unreadable: str) -> Typed:
    """The days of a field. Raises Problem with every line that cannot be read; `unreadable` says so of
    one, "line {line}: …"."""
    days: list[dict[str, Any]] = []
    lines, wrong = [], []
    for number, line in enumerate(unicodedata.normalize("NFKC", text).splitlines(), start=1):
        if not line.strip():
            continue
        found = _days_of(line.strip())
        if found is None:
            wrong.append({"pointer": "/days", "message": unreadable.format(line=number)})
            continue
        days += found
        lines += [number] * len(found)
    if wrong:
        raise Problem(422, "invalid-request", wrong[0]["message"], "console", errors=wrong)
    return Typed(days, lines)


def _days_of(line: str) -> list[dict[str, Any]] | None:
    found = _LINE.fullmatch(line)
    if found is None or found[7].lower() not in _WORDS:
        return None
    try:
        first = date(*(int(part) for part in found.group(1, 2, 3)))
        last = date(*(int(part) for part in found.group(4, 5, 6))) if found[4] else first
    except ValueError:
        return None
    count = (last - first).days + 1
    if not 1 <= count <= _LONGEST_SPAN:
        return None
    worked = _WORDS[found[7].lower()]
    return [
        {"day": (first + timedelta(days=n)).isoformat(), "is_working": worked} for n in range(count)
    ]
