"""A webhook's address and its secrets take two persons: until the second one nothing goes there, and
nothing is signed with what waits."""

import pytest
from standardwebhooks.webhooks import WebhookVerificationError

from tests.notifications.conftest import Receiver, listening
from tests.notifications.samples import one


def seen(answer) -> dict[str, str]:
    return {"If-Match": answer.headers["etag"]}


async def test_a_new_address_is_told_nothing_before_another_person_confirms_it(notifying, receiver):
    async with notifying(webhooks_by_two=True) as notifier:
        made = await notifier.endpoint(receiver.url)
        place = f"/endpoints/{made['id']}"
        asked, second = notifier.operator(), notifier.operator(subject="second")
        assert made["confirmed_at"] is None and made["secrets"][0]["waits"]
        await notifier.hears(one("claim.paid.v1"))
        assert (await asked.post(f"{place}/test")).json()["code"] == "endpoint-unconfirmed"
        at = seen(await asked.get(place))
        own = await asked.post(f"{place}/confirm", headers=at)
        assert (own.status_code, own.json()["code"]) == (409, "second-person-required")
        other_bank = notifier.operator(bank="CCB")
        assert (await other_bank.post(f"{place}/confirm", headers=at)).status_code == 404

        done = await second.post(f"{place}/confirm", headers=at)

        assert done.status_code == 200 and done.json()["confirmed_at"], done.text
        again = await second.post(f"{place}/confirm", headers=seen(done))
        assert again.json()["code"] == "nothing-to-confirm"
        await notifier.hears(one("claim.approved.v1"))
        await receiver.has(1)
        said = receiver.verified(made["secret"])
        assert [each["type"] for each in said] == ["claim.approved.v1"], (
            "what came before is not sent"
        )


async def test_another_address_and_another_secret_wait_while_the_old_ones_go_on(
    notifying, receiver
):
    async with notifying(webhooks_by_two=True) as notifier, listening(Receiver()) as elsewhere:
        made = await notifier.endpoint(receiver.url)
        place = f"/endpoints/{made['id']}"
        asked, second = notifier.operator(), notifier.operator(subject="second")
        await second.post(f"{place}/confirm", headers=seen(await second.get(place)))
        before = seen(await asked.get(place))
        changed = await asked.patch(place, json={"url": elsewhere.url}, headers=before)
        assert (changed.json()["url"], changed.json()["proposed_url"]) == (
            receiver.url,
            elsewhere.url,
        )
        stale = seen(changed)
        new = (await asked.post(f"{place}/secrets")).json()
        waiting = next(each for each in new["secrets"] if each["waits"])
        assert (await second.post(f"{place}/confirm", headers=stale)).status_code == 412, (
            "what is confirmed is what was seen"
        )
        old = next(each for each in new["secrets"] if not each["waits"])
        assert (await asked.delete(f"{place}/secrets/{old['id']}")).json()["code"] == "last-secret"
        await notifier.hears(one("claim.approved.v1"))
        await receiver.has(1)
        receiver.verified(made["secret"])
        with pytest.raises(WebhookVerificationError):
            receiver.verified(new["secret"])

        admin = notifier.bureau("admin")
        done = await admin.post(f"{place}/confirm", headers=seen(await admin.get(place)))

        assert done.json()["url"] == elsewhere.url and done.json()["proposed_url"] is None
        await notifier.hears(one("claim.paid.v1"))
        await elsewhere.has(1)
        assert len(receiver.got) == 1
        elsewhere.verified(made["secret"])
        elsewhere.verified(new["secret"])
        assert (await asked.delete(f"{place}/secrets/{waiting['id']}")).status_code == 204
        async with notifier.database.looking("*") as conn:
            rows = await conn.fetch(
                "select kind, asked_by, confirmed_by from endpoint_confirmations"
            )
        assert sorted((each["kind"], each["confirmed_by"]) for each in rows) == [
            ("endpoint", "second"), ("secret", "admin"), ("secret", "second"), ("url", "admin"),
        ]  # fmt: skip
