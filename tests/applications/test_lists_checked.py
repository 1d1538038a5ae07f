"""Dishonesty lists are looked at again at approval and disbursement, as recently as the scheme says."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from services.applications.domain.lists_checked import ListChecked, not_checked
from shared.schemes import library
from tests.applications.office import Office, nothing_found
from tests.applications.test_disbursing import faults, paid_out
from tests.publishing import heard

LISTS = {"seriously_dishonest", "judgment_defaulter", "ip_dishonest", "bad_credit_record"}
"""Those of dongli."""
FORTNIGHT = "  lists_checked_within_days:\n    2022-10-28: {value: 14"
WITHIN_A_WEEK = library.texts("dongli")[0].replace(FORTNIGHT, FORTNIGHT.replace("14", "7"), 1)
assert library.texts("dongli")[0] != WITHIN_A_WEEK


@pytest.fixture
async def strict(office: Office) -> Office:
    """From tomorrow on a look at the lists holds for a week."""
    tomorrow = office.now.date() + timedelta(days=1)
    await office.hears(heard("dongli", WITHIN_A_WEEK, number=2, in_force_from=tomorrow))
    await office.moves_clock(days=1)
    return office


def unlooked(answer: Any) -> set[str]:
    assert (answer.status_code, answer.json()["code"]) == (409, "no-longer-eligible"), answer.text
    return {
        one["evidence"]["list"]
        for one in answer.json()["findings"]
        if one["code"] == "list-not-checked" and one["zh"] and one["en"] and one["source"]
    }


async def test_nobody_approves_without_a_recent_look_at_every_list(strict: Office):
    case = await strict.submits()
    await strict.recommends(case)
    path, today = f"/applications/{case['id']}/approve", strict.now.date()
    approve = {"opinion": "同意入库"}

    async def answer(lists: Any) -> Any:
        return await strict.approver().post(path, json=approve | {"lists_checked": lists})

    assert unlooked(await strict.approver().post(path, json=approve)) == LISTS
    assert unlooked(await answer(nothing_found(today - timedelta(days=8)))) == LISTS
    three = [one for one in nothing_found(today) if one["name"] != "ip_dishonest"]
    assert unlooked(await answer(three)) == {"ip_dishonest"}
    ahead = await answer(nothing_found(today + timedelta(days=1))[:1])
    assert faults(ahead) == [("#/lists_checked/0/checked_on", "in-future")]
    hit = [one | {"found": one["name"] == "judgment_defaulter"} for one in nothing_found(today)]
    found = await answer(hit)
    assert [one["code"] for one in found.json()["findings"]] == ["on-list-judgment-defaulter"]

    approved = await answer(nothing_found(today - timedelta(days=7)))

    assert approved.status_code == 200, approved.text
    kept = (await strict.case(case))["history"][-1]["detail"]["lists_checked"]
    assert {one["name"] for one in kept} >= LISTS


async def test_nobody_pays_out_without_a_recent_look_at_every_list(strict: Office):
    case = await strict.submits()
    await strict.reserves(case)
    await strict.registers(case)
    path, today = f"/applications/{case['id']}/disbursement", strict.now.date()
    body = paid_out(disbursed_on=str(today), matures_on=str(today + timedelta(days=365)))
    del body["lists_checked"]

    assert unlooked(await strict.bank().post(path, json=body)) == LISTS
    paid = await strict.bank().post(path, json=body | {"lists_checked": nothing_found(today)})

    assert paid.status_code == 200, paid.text


async def test_which_lists_and_how_recently_stands_beside_the_facts_of_the_mode(strict: Office):
    asked = (await strict.bank().get("/pools/dongli/modes/direct/facts")).json()["lists"]

    assert {one["name"] for one in asked} == LISTS
    assert {one["within_days"] for one in asked} == {7}
    assert all(one["zh"] and one["en"] and one["source"] for one in asked)


def test_every_programme_that_names_lists_says_how_recently_they_are_looked_at():
    said = {
        (name, mode): terms.lists_checked_within_days
        for name in library.programmes()
        for scheme in [library.load(name)]
        for mode in scheme.modes
        for terms in [scheme.terms(scheme.valid_to or date(2026, 3, 2), mode, live=False)]
        if terms.credit_lists
    }

    assert said["dongli", "direct"] == said["youxian", "four_party"] == 14
    assert [case for case, days in said.items() if days is None] == []


def test_where_the_scheme_does_not_say_how_recently_no_look_is_required_and_common_practice_says_it():
    silent = replace(library.load("dongli").terms(date(2026, 3, 2), "direct"),
                     lists_checked_within_days=None)  # fmt: skip
    assert list(not_checked((), silent, on=date(2026, 3, 2))) == []

    common = library.load("gd_jiangmen").terms(date(2026, 3, 2), "bank")
    seen = ListChecked(name="major_violation", checked_on=date(2026, 2, 16), found=False)
    assert common.lists_checked_within_days == 14
    assert list(not_checked((seen,), common, on=date(2026, 3, 2))) == []
    (late,) = not_checked((seen,), common, on=date(2026, 3, 3))
    assert late.evidence["list"] == "major_violation"
