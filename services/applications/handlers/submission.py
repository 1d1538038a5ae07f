"""A bank submits a case, or submits it again: check it by machine, keep it, and say so."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final

import asyncpg
from uuid6 import uuid7

from services.applications.domain.checks import findings
from services.applications.domain.life_cycle import Action
from services.applications.domain.programme import no_terms, programme_findings
from services.applications.domain.stated import ip_amount_faults, read_stated, witnessed
from services.applications.domain.submission import Submission, Surroundings
from services.applications.handlers.case_in_hand import CaseInHand
from services.applications.handlers.paper_checklist import against_papers
from services.applications.handlers.paper_references import stored_papers
from services.applications.queries.surroundings import surroundings
from services.applications.tables.cases import APPLICATIONS
from services.applications.tables.numbers import next_number
from services.applications.tables.submissions import FiledCase, keep
from shared.auth.identity import Identity
from shared.calendar import WorkingDays
from shared.clock import business_date
from shared.contracts.applications import Reason
from shared.life_cycle import SYSTEM
from shared.messaging import outbox
from shared.postgres.database import Database
from shared.postgres.published_schemes import scheme_on, terms_on
from shared.refusals import FieldFault, FieldsWrong, Refused
from shared.schemes.decide.findings import Finding
from shared.schemes.stated import as_facts
from shared.schemes.terms import Terms
from shared.transitions import Step, Transition, checked, events_of


class BankUnknown(Refused):
    """The token's institution is not among the banks that may submit."""

    code = "bank-unknown"


class PoolFixed(Refused):
    """The pool of a case is settled with its first submission; its number names it."""

    code = "pool-fixed"


class RightTakenMeanwhile(RuntimeError):
    """Another case took one of the rights after they were looked at; look again."""


POOL_UNKNOWN: Final = FieldFault(
    ("pool_code",), "pool-unknown", "没有这个资金池", "There is no such pool."
)


async def number_for(database: Database, pool_code: str, *, now: datetime) -> str:
    """The number of a new case. Raises FieldsWrong where there is no such pool."""
    number = await next_number(database, pool_code, business_date(now).year)
    if number is None:
        raise FieldsWrong([POOL_UNKNOWN])
    return number


def new_case(
    submission: Submission,
    *,
    number: str,
    conn: asyncpg.Connection,
    caller: Identity,
    working_days: WorkingDays,
    now: datetime,
) -> CaseInHand:
    """A case that begins with this submission."""
    row = {
        "id": uuid7(),
        "number": number,
        "bank_code": caller.institution,
        "pool_code": submission.pool_code,
        "state": None,
        "version": 0,
        "revision": 0,
    }
    return CaseInHand(row=row, conn=conn, caller=caller, working_days=working_days, now=now)


async def submit(case: CaseInHand, submission: Submission) -> FiledCase:
    """Into the queue if nothing is against it, else back with every finding.

    A returned case that comes again is checked again, as a whole. Raises what the life cycle
    refuses, BankUnknown, PoolFixed, FieldsWrong, RightTakenMeanwhile.
    """
    by_bank = _by_bank(case, submission)
    handed_in = checked(APPLICATIONS, by_bank)
    _must_keep_its_pool(case, submission)
    row = case.row
    known = await surroundings(
        case.conn, submission, bank_code=row["bank_code"], except_case=row["id"], today=case.today
    )
    if not known.bank_exists:
        raise BankUnknown(
            "贵机构尚未登记为合作银行", "Your institution is not registered as a bank."
        )
    if known.around is None:
        raise FieldsWrong([POOL_UNKNOWN])

    terms = await _terms(case.conn, known.programme, case.today, submission.mode)
    papers, not_stored = await stored_papers(
        case.conn, submission.documents, bank_code=row["bank_code"], place="documents"
    )
    submission = _typed(replace(submission, documents=papers), terms, not_stored)
    against = (
        *await reasons_against(case.conn, submission, known.around, programme=known.programme),
        *await against_papers(case.conn, row, submission.documents, today=case.today),
    )
    by_machine = await _by_machine(case, submission, by_bank, handed_in, against, known.programme)
    steps, done = (by_bank, by_machine), (handed_in, checked(APPLICATIONS, by_machine))
    filed = FiledCase(
        submission=submission,
        id=row["id"],
        number=row["number"],
        bank_code=row["bank_code"],
        programme=known.programme,
        revision=row["revision"] + 1,
        reasons=against,
        submitted_by=case.caller.subject,
        submitted_at=case.now,
        stated_facts=witnessed(
            as_facts(submission.attributes),
            terms,
            at="approval",
            on=case.today,
            by=case.caller,
            now=case.now,
        ),
        moves=tuple(zip(steps, done, strict=True)),
    )

    if not await keep(case.conn, filed):
        raise RightTakenMeanwhile(filed.number)
    await outbox.append(case.conn, events_of(APPLICATIONS, steps, done), now=case.now)
    return filed


async def reasons_against(
    conn: asyncpg.Connection, submission: Submission, around: Surroundings, *, programme: str
) -> tuple[Finding, ...]:
    """What holds everywhere first, then what the programme asks for."""
    everywhere = findings(submission, around)
    try:
        scheme = await scheme_on(conn, programme, around.today)
    except Refused as refusal:
        finding = no_terms(refusal, submission, programme=programme, today=around.today)
        return (*everywhere, finding)
    return (*everywhere, *programme_findings(submission, scheme, around))


async def _terms(conn: asyncpg.Connection, programme: str, today: date, mode: str) -> Terms | None:
    """The terms that would bind the loan today; None where there are none, which is a finding."""
    try:
        return await terms_on(conn, programme, today, mode)
    except Refused:
        return None


def _typed(
    submission: Submission, terms: Terms | None, not_stored: tuple[FieldFault, ...]
) -> Submission:
    """The submission with its facts as they are kept. Raises FieldsWrong, with its papers that are
    not stored."""
    kept, wrong = read_stated(submission.attributes, terms)
    if faults := (*ip_amount_faults(submission), *wrong, *not_stored):
        raise FieldsWrong(faults)
    return replace(submission, attributes=kept)


def _must_keep_its_pool(case: CaseInHand, submission: Submission) -> None:
    pool_code = case.row["pool_code"]
    if submission.pool_code != pool_code:
        raise PoolFixed(
            "补正不能更换资金池，请撤回后重新申请",
            "A case cannot change its pool: withdraw it and submit another one.",
            pool_code=pool_code,
        )


def _by_bank(case: CaseInHand, submission: Submission) -> Step:
    """The bank hands the case in, for the first time or mended."""
    action = Action.SUBMIT if case.row["state"] is None else Action.RESUBMIT
    return Step(
        case=_as_submitted(case.row, submission),
        action=action,
        by=case.caller,
        facts={"amount_fen": submission.amount_fen, "submitted_on": case.today},
    )


async def _by_machine(
    case: CaseInHand,
    submission: Submission,
    by_bank: Step,
    handed_in: Transition,
    against: tuple[Finding, ...],
    programme: str,
) -> Step:
    """What the checks make of it at once."""
    reasons = tuple(Reason(code=f.code, zh=f.zh, en=f.en, field=f.field) for f in against)
    return Step(
        case={**by_bank.case, "state": handed_in.state, "version": handed_in.version},  # type: ignore[dict-item]
        action=Action.RETURN if against else Action.ACCEPT,
        by=SYSTEM,
        detail={"findings": [finding.code for finding in against]},
        facts={"reasons": reasons, "by": "machine"}
        if against
        else {"amount_fen": submission.amount_fen},
        term=await case.term(submission.mode, programme),
    )


def _as_submitted(row: Any, submission: Submission) -> dict[str, Any]:
    """The case as its events tell it: with the firm as it is described now."""
    firm = submission.borrower
    return {**dict(row), "borrower_uscc": firm.uscc, "borrower_name": firm.name}
