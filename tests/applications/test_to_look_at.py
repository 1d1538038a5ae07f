"""What is unusual about a case's numbers is shown to people and held against nobody."""

from stdnum.cn import uscc as stdnum_uscc

from shared.identifiers import organisation_check
from tests.applications.office import FIRM, Office, right, submission


async def shown(office: Office, **changes) -> list[tuple[str, str]]:
    case = await office.submits(**changes)
    found = (await office.case(case, by=office.reviewer()))["to_look_at"]
    assert all(one["zh"] and one["en"] for one in found)
    return [(one["code"], one["field"]) for one in found]


def firm(**changes) -> dict:
    return submission()["borrower"] | changes


def sole_trader(*, inner: str = "") -> str:
    body = "92120110MA12345"
    organisation = f"{body[8:]}0"
    check = inner or organisation_check(organisation)
    head = f"{body}0{check}"
    return head + stdnum_uscc.calc_check_digit(head)


async def test_a_credit_code_from_elsewhere_is_shown_beside_the_stated_region(office: Office):
    assert FIRM[2:8] == "440400"
    assert await shown(office) == [("credit-code-of-another-region", "/borrower/region_code")]
    assert await shown(office, borrower=firm(region_code="120110", uscc="91120110MA7H2K3T7U"),
                       collateral=[right(owner_uscc="91120110MA7H2K3T7U")]) == []  # fmt: skip


async def test_a_sole_trader_with_a_wrong_inner_check_digit_is_taken_and_shown(office: Office):
    trader = sole_trader()
    wrong = "1" if trader[16] != "1" else "2"
    for code, expected in (
        (trader, []),
        (sole_trader(inner=wrong), [("organisation-code-check-digit", "/borrower/uscc")]),
    ):
        body = {
            "borrower": firm(uscc=code, region_code="120110"),
            "collateral": [right(owner_uscc=code)],
        }
        assert await shown(office, **body) == expected


async def test_an_enterprise_with_a_wrong_inner_check_digit_is_refused_with_every_other_fault(
    office: Office,
):
    head = "91120110MA7H2K3T8"
    wrong = head + stdnum_uscc.calc_check_digit(head)
    body = submission(
        borrower=firm(uscc=wrong), collateral=[right("202310123456.7", owner_uscc=wrong)]
    )

    answer = await office.bank().post("/applications", json=body)

    assert answer.status_code == 422
    assert [(one["pointer"], one["code"]) for one in answer.json()["errors"]] == [
        ("#/borrower/uscc", "organisation-code-check-digit"),
        ("#/collateral/0/number", "patent-check-digit"),
        ("#/collateral/0/owner_uscc", "organisation-code-check-digit"),
    ]
    bank = {"code": "B-1", "name": "某银行", "uscc": wrong}
    refused = await office.staff("chen", "admin").post("/banks", json=bank)
    assert refused.json()["errors"][0]["code"] == "organisation-code-check-digit"
