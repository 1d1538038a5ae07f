"""Words for stories of claims: a bank files, two persons decide, money goes out and comes back."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, date, datetime, time
from typing import Any, TypeVar

from services.risk_pool.main import SERVICE
from shared.clock import business_date
from shared.postgres.database import EVERYWHERE
from shared.service import Service
from tests.cash import pay_claim
from tests.papers import document
from tests.public_notices import goes_through_notice
from tests.risk_pool.core.driver import OPENED, Pool
from tests.services import RunningService, Runs

DOCUMENTS = [
    document(kind)
    for kind in (
        "claim_form",
        "claim_report",
        "recovery_plan",
        "diligence_statement",
        "business_licence",
    )
]

MINUTES = document("minutes")


class Claims(Pool):
    """A pool, its people of finance, and the claims of its banks."""

    claim: Any = None

    def __init__(self, service: Any, code: str = "dongli") -> None:
        super().__init__(service, code)
        self.maker = service.as_("gao", "finance_maker")

    async def it_is(self, day: str) -> None:
        """Move the clock to nine in the morning of a day in China."""
        moment = datetime.combine(date.fromisoformat(day), time(1, 0), UTC)
        await self.service.context.clock.set(moment)

    async def has(self, code: str, role: str) -> None:
        """One more party of the pool, of another role than bank."""
        answer = await self.manager.post(
            f"/pools/{self.code}/parties", json={"code": code, "role": role, "name": code}
        )
        assert answer.status_code == 201, answer.text

    async def covers_with(self, name: str, parties: dict[str, str], **more: Any) -> None:
        """A loan with named parties beside pool and bank is approved and paid out."""
        amount = more.get("amount", "1000000.00")
        approval = self.approval(name, **more)
        await self.hears(approval.model_copy(update={"parties": parties}))
        lent = self.disbursement(name, amount=amount)
        if lent.disbursed_on < approval.approved_on:  # Nothing is paid out before it is approved.
            lent = self.disbursement(name, amount=amount, on=approval.approved_on)
        await self.hears(lent)

    def claim_of(self, name: str, principal: str, **more: Any) -> dict[str, Any]:
        """What a bank files: 121 days overdue and substandard, all documents there."""
        facts = {
            "overdue_days": more.pop("overdue_days", 121),
            "risk_class": more.pop("risk_class", "substandard"),
            **more.pop("facts", {}),
        }
        return {
            "loan_id": str(self.loans[name]),
            "outstanding_principal": principal,
            "facts": facts,
            "documents": DOCUMENTS,
            **more,
        }

    async def goes_bad(
        self, name: str, month: str, outstanding: str, *, overdue_days: int = 121
    ) -> None:
        """The bank reports the loan as substandard at a month's end."""
        await self.hears(
            self.position(
                name, month, outstanding, risk_class="substandard", overdue_days=overdue_days
            )
        )

    async def files(self, name: str, principal: str, *, bank: str = "ICBC", **more: Any) -> Any:
        """A claim is filed and taken."""
        answer = await self.bank(bank).post("/claims", json=self.claim_of(name, principal, **more))
        assert answer.status_code == 201, answer.text
        return answer.json()

    def today(self) -> date:
        """The business day that the clock shows."""
        return business_date(self.service.context.clock.now())

    async def reviews(self, claim: dict[str, Any], *, opinion: str = "同意") -> Any:
        """One person recommends the claim, and every step that its scheme names is taken."""
        answer = await self.maker.post(f"/claims/{claim['id']}/review", json={"opinion": opinion})
        assert answer.status_code == 200, answer.text
        claim = answer.json()
        while claim["next_step"]:
            claim = await self.takes_a_step(claim)
        return claim

    async def takes_a_step(self, claim: dict[str, Any], *, role: int = 0, **more: Any) -> Any:
        """The next step, by one of its people; a public notice hangs as long as it must."""
        open_step = next(one for one in claim["steps"] if one["recorded_on"] is None)
        body = {"step": open_step["step"], "outcome": "favourable", "opinion": "同意"}
        if open_step["step"] == "joint_meeting":
            body |= {"participants": ["吴刚", "赵建国"], "papers": [MINUTES]}
        who = open_step["roles"][role]
        if open_step["step"] == "public_notice":
            await goes_through_notice(
                self.service.as_, claim, today=self.today(), it_is=self.it_is, ends=who
            )
            return (await self.maker.get(f"/claims/{claim['id']}")).json()
        answer = await self.service.as_(f"{who}-of-steps", who).post(
            f"/claims/{claim['id']}/steps", json=body | more
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def readies(self, claim: dict[str, Any], *, opinion: str = "同意") -> None:
        """One person reviews, and the scheme's steps are taken.

        A story of money names one day for filing and decision. The days of the public notice pass
        in between; then the clock is put back to the story's day.
        """
        filed_at = self.service.context.clock.now()
        await self.reviews(claim, opinion=opinion)
        await self._clock_is_put_back(filed_at)

    async def decides(self, claim: dict[str, Any], *, opinion: str = "同意") -> Any:
        """One person reviews, the scheme's steps are taken, another person approves."""
        await self.readies(claim, opinion=opinion)
        answer = await self.approves_now(claim, opinion=opinion)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def _clock_is_put_back(self, moment: datetime) -> None:
        """As nobody can over HTTP: a sandbox's clock only runs forward."""
        async with self.service.context.database.begin(EVERYWHERE) as conn:
            await conn.execute("update sandbox_clock set stood_at = $1, set_at = now()", moment)
        await self.service.context.clock.reload()

    async def trial(self, claim: dict[str, Any], **query: str) -> Any:
        """What the claim would be split into now, as the one sees it who decides."""
        answer = await self.checker.get(f"/claims/{claim['id']}/trial", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def approves_now(
        self, claim: dict[str, Any], *, opinion: str = "同意", **more: Any
    ) -> Any:
        """The second person's answer to a reviewed claim, on the trial just read."""
        body = {"opinion": opinion, **more}
        if "trial" not in body:
            body["trial"] = (await self.trial(claim))["id"]
        return await self.checker.post(f"/claims/{claim['id']}/approve", json=body)

    async def approves(self, name: str, principal: str, **more: Any) -> Any:
        """A claim from its filing to its approval."""
        return await self.decides(await self.files(name, principal, **more))

    async def pays(self, claim: dict[str, Any], **more: Any) -> Any:
        """The pool's part is paid: one person enters the payment, another releases it."""
        return await pay_claim(self.maker, self.checker, claim, **more)

    async def recovers(
        self,
        claim: dict[str, Any],
        gross: str,
        *,
        costs: str = "0.00",
        on: str,
        bank: str = "ICBC",
        from_pledged_ip: bool = True,
        confirmed: bool = True,
        **more: Any,
    ) -> Any:
        """Money comes in, the bank reports it, and finance confirms it."""
        answer = await self.bank(bank).post(
            f"/claims/{claim['id']}/recoveries",
            json={
                "received_on": on,
                "route": "auction",
                "from_pledged_ip": from_pledged_ip,
                "gross": gross,
                "costs": costs,
                **more,
            },
        )
        assert answer.status_code == 201, answer.text
        if not confirmed:
            return answer.json()
        answer = await self.confirms(answer.json())
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def confirms(self, recovery: dict[str, Any], *, by: Any = None) -> Any:
        """Finance's answer to a reported recovery, on the trial just read."""
        who = by or self.checker
        where = f"/recoveries/{recovery['id']}"
        seen = (await self.checker.get(where)).json()["trial"]
        return await who.post(f"{where}/confirm", json={"trial": seen["id"] if seen else "none"})

    async def settles(self, month: str, *steps: str) -> Any:
        """Steps of a month's settlement, all four if none is named; the last answer."""
        answer = None
        for step in steps or ("preview", "confirm", "sign", "post"):
            person = self.checker if step == "sign" else self.maker
            answer = await person.post(f"/pools/{self.code}/settlements/{month}/{step}", json={})
            assert answer.status_code == 200, (step, answer.text)
        assert answer is not None
        return answer.json()


Words = TypeVar("Words", bound=Claims)


def amounts(shares: list[dict[str, str]]) -> dict[str, str]:
    """Party → amount."""
    return {share["party"]: share["amount"] for share in shares}


@asynccontextmanager
async def claims_of(
    running: Any,
    *banks: str,
    paid_in: str = "20000000.00",
    code: str = "dongli",
    opened_on: date = OPENED,
    text: str | None = None,
    settings: dict[str, Any] | None = None,
    service: Service = SERVICE,
    words: type[Words] = Claims,  # type: ignore[assignment]
    after: Callable[[Words], Awaitable[Any]] | None = None,
) -> AsyncIterator[Words]:
    """A running risk_pool with one pool, its banks and money in it, in January 2026.

    `words`: what the test speaks in. `after`: what has happened since; `claim` is what it answers.
    It is told once for all tests of a worker.
    """

    async def tell(started: RunningService) -> dict[str, Any]:
        pool = words(started, code)
        await started.context.clock.set(
            datetime.combine(max(opened_on, date(2026, 1, 11)), time(1, 0), UTC)
        )
        await pool.opened(*(banks or ("ICBC",)), opened_on=opened_on, text=text)
        if paid_in:
            await pool.paid_in(paid_in, on=opened_on)
        if after is not None:
            pool.claim = await after(pool)
        return pool.remembers()

    name = (claims_of, banks, paid_in, code, opened_on, text, words, after)
    async with AsyncExitStack() as stack:
        if settings or service is not SERVICE or not isinstance(running, Runs):
            run = running(service, due_interval_seconds=3600, **settings or {})
            started = await stack.enter_async_context(run)
            remembered = await tell(started)
        else:
            run = running.after(name, tell, service, at_once=after is not None)
            started, remembered = await stack.enter_async_context(run)
        pool = words(started, code)
        vars(pool).update(remembered)
        yield pool
