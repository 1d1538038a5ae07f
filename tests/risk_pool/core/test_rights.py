"""Who may see and do what: every route of pools, ledger, coverages and banks."""

import pytest

from tests.risk_pool.core.driver import pool_of

BUREAU_ONLY = (
    "/pools/dongli/balances",
    "/pools/dongli/transfers",
    "/pools/dongli/transfers/1",
    "/pools/dongli/ledger-export",
)
MONEY_WORDS = ("available", "paid_in", "cash", "ceilings", "banks", "utilisation_bp", "transfers")


async def two_banks(pool):
    await pool.covers("icbc", bank="ICBC", amount="1000000.00")
    await pool.covers("ccb", bank="CCB", amount="2000000.00")
    await pool.hears(
        pool.position("icbc", "2026-01", "900000.00", risk_class="loss"),
        pool.position("ccb", "2026-01", "1900000.00"),
    )
    await pool.hears(pool.withdrawal("icbc"), pool.withdrawal("ccb"))


async def test_a_bank_sees_of_a_pool_its_name_its_own_line_and_its_own_exposure(running):
    async with pool_of(
        running, "ICBC", "CCB", paid_in="10000000.00", lines={"ICBC": "5000000.00"}
    ) as pool:
        await two_banks(pool)

        shown = (await pool.bank("ICBC").get("/pools/dongli")).json()
        (listed,) = (await pool.bank("ICBC").get("/pools")).json()["items"]
        stranger = (await pool.bank("ABC").get("/pools/dongli")).json()

    assert set(shown) == {"code", "name", "programme", "opened_on", "state", "own"}
    assert shown["own"]["bank_code"] == "ICBC"
    assert (shown["own"]["line"], shown["own"]["covered"]) == ("5000000.00", "900000.00")
    assert shown["own"]["breaker"] == "suspended"
    assert listed["own"] == listed["own"] | {"bank_code": "ICBC", "covered": "900000.00"}
    assert all(listed.get(word) is None for word in MONEY_WORDS)
    assert set(stranger) == {"code", "name", "programme", "opened_on", "state"}


async def test_a_bank_sees_only_its_own_coverages_incidents_parties_and_breakers(running):
    async with pool_of(running, "ICBC", "CCB", paid_in="10000000.00") as pool:
        await two_banks(pool)
        icbc = pool.bank("ICBC")

        coverages = (await icbc.get("/coverages")).json()["items"]
        incidents = (await icbc.get("/incidents")).json()["items"]
        parties = (await icbc.get("/pools/dongli/parties")).json()["items"]
        banks = (await icbc.get("/pools/dongli/banks")).json()
        own = await icbc.get(f"/coverages/{pool.loans['icbc']}")
        foreign = await icbc.get(f"/coverages/{pool.loans['ccb']}")
        theirs = await pool.coverage("ccb")
        asked = await icbc.get(f"/pools/dongli/explanations/{theirs['explanation_id']}")
        mine = await icbc.get(f"/pools/dongli/explanations/{own.json()['explanation_id']}")
        filtered = (await icbc.get("/coverages", params={"bank": "CCB"})).json()["items"]

    assert [one["bank_code"] for one in coverages] == ["ICBC"]
    assert [one["bank_code"] for one in incidents] == ["ICBC"]
    assert [one["code"] for one in parties] == ["ICBC"]
    assert [one["bank_code"] for one in banks["banks"]] == ["ICBC"] and "history" not in banks
    assert own.status_code == 200 and own.json()["explanation"]
    assert (foreign.status_code, foreign.json()["code"]) == (404, "not-found")
    assert (asked.status_code, mine.status_code) == (404, 200)
    assert filtered == []


@pytest.mark.parametrize("path", BUREAU_ONLY)
async def test_a_pool_s_ledger_is_the_bureau_s(running, path):
    async with pool_of(running, "ICBC", paid_in="10000000.00") as pool:
        refused = await pool.bank("ICBC").get(path)
        anonymous = await pool.service.anonymous().get(path)
        seen = await pool.auditor.get(path)

    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert anonymous.status_code == 401
    assert seen.status_code == 200


@pytest.mark.parametrize("path", ["/pools", "/pools/dongli", "/coverages", "/incidents",
                                  "/pools/dongli/banks", "/pools/dongli/parties"])  # fmt: skip
async def test_nobody_reads_without_a_token(running, path):
    async with pool_of(running, "ICBC") as pool:
        assert (await pool.service.anonymous().get(path)).status_code == 401


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("/pools", "pool_manager"),
        ("/pools/dongli/parties", "pool_manager"),
        ("/pools/dongli/cash-entries", "finance_maker"),
    ],
)
async def test_only_the_named_role_changes_a_pool(running, path, role):
    others = {"reviewer", "approver", "finance_checker", "auditor", "admin", "pool_manager",
              "finance_maker"} - {role}  # fmt: skip
    async with pool_of(running, "ICBC") as pool:
        refused = await pool.service.as_("x", *others).post(path, json={})
        bank = await pool.bank("ICBC").post(path, json={})
        allowed = await pool.service.as_("x", role).post(path, json={})

    assert (refused.status_code, bank.status_code) == (403, 403)
    assert allowed.status_code == 422


async def test_the_database_itself_shows_a_bank_only_its_own_rows(running):
    tables = ("coverages", "case_moves", "positions", "incidents", "breakers",
              "breaker_evaluations", "explanations", "agreements")  # fmt: skip
    async with pool_of(
        running, "ICBC", "CCB", paid_in="10000000.00",
        lines={"ICBC": "5000000.00", "CCB": "5000000.00"},
    ) as pool:  # fmt: skip
        await two_banks(pool)
        database = pool.service.context.database
        async with database.begin("ICBC") as conn:
            for table in tables:
                seen = await conn.fetch(f"select distinct bank_code from {table}")
                assert [row["bank_code"] for row in seen] == ["ICBC"], table
            assert [row["code"] for row in await conn.fetch("select code from parties")] == ["ICBC"]
            for table in ("transfers", "account_balances", "cash_entries"):
                assert await conn.fetchval(f"select count(*) from {table}") == 0
        async with database.connection() as conn:
            # A connection that never said whose eyes it has sees nothing at all.
            for table in (*tables, "transfers", "account_balances", "parties", "cash_entries"):
                assert await conn.fetchval(f"select count(*) from {table}") == 0


async def test_every_table_with_bank_rows_is_under_row_level_security(database):
    async with database.connection() as conn:
        bare = await conn.fetch(
            """select distinct c.table_name from information_schema.columns c
               join pg_class t on t.relname = c.table_name
               where c.table_schema = 'public' and c.column_name in ('bank_code', 'institution')
                 and t.relkind = 'r' and not t.relrowsecurity"""
        )
        known = await conn.fetchval(
            "select count(*) from pg_class where relrowsecurity and relkind = 'r'"
        )

    assert bare == []
    assert known >= 12
