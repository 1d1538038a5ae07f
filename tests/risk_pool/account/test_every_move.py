"""Accounts and money in suspense: who takes which step, and that it takes two persons."""

from typing import Any

import pytest

from tests.risk_pool.account.driver import Account, account_of
from tests.risk_pool.account.files import bank_csv, entry
from tests.risk_pool.claims.test_agreed_figures import EVERYBODY, somebody
from tests.risk_pool.claims.test_claims import code_of
from tests.services import lacks_role

NEW = {"account_number": "12345", "bank_name": "某银行", "holder": "区财政局"}
READERS = ("finance_maker", "finance_checker", "pool_manager", "auditor")


def last_move(answer: Any) -> tuple[str | None, str, str, str]:
    move = answer["history"][-1]
    return move["source"], move["action"], move["target"], move["role"]


async def test_finance_or_the_manager_enters_an_account_and_nobody_else(running):
    async with account_of(running, paid_in="") as pool:
        for n, role in enumerate(EVERYBODY):
            body = NEW | {"account_number": f"1234{n}0"}
            answer = await somebody(pool, role).post("/pools/dongli/accounts", json=body)
            if role in ("finance_maker", "pool_manager"):
                assert answer.status_code == 201, answer.text
                assert last_move(answer.json()) == (None, "enter", "entered", role)
            else:
                assert code_of(answer) == (403, "forbidden"), role


@pytest.mark.parametrize(("step", "target"), [("confirm", "in_use"), ("refuse", "refused")])
async def test_another_person_of_finance_puts_an_account_in_use_or_does_not(running, step, target):
    async with account_of(running, paid_in="") as pool:
        entered = await pool.maker.post("/pools/dongli/accounts", json=NEW)
        where = f"/pool-accounts/{entered.json()['id']}/{step}"
        body = {"reason": "账号有误"} if step == "refuse" else None
        for role in EVERYBODY:
            if role != "finance_checker":
                answer = await somebody(pool, role).post(where, json=body)
                expected = (404, "not-found") if role.startswith("bank") else lacks_role(role)
                assert code_of(answer) == expected, role
        both = pool.service.as_("gao", "finance_maker", "finance_checker")
        assert code_of(await both.post(where, json=body)) == (409, "second-person-required")

        answer = await pool.checker.post(where, json=body)

        assert (answer.status_code, answer.json()["state"]) == (200, target)
        assert last_move(answer.json()) == ("entered", step, target, "finance_checker")
        for again in ("confirm", "refuse"):
            answer = await pool.checker.post(
                where.replace(step, again), json={"reason": "又"} if again == "refuse" else None
            )
            assert code_of(answer) == (409, "not-possible-now")


async def test_a_number_is_the_account_of_one_pool_until_it_is_refused(running):
    async with account_of(running, paid_in="") as pool:
        first = await pool.maker.post("/pools/dongli/accounts", json=NEW)
        taken = await pool.maker.post("/pools/dongli/accounts", json=NEW)
        assert code_of(taken) == (409, "account-taken")

        await pool.checker.post(
            f"/pool-accounts/{first.json()['id']}/refuse", json={"reason": "录错"}
        )

        assert (await pool.maker.post("/pools/dongli/accounts", json=NEW)).status_code == 201


async def held(pool: Account) -> Any:
    """An unknown credit, proposed for suspense."""
    await pool.imports(entry("2026-01-05", "70.00", name="别名", reference="A"))
    line = await pool.open_line("70.00")
    return await pool.maker.post(
        f"/account-lines/{line['id']}/suspend", json={"why": "unknown", "note": "来款不明"}
    )


@pytest.mark.parametrize(("step", "target"), [("release", "booked"), ("refuse", "refused")])
async def test_another_person_of_finance_releases_money_into_suspense_or_does_not(
    running, step, target
):
    async with account_of(running, paid_in="") as pool:
        proposed = await held(pool)
        assert last_move(proposed.json()) == (None, "propose", "proposed", "finance_maker")
        assert await pool.balances() == {}
        assert (await pool.work())["lines"][0]["proposed"] == "70.00"
        where = f"/account-bookings/{proposed.json()['id']}/{step}"
        body = {"reason": "已查明"} if step == "refuse" else None
        for role in EVERYBODY:
            if role != "finance_checker":
                answer = await somebody(pool, role).post(where, json=body)
                expected = (404, "not-found") if role.startswith("bank") else lacks_role(role)
                assert code_of(answer) == expected, role
        both = pool.service.as_("gao", "finance_maker", "finance_checker")
        assert code_of(await both.post(where, json=body)) == (409, "second-person-required")

        answer = await pool.checker.post(where, json=body)

        assert (answer.status_code, answer.json()["state"]) == (200, target)
        assert last_move(answer.json()) == ("proposed", step, target, "finance_checker")
        booked = {"cash": "70.00", "suspense": "70.00"} if target == "booked" else {}
        assert await pool.balances() == booked
        assert await pool.finds() == ([] if booked else [("unmatched_credit", "70.00")])
        for again in ("release", "refuse"):
            answer = await pool.checker.post(
                where.replace(step, again), json={"reason": "又"} if again == "refuse" else None
            )
            assert code_of(answer) == (409, "not-possible-now")


async def test_what_was_booked_says_why_and_through_whom(running):
    async with account_of(running, paid_in="") as pool:
        done = await pool.releases((await held(pool)).json())
        shown = (await pool.auditor.get(f"/pools/dongli/transfers/{done['seq']}")).json()

        assert (shown["reference"], shown["kind"]) == (
            f"suspense:{done['number']}",
            "suspense-received",
        )
        assert shown["explanation"]["people"]["proposed_by"]["subject"] == "gao"
        assert shown["explanation"]["people"]["released_by"]["subject"] == "qian"
        assert shown["fact"]["zh"] == "账户来款未明，暂收"
        assert [one["subject"] for one in shown["fact"]["people"]] == ["gao", "qian"]


async def test_only_finance_imports_and_lets_the_machine_match(running):
    async with account_of(running, paid_in="") as pool:
        for role in EVERYBODY:
            person = somebody(pool, role)
            allowed = role in ("finance_maker", "finance_checker")
            sent = await pool.sends(bank_csv([]), by=person)
            assert sent.status_code == (422 if allowed else 403), (role, sent.text)
            again = await person.post("/pools/dongli/account-matching")
            assert again.status_code == (200 if allowed else 403), (role, again.text)


async def test_only_the_maker_matches_marks_undoes_and_proposes(running):
    async with account_of(running, paid_in="") as pool:
        line_id = (await held(pool)).json()["line_id"]
        (line,) = await pool.lines()
        for role in EVERYBODY:
            if role == "finance_maker":
                continue
            person = somebody(pool, role)
            for answer in (
                await pool.matches([line], [], by=person),
                await person.post(
                    f"/account-lines/{line_id}/return", json={"of_line": line_id, "reason": "退"}
                ),
                await person.post(f"/account-matches/{line_id}/undo", json={"reason": "错"}),
                await person.post(
                    f"/account-lines/{line_id}/suspend", json={"why": "unknown", "note": "暂收"}
                ),
            ):
                assert code_of(answer) == (403, "forbidden"), (role, answer.request.url)


async def test_finance_the_manager_and_the_auditor_see_the_account_and_nobody_else(running):
    async with account_of(running, paid_in="") as pool:
        booking = (await held(pool)).json()
        statement = (await pool.auditor.get("/pools/dongli/account-statements")).json()["items"][0]
        (account,) = (await pool.auditor.get("/pools/dongli/accounts")).json()["items"]
        for role in EVERYBODY:
            for path in (
                "/pools/dongli/accounts",
                f"/pool-accounts/{account['id']}",
                "/pools/dongli/account-statements",
                f"/account-statements/{statement['id']}",
                "/pools/dongli/account-lines",
                "/pools/dongli/account-work",
                "/pools/dongli/account-matches",
                "/pools/dongli/account-bookings",
                f"/account-bookings/{booking['id']}",
                "/pools/dongli/account-reconciliation",
            ):
                answer = await somebody(pool, role).get(path)
                expected = 200 if role in READERS else 403
                assert answer.status_code == expected, (role, path, answer.text)


async def test_no_bank_reads_a_row_of_the_account_even_by_sql(running):
    async with account_of(running) as pool:
        await pool.imports(
            entry("2026-01-01", "20000000.00", name="DL-FIN"), entry("2026-01-05", "70.00")
        )
        await pool.suspends(await pool.open_line("70.00"), "unknown")
        (match,) = await pool.matched((await pool.lines())[0])
        await pool.maker.post(f"/account-matches/{match['id']}/undo", json={"reason": "错"})
        database = pool.service.context.database
        for table in (
            "pool_accounts", "account_statements", "account_lines", "account_line_tallies",
            "account_movement_tallies", "account_matches", "account_match_parts",
            "account_match_undos", "account_bookings",
        ):  # fmt: skip
            counts = {}
            for institution in ("*", "ICBC", ""):
                async with database.begin(institution) as conn:
                    counts[institution] = await conn.fetchval(f"select count(*) from {table}")
            assert counts["*"] > 0, table
            assert counts["ICBC"] == counts[""] == 0, table
