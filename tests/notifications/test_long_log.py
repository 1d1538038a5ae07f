"""What a message costs does not grow with what was told before, whatever the planner knows of the tables."""

from services.notifications.domain.digests import Digest
from services.notifications.domain.month_packs import POSTED
from services.notifications.domain.receivers import TOLD
from services.notifications.tables.messages import _WANTED
from shared.clock import business_date
from shared.postgres.database import EVERYWHERE, plan_anew
from tests.notifications.samples import one

BANKS, TOLD_BEFORE, NOW_TOLD = 200, 8000, 400

_RECEIVERS = """
    insert into receivers select new.* from receivers r, generate_series(1, $1::int) n,
    jsonb_populate_record(r, jsonb_build_object(
        'id', gen_random_uuid(), 'institution', 'BANK-' || n)) as new
"""
_MESSAGES = """
    insert into messages overriding system value
    select new.* from messages m, generate_series(1, $1::int) n,
    jsonb_populate_record(m, jsonb_build_object(
        'id', gen_random_uuid(), 'event_id', gen_random_uuid(), 'position', 1000 + n,
        'institution', 'BANK-' || 1 + n % $2::int)) as new
    where m.id = (select id from messages limit 1)
"""


async def test_whom_a_message_goes_to_is_found_without_reading_what_was_told_before(notifier):
    await notifier.endpoint("https://bank.example/hooks")
    await notifier.hears(one("claim.paid.v1"))
    async with notifier.database.begin(EVERYWHERE) as conn:
        # Within the transaction: no statistics are gathered of what is in it alone.
        await conn.execute(_RECEIVERS, BANKS)
        await conn.execute(_MESSAGES, TOLD_BEFORE, BANKS)
        newest = await conn.fetch(
            "select id from messages order by position desc limit $1", NOW_TOLD
        )
        await plan_anew(conn)
        today = business_date(notifier.service.context.clock.now())

        plan = await conn.fetchval(
            f"explain (analyze, buffers, format json) {_WANTED}",
            [row["id"] for row in newest], sorted(TOLD), True, today, Digest.EACH, POSTED,
        )  # fmt: skip

        (found,) = plan
        assert found["Plan"]["Actual Rows"] == NOW_TOLD
        # An index, a row and a receiver each; for every receiver the whole log is a hundred times that.
        assert found["Plan"]["Shared Hit Blocks"] < 10 * NOW_TOLD
