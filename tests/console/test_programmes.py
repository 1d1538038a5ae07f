"""Programmes on the screen: proposing with open eyes, publishing as another, what it changes."""

from datetime import date

from shared.schemes import library
from tests.console.house import ICBC, House
from tests.publishing import proposal, publish

TEXT = library.path_of("dongli").read_text(encoding="utf-8")
SHARES = "{shares: {pool: 40, bank: 60}}, source: S2"
HALF = TEXT.replace(SHARES, SHARES.replace("pool: 40, bank: 60", "pool: 50, bank: 50"))
NEW = "/programmes/new"


async def test_a_text_of_one_s_own_is_taken_when_every_assumed_value_is_ticked(house: House):
    async with house.logged_in("manager-wu") as manager:
        page = await manager.opens(NEW)
        sent = {"text": HALF.replace("\n", "\r\n"), "in_force_from": "2026-04-01"}
        page = await manager.sends(page, NEW, **sent)
        assert page.status == 409
        boxes = page.boxes("accepts")
        assert {"loan_cap", "caps", "deadlines"} <= set(boxes)
        assert page.form(NEW)["text"].replace("\r\n", "\n").strip() == HALF.strip()

        some = await manager.sends(page, NEW, accepts=boxes[:-1])
        assert some.status == 409 and boxes[-1] in some.boxes("accepts")
        page = await manager.sends(some, NEW, accepts=boxes)

        assert page.path == "/programmes/dongli/2"
        shown = await house.person("risk_pool", "a", "auditor").get("/programmes/dongli/versions/2")
        assert shown.json()["text"].strip() == HALF.strip()
        assert "\r" not in shown.json()["text"]


async def test_a_text_that_cannot_be_read_is_shown_again_with_its_lines(house: House):
    async with house.logged_in("manager-wu") as manager:
        wrong = TEXT.replace("status: complete", "status: done")
        page = await manager.sends(
            await manager.opens(NEW), NEW, text=wrong, in_force_from="2026-04-01"
        )

        assert page.status == 422
        assert "第 8 行第 9 列" in page.text
        assert any(given.get("id") == "text-wrong" for _, given in page.tags)
        assert "status: done" in page.form(NEW)["text"]


async def test_what_a_scheme_does_not_say_is_listed_before_it_is_taken(house: House):
    silent = "\n".join(line for line in TEXT.splitlines() if "pool_balance" not in line)
    async with house.logged_in("manager-wu") as manager:
        page = await manager.sends(
            await manager.opens(NEW), NEW, text=silent, in_force_from="2026-04-01"
        )

        assert page.status == 409
        assert "方案没有写明的事项" in page.text and "没有写明补偿以资金池余额为限" in page.text


async def test_the_second_person_sees_what_changes_for_whom_and_publishes(house: House):
    await house.has_loan(ICBC, "1000000.00")
    manager = house.person("risk_pool", "manager-wu", "pool_manager")
    body = proposal("dongli", HALF, in_force_from=date(2026, 4, 1))
    assert (await manager.post("/programmes/dongli/versions", json=body)).status_code == 201
    async with house.logged_in("manager-wu") as proposer:
        own = await proposer.opens("/programmes/dongli/2")
        assert "/programmes/dongli/2/publish" not in own.actions
        assert "/programmes/dongli/2/withdraw" in own.actions
        assert "发布须由另一人办理" in own.text
    async with house.logged_in("approver-zhao") as approver:
        assert "/programmes/dongli/2" in (await approver.opens("/")).links
        page = await approver.opens("/programmes/dongli/2")
        for words in ("与第 1 版的差异", "损失分担比例", "400,000.00", "500,000.00", "600,000.00"):
            assert words in page.text, words

        page = await approver.sends(page, "/programmes/dongli/2/publish")

        assert "版本已发布" in page.text
        listed = await approver.opens("/programmes")
        assert "第 2 版" in listed.text and "现行" in listed.text
        assert NEW not in listed.links


async def test_a_proposal_is_refused_with_a_reason_that_stays(house: House):
    manager = house.person("risk_pool", "manager-wu", "pool_manager")
    body = proposal("dongli", HALF, in_force_from=date(2026, 4, 1))
    await manager.post("/programmes/dongli/versions", json=body)
    async with house.logged_in("finance-qian") as checker:
        page = await checker.opens("/programmes/dongli/2")
        page = await checker.sends(page, "/programmes/dongli/2/refuse", reason="须先报市局")

        assert "已退回，不予发布" in page.text and "须先报市局" in page.text
        assert "/programmes/dongli/2/publish" not in page.actions


async def test_a_bank_reads_the_version_that_binds_its_loans(house: House):
    await publish(house.services["risk_pool"], "dongli", HALF, in_force_from=date(2026, 4, 1))
    async with house.logged_in("icbc-operator") as clerk:
        page = await clerk.opens("/programmes")
        assert "第 2 版" in page.text and NEW not in page.links
        page = await clerk.opens("/programmes/dongli/1")
        assert "registered_months" in page.html and not page.buttons("/programmes/dongli/1/publish")
        assert (await clerk.opens("/programmes/dongli/9")).status == 404
        assert "这一步由“资金池管理”角色办理" in (await clerk.opens(NEW)).text
