"""Whether a pool has room for a loan: the scheme's limits, the bank's line, and the stops.

Requests are decided in the order of their approval against running figures: what one request
holds is used for the next one. A request that any limit binds is refused whole (programmes H.19);
all limits that bind are named, the tightest first (H.28). Whom a limit binds that can give way
waits in line (domain/waiting_line.py).
"""

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Final
from uuid import UUID

from services.risk_pool.domain.coverage import covered_part
from shared.money import group_fen
from shared.schemes.decide.limits import Exposure, Limit, binding, reservation_limits
from shared.schemes.terms import Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class BankLine:
    """What a bank and the pool agreed on, on the day of the request."""

    amount_fen: int
    source: str


@dataclass(slots=True, kw_only=True)
class Room:
    """A pool's running figures while requests are decided. Covered principal in fen; `used`
    figures are what is covered and what is held, together."""

    available_fen: int
    used_fen: int
    used_by_bank: dict[str, int] = field(default_factory=dict)
    used_by_borrower: dict[str, int] = field(default_factory=dict)
    lines_on: dict[date, dict[str, BankLine]] = field(default_factory=dict)
    """Day → bank → its line on that day."""
    banks: frozenset[str] = frozenset()
    """The banks that take part in the pool."""
    suspended: frozenset[str] = frozenset()
    stopped: bool = False
    runs_off: bool = False
    """Whether it is wound up: it takes nothing new, and nobody waits for that to change."""
    renewed: dict[UUID, int] = field(default_factory=dict)
    """Loan that a request renews → what is held or covered of it, and is in `used` already."""
    due_fen: int = 0
    """What the pool may still have to pay on claims in hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityRequest:
    """A request for capacity."""

    bank_code: str
    borrower_uscc: str
    amount_fen: int
    ip_share: Fraction
    on: date
    """The day of approval."""
    line_on: date | None = None
    """The day whose agreed line counts, for who has waited; None: the day of approval."""
    outstanding_fen: int | None = None
    """What is owed of a loan that was filed after it was paid out; None: it is yet to be paid out."""

    @property
    def is_paid_out(self) -> bool:
        """Whether the money is out already: then there is nothing to hold, only to cover."""
        return self.outstanding_fen is not None

    renews: UUID | None = None
    """The loan that it renews."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityDecision:
    """The answer: held or not, how much covered principal, and every limit, tightest first."""

    requested_fen: int
    limits: tuple[Limit, ...]
    renewed_fen: int = 0
    """What of it is one debt with what is left of the loan that it renews."""

    @property
    def binding(self) -> tuple[Limit, ...]:
        """The limits that leave too little room; none: the capacity is held."""
        return binding(self.limits)

    @property
    def held(self) -> bool:
        return not self.binding


def requested_fen(request: CapacityRequest, terms: Terms) -> int:
    """Covered principal: the IP part of the loan, or of what is owed of one that is paid out, up to
    what the scheme covers of one loan."""
    owed_fen = request.amount_fen if request.outstanding_fen is None else request.outstanding_fen
    part_fen = covered_part(owed_fen, request.ip_share)
    return min((part_fen, *(one.amount_fen for one in terms.covered if one.per == "loan")))


def decide(request: CapacityRequest, room: Room, terms: Terms) -> CapacityDecision:
    """Look at every limit. Changes nothing; see `hold`."""
    wanted_fen = requested_fen(request, terms)
    once_fen = one_debt(request, room, wanted_fen)
    exposure = Exposure(
        requested_fen=wanted_fen,
        borrower_covered_fen=room.used_by_borrower.get(request.borrower_uscc, 0) - once_fen,
        bank_covered_fen=room.used_by_bank.get(request.bank_code, 0) - once_fen,
        pool_covered_fen=room.used_fen - once_fen,
        pool_available_fen=room.available_fen,
        pool_due_fen=room.due_fen,
    )
    figures = [*_line(request, room, wanted_fen, once_fen), *reservation_limits(exposure, terms)]
    # What stops everything comes first, then the least room left after the request.
    figures.sort(key=lambda limit: limit.room_fen - limit.requested_fen)
    limits = (*_nothing_to_cover(request, wanted_fen), *_stops(request, room, wanted_fen), *figures)
    return CapacityDecision(requested_fen=wanted_fen, limits=limits, renewed_fen=once_fen)


def one_debt(request: CapacityRequest, room: Room, fen: int) -> int:
    """What of so much cover is one debt with the loan that is renewed: no more than is left of it.

    Both together are the larger of the two, so this much is not counted a second time.
    """
    if request.renews is None:
        return 0
    return min(fen, room.renewed.get(request.renews, 0))


def hold(request: CapacityRequest, room: Room, fen: int) -> None:
    """Count what was held, so that the next request meets it; of a renewal what goes beyond the rest
    of the loan that it renews."""
    once_fen = one_debt(request, room, fen)
    if request.renews is not None:
        room.renewed[request.renews] = room.renewed.get(request.renews, 0) - once_fen
    room.used_fen += fen - once_fen
    for used, who in (
        (room.used_by_bank, request.bank_code),
        (room.used_by_borrower, request.borrower_uscc),
    ):
        used[who] = used.get(who, 0) + fen - once_fen


STOPS: Final = frozenset({"bank_not_in_pool", "pool_in_run_off", "pool_stopped", "bank_suspended"})
"""What keeps every entry out, whatever the amounts."""


def stop(code: str, requested_fen: int, *, zh: str, en: str, source: str = "") -> Limit:
    """A limit that leaves no room at all, whatever the amounts."""
    return Limit(code, 0, 0, requested_fen, source, zh, en)


def _nothing_to_cover(request: CapacityRequest, wanted_fen: int) -> list[Limit]:
    """So little is owed of a filed loan that no fen of its IP part is left to be covered."""
    if not request.is_paid_out or wanted_fen:
        return []
    told = stop(
        "nothing_to_cover", 1, zh="余额中没有可纳入保障的知识产权部分",
        en="nothing of what is owed is of the IP part",
    )  # fmt: skip
    return [told]


def _stops(request: CapacityRequest, room: Room, wanted_fen: int) -> list[Limit]:
    found = []
    if request.bank_code not in room.banks:
        found.append(
            stop(
                "bank_not_in_pool",
                wanted_fen,
                zh=f"{request.bank_code} 不是该资金池的合作银行",
                en=f"{request.bank_code} is not a cooperating bank of this pool",
            )
        )
    if room.runs_off:
        found.append(
            stop(
                "pool_in_run_off",
                wanted_fen,
                zh="资金池已进入清算期，不再新增入库",
                en="the pool is in run-off; it takes no new entries",
            )
        )
    if room.stopped:
        found.append(
            stop(
                "pool_stopped",
                wanted_fen,
                zh="资金池可用余额低于停止线,暂停入库",
                en="the pool's balance is below its stop line; it takes no new entries",
            )
        )
    if request.bank_code in room.suspended:
        found.append(
            stop(
                "bank_suspended",
                wanted_fen,
                zh="该行不良率超过熔断线,暂停入库",
                en="the bank's covered loans are worse than the line; its entries are suspended",
            )
        )
    return found


def _line(
    request: CapacityRequest, room: Room, wanted_fen: int, once_fen: int
) -> list[Limit]:  # fmt: skip
    line = room.lines_on.get(request.line_on or request.on, {}).get(request.bank_code)
    if line is None:
        return []
    used_fen = room.used_by_bank.get(request.bank_code, 0) - once_fen
    figures = " / ".join(map(group_fen, (line.amount_fen, used_fen, wanted_fen)))
    return [
        Limit(
            "bank_line",
            line.amount_fen,
            used_fen,
            wanted_fen,
            line.source,
            f"合作银行额度:上限/已用/申请 {figures} 元",
            f"line of the bank: allowed/used/requested {figures} yuan",
        )
    ]
