"""The end of a month: the account's interest is booked, two persons settle each pool, and two move
the money that the statements ask for."""

from collections.abc import Mapping

from zhidai.demo import filing
from zhidai.demo.cash import move, settle_items
from zhidai.demo.people import FINANCE_CHECKER, FINANCE_MAKER
from zhidai.demo.plan import POOLS, month_end, month_name
from zhidai.demo.story import RISK_POOL, Story

STEPS = (
    (FINANCE_MAKER, "preview"),
    (FINANCE_MAKER, "confirm"),
    (FINANCE_CHECKER, "sign"),
    (FINANCE_MAKER, "post"),
)
PREVIEWED, CONFIRMED, SIGNED, POSTED = range(1, 5)
"""How far a month is brought: the number of steps."""


async def settle(
    story: Story, month: int, how_far: Mapping[str, int] | None = None, *, collects: bool = True
) -> None:
    """Settle a month on the 20th of the next: to its end, or per pool so far. What it leaves is
    collected and paid the same day and the month closed, unless it is left open."""
    if month < 1:
        return
    for pool in POOLS:
        await move(
            story, pool, "interest", filing.bank_interest(pool, month), f"{month_end(month)}",
            note="专户利息", fact=f"interest {pool.code} {month}",
        )  # fmt: skip
        at = f"/pools/{pool.code}/settlements/{month_name(month)}"
        for person, action in STEPS[: POSTED if how_far is None else how_far[pool.code]]:
            await story.callers.post(
                person, RISK_POOL, f"{at}/{action}", {}, fact=f"settle {at} {action}"
            )
        if collects and how_far is None:
            await settle_items(story, pool, f"{month_name(month + 1)}-20")
            await story.callers.post(
                FINANCE_CHECKER, RISK_POOL, f"{at}/close", {}, fact=f"settle {at} close"
            )
    story.step(f"{month_name(month)} 月结")
