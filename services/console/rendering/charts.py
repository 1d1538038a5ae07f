"""Charts as plain SVG, drawn on the server: no script, no style attribute, nothing loaded.

A chart is never the only place of a figure: it carries a title for readers of the screen, and the
page has the same numbers in a table beside it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup, escape

from services.console.rendering.formats import wan
from shared.money import format_fen, parse_fen

_WIDTH = 720


def _fen(amount: str | None) -> int:
    return parse_fen(amount) if amount else 0


def bar(parts: Sequence[tuple[str, str]], whole: str, title: str, limit: str = "") -> Markup:
    """One bar of stacked parts (colour, amount) in a whole; a dashed line marks a limit."""
    most = max(_fen(whole), sum(_fen(amount) for _, amount in parts), _fen(limit), 1)
    at, drawn = 0.0, []
    for colour, amount in parts:
        width = _fen(amount) * _WIDTH / most
        drawn.append(f'<rect class="{colour}" x="{at:.1f}" y="4" width="{width:.1f}" height="18"/>')
        at += width
    if limit:
        x = min(_fen(limit) * _WIDTH / most, _WIDTH - 1)
        drawn.append(f'<line class="limit" x1="{x:.1f}" y1="0" x2="{x:.1f}" y2="26"/>')
    return _svg(
        26,
        title,
        f'<rect class="track" x="0" y="4" width="{_WIDTH}" height="18"/>' + "".join(drawn),
    )


def columns(
    rows: Sequence[tuple[str, Sequence[tuple[str, str]]]], title: str, *, height: int = 220
) -> Markup:
    """Stacked columns: (label, [(colour, amount), …]) from left to right; the axis is in 万元."""
    if not rows:
        return Markup("")
    left, bottom, top = 68, 26, 12
    most = max(max(sum(max(_fen(a), 0) for _, a in parts) for _, parts in rows), 1)
    scale = _nice(most)
    inner = height - bottom - top
    drawn = []
    for step in range(5):
        y = top + inner * step / 4
        label = wan(format_fen(scale * (4 - step) // 4)).removesuffix(".00")
        drawn.append(f'<line class="grid" x1="{left}" y1="{y:.1f}" x2="{_WIDTH}" y2="{y:.1f}"/>')
        drawn.append(f'<text x="{left - 8}" y="{y + 4:.1f}" text-anchor="end">{label}</text>')
    slot = (_WIDTH - left) / len(rows)
    width = min(slot * 0.62, 46)
    for number, (label, parts) in enumerate(rows):
        x, y = left + slot * number + (slot - width) / 2, float(top + inner)
        for colour, amount in parts:
            tall = max(_fen(amount), 0) * inner / scale
            y -= tall
            drawn.append(
                f'<rect class="{colour}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" '
                f'height="{tall:.1f}"><title>{escape(label)} {wan(amount)}</title></rect>'
            )
        drawn.append(
            f'<text x="{x + width / 2:.1f}" y="{height - 8}" text-anchor="middle">{escape(label)}</text>'
        )
    drawn.append(
        f'<line class="axis" x1="{left}" y1="{top + inner}" x2="{_WIDTH}" y2="{top + inner}"/>'
    )
    return _svg(height, title, "".join(drawn))


def lines(
    labels: Sequence[str],
    series: Sequence[tuple[str, Sequence[str]]],
    title: str,
    *,
    height: int = 240,
) -> Markup:
    """Lines over the same places, (colour, amounts) each; the axis is in 万元 and may go below
    zero, where a dashed line marks it."""
    if not labels:
        return Markup("")
    left, right, bottom, top = 76, 14, 26, 12
    fen = [[_fen(amount) for amount in amounts] for _, amounts in series]
    most, least = max(map(max, fen)), min(map(min, fen))
    step = _nice(max(most - min(least, 0), 1)) // 4
    floor = -(-min(least, 0) // -step) * step if least < 0 else 0
    ceiling = max(floor + 4 * step, -(-most // step) * step)
    inner, wide = height - bottom - top, _WIDTH - left - right

    def y_of(amount: int) -> float:
        return top + inner * (ceiling - amount) / (ceiling - floor)

    def x_of(place: int) -> float:
        return left + wide * place / max(len(labels) - 1, 1)

    drawn = []
    for amount in range(floor, ceiling + 1, step):
        kind = "limit" if amount == 0 and floor < 0 else "axis" if amount == floor else "grid"
        said = wan(format_fen(amount)).removesuffix(".00")
        drawn.append(
            f'<line class="{kind}" x1="{left}" y1="{y_of(amount):.1f}" '
            f'x2="{_WIDTH}" y2="{y_of(amount):.1f}"/>'
            f'<text x="{left - 8}" y="{y_of(amount) + 4:.1f}" text-anchor="end">{said}</text>'
        )
    every = -(-len(labels) // 8)
    for place, label in enumerate(labels):
        if place % every == 0:
            drawn.append(
                f'<text x="{x_of(place):.1f}" y="{height - 8}" text-anchor="middle">'
                f"{escape(label)}</text>"
            )
    for (colour_class, _), amounts in zip(series, fen, strict=True):
        points = " ".join(f"{x_of(at):.1f},{y_of(one):.1f}" for at, one in enumerate(amounts))
        drawn.append(f'<polyline class="line {colour_class}" points="{points}"/>')
    return _svg(height, title, "".join(drawn))


def of_banks(banks: Sequence[Mapping[str, Any]]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Columns of the banks of a pool: covered, and reserved on top of it; by name where all fit."""
    room = (_WIDTH - 68) // max(len(banks), 1)
    by = "name" if all(13 * len(str(bank["name"])) < room for bank in banks) else "bank_code"
    return [
        (str(bank[by]), [("a", str(bank["covered"])), ("b", str(bank["reserved"]))])
        for bank in banks
    ]


COLOURS = ("a", "c", "b", "e", "d", "f")


def colour(number: int) -> str:
    """The colour class of the n-th party; the seventh begins anew."""
    return COLOURS[number % len(COLOURS)]


def shares(parties: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """The parts of a bar for what each party bears or gets."""
    return [(colour(number), str(one["amount"])) for number, one in enumerate(parties)]


def _nice(most: int) -> int:
    """The least 1, 2, 2.5, 4, 5, 8 or 10 × a power of ten that is not below; in fen."""
    power = 1
    while power * 10 < most:
        power *= 10
    for tenths in (10, 20, 25, 40, 50, 80, 100):
        if power * tenths >= most * 10:
            return max(power * tenths // 10, 4)
    return power * 10


def _svg(height: int, title: str, content: str) -> Markup:
    is_bar = height < 40
    kind = "chart is-bar" if is_bar else "chart"
    stretch = ' preserveAspectRatio="none"' if is_bar else ""
    return Markup(
        f'<svg class="{kind}" viewBox="0 0 {_WIDTH} {height}" role="img" '
        f'aria-label="{escape(title)}"{stretch}>{content}</svg>'
    )
