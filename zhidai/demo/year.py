"""The demo's year, driven through the public APIs only, in the order in which it would happen."""

from zhidai.demo.after_lending import file_all, pay_all, recover_all, report_positions
from zhidai.demo.intake import take_in
from zhidai.demo.month_end import settle
from zhidai.demo.opening import open_pools
from zhidai.demo.plan import month_name
from zhidai.demo.story import Story


async def tell(story: Story) -> None:
    """Everything, from the opening of the pools to the last signed settlement."""
    await open_pools(story)
    for month in range(1, story.months + 2):
        await tell_month(story, month, takes_in=month <= story.months)


async def tell_month(
    story: Story, month: int, *, takes_in: bool = True, collects: bool = True
) -> None:
    """One month, in which the one before it is reported and settled; with `collects`, also paid."""
    await story.clock(month, 5)
    await report_positions(story, month - 1)
    if takes_in:
        await take_in(story, month)
    await file_all(story, month)
    await story.clock(month, 20)
    await pay_all(story, month)
    await story.agreement(f"cover in the middle of {month_name(month)}")
    await settle(story, month - 1, collects=collects)
    await recover_all(story, month)
