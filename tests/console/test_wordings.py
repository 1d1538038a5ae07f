"""The words of notices in the console: written beside their fields, looked at, approved by another."""

from services.console.rendering.word_changes import Piece, changes
from tests.console.house import House

PAGE = "/templates/claim.paid.v1"
WORDS = {
    "title_zh": "补偿款到账：{{ claim_number }}",
    "text_zh": "{{ number }} 的补偿款 {{ paid_fen | yuan }} 元已支付。",
    "title_en": "Paid: {{ claim_number }}",
    "text_en": "CNY {{ paid_fen | yuan }} were paid.",
    "why": "统一用语",
}


async def test_words_to_banks_are_drafted_by_one_and_approved_by_another(house: House):
    async with house.logged_in("admin") as admin, house.logged_in("manager-wu") as manager:
        found = await admin.opens("/templates?q=claim.paid")
        assert "claim.paid.v1" in found.text and "claim.refused.v1" not in found.text
        page = await admin.opens(f"{PAGE}?reader=bank")
        assert "补偿款已支付" in page.text and "{{ paid_fen | yuan }}" in page.text

        wrong = await admin.sends(
            page,
            PAGE,
            **{**WORDS, "text_zh": "{{ wages }}"},
            reader="bank",
            scope="house",
            do="draft",
        )
        assert wrong.status == 422 and "第 1 行：该消息没有栏目 wages" in wrong.text
        shown = await admin.sends(
            wrong,
            PAGE,
            **{**WORDS, "text_zh": "付了 {{ paid_fen | yuan }} 元"},
            reader="bank",
            do="preview",
        )
        assert shown.status == 200 and "付了 " in shown.text and "用示例数据写成" in shown.text
        # The part of the page that is asked for while somebody types.
        typing = shown.form(PAGE) | WORDS | {"title_zh": "{{", "reader": "bank"}
        part = await admin.client.post(f"{PAGE}/preview", data=typing)
        assert "还不能这样写" in part.text and "<html" not in part.text
        drafted = await admin.sends(shown, PAGE, **WORDS, reader="bank", scope="house", do="draft")
        assert "草稿已提交" in drafted.text and "待另一人批准" in drafted.text
        assert not [one for one in drafted.actions if one.endswith("/approve")]

        assert "1 份草稿待处理" in (await manager.opens("/templates")).text
        to_do = await manager.opens("/to-do?kind=template")
        assert "通知文本" in to_do.text and "待批准生效" in to_do.text and PAGE in to_do.html
        waiting = await manager.opens(PAGE)
        assert "与系统文本的差异" in waiting.text and "<ins>" in waiting.html
        approve = next(one for one in waiting.actions if one.endswith("/approve"))
        assert "已生效" in (await manager.sends(waiting, approve)).text
        holds = await manager.opens(PAGE)
        withdraw = next(one for one in holds.actions if one.endswith("/withdraw"))
        unsaid = await manager.sends(holds, withdraw)
        assert unsaid.status == 422
        asked = await manager.sends(unsaid, withdraw, reason="另拟")
        assert "生效，待确认撤销" in asked.text
        keep = next(one for one in asked.actions if one.endswith("/keep"))
        assert "继续使用。" in (await manager.sends(asked, keep)).text

    async with house.logged_in("icbc-operator") as clerk:
        own = await clerk.opens(PAGE)
        assert "补偿款到账" in own.text and "系统管理员" not in own.text
        sent = await clerk.sends(
            own, PAGE, **{**WORDS, "title_zh": "本行：{{ number }}"}, do="draft"
        )
        assert "银行自编" in sent.text
        assert not [one for one in sent.actions if one.endswith("/approve")]

        # A message says what it said, and with which words.
        await house.has_case()
        kept = house.person("notifications", "icbc-operator", "bank_operator", institution="ICBC")
        (told, *_) = (await kept.get("/messages")).json()["items"]
        message = await clerk.opens(f"/inbox/messages/{told['id']}")
        assert told["title"]["zh"] in message.text and told["title"]["en"] in message.text
        assert "所用文本 系统文本" in message.text and "只在收件箱" in message.text
    async with house.logged_in("reviewer-lin") as reviewer:
        assert (await reviewer.opens("/templates")).status == 403


def test_a_field_in_its_braces_comes_and_goes_as_one():
    assert changes("付 {{ a }} 元", "付了 {{ b }} 元") == [
        Piece("same", "付"), Piece("new", "了"), Piece("same", " "),
        Piece("gone", "{{ a }}"), Piece("new", "{{ b }}"), Piece("same", " 元"),
    ]  # fmt: skip
