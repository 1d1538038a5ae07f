"""What is done with a claim: filed by a bank and checked, reviewed, decided by a second person,
paid. Each function loads, decides by the rules, and records; the transaction is the caller's.
"""

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.risk_pool.cases import VersionCheck, due_on, next_state, require_another, role_for
from services.risk_pool.domain.claim import (
    LIFE_CYCLE,
    Action,
    Filed,
    Loan,
    State,
    check_deadline,
    check_loan,
    check_position,
    entitled_on,
    months_non_performing,
)
from services.risk_pool.tables import claims
from services.risk_pool.tables.ledger import LockedPool, lock_pool
from services.risk_pool.tables.numbers import next_number
from shared.auth.identity import Identity
from shared.clock import business_date
from shared.contracts.risk_pool import (
    ClaimRefusedV1,
    ClaimReviewedV1,
    ClaimSubmittedV1,
)
from shared.messaging import outbox
from shared.refusals import NotFound, Refused
from shared.schemes import library
from shared.schemes.decide.deadlines import CountsWorkingDays, deadline
from shared.schemes.decide.findings import Finding
from shared.schemes.decide.trigger import TriggerFacts, check_trigger
from shared.schemes.terms import Terms


class ClaimNotAdmissible(Refused):
    """The machine's check of a claim found something; everything it found is in `findings`."""

    code = "claim-not-admissible"
    status = 422


class AlreadyClaimed(Refused):
    """A loan has one claim. Told beside everything else that the check found."""

    code = "already-claimed"


def terms_of(claim: asyncpg.Record) -> Terms:
    """The terms that bind the loan: those of its approval day."""
    return library.load(claim["programme"]).terms(claim["terms_on"], claim["mode"])


async def submit(
    conn: asyncpg.Connection,
    *,
    loan_id: UUID,
    filed: Filed,
    interest_arrears_fen: int,
    penalty_interest_fen: int,
    costs_fen: int,
    compensated_elsewhere: bool,
    documents: list[dict[str, Any]],
    caller: Identity,
    now: datetime,
    working_days: CountsWorkingDays,
) -> UUID:
    """File a claim, if the machine finds nothing against it.

    Raises NotFound for a loan that the caller's bank has no coverage of, AlreadyClaimed,
    ClaimNotAdmissible with every finding at once.
    """
    pool_code = await conn.fetchval("select pool_code from coverages where loan_id = $1", loan_id)
    if pool_code is None:
        raise NotFound("没有该贷款", "There is no such loan.")
    pool = await lock_pool(conn, pool_code)
    loan = await conn.fetchrow("select * from coverages where loan_id = $1", loan_id)
    positions = await claims.positions_of(conn, loan_id)
    claimed_already = await claims.live_claim_number(conn, loan_id)
    terms = library.load(loan["programme"]).terms(loan["approved_on"], loan["mode"])

    today = business_date(now)
    months = months_non_performing(positions)
    entitled = entitled_on(filed, terms.trigger, positions)
    last_day = (
        deadline("claim", entitled, terms, working_days)
        if entitled is not None and "claim" in terms.deadlines
        else None
    )
    cover = Loan(
        covered=loan["state"] == "active",
        disbursed_on=loan["disbursed_on"],
        live_claim_number=claimed_already,
    )
    found = [
        *check_loan(filed, cover, today=today),
        *check_position(filed, positions[-1] if positions else None),
        *check_trigger(_trigger_facts(filed, months, compensated_elsewhere, documents), terms),
        *(
            replace(one, source=terms.source("deadlines"))
            for one in check_deadline(filed, entitled=entitled, last_day=last_day)
        ),
    ]
    if found:
        raise _refusal(found, claimed_already)

    claim_id = uuid7()
    number = await next_number(conn, pool.code, series="C", year=today.year)
    precheck = {
        "checked_at": now.isoformat(),
        "position_month": positions[-1].month,
        "months_non_performing": months,
        "entitled_on": entitled.isoformat() if entitled else None,
        "last_day": last_day.isoformat() if last_day else None,
        "scheme_version": terms.version,
        "claim_documents": list(terms.claim_documents),
        "trigger_source": terms.source("trigger"),
    }
    await conn.execute(
        """insert into claims (id, number, pool_code, bank_code, loan_id, loan_number,
               borrower_uscc, borrower_name, programme, mode, scheme_version, terms_on, state,
               state_since, due_on, claimed_on, filed_at, outstanding_principal_fen,
               interest_arrears_fen, penalty_interest_fen, costs_fen, ip_share_bp, facts,
               documents, precheck)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'submitted', $13, $14, $15,
                   $13, $16, $17, $18, $19, $20, $21, $22, $23)""",
        claim_id,
        number,
        pool.code,
        loan["bank_code"],
        loan_id,
        loan["number"],
        loan["borrower_uscc"],
        loan["borrower_name"],
        loan["programme"],
        loan["mode"],
        terms.version,
        loan["approved_on"],
        now,
        due_on(LIFE_CYCLE, State.SUBMITTED, today, terms, working_days),
        filed.claimed_on,
        filed.outstanding_principal_fen,
        interest_arrears_fen,
        penalty_interest_fen,
        costs_fen,
        loan["ip_share_bp"],
        _facts_kept(filed, compensated_elsewhere),
        documents,
        precheck,
    )
    await claims.remember_move(
        conn,
        kind="claim",
        case_id=claim_id,
        bank_code=loan["bank_code"],
        source=None,
        target=State.SUBMITTED,
        action=Action.SUBMIT,
        reason="",
        caller=caller,
        role="bank_operator",
        now=now,
    )
    claim = await conn.fetchrow("select * from claims where id = $1", claim_id)
    event = ClaimSubmittedV1(
        **about(claim),
        outstanding_principal_fen=filed.outstanding_principal_fen,
        submitted_on=today,
    )
    await outbox.append(conn, (event,), now=now)
    return claim_id


def _trigger_facts(
    filed: Filed, months: int, compensated_elsewhere: bool, documents: list[dict[str, Any]]
) -> TriggerFacts:
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
        compensated_elsewhere=compensated_elsewhere,
        documents=frozenset(document["kind"] for document in documents),
    )


def _facts_kept(filed: Filed, compensated_elsewhere: bool) -> dict[str, Any]:
    dates = {
        name: value.isoformat()
        for name in Filed.__slots__
        if name.endswith("_on") and name != "claimed_on"
        and isinstance(value := getattr(filed, name), date)
    }  # fmt: skip
    return {
        "overdue_days": filed.overdue_days,
        "risk_class": filed.risk_class,
        "compensated_elsewhere": compensated_elsewhere,
        **dates,
    }


def _refusal(found: list[Finding], claimed_already: str) -> Refused:
    kind = AlreadyClaimed if claimed_already else ClaimNotAdmissible
    return kind(
        "该申请不符合补偿条件：" + "；".join(one.zh.rstrip("。") for one in found) + "。",
        "The claim cannot be taken: " + " ".join(one.en for one in found),
        findings=[one.as_data() for one in found],
    )


async def held(
    conn: asyncpg.Connection,
    claim_id: UUID,
    action: Action,
    caller: Identity,
    check_version: VersionCheck,
) -> tuple[LockedPool, asyncpg.Record, str]:
    """Hold the pool and the claim, and see whether the table lets the caller do this."""
    pool_code = await conn.fetchval("select pool_code from claims where id = $1", claim_id)
    if pool_code is None:
        raise NotFound("没有该补偿申请", "There is no such claim.")
    pool = await lock_pool(conn, pool_code)
    claim = await claims.lock_claim(conn, claim_id)
    assert claim is not None
    target = next_state(LIFE_CYCLE, claim["state"], action, caller)
    check_version(claim["version"])
    return pool, claim, target


async def review(
    conn: asyncpg.Connection,
    claim_id: UUID,
    *,
    opinion: str,
    caller: Identity,
    now: datetime,
    working_days: CountsWorkingDays,
    check_version: VersionCheck,
) -> None:
    """The first person recommends."""
    _, claim, target = await held(conn, claim_id, Action.REVIEW, caller, check_version)
    due = due_on(LIFE_CYCLE, target, business_date(now), terms_of(claim), working_days)
    await conn.execute(
        """update claims set state = $2, state_since = $3, due_on = $4, reviewed_by = $5,
                  version = version + 1 where id = $1""",
        claim_id,
        target,
        now,
        due,
        caller.subject,
    )
    await remember_move(conn, claim, target, Action.REVIEW, opinion, caller, now)
    await outbox.append(conn, (ClaimReviewedV1(**about(claim)),), now=now)


async def refuse(
    conn: asyncpg.Connection,
    claim_id: UUID,
    *,
    reason: str,
    caller: Identity,
    now: datetime,
    check_version: VersionCheck,
) -> None:
    """A claim that is not compensated; the bank may mend it and file anew."""
    _, claim, target = await held(conn, claim_id, Action.REFUSE, caller, check_version)
    if claim["state"] == State.REVIEWED:
        require_another(caller, claim["reviewed_by"], zh="审批", en="the decision")
    await conn.execute(
        """update claims set state = $2, state_since = $3, due_on = null, version = version + 1
           where id = $1""",
        claim_id,
        target,
        now,
    )
    await remember_move(conn, claim, target, Action.REFUSE, reason, caller, now)
    await outbox.append(conn, (ClaimRefusedV1(**about(claim), reason=reason),), now=now)


def about(claim: asyncpg.Record) -> dict[str, Any]:
    """What every event of a claim says of it."""
    return {
        "pool_code": claim["pool_code"],
        "loan_id": claim["loan_id"],
        "number": claim["loan_number"],
        "bank_code": claim["bank_code"],
        "borrower_name": claim["borrower_name"],
        "claim_id": claim["id"],
        "claim_number": claim["number"],
    }


async def remember_move(
    conn: asyncpg.Connection,
    claim: asyncpg.Record,
    target: str,
    action: Action,
    reason: str,
    caller: Identity,
    now: datetime,
) -> None:
    role = role_for(LIFE_CYCLE, claim["state"], action, caller)
    await claims.remember_move(
        conn,
        kind="claim",
        case_id=claim["id"],
        bank_code=claim["bank_code"],
        source=claim["state"],
        target=target,
        action=action,
        reason=reason,
        caller=caller,
        role=role,
        now=now,
    )
