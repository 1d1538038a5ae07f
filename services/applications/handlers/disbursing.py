"""From capacity to loan: the pledge is registered, the money paid out."""

from collections.abc import Mapping, Sequence

import asyncpg
from fastapi.exceptions import RequestValidationError

from services.applications.api.requests import DisbursementBody, PledgeBody
from services.applications.domain.life_cycle import Action, State, next_state
from services.applications.domain.loan_terms import (
    Disbursement,
    Fault,
    Registration,
    disbursement_faults,
    registration_faults,
)
from services.applications.handlers.decisions import Decision, Desk, about, settle
from shared.clock import business_date
from shared.contracts.applications import LoanDisbursedV1, PledgeRegisteredV1
from shared.http.idempotency import Answer

_COLLATERAL = """
select collateral_no, expires_on from collateral
where application_id = $1 and revision = $2 order by collateral_no
"""
_REGISTER = """
insert into pledge_registrations
    (application_id, collateral_no, bank_code, register_name, registration_no, registered_on)
select $1, entry.collateral_no, $2, entry.register_name, entry.registration_no,
       entry.registered_on
from unnest($3::int[], $4::text[], $5::text[], $6::date[])
    as entry (collateral_no, register_name, registration_no, registered_on)
"""
_LEND = """
insert into loans (application_id, bank_code, pool_code, loan_no, amount_fen, annual_rate_bp,
                   disbursed_on, matures_on, outstanding_fen)
values ($1, $2, $3, $4, $5, $6, $7, $8, $5)
on conflict (bank_code, loan_no) do nothing
returning true
"""


def faults_as_problem(faults: Sequence[Fault], body: object) -> RequestValidationError:
    """All faults at once, each at its field."""
    return RequestValidationError(
        [
            {
                "type": fault.code,
                "loc": ("body", *fault.place),
                "msg": fault.en,
                "input": None,
                "ctx": {"zh": fault.zh, "en": fault.en},
            }
            for fault in faults
        ],
        body=body,
    )


async def register_pledge(row: asyncpg.Record, body: PledgeBody, desk: Desk) -> Answer:
    """Every right of the case stands in its register. Raises RequestValidationError."""
    by = next_state(State(row["state"]), Action.REGISTER_PLEDGE, desk.caller.roles)
    rights = await desk.conn.fetch(_COLLATERAL, row["id"], row["revision"])
    entries = body.registrations

    faults = registration_faults(
        [Registration(collateral_no=e.collateral_no, registered_on=e.registered_on)
         for e in entries],
        collateral_nos=[right["collateral_no"] for right in rights],
        approved_on=row["approved_on"],
        today=business_date(desk.now),
    )  # fmt: skip
    if faults:
        raise faults_as_problem(faults, body.model_dump(by_alias=True))
    event = PledgeRegisteredV1(
        **about(row),
        registration_numbers=tuple(entry.registration_no for entry in entries),
        registered_on=max(entry.registered_on for entry in entries),
    )

    await desk.conn.execute(
        _REGISTER,
        row["id"],
        row["bank_code"],
        [entry.collateral_no for entry in entries],
        [entry.registry for entry in entries],
        [entry.registration_no for entry in entries],
        [entry.registered_on for entry in entries],
    )
    detail = {"registration_numbers": list(event.registration_numbers)}
    return await settle(row, by, Decision(detail=detail, says=[event]), desk)


async def disburse(row: asyncpg.Record, body: DisbursementBody, desk: Desk) -> Answer:
    """The bank has paid out: the case is a loan. Raises RequestValidationError."""
    by = next_state(State(row["state"]), Action.DISBURSE, desk.caller.roles)
    rights = await desk.conn.fetch(_COLLATERAL, row["id"], row["revision"])
    registered_on = await desk.conn.fetchval(
        "select max(registered_on) from pledge_registrations where application_id = $1", row["id"]
    )

    faults = disbursement_faults(
        Disbursement(
            amount_fen=body.amount_fen,
            disbursed_on=body.disbursed_on,
            matures_on=body.matures_on,
        ),
        approved_fen=row["amount_fen"],
        tenor_months=row["tenor_months"],
        approved_on=row["approved_on"],
        registered_on=registered_on,
        reserved_until=row["reserved_until"],
        first_right_ends_on=min(right["expires_on"] for right in rights),
        today=business_date(desk.now),
    )
    if faults:
        raise faults_as_problem(faults, _wire(body))
    event = LoanDisbursedV1(
        **about(row),
        amount_fen=body.amount_fen,
        loan_no=body.loan_no,
        disbursed_on=body.disbursed_on,
        matures_on=body.matures_on,
        annual_rate_bp=row["annual_rate_bp"],
    )

    lent = await desk.conn.fetchval(
        _LEND,
        row["id"],
        row["bank_code"],
        row["pool_code"],
        body.loan_no,
        body.amount_fen,
        row["annual_rate_bp"],
        body.disbursed_on,
        body.matures_on,
    )
    if not lent:
        used = Fault(
            ("loan_no",), "loan-no-used", "借据号已用于另一笔贷款", "Another loan has this number."
        )
        raise faults_as_problem([used], _wire(body))
    return await settle(row, by, Decision(detail={"loan_no": body.loan_no}, says=[event]), desk)


def _wire(body: DisbursementBody) -> Mapping[str, object]:
    return body.model_dump(by_alias=True)
