"""A list is prepared, approved and objected to on the screen; everybody reads it without a login."""

import re

import httpx
import pytest

from services.console.upstream.client import SERVICES, Services
from tests.console.house import House, did


async def on_its_step(house: House) -> dict:
    """A claim whose next step is the public notice; it is the 10th of May."""
    claim = await house.has_claim()
    maker = house.person("risk_pool", "finance-sun", "finance_maker")
    path = f"/claims/{claim['id']}"
    await did(maker.post(f"{path}/review", json={"opinion": "触发条件成立"}))
    return await house.takes_steps(path, until="public_notice")


async def test_a_list_is_prepared_approved_read_by_everybody_and_objected_to(house: House):
    claim = await on_its_step(house)

    async with house.logged_in("finance-sun") as maker:
        page = await maker.opens(f"/claims/{claim['id']}")
        assert "公示步骤由公示期满自动登记" in page.text
        new = "/pools/dongli/public-notices/new"
        form = await maker.opens(new)
        assert claim["number"] in form.text
        wrong = await maker.sends(form, new, title="五月公示", opens_on="2026-05-09")
        assert wrong.status == 422 and "公示起始日不得早于今日" in wrong.text
        page = await maker.sends(
            wrong, new, claim=claim["id"], title="五月公示", opens_on="2026-05-10"
        )
        assert "以下与公众看到的内容完全一致" in page.text and "待核准" in page.text
        notice = page.path
        assert f"{notice}/approve" not in page.actions
    number = re.search(r"DL-G-2026-\d{4}", page.text).group()
    outside = f"/public/notices/{number}"

    async with house.visitor() as anybody:
        assert (await anybody.opens(outside)).status == 404
        async with house.logged_in("approver-zhao") as second:
            shown = await second.opens(notice)
            published = await second.sends(shown, f"{notice}/approve")
            assert "公示中" in published.text
        listed = await anybody.opens(f"/public/notices?firm={claim['borrower_name'][:3]}")
        assert "五月公示" in listed.text and f"{outside}?lang=zh" in listed.links
        answer = await anybody.client.get(outside)
        assert answer.headers["cache-control"] == "public, max-age=60"
        assert "set-cookie" not in answer.headers and "<script" not in answer.text
        for inside in (claim["id"], claim["number"], claim["loan_number"], "finance-sun"):
            assert inside not in answer.text
        english = await anybody.opens(f"{outside}?lang=en")
        assert "Object" in english.text and 'lang="en"' in english.html
        assert (await anybody.client.get("/robots.txt")).text.startswith("User-agent: *")

        write = f"{outside}/objections?lang=zh"
        form = await anybody.opens(write)
        short = await anybody.sends(form, write, text="短", name="李明", contact="13800000000")
        assert short.status == 422 and "李明" in short.html
        nasty = '<script>alert(1)</script> =cmd() {{ 7*7 }} "><img src=x onerror=alert(1)>'
        trapped = await anybody.sends(
            short, write, text=nasty, name="李明", contact="138", website="http://x"
        )
        assert trapped.path.startswith(outside), "a machine is thanked, and nothing is kept"
        receipt = await anybody.sends(
            await anybody.opens(write), write, text=nasty, name="<b>李明</b>", contact="138"
        )
        assert "异议已收到" in receipt.text and "待核查" in receipt.text
        foreign = await anybody.client.post(f"{outside}/objections", data={"text": nasty})
        assert foreign.status_code == 403

        async with house.logged_in("reviewer-lin") as reviewer:
            assert "待处理 1" in (await reviewer.opens("/public-notices")).text
            link = next(
                one
                for one in (await reviewer.opens(notice)).links
                if one.startswith("/objections/")
            )
            page = await reviewer.opens(link)
            assert nasty in page.text and "<b>李明</b>" in page.text
            assert "<img src=x" not in page.html and "<script>alert" not in page.html
            done = await reviewer.sends(
                page, f"{link}/propose", verdict="not_upheld", answer="经核查，异议不成立。"
            )
            assert "已拟答复" in done.text and f"{link}/decide" not in done.actions
        async with house.logged_in("auditor-zhou") as auditor:
            seen = await auditor.opens(link)
            assert "138" not in seen.text and "只对办理人员显示" in seen.text
        async with house.logged_in("approver-zhao") as second:
            await second.sends(await second.opens(link), f"{link}/decide")
        answered = await anybody.opens(receipt.path)
        assert "经核查，异议不成立。" in answered.text and "<script>" not in answered.html
        wrong_code = await anybody.opens(receipt.path.rsplit("/", 1)[0] + "/" + "x" * 24)
        assert wrong_code.status == 404

        await house.moves_clocks("2026-05-18T09:00:00+08:00")
        async with house.logged_in("finance-sun") as maker:
            ended = await maker.opens(notice)
            assert "公示期满" in ended.text and "无成立的异议" in ended.text
            page = await maker.opens(f"/claims/{claim['id']}")
            assert "期满，异议 1 件，成立 0 件" in page.text
        assert "异议期已于" in (await anybody.opens(outside)).text


@pytest.mark.parametrize(("token", "sent"), [("", None), ("a.b.c", "Bearer a.b.c")])
async def test_who_reads_as_nobody_shows_no_empty_token(token: str, sent: str | None):
    """A header that ends in a blank is none that HTTP can carry: the page would answer 503."""
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"items": [], "next_cursor": None})

    client = httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://pool")
    services = Services(dict.fromkeys(SERVICES, client))
    await services.as_(token, language="zh-CN")["risk_pool"].get("/public/notices")
    await services.close()

    (request,) = seen
    assert request.headers.get("authorization") == sent
