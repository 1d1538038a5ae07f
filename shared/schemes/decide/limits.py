"""How much room is left for a loan: every limit with what it allows, tightest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from shared.money import format_fen, group_fen
from shared.schemes.decide.explanation import Explanation, Step, money, note_if
from shared.schemes.rules.declare import Fen
from shared.schemes.terms import Terms
from shared.schemes.vocabulary import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """What is covered already, outstanding and held together, and what a loan asks for.

    All principal in fen. `pool_due_fen` is what the pool would owe on claims in hand.
    """

    requested_fen: Fen
    borrower_covered_fen: Fen
    bank_covered_fen: Fen
    pool_covered_fen: Fen
    pool_available_fen: Fen
    pool_due_fen: Fen = 0


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit: what it allows in all, what is used, what is asked for."""

    code: str
    allowed_fen: int
    used_fen: int
    requested_fen: int
    source: str
    zh: str
    en: str

    @property
    def room_fen(self) -> int:
        """What could still be asked for; never below zero."""
        return max(self.allowed_fen - self.used_fen, 0)

    @property
    def binds(self) -> bool:
        """Whether it leaves too little; a limit met exactly does not bind (H.28)."""
        return self.used_fen + self.requested_fen > self.allowed_fen

    def as_data(self) -> dict[str, Any]:
        return {
            "limit": self.code,
            "allowed": format_fen(self.allowed_fen),
            "used": format_fen(self.used_fen),
            "requested": format_fen(self.requested_fen),
            "room": format_fen(self.room_fen),
            "binds": self.binds,
            "source": self.source,
            "zh": self.zh,
            "en": self.en,
        }


def reservation_limits(exposure: Exposure, terms: Terms) -> tuple[Limit, ...]:
    """Every limit a reservation meets, the tightest (least room) first; ties in a fixed order.

    A loan that any limit binds is refused whole, never covered in part (H.19).
    `maximum_leverage` is a ceiling here; `minimum_leverage` is never a reason to refuse (H.26).
    """
    limits = list(_limits(exposure, terms))
    return tuple(sorted(limits, key=lambda limit: limit.room_fen - limit.requested_fen))


def binding(limits: Sequence[Limit]) -> tuple[Limit, ...]:
    """Those that leave too little room, in the order given."""
    return tuple(limit for limit in limits if limit.binds)


def capacity_fen(available_fen: int, terms: Terms) -> int | None:
    """All the principal that a balance can cover; None without a leverage rule."""
    if terms.maximum_leverage is None:
        return None
    leverage = terms.maximum_leverage
    return max(available_fen, 0) * leverage.numerator // leverage.denominator


def leverage_shortfall_fen(
    terms: Terms, *, bank_pool_share_fen: int, committed_line_fen: int
) -> int:
    """By how much a bank's line misses what it undertook to lend; reported only (H.26)."""
    if terms.minimum_leverage is None:
        return 0
    wanted = terms.minimum_leverage * bank_pool_share_fen
    return max(-(-wanted.numerator // wanted.denominator) - committed_line_fen, 0)


def pool_share_of(terms: Terms) -> Fraction:
    """The largest part of a loss that any row leaves with the pool and those it stands for."""
    if terms.sharing is None:
        return Fraction(0)
    most = max(dict(row.shares).get("pool", Fraction(0)) for row in terms.sharing.rows)
    plus = sum((plus.points for plus in terms.sharing.plus if plus.to == "pool"), Fraction(0))
    return most + plus


def _limits(exposure: Exposure, terms: Terms) -> list[Limit]:
    asked = exposure.requested_fen
    found = []

    def limit(code: str, rule: str, allowed: int, used: int, requested: int, said: Words) -> None:
        figures = f"{group_fen(allowed)} / {group_fen(used)} / {group_fen(requested)}"
        found.append(
            Limit(
                code, allowed, used, requested, terms.source(rule),
                f"{said.zh}：上限/已用/申请 {figures} 元",
                f"{said.en}: allowed/used/requested {figures} yuan",
            )
        )  # fmt: skip

    capacity = capacity_fen(exposure.pool_available_fen, terms)
    if capacity is not None:
        limit(
            "maximum_leverage", "maximum_leverage", capacity, exposure.pool_covered_fen, asked,
            Words("资金池放大倍数", "leverage of the pool"),
        )  # fmt: skip
        if terms.bank_share_of_capacity is not None:
            part = terms.bank_share_of_capacity
            limit(
                "bank_share_of_capacity", "bank_share_of_capacity",
                capacity * part.numerator // part.denominator, exposure.bank_covered_fen, asked,
                Words("单家银行额度", "the bank's part of the capacity"),
            )  # fmt: skip
    if terms.borrower_cap_fen is not None:
        limit(
            "borrower_cap", "borrower_cap", terms.borrower_cap_fen,
            exposure.borrower_covered_fen, asked,
            Words("单户企业余额", "balance of the borrower"),
        )  # fmt: skip
    if terms.programme_covered_cap_fen is not None:
        limit(
            "programme_covered_cap", "programme_covered_cap", terms.programme_covered_cap_fen,
            exposure.pool_covered_fen, asked,
            Words("在保本金总额", "all covered principal"),
        )  # fmt: skip
    share = pool_share_of(terms)
    if share > 0:
        own = -(-asked * share.numerator // share.denominator)
        limit(
            "pool_balance", "sharing", max(exposure.pool_available_fen, 0),
            exposure.pool_due_fen, own,
            Words("资金池可用余额（本笔最多补偿）", "available balance against this loan's claim"),
        )  # fmt: skip
    return found


def explain_limits(limits: Sequence[Limit], terms: Terms) -> Explanation:
    """The limits as steps, in the order given."""
    return Explanation(
        "reservation",
        terms.version,
        tuple(
            Step(
                rule=limit.code,
                title=Words(limit.zh.split("：")[0], limit.en.split(":")[0]),
                source=limit.source,
                inputs=(
                    ("allowed", money(limit.allowed_fen)),
                    ("used", money(limit.used_fen)),
                    ("requested", money(limit.requested_fen)),
                ),
                result=money(limit.room_fen),
                note=note_if(limit.binds),
            )
            for limit in limits
        ),
    )
