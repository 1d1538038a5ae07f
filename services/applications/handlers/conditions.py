"""Conditions of an approval: the bank says by what each is met, a reviewer confirms or refuses."""

from typing import Final, Literal

from services.applications.domain.approval import (
    CONDITIONS_ARE_MET_IN,
    ConditionConfirmed,
    ConditionsNotNow,
    NotAnswered,
)
from services.applications.domain.guards import no_conflict_of_interest
from services.applications.handlers.case_in_hand import CaseInHand
from services.applications.handlers.paper_references import refer_to
from services.applications.tables import conditions
from services.applications.tables.cases import about
from shared.contracts.case_work import ConditionChangedV1
from shared.life_cycle import Row, another_person_than
from shared.messaging import outbox
from shared.papers import PaperNamed
from shared.refusals import NotFound

_ANOTHER: Final = another_person_than("answered_by", zh="确认条件", en="confirming a condition")


async def answer(case: CaseInHand, no: int, *, text: str, paper: PaperNamed | None) -> None:
    """By what the condition is met. Raises NotFound, ConditionsNotNow, ConditionConfirmed,
    FieldsWrong."""
    row = await _condition(case, no)
    document_id = await refer_to(case, paper, place=f"condition:{case.row['id']}:{no}")
    await conditions.answer_condition(
        case.conn, row, text=text, document_id=document_id, by=case.caller, now=case.now
    )
    await _tell(case, row, "answered", text)


async def confirm(case: CaseInHand, no: int) -> None:
    """A reviewer finds it met. Raises as `answer`, NotAnswered, SecondPersonRequired."""
    row = await _answered(case, no)
    await conditions.confirm_condition(case.conn, row, by=case.caller, now=case.now)
    await _tell(case, row, "confirmed", "")


async def refuse(case: CaseInHand, no: int, *, reason: str) -> None:
    """A reviewer finds it not met by that. Raises as `confirm`."""
    row = await _answered(case, no)
    await conditions.refuse_condition(case.conn, row, reason=reason)
    await _tell(case, row, "refused", reason)


async def _condition(case: CaseInHand, no: int) -> Row:
    row: Row | None = await conditions.condition(case.conn, case.row["id"], no)
    if row is None:
        raise NotFound("没有这项条件", "There is no such condition.")
    if case.row["state"] not in CONDITIONS_ARE_MET_IN:
        raise ConditionsNotNow(
            "放款前条件在批准之后、放款之前办理",
            "Conditions are met between the approval and the disbursement.",
        )
    if row["confirmed_at"] is not None:
        raise ConditionConfirmed("该条件已确认", "The condition is confirmed.")
    return row


async def _answered(case: CaseInHand, no: int) -> Row:
    if refusal := no_conflict_of_interest(case.row, case.caller):
        raise refusal
    row = await _condition(case, no)
    if row["answered_at"] is None:
        raise NotAnswered("尚无人说明该条件如何满足", "Nobody has said by what it is met.")
    if refusal := _ANOTHER(row, case.caller):
        raise refusal
    return row


async def _tell(
    case: CaseInHand, row: Row, standing: Literal["answered", "confirmed", "refused"], said: str
) -> None:
    told = ConditionChangedV1(
        **about(case.row), condition_no=row["condition_no"], condition=row["text"],
        standing=standing, said=said,
    )  # fmt: skip
    await outbox.append(case.conn, [told], now=case.now)
