"""A guarantor's people have one page: what is owed, their loans, statements, notices, receivers."""

from tests.agreements import agreed
from tests.console.house import House

GUARANTOR = {"code": "TJ-DB", "role": "guarantor", "name": "天津市融资担保有限公司"}


async def lets_guarantor_in(house: House) -> None:
    """A guarantor stands in the pool, and has agreed to pay in by a day that has passed."""
    manager = house.person("risk_pool", "manager-wu", "pool_manager")
    answer = await manager.post("/pools/dongli/parties", json=GUARANTOR)
    assert answer.status_code == 201, answer.text
    await agreed(
        house.person("risk_pool", "finance-sun", "finance_maker"),
        house.person("risk_pool", "finance-qian", "finance_checker"),
        "dongli", "TJ-DB", contributions=[{"due_on": "2026-02-28", "amount": "3000000.03"}],
    )  # fmt: skip
    await house.settled()


async def test_a_guarantor_s_first_page_says_what_it_owes_and_was_told_and_is_its_only_one(
    house: House,
):
    await lets_guarantor_in(house)
    async with house.logged_in("tj-db-clerk") as clerk:
        page = await clerk.opens("/")
        assert "3,000,000.03" in page.text and "约定出资，应缴入资金池" in page.text
        assert "的合作协议第 1 版生效" in page.text and "资金池 dongli" not in page.text
        assert "没有贷款列贵方为参与方" in page.text
        assert "18,000,000.00" not in page.text, "the pool's balance is nobody else's"
        assert {one for one in page.links if one.startswith("/")} == {"/", "/to-do", "/sessions"}
        assert (await clerk.opens("/claims")).status == 403
        to_do = await clerk.opens("/to-do")
        assert to_do.status == 200 and "贵方向资金池付款" in to_do.text
        assert "3,000,000.03" in to_do.text and "已超期" in to_do.text
        other = house.person("risk_pool", "other", "party_clerk", institution="BJ-DB")
        assert (await other.get("/to-do")).json()["items"] == []
        assert "催收应收款并登记到账" not in to_do.text, "what waits for finance is finance's"

        read = await clerk.sends(page, "/party/inbox/read")
        assert "没有未读" in read.text or "0 条未读" in read.text
        wrong = await clerk.sends(page, "/party/receivers/subscriptions", address="nobody")
        assert wrong.status in (409, 422)
        made = await clerk.sends(
            page, "/party/receivers/endpoints", url="https://guarantor.example.cn/hooks"
        )
        assert "whsec_" in made.text
        later = await clerk.opens("/")
        assert "https://guarantor.example.cn/hooks" in later.text and "whsec_" not in later.text
        delete = next(one for one in later.actions if one.endswith("/delete"))
        gone = await clerk.sends(later, delete)
        assert "guarantor.example.cn" not in gone.text

        english = await clerk.sends(gone, "/language", language="en")
        assert "Contribution as agreed: to pay to the pool" in english.text
