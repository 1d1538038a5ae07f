"""A migration loses nothing that was there."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import asyncpg
from alembic import command

from shared.postgres.migrations import _config, upgrade
from shared.postgres.provision import owner_of, provision, url_for

FIRST_VERSION_OF_A_CASE = """
insert into applications (id, number, bank_code, pool_code, programme, mode, parties,
    borrower_uscc, borrower_name, borrower_registered_on, borrower_is_sme, amount_fen,
    tenor_months, annual_rate_bp, purpose, repayment, has_other_collateral, is_first_loan,
    is_multi_ip_type, attributes, state, version, revision, since, findings, submitted_at,
    submitted_by)
values ($1, 'DL-1', 'ICBC-TJ', 'dongli', 'dongli', 'direct', '{}', 'u', 'n', '2020-01-01', true, 1,
        1, 1, 'p', 'r', false, false, false, '{}', 'accepted', 2, 1, '2026-03-02T01:00:00Z', '[]',
        '2026-03-02T01:00:00Z', 'clerk')
"""
ITS_MOVES = """
insert into history (application_id, version, bank_code, at, subject, name, role, action, source,
                     target, reason, detail)
values ($1, 1, 'ICBC-TJ', '2026-03-02T01:00:00Z', 'clerk', 'Clerk', 'bank_operator', 'submit', null,
        'submitted', '', '{}'),
       ($1, 2, 'ICBC-TJ', '2026-03-02T01:00:00Z', 'system', '系统', 'system', 'accept', 'submitted',
        'accepted', '', '{"findings": []}')
"""


async def test_the_moves_of_the_first_version_are_kept_when_the_machine_takes_over(postgres_url):
    name, case_id = f"t_applications_old_{uuid4().hex[:12]}", uuid4()
    await provision(postgres_url, "applications", database=name)
    owner_url = url_for(postgres_url, role=owner_of("applications"), database=name)

    def to_the_first_version() -> None:
        with ThreadPoolExecutor(1) as thread:
            thread.submit(command.upgrade, _config("applications", owner_url), "0001").result()

    await asyncio.to_thread(to_the_first_version)
    conn = await asyncpg.connect(owner_url)
    await conn.execute(FIRST_VERSION_OF_A_CASE, case_id)
    await conn.execute(ITS_MOVES, case_id)

    await asyncio.to_thread(upgrade, "applications", owner_url)

    moves = await conn.fetch(
        "select * from case_moves where case_id = $1 order by version", case_id
    )
    since = await conn.fetchval("select state_since from applications where id = $1", case_id)
    await conn.close()
    server = await asyncpg.connect(postgres_url)
    await server.execute(f"drop database {name} with (force)")
    await server.close()
    assert [(m["case_kind"], m["action"], m["source"], m["target"], m["role"]) for m in moves] == [
        ("application", "submit", None, "submitted", "bank_operator"),
        ("application", "accept", "submitted", "accepted", "system"),
    ]
    assert {m["at"] for m in moves} == {since}
