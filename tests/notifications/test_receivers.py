"""The life cycle of receivers, by what each move does over the API and in deliveries."""

from pathlib import Path
from uuid import UUID

import pytest
from uuid6 import uuid7

from services.notifications.domain.receivers import (
    KEEPERS,
    LIFE_CYCLE,
    REASON_REFUSED,
    ReceiverAction,
)
from services.notifications.domain.wishes import ChangedWishes, Wishes
from services.notifications.handlers import endpoints as handlers
from services.notifications.senders.secret_encryption import SecretEncryption
from services.notifications.tables import receivers
from shared.auth.identity import Identity
from shared.contracts.of_pool import Share
from shared.life_cycle import SYSTEM, RoleMissing
from shared.postgres.database import EVERYWHERE
from shared.roles import BANK_ROLES, BUREAU_ROLES
from tests.notifications.conftest import KEY, Receiver, listening, until
from tests.notifications.samples import BANK, NOW, one

BUREAU = "*"


def keeper(notifier, role):
    return notifier.service.as_(
        f"a {role}", role, institution=BUREAU if role in BUREAU_ROLES else BANK
    )


async def added(person, url="http://127.0.0.1:9/nobody"):
    answer = await person.post("/endpoints", json={"url": url})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def asked_for(person, endpoint, state):
    """What a person gets who wants an endpoint in a state."""
    answer = await person.patch(
        f"/endpoints/{endpoint['id']}", json={"state": state}, headers={"If-Match": "*"}
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


async def deleted(person, endpoint):
    gone = await person.delete(f"/endpoints/{endpoint['id']}", headers={"If-Match": "*"})
    assert gone.status_code == 204, gone.text
    assert (await person.get(f"/endpoints/{endpoint['id']}")).status_code == 404


async def disabled(notifier, person):
    """An endpoint that has answered 410."""
    async with listening(Receiver(answers=[(410, {}, b"")])) as receiver:
        endpoint = await added(person, receiver.url)
        await person.post(f"/endpoints/{endpoint['id']}/test")

        async def is_disabled():
            shown = (await person.get(f"/endpoints/{endpoint['id']}")).json()
            return shown if shown["state"] == "disabled" else None

        shown = await until(is_disabled)
        assert shown["state_reason"] == "gone"
        return shown


async def history(notifier, endpoint):
    async with notifier.database.looking(EVERYWHERE) as conn:
        rows = await conn.fetch(
            "select source, action, target, role from case_moves "
            "where case_id = $1::uuid order by version",
            endpoint["id"],
        )
    return [tuple(row) for row in rows]


async def test_each_keeper_may_make_every_move_and_the_history_keeps_it(notifier):
    for role in sorted(KEEPERS):
        async with keeper(notifier, role) as person:
            first = await added(person)
            paused = await asked_for(person, first, "paused")
            resumed = await asked_for(person, first, "active")
            second = await added(person)
            await asked_for(person, second, "paused")
            mended = await asked_for(person, await disabled(notifier, person), "active")
            third = await disabled(notifier, person)
            held_back = await asked_for(person, third, "paused")
            fourth = await disabled(notifier, person)
            for endpoint in (first, second, fourth):
                await deleted(person, endpoint)

        states = [shown["state"] for shown in (first, paused, resumed, mended, held_back)]
        assert states == ["active", "paused", "active", "active", "paused"]
        assert held_back["state_reason"] == ""
        assert await history(notifier, first) == [
            (None, "add", "active", role),
            ("active", "pause", "paused", role),
            ("paused", "resume", "active", role),
            ("active", "delete", "deleted", role),
        ]
        assert (await history(notifier, second))[-1] == ("paused", "delete", "deleted", role)
        assert (await history(notifier, fourth))[1:] == [
            ("active", "disable", "disabled", "system"),
            ("disabled", "delete", "deleted", role),
        ]


async def test_a_party_s_people_add_an_endpoint_and_delete_it_also_one_that_wants_no_more(notifier):
    async with notifier.service.as_("clerk", "party_clerk", institution="PICC-TJ") as person:
        endpoint = await added(person)
        assert (await person.delete(_at(endpoint), headers={"If-Match": "*"})).status_code == 204
        assert await history(notifier, endpoint) == [
            (None, "add", "active", "party_clerk"),
            ("active", "delete", "deleted", "party_clerk"),
        ]
        share = Share(party="insurer", party_code="PICC-TJ", amount_fen=1)
        async with listening(Receiver(answers=[(410, {}, b"")])) as receiver:
            gone = await added(person, receiver.url)
            await notifier.hears(one("claim.paid.v1").model_copy(update={"shares": (share,)}))

            async def is_disabled():
                (shown,) = (await person.get("/endpoints")).json()["items"]
                return shown["state"] == "disabled"

            await until(is_disabled)
        assert (await person.delete(_at(gone), headers={"If-Match": "*"})).status_code == 204
        assert (await person.get("/endpoints")).json()["items"] == []


def _at(endpoint):
    return f"/endpoints/{endpoint['id']}"


async def test_a_paused_endpoint_that_answers_410_to_what_was_in_hand_is_disabled(notifier):
    receiver = Receiver(answers=[(410, {}, b"")], hangs=True)
    async with listening(receiver), notifier.operator() as person:
        endpoint = await added(person, receiver.url)
        await notifier.hears(one("claim.paid.v1"))
        await receiver.has(1)
        await asked_for(person, endpoint, "paused")
        receiver.let_go.set()

        await notifier.delivery("failed")

        shown = (await person.get(f"/endpoints/{endpoint['id']}")).json()
    assert shown["state"] == "disabled"


async def test_a_change_that_leads_nowhere_is_no_move_and_one_version(notifier):
    async with notifier.operator() as person:
        endpoint = await added(person)
        same = await asked_for(person, endpoint, "active")
        moved = await asked_for(person, endpoint, "paused")

    assert [same["version"], moved["version"]] == [2, 3]
    assert [action for _, action, _, _ in await history(notifier, endpoint)] == [
        "add",
        "pause",
    ]


async def test_nobody_else_may_make_any_move_and_nothing_happens(notifier):
    others = sorted((BANK_ROLES | BUREAU_ROLES) - KEEPERS)
    async with notifier.bureau("admin") as admin, keeper(notifier, others[0]) as other:
        active, paused = await added(admin), await added(admin)
        await asked_for(admin, paused, "paused")
        mended = await disabled(notifier, admin)

        refused = [await other.post("/endpoints", json={"url": "http://127.0.0.1:9/x"})]
        for endpoint in (active, paused, mended):
            place, seen = f"/endpoints/{endpoint['id']}", {"If-Match": "*"}
            for wanted in ("active", "paused"):
                refused.append(await other.patch(place, json={"state": wanted}, headers=seen))
            refused.append(await other.delete(place, headers=seen))

        # Past the door of the API the table itself refuses every other role.
        caller = Identity("others", "others", frozenset(others), BUREAU)
        for endpoint, wanted in [
            (active, "paused"), (paused, "active"), (mended, "active"), (mended, "paused"),
        ]:  # fmt: skip
            with pytest.raises(RoleMissing):
                await changed_by(notifier, caller, endpoint, wanted)
        for endpoint in (active, paused, mended):
            with pytest.raises(RoleMissing):
                await deleted_by(notifier, caller, endpoint)
        with pytest.raises(RoleMissing):
            await added_by(notifier, caller)
        # That a receiver wants nothing more is for the receiver to say, and for no person.
        for endpoint in (active, paused):
            with pytest.raises(RoleMissing):
                await disabled_by(notifier, caller, endpoint)

        shown = (await admin.get("/endpoints")).json()["items"]
    assert [answer.status_code for answer in refused] == [403] * 10
    assert [one["state"] for one in reversed(shown)] == ["active", "paused", "disabled"]


async def changed_by(notifier, caller, endpoint, wanted):
    async with notifier.database.begin(BUREAU) as conn:
        found = await handlers.locked(conn, endpoint["id"], institution=BUREAU)
        await handlers.change(
            conn,
            found,
            url=None,
            description=None,
            wishes=ChangedWishes(),
            state=wanted,
            caller=caller,
            by_two=False,
            now=NOW,
        )


async def deleted_by(notifier, caller, endpoint):
    async with notifier.database.begin(BUREAU) as conn:
        found = await handlers.locked(conn, endpoint["id"], institution=BUREAU)
        await handlers.delete(conn, found, caller=caller, now=NOW)


async def disabled_by(notifier, caller, endpoint):
    async with notifier.database.begin(BUREAU) as conn:
        found = await handlers.locked(conn, endpoint["id"], institution=BUREAU)
        await receivers.move(conn, found, ReceiverAction.DISABLE, by=caller, now=NOW)


async def added_by(notifier, caller):
    async with notifier.database.begin(BUREAU) as conn:
        await handlers.add(
            conn,
            SecretEncryption([KEY]),
            url=f"http://127.0.0.1:9/{uuid7()}",
            description="",
            wishes=Wishes(),
            caller=caller,
            by_two=False,
            now=NOW,
        )


async def test_a_subscription_is_paused_by_the_system_and_goes_on_by_whose_it_is(notifying):
    async with (
        notifying(smtp_host="127.0.0.1", smtp_port=9, smtp_sender="p@x.cn") as notifier,
        notifier.operator() as person,
    ):
        kept = []
        for address in ("a@b.cn", "c@d.cn", "e@f.cn"):
            answer = await person.post("/subscriptions", json={"address": address})
            assert answer.status_code == 201, answer.text
            kept.append(answer.json())
        async with notifier.database.begin(EVERYWHERE) as conn:
            await receivers.move_all(
                conn,
                [UUID(one["id"]) for one in kept[:2]],
                ReceiverAction.PAUSE,
                by=SYSTEM,
                now=NOW,
                reason=REASON_REFUSED,
            )
        resumed = await person.post(f"/subscriptions/{kept[0]['id']}/resume")
        assert (resumed.status_code, resumed.json()["state"]) == (200, "active")
        for one in kept:
            assert (await person.delete(f"/subscriptions/{one['id']}")).status_code == 204

        gone_on = ("active", "delete", "deleted", "subscriber")
        begun, paused = (
            (None, "add", "active", "subscriber"),
            ("active", "pause", "paused", "system"),
        )
        assert await history(notifier, kept[0]) == [
            begun, paused, ("paused", "resume", "active", "subscriber"), gone_on,
        ]  # fmt: skip
        assert await history(notifier, kept[1]) == [
            begun, paused, ("paused", "delete", "deleted", "subscriber"),
        ]  # fmt: skip
        assert await history(notifier, kept[2]) == [begun, gone_on]


def test_the_readme_draws_the_table():
    readme = Path(handlers.__file__).parents[1] / "README.md"

    assert LIFE_CYCLE.diagram() in readme.read_text()
