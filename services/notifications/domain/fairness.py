"""Who is served next: no receiver can take the room of another by being slow or broken.

There are two lanes. Receivers that answer well share most of the room; those whose last attempt
failed or was slow are suspects and share a small part of their own, one attempt at a time each.
A receiver begins with one attempt at a time and earns more by answering.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID


@dataclass(slots=True, kw_only=True)
class Behaviour:
    """How one receiver has behaved lately."""

    at_once: int = 1
    suspect: bool = False
    in_flight: int = 0
    last_turn: int = 0


@dataclass(slots=True, kw_only=True)
class Fairness:
    """The room for attempts of one worker, and how it is shared.

    `room` is for receivers that answer well, `suspect_room` for the others; `most_at_once` is
    how many attempts one receiver may have at a time, `slow_seconds` what counts as slow.
    """

    room: int
    most_at_once: int
    suspect_room: int = 0
    slow_seconds: float = 0
    behind_one_server: bool = False
    """All receivers are reached through one server of ours: that it fails or is slow says nothing
    of any of them, and all share the one room."""
    _behaviours: dict[UUID, Behaviour] = field(default_factory=dict)
    _turn: int = 0

    def share(self, waiting: Iterable[UUID]) -> dict[UUID, int]:
        """How many attempts each of the waiting receivers may begin now, the longest unserved
        first; receivers that may begin none are left out."""
        queue = sorted(set(waiting), key=lambda one: (self._of(one).last_turn, one.bytes))
        free = {
            suspect: room - self._in_flight(suspect=suspect)
            for suspect, room in ((False, self.room), (True, self.suspect_room))
        }
        shares: dict[UUID, int] = {}
        for receiver in queue:
            behaviour = self._of(receiver)
            most = min(behaviour.at_once - behaviour.in_flight, free[behaviour.suspect])
            if most > 0:
                shares[receiver] = most
                free[behaviour.suspect] -= most
        return shares

    def served(self, receivers: Iterable[UUID]) -> None:
        """These have had their turn: the others come first next time."""
        self._turn += 1
        for receiver in receivers:
            self._of(receiver).last_turn = self._turn

    def begun(self, receiver: UUID) -> None:
        """An attempt at this receiver has begun."""
        self._of(receiver).in_flight += 1

    def ended(self, receiver: UUID, *, well: bool, seconds: float) -> None:
        """An attempt has ended; what the receiver may do next depends on how."""
        behaviour = self._of(receiver)
        behaviour.in_flight -= 1
        assert behaviour.in_flight >= 0
        failed = not well or seconds > self.slow_seconds
        behaviour.suspect = failed and not self.behind_one_server
        behaviour.at_once = (
            1 if behaviour.suspect else min(self.most_at_once, behaviour.at_once * 2)
        )

    def _of(self, receiver: UUID) -> Behaviour:
        return self._behaviours.setdefault(receiver, Behaviour())

    def _in_flight(self, *, suspect: bool) -> int:
        return sum(s.in_flight for s in self._behaviours.values() if s.suspect is suspect)
