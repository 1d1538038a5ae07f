"""A disbursement reported by mistake, or a loan filed by mistake after it was paid out, is taken back:
the bank asks, another person confirms."""

from services.applications.domain.life_cycle import Action
from services.applications.handlers.case_in_hand import CaseInHand, Decision
from services.applications.tables import cases, draws, loans
from shared.life_cycle import SYSTEM
from shared.refusals import Refused
from shared.transitions import Transition


class PositionsReported(Refused):
    """A loan with a reported position was paid out; what is wrong with it is mended there."""

    code = "positions-reported"


class DrawsReported(Refused):
    """A loan that was drawn upon was paid out; its draws are taken back first."""

    code = "draws-reported"


class NotDisbursed(Refused):
    """There is no disbursement that could be undone."""

    code = "not-disbursed"


class TakenOver(Refused):
    """The book with which its pool was taken over says that the loan is out; two persons stand for
    it."""

    code = "taken-over"


async def ask_to_undo(case: CaseInHand, *, reason: str) -> None:
    """The bank says that nothing was paid out, or that the loan was not to be filed. Raises
    NotDisbursed, TakenOver.

    It moves nothing: the loan stays covered until a second person has confirmed.
    """
    if Action.UNDO_DISBURSEMENT not in _ways_on(case):
        raise NotDisbursed(
            "只有已放款且未逾期的贷款可申请撤销放款",
            "Only a loan that is out and not overdue can be undone.",
            state=case.row["state"],
        )
    if case.row["submitted_by"] == SYSTEM.subject:
        raise TakenOver(
            "随资金池接管的贷款不能撤销放款，请更正余额",
            "A loan that was taken over with its pool cannot be undone; mend its positions.",
        )
    await cases.ask_to_undo(case.conn, case.row, by=case.caller.subject, reason=reason)


def _ways_on(case: CaseInHand) -> list[str]:
    moves = cases.APPLICATIONS.life_cycle.moves
    return [move.action for move in moves if move.source == case.row["state"]]


async def undo(case: CaseInHand) -> Transition:
    """The second person confirms: capacity is held again until its day, and then runs out. A loan
    that was filed leaves the pool: what it was covered for is free, and it stays the bank's alone.

    Raises what the life cycle refuses, DrawsReported and PositionsReported.
    """
    row = case.row
    filed = row["paid_out"] is not None
    action = Action.UNDO_FILING if filed else Action.UNDO_DISBURSEMENT
    case.must_allow(action)
    if await draws.any_of(case.conn, row["id"]):
        raise DrawsReported(
            "该贷款已有后续提款，请先撤销提款",
            "The loan was drawn upon after its disbursement; undo its draws first.",
        )
    loan = await loans.standing(case.conn, [row["id"]])
    if not await loans.take_back(case.conn, row["id"]):
        raise PositionsReported(
            "已报送过月度余额的贷款不能撤销放款，请更正余额",
            "A loan with reported positions cannot be undone; mend its positions.",
        )
    decision = Decision(
        reason=row["undo_reason"],
        detail={
            "asked_by": row["undo_asked_by"],
            "loan_no": loan[0]["loan_no"],
            "disbursed_on": str(loan[0]["disbursed_on"]),
        },
        changes={
            "undo_asked_by": None,
            "undo_reason": None,
            "drawable_fen": 0,
            "draws_until": None,
        },
        facts={"reason": row["undo_reason"], "on": case.today, "filed": filed},
    )
    done = await case.take_step(action, decision)
    return done
