"""What is done with a claim: filed by a bank and checked, reviewed, decided by a second person,
paid. Each function loads, decides by the rules, and records; the transaction is the caller's.
"""

from dataclasses import replace
from datetime import date, datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.risk_pool import breakers, claim_rows, coverages
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
from services.risk_pool.domain.ledger import (
    CASH,
    CLAIMS,
    Transfer,
    payable_to,
    receivable_from,
)
from services.risk_pool.domain.settlement import CLAIM_APPROVED, CLAIM_PAID, CLAIM_SHARED
from services.risk_pool.ledger import LockedPool, balances, book, lock_pool, store_explanation
from services.risk_pool.numbers import next_number
from shared.clock import business_date
from shared.contracts.risk_pool import (
    ClaimApprovedV1,
    ClaimPaidV1,
    ClaimRefusedV1,
    ClaimReviewedV1,
    ClaimSubmittedV1,
    Share,
)
from shared.identity import Identity
from shared.messaging import outbox
from shared.money import format_fen, group_fen, parse_fen
from shared.problems import NotFound, Refused
from shared.schemes import library
from shared.schemes.claims import ClaimFacts, Cost
from shared.schemes.deadlines import CountsWorkingDays, deadline
from shared.schemes.findings import Finding
from shared.schemes.loss import ClaimDecision, split_loss
from shared.schemes.terms import Terms
from shared.schemes.trigger import TriggerFacts, check_trigger


class ClaimNotAdmissible(Refused):
    """The machine's check of a claim found something; everything it found is in `findings`."""

    code = "claim-not-admissible"
    status = 422


class AlreadyClaimed(Refused):
    """A loan has one claim. Told beside everything else that the check found."""

    code = "already-claimed"


class CashShort(Refused):
    """The dedicated account does not hold what is to be paid."""

    code = "cash-short"


class PaidBeforeApproval(Refused):
    """A day of payment that lies before the approval or in the future."""

    code = "paid-on-impossible"
    status = 422


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
    positions = await claim_rows.positions_of(conn, loan_id)
    claimed_already = await claim_rows.live_claim_number(conn, loan_id)
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
    await _remember(conn, claim_id, loan["bank_code"], None, State.SUBMITTED, Action.SUBMIT, "",
                    caller, "bank_operator", now)  # fmt: skip
    claim = await conn.fetchrow("select * from claims where id = $1", claim_id)
    event = ClaimSubmittedV1(
        **_about(claim),
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


async def _move(
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
    claim = await claim_rows.lock_claim(conn, claim_id)
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
    _, claim, target = await _move(conn, claim_id, Action.REVIEW, caller, check_version)
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
    await _remember_move(conn, claim, target, Action.REVIEW, opinion, caller, now)
    await outbox.append(conn, (ClaimReviewedV1(**_about(claim)),), now=now)


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
    _, claim, target = await _move(conn, claim_id, Action.REFUSE, caller, check_version)
    if claim["state"] == State.REVIEWED:
        require_another(caller, claim["reviewed_by"], zh="审批", en="the decision")
    await conn.execute(
        """update claims set state = $2, state_since = $3, due_on = null, version = version + 1
           where id = $1""",
        claim_id,
        target,
        now,
    )
    await _remember_move(conn, claim, target, Action.REFUSE, reason, caller, now)
    await outbox.append(conn, (ClaimRefusedV1(**_about(claim), reason=reason),), now=now)


async def approve(
    conn: asyncpg.Connection,
    claim_id: UUID,
    *,
    opinion: str,
    caller: Identity,
    now: datetime,
    working_days: CountsWorkingDays,
    check_version: VersionCheck,
) -> None:
    """The second person decides: the loss is split by the loan's own terms, and booked.

    Raises SecondPersonRequired, and what the engine refuses.
    """
    pool, claim, target = await _move(conn, claim_id, Action.APPROVE, caller, check_version)
    require_another(caller, claim["reviewed_by"], zh="审批", en="the decision")
    terms = terms_of(claim)
    counters = await claim_rows.counters(conn, claim, terms)
    codes = await claim_rows.party_codes(conn, claim)
    balance_fen = await claim_rows.borrower_balance_fen(conn, claim)
    loan = await conn.fetchrow(
        """select attributes, is_first_loan, is_multi_ip_type, amount_fen from coverages
           where loan_id = $1""",
        claim["loan_id"],
    )

    decision = split_loss(_claim_facts(claim, loan, balance_fen), terms, counters)
    day = pool.open_day(business_date(now))
    shares = [
        Share(party=party, party_code=codes.get(party, party), amount_fen=fen)
        for party, fen in decision.shares.items()
    ]
    path = _money_path(decision, codes)
    caps_bound = tuple(limit.code for limit in decision.binding)

    explanation_id = await store_explanation(
        conn,
        pool.code,
        "claim",
        decision.as_data(),
        {
            "reviewed_by": claim["reviewed_by"],
            "approved_by": caller.subject,
            "approved_by_name": caller.name,
            "opinion": opinion,
        },
        now,
        bank_code=claim["bank_code"],
    )
    transfers = _approval_transfers(claim, path, day, explanation_id)
    released = await coverages.release_for_claim(
        conn,
        pool,
        claim["loan_id"],
        day=day,
        by=caller,
        role=role_for(LIFE_CYCLE, claim["state"], Action.APPROVE, caller),
        now=now,
    )
    await book(conn, pool, transfers, now=now)
    await conn.execute(
        """update claims set state = $2, state_since = $3, due_on = $4, approved_by = $5,
                  approved_on = $6, base_fen = $7, covered_fen = $8, shares = $9, borne = $10,
                  money_path = $11, caps_bound = $12, pool_pays_fen = $13, explanation_id = $14,
                  version = version + 1
           where id = $1""",
        claim_id,
        target,
        now,
        due_on(LIFE_CYCLE, target, day, terms, working_days),
        caller.subject,
        day,
        decision.base_fen,
        decision.covered_fen,
        [share.model_dump(mode="json") for share in shares],
        decision.borne.as_data(),
        path,
        [limit.as_data() for limit in decision.binding],
        sum(parse_fen(step["amount"]) for step in path if step["payer"] == "pool"),
        explanation_id,
    )
    await _remember_move(conn, claim, target, Action.APPROVE, opinion, caller, now)
    event = ClaimApprovedV1(
        **_about(claim),
        base_fen=decision.base_fen,
        shares=tuple(shares),
        caps_bound=caps_bound,
        approved_on=day,
    )
    watched = [
        *await breakers.watch_banks(conn, pool, (claim["bank_code"],), now=now),
        *await breakers.watch_pool(conn, pool, day=day, now=now),
    ]
    await outbox.append(conn, (event, released, *watched), now=now)


def _claim_facts(claim: asyncpg.Record, loan: asyncpg.Record, balance_fen: int) -> ClaimFacts:
    costs = claim["costs_fen"]
    return ClaimFacts(
        outstanding_principal_fen=claim["outstanding_principal_fen"],
        ip_share=Fraction(claim["ip_share_bp"], 10_000),
        interest_fen=claim["interest_arrears_fen"],
        penalty_interest_fen=claim["penalty_interest_fen"],
        costs=(Cost(claim["number"], costs),) if costs else (),
        borrower_balance_fen=balance_fen,
        loan_amount_fen=loan["amount_fen"],
        attributes={
            **loan["attributes"],
            "is_first_loan": loan["is_first_loan"],
            "is_multi_ip_type": loan["is_multi_ip_type"],
            "risk_class": claim["facts"]["risk_class"],
        },
    )


def _money_path(decision: ClaimDecision, codes: dict[str, str]) -> list[dict[str, str]]:
    """Who pays whom, with the codes of those who play the roles."""
    return [
        {
            **payment.as_data(),
            "payer_code": codes.get(payment.payer, payment.payer),
            "payee_code": codes.get(payment.payee, payment.payee),
        }
        for payment in decision.payments
    ]


def _approval_transfers(
    claim: asyncpg.Record, path: list[dict[str, str]], day: date, explanation_id: UUID
) -> list[Transfer]:
    """One transfer for each step of the money: the pool's own by `claims`, any other payer owes."""
    transfers = []
    for step in path:
        from_pool = step["payer"] == "pool"
        to_pool = step["payee"] == "pool"
        transfers.append(
            Transfer(
                reference=f"claim:{claim['number']}:{step['payer']}:{step['payee']}",
                debit=CLAIMS if from_pool else receivable_from(step["payer_code"]),
                credit=CLAIMS if to_pool else payable_to(step["payee_code"]),
                amount_fen=parse_fen(step["amount"]),
                business_date=day,
                kind=CLAIM_APPROVED if from_pool else CLAIM_SHARED,
                explanation_id=explanation_id,
                loan_id=claim["loan_id"],
            )
        )
    return transfers


async def pay(
    conn: asyncpg.Connection,
    claim_id: UUID,
    *,
    paid_on: date,
    caller: Identity,
    now: datetime,
    check_version: VersionCheck,
) -> None:
    """The pool's part leaves the dedicated account. Raises CashShort, saying what is missing."""
    pool, claim, target = await _move(conn, claim_id, Action.PAY, caller, check_version)
    if not claim["approved_on"] <= paid_on <= business_date(now):
        raise PaidBeforeApproval(
            f"拨付日须在批准日 {claim['approved_on']} 与今天之间。",
            f"The day of payment lies between the approval on {claim['approved_on']} and today.",
        )
    due_fen = claim["pool_pays_fen"]
    cash_fen = (await balances(conn, pool.code)).get(CASH, 0)
    if cash_fen < due_fen:
        raise CashShort(
            f"专户余额 {group_fen(cash_fen)} 元，应付 {group_fen(due_fen)} 元，"
            f"尚缺 {group_fen(due_fen - cash_fen)} 元。",
            f"The account holds {group_fen(cash_fen)}, {group_fen(due_fen)} are due: "
            f"{group_fen(due_fen - cash_fen)} are missing.",
            cash=format_fen(cash_fen),
            due=format_fen(due_fen),
            missing=format_fen(due_fen - cash_fen),
        )
    transfers = [
        Transfer(
            reference=f"claim:{claim['number']}:{step['payee']}:paid",
            debit=payable_to(step["payee_code"]),
            credit=CASH,
            amount_fen=parse_fen(step["amount"]),
            business_date=paid_on,
            kind=CLAIM_PAID,
            explanation_id=claim["explanation_id"],
            loan_id=claim["loan_id"],
        )
        for step in claim["money_path"]
        if step["payer"] == "pool"
    ]
    await book(conn, pool, transfers, now=now)
    await conn.execute(
        """update claims set state = $2, state_since = $3, due_on = null, paid_on = $4,
                  paid_fen = $5, version = version + 1 where id = $1""",
        claim_id,
        target,
        now,
        paid_on,
        due_fen,
    )
    await _remember_move(conn, claim, target, Action.PAY, "", caller, now)
    event = ClaimPaidV1(**_about(claim), paid_fen=due_fen, paid_on=paid_on)
    await outbox.append(conn, (event,), now=now)


def _about(claim: asyncpg.Record) -> dict[str, Any]:
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


async def _remember_move(
    conn: asyncpg.Connection,
    claim: asyncpg.Record,
    target: str,
    action: Action,
    reason: str,
    caller: Identity,
    now: datetime,
) -> None:
    role = role_for(LIFE_CYCLE, claim["state"], action, caller)
    await _remember(conn, claim["id"], claim["bank_code"], claim["state"], target, action, reason,
                    caller, role, now)  # fmt: skip


async def _remember(
    conn: asyncpg.Connection,
    claim_id: UUID,
    bank_code: str,
    source: str | None,
    target: str,
    action: Action,
    reason: str,
    caller: Identity,
    role: str,
    now: datetime,
) -> None:
    await claim_rows.remember_move(
        conn,
        kind="claim",
        case_id=claim_id,
        bank_code=bank_code,
        source=source,
        target=target,
        action=action,
        reason=reason,
        caller=caller,
        role=role,
        now=now,
    )
