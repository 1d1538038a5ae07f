"""The registry is the whole of a channel: one that only a test knows is delivered like any other."""

from datetime import UTC, datetime
from typing import get_args

import pytest
from uuid6 import uuid7

from services.notifications.api.message_models import State
from services.notifications.delivery.channels import CHANNELS, Channel
from services.notifications.domain.deliveries import DeliveryState
from services.notifications.domain.fairness import Fairness
from services.notifications.domain.receivers import SUBSCRIBER
from services.notifications.domain.retries import AttemptResult
from services.notifications.tables import receivers
from services.notifications.tables.receivers import NewReceiver
from shared.life_cycle import Actor
from shared.postgres.database import EVERYWHERE
from tests.notifications.conftest import until
from tests.notifications.samples import BANK, OTHER_BANK, one


class Pigeons:
    """Sends by pigeon. `answers` are given one after the other, then it is taken for ever."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.flown = []
        self.closed = False

    async def send(self, delivery, target, *, now):
        self.flown.append((target["loft"], delivery.title_en))
        return self.answers.pop(0) if self.answers else AttemptResult(status=200, excerpt="coo")

    async def close(self):
        self.closed = True


@pytest.fixture
def registered(monkeypatch):
    """Puts a channel into the registry; the sender is what a test gives."""

    def register(sender):
        lofts = {}

        async def targets(conn, receivers):
            return [{"id": one, "loft": lofts[one]} for one in receivers]

        channel = Channel(
            build=lambda settings: sender,
            targets=targets,
            fairness=lambda settings: Fairness(room=2, most_at_once=1, behind_one_server=True),
        )
        monkeypatch.setitem(CHANNELS, "pigeon", channel)
        return lofts

    return register


async def keeps(notifier, lofts, *, loft="the town hall", roles=("bank_operator",), bank=BANK):
    """A receiver of the test's own channel."""
    new = NewReceiver(
        id=uuid7(),
        institution=bank,
        channel="pigeon",
        for_people=True,
        roles=roles,
    )
    lofts[new.id] = loft
    by = Actor("wang", "Wang", frozenset({SUBSCRIBER}))
    async with notifier.database.begin(bank) as conn:
        await receivers.add(conn, new, by=by, now=datetime.now(UTC))
    return new.id


async def test_a_channel_in_the_registry_is_delivered_logged_and_told_of(notifying, registered):
    pigeons = Pigeons()
    lofts = registered(pigeons)
    async with notifying() as notifier, notifier.operator() as person:
        receiver = await keeps(notifier, lofts)

        await notifier.hears(one("claim.paid.v1"))
        await notifier.hears(one("claim.paid.v1", OTHER_BANK))

        message = await notifier.delivery("delivered")
        attempts = (await person.get(f"/messages/{message['id']}/attempts")).json()["items"]

        async def said():
            feed = (await person.get("/events")).json()["items"]
            return [e for e in feed if e["type"] == "notification.delivered.v1"]

        (event,) = await until(said)
    assert pigeons.flown == [("the town hall", "Compensation paid: DL-C-2026-0001")]
    assert [(d["channel"], d["receiver_id"]) for d in message["deliveries"]] == [
        ("pigeon", str(receiver))
    ]
    assert [(a["channel"], a["status"], a["answer"]) for a in attempts] == [("pigeon", 200, "coo")]
    assert event["data"]["channel"] == "pigeon"
    assert pigeons.closed


async def test_such_a_channel_is_tried_again_given_up_and_sent_again(notifying, registered):
    pigeons = Pigeons(*[AttemptResult(error="a hawk")] * 4)
    lofts = registered(pigeons)
    async with notifying() as notifier, notifier.operator() as person:
        await keeps(notifier, lofts)
        await notifier.hears(one("claim.paid.v1"))

        message = await notifier.delivery("failed")
        again = await person.post(f"/messages/{message['id']}/resend", json={})
        await notifier.delivery("delivered")

    (delivery,) = message["deliveries"]
    assert (delivery["attempts"], delivery["last_error"]) == (4, "a hawk")
    assert again.status_code == 202
    assert len(pigeons.flown) == 5


async def test_one_whose_receiver_wants_nothing_more_is_disabled(notifying, registered):
    pigeons = Pigeons(AttemptResult(status=410))
    lofts = registered(pigeons)
    async with notifying() as notifier:
        receiver = await keeps(notifier, lofts)
        await notifier.hears(one("claim.paid.v1"))
        await notifier.delivery("failed")

        await notifier.hears(one("claim.paid.v1"))

        async with notifier.database.looking(EVERYWHERE) as conn:
            state = await conn.fetchval("select state from receivers where id = $1", receiver)
    assert state == "disabled"
    assert len(pigeons.flown) == 1


async def test_people_are_told_by_it_only_of_what_concerns_their_roles(notifying, registered):
    pigeons = Pigeons()
    lofts = registered(pigeons)
    async with notifying() as notifier:
        await keeps(notifier, lofts, loft="nobody's", roles=())
        await keeps(notifier, lofts, loft="the bank's")

        # In no inbox: the bank did it itself, and only its machines are told.
        await notifier.hears(one("loan.disbursed.v1"))
        await notifier.hears(one("claim.paid.v1"))
        await notifier.delivery("delivered")

    assert [loft for loft, _ in pigeons.flown] == ["the bank's"]


def test_the_states_that_the_log_can_be_asked_for_are_those_that_deliveries_have():
    assert set(get_args(State)) == set(DeliveryState)
