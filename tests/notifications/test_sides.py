"""Whoever is told what is owed is told from its own side: what it pays, and what it receives."""

import re
from typing import Any

from services.notifications.domain.audiences import audiences
from services.notifications.handlers.messages import draft_of
from shared.messaging.inbox import Received
from tests.notifications.samples import BANK, enveloped, one


async def item_for(person: Any) -> Any:
    (item,) = (await person.get("/inbox", params={"limit": 200})).json()["items"]
    return item


def test_a_bank_that_is_late_reads_that_it_has_to_pay():
    event: Any = one("receivable.overdue.v1")
    fact = event.model_dump(mode="python", by_alias=False)
    told = audiences(event.type, fact, banks_of_pool=(BANK,))
    (own,) = (each for each in told if each.institution == BANK)

    said = draft_of(Received(enveloped(event), event), fact, own).text

    assert said.title_zh == "贵行应付资金池 105,555.56 元，逾期 3 天"
    assert said.text_zh.startswith("贵行（中国工商银行天津分行）应付资金池 dongli 105,555.56 元")
    assert "应收" not in said.text_zh + said.title_zh
    assert said.title_en == "To pay to the pool: CNY 105,555.56, 3 days overdue"
    assert "collect" not in said.text_en.lower()


async def test_finance_is_told_of_the_same_that_it_has_to_collect(notifier: Any) -> None:
    await notifier.hears(one("receivable.overdue.v1"))
    async with notifier.bureau("finance_checker") as person:
        item = await item_for(person)

    assert item["title"]["zh"] == "应收该方：中国工商银行天津分行 105,555.56 元，逾期 3 天"
    assert "应付" not in item["text"]["zh"] + item["title"]["zh"]
    assert item["title"]["en"].startswith(
        "To collect from the party: 中国工商银行天津分行, CNY 105,555.56"
    )


async def test_a_bank_whose_payment_was_reversed_is_told_that_it_still_receives(
    notifier: Any,
) -> None:
    await notifier.hears(one("claim.payment-reversed.v1"))
    async with notifier.operator() as bank, notifier.bureau("finance_maker") as finance:
        ours, theirs = await item_for(bank), await item_for(finance)

    assert "该款项仍为贵行应收资金池" in ours["text"]["zh"]
    assert "To receive from the pool again" in ours["text"]["en"]
    assert "应付该方的该笔款项重新列为待拨付" in theirs["text"]["zh"]
    assert "To pay to the party again" in theirs["text"]["en"]


async def test_no_notice_tells_of_a_negative_amount(notifier: Any) -> None:
    await notifier.hears(one("adjustment.decided.v1"))
    async with notifier.bureau("finance_maker") as person:
        item = await item_for(person)

    assert not re.search(r"-[0-9]", item["text"]["zh"].split("各方：")[1])
    assert "应退" in item["text"]["zh"] or "应得" in item["text"]["zh"]


async def test_a_rejected_payment_is_told_to_maker_and_checker_with_the_reason_and_the_way_on(
    notifier: Any,
) -> None:
    event: Any = one("payment.rejected.v1")
    await notifier.hears(event)
    for role in ("finance_maker", "finance_checker"):
        async with notifier.bureau(role) as person:
            item = await item_for(person)
        assert item["title"]["zh"].startswith("银行拒绝付款 DL-K-2026-0001：中国工商银行天津分行")
        assert "银行原因：AC04 账户已销户。请登记新的收款账户" in item["text"]["zh"]
        assert item["link"] == f"/payment-files/{event.file_id}"
    async with notifier.operator() as bank, notifier.bureau("reviewer") as reviewer:
        for person in (bank, reviewer):
            assert (await person.get("/inbox")).json()["items"] == []
