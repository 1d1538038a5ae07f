"""What comes back after a claim: reported by the bank, confirmed by finance, shared out and booked."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.risk_pool.cases import (
    VersionCheck,
    due_on,
    next_state,
    require_another,
    role_for,
)
from services.risk_pool.domain.ledger import (
    CASH,
    RECOVERIES,
    Transfer,
    payable_to,
    receivable_from,
)
from services.risk_pool.domain.recovery import LIFE_CYCLE, Action, Reported, State, check
from services.risk_pool.domain.settlement import RECOVERY_BOOKED
from services.risk_pool.handlers import breakers
from services.risk_pool.handlers.claims import terms_of
from services.risk_pool.tables import claims
from services.risk_pool.tables.ledger import book, lock_pool, store_explanation
from services.risk_pool.tables.numbers import next_number
from shared.auth.identity import Identity
from shared.clock import business_date
from shared.contracts.risk_pool import RecoveryBookedV1, Share
from shared.messaging import outbox
from shared.refusals import NotFound, Refused
from shared.schemes.decide.claims import Borne, Cost
from shared.schemes.decide.deadlines import CountsWorkingDays
from shared.schemes.decide.recovery import RecoveryDecision, RecoveryFacts, split_recovery
from shared.schemes.decide.recovery_explained import explained
from shared.schemes.vocabulary import OUTSIDERS


class ClaimNotApproved(Refused):
    """Money that comes in before a claim is approved lowers the principal; it is no recovery."""

    code = "claim-not-approved"


class RecoveryNotAdmissible(Refused):
    """The machine's check found something; everything it found is in `findings`."""

    code = "recovery-not-admissible"
    status = 422


async def report(
    conn: asyncpg.Connection,
    claim_id: UUID,
    *,
    reported: Reported,
    route: str,
    from_pledged_ip: bool,
    caller: Identity,
    now: datetime,
    working_days: CountsWorkingDays,
) -> UUID:
    """A bank reports what has come in. Raises NotFound, ClaimNotApproved, RecoveryNotAdmissible."""
    claim = await conn.fetchrow("select * from claims where id = $1", claim_id)
    if claim is None:
        raise NotFound("没有该补偿申请", "There is no such claim.")
    if claim["approved_on"] is None:
        raise ClaimNotApproved(
            "该补偿申请尚未批准，批准前收回的款项应扣减本金。",
            "The claim is not approved; what comes in before lowers the principal claimed.",
            state=claim["state"],
        )
    today = business_date(now)
    found = check(reported, approved_on=claim["approved_on"], today=today)
    if found:
        raise RecoveryNotAdmissible(
            "；".join(one.zh.rstrip("。") for one in found) + "。",
            " ".join(one.en for one in found),
            findings=[one.as_data() for one in found],
        )
    recovery_id = uuid7()
    await conn.execute(
        """insert into recoveries (id, number, claim_id, claim_number, pool_code, bank_code,
               loan_id, state, state_since, due_on, received_on, route, from_pledged_ip, gross_fen,
               costs_fen, reported_at, reported_by)
           values ($1, $2, $3, $4, $5, $6, $7, 'reported', $8, $9, $10, $11, $12, $13, $14, $8,
                   $15)""",
        recovery_id,
        await next_number(conn, claim["pool_code"], series="R", year=today.year),
        claim_id,
        claim["number"],
        claim["pool_code"],
        claim["bank_code"],
        claim["loan_id"],
        now,
        due_on(LIFE_CYCLE, State.REPORTED, reported.received_on, terms_of(claim), working_days),
        reported.received_on,
        route,
        from_pledged_ip,
        reported.gross_fen,
        reported.costs_fen,
        caller.subject,
    )
    await claims.remember_move(
        conn,
        kind="recovery",
        case_id=recovery_id,
        bank_code=claim["bank_code"],
        source=None,
        target=State.REPORTED,
        action=Action.REPORT,
        reason="",
        caller=caller,
        role="bank_operator",
        now=now,
    )
    return recovery_id


async def _held(
    conn: asyncpg.Connection, recovery_id: UUID, action: Action, caller: Identity,
    check_version: VersionCheck,
) -> tuple[Any, asyncpg.Record, asyncpg.Record, str]:  # fmt: skip
    """The pool, the claim and the recovery, locked in this order, and where the action leads."""
    pool_code = await conn.fetchval("select pool_code from recoveries where id = $1", recovery_id)
    if pool_code is None:
        raise NotFound("没有该追偿回款", "There is no such recovery.")
    pool = await lock_pool(conn, pool_code)
    claim_id = await conn.fetchval("select claim_id from recoveries where id = $1", recovery_id)
    claim = await claims.lock_claim(conn, claim_id)
    recovery = await conn.fetchrow("select * from recoveries where id = $1 for update", recovery_id)
    assert claim is not None and recovery is not None
    target = next_state(LIFE_CYCLE, recovery["state"], action, caller)
    check_version(recovery["version"])
    return pool, claim, recovery, target


async def confirm(
    conn: asyncpg.Connection,
    recovery_id: UUID,
    *,
    caller: Identity,
    now: datetime,
    check_version: VersionCheck,
) -> None:
    """Finance confirms: costs first, then back to each by what it bore; booked at once (H.25).

    Its business day is that of the receipt, or the first open day where that month is settled.
    """
    pool, claim, recovery, target = await _held(
        conn, recovery_id, Action.CONFIRM, caller, check_version
    )
    require_another(caller, recovery["reported_by"], zh="确认", en="the confirmation")
    returned, interest_fen = await claims.returned_before(conn, claim["id"])
    codes = await claims.party_codes(conn, claim)

    decision = split_recovery(
        _facts(claim, recovery, returned, interest_fen), Borne.from_data(claim["borne"])
    )
    day = pool.open_day(recovery["received_on"])
    shares = [
        Share(party=party, party_code=codes.get(party, party), amount_fen=fen)
        for party, fen in decision.returned.items()
    ]

    explanation_id = await store_explanation(
        conn,
        pool.code,
        "recovery",
        explained(decision),
        {
            "reported_by": recovery["reported_by"],
            "confirmed_by": caller.subject,
            "confirmed_by_name": caller.name,
        },
        now,
        bank_code=recovery["bank_code"],
    )
    await book(conn, pool, _transfers(recovery, decision, codes, day, explanation_id), now=now)
    await conn.execute(
        """update recoveries set state = $2, state_since = $3, due_on = null, confirmed_by = $4,
                  booked_on = $5, carried_before_fen = $6, carried_after_fen = $7, net_fen = $8,
                  to_interest_fen = $9, to_pledgor_fen = $10, shares = $11, explanation_id = $12,
                  version = version + 1
           where id = $1""",
        recovery_id,
        target,
        now,
        caller.subject,
        day,
        claim["carried_costs_fen"],
        decision.carried_costs_fen,
        decision.net_fen,
        decision.to_interest_fen,
        decision.to_pledgor_fen,
        [share.model_dump(mode="json") for share in shares],
        explanation_id,
    )
    await conn.execute(
        "update claims set carried_costs_fen = $2, version = version + 1 where id = $1",
        claim["id"],
        decision.carried_costs_fen,
    )
    await claims.remember_move(
        conn,
        kind="recovery",
        case_id=recovery_id,
        bank_code=recovery["bank_code"],
        source=recovery["state"],
        target=target,
        action=Action.CONFIRM,
        reason="",
        caller=caller,
        role=_role(recovery, Action.CONFIRM, caller),
        now=now,
    )
    event = RecoveryBookedV1(
        pool_code=pool.code,
        loan_id=claim["loan_id"],
        number=claim["loan_number"],
        bank_code=claim["bank_code"],
        borrower_name=claim["borrower_name"],
        claim_id=claim["id"],
        claim_number=claim["number"],
        recovery_id=recovery_id,
        gross_fen=recovery["gross_fen"],
        costs_fen=recovery["costs_fen"],
        net_fen=decision.net_fen,
        shares=tuple(shares),
        received_on=recovery["received_on"],
    )
    await outbox.append(conn, (event,), now=now)
    await breakers.watch_pool(conn, pool, day=business_date(now), now=now)


def _facts(
    claim: asyncpg.Record, recovery: asyncpg.Record, returned: dict[str, int], interest_fen: int
) -> RecoveryFacts:
    gross_fen, costs_fen = recovery["gross_fen"], recovery["costs_fen"]
    pledged = recovery["from_pledged_ip"]
    return RecoveryFacts(
        pledged_ip_fen=gross_fen if pledged else 0,
        other_fen=0 if pledged else gross_fen,
        costs=(Cost(recovery["number"], costs_fen),) if costs_fen else (),
        carried_costs_fen=claim["carried_costs_fen"],
        returned=returned,
        interest_returned_fen=interest_fen,
    )


def _transfers(
    recovery: asyncpg.Record,
    decision: RecoveryDecision,
    codes: dict[str, str],
    day: date,
    explanation_id: UUID,
) -> list[Transfer]:
    """What the recovering party passes on through the settlement; its own part stays with it, and
    what is the pledgor's it pays out itself."""
    keeper = decision.borne.recovered_by
    source = CASH if keeper == "pool" else receivable_from(codes.get(keeper, keeper))
    passed_on = [
        (payment.payee, payment.amount_fen)
        for payment in decision.payments
        if payment.payee not in OUTSIDERS
    ]
    if keeper == "pool" and decision.returned.get("pool"):
        passed_on.append(("pool", decision.returned["pool"]))
    together: dict[str, int] = {}
    for party, fen in passed_on:
        together[party] = together.get(party, 0) + fen
    return [
        Transfer(
            reference=f"recovery:{recovery['number']}:{keeper}:{party}",
            debit=source,
            credit=RECOVERIES if party == "pool" else payable_to(codes.get(party, party)),
            amount_fen=fen,
            business_date=day,
            kind=RECOVERY_BOOKED,
            explanation_id=explanation_id,
            loan_id=recovery["loan_id"],
        )
        for party, fen in together.items()
    ]


async def refuse(
    conn: asyncpg.Connection,
    recovery_id: UUID,
    *,
    reason: str,
    caller: Identity,
    now: datetime,
    check_version: VersionCheck,
) -> None:
    """Finance sends a report back; the bank reports anew."""
    _, _, recovery, target = await _held(conn, recovery_id, Action.REFUSE, caller, check_version)
    await conn.execute(
        """update recoveries set state = $2, state_since = $3, due_on = null, version = version + 1
           where id = $1""",
        recovery_id,
        target,
        now,
    )
    await claims.remember_move(
        conn,
        kind="recovery",
        case_id=recovery_id,
        bank_code=recovery["bank_code"],
        source=recovery["state"],
        target=target,
        action=Action.REFUSE,
        reason=reason,
        caller=caller,
        role=_role(recovery, Action.REFUSE, caller),
        now=now,
    )


def _role(recovery: asyncpg.Record, action: Action, caller: Identity) -> str:
    return role_for(LIFE_CYCLE, recovery["state"], action, caller)
