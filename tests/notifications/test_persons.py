"""A notice for somebody by name, or for one role, is read by these and by who stands in for them."""

from datetime import timedelta
from uuid import uuid4

from uuid6 import uuid7

from shared.clock import business_date
from shared.contracts.desk import AbsenceChangedV1
from shared.postgres.database import EVERYWHERE
from shared.postgres.pools_seen import Institution
from tests.migrations.earlier import database_at
from tests.notifications.samples import one
from tests.notifications.test_email import Mailbox, serving, subscribe
from tests.notifications.test_inbox import items_of

HE, LIN = "reviewer-he", "reviewer-lin"
NAMED = "application.assigned.v1"


def reviewer(notifier, subject):
    return notifier.service.as_(subject, "reviewer")


async def heard(person, **filters):
    return [item["event_type"] for item in await items_of(person, **filters)]


def away(today, *, days=1, **more):
    """He is away from today on, and Lin stands in."""
    told = {
        "absence_id": uuid7(), "what": "entered", "person": HE, "person_name": "何敏",
        "delegate": LIN, "delegate_name": "林晓", "from_day": today,
        "to_day": today + timedelta(days=days), "reason": "年休假",
    }  # fmt: skip
    return AbsenceChangedV1(**told | more)


async def test_what_is_given_to_a_reviewer_is_read_by_them_and_by_who_stands_in_today(notifier):
    today = business_date(notifier.service.context.clock.now())
    await notifier.hears(one(NAMED), one("application.accepted.v1"))
    async with (
        reviewer(notifier, HE) as he,
        reviewer(notifier, LIN) as lin,
        notifier.bureau("admin") as admin,
        notifier.bureau("auditor") as auditor,
    ):
        for_role, for_me = await items_of(he)
        assert (for_me["event_type"], for_me["addressed_to"]) == (NAMED, "me")
        assert for_role["addressed_to"] == "role"
        assert await heard(he, by_name=True) == [NAMED]
        assert (await he.get("/inbox/unread")).json() == {"unread": 2}
        # Another reviewer, an admin and an auditor have it nowhere, nor by its id.
        assert await heard(lin) == ["application.accepted.v1"]
        assert (await lin.get("/inbox/unread")).json() == {"unread": 1}
        assert (await lin.post(f"/inbox/{for_me['id']}/read")).status_code == 404
        for person in (admin, auditor):
            assert NAMED not in (await person.get("/messages")).text
            for path in ("", "/attempts"):
                answer = await person.get(f"/messages/{for_me['id']}{path}")
                assert answer.status_code == 404
        again = await admin.post(f"/messages/{for_me['id']}/resend", json={})
        assert again.status_code == 404

        absence = away(today)
        await notifier.hears(absence)

        told, *_, stood_in = await items_of(lin)
        assert told["title"]["zh"] == "何敏缺勤，由您代理"
        assert (told["addressed_to"], told["link"]) == ("me", "/desk")
        assert (stood_in["id"], stood_in["addressed_to"], stood_in["stands_in_for"]) == (
            for_me["id"], "absent", "何敏",
        )  # fmt: skip
        assert "absence.changed.v1" not in await heard(he)
        left = await lin.post(f"/inbox/{for_me['id']}/read")
        assert left.json() == {"unread": 2}
        assert (await he.get("/inbox/unread")).json() == {"unread": 2}

        await notifier.hears(
            absence.model_copy(update={"what": "ended", "to_day": today - timedelta(days=1)})
        )
        assert NAMED not in await heard(lin)
        assert (await lin.post(f"/inbox/{for_me['id']}/read")).status_code == 404


async def test_row_level_security_keeps_what_is_for_somebody_from_everybody_else(notifier):
    await notifier.hears(one(NAMED))
    seen = {}
    for subject in (HE, LIN, ""):
        async with notifier.database.looking(Institution("*", person=subject)) as conn:
            seen[subject] = await conn.fetchval("select count(*) from messages")
    assert seen == {HE: 1, LIN: 0, "": 0}


async def test_a_countersignature_is_asked_of_the_role_of_its_level_alone(notifier):
    signers = ("leader", "approver", "pool_manager")
    asked = one("application.to-countersign.v1")
    for role in signers:
        await notifier.hears(asked.model_copy(update={"role": role, "number": f"DL-{role}"}))
    for role in signers:
        async with notifier.bureau(role) as person:
            (item,) = await items_of(person)
        assert (item["title"]["zh"], item["addressed_to"]) == (f"DL-{role} 待会签", "role")
    async with notifier.bureau("reviewer") as person:
        assert await heard(person) == []


async def test_a_refused_signature_is_told_to_the_approvers_and_to_who_has_the_case(notifier):
    refused = one("application.signature-refused.v1")
    nobodys = refused.model_copy(update={"assigned_to": "", "loan_id": uuid4()})
    await notifier.hears(refused, nobodys)
    async with (
        reviewer(notifier, HE) as he,
        reviewer(notifier, LIN) as lin,
        notifier.bureau("approver") as approver,
    ):
        assert [len(await heard(person)) for person in (he, lin, approver)] == [2, 1, 2]


async def test_letters_go_to_who_is_named_and_to_who_stands_in_for_them(notifying):
    mailbox = Mailbox()
    async with (
        serving(mailbox) as smtp,
        notifying(**smtp) as notifier,
        reviewer(notifier, HE) as he,
        reviewer(notifier, LIN) as lin,
        reviewer(notifier, "reviewer-xu") as xu,
    ):
        for name, person in (("he", he), ("lin", lin), ("xu", xu)):
            await subscribe(
                notifier, person, address=f"{name}@bureau.cn", event_types=["note.mentions.v1"]
            )
        await notifier.hears(one("note.mentions.v1"))
        await mailbox.has(1)
        await notifier.hears(away(business_date(notifier.service.context.clock.now())))
        await notifier.hears(one("note.mentions.v1"))
        await mailbox.has(3)
    assert sorted(mail["To"] for mail in mailbox.mails) == [
        "he@bureau.cn", "he@bureau.cn", "lin@bureau.cn",
    ]  # fmt: skip


async def test_messages_from_before_stay_with_the_roles_they_were_for(postgres_url):
    async with database_at(postgres_url, "notifications", "2026_11_29_0010") as old:
        await old.conn.execute(
            """
            insert into messages (id, event_id, event_type, institution, roles, in_inbox, acts,
                                  pool_code, bank_code, subject, happened_at, created_at, title_zh,
                                  text_zh, title_en, text_en, link, payload)
            values ($1, $1, $2, $3, '{reviewer}', true, true, 'dl', 'ICBC', 's', now(), now(), 't',
                    't', 't', 't', '/', '{}')
            """,
            uuid7(),
            NAMED,
            EVERYWHERE,
        )
        await old.is_upgraded()
        row = await old.conn.fetchrow("select roles, people from messages")
    assert (row["roles"], row["people"]) == (["reviewer"], [])
