"""What an agreement says: what is refused, lines by the day, and the floor of a bank's lending."""

from datetime import date
from typing import Any

import pytest

from services.risk_pool.domain.minimum_lending import LendingFloor, days_of
from tests.risk_pool.account.driver import account_of
from tests.risk_pool.agreements.driver import BANK, TREASURY, Agreements
from tests.risk_pool.claims.test_claims import code_of


def wrong(answer: Any) -> list[tuple[str, str]]:
    assert answer.status_code == 422, answer.text
    return sorted(
        (one["pointer"].removeprefix("#"), one["code"]) for one in answer.json()["errors"]
    )


async def test_every_field_that_is_wrong_is_named_at_once(running):
    async with account_of(running) as pool:
        answer = await Agreements(pool).tries(
            party_code="DL-FIN",
            valid_from="2026-02-01",
            valid_to="2026-01-01",
            reference="出资协议",
            line="1.00",
            pool_share="1.00",
            minimum_lending="1.00",
            top_up_below="5.00",
            contributions=[{"amount": "1.00", "due_on": "2025-12-31"}],
            fees=[{"kind": "audit", "amount": "1.00", "due_on": "2026-01-02"}] * 2,
        )

        assert wrong(answer) == [
            ("/backdating_reason", "missing"),
            ("/contribution_share", "missing"),
            ("/contributions/0/due_on", "outside-the-agreement"),
            ("/fees/0/due_on", "outside-the-agreement"),
            ("/fees/1/due_on", "doubled"),
            ("/fees/1/due_on", "outside-the-agreement"),
            ("/line", "only-banks-have-lines"),
            ("/minimum_lending", "only-banks-have-lines"),
            ("/pool_share", "only-banks-have-lines"),
            ("/valid_to", "ends-before-it-begins"),
        ]


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ({"party_code": "NOBODY"}, ("/party_code", "party-unknown")),
        ({"valid_from": "1989-12-31", "backdating_reason": "旧"}, ("/valid_from", "too-early")),
        ({"minimum_per": "term"}, ("/valid_to", "missing")),
        ({"line": None, "pool_share": "1.00"}, ("/line", "missing")),
        ({"contribution_share": "0"}, ("/contribution_share", "out-of-range")),
        ({"contribution_share": "101"}, ("/contribution_share", "out-of-range")),
        ({"reference": ""}, ("/reference", "too-short")),
    ],
)
async def test_what_an_agreement_must_not_say_is_refused_by_its_field(running, terms, expected):
    async with account_of(running) as pool:
        answer = await Agreements(pool).tries(**BANK | terms)

        assert expected in wrong(answer)


async def test_a_new_version_begins_after_the_one_in_force_and_says_the_line_of_a_bank_that_has_one(
    running,
):
    async with account_of(running) as pool:
        people = Agreements(pool)
        await people.agrees(**BANK)
        same_day = await people.tries(**BANK)
        without = await people.tries(
            party_code="ICBC", valid_from="2026-05-01", reference="补充协议"
        )

        assert wrong(same_day) == [("/valid_from", "not-after-the-version-in-force")]
        assert wrong(without) == [("/line", "missing")]


async def test_of_two_versions_entered_beside_each_other_the_earlier_one_no_longer_comes_into_force(
    running,
):
    async with account_of(running) as pool:
        people = Agreements(pool)
        may = await people.enters(**BANK | {"valid_from": "2026-05-01"})
        june = await people.enters(**BANK | {"valid_from": "2026-06-01"})
        assert (await people.takes(june, "release")).status_code == 200

        assert code_of(await people.takes(may, "release")) == (409, "later-version-in-force")


async def test_one_person_gives_lines_while_a_pool_is_set_up_and_two_do_once_money_has_moved(
    running,
):
    async with account_of(running) as pool:
        party = {"code": "ICBC", "role": "bank", "name": "ICBC"}
        line = {"amount": "1.00", "valid_from": "2026-06-01"}
        answer = await pool.manager.post("/pools/dongli/parties", json=party | {"line": line})
        assert code_of(answer) == (409, "line-by-agreement")

        await Agreements(pool).agrees(**BANK)

        (icbc,) = [
            one
            for one in (await pool.auditor.get("/pools/dongli/parties")).json()["items"]
            if one["code"] == "ICBC"
        ]
        assert [(one["line"], one["valid_from"]) for one in icbc["lines"]] == [
            ("30000000.00", "2026-04-01")
        ]


async def test_a_bank_sees_its_own_agreement_and_nobody_elses(running):
    async with account_of(running, "ICBC", "CCB") as pool:
        people = Agreements(pool)
        own = await people.agrees(**BANK)
        other = await people.agrees(**BANK | {"party_code": "CCB"})
        treasury = await people.agrees(**TREASURY)
        icbc = pool.bank("ICBC")

        assert (await people.shown(own, by=icbc))["lending_floor"]["minimum"] == "10000000.00"
        for hidden in (other, treasury):
            answer = await icbc.get(f"/agreements/{hidden['id']}")
            assert code_of(answer) == (404, "not-found")
        listed = (await icbc.get("/pools/dongli/agreements")).json()["items"]
        assert [one["id"] for one in listed] == [own["id"]]
        assert (await icbc.get("/pools/dongli/contributions")).json()["items"] == []


async def test_the_floor_counts_what_the_bank_has_lent_in_the_year_and_never_looks_overdrawn(
    running,
):
    async with account_of(running, "ICBC", "CCB") as pool:
        people = Agreements(pool)
        agreement = await people.agrees(**BANK | {"minimum_lending": "3000000.00"})
        assert (await people.shown(agreement))["lending_floor"] == {
            "per": "year", "first_day": "2026-01-01", "last_day": "2026-12-31",
            "minimum": "3000000.00", "lent": "0.00", "is_reached": False, "short": "3000000.00",
            "beyond": "0.00", "reached_bp": 0,
        }  # fmt: skip
        await pool.covers("甲", amount="1000000.00")
        await pool.covers("乙", amount="9000000.00", bank="CCB")
        floor = (await people.shown(agreement))["lending_floor"]
        assert (floor["lent"], floor["short"], floor["reached_bp"]) == (
            "1000000.00", "2000000.00", 3333,
        )  # fmt: skip
        await pool.covers("丙", amount="2000000.00")
        floor = (await people.shown(agreement))["lending_floor"]
        assert (floor["is_reached"], floor["short"], floor["beyond"]) == (True, "0.00", "0.00")
        await pool.covers("丁", amount="500000.00")
        floor = (await people.shown(agreement))["lending_floor"]

        assert (floor["lent"], floor["beyond"], floor["reached_bp"]) == (
            "3500000.00", "500000.00", 10000,
        )  # fmt: skip


def test_a_floor_of_a_year_is_that_of_the_calendar_year_and_of_a_term_that_of_all_its_days():
    begins, ends = date(2026, 4, 1), date(2028, 3, 31)
    for today, year in (
        (date(2026, 1, 1), 2026), (date(2027, 8, 1), 2027), (date(2030, 1, 1), 2028),
    ):  # fmt: skip
        days = days_of("year", valid_from=begins, valid_to=ends, today=today)
        assert days == (date(year, 1, 1), date(year, 12, 31))
    assert days_of("term", valid_from=begins, valid_to=ends, today=ends) == (begins, ends)
    floor = LendingFloor(first_day=begins, last_day=ends, minimum_fen=100, lent_fen=99)
    assert (floor.is_reached, floor.short_fen, floor.beyond_fen) == (False, 1, 0)
