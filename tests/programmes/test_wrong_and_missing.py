"""A wrong or missing fact gets a clear answer in every mode that asks for one, and nothing is paid."""

from typing import Any

import pytest

from shared.schemes.facts import (
    agreements_needed,
    amounts_needed,
    confirmations_needed,
    facts_needed,
    figures_needed,
)
from tests.e2e.town import Town
from tests.programmes.chosen import Chosen, chosen
from tests.programmes.walk import Walk


def asks(one: Chosen, at: str) -> list[str]:
    """The facts that banks state as of a day and that are refused where they are missing."""
    return [
        fact.name
        for fact in facts_needed(one.terms)
        if fact.at == at and fact.by == "bank" and fact.required
    ]


AT_APPROVAL = [one for one in chosen() if asks(one, "approval")]
AT_CLAIM = [
    one
    for one in chosen()
    if asks(one, "claim") or any(amount.required for amount in amounts_needed(one.terms))
]
ENTERED = [
    one
    for one in chosen()
    if figures_needed(one.terms)
    or confirmations_needed(one.terms)
    or any(needed.required for needed in agreements_needed(one.terms))
]


@pytest.mark.parametrize("one", AT_APPROVAL, ids=str)
async def test_a_fact_of_the_entry_that_is_wrong_or_missing_is_named(town: Town, one: Chosen):
    walk = Walk(town, one)
    await walk.opens()
    facts = walk.facts("approval")
    for name in asks(one, "approval"):
        wrong = await town.office.bank().post(
            "/applications", json=walk.application(facts | {name: "不知道"})
        )
        lacking = await town.office.bank().post(
            "/applications",
            json=walk.application({key: value for key, value in facts.items() if key != name}),
        )

        assert wrong.status_code == 422, wrong.text
        assert [error["pointer"] for error in wrong.json()["errors"]] == [f"#/attributes/{name}"]
        assert (lacking.status_code, lacking.json()["state"]) == (201, "returned_for_correction")
        assert f"/attributes/{name}" in [one["field"] for one in lacking.json()["findings"]]


@pytest.mark.parametrize("one", AT_CLAIM, ids=str)
async def test_what_a_claim_states_wrongly_or_not_at_all_is_named_and_nothing_is_kept(
    town: Town,
    one: Chosen,
):
    walk = Walk(town, one)
    await walk.opens()
    await walk.lends()
    await walk.registers()
    await walk.goes_bad_until_it_may_be_claimed()
    body = walk.claim_body(town.office.now.date()) | {"confirmed": walk.confirmed}
    for name in asks(one, "claim"):
        stated = body["attributes"]
        others = {key: value for key, value in stated.items() if key != name}
        wrong = await claims(town, body | {"attributes": others | {name: "不知道"}})
        lacking = await claims(town, body | {"attributes": others})

        assert [error["pointer"] for error in wrong["errors"]] == [f"#/attributes/{name}"]
        assert f"fact:{name}" in [found["code"] for found in lacking["findings"]]
    for name in {"other_policy_money", "recovered_before", "compensated_amount"} & body.keys():
        more = {"compensated_on"} if name == "compensated_amount" else set()
        lacking = await claims(
            town, {key: value for key, value in body.items() if key not in {name, *more}}
        )
        assert f"stated:{name}" in [found["code"] for found in lacking["findings"]]
    assert (await town.checker.get("/claims")).json()["items"] == []


async def claims(town: Town, body: dict[str, Any]) -> Any:
    answer = await town.clerk().post("/claims", json=body)
    assert answer.status_code == 422, answer.text
    return answer.json()


@pytest.mark.parametrize("one", ENTERED, ids=str)
async def test_what_nobody_has_entered_is_named_by_the_trial_and_nothing_is_approved(
    town: Town,
    one: Chosen,
):
    walk = Walk(town, one)
    await walk.opens()
    await walk.lends()
    await walk.goes_bad_until_it_may_be_claimed()
    body = walk.claim_body(town.office.now.date()) | {"confirmed": walk.confirmed}
    claim = await town.asks(town.clerk(), "/claims", body, 201)
    at = f"/claims/{claim['id']}"
    await town.asks(town.maker, f"{at}/review", {"opinion": "材料齐全"})
    await town.takes_steps(claim)

    trial = (await town.checker.get(f"{at}/trial")).json()
    answer = await town.checker.post(f"{at}/approve", json={"opinion": "好", "trial": trial["id"]})

    assert trial["missing"] and trial["shares"] == []
    assert answer.status_code in (409, 422), answer.text
    assert answer.json()["code"] == trial["missing"][0]["code"]
    figures = (await town.checker.get(f"/pools/{walk.code}")).json()
    assert figures["claims"] == "0.00"
