"""A case is approved: by its approver, or, where its amount needs it, with a further signature."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from services.applications.domain.approval import MeetingNeeded, Part, approved_part, part_kept
from services.applications.domain.check_lines import as_data
from services.applications.domain.life_cycle import Action
from services.applications.domain.lists_checked import ListChecked, faults
from services.applications.domain.paid_out import CONDITIONS_TOO_LATE, NOT_IN_PART, PaidOut
from services.applications.domain.waiting import FIRST_REVIEW
from services.applications.handlers.case_checks import lines_of
from services.applications.handlers.case_in_hand import CaseInHand, Decision
from services.applications.handlers.decisions import NOT_APPROVED
from services.applications.handlers.eligibility import must_still_be_eligible
from services.applications.handlers.listed_firms import tell_listed
from services.applications.queries.listed import entries_of
from services.applications.queries.moves import clock_began, passed_on
from services.applications.queries.parks import park_meant
from services.applications.queries.submitted import submitted
from services.applications.tables.cases import about
from services.applications.tables.conditions import add_conditions, condition_texts
from services.applications.tables.meetings import a_meeting_has_approved
from shared import canonical
from shared.contracts.applications import ApplicationApprovedV1
from shared.contracts.filed_loans import LoanPaidOut
from shared.money import format_fen, round_half_up
from shared.postgres.published_schemes import terms_on
from shared.ratios import WHOLE_BP
from shared.refusals import FieldsWrong
from shared.schemes.decide.approval import approval_level
from shared.schemes.rules.approval import ApprovalLevel
from shared.transitions import Transition


@dataclass(frozen=True, kw_only=True)
class _Sized:
    """A case as one of the amount that is to be approved: so it is judged, told and lent."""

    case: CaseInHand
    amounts: Mapping[str, Any]
    """The columns that an approval of a part leaves."""
    level: ApprovalLevel | None
    """What today's terms ask for such an amount."""
    source: str
    """Where the terms say so."""


@dataclass(frozen=True, kw_only=True)
class _Judged:
    """What an approval keeps and tells, by today's rules."""

    detail: Mapping[str, Any]
    facts: Mapping[str, Any]


async def approve(
    case: CaseInHand,
    *,
    opinion: str,
    lists_checked: Sequence[ListChecked],
    part: Part | None = None,
    conditions: Sequence[str] = (),
) -> Transition:
    """The second pair of eyes, for the whole amount or a part of it, with further conditions.

    Where the amount needs a further signature, the case waits for it; else today's terms bind the
    loan from today's business date on. Raises what the scheme raises where it is not in force today,
    FieldsWrong, NoLongerEligible, MeetingNeeded.
    """
    _must_be_whole(case, part, conditions)
    sized = await _sized(case, part)
    role = sized.level.signature if sized.level else None
    case.must_allow(Action.PASS_ON if role else Action.APPROVE)
    judged = await _judged(sized, lists_checked=lists_checked, conditions=conditions)
    if not role:
        changes = {"approved_by": case.caller.subject}
        return await _carried_out(sized, judged, Action.APPROVE, opinion, changes)
    decision = Decision(
        reason=opinion,
        detail={**judged.detail, "signature": role, "part": part.as_data() if part else None},
        changes={"approved_by": case.caller.subject, "signature_role": role},
        facts={"role": role, "amount_fen": sized.case.row["amount_fen"],
               "approved_name": case.caller.name},
    )  # fmt: skip
    # The row keeps the amount applied for: a signature that is refused leaves nothing behind.
    return await case.take_step(Action.PASS_ON, decision)


async def countersign(
    case: CaseInHand, *, opinion: str, lists_checked: Sequence[ListChecked] = ()
) -> Transition:
    """The third signature: what the approver has decided holds, by the rules of today.

    Lists of firms that were looked at again go before the approver's looks. Raises as `approve`.
    """
    case.must_allow(Action.COUNTERSIGN)
    decided = await passed_on(case.conn, case.row["id"])
    assert decided is not None, "a case that waits for a signature was passed on"
    kept = decided["detail"]
    again = {one.name for one in lists_checked}
    looked = [
        *lists_checked,
        *(
            one
            for one in (ListChecked.of_data(each) for each in kept["lists_checked"])
            if one.name not in again
        ),
    ]
    sized = await _sized(case, part_kept(kept["part"]))
    judged = await _judged(sized, lists_checked=looked, conditions=())
    return await _carried_out(sized, judged, Action.COUNTERSIGN, opinion, {})


async def refuse_signature(case: CaseInHand, *, reason: str) -> Transition:
    """Who was to sign does not: the case is reviewed again, in the time that was left."""
    began = await clock_began(case.conn, case.row["id"], FIRST_REVIEW)
    facts = {"reason": reason, "assigned_to": case.row["assigned_to"] or ""}
    decision = Decision(reason=reason, changes=NOT_APPROVED, facts=facts)
    return await case.take_step(Action.REFUSE_SIGNATURE, decision, since=began)


def _must_be_whole(case: CaseInHand, part: Part | None, conditions: Sequence[str]) -> None:
    """A loan that is paid out already enters whole, and nothing is asked for before that."""
    faults = [
        fault for there, fault in ((part, NOT_IN_PART), (conditions, CONDITIONS_TOO_LATE)) if there
    ]
    if case.row["paid_out"] is not None and faults:
        raise FieldsWrong(faults)


async def _sized(case: CaseInHand, part: Part | None) -> _Sized:
    amounts = approved_part(case.row, part)
    applied_for: Any = case.row
    row = {**dict(applied_for), **amounts}
    terms = await terms_on(case.conn, row["programme"], case.today, row["mode"])
    return _Sized(
        case=replace(case, row=row),
        amounts=amounts,
        level=approval_level(row["amount_fen"], terms),
        source=terms.source("approval_levels"),
    )


async def _judged(
    sized: _Sized, *, lists_checked: Sequence[ListChecked], conditions: Sequence[str]
) -> _Judged:
    case = sized.case
    row, today = case.row, case.today
    if sized.level is not None and sized.level.joint_meeting:
        await _must_have_met(case, sized.source)
    if wrong := faults(lists_checked, today=today):
        raise FieldsWrong(wrong)
    looks = await must_still_be_eligible(case, on=today, lists_checked=lists_checked, decides=True)
    attributes = await _for_reports(case)
    checks = await lines_of(case.conn, row, today=today, lists_checked=looks)
    await add_conditions(case.conn, row, conditions, by=case.caller, now=case.now)
    told = await condition_texts(case.conn, row["id"])
    return _Judged(
        detail=_amounts_shown(sized.amounts)
        | {"checks": as_data(checks)}
        | {"conditions": list(told)}
        | {"lists_checked": [one.as_data() for one in looks]},
        facts=_known_to_the_pool(row)
        | {"approved_on": today, "attributes": attributes, "conditions": told}
        | {"paid_out": _told_as_paid_out(PaidOut.of_data(row["paid_out"]))},
    )


def _told_as_paid_out(paid: PaidOut | None) -> LoanPaidOut | None:
    """What the pool hears of a loan that is out: it holds and covers what is owed of it in one."""
    if paid is None:
        return None
    return LoanPaidOut(
        loan_no=paid.loan_no,
        disbursed_on=paid.disbursed_on,
        matures_on=paid.matures_on,
        outstanding_principal_fen=paid.outstanding_fen,
        as_of=paid.as_of,
        attributes=dict(paid.attributes),
    )


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


async def _must_have_met(case: CaseInHand, source: str) -> None:
    row = case.row
    if not await a_meeting_has_approved(
        case.conn, row["id"], revision=row["revision"], amount_fen=row["amount_fen"]
    ):
        raise MeetingNeeded(
            f"批准金额达到须经联合评审会的档次（{source}），尚无已结束的会议通过本案",
            "This amount needs a joint meeting first, and none that is concluded has approved it.",
            source=source,
        )


async def _carried_out(
    sized: _Sized, judged: _Judged, action: Action, opinion: str, changes: Mapping[str, Any]
) -> Transition:
    case = sized.case
    decision = Decision(
        reason=opinion,
        detail=judged.detail,
        changes={**changes, "approved_on": case.today, **sized.amounts},
        facts=judged.facts,
    )
    done = await case.take_step(action, decision)
    # On a list that the scheme does not name; at a claim the pool shows it.
    await tell_listed(case.conn, await entries_of(case.conn, [case.row["id"]]), now=case.now)
    return done


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
    wanted -= {"paid_out"}
    told = {name: row[name] for name in wanted}
    if not row["has_other_collateral"]:
        return told | {"ip_share_bp": WHOLE_BP, "ip_amount_fen": None}
    if row["ip_share_bp"] is None and row["ip_amount_fen"] is not None:
        rounded = round_half_up(Fraction(row["ip_amount_fen"] * WHOLE_BP, row["amount_fen"]))
        return told | {"ip_share_bp": max(rounded, 1)}
    return told
