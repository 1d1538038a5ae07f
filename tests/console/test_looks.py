"""Who looked is known and cannot be altered; whose login an admin ends sees nothing more, at once."""

import asyncio
import csv
import io

import asyncpg
import pytest
from sqlalchemy import make_url

from shared.postgres.database import EVERYWHERE
from shared.postgres.provision import owner_of
from tests.console.house import House


async def test_who_looked_is_known_and_whose_login_is_ended_is_out_everywhere(house: House):
    case = await house.has_case()
    async with (
        house.logged_in("reviewer-lin") as lin,
        house.logged_in("admin") as admin,
        house.logged_in("auditor-zhou") as auditor,
    ):
        assert (await lin.opens(f"/cases/{case['id']}")).status == 200
        in_token = house.person("applications", "reviewer-lin", "reviewer")
        assert (await in_token.get("/applications", params={"q": "天津"})).status_code == 200
        listening = asyncio.create_task(
            house.person("notifications", "reviewer-lin", "reviewer").get("/inbox/stream")
        )
        await asyncio.sleep(0.2)
        assert not listening.done()

        # The end: by an admin, in the console.
        page = await admin.opens("/sessions?of=all")
        assert "林晓" in page.text
        await admin.client.post("/sessions/end", data=page.form("/sessions/end") | {
            "subject": "reviewer-lin", "reason": "离职"})  # fmt: skip
        gone = await lin.client.get("/", follow_redirects=False)
        assert gone.headers["location"].startswith("/login")
        for service in house.services:
            with_old_token = house.person(service, "reviewer-lin", "reviewer")
            refused = await with_old_token.get("/to-do" if service != "notifications" else "/inbox")
            assert (refused.status_code, refused.json()["code"]) == (401, "login-ended"), service
            others = house.person(service, "reviewer-he", "reviewer")
            assert (await others.get("/idempotency-keys/x")).status_code == 404
        # The very token that the service has judged before, and knows.
        assert (await in_token.get("/to-do")).json()["code"] == "login-ended"
        async with asyncio.timeout(4):
            await listening

        # The looks: found by case and by person, with the route, and with the paper's own.
        await house.looks_are_written()
        page = await auditor.opens(f"/looks?thing={case['id']}&person=reviewer-lin")
        assert page.status == 200 and "林晓" in page.text and case["id"] in page.text
        assert "/applications/{case_id}" in page.text and "何敏" not in page.text
        found = house.person("applications", "auditor-zhou", "auditor")
        lists = (await found.get("/reads", params={"kind": "applications", "limit": 200})).json()
        assert ("", "q=%E5%A4%A9%E6%B4%A5") in {
            (one["thing"], one["query"]) for one in lists["items"]
        }
        first = (await found.get("/reads", params={"limit": 1})).json()
        then = (
            await found.get("/reads", params={"limit": 1, "cursor": first["next_cursor"]})
        ).json()
        assert first["items"][0]["at"] >= then["items"][0]["at"]
        assert first["items"] != then["items"]
        sheet = await auditor.client.get(f"/looks/export?thing={case['id']}")
        rows = list(csv.DictReader(io.StringIO(sheet.text.removeprefix("\ufeff"))))
        assert {row["subject"] for row in rows} >= {"reviewer-lin"}
        assert {row["thing"] for row in rows} == {case["id"]}

        # Nobody but an auditor of every pool; and nobody alters it.
        assert (await admin.opens("/looks")).status == 403
        limited = house.services["applications"].as_("zhou-2", "auditor", pools=["dongli"])
        assert (await limited.get("/reads")).status_code == 403
        database = house.services["applications"].context.database
        for statement in ("update reads set name = ''", "delete from reads", "truncate reads"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                async with database.begin(EVERYWHERE) as conn:
                    await conn.execute(statement)


async def test_what_waits_is_written_at_an_orderly_stop_and_no_answer_waits_for_it(house: House):
    context = house.services["risk_pool"].context
    auditor = house.person("risk_pool", "auditor-zhou", "auditor")
    await house.looks_are_written()
    # Nothing can be written down meanwhile, and the answers come all the same.
    owner = make_url(context.settings.database_url).set(username=owner_of("risk_pool"))
    holding = await asyncpg.connect(owner.render_as_string(False))
    async with holding.transaction():
        await holding.execute("lock table reads in exclusive mode")
        for _ in range(20):
            assert (await auditor.get("/pools/dongli")).status_code == 200
        assert len(context.reads._waiting) == 20
    await holding.close()
    context.stopping.set()
    await house.looks_are_written()
    async with context.database.begin(EVERYWHERE) as conn:
        kept = await conn.fetchval(
            "select count(*) from reads where thing = 'dongli' and subject = 'auditor-zhou'"
            " and route = '/pools/{code}'"
        )
    assert kept == 20


async def test_a_kind_that_a_service_does_not_have_is_wrong_at_its_field(house: House):
    auditor = house.person("applications", "auditor-zhou", "auditor")

    refused = await auditor.get("/reads", params={"kind": "claims"})
    taken = await auditor.get("/reads", params={"kind": "firms"})

    assert (refused.status_code, taken.status_code) == (422, 200)
    assert [(one["parameter"], one["code"]) for one in refused.json()["errors"]] == [
        ("kind", "choice-unknown")
    ]
    async with house.logged_in("auditor-zhou") as visitor:
        page = await visitor.opens("/looks?service=applications&kind=claims&person=lin")
        assert page.status == 422 and "没有这一类内容" in page.text and 'value="lin"' in page.html
