"""Who is served next: no endpoint can take the room of another by being slow or broken.

There are two lanes. Endpoints that answer well share most of the room; those whose last attempt
failed or was slow are suspects and share a small part of their own, one attempt at a time each.
An endpoint begins with one attempt at a time and earns more by answering.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID


@dataclass(slots=True, kw_only=True)
class Standing:
    """How one endpoint has behaved lately."""

    at_once: int = 1
    suspect: bool = False
    in_flight: int = 0
    last_turn: int = 0


@dataclass(slots=True, kw_only=True)
class Fairness:
    """The room for attempts of one worker, and how it is shared.

    `room` is for endpoints that answer well, `suspect_room` for the others; `most_at_once` is
    how many attempts one endpoint may have at a time, `slow_seconds` what counts as slow.
    """

    room: int
    suspect_room: int
    most_at_once: int
    slow_seconds: float
    _standings: dict[UUID, Standing] = field(default_factory=dict)
    _turn: int = 0

    def share(self, waiting: Iterable[UUID]) -> dict[UUID, int]:
        """How many attempts each of the waiting endpoints may begin now, the longest unserved
        first; endpoints that may begin none are left out."""
        queue = sorted(set(waiting), key=lambda one: (self._of(one).last_turn, one.bytes))
        free = {
            suspect: room - self._in_flight(suspect=suspect)
            for suspect, room in ((False, self.room), (True, self.suspect_room))
        }
        shares: dict[UUID, int] = {}
        for endpoint in queue:
            standing = self._of(endpoint)
            most = min(standing.at_once - standing.in_flight, free[standing.suspect])
            if most > 0:
                shares[endpoint] = most
                free[standing.suspect] -= most
        return shares

    def served(self, endpoints: Iterable[UUID]) -> None:
        """These have had their turn: the others come first next time."""
        self._turn += 1
        for endpoint in endpoints:
            self._of(endpoint).last_turn = self._turn

    def begun(self, endpoint: UUID) -> None:
        """An attempt at this endpoint has begun."""
        self._of(endpoint).in_flight += 1

    def ended(self, endpoint: UUID, *, well: bool, seconds: float) -> None:
        """An attempt has ended; what the endpoint may do next depends on how."""
        standing = self._of(endpoint)
        standing.in_flight -= 1
        assert standing.in_flight >= 0
        standing.suspect = not well or seconds > self.slow_seconds
        standing.at_once = 1 if standing.suspect else min(self.most_at_once, standing.at_once * 2)

    def _of(self, endpoint: UUID) -> Standing:
        return self._standings.setdefault(endpoint, Standing())

    def _in_flight(self, *, suspect: bool) -> int:
        return sum(s.in_flight for s in self._standings.values() if s.suspect is suspect)
