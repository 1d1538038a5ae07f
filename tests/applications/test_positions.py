"""Monthly positions: verdicts per row, versions, and what a report does to its case."""

import asyncio
from datetime import date
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from services.applications.domain.life_cycle import IS_LOAN, Action, State
from services.applications.domain.positions import (
    Loan,
    Position,
    errors,
    is_worse,
    move_for,
)
from shared.risk_classes import RISK_CLASSES
from tests.applications.office import ICBC, Office, counted, position


async def test_good_rows_are_kept_whatever_is_wrong_with_the_others(office: Office):
    case = await office.lends()

    answer = await office.reports(
        "2026-03",
        position("JJ-404"),
        position(principal="900000.00"),
        position(),
        position(principal="1e9", overdue_days=-1, surprise=1),
        {"overdue_days": 0},
        "not even a row",
        {**position(), "loan_id": str(uuid4())},
    )

    assert (answer["accepted"], answer["refused"]) == (1, 6)
    told = [
        (v["accepted"], sorted((e["code"], e["field"]) for e in v["errors"]))
        for v in answer["verdicts"]
    ]
    assert told == [
        (False, [("loan-unknown", "/loan_no")]),
        (True, []),
        (False, [("loan-named-twice", "/loan_no")]),
        (
            False,
            [
                ("not-an-amount", "/outstanding_principal"),
                ("too-small", "/overdue_days"),
                ("unknown-field", "/surprise"),
            ],
        ),
        (
            False,
            [
                ("missing", "/outstanding_principal"),
                ("missing", "/risk_class"),
                ("one-name", ""),
            ],
        ),
        (False, [("not-an-object", "")]),
        (False, [("one-name", "/loan_id")]),
    ]
    loan = (await office.bank().get(f"/loans/{case['id']}")).json()
    assert loan["outstanding_principal"] == "900000.00"


async def test_a_second_report_of_a_month_is_a_new_version_and_the_first_is_kept(office: Office):
    case = await office.lends()
    await office.reports("2026-03", position(principal="900000.00"))
    second = await office.reports("2026-03", position(principal="950000.00"))
    same = await office.reports("2026-03", position(principal="950000.00"))

    assert [(v["version"], v["unchanged"]) for v in second["verdicts"] + same["verdicts"]] == [
        (2, False),
        (2, True),
    ]
    told = (await office.bank().get(f"/loans/{case['id']}/positions")).json()["items"]
    assert [(p["month"], p["version"], p["outstanding_principal"]) for p in told] == [
        ("2026-03", 1, "900000.00"),
        ("2026-03", 2, "950000.00"),
    ]
    events = await office.said("loan.position-reported.v1")
    assert [event.outstanding_principal_fen for event in events] == [90_000_000, 95_000_000]


async def test_a_late_correction_of_an_older_month_does_not_move_the_loan(office: Office):
    case = await office.lends()
    await office.moves_clock(days=40)
    await office.reports("2026-03", position(principal="900000.00"))
    await office.reports("2026-04", position(principal="800000.00"))

    answer = await office.reports("2026-03", position(principal="900000.00", overdue_days=5))

    assert answer["accepted"] == 1
    loan = (await office.bank().get(f"/loans/{case['id']}")).json()
    assert (loan["state"], loan["outstanding_principal"], loan["last_month"]) == (
        "disbursed",
        "800000.00",
        "2026-04",
    )
    assert await office.said("loan.overdue.v1") == []


async def test_what_cannot_be_true_is_refused_with_every_reason(office: Office):
    await office.lends()

    rows = await office.reports("2026-02", position(principal="1000000.01"))
    assert [e["code"] for e in rows["verdicts"][0]["errors"]] == [
        "before-disbursement",
        "above-loan-amount",
    ]
    ahead = await office.reports("2026-04", position())
    assert [e["code"] for e in ahead["verdicts"][0]["errors"]] == ["month-ahead"]
    await office.reports("2026-03", position(principal="500000.00"))
    await office.moves_clock(days=40)
    grew = await office.reports("2026-04", position(principal="500000.01"))
    assert [e["code"] for e in grew["verdicts"][0]["errors"]] == ["principal-grew"]


async def test_overdue_is_told_when_it_is_new_and_when_it_gets_worse_and_can_be_cured(
    office: Office,
):
    case = await office.lends()
    await office.reports("2026-03", position(overdue_days=10, risk_class="special_mention"))
    await office.moves_clock(days=40)
    await office.reports("2026-04", position(overdue_days=40, risk_class="special_mention"))
    await office.moves_clock(days=30)
    await office.reports("2026-05", position(overdue_days=95, risk_class="substandard"))

    told = await office.said("loan.overdue.v1")
    assert [(event.overdue_days, event.risk_class) for event in told] == [
        (10, "special_mention"),
        (95, "substandard"),
    ]
    assert await office.state(case) == "overdue"

    await office.moves_clock(days=30)
    await office.reports("2026-06", position(principal="900000.00"))
    assert await office.state(case) == "disbursed"


async def test_what_a_report_tells_stands_loan_by_loan_in_the_order_of_the_loans(office: Office):
    loans = [await office.lends(loan_no=f"JJ-{n}") for n in (1, 2, 3)]
    await office.said()
    await office.reports(
        "2026-03",
        position("JJ-1", overdue_days=10, risk_class="special_mention"),
        position("JJ-2", principal="0.00"),
        position("JJ-3", risk_class="special_mention"),
    )

    told = [(event.loan_id, event.type) for event in await office.said()]

    first, second, third = (UUID(loan["id"]) for loan in loans)
    assert told == [
        (first, "loan.position-reported.v1"),
        (first, "loan.overdue.v1"),
        (second, "loan.position-reported.v1"),
        (second, "loan.repaid.v1"),
        (third, "loan.position-reported.v1"),
        (third, "loan.overdue.v1"),
    ]


async def test_a_class_too_good_for_its_days_is_taken_with_a_warning(office: Office):
    await office.lends()

    answer = await office.reports("2026-03", position(overdue_days=91))

    verdict = answer["verdicts"][0]
    assert verdict["accepted"]
    assert [w["code"] for w in verdict["warnings"]] == ["class-too-good"]


async def test_interest_that_is_still_owed_keeps_a_loan_from_being_repaid(office: Office):
    case = await office.lends()
    await office.reports("2026-03", position(principal="0.00", interest_arrears="0.01"))
    assert await office.state(case) == "disbursed"

    await office.reports("2026-03", position(principal="0.00"))
    assert await office.state(case) == "repaid"

    over = await office.reports("2026-03", position(principal="0.00", penalty_interest="1.00"))
    assert [e["code"] for e in over["verdicts"][0]["errors"]] == ["loan-over"]


async def test_a_thousand_loans_are_reported_at_once_and_a_thousand_and_one_are_too_many(
    office: Office,
):
    loans = await office.copies(await office.lends(), 1001)
    rows = [position(number, overdue_days=i % 2) for i, number in enumerate(loans)]

    answer = await office.reports("2026-03", *rows[:1000])

    assert (answer["accepted"], answer["refused"]) == (1000, 0)
    assert [v["state"] for v in answer["verdicts"][:2]] == ["disbursed", "overdue"]
    assert len(await office.said("loan.position-reported.v1", "loan.overdue.v1")) == 1500
    refused = await office.reports("2026-03", *rows, status=422)
    assert refused["errors"][0]["code"] == "too-many"


async def test_a_report_takes_as_many_statements_for_many_loans_as_for_one(office: Office):
    loans = await office.copies(await office.lends(), 60)

    async def statements(rows: list) -> int:
        with counted(office) as count:
            await office.reports("2026-03", *rows)
        return len(count)

    one = await statements([position(loans[0], overdue_days=3)])
    many = await statements([position(number, overdue_days=3) for number in loans[1:]])

    assert one == many == 5


async def test_reports_of_one_month_in_the_same_moment_become_one_version_each(office: Office):
    case = await office.lends()

    await asyncio.gather(
        *(office.reports("2026-03", position(principal=f"{n}.00")) for n in range(1, 9))
    )

    told = (await office.bank().get(f"/loans/{case['id']}/positions")).json()["items"]
    assert [p["version"] for p in told] == list(range(1, 9))
    loan = (await office.bank().get(f"/loans/{case['id']}")).json()
    assert loan["outstanding_principal"] == told[-1]["outstanding_principal"]


async def test_a_bank_can_ask_which_of_its_loans_are_not_reported_yet(office: Office):
    await office.lends(loan_no="JJ-1")
    await office.lends(loan_no="JJ-2")
    await office.reports("2026-03", position("JJ-1"))

    async def unreported(month: str) -> list[str]:
        answer = await office.bank().get("/loans", params={"unreported": month})
        return [loan["loan_no"] for loan in answer.json()["items"]]

    assert await unreported("2026-03") == ["JJ-2"]
    assert await unreported("2026-04") == ["JJ-1", "JJ-2"]
    assert await unreported("2026-02") == []

    await office.moves_clock(days=31)
    await office.reports("2026-04", position("JJ-2"))
    assert await unreported("2026-03") == ["JJ-2"], "a later month does not stand in for it"
    assert await unreported("2026-04") == ["JJ-1"]


async def test_a_report_by_id_names_the_same_loan_as_one_by_number(office: Office):
    case = await office.lends()
    row = {**position(), "loan_id": case["id"]}
    del row["loan_no"]

    first = await office.reports("2026-03", row)
    twice = await office.reports("2026-03", row, position())

    assert first["verdicts"][0]["loan_no"] == "JJ-1"
    assert [v["accepted"] for v in twice["verdicts"]] == [True, False]


async def test_loans_are_listed_with_what_is_owed(office: Office):
    await office.lends(loan_no="JJ-1")
    await office.lends(loan_no="JJ-2")
    await office.reports("2026-03", position("JJ-2", overdue_days=3, risk_class="special_mention"))

    listed = (await office.reviewer().get("/loans", params={"state": "overdue"})).json()["items"]
    assert [loan["loan_no"] for loan in listed] == ["JJ-2"]
    page = (await office.bank().get("/loans", params={"limit": 1})).json()
    rest = (await office.bank().get("/loans", params={"cursor": page["next_cursor"]})).json()
    assert [loan["loan_no"] for loan in page["items"] + rest["items"]] == ["JJ-1", "JJ-2"]
    figures = (await office.reviewer().get("/statistics")).json()
    assert figures["loans"] == [
        {
            "pool_code": "dongli",
            "loans": 2,
            "disbursed": "2000000.00",
            "outstanding": "2000000.00",
            "overdue_loans": 1,
            "overdue": "1000000.00",
        }
    ]
    assert figures["cases"] == [
        {
            "pool_code": "dongli",
            "month": "2026-03",
            "state": state,
            "cases": 1,
            "amount": "1000000.00",
        }
        for state in ("disbursed", "overdue")
    ]
    assert listed[0]["bank_code"] == ICBC


POSITIONS = st.builds(
    Position,
    outstanding_fen=st.integers(0, 10**9),
    overdue_days=st.integers(0, 400),
    interest_arrears_fen=st.integers(0, 10),
    penalty_interest_fen=st.integers(0, 10),
    risk_class=st.sampled_from(RISK_CLASSES),
)
LOANS = st.builds(
    Loan,
    state=st.sampled_from(State),
    amount_fen=st.integers(1, 10**9),
    disbursed_on=st.dates(date(2026, 1, 1), date(2026, 6, 30)),
    last_month=st.none() | st.just("2026-05"),
    risk_class=st.sampled_from(RISK_CLASSES),
    before_fen=st.none() | st.integers(0, 10**9),
)


@given(POSITIONS, LOANS)
def test_whatever_report_is_taken_leads_along_the_table(reported: Position, loan: Loan):
    if errors(reported, loan, month="2026-06", today=date(2026, 7, 1)):
        return
    move = move_for(reported, loan)

    assert loan.state in IS_LOAN
    if move is not None:
        assert move.source == loan.state
    if reported.is_repaid and loan.state is not State.CLAIMED:
        assert move is not None and move.action == Action.REPAY


@given(POSITIONS, LOANS)
def test_trouble_told_is_never_told_again_for_the_same_figures(reported: Position, loan: Loan):
    from dataclasses import replace

    after = replace(
        loan,
        risk_class=reported.risk_class,
        state=State.OVERDUE if reported.overdue_days else loan.state,
    )

    assert not is_worse(reported, after)
