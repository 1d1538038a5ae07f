"""Money of the demo's pools: one of finance enters what the bank's statement shows, another
releases it."""

from typing import Any
from zlib import crc32

from zhidai.demo.people import FINANCE_CHECKER, FINANCE_MAKER
from zhidai.demo.plan import Pool
from zhidai.demo.story import RISK_POOL, Story


async def move(
    story: Story, pool: Pool, kind: str, amount: str, on: str, *, fact: str, **more: Any
) -> None:
    """Money comes into the pool's account or leaves it."""
    entered = await enter(story, pool, kind, amount, on, fact=fact, **more)
    await release(story, entered["id"], fact=fact)


async def enter(
    story: Story, pool: Pool, kind: str, amount: str, on: str, *, fact: str, **more: Any
) -> Any:
    """The first of the two persons."""
    reference = f"{on.replace('-', '')}{crc32(fact.encode()) % 10**8:08d}"
    body = {"kind": kind, "amount": amount, "value_date": on, "bank_reference": reference, **more}
    return await story.callers.post(
        FINANCE_MAKER, RISK_POOL, f"/pools/{pool.code}/cash-entries", body, fact=fact
    )


async def release(story: Story, entry_id: str, *, fact: str) -> None:
    """The second one."""
    await story.callers.post(
        FINANCE_CHECKER, RISK_POOL, f"/cash-entries/{entry_id}/release", {},
        fact=f"{fact} released",
    )  # fmt: skip


async def settle_items(story: Story, pool: Pool, on: str) -> None:
    """What posted months have left is collected, and then paid."""
    owed = await story.callers.get(FINANCE_MAKER, RISK_POOL, f"/pools/{pool.code}/open-items")
    for kind, direction in (("receipt", "receivable"), ("payment", "payable")):
        for item in owed["items"]:
            reference = item["reference"]
            if item["direction"] == direction and reference.startswith("settlement:"):
                await move(story, pool, kind, item["open"], on, fact=reference, item=reference)
