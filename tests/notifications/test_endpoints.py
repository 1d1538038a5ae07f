"""Endpoints over the API: changed with care, refused with reasons."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from services.notifications.api.endpoint_models import EndpointAnswer
from services.notifications.api.inbox_models import InboxItem
from services.notifications.api.message_models import AttemptAnswer, MessageAnswer, MessageDetail
from services.notifications.api.robot_models import RobotAnswer
from services.notifications.domain.receivers import MOST_ENDPOINTS
from services.notifications.tables.rows import Row
from shared.postgres.database import engine_for
from tests.notifications.conftest import until
from tests.notifications.samples import one


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"url": "nonsense"}, "#/url"),
        ({"url": "http://127.0.0.1/", "event_types": ["no.such.type"]}, "#/event_types/0"),
        ({"url": "http://127.0.0.1/", "secret": "mine"}, "#/secret"),
        ({"url": 7}, "#/url"),
        ({}, "#/url"),
        ({"url": "http://127.0.0.1/", "description": "a\u0000b"}, "#/description"),
    ],
)
async def test_what_is_wrong_is_said_of_its_field(notifier, body, pointer):
    async with notifier.operator() as person:
        answer = await person.post("/endpoints", json=body)

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_a_change_needs_the_version_it_saw(notifier, receiver):
    endpoint = await notifier.endpoint(receiver.url)
    place = f"/endpoints/{endpoint['id']}"
    async with notifier.operator() as person:
        seen = await person.get(place)
        without = await person.patch(place, json={"description": "a"})
        good = await person.patch(
            place, json={"description": "a"}, headers={"If-Match": seen.headers["etag"]}
        )
        stale = await person.patch(
            place, json={"description": "b"}, headers={"If-Match": seen.headers["etag"]}
        )

    assert without.status_code == 428
    assert (good.status_code, good.json()["description"]) == (200, "a")
    assert good.headers["etag"] == '"2"'
    assert stale.status_code == 412


async def test_what_a_change_does_not_name_stays(notifier, receiver):
    endpoint = await notifier.endpoint(
        receiver.url, description="ours", event_types=["claim.paid.v1"]
    )
    async with notifier.operator() as person:
        changed = await person.patch(
            f"/endpoints/{endpoint['id']}",
            json={"url": receiver.url + "/2"},
            headers={"If-Match": "*"},
        )

    shown = changed.json()
    assert shown["url"] == receiver.url + "/2"
    assert (shown["description"], shown["event_types"]) == ("ours", ["claim.paid.v1"])


async def test_an_institution_has_only_so_many(notifier):
    for number in range(MOST_ENDPOINTS):
        await notifier.endpoint(f"http://127.0.0.1:9/{number}")
    async with notifier.operator() as person:
        answer = await person.post("/endpoints", json={"url": "http://127.0.0.1:9/more"})
        pages = [(await person.get("/endpoints", params={"limit": 15})).json()]
        pages.append(
            (
                await person.get(
                    "/endpoints", params={"limit": 15, "cursor": pages[0]["next_cursor"]}
                )
            ).json()
        )

    assert (answer.status_code, answer.json()["code"]) == (409, "too-many-endpoints")
    assert [len(page["items"]) for page in pages] == [15, 5]
    assert pages[1]["next_cursor"] is None


async def test_after_an_outage_everything_given_up_comes_again(notifying, receiver):
    async with notifying(retry_waits_seconds=(0.01,)) as notifier:
        endpoint = await notifier.endpoint("http://127.0.0.1:9/nobody")
        for _ in range(3):
            await notifier.hears(one("claim.paid.v1"))
        async with notifier.operator() as person:

            async def given_up():
                found = await person.get("/messages", params={"state": "failed"})
                return len(found.json()["items"]) == 3

            await until(given_up)
            await person.patch(
                f"/endpoints/{endpoint['id']}",
                json={"url": receiver.url},
                headers={"If-Match": "*"},
            )
            answer = await person.post(
                f"/endpoints/{endpoint['id']}/resend", json={"since": "2020-01-01T00:00:00Z"}
            )

        assert (answer.status_code, answer.json()) == (202, {"deliveries": 3})
        await receiver.has(3)


async def test_a_bank_is_told_which_types_there_are_and_what_they_hold(notifier):
    async with notifier.operator() as person, notifier.bureau("admin") as admin:
        ours = {
            one["event_type"]: one for one in (await person.get("/event-types")).json()["items"]
        }
        theirs = {
            one["event_type"]: one for one in (await admin.get("/event-types")).json()["items"]
        }

    assert ours["claim.paid.v1"]["fields"] == [
        "bank_code", "borrower_name", "claim_id", "claim_number", "loan_id", "number", "paid",
        "paid_from", "paid_on", "pool_code", "shares", "voucher",
    ]  # fmt: skip
    assert "pool.warned.v1" not in ours
    assert theirs["pool.warned.v1"]["fields"] is None


async def test_the_tables_are_what_the_models_say(database_of):
    fresh = await database_of("notifications")
    engine = engine_for(fresh.owner_url)

    def differences(connection):
        def ours(_, name, kind, reflected, __):
            return kind != "table" or name in Row.metadata.tables

        context = MigrationContext.configure(connection, opts={"include_object": ours})
        found = compare_metadata(context, Row.metadata)
        # Indexes and unique constraints are the migrations' own.
        return [d for d in found if "index" not in str(d[0]) and "constraint" not in str(d[0])]

    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


@pytest.mark.parametrize(
    "answer", [EndpointAnswer, RobotAnswer, InboxItem, MessageAnswer, MessageDetail, AttemptAnswer]
)
def test_the_examples_of_the_api_are_answers_it_could_give(answer):
    examples = answer.model_json_schema()["examples"]

    assert examples
    for example in examples:
        assert answer.model_validate(example).model_dump(mode="json") == example


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/inbox?event_type=no.such.type", 422),
        ("/inbox?pool_code=%00", 422),
        ("/inbox?limit=0", 422),
        ("/inbox?limit=201", 422),
        ("/inbox?cursor=nonsense", 400),
        ("/inbox?loan_id=1", 422),
        ("/inbox?unread=perhaps", 422),
        ("/messages?event_type=%00", 422),
        ("/messages?state=lost", 422),
        ("/messages?cursor=%ff", 400),
        ("/messages/1", 422),
        ("/messages/0192f3c8-b1e9-7d0f-8c7f-5a4e3d2c1b0a", 404),
        ("/endpoints/0192f3c8-b1e9-7d0f-8c7f-5a4e3d2c1b0a", 404),
        ("/endpoints?cursor=nonsense", 400),
        ("/subscriptions?cursor=nonsense", 400),
    ],
)
async def test_odd_questions_get_a_clear_refusal(notifier, path, status):
    async with notifier.operator() as person:
        answer = await person.get(path)

    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


async def test_the_metrics_tell_how_deliveries_go(notifier, receiver):
    await notifier.endpoint(receiver.url)
    await notifier.hears(one("claim.paid.v1"))
    await notifier.delivery("delivered")

    async with notifier.service.anonymous() as person:
        text = (await person.get("http://zhidai.test/metrics")).text

    assert 'zhidai_delivery_attempts_total{channel="webhook",outcome="delivered"}' in text
    assert 'zhidai_delivery_in_hand{channel="webhook"} 0.0' in text


async def test_the_api_describes_itself(notifier):
    async with notifier.service.anonymous() as person:
        spec = (await person.get("/openapi.json")).json()

    paths = {path for path in spec["paths"] if not path.startswith("/api/v1/sandbox")}
    for path in (
        "/api/v1/endpoints",
        "/api/v1/endpoints/{endpoint_id}/secrets",
        "/api/v1/inbox/stream",
        "/api/v1/messages/{message_id}/attempts",
        "/api/v1/messages/{message_id}/resend",
        "/api/v1/subscriptions",
    ):
        assert path in paths
