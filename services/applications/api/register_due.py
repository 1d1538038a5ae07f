"""Due days of the registers: what is still to be entered, the late ones first."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from services.applications.api.rights import Reader
from services.applications.domain.register_due import Duty, register_due
from services.applications.queries import pledge_files
from services.applications.queries import register_due as reads
from shared.calendar import WorkingDays
from shared.clock import business_date
from shared.http.context import CurrentContext
from shared.http.pages import Page

router = APIRouter(tags=["pledges"])


class RegisterDueAnswer(BaseModel):
    """One thing that a register has still to enter, and by when."""

    duty: Duty = Field(description="register the pledge, extend it, change it, or cancel it.")
    case_id: UUID
    case_number: str
    bank_code: str
    pool_code: str
    borrower_uscc: str
    borrower_name: str
    loan_no: str | None
    collateral_no: int
    right_kind: str
    right_number: str
    right_name: str
    pledge_id: UUID | None
    registration_no: str | None
    since: date = Field(
        description="Capacity reserved, contract (else disbursement), longer maturity, the day of the "
        "first word of a new name, debt gone."
    )
    name_before: str | None = Field(description="Of a change: the pledgor's name on the case.")
    name_after: str | None = Field(description="And as it is said since.")
    due_on: date
    lamp: Literal["red", "yellow", "green", "none"]
    working_days_left: int = Field(description="Below 0: late.")
    term_zh: str = Field(examples=["5 个工作日（网上 2 个）"])
    term_en: str
    source: str = Field(description="Whose term it is; empty where the reservation's end counts.")
    is_assumed: bool = Field(
        description="No rule says by when to apply: the register's own time is counted."
    )


@router.get("/applications/{case_id}/register-due")
async def read_due_of_case(
    case_id: UUID, caller: Reader, context: CurrentContext
) -> Page[RegisterDueAnswer]:
    """The same of one case, by collateral."""
    today = business_date(context.clock.now())
    async with context.database.looking(caller.institution) as conn:
        await pledge_files.case(conn, case_id)
        rows = await reads.of_case(conn, case_id)
    return Page(items=[answer(row, today, context.working_days) for row in rows])


def answer(row: Any, today: date, working_days: WorkingDays) -> RegisterDueAnswer:
    """A duty as it is kept, in words, with what is left of its term."""
    due = register_due(row, today=today, working_days=working_days)
    return RegisterDueAnswer(
        **{
            name: row[name]
            for name in (
                "case_number", "bank_code", "pool_code", "borrower_uscc", "borrower_name",
                "loan_no", "collateral_no", "right_number", "right_name", "pledge_id",
                "registration_no", "name_before", "name_after",
            )
        },
        case_id=row["application_id"],
        right_kind=row["kind"],
        duty=due.duty,
        since=due.since,
        due_on=due.due_on,
        lamp=due.lamp,  # type: ignore[arg-type]
        working_days_left=due.working_days_left,
        term_zh=due.term.zh,
        term_en=due.term.en,
        source=due.source,
        is_assumed=not row["is_fixed"],
    )  # fmt: skip
