"""An insurer, an appraiser, a guarantor reads its own part of a loss and what it owes, and nothing of
another's: over the API, and again by row-level security."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from services.risk_pool.handlers.to_do import watch_what_waits
from shared.money import parse_fen
from shared.postgres.database import EVERYWHERE
from shared.roles import party_institution
from tests.risk_pool.claims.driver import Claims, claims_of

INSURER, OTHER_INSURER, APPRAISER = "RENBAO", "TAIBAO", "PINGGU"
OWN = {INSURER: "619586.57", APPRAISER: "154896.64"}
"""What each bears of the claim."""
OPEN_TO_ALL = {"pools", "settlements", "schemes", "sandbox_clock", "calendar_overrides"}
"""Tables without a word on any institution's rows."""


async def four_party_loss(pool: Claims) -> Any:
    """A loan that an insurer and an appraiser share is lost, compensated, and in part recovered."""
    await pool.has(INSURER, "insurer")
    await pool.has(OTHER_INSURER, "insurer")
    await pool.has(APPRAISER, "appraiser")
    await pool.covers_with(
        "a", {"insurer": INSURER}, mode="four_party", amount="4900000.00", ip_share_bp=8_000
    )
    await pool.goes_bad("a", "2026-02", "4840520.11", overdue_days=92)
    await pool.it_is("2026-03-05")
    claim = await pool.approves("a", "4840520.11", overdue_days=95)
    await pool.pays(claim)
    await pool.recovers(claim, "100000.00", on="2026-03-05")
    await pool.it_is("2026-04-02")
    for month in ("2026-01", "2026-02", "2026-03"):
        await pool.settles(month)
    return claim


@pytest.fixture
async def lost(running: Any) -> AsyncIterator[Claims]:
    async with claims_of(running, code="youxian", after=four_party_loss) as pool:
        yield pool


def clerk(pool: Claims, code: str) -> Any:
    return pool.service.as_(f"clerk@{code}", "party_clerk", institution=code)


async def read(pool: Claims, code: str, path: str) -> Any:
    answer = await clerk(pool, code).get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def test_each_reads_its_own_share_its_statement_and_what_is_owed(lost: Claims):
    assert {
        one["party_code"]: one["amount"]
        for one in (await lost.said("claim.paid.v1"))[0]["shares"]
        if one["party_code"] in OWN
    } == OWN
    for code, share in OWN.items():
        (loan,) = await read(lost, code, "/party/coverages")
        (claim,) = loan["claims"]
        assert (claim["share"], claim["paid_on"]) == (share, "2026-03-05")
        assert (loan["borrower_name"] != "", loan["state"]) == (True, "claimed")
        assert loan["roles"] == ["insurer" if code == INSURER else "appraiser"]

        statements = await read(lost, code, "/party/statements")
        assert [one["month"] for one in statements] == ["2026-03", "2026-02", "2026-01"]
        (item,) = await read(lost, code, "/party/open-items")
        side = statements[0]["side"]
        assert item["amount"] == side["net"] and item["reference"].endswith(f":2026-03:{code}")
        assert (item["zh"], side["zh"]) == ("应付资金池", "应付资金池")
        back = parse_fen(claim["recovered"])
        assert back > 0 and parse_fen(share) - back == parse_fen(side["net"])

        events = await read(lost, code, "/events?limit=1000")
        told = {one["type"]: one["data"] for one in events}
        assert {"claim.approved.v1", "claim.paid.v1", "recovery.booked.v1"} <= set(told)
        assert [one["amount"] for one in told["claim.approved.v1"]["shares"]] == [share]
        assert told["settlement.posted.v1"]["statements"][0]["party_code"] == code
        (of_other,) = set(OWN.values()) - {share}
        assert of_other not in str(events) and of_other not in str(loan)
        assert "ICBC" not in str(statements) + str(item)


async def test_another_insurer_finds_none_of_it_and_one_that_no_pool_knows_is_refused(lost: Claims):
    assert await read(lost, OTHER_INSURER, "/party/coverages") == []
    assert await read(lost, OTHER_INSURER, "/party/open-items") == []
    statements = await read(lost, OTHER_INSURER, "/party/statements")
    assert {one["net"] for one in statements} == {"0.00"}
    events = await read(lost, OTHER_INSURER, "/events?limit=1000")
    assert {one["type"] for one in events} <= {"settlement.posted.v1"}
    assert INSURER not in str(events) and APPRAISER not in str(events)

    # A bank's code, one that nobody has, and a party of the house's own side.
    for code in ("ICBC", "NOBODY", "FIN-1"):
        for path in ("open-items", "statements", "coverages"):
            answer = await clerk(lost, code).get(f"/party/{path}")
            assert (answer.status_code, answer.json()["code"]) == (403, "party-unknown")
        assert await read(lost, code, "/events") == []
    for path in ("/pools", "/coverages", "/claims", f"/pools/{lost.code}/open-items"):
        assert (await clerk(lost, INSURER).get(path)).status_code == 403


async def test_no_table_shows_a_party_a_row_that_does_not_name_it(lost: Claims):
    async with lost.service.context.database.begin(EVERYWHERE) as conn:
        names = await conn.fetch(
            """select relname from pg_class
               where relkind = 'r' and relrowsecurity and relnamespace = 'public'::regnamespace
                 and has_table_privilege(oid, 'select')"""
        )
    seen: dict[str, list[str]] = {INSURER: [], OTHER_INSURER: []}
    for code, tables in seen.items():
        async with lost.service.context.database.begin(party_institution(code)) as conn:
            for (name,) in sorted(names):
                rows = await conn.fetch(f'select t::text as row from "{name}" as t limit 50')
                if rows and name not in OPEN_TO_ALL:
                    tables.append(name)
                if name in (
                    "claim_shares",
                    "recovery_shares",
                    "open_items",
                    "settlement_statements",
                    "waits",
                ):
                    assert all(code in row["row"] for row in rows), name
    assert seen[INSURER] == [
        "claim_shares", "claims", "coverages", "event_feed", "open_items", "parties",
        "recovery_shares", "settlement_statements", "waits",
    ]  # fmt: skip
    assert seen[OTHER_INSURER] == ["event_feed", "parties", "settlement_statements"]


async def test_a_party_is_reminded_of_what_it_owes_by_a_day(lost: Claims):
    (item,) = await read(lost, INSURER, "/party/open-items")
    (posted,) = [
        one for one in await lost.said("settlement.posted.v1") if one["month"] == "2026-03"
    ]
    assert item["due_on"] == posted["due_on"]
    await watch_what_waits(lost.service.context)
    now = lost.service.context.clock.now()
    await lost.service.context.clock.set(now + timedelta(days=40))

    await watch_what_waits(lost.service.context)

    told = [
        one for one in await lost.said("pool-deadline.passed.v1")
        if one["case_kind"] == "owed_by_party"
    ]  # fmt: skip
    assert {(one["firm"], one["step"]) for one in told} >= {
        (INSURER, "insurer"), (APPRAISER, "appraiser"),
    }  # fmt: skip
    assert {tuple(one["to_roles"]) for one in told} == {()}
    reminded = [
        one for one in await read(lost, INSURER, "/events?limit=1000")
        if one["type"] == "pool-deadline.passed.v1"
    ]  # fmt: skip
    assert {one["data"]["firm"] for one in reminded} == {INSURER}


async def test_a_code_that_people_read_by_means_one_institution_in_every_pool(lost: Claims):
    body = {"code": INSURER.lower(), "role": "insurer", "name": "另一家保险"}
    taken = await lost.manager.post(f"/pools/{lost.code}/parties", json=body)
    assert (taken.status_code, taken.json()["code"]) == (409, "party-differs")


async def test_a_bank_knows_what_those_are_called_whom_its_applications_name(lost: Claims):
    async def names(bank: str) -> set[str]:
        clerk = lost.service.as_(f"clerk@{bank}", "bank_operator", institution=bank)
        answer = await clerk.get("/party-names")
        assert answer.status_code == 200, answer.text
        return {one["code"] for one in answer.json()["items"]}

    mine = await names("ICBC")
    assert mine >= {"ICBC", INSURER, OTHER_INSURER, APPRAISER}
    assert "DL-FIN" not in mine, "who pays in is not the bank's to know"
    assert await names("NOT-IN-IT") == set()
