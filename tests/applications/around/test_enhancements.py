"""Policies and guarantees beside a loan: versions that are never overwritten, one number for one
policy, what stands today, and what an insurer's part of the split asks for."""

from datetime import date
from importlib import import_module
from typing import Any

import asyncpg
import pytest

from services.applications.domain.enhancement import (
    Enhancement,
    Promise,
    guaranteed_fen,
    insurance_line,
    insured_fen,
)
from shared.contracts.around_loans import EnhancementChangedV1, PolicyStandsV1
from shared.postgres.database import EVERYWHERE
from shared.schemes import library
from tests.applications.office import CCB, FIRM, ICBC, Office, nothing_found
from tests.papers import stores

INSURER, GUARANTOR, BEHIND = "91120000MA07D3F16T", "91120116MA05T2K455", "91120112710543210K"
POLICY: dict[str, Any] = {
    "kind": "loan_guarantee", "insurer_uscc": INSURER, "insurer_name": "某财产保险天津分公司",
    "number": "PZBX-2026-000123", "amount": "600000.00", "premium": "7200.00",
    "premium_borne_by": "firm", "begins_on": "2026-03-02", "ends_on": "2027-03-01",
    "beneficiary_bank": ICBC,
}  # fmt: skip
GUARANTEE: dict[str, Any] = {
    "kind": "guarantee", "guarantor_uscc": GUARANTOR, "guarantor_name": "天津某融资担保",
    "number": "DB-2026-0017", "ratio_bp": 3333, "fee": "5000.00", "fee_borne_by": "firm",
    "begins_on": "2026-03-02", "ends_on": "2027-06-01",
}  # fmt: skip
TERMS = ("amount", "premium", "premium_borne_by", "begins_on", "ends_on", "beneficiary_bank")
ENDORSED = {name: POLICY[name] for name in TERMS} | {
    "amount": "1000000.00", "effective_on": "2026-03-05", "reason": "批单：增加保险金额",
}  # fmt: skip
ENDED = {"ended_on": "2026-03-05", "reason": "退保"}
CHANGED = {k: v for k, v in GUARANTEE.items() if k[:4] not in ("kind", "guar", "numb")} | {
    "effective_on": "2026-03-02", "reason": "补充协议",
}  # fmt: skip
TODAY = date(2026, 3, 2)
MIGRATIONS = "services.applications.migrations.versions"


def promise(**changes: Any) -> Promise:
    return Promise(
        **{
            "effective_on": TODAY, "begins_on": TODAY, "ends_on": date(2027, 3, 1),
            "amount_fen": 60_000_000, **changes,
        }
    )  # fmt: skip


def made(*versions: Promise, kind: str = "loan_guarantee", **more: Any) -> Enhancement:
    return Enhancement(id=None, form="policy", kind=kind, versions=versions, **more)  # type: ignore[arg-type]


def test_it_stands_from_its_first_day_to_its_last_or_to_the_day_on_which_it_was_ended():
    one = made(promise())
    ended = made(promise(), ended_on=date(2026, 6, 1))

    assert [one.is_live(day) for day in (date(2026, 3, 1), TODAY, date(2027, 3, 1))] == [
        False, True, True,
    ]  # fmt: skip
    assert not one.is_live(date(2027, 3, 2))
    assert ended.is_live(date(2026, 6, 1))
    assert not ended.is_live(date(2026, 6, 2))


def test_a_version_holds_from_its_day_on_and_the_one_before_for_the_days_before():
    one = made(promise(), promise(effective_on=date(2026, 6, 1), amount_fen=100_000_000))

    assert one.at(date(2026, 5, 31)).amount_fen == 60_000_000
    assert one.at(date(2026, 6, 1)).amount_fen == 100_000_000
    assert one.at(date(2026, 1, 1)).amount_fen == 60_000_000


def test_ratios_are_added_exactly_rounded_down_once_and_a_reguarantee_adds_nothing():
    third = made(promise(amount_fen=None, ratio_bp=3333), kind="guarantee")
    behind = made(promise(amount_fen=50_00), kind="reguarantee")

    assert guaranteed_fen([third], 100_02, day=TODAY) == 33_33
    assert guaranteed_fen([third, third, third, behind], 100_02, day=TODAY) == 100_00
    assert guaranteed_fen([third] * 4, 100_02, day=TODAY) == 100_02, "at most the loan"
    assert guaranteed_fen([third], 100_02, day=date(2027, 3, 2)) == 0


def test_only_loan_guarantee_insurance_for_the_case_s_bank_covers_its_loan():
    ours, anybodys = made(promise(beneficiary_bank=ICBC)), made(promise(beneficiary_bank=None))
    others = made(promise(beneficiary_bank=CCB))
    liability = made(promise(), kind="infringement_liability")

    found = insured_fen([ours, anybodys, others, liability], bank_code=ICBC, day=TODAY)

    assert found == 120_000_000


@pytest.mark.parametrize(
    ("policies", "code"),
    [([], "policy-missing"), ([made(promise())], "policy-too-small"),
     ([made(promise()), made(promise(amount_fen=40_000_000))], None)],
    ids=["none", "too-small", "enough"],
)  # fmt: skip
def test_where_an_insurer_bears_a_part_the_decision_shows_whether_policies_cover_the_loan(
    policies: list[Enhancement], code: str | None
):
    insured, direct = (library.load("dongli").terms(TODAY, mode) for mode in ("insured", "direct"))

    line = insurance_line(insured, policies, amount_fen=100_000_000, bank_code=ICBC, day=TODAY)

    assert line is not None
    assert [one.code for one in line.against] == ([] if code is None else [code])
    assert insurance_line(direct, policies, amount_fen=1, bank_code=ICBC, day=TODAY) is None


async def records(who: Any, *, status: int = 201, **changes: Any) -> Any:
    answer = await who.post("/policies", json=POLICY | changes)
    assert answer.status_code == status, answer.text
    return answer.json()


async def guarantees(who: Any, case: Any, *, status: int = 201, **changes: Any) -> Any:
    answer = await who.post(f"/applications/{case['id']}/guarantees", json=GUARANTEE | changes)
    assert answer.status_code == status, answer.text
    return answer.json()


async def does(who: Any, path: str, body: Any, status: int = 200) -> Any:
    answer = await who.post(path, json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


def codes(answer: Any) -> list[tuple[str, str]]:
    return sorted((one["pointer"].split("/")[-1], one["code"]) for one in answer["errors"])


async def test_a_policy_is_recorded_endorsed_and_ended_and_each_is_told(office: Office):
    case, bank = await office.submits(), office.bank()
    (paper,) = await stores(bank, "insurance_policy")
    await office.said()

    one = await records(bank, case=case["id"], document=paper["id"])
    await office.moves_clock(days=3)
    wrong = await does(bank, f"/policies/{one['id']}/endorse",
                       ENDORSED | {"effective_on": "2026-03-06"}, 422)  # fmt: skip
    assert codes(wrong) == [("effective_on", "out-of-order")]
    once = await does(office.reviewer(), f"/policies/{one['id']}/endorse", ENDORSED)
    endorsed = await does(bank, f"/policies/{one['id']}/endorse", ENDORSED | {"premium": "1.00"})
    early = await does(bank, f"/policies/{one['id']}/end", ENDED | {"ended_on": "2026-03-01"}, 422)
    assert codes(early) == [("ended_on", "out-of-order")]
    ended = await does(bank, f"/policies/{one['id']}/end", ENDED)

    assert (one["firm_uscc"], one["state"], one["is_live"], one["days_left"]) == (
        FIRM, "agreed", True, 364,
    )  # fmt: skip
    assert (once["amount"], once["state"], once["version"]) == ("1000000.00", "endorsed", 2)
    assert endorsed["state"] == "endorsed"
    assert [(v["version_no"], v["amount"], v["premium"]) for v in endorsed["versions"]] == [
        (1, "600000.00", "7200.00"), (2, "1000000.00", "7200.00"), (3, "1000000.00", "1.00"),
    ]  # fmt: skip
    assert (ended["state"], ended["ended_on"], ended["pending_actions"]) == (
        "ended", "2026-03-05", [],
    )  # fmt: skip
    seen = office.seen
    stood = await office.said(PolicyStandsV1.type)
    assert [(one.insured_fen, one.premium_fen, str(one.ended_on)) for one in stood] == [
        (60_000_000, 720_000, "None"), (100_000_000, 720_000, "None"), (100_000_000, 100, "None"),
        (100_000_000, 100, "2026-03-05"),
    ]  # fmt: skip
    # A house that is brought up to date tells what stood before: the same.
    tell = import_module(f"{MIGRATIONS}.2026_11_30_0066_pledges_told").TELL_POLICIES
    async with office.service.context.database.begin(EVERYWHERE) as conn:
        await conn.execute(tell)
    assert await office.said(PolicyStandsV1.type) == stood[-1:]
    office.seen = seen
    told = await office.said(EnhancementChangedV1.type)
    assert [(e.what, e.amount_fen, str(e.on), e.number) for e in told] == [
        ("recorded", 60_000_000, "2026-03-02", case["number"]),
        ("endorsed", 100_000_000, "2026-03-05", case["number"]),
        ("endorsed", 100_000_000, "2026-03-05", case["number"]),
        ("ended", 100_000_000, "2026-03-05", case["number"]),
    ]
    for step, body in (("endorse", ENDORSED), ("end", ENDED)):
        again = await does(bank, f"/policies/{one['id']}/{step}", body, 409)
        assert again["code"] == "not-possible-now"
    never = await records(bank, case=case["id"], number="PZ-2")
    await does(bank, f"/policies/{never['id']}/end", ENDED)
    assert [e.what for e in await office.said(EnhancementChangedV1.type)] == ["recorded", "ended"]
    gone = await bank.post(f"/documents/{paper['id']}/withdraw")
    assert gone.status_code == 409, "what a policy refers to is not taken back"
    with pytest.raises(asyncpg.RaiseError):
        async with office.service.context.database.begin("*") as conn:
            await conn.execute("update enhancement_versions set amount_fen = 1")


@pytest.mark.parametrize("role", ["bank_operator", "bank_checker", "reviewer", "approver",
                                  "pool_manager", "finance_maker"])  # fmt: skip
async def test_a_bank_s_operator_and_a_reviewer_keep_them_and_nobody_else(
    office: Office, role: str
):
    case, keeper = await office.submits(), office.bank()
    one = await records(keeper, case=case["id"])
    held = await guarantees(keeper, case)
    who = office._person(f"a-{role}", role, institution=ICBC if role.startswith("bank") else "*")
    may = role in ("bank_operator", "reviewer")

    other = await records(keeper, case=case["id"], number="PZ-3")
    body = POLICY | {"case": case["id"], "number": "PZ-2"}
    await does(who, "/policies", body, 201 if may else 403)
    body = GUARANTEE | {"number": "DB-2"}
    await does(who, f"/applications/{case['id']}/guarantees", body, 201 if may else 403)
    now = ENDORSED | {"effective_on": "2026-03-02"}
    await does(who, f"/policies/{one['id']}/endorse", now, 200 if may else 403)
    await does(keeper, f"/guarantees/{held['id']}/change", CHANGED)
    await does(who, f"/guarantees/{held['id']}/change", CHANGED, 200 if may else 403)
    ended = ENDED | {"ended_on": "2026-03-02"}
    await does(who, f"/policies/{other['id']}/end", ended, 200 if may else 403)
    await does(who, f"/guarantees/{held['id']}/end", ended, 200 if may else 403)


async def test_an_insurer_s_number_is_one_policy_in_any_spelling_whoever_names_it(office: Office):
    first, second = await office.submits(), await office.submits(bank=CCB)
    await records(office.bank(), case=first["id"])

    again = await records(
        office.bank(), case=first["id"], number="ｐｚｂｘ—2026—000123", status=422
    )
    foreign = await records(office.bank(CCB), case=second["id"], status=422)
    await records(office.bank(CCB), case=second["id"], insurer_uscc=BEHIND)

    assert codes(again) == codes(foreign) == [("number", "number-used")]


async def test_what_cannot_be_is_told_at_once(office: Office):
    case, bank = await office.submits(), office.bank()

    wrong = await records(
        bank, status=422, case=case["id"], firm_uscc=FIRM, number="—", ends_on="2026-03-01",
        beneficiary_bank="NOBODY", document=case["id"], renews=case["id"],
    )  # fmt: skip
    assert codes(wrong) == [
        ("beneficiary_bank", "bank-unknown"), ("case", "case-or-firm"),
        ("document", "document-not-stored"), ("ends_on", "ends-before-it-begins"),
        ("number", "required"), ("renews", "policy-unknown"),
    ]  # fmt: skip
    both = await guarantees(bank, case, status=422, amount="1.00", backs=case["id"])
    assert codes(both) == [("amount", "amount-or-ratio"), ("backs", "reguarantee")]
    behind = await guarantees(bank, case, status=422, kind="reguarantee", backs=case["id"])
    assert codes(behind) == [("backs", "guarantee-unknown")]
    assert codes(await records(bank, status=422)) == [("case", "case-or-firm")]


async def test_a_renewal_is_linked_to_the_first_policy_and_nothing_is_renewed_twice(office: Office):
    bank = office.bank()
    of_firm = {"firm_uscc": FIRM, "firm_name": "珠海格力电器股份有限公司",
               "kind": "infringement_liability"}  # fmt: skip
    first = await records(bank, **of_firm)
    second = await records(bank, **of_firm, number="PZ-2", renews=first["id"],
                           begins_on="2027-03-02", ends_on="2028-03-01")  # fmt: skip
    third = await records(bank, **of_firm, number="PZ-3", renews=second["id"],
                          begins_on="2028-03-02", ends_on="2029-03-01")  # fmt: skip
    twice = await records(bank, **of_firm, number="PZ-4", renews=first["id"], status=422)

    assert (second["first_id"], third["first_id"]) == (first["id"], first["id"])
    assert (third["first_number"], third["is_live"]) == (first["number"], False)
    assert codes(twice) == [("number", "number-used")]
    assert (await bank.get(f"/firms/{FIRM}")).status_code == 404, "it neither borrows nor owns"
    totals = (
        await bank.get("/policy-totals", params={"since": "2027-01-01", "until": "2028-12-31"})
    ).json()
    assert [(t["month"], t["insured"], t["premium"]) for t in totals["items"]] == [
        ("2027-03", "600000.00", "7200.00"), ("2028-03", "600000.00", "7200.00"),
    ]  # fmt: skip
    assert (totals["policies"], totals["insured"]) == (2, "1200000.00")


async def test_those_that_end_soon_are_listed_first_and_a_bank_finds_its_own_only(office: Office):
    case, bank = await office.submits(), office.bank()
    for number, ends_on in (("A", "2026-04-01"), ("B", "2026-03-20"), ("C", "2026-12-31")):
        await records(bank, case=case["id"], number=number, ends_on=ends_on)
    mine = await guarantees(bank, case)

    async def listed(who: Any, path: str = "/policies", **params: Any) -> list[str]:
        answer = await who.get(path, params=params)
        assert answer.status_code == 200, answer.text
        return [one["number"] for one in answer.json()["items"]]

    assert await listed(bank, within_days=30) == ["B", "A"]
    assert await listed(office.reviewer()) == ["B", "A", "C"]
    page = (await bank.get("/policies", params={"limit": 2})).json()
    assert await listed(bank, limit=2, cursor=page["next_cursor"]) == ["C"]
    assert await listed(bank, "/guarantees", guarantor=GUARANTOR) == ["DB-2026-0017"]
    await office.moves_clock(days=20)
    assert await listed(bank) == ["A", "C"]
    assert await listed(bank, over_too=True, insurer=INSURER) == ["B", "A", "C"]
    stranger = office.bank(CCB)
    assert await listed(stranger) == await listed(stranger, "/guarantees") == []
    own = (await bank.get("/policies")).json()["items"][0]["id"]
    for path in (f"/policies/{own}", f"/guarantees/{mine['id']}",
                 f"/applications/{case['id']}/enhancements", f"/policies/{mine['id']}"):  # fmt: skip
        assert (await stranger.get(path)).status_code == 404, path
    for path, body in ((f"/policies/{own}/endorse", ENDORSED), (f"/policies/{own}/end", ENDED),
                       (f"/guarantees/{mine['id']}/change", CHANGED),
                       (f"/guarantees/{mine['id']}/end", ENDED),
                       ("/policies", POLICY | {"case": case["id"], "number": "D"}),
                       (f"/applications/{case['id']}/guarantees", GUARANTEE)):  # fmt: skip
        await does(stranger, path, body, 404)


async def test_the_case_shows_what_is_promised_beside_its_loan(office: Office):
    case, bank = await office.submits(), office.bank()
    first = await guarantees(bank, case)
    await guarantees(bank, case, kind="reguarantee", backs=first["id"], number="ZDB-1",
                     guarantor_uscc=BEHIND, ratio_bp=None, amount="200000.00")  # fmt: skip
    await records(bank, case=case["id"])

    found = (await office.reviewer().get(f"/applications/{case['id']}/enhancements")).json()

    assert [one["kind"] for one in found["guarantees"]] == ["guarantee", "reguarantee"]
    assert found["guarantees"][1]["backs"] == first["id"]
    assert (found["loan"], found["guaranteed"], found["insured"]) == (
        "1000000.00", "333300.00", "600000.00",
    )  # fmt: skip
    assert (found["insurer_bears"], found["findings"]) == (False, [])
    changed = await does(bank, f"/guarantees/{first['id']}/change", CHANGED | {"ratio_bp": 5000})
    assert [v["ratio_bp"] for v in changed["versions"]] == [3333, 5000]
    await does(bank, f"/guarantees/{first['id']}/end", ENDED | {"ended_on": "2026-03-02"})
    found = (await bank.get(f"/applications/{case['id']}/enhancements")).json()
    assert found["guaranteed"] == "500000.00", "it stands through its last day"
    await office.moves_clock(days=1)
    found = (await bank.get(f"/applications/{case['id']}/enhancements")).json()
    assert found["guaranteed"] == "0.00"


async def test_a_bureau_s_policy_of_a_firm_is_no_bank_s(office: Office):
    told = await records(office.reviewer(), firm_uscc=FIRM, firm_name="某企业")

    assert told["bank_code"] == "*"
    assert (await office.bank().get(f"/policies/{told['id']}")).status_code == 404
    (event,) = await office.said(EnhancementChangedV1.type)
    assert (event.institution, event.number) == ("", "")


async def test_an_approval_and_a_disbursement_show_whether_a_policy_covers_and_neither_is_refused(
    office: Office,
):
    parties = {"insurer": "PICC-TJ", "appraiser": "PG-1"}
    case, bank = await office.submits(mode="insured", parties=parties), office.bank()
    seen = (await bank.get(f"/applications/{case['id']}/enhancements")).json()
    assert (seen["insurer_bears"], seen["findings"][0]["code"]) == (True, "policy-missing")
    await records(bank, case=case["id"])
    await office.reserves(case)
    await records(bank, case=case["id"], number="PZ-2", amount="400000.00")
    await office.registers(case)
    paid = {"loan_no": "JJ-1", "amount": "1000000.00", "disbursed_on": "2026-03-02",
            "matures_on": "2027-03-02", "lists_checked": nothing_found(TODAY)}  # fmt: skip
    await office.post(bank, case, "disbursement", paid)

    checks = (await bank.get(f"/applications/{case['id']}/checks")).json()
    (line,) = [one for one in checks["lines"] if one["zh"] == "保证保险覆盖贷款"]
    history = {one["action"]: one for one in (await office.case(case))["history"]}

    assert (checks["decided"], line["against"][0]["code"]) == ("approve", "policy-too-small")
    assert line["figures"][0]["value"] == "600,000.00"
    assert history["disburse"]["detail"]["insurance"]["passed"] is True
    seen = (await bank.get(f"/applications/{case['id']}/enhancements")).json()
    assert (seen["insured"], seen["findings"]) == ("1000000.00", [])
