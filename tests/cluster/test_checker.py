"""Each law is seen to hold on a history that is right, and to be broken by the fault it is for."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.cluster import checker
from tests.cluster.history import (
    Command,
    History,
    Notice,
    Outcome,
    Parked,
    Record,
    Told,
    Transfer,
)

LENT, TAKEN_BACK = "loan-lent", "loan-withdrawn"
AMOUNT, SHARE = 100_01, 4000
EVENTS: tuple[tuple[str, str, str], ...] = (
    ("applications", LENT, "application.submitted.v1"),
    ("applications", TAKEN_BACK, "application.submitted.v1"),
    ("applications", LENT, "application.approved.v1"),
    ("applications", TAKEN_BACK, "application.approved.v1"),
    ("risk_pool", LENT, "coverage.reserved.v1"),
    ("risk_pool", TAKEN_BACK, "coverage.reserved.v1"),
    ("applications", TAKEN_BACK, "application.withdrawn.v1"),
    ("risk_pool", TAKEN_BACK, "coverage.released.v1"),
    ("applications", LENT, "pledge.registered.v1"),
    ("applications", LENT, "loan.disbursed.v1"),
    ("risk_pool", LENT, "coverage.activated.v1"),
    ("applications", LENT, "loan.position-reported.v1"),
    ("risk_pool", LENT, "claim.submitted.v1"),
    ("risk_pool", LENT, "claim.reviewed.v1"),
    ("risk_pool", LENT, "claim.approved.v1"),
    ("risk_pool", LENT, "coverage.released.v1"),
    ("risk_pool", LENT, "claim.paid.v1"),
)
"""Who says what of which loan, in order."""


def command(deed: str, loan: str, outcome: Outcome = "acknowledged", **more: Any) -> Command:
    about = {LENT: "0", TAKEN_BACK: "1"}.get(loan, "")
    return Command(
        deed=deed,
        about=about,
        outcome=outcome,
        loan_id=loan,
        bank="ICBC",
        amount_fen=AMOUNT,
        **more,
    )


def feed() -> list[Told]:
    numbers: dict[str, int] = {}
    found = []
    for topic, loan, type_ in EVENTS:
        numbers[topic] = numbers.get(topic, 0) + 1
        found.append(
            Told(
                topic=topic, position=numbers[topic], event_id=f"{topic}/{numbers[topic]}",
                type=type_, key=loan, data={"loan_id": loan, "pool_code": "p", "bank_code": "ICBC"},
            )
        )  # fmt: skip
    return found


def records() -> list[Record]:
    """The feed as it lies on topics: a partition for each loan."""
    return [
        Record(
            topic=told.topic, partition=int(told.key == LENT), offset=told.position, key=told.key,
            event_id=told.event_id, type=told.type, sequence=told.position, epoch="0-a",
            data=told.data,
        )
        for told in feed()
    ]  # fmt: skip


def transfers() -> list[Transfer]:
    lines = (
        ("cash", "contribution:DL-FIN", 50_000, ""),
        ("reserved:ICBC", "capacity", AMOUNT, LENT),
        ("reserved:ICBC", "capacity", AMOUNT, TAKEN_BACK),
        ("capacity", "reserved:ICBC", AMOUNT, TAKEN_BACK),
        ("covered:ICBC", "reserved:ICBC", AMOUNT, LENT),
        ("capacity", "covered:ICBC", AMOUNT, LENT),
        ("claims", "payable:ICBC", SHARE, LENT),
        ("payable:ICBC", "cash", SHARE, LENT),
    )
    return [
        Transfer(seq=seq, debit=debit, credit=credit, amount_fen=fen, kind="x", loan_id=loan)
        for seq, (debit, credit, fen, loan) in enumerate(lines, start=1)
    ]


def right() -> History:
    """Two cases of a pool: one is lent, claimed and paid, the other is taken back."""
    deeds = ("submit", "take", "recommend", "approve")
    owed = [told for told in feed() if told.type in checker.OWED_TO_ITS_BANK]
    return History(
        pool="p",
        commands=[
            replace(command("pay in", ""), amount_fen=50_000),
            *(command(deed, LENT) for deed in (*deeds, "register", "disburse", "report", "file",
                                               "review", "decide", "enter payment", "pay")),
            *(command(deed, TAKEN_BACK) for deed in (*deeds, "withdraw")),
            command("wrongly approve", LENT, "refused", ought_to="refused"),
        ],
        records=records(),
        feed=feed(),
        transfers=transfers(),
        cases={LENT: "claimed", TAKEN_BACK: "withdrawn"},
        covers={LENT: "claimed", TAKEN_BACK: "released"},
        firms={"0": [LENT], "1": [TAKEN_BACK]},
        positions=[LENT],
        notices=[Notice(event_id=told.event_id, institution="ICBC") for told in owed],
        hooks=[(told.event_id, f"msg {told.event_id}") for told in owed],
        waiting={"applications": 0},
    )  # fmt: skip


def without(told: str, loan: str) -> Callable[[History], History]:
    """The event is in no feed and on no topic."""
    return lambda h: replace(
        h,
        feed=[one for one in h.feed if (one.type, one.key) != (told, loan)],
        records=[one for one in h.records if (one.type, one.key) != (told, loan)],
    )


def again(h: History, told: str, loan: str) -> History:
    """The event was said a second time, under an id of its own."""
    (first,) = [one for one in h.feed if (one.type, one.key) == (told, loan)]
    end = max(one.position for one in h.feed if one.topic == first.topic) + 1
    return replace(h, feed=[*h.feed, replace(first, event_id="another", position=end)])


def with_commands(change: Callable[[Command], Command | None]) -> Callable[[History], History]:
    return lambda h: replace(h, commands=[new for one in h.commands if (new := change(one))])


def moved(h: History, **more: int) -> History:
    """The last record of LENT among those of applications lies elsewhere."""
    last = [one for one in h.records if (one.topic, one.key) == ("applications", LENT)][-1]
    return replace(h, records=[replace(r, **more) if r is last else r for r in h.records])


FAULTS: tuple[tuple[checker.Law, str, Callable[[History], History]], ...] = (
    (checker.answers_are_right, "somebody was refused what he may do",
     with_commands(lambda c: replace(c, outcome="refused") if c.deed == "review" else c)),
    (checker.answers_are_right, "the first person approved his own recommendation",
     with_commands(lambda c: replace(c, outcome="acknowledged") if c.ought_to == "refused" else c)),
    (checker.effects_are_once, "an acknowledged command had no effect",
     without("loan.disbursed.v1", LENT)),
    (checker.effects_are_once, "a refused command had an effect",
     with_commands(lambda c: replace(c, outcome="refused") if c.deed == "register" else c)),
    (checker.effects_are_once, "a firm has two cases of one submission",
     lambda h: replace(h, firms={**h.firms, "0": [LENT, "another"]})),
    (checker.effects_are_once, "an acknowledged case is gone",
     lambda h: replace(h, firms={**h.firms, "0": []})),
    (checker.facts_are_said_once, "a fact was applied twice and said twice",
     lambda h: again(h, "coverage.reserved.v1", LENT)),
    (checker.numbers_are_dense, "the feed has a gap",
     lambda h: replace(h, feed=[one for one in h.feed if one.position != 3])),
    (checker.numbers_are_dense, "an event of the feed was never published",
     lambda h: replace(h, records=h.records[:-1])),
    (checker.numbers_are_dense, "a number was given to two events",
     lambda h: replace(h, records=[*h.records, replace(h.records[0], event_id="another")])),
    (checker.nothing_is_only_on_the_topic, "what was published is in no feed",
     lambda h: replace(h, records=[*h.records, replace(h.records[0], event_id="x", sequence=99)])),
    (checker.keys_are_in_order, "an event overtook one of its key", lambda h: moved(h, offset=0)),
    (checker.keys_are_in_order, "a key lies on two partitions", lambda h: moved(h, partition=5)),
    (checker.the_pool_has_heard, "the pool did not hear of an approval",
     without("coverage.reserved.v1", LENT)),
    (checker.the_pool_has_heard, "a cover was activated that nobody lent",
     without("loan.disbursed.v1", LENT)),
    (checker.the_pool_has_heard, "a cover stands as it stood before",
     lambda h: replace(h, covers={**h.covers, LENT: "active"})),
    (checker.the_pool_has_heard, "a position was not heard", lambda h: replace(h, positions=[])),
    (checker.applications_has_heard, "applications did not hear of a payment",
     lambda h: replace(h, cases={**h.cases, LENT: "disbursed"})),
    (checker.the_ledger_is_the_model, "a claim was paid a fen too much",
     lambda h: replace(h, transfers=[replace(t, amount_fen=t.amount_fen + (t.amount_fen == SHARE))
                                     for t in h.transfers])),
    (checker.the_ledger_is_the_model, "a payment was not booked",
     lambda h: replace(h, transfers=h.transfers[:-1])),
    (checker.the_ledger_is_the_model, "a line is missing between others",
     lambda h: replace(h, transfers=[*h.transfers[:-1], replace(h.transfers[-1], seq=99)])),
    (checker.no_reservation_is_left, "a reservation was not let go",
     lambda h: replace(h, transfers=[t for t in h.transfers if t.seq != 4])),
    (checker.no_reservation_is_left, "a reservation was let go twice",
     lambda h: replace(h, transfers=[*h.transfers, replace(h.transfers[3], seq=9)])),
    (checker.every_notice_is_there_once, "a notice is missing",
     lambda h: replace(h, notices=h.notices[1:])),
    (checker.every_notice_is_there_once, "a notice was told twice",
     lambda h: replace(h, notices=[*h.notices, h.notices[0]])),
    (checker.every_notice_is_there_once, "a notice did not arrive",
     lambda h: replace(h, hooks=h.hooks[1:])),
    (checker.every_notice_is_there_once, "a notice came again under another id",
     lambda h: replace(h, hooks=[*h.hooks, (h.hooks[0][0], "another")])),
    (checker.nothing_is_parked, "an event was laid aside",
     lambda h: replace(h, parked=[Parked(listener="risk_pool", event_id="e", key=LENT, error="?")])),
    (checker.nothing_waits, "an event never left the outbox",
     lambda h: replace(h, waiting={"applications": 1})),
)  # fmt: skip
"""Law → what went wrong, and how it looks."""


def test_a_history_that_is_right_breaks_no_law():
    assert checker.broken(right()) == []


@pytest.mark.parametrize(("law", "what", "fault"), FAULTS, ids=[what for _, what, _ in FAULTS])
def test_the_law_sees_the_fault(law, what, fault):
    assert list(law(fault(right()))), what
    assert law in checker.LAWS


def test_every_law_has_a_fault_that_it_sees():
    assert {law for law, _, _ in FAULTS} == set(checker.LAWS)


def test_what_was_not_answered_may_have_happened_or_not_and_the_ledger_follows_it():
    def lost(c: Command) -> Command | None:
        return replace(c, outcome="unanswered") if c.deed == "withdraw" else c

    happened = with_commands(lost)(right())
    not_happened = replace(
        without("application.withdrawn.v1", TAKEN_BACK)(
            without("coverage.released.v1", TAKEN_BACK)(happened)
        ),
        cases={LENT: "claimed", TAKEN_BACK: "capacity_reserved"},
        covers={LENT: "claimed", TAKEN_BACK: "reserved"},
        transfers=[one for one in transfers() if one.seq != 4],
    )

    assert checker.broken(happened) == []
    laws = {one.law for one in checker.broken(not_happened)}
    assert laws <= {"numbers", "ledger"}, laws
    assert list(
        checker.the_ledger_is_the_model(replace(happened, transfers=not_happened.transfers))
    )


def test_garbage_may_be_parked_and_repeats_are_no_fault():
    h = right()
    garbage = Parked(listener="risk_pool", event_id="g", key="garbage-1", error="?")
    repeated = [*h.records, *(replace(one, offset=one.offset + 100) for one in h.records)]

    assert (
        checker.broken(
            replace(h, parked=[garbage], strangers=frozenset({"garbage-1"}), records=repeated)
        )
        == []
    )
