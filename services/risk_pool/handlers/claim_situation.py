"""Gathers what a claim is checked against, and says what stands against it."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg

from services.risk_pool.domain import coverage
from services.risk_pool.domain.claim_check import Check, Situation
from services.risk_pool.domain.claim_checks import against, checked
from services.risk_pool.domain.claim_details import details_of
from services.risk_pool.domain.claim_filed import Filed, Loan
from services.risk_pool.handlers.claim_details import require_readable
from services.risk_pool.handlers.step_context import StepContext
from services.risk_pool.queries import claims as known
from services.risk_pool.queries.agreed_figures import registers_for
from services.risk_pool.queries.listed_firms import listed_of
from services.risk_pool.queries.renewals import chain_of
from shared.life_cycle import Row
from shared.postgres.published_schemes import scheme_on
from shared.refusals import Refused
from shared.schemes.facts import facts_needed
from shared.schemes.scheme import NoSuchScheme, SchemeNotInForce, SchemeNotLive
from shared.schemes.terms import Terms


class ClaimNotAdmissible(Refused):
    """The machine's check of a claim found something; everything it found is in `findings`."""

    code = "claim-not-admissible"
    status = 422


class AlreadyClaimed(Refused):
    """A loan has one claim. Told beside everything else that the check found."""

    code = "already-claimed"


async def situation(
    conn: asyncpg.Connection,
    loan: Row,
    filed: Filed,
    context: StepContext,
    *,
    claim_id: UUID | None = None,
    up_to: str | None = None,
    registered: frozenset[str] = frozenset(),
) -> Situation:
    """A claim and everything that it is checked against.

    `claim_id`: the claim itself, where it has been filed or drafted before. `up_to`: at a review,
    the month of the report that the claim was stated on; what was reported since says nothing
    against it. `registered`: names of the facts that the bureau has entered. Raises what `Scheme.terms` raises.
    """
    scheme = await scheme_on(conn, loan["programme"], loan["approved_on"])
    terms = scheme.terms(on=loan["approved_on"], mode=loan["mode"])
    renewed_by, renews_open = await chain_of(conn, loan)
    return Situation(
        filed=filed,
        loan=Loan(
            covered=loan["state"] in coverage.IN_COVER,
            disbursed_on=loan["disbursed_on"],
            live_claim_number=await known.live_claim_number(conn, loan["loan_id"], but=claim_id),
            facts=registered | _stated_in_time(loan, filed, terms),
            approved_on=loan["approved_on"],
            listed=await listed_of(conn, loan),
            renewed_by=renewed_by,
            renews_open=renews_open,
        ),
        terms=terms,
        positions=[
            one
            for one in await known.positions_of(conn, loan["loan_id"])
            if up_to is None or one.month <= up_to
        ],
        stated_before=await known.stated_before(conn, loan["loan_id"], but=claim_id),
        working_days=context.working_days,
        is_review=up_to is not None,
    )


def _stated_in_time(loan: Row, filed: Filed, terms: Terms) -> frozenset[str]:
    """The facts that the terms ask for and that were stated as of the day that counts."""
    by_day = {
        "approval": loan["attributes"],
        "disbursement": loan["attributes_at_disbursement"],
        "claim": filed.details.attributes,
    }
    return frozenset(fact.name for fact in facts_needed(terms) if fact.name in by_day[fact.at])


async def rows_before_filing(
    conn: asyncpg.Connection, loan: Row, filed: Filed, context: StepContext
) -> Sequence[Check]:
    """Every check of a claim that is not filed; without terms in force, that is the only one."""
    try:
        at = await situation(conn, loan, filed, context)
        require_readable(
            filed.details,
            at.terms,
            context,
            stated_costs_fen=filed.costs_fen,
            lent_on=at.loan.disbursed_on,
        )
        return checked(at)
    except (NoSuchScheme, SchemeNotInForce, SchemeNotLive) as without_terms:
        return [
            Check(
                code="terms-in-force",
                result="fail",
                zh=without_terms.zh,
                en=without_terms.en,
                field="/loan_id",
            )
        ]


async def rechecked(conn: asyncpg.Connection, claim: Row, context: StepContext) -> Sequence[Check]:
    """The checks of a filed claim, with what is known now. Raises ClaimNotAdmissible."""
    loan = await known.loan(conn, claim["loan_id"])
    month = claim["precheck"]["position_month"]
    registers = (await registers_for(conn, [claim]))[claim["id"]]
    at = await situation(
        conn,
        loan,
        filed_of(claim),
        context,
        claim_id=claim["id"],
        up_to=month,
        registered=frozenset(name for facts in registers.by_bureau.values() for name in facts),
    )
    return admissible(checked(at))


def admissible(rows: Sequence[Check]) -> Sequence[Check]:
    """The same rows, where nothing stands against the claim.

    Raises AlreadyClaimed, ClaimNotAdmissible with every row that does.
    """
    found = against(rows)
    if not found:
        return rows
    kind = AlreadyClaimed if any(row.code == "no-live-claim" for row in found) else None
    raise (kind or ClaimNotAdmissible)(
        "该申请不符合补偿条件：" + "；".join(row.zh for row in found) + "。",
        "The claim cannot be taken: " + " ".join(row.en for row in found),
        findings=[row.as_data() for row in found],
    )


def filed_of(claim: Row) -> Filed:
    """What a claim says, as it was last submitted."""
    names = {one.name for one in fields(Filed)}
    stated: dict[str, Any] = {
        name: date.fromisoformat(value) if name.endswith("_on") else value
        for name, value in claim["facts"].items()
        if name in names
    }
    return Filed(
        claimed_on=claim["claimed_on"],
        stated_on=claim["stated_on"],
        outstanding_principal_fen=claim["outstanding_principal_fen"],
        interest_arrears_fen=claim["interest_arrears_fen"],
        penalty_interest_fen=claim["penalty_interest_fen"],
        costs_fen=claim["costs_fen"],
        details=details_of(claim),
        documents=claim["documents"],
        confirmed=frozenset(row["code"] for row in claim["checks"] if row["confirmed"]),
        **stated,
    )


def stored_facts(filed: Filed) -> Mapping[str, Any]:
    """What a claim keeps of the facts stated in it; a day that is not so is left out."""
    days = {
        one.name: day.isoformat()
        for one in fields(Filed)
        if one.name not in ("claimed_on", "stated_on")
        and isinstance(day := getattr(filed, one.name), date)
    }
    return {
        "overdue_days": filed.overdue_days,
        "risk_class": filed.risk_class,
        "compensated_elsewhere": filed.compensated_elsewhere,
        **days,
    }
