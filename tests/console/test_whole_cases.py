"""A case as one answer of each service: part by part what the part's own route answers, to each reader; and
the page of a case is made of these."""

from typing import Any

import httpx

from tests.console.house import CCB, ICBC, House

PARTS = {
    **{
        name: f"/applications/{{id}}/{name.replace('_', '-')}"
        for name in (
            "conditions", "timeline", "chain", "checks", "checklist", "register_due", "enhancements",
            "priorities", "looks",
        )
    },
    "levels": "/applications/{id}/approval-levels",
    "templates": "/applications/{id}/opinion-templates",
    "listed": "/listed-firm-matches?uscc={uscc}",
    "co_investments": "/co-investments?case_id={id}",
    "reports": "/due-diligence-reports?case_id={id}",
    "staff": "/staff",
    "conflicts": "/conflicts?case={id}",
}  # fmt: skip
WHILE_OPEN = {
    "effect": "/applications/{id}/effect",
    "facts": "/pools/dongli/modes/{mode}/facts",
}
OF_LOANS = {
    "pledges": "/applications/{id}/pledges",
    "cover_calls": "/cover-calls?case_id={id}",
    "positions": "/loans/{id}/positions",
    "changes": "/loans/{id}/changes",
    "draws": "/loans/{id}/draws",
}
AT_POOL = {
    "pool": "/pools/dongli",
    "coverage": "/coverages/{id}",
    "claims": "/claims?loan_id={id}",
}
READERS = {
    "icbc-operator": (("bank_operator",), ICBC),
    "reviewer-lin": (("reviewer",), "*"),
    "manager-wu": (("pool_manager",), "*"),
    "finance-sun": (("finance_maker",), "*"),
    "auditor-zhou": (("auditor",), "*"),
}
FOR_THE_BUREAU = {"levels", "effect", "staff", "conflicts", "priorities", "looks", "templates"}


async def told(person: Any, path: str) -> Any:
    """What a route answers; None where it does not."""
    answer = await person.get(path)
    if answer.status_code in (403, 404):
        return None
    assert answer.status_code == 200, answer.text
    return answer.json()


def without_nulls(value: Any) -> Any:
    """One of the routes leaves out what is null."""
    if isinstance(value, dict):
        return {name: without_nulls(one) for name, one in value.items() if one is not None}
    return [without_nulls(one) for one in value] if isinstance(value, list) else value


async def test_each_part_of_a_whole_case_is_what_its_own_route_answers_each_reader(house: House):
    claim = await house.has_claim()
    waiting = await house.has_case()
    for reader in READERS:
        for case_id, own_parts in (
            (waiting["id"], PARTS | WHILE_OPEN),
            (claim["loan_id"], PARTS | OF_LOANS),
        ):
            await parts_are_told_alike(house, reader, case_id, own_parts)


async def parts_are_told_alike(
    house: House, reader: str, case_id: str, own_parts: dict[str, str]
) -> None:
    """Each part against its own route, as one reader."""
    roles, institution = READERS[reader]
    person = house.person("applications", reader, *roles, institution=institution)
    at_pool = house.person("risk_pool", reader, *roles, institution=institution)
    answer = await person.get(f"/applications/{case_id}/whole")
    assert answer.status_code == 200, answer.text
    whole = answer.json()
    case = whole["case"]
    given = {"id": case_id, "uscc": case["borrower"]["uscc"], "mode": case["mode"]}
    for name, path in own_parts.items():
        own = await told(person, path.format(**given))
        if name == "facts" and "approve" not in case["pending_actions"]:
            own = None
        assert whole[name] in (own, (own or {}).get("items")), (reader, name)
        assert whole[name] is None or institution == "*" or name not in FOR_THE_BUREAU, name
    alone = await person.get(f"/applications/{case_id}")
    assert (case, answer.headers["etag"]) == (alone.json(), alone.headers["etag"])

    side = (await at_pool.get(f"/pools/dongli/cases/{case_id}")).json()
    for name, path in AT_POOL.items():
        own = await told(at_pool, path.format(**given))
        found = without_nulls(side[name])
        assert found in (without_nulls(own), without_nulls((own or {}).get("items"))), name
    if case["loan"]:
        assert side["claims"] and side["coverage"], "there was something to compare"


async def test_another_banks_case_is_not_there_as_a_whole_either(house: House):
    loan = await house.has_loan()
    stranger = house.person("applications", "stranger", "bank_operator", institution=CCB)
    assert (await stranger.get(f"/applications/{loan['id']}/whole")).status_code == 404
    stranger = house.person("risk_pool", "stranger", "bank_operator", institution=CCB)
    told = await stranger.get(f"/pools/dongli/cases/{loan['id']}")
    # Where its pool stands everybody may read; of another's loan there is nothing.
    assert (told.json()["coverage"], told.json()["claims"]) == (None, [])
    assert loan["number"] not in told.text and f'"{ICBC}"' not in told.text
    elsewhere = house.services["risk_pool"].as_("elsewhere", "reviewer", pools=["youxian"])
    assert (await elsewhere.get(f"/pools/dongli/cases/{loan['id']}")).status_code == 404


async def test_a_case_page_asks_each_service_for_the_case_once(house: House):
    waiting, loan = await house.has_case(), await house.has_loan()
    asked: list[str] = []

    async def note(request: httpx.Request) -> None:
        asked.append(request.url.path)

    for subject in ("reviewer-lin", "icbc-operator"):
        async with house.logged_in(subject) as visitor:
            for client in house.console.state.console.services._clients.values():
                client.event_hooks = {"request": [note]}
            for case in (waiting, loan):
                asked.clear()
                page = await visitor.opens(f"/cases/{case['id']}")
                assert case["number"] in page.text
                assert 2 <= len(asked) <= 4, (subject, asked)
