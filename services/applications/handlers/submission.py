"""A bank submits a case: check it by machine, keep it, and say so."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg
from fastapi.exceptions import RequestValidationError
from uuid6 import uuid7

from services.applications.api.requests import SubmissionBody
from services.applications.api.responses import FindingAnswer, SubmissionAnswer, shown_findings
from services.applications.api.submitted import as_case
from services.applications.domain.case import Case, Surroundings
from services.applications.domain.checks import findings
from services.applications.domain.life_cycle import (
    HOLDS_ITS_RIGHTS,
    Action,
    Role,
    State,
    find_move,
    next_state,
)
from services.applications.domain.programme import due_on, programme_findings
from services.applications.tables import submissions
from services.applications.tables.moves import Actor
from services.applications.tables.numbers import next_number
from shared.auth.identity import Identity
from shared.calendar import WorkingDays
from shared.clock import business_date
from shared.contracts.applications import (
    ApplicationAcceptedV1,
    ApplicationReturnedV1,
    ApplicationSubmittedV1,
    Reason,
)
from shared.contracts.envelope import Event
from shared.http.etags import etag
from shared.http.idempotency import Answer
from shared.messaging import outbox
from shared.postgres.database import Database
from shared.refusals import Refused
from shared.schemes.decide.findings import Finding


class BankUnknown(Refused):
    """The token's institution is not among the banks that may submit."""

    code = "bank-unknown"


class RightTakenMeanwhile(RuntimeError):
    """Another case took one of the rights after they were looked at; look again."""


def pool_unknown(pool_code: str) -> RequestValidationError:
    """A field error: there is no such pool."""
    return RequestValidationError(
        [
            {
                "type": "pool_unknown",
                "loc": ("body", "pool_code"),
                "msg": "no such pool",
                "input": pool_code,
                "ctx": {"zh": "没有这个资金池", "en": "There is no such pool."},
            }
        ],
        body={"pool_code": pool_code},
    )


async def number_for(database: Database, body: SubmissionBody, *, now: datetime) -> str:
    """The number of a new case. Raises RequestValidationError where there is no such pool."""
    number = await next_number(database, body.pool_code, business_date(now).year)
    if number is None:
        raise pool_unknown(body.pool_code)
    return number


async def submit(
    body: SubmissionBody,
    *,
    number: str,
    caller: Identity,
    conn: asyncpg.Connection,
    working_days: WorkingDays,
    now: datetime,
) -> Answer:
    """A new case: into the queue if nothing is against it, else back with every finding.

    Raises BankUnknown, RequestValidationError, RightTakenMeanwhile.
    """
    today = business_date(now)
    case, case_id = as_case(body), uuid7()
    known = await submissions.surroundings(
        conn, case, bank_code=caller.institution, except_case=case_id, today=today
    )
    if not known.bank_exists:
        raise BankUnknown(
            "贵机构尚未登记为合作银行", "Your institution is not registered as a bank."
        )
    if known.around is None:
        raise pool_unknown(body.pool_code)

    against = reasons_against(case, known.around, programme=known.programme)
    outcome = find_move(State.SUBMITTED, Action.RETURN if against else Action.ACCEPT)
    assert outcome is not None
    due = due_on(
        outcome.target,
        programme=known.programme,
        mode=body.mode,
        today=today,
        working_days=working_days,
    )
    events = said_of(
        case,
        case_id=case_id,
        number=number,
        bank_code=caller.institution,
        against=against,
        today=today,
    )

    held = await submissions.insert(
        conn,
        body,
        case,
        submissions.Standing(
            case_id=case_id,
            number=number,
            bank_code=caller.institution,
            programme=known.programme,
            state=outcome.target,
            action=outcome.action,
            holds_rights=outcome.target in HOLDS_ITS_RIGHTS,
            version=2,
            revision=1,
            due_on=due,
            findings=shown_findings(against),
            actor=Actor.of(caller, Role.BANK),
            first_action=Action.SUBMIT,
            first_source=None,
        ),
        now=now,
    )
    if not held:
        raise RightTakenMeanwhile(number)
    await outbox.append(conn, events, now=now)
    return _answer(201, case_id, number, outcome.target, against, version=2, revision=1,
                   now=now, due_on=due)  # fmt: skip


async def resubmit(
    case_id: UUID,
    row: asyncpg.Record,
    body: SubmissionBody,
    *,
    caller: Identity,
    conn: asyncpg.Connection,
    working_days: WorkingDays,
    now: datetime,
) -> Answer:
    """A returned case, mended: checked again as a whole. `row` is the locked case.

    Raises NotPossibleNow, NotYourDecision, RequestValidationError, RightTakenMeanwhile.
    """
    today = business_date(now)
    back = next_state(State(row["state"]), Action.RESUBMIT, caller.roles)
    if body.pool_code != row["pool_code"]:
        raise PoolFixed(
            "补正不能更换资金池，请撤回后重新申请",
            "A case cannot change its pool: withdraw it and submit another one.",
            pool_code=row["pool_code"],
        )
    case = as_case(body)
    known = await submissions.surroundings(
        conn, case, bank_code=row["bank_code"], except_case=case_id, today=today
    )
    assert known.around is not None

    against = reasons_against(case, known.around, programme=known.programme)
    outcome = find_move(back.target, Action.RETURN if against else Action.ACCEPT)
    assert outcome is not None
    due = due_on(
        outcome.target,
        programme=known.programme,
        mode=body.mode,
        today=today,
        working_days=working_days,
    )
    version, revision = row["version"] + 2, row["revision"] + 1
    events = said_of(
        case,
        case_id=case_id,
        number=row["number"],
        bank_code=row["bank_code"],
        against=against,
        today=today,
    )

    held = await submissions.replace(
        conn,
        body,
        case,
        submissions.Standing(
            case_id=case_id,
            number=row["number"],
            bank_code=row["bank_code"],
            programme=known.programme,
            state=outcome.target,
            action=outcome.action,
            holds_rights=outcome.target in HOLDS_ITS_RIGHTS,
            version=version,
            revision=revision,
            due_on=due,
            findings=shown_findings(against),
            actor=Actor.of(caller, Role.BANK),
            first_action=back.action,
            first_source=back.source,
        ),
        now=now,
    )
    if not held:
        raise RightTakenMeanwhile(row["number"])
    await outbox.append(conn, events, now=now)
    return _answer(200, case_id, row["number"], outcome.target, against, version=version,
                   revision=revision, now=now, due_on=due)  # fmt: skip


class PoolFixed(Refused):
    """The pool of a case is settled with its first submission; its number names it."""

    code = "pool-fixed"


def reasons_against(case: Case, around: Surroundings, *, programme: str) -> tuple[Finding, ...]:
    """What holds everywhere first, then what the programme asks for."""
    return (*findings(case, around), *programme_findings(case, programme, around))


def said_of(
    case: Case,
    *,
    case_id: UUID,
    number: str,
    bank_code: str,
    against: tuple[Finding, ...],
    today: date,
) -> tuple[Event, ...]:
    """The two events of a submission: that it came, and what the machine made of it."""
    about: dict[str, Any] = {
        "loan_id": case_id,
        "number": number,
        "bank_code": bank_code,
        "pool_code": case.pool_code,
        "borrower_uscc": case.borrower.uscc,
        "borrower_name": case.borrower.name,
    }
    submitted = ApplicationSubmittedV1(**about, amount_fen=case.amount_fen, submitted_on=today)
    if not against:
        return submitted, ApplicationAcceptedV1(**about, amount_fen=case.amount_fen)
    reasons = tuple(Reason(code=f.code, zh=f.zh, en=f.en, field=f.field) for f in against)
    return submitted, ApplicationReturnedV1(**about, reasons=reasons, by="machine")


def _answer(
    status: int,
    case_id: UUID,
    number: str,
    state: State,
    against: tuple[Finding, ...],
    *,
    version: int,
    revision: int,
    now: datetime,
    due_on: date | None,
) -> Answer:
    body = SubmissionAnswer(
        id=case_id,
        number=number,
        state=state,
        version=version,
        revision=revision,
        since=now,
        due_on=due_on,
        findings=[FindingAnswer.model_validate(one.as_data()) for one in against],
    )
    return Answer(
        status,
        body,
        {"ETag": etag(version), "Location": f"/api/v1/applications/{case_id}"},
    )
