"""People decide on a case: each step says what it leaves, and the life cycle moves the case."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from services.applications.domain.approval import WHY_NOT_BEFORE
from services.applications.domain.check_lines import CheckLine, as_data
from services.applications.domain.life_cycle import Action
from services.applications.domain.paid_out import (
    CONDITIONS_TOO_LATE,
    PaidOut,
    PaidOutSeen,
    seen_faults,
)
from services.applications.domain.waiting import FIRST_REVIEW
from services.applications.handlers.case_checks import lines_of
from services.applications.handlers.case_in_hand import CaseInHand, Decision
from services.applications.handlers.eligibility import must_not_be_listed
from services.applications.queries.effect import owed_before
from services.applications.queries.moves import clock_began, times_returned
from services.applications.tables.conditions import (
    add_conditions,
    drop_conditions,
)
from shared.contracts.applications import Reason
from shared.money import format_fen
from shared.refusals import FieldsWrong
from shared.transitions import Transition

NOBODYS: Final = {"assigned_to": None, "assigned_name": None}
NOT_APPROVED: Final = {"recommended_by": None, "approved_by": None, "signature_role": None}
"""Opinions that were given count no more."""


async def take(case: CaseInHand) -> Transition:
    """A reviewer takes a case from the queue."""
    caller = case.caller
    changes = {"assigned_to": caller.subject, "assigned_name": caller.name}
    return await case.take_step(Action.TAKE, Decision(changes=changes))


async def release(case: CaseInHand) -> Transition:
    """The reviewer puts it back."""
    return await case.take_step(Action.RELEASE, Decision(changes=NOBODYS))


async def recommend(
    case: CaseInHand,
    *,
    opinion: str,
    conditions: Sequence[str] = (),
    seen: PaidOutSeen | None = None,
) -> Transition:
    """The first pair of eyes, with what is to be met before the loan is paid out; conditions of an
    earlier opinion count no more. `seen` is what the papers of a loan show that is paid out already.
    Raises NoLongerEligible for a firm on a list of the scheme, FieldsWrong."""
    case.must_allow(Action.RECOMMEND)
    paid = PaidOut.of_data(case.row["paid_out"])
    faults = list(seen_faults(paid, case.row["amount_fen"], seen))
    if paid is not None and conditions:
        faults.append(CONDITIONS_TOO_LATE)
    if faults:
        raise FieldsWrong(faults)
    looks = await must_not_be_listed(case)
    checks = await lines_of(case.conn, case.row, today=case.today)
    owed = await owed_before(case.conn, case.row)
    changes = {"recommended_by": case.caller.subject}
    decision = Decision(
        reason=opinion,
        changes=changes,
        detail=seen_by_the_first(checks, owed)
        | ({"conditions": list(conditions)} if conditions else {})
        | ({"paid_out_seen": seen.as_data()} if seen else {})
        | ({"lists_checked": [one.as_data() for one in looks]} if looks else {}),
    )
    done = await case.take_step(Action.RECOMMEND, decision)
    await drop_conditions(case.conn, case.row["id"], now=case.now)
    await add_conditions(case.conn, case.row, conditions, by=case.caller, now=case.now)
    return done


def seen_by_the_first(checks: Sequence[CheckLine], owed_fen: Mapping[str, int]) -> dict[str, Any]:
    """What stands before who gives the first opinion, kept for who decides on it: the machine's
    checks, and what firm and bank owe without this case."""
    return {
        "checks": as_data(checks),
        "owed_before": {whose: format_fen(fen) for whose, fen in owed_fen.items()},
    }


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


async def withdraw(case: CaseInHand, *, reason: str) -> Transition:
    """The bank takes its case back."""
    return await case.take_step(Action.WITHDRAW, Decision(reason=reason, facts={"reason": reason}))


async def close(case: CaseInHand, *, reason: str) -> Transition:
    """The pledge is cancelled, or pursuit is over."""
    return await case.take_step(Action.CLOSE, Decision(reason=reason))
