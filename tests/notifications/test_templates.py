"""The words of notices over HTTP: who puts them in force, which hold, and that nothing sent changes."""

from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from services.notifications.domain.templates import (
    LIFE_CYCLE,
    OF_BUREAU,
    WRITERS,
    TemplateAction,
)
from services.notifications.domain.wording import Place, Reader, Scope
from services.notifications.handlers import templates as handlers
from services.notifications.handlers import wording
from services.notifications.tables import templates
from services.notifications.templates.metrics import FAILURES
from services.notifications.templates.rendering import RenderingFailed
from shared.auth.identity import Identity
from shared.life_cycle import SYSTEM, RoleMissing
from shared.postgres.database import EVERYWHERE
from shared.roles import BANK_ROLES, BUREAU_ROLES
from tests.notifications.samples import BANK, NOW, OTHER_BANK, one

PAID = "claim.paid.v1"


def words(said="", **more):
    """A draft that says something of its own."""
    return {
        "event_type": PAID,
        "title": {"zh": f"{said}：{{{{ claim_number }}}}", "en": f"{said}: {{{{ claim_number }}}}"},
        "text": {"zh": "{{ paid_fen | yuan }} 元。", "en": "CNY {{ paid_fen | yuan }}."},
        "why": "统一用语",
        **more,
    }


def someone(notifier, role, subject=""):
    bank = BANK if role in BANK_ROLES else "*"
    return notifier.service.as_(subject or f"a {role}", role, institution=bank)


async def made(person, **more):
    answer = await person.post("/templates", json=words(**more))
    assert answer.status_code == 201, answer.text
    return answer.json()


async def step(person, text, action, status=200):
    body = {"json": {"reason": "因为"}} if action in ("refuse", "withdraw") else {}
    answer = await person.post(f"/templates/{text['id']}/{action}", **body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def waits_for(person):
    """What the words of notices leave this person to do."""
    answer = await person.get("/to-do")
    assert answer.status_code == 200, answer.text
    return [(one["number"], one["what_en"], one["page"]) for one in answer.json()["items"]]


TO_APPROVE = (PAID, "being put in force", f"/templates/{PAID}")
TO_WITHDRAW = (PAID, "another person's word on the withdrawal", f"/templates/{PAID}")


async def in_force(notifier, person, second=None, **more):
    """A text that holds, put in force by the same person, or by a second one."""
    return await step(second or person, await made(person, **more), "approve")


async def history(notifier, text):
    async with notifier.database.looking(EVERYWHERE) as conn:
        rows = await conn.fetch(
            "select source, action, target, role from case_moves "
            "where case_id = $1::uuid order by version",
            text["id"],
        )
    return [tuple(row) for row in rows]


async def titles(person, event_type=PAID):
    """The titles of what stands in an inbox of a type."""
    return [item["title"]["zh"] for item in await inbox(person, event_type)]


async def inbox(person, event_type):
    """What stands in an inbox of a type, the newest first."""
    found = (await person.get("/inbox", params={"limit": 200})).json()["items"]
    return [item for item in found if item["event_type"] == event_type]


# The life of a text


async def test_one_person_words_notices_to_their_own_people(notifier):
    for role in ("admin", "pool_manager", "bank_checker"):
        async with someone(notifier, role) as person:
            first = await in_force(notifier, person, said="甲")
            second = await made(person, said="乙")
            waits = await person.post("/templates", json=words("丙"))
            assert (waits.status_code, waits.json()["code"]) == (409, "draft-waiting")
            assert second["pending_actions"] == ["approve", "refuse"]
            holds = await step(person, second, "approve")
            assert holds["edition"] == first["edition"] + 1
            assert holds["pending_actions"] == ["withdraw"]
            replaced = (await person.get(f"/templates/{first['id']}")).json()
            assert replaced["state"] == "replaced" and replaced["pending_actions"] == []
            assert (await step(person, first, "approve", 409))["code"] == "not-possible-now"
            gone = await step(person, second, "withdraw")
            assert gone["state"] == "withdrawn"
            dropped = await step(person, await made(person, said="丁"), "refuse")
            assert dropped["state"] == "refused"
        assert await history(notifier, first) == [
            (None, "draft", "draft", role),
            ("draft", "approve", "in_force", role),
            ("in_force", "replace", "replaced", "system"),
        ]
        assert (await history(notifier, second))[-1] == ("in_force", "withdraw", "withdrawn", role)
        assert (await history(notifier, dropped))[-1] == ("draft", "refuse", "refused", role)


async def test_what_the_bureau_says_to_banks_takes_two_persons_all_its_life(notifier):
    for first, second in (("admin", "pool_manager"), ("pool_manager", "admin")):
        async with someone(notifier, first) as one_, someone(notifier, second) as other:
            text = await made(one_, said="甲", reader="bank")
            assert text["pending_actions"] == ["refuse"]
            assert await waits_for(other) == [TO_APPROVE]
            assert (await step(one_, text, "approve", 409))["code"] == "second-person-required"
            assert (await titles(other, handlers.TO_APPROVE_TYPE))[0] == f"通知文本待批准：{PAID}"
            holds = await step(other, text, "approve")
            assert holds["pending_actions"] == ["ask_withdrawal"]
            assert await waits_for(other) == []
            asked = await step(one_, text, "withdraw")
            assert await waits_for(other) == [TO_WITHDRAW]
            assert (asked["state"], asked["pending_actions"]) == ("leaving", ["keep"])
            assert (await titles(other, handlers.TO_APPROVE_TYPE))[
                0
            ] == f"通知文本待撤销确认：{PAID}"
            assert (await step(one_, text, "withdraw", 409))["code"] == "second-person-required"
            assert (await step(other, text, "keep"))["state"] == "in_force"
            await step(other, text, "withdraw")
            assert (await step(one_, text, "withdraw"))["state"] == "withdrawn"
            assert await waits_for(other) == []

            # One that is to leave is replaced like any other.
            leaving = await in_force(notifier, one_, other, said="乙", reader="bank")
            await step(other, leaving, "withdraw")
            last = await in_force(notifier, one_, other, said="丙", reader="bank")
            assert (await other.get(f"/templates/{leaving['id']}")).json()["state"] == "replaced"
            await step(one_, last, "withdraw")
            await step(other, last, "withdraw")
            refused = await step(other, await made(one_, said="丁", reader="bank"), "refuse")
            assert await titles(one_, handlers.REFUSED_TYPE) == [f"通知文本未采用：{PAID}"]
        assert await history(notifier, text) == [
            (None, "draft", "draft", first),
            ("draft", "approve", "in_force", second),
            ("in_force", "ask_withdrawal", "leaving", first),
            ("leaving", "keep", "in_force", second),
            ("in_force", "ask_withdrawal", "leaving", second),
            ("leaving", "withdraw", "withdrawn", first),
        ]
        assert (await history(notifier, leaving))[-1] == (
            "leaving", "replace", "replaced", "system",
        )  # fmt: skip
        assert (await history(notifier, refused))[-1] == ("draft", "refuse", "refused", second)


async def test_an_operator_of_a_bank_drafts_and_the_checker_puts_in_force(notifier):
    async with (
        someone(notifier, "bank_operator") as operator,
        someone(notifier, "bank_checker") as checker,
        notifier.service.as_("elsewhere", "bank_checker", institution=OTHER_BANK) as elsewhere,
        someone(notifier, "admin") as admin,
    ):
        text = await made(operator, said="本行")
        assert await waits_for(checker) == [TO_APPROVE]
        for nobody in (operator, elsewhere, admin):
            assert await waits_for(nobody) == []
        assert (await step(operator, text, "approve", 403))["code"] == "role-missing"
        assert await titles(checker, handlers.TO_APPROVE_TYPE) == [f"通知文本待批准：{PAID}"]
        assert (await step(checker, text, "approve"))["state"] == "in_force"
        assert (await step(operator, text, "withdraw", 403))["code"] == "role-missing"
        dropped = await step(operator, await made(operator, said="又"), "refuse")
    assert (text["reader"], text["scope"], text["institution"]) == ("bank", "institution", BANK)
    assert await history(notifier, dropped) == [
        (None, "draft", "draft", "bank_operator"), ("draft", "refuse", "refused", "bank_operator"),
    ]  # fmt: skip


async def test_nobody_else_moves_a_text_and_only_the_system_replaces_one(notifier):
    others = frozenset(BUREAU_ROLES | BANK_ROLES) - WRITERS
    caller = Identity("others", "others", others, "*")
    async with someone(notifier, "admin") as admin, someone(notifier, "pool_manager") as manager:
        waiting = await made(admin, said="甲")
        holds = await in_force(
            notifier, admin, said="乙", event_type="claim.approved.v1", text=TEXT
        )
        leaving = await in_force(notifier, admin, manager, said="丙", reader="bank")
        await step(admin, leaving, "withdraw")
        to_banks = await in_force(
            notifier,
            admin,
            manager,
            said="丁",
            event_type="claim.approved.v1",
            text=TEXT,
            reader="bank",
        )
        for role in sorted(others):
            async with someone(notifier, role) as person:
                assert (await person.post("/templates", json=words("x"))).status_code == 403
                assert (await step(person, waiting, "refuse", 403))["code"] == "forbidden"

    # Past the door of the API the table itself refuses every other role.
    checker = Identity("checker", "checker", frozenset({"bank_checker"}) | others, "*")
    for text, action, by in (
        (waiting, TemplateAction.APPROVE, caller),
        (waiting, TemplateAction.REFUSE, caller),
        (holds, TemplateAction.WITHDRAW, caller),
        (to_banks, TemplateAction.ASK_WITHDRAWAL, checker),
        (leaving, TemplateAction.WITHDRAW, checker),
        (leaving, TemplateAction.KEEP, checker),
        (holds, TemplateAction.REPLACE, Identity("a", "a", OF_BUREAU, "*")),
        (leaving, TemplateAction.REPLACE, Identity("a", "a", OF_BUREAU, "*")),
        (leaving, TemplateAction.KEEP, SYSTEM),
    ):
        with pytest.raises(RoleMissing):
            await moved(notifier, text, action, by)
    async with notifier.database.begin(EVERYWHERE) as conn:
        await templates.lock_place(conn, PLACE)
        text = wording.text_of({f"{p}_{x}": "x" for p in ("title", "text") for x in ("zh", "en")})
        with pytest.raises(RoleMissing):
            await templates.add(conn, PLACE, text, why="x", by=caller, now=NOW)


TEXT = {"zh": "{{ number }}", "en": "{{ number }}"}
PLACE = Place(institution="*", event_type=PAID, reader=Reader.BANK, scope=Scope.HOUSE)


async def moved(notifier, text, action, by):
    async with notifier.database.begin(EVERYWHERE) as conn:
        row = await templates.lock(conn, UUID(text["id"]), institution="*")
        await templates.move(conn, row, action, by=by, now=NOW)


# Which words hold, and what was sent


async def test_the_nearest_words_hold_a_withdrawn_one_gives_the_wider_again_and_what_was_sent_stays(
    notifier,
):
    opened = one("pool.opened.v1")
    paid = one(PAID).model_copy(update={"pool_code": opened.pool_code})

    async def hears():
        await notifier.hears(paid.model_copy())
        async with notifier.operator() as person:
            (newest, *_) = (await person.get("/inbox", params={"event_type": PAID})).json()["items"]
            return newest

    async with (
        someone(notifier, "admin") as admin,
        someone(notifier, "pool_manager") as manager,
        someone(notifier, "bank_checker") as checker,
    ):
        unknown = await admin.post(
            "/templates", json=words("x", scope="pool", pool_code=opened.pool_code)
        )
        assert unknown.json()["errors"][0]["code"] == "pool-unknown"
        await notifier.hears(opened)
        by_house = await hears()
        assert by_house["title"]["zh"].startswith("补偿款已支付")

        said = {}
        for name, person, second, place in (
            ("全机构", admin, manager, {"reader": "bank"}),
            ("方案", admin, manager, {"reader": "bank", "scope": "programme", "programme": opened.programme}),
            ("资金池", manager, admin, {"reader": "bank", "scope": "pool", "pool_code": opened.pool_code}),
            ("本行", checker, checker, {}),
        ):  # fmt: skip
            said[name] = await in_force(notifier, person, second, said=name, **place)
            assert (await hears())["title"]["zh"] == f"{name}：{paid.claim_number}"
        own_words = await hears()

        # Another bank's notice, and the bureau's own, are worded by others.
        await notifier.hears(one(PAID, OTHER_BANK).model_copy(update={"pool_code": paid.pool_code}))
        async with notifier.operator(OTHER_BANK) as other:
            assert (await titles(other))[0].startswith("资金池：")
        assert (await titles(manager))[0].startswith("补偿款已支付")

        await step(checker, said["本行"], "withdraw")
        assert (await hears())["title"]["zh"].startswith("资金池：")
        for name in ("资金池", "方案", "全机构"):
            await step(admin, said[name], "withdraw")
            assert (await hears())["title"]["zh"].startswith(f"{name}：")
            await step(manager, said[name], "withdraw")
        assert (await hears())["title"] == by_house["title"]

        # What was sent says what it said, and with which words.
        kept = (await checker.get(f"/messages/{own_words['id']}")).json()
        assert kept["title"]["zh"] == f"本行：{paid.claim_number}"
        assert kept["text"] == own_words["text"]
        assert (kept["template_id"], kept["template_edition"]) == (said["本行"]["id"], 1)
        plain = (await checker.get(f"/messages/{by_house['id']}")).json()
        assert (plain["template_id"], plain["template_edition"]) == (None, None)

    with pytest.raises(asyncpg.RaiseError, match="never changed"):
        async with notifier.database.begin(EVERYWHERE) as conn:
            await conn.execute("update templates set title_zh = 'x'")
    with pytest.raises(asyncpg.RaiseError, match="never changed"):
        async with notifier.database.begin(EVERYWHERE) as conn:
            await conn.execute("delete from templates")


async def test_a_text_that_fails_costs_no_message_is_counted_and_told_of_once(
    notifier, monkeypatch
):
    def fails(text, told, names):
        raise RenderingFailed("'paid_fen' is undefined")

    async with notifier.operator() as person, someone(notifier, "admin") as admin:
        async with someone(notifier, "bank_checker") as checker:
            text = await in_force(notifier, checker, said="本行")
        monkeypatch.setattr(wording, "filled", fails)
        counted = FAILURES.labels(owner="bank")._value.get()
        for _ in range(2):
            await notifier.hears(one(PAID), one(PAID))

        found = await titles(person)
        assert len(found) == 4 and {title[:5] for title in found} == {"补偿款已支"}
        assert await titles(person, wording.FAILED_TYPE) == [f"通知文本无法写出：{PAID}"]
        assert await titles(admin, wording.FAILED_TYPE) == []
        assert FAILURES.labels(owner="bank")._value.get() == counted + 4
        kept = (await person.get("/messages", params={"event_type": PAID})).json()["items"][0]
        assert (await person.get(f"/messages/{kept['id']}")).json()["template_id"] is None
        (failed,) = await inbox(person, wording.FAILED_TYPE)
        assert "'paid_fen' is undefined" in failed["text"]["zh"]
        assert failed["link"] == f"/templates/{text['event_type']}"


# What is shown before


async def test_words_are_looked_at_with_a_real_case_of_ones_own(notifier):
    title = {"zh": "{{ number }} <b>", "en": "{{ number }} & co"}
    asked = {"event_type": PAID, "title": title, "text": words()["text"]}
    async with notifier.operator() as person, someone(notifier, "pool_manager") as manager:
        before = (await person.post("/templates/preview", json=asked)).json()
        assert (before["source"], before["message_id"]) == ("example", None)

        paid = one(PAID).model_copy(update={"paid_fen": 123_456_01})
        await notifier.hears(paid)
        shown = (await person.post("/templates/preview", json=asked)).json()
        assert shown["source"] == "message" and shown["zh"]["text"] == "123,456.01 元。"
        assert shown["zh"]["title"] == f"{paid.number} <b>"
        assert "&lt;b&gt;" in shown["zh"]["html"] and "/claims/" in shown["zh"]["html"]
        of_bureau = (
            await manager.post("/templates/preview", json={**asked, "reader": "bank"})
        ).json()
        assert of_bureau["source"] == "message" and of_bureau["message_id"] != shown["message_id"]
        async with notifier.operator(OTHER_BANK) as other:
            theirs = await other.post(
                "/templates/preview", json={**asked, "message_id": shown["message_id"]}
            )
            assert theirs.status_code == 404
        wrong = await person.post(
            "/templates/preview", json={**asked, "title": {"zh": "{{ nobody }}", "en": "x"}}
        )
        assert (wrong.status_code, wrong.json()["code"]) == (422, "template-invalid")
        assert wrong.json()["mistakes"] == [
            {"part": "title.zh", "line": 1, "code": "field-unknown"}
        ]


async def test_a_bank_sees_and_changes_only_its_own(notifier):
    await notifier.hears(one("pool.opened.v1"), one(PAID))
    async with (
        someone(notifier, "admin") as admin,
        someone(notifier, "pool_manager") as manager,
        someone(notifier, "bank_checker") as checker,
        notifier.service.as_("b", "bank_checker", institution=OTHER_BANK) as other,
    ):
        own = await in_force(notifier, checker, said="本行")
        bureaus = await in_force(notifier, admin, manager, said="局", reader="bank")
        await in_force(notifier, admin, said="内部")

        for person, text in ((other, own), (checker, bureaus), (admin, own)):
            for action in ("approve", "refuse", "withdraw", "keep"):
                await step(person, text, action, 404)
        assert (await other.get(f"/templates/{own['id']}")).status_code == 404
        assert (await checker.get(f"/templates/{bureaus['id']}")).status_code == 404
        assert [x["id"] for x in (await checker.get("/templates")).json()["items"]] == [own["id"]]
        assert len((await admin.get("/templates")).json()["items"]) == 3
        for more, code in (
            ({"reader": "bureau"}, "reader-of-others"),
            ({"scope": "house"}, "scope-of-others"),
        ):
            answer = await checker.post("/templates", json=words("x", **more))
            assert answer.json()["errors"][0]["code"] == code
        answer = await manager.post("/templates", json=words("x", scope="institution"))
        assert answer.json()["errors"][0]["code"] == "scope-of-others"

        # What reaches its people it may read, without whoever wrote it.
        mine = (await checker.get(f"/worded-types/{PAID}")).json()
        assert [(x["scope"], x["title"]["zh"][:1]) for x in mine["in_force"]] == [
            ("house", "局"), ("institution", "本"),
        ]  # fmt: skip
        assert mine["readers"] == ["bank"] and "admin" not in str(mine["in_force"])
        theirs = (await other.get(f"/worded-types/{PAID}")).json()
        assert [x["scope"] for x in theirs["in_force"]] == ["house"]
        listed = {x["event_type"]: x for x in (await checker.get("/worded-types")).json()["items"]}
        assert listed[PAID]["in_force"] == 2 and "pool.warned.v1" not in listed
        assert (await checker.get("/worded-types/pool.warned.v1")).status_code == 404
        assert (await checker.get("/worded-types/nothing.v1")).status_code == 404


async def test_who_belongs_to_some_pools_words_the_notices_of_these_alone(notifier):
    opened = one("pool.opened.v1")
    await notifier.hears(opened)
    async with (
        notifier.service.as_("m", "pool_manager", pools=[opened.pool_code]) as manager,
        notifier.service.as_("n", "pool_manager", pools=["elsewhere"]) as stranger,
        someone(notifier, "admin") as admin,
    ):
        place = {"scope": "pool", "pool_code": opened.pool_code}
        text = await in_force(notifier, manager, said="池", **place)
        house = await manager.post("/templates", json=words("x"))
        assert (house.status_code, house.json()["code"]) == (403, "beyond-own-pools")
        assert (await step(manager, await made(admin, said="全"), "approve", 403))["code"] == (
            "beyond-own-pools"
        )
        foreign = await stranger.post("/templates", json=words("x", **place))
        assert foreign.json()["errors"][0]["code"] == "pool-unknown"
        await step(stranger, text, "withdraw", 404)


def test_the_readme_draws_the_table():
    readme = Path(handlers.__file__).parents[1] / "README.md"

    assert LIFE_CYCLE.diagram() in readme.read_text()
