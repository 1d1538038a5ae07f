"""A figure's last months as small columns: drawn on the server, said in words for who cannot see it."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup, escape

from services.console.rendering.formats import count, wan, yuan
from shared.money import parse_fen

_WIDTH, _HEIGHT, _GAP = 120, 32, 4
_TEN_THOUSAND_FEN = 1_000_000


def large(amount: str) -> bool:
    """Whether an amount is told in 万元: from ten thousand yuan on."""
    return abs(parse_fen(amount)) >= _TEN_THOUSAND_FEN


def said(one: Mapping[str, Any]) -> str:
    """A figure as one reads it: counted, in yuan, or in 万元 where it is large."""
    amount = one.get("amount")
    if amount is None:
        return count(one.get("count"))
    return wan(amount) if large(amount) else yuan(amount)


def columns(months: Sequence[Mapping[str, Any]], name: str) -> Markup:
    """One small column a month, from zero; the last one is the present. Says each month's figure."""
    values = [_value(one) for one in months]
    most = max([*values, 1])
    width = (_WIDTH + _GAP) / max(len(values), 1) - _GAP
    drawn = []
    for place, (value, month) in enumerate(zip(values, months, strict=True)):
        tall = max(value, 0) * (_HEIGHT - 2) / most
        kind = "now" if place == len(values) - 1 else "then"
        drawn.append(
            f'<rect class="{kind}" x="{place * (width + _GAP):.1f}" y="{_HEIGHT - tall - 1:.1f}" '
            f'width="{width:.1f}" height="{tall + 1:.1f}"><title>{escape(_told(month))}</title></rect>'
        )
    told = "；".join(_told(month) for month in months)
    return Markup(
        f'<svg class="trend" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'aria-label="{escape(name)}：{escape(told)}">{"".join(drawn)}</svg>'
    )


def _value(month: Mapping[str, Any]) -> int:
    amount = month.get("amount")
    return parse_fen(amount) if amount is not None else int(month.get("count") or 0)


def _told(month: Mapping[str, Any]) -> str:
    amount = month.get("amount")
    return f"{month['month']} {yuan(amount) if amount is not None else count(month['count'])}"
