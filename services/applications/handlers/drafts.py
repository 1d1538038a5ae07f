"""Drafts of applications: a bank's clerks save, change and throw away; old ones go by themselves."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from services.applications.queries.drafts import no_such_draft
from services.applications.tables import drafts
from services.applications.tables.drafts import Written
from shared.auth.identity import Identity
from shared.postgres.database import EVERYWHERE, Database
from shared.refusals import FieldFault, FieldsWrong, Refused


class DraftFiled(Refused):
    """A draft that became a case stays as it was filed."""

    code = "draft-filed"
    status = 409


async def add(
    conn: asyncpg.Connection, written: Written, *, by: Identity, now: datetime
) -> asyncpg.Record:
    """Keep a new draft. Raises FieldsWrong."""
    await _must_fit(conn, written)
    return await drafts.add_draft(conn, written, by=by, now=now)


async def save(
    conn: asyncpg.Connection,
    draft: asyncpg.Record,
    written: Written,
    *,
    by: Identity,
    now: datetime,
) -> asyncpg.Record:
    """Save a locked draft again, whoever of the bank began it. Raises FieldsWrong, DraftFiled."""
    must_be_open(draft)
    await _must_fit(conn, written)
    return await drafts.save_draft(conn, draft["id"], written, by=by, now=now)


async def locked(conn: asyncpg.Connection, draft_id: UUID, *, by: Identity) -> asyncpg.Record:
    """A draft of the clerk's bank, locked. Raises NotFound."""
    row = await drafts.locked_draft(conn, draft_id, bank_code=by.institution)
    if row is None:
        raise no_such_draft()
    return row


def must_be_open(draft: asyncpg.Record) -> None:
    """Raises DraftFiled for a draft that became a case."""
    if draft["application_id"] is not None:
        raise DraftFiled(
            "该草稿已提交为申请，请在该申请上办理",
            "This draft was filed; go on with the application that it became.",
            application_id=str(draft["application_id"]),
        )


async def prune(database: Database, now: Callable[[], datetime], *, kept_days: int) -> int:
    """Throw away drafts that nobody has touched for so many days; how many. A draft that became a
    case goes too: the case stays."""
    saved_before = now() - timedelta(days=kept_days)
    async with database.looking(EVERYWHERE) as conn:
        banks = await drafts.banks_with_drafts(conn)
    pruned = 0
    for bank_code in banks:
        # With the bank's own eyes: nobody else sees its drafts, the house neither.
        async with database.begin(bank_code) as conn:
            pruned += await drafts.prune_drafts(
                conn, bank_code=bank_code, saved_before=saved_before
            )
    return pruned


async def _must_fit(conn: asyncpg.Connection, written: Written) -> None:
    """The programme is one of a pool, and of the pool that is named."""
    pool_code = written.said.get("pool_code")
    programmes = await drafts.programmes_of_pools(conn, pool_code)
    if written.programme in programmes:
        return
    if pool_code is not None:
        raise FieldsWrong(
            [
                FieldFault(
                    ("application", "pool_code"),
                    "pool-of-another-programme",
                    "没有这个资金池，或该资金池不执行所选办法",
                    "There is no such pool, or it follows another programme.",
                )
            ]
        )
    raise FieldsWrong(
        [
            FieldFault(
                ("programme",),
                "programme-unknown",
                "没有资金池执行这个办法",
                "No pool follows this programme.",
            )
        ]
    )
