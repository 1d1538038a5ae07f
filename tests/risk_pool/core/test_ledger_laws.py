"""Laws of the ledger, held against a plain model in Python, on a real database."""

from datetime import UTC, date, datetime, timedelta

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from services.risk_pool.audit.verify import audit_pool
from services.risk_pool.domain.chain import GENESIS, chain, row_hash, text_of
from services.risk_pool.domain.ledger import (
    CREDIT_KINDS,
    DEBIT_KINDS,
    Transfer,
    account_kind,
    available_fen,
    natural_balance,
    reversal,
)
from services.risk_pool.tables.ledger import balances, book, lock_pool, turnovers
from shared.postgres.database import EVERYWHERE

ACCOUNTS = (
    "cash", "claims", "recoveries", "interest", "fees", "subsidies", "capacity",
    "contribution:FIN", "payable:ICBC", "receivable:ICBC", "reserved:ICBC", "covered:ICBC",
    "covered:CCB", "escrow:ICBC", "earmarked:ICBC", "earmarks", "suspense",
)  # fmt: skip
START = datetime(2026, 1, 1, tzinfo=UTC)

transfers = st.lists(
    st.builds(
        lambda pair, amount, day, reference: Transfer(
            reference=reference,
            debit=pair[0],
            credit=pair[1],
            amount_fen=amount,
            business_date=date(2026, 1, 1) + timedelta(days=day),
            kind="test",
        ),
        st.permutations(ACCOUNTS),
        st.integers(1, 10**15),
        st.integers(0, 90),
        st.uuids().map(str),
    ),
    max_size=12,
)


def modelled(booked, *, as_of=None, booked_by=None):
    """The same question, answered by adding up by hand."""
    totals = {}
    for transfer, at in booked:
        if (as_of is None or transfer.business_date <= as_of) and (
            booked_by is None or at <= booked_by
        ):
            for account, side in ((transfer.debit, 0), (transfer.credit, 1)):
                two = totals.setdefault(account, [0, 0])
                two[side] += transfer.amount_fen
    return {
        account: natural_balance(account, debited_fen=two[0], credited_fen=two[1])
        for account, two in totals.items()
    }


@given(
    batches=st.lists(transfers, min_size=1, max_size=4),
    day=st.integers(-1, 91),
    hour=st.integers(-1, 5),
)
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
async def test_balances_of_any_day_and_any_booking_time_are_what_adding_up_gives(
    database, batches, day, hour
):
    as_of = date(2026, 1, 1) + timedelta(days=day)
    booked_by = START + timedelta(hours=hour)
    booked = []
    async with database.begin(EVERYWHERE) as conn:
        spare = conn.transaction()  # each example leaves the ledger as it found it
        await spare.start()
        pool = await lock_pool(conn, "dongli")
        for n, batch in enumerate(batches):
            at = START + timedelta(hours=n)
            booked += [(transfer, at) for transfer in await book(conn, pool, batch, now=at)]

        now = await balances(conn, "dongli")
        assert now == modelled(booked)
        assert await balances(conn, "dongli", as_of=as_of) == modelled(booked, as_of=as_of)
        assert await balances(conn, "dongli", as_of=as_of, booked_by=booked_by) == modelled(
            booked, as_of=as_of, booked_by=booked_by
        )
        for totals in (
            await turnovers(conn, "dongli"),
            await turnovers(conn, "dongli", as_of=as_of, booked_by=booked_by),
        ):
            assert sum(one for one, _ in totals.values()) == sum(one for _, one in totals.values())
        report = await audit_pool(conn, "dongli")
        assert report is not None
        # No loan stands behind these transfers, so exposure has nothing to agree with.
        others = [one for one in report.checks if one.code not in ("exposure", "cash")]
        assert all(check.passed for check in others), "no case stands behind these transfers"
        await spare.rollback()


@given(transfers)
@settings(max_examples=50, deadline=None)
def test_the_chain_is_the_same_however_it_is_cut_into_bookings(booked):
    whole = chain(GENESIS, "dongli", 0, booked, START)

    for cut in range(len(booked) + 1):
        first = chain(GENESIS, "dongli", 0, booked[:cut], START)
        head = first[-1] if first else GENESIS
        assert first + chain(head, "dongli", cut, booked[cut:], START) == whole


@given(transfers.filter(bool), st.data())
@settings(max_examples=50, deadline=None)
def test_no_two_different_transfers_have_the_same_hash(booked, data):
    one = data.draw(st.sampled_from(booked))
    other = data.draw(st.sampled_from(booked))

    same = row_hash(GENESIS, "dongli", 1, one, START) == row_hash(
        GENESIS, "dongli", 1, other, START
    )

    assert same == (one == other)


@given(transfers.filter(bool))
@settings(max_examples=50, deadline=None)
def test_a_reversal_leaves_every_balance_as_it_was(booked):
    back = [
        reversal(one, reference=f"reversal:{one.reference}", business_date=one.business_date)
        for one in booked
    ]
    at = [(one, START) for one in (*booked, *back)]

    assert set(modelled(at).values()) == {0}


def test_the_canonical_text_is_the_one_the_manual_describes():
    assert (
        text_of(
            "dongli",
            7,
            reference="claim:1",
            debit="claims",
            credit="payable:ICBC",
            amount_fen=12345,
            business_date="2026-03-31",
            kind="claim",
            explanation_id="",
            loan_id="0190163d-8694-739b-aea5-966c26f8ad91",
            booked_at="2026-04-01T02:03:04.000005Z",
        )
        == "zhidai-ledger-1\ndongli\n7\nclaim:1\nclaims\npayable:ICBC\n12345\n2026-03-31\nclaim\n"
        "\n0190163d-8694-739b-aea5-966c26f8ad91\n2026-04-01T02:03:04.000005Z"
    )


def test_every_kind_of_account_counts_one_way():
    assert not DEBIT_KINDS & CREDIT_KINDS
    assert {account_kind(account) for account in ACCOUNTS} == DEBIT_KINDS | CREDIT_KINDS


@pytest.mark.parametrize(
    "account",
    ["", "Cash", "covered", "covered:", "cash:ICBC", "savings", "covered:a\nb", "covered:*"],
)
def test_what_is_not_in_the_chart_of_accounts_cannot_be_booked(account):
    with pytest.raises(ValueError):
        account_kind(account)


def test_the_pool_s_own_money_is_what_came_in_less_what_was_spent():
    held = {
        "cash": 1, "contribution:A": 100, "contribution:B": 10, "interest": 5, "recoveries": 7,
        "claims": 30, "fees": 2, "subsidies": 3, "payable:ICBC": 50, "receivable:INS": 60,
    }  # fmt: skip

    assert available_fen(held) == 100 + 10 + 5 + 7 - 30 - 2 - 3
