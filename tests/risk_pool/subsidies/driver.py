"""Words for stories of subsidies: a covered loan, a treasury's programme, and who decides."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Any

from tests.risk_pool.claims.driver import Claims, claims_of


class Treasury(Claims):
    """The pool of a subsidy programme beside the pool that covers the loans."""

    def __init__(self, service: Any, code: str, lends: Claims) -> None:
        super().__init__(service, code)
        self.lends = lends

    async def has_treasuries(self, *roles: str) -> None:
        for role in roles:
            await self.has(f"FIN-{role.upper()}", role)

    async def lent(self, name: str, amount: str = "1000000.00", **more: Any) -> None:
        """A loan is approved on 2026-01-11 and paid out the day after."""
        await self.lends.hears(self.lends.approval(name, amount=amount, **more))
        await self.lends.hears(self.lends.disbursement(name, amount=amount, on=date(2026, 1, 12)))

    def body(self, name: str, code: str, since: str, until: str, **more: Any) -> dict[str, Any]:
        return {
            "loan_id": str(self.lends.loans[name]),
            "code": code,
            "since": since,
            "until": until,
            **more,
        }

    async def sends(self, name: str, code: str, since: str, until: str, **more: Any) -> Any:
        """The bank files; the answer, whatever it is."""
        bank = self.bank(more.pop("bank", "ICBC"))
        body = self.body(name, code, since, until, **more)
        return await bank.post(f"/pools/{self.code}/subsidies", json=body)

    async def files_subsidy(self, name: str, code: str, since: str, until: str, **more: Any) -> Any:
        answer = await self.sends(name, code, since, until, **more)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def shown(self, subsidy: Any) -> Any:
        answer = await self.checker.get(f"/subsidies/{subsidy['id']}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def reviews(self, subsidy: Any) -> Any:
        answer = await self.maker.post(
            f"/subsidies/{subsidy['id']}/review", json={"opinion": "属实"}
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def decides_on(self, subsidy: Any, trial: str) -> Any:
        return await self.checker.post(
            f"/subsidies/{subsidy['id']}/approve", json={"opinion": "同意", "trial": trial}
        )

    async def approves_subsidy(self, subsidy: Any) -> Any:
        """Reviewed, tried, and approved on the trial."""
        await self.reviews(subsidy)
        answer = await self.decides_on(subsidy, (await self.shown(subsidy))["trial"]["trial"])
        assert answer.status_code == 200, answer.text
        return answer.json()


@asynccontextmanager
async def treasury_of(
    running: Any,
    programme: str,
    *treasuries: str,
    banks: tuple[str, ...] = ("ICBC",),
    text: str | None = None,
) -> AsyncIterator[Treasury]:
    """Binhai covers the loans, whatever their size; a second pool pays subsidies."""
    async with claims_of(running, *banks, code="tj_binhai", paid_in="200000000.00") as lends:
        pool = Treasury(lends.service, programme, lends)
        await pool.opened(*banks, text=text)
        await pool.has_treasuries(*treasuries)
        yield pool
