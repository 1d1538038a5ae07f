"""The figures on top of a party's page: sums of what the page shows, with the months behind them."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from shared.money import format_fen, parse_fen

_MONTHS: Final = 6
_TO_PAY: Final = ("receivable", "contribution", "fee")
"""Seen from the pool: what the party owes it."""


def party_figures(
    owed: Sequence[Mapping[str, Any]],
    statements: Sequence[Mapping[str, Any]],
    loans: Sequence[Mapping[str, Any]],
) -> list[dict[str, Any]]:
    """To pay, overdue, to receive, borne in claims; each opens to its rows on the page. The first and
    the third with what the last posted months left."""
    claims = [claim for loan in loans for claim in loan["claims"]]
    to_pay = [one for one in owed if one["direction"] in _TO_PAY]
    to_get = [one for one in owed if one["direction"] == "payable"]
    return [
        _figure("to-pay", _sum(to_pay, "open"), "#owed", _months(statements, "to_pay")),
        _figure("overdue", _sum(to_pay, "overdue"), "#owed"),
        _figure("to-receive", _sum(to_get, "open"), "#owed", _months(statements, "to_receive")),
        _figure("borne", _sum(claims, "share"), "#loans"),
    ]


def _figure(
    code: str, amount: str, page: str, months: Sequence[Mapping[str, str]] = ()
) -> dict[str, Any]:
    return {"code": code, "amount": amount, "page": page, "months": list(months)}


def _sum(rows: Sequence[Mapping[str, Any]], name: str) -> str:
    return format_fen(sum(parse_fen(one[name]) for one in rows if one[name]))


def _months(statements: Sequence[Mapping[str, Any]], side: str) -> list[dict[str, str]]:
    fen: dict[str, int] = {}
    for one in statements:
        fen[one["month"]] = fen.get(one["month"], 0) + parse_fen(one["side"][side])
    return [{"month": month, "amount": format_fen(fen[month])} for month in sorted(fen)[-_MONTHS:]]
