"""Settlements: complete, confirmed, signed by another, posted once, never changed."""

import asyncio
import random
from datetime import date
from typing import Any

import asyncpg
import pytest

from services.risk_pool.domain.ledger import DEBIT_KINDS, account_kind
from services.risk_pool.handlers import settlements
from services.risk_pool.queries import month_facts
from services.risk_pool.tables import position_moves
from shared.auth.identity import Identity
from shared.money import format_fen, parse_fen
from shared.months import Month
from shared.postgres.database import EVERYWHERE
from tests.cash import settle_items
from tests.depth import depth
from tests.risk_pool.claims.driver import claims_of
from tests.risk_pool.claims.test_claims import code_of

MAKER = Identity("gao", "高", frozenset({"finance_maker"}), EVERYWHERE)
CHECKER = Identity("qian", "钱", frozenset({"finance_checker"}), EVERYWHERE)
STEPS = (
    (settlements.preview, MAKER),
    (settlements.confirm, MAKER),
    (settlements.sign, CHECKER),
    (settlements.post, MAKER),
)


async def story(pool, *, undecided: str = "") -> dict[str, Any]:
    """January quiet; in February one loan is claimed and paid, and something comes back.

    `undecided`: another loan that is claimed for on the last of February.
    """
    for name in ("a", "b"):
        await pool.covers(name, amount="10000000.00")
    await pool.covers("c", amount="2000000.00", bank="CCB")
    for name, month in (("a", "2026-01"), ("b", "2026-01"), ("c", "2026-01")):
        amount = "2000000.00" if name == "c" else "10000000.00"
        await pool.hears(pool.position(name, month, amount, reported_on=date(2026, 2, 3)))
    await pool.it_is("2026-02-03")
    await pool.settles("2026-01")
    await pool.goes_bad("a", "2026-02", "9000000.00", overdue_days=100)
    await pool.hears(pool.position("b", "2026-02", "9500000.00"))
    await pool.hears(pool.position("c", "2026-02", "1900000.00"))
    if undecided:
        await pool.it_is("2026-02-28")
        await pool.hears(
            pool.position(
                undecided, "2026-02", "1900000.00", risk_class="substandard", overdue_days=99
            )
        )
        await pool.files(undecided, "1900000.00", bank="CCB", overdue_days=99)
    await pool.it_is("2026-03-04")
    claim = await pool.approves("a", "9000000.00", overdue_days=104)
    await pool.pays(claim)
    await pool.recovers(claim, "1000000.00", costs="50000.00", on="2026-03-04")
    return claim


async def test_a_month_that_lacks_something_names_it_all_and_is_not_confirmed(running):
    async with claims_of(running, "ICBC", "CCB", after=story) as pool:
        claim = pool.claim
        await pool.recovers(claim, "10.00", on="2026-03-04", confirmed=False)
        await pool.it_is("2026-04-02")
        await pool.hears(pool.position("b", "2026-03", "9000000.00"))

        march = await pool.settles("2026-03", "preview")

        assert not march["completeness"]["is_complete"]
        found = {(one["code"], one["party_code"]): one for one in march["completeness"]["findings"]}
        assert set(found) == {
            ("position-missing", "CCB"),
            ("recovery-unconfirmed", "ICBC"),
            ("earlier-month-open", ""),
        }
        assert found["position-missing", "CCB"]["numbers"] == ["DL-2026-000003"]
        assert found["earlier-month-open", ""]["numbers"] == ["2026-02"]
        answer = await pool.maker.post("/pools/dongli/settlements/2026-03/confirm", json={})
        assert code_of(answer) == (409, "settlement-incomplete")
        assert {one["code"] for one in answer.json()["findings"]} == {code for code, _ in found}
        # A bank learns what concerns itself.
        own = (await pool.bank("CCB").get("/pools/dongli/settlements/2026-03")).json()
        assert [one["code"] for one in own["completeness"]["findings"]] == ["position-missing"]


async def test_claims_that_are_not_paid_are_told_but_hold_nothing_up(running):
    async with claims_of(running, "ICBC", "CCB") as pool:
        for name in ("a", "b"):
            await pool.covers(name, amount="10000000.00")
        await pool.covers("c", amount="10000000.00", bank="CCB")
        for name in "abc":
            await pool.goes_bad(name, "2026-01", "10000000.00", overdue_days=10)
        await pool.it_is("2026-01-31")
        a = await pool.approves("a", "10000000.00", overdue_days=10)
        await pool.files("c", "10000000.00", overdue_days=10, bank="CCB")
        await pool.it_is("2026-02-03")

        january = await pool.settles("2026-01")

        told = {one["code"]: one for one in january["completeness"]["findings"]}
        assert not any(one["blocking"] for one in told.values())
        assert told["claim-unpaid"]["amount"] == a["pool_pays"] == "1000000.00"
        assert told["claim-undecided"]["count"] == 1
        # What its own payment will pay is shown, and not paid by the settlement as well.
        icbc = next(one for one in january["statements"] if one["party_code"] == "ICBC")
        assert (icbc["net"], icbc["awaiting_payment"]) == ("0.00", "1000000.00")
        await pool.pays(a)
        held = await pool.balances()
        assert held["cash"] == "19000000.00"
        assert "payable:ICBC" not in held


async def test_four_people_steps_in_order_and_another_person_signs(running):
    async with claims_of(running, "ICBC", "CCB", after=story) as pool:
        where = "/pools/dongli/settlements/2026-02"
        both = pool.service.as_("li", "finance_maker", "finance_checker")

        for step in ("confirm", "sign", "post"):
            answer = await both.post(f"{where}/{step}", json={})
            assert code_of(answer) == (404, "not-found"), step
        assert (await both.get(where)).status_code == 404
        assert (await both.post(f"{where}/preview", json={})).json()["state"] == "previewed"
        assert code_of(await both.post(f"{where}/sign", json={})) == (409, "not-possible-now")
        assert code_of(await both.post(f"{where}/post", json={})) == (409, "not-possible-now")
        confirmed = (await both.post(f"{where}/confirm", json={})).json()
        assert confirmed["waiting_for"]["roles"] == ["finance_checker"]
        assert code_of(await both.post(f"{where}/sign", json={})) == (
            409,
            "second-person-required",
        )
        assert code_of(await pool.maker.post(f"{where}/sign", json={})) == (403, "role-missing")
        for person in (pool.auditor, pool.bank("ICBC"), pool.manager):
            assert (await person.post(f"{where}/sign", json={})).status_code == 403
        assert code_of(await both.post(f"{where}/post", json={})) == (409, "not-possible-now")
        assert (await pool.checker.post(f"{where}/sign", json={})).json()["state"] == "signed"
        posted = (await both.post(f"{where}/post", json={})).json()
        # It leaves nothing to pay or to collect, so that it is matched at once.
        assert posted["state"] == "matched"
        assert posted["pending_actions"] == ["close"]
        assert [move["action"] for move in posted["history"]] == [
            "preview",
            "confirm",
            "sign",
            "post",
            "match",
        ]
        assert (posted["confirmed_by"], posted["signed_by"]) == ("li", "qian")
        types = [one["type"] for one in await pool.said() if "settlement" in one["type"]]
        assert types[-3:] == [
            "settlement.confirmed.v1",
            "settlement.posted.v1",
            "settlement.matched.v1",
        ]


async def test_a_month_is_confirmed_only_when_it_is_over_and_never_before_it_begins(running):
    async with claims_of(running) as pool:
        where = "/pools/dongli/settlements"
        assert (await pool.maker.post(f"{where}/2026-01/preview", json={})).status_code == 200
        early = await pool.maker.post(f"{where}/2026-01/confirm", json={})
        assert code_of(early) == (409, "month-not-over")
        for month in ("2026-02", "2025-12"):
            answer = await pool.maker.post(f"{where}/{month}/preview", json={})
            assert code_of(answer) == (409, "month-out-of-range"), month
        for wrong in ("2026-13", "2026-1", "x"):
            assert (await pool.maker.post(f"{where}/{wrong}/preview", json={})).status_code == 422
        assert (
            await pool.maker.post("/pools/nowhere/settlements/2026-01/preview", json={})
        ).status_code == 404


async def test_a_month_without_any_fact_may_be_left_out_and_does_not_come_back(running):
    async with claims_of(running) as pool:
        await pool.it_is("2026-04-02")
        await pool.settles("2026-01")
        await pool.settles("2026-03")

        answer = await pool.maker.post("/pools/dongli/settlements/2026-02/preview", json={})

        assert code_of(answer) == (409, "month-out-of-range")
        assert (await pool.stands())["closed_until"] == "2026-03-31"
        march = (await pool.auditor.get("/pools/dongli/settlements/2026-03")).json()
        assert [(one["account"], one["kind"]) for one in march["movements"]] == [
            ("cash", "opening"),
            ("contribution:DL-FIN", "opening"),
        ]


async def test_whether_a_month_is_overtaken_is_told_without_reading_its_positions(running):
    read = """select coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)
              from pg_stat_xact_user_tables where relname = 'positions'"""
    month = Month(2026, 2)
    async with claims_of(running, "ICBC", "CCB", after=story) as pool:
        database = pool.service.context.database
        async with database.looking(EVERYWHERE) as conn:
            before = await month_facts.positions_mark(conn, "dongli", month)
        async with database.begin(EVERYWHERE) as conn:
            await position_moves.add_up(conn)
        async with database.looking(EVERYWHERE) as conn:
            assert await month_facts.positions_mark(conn, "dongli", month) == before != "0"
            assert await conn.fetchval(read) == 0
        await pool.hears(pool.position("b", "2026-02", "9500000.00", risk_class="special_mention"))
        async with database.looking(EVERYWHERE) as conn:
            assert await month_facts.positions_mark(conn, "dongli", month) != before


async def test_figures_that_a_later_fact_has_overtaken_are_previewed_anew(running):
    async with claims_of(running, "ICBC", "CCB", after=story) as pool:
        where = "/pools/dongli/settlements/2026-02"
        await pool.settles("2026-02", "preview", "confirm")

        await pool.interest("88.00", on=date(2026, 2, 28))
        answer = await pool.checker.post(f"{where}/sign", json={})
        assert code_of(answer) == (409, "settlement-figures-changed")

        again = await pool.settles("2026-02", "preview")
        assert (again["state"], again["confirmed_by"]) == ("previewed", None)
        await pool.settles("2026-02", "confirm", "sign")
        # A position replaced by another class moves no money, and is a change all the same.
        await pool.hears(pool.position("b", "2026-02", "9500000.00", risk_class="special_mention"))
        answer = await pool.maker.post(f"{where}/post", json={})
        assert code_of(answer) == (409, "settlement-figures-changed")
        await pool.settles("2026-02")


async def test_doing_a_step_again_does_nothing_twice(running):
    async with claims_of(running, "ICBC", "CCB", after=story) as pool:
        first = await pool.settles("2026-02")
        balances, said = await pool.balances(), len(await pool.said())

        for step in ("preview", "confirm", "sign", "post", "post"):
            assert await pool.settles("2026-02", step) == first | {
                "pending_actions": ["close"] if step == "sign" else [],
            }

        assert await pool.balances() == balances
        assert len(await pool.said()) == said


async def test_a_posted_month_never_changes_whoever_asks(running):
    async with claims_of(running, "ICBC", "CCB") as pool:
        # A claim that is not decided leaves a finding behind.
        await story(pool, undecided="c")
        await pool.settles("2026-02")

        late = await pool.interest("1.00", on=date(2026, 2, 28))
        assert (late["value_date"], late["booked_on"]) == ("2026-02-28", "2026-03-01")
        assert (await pool.stands())["closed_until"] == "2026-02-28"
        database = pool.service.context.database
        for statement in (
            "update settlement_lines set outstanding_fen = 0",
            "delete from settlement_lines",
            "update settlement_statements set net_fen = 0",
            "delete from settlement_movements",
            "delete from settlement_loans",
            "delete from settlement_findings",
            "update settlements set state = 'previewed', confirmed_at = null, signed_at = null, "
            "posted_on = null",
            "delete from settlements",
            "insert into settlement_statements select settlement_id, 'X', '', '', 0, 0, 0, 0 "
            "from settlement_statements limit 1",
        ):
            async with database.begin(EVERYWHERE) as conn:
                with pytest.raises(asyncpg.RestrictViolationError, match="posted"):
                    await conn.execute(statement)


async def test_a_line_of_no_settlement_cannot_be_written(running):
    async with (
        claims_of(running) as pool,
        pool.service.context.database.begin(EVERYWHERE) as conn,
    ):
        with pytest.raises(asyncpg.RestrictViolationError):
            await conn.execute(
                """insert into settlement_lines values (gen_random_uuid(), 'ICBC', 'n',
                       gen_random_uuid(), null, 'b', true, 1, 1, 1, 0, null, 0, 0, 0)"""
            )


async def test_lines_tell_where_each_loan_stood_and_banks_see_their_own(running):
    async with claims_of(running, "ICBC", "CCB", after=story) as pool:
        claim = pool.claim
        await pool.settles("2026-02")
        await pool.hears(pool.position("b", "2026-03", "9000000.00"))
        await pool.hears(pool.position("c", "2026-03", "1800000.00"))
        await pool.it_is("2026-04-02")
        march = await pool.settles("2026-03")
        where = "/pools/dongli/settlements/2026-03"

        first = (await pool.auditor.get(f"{where}/lines", params={"limit": 2})).json()
        rest = (
            await pool.auditor.get(f"{where}/lines", params={"cursor": first["next_cursor"]})
        ).json()
        lines = {one["number"]: one for one in first["items"] + rest["items"]}
        assert march["loans"] == len(lines) == 3
        a, b, c = (lines[f"DL-2026-00000{n}"] for n in (1, 2, 3))
        assert (a["is_covered"], a["claimed"], a["recovered"]) == (
            False,
            claim["pool_pays"],
            "105555.56",
        )
        assert (b["outstanding"], b["risk_class"], c["outstanding"]) == (
            "9000000.00",
            "normal",
            "1800000.00",
        )

        own = pool.bank("CCB")
        seen = (await own.get(where)).json()
        assert [one["party_code"] for one in seen["statements"]] == ["CCB"]
        assert {one["account"] for one in seen["movements"]} <= {"covered:CCB", "reserved:CCB"}
        assert [one["bank_code"] for one in (await own.get(f"{where}/lines")).json()["items"]] == [
            "CCB"
        ]
        for form in ("json", "pdf", "xlsx"):
            assert (await own.get(f"{where}/statements/CCB.{form}")).status_code == 200
            for other in ("ICBC", "dongli", "DL-FIN", "NOBODY"):
                foreign = await own.get(f"{where}/statements/{other}.{form}")
                assert foreign.status_code == 404
        assert (await own.get(f"{where}/statements/CCB.docx")).status_code == 422
        listed = (await own.get("/pools/dongli/settlements")).json()["items"]
        assert [one["month"] for one in listed] == ["2026-03", "2026-02", "2026-01"]
        page = (await own.get("/pools/dongli/settlements", params={"limit": 1})).json()
        more = await own.get(
            "/pools/dongli/settlements", params={"cursor": page["next_cursor"], "limit": 1}
        )
        assert [one["month"] for one in more.json()["items"]] == ["2026-02"]


async def test_months_that_are_posted_late_settle_nothing_twice(running):
    async with claims_of(running, "ICBC", "CCB", after=story) as pool:
        claim = pool.claim
        await pool.hears(pool.position("b", "2026-03", "9000000.00"))
        await pool.hears(pool.position("c", "2026-03", "1800000.00"))
        await pool.hears(pool.position("b", "2026-04", "8000000.00"))
        await pool.hears(pool.position("c", "2026-04", "1700000.00"))
        await pool.it_is("2026-05-06")

        nets = []
        for month in ("2026-02", "2026-03", "2026-04"):
            settled = await pool.settles(month)
            nets.append({one["party_code"]: one["net"] for one in settled["statements"]})

        owed = "105555.56"
        assert claim["pool_pays"] == "1000000.00"
        assert [net["ICBC"] for net in nets] == ["0.00", f"-{owed}", "0.00"]
        assert [net["dongli"] for net in nets] == ["0.00", owed, "0.00"]
        # Posting has moved no cash; the bank owes what its statement says until it has paid it.
        held = await pool.balances()
        assert (held["receivable:ICBC"], held["cash"]) == (owed, "19000000.00")
        await settle_items(pool.maker, pool.checker, "dongli", "2026-05-06")
        held = await pool.balances()
        assert "receivable:ICBC" not in held
        assert held["cash"] == format_fen(parse_fen("19000000.00") + parse_fen(owed))


async def _between(pool, party: str, month: str) -> int:
    """Payable less receivable of a party at a month's end; months are posted after it."""
    ending = Month.parse(month).last.isoformat()
    where = f"/pools/{pool.code}/balances"
    held = (await pool.auditor.get(where, params={"as_of": ending})).json()["accounts"]
    found = {one["account"]: parse_fen(one["balance"]) for one in held}
    return found.get(f"payable:{party}", 0) - found.get(f"receivable:{party}", 0)


class Dying:
    """A connection that breaks at the n-th statement, as if its process had been killed there."""

    def __init__(self, conn: asyncpg.Connection, left: int) -> None:
        self._conn = conn
        self.left = left

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._conn, name)
        if name not in ("execute", "executemany", "fetch", "fetchrow", "fetchval"):
            return found

        async def counted(*arguments: Any, **more: Any) -> Any:
            self.left -= 1
            if self.left < 0:
                raise Killed
            return await found(*arguments, **more)

        return counted


class Killed(Exception):
    """The process is gone."""


async def _settled_with_deaths(pool, month: str) -> int:
    """Each step is killed at its first statement, its second, … until it gets through."""
    database = pool.service.context.database
    now = pool.service.context.clock.now()
    deaths = 0
    for step, caller in STEPS:
        for statements in range(200):
            try:
                async with database.begin(EVERYWHERE) as conn:
                    await step(
                        Dying(conn, statements),
                        "dongli",
                        Month.parse(month),
                        caller=caller,
                        now=now,
                    )
                break
            except Killed:
                deaths += 1
        else:
            raise AssertionError("it never got through")
    return deaths


async def test_killed_at_any_statement_it_can_be_run_again(running):
    async with claims_of(running, "ICBC", "CCB", after=story) as calm:
        await calm.settles("2026-02")
        expected = await calm.balances()
    async with claims_of(running, "ICBC", "CCB", after=story) as pool:
        deaths = await _settled_with_deaths(pool, "2026-02")

        assert deaths > 60
        assert await pool.balances() == expected
        posted = (await pool.auditor.get("/pools/dongli/settlements/2026-02")).json()
        assert posted["state"] == "matched"
        assert [move["action"] for move in posted["history"]] == [
            "preview",
            "confirm",
            "sign",
            "post",
            "match",
        ]
        events = await pool.said("settlement.posted.v1")
        assert [one["month"] for one in events] == ["2026-01", "2026-02"]


@pytest.mark.parametrize("seed", range(depth(2, 4)))
async def test_whatever_happens_every_account_adds_up_and_nets_are_the_cash_that_moves(
    running, seed
):
    """A random half year: claims paid early, late or never, recoveries, contributions, fees."""
    chance = random.Random(seed)
    banks = ("ICBC", "CCB", "ABC")
    async with claims_of(running, *banks, paid_in="90000000.00", code="youxian") as pool:
        for code, role in (("DANBAO", "guarantor"), ("ZAIDAN", "reguarantor"),
                           ("RENBAO", "insurer"), ("PINGGU", "appraiser")):  # fmt: skip
            await pool.has(code, role)
        loans = {}
        for number in range(9):
            name, bank = f"l{number}", banks[number % 3]
            mode = chance.choice(("direct", "four_party", "chain"))
            amount = format_fen(chance.randint(50_000_000, 400_000_000))
            await pool.covers(name, amount=amount, bank=bank, mode=mode,
                              ip_share_bp=chance.choice((6_000, 8_500, 10_000)))  # fmt: skip
            loans[name] = (bank, amount)
        claims: list[dict[str, Any]] = []
        for number in range(1, 7):
            month = f"2026-{number:02d}"
            for name, (_, amount) in list(loans.items()):
                await pool.goes_bad(name, month, amount, overdue_days=30 * number)
            await pool.it_is(f"2026-{number + 1:02d}-02")
            if chance.random() < 0.8:
                name = chance.choice(list(loans))
                bank, amount = loans.pop(name)
                claims.append(
                    await pool.approves(name, amount, bank=bank, overdue_days=30 * number)
                )
            for claim in claims:
                state = (await pool.auditor.get(f"/claims/{claim['id']}")).json()["state"]
                if state == "approved" and chance.random() < 0.6:
                    await pool.pays(claim)
                if chance.random() < 0.7:
                    await pool.recovers(
                        claim, format_fen(chance.randint(1, 60_000_000)), bank=claim["bank_code"],
                        costs=format_fen(chance.randint(0, 3_000_000)),
                        on=f"2026-{number + 1:02d}-02",
                        from_pledged_ip=chance.random() < 0.5,
                    )  # fmt: skip
            await _posted_and_checked(pool, month)
            if chance.random() < 0.5:
                await _everything_is_paid(pool, f"2026-{number + 1:02d}-02")


async def _everything_is_paid(pool, on: str) -> None:
    """What the statements ask for is the cash that moves, and then nothing is owed any more."""
    items = (await pool.auditor.get(f"/pools/{pool.code}/open-items")).json()["items"]
    asked = sum(
        parse_fen(one["open"]) * (1 if one["direction"] == "receivable" else -1)
        for one in items
        if one["reference"].startswith("settlement:")
    )
    before = await pool.balances()

    await settle_items(pool.maker, pool.checker, pool.code, on)

    after = await pool.balances()
    assert parse_fen(after["cash"]) - parse_fen(before["cash"]) == asked
    left = (await pool.auditor.get(f"/pools/{pool.code}/open-items")).json()["items"]
    assert all(one["reference"].startswith("claim:") for one in left)


async def _posted_and_checked(pool, month: str) -> None:
    before = await pool.balances()
    settled = await pool.settles(month)
    after = await pool.balances()

    nets = {one["party_code"]: parse_fen(one["net"]) for one in settled["statements"]}
    assert sum(nets.values()) == 0
    assert after.get("cash") == before.get("cash"), "posting moves no cash"
    items = (await pool.auditor.get(f"/pools/{pool.code}/open-items")).json()["items"]
    asked = {
        one["party_code"]: parse_fen(one["amount"]) * (1 if one["direction"] == "payable" else -1)
        for one in items
        if one["reference"].startswith(f"settlement:{pool.code}:{month}:")
    }
    assert asked == {party: net for party, net in nets.items() if net and party != pool.code}
    for one in settled["statements"]:
        # What stands between the pool and the party at the month's end, by its parts.
        stands = sum(parse_fen(one[part]) for part in ("net", "earlier", "awaiting_payment"))
        if one["party_code"] != pool.code:
            assert stands == await _between(pool, one["party_code"], month)

    ending = Month.parse(month).last
    as_of = (
        await pool.auditor.get(f"/pools/{pool.code}/balances", params={"as_of": ending.isoformat()})
    ).json()
    ledger = {one["account"]: parse_fen(one["balance"]) for one in as_of["accounts"]}
    closing: dict[str, int] = {}
    for one in settled["movements"]:
        difference = parse_fen(one["debited"]) - parse_fen(one["credited"])
        sign = 1 if account_kind(one["account"]) in DEBIT_KINDS else -1
        closing[one["account"]] = closing.get(one["account"], 0) + sign * difference
    assert {name: fen for name, fen in closing.items() if fen} == {
        name: fen for name, fen in ledger.items() if fen
    }


async def test_no_two_people_settle_the_same_month_at_once(running):
    async with claims_of(running, "ICBC", "CCB", after=story) as pool:
        await pool.settles("2026-02", "preview", "confirm", "sign")
        where = "/pools/dongli/settlements/2026-02/post"

        answers = await asyncio.gather(
            *(person.post(where, json={}) for person in (pool.maker, pool.checker) * 3)
        )

        assert {answer.status_code for answer in answers} == {200}
        posted = await pool.said("settlement.posted.v1")
        assert [one["month"] for one in posted] == ["2026-01", "2026-02"]
        assert posted[-1]["posted_on"] == "2026-03-04"
