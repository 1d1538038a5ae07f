"""Two pools in the middle of their year, with something on everybody's desk.

Seven months go as in the demo's year. Of the eighth and ninth, some of the work is left undone:
cases to take, to recommend and to approve, claims to review, to approve and to pay, a recovery to
confirm, a month to preview, one to confirm and one to sign, a fee to release, and what a posted month
has left to collect and to pay, overdue by now.
"""

from zhidai.demo.after_lending import (
    approve_claim,
    claims_due,
    file_all,
    file_claim,
    notice_over,
    recover,
    recoveries_due,
    report_positions,
)
from zhidai.demo.caller import together
from zhidai.demo.cash import enter
from zhidai.demo.intake import decide, file, review, take, take_in
from zhidai.demo.month_end import CONFIRMED, PREVIEWED, settle
from zhidai.demo.opening import open_pools
from zhidai.demo.plan import POOLS, Fate, month_name
from zhidai.demo.story import Live, Story
from zhidai.demo.year import tell_month

WHOLE_MONTHS = 7
STEPS = 50
"""How many steps are told; a test counts them."""

IN_THE_QUEUE, TAKEN, RECOMMENDED = 4, 3, 3
"""How many of the newest cases of each pool stop there."""


async def tell_until_work_is_open(story: Story) -> None:
    """Everything up to the morning of the fifth of the ninth month."""
    await open_pools(story)
    for month in range(1, WHOLE_MONTHS + 1):
        await tell_month(story, month, collects=month < WHOLE_MONTHS)
    await _leave_claims_and_a_settlement(story, WHOLE_MONTHS + 1)
    await _leave_cases(story, WHOLE_MONTHS + 2)


async def _leave_claims_and_a_settlement(story: Story, month: int) -> None:
    await story.clock(month, 5)
    await report_positions(story, month - 1)
    await take_in(story, month)
    due = claims_due(story, month)
    await file_all(story, month)
    await story.clock(month, 20)
    for live in due:
        await notice_over(story, live)
    story.step(f"{month_name(month)} 补偿申请 {len(due)} 笔")
    await story.agreement(f"cover in the middle of {month_name(month)}")
    await settle(story, month - 1, {"dongli": CONFIRMED, "youxian": PREVIEWED})
    for number, (live, body) in enumerate(recoveries_due(story, month)):
        await recover(story, live, month, body, confirmed=number > 0)


async def _leave_cases(story: Story, month: int) -> None:
    await story.clock(month, 5)
    await report_positions(story, month - 1)
    fresh = await file(story, month)
    left: list[Live] = []
    for pool in POOLS:
        clean = [
            live for live in fresh if live.case.pool == pool.code and live.case.fate is Fate.CLEAN
        ]
        taken = clean[IN_THE_QUEUE:][:TAKEN]
        recommended = clean[IN_THE_QUEUE + TAKEN :][:RECOMMENDED]
        await together([take(story, number, live) for number, live in enumerate(taken)])
        await together([review(story, number, live) for number, live in enumerate(recommended)])
        left += clean[: IN_THE_QUEUE + TAKEN + RECOMMENDED]
    await decide(story, month, [live for live in fresh if live not in left])
    await enter(
        story, POOLS[0], "fee", "20000.00", f"{month_name(month)}-05", note="年度专项审计费",
        fact=f"audit fee {month}",
    )  # fmt: skip
    # One of last month's claims is left to decide, one to pay; both banks go on reporting.
    _, to_pay = claims_due(story, month - 1)
    await approve_claim(story, to_pay)
    due = claims_due(story, month)
    for live in due:
        await file_claim(story, live, month)
    story.step(f"{month_name(month)} 补偿申请 {len(due)} 笔")
