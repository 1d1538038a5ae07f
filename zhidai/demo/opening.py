"""The beginning of the demo's year: banks, pools, and the money that is paid into them."""

from functools import partial

from zhidai.demo import filing
from zhidai.demo.caller import together, until
from zhidai.demo.cash import move
from zhidai.demo.people import ADMIN, APPROVER, BANKS, POOL_MANAGER
from zhidai.demo.plan import POOLS, Pool
from zhidai.demo.story import APPLICATIONS, RISK_POOL, Story


async def open_pools(story: Story) -> None:
    """Two programmes, two pools and six banks, on the first working day of the year."""
    await story.clock(1, 2)
    await together(
        [
            story.callers.post(
                ADMIN, APPLICATIONS, "/banks",
                {"code": bank.code, "name": bank.name, "uscc": bank.uscc},
                fact=f"bank {bank.code}",
            )
            for bank in BANKS
        ]
    )  # fmt: skip
    for pool in POOLS:
        await _open(story, pool)
    story.step("两个资金池开立")


async def _open(story: Story, pool: Pool) -> None:
    await _publish(story, pool.code)
    await story.callers.post(
        POOL_MANAGER, RISK_POOL, "/pools", filing.pool_body(pool), fact=f"pool {pool.code}"
    )
    for code, _role, yuan in pool.contributions:
        await move(
            story, pool, "contribution", f"{yuan}.00", "2025-01-02", party_code=code,
            note="年度注资", fact=f"contribution {pool.code} {code}",
        )  # fmt: skip
    await until(f"applications knows {pool.code}", partial(_knows, story, pool))


async def _publish(story: Story, programme: str) -> None:
    """The pool's manager proposes the programme's file, the approver publishes it; unless the
    installation has a version of it already."""
    known = await story.callers.get(POOL_MANAGER, RISK_POOL, "/programmes")
    if any(one["programme"] == programme and one["in_force"] for one in known["items"]):
        return
    versions = f"/programmes/{programme}/versions"
    body = filing.version_body(programme)
    proposed = await story.callers.post(
        POOL_MANAGER, RISK_POOL, versions, body, fact=f"programme {programme}"
    )
    await story.callers.post(
        APPROVER, RISK_POOL, f"{versions}/{proposed['number']}/publish", {},
        fact=f"programme {programme} published",
    )  # fmt: skip


async def _knows(story: Story, pool: Pool) -> bool:
    known = await story.callers.get(APPROVER, APPLICATIONS, "/pools")
    return any(one["code"] == pool.code for one in known["items"])
