"""Rights of cases from before the register are in it, with what their cases said, and no pledge is
lost."""

from uuid import uuid4

from tests.applications.test_migrations import FIRST_VERSION_OF_A_CASE
from tests.migrations.earlier import database_at

ITS_RIGHT = """
insert into collateral values ($1, 1, 1, 'ICBC-TJ', 'invention', '201811564288.X', 'ZL201811564288X',
    0, '一种 方法', null, '某（天津）公司', '2018-12-20', '2038-12-19')
"""
ITS_PLEDGE = """
insert into pledge_registrations values ($1, 1, 'ICBC-TJ', 'CNIPA', 'Y2026', '2026-03-02')
"""


async def test_rights_and_pledges_of_before_the_register_are_brought_in(postgres_url):
    case_id = uuid4()
    async with database_at(postgres_url, "applications", "0001") as old:
        conn = old.conn
        await conn.execute(FIRST_VERSION_OF_A_CASE, case_id)
        await conn.execute(ITS_RIGHT, case_id)
        await conn.execute(ITS_PLEDGE, case_id)

        await old.is_upgraded()

        said = await conn.fetchrow(
            "select * from right_statements join rights using (kind, number)"
        )
        pledge = await conn.fetchrow("select * from pledge_registrations")
    assert said is not None
    assert (said["application_id"], said["bank_code"], said["reference"], said["source"]) == (
        case_id, "ICBC-TJ", "DL-1", "case",
    )  # fmt: skip
    assert (str(said["as_of"]), said["owner_name"], said["owner_name_canonical"]) == (
        "2026-03-02", "某（天津）公司", "某(天津)公司",
    )  # fmt: skip
    assert (pledge["state"], pledge["version"]) == ("registered", 1)
    assert pledge["id"] is not None
