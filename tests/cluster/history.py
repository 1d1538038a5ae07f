"""What is known of a run when it is judged: what callers were answered, and what lies where.

Nothing here was counted by the product: commands are written down by who gave them, records by a
reader of the topics that belongs to no group, rows as they lie in the tables.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Outcome = Literal["acknowledged", "refused", "unanswered"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One thing somebody asked for, however often he had to ask."""

    deed: str
    """"submit", "approve" and so on."""
    about: str
    """The loan of the story that it is about; "" for the pool as a whole."""
    outcome: Outcome
    loan_id: str = ""
    """As the services call it, once they have told; an unanswered submission has none."""
    bank: str = ""
    """Whose case it is."""
    amount_fen: int = 0
    """What was asked for, where it is about money."""
    answer: Mapping[str, Any] = field(default_factory=dict)
    ought_to: Outcome = "acknowledged"
    """What a service that is well answers."""
    said: str = ""
    """Status and code of a refusal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A record as it lies on a topic."""

    topic: str
    partition: int
    offset: int
    key: str
    event_id: str
    type: str
    sequence: int
    epoch: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A row of a producer's feed."""

    topic: str
    position: int
    event_id: str
    type: str
    key: str
    data: Mapping[str, Any]
    epoch: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """A line of the pool's ledger."""

    seq: int
    debit: str
    credit: str
    amount_fen: int
    kind: str
    loan_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What one institution was told of one event: the row of notifications."""

    event_id: str
    institution: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked:
    """An event that a listener has laid aside."""

    listener: str
    event_id: str
    key: str
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A run, whole."""

    pool: str
    commands: Sequence[Command] = ()
    records: Sequence[Record] = ()
    """Of the whole time in which they were read, also before this run; garbage left out."""
    feed: Sequence[Told] = ()
    """As far back as the records."""
    read_from: Mapping[str, int] = field(default_factory=dict)
    """Topic → the first number that the reader must have seen."""
    transfers: Sequence[Transfer] = ()
    cases: Mapping[str, str] = field(default_factory=dict)
    """Loan → the state that applications has it in."""
    covers: Mapping[str, str] = field(default_factory=dict)
    """Loan → the state that the pool has its cover in."""
    firms: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Loan of the story → the ids of the cases that its firm has."""
    positions: Sequence[str] = ()
    """Loans of which the pool keeps a position, one each."""
    notices: Sequence[Notice] = ()
    hooks: Sequence[tuple[str, str]] = ()
    """(event, id of the message) as the bank's receiver got them, whenever it got them."""
    parked: Sequence[Parked] = ()
    strangers: frozenset[str] = frozenset()
    """Keys that only garbage has."""
    waiting: Mapping[str, int] = field(default_factory=dict)
    """Service → rows that still wait in its outbox."""
