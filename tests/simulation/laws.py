"""What must hold once everything is at rest, told from what people were answered and from bare rows.

No counter of the product plays a part: the answers say what must be, feed, inbox, ledger and messages say
what is.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from services.notifications.consumer import CONSUMES
from tests.applications.office import ICBC
from tests.simulation.commands import Answered
from tests.simulation.quiet import TOPICS
from tests.simulation.server import Server
from tests.simulation.story import SERVICES, Cases

LOAN_FEN = 100_000_000
ONCE = (
    "application.approved.v1", "application.withdrawn.v1", "coverage.reserved.v1",
    "coverage.activated.v1", "coverage.released.v1", "loan.disbursed.v1", "application.submitted.v1",
)  # fmt: skip
"""Said of one case at most once in these stories."""


@dataclass(frozen=True)
class Before:
    """What the story has left, which the laws compare with."""

    cases: Cases
    cash_fen: int
    notices: Mapping[str, frozenset[int]]
    """Type → into how many messages an event of it was made."""

    @classmethod
    def of(cls, cases: Cases, looks: Mapping[str, Server]) -> "Before":
        (row,) = looks["risk_pool"].ask(_CASH)
        made = defaultdict(set)
        for type_, number in _notices(looks):
            made[type_].add(number)
        return cls(cases, int(row[0]), {name: frozenset(found) for name, found in made.items()})


_CASH = """
select coalesce(sum(case when debit = 'cash' then amount_fen else -amount_fen end), 0)
from transfers where 'cash' in (debit, credit)
"""
_BALANCES = """
with moved as (select debit as account, amount_fen as debited, 0 as credited from transfers
               union all select credit, 0, amount_fen from transfers),
     booked as (select account, sum(debited) as d, sum(credited) as c from moved group by 1)
select coalesce(b.account, k.account) from booked b full join account_balances k using (account)
where b.d is distinct from k.debited_fen or b.c is distinct from k.credited_fen
"""


def broken(
    looks: Mapping[str, Server],
    answered: Sequence[Answered],
    before: Before,
    *,
    order_holds: bool,
    restored: bool = False,
) -> list[str]:
    """The laws that do not hold, in words. `order_holds`: nothing was lost. `restored`: a service has
    come back from a dump; what it said by its clock alone, others have heard and nobody tells any more."""
    found = [
        *_said(looks),
        *_heard(looks, restored=restored),
        *_cases(looks, answered, before, order_holds=order_holds),
        *_ledger(looks, answered, before),
        *_told(looks, before),
    ]
    return [*found, *_order(looks)] if order_holds else found


def _said(looks: Mapping[str, Server]) -> Iterator[str]:
    """Dense numbers; nothing said twice; nothing left on its way."""
    for name, look in looks.items():
        ((count, last, given),) = look.ask(
            "select count(*), coalesce(max(position), 0),"
            " (select last from told_epochs order by number desc limit 1) from event_feed"
        )
        if not count == last == given:
            yield f"{name}: {count} events in the feed, the last is {last}, numbers to {given}"
        for table in ("outbox", "told_batches", "parked"):
            if look.ask(f"select count(*) from {table}") != [("0",)]:
                yield f"{name}: {table} is not empty"
        types = ", ".join(f"'{one}'" for one in ONCE)
        for type_, key, times in look.ask(
            f"select type, key, count(*) from event_feed where type in ({types})"
            " group by 1, 2 having count(*) > 1"
        ):
            yield f"{name} said {type_} of {key} {times} times"
        for id_, times in look.ask(
            "select event_id, count(*) from event_feed group by 1 having count(*) > 1"
        ):
            yield f"{name} said {id_} {times} times"


def _heard(looks: Mapping[str, Server], *, restored: bool) -> Iterator[str]:
    """Each event is heard by each listener, and nothing is heard that nobody said."""
    told = {name: look.ask("select event_id, type from event_feed") for name, look in looks.items()}
    everything = {id_ for rows in told.values() for id_, _ in rows}
    for service in SERVICES:
        types = {event.type for event in service.consumes}
        look = looks[service.name]
        known = {row[0] for row in look.ask("select event_id from inbox")}
        given_up = {
            row[0]
            for row in look.ask("select event_id from parking_log where outcome = 'discarded'")
        }
        for topic in TOPICS[service.name]:
            missing = [type_ for id_, type_ in told[topic] if type_ in types and id_ not in known]
            if missing:
                yield f"{service.name} has not heard {dict(Counter(missing))} of {topic}"
        strange = known - everything - given_up
        if strange and not restored:
            yield f"{service.name} has heard {len(strange)} events that nobody said"


def _states(answered: Sequence[Answered], before: Before) -> dict[str, tuple[str, str]]:
    """Case → where it must stand at applications and in the pool, by what people were answered."""
    states = dict.fromkeys(before.cases.ready, ("recommended", ""))
    states |= dict.fromkeys(before.cases.reserved, ("pledge_registered", "reserved"))
    states |= dict.fromkeys(before.cases.covered, ("disbursed", "active"))
    after = {
        "approve": ("capacity_reserved", "reserved"),
        "withdraw": ("withdrawn", "released"),
        "disburse": ("disbursed", "active"),
    }
    for one in answered:
        if one.status == 200 and one.command.name in after:
            states[one.command.about] = after[one.command.name]
    return states


def _cases(
    looks: Mapping[str, Server], answered: Sequence[Answered], before: Before, *, order_holds: bool
) -> Iterator[str]:
    """Each command is in effect, once, at both services. Of a case whose approval was lost and whose end
    was heard before it the pool has no cover at all."""
    for one in answered:
        if one.status >= 400:
            yield f"{one.command.name} of {one.command.about} was refused: {one.status} {one.body}"
    at = dict(looks["applications"].ask("select id, state from applications"))
    covers = dict(looks["risk_pool"].ask("select loan_id, state from coverages"))
    expected = _states(answered, before)
    for case, (state, cover) in expected.items():
        never_held = cover == "released" and not order_holds and case not in covers
        if (at[case], covers.get(case, "")) != (state, "" if never_held else cover):
            yield f"{case} is {at[case]} and {covers.get(case)}, must be {state} and {cover}"
    submitted = [one.body["id"] for one in answered if one.command.name == "submit"]
    if strange := at.keys() - expected.keys() - set(submitted):
        yield f"{len(strange)} cases that nobody was told of"
    if strange := covers.keys() - expected.keys():
        yield f"{len(strange)} coverages of no case"


def _ledger(
    looks: Mapping[str, Server], answered: Sequence[Answered], before: Before
) -> Iterator[str]:
    """Balances are the sums of transfers, and those of a small model; no reservation is left over."""
    look = looks["risk_pool"]
    for (account,) in look.ask(_BALANCES):
        yield f"the balance of {account} is not what was booked"
    ((count, last, kept),) = look.ask(
        "select count(*), max(seq), (select last_seq from pools where code = 'dongli') from transfers"
    )
    if not count == last == kept:
        yield f"{count} transfers, the last has number {last}, the pool says {kept}"
    covers = Counter(cover for _, cover in _states(answered, before).values())
    balances = {
        account: int(net)
        for account, net in look.ask(
            "select account, debited_fen - credited_fen from account_balances"
        )
    }
    for account, number in (("reserved", covers["reserved"]), ("covered", covers["active"])):
        booked = balances.get(f"{account}:{ICBC}", 0)
        if booked != number * LOAN_FEN:
            yield f"{account} is {booked} fen, must be {number} loans of {LOAN_FEN}"
    ((held,),) = look.ask("select coalesce(sum(reserved_fen), 0) from coverages")
    if int(held) != covers["reserved"] * LOAN_FEN:
        yield f"coverages hold {held} fen, must be {covers['reserved']} loans"
    released = [one for one in answered if one.command.name == "release" and one.status == 200]
    paid_in = sum(int(one.command.about.split("/")[1]) for one in released)
    ((cash,),) = look.ask(_CASH)
    if int(cash) != before.cash_fen + paid_in:
        yield f"cash is {cash} fen, must be {before.cash_fen} and {paid_in}"


def _told(looks: Mapping[str, Server], before: Before) -> Iterator[str]:
    """Every event is made into as many messages as one of its type must be."""
    for type_, number in _notices(looks):
        if type_ in before.notices and number not in before.notices[type_]:
            allowed = sorted(before.notices[type_])
            yield f"one {type_} was made into {number} messages, must be of {allowed}"


def _notices(looks: Mapping[str, Server]) -> list[tuple[str, int]]:
    """Each event that notifications consumes: its type, and how many messages it has."""
    made = dict(looks["notifications"].ask("select event_id, count(*) from messages group by 1"))
    # Of what is due many are told who are asked for at that moment; of what happened always the same.
    types = {event.type for event in CONSUMES if "-deadline." not in event.type}
    return [
        (type_, int(made.get(id_, "0")))
        for topic in TOPICS["notifications"]
        for id_, type_ in looks[topic].ask("select event_id, type from event_feed")
        if type_ in types
    ]


def _order(looks: Mapping[str, Server]) -> Iterator[str]:
    """What a listener did about the events of one key, it did in the order in which they were said."""
    said = {}
    for topic in TOPICS["notifications"]:
        for id_, key, position in looks[topic].ask(
            "select event_id, key, position from event_feed"
        ):
            said[id_] = (topic, key, int(position))
    latest: dict[tuple[str, str], int] = {}
    for (id_,) in looks["notifications"].ask("select event_id from messages order by position"):
        if id_ not in said:
            yield f"a message tells of {id_}, which nobody said"
            continue
        topic, key, position = said[id_]
        if position < latest.get((topic, key), 0):
            yield f"of {key} number {position} of {topic} was told after a later one"
        latest[(topic, key)] = max(position, latest.get((topic, key), 0))
