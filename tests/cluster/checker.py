"""The judge of a run: laws over what callers were answered and what lies on topics, in feeds, ledgers
and tables. It believes nobody's counters, and needs no process: a history goes in, what is broken
comes out.

A law that says `lasting` is broken for good: waiting cannot mend it. Of the others it may be that
something is still on its way.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from tests.cluster.history import Command, History, Told
from tests.cluster.model import balances_of, balances_should_be

SHOWN_BY: Mapping[str, str] = {
    "submit": "application.submitted.v1",
    "reject": "application.rejected.v1",
    "approve": "application.approved.v1",
    "withdraw": "application.withdrawn.v1",
    "register": "pledge.registered.v1",
    "disburse": "loan.disbursed.v1",
    "report": "loan.position-reported.v1",
    "file": "claim.submitted.v1",
    "review": "claim.reviewed.v1",
    "decide": "claim.approved.v1",
    "pay": "claim.paid.v1",
    "confirm": "recovery.booked.v1",
}
"""The event by which each command shows."""

ONCE = frozenset({*SHOWN_BY.values(), "coverage.reserved.v1", "coverage.declined.v1",
                  "coverage.activated.v1", "coverage.released.v1", "loan.repaid.v1"})  # fmt: skip
"""Said at most once of a loan in these stories."""

ANSWERED_BY: Mapping[str, str] = {
    "application.approved.v1": "coverage.reserved.v1",
    "loan.disbursed.v1": "coverage.activated.v1",
    "application.withdrawn.v1": "coverage.released.v1",
    "loan.repaid.v1": "coverage.released.v1",
    "claim.approved.v1": "coverage.released.v1",
}
"""What the pool says when it has heard."""

CASE_IS: tuple[tuple[str, frozenset[str]], ...] = (
    ("application.rejected.v1", frozenset({"rejected"})),
    ("application.withdrawn.v1", frozenset({"withdrawn"})),
    ("claim.paid.v1", frozenset({"claimed"})),
    ("loan.repaid.v1", frozenset({"repaid"})),
    ("loan.disbursed.v1", frozenset({"disbursed", "overdue"})),
    ("pledge.registered.v1", frozenset({"pledge_registered"})),
    ("coverage.reserved.v1", frozenset({"capacity_reserved"})),
    ("application.approved.v1", frozenset({"approved"})),
    ("application.accepted.v1", frozenset({"accepted", "under_review", "recommended"})),
)
"""The first event of these that was said of a loan gives the state of its case."""

COVER_IS: tuple[tuple[str, str], ...] = (
    ("claim.approved.v1", "claimed"),
    ("application.withdrawn.v1", "released"),
    ("loan.repaid.v1", "released"),
    ("loan.disbursed.v1", "active"),
    ("application.approved.v1", "reserved"),
)
"""The same of its cover in the pool."""

OWED_TO_ITS_BANK = frozenset(
    {
        "application.submitted.v1", "application.accepted.v1", "application.approved.v1",
        "application.rejected.v1", "coverage.reserved.v1", "claim.submitted.v1", "claim.approved.v1",
        "claim.paid.v1", "recovery.booked.v1", "loan.overdue.v1",
    }
)  # fmt: skip
"""What a bank is told of its own cases, in its inbox and at its address."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A law that does not hold, and where."""

    law: str
    what: str
    lasting: bool = False


def broken(history: History) -> list[Broken]:
    """Every law that does not hold."""
    return [found for law in LAWS for found in law(history)]


def answers_are_right(history: History) -> Iterator[Broken]:
    """Nobody is refused what he may do, and nobody is granted what he may not."""
    for one in history.commands:
        if one.outcome not in (one.ought_to, "unanswered"):
            yield _of("answers", f"{one.deed} {one.about}: {one.outcome} {one.said}", lasting=True)


def effects_are_once(history: History) -> Iterator[Broken]:
    """What was acknowledged has its effect once, what was refused none, what was not answered has all
    of it or nothing."""
    said = _said(history)
    for one in history.commands:
        event = SHOWN_BY.get(one.deed)
        if event is None or (one.deed == "submit" and not one.loan_id):
            continue
        count = said[one.loan_id][event]
        if one.outcome == "acknowledged" and count < 1:
            yield _of("effects", f"{one.deed} {one.about} has no {event}")
        if one.outcome == "refused" and one.ought_to == "acknowledged" and count:
            yield _of(
                "effects", f"{one.deed} {one.about} was refused: {count} × {event}", lasting=True
            )
    for about, ids in _submissions(history):
        if len(ids) > 1:
            yield _of("effects", f"firm {about} has {len(ids)} cases", lasting=True)
    submitted = {one.about: one for one in history.commands if one.deed == "submit"}
    for about, one in submitted.items():
        if one.outcome == "acknowledged" and one.loan_id not in history.firms.get(about, ()):
            yield _of("effects", f"case {about} was acknowledged and is not there", lasting=True)


def facts_are_said_once(history: History) -> Iterator[Broken]:
    """No event is said twice of a loan: neither by a command done twice nor by a fact heard twice."""
    for loan, types in _said(history).items():
        for type_, count in types.items():
            if count > 1 and type_ in ONCE:
                yield _of("once", f"{type_} of {loan}: {count} times", lasting=True)


def numbers_are_dense(history: History) -> Iterator[Broken]:
    """Each feed counts without a gap; what it tells lies on the topic under the same number, and a
    number never means two events."""
    on_topic: dict[tuple[str, int], set[str]] = defaultdict(set)
    for record in history.records:
        if record.sequence:
            on_topic[record.topic, record.sequence].add(record.event_id)
    fed: dict[str, set[int]] = defaultdict(set)
    for told in history.feed:
        fed[told.topic].add(told.position)
        ids = on_topic.get((told.topic, told.position), set())
        if told.event_id not in ids:
            yield _of("numbers", f"{told.topic} {told.position} ({told.type}) is not on the topic")
        if len(ids | {told.event_id}) > 1:
            yield _of("numbers", f"{told.topic} {told.position} means two events", lasting=True)
    for topic, positions in fed.items():
        first = history.read_from.get(topic, 1)
        missing = set(range(first, max(positions) + 1)) - positions
        if missing:
            yield _of("numbers", f"{topic}: the feed lacks {sorted(missing)[:5]}", lasting=True)


def nothing_is_only_on_the_topic(history: History) -> Iterator[Broken]:
    """What was published stands in the feed: else it was said by nobody, or forgotten."""
    fed = {(told.topic, told.event_id) for told in history.feed}
    for record in history.records:
        first = history.read_from.get(record.topic, 1)
        known = (record.topic, record.event_id) in fed
        if record.key not in history.strangers and not known and record.sequence >= first:
            yield _of("feed", f"{record.topic}: {record.type} {record.event_id} is in no feed")


def keys_are_in_order(history: History) -> Iterator[Broken]:
    """The events of a key come in the order of their numbers, each where it came first, and all on one
    partition."""
    last: dict[tuple[str, str], tuple[int, int]] = {}
    seen: set[str] = set()
    for record in sorted(history.records, key=lambda one: (one.topic, one.partition, one.offset)):
        if not record.sequence or record.event_id in seen:
            continue
        seen.add(record.event_id)
        place = (record.topic, record.key)
        before = last.get(place)
        if before is not None and before[0] != record.partition:
            yield _of("order", f"{place} lies on two partitions", lasting=True)
        elif before is not None and before[1] > record.sequence:
            yield _of("order", f"{place}: {record.sequence} after {before[1]}", lasting=True)
        last[place] = (record.partition, max(record.sequence, before[1] if before else 0))


def the_pool_has_heard(history: History) -> Iterator[Broken]:
    """Every fact of a loan has its answer from the pool, and the cover stands as the facts say."""
    said = _said(history)
    for loan, types in said.items():
        for cause, answer in ANSWERED_BY.items():
            if types[cause] and not types[answer]:
                yield _of("heard by risk_pool", f"{cause} of {loan} has no {answer}")
        for cause, answer in (("coverage.reserved.v1", "application.approved.v1"),
                              ("coverage.activated.v1", "loan.disbursed.v1")):  # fmt: skip
            if types[cause] and not types[answer]:
                yield _of("heard by risk_pool", f"{cause} of {loan} without {answer}")
        should = next((state for event, state in COVER_IS if types[event]), None)
        if history.covers.get(loan) != should:
            is_now = history.covers.get(loan)
            yield _of("heard by risk_pool", f"the cover of {loan} is {is_now}, not {should}")
        if types["loan.position-reported.v1"] and loan not in history.positions:
            yield _of("heard by risk_pool", f"the position of {loan} is not known")


def applications_has_heard(history: History) -> Iterator[Broken]:
    """Every case stands as what was said of it by both services."""
    said = _said(history)
    for loan, state in history.cases.items():
        should = next((states for event, states in CASE_IS if said[loan][event]), frozenset())
        if should and state not in should:
            yield _of("heard by applications", f"case {loan} is {state}, not {sorted(should)}")


def the_ledger_is_the_model(history: History) -> Iterator[Broken]:
    """Every balance of the pool is what the acknowledged commands make of it, to the fen."""
    should = balances_should_be(history, _has_happened(history))
    found = balances_of(history.transfers)
    for account in sorted(should.keys() | found.keys()):
        if should.get(account, 0) != found.get(account, 0):
            yield _of(
                "ledger",
                f"{account} is {found.get(account, 0)}, should be {should.get(account, 0)}",
            )
    numbers = [one.seq for one in history.transfers]
    if sorted(numbers) != list(range(1, len(numbers) + 1)):
        yield _of("ledger", "its lines are not numbered from 1 without a gap", lasting=True)


def no_reservation_is_left(history: History) -> Iterator[Broken]:
    """Nothing is held for a case that is over, and nothing twice for one that is not."""
    held: Counter[str] = Counter()
    for one in history.transfers:
        if one.debit.startswith("reserved:"):
            held[one.loan_id] += one.amount_fen
        if one.credit.startswith("reserved:"):
            held[one.loan_id] -= one.amount_fen
    for loan, fen in held.items():
        waits = history.cases.get(loan) in ("approved", "capacity_reserved", "pledge_registered")
        if fen and not waits:
            yield _of("reservations", f"{fen} fen are held for {loan}: {history.cases.get(loan)}")
        if fen < 0:
            yield _of("reservations", f"{fen} fen are held for {loan}", lasting=True)


def every_notice_is_there_once(history: History) -> Iterator[Broken]:
    """A bank has one notice of each event that it is owed, and its address got that one, under one id
    however often."""
    notices = Counter((one.event_id, one.institution) for one in history.notices)
    hooks: dict[str, set[str]] = defaultdict(set)
    for event, message in history.hooks:
        hooks[event].add(message)
    for place, count in notices.items():
        if count > 1:
            yield _of("notices", f"{place} was told {count} times", lasting=True)
    for told in _of_the_pool(history):
        bank = str(told.data.get("bank_code", ""))
        if told.type not in OWED_TO_ITS_BANK or not bank:
            continue
        if not notices[told.event_id, bank]:
            yield _of("notices", f"{bank} was not told of {told.type} of {told.key}")
        if not hooks[told.event_id]:
            yield _of("notices", f"{bank} did not get {told.type} of {told.key}")
        if len(hooks[told.event_id]) > 1:
            yield _of("notices", f"{bank} got {told.type} of {told.key} under several ids",
                      lasting=True)  # fmt: skip


def nothing_is_parked(history: History) -> Iterator[Broken]:
    """Only garbage is laid aside."""
    for one in history.parked:
        if one.key not in history.strangers:
            yield _of("parked", f"{one.listener} has parked {one.event_id}: {one.error[:120]}")


def nothing_waits(history: History) -> Iterator[Broken]:
    """What was said has left the outbox."""
    for service, rows in history.waiting.items():
        if rows:
            yield _of("waiting", f"{rows} events wait in the outbox of {service}")


Law = Callable[[History], Iterable[Broken]]
LAWS: tuple[Law, ...] = (
    answers_are_right,
    effects_are_once,
    facts_are_said_once,
    numbers_are_dense,
    nothing_is_only_on_the_topic,
    keys_are_in_order,
    the_pool_has_heard,
    applications_has_heard,
    the_ledger_is_the_model,
    no_reservation_is_left,
    every_notice_is_there_once,
    nothing_is_parked,
    nothing_waits,
)


def _of(law: str, what: str, *, lasting: bool = False) -> Broken:
    return Broken(law, what, lasting)


def _of_the_pool(history: History) -> Iterator[Told]:
    return (told for told in history.feed if told.data.get("pool_code") == history.pool)


def _said(history: History) -> dict[str, Counter[str]]:
    """Loan → how many different events of each type the feeds tell of it."""
    said: dict[str, Counter[str]] = defaultdict(Counter)
    for told in _of_the_pool(history):
        if "loan_id" in told.data:
            said[str(told.data["loan_id"])][told.type] += 1
    return said


def _submissions(history: History) -> Iterator[tuple[str, list[str]]]:
    for about, ids in history.firms.items():
        yield about, list(ids)


def _has_happened(history: History) -> Callable[[Command], bool]:
    """Whether a command has had its effect: it was acknowledged, or nobody answered and it shows."""
    said = _said(history)

    def happened(one: Command) -> bool:
        if one.outcome == "unanswered" and one.deed in SHOWN_BY:
            return bool(said[one.loan_id][SHOWN_BY[one.deed]])
        return one.outcome == "acknowledged"

    return happened
