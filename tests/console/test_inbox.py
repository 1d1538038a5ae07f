"""The inbox, the stream of news, and parked events."""

import asyncio
from datetime import UTC, datetime
from uuid import uuid4

from services.risk_pool.consumer import ROUTES
from shared.contracts.envelope import Envelope
from shared.messaging.consumer import Consumer
from tests.console.house import House


async def test_a_message_leads_to_its_case_and_is_read_then(house: House):
    case = await house.has_case()
    async with house.logged_in("reviewer-lin") as reviewer:
        inbox = await reviewer.opens("/inbox")
        assert case["number"] in inbox.text and "未读" in inbox.text
        opening = next(one for one in inbox.actions if one.endswith("/open"))
        opened = await reviewer.sends(inbox, opening)
        assert opened.path == f"/cases/{case['id']}"
        after = await reviewer.opens("/inbox")
        assert opening not in after.actions
        await house.has_case()
        newer = await reviewer.opens("/inbox")
        all_read = await reviewer.sends(newer, "/inbox/read")
        assert "0 条未读" in all_read.text


async def test_news_arrive_while_the_page_is_open(house: House):
    async with house.logged_in("reviewer-lin") as reviewer:
        # A stream ends after a while; on a busy machine a case may take longer to come about.
        for _ in range(3):
            listening = asyncio.create_task(reviewer.client.get("/inbox/stream", timeout=30))
            await asyncio.sleep(0.5)
            case = await house.has_case()
            heard = await listening
            if case["number"] in heard.text:
                break
    assert heard.headers["content-type"].startswith("text/event-stream")
    assert case["number"] in heard.text


async def test_a_parked_event_is_seen_by_the_admin_and_replayed(house: House):
    service = house.services["risk_pool"]
    loan_id = uuid4()
    body = b'{"loan_id": "%s", "number": "DL-2026-009999"}' % str(loan_id).encode()
    envelope = Envelope(
        id=uuid4(),
        type="loan.repaid.v1",
        source="/zhidai/applications",
        time=datetime.now(UTC),
        subject="DL-2026-009999",
        key=str(loan_id),
        institution="ICBC",
        body=body,
        traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    )
    context = service.context
    consumer = Consumer(context.database, ROUTES, service="risk_pool", now=context.clock.now)
    await consumer.receive("applications", [envelope])

    async with house.logged_in("admin") as admin:
        page = await admin.opens("/parked")
        assert "loan.repaid.v1" in page.text and "处理失败" in page.text
        # An official reads first which case it is, what did not arrive, what that means, what to do.
        told = page.text.split("技术详情")[0]
        assert "DL-2026-009999" in told and "贷款结清" in told and "风险补偿资金池" in told
        assert "资金池尚未据此办理" in told and "请勿重复登记" in told
        assert "loan.repaid.v1" not in told and f"/cases/{loan_id}" in page.links
        again = await admin.sends(page, "/parked/risk_pool/replay")
        assert "成功 0 条，仍未成功 1 条" in again.text
        discard = next(one for one in again.actions if one.endswith("/discard"))
        empty = await admin.sends(again, discard, reason="")
        assert empty.status == 422
        gone = await admin.sends(empty, discard, reason="测试事件，无对应贷款")
        assert "已放弃该事件" in gone.text and "loan.repaid.v1" not in gone.text
        assert "没有搁置的事项" in gone.text

    async with house.logged_in("reviewer-lin") as reviewer:
        assert (await reviewer.opens("/parked")).status == 403
