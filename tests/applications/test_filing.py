"""Loans that are filed after they were paid out (备案制): through both services, to the fen."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from services.applications.api.requests import SubmissionBody
from services.applications.domain.paid_out import PAPERS
from services.applications.main import SERVICE as APPLICATIONS
from services.applications.queries.surroundings import surroundings, surroundings_of_new
from services.risk_pool.main import SERVICE as RISK_POOL
from shared.auth.issuer import Issuer
from tests.applications.filing import ENTRY, SEEN, filing, paid_out
from tests.applications.office import (
    FIRM,
    ICBC,
    START,
    Office,
    nothing_found,
    position,
    right,
)
from tests.applications.test_with_the_pool import Town
from tests.cash import released
from tests.papers import stores
from tests.publishing import publish
from tests.services import together

POOL = "cd_xinzhi"


@pytest.fixture(scope="module")
async def town(
    databases_of_module: Any, issuer: Issuer, shared_folder: Path
) -> AsyncIterator[Town]:
    """One for all: what moves the clock stands last."""
    services = [APPLICATIONS, RISK_POOL]
    async with together(services, databases_of_module, issuer, shared_folder) as (
        applications,
        risk_pool,
    ):
        town = Town(Office(applications), risk_pool)
        await risk_pool.context.clock.set(START)
        await town.office.lets_banks_in()
        await stores(town.office.bank(), *PAPERS)
        await publish(risk_pool, POOL)
        parties = [
            {"code": "DL-FIN", "role": "district", "name": "区财政局"},
            {"code": ICBC, "role": "bank", "name": "工行"},
        ]
        body = {"code": POOL, "name": "新质贷", "programme": POOL, "opened_on": "2026-01-01"}
        await town.asks(risk_pool.as_("ma", "pool_manager"), "/pools", body | {"parties": parties})
        await released(
            risk_pool.as_("fan", "finance_maker"), risk_pool.as_("hu", "finance_checker"), POOL,
            "contribution", "300000.00", "2026-03-02", party_code="DL-FIN",
        )  # fmt: skip
        yield town


async def files(town: Town, expect: str = "accepted", **changes: Any) -> Any:
    answer = await town.office.bank().post("/applications", json=filing(**changes))
    assert answer.status_code == 201, answer.text
    assert answer.json()["state"] == expect, answer.json()["findings"]
    return answer.json()


async def reviews(town: Town, case: Any, **more: Any) -> Any:
    await town.office.post(town.office.reviewer(), case, "take")
    body = {"opinion": "材料齐全", "paid_out_seen": SEEN} | more
    return await town.office.reviewer().post(f"/applications/{case['id']}/recommend", json=body)


async def approves(town: Town, case: Any, **more: Any) -> Any:
    today = town.office.now.date()
    body = {"opinion": "同意备案入库", "lists_checked": nothing_found(today)} | more
    answer = await town.office.approver().post(f"/applications/{case['id']}/approve", json=body)
    await town.settled()
    return answer


async def enters(town: Town, **changes: Any) -> Any:
    case = await files(town, **changes)
    assert (await reviews(town, case)).status_code == 200
    assert (await approves(town, case)).status_code == 200
    return case


async def cover_checked(town: Town, case: Any, principal: str, overdue_days: int) -> Any:
    """What a pre-check of a claim on the office's day says of the loan's cover."""
    clock = town.pool.context.clock
    if clock.now().date() < town.office.now.date():
        await clock.set(town.office.now)
    claim = {
        "loan_id": case["id"],
        "outstanding_principal": principal,
        "facts": {"overdue_days": overdue_days, "risk_class": "special_mention"},
    }
    clerk = town.pool.as_("clerk", "bank_operator", institution=ICBC)
    answer = await clerk.post("/claims/pre-checks", json=claim)
    assert answer.status_code == 200, answer.text
    (cover,) = [one for one in answer.json()["checks"] if one["code"] == "overdue-since-cover"]
    return cover


async def coverage(town: Town, case: Any) -> Any:
    return (await town.pool.as_("au", "auditor").get(f"/coverages/{case['id']}")).json()


async def balances(town: Town) -> dict[str, str]:
    """What stands in each of the pool's accounts."""
    answer = await town.pool.as_("au", "auditor").get(f"/pools/{POOL}/balances")
    return {one["account"]: one["balance"] for one in answer.json()["accounts"]}


async def test_a_filed_loan_is_held_and_covered_in_one_from_its_approval_on_for_what_is_owed(
    town: Town,
):
    case = await enters(town)

    shown = await town.office.case(case)
    assert (shown["state"], shown["loan"]["outstanding_principal"]) == ("disbursed", "900000.00")
    assert [(one["registration_no"], one["registered_on"]) for one in shown["registrations"]] == [
        (ENTRY["registration_no"], ENTRY["registered_on"])
    ]
    assert shown["waiting_for"]["due_on"] == "2026-04-10", "what was before is not asked for"
    covered = await coverage(town, case)
    assert (covered["state"], covered["covered"], covered["reserved"], covered["outstanding"]) == (
        "active", "900000.00", "0.00", "900000.00",
    )  # fmt: skip
    assert (covered["disbursed_on"], covered["approved_on"], covered["covered_from"]) == (
        "2026-02-10", "2026-03-02", "2026-03-02",
    )  # fmt: skip
    # Beside the decision on another one of 1,000,000.00, both count with what is owed of them.
    second = ENTRY | {"registration_no": "Y2026120000999"}
    term = {"filed_on": "2021-02-01", "expires_on": "2041-01-31", "owner_uscc": FIRM}
    rights = [right("202110123456.7", registration=second, **term)]
    other = await files(town, paid_out=paid_out(), collateral=rights)
    effect = await town.office.approver().get(f"/applications/{other['id']}/effect")
    one = next(each for each in effect.json()["exposures"] if each["whose"] == "borrower_in_pool")
    assert (effect.json()["owed"], one["before"], one["after"]) == (
        "900000.00", "900000.00", "1800000.00",
    )  # fmt: skip
    asked = {"bank": ICBC, "borrower": covered["borrower_uscc"],
             "amount": "1000000.00", "outstanding": "900000.00", "mode": shown["mode"]}  # fmt: skip
    effect = await town.pool.as_("au", "auditor").get(
        f"/pools/{shown['pool_code']}/entry-effect", params=asked
    )
    assert effect.json()["covered"] == "900000.00", effect.text
    assert covered["scheme_version"] == shown["scheme_version"] != ""
    assert [(one["source"], one["action"]) for one in covered["history"]] == [(None, "enter")]
    assert await town.office.said("loan.disbursed.v1") == [], "it was paid out before"


async def test_the_checks_count_a_filed_loan_that_waits_for_the_pool_with_what_is_owed(town: Town):
    firm = "91510100MA6CGUGA1W"
    borrower = filing()["borrower"] | {"uscc": firm, "name": "成都某科技有限公司"}
    mine = right("202210123456.1", registration=ENTRY, owner_uscc=firm, owner_name=borrower["name"])
    case = await files(town, borrower=borrower, collateral=[mine])
    assert (await reviews(town, case)).status_code == 200
    # Approved, and the pool has not answered yet.
    async with town.office.service.context.database.begin("*") as conn:
        await conn.execute(
            "update applications set state = 'approved' where id = $1", UUID(case["id"])
        )
        again = SubmissionBody.model_validate(filing(borrower=borrower)).as_submission()
        today = town.office.now.date()
        (many,) = await surroundings_of_new(conn, [again], bank_code=ICBC, today=today)
        one = await surroundings(conn, again, bank_code=ICBC, except_case=UUID(int=0), today=today)
    for known in (many.around, one.around):
        assert known is not None
        assert (known.borrower_balance_fen, known.borrower_live_cases) == (90_000_000, 1)


async def test_a_loan_filed_by_mistake_leaves_the_pool_by_two_persons_and_can_be_filed_anew(
    town: Town,
):
    paid, mine = paid_out(), right(registration=ENTRY)
    case = await enters(town, paid_out=paid, collateral=[mine])
    room = await balances(town)
    path = f"/applications/{case['id']}/undo-disbursement"
    clerk = town.office.bank()
    assert (await town.office.reviewer().post(path)).json()["code"] == "undo-not-asked"
    await town.office.post(clerk, case, "undo-disbursement/request", {"reason": "备错了借据"})
    (waits,) = [
        one
        for one in (await town.office.reviewer().get("/loan-requests")).json()["items"]
        if one["loan_id"] == case["id"]
    ]
    assert (waits["kind"], waits["pending_actions"]) == ("undo_filing", ["undo_filing"])
    assert (await coverage(town, case))["state"] == "active", "nothing moves before the second"
    await town.office.said()
    undone = await town.office.reviewer().post(path)
    assert (undone.status_code, undone.json()["state"]) == (200, "withdrawn")
    await town.settled()

    (told,) = await town.office.said("loan.disbursement-undone.v1")
    assert (told.filed, told.reason) == (True, "备错了借据")
    free = await coverage(town, case)
    assert (free["state"], free["covered"], free["reserved"], free["release_reason"]) == (
        "released", "0.00", "0.00", "undone",
    )  # fmt: skip
    assert await balances(town) != room
    # The same loan with the same right, filed as it should have been, is covered like any other.
    again = await enters(town, paid_out=paid, collateral=[mine])
    assert (await coverage(town, again))["covered"] == "900000.00"
    assert await balances(town) == room, "to the fen"


async def test_without_room_a_filed_loan_is_declined_waits_in_no_line_and_stays_outside(
    town: Town,
):
    big = {"amount": "90000000.00", "paid_out": paid_out(outstanding_principal="90000000.00")}
    worth = right()["valuation"] | {"amount": "900000000.00"}
    case = await files(town, **big, collateral=[right(registration=ENTRY, valuation=worth)])
    await reviews(town, case, paid_out_seen=SEEN | {"amount": "90000000.00"})
    await approves(town, case)

    shown = await town.office.case(case)
    assert (shown["state"], shown["loan"]) == ("capacity_declined", None)
    assert shown["declined_limits"] != []
    assert (await coverage(town, case))["state"] == "declined"
    auditor = town.pool.as_("au", "auditor")
    assert (await auditor.get(f"/pools/{POOL}/waiting-line")).json()["items"] == []


async def test_everything_wrong_with_a_filing_is_told_at_once_in_both_languages(town: Town):
    case = await files(
        town,
        "returned_for_correction",
        paid_out=paid_out(
            signed_on="2026-01-05",
            disbursed_on="2025-12-31",
            matures_on="2027-01-01",
            outstanding_principal="1000000.01",
            as_of="2026-01-15",
            overdue_days=3,
        ),
        collateral=[right()],
        documents=[],
    )

    findings = {(one["code"], one["field"]) for one in case["findings"]}
    assert findings == {
        ("paid-out-before-contract", "/paid_out/disbursed_on"),
        ("paid-out-before-pool", "/paid_out/disbursed_on"),
        ("maturity-beyond-tenor", "/paid_out/matures_on"),
        ("more-than-was-lent", "/paid_out/outstanding_principal"),
        ("position-too-old", "/paid_out/as_of"),
        ("overdue-before-entry", "/paid_out/overdue_days"),
        ("right-not-registered", "/collateral/0/registration"),
        ("filed-late", "/paid_out/disbursed_on"),
        ("document-missing", "/documents"),
    }
    (late,) = [one for one in case["findings"] if one["code"] == "filed-late"]
    assert late["evidence"] == {
        "from": "2025-12-31", "last_day": "2026-01-31", "filed_on": "2026-03-02",
    }  # fmt: skip
    for day in ("2026-01-31", "2026-03-02"):
        assert day in late["zh"] and day in late["en"]
    missing = [one["evidence"]["document"] for one in case["findings"] if "document" in one["code"]]
    assert missing == list(PAPERS)


async def test_what_cannot_be_read_of_a_filing_is_refused_with_every_field(town: Town):
    wrong = {"loan_no": "", "signed_on": "2026-02-30", "risk_class": "fine", "rate": 3,
             "outstanding_principal": 5, "attributes": {"nonsense": True}}  # fmt: skip

    answer = await town.office.bank().post("/applications", json=filing(paid_out=wrong))

    assert answer.status_code == 422
    told = {one["pointer"] for one in answer.json()["errors"]}
    assert told == {
        f"#/paid_out/{name}"
        for name in (
            "loan_no", "contract_no", "signed_on", "disbursed_on", "matures_on", "as_of",
            "outstanding_principal", "overdue_days", "risk_class", "attributes/nonsense", "rate",
        )
    }  # fmt: skip


async def test_nobody_recommends_before_the_papers_were_read_and_agree(town: Town):
    case = await files(town)
    await town.office.post(town.office.reviewer(), case, "take")
    path = f"/applications/{case['id']}/recommend"

    unread = await town.office.reviewer().post(path, json={"opinion": "同意"})
    read = await town.office.reviewer().post(
        path,
        json={
            "opinion": "同意",
            "paid_out_seen": SEEN | {"disbursed_on": "2026-01-10", "amount": "1000000.01"},
            "conditions": ["投保"],
        },
    )

    codes = [(one["pointer"], one["code"]) for one in unread.json()["errors"]]
    assert codes == [("#/paid_out_seen", "papers-not-seen")]
    codes = [(one["pointer"], one["code"]) for one in read.json()["errors"]]
    assert codes == [
        ("#/paid_out_seen/disbursed_on", "paper-disagrees"),
        ("#/paid_out_seen/amount", "paper-disagrees"),
        ("#/conditions", "conditions-after-disbursement"),
    ]


async def test_the_way_in_is_the_programmes(town: Town):
    to_come = await files(town, "returned_for_correction", paid_out=None)
    assert {one["code"] for one in to_come["findings"]} == {
        "not-paid-out", "registered-before-approval",
    }  # fmt: skip


async def test_the_days_of_a_filing_are_its_own_and_cover_is_for_what_is_owed_and_lost_afterwards(
    town: Town,
):
    office = town.office
    returned = await files(
        town, "returned_for_correction", documents=[], paid_out=paid_out(loan_no="A")
    )
    less = await enters(town, paid_out=paid_out(loan_no="B", outstanding_principal="600000.01"))
    bad = await enters(town, paid_out=paid_out(loan_no="C"))
    waits = await files(town)
    await reviews(town, waits)
    part = {"approved_amount": "500000.00", "amount_reason": "风险", "conditions": ["投保"]}
    refused = await approves(town, waits, **part)
    assert [one["code"] for one in refused.json()["errors"]] == [
        "paid-out-in-full", "conditions-after-disbursement",
    ]  # fmt: skip

    # After the term a correction is in time, and whatever comes now is late.
    await goes_on(town, days=10)
    again = filing(collateral=[right(registration=ENTRY)], paid_out=paid_out(loan_no="A"))
    path = f"/applications/{returned['id']}/resubmit"
    mended = await office.bank().post(path, json=again)
    late = await files(town, "returned_for_correction", paid_out=paid_out(loan_no="b"))
    await goes_on(town, days=20)
    stale = await approves(town, waits)

    assert mended.json()["state"] == "accepted", mended.text
    assert {one["code"] for one in late["findings"]} == {"filed-late", "loan-no-used"}
    assert [one["code"] for one in stale.json()["findings"]] == ["position-too-old"]

    # What was paid back before the approval is never covered, whatever is reported later.
    assert (await coverage(town, less))["covered"] == "600000.01"
    await office.reports(
        "2026-03",
        position("B", "700000.00"),
        position("C", "900000.00", overdue_days=31, risk_class="special_mention"),
    )
    await town.settled()
    assert (await coverage(town, less))["covered"] == "600000.01"
    before = await cover_checked(town, bad, "900000.00", 31)
    assert (before["result"], before["evidence"]["overdue_since"]) == ("fail", "2026-02-28")
    await office.reports(
        "2026-04", position("B", "600000.01", overdue_days=20, risk_class="special_mention")
    )
    await town.settled()
    since = await cover_checked(town, less, "600000.01", 20)
    assert (since["result"], since["evidence"]) == (
        "pass",
        {"covered_from": "2026-03-02", "disbursed_on": "2026-02-10", "overdue_since": "2026-04-10"},
    )


async def goes_on(town: Town, *, days: int) -> None:
    """Both services' clocks."""
    await town.office.moves_clock(days=days)
    await town.pool.context.clock.set(town.office.now)
