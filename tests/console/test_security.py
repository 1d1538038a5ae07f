"""What keeps a page and a form to themselves, and what one is told when something is wrong."""

import re

import httpx
import pytest
from starlette.responses import PlainTextResponse

from services.console.http.addresses import local_path
from services.console.http.security_headers import SecurityHeadersMiddleware
from services.console.login.session import SessionCipher
from tests.console.house import SECRET, House
from tests.console.page import Page


async def test_every_page_keeps_to_itself(house: House):
    loan = await house.has_loan()
    async with house.logged_in("finance-sun") as finance:
        paths = ["/", "/cases", f"/cases/{loan['id']}", "/pools", "/pools/dongli", "/claims",
                 "/pools/dongli/transfers", "/pools/dongli/transfers/1", "/pools/dongli/balances",
                 "/pools/dongli/banks/ICBC", "/recoveries", "/settlements", "/inbox", "/keys",
                 "/pools/dongli/settlements", "/login", "/no-such-page"]  # fmt: skip
        for path in paths:
            page = await finance.opens(path)
            assert page.status == (404 if path == "/no-such-page" else 200), (path, page.text)
            assert strangers(page) == [], path
            policy = page.response.headers["content-security-policy"]
            assert "default-src 'none'" in policy and "script-src 'self';" in policy
            assert "unsafe" not in policy
            assert page.response.headers["cache-control"] == "no-store"
            assert '<html lang="zh-CN">' in page.html


def strangers(page: Page) -> list[str]:
    """What a strict policy would block: inline scripts and styles, anything from elsewhere."""
    found = []
    for tag, given in page.tags:
        address = given.get("src") or (given.get("href") if tag == "link" else "") or ""
        if address and (not address.startswith("/") or address.startswith("//")):
            found.append(f"{tag} {address}")
        if tag == "script" and "src" not in given:
            found.append("inline script")
        if tag == "style" or "style" in given:
            found.append(f"{tag} with a style of its own")
        found += [f"{tag} {name}" for name in given if name.startswith("on")]
    return found


@pytest.mark.parametrize(
    "html",
    [
        '<script src="https://cdn.example/x.js"></script>',
        "<script>alert(1)</script>",
        '<p style="color:red">x</p>',
        '<button onclick="x()">x</button>',
        '<link rel="stylesheet" href="//fonts.example/x.css">',
    ],
)
def test_a_stranger_on_a_page_would_be_found(html):
    answer = httpx.Response(200, text=html, request=httpx.Request("GET", "http://console.test/"))
    assert strangers(Page(answer)) != []


async def test_nobody_sees_a_page_without_logging_in_and_everybody_comes_back_to_it(house: House):
    case = await house.has_case()
    async with house.visitor() as visitor:
        asked = await visitor.opens(f"/cases/{case['id']}")
        assert asked.path == "/login"
        assert case["number"] not in asked.html
        back = await visitor.sends(asked, "/login", subject="reviewer-lin")
        assert back.path == f"/cases/{case['id']}"
        gone = await visitor.sends(back, "/logout")
        assert gone.path == "/login" and "您已退出" in gone.text
        assert (await visitor.opens("/")).path == "/login"


@pytest.mark.parametrize(
    ("wanted", "goes"),
    [
        ("/cases?state=overdue", "/cases?state=overdue"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/a\r\nSet-Cookie: x=1", "/"),
        ("", "/"),
    ],
)
def test_a_login_leads_back_into_the_house_only(wanted, goes):
    assert local_path(wanted) == goes


async def test_a_form_from_elsewhere_does_nothing(house: House):
    case = await house.has_case()
    path = f"/cases/{case['id']}"
    async with house.logged_in("reviewer-lin") as reviewer, house.logged_in("reviewer-he") as other:
        mine = (await reviewer.opens(path)).form(f"{path}/take")
        others = (await other.opens(path)).form(f"{path}/take")
        attempts = [
            (mine | {"_token": ""}, {}),
            (mine | {"_token": others["_token"]}, {}),
            (mine | {"_once": "not-a-key"}, {}),
            (mine, {"Sec-Fetch-Site": "cross-site"}),
            (mine, {"Sec-Fetch-Site": "same-site"}),
        ]
        for fields, headers in attempts:
            answer = await reviewer.client.post(f"{path}/take", data=fields, headers=headers)
            assert answer.status_code == 403
            assert "表单已失效" in answer.text
        del reviewer.client.headers["Sec-Fetch-Site"]
        foreign = {"Origin": "https://evil.example"}
        answer = await reviewer.client.post(f"{path}/take", data=mine, headers=foreign)
        assert answer.status_code == 403

        assert "审查人员领取" in (await reviewer.opens(path)).text
        own = {"Origin": "http://console.test"}
        answer = await reviewer.client.post(f"{path}/take", data=mine, headers=own)
        assert "已领取" in answer.text


async def test_what_a_person_typed_is_shown_as_words_never_as_markup(house: House):
    case = await house.has_case()
    path = f"/cases/{case['id']}"
    typed = "</textarea><script>alert(1)</script>"
    async with house.logged_in("reviewer-lin") as reviewer:
        page = await reviewer.sends(await reviewer.opens(path), f"{path}/take")
        page = await reviewer.sends(page, f"{path}/recommend", opinion=typed)
    assert "<script>alert" not in page.html
    assert typed in page.text


async def test_the_language_is_kept_and_changes_every_word(house: House):
    async with house.logged_in("finance-sun") as finance:
        page = await finance.opens("/pools/dongli")
        english = await finance.sends(page, "/language", language="en")
        assert english.path == "/pools/dongli"
        assert '<html lang="en">' in english.html
        assert "Available balance" in english.text
        # Names stay as they are; no word of the console is left in Chinese.
        own = english.text.replace("中文", "").replace("孙丽", "")
        for name in ("东丽区知识产权质押融资风险补偿资金池", "东丽区财政局",
                     "中国工商银行天津分行", "中国建设银行天津分行"):  # fmt: skip
            own = own.replace(name, "")
        # So do the documents that rules stand in, marked as Chinese for who reads aloud.
        sources = re.findall(r'<(small|span)[^>]* lang="zh-CN">([^<]+)</', english.html)
        assert sources
        for _, source in sources:
            own = own.replace(" ".join(source.split()), "")
        assert re.findall(r"[\u4e00-\u9fff]+", own) == []
        refused = await finance.opens("/cases/01a200ba-1937-702b-9ba7-758a607f5dac")
        assert refused.status == 404
        assert "There is no such application." in refused.text


async def test_a_service_that_does_not_answer_is_said_so(house: House):
    down = house.console_with(applications_url="http://127.0.0.1:9")
    down.state.console.services._clients["applications"] = httpx.AsyncClient(
        base_url="http://127.0.0.1:9", timeout=2
    )
    async with house.visitor(down) as visitor:
        await visitor.logs_in("reviewer-lin")
        page = await visitor.opens("/cases")
        assert page.status == 503
        assert "系统的这一部分暂时没有应答" in page.text
        start = await visitor.opens("/")
        assert start.status == 200 and "东丽区" in start.text
        ready = await visitor.client.get("/readyz")
        assert ready.status_code == 503
        assert ready.json()["applications"] == "does not answer"
    async with house.visitor() as visitor:
        assert (await visitor.client.get("/readyz")).status_code == 200


async def test_a_wrong_address_leads_to_words_not_to_a_trace(house: House):
    async with house.logged_in("admin") as admin:
        for path in ("/cases/not-an-id", "/pools/dongli/transfers/x", "/cases/x/y/z"):
            page = await admin.opens(path)
            assert (page.status, "没有找到" in page.text) == (404, True), path


async def test_an_expired_token_leads_to_the_login(house: House):
    async with house.logged_in("reviewer-lin") as reviewer:
        page = await reviewer.opens("/")
        assert page.path == "/"
        sessions = house.console.state.console.sessions
        opened = await sessions.open(reviewer.client.cookies["zhidai_session"], is_used=False)
        expired = opened.content()["person"] | {"expires": 1}
        async with sessions._store.renewing(opened.kept.key) as session:
            await session.keep(SessionCipher(SECRET).encrypt(expired))
        assert (await reviewer.opens("/")).path == "/login"


async def test_a_crash_is_said_in_words_with_every_guard_and_no_trace(house: House):
    console = house.console_with()
    async with house.visitor(console) as visitor:
        await visitor.logs_in("reviewer-lin")
        await console.state.console.services.close()
        page = await visitor.opens("/cases")
    assert page.status == 500
    assert "这是系统的问题" in page.text and "请求编号" in page.text
    assert "Traceback" not in page.html and "closed" not in page.html
    assert "default-src 'none'" in page.response.headers["content-security-policy"]


async def test_a_form_of_more_than_a_megabyte_is_too_large(house: House):
    async with house.visitor() as visitor:
        page = await visitor.opens("/login")
        page = await visitor.sends(page, "/login", subject="x" * 1_100_000)
        assert page.status == 413 and "请缩短内容" in page.text


async def test_an_address_cannot_reach_elsewhere_in_a_service(house: House):
    async with house.logged_in("finance-sun") as finance:
        for code in ("x%3Fy=1", "x%23y", "x%00", "x%0Ay", "%2e%2e", "%252e", "x y", "x" * 80):
            for path in (f"/pools/{code}", f"/pools/dongli/settlements/{code}"):
                page = await finance.opens(path)
                assert (page.status, "没有找到" in page.text) == (404, True), path


@pytest.mark.parametrize("only_https", [True, False])
async def test_where_cookies_go_by_https_alone_a_browser_comes_by_nothing_else(only_https: bool):
    app = SecurityHeadersMiddleware(PlainTextResponse("page"), only_https=only_https)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app), base_url="https://zhidai.test"
    ) as client:
        answer = await client.get("/")
    told = answer.headers.get("strict-transport-security")
    assert told == ("max-age=31536000" if only_https else None)
