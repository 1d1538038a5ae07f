"""A short story in a pool of its own: several firms at once, each from its submission to wherever its
fate leads. Who, how much, and what becomes of it comes from the seed; when, from the machine."""

import asyncio
import random
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from shared.money import format_fen
from tests.cluster import forms
from tests.cluster.callers import Callers, GoneWrong
from tests.papers import pdf
from zhidai.demo.firms import Firm, Right, make_firm, make_right
from zhidai.demo.people import (
    ADMIN,
    APPROVER,
    BANKS,
    FINANCE_CHECKER,
    FINANCE_MAKER,
    POOL_MANAGER,
    REVIEWERS,
    Person,
    operator_of,
)

APPLICATIONS, RISK_POOL, NOTIFICATIONS = "applications", "risk_pool", "notifications"
WAITS_SECONDS = 60.0


class Fate(StrEnum):
    """What becomes of a case."""

    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"  # after capacity was reserved
    LENT = "lent"
    REPAID = "repaid"
    CLAIMED = "claimed"
    RECOVERED = "recovered"


_ALWAYS = (Fate.WITHDRAWN, Fate.RECOVERED, Fate.CLAIMED, Fate.LENT)
"""In every story, so that every kind of command meets every kind of fault."""


@dataclass(frozen=True)
class Plan:
    """One case of a story."""

    ref: str
    bank: str
    firm: Firm
    right: Right
    amount_fen: int
    fate: Fate
    gives_up: bool
    """Whether its people ask once and no more, and never learn what became of it."""
    twice_at: str
    wrong: bool
    """Whether its people also ask for what must be refused."""


def plans(seed: int, cases: int) -> list[Plan]:
    """What a story is about."""
    chance = random.Random(f"story {seed}")
    fates = [*_ALWAYS, *(chance.choice(list(Fate)) for _ in range(cases))][:cases]
    chance.shuffle(fates)
    deeds = ("submit", "recommend", "approve", "register", "disburse", "report", "file", "decide")
    return [
        Plan(
            ref=f"{number}",
            bank=BANKS[number % 3].code,
            firm=make_firm(chance, place="天津", region_code="120110"),
            right=make_right(chance, kind="invention"),
            amount_fen=forms.amount(chance),
            fate=fate,
            gives_up=chance.random() < 0.35,
            twice_at=chance.choice(deeds),
            wrong=chance.random() < 0.5,
        )
        for number, fate in enumerate(fates)
    ]


@dataclass
class Story:
    """One run's story, told over HTTP."""

    callers: Callers
    pool: str
    plans: list[Plan]
    papers: dict[str, list[dict[str, str]]]
    """Bank → its papers for claims, stored before."""
    waits_seconds: float = WAITS_SECONDS
    """For what must follow from what was done before."""
    broken_off: list[str] = field(default_factory=list)
    money: asyncio.Lock = field(default_factory=asyncio.Lock)
    """One claim at a time: a decision names the trial that was seen, and that moves with the balance."""

    async def opens(self) -> None:
        """The run's pool, with money in it."""
        body = forms.pool(self.pool)
        await self.callers.asks(POOL_MANAGER, RISK_POOL, "/pools", body, deed="open")
        money = {
            "kind": "contribution", "amount": format_fen(forms.PAID_IN_FEN),
            "value_date": forms.DAY, "party_code": "DL-FIN",
        }  # fmt: skip
        at = f"/pools/{self.pool}/cash-entries"
        entered = await self.callers.asks(FINANCE_MAKER, RISK_POOL, at, money, deed="enter money")
        await self.callers.asks(
            FINANCE_CHECKER, RISK_POOL, f"/cash-entries/{entered['id']}/release", {},
            deed="pay in", amount_fen=forms.PAID_IN_FEN,
        )  # fmt: skip

        async def is_known() -> bool:
            found = await self.callers.sees(APPROVER, APPLICATIONS, "/pools")
            return any(one["code"] == self.pool for one in found["items"])

        await until("the pool is known", is_known, seconds=self.waits_seconds)

    async def is_told(self) -> None:
        """Every case, all at once."""
        await asyncio.gather(*(self._case(plan) for plan in self.plans))

    async def _case(self, plan: Plan) -> None:
        try:
            await Telling(self, plan).whole()
        except GoneWrong as why:
            self.broken_off.append(str(why))
        except TimeoutError as why:
            self.broken_off.append(f"{plan.ref}: {why}")


@dataclass
class Telling:
    """One case, told."""

    story: Story
    plan: Plan
    loan_id: str = ""

    async def whole(self) -> None:
        """From its submission on."""
        plan, bank = self.plan, operator_of(self.plan.bank)
        body = forms.application(self.story.pool, plan.firm, plan.right, plan.amount_fen)
        case = await self._does(bank, APPLICATIONS, "/applications", body, "submit")
        self.loan_id = case["id"]
        reviewer = REVIEWERS[int(plan.ref) % 2]
        await self._moves(reviewer, "take", {})
        if plan.fate is Fate.REJECTED:
            await self._moves(reviewer, "reject", {"reason": "资金用途不符"})
            return
        await self._moves(reviewer, "recommend", {"opinion": "材料齐全，建议入库"})
        opinion = {"opinion": "同意入库", "lists_checked": forms.lists_checked()}
        if plan.wrong:
            await self._is_refused(reviewer, "approve", opinion)
        await self._moves(APPROVER, "approve", opinion)
        await self._until_state("capacity_reserved")
        if plan.fate is Fate.WITHDRAWN:
            await self._moves(bank, "withdraw", {"reason": "企业改用自有资金"})
            return
        await self._lent(bank)

    async def _lent(self, bank: Person) -> None:
        plan, loan_no = self.plan, f"{self.story.pool}-{self.plan.ref}"
        await self._moves(
            bank, "pledge-registration", forms.registration(f"Y{loan_no}"), deed="register"
        )
        paid_out = forms.disbursement(loan_no, plan.amount_fen)
        await self._moves(bank, "disbursement", paid_out, deed="disburse")
        if plan.wrong:
            await self._is_refused(bank, "withdraw", {"reason": "放款后撤回"})
        if plan.fate is Fate.LENT:
            return
        repaid = plan.fate is Fate.REPAID
        row = forms.position(loan_no, 0 if repaid else plan.amount_fen,
                             "normal" if repaid else "substandard")  # fmt: skip
        await self._does(
            bank, APPLICATIONS, "/positions", row, "report",
            amount_fen=0 if repaid else plan.amount_fen,
        )  # fmt: skip
        if not repaid:
            await until(
                f"{plan.ref}: its position is heard", self._position_is_heard,
                seconds=self.story.waits_seconds,
            )  # fmt: skip
            await self._claimed(bank)

    async def _claimed(self, bank: Person) -> None:
        plan = self.plan
        body = forms.claim(self.loan_id, plan.amount_fen, self.story.papers[plan.bank])
        claim = await self._does(bank, RISK_POOL, "/claims", body, "file")
        at = f"/claims/{claim['id']}"
        await self._does(
            FINANCE_MAKER, RISK_POOL, f"{at}/review", {"opinion": "材料齐全"}, "review"
        )
        async with self.story.money:
            await self._paid(bank, at)

    async def _paid(self, bank: Person, at: str) -> None:
        plan = self.plan
        seen = await self.story.callers.sees(FINANCE_CHECKER, RISK_POOL, f"{at}/trial")
        await self._does(
            FINANCE_CHECKER, RISK_POOL, f"{at}/approve",
            {"opinion": "同意补偿", "trial": seen["id"]}, "decide",
        )  # fmt: skip
        entered = await self._does(
            FINANCE_MAKER, RISK_POOL, f"{at}/enter_payment",
            {"paid_on": forms.DAY, "voucher": f"ZF-{self.story.pool}-{plan.ref}"}, "enter payment",
        )  # fmt: skip
        (payment,) = entered["payments"]
        await self._does(
            FINANCE_CHECKER, RISK_POOL, f"/cash-entries/{payment['id']}/release", {}, "pay"
        )
        if plan.fate is not Fate.RECOVERED:
            return
        gross = plan.amount_fen // 3
        found = await self._does(
            bank, RISK_POOL, f"{at}/recoveries", forms.recovery(gross), "recover", amount_fen=gross
        )
        await self._does(
            FINANCE_CHECKER, RISK_POOL, f"/recoveries/{found['id']}/confirm",
            {"trial": found["trial"]["id"]}, "confirm", amount_fen=gross,
        )  # fmt: skip

    async def _moves(self, who: Person, action: str, body: Any, *, deed: str = "") -> Any:
        at = f"/applications/{self.loan_id}/{action}"
        return await self._does(who, APPLICATIONS, at, body, deed or action)

    async def _does(
        self, who: Person, service: str, path: str, body: Any, deed: str, **more: Any
    ) -> Any:
        plan = self.plan
        return await self.story.callers.asks(
            who, service, path, body, deed=deed, about=plan.ref, loan_id=self.loan_id, bank=plan.bank,
            gives_up=plan.gives_up, twice=plan.twice_at == deed,
            **{"amount_fen": plan.amount_fen, **more},
        )  # fmt: skip

    async def _is_refused(self, who: Person, action: str, body: Any) -> None:
        """Ask for what nobody may do; that it is refused is for the checker to see."""
        with suppress(GoneWrong):
            await self.story.callers.asks(
                who, APPLICATIONS, f"/applications/{self.loan_id}/{action}", body,
                deed=f"wrongly {action}", about=self.plan.ref, loan_id=self.loan_id,
                ought_to="refused",
            )  # fmt: skip

    async def _until_state(self, state: str) -> None:
        async def there() -> bool:
            at = f"/applications/{self.loan_id}"
            return (await self.story.callers.sees(APPROVER, APPLICATIONS, at))["state"] == state

        await until(f"{self.plan.ref} is {state}", there, seconds=self.story.waits_seconds)

    async def _position_is_heard(self) -> bool:
        at = f"/coverages/{self.loan_id}"
        found = await self.story.callers.sees(FINANCE_MAKER, RISK_POOL, at)
        return found.get("position_month") == forms.MONTH


async def prepared(callers: Callers) -> dict[str, list[dict[str, str]]]:
    """Once for all stories: the clocks stand on the day, the programme is in force, banks are there
    with their papers. Answers each bank's papers for claims."""
    for service in (APPLICATIONS, RISK_POOL, NOTIFICATIONS):
        answer = await callers._client.put(
            f"{callers.places.api(service)}/sandbox/clock",
            headers=callers._headers(ADMIN), json={"now": forms.MOMENT},
        )  # fmt: skip
        assert answer.status_code == 200, answer.text
    for bank in BANKS[:3]:
        await callers.asks(
            ADMIN, APPLICATIONS, "/banks",
            {"code": bank.code, "name": bank.name, "uscc": bank.uscc}, deed="bank", about=bank.code,
        )  # fmt: skip
    at = f"/programmes/{forms.PROGRAMME}/versions"
    proposed = await callers.asks(POOL_MANAGER, RISK_POOL, at, forms.version(), deed="propose")
    await callers.asks(
        APPROVER, RISK_POOL, f"{at}/{proposed['number']}/publish", {}, deed="publish"
    )
    return {bank.code: await _papers(callers, bank.code) for bank in BANKS[:3]}


async def _papers(callers: Callers, bank: str) -> list[dict[str, str]]:
    found = {}
    for kind in dict.fromkeys((*forms.CASE_PAPERS, *forms.CLAIM_PAPERS)):
        answer = await callers._client.post(
            f"{callers.places.api(APPLICATIONS)}/documents", params={"name": f"{kind}.pdf"},
            content=pdf(kind),
            headers={**callers._headers(operator_of(bank)),
                     "Content-Type": "application/octet-stream",
                     "Idempotency-Key": f"{callers.run}-{bank}-{kind}"},
        )  # fmt: skip
        assert answer.status_code in (200, 201), answer.text
        found[kind] = answer.json()["id"]
    return [{"kind": kind, "document": found[kind]} for kind in forms.CLAIM_PAPERS]


async def until(what: str, so: Any, *, seconds: float) -> None:
    """Ask until it is so. Raises TimeoutError that says for what was waited."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not await so():
        if asyncio.get_running_loop().time() > deadline:
            raise TimeoutError(what)
        await asyncio.sleep(0.15)
