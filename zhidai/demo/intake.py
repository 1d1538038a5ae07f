"""A month's new cases: filed by the banks, reviewed by two persons, lent, one step after another."""

from collections.abc import Iterable
from functools import partial

from zhidai.demo import filing
from zhidai.demo.caller import Refusal, together, until
from zhidai.demo.people import APPROVER, REVIEWERS, operator_of
from zhidai.demo.plan import POOLS, Fate, Pool, month_name
from zhidai.demo.story import APPLICATIONS, Live, Story


async def take_in(story: Story, month: int) -> None:
    """All cases of a month, from their submission to their disbursement."""
    fresh = await file(story, month)
    await decide(story, month, fresh)


async def file(story: Story, month: int) -> list[Live]:
    """The banks submit; what the machine finds wrong they mend or take back."""
    fresh = story.begins(month)
    await together([_submit(story, live) for live in fresh])
    story.step(f"{month_name(month)} 申报")
    return fresh


async def decide(story: Story, month: int, cases: list[Live]) -> None:
    """One person recommends, another approves, the pool reserves, the bank lends."""
    await together([review(story, number, live) for number, live in enumerate(cases)])
    await together([_approve_in_turn(story, pool, cases) for pool in POOLS])
    story.step(f"{month_name(month)} 审批")
    await together([_after_approval(story, live) for live in cases])
    await story.agreement(f"cover of the loans of {month_name(month)}")
    story.step(f"{month_name(month)} 放款")


async def _submit(story: Story, live: Live) -> None:
    case = live.case
    who = operator_of(case.bank)
    await story.papers(who, case, [one["kind"] for one in filing.body(case)["documents"]])
    if filing.has_typo(case):
        try:
            await story.callers.post(
                who, APPLICATIONS, "/applications", filing.body_with_typo(case),
                fact=f"typo {case.ref}",
            )  # fmt: skip
        except Refusal as refusal:
            story.refused_at_the_door[f"{refusal.status} {refusal.code}"] += 1
    answer = await story.callers.post(
        who, APPLICATIONS, "/applications", filing.first_body(case), fact=f"submit {case.ref}"
    )
    live.id, live.state = answer["id"], answer["state"]
    if live.state == "returned_for_correction" and case.fate is Fate.INCOMPLETE:
        await _mend(story, live, "documents")
    if live.state == "returned_for_correction":
        # What cannot be mended (a right past its term, a suspended bank) is taken back.
        await story.act(live, who, "withdraw", {"reason": "不符合入库条件，撤回"})


async def _mend(story: Story, live: Live, what: str) -> None:
    answer = await story.callers.post(
        operator_of(live.case.bank), APPLICATIONS, f"/applications/{live.id}/resubmit",
        filing.body(live.case), fact=f"resubmit {live.case.ref} {what}",
    )  # fmt: skip
    live.state = answer["state"]


async def take(story: Story, number: int, live: Live) -> None:
    """A reviewer takes a case out of the queue; they take turns."""
    if live.state == "accepted":
        await story.act(live, REVIEWERS[number % len(REVIEWERS)], "take", {})


async def review(story: Story, number: int, live: Live) -> None:
    """The first person's part: ask once where something is open, then reject or recommend."""
    if live.state != "accepted":
        return
    reviewer = REVIEWERS[number % len(REVIEWERS)]
    await take(story, number, live)
    if live.case.fate is Fate.QUESTIONED:
        await story.act(
            live, reviewer, "return",
            {"reasons": [{"text": "请补充还款来源说明", "field": "/purpose_note"}]},
        )  # fmt: skip
        await _mend(story, live, "questions")
        if live.state != "accepted":
            return
        await story.act(live, reviewer, "take", {}, again=True)
    if live.case.fate is Fate.REJECTED:
        await story.act(live, reviewer, "reject", {"reason": "资金用途不符合本资金池支持方向"})
    else:
        await story.act(live, reviewer, "recommend", {"opinion": "材料齐全，建议入库"})


async def _approve_in_turn(story: Story, pool: Pool, cases: Iterable[Live]) -> None:
    for live in cases:
        if live.case.pool == pool.code and live.state == "recommended":
            await story.act(live, APPROVER, "approve", filing.approval_body(live.case))
            live.state = await until(
                f"capacity for {live.case.ref}", partial(_decided, story, live)
            )


async def _decided(story: Story, live: Live) -> str:
    case = await story.callers.get(APPROVER, APPLICATIONS, f"/applications/{live.id}")
    return "" if case["state"] == "approved" else str(case["state"])


async def _after_approval(story: Story, live: Live) -> None:
    if live.state != "capacity_reserved":
        return
    case, who = live.case, operator_of(live.case.bank)
    if case.fate is Fate.WITHDRAWN:
        await story.act(live, who, "withdraw", {"reason": "企业改用自有资金"})
        return
    await story.act(live, who, "pledge-registration", filing.pledge_body(case))
    if case.fate is not Fate.EXPIRES:
        await story.act(live, who, "disbursement", filing.disbursement_body(case))
