"""A statement is taken once and whole: what is known is recognised, what is missing is named."""

import asyncio

import pytest

from services.risk_pool.bank_files.reading import LARGEST_FILE
from tests.risk_pool.account.driver import account_of
from tests.risk_pool.account.files import ACCOUNT, bank_csv, camt_of, entry, xlsx_of

JANUARY = [
    entry("2026-01-01", "20000000.00", name="DL-FIN", reference="R1", purpose="首期出资"),
    entry("2026-01-31", "1234.56", reference="R2", purpose="结息"),
]
FEBRUARY = [
    entry("2026-02-03", "-300.00", reference="R3", purpose="手续费"),
    entry("2026-02-28", "0.01", name="某公司", reference="R4", purpose="试"),
]


def closing(*entries) -> int:
    return sum(one.amount_fen for one in entries)


async def test_every_row_of_a_file_has_its_result(running):
    async with account_of(running) as pool:
        done = await pool.imports(*JANUARY)

        assert (done["opening"], done["closing"]) == ("0.00", "20001234.56")
        assert (done["entries_new"], done["entries_known"], done["repeats"]) == (2, 0, None)
        assert [(row["line"], row["outcome"]) for row in done["rows"]] == [
            (5, "new"), (6, "new"), (7, "passed_over"), (8, "passed_over"),
        ]  # fmt: skip
        where = f"/account-statements/{done['statement_id']}"
        shown = (await pool.auditor.get(where)).json()
        assert [line["amount"] for line in shown["lines"]] == ["20000000.00", "1234.56"]
        assert [line["balance"] for line in shown["lines"]] == ["20000000.00", "20001234.56"]
        assert (shown["imported_by"], shown["format"]) == ("gao", "csv")
        listed = (await pool.auditor.get("/pools/dongli/account-statements")).json()["items"]
        assert [one["id"] for one in listed] == [done["statement_id"]]


@pytest.mark.parametrize("form", [bank_csv, camt_of])
async def test_the_same_file_again_takes_nothing(running, form):
    async with account_of(running) as pool:
        first = await pool.sends(form(JANUARY))
        again = await pool.sends(form(JANUARY))

        assert (first.status_code, again.status_code) == (201, 200)
        assert again.json()["statement_id"] is None
        assert again.json()["repeats"] == first.json()["statement_id"]
        assert (again.json()["entries_new"], again.json()["entries_known"]) == (0, 2)
        assert len(await pool.lines()) == 2


async def test_the_same_entries_in_another_form_are_recognised(running):
    async with account_of(running) as pool:
        await pool.imports(*JANUARY)
        again = (await pool.sends(camt_of(JANUARY))).json()

        assert (again["entries_new"], again["entries_known"], again["repeats"]) == (0, 2, None)
        assert len(await pool.lines()) == 2


async def test_a_statement_that_overlaps_the_last_one_brings_only_what_is_new(running):
    async with account_of(running) as pool:
        await pool.imports(*JANUARY)
        done = await pool.imports(*JANUARY, *FEBRUARY)
        later = await pool.imports(
            JANUARY[1], *FEBRUARY, entry("2026-03-01", "7.00"), opening_fen=closing(JANUARY[0])
        )

        assert (done["entries_new"], done["entries_known"]) == (2, 2)
        assert (later["entries_new"], later["entries_known"]) == (1, 3)
        assert [line["amount"] for line in await pool.lines()] == [
            "20000000.00", "1234.56", "-300.00", "0.01", "7.00",
        ]  # fmt: skip


async def test_two_entries_that_are_alike_in_everything_but_the_balance_are_two(running):
    async with account_of(running) as pool:
        twice = [entry("2026-01-05", "5.00", name="甲", reference="R")] * 2
        await pool.imports(*twice)
        again = await pool.imports(*twice)

        assert again["entries_known"] == 2
        assert [line["amount"] for line in await pool.lines()] == ["5.00", "5.00"]


async def test_a_statement_that_does_not_begin_where_the_last_one_ended_is_refused_with_the_gap(
    running,
):
    async with account_of(running) as pool:
        await pool.imports(*JANUARY)
        refused = await pool.sends(
            bank_csv([entry("2026-03-01", "7.00")], opening_fen=closing(*JANUARY, *FEBRUARY))
        )

        assert (refused.status_code, refused.json()["code"]) == (409, "statement-gap")
        assert refused.json()["expected"] == "20001234.56"
        assert refused.json()["found"] == "20000934.57"
        assert refused.json()["missing"] == "-299.99"
        assert len(await pool.lines()) == 2


async def test_a_row_that_cannot_be_read_refuses_the_whole_file_and_is_named(running):
    async with account_of(running) as pool:
        content = bank_csv(JANUARY).replace(b"2026-01-31", b"2026-01-32")
        refused = await pool.sends(content)

        assert (refused.status_code, refused.json()["code"]) == (422, "statement-rows-wrong")
        assert refused.json()["rows"] == [
            {
                "line": 6,
                "zh": "日期无法识别：2026-01-32",
                "en": "not a day: 2026-01-32",
            }
        ]
        assert await pool.lines() == []


async def test_a_statement_of_another_account_or_currency_is_refused(running):
    async with account_of(running) as pool:
        other = await pool.sends(bank_csv(JANUARY, account="9999999999"))
        dollars = await pool.sends(camt_of(JANUARY, currency="USD"))

        for answer in (other, dollars):
            assert (answer.status_code, answer.json()["code"]) == (422, "other-account")
        stars = await pool.sends(bank_csv(JANUARY, account=f"{ACCOUNT[:4]}****{ACCOUNT[-4:]}"))
        assert stars.status_code == 201


async def test_nothing_is_imported_before_two_persons_have_put_the_account_in_use(running):
    async with account_of(running) as pool:
        manager = pool.manager
        entered = await manager.post(
            "/pools/dongli/accounts",
            json={"account_number": "12345", "bank_name": "银行", "holder": "财政局"},
        )
        refused = await pool.sends(bank_csv(JANUARY, account="12345"), account="12345")
        assert (refused.status_code, refused.json()["code"]) == (422, "account-not-named")

        await pool.checker.post(f"/pool-accounts/{entered.json()['id']}/confirm")
        # Of two accounts the file must say which, or who sends it.
        unnamed = await pool.sends(bank_csv(JANUARY, account=""))
        assert unnamed.json()["code"] == "account-not-named"
        assert unnamed.json()["accounts"] == [ACCOUNT, "12345"]
        assert (await pool.sends(bank_csv(JANUARY, account="12345"))).status_code == 201
        assert (await pool.sends(bank_csv(JANUARY), account=ACCOUNT)).status_code == 201


async def test_what_the_account_held_before_its_first_statement_is_a_line_of_its_own(running):
    async with account_of(running) as pool:
        await pool.imports(*FEBRUARY, opening_fen=closing(*JANUARY))
        opening, *rest = await pool.lines()

        assert (opening["is_opening"], opening["amount"]) == (True, "20001234.56")
        assert opening["booked_on"] == "2026-02-02"
        assert len(rest) == 2
        assert (await pool.finds())[0] == ("opening", "20001234.56")


async def test_a_file_without_balances_needs_them_beside_it(running):
    async with account_of(running) as pool:
        content = xlsx_of([["日期", "金额"], ["2026-01-05", "7.00"]])
        refused = await pool.sends(content)
        assert (refused.status_code, refused.json()["code"]) == (422, "balance-missing")
        wrong = await pool.sends(content, closing="abc")
        assert wrong.json()["errors"][0]["code"] == "amount_malformed"

        done = await pool.sends(content, closing="7.00", covers_until="2026-01-31")

        assert (done.json()["opening"], done.json()["closing"]) == ("0.00", "7.00")
        (account,) = (await pool.auditor.get("/pools/dongli/accounts")).json()["items"]
        assert (account["covers_until"], account["closing"]) == ("2026-01-31", "7.00")


@pytest.mark.parametrize("until", ["2026-01-30", "2026-03-03"])
async def test_the_last_day_of_a_statement_is_not_before_its_last_entry_or_ahead(running, until):
    async with account_of(running) as pool:
        refused = await pool.sends(bank_csv(JANUARY), covers_until=until)

        assert (refused.status_code, refused.json()["code"]) == (422, "statement-days-impossible")


async def test_a_month_without_movement_is_a_statement_too(running):
    async with account_of(running) as pool:
        await pool.imports(*JANUARY)
        done = await pool.imports(opening_fen=closing(*JANUARY), covers_until="2026-02-28")
        gap = await pool.sends(bank_csv([], opening_fen=5), covers_until="2026-02-28")

        assert done["statement_id"] is not None
        assert gap.json()["code"] == "statement-gap"
        assert (await pool.reconciles("2026-02-28"))["is_covered"] is True
        assert (await pool.reconciles("2026-03-01"))["is_covered"] is False


async def test_a_file_above_ten_megabytes_is_refused_before_it_is_read(running):
    async with account_of(running) as pool:
        refused = await pool.sends(b"x" * (LARGEST_FILE + 1))
        large = await pool.sends(b"x" * 2 * 1024 * 1024)

        assert (refused.status_code, refused.json()["code"]) == (413, "body-too-large")
        assert (large.status_code, large.json()["code"]) == (422, "statement-unreadable")


async def test_of_two_that_send_the_same_statement_at_once_one_brings_it(running):
    async with account_of(running) as pool:
        both = await asyncio.gather(
            *(pool.sends(bank_csv(JANUARY, opening_fen=0)) for _ in range(4))
        )

        assert sorted(one.status_code for one in both) == [200, 200, 200, 201]
        assert len(await pool.lines()) == 2


async def test_a_statement_sent_again_with_its_key_is_answered_the_same(running):
    async with account_of(running) as pool:
        answers = [
            await pool.maker.post(
                "/pools/dongli/account-statements",
                content=bank_csv(JANUARY),
                headers={"Idempotency-Key": "march"},
            )
            for _ in range(2)
        ]

        assert answers[0].json() == answers[1].json()
        assert answers[1].headers["Idempotency-Replayed"] == "true"
