"""Sums that a case page shows beside what the services say; they decide nothing."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from shared.money import format_fen, parse_fen, round_half_up
from shared.ratios import WHOLE_BP, ip_share, percent


def totals(case: Mapping[str, Any]) -> dict[str, Any]:
    """What the rights are worth together, the pledge rate (质押率), and the principal that counts.

    The pledge rate is the IP part of the loan over the appraised value (programmes B.6).
    """
    amount_fen = parse_fen(case["amount"])
    counts_fen = round_half_up(amount_fen * share_of(case))
    value_fen = sum(
        parse_fen(item["valuation"]["amount"]) for item in case["collateral"] if item["valuation"]
    )
    return {
        "ip_share": percent(share_of(case)),
        "counts": format_fen(counts_fen),
        "value": format_fen(value_fen) if value_fen else "",
        "pledge_rate_bp": counts_fen * 10_000 // value_fen if value_fen else None,
    }


def share_of(case: Mapping[str, Any]) -> Fraction:
    """The part of the loan that IP is pledged for, exactly (programmes H.7)."""
    if not case["has_other_collateral"]:
        return Fraction(1)
    stated = case.get("ip_amount")
    return ip_share(
        share_bp=case["ip_share_bp"] or WHOLE_BP,
        amount_fen=parse_fen(case["amount"]),
        ip_amount_fen=parse_fen(stated) if stated else None,
    )


def is_below(room: str | None, wanted: str) -> bool:
    """Whether a room is too small for what is wanted."""
    return room is not None and parse_fen(room) < parse_fen(wanted)
