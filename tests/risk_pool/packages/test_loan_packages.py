"""Loan packages: what is chosen, what is frozen, who decides, who sees it, and what becomes of it."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import asyncpg
import openpyxl
import pytest

from services.risk_pool.domain.loan_package import LIFE_CYCLE, ChosenLoan, rounded_days, totals
from shared.life_cycle import Actor
from tests.risk_pool.core.driver import Pool, pool_of

PEOPLE = ("bank_operator", "reviewer", "approver", "finance_maker", "finance_checker",
          "pool_manager")  # fmt: skip
DECIDES = {"approver", "finance_checker"}
BODY: dict[str, dict[str, Any]] = {
    "approve": {"opinion": "同意"}, "end": {"reason": "已兑付"}, "dissolve": {"reason": "撤销发行"},
}  # fmt: skip


def loan(name: str, fen: int, days: int) -> ChosenLoan:
    return ChosenLoan(
        loan_id=None, number=name, loan_no=name, bank_code="ICBC", mode="direct",  # type: ignore[arg-type]
        borrower_uscc=name, borrower_name=name, ip_kind="", contract_fen=fen, balance_fen=fen,
        covered_fen=fen, annual_rate_bp=435, disbursed_on=date(2026, 1, 1),
        matures_on=date(2027, 1, 1), rest_days=days, overdue_days=0, risk_class="",
        position_month="",
    )  # fmt: skip


def test_rest_terms_are_weighted_exactly_and_rounded_once():
    found = totals([loan("a", 100, 10), loan("b", 200, 11), loan("a", 1, 0)])

    assert (found.loans, found.firms, found.balance_fen) == (3, 2, 301)
    assert found.rest_days == Fraction(3200, 301)
    assert [rounded_days(Fraction(n, 1000)) for n in (10_634, 10_635, 999)] == [
        "10.63", "10.64", "1.00",
    ]  # fmt: skip
    assert rounded_days(found.rest_days) == "10.63"


def test_the_ten_firms_that_owe_most_are_added_up_each_with_all_its_loans():
    loans = [loan(f"f{n}", 100 + n, 1) for n in range(12)] + [loan("f0", 50, 1)]

    assert totals(loans).largest_ten_fen == 150 + sum(100 + n for n in range(3, 12))


@pytest.fixture
async def pool(running: Any) -> AsyncIterator[Pool]:
    async with pool_of(running, "ICBC", "CCB", paid_in="50000000.00") as one:
        await one.covers("甲", amount="1000000.00", attributes={"ip_kind": "invention"})
        await one.covers("乙", amount="2000000.00", attributes={"ip_kind": "trademark_right"})
        await one.covers("丙", amount="400000.00", bank="CCB", attributes={"ip_kind": "invention"})
        yield one


def person(pool: Pool, role: str, subject: str = "x") -> Any:
    institution = {"institution": "ICBC"} if role == "bank_operator" else {}
    return pool.service.as_(f"{subject}-{role}", role, **institution)


async def freezes(pool: Pool, *, by: Any = None, status: int = 201, **wanted: Any) -> Any:
    answer = await (by or pool.manager).post(
        "/pools/dongli/loan-packages", json={"name": "第一期资产包", **wanted}
    )
    assert answer.status_code == status, answer.text
    return answer.json()


async def does(who: Any, package: Any, step: str, status: int = 200) -> Any:
    answer = await who.post(f"/loan-packages/{package['id']}/{step}", json=BODY[step])
    assert answer.status_code == status, answer.text
    return answer.json()


async def loans_of(who: Any, package: Any) -> list[dict[str, Any]]:
    answer = await who.get(f"/loan-packages/{package['id']}/loans")
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def test_what_fits_is_frozen_with_its_totals_and_told(pool: Pool):
    await pool.hears(pool.position("乙", "2026-01", "1500000.00", overdue_days=3))

    one = await freezes(pool)

    assert (one["number"], one["state"], one["bank_code"]) == ("DL-L-2026-0001", "frozen", "")
    # From 11 January 2026 to 21 January 2027: what was overdue is left out.
    assert (one["loans"], one["firms"], one["balance"]) == (2, 2, "1400000.00")
    assert (one["rest_days"], one["rest_days_exact"]) == ("375.00", "375")
    assert (one["largest_ten"], one["largest_ten_bp"]) == ("1400000.00", 10_000)
    assert one["chosen_by"]["not_overdue"] is True
    (told,) = await pool.said("loan-package.changed.v1")
    assert (told["what"], told["balance"], told["package_number"]) == (
        "frozen", "1400000.00", "DL-L-2026-0001",
    )  # fmt: skip


WANTED: tuple[tuple[dict[str, Any], list[str]], ...] = (
    ({"bank_code": "CCB"}, ["丙"]),
    ({"ip_kind": "invention"}, ["甲", "丙"]),
    ({"balance_from": "1000000.00", "balance_to": "1000000.00"}, ["甲"]),
    ({"matures_to": "2027-01-20"}, []),
    ({"matures_from": "2027-01-21", "matures_to": "2027-01-21"}, ["甲", "乙", "丙"]),
    ({"mode": "insured"}, []),
    ({"mode": "direct", "balance_from": "1000000.01"}, ["乙"]),
)


async def test_a_filter_chooses_what_fits_every_condition(pool: Pool):
    for wanted, chosen in WANTED:
        one = await freezes(pool, **wanted, status=201 if chosen else 409)
        if not chosen:
            assert one["code"] == "nothing-chosen", wanted
            continue
        found = await loans_of(pool.auditor, one)
        assert [row["borrower_name"].removeprefix("企业") for row in found] == chosen, wanted
        assert one["bank_code"] == wanted.get("bank_code", "")
        await does(pool.manager, one, "dissolve")
    await pool.hears(pool.position("乙", "2026-01", "1500000.00", overdue_days=3))
    assert (await freezes(pool, balance_from="1500000.00", status=409))["left_out"] == 0
    assert (await freezes(pool, balance_from="1500000.00", not_overdue=False))["loans"] == 1


async def test_what_cannot_be_is_refused(pool: Pool):
    wrong = await freezes(pool, status=422, balance_from="2.00", balance_to="1.00",
                          matures_from="2027-01-02", matures_to="2027-01-01")  # fmt: skip
    assert [one["pointer"] for one in wrong["errors"]] == ["#/balance_to", "#/matures_to"]
    await freezes(pool, status=404, bank_code="ABC")
    missing = await pool.manager.post("/pools/nowhere/loan-packages", json={"name": "x"})
    assert missing.status_code == 404


async def test_a_loan_is_in_one_live_package_also_when_two_are_made_at_once(pool: Pool):
    again = person(pool, "pool_manager", "also")
    answers = await asyncio.gather(
        *(who.post("/pools/dongli/loan-packages", json={"name": "包"})
          for who in (pool.manager, again))
    )  # fmt: skip

    assert sorted(one.status_code for one in answers) == [201, 409]
    (made,) = (one.json() for one in answers if one.status_code == 201)
    (lost,) = (one.json() for one in answers if one.status_code == 409)
    assert (lost["code"], lost["left_out"]) == ("nothing-chosen", 3)
    with pytest.raises(asyncpg.UniqueViolationError):
        async with pool.service.context.database.begin("*") as conn:
            await conn.execute("insert into packaged_loans select * from packaged_loans limit 1")
    await does(person(pool, "approver"), made, "dissolve")
    await pool.covers("丁", amount="300000.00")
    assert (await freezes(pool, balance_to="400000.00"))["loans"] == 2
    rest = await freezes(pool)
    assert (rest["loans"], rest["left_out"], rest["number"]) == (2, 2, "DL-L-2026-0003")


@pytest.mark.parametrize("role", PEOPLE)
async def test_a_manager_makes_others_decide_and_nobody_else(pool: Pool, role: str):
    who = person(pool, role)
    await freezes(pool, by=who, bank_code="CCB", status=201 if role == "pool_manager" else 403)
    small, large = {"bank_code": "ICBC", "balance_to": "1000000.00"}, {"bank_code": "ICBC"}
    one, two = await freezes(pool, **small), await freezes(pool, **large)
    may = role in DECIDES

    if role != "pool_manager":
        await does(who, one, "dissolve", 200 if may else 403)
    three = await freezes(pool, **small) if may else one
    await does(who, three, "approve", 200 if may else 403)
    if not may:
        await does(person(pool, "approver", "y"), three, "approve")
    await does(who, three, "end", 200 if may else 403)
    await does(person(pool, "finance_checker", "y"), two, "approve")
    await does(who, two, "dissolve", 200 if may else 403)


async def test_a_manager_gives_up_what_is_only_frozen(pool: Pool):
    one = await freezes(pool)

    done = await does(pool.manager, one, "dissolve")

    assert (done["state"], done["close_reason"], done["closed_on"]) == (
        "dissolved", "撤销发行", "2026-01-11",
    )  # fmt: skip
    assert [t["what"] for t in await pool.said("loan-package.changed.v1")] == [
        "frozen", "dissolved",
    ]  # fmt: skip


@pytest.mark.parametrize(("last", "state"), [("end", "ended"), ("dissolve", "dissolved")])
async def test_an_approved_package_is_ended_or_dissolved_and_its_loans_are_free(
    pool: Pool, last: str, state: str
):
    both = pool.service.as_("lin", "pool_manager", "approver")
    one = await freezes(pool)
    assert (await does(both, one, "approve", 409))["code"] == "second-person-required"
    assert (await does(person(pool, "approver"), one, "end", 409))["code"] == "not-possible-now"

    approved = await does(pool.checker, one, "approve")
    done = await does(person(pool, "approver"), one, last)

    assert (approved["state"], approved["approved_by_name"]) == ("approved", "qian")
    assert (done["state"], done["pending_actions"]) == (state, [])
    assert [t["what"] for t in await pool.said("loan-package.changed.v1")] == [
        "frozen", "approved", state,
    ]  # fmt: skip
    for step in BODY:
        assert (await does(pool.checker, one, step, 409))["code"] == "not-possible-now"
    assert (await freezes(pool))["loans"] == 3


async def test_what_becomes_of_its_loans_is_shown_against_what_was_frozen(pool: Pool):
    await pool.covers("丁", amount="500000.00")
    one = await freezes(pool)
    await pool.hears(pool.position("甲", "2026-01", "700000.00"),
                     pool.position("乙", "2026-01", "2000000.00", overdue_days=9,
                                   risk_class="substandard"))  # fmt: skip
    await pool.hears(pool.repayment("丙"))
    await pool.claims_cover("丁", Actor("qian", "钱", frozenset({"finance_checker"})))

    now = (await pool.auditor.get(f"/loan-packages/{one['id']}")).json()
    found = await loans_of(pool.auditor, one)

    assert (now["balance"], now["loans"]) == ("3900000.00", 4), "frozen is frozen"
    assert now["since"] == {
        "balance": "2700000.00",
        "counts": {"lower": 1, "overdue": 1, "repaid": 1, "claimed": 1},
    }
    assert [(row["change"], row["balance"], row["balance_now"]) for row in found] == [
        ("lower", "1000000.00", "700000.00"), ("overdue", "2000000.00", "2000000.00"),
        ("repaid", "400000.00", "0.00"), ("claimed", "500000.00", "0.00"),
    ]  # fmt: skip
    with pytest.raises(asyncpg.PostgresError):
        async with pool.service.context.database.begin("*") as conn:
            await conn.execute("update loan_package_rows set balance_fen = 1")


async def test_the_tape_says_in_stated_columns_what_was_frozen_and_says_it_again(pool: Pool):
    one = await freezes(pool)
    at = f"/loan-packages/{one['id']}/tape"
    first = await pool.auditor.get(f"{at}.csv", params={"lang": "en"})
    await pool.hears(pool.position("甲", "2026-01", "700000.00"))

    again = await pool.auditor.get(f"{at}.csv", params={"lang": "en"})
    book = openpyxl.load_workbook(io.BytesIO((await pool.auditor.get(f"{at}.xlsx")).content))

    assert again.content == first.content
    rows = list(csv.DictReader(io.StringIO(first.content.decode("utf-8-sig"))))
    assert len(rows[0]) == len(one["columns"]) == 18
    assert (rows[0]["balance"], rows[0]["rest days"], rows[0]["kind of right"]) == (
        "1000000.00", "375", "invention",
    )  # fmt: skip
    sheet = book["DL-L-2026-0001"]
    assert [sheet["J1"].value, sheet["J2"].value, sheet["J4"].value] == ["余额", 1000000, 400000]
    assert sheet["N2"].value.date() == date(2027, 1, 21)
    assert [row[0].value for row in book["栏目说明"].iter_rows()] == one["columns"]


async def test_a_bank_sees_the_packages_of_its_own_loans_and_no_other(pool: Pool):
    own = await freezes(pool, bank_code="ICBC")
    others = [await freezes(pool, bank_code="CCB")]
    await does(pool.manager, own, "dissolve")
    others.append(await freezes(pool))
    bank = pool.bank("ICBC")

    listed = (await bank.get("/loan-packages")).json()["items"]
    everything = (await pool.auditor.get("/loan-packages", params={"limit": 2})).json()

    assert [one["id"] for one in listed] == [own["id"]]
    assert len(await loans_of(bank, own)) == 2
    assert (await bank.get(f"/loan-packages/{own['id']}/tape.csv")).status_code == 200
    for one in others:
        for path in ("", "/loans", "/tape.csv", "/tape.xlsx"):
            assert (await bank.get(f"/loan-packages/{one['id']}{path}")).status_code == 404
    rest = await pool.auditor.get("/loan-packages", params={"cursor": everything["next_cursor"]})
    assert [one["id"] for one in [*everything["items"], *rest.json()["items"]]] == [
        others[1]["id"], others[0]["id"], own["id"],
    ]  # fmt: skip


def test_the_readme_draws_the_life_cycle_as_it_is():
    readme = (Path(__file__).parents[3] / "services/risk_pool/README.md").read_text("utf-8")

    assert f"```mermaid\n{LIFE_CYCLE.diagram()}\n```" in readme
