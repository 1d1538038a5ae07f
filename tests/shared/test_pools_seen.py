"""Which pools a person of the bureau belongs to, and that every table of a pool's rows is held by it."""

import asyncpg
import pytest

from services.applications.main import SERVICE as APPLICATIONS
from services.notifications.main import SERVICE as NOTIFICATIONS
from services.risk_pool.main import SERVICE as RISK_POOL
from shared.auth.identity import identity_from
from shared.postgres.pools_seen import Institution, pools_of
from tests.notifications.conftest import SETTINGS

WITHOUT = {
    "applications": {"closed_months"},
    "risk_pool": {"number_series", "book_counts_due"},
    "notifications": set[str](),
}
"""What says nothing of a case: months that are over, the next free number, which month is to be counted."""


def caller(**claims: object):
    return identity_from({"sub": "lin", "institution": "*", "roles": ["reviewer"], **claims})


@pytest.mark.parametrize(
    ("claimed", "seen"),
    [
        (["dongli"], "dongli"),
        (["youxian", "dongli", "dongli"], "dongli,youxian"),
        ("dongli", "dongli"),
        (["*"], "*"),
        (["dongli", "*"], "*"),
        ([], ""),
        (None, ""),
        (["a,b", "", 7, "x'); --"], ""),
    ],
)
def test_people_of_the_bureau_see_the_pools_that_their_token_names(claimed: object, seen: str):
    assert pools_of(caller(pools=claimed).institution) == seen


def test_who_has_no_such_claim_sees_no_pool_and_a_bank_is_held_by_its_code_alone():
    assert not caller().sees("dongli")
    bank = caller(institution="ICBC", roles=["bank_operator"], pools=["elsewhere"])
    assert bank.sees("dongli") and pools_of(bank.institution) == "*"
    assert Institution("*", ["dongli"]).sees("dongli")
    assert not Institution("*", ["dongli"]).sees("don")


@pytest.mark.parametrize("service", [APPLICATIONS, RISK_POOL, NOTIFICATIONS], ids=lambda s: s.name)
async def test_every_table_that_names_a_pool_is_held_by_it(running, service):
    settings = SETTINGS if service is NOTIFICATIONS else {}
    async with running(service, **settings) as started:
        conn = await asyncpg.connect(started.context.database.url)
        named = await conn.fetch(
            """select table_name from information_schema.columns
               where column_name = 'pool_code' and table_schema = 'public'"""
        )
        held = await conn.fetch("select tablename from pg_policies where policyname = 'own_pools'")
        await conn.close()

    missing = {row[0] for row in named} - {row[0] for row in held}
    assert missing == WITHOUT[service.name]
