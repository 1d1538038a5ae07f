"""What a receiver wants: one filter for every channel, each part of it by what reaches whom."""

import pytest

from services.notifications.domain.notices import NOTICES
from services.notifications.domain.wishes import AMOUNTS, ChangedWishes, Wishes, amount_of
from shared.contracts.registry import EVENTS
from shared.postgres.database import EVERYWHERE
from tests.notifications.doubles import PATHS
from tests.notifications.samples import one
from tests.notifications.test_email import subscribe

NOWHERE = "http://127.0.0.1:9/hooks"
ROBOT = {"kind": "wecom", "url": f"http://127.0.0.1:9{PATHS['wecom']}"}


async def heard(notifier, receiver):
    """The types and pools of what is on its way to a receiver, in their order."""
    async with notifier.database.looking(EVERYWHERE) as conn:
        rows = await conn.fetch(
            "select m.event_type, m.pool_code from deliveries d join messages m "
            "on m.id = d.message_id where d.receiver_id = $1::uuid order by m.position",
            receiver["id"],
        )
    return [(row["event_type"].split(".")[0], row["pool_code"]) for row in rows]


async def made(person, path, **body):
    answer = await person.post(path, json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


@pytest.fixture
async def quiet(notifying):
    """A service that keeps what is due and tries once a day."""
    async with notifying(
        retry_waits_seconds=(86_400,), smtp_host="127.0.0.1", smtp_port=9, smtp_sender="p@x.cn"
    ) as started:
        yield started


async def test_each_filter_lets_through_what_was_asked_for_on_every_channel(quiet):
    async with quiet.operator() as person:
        wanted = {
            "all": {},
            "types": {"event_types": ["claim.paid.v1"]},
            "pool": {"pools": ["jinnan"]},
            "amount": {"least_amount": "450000.00"},
            "together": {"pools": ["jinnan"], "least_amount": "450000.00"},
        }
        kept = {}
        for name, wish in wanted.items():
            kept[name, "webhook"] = await made(person, "/endpoints", url=NOWHERE, **wish)
            kept[name, "robot"] = await made(
                person, "/robots", **ROBOT, roles=["bank_operator"], **wish
            )
            if name != "together":
                kept[name, "email"] = await subscribe(quiet, person, address=f"{name}@b.cn", **wish)
        # CNY 400,000.01 of dongli, and an application of jinnan for more.
        await quiet.hears(one("claim.paid.v1"))
        await quiet.hears(one("application.approved.v1", pool="jinnan"))
        expected = {
            "all": [("claim", "dongli"), ("application", "jinnan")],
            "types": [("claim", "dongli")],
            "pool": [("application", "jinnan")],
            "amount": [("application", "jinnan")],
            "together": [("application", "jinnan")],
        }
        for (name, channel), receiver in kept.items():
            assert await heard(quiet, receiver) == expected[name], (name, channel)
        assert kept["amount", "robot"]["least_amount"] == "450000.00"

        changed = await person.patch(
            f"/robots/{kept['together', 'robot']['id']}",
            json={"pools": [], "least_amount": "0.00"},
            headers={"If-Match": "*"},
        )
        assert (changed.json()["pools"], changed.json()["least_amount"]) == ([], None)
        wrong = await person.post(
            "/endpoints", json={"url": NOWHERE, "pools": ["a b"], "least_amount": "-1"}
        )
        assert len(wrong.json()["errors"]) == 2


async def test_roles_and_pools_are_those_of_the_one_who_set_it_up(quiet):
    lin = quiet.service.as_("lin", "reviewer", "approver", pools=["jinnan"])
    async with lin:
        all_roles = await subscribe(quiet, lin, address="lin@bureau.cn")
        as_approver = await subscribe(quiet, lin, address="lin@bureau.cn", roles=["approver"])
        foreign = await lin.post("/subscriptions", json={"address": "a@b.cn", "roles": ["leader"]})
    # Of a pool of theirs, then of another one.
    await quiet.hears(one("application.accepted.v1", pool="jinnan"))
    await quiet.hears(one("application.accepted.v1"))
    await quiet.hears(one("application.withdrawn.v1", pool="jinnan"))

    assert foreign.json()["errors"][0]["code"] == "role-of-others"
    assert await heard(quiet, all_roles) == [("application", "jinnan")] * 2
    assert await heard(quiet, as_approver) == [("application", "jinnan")]
    async with quiet.bureau("admin") as admin:
        types = (await admin.get("/event-types")).json()["items"]
    roles = {one["event_type"]: one["roles"] for one in types}
    assert roles["application.accepted.v1"] == ["reviewer"]


def test_what_an_event_is_worth_is_what_its_reader_may_know():
    assert amount_of({"amount_fen": 5, "paid_fen": 7}) == 5
    assert amount_of({"difference_fen": 1}) is None
    assert amount_of({"right_fen": -3}) == 3
    known = {name for event in NOTICES for name in EVENTS[event].model_fields}
    assert set(AMOUNTS) <= known


def test_a_change_leaves_what_it_does_not_name():
    kept = {"event_types": ["a"], "pools": ["b"], "least_amount_fen": 5}

    assert ChangedWishes().after(kept) == Wishes(event_types=["a"], pools=["b"], least_amount_fen=5)
    assert ChangedWishes(least_amount_fen=0).after(kept).least_amount_fen is None
