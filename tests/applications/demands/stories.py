"""Words for stories about demands: posted, answered, brought to a state, followed by the machine."""

from typing import Any

from services.applications.handlers import demand_outcomes
from tests.applications.office import FIRM, ICBC, Office

FIRM_NAME = "珠海格力电器股份有限公司"
QUOTE: dict[str, Any] = {
    "takes_up": True, "quote_amount": "1000000.00", "quote_rate_bp": 385, "quote_months": 12,
}  # fmt: skip


def demand_of(**changes: Any) -> dict[str, Any]:
    """A demand that nothing is wrong with, offered to both banks."""
    return {
        "uscc": FIRM,
        "firm_name": FIRM_NAME,
        "industry": "C",
        "amount": "3000000.00",
        "term_months": 12,
        "purpose": "r_and_d",
        "contact_name": "陈经理",
        "contact_phone": "022-12345678",
        "to_all_banks": True,
        "answer_by": "2026-03-06",
    } | changes


async def posts(who: Any, **changes: Any) -> Any:
    """The bare answer."""
    return await who.post("/financing-demands", json=demand_of(**changes))


async def answers(office: Office, demand: Any, *, bank: str = ICBC, **said: Any) -> Any:
    path = f"/financing-demands/{demand['id']}/answer"
    answer = await office.bank(bank).post(path, json=said or QUOTE)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def shown(office: Office, demand: Any, *, by: Any = None) -> Any:
    answer = await (by or office.reviewer()).get(f"/financing-demands/{demand['id']}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def follows(office: Office) -> None:
    """The machine looks at cases and at days that are over."""
    await demand_outcomes.follow(office.service.context.database, lambda: office.now)


async def brought_to(office: Office, state: str) -> dict[str, Any]:
    """A demand in a state."""
    posted = await posts(office.reviewer())
    assert posted.status_code == 201, posted.text
    demand: dict[str, Any] = posted.json()
    path = f"/financing-demands/{demand['id']}"
    if state == "matched":
        await answers(office, demand)
        await office.reviewer().post(f"{path}/match", json={"bank_code": ICBC})
    if state == "in_case":
        await office.submits(demand=demand["id"])
    if state == "lent":
        await office.lends(demand=demand["id"])
        await follows(office)
    if state == "ended":
        await office.reviewer().post(f"{path}/end", json={"reason": "企业另有安排"})
    assert (await shown(office, demand))["state"] == state
    return demand
