"""A loan that is paid out in parts: what may be drawn, till when, and how a draw is taken back."""

import asyncio
from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.applications.handlers.draw_ends import end_draws
from shared.contracts.risk_pool import (
    BankSuspendedV1,
    CoverageReleasedV1,
    PoolStoppedV1,
    SettlementPostedV1,
)
from tests.applications.office import CCB, ICBC, Office, nothing_found, position

UNTIL = "2026-06-30"
FIRST = "400000.00"


async def lent(office: Office, first: str = FIRST, **more: Any) -> Any:
    """A million approved; 400,000.00 of it paid out on 2 March, the rest drawable until 30 June."""
    return await office.lends(first=first, draws_until=UNTIL, **more)


def refused(answer: Any) -> str:
    assert answer.status_code == 409, answer.text
    return answer.json()["code"]


def faults(answer: Any) -> list[tuple[str, str]]:
    assert answer.status_code == 422, answer.text
    return [(error["pointer"], error["code"]) for error in answer.json()["errors"]]


async def time_passes(office: Office, moment: datetime) -> None:
    """The clock is set, and the due job has run."""
    await office.moves_clock(moment)
    context = office.service.context
    await end_draws(context.database, context.working_days, context.clock.now)


async def test_the_approved_amount_is_drawn_in_parts_to_the_fen(office: Office):
    case = await lent(office)
    (disbursed,) = await office.said("loan.disbursed.v1")
    assert str(disbursed.draws_until) == UNTIL
    stands = await office.loan(case)
    assert (stands["amount"], stands["approved"], stands["drawable"], stands["draws_until"]) == (
        FIRST, "1000000.00", "600000.00", UNTIL,
    )  # fmt: skip

    await office.moves_clock(days=10)
    assert (await office.draws(case, "250000.01", "PZ-2")).json()["state"] == "disbursed"
    await office.moves_clock(days=10)
    assert (await office.draws(case, "349999.99", "PZ-3")).status_code == 200

    drawn = await office.drawn(case)
    assert [d["undrawn"] for d in drawn] == ["600000.00", "349999.99", "0.00"]
    assert [(d["draw_no"], d["amount"], d["drawn_on"], d["reference"], d["drawn"]) for d in drawn] == [
        (1, FIRST, "2026-03-02", "JJ-1", FIRST),
        (2, "250000.01", "2026-03-12", "PZ-2", "650000.01"),
        (3, "349999.99", "2026-03-22", "PZ-3", "1000000.00"),
    ]  # fmt: skip
    stands = await office.loan(case)
    assert (stands["amount"], stands["drawable"], stands["outstanding_principal"]) == (
        "1000000.00", "0.00", "1000000.00",
    )  # fmt: skip
    told = await office.said("loan.drawn.v1")
    assert [(e.draw_no, e.amount_fen, e.drawn_fen, e.drawable_fen) for e in told] == [
        (2, 25_000_001, 65_000_001, 34_999_999),
        (3, 34_999_999, 100_000_000, 0),
    ]
    assert refused(await office.draws(case, "0.01", "PZ-4")) == "nothing-to-draw"


async def test_a_loan_that_states_no_time_for_draws_is_lent_at_once(office: Office):
    case = await office.lends(first=FIRST)

    stands = await office.loan(case)
    assert (stands["drawable"], stands["draws_until"]) == ("0.00", None)
    assert refused(await office.draws(case, "1.00", "PZ-2")) == "nothing-to-draw"
    assert len(await office.drawn(case)) == 1


@pytest.mark.parametrize(
    ("until", "amount", "code"),
    [
        ("2026-03-01", FIRST, "draws-end-before-disbursement"),
        ("2027-03-02", FIRST, "draws-end-after-maturity"),
        (UNTIL, "1000000.00", "nothing-left-to-draw"),
    ],
)
async def test_the_time_for_draws_lies_within_the_loan_and_leaves_something(
    office: Office, until: str, amount: str, code: str
):
    case = await office.submits()
    await office.reserves(case)
    await office.registers(case)

    answer = await office.bank().post(
        f"/applications/{case['id']}/disbursement",
        json={
            "loan_no": "JJ-1", "amount": amount, "disbursed_on": "2026-03-02",
            "matures_on": "2027-03-02", "draws_until": until,
        },
    )  # fmt: skip

    assert faults(answer) == [("#/draws_until", code)]


async def test_a_draw_that_does_not_fit_the_loan_is_refused_with_every_fault(office: Office):
    case = await lent(office)
    await office.moves_clock(days=1)

    looked = nothing_found(date(2026, 3, 2))
    wrong = await office.draws(case, "600000.01", "PZ-2", drawn_on="2026-03-01", lists_checked=[])
    assert faults(wrong) == [("#/amount", "above-undrawn"), ("#/drawn_on", "too-early")]
    ahead = await office.draws(case, "1.00", "PZ-2", drawn_on="2026-03-04", lists_checked=looked)
    assert faults(ahead) == [("#/drawn_on", "in-future")]
    before = {"name": "judgment_defaulter", "checked_on": "2026-03-01", "found": False}
    stale = await office.draws(case, "1.00", "PZ-2", lists_checked=[before])
    assert faults(stale) == [("#/lists_checked/0/checked_on", "too-early")]
    await office.moves_clock(datetime(2026, 3, 18, 1, tzinfo=UTC))
    # Dongli files within ten working days: of 3 March by the 17th.
    late = await office.draws(case, "1.00", "PZ-2", drawn_on="2026-03-03", lists_checked=looked)
    assert faults(late) == [("#/drawn_on", "filed-late")]

    assert (await office.loan(case))["drawable"] == "600000.00"


async def test_nothing_is_drawn_before_the_disbursement(office: Office):
    case = await office.submits()
    await office.reserves(case)
    await office.registers(case)

    answer = await office.draws(case, "1.00", "PZ-2")

    assert (refused(answer), answer.json()["state"]) == (
        "loan-not-drawable", "pledge_registered",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("reported", "state"),
    [
        ({"principal": FIRST, "overdue_days": 20}, "overdue"),
        ({"principal": "0.00"}, "repaid"),
    ],
)
async def test_nothing_is_drawn_of_a_loan_that_is_overdue_or_over(
    office: Office, reported: Any, state: str
):
    case = await lent(office)
    await office.moves_clock(datetime(2026, 3, 31, 1, tzinfo=UTC))
    await office.reports("2026-03", position(**reported))

    answer = await office.draws(case, "1.00", "PZ-2")

    assert (refused(answer), answer.json()["state"]) == ("loan-not-drawable", state)
    left = "0.00" if state == "repaid" else "600000.00"
    assert (await office.loan(case))["drawable"] == left


@pytest.mark.parametrize("what", ["pool-stopped", "bank-suspended"])
async def test_a_draw_is_judged_as_a_disbursement_while_a_breaker_stands(office: Office, what: str):
    case = await lent(office)
    on = date(2026, 3, 5)
    stop: Any = (
        PoolStoppedV1(pool_code="dongli", available_fen=1, paid_in_fen=2, on=on)
        if what == "pool-stopped"
        else BankSuspendedV1(
            pool_code="dongli", bank_code=ICBC, bad_principal_fen=1, covered_principal_fen=2,
            line_bp=500, on=on,
        )
    )  # fmt: skip
    await office.hears(stop)
    await office.moves_clock(days=7)

    answer = await office.draws(case, "1.00", "PZ-2")
    assert refused(answer) == "no-longer-eligible"
    assert [one["code"] for one in answer.json()["findings"]] == [what]
    # What was paid out before the breaker fell was no hindrance then.
    before = await office.draws(case, "1.00", "PZ-2", drawn_on="2026-03-04")
    assert before.status_code == 200, before.text


async def test_a_voucher_stands_for_one_draw_and_a_likely_double_is_confirmed(office: Office):
    case, other = await lent(office), await lent(office, loan_no="JJ-2")
    assert (await office.draws(case, "1000.00", "PZ-2")).status_code == 200

    for loan in (case, other):
        used = await office.draws(loan, "5.00", "PZ-2")
        assert (refused(used), used.json()["number"]) == ("draw-reference-used", case["number"])
    like = await office.draws(case, "1000.00", "PZ-3")
    assert (refused(like), like.json()["draw_no"]) == ("likely-double", 2)
    as_the_first = await office.draws(other, FIRST, "PZ-4")
    assert (refused(as_the_first), as_the_first.json()["draw_no"]) == ("likely-double", 1)

    assert (await office.draws(case, "1000.00", "PZ-3", not_a_double=True)).status_code == 200
    assert (await office.loan(case))["amount"] == "402000.00"


async def test_two_draws_of_the_last_part_at_once_lend_it_once(office: Office):
    case = await lent(office)

    answers = await asyncio.gather(
        *(office.draws(case, "600000.00", f"PZ-{n}", not_a_double=True) for n in range(3))
    )

    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    assert {refused(one) for one in answers if one.status_code == 409} == {"nothing-to-draw"}
    assert (await office.loan(case))["amount"] == "1000000.00"


async def test_a_draw_is_sent_twice_and_lent_once(office: Office):
    case = await lent(office)
    body = {"amount": "1000.00", "drawn_on": "2026-03-02", "reference": "PZ-2",
            "lists_checked": nothing_found(office.now.date())}  # fmt: skip
    key = {"Idempotency-Key": "one-draw-0001"}

    first = await office.bank().post(f"/loans/{case['id']}/draws", json=body, headers=key)
    again = await office.bank().post(f"/loans/{case['id']}/draws", json=body, headers=key)

    assert (first.status_code, again.json()) == (200, first.json())
    assert (await office.loan(case))["amount"] == "401000.00"
    stale = await office.bank().post(
        f"/loans/{case['id']}/draws", json=body | {"reference": "PZ-3"}, headers={"If-Match": '"1"'}
    )
    assert stale.status_code == 412


async def test_draws_end_after_their_last_day_and_the_term_for_filing(office: Office):
    case = await lent(office)
    await office.said()

    # Of 30 June by 14 July.
    await time_passes(office, datetime(2026, 7, 14, 1, tzinfo=UTC))
    over = await office.draws(case, "1.00", "PZ-2", drawn_on="2026-07-01")
    assert faults(over) == [("#/drawn_on", "draws-over")]
    filed = await office.draws(case, "100000.00", "PZ-3", drawn_on=UNTIL)
    assert filed.status_code == 200, filed.text
    await time_passes(office, datetime(2026, 7, 15, 1, tzinfo=UTC))
    await time_passes(office, datetime(2026, 7, 16, 1, tzinfo=UTC))

    (ended,) = await office.said("loan.draws-ended.v1")
    assert (ended.undrawn_fen, str(ended.draws_until), str(ended.on)) == (
        50_000_000, UNTIL, "2026-07-15",
    )  # fmt: skip
    assert (await office.loan(case))["drawable"] == "0.00"
    assert refused(await office.draws(case, "1.00", "PZ-4")) == "nothing-to-draw"


async def test_a_draw_and_the_end_of_draws_at_once_one_wins_and_the_other_knows(office: Office):
    case = await lent(office)
    await office.moves_clock(datetime(2026, 7, 15, 1, tzinfo=UTC))
    context = office.service.context

    answer, _ = await asyncio.gather(
        office.draws(case, "600000.00", "PZ-2", drawn_on=UNTIL),
        end_draws(context.database, context.working_days, context.clock.now),
    )

    # The term for filing is over: the draw is refused either way, and the rest ends once.
    assert answer.status_code in (409, 422)
    assert len(await office.said("loan.draws-ended.v1")) == 1


async def test_a_claim_that_uses_the_cover_up_ends_the_draws(office: Office):
    case = await lent(office)
    await office.said()
    await office.hears(
        CoverageReleasedV1(
            pool_code="dongli", loan_id=case["id"], number=case["number"], bank_code=ICBC,
            borrower_name="", amount_fen=1, reason="claimed",
        )
    )  # fmt: skip

    assert [event.type for event in await office.said()] == ["loan.draws-ended.v1"]
    assert refused(await office.draws(case, "1.00", "PZ-2")) == "nothing-to-draw"


async def test_reports_are_judged_by_what_was_drawn_by_their_month(office: Office):
    case = await lent(office)
    await office.moves_clock(datetime(2026, 3, 20, 1, tzinfo=UTC))
    await office.draws(case, "100000.00", "PZ-2")
    await office.moves_clock(datetime(2026, 4, 7, 1, tzinfo=UTC))
    await office.draws(case, "200000.00", "PZ-3")

    def codes(answer: Any) -> list[str]:
        return [error["code"] for error in answer["verdicts"][0]["errors"]]

    assert codes(await office.reports("2026-03", position(principal="500000.01"))) == [
        "above-loan-amount"
    ]
    await office.said()
    assert codes(await office.reports("2026-03", position(principal="450000.00"))) == []
    (told,) = await office.said()
    assert (told.outstanding_principal_fen, told.drawn_since_fen) == (45_000_000, 20_000_000)
    # Where it stands now: what was drawn in April is owed as well.
    assert (await office.loan(case))["outstanding_principal"] == "650000.00"

    await office.moves_clock(datetime(2026, 4, 30, 1, tzinfo=UTC))
    assert codes(await office.reports("2026-04", position(principal="650000.01"))) == [
        "principal-grew"
    ]
    assert codes(await office.reports("2026-04", position(principal="650000.00"))) == []
    assert (await office.loan(case))["outstanding_principal"] == "650000.00"


async def test_a_month_that_ended_with_nothing_owed_repays_no_loan_drawn_upon_since(office: Office):
    case = await lent(office)
    await office.moves_clock(datetime(2026, 4, 2, 1, tzinfo=UTC))
    await office.draws(case, "200000.00", "PZ-2")

    await office.reports("2026-03", position(principal="0.00"))

    assert await office.state(case) == "disbursed"
    assert (await office.loan(case))["outstanding_principal"] == "200000.00"


async def asked_back(office: Office, case: Any, draw_no: int = 2) -> Any:
    return await office.bank().post(
        f"/loans/{case['id']}/draws/{draw_no}/undo/request", json={"reason": "受托支付退汇"}
    )


async def taken_back(office: Office, case: Any, draw_no: int = 2) -> Any:
    return await office.reviewer().post(f"/loans/{case['id']}/draws/{draw_no}/undo")


async def test_a_draw_that_bounced_is_taken_back_by_two_persons_and_can_be_drawn_again(
    office: Office,
):
    case = await lent(office)
    await office.draws(case, "100000.00", "PZ-2")
    await office.draws(case, "200000.00", "PZ-3")
    assert refused(await taken_back(office, case)) == "undo-not-asked"
    assert (await asked_back(office, case)).status_code == 200
    asked = (await office.reviewer().get("/loan-requests")).json()["items"]
    assert [(one["kind"], one["draw_no"], one["pending_actions"]) for one in asked] == [
        ("undo_draw", 2, ["undo_draw"])
    ]
    assert refused(await taken_back(office, case, 3)) == "undo-not-asked"
    whole = await office.reviewer().post(f"/applications/{case['id']}/undo-disbursement")
    assert refused(whole) == "undo-not-asked"
    await office.said()

    assert (await taken_back(office, case)).json()["state"] == "disbursed"

    (told,) = await office.said()
    assert (told.type, told.draw_no, told.drawn_fen, told.outstanding_principal_fen) == (
        "loan.draw-undone.v1", 2, 60_000_000, 60_000_000,
    )  # fmt: skip
    assert str(told.draws_until) == UNTIL
    stands = await office.loan(case)
    assert (stands["amount"], stands["drawable"]) == ("600000.00", "400000.00")
    assert [(d["draw_no"], d["drawn"], d["undone_on"]) for d in await office.drawn(case)] == [
        (1, "400000.00", None), (2, "400000.00", "2026-03-02"), (3, "600000.00", None),
    ]  # fmt: skip
    assert (await taken_back(office, case)).status_code == 409
    assert (await office.draws(case, "100000.00", "PZ-2")).status_code == 200
    assert (await office.drawn(case))[-1]["draw_no"] == 4


async def test_a_disbursement_is_not_undone_while_there_are_draws(office: Office):
    case = await lent(office)
    await office.draws(case, "100000.00", "PZ-2")
    undoing = f"/applications/{case['id']}/undo-disbursement"
    await office.bank().post(f"{undoing}/request", json={"reason": "误报"})
    assert refused(await office.reviewer().post(undoing)) == "draws-reported"
    await asked_back(office, case)
    assert (await taken_back(office, case)).status_code == 200
    await office.bank().post(f"{undoing}/request", json={"reason": "误报"})

    undone = await office.reviewer().post(undoing)

    assert undone.json()["state"] == "pledge_registered"
    again = await office.bank().post(
        f"/applications/{case['id']}/disbursement",
        json={
            "loan_no": "JJ-1", "amount": FIRST, "disbursed_on": "2026-03-02",
            "matures_on": "2027-03-02", "draws_until": UNTIL,
            "lists_checked": nothing_found(date(2026, 3, 2)),
        },
    )  # fmt: skip
    assert again.status_code == 200, again.text
    await office.draws(case, "100000.00", "PZ-2")
    assert [draw["draw_no"] for draw in await office.drawn(case)] == [1, 2, 3]


async def test_a_draw_in_a_settled_month_or_a_reported_balance_stays_until_that_is_mended(
    office: Office,
):
    case = await lent(office)
    await office.draws(case, "100000.00", "PZ-2")
    await office.moves_clock(datetime(2026, 3, 31, 1, tzinfo=UTC))
    await office.reports("2026-03", position(principal="500000.00"))
    await asked_back(office, case)

    above = await taken_back(office, case)
    assert (refused(above), above.json()["month"]) == ("positions-reported", "2026-03")
    await office.reports("2026-03", position(principal="400000.00"))
    await office.hears(
        SettlementPostedV1(
            pool_code="dongli", settlement_id="01932c5e-7a00-7c3e-9c1b-5f2d3a4b6c01",
            month="2026-03", statements=(), posted_on=date(2026, 4, 2),
        )
    )  # fmt: skip
    assert refused(await taken_back(office, case)) == "month-closed"

    assert (await office.loan(case))["amount"] == "500000.00"


async def test_what_is_taken_back_is_owed_no_more_however_it_was_reported(office: Office):
    case = await lent(office)
    await office.draws(case, "100000.00", "PZ-2")
    await office.moves_clock(datetime(2026, 3, 31, 1, tzinfo=UTC))
    # The report leaves the draw out already: it is not taken off a second time.
    await office.reports("2026-03", position(principal="390000.00"))
    await office.moves_clock(days=1)
    await office.draws(case, "50000.00", "PZ-3")
    assert (await office.loan(case))["outstanding_principal"] == "440000.00"

    for draw_no, outstanding in ((2, "440000.00"), (3, "390000.00")):
        await asked_back(office, case, draw_no)
        assert (await taken_back(office, case, draw_no)).status_code == 200
        assert (await office.loan(case))["outstanding_principal"] == outstanding


async def test_draws_are_the_business_of_their_own_bank_and_its_clerks(office: Office):
    case = await lent(office)
    await office.draws(case, "1.00", "PZ-2")

    for answer in (
        await office.draws(case, "1.00", "PZ-9", by=office.bank(CCB)),
        await office.bank(CCB).get(f"/loans/{case['id']}/draws"),
        await office.bank(CCB).post(
            f"/loans/{case['id']}/draws/2/undo/request", json={"reason": "x"}
        ),
    ):
        assert answer.status_code == 404
    for person in (office.reviewer(), office.approver(), office.staff("au", "auditor")):
        assert (await office.draws(case, "1.00", "PZ-9", by=person)).status_code == 403
    assert (await office.bank().post(f"/loans/{case['id']}/draws/2/undo")).status_code == 403
    assert (await asked_back(office, case, 7)).status_code == 404
