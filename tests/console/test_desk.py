"""The desk in the console: a manager gives cases away, somebody is absent, somebody keeps out."""

from services.console.cases import several
from tests.console.house import House
from tests.console.page import ticked

CHECK, ACT = "/lists/queue/several/check", "/lists/queue/several"


async def test_a_manager_gives_chosen_cases_to_another_and_the_filter_stays(house: House):
    first, second = await house.has_case(), await house.has_case()
    async with house.logged_in("reviewer-lin") as lin, house.logged_in("reviewer-he") as he:
        await he.opens("/queue")
        queue = await lin.opens("/queue")
        both = [first["id"], second["id"]]
        checked = await lin.sends(queue, CHECK, do="take", rows=ticked(queue))
        assert "可办理 2 行" in checked.text and "2,000,000.00" in checked.text
        taken = await lin.sends(checked, ACT, do="take", rows=ticked(checked))
        assert "已办理 2 行，未办理 0 行" in taken.text

        async with house.logged_in("manager-wu") as manager:
            mine = await manager.opens("/queue?who=reviewer-lin&lamp=")
            assert first["number"] in mine.text and second["number"] in mine.text
            checked = await manager.sends(mine, CHECK, do="assign", rows=ticked(mine))
            unsaid = await manager.sends(checked, ACT, do="assign", rows=ticked(checked))
            assert unsaid.status == 422 and "可办理 2 行" in unsaid.text
            given = await manager.sends(
                unsaid, ACT, do="assign", rows=ticked(unsaid), person="reviewer-he", reason="轮岗"
            )
            assert "已办理 2 行" in given.text
            assert "/queue?who=reviewer-lin&lamp=" in given.links, "the filter by person is kept"
            again = await manager.opens("/queue?who=reviewer-he")
            checked = await manager.sends(again, CHECK, do="assign", rows=ticked(again))
            one = [row for row in ticked(checked) if both[0] in row]
            half = await manager.sends(
                checked, ACT, do="assign", rows=one, person="reviewer-he", reason="再试"
            )
            assert "已办理 0 行，未办理 1 行" in half.text and "此件已在何敏名下" in half.text
            other = await manager.sends(again, CHECK, do="put_back", rows=ticked(again))
            # Somebody is quicker: the row that has moved on is told and left, the others are done.
            async with house.logged_in("manager-wu") as quicker:
                page = await quicker.opens(f"/cases/{both[0]}")
                await quicker.sends(
                    page, ACT, do="assign", rows=ticked(page), person="reviewer-lin", reason="急"
                )
                page = await quicker.opens(f"/cases/{both[0]}")
                await quicker.sends(
                    page, ACT, do="assign", rows=ticked(page), person="reviewer-he", reason="还"
                )
            back = await manager.sends(
                other, ACT, do="put_back", rows=ticked(other), reason="等补充"
            )
            assert "已办理 1 行，未办理 1 行" in back.text and "已被他人修改" in back.text
            again = await manager.sends(again, CHECK, do="put_back", rows=ticked(again))
            assert "打开列表后有变动" in again.text

        # He was told by name, and Lin was not; he sees such notices alone where he likes.
        await house.settled()
        told = f"{first['number']} 分派给何敏"
        inbox = await he.opens("/inbox?by_name=true")
        assert told in inbox.text and "本人" in inbox.text and "只看未读" in inbox.text
        assert f"{second['number']} 已受理" not in inbox.text
        assert f"{second['number']} 已受理" in (await he.opens("/inbox?unread=true")).text
        assert told not in (await lin.opens("/inbox")).text
        page = await he.opens(f"/cases/{first['id']}")
        assert f"/cases/{first['id']}/recommend" in page.actions
        lost = await lin.opens(f"/cases/{first['id']}")
        assert f"/cases/{first['id']}/recommend" not in lost.actions


async def test_all_of_the_page_or_of_the_filter_is_looked_at_before_one_acts_and_no_more_than_fits(
    house: House, monkeypatch
):
    cases = [await house.has_case() for _ in range(4)]
    other = await house.has_case("CCB")
    async with house.logged_in("reviewer-lin") as lin:
        page = await lin.opens("/queue?bank=ICBC&limit=20")
        assert "data-tick-all" in page.html
        all_of_page = await lin.sends(page, CHECK, do="take", which="page", rows=[])
        assert "已选 4 行，可办理 4 行" in all_of_page.text
        assert other["number"] not in all_of_page.text, "of another bank: not in the filter"
        monkeypatch.setattr(several, "MOST", 3)
        page = await lin.opens("/queue?bank=ICBC")
        some = await lin.sends(page, CHECK, do="take", which="filter", rows=[])
        assert "已选 3 行" in some.text and "符合筛选的行较多" in some.text
        rows = ticked(some)
        done = await lin.sends(some, ACT, do="take", rows=rows[:2])
        assert "已办理 2 行，未办理 0 行" in done.text, "what is unticked on the page is left"
        left = await lin.opens("/queue?bank=ICBC&who=nobody")
        assert sum(one["number"] in left.text for one in cases) == 2


async def test_an_absence_a_conflict_and_a_priority_are_entered_on_their_pages(house: House):
    case = await house.has_case()
    path = f"/cases/{case['id']}"
    async with house.logged_in("reviewer-he") as he, house.logged_in("reviewer-lin") as lin:
        await he.opens("/queue")
        page = await lin.opens(path)
        page = await lin.sends(page, f"{path}/take")
        desk = await lin.opens("/desk")
        refused = await lin.sends(
            desk, "/desk/absences", delegate="reviewer-lin", to_day="2026-03-03", reason="年休假"
        )
        assert refused.status == 422 and "代理人须为另一人" in refused.text
        away = await lin.sends(refused, "/desk/absences", delegate="reviewer-he")
        assert "缺勤已登记" in away.text
        stands_in = await he.opens(path)
        assert f"{path}/recommend" in stands_in.actions
        await house.settled()
        assert "林晓缺勤，由您代理" in (await he.opens("/inbox")).text

        own = await lin.opens(path)
        kept_out = await lin.sends(own, f"/desk{path}/conflict", of="firm", reason="配偶任职")
        assert "回避已登记" in kept_out.text and "已受理" in kept_out.text
        assert f"{path}/take" not in kept_out.actions

    async with house.logged_in("manager-wu") as manager:
        page = await manager.opens(path)
        assert "谁看过本案" in page.text and "林晓" in page.text
        urgent = await manager.sends(page, f"/desk{path}/priority", priority="2", reason="续贷")
        assert "优先级已设定" in urgent.text and "特急" in urgent.text
        desk = await manager.opens("/desk")
        assert "配偶任职" in desk.text
        lift = next(one for one in desk.actions if one.endswith("/lift"))
        wrong = await manager.sends(desk, lift, reason="长" * 4001)
        kept = next(one["fields"] for one in wrong.forms if one["action"] == lift)
        assert (wrong.status, kept["reason"]) == (422, "长" * 4001), "what was typed stays"

    async with house.logged_in("icbc-operator") as clerk:
        page = await clerk.opens(path)
        assert "配偶任职" not in page.text and "特急" not in page.text


async def test_who_gave_an_opinion_takes_it_back_on_the_page(house: House):
    case = await house.has_case()
    path = f"/cases/{case['id']}"
    async with house.logged_in("reviewer-lin") as lin:
        page = await lin.sends(await lin.opens(path), f"{path}/take")
        page = await lin.sends(page, f"{path}/recommend", opinion="可以")
        back = await lin.sends(page, f"{path}/withdraw_opinion", reason="漏看一份材料")
        assert "意见已撤回" in back.text and f"{path}/recommend" in back.actions


async def test_a_part_with_a_condition_is_approved_and_met_on_the_page_of_the_case(house: House):
    case = await house.has_case()
    path = f"/cases/{case['id']}"
    async with house.logged_in("manager-wu") as manager:
        desk = await manager.opens("/desk")
        words = "材料齐全，权属清晰，建议批准。"
        added = await manager.sends(
            desk, "/desk/templates", step="recommend", title="齐全", text=words
        )
        assert "模板已新增" in added.text

    async with house.logged_in("reviewer-lin") as lin:
        page = await lin.sends(await lin.opens(path), f"{path}/take")
        (begins,) = [one for one in page.links if "?template=" in one]
        begun = await lin.opens(f"{path}{begins.partition('#')[0]}")
        assert begun.form(f"{path}/recommend")["opinion"] == words
        page = await lin.sends(begun, f"{path}/recommend", conditions="投保贷款保证保险\n\n")
        assert "投保贷款保证保险" in page.text

    async with house.logged_in("approver-zhao") as zhao:
        page = await zhao.opens(path)
        looked = {"opinion": "同意", "list_checked_on": ["2026-03-02"] * 4}
        part = {"approved_amount": "600,000.00"}
        refused = await zhao.sends(page, f"{path}/approve", **looked, **part)
        assert refused.status == 422 and "部分批准须写明理由" in refused.text
        done = await zhao.sends(refused, f"{path}/approve", **looked, **part, amount_reason="核减")
        assert "已批准" in done.text and "600,000.00" in done.text, done.text
        sheet = await zhao.client.get(f"/desk{path}/approval-sheet")
        assert sheet.headers["content-type"] == "application/pdf" and sheet.content[:4] == b"%PDF"
        assert "核对清单" in done.text and "2026-03-02 批准时的核对结果" in done.text
        await house.reaches(case, "capacity_reserved")
        await house.sees("risk_pool", f"/coverages/{case['id']}", amount="600000.00")

    at = f"/conditions/{case['id']}/1"
    async with house.logged_in("icbc-operator") as clerk:
        page = await clerk.opens(path)
        answered = await clerk.sends(page, f"{at}/meet", text="保单已寄出")
        assert "待确认" in answered.text
    async with house.logged_in("reviewer-lin") as lin:
        confirmed = await lin.sends(await lin.opens(path), f"{at}/confirm")
        assert "条件已确认" in confirmed.text


async def test_a_letter_goes_to_the_bank_and_its_answer_comes_back_on_the_page(house: House):
    case = await house.has_case()
    path, letters = f"/cases/{case['id']}", f"/letters/{case['id']}"
    async with house.logged_in("reviewer-lin") as lin, house.logged_in("icbc-operator") as clerk:
        page = await lin.opens(path)
        noted = await lin.sends(page, f"{letters}/notes", text="口碑待核", mentions="reviewer-lin")
        assert "备注已保存" in noted.text and "口碑待核" in noted.text and "@林晓" in noted.text
        empty = await lin.sends(noted, f"{letters}/letters", text="", due_on="2026-03-05")
        assert empty.status == 422
        sent = await lin.sends(empty, f"{letters}/letters", text="请说明还款来源")
        assert "已致函银行" in sent.text and "应于 2026-03-05 前答复" in sent.text

        at_bank = await clerk.opens(path)
        assert "请说明还款来源" in at_bank.text and "口碑待核" not in at_bank.text
        (action,) = [one for one in at_bank.actions if one.endswith("/answer")]
        answered = await clerk.sends(at_bank, action, text="以应收账款偿还")
        assert "以应收账款偿还" in answered.text
        back = await lin.opens(path)
        assert "以应收账款偿还" in back.text and "银行答复" in back.text
        await house.settled()
        inbox = await clerk.opens("/inbox")
        assert "收到主管部门函件" in inbox.text
