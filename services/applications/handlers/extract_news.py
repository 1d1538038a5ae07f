"""What an extract says that is bad news for a loan is told at once, before anybody takes it over."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import asyncpg

from services.applications.domain.extract_compared import RIGHT_FIELDS
from services.applications.domain.extract_rows import ExtractRow
from services.applications.domain.submission import RightKey
from services.applications.domain.watch import QUESTIONS, Danger, dangers
from services.applications.handlers.right_watch import tell
from services.applications.queries import register
from services.applications.queries.watched import Watched, watched_of
from services.applications.tables.extracts import Compared

_DAYS_OF: dict[str, str] = {
    "legal_status": "status_as_of",
    "owner_uscc": "owner_as_of",
    "owner_name": "owner_name_as_of",
}


async def tell_bad_news(
    conn: asyncpg.Connection,
    rows: Sequence[tuple[ExtractRow, Compared]],
    *,
    today: date,
    now: datetime,
) -> None:
    """Alert bank and bureau to what endangers a pledged right by these rows and did not before. Taken
    over later, the same danger is not told again."""
    facts: dict[RightKey, dict[str, Any]] = {}
    burdens: dict[RightKey, list[dict[str, Any]]] = {}
    not_shown: dict[RightKey, date] = {}
    for row, compared in rows:
        if not any(one.is_bad_news for one in compared.differences):
            continue
        for one in compared.differences:
            if one.field == "pledge_no" and one.is_bad_news:
                not_shown[compared.key] = row.said.as_of
            if one.standing != "open":
                continue
            if one.field in RIGHT_FIELDS:
                known = facts.setdefault(compared.key, {})
                known[one.field] = getattr(row.said, one.field)
                if one.field in _DAYS_OF:
                    known[_DAYS_OF[one.field]] = row.said.as_of
            elif "burden" in one.taken_as:
                began_on = date.fromisoformat(one.taken_as["began_on"])
                burdens.setdefault(compared.key, []).append({**one.taken_as, "began_on": began_on})
    keys = sorted(facts.keys() | burdens.keys() | not_shown.keys())
    if not keys:
        return
    found: list[tuple[Watched, Danger]] = []
    for loan in await watched_of(conn, keys):
        key = register.key_of(loan.row)
        by_extract = replace(
            loan,
            row={**loan.row, **({"not_shown_on": not_shown[key]} if key in not_shown else {})},
            known={**loan.known, **facts.get(key, {})},
            burdens=[*loan.burdens, *burdens.get(key, ())],
        )
        before = {(danger.code, danger.due_on) for danger in _dangers(loan, today)}
        found += [
            (loan, danger)
            for danger in _dangers(by_extract, today)
            if (danger.code, danger.due_on) not in before and danger.code not in QUESTIONS
        ]
    await tell(conn, found, today=today, now=now)


def _dangers(one: Watched, today: date) -> tuple[Danger, ...]:
    return dangers(one.row, one.known, one.burdens, today=today, within_days=0)
