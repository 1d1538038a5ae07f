"""Open items over HTTP: what is owed between a pool and its parties, how old it is, and by when it
is due. A bank sees its own."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from services.risk_pool.api.case_responses import Money
from services.risk_pool.api.cases import Anyone
from services.risk_pool.api.roles import require_pool
from services.risk_pool.domain.open_items import Direction, OpenItem
from services.risk_pool.queries import open_items as known
from services.risk_pool.queries.parties import party_names
from shared.clock import business_date
from shared.http.context import CurrentContext
from shared.http.pages import Page
from shared.money import Fen
from shared.postgres.database import seeing_everything
from shared.sides import Reader, reader_of, side_words

router = APIRouter(tags=["cash"])


class DueAgainAnswer(Money):
    """What was disputed and not upheld, and by when it is to be paid."""

    amount_fen: Fen
    due_on: date


class OpenItemAnswer(Money):
    """What is owed, and how much of it is still open; `direction` is seen from the pool, `zh` and
    `en` from the side of whoever asks."""

    reference: str = Field(examples=["settlement:dongli:2026-03:ICBC"])
    direction: Direction = Field(
        description="`receivable`: the party owes the pool. `payable`: the pool owes the party. "
        "`set_aside`: the pool moves it into the escrow account that the party keeps; it stays the "
        "pool's own. `contribution`, `fee`: an agreement plans it; nothing of it is booked before it "
        "is paid."
    )
    zh: str = Field(examples=["应付资金池"])
    en: str = Field(examples=["To pay to the pool"])
    party_code: str
    party_name: str
    amount_fen: Fen
    settled_fen: Fen = Field(description="By released cash entries.")
    entered_fen: Fen = Field(description="Entered, and not released yet.")
    taken_off_fen: Fen = Field(
        description="By decisions that upheld a dispute of one of its lines."
    )
    open_fen: Fen = Field(description="Not settled and not taken off.")
    disputed_fen: Fen = Field(
        description="What of that waits apart: a line of the statement is in dispute."
    )
    due_fen: Fen = Field(
        description="What is to be paid. due + disputed + settled + taken_off = amount."
    )
    overdue_fen: Fen
    since: date
    due_on: date | None
    due_again: list[DueAgainAnswer] = Field(
        description="What was disputed and not upheld has a day of its own."
    )
    age_days: int = Field(description="Since it came to be owed.")
    is_overdue: bool


@router.get("/pools/{code}/open-items")
async def list_open_items(
    code: str,
    caller: Anyone,
    context: CurrentContext,
    party: Annotated[str | None, Query(max_length=40)] = None,
    overdue: bool | None = None,
) -> Page[OpenItemAnswer]:
    """What is not settled in full, the earliest due first."""
    today = business_date(context.clock.now())
    own = caller.bank
    async with context.database.looking(caller.institution) as conn:
        await require_pool(conn, code)
        # Cash entries are the bureau's own; of a bank's items only what was settled is told.
        async with seeing_everything(conn):
            items = await known.of_pool(conn, code, party=own or party)
            names = await party_names(conn, code)
    reader = reader_of(own is None)
    answers = [
        shown(one, names, reader, today) for one in items if not (own and party and party != own)
    ]
    return Page(items=[one for one in answers if overdue is None or one.is_overdue == overdue])


_INTO_ESCROW = {
    "party": ("待转入贵方保证金账户", "To be moved into the escrow account that you keep"),
    "pool": ("待转入保证金账户", "To be moved into escrow"),
}
"""Neither side owes it: the pool's own money changes its place."""

_PLANNED = {
    "contribution": {
        "party": ("约定出资，应缴入资金池", "Contribution as agreed: to pay to the pool"),
        "pool": ("约定出资，待到账", "Contribution as agreed: to come"),
    },
    "fee": {
        "party": ("约定费用，应收资金池", "Fee as agreed: to receive from the pool"),
        "pool": ("约定费用，应付该方", "Fee as agreed: to pay to the party"),
    },
}


def _said(item: OpenItem, reader: Reader) -> tuple[str, str]:
    if item.direction == "set_aside":
        return _INTO_ESCROW[reader]
    if item.direction in _PLANNED:
        return _PLANNED[item.direction][reader]
    pool_pays = item.direction == "payable"
    return side_words(reader, "pays" if pool_pays == (reader == "pool") else "receives")


def shown(item: OpenItem, names: Mapping[str, str], reader: Reader, today: date) -> OpenItemAnswer:
    """An item as it is answered, from the reader's side."""
    zh, en = _said(item, reader)
    return OpenItemAnswer(
        reference=item.reference,
        direction=item.direction,
        zh=zh,
        en=en,
        party_code=item.party_code,
        party_name=names.get(item.party_code, item.party_code),
        amount_fen=item.amount_fen,
        settled_fen=item.settled_fen,
        entered_fen=item.entered_fen,
        taken_off_fen=item.taken_off_fen,
        open_fen=item.open_fen,
        disputed_fen=item.disputed_fen,
        due_fen=item.due_fen,
        overdue_fen=item.overdue_fen(today),
        since=item.since,
        due_on=item.due_on,
        due_again=[
            DueAgainAnswer(amount_fen=one.amount_fen, due_on=one.due_on) for one in item.due_again
        ],
        age_days=item.age(today),
        is_overdue=item.is_overdue(today),
    )
