"""Whoever waits for a commit is woken by those that he waits for, and by nobody who only looks."""

import pytest

from shared.postgres.database import EVERYWHERE
from shared.postgres.touched import touch


async def test_who_waits_for_a_fact_is_woken_by_the_commits_that_have_touched_it(connected):
    database = await connected("notifications")
    woken: list[str] = []
    database.after_commit(lambda: woken.append("any"))
    database.after_commit(lambda: woken.append("mine"), of="deliveries")

    async with database.looking(EVERYWHERE) as conn:
        touch(conn, "deliveries")
    assert woken == []
    async with database.begin(EVERYWHERE) as conn:
        touch(conn, "receivers")
    assert woken == ["any"]
    async with database.begin(EVERYWHERE) as conn:
        touch(conn, "deliveries")
    assert woken == ["any", "any", "mine"]
    with pytest.raises(ZeroDivisionError):
        async with database.begin(EVERYWHERE) as conn:
            touch(conn, "deliveries")
            1 / 0  # noqa: B018
    assert woken == ["any", "any", "mine"]
