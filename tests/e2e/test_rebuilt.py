"""What services know by events alone is dropped and learnt again from the feeds, equal byte for byte.

The three services have run with each other over a pool's story; dumps are sorted rows of the whole tables,
but for the columns that a view names as its own, each with its reason.
"""

import asyncio
from typing import Any

import pytest
import typer

from services.applications.main import SERVICE as APPLICATIONS
from services.notifications.main import SERVICE as NOTIFICATIONS
from services.risk_pool.main import SERVICE as RISK_POOL
from tests.applications.around.test_enhancements import POLICY
from tests.applications.office import ICBC
from tests.e2e.town import Town
from tests.notifications.conftest import SETTINGS
from tests.papers import stores
from zhidai.access import REFUSED
from zhidai.commands import events, reconcile

SERVICES = (APPLICATIONS, RISK_POOL, NOTIFICATIONS)

pytestmark = pytest.mark.xdist_group("rebuilt")


async def dumped(service: Any, view: Any) -> list[str]:
    """Every row of a view's tables as text, sorted, without what is the service's own."""
    rows = []
    async with service.context.database.looking("*") as conn:
        for table in view.tables:
            local = "".join(f" - '{name}'" for name in view.local)
            found = await conn.fetch(f"select (to_jsonb(t){local})::text from {table} t")
            rows += [f"{table} {row[0]}" for row in found]
    return sorted(rows)


async def knows_something(town: Town) -> None:
    """Events of every view: pledges, a policy, a firm on a list, a day that is over, somebody away."""
    await town.opens("dongli")
    case = await town.lends(loan_no="JJ-1")
    office = town.office
    clerk = office.bank()
    (paper,) = await stores(clerk, "insurance_policy")
    policy = POLICY | {"case": case["id"], "document": paper["id"]}
    answer = await clerk.post("/policies", json=policy)
    assert answer.status_code == 201, answer.text
    day = str(office.now.date())
    away = {"subject": "wang", "delegate": "zhao", "from_day": day, "to_day": day, "reason": "出差"}
    for name in ("wang", "zhao"):
        await office.reviewer(name).get("/queue")  # So that they are known.
    answer = await office.reviewer().post("/absences", json=away)
    assert answer.status_code == 201, answer.text
    await town.days_are_over()
    await town.settled()


def typed(monkeypatch: Any, capsys: Any, **words: Any) -> tuple[int, str]:
    """The command as an operator gives it: exit code, and what it said."""
    capsys.readouterr()
    try:
        reconcile.rebuild(**words)
    except typer.Exit as end:
        return end.exit_code, "".join(capsys.readouterr())
    return 0, "".join(capsys.readouterr())


async def test_what_is_known_by_events_alone_is_learnt_again_byte_for_byte(
    running, monkeypatch, capsys, tmp_path
):
    settings = {**SETTINGS, "due_interval_seconds": 3600}
    async with running(*SERVICES, **settings) as started:
        town = Town(*started)
        await knows_something(town)
        for name, service in town.services.items():
            url = str(service.context.settings.database_url)
            monkeypatch.setenv(f"{name}_DATABASE_URL".upper(), url)
        dumps = {}
        for name, service in town.services.items():
            for view_name, view in reconcile.views_of(name).items():
                dumps[name, view_name] = await dumped(service, view)
        assert sum(map(len, dumps.values())) > 5 and dumps["risk_pool", "loan_pledges"], dumps

        for name, service in town.services.items():
            code, said = await asyncio.to_thread(
                typed, monkeypatch, capsys, service=name, view="all", keep=True, state=tmp_path
            )
            assert code == 0 and "not the same" not in said, said
            for view_name, view in reconcile.views_of(name).items():
                assert await dumped(service, view) == dumps[name, view_name], view_name

        # A hand was in it: compared it is found, and kept it is mended.
        async with town.risk_pool.context.database.begin("*") as conn:
            await conn.execute("update loan_pledges set bank_code = 'SOMEBODY'")
        for keep, expected in ((False, events.WAITING), (True, events.WAITING), (False, 0)):
            code, said = await asyncio.to_thread(
                typed, monkeypatch, capsys,
                service="risk_pool", view="loan_pledges", keep=keep, state=tmp_path,
            )  # fmt: skip
            assert code == expected, (keep, said)
        after = await dumped(town.risk_pool, reconcile.views_of("risk_pool")["loan_pledges"])
        assert after == dumps["risk_pool", "loan_pledges"] and ICBC in "".join(after)

        # What nobody may lose is said to be lost: the feed no longer goes back to its first event.
        async with town.applications.context.database.begin("*") as conn:
            await conn.execute("delete from event_feed where position = 1")
        code, said = await asyncio.to_thread(
            typed, monkeypatch, capsys,
            service="risk_pool", view="policies", keep=True, state=tmp_path,
        )  # fmt: skip
        assert code == REFUSED and "does not go back to its first event" in said
        held = await dumped(town.risk_pool, reconcile.views_of("risk_pool")["policies"])
        assert held == dumps["risk_pool", "policies"]
