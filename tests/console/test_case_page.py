"""The page of a case beside the decision: its way, what it moves, who said what, what comes next."""

import pytest

from services.console.cases.before_after import (
    Change,
    at_month,
    at_opening,
    at_run_off,
    at_top_up,
    at_undoing,
    nearest_first,
)
from services.console.cases.kinds import KINDS
from services.console.cases.undo import UNDOS
from services.console.cases.way import LOOKS, look_of, way_of
from services.console.rendering.change_bars import change_bar
from tests.applications.office import FIRM
from tests.console.house import LOOKED_AT, House, did
from tests.console.test_texts import EN, ZH, moves, states


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_each_action_says_how_it_is_taken_back_and_what_does_so_exists(kind):
    table = UNDOS[kind.name]
    assert kind.actions.keys() <= table.keys(), "an action that does not say whether it can"
    for action, undo in table.items():
        key = f"undo_until.{undo.until}"
        assert ZH.knows(key) and EN.knows(key), key
        if undo.by:
            reached = {target for _, name, target, _ in moves(kind) if name == action}
            # The machine may have moved it on by itself in the meantime.
            reached |= {
                to for at, _, to, by_person in moves(kind) if at in reached and not by_person
            }
            leaving = {source for source, name, _, _ in moves(kind) if name == undo.by}
            assert reached & leaving, f"{undo.by} takes no {action} back"
            assert undo.by in kind.actions


def test_a_way_that_was_left_has_a_look_and_a_word_of_its_own():
    ends = {"rejected": "declined", "withdrawn": "withdrawn", "expired": "ended"}
    for state, look in ends.items():
        history = [{"action": one} for one in ("submit", "accept", "take", "withdraw")]
        case = {"state": state, "progress": [], "history": history, "waiting_for": None}
        steps = way_of(case, ZH, of="case")
        assert [one.look for one in steps] == ["done", "done", "done", look]
        assert steps[-1].words == ZH.term("state", state)
        assert steps[-1].word == ZH(f"way.{look}")

    step = {"zh": "预留额度", "en": "reserve", "standing": "now"}
    for state, look in (("capacity_declined", "declined"), ("returned_for_correction", "returned")):
        case = {"state": state, "progress": [step], "history": []}
        assert way_of(case, ZH, of="case")[0].look == look, "what was declined is no progress"
    assert len({ZH(f"way.{look}") for look in ("done", "now", "ahead", *LOOKS)}) == 3 + len(LOOKS)


def test_every_look_is_of_states_that_some_kind_of_case_has():
    known = set().union(*(states(kind) for kind in KINDS)) | {"waiting"}
    assert set().union(*LOOKS.values()) <= known
    assert look_of("under_review") == look_of("paid") == ""


def test_a_month_leaves_what_is_owed_both_ways_and_nothing_lessens_the_other():
    month = {
        "posted_on": None,
        "pool_code": "dongli",
        "statements": [
            {"party_code": "ICBC", "party_name": "工行", "earlier": "-100.01", "net": "0.03"},
            {"party_code": "FIN", "party_name": "财政", "earlier": "0.00", "net": "-5000.00"},
            {"party_code": "dongli", "party_name": "资金池", "earlier": "0.00", "net": "4999.97"},
            {"party_code": "CCB", "party_name": "建行", "earlier": "0.00", "net": "0.00"},
        ],
    }
    rows = [(one.words, one.before, one.after) for one in at_month(ZH, month)]
    assert rows == [
        ("工行 · 应付资金池（未结清）", "100.01", "100.01"),
        ("工行 · 资金池应付（未结清）", "0.00", "0.03"),
        ("财政 · 应付资金池（未结清）", "0.00", "5000.00"),
    ]
    assert at_month(ZH, month | {"posted_on": "2026-06-03"}) == []


def test_openings_top_ups_and_run_offs_say_each_figure_before_and_after_to_the_fen():
    line = {"zh": "在保本金", "en": "covered", "bank_code": "ICBC", "rows": "29386111.18"}
    opening = {"taken_over_on": None, "lines": [line, line | {"rows": "0.00"}]}
    (opened,) = at_opening(ZH, opening, {"ICBC": "工行"})
    assert (opened.words, opened.before, opened.after) == ("工行 · 在保本金", "0.00", "29386111.18")
    assert at_opening(ZH, opening | {"taken_over_on": "2026-03-02"}, {}) == []

    situation = {"called": "200000.01", "available": "17500000.00", "most": "299999.99"}
    called, money = at_top_up(ZH, situation, "300000.00")
    assert (called.before, called.after, called.ceiling) == ("200000.01", "500000.01", "500000.00")
    assert called.over == "0.01"
    assert (money.before, money.after) == ("17700000.01", "18000000.01")

    left = [{"name": "reserved", "amount": "700000.00"}]
    shares = [{"party_name": "财政", "share": "60.01"}, {"party_name": "银行", "share": "39.99"}]
    found = {"left": left, "cash": "100.00", "trial": shares}
    order = {"pending_actions": ["confirm"], "keeps_reserved": False, "shares": []}
    assert [(one.before, one.after) for one in at_run_off(ZH, found, order)] == [
        ("700000.00", "0.00")
    ]
    paid = at_run_off(ZH, found, order | {"pending_actions": ["distribute"]})
    assert [(one.before, one.after) for one in paid] == [
        ("100.00", "0.00"), ("0.00", "60.01"), ("0.00", "39.99"),
    ]  # fmt: skip
    assert at_run_off(ZH, found, order | {"pending_actions": ["close"]}) == []


def test_a_bar_marks_its_limit_and_what_is_above_it():
    over = Change("单户", "8000000.00", "12000000.00", "10000000.00")
    fits = Change("银行", "1000000.00", "2000000.00", "9000000.00")
    free = Change("专户", "2000000.00", "1500000.00")
    assert (over.over, over.room, over.difference) == ("2000000.00", "", "4000000.00")
    assert (fits.over, fits.room, free.difference) == ("", "7000000.00", "-500000.00")
    assert nearest_first([free, fits, over]) == [over, fits, free]

    drawn = {
        one.words: str(change_bar(one.before, one.after, one.ceiling)) for one in (over, fits, free)
    }
    assert ['class="over"' in drawn[name] for name in ("单户", "银行", "专户")] == [
        True,
        False,
        False,
    ]
    assert ['class="limit"' in drawn[name] for name in ("单户", "银行", "专户")] == [
        True,
        True,
        False,
    ]
    assert 'class="freed"' in drawn["专户"] and 'class="added"' not in drawn["专户"]
    # Twelve million fill the bar to a twenty-fifth; ten of them are below the limit.
    added = drawn["单户"].split('class="added" ')[1].split(" y=")[0]
    assert added == 'x="641.0"'


def test_an_undone_disbursement_is_held_again_and_an_undone_filing_is_free():
    coverage = {"state": "active", "covered": "600000.00"}
    pool = {"name": "资金池", "covered": "900000.00", "reserved": "100000.00"}
    held = at_undoing(ZH, coverage, pool, None, is_filing=False)
    assert [(one.before, one.after) for one in held] == [
        ("900000.00", "300000.00"), ("100000.00", "700000.00"), ("600000.00", "0.00"),
    ]  # fmt: skip
    free = at_undoing(ZH, coverage, pool, None, is_filing=True)
    assert [one.after for one in free] == ["300000.00", "0.00"]


async def test_who_decides_sees_the_first_opinion_its_conditions_and_figures_as_they_were(
    house: House,
):
    case = await house.has_case()
    path = f"/applications/{case['id']}"
    first = house.person("applications", "reviewer-lin", "reviewer")
    await did(first.post(f"{path}/take", json={}))
    said = {"opinion": "权属清晰，建议入库", "conditions": ["补交最近一期财务报表"]}
    await did(first.post(f"{path}/recommend", json=said))

    async with house.logged_in("approver-zhao") as second:
        page = await second.opens(f"/cases/{case['id']}")
        assert "前一人的意见" in page.text and "权属清晰，建议入库" in page.text
        assert "补交最近一期财务报表" in page.text
        assert "当时所见" in page.text and "与现在不同" not in page.text
        # The figures that the approval moves, with what is left below each limit, and as a table.
        assert "上限 10,000,000.00 · 余 9,000,000.00" in page.text
        assert [tag for tag, given in page.tags if given.get("class") == "change-bar"]

        await house.has_reserved("CCB")
        later = await second.opens(f"/cases/{case['id']}")
        assert "现为 1,000,000.00" in later.text and "与现在不同" in later.text
    async with house.logged_in("icbc-operator") as bank:
        own = await bank.opens(f"/cases/{case['id']}")
        assert "权属清晰" not in own.text and "当时所见" not in own.text


async def test_an_old_page_says_who_did_what_and_keeps_what_was_typed(house: House):
    case = await house.has_case()
    path = f"/applications/{case['id']}"
    first = house.person("applications", "reviewer-lin", "reviewer")
    await did(first.post(f"{path}/take", json={}))
    await did(first.post(f"{path}/recommend", json={"opinion": "建议入库"}))
    async with house.logged_in("approver-zhao") as second:
        old = await second.opens(f"/cases/{case['id']}")
        await did(first.post(f"{path}/withdraw-opinion", json={"reason": "需补充评估报告"}))
        await did(first.post(f"{path}/recommend", json={"opinion": "已补充，建议入库"}))

        stale = await second.sends(old, f"/cases/{case['id']}/approve", opinion="同意，按此办理")

        assert stale.status == 412
        assert "您打开本页之后，已有人办理" in stale.text
        changes = stale.text.split("您打开本页之后，已有人办理")[1].split("本页已显示最新内容")[0]
        assert changes.count("reviewer-lin") == 2 and "需补充评估报告" in changes
        assert "建议入库" not in changes.split("需补充评估报告")[0], (
            "what was seen is not told again"
        )
        assert stale.form(f"/cases/{case['id']}/approve")["opinion"] == "同意，按此办理"


async def test_a_step_is_taken_back_right_after_it_and_the_next_of_the_list_is_offered(
    house: House,
):
    one, two, other = [await house.has_case(bank) for bank in ("ICBC", "ICBC", "CCB")]
    async with house.logged_in("reviewer-lin") as person:
        await person.opens("/queue?bank=ICBC&sort=number")
        page = await person.opens(f"/cases/{one['id']}")
        assert "提出意见之前，您本人可以放回待办。" in page.text, "said before one acts"
        assert f"/lists/queue/previous?before={one['id']}" in page.links

        done = await person.sends(page, f"/cases/{one['id']}/take")
        assert f"/cases/{two['id']}" in done.links and other["number"] not in done.text
        assert f"{two['number']} " in done.text
        assert "撤回这一步" in done.text, "offered right after it"
        back = await person.sends(done, f"/cases/{one['id']}/release")
        assert "已受理" in back.text
        again = await person.opens(f"/cases/{one['id']}")
        assert "撤回这一步" not in again.text, "only right after it"

        before = await person.client.get(
            f"/lists/queue/previous?before={two['id']}", follow_redirects=False
        )
        assert before.headers["location"] == f"/cases/{one['id']}"


async def test_who_has_nothing_left_is_told_so(house: House):
    case = await house.has_reserved()
    path = f"/applications/{case['id']}"
    clerk = house.person("applications", "icbc-operator", "bank_operator", institution="ICBC")
    await did(clerk.post(f"{path}/withdraw", json={"reason": "企业不再需要"}))
    await house.settled()
    fresh = await house.has_case("CCB")
    await did(house.person("applications", "reviewer-lin", "reviewer").post(
        f"/applications/{fresh['id']}/take", json={}))  # fmt: skip
    await did(house.person("applications", "reviewer-lin", "reviewer").post(
        f"/applications/{fresh['id']}/recommend", json={"opinion": "建议入库"}))  # fmt: skip
    async with house.logged_in("approver-zhao") as second:
        await second.opens("/to-do")
        page = await second.opens(f"/cases/{fresh['id']}")
        done = await second.sends(
            page, f"/cases/{fresh['id']}/approve", opinion="同意入库",
            list_checked_on=[LOOKED_AT[0]["checked_on"]] * len(LOOKED_AT),
        )  # fmt: skip
        assert "没有等待您办理的事项了。" in done.text and "/to-do" in done.links
        assert "办理后审批人员不能收回；放款前银行可以撤回申请。" in done.text


async def test_what_a_claim_its_payment_and_a_recovery_move_is_shown_to_the_fen(house: House):
    claim = await house.has_claim()
    path = f"/claims/{claim['id']}"
    maker = house.person("risk_pool", "finance-sun", "finance_maker")
    await did(maker.post(f"{path}/review", json={"opinion": "触发条件成立"}))
    await house.takes_steps(path)
    async with house.logged_in("finance-qian") as second, house.logged_in("finance-sun") as first:
        page = await second.opens(path)
        said = page.text.split("前一人的意见")[1].split("办理前后")[0]
        assert said.index("触发条件成立") < said.index("登记步骤"), (
            "who judged the whole comes first"
        )
        assert "资金池可用资金 办理前 18,000,000.00 → 办理后 17,950,000.00" in page.text
        assert "资金池承担该企业的补偿 办理前 0.00 → 办理后 50,000.00" in page.text
        done = await second.sends(page, f"{path}/approve", opinion="同意补偿")
        assert "办理后不能撤回；有误的另行更正，由两人办理。" in done.text

        page = await first.opens(path)
        assert "专户资金（付款入账后） 办理前 18,000,000.00 → 办理后 17,950,000.00" in page.text

        clerk = house.person("risk_pool", "icbc-operator", "bank_operator", institution="ICBC")
        came_in = {"received_on": "2026-05-18", "route": "auction", "from_pledged_ip": True,
                   "gross": "120000.00", "costs": "20000.00"}  # fmt: skip
        recovery = await did(clerk.post(f"{path}/recoveries", json=came_in))
        page = await second.opens(f"/recoveries/{recovery['id']}")
        assert "风险补偿资金池 · 尚未收回 办理前 50,000.00 → 办理后 45,000.00" in page.text

        # The recovery knows its loan alone; all about the firm is one click away from it.
        assert f"/cases/{claim['loan_id']}/firm" in page.links
        firm = await second.opens(f"/cases/{claim['loan_id']}/firm")
        assert FIRM in firm.text and "未结清贷款" in firm.text and "1,000,000.00" in firm.text
        assert {"#cases", "#rights", "#warnings", "#claims"} <= set(firm.links)
