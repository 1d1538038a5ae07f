"""People decide on a case: each step says what it leaves, and the life cycle moves the case."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any, Final

from services.applications.domain.approval import WHY_NOT_BEFORE, Part, approved_part
from services.applications.domain.check_lines import as_data
from services.applications.domain.life_cycle import Action
from services.applications.domain.lists_checked import ListChecked, faults
from services.applications.domain.waiting import FIRST_REVIEW
from services.applications.handlers.case_checks import lines_of
from services.applications.handlers.case_in_hand import CaseInHand, Decision
from services.applications.handlers.eligibility import must_still_be_eligible
from services.applications.queries.moves import clock_began, times_returned
from services.applications.queries.parks import park_meant
from services.applications.queries.submitted import submitted
from services.applications.tables.cases import about
from services.applications.tables.conditions import (
    add_conditions,
    condition_texts,
    drop_conditions,
)
from shared import canonical
from shared.contracts.applications import ApplicationApprovedV1, Reason
from shared.money import format_fen, round_half_up
from shared.postgres.published_schemes import terms_on
from shared.ratios import WHOLE_BP
from shared.refusals import FieldsWrong
from shared.transitions import Transition

NOBODYS: Final = {"assigned_to": None, "assigned_name": None}


async def take(case: CaseInHand) -> Transition:
    """A reviewer takes a case from the queue."""
    caller = case.caller
    changes = {"assigned_to": caller.subject, "assigned_name": caller.name}
    return await case.take_step(Action.TAKE, Decision(changes=changes))


async def release(case: CaseInHand) -> Transition:
    """The reviewer puts it back."""
    return await case.take_step(Action.RELEASE, Decision(changes=NOBODYS))


async def recommend(
    case: CaseInHand, *, opinion: str, conditions: Sequence[str] = ()
) -> Transition:
    """The first pair of eyes, with what is to be met before the loan is paid out; conditions of an
    earlier opinion count no more."""
    changes = {"recommended_by": case.caller.subject}
    decision = Decision(
        reason=opinion,
        changes=changes,
        detail={"conditions": list(conditions)} if conditions else {},
    )
    done = await case.take_step(Action.RECOMMEND, decision)
    await drop_conditions(case.conn, case.row["id"], now=case.now)
    await add_conditions(case.conn, case.row, conditions, by=case.caller, now=case.now)
    return done


async def withdraw_opinion(case: CaseInHand, *, reason: str) -> Transition:
    """Who recommended takes the opinion back and reviews on; the review's clock has run on."""
    began = await clock_began(case.conn, case.row["id"], FIRST_REVIEW)
    caller = case.caller
    # It may have been taken by somebody for whom the caller stood in.
    changes = {
        "recommended_by": None, "assigned_to": caller.subject, "assigned_name": caller.name,
    }  # fmt: skip
    decision = Decision(reason=reason, changes=changes)
    return await case.take_step(Action.WITHDRAW_OPINION, decision, since=began)


async def give_back(
    case: CaseInHand, *, reasons: Sequence[Reason], why_not_before: str = ""
) -> Transition:
    """Back to the bank, with everything that is to be mended in one notice. Whoever returns a case
    again says why that was not said the first time. Raises FieldsWrong."""
    case.must_allow(Action.RETURN)
    before = await times_returned(case.conn, case.row["id"])
    if before and not why_not_before:
        raise FieldsWrong([WHY_NOT_BEFORE])
    findings = [{**reason.model_dump(), "source": "", "evidence": {}} for reason in reasons]
    decision = Decision(
        reason="；".join(reason.zh for reason in reasons),
        detail={"times": before + 1, "why_not_before": why_not_before},
        changes={**NOBODYS, "findings": findings, "recommended_by": None},
        facts={"reasons": tuple(reasons), "by": "reviewer"},
    )
    return await case.take_step(Action.RETURN, decision)


async def reject(case: CaseInHand, *, reason: str) -> Transition:
    """No, for good."""
    case.must_allow(Action.REJECT)
    checks = await lines_of(case.conn, case.row, today=case.today)
    decision = Decision(reason=reason, detail={"checks": as_data(checks)}, facts={"reason": reason})
    return await case.take_step(Action.REJECT, decision)


async def approve(
    case: CaseInHand,
    *,
    opinion: str,
    lists_checked: Sequence[ListChecked],
    part: Part | None = None,
    conditions: Sequence[str] = (),
) -> Transition:
    """The second pair of eyes, for the whole amount or a part of it, with further conditions. From
    today's business date on, today's terms bind the loan.

    Raises what the scheme raises where it is not in force today, FieldsWrong, NoLongerEligible.
    """
    case.must_allow(Action.APPROVE)
    amounts = approved_part(case.row, part)
    # From here on the case is one of the approved amount: so it is judged, told and lent.
    applied_for: Any = case.row
    case = replace(case, row={**dict(applied_for), **amounts})
    row, today = case.row, case.today
    await terms_on(case.conn, row["programme"], today, row["mode"])
    if wrong := faults(lists_checked, today=today):
        raise FieldsWrong(wrong)
    await must_still_be_eligible(case, on=today, lists_checked=lists_checked)
    attributes = await _for_reports(case)
    checks = await lines_of(case.conn, row, today=today, lists_checked=lists_checked)
    await add_conditions(case.conn, row, conditions, by=case.caller, now=case.now)
    told = await condition_texts(case.conn, row["id"])
    decision = Decision(
        reason=opinion,
        detail=_amounts_shown(amounts)
        | {"checks": as_data(checks)}
        | {"conditions": list(told)}
        | {"lists_checked": [one.as_data() for one in lists_checked]},
        changes={"approved_by": case.caller.subject, "approved_on": today, **amounts},
        facts=_known_to_the_pool(row)
        | {"approved_on": today, "attributes": attributes, "conditions": told},
    )
    return await case.take_step(Action.APPROVE, decision)


async def _for_reports(case: CaseInHand) -> dict[str, Any]:
    """What was stated, with what reports divide by: the kind of IP, and the park by the register's
    name and code where the bank named one of the register."""
    row = case.row
    stated: dict[str, Any] = row["attributes"] | {
        "ip_kind": (await submitted(case.conn, row)).ip_kind
    }
    said = str(stated.get("park", ""))
    park = await park_meant(case.conn, said, canonical.name(said)) if said else None
    return stated | {"park": park["name"], "park_code": park["code"]} if park else stated


def _amounts_shown(amounts: Mapping[str, Any]) -> dict[str, Any]:
    """An approval of a part in its history row: what was applied for, what was approved, why."""
    if not amounts:
        return {}
    return {
        "applied": format_fen(amounts["applied_fen"]),
        "approved": format_fen(amounts["amount_fen"]),
        "amount_reason": amounts["amount_reason"],
    }


def _known_to_the_pool(row: Any) -> dict[str, Any]:
    """What the approval's event asks of a case, by the columns of the same names."""
    wanted = ApplicationApprovedV1.model_fields.keys() & row.keys() - about(row).keys()
    told = {name: row[name] for name in wanted}
    if not row["has_other_collateral"]:
        return told | {"ip_share_bp": WHOLE_BP, "ip_amount_fen": None}
    if row["ip_share_bp"] is None and row["ip_amount_fen"] is not None:
        rounded = round_half_up(Fraction(row["ip_amount_fen"] * WHOLE_BP, row["amount_fen"]))
        return told | {"ip_share_bp": max(rounded, 1)}
    return told


async def withdraw(case: CaseInHand, *, reason: str) -> Transition:
    """The bank takes its case back."""
    return await case.take_step(Action.WITHDRAW, Decision(reason=reason, facts={"reason": reason}))


async def close(case: CaseInHand, *, reason: str) -> Transition:
    """The pledge is cancelled, or pursuit is over."""
    return await case.take_step(Action.CLOSE, Decision(reason=reason))
