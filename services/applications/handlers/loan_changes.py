"""Extensions and restructurings: asked for by the bank, decided by two persons."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.applications.domain.life_cycle import IS_SERVED
from services.applications.domain.loan_change import LIFE_CYCLE, Action, Change
from services.applications.domain.loan_change import change_faults as faults_of
from services.applications.domain.submission import SubmittedDocument
from services.applications.handlers.case_in_hand import CaseInHand, locked_case, terms_or_none
from services.applications.handlers.paper_references import stored_papers
from services.applications.tables import loan_changes, loans
from services.applications.tables.cases import about
from services.applications.tables.loan_changes import LOAN_CHANGES
from services.applications.tables.stored_papers import use
from shared.life_cycle import Row, Wait
from shared.refusals import FieldFault, FieldsWrong, NotFound, Refused
from shared.transitions import Step, Transition, apply_transition


class LoanNotServed(Refused):
    """Only a loan that is out, and not compensated, can end on another day."""

    code = "loan-not-served"


class ChangeUndecided(Refused):
    """Another change of the loan waits for a decision."""

    code = "change-undecided"


async def request(
    case: CaseInHand, change: Change, papers: Sequence[SubmittedDocument]
) -> Transition:
    """The bank asks for a new maturity. Raises FieldsWrong, LoanNotServed, ChangeUndecided."""
    found, not_stored = await stored_papers(
        case.conn, papers, bank_code=case.row["bank_code"], place="papers"
    )
    loan = await _must_be_possible(case, change, not_stored)
    first = LIFE_CYCLE.require(None, Action.REQUEST, case.caller)
    change_id = uuid7()
    change = replace(change, papers=tuple(_as_kept(one) for one in found))
    await use(
        case.conn, [one.document_id for one in found if one.document_id],
        bank_code=loan["bank_code"], place=f"loan_change:{change_id}", now=case.now,
    )  # fmt: skip
    due_on = LIFE_CYCLE.term(first.target, lambda wait: _due_on(case, wait))
    if not await loan_changes.add(
        case.conn, change_id, loan, change, state=first.target, due_on=due_on,
        by=case.caller.subject, now=case.now,
    ):  # fmt: skip
        raise ChangeUndecided(
            "该贷款已有一项变更等待决定", "Another change of the loan waits for a decision."
        )
    row = {"id": change_id, "bank_code": loan["bank_code"], "state": None, "version": 0}
    detail = {"kind": change.kind, "matures_on": str(change.matures_on)}
    return await _move(case, row, Action.REQUEST, reason=change.reason, detail=detail)


async def in_hand(
    conn: asyncpg.Connection, change_id: UUID, *, today: date
) -> tuple[asyncpg.Record, Row]:
    """A change and its case, both locked, the case first. Raises NotFound."""
    loan_id = await loan_changes.loan_of(conn, change_id)
    if loan_id is None:
        raise NotFound("没有这项变更", "There is no such change.")
    case = await locked_case(conn, loan_id, today=today)
    change = await loan_changes.locked(conn, change_id)
    assert change is not None, "a change stays"
    return case, change


async def recommend(case: CaseInHand, row: Row, *, opinion: str) -> Transition:
    """The first pair of eyes."""
    changes = {"recommended_by": case.caller.subject}
    return await _move(case, row, Action.RECOMMEND, reason=opinion, changes=changes)


async def refuse(case: CaseInHand, row: Row, *, opinion: str) -> Transition:
    """The second pair of eyes says no: the loan ends when it did."""
    changes = {"decided_by": case.caller.subject, "decided_on": case.today}
    return await _move(case, row, Action.REFUSE, reason=opinion, changes=changes)


async def approve(case: CaseInHand, row: Row, *, opinion: str) -> Transition:
    """The second pair of eyes says yes: the loan ends later from today on.

    The programme's tenor and the rights' ends are asked again. Raises as `request`.
    """
    LIFE_CYCLE.require(row, Action.APPROVE, case.caller)
    change = Change(
        kind=row["kind"], matures_on=row["matures_on"], reason=row["reason"], plan=row["plan"],
        papers=tuple(row["papers"]),
    )  # fmt: skip
    await _must_be_possible(case, change)
    await loan_changes.move_maturity(
        case.conn, row["loan_id"], matures_on=change.matures_on, decided_on=case.today
    )
    return await _move(
        case,
        row,
        Action.APPROVE,
        reason=opinion,
        changes={"decided_by": case.caller.subject, "decided_on": case.today},
        facts={
            **about(case.row),
            "kind": change.kind,
            "matured_on": row["matured_on"],
            "matures_on": change.matures_on,
            "decided_on": case.today,
            "reason": change.reason,
        },
    )


def _as_kept(paper: SubmittedDocument) -> dict[str, str]:
    return {
        "kind": paper.kind,
        "document": str(paper.document_id),
        "sha256": paper.sha256.hex(),
        "filename": paper.filename,
    }


async def _must_be_possible(
    case: CaseInHand, change: Change, not_stored: Sequence[FieldFault] = ()
) -> Row:
    """The loan as it stands, with nothing against the change."""
    row = case.row
    if row["state"] not in IS_SERVED:
        raise LoanNotServed(
            "只有未结清、未补偿的贷款可以展期或重组",
            "Only a loan that is out and not compensated can be extended.",
            state=row["state"],
        )
    loan: Row
    (loan,) = await loans.standing(case.conn, [row["id"]])
    rights = await loans.rights_of(case.conn, row["id"], row["revision"])
    terms = await terms_or_none(case.conn, row["programme"], row["mode"], row["approved_on"])
    faults = faults_of(
        change,
        disbursed_on=loan["disbursed_on"],
        matured_on=loan["matures_on"],
        longest_months=None if terms is None else terms.tenor_months,
        first_right_ends_on=min(right["expires_on"] for right in rights),
    )
    if faults := (*faults, *not_stored):
        raise FieldsWrong(faults)
    return loan


def _due_on(case: CaseInHand, wait: Wait) -> date | None:
    days = wait.working_days
    return None if days is None else case.working_days.add(case.today, days)


async def _move(
    case: CaseInHand, row: Row, action: Action, *, reason: str,
    detail: Mapping[str, Any] = {}, changes: Mapping[str, Any] = {}, facts: Mapping[str, Any] = {},
) -> Transition:  # fmt: skip
    step = Step(
        case=row,
        action=action,
        by=case.caller,
        reason=reason,
        detail=detail,
        changes=changes,
        facts=facts,
        term=lambda wait: _due_on(case, wait),
    )
    return await apply_transition(case.conn, LOAN_CHANGES, step, now=case.now)
