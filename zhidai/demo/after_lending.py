"""What running loans bring: monthly positions, claims on those that went bad, recoveries."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from shared.money import format_fen
from zhidai.demo import filing
from zhidai.demo.caller import together, until
from zhidai.demo.cash import release
from zhidai.demo.loans import claim_month, position
from zhidai.demo.people import (
    APPROVER,
    BANKS,
    FINANCE_CHECKER,
    FINANCE_MAKER,
    REVIEWERS,
    Person,
    operator_of,
)
from zhidai.demo.plan import CLAIM_DOCUMENTS, Course, month_name
from zhidai.demo.story import APPLICATIONS, RISK_POOL, Live, Story


async def report_positions(story: Story, month: int) -> None:
    """Every bank says where its loans stood at the month's end."""
    if month < 1:
        return
    running = [live for live in story.live.values() if live.is_running]
    await together([_report_of(story, bank.code, month, running) for bank in BANKS])
    await until(
        f"the pools know the positions of {month_name(month)}",
        partial(_positions_known, story, month, running),
    )
    await story.agreement(f"cover after the positions of {month_name(month)}")
    story.step(f"{month_name(month)} 月报")


async def _report_of(story: Story, bank: str, month: int, running: Iterable[Live]) -> None:
    items = []
    for live in running:
        if live.case.bank == bank:
            now = position(live.case, month)
            live.repaid = now.outstanding_fen == 0
            items.append(filing.position_item(live.case, now))
    if items:
        answer = await story.callers.post(
            operator_of(bank), APPLICATIONS, "/positions",
            {"month": month_name(month), "items": items}, fact=f"positions {bank} {month}",
        )  # fmt: skip
        assert answer["refused"] == 0, answer


async def _positions_known(story: Story, month: int, running: Iterable[Live]) -> bool:
    covered = await story.coverages("active")
    return all(
        (live.id not in covered)
        if live.repaid
        else covered[live.id]["position_month"] == month_name(month)
        for live in running
    )


def claims_due(story: Story, month: int) -> list[Live]:
    """The loans that have gone bad and are claimed in a month, in the order of the plan."""
    return [
        live for live in story.live.values()
        if live.case.course is Course.DEFAULT and live.is_running
        and claim_month(live.case) == month
    ]  # fmt: skip


async def file_all(story: Story, month: int) -> None:
    """Every claim of the month is filed, reviewed, and put on public notice."""
    due = claims_due(story, month)
    for live in due:  # In the order in which caps of a year are used.
        await file_claim(story, live, month)
        await review_claim(story, live)
    await put_on_notice(story, due, month)


async def pay_all(story: Story, month: int) -> None:
    """Every claim of the month, its notice over, is decided and paid."""
    due = claims_due(story, month)
    for live in due:
        await notice_over(story, live)
        await approve_claim(story, live)
        await pay_claim(story, live, f"{month_name(month)}-20")
        await until(f"{live.case.ref} is claimed", partial(_is_claimed, story, live))
    if due:
        story.step(f"{month_name(month)} 补偿申请 {len(due)} 笔")


async def _is_claimed(story: Story, live: Live) -> bool:
    found = await story.callers.get(APPROVER, APPLICATIONS, f"/applications/{live.id}")
    return bool(found["state"] == "claimed")


async def file_claim(story: Story, live: Live, month: int) -> None:
    """The bank claims."""
    case, clerk = live.case, operator_of(live.case.bank)
    papers = await story.papers(clerk, case, CLAIM_DOCUMENTS)
    body = filing.claim_body(live.id, case, month, papers)
    filed = await story.callers.post(clerk, RISK_POOL, "/claims", body, fact=f"claim {case.ref}")
    live.filed_as = filed["id"]


async def review_claim(story: Story, live: Live) -> None:
    """Finance recommends, experts, bureau and joint meeting agree: the public notice begins."""
    await step_of_claim(story, live, FINANCE_MAKER, "review", {"opinion": "触发条件成立，材料齐全"})
    report = await story.papers(REVIEWERS[0], live.case, ["report"])
    minutes = await story.papers(REVIEWERS[0], live.case, ["minutes"])
    for person, body in filing.steps_before_notice(report, minutes):
        await step_of_claim(story, live, person, "steps", body)


async def put_on_notice(story: Story, due: Iterable[Live], month: int) -> None:
    """The month's claims of a pool stand on one list, which another person approves."""
    lists: dict[str, list[str]] = {}
    for live in due:
        lists.setdefault(live.case.pool, []).append(live.filed_as)
    for pool, claims in lists.items():
        made = await story.callers.post(
            FINANCE_MAKER, RISK_POOL, f"/pools/{pool}/public-notices",
            filing.notice_body(claims, month), fact=f"notice {pool} {month}",
        )  # fmt: skip
        await story.callers.post(
            APPROVER, RISK_POOL, f"/public-notices/{made['id']}/approve", {},
            fact=f"notice {pool} {month} approve",
        )  # fmt: skip


async def notice_over(story: Story, live: Live) -> None:
    """The days of the public notice are over, and nobody objected: the calendar says so."""
    await until(f"the notice of {live.case.ref} is over", partial(_takes_no_step, story, live))


async def _takes_no_step(story: Story, live: Live) -> bool:
    claim = await story.callers.get(FINANCE_MAKER, RISK_POOL, f"/claims/{live.filed_as}")
    return claim["next_step"] is None


async def approve_claim(story: Story, live: Live) -> None:
    """The second person decides."""
    seen = await _trial_seen(story, live.filed_as)
    await step_of_claim(
        story, live, FINANCE_CHECKER, "approve", {"opinion": "同意补偿", "trial": seen}
    )
    live.claim_id = live.filed_as


async def pay_claim(story: Story, live: Live, on: str) -> None:
    """One person enters that the pool's part has left the account, another releases it."""
    voucher = f"ZF-{live.case.ref}"
    claim = await step_of_claim(
        story, live, FINANCE_MAKER, "enter_payment", {"paid_on": on, "voucher": voucher}
    )
    for entry in claim["payments"]:
        await release(story, entry["id"], fact=voucher)


async def step_of_claim(
    story: Story, live: Live, person: Person, action: str, body: dict[str, Any]
) -> Any:
    """Somebody takes the claim one step on."""
    return await story.callers.post(
        person, RISK_POOL, f"/claims/{live.filed_as}/{action}", body,
        fact=f"claim {live.case.ref} {action} {body.get('step', '')}".rstrip(),
    )  # fmt: skip


async def _trial_seen(story: Story, claim_id: str) -> str:
    """The trial split that the decision names: the one shown now, or the one it was taken on."""
    found = await story.callers.get(FINANCE_CHECKER, RISK_POOL, f"/claims/{claim_id}")
    return str((found["trial"] or found["trials"]["decision"])["id"])


def recoveries_due(story: Story, month: int) -> list[tuple[Live, dict[str, Any]]]:
    """Two recoveries a claim: the pledged rights two months on, the debtor four months on."""
    return [
        (live, filing.recovery_body(live.case, month, age))
        for live in story.live.values()
        if live.claim_id and (age := month - claim_month(live.case)) in (2, 4)
    ]


async def recover_all(story: Story, month: int) -> None:
    """Every recovery of the month, told by the bank and confirmed by finance."""
    for live, body in recoveries_due(story, month):
        await recover(story, live, month, body)


async def recover(
    story: Story, live: Live, month: int, body: dict[str, Any], *, confirmed: bool = True
) -> None:
    """One recovery; left for somebody to confirm where it is not `confirmed`."""
    fact = f"recovery {live.case.ref} {month}"
    found = await story.callers.post(
        operator_of(live.case.bank), RISK_POOL, f"/claims/{live.claim_id}/recoveries", body,
        fact=fact,
    )  # fmt: skip
    if confirmed:
        await story.callers.post(
            FINANCE_CHECKER, RISK_POOL, f"/recoveries/{found['id']}/confirm",
            {"trial": found["trial"]["id"]}, fact=f"{fact} confirm",
        )  # fmt: skip
    story.step(f"{month_name(month)} 追偿回款 {format_fen(filing.fen_of(body['gross']))}")
