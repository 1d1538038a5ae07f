"""What is written of a claim: its row, its moves, and once it is approved, who bears how much.

Nothing here opens a transaction. Whoever writes holds the pool's lock.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import asyncpg

from services.risk_pool.domain.claim import LEAVES_THE_LOAN_FREE, LIFE_CYCLE, State
from services.risk_pool.domain.compensation import PartyPayment
from services.risk_pool.domain.shares import PartyShare
from services.risk_pool.tables.facts import CLAIM_LIVES
from shared.life_cycle import Row, Words
from shared.postgres.literals import literals
from shared.schemes.decide.claims import Borne, CapOutcome
from shared.transitions import CaseTable
from shared.waits.declared import CasesWait


def about(claim: Row) -> dict[str, Any]:
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


CASES = CaseTable(
    life_cycle=LIFE_CYCLE,
    kind="claim",
    touches=dict.fromkeys(LIFE_CYCLE.states.keys() - LEAVES_THE_LOAN_FREE, CLAIM_LIVES),
    loan="loan_id",
    pool="pool_code",
    table="claims",
    columns={
        "number": "text",
        "scheme_version": "text",
        "claimed_on": "date",
        "filed_at": "timestamptz",
        "stated_on": "date",
        "outstanding_principal_fen": "bigint",
        "interest_arrears_fen": "bigint",
        "penalty_interest_fen": "bigint",
        "costs_fen": "bigint",
        "attributes": "jsonb",
        "cost_items": "jsonb",
        "compound_interest_fen": "bigint",
        "other_policy_money_fen": "bigint",
        "recovered_before_fen": "bigint",
        "compensated_amount_fen": "bigint",
        "compensated_on": "date",
        "facts": "jsonb",
        "documents": "jsonb",
        "precheck": "jsonb",
        "checks": "jsonb",
        "draft": "jsonb",
        "gaps": "jsonb",
        "times_returned": "int",
        "days_returned": "int",
        "review_days_left": "int",
        "reviews": "int",
        "next_step": "text",
        "refused_by": "text",
        "appealed_on": "date",
        "reviewed_by": "text",
        "approved_by": "text",
        "approved_on": "date",
        "base_fen": "bigint",
        "covered_fen": "bigint",
        "decided_version": "text",
        "residual": "text",
        "rounding": "text",
        "bearer": "text",
        "recovery_order": "text",
        "recovered_by": "text",
        "interest_outside_fen": "bigint",
        "pool_pays_fen": "bigint",
        "explanation_id": "uuid",
        "paid_on": "date",
        "paid_fen": "bigint",
        "approved_principal_fen": "bigint",
        "part_reason": "text",
        "hold": "jsonb",
        "released_principal_fen": "bigint",
        "paid_from": "text",
        "voucher": "text",
        "written_off_on": "date",
        "reversed_on": "date",
        "escrow": "boolean",
        "escrowed_on": "date",
        "held_fen": "bigint",
        "net_loss_fen": "bigint",
        "loss_lowered_fen": "bigint",
        "loss_reason": "text",
        "loss_difference": "text",
        "loss_papers": "jsonb",
        "settled_on": "date",
        "released_fen": "bigint",
        "added_fen": "bigint",
    },
    about=about,
    absent=Words("没有该补偿申请", "There is no such claim."),
    waits=CasesWait(
        topic="risk_pool",
        number="coalesce(nullif(k.number, ''), k.loan_number)",
        loan="k.loan_id",
        due="coalesce(step.due_on, k.due_on)",
        joined="""left join claim_steps step on step.claim_id = k.id and step.review = k.reviews
                    and step.step = k.next_step and step.recorded_at is null""",
        firm="k.borrower_name",
        amount="k.outstanding_principal_fen",
        page="'/claims/' || k.id",
    ),
)

_FILED = (
    "id", "number", "pool_code", "bank_code", "loan_id", "loan_number", "borrower_uscc",
    "borrower_name", "programme", "mode", "scheme_version", "terms_on", "state", "state_since",
    "due_on", "claimed_on", "filed_at", "stated_on", "outstanding_principal_fen",
    "interest_arrears_fen", "penalty_interest_fen", "costs_fen", "ip_share_bp", "ip_amount_fen",
    "loan_amount_fen", "attributes", "cost_items", "compound_interest_fen",
    "other_policy_money_fen", "recovered_before_fen", "compensated_amount_fen", "compensated_on",
    "facts", "documents", "precheck", "checks", "draft",
)  # fmt: skip
_FILE = f"""
    insert into claims ({", ".join(_FILED)})
    values ({", ".join(f"${n}" for n, _ in enumerate(_FILED, start=1))})
"""


async def insert(conn: asyncpg.Connection, claim: Mapping[str, Any]) -> None:
    """Keep a claim as it was filed."""
    await conn.execute(_FILE, *(claim[name] for name in _FILED))


async def insert_all(conn: asyncpg.Connection, many: Sequence[Mapping[str, Any]]) -> None:
    """Keep many at once."""
    await conn.executemany(_FILE, [[claim[name] for name in _FILED] for claim in many])


async def lock_unpaid_of(conn: asyncpg.Connection, loan_ids: Sequence[UUID]) -> list[Any]:
    """The approved claims of these loans that wait for payment, for changing. The pools are held."""
    rows: list[asyncpg.Record] = await conn.fetch(
        f"""select * from claims
            where loan_id = any($1::uuid[]) and state in ({literals({State.APPROVED})})
            order by id for update""",
        list(loan_ids),
    )
    return rows


async def write_split(
    conn: asyncpg.Connection,
    claim: Row,
    *,
    shares: Sequence[PartyShare],
    borne: Borne,
    payments: Sequence[PartyPayment],
    limits: Sequence[CapOutcome],
) -> None:
    """Who bears, who pays whom, and which caps cut. None of it ever changes."""
    whose = (claim["id"], claim["bank_code"])
    await _write_shares(conn, claim, shares, borne, split=0)
    await conn.executemany(
        """insert into claim_payments (claim_id, bank_code, place, payer, payer_code, payee,
                                       payee_code, kind, amount_fen)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9)""",
        [
            (*whose, place, one.payer, one.payer_code, one.payee, one.payee_code, one.kind,
             one.amount_fen)
            for place, one in enumerate(payments, start=1)
        ],
    )  # fmt: skip
    await conn.executemany(
        """insert into claim_limits (claim_id, bank_code, place, code, parties, limit_fen,
                                     used_fen, due_fen, source, zh, en)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)""",
        [
            (*whose, place, one.code, list(one.parties), one.limit_fen, one.used_fen, one.due_fen,
             one.source, one.zh, one.en)
            for place, one in enumerate(limits, start=1)
        ],
    )  # fmt: skip


async def write_first_split(
    conn: asyncpg.Connection, claim: Row, shares: Sequence[PartyShare], borne: Borne
) -> None:
    """What each party bore of a claim that was paid before its pool was taken over."""
    await _write_shares(conn, claim, shares, borne, split=0)


async def carry_costs(conn: asyncpg.Connection, claim_id: UUID, costs_fen: int) -> None:
    """Costs that the next recovery of the claim has to cover first."""
    await conn.execute(
        "update claims set carried_costs_fen = $2, version = version + 1 where id = $1",
        claim_id,
        costs_fen,
    )


async def keep_trials_of_filing(
    conn: asyncpg.Connection, shown: Mapping[UUID, Mapping[str, Any]]
) -> None:
    """The trial splits of the moment of filing, by claim."""
    await conn.execute(
        """update claims set trial = kept.trial
           from unnest($1::uuid[], $2::jsonb[]) as kept (id, trial) where claims.id = kept.id""",
        list(shown),
        [dict(one) for one in shown.values()],
    )


async def keep_trial(
    conn: asyncpg.Connection, claim_id: UUID, shown: Mapping[str, Any], *, to: str
) -> None:
    """What somebody was shown who may decide; the same trial is kept once."""
    await conn.execute(
        """insert into claim_trials (claim_id, id, figures, shown_to)
           values ($1, $2, $3, $4) on conflict (claim_id, id) do nothing""",
        claim_id,
        shown["id"],
        shown,
        to,
    )


async def split_anew(
    conn: asyncpg.Connection,
    claim: Row,
    *,
    shares: Sequence[PartyShare],
    borne: Borne,
    base_fen: int,
    covered_fen: int,
    returned_less: Mapping[str, int],
) -> None:
    """What each party bears after late money, for caps and recoveries to come: another split beside
    the former ones, which stay as they are, as does what was booked and paid."""
    split = claim["split"] + 1
    await _write_shares(conn, claim, shares, borne, split=split)
    await conn.execute(
        """update claims set base_fen = $2, covered_fen = $3, returned_less = $4, split = $5,
                             version = version + 1
           where id = $1""",
        claim["id"],
        base_fen,
        covered_fen,
        returned_less,
        split,
    )


async def pay_less(
    conn: asyncpg.Connection, claim_id: UUID, *, pool_pays_fen: int, principal_fen: int
) -> None:
    """What the pool pays of a held claim after late money; a report of so much principal as is left
    of it holds it no second time."""
    await conn.execute(
        """update claims set pool_pays_fen = $2, released_principal_fen = $3,
                  hold = hold || jsonb_build_object(
                      'outstanding_fen', least((hold ->> 'outstanding_fen')::bigint, $3::bigint))
           where id = $1""",
        claim_id,
        pool_pays_fen,
        principal_fen,
    )


async def _write_shares(
    conn: asyncpg.Connection, claim: Row, shares: Sequence[PartyShare], borne: Borne, *, split: int
) -> None:
    await conn.executemany(
        """insert into claim_shares (claim_id, split, bank_code, place, party, party_code,
                                     amount_fen, borne_fen, part)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9)""",
        [
            (claim["id"], split, claim["bank_code"], place, one.party, one.party_code,
             one.amount_fen, borne.borne[one.party], borne.parts[one.party])
            for place, one in enumerate(shares, start=1)
        ],
    )  # fmt: skip
