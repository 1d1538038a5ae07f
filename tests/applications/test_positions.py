"""Monthly positions: verdicts per row, versions, and what a report does to its case."""

import asyncio
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from services.applications.domain.life_cycle import IS_LOAN, Action, State
from services.applications.domain.plausibility import Report, errors
from services.applications.domain.positions import Earlier, Loan, Position, is_worse, move_for
from services.applications.handlers.maturity import mark_matured
from shared.contracts.risk_pool import SettlementPostedV1
from shared.months import Month
from shared.risk_classes import RISK_CLASSES
from tests.applications.office import ICBC, Office, counted, position, right


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

    early = await office.bank().post("/positions", json={"month": "2026-03", "items": [position()]})
    assert [e["code"] for e in early.json()["verdicts"][0]["errors"]] == ["month-not-over"]
    rows = await office.reports("2026-02", position(principal="1000000.01"))
    assert [e["code"] for e in rows["verdicts"][0]["errors"]] == [
        "before-disbursement",
        "above-loan-amount",
    ]
    await office.reports("2026-03", position(principal="500000.00"))
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
    await office.reports("2026-05", position(overdue_days=71, risk_class="substandard"))

    told = await office.said("loan.overdue.v1")
    assert [(event.overdue_days, event.risk_class) for event in told] == [
        (10, "special_mention"),
        (71, "substandard"),
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


async def test_a_class_too_good_for_its_days_is_taken_once_the_bank_says_that_it_is_so(
    office: Office,
):
    case = await office.lends()
    row = position(overdue_days=91)

    (asked,) = (await office.reports("2026-06", row))["verdicts"]
    assert (asked["accepted"], asked["errors"], asked["version"]) == (False, [], None)
    assert [(q["code"], q["field"]) for q in asked["to_confirm"]] == [
        ("class-too-good", "/risk_class")
    ]
    assert await office.state(case) == "disbursed"

    (taken,) = (await office.reports("2026-06", row | {"confirmed": ["class-too-good"]}))[
        "verdicts"
    ]
    assert (taken["accepted"], taken["to_confirm"]) == (True, [])
    assert [w["code"] for w in taken["warnings"]] == ["class-too-good"]
    kept = (await office.bank().get(f"/loans/{case['id']}/positions")).json()["items"]
    assert kept[0]["confirmed"] == ["class-too-good"]


async def test_interest_that_is_still_owed_keeps_a_loan_from_being_repaid(office: Office):
    case = await office.lends()
    owed = position(principal="0.00", interest_arrears="0.01")
    await office.reports("2026-03", owed | {"confirmed": ["arrears-without-principal"]})
    assert await office.state(case) == "disbursed"

    await office.reports("2026-03", position(principal="0.00"))
    assert await office.state(case) == "repaid"

    over = await office.reports("2026-03", position(principal="0.00", penalty_interest="1.00"))
    assert [e["code"] for e in over["verdicts"][0]["errors"]] == ["loan-over"]


async def test_a_zero_reported_by_mistake_is_mended_by_a_new_version_of_the_month(office: Office):
    case = await office.lends()
    await office.reports("2026-03", position(principal="0.00"))
    assert await office.state(case) == "repaid"
    await office.said()
    mended = position(overdue_days=9, reason="误将另一笔贷款的结清报入")

    (asked,) = (await office.reports("2026-03", mended))["verdicts"]
    assert [q["code"] for q in asked["to_confirm"]] == ["reopens-repaid"]
    (taken,) = (await office.reports("2026-03", mended | {"confirmed": ["reopens-repaid"]}))[
        "verdicts"
    ]

    assert (taken["accepted"], taken["state"], taken["version"]) == (True, "overdue", 2)
    assert await office.state(case) == "overdue"
    opened, reported, overdue = await office.said()
    assert (opened.type, opened.month, opened.outstanding_principal_fen, opened.reason) == (
        "loan.reopened.v1",
        "2026-03",
        100_000_000,
        "误将另一笔贷款的结清报入",
    )
    assert (reported.type, overdue.type) == ("loan.position-reported.v1", "loan.overdue.v1")


async def test_a_loan_is_not_opened_again_once_another_case_has_its_right(office: Office):
    taken = right()
    case = await office.lends(collateral=[taken])
    await office.reports("2026-03", position(principal="0.00"))
    await office.submits(collateral=[taken])

    row = position(confirmed=["reopens-repaid"])
    (refused,) = (await office.reports("2026-03", row))["verdicts"]

    assert [e["code"] for e in refused["errors"]] == ["rights-taken"]
    assert (refused["accepted"], await office.state(case)) == (False, "repaid")
    kept = (await office.bank().get(f"/loans/{case['id']}/positions")).json()["items"]
    assert len(kept) == 1


async def test_an_opened_loan_holds_its_rights_again(office: Office):
    taken = right()
    await office.lends(collateral=[taken])
    await office.reports("2026-03", position(principal="0.00"))
    await office.reports("2026-03", position(confirmed=["reopens-repaid"]))

    other = await office.submits(collateral=[taken], expect="returned_for_correction")

    assert "right-already-pledged" in [finding["code"] for finding in other["findings"]]


async def test_a_payment_that_bounced_is_mended_by_a_new_version_of_its_month(office: Office):
    case = await office.lends()
    await office.reports("2026-03", position(principal="400000.00"))
    await office.reports("2026-03", position(principal="1000000.00", reason="还款支票退票"))

    loan = (await office.bank().get(f"/loans/{case['id']}")).json()
    assert loan["outstanding_principal"] == "1000000.00"


async def test_what_is_reported_of_a_settled_month_says_so(office: Office):
    await office.lends()
    await office.reports("2026-03", position())
    await office.hears(
        SettlementPostedV1(
            settlement_id=uuid4(), pool_code="dongli", month="2026-03", statements=(),
            posted_on=date(2026, 4, 20),
        )
    )  # fmt: skip
    await office.said()

    await office.reports("2026-03", position(principal="900000.00"))
    await office.reports("2026-04", position(principal="900000.00"))

    told = await office.said("loan.position-reported.v1")
    assert [(e.month, e.corrects_closed_month) for e in told] == [
        ("2026-03", True),
        ("2026-04", False),
    ]


async def test_a_loan_that_matured_unpaid_is_overdue_from_the_next_day_without_any_report(
    office: Office,
):
    case = await office.lends()
    context = office.service.context
    await office.said()

    # 2 March 2027 is a Tuesday.
    for day, state in ((2, "disbursed"), (3, "overdue")):
        await office.moves_clock(datetime(2027, 3, day, 1, tzinfo=UTC))
        await mark_matured(context.database, context.working_days, context.clock.now)
        assert await office.state(case) == state

    (told,) = await office.said("loan.overdue.v1")
    assert (told.overdue_days, told.outstanding_principal_fen) == (1, 100_000_000)
    await mark_matured(context.database, context.working_days, context.clock.now)
    assert await office.said() == []


async def test_a_matured_loan_cannot_be_reported_as_served_nor_cured_by_an_older_month(
    office: Office,
):
    case = await office.lends()
    context = office.service.context
    await office.moves_clock(datetime(2027, 3, 3, 1, tzinfo=UTC))
    await mark_matured(context.database, context.working_days, context.clock.now)

    older = await office.reports("2027-02", position())
    assert (older["accepted"], await office.state(case)) == (1, "overdue")
    (late,) = (await office.reports("2027-03", position()))["verdicts"]
    assert [(e["code"], "29" in e["zh"]) for e in late["errors"]] == [("matured-unpaid", True)]
    (honest,) = (await office.reports("2027-03", position(overdue_days=29)))["verdicts"]
    assert honest["accepted"]


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
    await office.moves_clock(datetime(2026, 3, 31, 1, tzinfo=UTC))

    async def statements(rows: list) -> int:
        with counted(office) as count:
            await office.reports("2026-03", *rows)
        return len(count)

    one = await statements([position(loans[0], overdue_days=3)])
    many = await statements([position(number, overdue_days=3) for number in loans[1:]])

    assert one == many == 5


async def test_reports_of_one_month_in_the_same_moment_become_one_version_each(office: Office):
    case = await office.lends()
    await office.moves_clock(datetime(2026, 3, 31, 1, tzinfo=UTC))

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
    annual_rate_bp=st.integers(0, 2000),
    disbursed_on=st.dates(date(2026, 1, 1), date(2026, 6, 30)),
    falls_due_on=st.dates(date(2026, 6, 1), date(2027, 6, 30)),
    last_month=st.none() | st.just("2026-05") | st.just("2026-06"),
    risk_class=st.sampled_from(RISK_CLASSES),
    before=st.none() | st.builds(Earlier, month=st.just("2026-05"), position=POSITIONS),
)


@given(POSITIONS, LOANS)
def test_whatever_report_is_taken_leads_along_the_table(reported: Position, loan: Loan):
    today = date(2026, 7, 1)
    if errors(Report(position=reported, loan=loan, month=Month(2026, 6), today=today)):
        return
    move = move_for(reported, loan, month=Month(2026, 6), today=today)

    assert loan.state in IS_LOAN | {State.REPAID}
    if loan.state is State.REPAID:
        assert move is not None and move.action == Action.REOPEN
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
