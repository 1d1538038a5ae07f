"""Reports over HTTP: what the ledger says, by whatever it is divided, and the loans behind it."""

import io
from contextlib import asynccontextmanager
from datetime import date

import pytest
from openpyxl import load_workbook

from services.risk_pool.domain.report_period import parse
from services.risk_pool.queries.reports_measures import counted, loans_counted
from services.risk_pool.reports.made import KINDS
from shared.money import parse_fen
from shared.postgres.grids import page
from tests.risk_pool.claims.driver import claims_of

AT = "/pools/dongli/reports"


@pytest.fixture(scope="module")
async def pool(running_of_module):
    """The book, told once for all who only look at it."""
    async with book(running_of_module) as found:
        yield found


@pytest.fixture
async def own(running):
    """The same book of one test's own, which adds to it."""
    async with book(running) as found:
        yield found


@asynccontextmanager
async def book(running):
    """ICBC lends six times and CCB once; one loan of ICBC is claimed for, paid and partly recovered,
    another is overdue."""
    async with claims_of(running, "ICBC", "CCB") as found:
        for name in ("a", "b", "c", "d"):
            await found.covers(name)
        await found.covers("large", amount="9000000.00")
        await found.covers("other", amount="2000000.00", bank="CCB", mode="insured")
        await found.hears(
            found.approval("late", approved_on=date(2026, 4, 10)),
        )
        await found.it_is("2026-04-20")
        await found.hears(found.disbursement("late", on=date(2026, 4, 20)))
        await found.goes_bad("a", "2026-02", "900000.00", overdue_days=92)
        await found.hears(found.position("b", "2026-03", "800000.00", overdue_days=20,
                                         risk_class="special_mention"))  # fmt: skip
        await found.it_is("2026-05-04")
        claim = await found.approves("a", "900000.00", overdue_days=157)
        await found.pays(claim)
        await found.it_is("2026-05-25")
        await found.recovers(claim, "100000.00", on="2026-05-20")
        yield found


async def report(pool, code, period, **query):
    answer = await pool.auditor.get(f"{AT}/{code}", params={"period": period, **query})
    assert answer.status_code == 200, answer.text
    return answer.json()


def rows(answer, table=0):
    """Row → column → value; the total under ""."""
    found = answer["tables"][table]
    lines = [*found["rows"], *([found["total"]] if found["total"] else [])]
    return {
        line["key"]: {name: cell["value"] for name, cell in line["cells"].items()} for line in lines
    }


async def behind(pool, href):
    """Every loan behind a figure, page by page."""
    found, cursor = [], None
    while True:
        more = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        address = href.removeprefix("/api/v1") + "&" + "&".join(f"{k}={v}" for k, v in more.items())
        answer = await pool.auditor.get(address)
        assert answer.status_code == 200, answer.text
        found += answer.json()["items"]
        cursor = answer.json()["next_cursor"]
        if cursor is None:
            return found


async def business(pool, period):
    """Both tables of a period's business by bank, as one."""
    answer = await report(pool, "business", period)
    book, losses = rows(answer, 0), rows(answer, 1)
    return {
        key: dict.fromkeys(("lent", "claimed", "compensated"), "0.00")
        | book.get(key, {})
        | losses.get(key, {})
        for key in {*book, *losses}
    }


async def test_the_business_of_a_month_stands_by_bank_and_in_all(pool):
    april = await business(pool, "2026-04")
    may = await business(pool, "2026-05")
    january = await business(pool, "2026-01")

    assert january[""]["lent"] == "15000000.00"
    assert (january["ICBC"]["lent"], january["ICBC"]["lent_loans"]) == ("13000000.00", 5)
    assert april["ICBC"]["lent"] == "1000000.00"
    assert april["CCB"]["lent"] == "0.00"
    assert may["ICBC"]["claimed"] == "900000.00"
    # 40 % of what was claimed; 40 % of what came back.
    assert may["ICBC"]["compensated"] == may["ICBC"]["paid"] == "360000.00"
    assert may["ICBC"]["recovered"] == "40000.00"


async def test_a_quarter_is_its_months_and_a_year_its_quarters(pool):
    moving = ("lent", "entered", "claimed", "compensated", "paid", "recovered")

    async def total(period):
        found = (await business(pool, period))[""]
        return {name: parse_fen(found[name]) for name in moving}

    async def together(*periods):
        parts = [await total(period) for period in periods]
        return {name: sum(part[name] for part in parts) for name in moving}

    assert await total("2026-Q2") == await together("2026-04", "2026-05", "2026-06")
    assert await total("2026") == await together("2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4")


@pytest.mark.parametrize(
    "by",
    ["bank", "mode", "area", "ip_kind", "industry", "park", "size", "first_loan", "class",
     "borrower", "quarter"],
)  # fmt: skip
async def test_divided_by_whatever_the_total_is_the_same_and_each_figure_is_its_loans(pool, by):
    answer = await report(pool, "business", "2026-Q2", by=by)

    assert rows(answer)[""]["covered"] == "14800000.00"
    await each_figure_is_its_loans(pool, answer)


@pytest.mark.parametrize(
    ("code", "period"),
    [("classes", "2026-05"), ("largest", "2026-Q2"), ("vintages", "2026"), ("scorecard", "2026"),
     ("national", "2026-04"), ("overdue", "2026-Q2")],
)  # fmt: skip
async def test_each_figure_of_each_report_leads_to_what_it_counts(pool, code, period):
    await each_figure_is_its_loans(pool, await report(pool, code, period))


async def each_figure_is_its_loans(pool, answer):
    checked = 0
    for table in answer["tables"]:
        units = {column["name"]: column["unit"] for column in table["columns"]}
        lines = [*table["rows"], *([table["total"]] if table["total"] else [])]
        for line in lines:
            for name, cell in line["cells"].items():
                href = cell["href"] or ""
                # The net of a class is what the terms leave of the loans in the list.
                if "/reports/loans?" not in href or (
                    answer["code"] == "classes" and name not in ("covered", "loans")
                ):
                    continue
                if answer["code"] == "overdue" and name not in ("claimed", "covered"):
                    continue
                items = await behind(pool, href)
                if units[name] == "money":
                    amount = sum(parse_fen(item["amount"]) for item in items)
                    assert amount == parse_fen(cell["value"]), (line["key"], name)
                elif not line["key"].endswith("firms"):
                    assert len(items) == cell["value"], (line["key"], name)
                checked += 1
    assert checked > 1


async def test_what_was_compensated_is_the_ledger_s_account(pool):
    balances = (await pool.auditor.get("/pools/dongli/balances")).json()
    by_account = {one["account"]: one["balance"] for one in balances["accounts"]}

    year = (await business(pool, "2026"))[""]

    assert year["compensated"] == by_account["claims"]
    assert year["recovered"] == by_account["recoveries"]
    covered = sum(parse_fen(fen) for name, fen in by_account.items() if name.startswith("covered:"))
    assert parse_fen(year["covered"]) == covered


async def test_the_book_of_a_past_day_is_what_the_ledger_said_then(pool):
    january = (await business(pool, "2026-01"))[""]
    april = (await business(pool, "2026-04"))[""]

    assert january["covered"] == "15000000.00"
    assert april["covered"] == "15700000.00"  # less the principal repaid, and the new loan
    assert january["bad"] == "0.00"
    assert april["bad"] == "900000.00"


async def test_the_five_classes_stand_gross_and_net_of_what_the_bank_bears(pool):
    april = rows(await report(pool, "classes", "2026-04"))

    assert april["substandard"]["covered"] == "900000.00"
    assert april["substandard"]["bank"] == "540000.00"
    assert april["substandard"]["net"] == april["substandard"]["pool"] == "360000.00"
    assert april["special_mention"]["covered"] == "800000.00"
    assert april[""]["share"] == 10_000


async def test_a_loan_and_its_renewal_are_one_debt_in_the_worse_of_their_classes(own):
    firm = {name: own.cases[name]["borrower_uscc"] for name in "bd"}
    # Renewed while special mention, and renewed while both stand alike.
    await own.covers("b2", amount="1500000.00", uscc=firm["b"], renews="b")
    await own.covers("d2", amount="1200000.00", uscc=firm["d"], renews="d")

    answer = await report(own, "classes", "2026-05")
    classes = rows(answer)
    assert (classes["special_mention"]["covered"], classes["special_mention"]["loans"]) == (
        "800000.00", 1,
    )  # fmt: skip
    # 14,800,000.00 before, and of each renewal what it is beyond its loan: 700,000.00, 200,000.00.
    assert (classes[""]["covered"], classes[""]["outstanding"]) == ("15700000.00", "15700000.00")
    await each_figure_is_its_loans(own, answer)

    largest = await report(own, "largest", "2026-05")
    assert (rows(largest)[firm["b"]]["covered"], rows(largest)[firm["d"]]["covered"]) == (
        "1500000.00", "1200000.00",
    )  # fmt: skip
    assert rows(largest)[firm["d"]]["loans"] == 1
    await each_figure_is_its_loans(own, largest)


async def test_the_list_of_overdue_loans_and_claims_is_loan_by_loan(pool):
    answer = await report(pool, "overdue", "2026-Q2")

    late = rows(answer)
    assert [line["borrower"] for key, line in late.items() if key] == ["企业b"]
    claims = rows(answer, 1)
    (claim,) = [line for key, line in claims.items() if key]
    assert (claim["claimed"], claim["pool_pays"], claim["paid"], claim["recovered"]) == (
        "900000.00", "360000.00", "360000.00", "40000.00",
    )  # fmt: skip


async def test_the_scorecard_holds_the_year_against_its_budget_and_its_targets(own):
    await agreed(own, kind="year_budget", amount="3600000.00")
    await agreed(own, kind="year_target", subject="lent", amount="20000000.00")

    answer = await report(own, "scorecard", "2026")

    line = rows(answer)["compensated"]
    assert (line["year"], line["before"]) == ("360000.00", "0.00")
    assert (line["target"], line["used"]) == ("3600000.00", 1_000)
    line = rows(answer)["lent"]
    assert (line["year"], line["target"], line["used"]) == ("16000000.00", "20000000.00", 8_000)
    assert rows(answer)["recovered"]["target"] is None


async def test_a_target_is_of_a_measure_that_a_plan_may_set(pool):
    answer = await pool.finance.post(
        "/pools/dongli/agreed-figures",
        json={"kind": "year_target", "subject": "luck", "year": 2026, "amount": "1.00",
              "valid_from": "2026-01-01", "reference": "规划"},
    )  # fmt: skip

    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.json()["errors"]] == ["#/subject"]


async def test_a_target_counts_only_when_another_person_has_released_it(own):
    await agreed(own, released=False, kind="year_target", subject="lent", amount="1.00")

    assert rows(await report(own, "scorecard", "2026"))["lent"]["target"] is None


async def agreed(pool, *, released=True, **figure):
    """Two persons enter a figure of the year 2026."""
    body = {"year": 2026, "valid_from": "2026-01-01", "reference": "财预〔2026〕1号", **figure}
    entered = await pool.finance.post("/pools/dongli/agreed-figures", json=body)
    assert entered.status_code == 201, entered.text
    if released:
        answer = await pool.checker.post(
            f"/agreed-figures/{entered.json()['id']}/release",
            headers={"If-Match": f'"{entered.json()["version"]}"'},
            json={},
        )
        assert answer.status_code == 200, answer.text


async def test_industry_park_and_kind_of_ip_are_those_that_were_told(own):
    told = {"industry": "I", "park": "华明高新区", "ip_kind": "trademark_right"}
    await own.hears(own.approval("told", attributes=told), own.disbursement("told"))

    for by, value in told.items():
        found = rows(await report(own, "business", "2026", by=by))
        assert found[value]["lent"] == "1000000.00"
        assert found[""]["lent"] == "17000000.00"  # in all
    answer = await report(own, "business", "2026", by="industry")
    words = {row["key"]: row["zh"] for row in answer["tables"][0]["rows"]}
    assert words == {"": "未登记", "I": "I 信息传输、软件和信息技术服务业"}


async def test_a_park_in_two_spellings_is_one_park(own):
    for name, park in (("here-1", "华明（东丽）高新区"), ("here-2", "华明(东丽) 高新区")):
        await own.hears(own.approval(name, attributes={"park": park}), own.disbursement(name))

    found = rows(await report(own, "business", "2026", by="park"))

    assert found["华明(东丽)高新区"]["lent"] == "2000000.00"


async def test_the_ten_largest_are_ten_and_the_largest_first(own):
    for number in range(6):
        await own.hears(own.approval(f"more-{number}"), own.disbursement(f"more-{number}"))

    answer = await report(own, "largest", "2026-05")

    (table,) = answer["tables"]
    amounts = [parse_fen(row["cells"]["covered"]["value"]) for row in table["rows"]]
    assert len(amounts) == 10
    assert amounts == sorted(amounts, reverse=True)
    assert amounts[0] == 900_000_000
    assert table["total"]["cells"]["covered"]["value"] == f"{sum(amounts) / 100:.2f}"


async def test_vintages_are_by_the_quarter_of_approval(pool):
    found = rows(await report(pool, "vintages", "2026-05"))

    assert found["2026-Q1"]["entered"] == "15000000.00"
    assert found["2026-Q2"]["entered"] == "1000000.00"
    # 360 000 compensated less 40 000 recovered, of 15 000 000
    assert found["2026-Q1"]["loss_rate"] == 213
    assert found["2026-Q2"]["loss_rate"] == 0


async def test_the_national_figures_are_of_the_month_and_of_the_year_so_far(pool):
    answer = await report(pool, "national", "2026-04")

    numbers, amounts = rows(answer, 0), rows(answer, 1)
    assert (numbers["loans"]["month"], numbers["loans"]["to_date"]) == (1, 7)
    assert (numbers["firms"]["month"], numbers["firms"]["to_date"]) == (1, 7)
    assert amounts["amount"]["to_date"] == "16000000.00"
    assert numbers["loans"]["growth"] is None  # nothing a year ago


async def test_a_workbook_has_the_same_figures_and_adds_them_up_itself(pool):
    answer = await report(pool, "business", "2026-05")
    file = await pool.auditor.get(f"{AT}/business.xlsx", params={"period": "2026-05"})

    body = io.BytesIO(file.content)
    formulas, values = load_workbook(body), load_workbook(body, data_only=True)
    sheet = formulas.worksheets[1]
    heads = [cell.value for cell in sheet[5]]
    column = heads.index("批准补偿")
    total = next(row for row in sheet.iter_rows(min_row=6) if row[0].value == "合计")
    assert str(total[column].value).startswith("=SUM(")
    assert values.worksheets[1][total[column].coordinate].value == 360_000
    sources = values["数字来源"]
    assert any("/reports/loans?" in str(row[4].value) for row in sources.iter_rows(min_row=2))
    assert answer["zh"] == "业务统计表"


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_every_report_is_a_workbook_in_both_languages(pool, language):
    periods = {"scorecard": "2026", "indicators": "2026", "national": "2026-05"}
    for kind in KINDS:
        asked = {"period": periods.get(kind, "2026-05"), "lang": language}
        tables = (await report(pool, kind, asked["period"]))["tables"]
        file = await pool.auditor.get(f"{AT}/{kind}.xlsx", params=asked)
        assert file.status_code == 200, (kind, file.text)
        assert len(load_workbook(io.BytesIO(file.content)).sheetnames) == len(tables) + 1, kind


@pytest.mark.parametrize(
    ("code", "period", "problem"),
    [
        ("business", "2026-13", "period-malformed"),
        ("business", "last month", "period-malformed"),
        ("business", "ytd-2026-03", "period-of-another-span"),
        ("scorecard", "2026-03", "period-of-another-span"),
        ("national", "2026", "period-of-another-span"),
    ],
)
async def test_a_period_that_a_report_is_not_made_of_is_refused(running, code, period, problem):
    async with claims_of(running) as pool:
        answer = await pool.auditor.get(f"{AT}/{code}", params={"period": period})

    assert (answer.status_code, answer.json()["code"]) == (422, problem)


async def test_a_bank_reads_no_report_and_a_pool_that_is_not_there_has_none(running):
    async with claims_of(running) as pool:
        paths = (AT, f"{AT}/business?period=2026-03", f"{AT}/business.xlsx?period=2026-03",
                 f"{AT}/loans?period=2026-03&measure=lent")  # fmt: skip
        for path in paths:
            assert (await pool.bank("ICBC").get(path)).status_code == 403
            nowhere = path.replace("dongli", "nowhere")
            assert (await pool.auditor.get(nowhere)).status_code == 404


async def test_the_database_itself_counts_a_bank_s_own_rows_only(pool):
    year = parse("2026")

    async with pool.service.context.database.looking("CCB") as conn:
        lent = await counted(conn, "dongli", "lent", year, "bank")
        covered = await counted(conn, "dongli", "covered", year, "bank")
        behind = loans_counted(["dongli"], "lent", year, by="bank")
        behind_it = await page(conn, behind, {}, behind.order(None), after=None, limit=9)

    assert set(lent) == {"CCB"}
    assert set(covered) == {"CCB"}
    assert {one["bank_code"] for one in behind_it} == {"CCB"}


async def test_every_report_that_is_offered_is_made(pool):
    offered = (await pool.auditor.get(AT)).json()["items"]
    period = {
        "month": "2026-04", "quarter": "2026-Q2", "year": "2026", "range": "2026-02..2026-04",
    }  # fmt: skip

    made = [
        await report(pool, one["code"], period[span]) for one in offered for span in one["spans"]
    ]

    assert len(offered) == 8
    assert all(answer["tables"] for answer in made)


async def test_a_loan_in_parts_is_lent_part_by_part_each_in_its_month(own):
    await own.pays_in_parts("parts", "400000.00", amount="1000000.00")
    await own.hears(own.draw("parts", "300000.00", "700000.00", on=date(2026, 3, 10)))

    january, march = await business(own, "2026-01"), await business(own, "2026-03")
    assert january[""]["lent"] == "15400000.00"
    assert (march[""]["lent"], march[""]["entered"]) == ("300000.00", "300000.00")
    # In March 300 000 are drawn, and 300 000 of two others are reported as repaid.
    for period, overall in (("2026-01", "15400000.00"), ("2026-02", "15300000.00"),
                            ("2026-03", "15400000.00")):  # fmt: skip
        assert rows(await report(own, "classes", period))[""]["outstanding"] == overall
    await each_figure_is_its_loans(own, await report(own, "business", "2026-03"))


async def test_another_pool_s_loans_are_in_no_figure(own):
    other = await own.manager.post(
        "/pools",
        json={"code": "second", "name": "第二个资金池", "programme": "dongli",
              "opened_on": "2026-01-01",
              "parties": [{"code": "ICBC", "role": "bank", "name": "ICBC"}]},
    )  # fmt: skip
    assert other.status_code == 201, other.text

    answer = await own.auditor.get("/pools/second/reports/business", params={"period": "2026"})

    assert rows(answer.json())[""]["lent"] == "0.00"
