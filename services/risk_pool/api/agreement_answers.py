"""Agreements as they are answered: terms, plan, and the floor of lending with how far it is reached."""

from datetime import date, datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

import asyncpg
from pydantic import Field

from services.risk_pool.api.case_responses import Money, MoveAnswer, WaitingFor
from services.risk_pool.api.cases import presented
from services.risk_pool.api.papers import PaperShown
from services.risk_pool.domain.agreement import FEE_KINDS, LIFE_CYCLE, Purpose
from services.risk_pool.domain.minimum_lending import LendingFloor, days_of
from services.risk_pool.queries import agreements as known
from services.risk_pool.tables.stored_papers import of_cases
from shared.auth.identity import Identity
from shared.life_cycle import Row
from shared.money import Fen
from shared.postgres.database import seeing_everything
from shared.ratios import WHOLE_BP, percent
from shared.schemes.vocabulary import PARTIES


class FloorAnswer(Money):
    """Minimum lending: a floor, and how far the bank's lending has got. It is never overdrawn: what is
    lent beyond it is `beyond`."""

    per: str = Field(description="`year`: this calendar year. `term`: the whole agreement.")
    first_day: date
    last_day: date
    minimum_fen: Fen
    lent_fen: Fen = Field(description="In loans under the pool's cover, on these days.")
    is_reached: bool
    short_fen: Fen = Field(description="Still missing; nought once it is reached.")
    beyond_fen: Fen
    reached_bp: int = Field(description="Of the minimum, at most all of it: 10000.")


class PlannedAnswer(Money):
    """A part of what was agreed to be paid, and how much of it has been."""

    reference: str = Field(examples=["planned:DL-H-2026-0001:1"])
    amount_fen: Fen
    due_on: date
    settled_fen: Fen
    open_fen: Fen = Field(description="Nought where it is expected no longer.")
    is_overdue: bool
    dropped_by: str = Field(description="The later version by which it is expected no longer.")
    fee_kind: str = ""
    fee_zh: str = ""
    fee_en: str = ""


class AgreementAnswer(Money):
    """A version of an agreement."""

    id: UUID
    number: str = Field(examples=["DL-H-2026-0001"])
    pool_code: str
    party_code: str
    party_name: str
    party_role: str
    role_zh: str
    role_en: str
    purpose: Purpose
    edition: int | None = Field(description="None before it has come into force.")
    valid_from: date
    valid_to: date | None
    reference: str
    papers: list[PaperShown]
    note: str
    backdating_reason: str
    line_fen: Fen | None
    pool_share_fen: Fen | None
    lending_floor: FloorAnswer | None
    contribution_share: str | None = Field(examples=["60%"])
    top_up_below_fen: Fen | None
    contributions: list[PlannedAnswer]
    fees: list[PlannedAnswer]
    replaced_by: str | None
    state: str
    state_zh: str
    state_en: str
    version: int
    entered_by: str
    entered_name: str
    entered_at: datetime
    released_by: str | None
    released_name: str | None
    released_on: date | None
    pending_actions: list[str]
    waiting_for: WaitingFor | None


class AgreementDetail(AgreementAnswer):
    """The same, with every move that it has made."""

    history: list[MoveAnswer]


async def agreement_data(
    conn: asyncpg.Connection, rows: list[asyncpg.Record], caller: Identity, *, today: date
) -> list[dict[str, Any]]:
    """Versions as they are answered. What a caller sees of versions, it sees of their plans."""
    async with seeing_everything(conn):
        plans = await known.planned_of(conn, [row["id"] for row in rows])
    papers = await of_cases(conn, [row["id"] for row in rows])
    return [
        await _data(conn, row, plans.get(row["id"], []), caller, today=today)
        | {"papers": papers[row["id"]]}
        for row in rows
    ]


async def _data(
    conn: asyncpg.Connection,
    row: asyncpg.Record,
    plan: list[asyncpg.Record],
    caller: Identity,
    *,
    today: date,
) -> dict[str, Any]:
    role, share = PARTIES.get(row["party_role"]), row["contribution_share"]
    planned = [(one["direction"], planned_answer(one, today)) for one in plan]
    return {
        **presented(LIFE_CYCLE, row, caller),
        "pending_actions": LIFE_CYCLE.open_to(row, caller),
        "role_zh": role.zh if role else row["party_role"],
        "role_en": role.en if role else row["party_role"],
        "contribution_share": None if share is None else percent(Fraction(share)),
        "lending_floor": await _floor(conn, row, today),
        "contributions": [one for direction, one in planned if direction == "contribution"],
        "fees": [one for direction, one in planned if direction == "fee"],
    }


def planned_answer(row: Row, today: date) -> PlannedAnswer:
    """A part of a plan with what has come of it."""
    is_expected = row["since"] is not None and not row["dropped_by"]
    open_fen = 0 if row["dropped_by"] else row["amount_fen"] - row["settled_fen"]
    words = FEE_KINDS.get(row["fee_kind"])
    return PlannedAnswer(
        reference=row["reference"],
        amount_fen=row["amount_fen"],
        due_on=row["due_on"],
        settled_fen=row["settled_fen"],
        open_fen=open_fen,
        is_overdue=is_expected and open_fen > 0 and row["due_on"] < today,
        dropped_by=row["dropped_by"],
        fee_kind=row["fee_kind"],
        fee_zh=words.zh if words else "",
        fee_en=words.en if words else "",
    )


async def _floor(conn: asyncpg.Connection, row: Row, today: date) -> FloorAnswer | None:
    if row["minimum_lending_fen"] is None:
        return None
    first_day, last_day = days_of(
        row["minimum_per"], valid_from=row["valid_from"], valid_to=row["valid_to"], today=today
    )
    floor = LendingFloor(
        first_day=first_day,
        last_day=last_day,
        minimum_fen=row["minimum_lending_fen"],
        lent_fen=await known.lent_fen(
            conn, row["pool_code"], row["party_code"], first_day, last_day
        ),
    )
    return FloorAnswer(
        per=row["minimum_per"],
        first_day=first_day,
        last_day=last_day,
        minimum_fen=floor.minimum_fen,
        lent_fen=floor.lent_fen,
        is_reached=floor.is_reached,
        short_fen=floor.short_fen,
        beyond_fen=floor.beyond_fen,
        reached_bp=min(floor.lent_fen * WHOLE_BP // floor.minimum_fen, WHOLE_BP),
    )
