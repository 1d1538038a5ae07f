"""Laws of claims over random histories of two pools and two banks, through the real service.

Banks file and correct what they reported, people review, decide, refuse, release, pay and write
off in any order and several at once, money comes in and goes out. Whatever happens: what is approved
is the trial that was seen, no cap is exceeded, nothing is paid beyond what was approved, and no fen
is made or lost in the ledger.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any

import pytest

from services.risk_pool.audit.verify import audit_pool, opened
from shared.money import format_fen, parse_fen
from shared.schemes.library import load
from tests.depth import depth
from tests.risk_pool.claims.driver import Claims, claims_of
from tests.risk_pool.core.driver import yuan

LOANS = 7
STEPS = 45
TODAY = date(2026, 3, 5)
BANKS = ("ICBC", "CCB")


@dataclass
class Loan:
    """A bad loan of a pool: what its bank has reported last, and its claim once it is filed."""

    pool: Claims
    name: str
    bank: str
    principal_fen: int
    path: str = ""
    trial: dict[str, Any] = field(default_factory=dict)
    """The trial that was approved."""


class History:
    """What people of two pools do, one step after another, as chance has it."""

    def __init__(self, pools: list[Claims], chance: Random) -> None:
        self.pools = pools
        self.chance = chance
        self.loans: list[Loan] = []
        self.done: dict[str, int] = defaultdict(int)

    async def lends(self) -> None:
        """Loans of a few borrowers, and some that stay good; then all but those go bad."""
        for pool in self.pools:
            for number in range(5):
                await pool.covers(f"good{number}", amount="9000000.00", bank=BANKS[number % 2])
            for number in range(LOANS):
                fen = self.chance.randrange(yuan("500,000.00"), yuan("3,300,000.00"))
                loan = Loan(pool, f"l{number}", BANKS[number % 2], fen)
                await pool.covers(
                    loan.name,
                    amount=format_fen(fen),
                    bank=loan.bank,
                    uscc=f"9112011900000000{number % 3}A",
                    ip_share_bp=self.chance.choice((10_000, 8_000, 3_333)),
                )
                self.loans.append(loan)
            await pool.hears(*(self.report(one) for one in self.loans if one.pool is pool))
        await self.pools[0].it_is(TODAY.isoformat())

    def report(self, loan: Loan) -> Any:
        return loan.pool.position(
            loan.name,
            "2026-02",
            format_fen(loan.principal_fen),
            risk_class="substandard",
            overdue_days=92,
        )

    async def state(self, loan: Loan) -> str:
        return str((await loan.pool.auditor.get(loan.path)).json()["state"])

    async def any_in(self, *states: str) -> list[Loan]:
        filed = [one for one in self.loans if one.path]
        found = [one for one in filed if await self.state(one) in states]
        self.chance.shuffle(found)
        return found

    async def files(self) -> None:
        for loan in [one for one in self.loans if not one.path][:1]:
            claim = await loan.pool.files(
                loan.name,
                format_fen(loan.principal_fen),
                bank=loan.bank,
                overdue_days=95,
                interest_arrears=format_fen(self.chance.randrange(0, 100_000)),
            )
            loan.path = f"/claims/{claim['id']}"
            await self.reviews()

    async def reviews(self) -> None:
        for loan in await self.any_in("submitted"):
            await loan.pool.readies({"id": loan.path.rpartition("/")[2]})

    async def decides(self) -> None:
        """Some are decided at the same moment, after something may have moved the trials."""
        some = (await self.any_in("reviewed"))[: self.chance.randint(1, 3)]
        seen = []
        for loan in some:
            part = self.chance.random() < 0.3
            query = {"principal": format_fen(loan.principal_fen // 3)} if part else {}
            answer = await loan.pool.checker.get(f"{loan.path}/trial", params=query)
            assert answer.status_code in (200, 422), answer.text
            if answer.status_code == 200:
                seen.append((loan, answer.json()))
        if seen and (not self.done["moved"] or self.chance.random() < 0.5):
            self.done["moved"] += 1
            (loan, _), correct = self.chance.choice(seen), self.chance.random() < 0.5
            await (self.corrects(loan) if correct else self.money_moves(loan.pool))
        answers = await asyncio.gather(*(self.approval(loan, trial) for loan, trial in seen))
        for (decided, trial), answer in zip(seen, answers, strict=True):
            if answer.status_code == 200:
                decided.trial = trial
            else:
                assert answer.json()["code"] in ("trial-moved", "claim-facts-moved"), answer.text
            self.done[f"decided {answer.status_code}"] += 1

    def approval(self, loan: Loan, trial: dict[str, Any]) -> Awaitable[Any]:
        body = {"opinion": "同意", "trial": trial["id"]}
        if trial["in_part"]:
            body |= {"covered_principal": trial["principal"], "reason": "部分属实"}
        return loan.pool.checker.post(f"{loan.path}/approve", json=body)

    async def refuses(self) -> None:
        for loan in (await self.any_in("reviewed"))[:1]:
            await loan.pool.checker.post(f"{loan.path}/refuse", json={"reason": "不实"})

    async def corrects(self, loan: Loan | None = None) -> None:
        """A bank reports anew what it was owed at the month's end."""
        loan = loan or self.chance.choice(self.loans)
        loan.principal_fen -= self.chance.choice((1, loan.principal_fen // 10))
        await loan.pool.hears(self.report(loan))

    async def money_moves(self, pool: Claims | None = None) -> None:
        pool = pool or self.chance.choice(self.pools)
        if self.chance.random() < 0.5:
            await pool.paid_in("100000.01", on=TODAY)
        else:
            await pool.fee("70000.03", on=TODAY)

    async def releases(self) -> None:
        for loan in (await self.any_in("held"))[:1]:
            answer = await loan.pool.checker.post(f"{loan.path}/release", json={"opinion": "属实"})
            assert answer.status_code == 200, answer.text
            self.done["released"] += 1

    async def pays(self) -> None:
        """A payment, and at the same moment a correction of the same loan's figures."""
        for loan in (await self.any_in("approved"))[:1]:
            loan.principal_fen -= self.chance.choice((0, 0, 1))
            body = {"voucher": f"V-{loan.name}"}
            entered = await loan.pool.maker.post(f"{loan.path}/enter_payment", json=body)
            assert entered.status_code in (200, 409), entered.text
            now = (await loan.pool.auditor.get(loan.path)).json()
            if not now["payments"]:
                # The pool bears nothing of it.
                assert now["state"] == "paid"
                continue
            entry = now["payments"][-1]
            paid, _ = await asyncio.gather(
                loan.pool.checker.post(f"/cash-entries/{entry['id']}/release", json={}),
                loan.pool.hears(self.report(loan)),
            )
            assert paid.status_code in (200, 409), paid.text
            self.done["paid"] += paid.status_code == 200

    async def recovers(self) -> None:
        for loan in (await self.any_in("approved", "paid", "written_off"))[:1]:
            gross = format_fen(self.chance.randrange(1, 1_000_000))
            claim = {"id": loan.path.rpartition("/")[2]}
            await loan.pool.recovers(claim, gross, on=TODAY.isoformat(), bank=loan.bank)

    async def writes_off(self) -> None:
        for loan in (await self.any_in("paid"))[:1]:
            await loan.pool.checker.post(f"{loan.path}/write_off", json={"reason": "无财产"})

    async def goes_on(self) -> None:
        steps: list[tuple[Callable[[], Awaitable[None]], int]] = [
            (self.files, 6), (self.decides, 6), (self.corrects, 1), (self.money_moves, 1),
            (self.refuses, 1), (self.releases, 2), (self.pays, 3), (self.recovers, 1),
            (self.writes_off, 1),
        ]  # fmt: skip
        weights = [weight for _, weight in steps]
        for _ in range(STEPS):
            (step,) = self.chance.choices([one for one, _ in steps], weights)
            await step()


async def caps_hold(history: History, pool: Claims) -> None:
    """No cap of the programme is exceeded by all that was approved."""
    approved = [one for one in history.loans if one.pool is pool and one.trial]
    terms = load(pool.code).terms(TODAY, "direct")
    lent_fen = defaultdict(int)
    for name in [*(f"good{n}" for n in range(5)), *(f"l{n}" for n in range(LOANS))]:
        coverage = await pool.coverage(name)
        lent_fen[coverage["bank_code"]] += parse_fen(coverage["disbursed"])
    for cap in terms.caps:
        taken: dict[str, int] = defaultdict(int)
        for loan in approved:
            whose = {
                "borrower_year": pool.cases[loan.name]["borrower_uscc"],
                "bank_year": loan.bank,
                "programme_year": "all",
            }.get(cap.per, loan.name)
            shares = {one["party"]: parse_fen(one["amount"]) for one in loan.trial["shares"]}
            taken[whose] += sum(shares[party] for party in cap.parties)
        for whose, fen in taken.items():
            if cap.code == "bank_year":
                assert fen <= lent_fen[whose] * cap.rate
            elif cap.amount_fen is not None:
                assert fen <= cap.amount_fen, cap.code


async def books_hold(history: History, pool: Claims) -> None:
    """What is approved is the trial, what is paid is what was approved, and the ledger is whole."""
    claims_fen = paid_fen = 0
    for loan in history.loans:
        if loan.pool is not pool or not loan.path:
            continue
        claim = (await pool.auditor.get(loan.path)).json()
        assert bool(claim["shares"]) == bool(loan.trial), claim["state"]
        if loan.trial:
            # Others decided at the same moment show in the pool's balance, never in the split.
            assert claim["trials"]["decision"]["id"] == loan.trial["id"]
            shown = [(one["party"], one["amount"]) for one in loan.trial["shares"]]
            assert [(one["party"], one["amount"]) for one in claim["shares"]] == shown
            assert sum(parse_fen(fen) for _, fen in shown) == parse_fen(claim["base"])
            assert not loan.trial["pool"]["after"].startswith("-")
        assert claim["paid"] in ("0.00", claim["pool_pays"])
        claims_fen += parse_fen(claim["pool_pays"])
        paid_fen += parse_fen(claim["paid"])
    balances = await pool.balances()
    assert parse_fen(balances.get("claims", "0.00")) == claims_fen
    assert paid_fen <= claims_fen
    async with opened(pool.service.context.database.url) as conn:
        report = await audit_pool(conn, pool.code)
    assert report is not None and report.passed


@pytest.mark.parametrize("seed", depth([15], [15, 20_261_128]))
async def test_whatever_happens_no_fen_is_lost_no_cap_exceeded_and_the_trial_is_what_counts(
    running, seed
):
    async with claims_of(running, *BANKS, paid_in="20000000.00") as first:
        second = Claims(first.service, "youxian")
        await second.opened(*BANKS)
        await second.paid_in("60000000.00")
        history = History([first, second], Random(seed))
        await history.lends()
        # So little is left that the balance binds, too.
        await first.fee("17500000.00", on=TODAY)

        await history.goes_on()

        assert history.done["decided 200"] >= 4 and history.done["decided 409"] >= 1
        assert history.done["paid"] >= 1
        for pool in history.pools:
            await caps_hold(history, pool)
            await books_hold(history, pool)
