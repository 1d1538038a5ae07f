"""A bank submits a case, or submits it again: check it by machine, keep it, and say so."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final

import asyncpg
from uuid6 import uuid7

from services.applications.domain import ranks
from services.applications.domain.checks import findings
from services.applications.domain.life_cycle import LIFE_CYCLE, Action
from services.applications.domain.revisions import Difference, as_said, differences
from services.applications.domain.stated import witnessed
from services.applications.domain.submission import Submission, Surroundings
from services.applications.handlers.case_in_hand import CaseInHand
from services.applications.handlers.judging import (
    Judged,
    Measures,
    Papers,
    by_the_programme,
    judge,
    terms_of,
)
from services.applications.handlers.paper_references import stored_papers
from services.applications.queries.submitted import submitted
from services.applications.queries.surroundings import surroundings
from services.applications.tables.cases import APPLICATIONS, free_rights
from services.applications.tables.numbers import next_number
from services.applications.tables.paper_verdicts import verdicts_of
from services.applications.tables.renewals import hold_renewed
from services.applications.tables.revisions import keep_superseded
from services.applications.tables.submissions import FiledCase, keep
from shared.auth.identity import Identity
from shared.calendar import WorkingDays
from shared.clock import business_date
from shared.contracts.applications import Reason
from shared.contracts.envelope import Event
from shared.life_cycle import SYSTEM, Row
from shared.postgres.database import Database
from shared.postgres.published_schemes import scheme_on
from shared.refusals import FieldFault, FieldsWrong, Refused
from shared.schemes.decide.findings import Finding
from shared.schemes.stated import as_facts
from shared.transitions import Step, Transition, checked, events_of, tell_and_keep_waits


class BankUnknown(Refused):
    """The token's institution is not among the banks that may submit."""

    code = "bank-unknown"


class PoolFixed(Refused):
    """The pool of a case is settled with its first submission; its number names it."""

    code = "pool-fixed"


class NothingAmended(Refused):
    """A revision says something else than the one before it."""

    code = "nothing-amended"
    status = 422


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


async def submit(
    case: CaseInHand, submission: Submission, *, action: Action = Action.SUBMIT
) -> FiledCase:
    """Into the queue if nothing is against it, else back with every finding.

    A case that comes again, mended or amended, is checked again, as a whole; what it said before is
    kept. Raises what the life cycle refuses, BankUnknown, PoolFixed, FieldsWrong, NothingAmended,
    RightTakenMeanwhile.
    """
    LIFE_CYCLE.require(case.row, action, case.caller)
    _must_keep_its_pool(case, submission)
    if submission.renews is not None:
        await hold_renewed(case.conn, submission.renews, bank_code=case.row["bank_code"])
    judged = await judged_alone(case.conn, submission, case.row, today=case.today)
    changed: Sequence[Difference] = ()
    if action is not Action.SUBMIT:
        changed = await _superseded(case, judged.submission, action)
    filed, told = file_case(case, judged, action=action, changed=changed)
    if not await keep(case.conn, filed):
        raise RightTakenMeanwhile(filed.number)
    moves = [one for _, one in filed.moves]
    await tell_and_keep_waits(case.conn, APPLICATIONS, moves, told, now=case.now)
    return filed


async def judged_alone(
    conn: asyncpg.Connection, submission: Submission, case: Row, *, today: date
) -> Judged:
    """One submission of a case, judged. Raises BankUnknown, FieldsWrong."""
    bank_code = case["bank_code"]
    known = await surroundings(
        conn, submission, bank_code=bank_code, except_case=case["id"], today=today
    )
    if not known.bank_exists:
        raise bank_unknown()
    if known.around is None:
        raise FieldsWrong([POOL_UNKNOWN])
    measures = await measures_on(conn, known.programme, today)
    found, not_stored = await stored_papers(
        conn, submission.documents, bank_code=bank_code, place="documents"
    )
    # Of a case that begins nobody has said anything.
    verdicts = () if case["state"] is None else await verdicts_of(conn, case["id"])
    papers = Papers(found=found, not_stored=not_stored, verdicts=verdicts)
    return judge(submission, known.around, papers, measures, programme=known.programme)


async def _superseded(
    case: CaseInHand, submission: Submission, action: Action
) -> Sequence[Difference]:
    """Keep what a case said until now, let its rights go, and say what is not as it was."""
    said = as_said(await submitted(case.conn, case.row))
    changed = differences(said, as_said(submission))
    if action is Action.AMEND and not changed:
        raise NothingAmended(
            "与现有申请相同，没有需要修改的内容",
            "This is what the application says already: there is nothing to amend.",
        )
    await keep_superseded(case.conn, case.row, said)
    # Those it still has are taken again with the others, in the statement that keeps the case.
    await free_rights(case.conn, [case.row["id"]], now=case.now)
    return changed


def file_case(
    case: CaseInHand, judged: Judged, *, action: Action = Action.SUBMIT,
    changed: Sequence[Difference] = (),
) -> tuple[FiledCase, list[Event]]:  # fmt: skip
    """The case with the bank's move and the machine's, and what they tell; nothing is written."""
    by_bank = _by_bank(case, judged.submission, action, changed)
    handed_in = checked(APPLICATIONS, by_bank)
    by_machine = _by_machine(case, judged, handed_in)
    steps, done = (by_bank, by_machine), (handed_in, checked(APPLICATIONS, by_machine))
    filed = FiledCase(
        submission=judged.submission,
        id=case.row["id"],
        number=case.row["number"],
        bank_code=case.row["bank_code"],
        programme=judged.programme,
        revision=case.row["revision"] + 1,
        reasons=judged.against,
        submitted_by=case.caller.subject,
        submitted_at=case.now,
        stated_facts=witnessed(
            as_facts(judged.submission.attributes),
            judged.terms,
            at="approval",
            on=case.today,
            by=case.caller,
            now=case.now,
        ),
        moves=tuple(zip(steps, done, strict=True)),
        ranks=ranks.ranks_of(judged.submission, judged.around),
    )
    return filed, events_of(APPLICATIONS, steps, done)


def bank_unknown() -> BankUnknown:
    """The refusal."""
    return BankUnknown("贵机构尚未登记为合作银行", "Your institution is not registered as a bank.")


async def measures_on(conn: asyncpg.Connection, programme: str, today: date) -> Measures:
    """The programme's version of the day, or why there is none."""
    try:
        return await scheme_on(conn, programme, today)
    except Refused as refusal:
        return refusal


async def reasons_against(
    conn: asyncpg.Connection, submission: Submission, around: Surroundings, *, programme: str
) -> tuple[Finding, ...]:
    """What holds everywhere first, then what the programme asks for."""
    measures = await measures_on(conn, programme, around.today)
    around = ranks.seen_under(around, terms_of(measures, submission.mode, around.today))
    return (
        *findings(submission, around),
        *by_the_programme(submission, around, measures, programme=programme),
    )


def _must_keep_its_pool(case: CaseInHand, submission: Submission) -> None:
    pool_code = case.row["pool_code"]
    if submission.pool_code != pool_code:
        raise PoolFixed(
            "补正不能更换资金池，请撤回后重新申请",
            "A case cannot change its pool: withdraw it and submit another one.",
            pool_code=pool_code,
        )


def _by_bank(
    case: CaseInHand, submission: Submission, action: Action, changed: Sequence[Difference]
) -> Step:
    """The bank hands the case in: for the first time, mended, or amended."""
    facts: dict[str, Any] = {"amount_fen": submission.amount_fen, "submitted_on": case.today}
    if action is Action.AMEND:
        facts["revision"] = case.row["revision"] + 1
        facts["changed"] = tuple(one.field for one in changed)
    return Step(
        case=_as_submitted(case.row, submission), action=action, by=case.caller, facts=facts
    )


def _by_machine(case: CaseInHand, judged: Judged, handed_in: Transition) -> Step:
    """What the checks make of it at once."""
    against = judged.against
    handed_in_case = _as_submitted(case.row, judged.submission) | {
        "state": handed_in.state,
        "version": handed_in.version,
    }
    reasons = tuple(Reason(code=f.code, zh=f.zh, en=f.en, field=f.field) for f in against)
    return Step(
        case=handed_in_case,
        action=Action.RETURN if against else Action.ACCEPT,
        by=SYSTEM,
        detail={"findings": [finding.code for finding in against]},
        facts={"reasons": reasons, "by": "machine"}
        if against
        else {"amount_fen": judged.submission.amount_fen},
        # From the new revision on: what the bureau has to look at is not what it was.
        term=replace(case, row=handed_in_case).term_by(judged.terms),
    )


def _as_submitted(row: Any, submission: Submission) -> dict[str, Any]:
    """The case as its events tell it: with the firm as it is described now."""
    firm = submission.borrower
    return {**dict(row), "borrower_uscc": firm.uscc, "borrower_name": firm.name}
