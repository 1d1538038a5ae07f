"""Cash is entered by one person and released by another, and only that books it."""

import asyncio
from datetime import date

import asyncpg
import pytest

from shared.postgres.database import EVERYWHERE
from tests.cash import release, released, reversed_by_two
from tests.risk_pool.claims.test_claims import code_of
from tests.risk_pool.core.driver import pool_of

BANK = ("bank_operator", "bank_checker")
ROLES = (
    *BANK, "reviewer", "approver", "finance_maker", "finance_checker", "pool_manager", "auditor",
    "admin",
)  # fmt: skip
MOVES = (
    # action, by whom, to
    ("release", "finance_checker", "released"),
    ("refuse", "finance_checker", "refused"),
    ("withdraw", "finance_maker", "withdrawn"),
)
BODIES = {"release": {}, "refuse": {"reason": "流水不符"}, "withdraw": {"reason": "录入有误"}}
AT = "/pools/dongli/cash-entries"


def body(**more):
    return {
        "kind": "contribution", "party_code": "DL-FIN", "amount": "1000000.00",
        "value_date": "2026-01-05", "bank_reference": "2026010500017", "note": "首期出资", **more,
    }  # fmt: skip


async def enters(pool, **more):
    answer = await pool.finance.post(AT, json=body(**more))
    assert answer.status_code == 201, answer.text
    return answer.json()


def somebody(pool, role, subject=""):
    return pool.service.as_(subject or role, role, institution="ICBC" if role in BANK else "*")


async def test_what_one_person_enters_is_read_back_and_booked_only_when_another_releases_it(
    running,
):
    async with pool_of(running, "ICBC") as pool:
        entry = await enters(pool)

        assert (entry["state"], entry["amount_in_words"]) == ("entered", "壹佰万元整")
        assert (entry["bank_reference"], entry["value_date"]) == ("2026010500017", "2026-01-05")
        assert entry["waiting_for"]["roles"] == ["finance_checker"]
        assert await pool.balances() == {}
        booked = await release(pool.checker, entry)

        assert (booked["state"], booked["booked_on"]) == ("released", "2026-01-05")
        assert (booked["entered_by"], booked["released_by"]) == ("gao", "qian")
        assert await pool.balances() == {
            "cash": "1000000.00", "contribution:DL-FIN": "1000000.00",
        }  # fmt: skip


async def test_every_move_is_made_by_those_it_names_alone(running):
    async with pool_of(running, "ICBC") as pool:
        for role in ROLES:
            if role != "finance_maker":
                assert code_of(await somebody(pool, role).post(AT, json=body()))[0] == 403, role
        for number, (action, role, target) in enumerate(MOVES):
            entry = (
                await somebody(pool, "finance_maker").post(
                    AT, json=body(amount=f"{number + 1}.00", bank_reference=f"B{number}")
                )
            ).json()
            (begun,) = entry["history"]
            assert (begun["source"], begun["action"], begun["target"], begun["role"]) == (
                None, "enter", "entered", "finance_maker",
            )  # fmt: skip
            path = f"/cash-entries/{entry['id']}"
            for other in ROLES:
                if other != role:
                    refused = await somebody(pool, other).post(
                        f"{path}/{action}", json=BODIES[action]
                    )
                    assert refused.status_code in (403, 404), (action, other, refused.text)

            done = await somebody(pool, role).post(f"{path}/{action}", json=BODIES[action])

            assert done.status_code == 200, done.text
            after = done.json()
            last = after["history"][-1]
            assert (after["state"], last["action"], last["role"]) == (target, action, role)
            for again, by, _ in MOVES:
                answer = await somebody(pool, by).post(f"{path}/{again}", json=BODIES[again])
                assert code_of(answer) == (409, "not-possible-now"), (target, again)


async def test_nobody_releases_what_he_entered_and_only_he_withdraws_it(running):
    async with pool_of(running, "ICBC") as pool:
        both = pool.service.as_("both", "finance_maker", "finance_checker")
        entry = (await both.post(AT, json=body())).json()
        path = f"/cash-entries/{entry['id']}"

        assert entry["pending_actions"] == ["withdraw"]
        own = await both.post(f"{path}/release", json={})
        other = await pool.finance.post(f"{path}/withdraw", json={"reason": "不是我登记的"})
        moved_on = pool.service.as_("both", "finance_checker")
        once = await moved_on.post(f"{path}/withdraw", json={"reason": "不再经办"})

        assert code_of(own) == (409, "second-person-required")
        assert code_of(other) == (403, "entered-by-another")
        assert code_of(once) == (403, "role-missing")
        assert await pool.balances() == {}
        assert (await both.post(f"{path}/withdraw", json={"reason": "有误"})).status_code == 200


async def test_a_second_entry_with_the_same_reference_is_shown_and_must_be_confirmed(running):
    async with pool_of(running, "ICBC") as pool:
        first = await enters(pool)

        answer = await pool.finance.post(AT, json=body(amount="7.00", value_date="2026-01-06"))

        assert code_of(answer) == (409, "likely-double")
        shown = answer.json()["entry"]
        assert (shown["id"], shown["number"], shown["amount"], shown["state"]) == (
            first["id"], "DL-K-2026-0001", "1000000.00", "entered",
        )  # fmt: skip
        second = await enters(
            pool, amount="7.00", value_date="2026-01-06", confirm_double_of=first["id"]
        )
        # Whoever releases it sees what it resembles.
        seen = (await pool.checker.get(f"/cash-entries/{second['id']}")).json()
        assert (seen["double_of"], seen["double"]["number"]) == (first["id"], first["number"])


async def test_the_same_day_party_and_amount_is_a_likely_double_whatever_its_reference(running):
    async with pool_of(running, "ICBC") as pool:
        first = await enters(pool)
        same = await pool.finance.post(AT, json=body(bank_reference="another"))
        assert code_of(same) == (409, "likely-double")
        wrong = await pool.finance.post(
            AT,
            json=body(
                bank_reference="another", confirm_double_of="0" * 8 + "-0000" * 3 + "-" + "0" * 12
            ),
        )
        assert code_of(wrong) == (409, "likely-double")

        for other in ({"amount": "1000000.01"}, {"value_date": "2026-01-04"}):
            await enters(pool, bank_reference=str(other), **other)
        interest = {"kind": "interest", "party_code": None, "bank_reference": "i"}
        await enters(pool, **interest)
        # What was refused, withdrawn or taken back is no payment that could have been doubled.
        path = f"/cash-entries/{first['id']}"
        await pool.checker.post(f"{path}/refuse", json={"reason": "流水号有误"})
        again = await enters(pool)
        await reversed_by_two(
            pool.finance, pool.checker, await release(pool.checker, again), reason="重复"
        )
        await enters(pool)


async def test_a_deposit_found_after_closing_keeps_its_value_date_and_is_booked_in_the_open_month(
    running,
):
    async with pool_of(running, "ICBC") as pool:
        async with pool.service.context.database.begin(EVERYWHERE) as conn:
            await conn.execute("update pools set closed_until = '2026-01-08'")

        late = await released(
            pool.finance, pool.checker, "dongli", "contribution", "5.00", "2026-01-05",
            party_code="DL-FIN",
        )  # fmt: skip

        assert (late["value_date"], late["booked_on"]) == ("2026-01-05", "2026-01-09")
        where = "/pools/dongli/balances"
        before = (await pool.auditor.get(where, params={"as_of": "2026-01-08"})).json()
        assert before["accounts"] == []
        shown = (await pool.auditor.get("/pools/dongli/transfers/1")).json()
        assert shown["business_date"] == "2026-01-09"
        assert shown["fact"]["figures"]["day"] == "2026-01-05"


async def test_a_fee_leaves_the_account_only_if_it_holds_enough_when_it_is_released(running):
    async with pool_of(running, "ICBC", paid_in="100.00") as pool:
        fee = await enters(pool, kind="fee", party_code=None, amount="60.00", bank_reference="F1")
        more = await enters(pool, kind="fee", party_code=None, amount="50.00", bank_reference="F2")
        await release(pool.checker, fee)

        answer = await pool.checker.post(f"/cash-entries/{more['id']}/release", json={})

        assert code_of(answer) == (409, "cash-short")
        assert answer.json()["missing"] == "10.00"
        assert (await pool.balances())["cash"] == "40.00"


async def test_two_releases_at_once_book_once(running):
    async with pool_of(running, "ICBC") as pool:
        entry = await enters(pool)
        checkers = [pool.service.as_(f"c{n}", "finance_checker") for n in range(4)]

        answers = await asyncio.gather(
            *(one.post(f"/cash-entries/{entry['id']}/release", json={}) for one in checkers)
        )

        assert sorted(one.status_code for one in answers) == [200, 409, 409, 409]
        assert (await pool.balances())["cash"] == "1000000.00"
        assert (await pool.stands())["transfers"] == 1


async def test_a_release_and_a_withdrawal_at_once_end_in_one_of_both(running):
    async with pool_of(running, "ICBC") as pool:
        for number in range(6):
            entry = await enters(pool, amount=f"{number + 1}.00", bank_reference=f"R{number}")
            path = f"/cash-entries/{entry['id']}"

            out, back = await asyncio.gather(
                pool.checker.post(f"{path}/release", json={}),
                pool.finance.post(f"{path}/withdraw", json={"reason": "有误"}),
            )

            assert {out.status_code, back.status_code} == {200, 409}
            state = (await pool.auditor.get(path)).json()["state"]
            assert state == ("released" if out.status_code == 200 else "withdrawn")


async def test_two_clerks_who_enter_the_same_at_once_are_told_of_each_other(running):
    async with pool_of(running, "ICBC") as pool:
        clerks = [pool.service.as_(f"m{n}", "finance_maker") for n in range(3)]

        answers = await asyncio.gather(*(one.post(AT, json=body()) for one in clerks))

        assert sorted(one.status_code for one in answers) == [201, 409, 409]


async def test_whoever_releases_on_an_old_sight_of_the_entry_is_told(running):
    async with pool_of(running, "ICBC") as pool:
        entry = await enters(pool)

        answer = await pool.checker.post(
            f"/cash-entries/{entry['id']}/release", json={}, headers={"If-Match": '"7"'}
        )

        assert answer.status_code == 412


async def test_the_database_itself_refuses_to_change_an_entry_and_one_persons_release(running):
    async with pool_of(running, "ICBC", paid_in="10.00") as pool:
        waiting = await enters(pool)
        database = pool.service.context.database
        for statement in (
            "update cash_entries set amount_fen = amount_fen + 1",
            "update cash_entries set value_date = value_date - 1 where state = 'entered'",
            "update cash_entries set released_by = 'x' where state = 'released'",
            "delete from cash_entries",
            "truncate cash_entries cascade",
        ):
            async with database.begin(EVERYWHERE) as conn:
                with pytest.raises(
                    (asyncpg.RestrictViolationError, asyncpg.InsufficientPrivilegeError)
                ):
                    await conn.execute(statement)
        async with database.begin(EVERYWHERE) as conn:
            with pytest.raises(asyncpg.CheckViolationError):
                await conn.execute(
                    """update cash_entries set state = 'released', released_by = entered_by,
                           booked_on = value_date, reference = 'x' where id = $1""",
                    waiting["id"],
                )


async def test_only_finance_and_the_bureau_see_cash_entries(running):
    async with pool_of(running, "ICBC", paid_in="10.00") as pool:
        (listed,) = (await pool.auditor.get(AT)).json()["items"]
        for path in (AT, "/cash-entries", f"/cash-entries/{listed['id']}"):
            assert (await pool.bank("ICBC").get(path)).status_code == 403, path
            assert (await pool.service.anonymous().get(path)).status_code == 401, path
        waiting = await pool.auditor.get("/cash-entries", params={"state": "entered"})
        assert waiting.json()["items"] == []
        assert date.fromisoformat(listed["value_date"]) == date(2026, 1, 1)
