"""Credit repairs: how they are kept and locked."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from services.applications.domain.credit_repair import LIFE_CYCLE
from shared.life_cycle import Row
from shared.postgres.database import EVERYWHERE
from shared.schemes.vocabulary import CREDIT_LISTS
from shared.transitions import CaseTable
from shared.waits.declared import CasesWait


def _about(repair: Row) -> Mapping[str, Any]:
    """What every event of a repair says of it and of its entry."""
    words = CREDIT_LISTS[repair["list_name"]]
    return {
        "repair_id": repair["id"],
        **{name: repair[name] for name in ("entry_id", "borrower_uscc", "borrower_name")},
        **{name: repair[name] for name in ("list_name", "ground")},
        "bank_code": "" if repair["bank_code"] == EVERYWHERE else repair["bank_code"],
        "list_zh": words.zh,
        "list_en": words.en,
    }


CREDIT_REPAIRS: Final = CaseTable(
    life_cycle=LIFE_CYCLE,
    kind="credit_repair",
    table="credit_repairs",
    columns={"recommended_by": "text", "decided_by": "text", "decided_on": "date"},
    about=_about,
    waits=CasesWait(
        topic="applications",
        number="k.borrower_name",
        pool="''",
        firm="k.borrower_name",
        page="'/register/repairs/' || k.id",
    ),
)


async def add(
    conn: asyncpg.Connection, repair: Mapping[str, Any], *, state: str, due_on: date | None,
    now: datetime,
) -> None:  # fmt: skip
    """Keep what was asked for. Collides with `credit_repairs_open` where another is undecided."""
    await conn.execute(
        """insert into credit_repairs
               (id, entry_id, bank_code, borrower_uscc, borrower_name, ground, reason, document_id,
                requested_by, state, version, state_since, due_on)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1, $11, $12)""",
        *(repair[name] for name in (
            "id", "entry_id", "bank_code", "borrower_uscc", "borrower_name", "ground", "reason",
            "document_id", "requested_by")),
        state, now, due_on,
    )  # fmt: skip


async def entry_of(conn: asyncpg.Connection, repair_id: UUID) -> UUID | None:
    """The entry that a repair is of; it is locked before the repair is."""
    found: UUID | None = await conn.fetchval(
        "select entry_id from credit_repairs where id = $1", repair_id
    )
    return found


async def locked(conn: asyncpg.Connection, repair_id: UUID) -> asyncpg.Record:
    """A repair with the list of its entry, its row locked."""
    return await conn.fetchrow(
        """select r.*, e.list_name from credit_repairs as r
           join listed_firms as e on e.id = r.entry_id where r.id = $1 for update of r""",
        repair_id,
    )
