"""A bar for a figure before and after a decision: what was there, what comes or goes, the limit.

The bar is a picture of figures that stand beside it in words, so it is hidden from screen readers.
"""

from typing import Final

from markupsafe import Markup

from shared.money import parse_fen

_WIDTH: Final = 1000
_TOP, _TALL, _HEIGHT = 5, 12, 22


def change_bar(before_yuan: str, after_yuan: str, ceiling_yuan: str | None) -> Markup:
    """What stays in one colour, what is added or freed in another, what is above the limit in a
    third; the limit is a line."""
    before, after = max(parse_fen(before_yuan), 0), max(parse_fen(after_yuan), 0)
    ceiling = parse_fen(ceiling_yuan) if ceiling_yuan is not None else None
    most = max(before, after, ceiling or 0, 1) * 104 // 100 + 1

    def part(look: str, begin: int, end: int) -> str:
        if end <= begin:
            return ""
        left, wide = begin * _WIDTH / most, max((end - begin) * _WIDTH / most, 1.5)
        return (
            f'<rect class="{look}" x="{left:.1f}" y="{_TOP}" width="{wide:.1f}" height="{_TALL}"/>'
        )

    stays = min(before, after)
    limit = after if ceiling is None else max(ceiling, stays)
    drawn = [
        f'<rect class="track" x="0" y="{_TOP}" width="{_WIDTH}" height="{_TALL}"/>',
        part("stays", 0, stays),
        part("added", before, min(after, limit)) if after > before else "",
        part("over", max(before, limit), after),
        part("freed", after, before),
    ]
    if ceiling is not None:
        at = min(ceiling * _WIDTH / most, _WIDTH - 2)
        drawn.append(f'<rect class="limit" x="{at:.1f}" y="0" width="3" height="{_HEIGHT}"/>')
    return Markup(
        f'<svg class="change-bar" viewBox="0 0 {_WIDTH} {_HEIGHT}" preserveAspectRatio="none" '
        f'aria-hidden="true" focusable="false">{"".join(drawn)}</svg>'
    )
