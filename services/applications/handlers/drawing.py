"""Further parts of a loan: the bank draws, and takes back with a second person what never was."""

from datetime import date

from services.applications.domain.draws import (
    Draw,
    draw_faults,
    require_drawable,
    require_no_double,
)
from services.applications.domain.guards import UndoNotAsked
from services.applications.domain.life_cycle import TAKES_DRAWS, Action, State
from services.applications.domain.waiting import filed_by
from services.applications.handlers.case_in_hand import CaseInHand, Decision
from services.applications.handlers.eligibility import must_still_be_eligible
from services.applications.handlers.undoing import NotDisbursed, PositionsReported
from services.applications.tables import cases, draws, loans
from shared.life_cycle import Row
from shared.postgres.published_schemes import terms_on
from shared.refusals import FieldsWrong, NotFound, Refused
from shared.transitions import Transition


class DrawInClosedMonth(Refused):
    """A draw of a month that the pool has settled is on its statement and stays."""

    code = "month-closed"


async def draw(case: CaseInHand, asked: Draw) -> Transition:
    """The bank has paid a further part out: what was held for it becomes exposure.

    Every rule is asked again by the terms and values of the day, as at the disbursement. Raises
    LoanNotDrawable, NothingToDraw, FieldsWrong, DrawReferenceUsed, LikelyDouble, NoLongerEligible.
    """
    row = case.row
    require_drawable(State(row["state"]))
    case.must_allow(Action.DRAW)
    (loan,) = await loans.standing(case.conn, [row["id"]])
    terms = await terms_on(case.conn, row["programme"], row["approved_on"], row["mode"])

    faults = draw_faults(
        asked,
        drawable_fen=row["drawable_fen"],
        disbursed_on=loan["disbursed_on"],
        draws_until=row["draws_until"],
        filed_by=filed_by(asked.drawn_on, terms=terms, working_days=case.working_days),
        today=case.today,
    )
    if faults:
        raise FieldsWrong(faults)
    same_reference, same_money = await draws.same_as(case.conn, row, asked)
    require_no_double(asked, same_reference=same_reference, same_money=same_money)
    looks = await must_still_be_eligible(
        case,
        on=asked.drawn_on,
        lists_checked=asked.lists_checked,
        matures_on=loan["matures_on"],
    )

    number, after = await draws.keep(case.conn, row, asked, by=case.caller.subject, now=case.now)
    left_fen = row["drawable_fen"] - asked.amount_fen
    decision = Decision(
        changes={"drawable_fen": left_fen},
        detail={
            "draw_no": number,
            "reference": asked.reference,
            "lists_checked": [one.as_data() for one in looks],
        },
        facts={
            "draw_no": number,
            "amount_fen": asked.amount_fen,
            "drawn_on": asked.drawn_on,
            "reference": asked.reference,
            "drawn_fen": after["amount_fen"],
            "drawable_fen": left_fen,
            "draws_until": row["draws_until"],
            "outstanding_principal_fen": after["outstanding_fen"],
        },
    )
    return await case.take_step(Action.DRAW, decision)


async def ask_to_undo(case: CaseInHand, draw_no: int, *, reason: str) -> None:
    """The bank says that a draw never was, or bounced. It moves nothing until a second person has
    confirmed. Raises NotDisbursed, NotFound."""
    if case.row["state"] not in TAKES_DRAWS:
        raise NotDisbursed(
            "只有已放款且未逾期的贷款可申请撤销提款",
            "Only a draw of a loan that is out and not overdue can be undone.",
            state=case.row["state"],
        )
    await _found(case, draw_no)
    await cases.ask_to_undo(
        case.conn, case.row, by=case.caller.subject, reason=reason, draw_no=draw_no
    )


async def undo(case: CaseInHand, draw_no: int) -> Transition:
    """The second person confirms: the part can be drawn again until the last day for draws.

    Raises what the life cycle refuses, UndoNotAsked, DrawInClosedMonth, PositionsReported.
    """
    case.must_allow(Action.UNDO_DRAW)
    row = case.row
    if row["undo_draw_no"] != draw_no:
        raise UndoNotAsked(
            f"银行申请撤销的是第 {row['undo_draw_no']} 次提款",
            f"The bank has asked for draw {row['undo_draw_no']} to be undone.",
            draw_no=row["undo_draw_no"],
        )
    gone = await _found(case, draw_no)
    await _must_be_mendable(case, gone)

    again = _may_be_drawn_again(row, case.today)
    after = await draws.take_back(case.conn, gone, on=case.today, reason=row["undo_reason"])
    decision = Decision(
        reason=row["undo_reason"],
        detail={"asked_by": row["undo_asked_by"], "draw_no": draw_no},
        changes={
            "undo_asked_by": None,
            "undo_reason": None,
            "undo_draw_no": None,
            "drawable_fen": row["drawable_fen"] + (gone["amount_fen"] if again else 0),
        },
        facts={
            **{name: gone[name] for name in ("draw_no", "amount_fen", "drawn_on", "reference")},
            "drawn_fen": after["amount_fen"],
            "draws_until": row["draws_until"] if again else None,
            "outstanding_principal_fen": after["outstanding_fen"],
            "reason": row["undo_reason"],
            "on": case.today,
        },
    )
    done = await case.take_step(Action.UNDO_DRAW, decision)
    return done


async def _found(case: CaseInHand, draw_no: int) -> Row:
    found: Row | None = await draws.find(case.conn, case.row["id"], draw_no)
    if found is None:
        raise NotFound(
            f"没有第 {draw_no} 次提款，或已撤销", f"There is no draw {draw_no}, or it was undone."
        )
    return found


async def _must_be_mendable(case: CaseInHand, gone: Row) -> None:
    if await draws.month_is_closed(case.conn, case.row["pool_code"], gone["drawn_on"]):
        raise DrawInClosedMonth(
            f"{gone['drawn_on']} 所在月份已结账，提款不能撤销；以余额更正反映",
            f"The month of {gone['drawn_on']} is settled; the draw stays, and positions are mended.",
        )
    month = await draws.month_reported_above(case.conn, gone["loan_id"], gone["draw_no"])
    if month is not None:
        raise PositionsReported(
            f"{month} 报送的余额包含本次提款，请先更正该月余额",
            f"The position of {month} owes more than was drawn without this draw; mend it first.",
            month=month,
        )


def _may_be_drawn_again(row: Row, today: date) -> bool:
    until: date | None = row["draws_until"]
    return until is not None and today <= until
