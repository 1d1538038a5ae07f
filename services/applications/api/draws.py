"""Draws of a loan that is paid out in parts: told, taken back, and read."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import ConfigDict, Field, StringConstraints
from starlette.requests import Request
from starlette.responses import Response

from services.applications.api import examples, presenters
from services.applications.api.common import (
    Anyone,
    BankOperator,
    move,
    on_case,
    unmoved,
)
from services.applications.api.requests import ListsChecked, ReasonBody, as_lists
from services.applications.api.responses import DrawAnswer, MovedAnswer
from services.applications.api.right_requests import Day
from services.applications.domain.draws import Draw
from services.applications.domain.life_cycle import LIFE_CYCLE, Action
from services.applications.handlers import drawing
from services.applications.handlers.case_in_hand import CaseInHand
from services.applications.queries import loans
from shared.auth.identity import Identity
from shared.http.context import CurrentContext
from shared.http.idempotency import Answer
from shared.http.pages import Page
from shared.http.part_in import part_in
from shared.http.requests import RequestBody, ShortText
from shared.money import MONEY_NAMES, RequestFen

router = APIRouter(tags=["loans"])

Drawer = Annotated[Identity, part_in(LIFE_CYCLE, Action.DRAW)]
Undoer = Annotated[Identity, part_in(LIFE_CYCLE, Action.UNDO_DRAW)]
DrawNo = Annotated[int, Path(ge=2, le=10_000, description="The disbursement is draw 1.")]


class DrawBody(RequestBody):
    """A further part of the loan was paid out."""

    model_config = ConfigDict(**MONEY_NAMES, json_schema_extra={"examples": [examples.DRAW]})

    amount_fen: RequestFen
    drawn_on: Day
    reference: Annotated[ShortText, StringConstraints(max_length=64)] = Field(
        description="The bank's voucher; it stands for one draw."
    )
    lists_checked: ListsChecked = Field(
        default_factory=list,
        description="The lists of dishonest or abnormal firms that were looked at again, between "
        "the disbursement and the draw.",
    )
    not_a_double: bool = Field(
        default=False,
        description="A draw of the same day and amount is there, and this is another one.",
    )

    def as_draw(self) -> Draw:
        """The draw."""
        return Draw(**vars(self) | {"lists_checked": as_lists(self.lists_checked)})


@router.post("/loans/{loan_id}/draws", response_model=MovedAnswer)
async def draw(
    loan_id: UUID, body: DrawBody, request: Request, caller: Drawer, context: CurrentContext
) -> Response:
    """A further part of the loan was paid out, of what its disbursement left to be drawn: what is
    held for it becomes exposure. The rules are asked again as at the disbursement."""
    step = partial(drawing.draw, asked=body.as_draw())
    return await move(request, caller, context, loan_id, step, keeps_forever=True)


@router.get("/loans/{loan_id}/draws")
async def list_draws(loan_id: UUID, caller: Anyone, context: CurrentContext) -> Page[DrawAnswer]:
    """Everything that was paid out of a loan, the disbursement first; also what was taken back."""
    async with context.database.reading(caller.institution) as session:
        loan, case = await loans.loan(session, loan_id)
        rows = await loans.draws_of(session, loan_id)
    return Page(items=presenters.draws(loan, case, rows), next_cursor=None)


@router.post("/loans/{loan_id}/draws/{draw_no}/undo/request", response_model=MovedAnswer)
async def ask_to_undo_draw(
    loan_id: UUID, draw_no: DrawNo, body: ReasonBody, request: Request, caller: BankOperator,
    context: CurrentContext,
) -> Response:  # fmt: skip
    """A draw was told by mistake, or bounced: ask for it to be undone. A bank_checker or a reviewer
    confirms; until then it stays."""

    async def work(case: CaseInHand) -> Answer:
        await drawing.ask_to_undo(case, draw_no, reason=body.reason)
        return unmoved(case)

    return await on_case(request, caller, context, loan_id, work)


@router.post("/loans/{loan_id}/draws/{draw_no}/undo", response_model=MovedAnswer)
async def undo_draw(
    loan_id: UUID, draw_no: DrawNo, request: Request, caller: Undoer, context: CurrentContext
) -> Response:
    """Confirm, as another person than who asked, that a draw was never paid out: it may be drawn
    again until the last day for draws."""
    step = partial(drawing.undo, draw_no=draw_no)
    return await move(request, caller, context, loan_id, step, keeps_forever=True)
