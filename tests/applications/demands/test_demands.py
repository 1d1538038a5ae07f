"""What a bank sees of demands, what may be said of them, days for answers, and the funnel."""

from typing import Any

from services.applications.handlers.to_do import CASES
from tests.applications.demands.stories import QUOTE, answers, demand_of, follows, posts, shown
from tests.applications.office import CCB, FIRM, ICBC, OTHER_FIRM, Office
from tests.waits import stand_as_their_cases_do


def faults(answer: Any) -> dict[str, str]:
    assert answer.status_code == 422, answer.text
    return {one["pointer"]: one["code"] for one in answer.json()["errors"]}


async def test_a_bank_sees_what_it_was_offered_and_never_another_banks_answer(office: Office):
    only_icbc = {"to_all_banks": False, "banks": [ICBC]}
    own = (await posts(office.reviewer(), **only_icbc)).json()
    both = (await posts(office.reviewer())).json()
    await answers(office, both, bank=CCB)
    await answers(office, both, takes_up=False, reason="行业限额已满")

    listed = (await office.bank(CCB).get("/financing-demands")).json()["items"]
    assert [one["id"] for one in listed] == [both["id"]]
    assert listed[0]["contact_phone"] == "022-12345678"
    hidden = await office.bank(CCB).get(f"/financing-demands/{own['id']}")
    nowhere = await office.bank("ABC-TJ").get(f"/financing-demands/{both['id']}")
    assert hidden.status_code == nowhere.status_code == 404
    refused = await office.bank(CCB).post(f"/financing-demands/{own['id']}/answer", json=QUOTE)
    assert refused.status_code == 404
    seen = await shown(office, both, by=office.bank(CCB))
    assert [one["bank_code"] for one in seen["offers"]] == [CCB]
    assert "行业限额已满" not in str(seen) and "history" not in seen

    path = f"/financing-demands/{both['id']}/match"
    assert (await office.reviewer().post(path, json={"bank_code": CCB})).status_code == 200
    other = await shown(office, both, by=office.bank())
    assert (other["state"], other["matched_bank"], other["pending_actions"]) == (
        "matched",
        None,
        [],
    )
    whole = await shown(office, both)
    assert (whole["matched_bank"], len(whole["offers"])) == (CCB, 2)

    # What waits for the bureau alone is nothing a bank's connection could read; and what a bank's
    # answer ended has ended.
    database = office.service.context.database
    async with database.looking(CCB) as conn:
        assert await conn.fetch("select case_kind from waits where bank_code <> $1", CCB) == []
    async with database.looking("*") as conn:
        assert await conn.fetchval("select count(*) from waits where bank_code = ''")
    assert await stand_as_their_cases_do(database, CASES)


async def test_everything_that_is_wrong_is_said_at_once(office: Office):
    reviewer = office.reviewer()
    wrong = demand_of(park_code="NO-1", to_all_banks=False, banks=["NO"], answer_by="2026-03-01")
    assert faults(await reviewer.post("/financing-demands", json=wrong)) == {
        "#/park_code": "park-unknown", "#/banks/0": "bank-unknown", "#/answer_by": "over",
    }  # fmt: skip
    assert faults(await posts(reviewer, answer_by=None)) == {"#/answer_by": "missing"}
    assert faults(await posts(reviewer, to_all_banks=False)) == {"#/banks": "missing"}
    bad = demand_of(uscc="914403001922038217", amount="-1.00", purpose="x", contact_phone="\u0000",
                    industry="Z")  # fmt: skip
    assert faults(await reviewer.post("/financing-demands", json=bad)).keys() == {
        "#/uscc", "#/amount", "#/purpose", "#/contact_phone", "#/industry",
    }  # fmt: skip
    demand = (await posts(reviewer)).json()
    path = f"/financing-demands/{demand['id']}/answer"
    said = {
        "#/reason": {"takes_up": False},
        "#/quote_rate_bp": {"takes_up": True, "quote_amount": "1.00", "quote_months": 1},
        "#/quote_until": QUOTE | {"quote_until": "2026-03-01"},
        "#/quote_amount": {"takes_up": False, "reason": "x", "quote_amount": "1.00"},
    }
    for pointer, answer in said.items():
        assert faults(await office.bank().post(path, json=answer)).keys() == {pointer}


async def test_a_day_for_answers_that_is_over_is_told_once_and_a_late_answer_is_marked(
    office: Office,
):
    demand = (await posts(office.reviewer())).json()
    await answers(office, demand, bank=CCB)
    await follows(office)
    await office.moves_clock(days=5)
    await follows(office)
    await follows(office)
    (told,) = await office.said("demand.unanswered.v1")
    assert (told.banks, str(told.answer_by), told.institution) == ((ICBC,), "2026-03-06", "")

    late = await answers(office, demand, **QUOTE)
    assert late["offers"][0]["answer"]["is_late"] is True
    path = f"/financing-demands/{demand['id']}/offers"
    longer = await office.reviewer().post(path, json={"banks": [CCB], "answer_by": "2026-03-20"})
    assert longer.json()["due_on"] == "2026-03-20"
    assert await office.said("demand.offered.v1") == [], "both have answered"


async def test_a_case_of_another_firm_or_bank_or_of_another_demand_is_no_outcome(office: Office):
    demand = (await posts(office.reviewer())).json()
    other_firm = (await posts(office.reviewer(), uscc=OTHER_FIRM, firm_name="柳州某公司")).json()
    case = await office.submits()
    link = f"/financing-demands/{demand['id']}/link"

    wrong = await office.reviewer().post(
        f"/financing-demands/{other_firm['id']}/link", json={"case_id": case["id"]}
    )
    assert wrong.json()["code"] == "case-of-another-firm"
    unknown = await office.bank(CCB).post(link, json={"case_id": case["id"]})
    assert unknown.status_code == 404
    await answers(office, demand, bank=CCB)
    match = f"/financing-demands/{demand['id']}/match"
    await office.reviewer().post(match, json={"bank_code": CCB})
    anothers = await office.bank().post(link, json={"case_id": case["id"]})
    assert anothers.json()["code"] == "demand-of-another-bank"

    second = (await posts(office.reviewer())).json()
    for_second = f"/financing-demands/{second['id']}/link"
    assert (await office.reviewer().post(for_second, json={"case_id": case["id"]})).is_success
    third = (await posts(office.reviewer())).json()
    taken = await office.reviewer().post(
        f"/financing-demands/{third['id']}/link", json={"case_id": case["id"]}
    )
    assert taken.json()["code"] == "case-answers-another"


async def test_the_funnel_counts_demands_to_the_fen_by_month_park_and_bank(office: Office):
    reviewer = office.reviewer()
    park = {"name": "武清科技园", "area": "120114", "valid_from": "2020-01-01"}
    assert (await reviewer.put("/parks/WQ", json=park)).status_code == 200
    first = (await posts(reviewer, park_code="WQ")).json()
    await posts(reviewer, amount="500000.01")
    await posts(reviewer, to_all_banks=False, answer_by=None)
    await answers(office, first, bank=CCB, takes_up=False, reason="限额")
    await answers(office, first)
    await office.lends(demand=first["id"])
    await follows(office)

    async def funnel(**asked: str) -> dict[str, list[Any]]:
        answer = await reviewer.get("/financing-demand-funnel", params=asked)
        assert answer.status_code == 200, answer.text
        found = answer.json()
        lines = found["lines"] + ([found["total"]] if found["total"] else [])
        return {
            one["value"]: [one[name] for name in (
                "demands", "amount", "offered", "answered", "taken_up", "matches", "cases", "loans",
                "lent",
            )]
            for one in lines
        }  # fmt: skip

    whole = [3, "6500000.01", 2, 1, 1, 1, 1, 1, "1000000.00"]
    lent = [1, "3000000.00", 1, 1, 1, 1, 1, 1, "1000000.00"]
    assert await funnel() == {"2026-03": whole, "": whole}
    assert (await funnel(by="park"))["WQ"] == lent
    by_bank = await funnel(by="bank")
    assert by_bank[ICBC] == [2, "3500000.01", 2, 1, 1, 1, 1, 1, "1000000.00"]
    assert by_bank[CCB] == [2, "3500000.01", 2, 1, 0, 0, 0, 0, "0.00"]
    assert (await funnel(bank=CCB, park="WQ"))["2026-03"] == [
        1, "3000000.00", 1, 1, 0, 0, 0, 0, "0.00",
    ]  # fmt: skip
    assert await funnel(first="2026-04-01", last="2026-04-30") == {
        "": [0, "0.00", *[0] * 6, "0.00"]
    }
    turned = await reviewer.get(
        "/financing-demand-funnel", params={"first": "2026-04-01", "last": "2026-03-01"}
    )
    assert turned.json()["errors"][0]["code"] == "ends-before-it-begins"
    assert (await office.bank().get("/financing-demand-funnel")).status_code == 403
    assert (await reviewer.get("/financing-demands", params={"uscc": FIRM, "park": "WQ"})).json()[
        "items"
    ][0]["id"] == first["id"]
