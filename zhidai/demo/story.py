"""What is known while the demo's year is told, and what every part of it asks or does.

Whatever decides over order (capacity, caps) is done one after another per pool; whatever does not
is done at once. So the figures at the end do not hang on chance.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from zhidai.demo.caller import Callers, Refusal, together, until
from zhidai.demo.people import ADMIN, APPROVER, BANKS, FINANCE_MAKER, Person, operator_of
from zhidai.demo.plan import POOLS, Case, month_name, paper, paper_name

APPLICATIONS, RISK_POOL, NOTIFICATIONS = "applications", "risk_pool", "notifications"


@dataclass
class Live:
    """A case of the plan as it really goes."""

    case: Case
    id: str = ""
    state: str = ""
    repaid: bool = False
    filed_as: str = ""
    """The id of the claim that its bank has filed."""
    claim_id: str = ""
    """The same once it is approved: nothing is reported of the loan any more."""

    @property
    def is_running(self) -> bool:
        """Whether its bank still reports it."""
        return self.state == "disbursed" and not self.repaid and not self.claim_id


@dataclass
class Story:
    """The year so far. `step` is told what has just been done, for a progress bar."""

    callers: Callers
    cases: tuple[Case, ...]
    step: Callable[[str], None]
    months: int = 12
    """How many months are told."""
    live: dict[str, Live] = field(default_factory=dict)
    refused_at_the_door: Counter[str] = field(default_factory=Counter)
    stored: dict[tuple[str, bytes], asyncio.Task[Any]] = field(default_factory=dict)
    """Papers by institution and content, from the moment in which their sending begins."""

    def begins(self, month: int) -> list[Live]:
        """The month's cases, from now on part of the story."""
        fresh = [Live(case) for case in self.cases if case.month == month]
        self.live |= {live.case.ref: live for live in fresh}
        return fresh

    async def act(
        self, live: Live, who: Person, action: str, body: dict[str, Any], *, again: bool = False
    ) -> None:
        """Move a case on, in somebody's name."""
        answer = await self.callers.post(
            who, APPLICATIONS, f"/applications/{live.id}/{action}", body,
            fact=f"{action} {live.case.ref}{' again' if again else ''}",
        )  # fmt: skip
        live.state = answer["state"]

    async def papers(self, who: Person, case: Case, kinds: Sequence[str]) -> list[dict[str, str]]:
        """A case's papers, stored by somebody's institution: the same file once, all at once."""
        sent = [self._sent(who, paper(case, kind), paper_name(case, kind)) for kind in kinds]
        found = await together(sent)
        return [
            {"kind": kind, "document": one["id"]} for kind, one in zip(kinds, found, strict=True)
        ]

    def _sent(self, who: Person, content: bytes, name: str) -> asyncio.Task[Any]:
        key = (who.institution, content)
        if key not in self.stored:
            fact = f"paper {who.institution} {sha256(content).hexdigest()}"
            self.stored[key] = asyncio.create_task(
                self.callers.send(who, APPLICATIONS, "/documents", content, name=name, fact=fact)
            )
        return self.stored[key]

    async def clock(self, month: int, day: int) -> None:
        """Move all clocks to a day's morning. One that stands there already is left alone."""
        moment = f"{month_name(month)}-{day:02d}T09:00:00+08:00"
        for service in (APPLICATIONS, RISK_POOL, NOTIFICATIONS):
            try:
                await self.callers.put(ADMIN, service, "/sandbox/clock", {"now": moment})
            except Refusal as refusal:
                # Moved already, and the answer was lost: it has run on by itself since.
                if refusal.code != "clock-only-forward":
                    raise

    async def agreement(self, what: str) -> None:
        """Wait until both services say the same of every loan that holds capacity and of every
        bank that is suspended.

        Nothing may be on its way when the clock moves or a month is settled: a real month gives
        events days to arrive, ours gives them milliseconds.
        """

        async def agree() -> bool:
            held = await self._cases("capacity_reserved", "pledge_registered")
            lent = await self._cases("disbursed", "overdue")
            return (
                held == (await self.coverages("reserved")).keys()
                and lent == (await self.coverages("active")).keys()
                and await self._suspended_by_pools() == await self._suspended_for_banks()
            )

        await until(what, agree)

    async def _suspended_by_pools(self) -> set[tuple[str, str]]:
        answers = await together(
            [
                self.callers.get(FINANCE_MAKER, RISK_POOL, f"/pools/{pool.code}/banks")
                for pool in POOLS
            ]
        )
        return {
            (answer["pool_code"], bank["bank_code"])
            for answer in answers
            for bank in answer["banks"]
            if bank["breaker"] == "suspended"
        }

    async def _suspended_for_banks(self) -> set[tuple[str, str]]:
        """As `applications` tells each bank's people of themselves, and holds it against them."""
        clerks = [operator_of(bank.code) for bank in BANKS]
        answers = await together(
            [self.callers.get(clerk, APPLICATIONS, "/pools") for clerk in clerks]
        )
        return {
            (pool["code"], clerk.institution)
            for clerk, answer in zip(clerks, answers, strict=True)
            for pool in answer["items"]
            if pool["suspended_on"] is not None
        }

    async def _cases(self, *states: str) -> set[str]:
        rows = await self.callers.every(APPROVER, APPLICATIONS, "/applications", state=list(states))
        return {row["id"] for row in rows}

    async def coverages(self, state: str) -> dict[str, Any]:
        """The coverages in a state, by loan."""
        rows = await self.callers.every(FINANCE_MAKER, RISK_POOL, "/coverages", state=state)
        return {row["loan_id"]: row for row in rows}
