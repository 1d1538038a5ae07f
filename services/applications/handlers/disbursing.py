"""From capacity to loan: the pledge is registered, the money paid out."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from services.applications.domain import pledge
from services.applications.domain.life_cycle import Action
from services.applications.domain.loan_terms import (
    LOAN_NO_USED,
    Disbursement,
    Registration,
    disbursement_faults,
    registration_faults,
)
from services.applications.domain.renewal import reported_repaid_by
from services.applications.domain.stated import witnessed
from services.applications.domain.waiting import filed_by
from services.applications.handlers import pledges
from services.applications.handlers.case_checks import insurance_of
from services.applications.handlers.case_in_hand import CaseInHand, Decision
from services.applications.handlers.eligibility import must_still_be_eligible
from services.applications.queries import renewals
from services.applications.tables import loans
from services.applications.tables.cases import about
from services.applications.tables.pledges import PLEDGES
from shared.contracts.around_loans import LoanRenewedV1
from shared.messaging import outbox
from shared.postgres.published_schemes import terms_on
from shared.refusals import FieldsWrong
from shared.schemes.stated import all_kept, read_facts
from shared.schemes.terms import Terms
from shared.transitions import Transition


async def register_pledge(case: CaseInHand, registrations: Sequence[Registration]) -> Transition:
    """Every right of the case stands in its register. Raises FieldsWrong."""
    case.must_allow(Action.REGISTER_PLEDGE)
    row = case.row
    rights = await loans.rights_of(case.conn, row["id"], row["revision"])

    faults = registration_faults(
        registrations,
        collateral_nos=[right["collateral_no"] for right in rights],
        approved_on=row["approved_on"],
        today=case.today,
    )
    if faults:
        raise FieldsWrong(faults)
    numbers = tuple(entry.registration_no for entry in registrations)
    decision = Decision(
        detail={"registration_numbers": list(numbers)},
        facts={
            "registration_numbers": numbers,
            "registered_on": max(entry.registered_on for entry in registrations),
        },
    )

    first = PLEDGES.life_cycle.require(None, pledge.Action.REGISTER, case.caller)
    kept = await loans.register(
        case.conn, row["id"], row["bank_code"], registrations, state=first.target, now=case.now
    )
    await pledges.begin(case.conn, kept, by=case.caller, now=case.now)
    done = await case.take_step(Action.REGISTER_PLEDGE, decision)
    await pledges.tell_standing(case.conn, [row["id"]], now=case.now)
    return done


async def disburse(case: CaseInHand, paid: Disbursement) -> Transition:
    """The bank has paid out: the case is a loan. Raises FieldsWrong and NoLongerEligible."""
    case.must_allow(Action.DISBURSE)
    row = case.row
    rights = await loans.rights_of(case.conn, row["id"], row["revision"])
    registered_on = await loans.registered_on(case.conn, row["id"])

    terms = await terms_on(case.conn, row["programme"], row["approved_on"], row["mode"])
    faults = disbursement_faults(
        paid,
        approved_fen=row["amount_fen"],
        tenor_months=row["tenor_months"],
        approved_on=row["approved_on"],
        registered_on=registered_on,
        reserved_until=row["reserved_until"],
        first_right_ends_on=min(right["expires_on"] for right in rights),
        filed_by=filed_by(paid.disbursed_on, terms=terms, working_days=case.working_days),
        today=case.today,
    )
    values, wrong = read_facts(paid.attributes, terms, at="disbursement")
    if faults := (*faults, *wrong):
        raise FieldsWrong(faults)
    looks = await must_still_be_eligible(
        case,
        on=paid.disbursed_on,
        lists_checked=paid.lists_checked,
        matures_on=paid.matures_on,
    )
    stated = witnessed(
        values, terms, at="disbursement", on=paid.disbursed_on, by=case.caller, now=case.now
    )
    insurance = await insurance_of(
        case.conn, row, terms, amount_fen=paid.amount_fen, day=paid.disbursed_on
    )
    decision = Decision(
        changes={
            "stated_facts": [*row["stated_facts"], *stated],
            "drawable_fen": paid.left_of(row["amount_fen"]),
            "draws_until": paid.draws_until,
        },
        detail={
            "loan_no": paid.loan_no,
            "lists_checked": [one.as_data() for one in looks],
            **({} if insurance is None else {"insurance": insurance.as_data()}),
        },
        facts=_told(paid)
        | {
            "annual_rate_bp": row["annual_rate_bp"],
            "attributes": all_kept(values),
        },
    )

    if not await loans.lend(case.conn, row, paid):
        raise FieldsWrong([LOAN_NO_USED])
    done = await case.take_step(Action.DISBURSE, decision)
    if row["renews"] is not None:
        await _tell_renewed(case, row["renews"], paid.disbursed_on, terms)
    return done


def _told(paid: Disbursement) -> dict[str, Any]:
    """What the event says of what was paid out."""
    names = ("amount_fen", "loan_no", "disbursed_on", "matures_on", "draws_until")
    return {name: getattr(paid, name) for name in names}


async def _tell_renewed(
    case: CaseInHand, renewed_id: UUID, disbursed_on: date, terms: Terms
) -> None:
    """The bank is told of a loan that is renewed and still out, and by when it reports it repaid."""
    old = await renewals.still_out(case.conn, renewed_id)
    if old is None:
        return
    told = LoanRenewedV1(
        **about(old),
        renewed_by=case.row["id"],
        renewed_by_number=case.row["number"],
        renewed_on=disbursed_on,
        outstanding_principal_fen=old["outstanding_fen"],
        report_repaid_by=reported_repaid_by(disbursed_on, terms, case.working_days),
    )
    await outbox.append(case.conn, [told], now=case.now)
