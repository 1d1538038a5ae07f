"""A right in a later rank behind an earlier pledge: where the programme lets it, and to the fen."""

import asyncio
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.applications.domain.ranks import RankHeld, counted, may_stand_behind, room_behind
from services.applications.handlers.right_watch import watch_rights
from shared.contracts.rights import PledgeRankChangedV1, RightEndangeredV1
from shared.schemes.rules.ranks import LaterRankRule
from tests.applications.office import (
    CCB,
    ICBC,
    Office,
    nothing_found,
    patent,
    position,
    right,
    submission,
)
from tests.applications.ranks import CONSENT, with_ranks
from tests.applications.test_renewals import pays_out as renewal_pays_out
from tests.papers import document, stores

FEN = st.integers(0, 10**13)
WORTH = "12000000.07"
"""By Dongli's rate for inventions 3,000,000.0175; 1,000,000.00 less is left for the second rank."""
JUST, MORE, LEFT = "2000000.01", "2000000.02", "2,000,000.01"


@given(
    value=FEN, rate=st.integers(0, 10_000), secured=st.lists(FEN, min_size=1, max_size=5)
)  # fmt: skip
def test_what_counts_over_all_ranks_never_passes_the_value_after_haircut_to_the_fen(
    value: int, rate: int, secured: list[int]
):
    after_haircut = value * Fraction(rate, 10_000)
    shares = counted(after_haircut, secured)
    assert sum(shares) <= after_haircut
    assert all(0 <= share <= principal for share, principal in zip(shares, secured, strict=True))
    for rank, share in enumerate(shares):
        room = room_behind(after_haircut, sum(secured[:rank]))
        assert share == min(secured[rank], room.numerator // room.denominator)
        if share < secured[rank]:
            assert not any(shares[rank + 1 :]), "nobody behind is paid before who stands in front"


def test_a_later_rank_needs_the_rule_a_registered_pledge_before_it_and_a_rank_that_is_left():
    first = RankHeld(1, 100, is_registered=True, is_own=True)
    others = RankHeld(1, 100, is_registered=True, is_own=False)
    second = RankHeld(2, 100, is_registered=True, is_own=True)
    own, any_bank = LaterRankRule(ranks=2), LaterRankRule(ranks=2, behind="any_bank")
    assert may_stand_behind([first], own)
    assert may_stand_behind([others], any_bank)
    assert may_stand_behind([first, second], LaterRankRule(ranks=3))
    assert not may_stand_behind([first], None)
    assert not may_stand_behind([], own), "there is nothing to stand behind"
    assert not may_stand_behind([others], own)
    assert not may_stand_behind([first, second], own)
    assert not may_stand_behind([RankHeld(1, 100, is_registered=False, is_own=True)], own)


@pytest.fixture
def pledged() -> dict[str, Any]:
    """A right of the worth above."""
    free = right(patent())
    return {**free, "valuation": {**free["valuation"], "amount": WORTH}}


def papers(*kinds: str) -> list[dict[str, str]]:
    return [*submission()["documents"], *(document(kind) for kind in kinds)]


def codes(case: Any) -> set[str]:
    return {one["code"] for one in case["findings"]}


async def held(office: Office) -> list[tuple[str, int, int]]:
    async with office.service.context.database.begin("*") as conn:
        rows = await conn.fetch(
            """select a.bank_code, rank, place from held_rights
               join applications as a on a.id = application_id order by rank, place"""
        )
    return [tuple(row) for row in rows]


async def pays_out(office: Office, case: Any, bank: str, loan_no: str, amount: str) -> None:
    reserved = office.reserved(case).model_copy(update={"bank_code": bank})
    await office.approves(case)
    await office.hears(reserved)
    await office.registers(case, bank=bank)
    today = office.now.date()
    body = {
        "loan_no": loan_no, "amount": amount, "disbursed_on": str(today),
        "matures_on": str(today.replace(year=today.year + 1)),
        "lists_checked": nothing_found(today),
    }  # fmt: skip
    await office.post(office.bank(bank), case, "disbursement", body)


async def asks(office: Office, bank: str, number: str, pool: str | None = "dongli") -> Any:
    body: dict[str, Any] = {"rights": [{"kind": "invention", "number": number}]}
    if pool is not None:
        body["pool_code"] = pool
    answer = await office.bank(bank).post("/rights/pledged", json=body)
    return answer.json()["rights"][0] if answer.status_code == 200 else answer


async def pledges(office: Office, case: Any, bank: str) -> Any:
    (one,) = (await office.bank(bank).get(f"/applications/{case['id']}/pledges")).json()["items"]
    return one


async def test_another_banks_case_stands_behind_counts_what_is_left_and_moves_up(
    office: Office, pledged: Any
):
    first = await office.lends(collateral=[pledged])
    number = pledged["number"]
    as_today = {"bank": CCB, "collateral": [pledged], "expect": "returned_for_correction"}
    assert codes(await office.submits(**as_today)) == {"right-already-pledged"}
    assert (await asks(office, CCB, number))["later_rank_possible"] is False
    assert (await asks(office, CCB, number, None))["later_rank_possible"] is None
    assert (await asks(office, CCB, number, "nowhere")).json()["errors"][0]["code"] == (
        "pool-unknown"
    )

    await with_ranks(office)
    assert (await asks(office, CCB, number))["later_rank_possible"] is True
    without = await office.submits(**as_today)
    assert codes(without) == {"document-missing"}
    assert "前顺位质权人同意书" in without["findings"][0]["zh"]
    kinds = (await office.bank(CCB).get(f"/applications/{without['id']}/checklist")).json()["items"]
    (line,) = [one for one in kinds if one["kind"] == CONSENT]
    assert (line["is_asked_for"], line["standing"]) == (True, "missing")

    await stores(office.bank(CCB), CONSENT)
    agreed = {"bank": CCB, "collateral": [pledged], "documents": papers(CONSENT)}
    checked = await office.bank(CCB).post(
        "/pre-checks", json=submission(collateral=[pledged], documents=papers(CONSENT))
    )
    lines = {one["check"]: one for one in checked.json()["checks"]}
    assert checked.json()["would_be"] == "accepted", lines
    too_much = await office.submits(**agreed | {"expect": "returned_for_correction"}, amount=MORE)
    assert codes(too_much) == {"pledge-rate-exceeded"}
    assert too_much["findings"][0]["evidence"]["permitted"] == LEFT
    assert ICBC not in str(too_much) and first["number"] not in str(too_much)

    second = await office.submits(**agreed, amount=JUST)
    assert await held(office) == [(ICBC, 1, 0), (CCB, 2, 0)]
    shown = await office.case(second, by=office.bank(CCB))
    assert shown["collateral"][0]["rank"] == 2
    lines = (await office.reviewer().get(f"/applications/{second['id']}/checks")).json()
    assert LEFT in str(lines)
    third = await office.submits(**agreed | {"expect": "returned_for_correction"})
    assert codes(third) == {"right-already-pledged"}, "two ranks, and no more"
    await pays_out(office, second, CCB, "JJ-2", JUST)
    mine = await pledges(office, second, CCB)
    assert (mine["rank"], mine["is_second"]) == (2, True)
    short = (await office.bank(CCB).get("/cover-shortfalls")).json()["items"]
    assert short == [], "what is left covers it just so"

    # Nothing of the first rank is changed by it, and each bank sees its own rank.
    assert (await pledges(office, first, ICBC))["rank"] == 1
    page = (await office.reviewer().get("/rights", params={"q": number})).json()["items"][0]
    whole = (await office.reviewer().get(f"/rights/{page['id']}")).json()
    valued = {
        "amount": "11999999.99", "method": "income", "appraiser": "天津乙资产评估有限公司",
        "valued_on": str(office.now.date()), "reference": "乙评报字〔2026〕1号",
    }  # fmt: skip
    answer = await office.reviewer().post(f"/rights/{page['id']}/valuations", json=valued)
    assert answer.status_code == 201, answer.text
    (short,) = (await office.reviewer().get("/cover-shortfalls")).json()["items"]
    assert (short["bank_code"], short["carried"], short["shortfall"]) == (
        CCB, "1999999.99", "0.02",
    )  # fmt: skip
    assert short["rights"][0]["is_later_rank"] is True
    assert whole["ranks"] == 2
    assert {one["bank_code"]: one["rank"] for one in whole["cases"] if one["holds"]} == {
        ICBC: 1, CCB: 2,
    }  # fmt: skip
    own = (await office.bank(CCB).get(f"/rights/{page['id']}")).json()
    assert own["pledged_elsewhere"] is True and ICBC not in str(own)

    await office.said()
    await office.reports("2026-03", position("JJ-1", "0.00"))
    (told,) = await office.said(PledgeRankChangedV1.type)
    assert isinstance(told, PledgeRankChangedV1)
    assert (told.bank_code, told.number, told.from_rank, told.to_rank) == (
        CCB, second["number"], 2, 1,
    )  # fmt: skip
    assert ICBC not in told.model_dump_json()
    assert await held(office) == [(CCB, 1, 0)]
    mine = await pledges(office, second, CCB)
    assert (mine["rank"], mine["is_second"]) == (1, False)
    assert [(one["from_rank"], one["to_rank"]) for one in mine["rank_changes"]] == [
        (None, 2), (2, 1),
    ]  # fmt: skip
    # Said to be repaid by mistake: by now another is the first, and the row is refused as ever.
    back = position("JJ-1", "500000.00", confirmed=["reopens-repaid"])
    verdict = (await office.reports("2026-03", back))["verdicts"][0]
    assert verdict["accepted"] is False


async def test_of_two_later_ranks_at_once_one_is_taken_and_a_renewal_keeps_the_rank_of_its_loan(
    office: Office, pledged: Any
):
    await with_ranks(office, behind="own", ranks=3)
    first = await office.lends(collateral=[pledged])
    await stores(office.bank(), CONSENT)
    body = submission(collateral=[pledged], documents=papers(CONSENT), amount="100000.00")
    answers = await asyncio.gather(
        *(office.bank().post("/applications", json=body) for _ in range(4))
    )
    states = sorted(one.json()["state"] for one in answers)
    assert states == ["accepted", *["returned_for_correction"] * 3], "behind an unregistered one"
    assert await held(office) == [(ICBC, 1, 0), (ICBC, 2, 0)]
    other = await office.submits(
        bank=CCB, collateral=[pledged], documents=papers(), expect="returned_for_correction"
    )
    assert codes(other) == {"right-already-pledged"}, "behind the firm's own loan alone"

    # A renewal of the first is one debt with it, and takes no rank of its own.
    (second,) = [one.json() for one in answers if one.json()["state"] == "accepted"]
    renewal = await office.submits(renews=first["id"], collateral=[pledged])
    assert await held(office) == [(ICBC, 1, 0), (ICBC, 1, 1), (ICBC, 2, 0)]
    await office.post(office.bank(), renewal, "withdraw", {"reason": "企业另有安排"})

    # What stands behind is judged again at its approval, and once more where it stands first.
    await office.reports("2026-03", position("JJ-1", "0.00"))
    assert await held(office) == [(ICBC, 1, 0)]
    free = await office.case(second, by=office.bank())
    assert free["collateral"][0]["rank"] == 1
    await office.approves(second)
    # Its earlier one comes back: the right is the second's by now.
    assert (await asks(office, ICBC, pledged["number"]))["case_number"] == second["number"]


async def test_a_pledge_that_its_register_enters_out_of_the_order_of_ranks_is_a_finding_to_look_at(
    office: Office, pledged: Any
):
    async def found(who: Any) -> set[tuple[str, str]]:
        listed = (await who.get("/endangered-rights")).json()["items"]
        return {
            (one["case_number"], one["code"]) for one in listed if one["code"].startswith("rank")
        }

    await with_ranks(office)
    first = await office.lends(collateral=[pledged])
    await office.moves_clock(days=1)
    await stores(office.bank(CCB), CONSENT)
    agreed = {"bank": CCB, "collateral": [pledged], "documents": papers(CONSENT)}
    second = await office.submits(**agreed, amount="100000.00")
    await pays_out(office, second, CCB, "JJ-2", "100000.00")
    assert await found(office.reviewer()) == set(), "entered a day after the first"

    # The renewal has its loan's rank, and a pledge of its own that is entered behind the second's.
    renewal = await office.submits(renews=first["id"], collateral=[pledged])
    await office.moves_clock(days=1)
    await renewal_pays_out(office, renewal, "JJ-3")
    late, early = (renewal["number"], "rank-registered-late"), (second["number"], "rank-to-confirm")
    assert await found(office.reviewer()) == {late, early}
    assert await found(office.bank()) == {late}
    assert await found(office.bank(CCB)) == {early}
    await office.said()
    await office.moves_clock(days=1)
    context = office.service.context
    await watch_rights(context.database, context.clock.now, within_days=90)
    (told,) = await office.said(RightEndangeredV1.type)
    assert isinstance(told, RightEndangeredV1)
    assert (told.danger, told.number) == ("rank-registered-late", renewal["number"])
    assert second["number"] not in told.model_dump_json() and CCB not in told.model_dump_json()
