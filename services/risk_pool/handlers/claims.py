"""What is done with a claim before it is decided: filed by a bank and checked, reviewed, refused.

Each function loads, decides by the rules, and records; the transaction is the caller's.
"""

from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.risk_pool.domain import coverage
from services.risk_pool.domain.claim import LIFE_CYCLE, Action
from services.risk_pool.domain.claim_checks import (
    Filed,
    Loan,
    Position,
    check_deadline,
    check_loan,
    check_position,
    entitled_on,
    months_non_performing,
)
from services.risk_pool.domain.time_limits import term_of
from services.risk_pool.handlers.claim_details import detail_columns, require_costs_not_counted
from services.risk_pool.handlers.step_context import StepContext
from services.risk_pool.queries import claims as known
from services.risk_pool.tables import claims
from services.risk_pool.tables.ledger import LockedPool, lock_pool
from services.risk_pool.tables.numbers import next_number
from shared.life_cycle import Row
from shared.postgres.published_schemes import terms_on
from shared.refusals import NotFound, Refused
from shared.schemes.decide.deadlines import deadline
from shared.schemes.decide.findings import Finding
from shared.schemes.decide.trigger import TriggerFacts, check_trigger
from shared.schemes.terms import Terms
from shared.transitions import Step, apply_transition


class ClaimNotAdmissible(Refused):
    """The machine's check of a claim found something; everything it found is in `findings`."""

    code = "claim-not-admissible"
    status = 422


class AlreadyClaimed(Refused):
    """A loan has one claim. Told beside everything else that the check found."""

    code = "already-claimed"


async def terms_of(conn: asyncpg.Connection, claim: Row) -> Terms:
    """The terms that bind the loan: those of its approval day."""
    return await terms_on(conn, claim["programme"], claim["terms_on"], claim["mode"])


async def submit(
    conn: asyncpg.Connection, loan_id: UUID, filed: Filed, context: StepContext
) -> UUID:
    """File a claim, if the machine finds nothing against it.

    Raises NotFound for a loan that the caller's bank has no coverage of, FieldsWrong,
    CostAlreadyCounted, AlreadyClaimed, ClaimNotAdmissible with every finding at once.
    """
    pool = await lock_pool(conn, await _pool_of(conn, loan_id))
    loan = await known.loan(conn, loan_id)
    positions = await known.positions_of(conn, loan_id)
    claimed_already = await known.live_claim_number(conn, loan_id)
    terms = await terms_on(conn, loan["programme"], loan["approved_on"], loan["mode"])
    move = LIFE_CYCLE.require(None, Action.SUBMIT, context.by)
    details = detail_columns(filed.details, terms, context, stated_costs_fen=filed.costs_fen)
    checked = _Check(filed=filed, terms=terms, positions=positions, context=context)
    cover = Loan(
        covered=loan["state"] in coverage.IN_COVER,
        disbursed_on=loan["disbursed_on"],
        live_claim_number=claimed_already,
    )
    if found := checked.findings(cover):
        raise _refusal(found, claimed_already)
    await require_costs_not_counted(conn, loan_id, filed.details)

    term = term_of(terms, context.today, context.working_days)
    claim_id = uuid7()
    claim = {
        **_of_loan(loan),
        "id": claim_id,
        "number": await next_number(conn, pool.code, series="C", year=context.today.year),
        "scheme_version": terms.version,
        "state": move.target,
        "state_since": context.now,
        "due_on": LIFE_CYCLE.term(move.target, term),
        "filed_at": context.now,
        "claimed_on": filed.claimed_on,
        "outstanding_principal_fen": filed.outstanding_principal_fen,
        "interest_arrears_fen": filed.interest_arrears_fen,
        "penalty_interest_fen": filed.penalty_interest_fen,
        **details,
        "facts": _stored_facts(filed),
        "documents": list(filed.documents),
        "precheck": checked.as_data(),
    }
    await claims.insert(conn, claim)
    step = Step(
        case={**claim, "state": None, "version": 0},
        action=Action.SUBMIT,
        by=context.by,
        term=term,
        facts={
            "outstanding_principal_fen": filed.outstanding_principal_fen,
            "submitted_on": context.today,
        },
    )
    await apply_transition(conn, claims.CASES, step, now=context.now)
    return claim_id


async def _pool_of(conn: asyncpg.Connection, loan_id: UUID) -> str:
    pool_code = await known.pool_of_loan(conn, loan_id)
    if pool_code is None:
        raise NotFound("没有该贷款", "There is no such loan.")
    return pool_code


def _of_loan(loan: Row) -> dict[str, Any]:
    """What a claim takes over from the loan that is claimed for."""
    same = (
        "pool_code", "bank_code", "loan_id", "borrower_uscc", "borrower_name", "programme", "mode",
        "ip_share_bp", "ip_amount_fen",
    )  # fmt: skip
    return {
        **{name: loan[name] for name in same},
        "loan_number": loan["number"],
        "loan_amount_fen": loan["amount_fen"],
        "terms_on": loan["approved_on"],
    }


@dataclass(frozen=True, kw_only=True)
class _Check:
    """The machine's check of a claim, and what is kept of it."""

    filed: Filed
    terms: Terms
    positions: list[Position]
    context: StepContext

    @property
    def months(self) -> int:
        return months_non_performing(self.positions)

    @property
    def entitled(self) -> date | None:
        return entitled_on(self.filed, self.terms.trigger, self.positions)

    @property
    def last_day(self) -> date | None:
        if self.entitled is None or "claim" not in self.terms.deadlines:
            return None
        return deadline("claim", self.entitled, self.terms, self.context.working_days)

    def findings(self, loan: Loan) -> list[Finding]:
        """Everything that stands against the claim."""
        filed, terms = self.filed, self.terms
        late = check_deadline(filed, entitled=self.entitled, last_day=self.last_day)
        return [
            *check_loan(filed, loan, today=self.context.today),
            *check_position(filed, self.positions[-1] if self.positions else None),
            *check_trigger(_trigger_facts(filed, self.months), terms),
            *(replace(one, source=terms.source("deadlines")) for one in late),
        ]

    def as_data(self) -> dict[str, Any]:
        """What was looked at, for a claim that nothing stands against."""
        entitled, last_day = self.entitled, self.last_day
        return {
            "checked_at": self.context.now.isoformat(),
            "position_month": self.positions[-1].month,
            "months_non_performing": self.months,
            "entitled_on": entitled.isoformat() if entitled else None,
            "last_day": last_day.isoformat() if last_day else None,
            "scheme_version": self.terms.version,
            "claim_documents": list(self.terms.claim_documents),
            "trigger_source": self.terms.source("trigger"),
        }


def _trigger_facts(filed: Filed, months: int) -> TriggerFacts:
    return TriggerFacts(
        risk_class=filed.risk_class,
        overdue_days=filed.overdue_days,
        months_non_performing=months,
        lawsuit_accepted=filed.lawsuit_accepted_on is not None,
        called_early=filed.called_early_on is not None,
        loss_confirmed=filed.loss_confirmed_on is not None,
        written_off=filed.written_off_on is not None,
        enforcement_ended=filed.enforcement_ended_on is not None,
        guarantor_has_paid=filed.guarantor_paid_on is not None,
        insurer_notified=filed.insurer_notified_on is not None,
        compensated_elsewhere=filed.compensated_elsewhere,
        documents=frozenset(document["kind"] for document in filed.documents),
    )


def _stored_facts(filed: Filed) -> dict[str, Any]:
    dates = {
        one.name: value.isoformat()
        for one in fields(Filed)
        if one.name != "claimed_on" and isinstance(value := getattr(filed, one.name), date)
    }
    return {
        "overdue_days": filed.overdue_days,
        "risk_class": filed.risk_class,
        "compensated_elsewhere": filed.compensated_elsewhere,
        **dates,
    }


def _refusal(found: list[Finding], claimed_already: str) -> Refused:
    kind = AlreadyClaimed if claimed_already else ClaimNotAdmissible
    return kind(
        "该申请不符合补偿条件：" + "；".join(one.zh.rstrip("。") for one in found) + "。",
        "The claim cannot be taken: " + " ".join(one.en for one in found),
        findings=[one.as_data() for one in found],
    )


async def locked(
    conn: asyncpg.Connection, claim_id: UUID, action: Action, context: StepContext
) -> tuple[LockedPool, asyncpg.Record]:
    """Hold the pool and the claim, and see whether the table lets the caller do this.

    Raises NotFound, what `LifeCycle.require` raises, and what the check of the version raises.
    """
    pool_code = await claims.pool_of(conn, claim_id)
    if pool_code is None:
        raise NotFound("没有该补偿申请", "There is no such claim.")
    pool = await lock_pool(conn, pool_code)
    claim = await claims.lock(conn, claim_id)
    LIFE_CYCLE.require(claim, action, context.by)
    context.check_version(claim["version"])
    return pool, claim


async def review(
    conn: asyncpg.Connection, claim_id: UUID, context: StepContext, *, opinion: str
) -> None:
    """The first person recommends."""
    _, claim = await locked(conn, claim_id, Action.REVIEW, context)
    step = Step(
        case=claim,
        action=Action.REVIEW,
        by=context.by,
        reason=opinion,
        changes={"reviewed_by": context.by.subject},
        term=term_of(await terms_of(conn, claim), context.today, context.working_days),
    )
    await apply_transition(conn, claims.CASES, step, now=context.now)


async def refuse(
    conn: asyncpg.Connection, claim_id: UUID, context: StepContext, *, reason: str
) -> None:
    """A claim that is not compensated; the bank may mend it and file anew."""
    _, claim = await locked(conn, claim_id, Action.REFUSE, context)
    step = Step(
        case=claim, action=Action.REFUSE, by=context.by, reason=reason, facts={"reason": reason}
    )
    await apply_transition(conn, claims.CASES, step, now=context.now)
