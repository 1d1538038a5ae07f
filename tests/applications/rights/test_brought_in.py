"""Rights of cases from before the register are in it, with what their cases said, and no pledge is
lost."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import asyncpg
from alembic import command

from shared.postgres.migrations import _config, upgrade
from shared.postgres.provision import owner_of, provision, url_for
from tests.applications.test_migrations import FIRST_VERSION_OF_A_CASE

ITS_RIGHT = """
insert into collateral values ($1, 1, 1, 'ICBC-TJ', 'invention', '201811564288.X', 'ZL201811564288X',
    0, '一种 方法', null, '某（天津）公司', '2018-12-20', '2038-12-19')
"""
ITS_PLEDGE = """
insert into pledge_registrations values ($1, 1, 'ICBC-TJ', 'CNIPA', 'Y2026', '2026-03-02')
"""


async def test_rights_and_pledges_of_before_the_register_are_brought_in(postgres_url):
    name, case_id = f"t_applications_old_{uuid4().hex[:12]}", uuid4()
    await provision(postgres_url, "applications", database=name)
    owner_url = url_for(postgres_url, role=owner_of("applications"), database=name)

    def to_the_first_version() -> None:
        with ThreadPoolExecutor(1) as thread:
            thread.submit(command.upgrade, _config("applications", owner_url), "0001").result()

    await asyncio.to_thread(to_the_first_version)
    conn = await asyncpg.connect(owner_url)
    await conn.execute(FIRST_VERSION_OF_A_CASE, case_id)
    await conn.execute(ITS_RIGHT, case_id)
    await conn.execute(ITS_PLEDGE, case_id)

    await asyncio.to_thread(upgrade, "applications", owner_url)

    said = await conn.fetchrow("select * from right_statements join rights using (kind, number)")
    pledge = await conn.fetchrow("select * from pledge_registrations")
    await conn.close()
    server = await asyncpg.connect(postgres_url)
    await server.execute(f"drop database {name} with (force)")
    await server.close()
    assert said is not None
    assert (said["application_id"], said["bank_code"], said["reference"], said["source"]) == (
        case_id, "ICBC-TJ", "DL-1", "case",
    )  # fmt: skip
    assert (str(said["as_of"]), said["owner_name"], said["owner_name_canonical"]) == (
        "2026-03-02", "某（天津）公司", "某(天津)公司",
    )  # fmt: skip
    assert (pledge["state"], pledge["version"]) == ("registered", 1)
    assert pledge["id"] is not None
