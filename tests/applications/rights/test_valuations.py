"""Several valuations of a right: which counts, how far they lie apart, whether a loan is covered."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from services.applications.domain.valuations import Worth, cover, spread, that_counts
from services.applications.tables import value_counts
from shared.postgres.database import EVERYWHERE
from tests.applications.office import CCB, ICBC, Office, right

PATENT = "201811564288.X"
TERM = {"filed_on": "2018-12-20", "expires_on": "2038-12-19"}
TODAY = date(2026, 3, 2)
ONE = Worth(
    amount_fen=1_000_000_00, method="income", appraiser="甲评估", valued_on=date(2026, 1, 15),
    valid_until=date(2027, 1, 15), related_to=None, bank_code="*", reference="",
)  # fmt: skip


def test_the_youngest_that_holds_counts_and_of_one_day_the_lowest():
    older = replace(ONE, valued_on=date(2025, 12, 1), amount_fen=900_000_00)
    stale = replace(ONE, valid_until=date(2026, 3, 1), valued_on=date(2026, 2, 1))
    related = replace(ONE, related_to="firm", valued_on=date(2026, 3, 1))
    lower = replace(ONE, amount_fen=800_000_00)
    ahead = replace(ONE, valued_on=date(2026, 3, 3))

    assert that_counts([older, ONE, stale, related, ahead], TODAY) is ONE
    assert that_counts([ONE, lower], TODAY) is lower
    assert that_counts([stale, related, ahead], TODAY) is None
    assert that_counts([replace(ONE, valid_until=TODAY)], TODAY) is not None


def test_the_spread_is_highest_over_lowest_and_who_lies_apart_is_named():
    low, high = replace(ONE, amount_fen=700_000_00), replace(ONE, amount_fen=1_300_000_01)

    found = spread([ONE, low, high], TODAY)

    assert found is not None
    assert (found.count, found.middle_fen) == (3, 1_000_000_00)
    assert found.ratio == Fraction(1_300_000_01, 700_000_00) - 1
    assert found.outliers == (high,), "exactly thirty per cent below lies not apart"
    two = spread([low, high], TODAY)
    assert two is not None
    assert two.outliers == (), "of two nobody can say which"
    assert spread([], TODAY) is None


@pytest.mark.parametrize(
    ("share_bp", "part", "shortfall"),
    [(None, 300_000_01, 50_000_01), (3333, 99_990_01, 0), (8334, 250_020_01, 20_01)],
)
def test_a_loan_is_short_by_its_ip_part_less_value_times_rate_to_the_fen(
    share_bp: int | None, part: int, shortfall: int
):
    loan = {"ip_amount_fen": None, "ip_share_bp": share_bp, "amount_fen": 400_000_00,
            "outstanding_fen": 300_000_01}  # fmt: skip
    rights = [{"kind": "invention"}, {"kind": "trademark_right"}]

    found = cover(
        loan, rights, [[ONE], []], rates={"invention": Fraction(1, 4)}, day=TODAY
    )  # fmt: skip

    assert (found.ip_part_fen, found.carried_fen) == (part, 250_000_00)
    assert found.shortfall_fen == shortfall


async def right_of(office: Office, number: str = PATENT) -> str:
    listed = (await office.reviewer().get("/rights", params={"q": number})).json()["items"]
    return str(listed[0]["id"])


async def values(who: Any, right_id: str, *, status: int = 201, **changes: Any) -> Any:
    body = {"amount": "3000000.00", "method": "market", "appraiser": "乙评估",
            "valued_on": "2026-03-01"} | changes  # fmt: skip
    answer = await who.post(f"/rights/{right_id}/valuations", json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def short(who: Any, **query: Any) -> list[dict[str, Any]]:
    answer = await who.get("/cover-shortfalls", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def test_a_lower_value_leaves_a_loan_short_and_a_related_appraiser_counts_for_nothing(
    office: Office,
):
    case = await office.lends(collateral=[right(PATENT, **TERM)])
    right_id = await right_of(office)
    assert await short(office.reviewer()) == []

    await values(office.reviewer(), right_id, amount="100.00", related_to="firm",
                 relation_note="评估机构为借款企业股东")  # fmt: skip
    assert await short(office.reviewer()) == []
    found = await values(office.reviewer(), right_id)
    assert [(one["amount"], one["counts"], one["is_used"]) for one in found["items"]] == [
        ("100.00", False, False), ("3000000.00", True, True), ("12000000.00", True, False),
    ]  # fmt: skip
    assert (found["spread"]["count"], found["spread"]["spread_bp"]) == (2, 30_000)

    (one,) = await short(office.bank())
    assert (one["case_number"], one["ip_part"], one["carried"], one["shortfall"]) == (
        case["number"], "1000000.00", "750000.00", "250000.00",
    )  # fmt: skip
    assert one["rights"][0]["pledge_rate_bp"] == 2500
    assert await short(office.bank(CCB)) == []
    assert len(await short(office.reviewer(), all_loans="true")) == 1


async def test_another_banks_valuation_is_neither_seen_nor_counted(office: Office):
    await office.lends(collateral=[right(PATENT, **TERM)])
    right_id = await right_of(office)
    said = {"kind": "invention", "number": PATENT, "source": "entry", "as_of": "2026-03-02",
            "legal_status": "in_force"}  # fmt: skip
    assert (await office.reviewer().post("/rights", json=said)).status_code == 201
    await values(office.bank(CCB), right_id, amount="1.00")

    seen = (await office.bank().get(f"/rights/{right_id}/valuations")).json()
    assert [one["amount"] for one in seen["items"]] == ["12000000.00"]
    assert await short(office.reviewer()) == []
    own = (await office.bank(CCB).get(f"/rights/{right_id}/valuations")).json()
    assert [one["amount"] for one in own["items"]] == ["1.00"]


async def test_a_value_out_of_date_carries_nothing(office: Office):
    await office.lends(collateral=[right(PATENT, **TERM)])
    assert await short(office.reviewer()) == []
    await office.moves_clock(days=320)

    (one,) = await short(office.reviewer())

    assert (one["rights"][0]["value"], one["carried"]) == (None, "0.00")


async def test_what_cannot_be_is_refused_with_every_fault(office: Office):
    await office.submits(collateral=[right(PATENT, **TERM)])
    right_id = await right_of(office)

    answer = await values(
        office.reviewer(), right_id, status=422, valued_on="2026-03-03",
        valid_until="2026-03-02", related_to="bank",
    )  # fmt: skip

    assert {(one["pointer"], one["code"]) for one in answer["errors"]} == {
        ("#/valued_on", "in-future"),
        ("#/valid_until", "ends-before-it-begins"),
        ("#/relation_note", "required"),
    }
    await values(office.bank(CCB), right_id, status=404)


async def test_statistics_are_by_kind_industry_and_method(office: Office):
    await office.submits(collateral=[right(PATENT, **TERM), right()], attributes={"industry": "C"})
    await values(office.reviewer(), await right_of(office))

    rows = (await office.reviewer().get("/valuation-statistics")).json()["items"]

    assert [(one["kind"], one["industry"], one["method"], one["valuations"], one["sum"])
            for one in rows] == [
        ("invention", "", "market", 1, "3000000.00"),
        ("invention", "C", "income", 2, "24000000.00"),
    ]  # fmt: skip


async def test_what_takes_long_to_count_is_kept_and_says_since_when(office: Office, monkeypatch):
    await office.submits(collateral=[right(PATENT, **TERM), right()], attributes={"industry": "C"})
    await values(office.reviewer(), await right_of(office))
    askers = (office.reviewer(), office.bank(ICBC), office.bank(CCB))
    told = [(await one.get("/valuation-statistics")).json() for one in askers]
    database = office.service.context.database
    async with database.begin(EVERYWHERE) as conn:
        await value_counts.count_anew(conn, now=office.service.context.clock.now())

    assert [one["counted_at"] for one in told] == [None, None, None]
    monkeypatch.setattr(value_counts, "LONG_MILLISECONDS", 0)
    kept = [(await one.get("/valuation-statistics")).json() for one in askers]
    assert [one["items"] for one in kept] == [one["items"] for one in told]
    assert None not in [one["counted_at"] for one in kept]
    assert told[0]["items"] != told[2]["items"]
