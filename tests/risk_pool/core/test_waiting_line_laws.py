"""Laws of the waiting line for every history: caps hold, nobody overtakes, nobody starves."""

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

import hypothesis.strategies as st
from hypothesis import given, settings

from services.risk_pool.domain.capacity import CapacityRequest, Room, decide, hold
from services.risk_pool.domain.waiting_line import SCOPES, Line, Scope, may_wait
from shared.schemes import library
from shared.schemes.terms import Terms

DAY = date(2026, 3, 10)
TERMS: Terms = library.load("dongli").terms(on=DAY, mode="direct")
BANKS, BORROWERS = ("ICBC", "CCB", "ABC"), ("firm-1", "firm-2", "firm-3")

requests = st.builds(
    CapacityRequest,
    bank_code=st.sampled_from(BANKS),
    borrower_uscc=st.sampled_from(BORROWERS),
    amount_fen=st.integers(1, 12_000_000_00),
    ip_share=st.integers(1, 10_000).map(lambda bp: Fraction(bp, 10_000)),
    on=st.just(DAY),
)
steps = st.lists(
    st.one_of(
        requests,
        st.tuples(st.just("pay in"), st.integers(1, 3_000_000_00)),
        st.tuples(st.just("free"), st.integers(0, 30)),
        st.tuples(st.just("suspend"), st.sampled_from(BANKS)),
        st.tuples(st.just("resume"), st.sampled_from(BANKS)),
    ),
    max_size=40,
)


@dataclass
class Pool:
    """A pool's figures, who waits, and who is held, as the handlers keep them."""

    available_fen: int = 0
    suspended: set[str] = field(default_factory=set)
    waiting: list[CapacityRequest] = field(default_factory=list)
    held: list[tuple[CapacityRequest, int]] = field(default_factory=list)

    def room(self) -> Room:
        """The room as it is before the line is walked."""
        room = Room(
            available_fen=self.available_fen,
            used_fen=0,
            banks=frozenset(BANKS),
            suspended=frozenset(self.suspended),
        )
        for request, fen in self.held:
            hold(request, room, fen)
        return room

    def walk(self, *fresh: CapacityRequest) -> None:
        """Decide everybody in turn, as the handlers do."""
        room, line, waits = self.room(), Line(), []
        for request in [*self.waiting, *fresh]:
            decision = line.in_turn(request, decide(request, room, TERMS))
            if decision.held:
                hold(request, room, decision.requested_fen)
                self.held.append((request, decision.requested_fen))
            elif may_wait(decision):
                assert line.join(request, decision) == len(waits) + 1
                waits.append(request)
        self.waiting = waits


def run(history) -> list[Pool]:
    pool = Pool()
    for step in history:
        if isinstance(step, CapacityRequest):
            pool.walk(step)
        else:
            what, value = step
            if what == "pay in":
                pool.available_fen += value
            elif what == "free" and value < len(pool.held):
                pool.held.pop(value)
            elif what == "suspend":
                pool.suspended.add(value)
            else:
                pool.suspended.discard(value)
            pool.walk()
        check(pool)
    return [pool]


def check(pool: Pool) -> None:
    """No cap is passed, and whoever waits, waits for a reason."""
    room = pool.room()
    assert TERMS.maximum_leverage is not None and TERMS.bank_share_of_capacity is not None
    capacity = TERMS.maximum_leverage * pool.available_fen
    assert room.used_fen <= capacity
    for used_fen in room.used_by_bank.values():
        assert used_fen <= TERMS.bank_share_of_capacity * capacity
    for used_fen in room.used_by_borrower.values():
        assert TERMS.borrower_cap_fen is None or used_fen <= TERMS.borrower_cap_fen
    for place, request in enumerate(pool.waiting):
        decision = decide(request, room, TERMS)
        if decision.held:
            assert any(holds_up(other, room, request) for other in pool.waiting[:place])


def holds_up(other: CapacityRequest, room: Room, request: CapacityRequest) -> bool:
    """Whether one that came first is blocked by a limit that the other draws on."""
    scopes = {SCOPES[limit.code] for limit in decide(other, room, TERMS).binding}
    if not scopes or Scope.CASE in scopes:
        return False
    same_bank = Scope.BANK in scopes and other.bank_code == request.bank_code
    same_firm = Scope.BORROWER in scopes and other.borrower_uscc == request.borrower_uscc
    return same_bank or same_firm or scopes == {Scope.POOL}


# Capacity only grows here: paying in and freeing; what a pool loses is never taken back from who
# holds it, so a walk after a loss serves nobody, which is shown by the walks of suspended banks.
@given(steps)
@settings(max_examples=300, deadline=None)
def test_no_cap_is_passed_and_nobody_waits_while_room_fits_whatever_happens(history):
    run(history)


@given(st.lists(requests, max_size=15), st.integers(0, 2_000_000_00))
@settings(max_examples=200, deadline=None)
def test_the_line_keeps_its_order(asked, available_fen):
    pool = Pool(available_fen=available_fen)
    pool.walk(*asked)
    in_line = list(pool.waiting)
    pool.available_fen *= 2
    pool.walk()

    # Two requests may be equal: who still waits is told by the request itself.
    still = {id(one) for one in pool.waiting}
    assert pool.waiting == [one for one in in_line if id(one) in still]


@given(st.lists(requests, min_size=1, max_size=15))
@settings(max_examples=100, deadline=None)
def test_with_room_for_all_everybody_who_waits_is_served(asked):
    small = [
        CapacityRequest(
            bank_code=one.bank_code,
            borrower_uscc=f"firm-{n}",
            amount_fen=min(one.amount_fen, 10_000_000_00),
            ip_share=one.ip_share,
            on=DAY,
        )
        for n, one in enumerate(asked)
    ]
    pool = Pool()
    pool.walk(*small)
    pool.available_fen = 10**15
    pool.walk()

    assert pool.waiting == []
    assert len(pool.held) == len(small)
