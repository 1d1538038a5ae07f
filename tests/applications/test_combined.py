"""Loans with other collateral beside their rights (组合贷款): named, with amounts, and the IP part apart."""

from dataclasses import replace
from fractions import Fraction
from io import BytesIO
from typing import Any

import pytest

from services.applications.bank_files.columns import application_column
from services.applications.domain.programme import programme_findings
from shared.schemes import library
from shared.schemes.cases.answers import ordinary_application
from shared.schemes.decide.application import ApplicationFacts
from shared.schemes.decide.claims import ClaimFacts, Counters, IpShareNotStated
from shared.schemes.decide.eligibility import eligibility
from shared.schemes.decide.loss import split_loss
from shared.sheets.file_rows import FileOfRows
from tests.applications.office import Office, document, nothing_found, submission
from tests.applications.values import AROUND, TODAY, case

HOUSE = {"kind": "real_estate", "description": "厂房", "amount": "600000.00"}


def combined(**changes: Any) -> dict[str, Any]:
    """A loan of 1,000,000.00 of which 400,000.00 is for IP."""
    said = {
        "has_other_collateral": True,
        "other_collateral": [HOUSE],
        "ip_amount": "400000.00",
        "documents": [*submission()["documents"], document("ip_share_clause")],
    }
    return submission(**said | changes)


async def sends(office: Office, **changes: Any) -> Any:
    return await office.bank().post("/applications", json=combined(**changes))


async def test_what_else_secures_a_loan_is_asked_for_and_only_its_ip_part_is_the_pools(
    office: Office,
):
    unsaid = await sends(office, other_collateral=[], ip_amount=None)
    short = await sends(office, other_collateral=[HOUSE | {"amount": "599999.99"}])
    wrong = await sends(office, other_collateral=[{"kind": "gold", "amount": "0.00", "owner": "x"}])
    alone = await sends(office, has_other_collateral=False, ip_amount=None)

    assert {(one["code"], one["field"]) for one in unsaid.json()["findings"]} == {
        ("other-collateral-not-stated", "/other_collateral"),
        ("ip-share-not-stated", "/ip_share_bp"),
    }
    (less,) = short.json()["findings"]
    assert (less["code"], less["evidence"]) == (
        "collateral-below-loan",
        {"ip_part": "400,000.00", "together": "999,999.99", "loan": "1,000,000.00"},
    )
    assert less["zh"] and less["en"]
    assert wrong.status_code == 422
    assert {one["pointer"] for one in wrong.json()["errors"]} == {
        f"#/other_collateral/0/{name}" for name in ("kind", "description", "amount", "owner")
    }
    assert [one["code"] for one in alone.json()["findings"]] == ["other-collateral-contradicts"]

    taken = (await sends(office)).json()
    assert taken["state"] == "accepted", taken["findings"]
    await office.recommends(taken)
    agreed = {"opinion": "同意", "lists_checked": nothing_found(office.now.date())}
    await office.post(office.approver(), taken, "approve", agreed)
    (event,) = await office.said("application.approved.v1")
    shown = await office.case(taken)
    assert shown["other_collateral"] == [HOUSE]
    assert event.ip_share * event.amount_fen == 40_000_000


THIRD = Fraction(10_000, 30_000)
"""IP for 100.00 of a loan of 300.00."""


@pytest.mark.parametrize(
    ("programme", "pays"),
    # Of 100.01 that are lost a third is 33.3366…, so 33.34, of which each payer has its share.
    [
        ("gd_guangzhou_2023", {"city": 1_667, "bank": 1_667}),
        ("sd_weihai", {"province": 1_334, "city": 667, "bank": 1_333}),
    ],
)
def test_a_programme_compensates_the_stated_ip_part_alone_to_the_fen_and_nothing_unstated(
    programme: str, pays: dict[str, int]
):
    scheme = library.load(programme)
    mode = next(iter(scheme.modes))
    terms = scheme.terms(TODAY, mode)
    facts = ClaimFacts(
        outstanding_principal_fen=10_001, loan_amount_fen=30_000, combined_collateral=True,
        ip_share=THIRD, recovered_fen=0, attributes={"is_ip_loan": True},
        confirmed={"provincial_confirmation": True},
    )  # fmt: skip
    counters = Counters(
        used=dict.fromkeys([one.code for one in (*terms.covered, *terms.caps)], 0),
        figures=dict.fromkeys(("bank_year_ceiling", "year_budget"), 10**12),
    )

    found = programme_findings(case(mode=mode, has_other_collateral=True), scheme, AROUND)

    assert "ip-share-not-stated" in [one.code for one in found]
    assert dict(split_loss(facts, terms, counters).shares) == pays
    with pytest.raises(IpShareNotStated):
        split_loss(replace(facts, ip_share=None), terms, counters)


def test_wuhan_takes_an_ip_part_of_half_the_loan_and_not_a_fen_less():
    terms = library.load("hb_wuhan").terms(TODAY, "direct", live=False)
    usual = ordinary_application(TODAY, terms) | {"amount_fen": 2_000, "combined_collateral": True}

    def against(ip_fen: int) -> list[str]:
        facts = ApplicationFacts(**usual, ip_share=Fraction(ip_fen, 2_000))
        return [one.code for one in eligibility(facts, terms)]

    assert (against(1_000), against(999)) == ([], ["ip-share-too-low"])


def test_a_file_of_many_rows_has_a_column_for_each():
    for heading, name in (
        ("其他担保1种类", "other_collateral.0.kind"),
        ("other_collateral.1.amount", "other_collateral.1.amount"),
        ("质物2质押登记号", "collateral.1.registration.registration_no"),
        ("质物1出质人2名称", "collateral.0.pledgors.1.name"),
        ("借款合同编号", "paid_out.contract_no"),
    ):
        column = application_column(heading)
        assert column is not None and column.name == name


def test_a_row_counts_the_pledgors_and_the_other_collateral_of_which_it_says_something():
    words = ("质物1名称", "质物1出质人2身份", "质物1出质人2名称", "其他担保2种类", "其他担保2金额")
    rows = FileOfRows(BytesIO(
        (",".join(words) + "\n一种方法,共有人,张三,保证,600000.00\n").encode()
    ), "csv", application_column).rows()  # fmt: skip

    said = next(rows).said

    assert said["collateral"] == [
        {"name": "一种方法", "pledgors": [{"role": "co_owner", "name": "张三"}]}
    ]
    assert said["other_collateral"] == [{"kind": "guarantee", "amount": "600000.00"}]
