"""Bank A sees nothing of bank B: over the API, and again by row-level security."""

import asyncpg
import pytest

from shared.postgres.database import EVERYWHERE
from tests.notifications.conftest import KEY, READABLE_TABLES
from tests.notifications.doubles import PATHS
from tests.notifications.samples import BANK, OTHER_BANK, events, one

TABLES = (
    "messages",
    "receivers",
    "endpoints",
    "robots",
    "endpoint_secrets",
    "subscriptions",
    "confirmations",
    "deliveries",
    "attempts",
    "read_marks",
    "read_up_to",
    "templates",
)
DRAFT = {
    "event_type": "claim.paid.v1",
    "title": {"zh": "已付", "en": "Paid"},
    "text": {"zh": "{{ number }}", "en": "{{ number }}"},
    "why": "x",
}


async def paid(person):
    """What a bank was told of its claim."""
    found = (await person.get("/messages")).json()["items"]
    return [one for one in found if one["event_type"] == "claim.paid.v1"]


@pytest.fixture
async def populated(notifying, receiver):
    """Both banks have rows in every table."""
    async with notifying(smtp_host="127.0.0.1", smtp_port=9, smtp_sender="p@x.cn") as notifier:
        for bank in (BANK, OTHER_BANK):
            await notifier.endpoint(receiver.url, bank=bank)
            async with notifier.operator(bank) as person:
                answer = await person.post("/subscriptions", json={"address": "a@b.cn"})
                assert answer.status_code == 201, answer.text
                group = {"kind": "wecom", "url": f"http://127.0.0.1:9{PATHS['wecom']}"}
                await person.post("/robots", json={**group, "roles": ["bank_checker"]})
                async with notifier.service.as_("c", "bank_checker", institution=bank) as checker:
                    drafted = await checker.post("/templates", json=DRAFT)
                assert drafted.status_code == 201, drafted.text
                await notifier.hears(one("claim.paid.v1", bank))
                await notifier.delivery("delivered", bank)
                (item,) = (await person.get("/inbox")).json()["items"]
                await person.post(f"/inbox/{item['id']}/read")
                await person.post("/inbox/read", json={"position": item["position"]})
        yield notifier


async def test_no_table_shows_a_bank_the_rows_of_another(populated):
    for table in TABLES:
        async with populated.database.begin(EVERYWHERE) as conn:
            everyone = {r[0] for r in await conn.fetch(f"select institution from {table}")}
        async with populated.database.begin(BANK) as conn:
            ours = {r[0] for r in await conn.fetch(f"select institution from {table}")}
        assert {BANK, OTHER_BANK} <= everyone, table
        assert ours == {BANK}, table


async def test_who_does_not_say_whose_eyes_it_has_sees_nothing(populated):
    for table in (*TABLES, "pool_banks", "pool_programmes"):
        async with populated.database.connection() as conn:
            assert await conn.fetchval(f"select count(*) from {table}") == 0


async def test_a_bank_cannot_write_rows_of_another(populated):
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with populated.database.begin(BANK) as conn:
            await conn.execute(
                "insert into read_up_to (institution, subject, position, read_at) "
                "values ($1, 'x', 1, now())",
                OTHER_BANK,
            )


async def test_what_belongs_to_another_bank_is_not_there(populated):
    async with populated.operator() as ours, populated.operator(OTHER_BANK) as theirs:
        (endpoint,) = (await ours.get("/endpoints")).json()["items"]
        (message,) = await paid(ours)
        (subscription,) = (await ours.get("/subscriptions")).json()["items"]
        (robot,) = (await ours.get("/robots")).json()["items"]

        answers = [
            await theirs.get(f"/robots/{robot['id']}"),
            await theirs.patch(
                f"/robots/{robot['id']}", json={"state": "paused"}, headers={"If-Match": "*"}
            ),
            await theirs.delete(f"/robots/{robot['id']}", headers={"If-Match": "*"}),
            await theirs.post(f"/robots/{robot['id']}/test"),
            await theirs.get(f"/endpoints/{endpoint['id']}"),
            await theirs.patch(
                f"/endpoints/{endpoint['id']}", json={"state": "paused"}, headers={"If-Match": "*"}
            ),
            await theirs.delete(f"/endpoints/{endpoint['id']}", headers={"If-Match": "*"}),
            await theirs.post(f"/endpoints/{endpoint['id']}/secrets"),
            await theirs.delete(
                f"/endpoints/{endpoint['id']}/secrets/{endpoint['secrets'][0]['id']}"
            ),
            await theirs.post(f"/endpoints/{endpoint['id']}/test"),
            await theirs.post(
                f"/endpoints/{endpoint['id']}/resend", json={"since": "2026-01-01T00:00:00Z"}
            ),
            await theirs.get(f"/messages/{message['id']}"),
            await theirs.get(f"/messages/{message['id']}/attempts"),
            await theirs.post(f"/messages/{message['id']}/resend", json={}),
            await theirs.post(
                f"/messages/{message['id']}/resend", json={"endpoint_id": endpoint["id"]}
            ),
            await theirs.delete(f"/subscriptions/{subscription['id']}"),
            await theirs.post(f"/subscriptions/{subscription['id']}/send-letter"),
            await theirs.post(f"/subscriptions/{subscription['id']}/confirm", json={"code": "x"}),
        ]

    assert [answer.status_code for answer in answers] == [404] * len(answers)


async def test_a_message_is_not_sent_to_another_banks_endpoint(populated):
    async with populated.operator() as ours, populated.operator(OTHER_BANK) as theirs:
        (endpoint,) = (await theirs.get("/endpoints")).json()["items"]
        (message,) = await paid(ours)

        answer = await ours.post(
            f"/messages/{message['id']}/resend", json={"endpoint_id": endpoint["id"]}
        )

    assert answer.status_code == 404


async def test_the_bureau_reads_every_log_and_changes_no_banks_endpoint(populated):
    async with populated.bureau("admin") as admin, populated.operator() as ours:
        (own,) = (await ours.get("/endpoints")).json()["items"]
        seen = (await admin.get("/endpoints")).json()["items"]
        changed = await admin.post(f"/endpoints/{own['id']}/secrets")

    assert {one["institution"] for one in seen} == {BANK, OTHER_BANK}
    assert changed.status_code == 404


async def test_a_secret_is_stored_encrypted_everywhere(notifier, receiver):
    endpoint = await notifier.endpoint(receiver.url)
    secret = endpoint["secret"]
    async with notifier.database.begin(EVERYWHERE) as conn:
        tables = await conn.fetch(READABLE_TABLES)
        dump = ""
        for (table,) in tables:
            rows = await conn.fetch(f"select t::text from {table} t")
            dump += "\n".join(row[0] for row in rows)

    assert secret.startswith("whsec_")
    assert endpoint["id"] in dump
    # Columns of bytes are shown in hexadecimal.
    for shown in (secret.removeprefix("whsec_"), secret.removeprefix("whsec_").encode().hex()):
        assert shown not in dump
    assert receiver.url.encode().hex() in dump, "the kept answer was looked into"
    assert KEY not in dump


async def test_a_secret_is_shown_once_also_to_a_repeated_request(notifier, receiver):
    headers = {"Idempotency-Key": "one-key"}
    async with notifier.operator() as person:
        body = {"url": receiver.url}
        first = await person.post("/endpoints", json=body, headers=headers)
        again = await person.post("/endpoints", json=body, headers=headers)
        listed = (await person.get("/endpoints")).json()["items"]

    assert first.json()["secret"].startswith("whsec_")
    assert again.json()["secret"] is None
    assert again.json()["id"] == first.json()["id"]
    assert again.headers["idempotency-replayed"] == "true"
    assert [one["secret"] for one in listed] == [None]


async def test_who_may_not_keep_endpoints_is_told_so(notifier, receiver):
    async with notifier.bureau("reviewer") as reviewer, notifier.service.anonymous() as nobody:
        refused = await reviewer.post("/endpoints", json={"url": receiver.url})
        unknown = await nobody.get("/inbox")

    assert refused.status_code == 403
    assert unknown.status_code == 401


async def test_every_text_is_told_with_its_reader_and_nobody_elses_money(notifier):
    await notifier.hears(*events())

    async with notifier.operator() as person:
        listed = await person.get("/inbox", params={"limit": 200})
        messages = (await person.get("/messages", params={"limit": 200})).json()["items"]
        payloads = [(await person.get(f"/messages/{m['id']}")).text for m in messages]

    told = listed.text + "".join(payloads)
    for secret in ("1,234,567.89", "1234567.89", "198,765,432.10", "198765432.10", "CMB-TJ"):
        assert secret not in told, secret
    assert "internal_score" not in told
