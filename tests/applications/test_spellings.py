"""A right, a loan, a firm is the same one however a bank spells it; as written it is answered."""

from typing import Any

import pytest

from tests.applications.office import CCB, FIRM, Office, right
from tests.applications.test_disbursing import entry, faults, paid_out, pledged

SPELLINGS = (
    "201811564288.X",
    "ZL201811564288.X",
    "zl 2018 1 1564288.x",
    "ＺＬ２０１８１１５６４２８８．Ｘ",
    "CN201811564288.X",
    "201811564288X",
    "201811564288。x",
    "201811564288·X",
    "201811564288\u2010X",
    "201811564288\u2013X",
    "201811564288\u2212X",
    "201811564288\uff0dX",
    "2018\u200d11564288.X",
    "0201811564288.X",
    "专利号：ZL201811564288.X",
    "201811564288.×",
)


def patent(number: str, **changes: Any) -> dict[str, Any]:
    return right(number, filed_on="2018-12-20", expires_on="2038-12-19", **changes)


async def found(office: Office, q: str, *, by: Any = None) -> list[str]:
    answer = await (by or office.reviewer()).get("/applications", params={"q": q})
    assert answer.status_code == 200, answer.text
    return [one["number"] for one in answer.json()["items"]]


async def test_a_patent_that_is_pledged_is_refused_in_every_spelling(office: Office):
    await office.submits(collateral=[patent(SPELLINGS[0])])

    for spelled in SPELLINGS:
        second = await office.submits(
            bank=CCB, expect="returned_for_correction", collateral=[patent(spelled)]
        )
        codes = [one["code"] for one in second["findings"]]
        assert codes == ["right-already-pledged"], spelled
        case = await office.case(second, by=office.bank(CCB))
        assert case["collateral"][0]["number"] == SPELLINGS[0]
        # What nobody sees is taken out of every text before anybody reads it.
        assert case["collateral"][0]["number_as_given"] == spelled.replace("\u200d", "")


@pytest.mark.parametrize(
    ("kind", "spellings"),
    [
        ("trademark_right", ("12345678", "012345678", "第１２３４５６７８号", "1234 5678")),
        ("software_copyright", ("2014SR001852", "２０１４ｓｒ001852", "2014 SR 01852")),
        ("copyright", ("国作登字-2021-F-00123456", "国作登字－２０２１－Ｆ－123456", "国作登字2021f00123456")),
        ("ic_layout_design", ("BS.185559220", "bs 18555922.0", "ＢＳ．１８５５５９２２－0")),
        ("plant_variety", ("CNA20191006012", "cna 2019 1006012", "CNA\u200b20191006012")),
        ("geographical_indication", ("AGI00123", "agi–123", "ＡＧＩ０１２３")),
        ("data_ip", ("浙数登（2023）0012号", "浙数登(2023)12号", "浙数登〔2023〕 012号")),
    ],
)  # fmt: skip
async def test_any_other_right_is_refused_in_every_spelling(office: Office, kind, spellings):
    nice_class = 9 if kind == "trademark_right" else None
    more = {"kind": kind, "nice_class": nice_class}
    numbers = set()
    for spelled in spellings:
        both = [right(spelled, **more), right(spellings[0], **more)]
        case = await office.submits(expect="returned_for_correction", collateral=both)
        assert "right-named-twice" in {one["code"] for one in case["findings"]}, spelled
        numbers |= {one["number"] for one in (await office.case(case))["collateral"]}
    assert len(numbers) == 1


async def test_an_owner_by_name_is_the_borrower_however_the_name_is_written(office: Office):
    firm = {
        "uscc": "9144030071526726XG", "name": "腾讯科技（深圳）有限公司", "is_sme": True,
        "registered_on": "2015-06-01", "region_code": "120110",
    }  # fmt: skip
    for name in (
        "腾讯科技(深圳)有限公司",
        "腾讯科技〔深圳〕 有限公司",
        "腾讯\u200b科技【深圳】有限公司",
    ):
        await office.submits(borrower=firm, collateral=[right(owner_uscc=None, owner_name=name)])
    await office.submits(
        expect="returned_for_correction",
        borrower=firm,
        collateral=[right(owner_uscc=None, owner_name="腾讯科技深圳有限公司")],
    )


async def test_a_firm_in_three_spellings_of_its_code_is_one_firm(office: Office):
    seen = set()
    for code in (FIRM, FIRM.lower(), "９１４４０４００１９２５４８２５６Ｎ"):
        firm = {
            "uscc": code, "name": "珠海格力电器股份有限公司", "is_sme": True,
            "registered_on": "2015-06-01", "region_code": "120110",
        }  # fmt: skip
        case = await office.submits(borrower=firm)
        seen.add((await office.case(case))["borrower_uscc"])
    assert seen == {FIRM}


async def test_a_firms_loans_count_together_however_its_code_and_name_are_written(office: Office):
    worth = right()["valuation"] | {"amount": "40000000.00"}
    await office.lends(amount="6000000.00", collateral=[right(valuation=worth)])

    for code, name in (
        ("９１４４０４００１９２５４８２５６Ｎ", "珠海格力电器 股份有限公司"),
        (f"9144 0400 {FIRM[8:].lower()}", "珠海格力電器股份有限公司"),
        (f"\u200b{FIRM}", "珠海格力电器股份有限公司"),
    ):
        firm = {
            "uscc": code, "name": name, "is_sme": True,
            "registered_on": "2015-06-01", "region_code": "120110",
        }  # fmt: skip
        case = await office.submits(
            expect="returned_for_correction",
            borrower=firm,
            amount="6000000.00",
            collateral=[right(valuation=worth)],
        )
        assert [one["code"] for one in case["findings"]] == ["borrower-over-cap"], code


async def test_a_loan_number_is_used_once_however_it_is_written(office: Office):
    await office.lends(loan_no="HT-2026-001")
    case = await pledged(office)

    for spelled in ("HT-2026-001", "ht 2026 - 1", "ＨＴ－２０２６－００１", "HT\u20142026\u20141"):
        answer = await office.bank().post(
            f"/applications/{case['id']}/disbursement", json=paid_out(loan_no=spelled)
        )
        assert faults(answer) == [("#/loan_no", "loan-no-used")], spelled


async def test_a_position_finds_its_loan_however_its_number_is_written(office: Office):
    await office.lends(loan_no="HT-2026-001")
    row = {
        "outstanding_principal": "1000000.00", "overdue_days": 0, "risk_class": "normal",
    }  # fmt: skip

    answer = await office.reports("2026-03", {"loan_no": "ｈｔ–2026–1", **row})

    verdict = answer["verdicts"][0]
    assert (verdict["accepted"], verdict["loan_no"]) == (True, "HT-2026-001")
    twice = await office.reports(
        "2026-03", {"loan_no": "HT-2026-001", **row}, {"loan_no": "HT2026-0001", **row}
    )
    assert [one["code"] for one in twice["verdicts"][1]["errors"]] == ["loan-named-twice"]


async def test_a_voucher_stands_for_one_draw_however_it_is_written(office: Office):
    case = await office.lends(first="400000.00", draws_until="2026-06-30")
    first = await office.draws(case, "100000.00", "PZ-2026-07")
    assert first.status_code == 200, first.text

    again = await office.draws(case, "200000.00", "pz 2026–7")

    assert (again.status_code, again.json()["code"]) == (409, "draw-reference-used")
    assert (await office.drawn(case))[1]["reference"] == "PZ-2026-07"


async def test_a_bank_is_registered_once_whatever_the_case_of_its_code(office: Office):
    body = {"code": "icbc-tj", "name": "另一家", "uscc": "91440300192317458F"}

    answer = await office.staff("chen", "admin").post("/banks", json=body)

    assert (answer.status_code, answer.json()["code"]) == (409, "bank-exists")


async def test_a_case_is_found_by_any_spelling_of_its_numbers_and_its_firm(office: Office):
    case = await office.submits(collateral=[patent(SPELLINGS[0])])
    await office.reserves(case)
    path = f"/applications/{case['id']}/pledge-registration"
    body = {"registrations": [entry(1, registration_no="Y2026-120000123")]}
    assert (await office.bank().post(path, json=body)).status_code == 200
    path = f"/applications/{case['id']}/disbursement"
    answer = await office.bank().post(path, json=paid_out(loan_no="HT-2026-077"))
    assert answer.status_code == 200, answer.text
    other = await office.submits()
    number = case["number"]

    for q in (
        number, number.lower(), f" {number[:3]} {number[3:]} ", "ＤＬ" + number[2:],
        *SPELLINGS, "HT-2026-077", "ｈｔ–2026–77", "Y2026-120000123", "y2026－120000123",
    ):  # fmt: skip
        assert await found(office, q) == [number], q
    for q in ("格力电器", "珠海 格力", "格\u200b力", FIRM.lower(), "９１４４０４００"):
        assert await found(office, q) == [other["number"], number], q
    for q in ("201811564288.9", "HT-2026-770", "100%", "_", "格力股份"):
        assert await found(office, q) == [], q
    assert await found(office, "HT-2026-077", by=office.bank(CCB)) == []


async def test_a_loan_is_listed_by_any_spelling_of_its_number(office: Office):
    await office.lends(loan_no="HT-2026-001")

    answer = await office.bank().get("/loans", params={"loan_no": "ht2026－1"})

    assert [one["loan_no"] for one in answer.json()["items"]] == ["HT-2026-001"]
