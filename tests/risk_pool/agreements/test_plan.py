"""Contributions planned and received: expected, not booked, and settled by cash that names them."""

from services.risk_pool.main import watch_what_is_owed
from tests.cash import reversed_by_two
from tests.risk_pool.account.driver import Account, account_of
from tests.risk_pool.account.files import entry
from tests.risk_pool.agreements.driver import TREASURY, Agreements
from tests.risk_pool.claims.test_claims import code_of


async def money(pool: Account) -> dict[str, str]:
    """What the books have of money."""
    found = (await pool.auditor.get("/pools/dongli")).json()
    return {name: found[name] for name in ("cash", "available", "paid_in", "receivable")}


async def test_what_is_planned_is_expected_and_makes_no_money(running):
    async with account_of(running) as pool:
        people, before = Agreements(pool), await money(pool)
        agreement = await people.agrees(**TREASURY)

        assert [
            (one["reference"], one["amount"], one["open"], one["due_on"], one["is_overdue"], one["zh"])
            for one in await people.owed()
        ] == [
            (f"planned:{agreement['number']}:1", "4000000.00", "4000000.00", "2026-06-30", False,
             "约定出资，待到账"),
            (f"planned:{agreement['number']}:2", "6000000.01", "6000000.01", "2026-12-31", False,
             "约定出资，待到账"),
        ]  # fmt: skip
        assert await money(pool) == before, "no asset, no equity, nothing available"
        so_far = await people.so_far()
        assert {name: so_far[name] for name in ("planned", "due", "open", "overdue", "received",
                                                "unplanned")} == {
            "planned": "10000000.01", "due": "0.00", "open": "10000000.01", "overdue": "0.00",
            "received": "20000000.00", "unplanned": "20000000.00",
        }  # fmt: skip


async def test_a_contribution_settles_the_earliest_part_of_its_partys_plan_that_has_room(running):
    async with account_of(running) as pool:
        people = Agreements(pool)
        await people.agrees(**TREASURY)
        first, second = await people.owed()
        part = await people.pays_in("1500000.00", "2026-03-02")
        rest = await people.pays_in("2500000.00", "2026-03-02")
        later = await people.pays_in("6000000.01", "2026-03-02")
        beside = await people.pays_in("0.01", "2026-03-02")

        assert [one["item"] for one in (part, rest, later, beside)] == [
            first["reference"], first["reference"], second["reference"], "",
        ]  # fmt: skip
        so_far = await people.so_far()
        assert (so_far["settled"], so_far["open"], so_far["received"], so_far["unplanned"]) == (
            "10000000.01", "0.00", "30000000.02", "20000000.01",
        )  # fmt: skip
        assert await people.owed() == []


async def test_a_contribution_names_no_more_than_is_open_and_only_its_own_partys(running):
    async with account_of(running) as pool:
        people = Agreements(pool)
        await pool.has("CITY", "city")
        await people.agrees(**TREASURY)
        (first, _) = await people.owed()
        body = {"kind": "contribution", "amount": "4000000.01", "value_date": "2026-03-02",
                "party_code": "DL-FIN", "item": first["reference"]}  # fmt: skip
        where = "/pools/dongli/cash-entries"
        assert code_of(await pool.maker.post(where, json=body)) == (409, "above-open-item")
        other = await pool.maker.post(where, json=body | {"party_code": "CITY"})
        assert other.json()["errors"][0]["code"] == "not-the-items-party"
        interest = {"kind": "interest", "party_code": None}
        answer = await pool.maker.post(where, json=body | interest)
        assert answer.json()["errors"][0]["code"] == "not-for-this-kind"
        receipt = {"kind": "receipt", "party_code": None, "amount": "1.00"}
        assert code_of(await pool.maker.post(where, json=body | receipt)) == (
            409,
            "wrong-direction",
        )


async def test_what_is_taken_back_is_expected_again(running):
    async with account_of(running) as pool:
        people = Agreements(pool)
        await people.agrees(**TREASURY)
        paid = await people.pays_in("4000000.00", "2026-03-02")
        assert [one["open"] for one in await people.owed()] == ["6000000.01"]

        await reversed_by_two(pool.maker, pool.checker, paid, reason="退汇")

        assert [one["open"] for one in await people.owed()] == ["4000000.00", "6000000.01"]


async def test_a_planned_contribution_that_has_not_come_on_its_day_is_told_once_as_overdue(running):
    async with account_of(running) as pool:
        people = Agreements(pool)
        agreement = await people.agrees(**TREASURY)
        await people.pays_in("3999999.99", "2026-03-02", item=f"planned:{agreement['number']}:1")
        await pool.it_is("2026-06-30")
        await watch_what_is_owed(pool.service.context)
        assert "receivable.overdue.v1" not in {one["type"] for one in await pool.said()}
        await pool.it_is("2026-07-01")
        for _ in range(2):
            await watch_what_is_owed(pool.service.context)

        (told,) = [one for one in await pool.said() if one["type"] == "receivable.overdue.v1"]
        assert (told["party_code"], told["open"], told["days_overdue"]) == ("DL-FIN", "0.01", 1)
        assert (await people.so_far())["overdue"] == "0.01"
        (late, _) = (await people.shown(agreement))["contributions"]
        assert (late["is_overdue"], late["open"]) == (True, "0.01")


async def test_a_later_version_drops_what_the_earlier_planned_from_its_first_day_on(running):
    async with account_of(running) as pool:
        people = Agreements(pool)
        first = await people.agrees(**TREASURY)
        await people.pays_in("1000000.00", "2026-03-02", item=f"planned:{first['number']}:2")
        later = await people.agrees(
            **TREASURY
            | {
                "valid_from": "2026-07-01",
                "contributions": [{"amount": "2000000.00", "due_on": "2026-09-30"}],
            }
        )

        assert [(one["reference"], one["open"]) for one in await people.owed()] == [
            (f"planned:{first['number']}:1", "4000000.00"),
            (f"planned:{later['number']}:1", "2000000.00"),
        ]
        kept, dropped = (await people.shown(first))["contributions"]
        assert (kept["dropped_by"], dropped["dropped_by"]) == ("", later["number"])
        assert (dropped["settled"], dropped["open"]) == ("1000000.00", "0.00")
        so_far = await people.so_far()
        assert (so_far["planned"], so_far["settled"]) == ("7000000.00", "1000000.00")


async def test_a_credit_of_the_account_is_shown_beside_the_contribution_that_it_may_be(running):
    async with account_of(running) as pool:
        people = Agreements(pool)
        await people.agrees(**TREASURY)
        await pool.imports(
            entry("2026-03-02", "4000000.00", reference="CR-1", name="区财政局"),
        )

        (todo,) = (await pool.work())["lines"]
        assert todo["finding"] == "owed"
        assert todo["owed"][0]["open"] == "4000000.00"
        assert todo["owed"][0]["kind"] == "contribution"


async def test_a_planned_fee_is_owed_by_the_pool_and_paid_by_a_fee_that_names_it(running):
    async with account_of(running) as pool:
        people = Agreements(pool)
        await pool.has("MANAGER", "manager")
        await people.agrees(
            "MANAGER",
            valid_from="2026-04-01",
            fees=[{"kind": "management", "amount": "12345.67", "due_on": "2026-12-20"}],
        )
        (fee,) = await people.owed("fee")
        assert (fee["zh"], fee["open"]) == ("约定费用，应付该方", "12345.67")
        before = await money(pool)
        entered = await pool.moves("fee", "12345.67", "2026-03-02", item=fee["reference"])

        assert entered["party_code"] is None
        assert await people.owed("fee") == []
        after = await money(pool)
        assert (before["available"], after["available"]) == ("20000000.00", "19987654.33")
