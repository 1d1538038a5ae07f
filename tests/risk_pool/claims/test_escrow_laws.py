"""Laws of escrow over random histories: what is held is held, and no fen is made or lost."""

import asyncio
import random
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any
from uuid import UUID

import pytest

from services.risk_pool.audit.verify import audit_pool, opened
from services.risk_pool.domain.booking_back import as_transfers, booked_back, nets
from services.risk_pool.domain.cash_booking import as_booked
from services.risk_pool.domain.compensation import PartyPayment
from services.risk_pool.domain.escrow import (
    OthersPayIntoEscrow,
    Settling,
    earmarking,
    require_pool_alone,
)
from services.risk_pool.domain.shares import shares_of
from shared.money import format_fen, parse_fen
from shared.schemes.decide.claims import Borne
from shared.schemes.decide.escrow import EscrowFacts, settle_escrow
from tests.depth import depth
from tests.risk_pool.claims.driver import Claims, claims_of
from tests.risk_pool.claims.test_adjustment_laws import balances, between
from tests.risk_pool.claims.test_adjustments import decides, proposes, reversed_by
from tests.risk_pool.claims.test_escrow import SETTLEMENT, reports

DAY = date(2026, 3, 5)
CODES = {"pool": "sh", "bank": "ICBC"}
BANKS = ("ICBC", "CCB")
LOANS = 6
STEPS = 32


@pytest.mark.parametrize("seed", range(80))
def test_a_settlement_empties_escrow_and_a_claw_back_leaves_what_was_really_paid(seed):
    dice = random.Random(seed)
    pool_fen, bank_fen = dice.randrange(10**8), dice.randrange(1, 10**8)
    claim: dict[str, Any] = {
        "number": "C", "bank_code": "ICBC", "loan_id": UUID(int=1), "explanation_id": UUID(int=2),
        "pool_pays_fen": pool_fen,
    }  # fmt: skip
    borne = Borne(
        version="1", residual="bank", bearer="bank", borne={"pool": pool_fen, "bank": bank_fen},
        parts={"pool": 4, "bank": 1}, interest_outside_fen=0, ip_share=Fraction(1),
        order="principal_first", recovered_by="bank",
    )  # fmt: skip
    available_fen = dice.choice((0, dice.randrange(10**7), 10**10))
    facts = EscrowFacts(
        held={"pool": pool_fen},
        net_loss_fen=dice.choice((0, dice.randrange(3 * 10**8))),
        available={"pool": available_fen},
    )
    decision = settle_escrow(facts, borne)
    settling = Settling(
        decision=decision, base_fen=pool_fen + bank_fen, lowered_fen=0,
        reported_fen=facts.net_loss_fen, written_off_on=DAY,
        shares=shares_of(decision.shares, CODES),
    )  # fmt: skip
    about = {"loan_id": claim["loan_id"], "day": DAY, "explanation_id": claim["explanation_id"]}
    entries = settling.entries(claim, bearer_code="ICBC")
    step = PartyPayment(payer="pool", payer_code="sh", payee="escrow", payee_code="escrow",
                        kind="escrow", amount_fen=pool_fen)  # fmt: skip
    bound = earmarking(claim, step, day=DAY, explanation_id=UUID(int=2)) if pool_fen else []
    moved = {
        "kind": "set_aside", "of_kind": "set_aside", "sign": 1, "number": "K", "party_code": "ICBC",
        "item": "claim:C", "amount_fen": pool_fen, "loan_id": claim["loan_id"],
    }  # fmt: skip
    booked = [
        *bound,
        *(as_booked(moved, booked_on=DAY, explanation_id=UUID(int=2)) if pool_fen else ()),
        *as_transfers(entries, adjustment_number="T", **about),
    ]

    held = balances(booked)

    assert held.get("escrow:ICBC", 0) == held.get("earmarked:ICBC", 0) == 0
    assert sum(one.amount_fen for one in settling.shares) == facts.net_loss_fen
    assert held.get("claims", 0) == settling.paid_fen == decision.shares["pool"]
    assert settling.added_fen <= available_fen
    assert settling.paid_fen == pool_fen - settling.released_fen + settling.added_fen
    # What has left the account, and what is still owed, is what the bank gets.
    owed_fen = held.get("payable:ICBC", 0) - held.get("receivable:ICBC", 0)
    assert owed_fen - held.get("cash", 0) == settling.paid_fen
    assert held.get("receivable:ICBC", 0) == settling.released_fen

    back = booked_back(booked, bearer_code="ICBC", is_paid=True)
    undone = balances([*booked, *as_transfers(back, adjustment_number="U", **about)])

    assert nets(back, "sh").get("ICBC", 0) == -settling.paid_fen
    assert undone.get("claims", 0) == 0
    assert between(undone, "ICBC") == undone.get("cash", 0)


def test_another_party_s_money_is_not_held_in_the_pool_s_ledger():
    step = PartyPayment(payer="pool", payer_code="sh", payee="escrow", payee_code="escrow",
                        kind="escrow", amount_fen=1)  # fmt: skip
    require_pool_alone([step])
    with pytest.raises(OthersPayIntoEscrow):
        require_pool_alone([step, replace(step, payer="insurer", payer_code="RENBAO")])


@dataclass
class Loan:
    """A bad loan, and its claim once it is filed."""

    name: str
    bank: str
    principal_fen: int
    claim: Any = None


class History:
    """What banks and finance do with claims in escrow, one step after another, as chance has it."""

    def __init__(self, pool: Claims, chance: random.Random) -> None:
        self.pool = pool
        self.chance = chance
        self.loans: list[Loan] = []
        self.money_fen = parse_fen("20000000.00")
        self.done: dict[str, int] = defaultdict(int)

    async def lends(self) -> None:
        for number in range(LOANS):
            fen = self.chance.randrange(10_000_000, 300_000_000)
            loan = Loan(f"l{number}", BANKS[number % 2], fen)
            amount = format_fen(fen)
            await self.pool.covers(loan.name, mode="escrow", amount=amount, bank=loan.bank,
                                   ip_share_bp=self.chance.choice((10_000, 8_000, 3_333)))  # fmt: skip
            for month in ("2026-01", "2026-02"):
                await self.pool.goes_bad(loan.name, month, amount, overdue_days=95)
            self.loans.append(loan)
        await self.pool.it_is(DAY.isoformat())

    async def seen(self, loan: Loan) -> Any:
        return (await self.pool.auditor.get(f"/claims/{loan.claim['id']}")).json()

    async def one_in(self, *states: str) -> Loan | None:
        filed = [one for one in self.loans if one.claim]
        self.chance.shuffle(filed)
        for one in filed:
            if (await self.seen(one))["state"] in states:
                return one
        return None

    async def approves(self) -> None:
        for loan in [one for one in self.loans if not one.claim][:1]:
            claim = await self.pool.files(
                loan.name, format_fen(loan.principal_fen), bank=loan.bank, overdue_days=100
            )
            loan.claim = await self.pool.decides(claim)
            self.done["approved"] += 1

    async def sets_aside(self) -> None:
        """Entered and released twice at once: the money moves one time."""
        if loan := await self.one_in("approved"):
            where = f"/claims/{loan.claim['id']}/enter_payment"
            await self.one_at_most(self.pool.maker, where)
            for entry in (await self.seen_by_finance(loan))["payments"]:
                if entry["state"] == "entered":
                    await self.one_at_most(
                        self.pool.checker, f"/cash-entries/{entry['id']}/release"
                    )
            self.done["set aside"] += 1

    async def seen_by_finance(self, loan: Loan) -> Any:
        return (await self.pool.maker.get(f"/claims/{loan.claim['id']}")).json()

    @staticmethod
    async def one_at_most(by: Any, where: str) -> None:
        both = await asyncio.gather(*(by.post(where, json={}) for _ in "12"))
        assert sorted(one.status_code for one in both) in ([200, 409], [409, 409])

    async def recovers(self) -> None:
        if loan := await self.one_in("approved", "escrowed", "loss_reported", "settled"):
            gross = format_fen(self.chance.randrange(1, loan.principal_fen // 3))
            costs = format_fen(self.chance.choice((0, self.chance.randrange(1, 100_000))))
            await self.pool.recovers(
                loan.claim, gross, costs=costs, on=DAY.isoformat(), bank=loan.bank
            )
            self.done["recovered"] += 1

    async def reports_loss(self) -> None:
        if loan := await self.one_in("escrowed", "loss_reported"):
            stated = {}
            if self.chance.random() < 0.5:
                fen = self.chance.randrange(loan.principal_fen * 3 // 2)
                stated = {"net_loss": format_fen(fen), "difference_reason": "费用与抵债"}
            answer = await reports(self.pool, loan.claim, bank=loan.bank, **stated)
            assert answer.status_code == 200, answer.text

    async def settles(self) -> None:
        """Decided while money is confirmed at the same moment, and two times at once."""
        loan = await self.one_in("loss_reported")
        if loan is None:
            return
        adjustment = await proposes(self.pool, loan.claim, **SETTLEMENT)
        assert adjustment.status_code == 201, adjustment.text
        waiting = await self.pool.recovers(
            loan.claim, format_fen(self.chance.randrange(1, 100_000)), on=DAY.isoformat(),
            bank=loan.bank, confirmed=False,
        )  # fmt: skip
        *decided, _ = await asyncio.gather(
            decides(self.pool, adjustment.json()),
            decides(self.pool, adjustment.json()),
            self.pool.confirms(waiting),
        )
        assert sum(one.status_code == 200 for one in decided) <= 1
        assert {one.status_code for one in decided} <= {200, 409}
        if not any(one.status_code == 200 for one in decided):
            again = await decides(self.pool, adjustment.json())
            assert again.status_code == 200, again.text
        self.done["settled"] += 1

    async def claws_back(self) -> None:
        if self.done["clawed back"] < 2 and (
            loan := await self.one_in("approved", "escrowed", "loss_reported", "settled")
        ):
            await reversed_by(self.pool, loan.claim)
            self.done["clawed back"] += 1

    async def money_moves(self) -> None:
        await self.pool.fee("70000.03", on=DAY)
        self.money_fen -= parse_fen("70000.03")

    async def goes_on(self) -> None:
        steps = [(self.approves, 5), (self.sets_aside, 5), (self.recovers, 3), (self.settles, 4),
                 (self.reports_loss, 4), (self.claws_back, 1), (self.money_moves, 1)]  # fmt: skip
        for _ in range(STEPS):
            (step,) = self.chance.choices([one for one, _ in steps], [w for _, w in steps])
            await step()
            await self.books_hold()

    async def books_hold(self) -> None:
        """Escrow is the sum of what claims hold; nothing else has happened to the pool's money."""
        escrow: dict[str, int] = defaultdict(int)
        earmarked: dict[str, int] = defaultdict(int)
        gone_fen = claims_fen = back_fen = 0
        for loan in [one for one in self.loans if one.claim]:
            claim = await self.seen(loan)
            fen = {name: parse_fen(claim[name]) for name in ("held", "paid", "released", "added")}
            escrow[loan.bank] += fen["held"]
            if claim["state"] == "approved":
                earmarked[loan.bank] += parse_fen(claim["pool_pays"])
            if claim["escrowed_on"]:
                gone_fen += parse_fen(loan.claim["pool_pays"])
            if claim["state"] == "reversed":
                continue
            shares = {one["party"]: parse_fen(one["amount"]) for one in claim["shares"]}
            assert sum(shares.values()) == parse_fen(claim["base"])
            if claim["state"] == "settled":
                assert parse_fen(claim["net_loss"]) == sum(shares.values())
                assert shares["pool"] == fen["paid"]
                set_aside_fen = fen["paid"] + fen["released"] - fen["added"]
                assert set_aside_fen == parse_fen(loan.claim["pool_pays"])
                claims_fen += fen["paid"]
                returned = {one["party"]: parse_fen(one["amount"]) for one in claim["returned"]}
                assert all(0 <= returned[party] <= shares[party] for party in returned)
                back_fen += returned.get("pool", 0)
        held = {name: parse_fen(fen) for name, fen in (await self.pool.balances()).items()}
        for bank in BANKS:
            assert held.get(f"escrow:{bank}", 0) == escrow[bank]
            assert held.get(f"earmarked:{bank}", 0) == earmarked[bank]
        assert held.get("claims", 0) == claims_fen
        assert held.get("recoveries", 0) == back_fen
        # What a settlement or a claw-back sets free the bank owes; no receipt has come in.
        assert held["cash"] == self.money_fen - gone_fen
        pool = (await self.pool.auditor.get(f"/pools/{self.pool.code}")).json()
        bound_fen = sum(escrow.values()) + sum(earmarked.values())
        free_fen = self.money_fen + back_fen - claims_fen - bound_fen
        assert parse_fen(pool["available"]) == free_fen >= 0


@pytest.mark.parametrize("seed", depth([7], [7, 20_261_128]))
async def test_whatever_happens_escrow_is_what_claims_hold_and_every_settlement_adds_up(
    running, seed
):
    async with claims_of(running, *BANKS, code="sh_escrow") as pool:
        history = History(pool, random.Random(seed))
        await history.lends()
        # So little is left that a top-up may reach beyond it.
        await pool.fee("15000000.00", on=DAY)
        history.money_fen -= parse_fen("15000000.00")

        await history.goes_on()

        assert history.done["approved"] >= 4 and history.done["settled"] >= 2
        async with opened(pool.service.context.database.url) as conn:
            report = await audit_pool(conn, pool.code)
        assert report is not None and report.passed
