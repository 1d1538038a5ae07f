"""Words for stories of public notices: claims that wait for theirs, and people outside."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from typing import Any

from services.risk_pool.handlers.notice_calendar import watch_notices
from tests.risk_pool.claims.driver import Claims, claims_of

FIRST, LAST, AFTER = "2026-03-05", "2026-03-12", "2026-03-13"
"""Thursday the 5th of March, and the fifth working day after it, also a Thursday."""
SAYS: dict[str, Any] = {
    "text": "该企业已于去年停产，与公示内容不符，请核查。",
    "name": "李明",
    "contact": "13800000000",
}


class Noticed(Claims):
    """A pool with two claims that wait for their public notice, of two banks."""

    def person(self, role: str, **more: Any) -> Any:
        """One of the bureau's people who has this role alone."""
        return self.service.as_(f"p-{role}", role, **more)

    @property
    def outside(self) -> Any:
        """Somebody without a login."""
        return self.service.anonymous()

    async def waiting(self, name: str, bank: str) -> Any:
        """A claim on its way before the public notice."""
        claim = await self.files(name, "900000.00", bank=bank, overdue_days=95)
        answer = await self.maker.post(f"/claims/{claim['id']}/review", json={"opinion": "好"})
        claim = answer.json()
        while claim["next_step"] != "public_notice":
            claim = await self.takes_a_step(claim)
        return claim

    async def prepares(self, *claims: Any, status: int = 201, by: Any = None, **more: Any) -> Any:
        """A list of these claims, from today on."""
        body = {
            "title": "2026 年第一批风险补偿公示",
            "claims": [one["id"] for one in claims],
            "opens_on": str(self.today()),
        }
        who = by or self.person("reviewer")
        answer = await who.post(f"/pools/{self.code}/public-notices", json=body | more)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def moves(self, case: Any, action: str, role: str, **body: Any) -> Any:
        """Somebody with this role takes a notice or an objection on; the answer, whatever it is."""
        kind = "objections" if "-V-" in case["number"] else "public-notices"
        return await self.person(role).post(f"/{kind}/{case['id']}/{action}", json=body)

    async def publishes(self, *claims: Any, **more: Any) -> Any:
        """Prepared by one, approved by another: everybody reads it."""
        notice = await self.prepares(*claims, **more)
        answer = await self.moves(notice, "approve", "approver")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def read(self, notice: Any) -> Any:
        """What everybody is answered of a notice."""
        return await self.outside.get(f"/public/notices/{notice['number']}")

    async def objects(self, notice: Any, **more: Any) -> Any:
        """Somebody outside objects; the answer, whatever it is."""
        at = f"/public/notices/{notice['number']}/objections"
        return await self.outside.post(at, json=SAYS | more)

    async def objection(self, receipt: Any, role: str = "reviewer") -> Any:
        """The objection of a receipt, as the bureau's people see it."""
        found = (await self.person(role).get("/objections")).json()["items"]
        (one,) = [one for one in found if one["number"] == receipt["receipt"]]
        return (await self.person(role).get(f"/objections/{one['id']}")).json()

    async def decides_objection(
        self, receipt: Any, verdict: str, answer: str = "经核查属实"
    ) -> Any:
        """One person answers, another decides."""
        one = await self.objection(receipt)
        said = await self.moves(one, "propose", "reviewer", verdict=verdict, answer=answer)
        assert said.status_code == 200, said.text
        done = await self.moves(one, "decide", "approver")
        assert done.status_code == 200, done.text
        return done.json()

    async def calendar(self, day: str) -> None:
        """It is that day, and the due job has looked."""
        await self.it_is(day)
        await watch_notices(self.service.context)

    async def claim_now(self, claim: Any) -> Any:
        return (await self.auditor.get(f"/claims/{claim['id']}")).json()


def days_after(day: str, count: int) -> str:
    return str(date.fromisoformat(day) + timedelta(days=count))


async def _two_claims(pool: Noticed) -> Any:
    banks = {"a": "ICBC", "b": "CCB"}
    for name, bank in banks.items():
        await pool.covers(name, bank=bank)
        await pool.goes_bad(name, "2026-02", "900000.00", overdue_days=92)
    await pool.it_is(FIRST)
    return [await pool.waiting(name, bank) for name, bank in banks.items()]


@asynccontextmanager
async def noticed(running: Any, text: str | None = None) -> AsyncIterator[Noticed]:
    """The claims of ICBC and CCB that wait stand in `claim`."""
    async with claims_of(
        running, "ICBC", "CCB", words=Noticed, after=_two_claims, text=text
    ) as pool:
        yield pool
