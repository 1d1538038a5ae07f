"""Behind the API the database holds every bank to its own rows, and models say what tables are."""

import asyncpg
import pytest
from sqlmodel import SQLModel

from services.risk_pool.tables.rows import claims, settlements
from shared.postgres.database import EVERYWHERE
from tests.risk_pool.claims.driver import claims_of
from tests.risk_pool.claims.test_settlements import story

TABLES = (
    "claims",
    "recoveries",
    "case_moves",
    "settlement_movements",
    "settlement_findings",
    "settlement_statements",
    "settlement_loans",
    "settlement_lines",
    "claim_shares",
    "claim_payments",
    "claim_limits",
    "claim_steps",
    "recovery_shares",
)


async def test_a_bank_reads_and_writes_nothing_of_another_even_by_sql(running):
    async with claims_of(running, "ICBC", "CCB", after=story) as here:
        claim = here.claim
        await here.recovers(claim, "5.00", on="2026-03-04", confirmed=False)
        await here.it_is("2026-04-01")
        await here.settles("2026-02", "preview")
        await here.settles("2026-03", "preview")
        database = here.service.context.database

        async def rows(institution: str, table: str) -> int:
            async with database.begin(institution) as conn:
                return await conn.fetchval(f"select count(*) from {table}")

        for table in TABLES:
            assert await rows(EVERYWHERE, table) > 0, table
            assert await rows("", table) == 0, table
            assert await rows("NOBODY", table) == 0, table
        assert await rows("ICBC", "claims") == await rows("ICBC", "recoveries") - 1 == 1
        for table in (
            "claims", "recoveries", "claim_shares", "claim_payments", "claim_steps",
            "recovery_shares",
        ):  # fmt: skip
            assert await rows("CCB", table) == 0, table
        # It knows how its own loan was covered, and no move of the other bank's cases.
        assert await rows("CCB", "case_moves where case_kind = 'coverage'") > 0
        assert (
            await rows("CCB", "case_moves where case_kind in ('claim', 'recovery', 'settlement')")
            == 0
        )
        async with database.begin("CCB") as conn:
            assert await conn.execute("update claims set number = 'x'") == "UPDATE 0"
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await conn.execute(
                    """insert into case_moves (case_kind, case_id, version, bank_code, target,
                                               action, subject, name, role, at)
                       values ('claim', $1::uuid, 99, 'ICBC', 'paid', 'pay', 's', 'n', 'r',
                               now())""",
                    claim["id"],
                )


async def test_a_draft_is_no_row_for_anybody_but_its_bank(running):
    async with claims_of(running, "ICBC", "CCB") as here:
        await here.covers("a")
        loan = {"loan_id": str(here.loans["a"])}
        answer = await here.bank("ICBC").post("/claims/drafts", json=loan)
        assert answer.status_code == 201, answer.text

        for institution, count in (("ICBC", 1), ("CCB", 0), (EVERYWHERE, 0), ("", 0)):
            async with here.service.context.database.begin(institution) as conn:
                assert await conn.fetchval("select count(*) from claims") == count, institution
                assert (await conn.execute("update claims set costs_fen = 1")) == f"UPDATE {count}"


@pytest.mark.parametrize(
    "statement",
    [
        "update case_moves set name = ''",
        "delete from case_moves",
        "update claim_shares set amount_fen = 0",
        "delete from claim_payments",
        "delete from claim_limits",
        "update claim_steps set outcome = 'unfavourable'",
        "delete from claim_steps",
        "update recovery_shares set amount_fen = 0",
    ],
)
async def test_history_and_splits_are_only_added_to(running, statement):
    async with claims_of(running, "ICBC", "CCB", after=story) as here:
        with pytest.raises(asyncpg.PostgresError):
            async with here.service.context.database.begin(EVERYWHERE) as conn:
                await conn.execute(statement)


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        (
            """insert into claims select (jsonb_populate_record(c, jsonb_build_object(
                   'id', gen_random_uuid(), 'number', 'again'))).* from claims as c""",
            "claims_one_per_loan",
        ),
        ("update claims set approved_by = reviewed_by", "claims_check"),
        ("update claims set paid_fen = pool_pays_fen + 1", "claims_check1"),
        ("update recoveries set confirmed_by = reported_by", "recoveries_check"),
        ("update settlements set signed_by = confirmed_by", "settlements_check"),
    ],
)
async def test_what_the_rules_forbid_the_tables_forbid_too(running, statement, constraint):
    async with claims_of(running, "ICBC", "CCB", after=story) as here:
        await here.it_is("2026-04-01")
        await here.settles("2026-02", "preview", "confirm")
        async with here.service.context.database.begin(EVERYWHERE) as conn:
            if "settlements" in statement:
                statement += " where state = 'confirmed'"
            with pytest.raises(asyncpg.IntegrityConstraintViolationError) as refused:
                await conn.execute(statement)

        assert refused.value.constraint_name.startswith(constraint)


async def test_models_and_tables_agree(database_of):
    fresh = await database_of("risk_pool")
    assert claims and settlements
    ours = {
        table
        for table in SQLModel.metadata.tables.values()
        if table.name in (*TABLES, "settlements")
    }
    assert len(ours) == len(TABLES) + 1
    conn = await asyncpg.connect(fresh.owner_url)
    for table in ours:
        columns = {
            row["column_name"]: (row["is_nullable"] == "YES", row["data_type"])
            for row in await conn.fetch(
                """select column_name, is_nullable, data_type from information_schema.columns
                   where table_name = $1""",
                table.name,
            )
        }
        assert {column.name: column.nullable for column in table.columns} == {
            name: nullable for name, (nullable, _) in columns.items()
        }, table.name
        for column in table.columns:
            kind = columns[column.name][1]
            assert kind in _KINDS[type(column.type).__name__], (table.name, column.name, kind)
    await conn.close()


_KINDS = {
    "Uuid": ("uuid",),
    "Text": ("text",),
    "Integer": ("integer",),
    "BigInteger": ("bigint",),
    "Boolean": ("boolean",),
    "Date": ("date",),
    "DateTime": ("timestamp with time zone",),
    "JSONB": ("jsonb",),
}
