"""What is said of entries of the register, and that their firms' banks and the pool hear of them."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.applications.domain.life_cycle import IS_LOAN
from services.applications.domain.listed_firms import Verdict
from services.applications.queries import listed_firms as reads
from services.applications.tables import listed_firms
from shared.auth.identity import Identity
from shared.clock import business_date
from shared.contracts.listed_firms import FirmClearedV1, FirmListedV1
from shared.messaging import outbox
from shared.postgres.database import seeing_everything
from shared.refusals import NotFound, Refused
from shared.schemes.vocabulary import CREDIT_LISTS


class MatchIsExact(Refused):
    """An entry with the firm's credit code is the firm's; nobody rules it out."""

    code = "match-is-exact"


async def say_of_match(
    conn: asyncpg.Connection,
    entry_id: UUID,
    *,
    borrower_uscc: str,
    verdict: Verdict,
    reason: str,
    by: Identity,
    now: datetime,
) -> None:
    """A person finds that an entry by name alone is this firm, or another one of the same name; the
    last word counts. Raises NotFound, MatchIsExact."""
    row = await listed_firms.locked(conn, entry_id)
    if row is None:
        raise absent()
    if row["uscc"] is not None:
        raise MatchIsExact(
            "该条目有统一社会信用代码，无需确认；列入有误的，请申请信用修复（异议）",
            "The entry has a credit code and needs no word; if it is wrong, ask for its repair.",
        )
    if not await reads.bears_its_name(conn, row["name_canonical"], borrower_uscc):
        raise NotFound("没有这项比对", "There is no such match.")
    await listed_firms.say(
        conn, uuid7(), entry_id=entry_id, borrower_uscc=borrower_uscc, verdict=verdict,
        reason=reason, by=by, now=now,
    )  # fmt: skip
    if verdict == "same_firm":
        await tell_listed(conn, [entry_id], now=now)
    else:
        await tell_cleared(conn, [entry_id], firm=borrower_uscc, now=now)


async def tell_listed(
    conn: asyncpg.Connection, entry_ids: Collection[UUID], *, now: datetime
) -> None:
    """Tell every bank that has a case of an entry's firm, once, whatever its scheme makes of it; of
    one that has ended already, how it ended as well."""
    if not entry_ids:
        return
    # Banks of every pool are told, whatever pools the person belongs to.
    async with seeing_everything(conn):
        rows = await listed_firms.to_tell(conn, entry_ids, live=sorted(IS_LOAN), now=now)
    told = [FirmListedV1(**_entry(row), live_loans=tuple(row["live_loans"])) for row in rows]
    gone = [_cleared(row, row["why_ended"], row["ended_on"]) for row in rows if row["ended_on"]]
    await outbox.append(conn, [*told, *gone], now=now)


async def tell_cleared(
    conn: asyncpg.Connection, entry_ids: Collection[UUID], *, firm: str | None = None, now: datetime
) -> None:
    """Tell whoever was told of these entries that they ended; with `firm`, that they never were that
    firm's."""
    if not entry_ids:
        return
    async with seeing_everything(conn):
        rows = await listed_firms.no_more(conn, entry_ids, firm=firm, live=sorted(IS_LOAN), now=now)
    today = business_date(now)
    told = [
        _cleared(row, "ruled_out", today)
        if firm is not None
        else _cleared(row, row["why_ended"], row["ended_on"])
        for row in rows
    ]
    await outbox.append(conn, told, now=now)


def _entry(row: Any) -> dict[str, Any]:
    words = CREDIT_LISTS[row["list_name"]]
    names = ("entry_id", "bank_code", "borrower_uscc", "borrower_name", "list_name", "listed_on",
             "list_date", "source")  # fmt: skip
    return {name: row[name] for name in names} | {"list_zh": words.zh, "list_en": words.en}


def _cleared(row: Any, why: Any, ended_on: Any) -> FirmClearedV1:
    return FirmClearedV1(**_entry(row), why=why, ended_on=ended_on)


def absent() -> NotFound:
    """For an entry that there is not, or that is no business of the caller's bank."""
    return NotFound("没有这条记录", "There is no such entry.")
