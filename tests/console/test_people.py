"""Who comes here and which pools he looks after: two persons say it, every service narrows by it; a bank's
admin sees and ends his own people and nobody else."""

from collections.abc import Callable
from typing import Any

from tests.console.house import ICBC, House
from tests.notifications.conftest import until

OTHER = "ah_tech"


async def told(person: Any, path: str, is_so: Callable[[Any], bool]) -> bool:
    """Whether what somebody is told at a path is so: each process looks at duties once a second."""
    return is_so(await person.get(path))


async def test_a_duty_of_two_persons_narrows_in_every_service_and_in_every_page(house: House):
    await house.opens_pool_of(OTHER)
    case = await house.has_case()
    lin = {
        name: house.person(name, "reviewer-lin", "reviewer")
        for name in ("applications", "risk_pool", "notifications")
    }
    assert (await lin["applications"].get(f"/applications/{case['id']}")).status_code == 200
    before = (await lin["notifications"].get("/inbox")).json()["items"]
    assert any(one["title"]["zh"] for one in before)

    async with house.logged_in("manager-wu") as manager, house.logged_in("approver-zhao") as second:
        page = await manager.opens("/people?duty=reviewer-lin")
        assert "reviewer-lin" in page.text and "领取申请，提出意见或退回补正" in page.text
        refused = await manager.sends(
            page, "/people/duties", person="manager-wu", pools=OTHER, reason="自己的"
        )
        assert "本人的经办范围须由他人提出" in refused.text
        page = await manager.sends(
            page, "/people/duties", person="reviewer-lin", person_name="林晓", pools=OTHER,
            reason="只经办省级资金池",
        )  # fmt: skip
        where = page.path
        assert "已提出，待批准" in page.text and "/approve" not in page.html
        assert (await lin["applications"].get(f"/applications/{case['id']}")).status_code == 200
        page = await second.sends(await second.opens(where), f"{where}/approve")
        assert "已批准" in page.text
        await house.settled()

        assert (await lin["risk_pool"].get("/pools/dongli")).status_code == 404
        path = f"/applications/{case['id']}"
        await until(lambda: told(lin["applications"], path, lambda found: found.status_code == 404))
        await until(
            lambda: told(
                lin["notifications"],
                "/inbox",
                lambda found: len(found.json()["items"]) < len(before),
            )
        )
        after = (await lin["notifications"].get("/inbox")).json()["items"]
        assert {one.get("pool_code") for one in after} <= {"", None, OTHER}
        assert len(after) < len(before)
        page = await manager.opens("/people")
        assert "约定的经办范围" in page.text

    auditor = house.person("risk_pool", "auditor-zhou", "auditor")
    moves = (await auditor.get("/pool-duties/1")).json()["history"]
    assert [(one["action"], one["subject"]) for one in moves] == [
        ("propose", "manager-wu"), ("approve", "approver-zhao")
    ]  # fmt: skip


async def test_the_narrower_of_token_and_duty_counts_and_a_later_duty_takes_its_place(house: House):
    await house.opens_pool_of(OTHER)
    proposer = house.person("risk_pool", "admin", "admin")
    checker = house.person("risk_pool", "approver-zhao", "approver")

    def hu(*pools: str):
        return house.services["risk_pool"].as_("hu", "reviewer", institution="*", pools=pools)

    async def given(*pools: str) -> None:
        body = {"person": "hu", "person_name": "胡", "pools": pools, "from_day": "2026-03-02",
                "reason": "分工"}  # fmt: skip
        made = await proposer.post("/pool-duties", json=body)
        assert made.status_code == 201, made.text
        number = made.json()["number"]
        assert (await hu("*").post(f"/pool-duties/{number}/approve", json={})).status_code == 403
        done = await checker.post(f"/pool-duties/{number}/approve", json={})
        assert done.status_code == 200, done.text

    async def sees(*pools: str) -> list[str]:
        return sorted(one["code"] for one in (await hu(*pools).get("/pools")).json()["items"])

    assert await sees("*") == sorted(["dongli", OTHER])
    await given("dongli")
    assert await sees("*") == ["dongli"]
    assert await sees(OTHER) == [], "a duty adds nothing to the token"
    await given("*")
    assert await sees("*") == sorted(["dongli", OTHER])
    assert await sees("dongli") == ["dongli"]
    wrong = await proposer.post(
        "/pool-duties",
        json={"person": "icbc-operator", "person_name": "x", "pools": ["*", "nowhere"],
              "from_day": "2026-03-01", "reason": "分工"},
    )  # fmt: skip
    codes = {one["code"] for one in wrong.json()["errors"]}
    assert codes >= {"all-pools-alone", "day-is-past"}


async def test_a_banks_admin_sees_and_ends_his_own_people_and_nobody_else(house: House):
    operator = house.person("applications", "icbc-operator", "bank_operator", institution=ICBC)
    lin = house.person("applications", "reviewer-lin", "reviewer")
    namesake = house.person("applications", "icbc-operator", "bank_operator", institution="CCB")
    for one in (operator, lin):
        assert (await one.get("/applications")).status_code == 200

    async with house.logged_in("icbc-admin") as admin:
        page = await admin.opens("/")
        assert page.path == "/" and "icbc-operator" in page.text
        assert "reviewer-lin" not in page.text and "ccb-operator" not in page.text
        assert (await admin.client.get("/cases")).status_code == 403
        page = await admin.sends(page, "/sessions/end", subject="icbc-operator")
        page = await admin.sends(page, "/sessions/end", subject="reviewer-lin")
        page = await admin.opens("/people?q=icbc-operator&role=bank_operator")
        assert "登录过的人员（1）" in page.text and "此后未再登录" in page.text
        assert "of" not in page.form("/people"), "of one bank alone"
        nobody = await admin.opens("/people?q=nobody-is-called-so")
        assert "没有符合条件的人员" in nobody.text

    assert (await operator.get("/applications")).status_code == 401
    assert (await namesake.get("/applications")).status_code == 200, "of another bank"
    assert (await lin.get("/applications")).status_code == 200, "of the bureau"
    chief = house.person("applications", "icbc-admin", "bank_admin", institution=ICBC)
    ended = (await chief.get("/ended-logins")).json()["items"]
    assert {one["person"] for one in ended} == {"icbc-operator", "reviewer-lin"}
    assert (await operator.get("/people")).status_code in (401, 403)
