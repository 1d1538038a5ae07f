"""Which cases may be put on public notice, and what the public reads of each."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg

from services.risk_pool.domain.claim_steps import due_on
from services.risk_pool.domain.compensation import paid_by_pool
from services.risk_pool.domain.public_notice import CLAIM, SUBSIDY, Listed
from services.risk_pool.domain.subsidy import UNDECIDED
from services.risk_pool.handlers import subsidy_decision
from services.risk_pool.handlers.step_context import StepContext
from services.risk_pool.handlers.trial import trial_of
from services.risk_pool.queries import public_notices as known
from services.risk_pool.queries import subsidies as subsidies_known
from services.risk_pool.queries.parties import party_names
from services.risk_pool.tables.ledger import LockedPool
from shared.contracts.public_reading import read_by_public
from shared.life_cycle import Row
from shared.postgres.published_schemes import terms_on
from shared.refusals import FieldFault, FieldsWrong, Refused
from shared.schemes.terms import Terms

STEP = "public_notice"


async def listed(
    conn: asyncpg.Connection,
    pool: LockedPool,
    claims: Sequence[UUID],
    subsidies: Sequence[UUID],
    *,
    opens_on: date,
    corrects: UUID | None,
    context: StepContext,
) -> list[Listed]:
    """The cases that were named, as they will be read; each waits for its notice and stands on no other.

    Raises FieldsWrong with every case that may not be listed.
    """
    asked = {"claims": list(claims), "subsidies": list(subsidies)}
    named = [*claims, *subsidies]
    rows = {
        "claims": await known.claims_named(conn, pool.code, claims),
        "subsidies": await known.subsidies_named(conn, pool.code, subsidies),
    }
    taken = await known.live_of(conn, named, but=corrects)
    names = await party_names(conn, pool.code)
    found: list[Listed] = []
    faults: list[FieldFault] = []
    for field, of_kind in (("claims", _claim), ("subsidies", _subsidy)):
        for n, case_id in enumerate(asked[field]):
            row = rows[field].get(case_id)
            one = None
            if row is not None and case_id not in asked[field][:n]:
                one = await of_kind(conn, row, names, opens_on, context)
            fault = _fault((field, n), case_id, row, one, asked[field][:n], taken)
            if fault is not None:
                faults.append(fault)
            elif one is not None:
                found.append(one)
    if faults:
        raise FieldsWrong(faults)
    return found


async def still_waiting(conn: asyncpg.Connection, cases: Sequence[Row]) -> list[str]:
    """The numbers of those cases that wait for this notice no longer."""
    gone = []
    for one in cases:
        if not await waits(conn, one):
            gone.append(str(one["case_number"]))
    return gone


async def waits(conn: asyncpg.Connection, one: Row) -> bool:
    """Whether a listed case still waits for the notice, as it did when it was listed."""
    if one["case_kind"] == SUBSIDY:
        subsidy = await subsidies_known.find(conn, one["case_id"])
        return subsidy is not None and subsidy["state"] in UNDECIDED
    return await known.claim_waits(conn, one["case_id"], review=one["review"], step=STEP)


async def subsidy_terms(conn: asyncpg.Connection, row: Row) -> Terms:
    """The terms by which a subsidy is judged."""
    return await terms_on(conn, row["programme"], row["terms_on"], row["mode"])


def _fault(
    place: tuple[str, int],
    case_id: UUID,
    row: Row | None,
    one: Listed | None,
    before: Sequence[UUID],
    taken: Mapping[UUID, str],
) -> FieldFault | None:
    if row is None:
        return FieldFault(place, "no-such-case", "该资金池没有该案件", "The pool has no such case.")
    if case_id in before:
        return FieldFault(place, "listed-twice", "重复列入", "It is listed twice.")
    if case_id in taken:
        return FieldFault(
            place, "on-notice-already", f"已列入公示 {taken[case_id]}",
            f"It stands on the public notice {taken[case_id]}.",
        )  # fmt: skip
    if one is None:
        return FieldFault(
            place, "not-waiting-for-notice", "该案件目前不在等待公示",
            "The case does not wait for a public notice.",
        )  # fmt: skip
    return None


async def _claim(
    conn: asyncpg.Connection,
    row: Row,
    names: Mapping[str, str],
    opens_on: date,
    context: StepContext,
) -> Listed | None:
    if row["next_step"] != STEP:
        return None
    terms = await terms_on(conn, row["programme"], row["terms_on"], row["mode"])
    trial = await trial_of(conn, row)
    proposed = (
        None
        if isinstance(trial.outcome, Refused)
        else sum(one.amount_fen for one in paid_by_pool(trial.payments))
    )
    last_day = due_on(STEP, opens_on, terms, context.working_days)
    return _listed(CLAIM, row, terms, names, proposed, last_day, review=row["reviews"])


async def _subsidy(
    conn: asyncpg.Connection,
    row: Row,
    names: Mapping[str, str],
    opens_on: date,
    context: StepContext,
) -> Listed | None:
    terms = await subsidy_terms(conn, row)
    days = terms.public_notice.subsidies_working_days
    if days is None or row["state"] not in UNDECIDED or row["reviewed_by"] is None:
        return None
    trial = await subsidy_decision.trial_of(conn, row)
    last_day = context.working_days.add(opens_on, days)
    return _listed(SUBSIDY, row, terms, names, trial.decision.amount_fen, last_day, review=0)


def _listed(
    kind: str,
    row: Row,
    terms: Terms,
    names: Mapping[str, str],
    proposed_fen: int | None,
    last_day: date,
    *,
    review: int,
) -> Listed:
    fact: dict[str, Any] = {
        **dict(row),  # type: ignore[call-overload] # a record of asyncpg
        "bank_name": names.get(row["bank_code"], row["bank_code"]),
        "programme_name": terms.name.zh,
        "proposed_fen": proposed_fen,
    }
    rule = terms.public_notice
    return Listed(
        kind=kind,
        case_id=row["id"],
        case_number=row["number"],
        review=review,
        bank_code=row["bank_code"],
        loan_id=row["loan_id"],
        loan_number=row["loan_number"],
        borrower_name=row["borrower_name"],
        last_day=last_day,
        days_after=rule.days_after,
        public=read_by_public(kind, fact, hides_amounts=rule.hides_amounts),
    )
