"""Firms that belong together are said by the bureau, kept as said, and counted together beside a
decision; no bank reads of them."""

import asyncpg
import pytest

from shared.postgres.database import EVERYWHERE
from tests.applications.office import CCB, Office, right, submission
from tests.applications.test_levels import faults, firm

SAID = {
    "group_name": "海河系",
    "basis": "same_controller",
    "reason": "公示系统，2026-03-01 查询",
    "from_day": "2026-03-01",
}


def member(n: int, **changes: object) -> dict[str, object]:
    return SAID | {"uscc": firm(n), "name": f"海河科技{n}号有限公司"} | changes


async def test_what_the_firms_of_a_group_owe_is_added_beside_the_decision_while_they_belong_to_it(
    office: Office,
):
    async def case_of(n: int, amount: str):
        uscc = firm(n)
        return await office.submits(
            bank=CCB, amount=amount, borrower=submission()["borrower"] | {"uscc": uscc},
            collateral=[right(owner_uscc=uscc)],
        )  # fmt: skip

    async def owed_by_group() -> tuple[str, str, str] | None:
        answer = await office.approver().get(f"/applications/{case['id']}/effect")
        shown = {one["whose"]: one for one in answer.json()["exposures"]}
        found = shown.get("group_everywhere")
        return found and (found["zh"][:9], found["before"], found["after"])

    await office.approves(await case_of(61, "300000.00"))
    await office.approves(await case_of(62, "200000.01"))
    case = await case_of(63, "500000.00")
    assert await owed_by_group() is None

    wang = office.reviewer()
    for n in (61, 62, 63):
        answer = await wang.post("/related-firms", json=member(n))
        assert answer.status_code == 201, answer.text
        last = answer.json()
    assert await owed_by_group() == ("关联企业“海河系”", "500000.01", "1000000.01")

    ended = await wang.post(
        f"/related-firms/{last['id']}/end", json={"ended_on": "2026-03-02", "reason": "股权转让"}
    )
    assert (ended.status_code, ended.json()["ended_on"]) == (200, "2026-03-02")
    assert await owed_by_group() is None
    again = await wang.post(
        f"/related-firms/{last['id']}/end", json={"ended_on": "2026-03-02", "reason": "股权转让"}
    )
    assert (again.status_code, again.json()["code"]) == (409, "ended-already")
    listed = (await wang.get("/related-firms", params={"uscc": firm(61)})).json()["items"]
    assert [one["uscc"] for one in listed] == [firm(63), firm(62), firm(61)]
    standing = await wang.get("/related-firms", params={"q": "海河系", "standing": "true"})
    assert [one["uscc"] for one in standing.json()["items"]] == [firm(62), firm(61)]


async def test_a_firm_is_in_one_group_at_a_time_and_what_is_wrong_is_named(office: Office):
    wang = office.reviewer()
    first = (await wang.post("/related-firms", json=member(64))).json()

    second = await wang.post("/related-firms", json=member(64, group_name="别的组"))
    assert (second.status_code, second.json()["code"]) == (409, "in-another-group")
    ahead = await wang.post("/related-firms", json=member(65, from_day="2027-01-01"))
    assert faults(ahead) == ["in-future"]
    early = await wang.post(
        f"/related-firms/{first['id']}/end", json={"ended_on": "2026-02-01", "reason": "误登"}
    )
    assert faults(early) == ["ends-before-it-begins"]
    wrong = await wang.post("/related-firms", json=member(66, uscc="91440400192548256X", basis="x"))
    assert {one["pointer"] for one in wrong.json()["errors"]} == {"#/uscc", "#/basis"}


async def test_no_bank_reads_of_groups_and_nothing_said_is_changed_even_by_sql(office: Office):
    said = (await office.reviewer().post("/related-firms", json=member(67))).json()

    assert (await office.bank().get("/related-firms")).status_code == 403
    assert (await office.bank().get(f"/related-firms/{said['id']}")).status_code == 403
    database = office.service.context.database
    async with database.looking(CCB) as conn:
        assert await conn.fetchval("select count(*) from related_firms") == 0
    with pytest.raises(asyncpg.RaiseError, match="ended once"):
        async with database.begin(EVERYWHERE) as conn:
            await conn.execute("update related_firms set group_name = '另一组'")
