"""Levels of approval by amount: a further signature, and what two persons alone may not do."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pypdfium2 import PdfDocument

from services.applications.main import SERVICE
from shared.auth.issuer import Issuer
from shared.schemes.decide.approval import approval_level
from shared.schemes.publication import scheme_of
from tests.applications.levels import MET, SIGNED, approves, leader, text, with_levels
from tests.applications.office import CCB, Office, nothing_found, right, submission
from tests.applications.test_approvals import code, faults
from tests.publishing import publication
from tests.risk_pool.openings.book import firm
from tests.services import together


@pytest.fixture(scope="module")
async def office(
    databases_of_module: Any, issuer: Issuer, shared_folder: Path
) -> AsyncIterator[Office]:
    """One for all of these."""
    async with together(
        [SERVICE], databases_of_module, issuer, shared_folder, due_interval_seconds=3600
    ) as (service,):
        office = Office(service)
        await office.opens()
        await with_levels(office)
        yield office


async def signs(office: Office, person: Any, case: Any, **more: Any) -> Any:
    body = {"opinion": "同意，请按条件放款", **more}
    return await person.post(f"/applications/{case['id']}/countersign", json=body)


async def levels(office: Office, case: Any) -> Any:
    return (await office.approver().get(f"/applications/{case['id']}/approval-levels")).json()


async def test_a_large_approval_holds_only_with_a_third_person_s_signature_of_the_level_s_role(
    office: Office,
):
    case = await office.submits(amount=SIGNED)
    await office.recommends(case)
    needed = await levels(office, case)
    assert (needed["level"]["above"], needed["level"]["signature"]) == ("500000.00", "leader")
    await office.said()

    done = await approves(office, case, conditions=["投保贷款保证保险"])
    assert (done.status_code, done.json()["state"]) == (200, "to_countersign")

    # Nothing is approved yet: the pool hears nothing, and neither does the bank.
    (told,) = await office.said()
    assert (told.type, told.role, told.amount_fen, told.approved_name) == (
        "application.to-countersign.v1", "leader", 60_000_000, "li",
    )  # fmt: skip
    assert told.institution == ""
    seen = await office.case(case, by=office.bank())
    assert (seen["approved_on"], seen["approved_by"]) == (None, None)
    assert seen["history"][-1]["reason"] == "" and seen["history"][-1]["detail"] == {}
    assert seen["pending_actions"] == ["withdraw"]
    shown = await office.case(case, by=leader(office))
    assert shown["waiting_for"]["role"] == "leader"
    assert shown["pending_actions"] == ["countersign", "refuse_signature"]

    # Another role, and who has recommended or approved it in the level's own role.
    manager = await signs(office, office.staff("wu", "pool_manager"), case)
    assert code(manager) == (403, "signature-of-another-role")
    for subject in ("wang", "li"):
        assert code(await signs(office, leader(office, subject), case)) == (
            409, "second-person-required",
        )  # fmt: skip
    queue = (await leader(office).get("/queue", params={"who": "signature"})).json()["items"]
    assert [one["id"] for one in queue] == [case["id"]]
    assert case["id"] not in str((await leader(office, "li").get("/queue")).json()["items"])

    await office.said()
    assert (await signs(office, leader(office), case)).json()["state"] == "approved"

    (approved,) = await office.said()
    assert (approved.type, approved.amount_fen, approved.conditions) == (
        "application.approved.v1", 60_000_000, ("投保贷款保证保险",),
    )  # fmt: skip
    assert (await office.case(case))["approved_by"] == "li"
    signed = await levels(office, case)
    assert [(one["action"], one["name"]) for one in signed["signatures"]] == [
        ("recommend", "wang"), ("pass_on", "li"), ("countersign", "gao"),
    ]  # fmt: skip
    sheet = await leader(office).get(f"/applications/{case['id']}/approval-sheet")
    printed = "".join(page.get_textpage().get_text_range() for page in PdfDocument(sheet.content))
    for name in ("wang", "li", "gao", "会签意见（分管领导）"):
        assert name in printed


async def test_a_signature_that_is_refused_leaves_nothing_of_the_approval(office: Office):
    case = await office.submits(amount=SIGNED)
    await office.recommends(case)
    part = {"approved_amount": "550000.00", "amount_reason": "核减"}
    assert (await approves(office, case, **part)).json()["state"] == "to_countersign"
    await office.said()

    path = f"/applications/{case['id']}/refuse-signature"
    answer = await leader(office).post(path, json={"reason": "还款来源须再核实"})

    assert answer.json()["state"] == "under_review"
    (told,) = await office.said()
    assert (told.type, told.reason, told.assigned_to) == (
        "application.signature-refused.v1", "还款来源须再核实", "wang",
    )  # fmt: skip
    shown = await office.case(case)
    assert (shown["amount"], shown["applied"]) == (SIGNED, None)
    assert (shown["recommended_by"], shown["approved_by"]) == (None, None)
    # Reviewed and approved again, of a part that two persons may decide on.
    await office.post(office.reviewer(), case, "recommend", {"opinion": "已核实"})
    small = {"approved_amount": "500000.00", "amount_reason": "核减"}
    assert (await approves(office, case, **small)).json()["state"] == "approved"


async def test_a_part_that_waits_for_its_signature_is_told_as_the_part(office: Office):
    case = await office.submits(amount=MET)
    await office.recommends(case)
    part = {"approved_amount": "700000.00", "amount_reason": "核减"}
    assert (await approves(office, case, **part)).json()["state"] == "to_countersign"
    await office.said()

    assert (await signs(office, leader(office), case)).status_code == 200

    (told,) = await office.said()
    assert (told.amount_fen, told.applied_fen, told.amount_reason) == (
        70_000_000, 90_000_000, "核减",
    )  # fmt: skip


async def test_lists_that_have_grown_old_are_looked_at_again_before_the_signature(office: Office):
    case = await office.submits(amount=SIGNED)
    await office.recommends(case)
    assert (await approves(office, case)).status_code == 200
    await office.moves_clock(days=20)

    stale = await signs(office, leader(office), case)
    assert code(stale) == (409, "no-longer-eligible")
    looked = nothing_found(office.now.date())
    assert (await signs(office, leader(office), case, lists_checked=looked)).status_code == 200


@pytest.mark.parametrize(
    ("amount", "needed"),
    [(50_000_000, None), (50_000_001, "leader"), (80_000_001, "leader and meeting")],
)
def test_an_amount_needs_what_the_highest_level_says_that_it_exceeds(amount: int, needed: Any):
    terms = _terms()

    level = approval_level(amount, terms)

    said = None if level is None else level.signature + " and meeting" * level.joint_meeting
    assert said == needed


def _terms() -> Any:
    published = publication("dongli", text())
    return scheme_of(published, published.sha256).terms(date(2026, 3, 2), "direct")


async def test_an_opinion_s_words_are_filled_from_the_case_and_an_unknown_placeholder_is_refused(
    office: Office,
):
    manager = office.staff("wu", "pool_manager")
    case = await office.submits(amount=SIGNED)
    body = {
        "step": "recommend",
        "title": "齐全",
        "text": "{企业}向{bank}申请 {金额}，已 {天数} 日。",
    }

    unknown = await manager.post("/opinion-templates", json=body | {"text": "{利率}合规"})
    assert faults(unknown) == ["placeholder-unknown"]
    asked = {"text": body["text"], "case": case["id"]}
    shown = await manager.post("/opinion-templates/preview", json=asked)
    assert faults(await manager.post("/opinion-templates/preview", json={"text": "{x}"})) == [
        "placeholder-unknown"
    ]
    kept = (await manager.post("/opinion-templates", json=body)).json()
    assert kept["text"] == body["text"]

    await office.moves_clock(days=3)
    (offered,) = (
        await office.reviewer().get(f"/applications/{case['id']}/opinion-templates")
    ).json()["items"]
    words = "珠海格力电器股份有限公司向中国工商银行天津分行申请 600,000.00 元，已 {} 日。"
    assert shown.json()["text"] == words.format(0)
    assert offered["text"] == words.format(3)
    changed = f"/opinion-templates/{kept['id']}/change"
    assert faults(await manager.post(changed, json={"title": "x", "text": "{}"})) == [
        "placeholder-unknown"
    ]


async def test_the_effect_on_firm_and_bank_is_shown_before_and_after_with_its_ceiling(
    office: Office,
):
    one = firm(77)
    borrower = submission()["borrower"] | {"uscc": one}

    def mine(amount: str) -> Any:
        return office.submits(
            bank=CCB, amount=amount, borrower=borrower, collateral=[right(owner_uscc=one)]
        )

    await office.approves(await mine("100000.00"))
    case = await mine(SIGNED)

    answer = await office.approver().get(f"/applications/{case['id']}/effect")

    shown = {one["whose"]: one for one in answer.json()["exposures"]}
    figures = [shown["borrower_in_pool"][name] for name in ("before", "after", "ceiling")]
    assert figures == ["100000.00", "700000.00", "10000000.00"]
    assert [shown["bank_in_pool"][name] for name in ("before", "after", "ceiling")] == [
        "100000.00", "700000.00", None,
    ]  # fmt: skip
    assert (await office.bank().get(f"/applications/{case['id']}/effect")).status_code == 403
