"""Foresight over HTTP: on the pool's own book, under its terms and a changed version's."""

import io
from datetime import date

import pytest
from openpyxl import load_workbook

from services.risk_pool.handlers.looks_ahead import work_out_one
from shared.schemes import library
from tests.publishing import proposal
from tests.risk_pool.claims.driver import claims_of

CERTAIN = {
    f"pd_{name}_bp": 10_000
    for name in ("normal", "special_mention", "substandard", "doubtful", "loss")
}
AT = "/pools/dongli/foresight"


def changed_text(pool_share: int) -> str:
    """Dongli's measure with another share of the pool."""
    text = library.texts("dongli")[0]
    old = "shares: {pool: 40, bank: 60}"
    assert text.count(old) == 1
    return text.replace(old, f"shares: {{pool: {pool_share}, bank: {100 - pool_share}}}")


@pytest.fixture
async def pool(running):
    """Four loans of a million at ICBC, one of forty at CCB; twenty million in the pool."""
    async with claims_of(running, "ICBC", "CCB") as found:
        for name in "abcd":
            await found.covers(name)
        await found.covers("large", amount="9000000.00", bank="CCB")
        await found.it_is("2026-03-05")
        yield found


async def asked(pool, **query):
    answer = await pool.auditor.get(AT, params={"scenarios": 100, "recovery_bp": 0, **query})
    assert answer.status_code == 200, answer.text
    return answer.json()


def figure(answer, table, row, column):
    found = next(one for one in answer["tables"] if one["code"] == table)
    line = next(one for one in found["rows"] if one["key"] == row)
    return line["cells"][column]["value"]


async def test_certain_losses_are_split_by_the_pool_s_terms_up_to_its_ceilings(pool):
    answer = await asked(pool, **CERTAIN)

    # ICBC lent 4 and CCB 9 million this year; 5 % of that is all the pool pays for either.
    assert figure(answer, "compared", "lost", "today") == "13000000.00"
    assert figure(answer, "compared", "paid", "today") == "650000.00"
    assert figure(answer, "compared", "banks", "today") == "12350000.00"
    assert answer["available"] == "20000000.00"
    assert (answer["loans"], answer["firms"]) == (5, 5)

    # A loan and its renewal are one debt, as large as the larger of the two.
    firm = pool.cases["a"]["borrower_uscc"]
    await pool.covers("renewal", amount="1500000.00", uscc=firm, renews="a")
    answer = await asked(pool, **CERTAIN)
    assert figure(answer, "compared", "lost", "today") == "13500000.00"
    assert (answer["loans"], answer["firms"]) == (5, 5)


async def test_another_version_of_the_measure_plays_the_same_futures(pool):
    proposed = await pool.manager.post(
        "/programmes/dongli/versions",
        json=proposal("dongli", changed_text(4), in_force_from=date(2026, 7, 1)),
    )
    assert proposed.status_code == 201, proposed.text

    answer = await asked(pool, version=proposed.json()["number"], **CERTAIN)

    assert figure(answer, "compared", "lost", "changed") == "13000000.00"
    assert figure(answer, "compared", "paid", "changed") == "520000.00"  # 4 %: no ceiling binds
    assert figure(answer, "compared", "paid", "difference") == "-130000.00"
    assert figure(answer, "months_changed", "2026-08", "paid") == "520000.00"


async def test_the_same_question_has_the_same_answer_to_the_byte(pool):
    query = {"scenarios": 300, "pd_normal_bp": 3_000}

    one = await pool.auditor.get(AT, params=query)
    two = await pool.auditor.get(AT, params=query)
    other = await pool.auditor.get(AT, params={**query, "seed": 2})

    assert one.content == two.content
    assert one.json()["tables"] != other.json()["tables"]


async def test_a_pool_with_little_money_is_told_when_it_is_gone_and_what_it_needs(running):
    async with claims_of(running) as pool:
        for name in ("a", "b", "c"):
            await pool.covers(name, amount="3000000.00")
        await pool.it_is("2026-03-05")
        await pool.fee("19900000.00", on=date(2026, 3, 5))

        answer = await asked(pool, claim_months=1, **CERTAIN)

    # 5 % of nine million lent are paid in May; a hundred thousand are left.
    assert figure(answer, "exhaustion", "today", "chance") == 10_000
    assert figure(answer, "exhaustion", "today", "level_50") == "2026-05"
    assert figure(answer, "compared", "top_up_99", "today") == "350000.00"


async def test_a_claim_that_waits_is_lost_in_every_future(pool):
    await pool.goes_bad("a", "2026-02", "900000.00", overdue_days=121)
    await pool.files("a", "900000.00")

    answer = await asked(pool, **dict.fromkeys(CERTAIN, 0))

    assert figure(answer, "months_today", "2026-04", "paid") == "200000.00"
    assert figure(answer, "compared", "lost", "today") == "900000.00"


async def test_every_assumption_is_shown_with_its_value_and_its_bounds(pool):
    answer = await asked(pool, stress_percent=250, monthly_contribution="10000.00")

    shown = {one["name"]: one for one in answer["assumptions"]}
    assert (shown["stress_percent"]["value"], shown["stress_percent"]["usual"]) == (250, 100)
    assert shown["monthly_contribution"]["value"] == "10000.00"
    assert figure(answer, "book", "unreported", "chance") == 500  # 2 % × 2.5


async def test_wrong_assumptions_are_named_all_at_once(pool):
    answer = await pool.auditor.get(AT, params={"seed": -1, "pd_loss_bp": 10_001, "luck": 1})

    assert answer.status_code == 422
    wrong = {one["parameter"] for one in answer.json()["errors"]}
    assert wrong == {"seed", "pd_loss_bp", "luck"}


async def test_a_version_that_is_not_there_is_said_so(pool):
    answer = await pool.auditor.get(AT, params={"version": 99})

    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


async def test_a_bank_may_not_look_ahead(pool):
    for who in (pool.bank("ICBC"), pool.service.as_("chen", "bank_checker", institution="CCB")):
        for path in (AT, f"{AT}.xlsx"):
            answer = await who.get(path)
            assert answer.status_code == 403, answer.text


async def test_an_empty_pool_has_nothing_to_lose(running):
    async with claims_of(running) as pool:
        answer = await asked(pool)

    assert figure(answer, "compared", "paid_95", "today") == "0.00"
    assert figure(answer, "exhaustion", "today", "level_99") is None


async def test_the_workbook_has_the_same_tables(pool):
    answer = await asked(pool, **CERTAIN)
    file = await pool.auditor.get(
        f"{AT}.xlsx", params={"scenarios": 100, "recovery_bp": 0, "lang": "zh", **CERTAIN}
    )

    book = load_workbook(io.BytesIO(file.content))
    assert [table["zh"][:31].replace("：", "：") for table in answer["tables"]] == [
        name for name in book.sheetnames if name != "数字来源"
    ]
    sheet = book["主要结果"]
    rows = {row[0].value: row[1].value for row in sheet.iter_rows(min_row=6)}
    assert rows["资金池平均拨付"] == 650_000


async def test_the_workbook_is_made_in_english_too(pool):
    answer = await asked(pool, **CERTAIN)
    file = await pool.auditor.get(f"{AT}.xlsx", params={"scenarios": 100, "lang": "en", **CERTAIN})

    assert file.status_code == 200, file.text
    names = load_workbook(io.BytesIO(file.content)).sheetnames
    titles = [table["en"].replace(":", "")[:31] for table in answer["tables"]]
    assert names == [*titles, "Sources"]


async def test_more_work_than_one_answer_takes_is_refused(pool, monkeypatch):
    monkeypatch.setattr("services.risk_pool.domain.foresight_assumptions.LARGEST_WORK", 999)

    answer = await pool.auditor.get(AT, params={"scenarios": 200})

    assert (answer.status_code, answer.json()["code"]) == (422, "foresight-too-large")
    assert answer.json()["most"] == 199


async def worked_out(pool, query):
    """The answer to a question about a large book, once it is there."""
    while (answer := await pool.auditor.get(AT, params=query)).status_code == 202:
        await work_out_one(pool.service.context)
    return answer


async def test_a_large_book_is_worked_out_apart_and_kept_for_the_day(pool, monkeypatch):
    query = {"scenarios": 300, "pd_normal_bp": 3_000}
    at_once = (await asked(pool, **query))["tables"]
    monkeypatch.setattr("services.risk_pool.api.foresight.LOANS_AT_ONCE", 4)

    first = await pool.auditor.get(AT, params={"recovery_bp": 0, **query})
    again = await pool.auditor.get(AT, params={"recovery_bp": 0, **query})
    file = await pool.auditor.get(f"{AT}.xlsx", params={"recovery_bp": 0, **query})

    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json()["being_worked_out"]["of"] == 300
    assert len(first.json()["assumptions"]) == 17
    assert (file.status_code, file.json()["code"]) == (503, "foresight-being-worked-out")

    await worked_out(pool, {"recovery_bp": 0, **query})
    found = await asked(pool, **query)
    assert found["tables"] == at_once
    assert (found["loans"], found["available"]) == (5, "20000000.00")
    assert found["made_at"] is not None
    file = await pool.auditor.get(f"{AT}.xlsx", params={"recovery_bp": 0, **query})
    assert load_workbook(io.BytesIO(file.content))["主要结果"] is not None


async def test_what_takes_too_long_is_ended_and_said_so(pool, monkeypatch):
    monkeypatch.setattr("services.risk_pool.api.foresight.LOANS_AT_ONCE", 4)
    monkeypatch.setattr("services.risk_pool.handlers.looks_ahead.LONGEST_SECONDS", 0.1)

    answer = await worked_out(pool, {})

    assert (answer.status_code, answer.json()["code"]) == (422, "foresight-too-large")


async def test_a_version_that_is_not_there_is_said_so_of_a_large_book_too(pool, monkeypatch):
    monkeypatch.setattr("services.risk_pool.api.foresight.LOANS_AT_ONCE", 4)

    answer = await pool.auditor.get(AT, params={"version": 99})

    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
    assert not await work_out_one(pool.service.context)  # Nothing was asked.
