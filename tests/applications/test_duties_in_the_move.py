"""What a bank has to do by a day stands in its list, and leaves it, with the move that changes the fact:
the scheduler does not look in between, and would change nothing."""

from services.applications.handlers.duties import DUTIES
from tests.applications.around.test_enhancements import POLICY
from tests.applications.demands.stories import answers, posts
from tests.applications.office import CCB, Office, position, right
from tests.applications.rights.test_valuations import PATENT, TERM, right_of, values
from tests.applications.rights.test_watch import looks
from tests.applications.test_to_do import to_do
from tests.papers import stores
from tests.waits import no_look_would_change


async def days(office: Office, kind: str, *, bank: str = "") -> list[str | None]:
    """The last days in a bank's list of a kind; by the law that no look would change it."""
    context = office.service.context
    await no_look_would_change(
        context.database, DUTIES, now=office.now, working_days=context.working_days
    )
    person = office.bank(bank) if bank else office.bank()
    return [one["due_on"] for one in await to_do(person, kind=kind)]


async def test_what_runs_out_beside_a_loan_waits_from_the_entry_on_until_it_is_renewed_or_repaid(
    office: Office,
):
    bank = office.bank()
    case = await office.lends(matures_on="2026-03-20", collateral=[right(PATENT, **TERM)])
    assert await days(office, "maturity") == ["2026-03-20"]

    (paper,) = await stores(bank, "insurance_policy")
    body = POLICY | {"case": case["id"], "document": paper["id"], "ends_on": "2026-03-25"}
    policy = (await bank.post("/policies", json=body)).json()
    assert await days(office, "enhancement_ends") == ["2026-03-25"]
    later = {"number": "PZ-2", "begins_on": "2026-03-26", "ends_on": "2027-03-25"}
    renewed = await bank.post("/policies", json=body | later | {"renews": policy["id"]})
    assert renewed.status_code == 201, renewed.text
    assert await days(office, "enhancement_ends") == []

    right_id = await right_of(office)
    await values(office.bank(), right_id, valid_until="2026-03-28")
    assert await days(office, "value_ends") == ["2026-03-28"]
    await values(office.bank(), right_id, valued_on="2026-03-02", valid_until="2027-03-01")
    assert await days(office, "value_ends") == []
    await values(office.bank(), right_id, valued_on="2026-03-02", valid_until="2026-03-31")
    assert await days(office, "value_ends") == ["2026-03-31"]

    body = {"burden": "preservation", "party": "天津三中院", "began_on": "2026-02-20"}
    laid = await office.reviewer().post(f"/rights/{right_id}/burdens", json=body)
    assert laid.status_code == 201, laid.text
    await looks(office)
    assert await days(office, "right_in_danger") == ["2026-02-20"]
    (alert,) = (await bank.get("/endangered-rights")).json()["items"]
    done = {"measure": "objected", "taken_on": "2026-03-02", "note": "已提出执行异议"}
    taken = await bank.post(f"/right-alerts/{alert['alert_id']}/measures", json=done)
    assert taken.status_code == 201, taken.text
    assert await days(office, "right_in_danger") == []

    await office.moves_clock(days=29)
    told = position(principal="0.00")
    await office.reports("2026-03", told)
    assert await days(office, "maturity") == await days(office, "value_ends") == []


async def test_a_demand_waits_for_each_bank_until_it_has_answered(office: Office):
    demand = (await posts(office.reviewer())).json()
    assert await days(office, "demand_offer") == ["2026-03-06"]
    assert await days(office, "demand_offer", bank=CCB) == ["2026-03-06"]
    await answers(office, demand)
    assert await days(office, "demand_offer") == []
    assert await days(office, "demand_offer", bank=CCB) == ["2026-03-06"]
    ended = await office.reviewer().post(
        f"/financing-demands/{demand['id']}/end", json={"reason": "企业另有安排"}
    )
    assert ended.status_code == 200, ended.text
    assert await days(office, "demand_offer", bank=CCB) == []
