"""What a decided claim does to the money: split by the loan's own terms, booked, and paid."""

from datetime import date, datetime
from fractions import Fraction
from uuid import UUID

import asyncpg

from services.risk_pool.cases import VersionCheck, due_on, require_another
from services.risk_pool.domain.claim import LIFE_CYCLE, Action
from services.risk_pool.domain.ledger import (
    CASH,
    CLAIMS,
    Transfer,
    payable_to,
    receivable_from,
)
from services.risk_pool.domain.settlement import CLAIM_APPROVED, CLAIM_PAID, CLAIM_SHARED
from services.risk_pool.handlers import breakers
from services.risk_pool.handlers.claim_cover import release_for_claim
from services.risk_pool.handlers.claims import about, held, remember_move, terms_of
from services.risk_pool.tables import claims
from services.risk_pool.tables.ledger import balances, book, store_explanation
from shared.auth.identity import Identity
from shared.clock import business_date
from shared.contracts.risk_pool import ClaimApprovedV1, ClaimPaidV1, Share
from shared.messaging import outbox
from shared.money import format_fen, group_fen, parse_fen
from shared.refusals import Refused
from shared.schemes.decide.claims import ClaimFacts, Cost
from shared.schemes.decide.deadlines import CountsWorkingDays
from shared.schemes.decide.loss import ClaimDecision, split_loss
from shared.schemes.decide.loss_explained import explained


class CashShort(Refused):
    """The dedicated account does not hold what is to be paid."""

    code = "cash-short"


class PaidBeforeApproval(Refused):
    """A day of payment that lies before the approval or in the future."""

    code = "paid-on-impossible"
    status = 422


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
    pool, claim, target = await held(conn, claim_id, Action.APPROVE, caller, check_version)
    require_another(caller, claim["reviewed_by"], zh="审批", en="the decision")
    terms = terms_of(claim)
    counters = await claims.counters(conn, claim, terms)
    codes = await claims.party_codes(conn, claim)
    balance_fen = await claims.borrower_balance_fen(conn, claim)
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
        explained(decision),
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
    await release_for_claim(conn, pool, claim["loan_id"], day=day, by=caller, now=now)
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
    await remember_move(conn, claim, target, Action.APPROVE, opinion, caller, now)
    event = ClaimApprovedV1(
        **about(claim),
        base_fen=decision.base_fen,
        shares=tuple(shares),
        caps_bound=caps_bound,
        approved_on=day,
    )
    await outbox.append(conn, (event,), now=now)
    await breakers.watch_banks(conn, pool, (claim["bank_code"],), now=now)
    await breakers.watch_pool(conn, pool, day=day, now=now)


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
    pool, claim, target = await held(conn, claim_id, Action.PAY, caller, check_version)
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
    await remember_move(conn, claim, target, Action.PAY, "", caller, now)
    event = ClaimPaidV1(**about(claim), paid_fen=due_fen, paid_on=paid_on)
    await outbox.append(conn, (event,), now=now)
