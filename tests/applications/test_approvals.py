"""What an approver decides beside yes and no: a part of the amount, conditions, a second return."""

from typing import Any

from pypdfium2 import PdfDocument

from tests.applications.office import CCB, Office, document, nothing_found, submission
from tests.papers import stores


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def faults(answer: Any) -> list[str]:
    assert answer.status_code == 422, answer.text
    return [one["code"] for one in answer.json()["errors"]]


async def approves(office: Office, case: Any, **more: Any) -> Any:
    body = {"opinion": "同意", "lists_checked": nothing_found(office.now.date())}
    return await office.approver().post(f"/applications/{case['id']}/approve", json=body | more)


async def pays_out(office: Office, case: Any, amount: str) -> Any:
    today = office.now.date()
    body = {"loan_no": f"JJ-{case['number']}", "amount": amount, "disbursed_on": str(today),
            "matures_on": str(today.replace(year=today.year + 1)),
            "lists_checked": nothing_found(today)}  # fmt: skip
    return await office.bank().post(f"/applications/{case['id']}/disbursement", json=body)


async def test_a_part_is_approved_with_a_reason_and_no_more_than_that_is_reserved_or_paid_out(
    office: Office,
):
    case = await office.submits()
    await office.recommends(case)
    part = {"approved_amount": "600000.01", "amount_reason": "按还款来源核减"}

    assert faults(await approves(office, case, approved_amount="600000.01")) == ["reason-needed"]
    assert faults(await approves(office, case, **part | {"approved_amount": "1000000.01"})) == [
        "not-less"
    ]
    assert faults(await approves(office, case, **part, approved_ip_amount="1.00")) == [
        "ip-amount-not-stated"
    ]
    assert await office.state(case) == "recommended"
    await office.said()
    assert (await approves(office, case, **part)).status_code == 200

    (told,) = await office.said("application.approved.v1")
    assert (told.amount_fen, told.applied_fen, told.amount_reason) == (
        60_000_001, 100_000_000, "按还款来源核减",
    )  # fmt: skip
    shown = await office.case(case, by=office.bank())
    assert (shown["amount"], shown["applied"]) == ("600000.01", "1000000.00")
    assert shown["history"][-1]["detail"]["approved"] == "600000.01"
    await office.hears(office.reserved(case))
    await office.registers(case)
    too_much = await pays_out(office, case, "600000.02")
    assert too_much.status_code == 422, too_much.text
    assert (await pays_out(office, case, "600000.01")).status_code == 200


async def test_the_ip_part_that_is_stated_in_yuan_is_stated_anew_for_a_part(office: Office):
    case = await office.submits(
        has_other_collateral=True,
        other_collateral=[{"kind": "guarantee", "description": "保证", "amount": "600000.00"}],
        ip_amount="400000.00",
        documents=[*submission()["documents"], document("ip_share_clause")],
    )
    await office.recommends(case)
    part = {"approved_amount": "500000.00", "amount_reason": "核减"}

    assert faults(await approves(office, case, **part)) == ["ip-amount-needed"]
    over = await approves(office, case, **part, approved_ip_amount="500000.01")
    assert faults(over) == ["over-amount"]
    await office.said()
    done = await approves(office, case, **part, approved_ip_amount="300000.00")
    assert done.status_code == 200, done.text

    (told,) = await office.said("application.approved.v1")
    assert (told.ip_amount_fen, told.ip_share_bp) == (30_000_000, 6_000)


async def test_nothing_is_paid_out_while_a_condition_is_not_confirmed(office: Office):
    case = await office.submits()
    wang, bank = office.reviewer(), office.bank()
    path = f"/applications/{case['id']}/conditions"
    await office.post(wang, case, "take")
    conditions = {"opinion": "建议批准", "conditions": ["投保贷款保证保险"]}
    await office.post(wang, case, "recommend", conditions)
    # Before the decision it is within the bureau.
    assert (await bank.get(path)).json()["items"] == []
    early = await bank.post(f"{path}/1/meet", json={"text": "已投保"})
    assert code(early) == (409, "conditions-not-now")
    await office.said()
    assert (await approves(office, case, conditions=["结清他行逾期"])).status_code == 200
    (told,) = await office.said("application.approved.v1")
    assert told.conditions == ("投保贷款保证保险", "结清他行逾期")
    await office.hears(office.reserved(case))
    await office.registers(case)

    refused = await pays_out(office, case, "1000000.00")
    assert code(refused) == (409, "conditions-open")
    assert refused.json()["open_conditions"] == 2
    assert "disburse" not in (await office.case(case, by=bank))["pending_actions"]
    assert code(await wang.post(f"{path}/1/confirm")) == (409, "condition-not-answered")
    assert (await office.bank(CCB).post(f"{path}/1/meet", json={"text": "x"})).status_code == 404
    (paper,) = await stores(bank, "保单")
    foreign = {"text": "保单见附件", "document": "01932c5e-7a00-7c3e-9c1b-5f2d3a4b6c01"}
    assert faults(await bank.post(f"{path}/1/meet", json=foreign)) == ["document-not-stored"]
    torn = {"text": "保单见附件", "document": paper["id"], "sha256": "0" * 64}
    assert faults(await bank.post(f"{path}/1/meet", json=torn)) == ["document-not-stored"]
    for number, body in (
        (1, {"text": "保单见附件", "document": paper["id"]}),
        (2, {"text": "已结清"}),
    ):
        assert (await bank.post(f"{path}/{number}/meet", json=body)).status_code == 200
    sent_back = await wang.post(f"{path}/2/refuse", json={"reason": "请附结清证明"})
    assert sent_back.status_code == 200
    assert (await wang.post(f"{path}/1/confirm")).status_code == 200
    assert code(await bank.post(f"{path}/1/meet", json={"text": "x"})) == (
        409, "condition-confirmed",
    )  # fmt: skip
    first, second = (await bank.get(path)).json()["items"]
    assert (first["confirmed_name"], second["refused_reason"]) == (None, "请附结清证明")
    assert first["confirmed_at"]
    assert code(await pays_out(office, case, "1000000.00")) == (409, "conditions-open")

    # Whoever of the bureau answers for the bank does not confirm it.
    assert (await wang.post(f"{path}/2/meet", json={"text": "已见结清证明"})).status_code == 200
    assert code(await wang.post(f"{path}/2/confirm")) == (409, "second-person-required")
    assert (await office.reviewer("zhao").post(f"{path}/2/confirm")).status_code == 200
    changed = await office.said("application.condition-changed.v1")
    assert [(one.condition_no, one.standing) for one in changed] == [
        (1, "answered"), (2, "answered"), (2, "refused"), (1, "confirmed"), (2, "answered"),
        (2, "confirmed"),
    ]  # fmt: skip
    assert (await pays_out(office, case, "1000000.00")).status_code == 200


async def test_conditions_of_an_opinion_that_was_taken_back_count_no_more(office: Office):
    case = await office.submits()
    wang = office.reviewer()
    await office.post(wang, case, "take")
    await office.post(wang, case, "recommend", {"opinion": "可以", "conditions": ["甲", "乙"]})
    await office.post(wang, case, "withdraw-opinion", {"reason": "条件有误"})
    await office.post(wang, case, "recommend", {"opinion": "可以", "conditions": ["丙"]})
    await office.said()

    assert (await approves(office, case)).status_code == 200

    (told,) = await office.said("application.approved.v1")
    assert told.conditions == ("丙",)


async def test_a_second_return_says_why_it_was_not_said_the_first_time_and_is_counted(
    office: Office,
):
    case = await office.submits(documents=[], expect="returned_for_correction")

    async def comes_again() -> None:
        mended = await office.bank().post(f"/applications/{case['id']}/resubmit", json=submission())
        assert mended.json()["state"] == "accepted", mended.text
        await office.post(office.reviewer(), case, "take")

    async def returned(**more: Any) -> Any:
        body = {"reasons": ["评估报告缺页"]} | more
        return await office.reviewer().post(f"/applications/{case['id']}/return", json=body)

    await comes_again()
    # The machine's return was none of a person's.
    assert (await returned()).status_code == 200
    assert (await office.case(case))["times_returned"] == 1
    await comes_again()
    assert faults(await returned()) == ["why-not-before-needed"]
    assert await office.state(case) == "under_review"
    assert (await returned(why_not_before="补交的报告与首次不同")).status_code == 200

    shown = await office.case(case, by=office.bank())
    assert shown["times_returned"] == 2
    assert shown["history"][-1]["detail"] == {
        "times": 2, "why_not_before": "补交的报告与首次不同",
    }  # fmt: skip


async def test_every_check_is_shown_with_its_figures_and_kept_as_it_stood_at_the_decision(
    office: Office,
):
    case = await office.submits()
    path = f"/applications/{case['id']}/checks"

    async def checks() -> tuple[Any, dict[str, Any]]:
        answer = await office.bank().get(path)
        assert answer.status_code == 200, answer.text
        body = answer.json()
        return body, {one["en"]: one for one in body["lines"]}

    before, lines = await checks()
    assert (before["decided"], before["failed"]) == (None, 0)
    assert before["passed"] == len(lines) > 12
    cap = {one["en"]: one["value"] for one in lines["Tenor"]["figures"]}
    assert cap["months"] == "12" and int(cap["most"]) >= 12
    papers = {one["en"]: one["value"] for one in lines["Papers"]["figures"]}
    assert papers["asked for"] == papers["there or not needed"]
    assert all(one["source"] for one in before["lines"])

    # A year on the valuation is old: as it stands then, the check fails and says why.
    await office.moves_clock(days=400)
    after, lines = await checks()
    assert not lines["The valuations are fresh"]["passed"]
    assert [one["code"] for one in lines["The valuations are fresh"]["against"]] == [
        "valuation-stale"
    ]
    await office.post(office.reviewer(), case, "take")
    await office.post(office.reviewer(), case, "reject", {"reason": "评估已过期"})
    await office.moves_clock(days=30)

    kept, _ = await checks()
    assert (kept["decided"], kept["on"], kept["failed"]) == ("reject", after["on"], after["failed"])
    assert kept["lines"] == after["lines"]


async def test_the_checks_of_an_approval_name_what_was_approved_and_the_lists_looked_at(
    office: Office,
):
    case = await office.submits()
    await office.recommends(case)
    done = await approves(office, case, approved_amount="600000.00", amount_reason="核减")
    assert done.status_code == 200, done.text

    kept = (await office.reviewer().get(f"/applications/{case['id']}/checks")).json()

    assert (kept["decided"], kept["failed"]) == ("approve", 0)
    figures = [one["value"] for line in kept["lines"] for one in line["figures"]]
    assert "600,000.00" in figures and "1,000,000.00" not in figures


async def test_the_approval_sheet_is_a_numbered_pdf_with_both_opinions_and_the_same_bytes(
    office: Office,
):
    case = await office.submits()
    path = f"/applications/{case['id']}/approval-sheet"
    await office.post(office.reviewer(), case, "take")
    opinion = {"opinion": "权属清晰，建议批准", "conditions": ["投保贷款保证保险"]}
    await office.post(office.reviewer(), case, "recommend", opinion)
    undecided = await office.approver().get(path)
    done = await approves(office, case, approved_amount="600000.00", amount_reason="核减")
    assert done.status_code == 200

    sheet = await office.approver().get(path)

    assert sheet.headers["content-type"] == "application/pdf"
    words = "".join(page.get_textpage().get_text_range() for page in PdfDocument(sheet.content))
    number = f"{case['number']}-SP5"
    assert number in sheet.headers["content-disposition"]
    assert f"{case['number']}-SP4" in undecided.headers["content-disposition"]
    for said in (number, "600,000.00", "1,000,000.00", "核减", "权属清晰，建议批准", "投保贷款保证保险",
                 "同意", "主管部门意见（盖章）", "签字", "质押率"):  # fmt: skip
        assert said in words, said
    assert "资金池与银行分担" in words and "direct" not in words, "names, not codes"
    await office.moves_clock(days=1)
    assert (await office.approver().get(path)).content == sheet.content
    assert (await office.bank().get(path)).status_code == 403
