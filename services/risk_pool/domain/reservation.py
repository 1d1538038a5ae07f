"""An approved loan asks for capacity: the terms that bind it, the decision, until when it is held."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, ClassVar

from services.risk_pool.domain import capacity
from services.risk_pool.domain.capacity import CapacityDecision, CapacityRequest, Room
from services.risk_pool.domain.coverage import Action, covered_part
from services.risk_pool.domain.waiting_line import Line, may_wait
from shared.refusals import Refused
from shared.schemes.decide.deadlines import CountsWorkingDays, NoDeadline, deadline
from shared.schemes.decide.explanation import Step, money
from shared.schemes.decide.limits import explain_limits
from shared.schemes.scheme import Scheme
from shared.schemes.terms import Terms
from shared.schemes.vocabulary import Words

DAYS_HELD_UNLESS_STATED = 60
"""How long capacity is held where the scheme sets no time for it (assumed)."""


class ProgrammeDiffers(Refused):
    """The case names another programme than its pool's."""

    code: ClassVar[str] = "programme-differs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """What became of a request for capacity."""

    decision: CapacityDecision
    scheme_version: str
    explanation: Mapping[str, Any]
    until: date | None = None
    """The last day on which it is held, or waits in line; None: declined."""
    place: int | None = None
    """Its place in the waiting line; None: it does not wait."""
    is_paid_out: bool = False
    """Whether the loan was filed after it was paid out: it enters at once or not at all."""

    @property
    def action(self) -> Action:
        """What it does to the coverage."""
        if self.decision.held:
            return Action.ENTER if self.is_paid_out else Action.RESERVE
        return Action.DECLINE if self.place is None else Action.WAIT

    @property
    def reserved_until(self) -> date | None:
        """The last day on which it is held."""
        return self.until if self.decision.held else None

    @property
    def reserved_fen(self) -> int:
        """The covered principal that is held."""
        return self.decision.requested_fen if self.decision.held else 0


def decide_reservation(
    request: CapacityRequest,
    room: Room,
    line: Line,
    *,
    held_from: date,
    programme: str,
    pool_programme: str,
    mode: str,
    scheme: Scheme | Refused,
    working_days: CountsWorkingDays,
) -> Reservation:
    """Decide a request by the terms of its approval day, and count in `room` what is held and in
    `line` who waits.

    Capacity is held from `held_from` on: the day of approval, or that on which the line is served.
    A place in the line is kept as long as the approval is valid: as long as capacity would have
    been held from the day of approval. Where no terms bind the loan, that is the limit that
    leaves no room; `scheme` may be the reason why no version is in force.
    A loan that is paid out already is covered at once or declined: it stays outside the pool, for a
    place in the line would let it enter after it has gone bad.
    """
    try:
        terms = _terms(programme, pool_programme, scheme, mode, request.on)
    except Refused as refused:
        return _no_terms(request, refused)
    decision = line.in_turn(request, capacity.decide(request, room, terms))
    place, until = None, None
    if decision.held:
        capacity.hold(request, room, decision.requested_fen)
        until = None if request.is_paid_out else _held_until(held_from, terms, working_days)
    elif may_wait(decision) and not request.is_paid_out:
        place = line.join(request, decision)
        until = _held_until(request.on, terms, working_days)
    return Reservation(
        decision=decision,
        scheme_version=terms.version,
        explanation=_explained(decision, terms),
        until=until,
        place=place,
        is_paid_out=request.is_paid_out,
    )


def _explained(decision: CapacityDecision, terms: Terms) -> dict[str, Any]:
    """Every limit; of a renewal first what is one debt with the loan that it renews, and therefore
    stands in no limit's `used`."""
    explained = explain_limits(decision.limits, terms)
    if decision.renewed_fen:
        step = Step(
            rule="renewal",
            title=Words("续贷：与被续贷款按一笔债务计", "renewal: one debt with the renewed loan"),
            source="续贷规则（决策 0020）",
            inputs=(("requested", money(decision.requested_fen)),),
            result=money(decision.renewed_fen),
            note=Words(
                "该部分已由被续贷款占用，各上限的“已用”中不再重复计入",
                "the renewed loan uses this much already; no limit counts it a second time",
            ),
        )
        explained = replace(explained, steps=(step, *explained.steps))
    return explained.as_data()


def _terms(
    programme: str, pool_programme: str, scheme: Scheme | Refused, mode: str, approved_on: date
) -> Terms:
    """The terms that bind the loan: those of its approval day, in its mode (programmes H.12)."""
    if programme != pool_programme:
        raise ProgrammeDiffers(
            f"申请的方案 {programme} 不是资金池的方案 {pool_programme}",
            f"The case is under {programme}, the pool under {pool_programme}.",
        )
    if isinstance(scheme, Refused):
        raise scheme
    return scheme.terms(on=approved_on, mode=mode)


def _no_terms(request: CapacityRequest, refused: Refused) -> Reservation:
    wanted_fen = covered_part(request.amount_fen, request.ip_share)
    code = refused.code.replace("-", "_")
    limit = capacity.stop(code, wanted_fen, zh=refused.zh, en=refused.en)
    return Reservation(
        decision=CapacityDecision(requested_fen=wanted_fen, limits=(limit,)),
        scheme_version="",
        is_paid_out=request.is_paid_out,
        explanation={"decision": "reservation", "version": "", "steps": [limit.as_data()]},
    )


def _held_until(start: date, terms: Terms, working_days: CountsWorkingDays) -> date:
    try:
        return deadline("reservation", start, terms, working_days)
    except NoDeadline:
        return start + timedelta(days=DAYS_HELD_UNLESS_STATED)
