"""How good a bank's data are: every figure is counted from rows, and the rows can be looked at."""

from typing import Any

from services.applications.domain.data_quality import MEASURES, Figure, score_bp
from tests.applications.office import CCB, ICBC, Office, position, right, submission

PERIOD = {"from": "2026-01-01", "to": "2026-12-31"}


async def quality(office: Office, *, by: Any = None, bank: str = ICBC) -> dict[str, Any]:
    answer = await (by or office.reviewer()).get(f"/banks/{bank}/data-quality", params=PERIOD)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def behind(office: Office, measure: str, **query: Any) -> list[tuple[str, str]]:
    path = f"/banks/{ICBC}/data-quality/{measure}"
    answer = await office.bank().get(path, params=PERIOD | query)
    assert answer.status_code == 200, answer.text
    return [(one["at"], one["what"]) for one in answer.json()["items"]]


async def test_every_figure_is_so_many_of_so_many_rows_that_can_be_looked_at(office: Office):
    loan = await office.lends(draws_until="2026-06-30", first="900000.00")
    await office.draws(loan, "1.00", "PZ-1")
    await office.submits(
        expect="returned_for_correction", collateral=[right(expires_on="2026-03-01")]
    )
    case = await office.submits()
    gap = {"reasons": [{"text": "材料不清"}]}
    for again in ({}, {"why_not_before": "补正后才发现"}):
        await office.post(office.reviewer(), case, "take")
        await office.post(office.reviewer(), case, "return", gap | again)
        body = submission(collateral=[right()])
        answer = await office.bank().post(f"/applications/{case['id']}/resubmit", json=body)
        assert answer.status_code == 200, answer.text
    path = f"/loans/{loan['id']}/draws/2/undo"
    asked = await office.bank().post(f"{path}/request", json={"reason": "误报"})
    assert asked.status_code == 200, asked.text
    undone = await office.reviewer().post(path, json={"reason": "属实"})
    assert undone.status_code == 200, undone.text
    await office.reports("2026-03", position(principal="900000.00"))
    await office.moves_clock(days=15)
    await office.reports("2026-03", position(principal="800000.00", reason="录入有误"))
    await office.moves_clock(days=30)
    await office.reports("2026-04", position(principal="800000.00"))

    found = await quality(office)
    assert {one["measure"]: (one["count"], one["of"]) for one in found["figures"]} == {
        "submissions_with_findings": (1, 5),
        "returns_for_gaps": (2, 3),
        "second_returns": (1, 2),
        "late_positions": (1, 2),
        "corrected_positions": (1, 3),
        "confirmed_positions": (0, 3),
        "odd_registration_numbers": (0, 1),
        "undone_payments": (1, 2),
    }
    assert found["score_bp"] == int(10_000 * (4/5 + 1/3 + 1/2 + 1/2 + 2/3 + 1 + 1 + 1/2) / 8)  # fmt: skip
    ((_, what),) = await behind(office, "submissions_with_findings")
    assert what.split(", ")[:1] == ["right-ended"]
    assert len(await behind(office, "returns_for_gaps")) == 2
    first = await office.bank().get(
        f"/banks/{ICBC}/data-quality/returns_for_gaps", params=PERIOD | {"limit": 1}
    )
    rest = await behind(office, "returns_for_gaps", cursor=first.json()["next_cursor"])
    assert len(rest) == 1
    ((at, what),) = await behind(office, "late_positions")
    assert (at, what[:7]) == ("2026-05-15", "2026-04")
    ((_, what),) = await behind(office, "corrected_positions")
    assert what == "2026-03: 录入有误"
    assert len(await behind(office, "undone_payments")) == 1
    counted = {one["measure"]: one["count"] for one in found["figures"]}
    for measure, words in MEASURES.items():
        assert words.zh and words.en
        assert len(await behind(office, measure)) == counted[measure]


async def test_a_bank_reads_its_own_figures_and_what_is_no_name_is_not_there(office: Office):
    await office.submits()
    assert (await quality(office, by=office.bank()))["bank_code"] == ICBC
    for who, path, status in (
        (office.bank(CCB), f"/banks/{ICBC}/data-quality", 404),
        (office.bank(CCB), f"/banks/{ICBC}/data-quality/late_positions", 404),
        (office.reviewer(), "/banks/NO-SUCH/data-quality", 404),
        (office.reviewer(), f"/banks/{ICBC}/data-quality/no_such", 404),
        (office.staff("fm", "finance_maker"), f"/banks/{ICBC}/data-quality", 403),
        (office.reviewer(), f"/banks/{ICBC}/data-quality?from=2026-03-02&to=2026-03-01", 422),
        (office.reviewer(), f"/banks/{ICBC}/data-quality/late_positions?cursor=x", 400),
    ):
        answer = await who.get(path)
        assert answer.status_code == status, (path, answer.text)
    nothing = await quality(office, bank=CCB)
    assert (nothing["score_bp"], {one["of"] for one in nothing["figures"]}) == (None, {0})


def test_a_share_is_never_shown_smaller_than_it_is_nor_a_score_larger():
    one = Figure(measure="late_positions", count=1, of=30_000)
    assert (one.share_bp, score_bp([one])) == (1, 9_999)
    assert score_bp([Figure(measure="second_returns", count=0, of=0)]) is None
