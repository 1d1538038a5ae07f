"""The alliance: members by agreements of their own, and what each has done in a year."""

from typing import Any

from tests.papers import document
from tests.risk_pool.agreements.driver import BANK, Agreements
from tests.risk_pool.claims.driver import claims_of


def membership(party: str, **changes: Any) -> dict[str, Any]:
    return {
        "party_code": party,
        "purpose": "membership",
        "valid_from": "2026-04-01",
        "reference": "联盟入盟协议",
        "papers": [document("report")],
    } | changes


async def alliance(person: Any, **asked: Any) -> dict[str, Any]:
    answer = await person.get("/pools/dongli/alliance", params=asked)
    assert answer.status_code == 200, answer.text
    return {one["party_code"]: one for one in answer.json()["members"]}


async def test_a_member_joins_by_two_persons_beside_its_cooperation_and_has_a_scorecard(running):
    async with claims_of(running, "ICBC", "CCB") as pool:
        people = Agreements(pool)
        await pool.has("PICC", "insurer")
        await pool.has("HENGXIN", "appraiser")
        await people.agrees(**BANK | {"line": "1000000000.00"})
        entered = await people.enters(**membership("ICBC"))
        assert await alliance(pool.auditor) == {}, "nothing holds that one person has entered"
        assert (await people.takes(entered, "release", by=pool.maker)).status_code == 403
        assert (await people.takes(entered, "release")).status_code == 200
        for party in ("PICC", "HENGXIN"):
            await people.agrees(**membership(party))
        later = await people.agrees(
            **membership("HENGXIN", valid_from="2026-05-01", valid_to="2026-05-31")
        )
        await pool.covers("a")
        await pool.covers_with("b", {"insurer": "PICC"}, mode="insured", amount="2000000.00")
        await pool.covers("c")

        found = await alliance(pool.auditor, year=2026)

        assert {code: one["kind"] for code, one in found.items()} == {
            "ICBC": "bank", "PICC": "insurer", "HENGXIN": "appraiser",
        }  # fmt: skip
        left = found["HENGXIN"]
        assert (left["joined_on"], left["left_on"], left["editions"], left["score"]) == (
            "2026-04-01", "2026-05-31", 2, None,
        )  # fmt: skip
        assert left["agreement_number"] == later["number"]
        assert found["PICC"]["score"]["lent"] == "2000000.00"
        assert (found["ICBC"]["score"]["loans"], found["ICBC"]["score"]["lent"]) == (
            3, "4000000.00",
        )  # fmt: skip
        assert (await alliance(pool.auditor, year=2025))["ICBC"]["score"]["loans"] == 0
        assert list(await alliance(pool.bank("ICBC"))) == ["ICBC"]
        assert await alliance(pool.bank("CCB")) == {}
        listed = (await pool.auditor.get("/pools/dongli/agreements?party=ICBC")).json()["items"]
        assert {one["purpose"]: one["state"] for one in listed} == {
            "cooperation": "in_force", "membership": "in_force",
        }  # fmt: skip


async def test_a_membership_has_its_paper_and_no_terms_in_money(running):
    async with claims_of(running, "ICBC") as pool:
        people = Agreements(pool)

        without = await people.tries(**membership("ICBC", papers=[]))
        assert [one["code"] for one in without.json()["errors"]] == ["paper-missing"]
        paid = membership("ICBC", line="1.00", minimum_lending="1.00", contribution_share="5",
                          contributions=[{"amount": "1.00", "due_on": "2026-06-30"}])  # fmt: skip
        wrong = await people.tries(**paid)
        assert {one["pointer"]: one["code"] for one in wrong.json()["errors"]} == {
            f"#/{name}": "not-of-a-membership"
            for name in ("line", "minimum_lending", "contribution_share", "contributions")
        }
