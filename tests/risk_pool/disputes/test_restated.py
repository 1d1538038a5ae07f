"""A posted month as reported and restated: every difference has its causes, to the fen."""

import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from services.risk_pool.domain.ledger import natural_balance
from services.risk_pool.domain.restated import NET, Misplaced, asked_fen, restated
from shared.months import Month
from tests.cash import released, reversed_by_two
from tests.risk_pool.cash.test_open_items import ITEM
from tests.risk_pool.claims.test_claims import code_of
from tests.risk_pool.disputes.driver import disputes_of

MONTHS = [Month.parse(f"2026-0{number}") for number in (1, 2, 3, 4)]
ACCOUNTS = ("cash", "claims", "recoveries", "receivable:ICBC", "payable:ICBC", "payable:GUA")
KINDS = ("recovery-booked", "settlement-collect", "dispute-upheld", "claim-approved",
         "reversal-of-recovery-booked", "contribution")  # fmt: skip


@st.composite
def histories(draw):
    """Transfers that were booked on or after the day of their fact."""
    made = []
    for seq in range(1, draw(st.integers(1, 12)) + 1):
        debit, credit = draw(st.permutations(ACCOUNTS))[:2]
        day = date(2026, 1, 1) + timedelta(days=draw(st.integers(0, 119)))
        late = draw(st.sampled_from((0, 0, 31, 62)))
        booked = min(day + timedelta(days=late), date(2026, 4, 30))
        made.append(
            Misplaced(
                seq=seq, reference=f"t:{seq}", kind=draw(st.sampled_from(KINDS)), debit=debit,
                credit=credit, amount_fen=draw(st.integers(1, 10**12)), business_date=booked,
                booked_at=datetime(2026, 5, 1, tzinfo=UTC), fact_day=day, cause="cash",
                number="", why="", people=(), loan_number=None, explanation_id=None,
            )
        )  # fmt: skip
    return made


def added_up(transfers, *, restates=False):
    """Account → its movement, and party → the net, of some transfers, by adding them up."""
    movements = {
        account: sum(
            natural_balance(
                account,
                debited_fen=one.amount_fen * (one.debit == account),
                credited_fen=one.amount_fen * (one.credit == account),
            )
            for one in transfers
        )
        for account in ACCOUNTS
    }
    nets = {
        party: sum(asked_fen(party, one, comes_in=restates and _is_late(one)) for one in transfers)
        for party in ("ICBC", "GUA")
    }
    return movements, nets


def _is_late(one):
    return Month.of(one.fact_day) != Month.of(one.business_date)


@given(histories())
def test_the_causes_are_the_difference_and_over_all_months_nothing_is_made_or_lost(history):
    reported_in_all, restated_in_all = {}, {}
    for month in MONTHS:
        movements, nets = added_up([one for one in history if Month.of(one.business_date) == month])
        figures = restated(
            month,
            movements=movements,
            nets=nets,
            misplaced=[
                one
                for one in history
                if Month.of(one.fact_day) != Month.of(one.business_date)
                and month in (Month.of(one.fact_day), Month.of(one.business_date))
            ],
        )
        true_movements, true_nets = added_up(
            [one for one in history if Month.of(one.fact_day) == month], restates=True
        )
        found = {(one.party, one.account): one for one in figures}
        for account, fen in true_movements.items():
            figure = found.pop((account.partition(":")[2], account), None)
            assert fen == (figure.restated_fen if figure else 0)
        for party, fen in true_nets.items():
            figure = found.pop((party, NET), None)
            assert fen == (figure.restated_fen if figure else 0)
        assert found == {}
        for one in figures:
            assert one.restated_fen - one.reported_fen == sum(cause.fen for cause in one.causes)
            if one.account == NET:
                continue  # what a dispute takes off an item no other month asks for
            key = (one.party, one.account)
            reported_in_all[key] = reported_in_all.get(key, 0) + one.reported_fen
            restated_in_all[key] = restated_in_all.get(key, 0) + one.restated_fen
    assert reported_in_all == restated_in_all


async def shown(pool, month="2026-03", person=None):
    answer = await (person or pool.auditor).get(f"/pools/dongli/settlements/{month}/restated")
    assert answer.status_code == 200, answer.text
    for one in answer.json()["figures"]:
        difference = Decimal(one["restated"]) - Decimal(one["reported"])
        assert difference == Decimal(one["difference"])
        assert difference == sum(Decimal(cause["amount"]) for cause in one["causes"])
    return {(one["party_code"], one["account"]): one for one in answer.json()["figures"]}


def amounts(figure):
    return figure["reported"], figure["restated"]


async def test_late_facts_restate_the_month_to_which_they_belong_and_leave_it_as_it_was_posted(
    running,
):
    async with disputes_of(running, "ICBC", "CCB") as pool:
        posted = (await pool.auditor.get("/pools/dongli/settlements/2026-03")).json()
        assert all(one["causes"] == [] for one in (await shown(pool)).values())
        # A deposit of 20 March is found; interest of March that was booked then is taken back.
        await released(pool.maker, pool.checker, "dongli", "contribution", "500.00", "2026-03-20",
                       party_code="DL-FIN")  # fmt: skip
        interest = await released(
            pool.maker, pool.checker, "dongli", "interest", "7.01", "2026-03-21"
        )
        await reversed_by_two(pool.maker, pool.checker, interest, reason="重复登记")
        # A recovery of 31 March is told late; a line of March is disputed and upheld.
        await pool.recovers(pool.claim, "200.00", on="2026-03-31")
        filed = await pool.disputes()
        await pool.decides_dispute(filed, "uphold")

        found = await shown(pool)

        assert amounts(found["DL-FIN", "contribution:DL-FIN"]) == ("0.00", "500.00")
        assert amounts(found["", "cash"]) == ("0.00", "500.00")
        assert amounts(found["", "interest"]) == ("0.00", "0.00")
        assert [one["amount"] for one in found["", "interest"]["causes"]] == ["7.01", "-7.01"]
        # 400.00 as reported, 80.00 of the late recovery, 40.00 fewer by the dispute.
        assert amounts(found["", "recoveries"]) == ("400.00", "440.00")
        assert amounts(found["ICBC", "receivable:ICBC"]) == ("400.00", "440.00")
        assert amounts(found["ICBC", "net"]) == ("-400.00", "-440.00")
        causes = found["", "recoveries"]["causes"]
        assert [(one["cause"], one["amount"]) for one in causes] == [
            ("recovery", "80.00"), ("dispute", "-40.00"),
        ]  # fmt: skip
        disputed = causes[1]
        assert (disputed["number"], disputed["fact_day"]) == ("DL-Y-2026-0001", "2026-03-05")
        assert (disputed["why"], disputed["business_date"]) == ("评估费已在前案扣除", "2026-04-02")
        opened = await pool.auditor.get(f"/explanations/{disputed['explained']}")
        assert opened.json()["amount"] == "40.00"
        # April shows the other side: what was booked in it and belongs to March.
        await pool.hears(pool.position("other-ICBC-0", "2026-04", "10000000.00"))
        await pool.it_is("2026-05-06")
        await pool.settles("2026-04")
        april = await shown(pool, "2026-04")
        assert amounts(april["", "recoveries"]) == ("40.00", "0.00")
        assert amounts(april["", "cash"]) == ("500.00", "0.00")
        # April asks for the late recovery alone, and for nothing of its own.
        assert amounts(april["ICBC", "net"]) == ("-80.00", "0.00")
        assert not any(one["comes_in"] for one in april["", "cash"]["causes"])
        now = (await pool.auditor.get("/pools/dongli/settlements/2026-03")).json()
        # What it lacks to be closed is of today; all that it said stays.
        assert now | {"closing": None} == posted | {"closing": None}


async def test_the_net_is_restated_by_what_the_month_would_have_asked_for(running):
    async with disputes_of(running) as pool:
        await pool.recovers(pool.claim, "200.00", on="2026-03-31")
        # Paying what March asks for changes nothing of what it asked for.
        await released(pool.maker, pool.checker, "dongli", "receipt", "400.00", "2026-04-02",
                       item=ITEM)  # fmt: skip

        found = await shown(pool)

        assert amounts(found["ICBC", "net"]) == ("-400.00", "-480.00")
        (cause,) = found["ICBC", "net"]["causes"]
        assert (cause["cause"], cause["number"]) == ("recovery", "DL-R-2026-0002")
        assert cause["fact_day"] == "2026-03-31" and cause["business_date"] == "2026-04-01"


async def test_a_claw_back_restates_the_months_in_which_the_claim_was_booked(running):
    async with disputes_of(running) as pool:
        adjustment = await pool.maker.post(
            f"/claims/{pool.claim['id']}/adjustments",
            json={"kind": "claw_back", "reason": "用途不符", "evidence": "审计 4"},
        )
        at = f"/adjustments/{adjustment.json()['id']}"
        trial = (await pool.checker.get(at)).json()["trial"]
        await pool.checker.post(f"{at}/decide", json={"trial": trial["id"], "opinion": "同意"})

        found = await shown(pool)

        assert amounts(found["", "claims"]) == ("360000.00", "0.00")
        assert amounts(found["", "recoveries"]) == ("400.00", "0.00")
        assert {one["number"] for one in found["", "claims"]["causes"]} == {"DL-T-2026-0001"}


async def test_a_corrected_position_restates_the_exposure_of_its_month(running):
    async with disputes_of(running) as pool:
        await pool.hears(pool.position("other-ICBC-0", "2026-03", "9000000.00", version=2))

        found = await shown(pool)

        figure = found["ICBC", "covered:ICBC"]
        assert figure["difference"].startswith("-")
        assert [one["cause"] for one in figure["causes"]] == ["position"]


async def test_a_bank_sees_its_own_figures_and_no_notes_of_the_bureau(running):
    async with disputes_of(running, "ICBC", "CCB") as pool:
        await released(pool.maker, pool.checker, "dongli", "contribution", "500.00", "2026-03-20",
                       party_code="DL-FIN")  # fmt: skip
        await pool.recovers(pool.claim, "200.00", on="2026-03-31")

        own = await shown(pool, person=pool.bank("ICBC"))

        assert {party for party, _ in own} == {"ICBC"}
        assert amounts(own["ICBC", "net"]) == ("-400.00", "-480.00")
        assert await shown(pool, person=pool.bank("CCB")) == {}
        nobody = await pool.service.anonymous().get("/pools/dongli/settlements/2026-03/restated")
        assert nobody.status_code == 401


async def test_only_a_posted_month_is_restated_and_the_workbook_has_the_same_figures(running):
    async with disputes_of(running) as pool:
        await pool.hears(pool.position("other-ICBC-0", "2026-04", "10000000.00"))
        await pool.recovers(pool.claim, "200.00", on="2026-03-31")
        await pool.it_is("2026-05-06")
        await pool.settles("2026-04", "preview")
        for month, wrong in (
            ("2026-04", (409, "month-not-posted")),
            ("2026-09", (404, "not-found")),
        ):
            answer = await pool.auditor.get(f"/pools/dongli/settlements/{month}/restated")
            assert code_of(answer) == wrong

        answer = await pool.auditor.get("/pools/dongli/settlements/2026-03/restated.xlsx")

        assert answer.status_code == 200, answer.text
        book = load_workbook(io.BytesIO(answer.content))
        rows = [[cell.value for cell in row] for row in book["原报与重述"].iter_rows()]
        (net,) = [row for row in rows if row[0] == "ICBC 轧差净额（正数为应付给该方）"]
        assert net[1:4] == [-400, -480, -80]
