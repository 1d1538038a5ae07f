"""What one person had booked stays booked, and says so; the audit finds nothing amiss."""

import asyncio
from datetime import date

import asyncpg
import pytest
from alembic import command
from uuid6 import uuid7

from services.risk_pool.audit.verify import released_cash
from services.risk_pool.domain.audit_checks import Check
from services.risk_pool.domain.audit_totals import check_cash
from shared.postgres.migrations import _config
from shared.postgres.provision import owner_of, provision, url_for

OLD = (
    """insert into pools (code, name, programme, opened_on, created_at, prefix)
       values ('dongli', '东丽', 'dongli', '2026-01-01', now(), 'DL')""",
    """insert into parties (pool_code, code, role, name, joined_on, created_at)
       values ('dongli', 'DL-FIN', 'district', '财政局', '2026-01-01', now())""",
    """insert into cash_entries (id, number, pool_code, kind, party_code, amount_fen, booked_on,
           note, reference, created_at, created_by, created_by_name)
       values (gen_random_uuid(), 'DL-K-2026-0001', 'dongli', 'contribution', 'DL-FIN', 100,
           '2026-01-05', '首期', 'contribution:DL-K-2026-0001', now(), 'gao', '高')""",
    """insert into transfers (pool_code, seq, reference, debit, credit, amount_fen, business_date,
           kind, booked_at, hash)
       select 'dongli', seq, reference, debit, credit, fen, '2026-01-05', kind, now(),
              decode(repeat('00', 32), 'hex')
       from (values (1, 'contribution:DL-K-2026-0001', 'cash', 'contribution:DL-FIN', 100,
                     'contribution'),
                    (2, 'claim:DL-C-2026-0001:ICBC:paid', 'payable:ICBC', 'cash', 60, 'claim-paid'),
                    (3, 'settlement:dongli:2026-01:CCB:collect', 'cash', 'receivable:CCB', 7,
                     'settlement-collect'),
                    (4, 'position:1', 'capacity', 'covered:ICBC', 5, 'position'))
            as old (seq, reference, debit, credit, fen, kind)""",
)


def to(revision: str, owner_url: str):
    # Alembic's environment runs an event loop of its own, so it needs a thread of its own.
    return asyncio.to_thread(command.upgrade, _config("risk_pool", owner_url), revision)


@pytest.fixture
async def at_0014(postgres_url):
    """A database of the version before; its owner's URL."""
    name = f"t_old_risk_pool_{uuid7().hex}"
    await provision(postgres_url, "risk_pool", database=name)
    owner_url = url_for(postgres_url, role=owner_of("risk_pool"), database=name)
    await to("0014", owner_url)
    yield owner_url
    server = await asyncpg.connect(postgres_url)
    await server.execute(f"drop database {name} with (force)")
    await server.close()


async def test_what_one_person_had_booked_stays_and_says_so(at_0014):
    conn = await asyncpg.connect(at_0014)
    try:
        for statement in OLD:
            await conn.execute(statement)

        await to("0015", at_0014)

        rows = await conn.fetch("select * from cash_entries order by reference")
        # The audit of today looks at the tables of today.
        await to("head", at_0014)
        entries = await released_cash(conn, "dongli", last_seq=4)
    finally:
        await conn.close()
    assert {row["released_name"] for row in rows} == {"两人制度之前"}
    found = {row["reference"].partition(":")[0]: row for row in rows}
    assert set(found) == {"contribution", "claim", "settlement"}
    assert found["contribution"]["entered_name"] == "高"
    assert (found["claim"]["kind"], found["claim"]["party_code"]) == ("payment", "ICBC")
    assert (found["settlement"]["kind"], found["settlement"]["amount_fen"]) == ("receipt", 7)
    assert found["settlement"]["value_date"] == date(2026, 1, 5)
    check = Check("cash", "", "")
    moved = {row["reference"]: (1, row["amount_fen"]) for row in rows}
    check_cash(check, moved, entries)
    assert check.passed and check.looked_at == 3
