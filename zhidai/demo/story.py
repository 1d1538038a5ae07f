"""The demo's year, driven through the public APIs only, in the order in which it would happen.

Whatever decides over order (capacity, caps) is done one after another per pool; whatever does not
is done at once. So the figures at the end do not hang on chance.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from shared.money import format_fen
from zhidai.demo import filing
from zhidai.demo.caller import Callers, Refusal, together, until
from zhidai.demo.loans import claim_month, position
from zhidai.demo.people import (
    ADMIN,
    APPROVER,
    BANKS,
    FINANCE_CHECKER,
    FINANCE_MAKER,
    POOL_MANAGER,
    REVIEWERS,
    operator_of,
)
from zhidai.demo.plan import POOLS, Case, Course, Fate, Pool, month_end, month_name

APPLICATIONS, RISK_POOL, NOTIFICATIONS = "applications", "risk_pool", "notifications"


@dataclass
class Live:
    """A case of the plan as it really goes."""

    case: Case
    id: str = ""
    state: str = ""
    repaid: bool = False
    claim_id: str = ""

    @property
    def is_running(self) -> bool:
        """Whether its bank still reports it."""
        return self.state == "disbursed" and not self.repaid and not self.claim_id


@dataclass
class Story:
    """Tells the year. `step` is told what has just been done, for a progress bar."""

    callers: Callers
    cases: tuple[Case, ...]
    step: Callable[[str], None]
    months: int = 12
    """How many months are told."""
    live: dict[str, Live] = field(default_factory=dict)
    refused_at_the_door: Counter[str] = field(default_factory=Counter)

    async def tell(self) -> None:
        """Everything, from the opening of the pools to the last signed settlement."""
        await self._open()
        for month in range(1, self.months + 2):
            await self._clock(month, 5)
            await self._report_positions(month - 1)
            if month <= self.months:
                await self._take_in(month)
            await self._claims(month)
            await self._clock(month, 20)
            await self._agreement(f"cover in the middle of {month_name(month)}")
            await self._settle(month - 1)
            await self._recoveries(month)

    # ── the beginning ────────────────────────────────────────────────────────────────────────

    async def _open(self) -> None:
        await self._clock(1, 2)
        await together(
            [
                self.callers.post(
                    ADMIN, APPLICATIONS, "/banks",
                    {"code": bank.code, "name": bank.name, "uscc": bank.uscc},
                    fact=f"bank {bank.code}",
                )
                for bank in BANKS
            ]
        )  # fmt: skip
        for pool in POOLS:
            await self.callers.post(
                POOL_MANAGER, RISK_POOL, "/pools", filing.pool_body(pool), fact=f"pool {pool.code}"
            )
            for code, _role, yuan in pool.contributions:
                await self.callers.post(
                    FINANCE_MAKER, RISK_POOL, f"/pools/{pool.code}/contributions",
                    {"party_code": code, "amount": f"{yuan}.00", "received_on": "2025-01-02",
                     "note": "年度注资"},
                    fact=f"contribution {pool.code} {code}",
                )  # fmt: skip
            await until(f"applications knows {pool.code}", partial(self._knows, pool))
        self.step("两个资金池开立")

    async def _knows(self, pool: Pool) -> bool:
        known = await self.callers.get(APPROVER, APPLICATIONS, "/pools")
        return any(one["code"] == pool.code for one in known["items"])

    async def _clock(self, month: int, day: int) -> None:
        """Move all clocks to a day's morning. One that stands there already is left alone."""
        moment = f"{month_name(month)}-{day:02d}T09:00:00+08:00"
        for service in (APPLICATIONS, RISK_POOL, NOTIFICATIONS):
            try:
                await self.callers.put(ADMIN, service, "/sandbox/clock", {"now": moment})
            except Refusal as refusal:
                # Moved already, and the answer was lost: it has run on by itself since.
                if refusal.code != "clock-only-forward":
                    raise

    # ── what a month brings ──────────────────────────────────────────────────────────────────

    async def _take_in(self, month: int) -> None:
        fresh = [Live(case) for case in self.cases if case.month == month]
        for live in fresh:
            self.live[live.case.ref] = live
        await together([self._submit(live) for live in fresh])
        self.step(f"{month_name(month)} 申报")
        await together([self._review(number, live) for number, live in enumerate(fresh)])
        await together([self._approve_in_turn(pool, fresh) for pool in POOLS])
        self.step(f"{month_name(month)} 审批")
        await together([self._after_approval(live) for live in fresh])
        await self._agreement(f"cover of the loans of {month_name(month)}")
        self.step(f"{month_name(month)} 放款")

    async def _submit(self, live: Live) -> None:
        case = live.case
        who = operator_of(case.bank)
        if filing.has_typo(case):
            try:
                await self.callers.post(
                    who, APPLICATIONS, "/applications", filing.body_with_typo(case),
                    fact=f"typo {case.ref}",
                )  # fmt: skip
            except Refusal as refusal:
                self.refused_at_the_door[f"{refusal.status} {refusal.code}"] += 1
        answer = await self.callers.post(
            who, APPLICATIONS, "/applications", filing.first_body(case), fact=f"submit {case.ref}"
        )
        live.id, live.state = answer["id"], answer["state"]
        if live.state == "returned_for_correction" and case.fate is Fate.INCOMPLETE:
            await self._mend(live, "documents")
        if live.state == "returned_for_correction":
            # What cannot be mended (a right past its term, a suspended bank) is taken back.
            await self._act(live, who, "withdraw", {"reason": "不符合入库条件，撤回"})

    async def _mend(self, live: Live, what: str) -> None:
        answer = await self.callers.post(
            operator_of(live.case.bank), APPLICATIONS, f"/applications/{live.id}/resubmit",
            filing.body(live.case), fact=f"resubmit {live.case.ref} {what}",
        )  # fmt: skip
        live.state = answer["state"]

    async def _review(self, number: int, live: Live) -> None:
        if live.state != "accepted":
            return
        reviewer = REVIEWERS[number % len(REVIEWERS)]
        await self._act(live, reviewer, "take", {})
        if live.case.fate is Fate.QUESTIONED:
            await self._act(
                live, reviewer, "return",
                {"reasons": [{"text": "请补充还款来源说明", "field": "/purpose_note"}]},
            )  # fmt: skip
            await self._mend(live, "questions")
            if live.state != "accepted":
                return
            await self._act(live, reviewer, "take", {}, again=True)
        if live.case.fate is Fate.REJECTED:
            await self._act(live, reviewer, "reject", {"reason": "资金用途不符合本资金池支持方向"})
        else:
            await self._act(live, reviewer, "recommend", {"opinion": "材料齐全，建议入库"})

    async def _approve_in_turn(self, pool: Pool, fresh: Iterable[Live]) -> None:
        for live in fresh:
            if live.case.pool == pool.code and live.state == "recommended":
                await self._act(live, APPROVER, "approve", {"opinion": "同意入库"})
                live.state = await until(
                    f"capacity for {live.case.ref}", partial(self._decided, live)
                )

    async def _decided(self, live: Live) -> str:
        case = await self.callers.get(APPROVER, APPLICATIONS, f"/applications/{live.id}")
        return "" if case["state"] == "approved" else str(case["state"])

    async def _after_approval(self, live: Live) -> None:
        if live.state != "capacity_reserved":
            return
        case, who = live.case, operator_of(live.case.bank)
        if case.fate is Fate.WITHDRAWN:
            await self._act(live, who, "withdraw", {"reason": "企业改用自有资金"})
            return
        await self._act(live, who, "pledge-registration", filing.pledge_body(case))
        if case.fate is not Fate.EXPIRES:
            await self._act(live, who, "disbursement", filing.disbursement_body(case))

    async def _agreement(self, what: str) -> None:
        """Wait until both services say the same of every loan that holds capacity.

        Nothing may be on its way when the clock moves or a month is settled: a real month gives
        events days to arrive, ours gives them milliseconds.
        """

        async def agree() -> bool:
            held = {
                row["id"] for row in await self._cases("capacity_reserved", "pledge_registered")
            }
            lent = {row["id"] for row in await self._cases("disbursed", "overdue")}
            return (
                held == (await self._coverages("reserved")).keys()
                and lent == (await self._coverages("active")).keys()
            )

        await until(what, agree)

    async def _cases(self, *states: str) -> list[Any]:
        return await self.callers.every(APPROVER, APPLICATIONS, "/applications", state=list(states))

    async def _coverages(self, state: str) -> dict[str, Any]:
        rows = await self.callers.every(FINANCE_MAKER, RISK_POOL, "/coverages", state=state)
        return {row["loan_id"]: row for row in rows}

    # ── what running loans bring ─────────────────────────────────────────────────────────────

    async def _report_positions(self, month: int) -> None:
        if month < 1:
            return
        running = [live for live in self.live.values() if live.is_running]
        await together([self._report_of(bank.code, month, running) for bank in BANKS])
        await until(
            f"the pools know the positions of {month_name(month)}",
            lambda: self._positions_known(month, running),
        )
        await self._agreement(f"cover after the positions of {month_name(month)}")
        self.step(f"{month_name(month)} 月报")

    async def _report_of(self, bank: str, month: int, running: Iterable[Live]) -> None:
        items = []
        for live in running:
            if live.case.bank == bank:
                now = position(live.case, month)
                live.repaid = now.outstanding_fen == 0
                items.append(filing.position_item(live.case, now))
        if items:
            answer = await self.callers.post(
                operator_of(bank), APPLICATIONS, "/positions",
                {"month": month_name(month), "items": items}, fact=f"positions {bank} {month}",
            )  # fmt: skip
            assert answer["refused"] == 0, answer

    async def _positions_known(self, month: int, running: Iterable[Live]) -> bool:
        covered = await self._coverages("active")
        return all(
            (live.id not in covered)
            if live.repaid
            else covered[live.id]["position_month"] == month_name(month)
            for live in running
        )

    async def _claims(self, month: int) -> None:
        due = [
            live for live in self.live.values()
            if live.case.course is Course.DEFAULT and live.is_running
            and claim_month(live.case) == month
        ]  # fmt: skip
        for live in due:  # One after another: caps of a year are first come, first served.
            await self._claim(live, month)
        if due:
            self.step(f"{month_name(month)} 补偿申请 {len(due)} 笔")

    async def _claim(self, live: Live, month: int) -> None:
        case, who = live.case, operator_of(live.case.bank)
        claim = await self.callers.post(
            who, RISK_POOL, "/claims", filing.claim_body(live.id, case, month),
            fact=f"claim {case.ref}",
        )  # fmt: skip
        live.claim_id = claim["id"]
        at = f"/claims/{live.claim_id}"
        for person, action, body in (
            (FINANCE_MAKER, "review", {"opinion": "触发条件成立，材料齐全"}),
            (FINANCE_CHECKER, "approve", {"opinion": "同意补偿"}),
            (FINANCE_MAKER, "pay", {"paid_on": f"{month_name(month)}-05"}),
        ):
            await self.callers.post(
                person, RISK_POOL, f"{at}/{action}", body, fact=f"claim {case.ref} {action}"
            )

        async def is_claimed() -> bool:
            found = await self.callers.get(APPROVER, APPLICATIONS, f"/applications/{live.id}")
            return bool(found["state"] == "claimed")

        await until(f"{case.ref} is claimed", is_claimed)

    async def _recoveries(self, month: int) -> None:
        """Two recoveries a claim: the pledged rights two months on, the debtor four months on."""
        for live in self.live.values():
            if not live.claim_id:
                continue
            age = month - claim_month(live.case)
            if age in (2, 4):
                await self._recover(live, month, filing.recovery_body(live.case, month, age))

    async def _recover(self, live: Live, month: int, body: dict[str, Any]) -> None:
        fact = f"recovery {live.case.ref} {month}"
        found = await self.callers.post(
            operator_of(live.case.bank), RISK_POOL, f"/claims/{live.claim_id}/recoveries", body,
            fact=fact,
        )  # fmt: skip
        await self.callers.post(
            FINANCE_CHECKER, RISK_POOL, f"/recoveries/{found['id']}/confirm", {},
            fact=f"{fact} confirm",
        )  # fmt: skip
        self.step(f"{month_name(month)} 追偿回款 {format_fen(filing.fen_of(body['gross']))}")

    async def _settle(self, month: int) -> None:
        if month < 1:
            return
        for pool in POOLS:
            await self.callers.post(
                FINANCE_MAKER, RISK_POOL, f"/pools/{pool.code}/interest",
                {"amount": filing.bank_interest(pool, month), "received_on": f"{month_end(month)}",
                 "note": "专户利息"},
                fact=f"interest {pool.code} {month}",
            )  # fmt: skip
            at = f"/pools/{pool.code}/settlements/{month_name(month)}"
            for person, action in (
                (FINANCE_MAKER, "preview"),
                (FINANCE_MAKER, "confirm"),
                (FINANCE_CHECKER, "sign"),
                (FINANCE_MAKER, "post"),
            ):
                await self.callers.post(
                    person, RISK_POOL, f"{at}/{action}", {}, fact=f"settle {at} {action}"
                )
        self.step(f"{month_name(month)} 月结")

    # ── small things ─────────────────────────────────────────────────────────────────────────

    async def _act(
        self, live: Live, who: Any, action: str, body: dict[str, Any], *, again: bool = False
    ) -> None:
        answer = await self.callers.post(
            who, APPLICATIONS, f"/applications/{live.id}/{action}", body,
            fact=f"{action} {live.case.ref}{' again' if again else ''}",
        )  # fmt: skip
        live.state = answer["state"]
