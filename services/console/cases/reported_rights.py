"""Which rights of the register a report is about: ticked on a page, or named by their numbers."""

import asyncio
from collections.abc import Sequence
from typing import Any

from services.console.http.page_context import PageContext
from services.console.upstream.client import Problem
from services.console.upstream.optional import items

MOST_NAMED = 50
"""So many further rights are named in one form at most."""


async def rights_of_collateral(page: PageContext, named: Sequence[str]) -> list[str]:
    """The ids of rights of a case, each named as its form does: kind, class and number."""
    asked = [one.split(" ", 2) for one in named if one.count(" ") >= 2]
    found = await asyncio.gather(
        *(
            page.applications.get("/rights", q=number, kind=kind, limit=200)
            for kind, _, number in asked
        )
    )
    ids = []
    for (_, nice_class, number), rows in zip(asked, found, strict=True):
        ids += [
            one["id"]
            for one in items(rows)
            if one["number"] == number and str(one["nice_class"] or 0) == nice_class
        ]
    return ids


async def rights_named(page: PageContext, words: str) -> list[str]:
    """The ids of the rights whose numbers are written, one on a line.

    Raises Problem, at the field `further`, for what names no right or several.
    """
    numbers = list(dict.fromkeys(one.strip() for one in words.splitlines() if one.strip()))
    if len(numbers) > MOST_NAMED:
        raise _wrong(page, "reported.too-many", most=MOST_NAMED)
    found = await asyncio.gather(
        *(page.applications.get("/rights", q=one[:200], limit=200) for one in numbers)
    )
    ids = []
    for number, rows in zip(numbers, found, strict=True):
        same = [one for one in items(rows) if _bare(one["number"]) == _bare(number)]
        if len(same) != 1:
            text = "reported.ambiguous" if same else "reported.unknown"
            raise _wrong(page, text, number=number)
        ids.append(same[0]["id"])
    return ids


def report_on(rights: Sequence[str]) -> dict[str, Any]:
    """What a report on rights says of them: one is a right, several are a package."""
    ids = list(dict.fromkeys(rights))
    return {"subject": "package" if len(ids) > 1 else "right", "rights": ids}


def _bare(number: str) -> str:
    """A number as it is compared here: letters and figures alone, without ZL and leading noughts."""
    return "".join(c for c in number.upper() if c.isalnum()).removeprefix("ZL").lstrip("0")


def _wrong(page: PageContext, text: str, **values: Any) -> Problem:
    message = page.texts(text, **values)
    errors = [{"pointer": "#/further", "code": "right-unknown", "message": message}]
    return Problem(422, "invalid-request", message, "console", errors=errors)
