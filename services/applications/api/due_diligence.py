"""Due-diligence reports (尽职调查): entered with their paper, and found by case, right or firm."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import asyncpg
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from services.applications.api.right_requests import Day
from services.applications.api.rights import Keeper
from services.applications.domain.due_diligence import MOST_RIGHTS, Report, Subject
from services.applications.handlers import due_diligence as handler
from shared.http.context import CurrentContext
from shared.http.idempotency import Answer, idempotently
from shared.http.named_papers import NamedPaper
from shared.http.requests import LongText, ShortText
from shared.identifiers import Uscc

router = APIRouter(tags=["due diligence"])

_EXAMPLE: dict[str, Any] = {
    "document": "0199f0c2-7c1e-7b3a-9c55-3f0d5a1e8c10",
    "subject": "firm",
    "firm_uscc": "91440400192548256N",
    "author": "天津某律师事务所",
    "written_on": "2026-02-20",
    "valid_until": "2026-08-20",
    "conclusion": "未发现影响质权设立的事项",
}


class ReportBody(NamedPaper):
    """A report: about one right, a firm, or a package of rights; attached to a case where it was
    made for one. Its paper is a stored one of yours."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    subject: Subject
    case: UUID | None = Field(None, description="The case that it is attached to.")
    firm_uscc: Uscc | None = None
    rights: Annotated[list[UUID], Field(max_length=MOST_RIGHTS)] = Field(
        default_factory=list, description="Rights of the register, by their `id`."
    )
    author: ShortText
    written_on: Day
    valid_until: Day | None = Field(
        None, description="The last day on which it holds; left out, no day is stated."
    )
    conclusion: LongText

    def as_report(self) -> Report:
        """What is kept."""
        return Report(
            subject=self.subject,
            author=self.author,
            written_on=self.written_on,
            valid_until=self.valid_until,
            conclusion=self.conclusion,
            firm_uscc=self.firm_uscc,
            right_ids=self.rights,
            case_id=self.case,
        )


class EnteredReport(BaseModel):
    """The report that was kept."""

    id: UUID


class ReportedRight(BaseModel):
    """A right that a report is about."""

    id: UUID
    kind: str
    number: str
    nice_class: int


class ReportShown(BaseModel):
    """A report; its paper is read as any stored one."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    subject: Subject
    bank_code: str
    case_id: UUID | None
    case_number: str | None
    firm_uscc: str | None
    rights: list[ReportedRight]
    author: str
    written_on: date
    valid_until: date | None
    is_over: bool = Field(description="Its last day is over.")
    conclusion: str
    document_id: UUID
    entered_name: str
    entered_at: datetime


@router.post("/due-diligence-reports", status_code=201, response_model=EnteredReport)
async def enter_report(
    body: ReportBody, request: Request, caller: Keeper, context: CurrentContext
) -> Response:
    """Enter a report. On the list of papers of the case that it is attached to it stands as a paper
    of its own kind: one whose last day is over is asked for anew."""

    async def work(conn: asyncpg.Connection) -> Answer:
        report_id = await handler.enter(
            conn, body.as_report(), body.named(()), by=caller, now=context.clock.now()
        )
        return Answer(201, EnteredReport(id=report_id))

    return await idempotently(request, caller, context.database, work)


def shown(
    row: Mapping[str, Any], rights: Mapping[UUID, Mapping[str, Any]], *, today: date
) -> ReportShown:
    """A report as it is answered; `rights` are those that it names, by id."""
    return ReportShown(
        **dict(row),
        case_id=row["application_id"],
        rights=[ReportedRight(**dict(rights[one])) for one in row["right_ids"]],
        is_over=row["valid_until"] is not None and row["valid_until"] < today,
    )
