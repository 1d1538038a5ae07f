"""What one person had booked stays booked, and says so; the audit finds nothing amiss."""

from datetime import date

import pytest

from services.risk_pool.audit.verify import released_cash
from services.risk_pool.domain.audit_checks import Check
from services.risk_pool.domain.audit_totals import check_cash
from tests.migrations.earlier import database_at

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


@pytest.fixture
async def old(postgres_url):
    """A database of the version before."""
    async with database_at(postgres_url, "risk_pool", "0014") as database:
        yield database


async def test_what_one_person_had_booked_stays_and_says_so(old):
    for statement in OLD:
        await old.conn.execute(statement)

    await old.comes_to("0015")

    rows = await old.conn.fetch("select * from cash_entries order by reference")
    # The audit of today looks at the tables of today.
    await old.is_upgraded()
    entries = await released_cash(old.conn, "dongli", last_seq=4)
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
