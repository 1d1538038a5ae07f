"""From nothing to the first application: setting up by forms, or loading the demo's data."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from services.console.upstream.programmes import programme_files
from tests.console.house import House, Visitor, did
from tests.console.loader import Loader
from tests.console.page import Page
from tests.publishing import publish

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
APPLICATION = json.loads((EXAMPLES / "application.json").read_text())
BANK = {"code": "ICBC", "name": "中国工商银行天津分行", "uscc": "91100000100003962T"}
POOL = {
    "code": "dongli",
    "name": "东丽区知识产权质押融资风险补偿资金池",
    "programme": "dongli",
    "opened_on": "2026-01-01",
    "contributor_role": "district",
    "contributor_code": "DL-FIN",
    "contributor_name": "东丽区财政局",
}
LINE = {
    "pool": "dongli",
    "code": "ICBC",
    "amount": "50,000,000.00",
    "valid_from": "2026-01-01",
    "valid_to": "",
    "pool_share": "",
    "note": "",
}


@asynccontextmanager
async def has(house: House, *steps: str) -> AsyncIterator[Visitor]:
    """Somebody of the bureau in a house where these steps are done."""
    async with house.visitor() as visitor:
        if "pool" in steps:
            await publish(house.services["risk_pool"], "dongli")
        await visitor.logs_in("admin")
        for name, filled in (("bank", BANK), ("pool", POOL), ("line", LINE)):
            if name in steps:
                page = await asked(visitor, name)
                page = await visitor.sends(page, f"/setup/{name}", **filled)
                assert page.path == "/setup", page.text
        yield visitor


async def asked(visitor: Visitor, name: str) -> Page:
    """A form of setting up, as the person who may send it."""
    page = await visitor.opens(f"/setup/{name}")
    if f"/setup/{name}" not in page.actions:
        substitute = next(value for field, value in page.buttons("/login") if field == "subject")
        page = await visitor.sends(page, "/login", subject=substitute)
    return page


async def test_a_stranger_is_told_what_is_missing_and_sets_up_until_a_bank_can_submit(
    empty_house: House,
):
    house = empty_house
    async with house.visitor() as visitor:
        first = await visitor.opens("/")
        assert first.path == "/login"
        for words in ("这里还没有数据", "从这里自己设置", "make demo", "还没有登记银行",
                      "登记银行，处理搁置事件"):  # fmt: skip
            assert words in first.text, words

        page = await visitor.sends(first, "/login", subject="admin")
        assert page.path == "/setup/bank"
        page = await visitor.sends(page, "/setup/bank", **BANK)
        assert page.path == "/setup" and "银行已登记" in page.text
        assert "可以了" not in page.text

        page = await visitor.sends(page, "/login", subject="manager-wu")
        assert page.path == "/programmes/new"
        asked_for = await visitor.sends(page, "/programmes/new", programme="dongli")
        assert asked_for.status == 409 and "逐项点名接受" in asked_for.text
        page = await visitor.sends(asked_for, "/programmes/new", accepts=asked_for.boxes("accepts"))
        assert page.path == "/programmes/dongli/1" and "等待另一人发布" in page.text
        assert "/programmes/dongli/1/publish" not in page.actions
        page = await visitor.sends(page, "/login", subject="approver-zhao")
        page = await visitor.sends(page, "/programmes/dongli/1/publish")
        assert "版本已发布" in page.text

        page = await visitor.sends(await visitor.opens("/setup"), "/login", subject="manager-wu")
        assert page.path == "/setup/pool"
        page = await visitor.sends(page, "/setup/pool", **POOL)
        assert "资金池已开立" in page.text and "可以了" not in page.text
        assert "/setup/line" in page.links
        page = await visitor.opens("/setup/line")
        page = await visitor.sends(page, "/setup/line", **LINE)
        await house.settled()

        page = await visitor.opens("/setup")
        assert "可以了：银行现在可以提交申请" in page.text
        assert "docs/for-banks" in page.text and "命令照原样运行即可" in page.text
        assert "资金池里还没有钱" in page.text

        clerk = house.person("applications", "icbc-1", "bank_operator", institution="ICBC")
        paper = await did(
            clerk.post(
                "/documents",
                params={"name": "paper.pdf"},
                content=(EXAMPLES / "paper.pdf").read_bytes(),
            )
        )
        documents = [one | {"document": paper["id"]} for one in APPLICATION["documents"]]
        answer = await did(clerk.post("/applications", json=APPLICATION | {"documents": documents}))
        assert answer["state"] == "accepted", answer

        money = await visitor.sends(page, "/login", subject="finance-sun")
        assert money.path == "/pools/dongli/cash/new"
        filled = {"kind": "contribution", "party_code": "DL-FIN", "amount": "18,000,000.00",
                  "value_date": "2026-03-02"}  # fmt: skip
        entry = await visitor.sends(money, money.path, **filled)
        assert "等待另一人放行" in entry.text
        await visitor.sends(await visitor.opens("/login"), "/login", subject="finance-qian")
        booked = await visitor.sends(await visitor.opens(entry.path), f"{entry.path}/release")
        assert "已放行入账" in booked.text
        await visitor.sends(await visitor.opens("/login"), "/login", subject="admin")
        assert "资金池里还没有钱" not in (await visitor.opens("/setup")).text
        assert "还不能提交申请" not in (await visitor.opens("/")).text


async def test_the_first_page_of_everybody_in_the_bureau_leads_to_what_is_missing(
    empty_house: House,
):
    async with empty_house.visitor() as visitor:
        for subject in ("reviewer-lin", "finance-sun", "manager-wu", "auditor-zhou", "admin"):
            await visitor.logs_in(subject)
            page = await visitor.opens("/")
            assert page.path == "/setup" and "这里还没有数据" in page.text, subject
    async with has(empty_house, "bank") as visitor:
        page = await visitor.opens("/")
        assert page.path == "/" and "还不能提交申请" in page.text
        assert "这里还没有数据" not in (await visitor.opens("/login")).text


async def test_another_bank_and_pool_than_the_example_are_named_for_the_command(empty_house: House):
    await publish(empty_house.services["risk_pool"], "dongli")
    async with empty_house.visitor() as visitor:
        await visitor.logs_in("admin")
        bank = BANK | {"code": "YX-RCB"}
        await visitor.sends(await asked(visitor, "bank"), "/setup/bank", **bank)
        pool = POOL | {"code": "youxian_1"}
        await visitor.sends(await asked(visitor, "pool"), "/setup/pool", **pool)
        line = LINE | {"code": "YX-RCB", "pool": "youxian_1"}
        await visitor.sends(await asked(visitor, "line"), "/setup/line", **line)
        await empty_house.settled()
        assert "institution = YX-RCB，pool_code = youxian_1" in (await visitor.opens("/setup")).text


async def test_a_guarantor_is_let_in_beside_the_banks(empty_house: House):
    async with has(empty_house, "bank", "pool") as visitor:
        page = await asked(visitor, "party")
        page = await visitor.sends(page, "/setup/party", **PARTY)
        assert "参与方已登记" in page.text and "TJ-GUA" in page.text


PARTY = {"pool": "dongli", "role": "guarantor", "code": "TJ-GUA", "name": "天津担保"}
WRONG = [
    ("bank", BANK | {"uscc": "91100000100003962X"}, "校验"),
    ("bank", BANK | {"name": ""}, "至少 1 个字符"),
    ("bank", BANK | {"code": "工行"}, "只能用半角字母"),
    ("pool", POOL | {"code": "Dongli"}, "只能用"),
    ("pool", POOL | {"opened_on": "2022-10-27"}, "没有已发布"),
    ("pool", POOL | {"opened_on": ""}, "日期"),
    ("pool", POOL | {"programme": "template_chain"}, "没有已发布"),
    ("pool", POOL | {"contributor_name": ""}, "必填"),
    ("line", LINE | {"amount": "many"}, "两位小数"),
    ("line", LINE | {"valid_from": "soon"}, "日期"),
    ("line", LINE | {"pool_share": "-1.00"}, "须大于 0"),
    ("party", PARTY | {"code": ""}, "代码"),
]


async def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(empty_house: House):
    async with has(empty_house, "bank", "pool") as visitor:
        for name, filled, words in WRONG:
            page = await visitor.sends(await asked(visitor, name), f"/setup/{name}", **filled)

            assert (page.path, page.response.is_client_error) == (f"/setup/{name}", True)
            wrong = [given for _, given in page.tags if given.get("aria-invalid") == "true"]
            assert len(wrong) == 1, (filled, page.text)
            assert f'id="{wrong[0]["id"]}-wrong"' in page.html
            assert words in page.text, page.text
            again = page.form(f"/setup/{name}")
            typed = {field: value for field, value in filled.items() if field != "programme"}
            assert {field: again[field] for field in typed} == typed


async def test_what_is_there_already_is_said_at_its_field(empty_house: House):
    async with has(empty_house, "bank", "pool", "line") as visitor:
        for name, filled, field in (
            ("bank", BANK, "code"),
            ("pool", POOL, "code"),
            ("line", LINE, "valid_from"),
            ("party", PARTY | {"code": "DL-FIN"}, "code"),
        ):
            page = await visitor.sends(await asked(visitor, name), f"/setup/{name}", **filled)
            assert page.status == 409, page.text
            assert f'id="{field}-wrong"' in page.html


async def test_a_form_waits_for_what_must_be_there_before_it_and_for_its_role(empty_house: House):
    async with empty_house.visitor() as visitor:
        await visitor.logs_in("manager-wu")
        early = await visitor.opens("/setup/line")
        assert "请先完成：登记银行" in early.text and "/setup/line" not in early.actions
        bank = await visitor.opens("/setup/bank")
        assert "这一步由“系统管理”角色办理" in bank.text and "/setup/bank" not in bank.actions
        # Who writes the form by hand is refused by the service all the same.
        token = bank.form("/logout") | BANK
        refused = Page(await visitor.client.post("/setup/bank", data=token))
        assert refused.status == 403 and "您的角色不能进行此操作" in refused.text
        assert (await visitor.opens("/setup/house")).status == 404


async def test_a_double_click_registers_one_bank(empty_house: House):
    async with has(empty_house) as visitor:
        page = await asked(visitor, "bank")
        one, other = await visitor.twice(page, "/setup/bank", **BANK)
        assert (one.path, other.path) == ("/setup", "/setup")


async def test_only_published_programmes_that_share_losses_are_offered_for_a_pool(
    empty_house: House,
):
    async with empty_house.visitor() as visitor:
        await visitor.logs_in("manager-wu")
        early = await visitor.opens("/setup/pool")
        assert "请先完成：提出方案" in early.text and "/setup/pool" not in early.actions
        for programme in ("youxian", "fj_subsidy"):
            await publish(empty_house.services["risk_pool"], programme)

        page = await visitor.opens("/setup/pool")

        assert "游仙区" in page.text and "dongli ·" not in page.text
        assert "fj_subsidy" not in page.text, "a programme of subsidies has no pool of losses"


def test_only_files_with_a_live_mode_can_be_proposed():
    offered = {one.code for one in programme_files()}
    assert {"dongli", "youxian", "fj_subsidy"} <= offered
    assert not any(code.startswith("template_") for code in offered)


@asynccontextmanager
async def with_loader(house: House, **more: Any) -> AsyncIterator[tuple[Loader, Visitor]]:
    """A console that can load a demo, and a stranger before it."""
    loader = Loader(house, **more)
    console = house.console_with(demo=loader)
    async with house.visitor(console) as visitor:
        yield loader, visitor


async def test_a_stranger_loads_the_demo_and_finds_work(empty_house: House):
    async with with_loader(empty_house) as (loader, visitor):
        first = await visitor.opens("/")
        assert "载入演示数据" in first.text and "make demo" not in first.text
        page = await visitor.sends(first, "/demo")
        assert page.path == "/demo" and "正在载入" in page.text
        await loader.is_open.wait()
        assert "1 / 2" in (await visitor.opens("/demo/progress")).text
        assert "<html" not in (await visitor.opens("/demo/progress")).html

        await loader.ends()
        assert 'data-goes-to="/"' in (await visitor.opens("/demo/progress")).html
        through = await visitor.opens("/demo")
        assert through.path == "/login" and "中国工商银行天津分行" in through.text
        assert "/demo" not in through.actions
        work = await visitor.sends(through, "/login", subject="reviewer-lin")
        assert work.path == "/" and "没有等待您办理的事项" not in work.text


async def test_the_demo_is_loaded_once(empty_house: House):
    async with with_loader(empty_house) as (loader, visitor):
        first = await visitor.opens("/")
        await visitor.twice(first, "/demo")
        await visitor.sends(first, "/demo")
        assert loader.started == 1
        await loader.ends()
        assert (await visitor.sends(first, "/demo")).path == "/login"
        foreign = await visitor.client.post("/demo", data=first.form("/demo") | {"_token": "x"})
        assert foreign.status_code == 403
        assert loader.started == 1


async def test_where_somebody_has_set_up_a_bank_no_demo_is_loaded(empty_house: House):
    async with with_loader(empty_house) as (loader, visitor):
        before = await visitor.opens("/")
        async with has(empty_house, "bank"):
            pass
        await visitor.sends(before, "/demo")
        assert loader.started == 0
        assert "/demo" not in (await visitor.opens("/login")).actions


async def test_a_demo_that_breaks_off_says_why(empty_house: House):
    async with with_loader(empty_house, error="disk full") as (loader, visitor):
        await visitor.sends(await visitor.opens("/"), "/demo")
        await loader.ends()
        page = await visitor.opens("/demo")
        assert "载入中断" in page.text and "disk full" in page.text
        assert "progress" not in {tag for tag, _ in page.tags}


async def test_a_console_without_a_demo_has_no_place_for_it(house: House):
    async with house.logged_in("admin") as admin:
        assert (await admin.opens("/demo")).status == 404
        assert "/demo" not in (await admin.opens("/setup")).actions
