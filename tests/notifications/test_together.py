"""All services together: what a bank does over HTTP comes back to it as webhooks."""

import json

from services.applications.main import SERVICE as APPLICATIONS
from services.notifications.main import SERVICE as NOTIFICATIONS
from services.risk_pool.main import SERVICE as RISK_POOL
from tests.applications.office import CCB, ICBC, START, Office
from tests.notifications.conftest import SETTINGS, Notifier
from tests.publishing import publish
from tests.services import nothing_in_flight


async def test_a_bank_follows_its_case_by_webhook_from_submission_to_capacity(running, receiver):
    together = running(APPLICATIONS, RISK_POOL, NOTIFICATIONS, **SETTINGS)
    async with together as (applications, risk_pool, notifications):
        notifier, office = Notifier(notifications), Office(applications)
        for service in (risk_pool, notifications):
            await service.context.clock.set(START)
        await office.opens_banks()
        pool = {
            "code": "dongli",
            "name": "东丽资金池",
            "programme": "dongli",
            "opened_on": "2026-01-01",
            "parties": [
                {"code": "DL-FIN", "role": "district", "name": "东丽区财政局"},
                {"code": ICBC, "role": "bank", "name": "工行"},
                {"code": CCB, "role": "bank", "name": "建行"},
            ],
        }
        await publish(risk_pool, "dongli")
        opened = await risk_pool.as_("ma", "pool_manager").post("/pools", json=pool)
        assert opened.status_code == 201, opened.text
        everyone = [applications, risk_pool, notifications]
        await nothing_in_flight(everyone)
        endpoint = await notifier.endpoint(receiver.url, bank=ICBC)

        # No money has been paid in, so there is no capacity yet.
        case = await office.submits()
        await office.approves(case)
        await nothing_in_flight(everyone)

        await receiver.has(5)
        told = {json.loads(got.body)["type"]: json.loads(got.body) for got in receiver.got}
        assert set(told) == {
            "application.submitted.v1",
            "application.accepted.v1",
            "application.approved.v1",
            "coverage.declined.v1",
            "case-deadline.set.v1",
        }
        assert {one["data"]["number"] for one in told.values()} == {case["number"]}
        assert len(receiver.verified(endpoint["secret"])) == 5
        async with notifier.bureau("pool_manager") as manager:
            items = (await manager.get("/inbox")).json()["items"]
        assert {item["event_type"] for item in items} == {
            "scheme.published.v1",
            "pool.opened.v1",
            "application.approved.v1",
            "coverage.declined.v1",
        }
        async with notifications.context.database.begin("*") as conn:
            assert await conn.fetchval("select count(*) from parked") == 0
