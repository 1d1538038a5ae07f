"""What notifications remembers. Rows of one institution are seen by it and by the bureau alone."""

from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Column, DateTime, Identity, LargeBinary, MetaData, Text
from sqlmodel import Field, SQLModel


class Row(SQLModel):
    """Base of this service's tables: their metadata is their own, whoever shares the process."""

    metadata = MetaData()


def _text(**more: Any) -> Any:
    return Column(Text, nullable=False, **more)


def _texts() -> Any:
    return Column(ARRAY(Text), nullable=False)


def _moment(*, nullable: bool = False) -> Any:
    return Column(DateTime(timezone=True), nullable=nullable)


class Message(Row, table=True):
    """What one institution is told of one event. The inbox is the messages with `in_inbox`.

    Its people of `roles` read it, and those whom `people` names, with who stands in for them.
    """

    __tablename__ = "messages"

    id: UUID = Field(primary_key=True)
    position: int = Field(sa_column=Column(BigInteger, Identity(always=True), nullable=False))
    event_id: UUID
    event_type: str = Field(sa_column=_text())
    institution: str = Field(sa_column=_text())
    roles: list[str] = Field(sa_column=_texts())
    people: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False, server_default="{}"))
    in_inbox: bool
    pool_code: str = Field(sa_column=_text())
    bank_code: str = Field(sa_column=_text())
    loan_id: UUID | None = None
    amount_fen: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    subject: str = Field(sa_column=_text())
    happened_at: datetime = Field(sa_column=_moment())
    created_at: datetime = Field(sa_column=_moment())
    title_zh: str = Field(sa_column=_text())
    text_zh: str = Field(sa_column=_text())
    title_en: str = Field(sa_column=_text())
    text_en: str = Field(sa_column=_text())
    link: str = Field(sa_column=_text())
    payload: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    urgent: bool = False
    """It waits for nobody's quiet hours."""
    template_id: UUID | None = Field(default=None, foreign_key="templates.id")
    """The text that it was written with; null for the house's own words."""
    template_edition: int | None = None


class Template(Row, table=True):
    """Words for the notices of one place, as one person has drafted them. Never changed."""

    __tablename__ = "templates"

    id: UUID = Field(primary_key=True)
    institution: str = Field(sa_column=_text())
    event_type: str = Field(sa_column=_text())
    reader: str = Field(sa_column=_text())
    scope: str = Field(sa_column=_text())
    programme: str = Field(sa_column=_text())
    pool_code: str = Field(sa_column=_text())
    edition: int
    title_zh: str = Field(sa_column=_text())
    text_zh: str = Field(sa_column=_text())
    title_en: str = Field(sa_column=_text())
    text_en: str = Field(sa_column=_text())
    why: str = Field(sa_column=_text())
    state: str = Field(sa_column=_text())
    state_since: datetime = Field(sa_column=_moment())
    due_on: date | None = None
    drafted_by: str = Field(sa_column=_text())
    drafted_name: str = Field(sa_column=_text())
    drafted_at: datetime = Field(sa_column=_moment())
    approved_by: str = Field(sa_column=_text(server_default=""))
    approved_name: str = Field(sa_column=_text(server_default=""))
    approved_at: datetime | None = Field(default=None, sa_column=_moment(nullable=True))
    withdrawal_by: str = Field(sa_column=_text(server_default=""))
    version: int


class PoolProgramme(Row, table=True):
    """The programme of a pool, learnt from the event that opens it."""

    __tablename__ = "pool_programmes"

    pool_code: str = Field(sa_column=_text(primary_key=True))
    programme: str = Field(sa_column=_text())


class NameByCode(Row, table=True):
    """What a pool or a party is called, learnt from the events that name them."""

    __tablename__ = "names_by_code"

    code: str = Field(sa_column=_text(primary_key=True))
    name: str = Field(sa_column=_text())


class PoolBank(Row, table=True):
    """A bank that has had a case in a pool, learnt from the events that name both."""

    __tablename__ = "pool_banks"

    pool_code: str = Field(sa_column=_text(primary_key=True))
    bank_code: str = Field(sa_column=_text(primary_key=True))


class StandIn(Row, table=True):
    """Days on which somebody of the bureau stands in for another, learnt from `applications`.

    Where the last day lies before the first, it did not come to it.
    """

    __tablename__ = "stand_ins"

    absence_id: UUID = Field(primary_key=True)
    person: str = Field(sa_column=_text())
    person_name: str = Field(sa_column=_text())
    delegate: str = Field(sa_column=_text())
    from_day: date
    to_day: date


class Receiver(Row, table=True):
    """Where messages are delivered, over whatever channel. No event types means all of them.

    A machine is told everything its institution may know; people (`for_people`) are told what
    stands in the inbox of `roles`, those that its owner had when subscribing.
    """

    __tablename__ = "receivers"

    id: UUID = Field(primary_key=True)
    institution: str = Field(sa_column=_text())
    channel: str = Field(sa_column=_text())
    for_people: bool
    roles: list[str] = Field(sa_column=_texts())
    event_types: list[str] = Field(sa_column=_texts())
    pools: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False, server_default="{}"))
    """Those it wants to hear of; none means all."""
    least_amount_fen: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    seen_pools: list[str] | None = Field(default=None, sa_column=Column(ARRAY(Text), nullable=True))
    """The pools that its owner belonged to when setting it up; null where that was all of them."""
    is_group: bool = False
    """A group hears what people of its roles do, and nothing that is for a person by name."""
    quiet_from: time | None = None
    quiet_until: time | None = None
    """Between these times of Asia/Shanghai nothing is sent to people but what is urgent."""
    working_days_only: bool = False
    digest: str = Field(default="each", sa_column=_text(server_default="each"))
    digested_until: datetime | None = Field(default=None, sa_column=_moment(nullable=True))
    """Message by message, or gathered every working day or week."""
    confirmed_at: datetime | None = Field(default=None, sa_column=_moment(nullable=True))
    """When whoever reads a mailbox said yes to it; null where they have not yet, and it is told nothing.
    Of other channels when it was set up."""
    month_pack: bool = False
    """A letter with a workbook for every month that is posted."""
    not_before: datetime | None = Field(default=None, sa_column=_moment(nullable=True))
    """It takes so many messages in a time: the next attempt begins no earlier."""
    state: str = Field(sa_column=_text())
    state_since: datetime = Field(sa_column=_moment())
    state_reason: str = Field(sa_column=_text(server_default=""))
    due_on: date | None = None
    """No rule sets a time limit here; the machine of life cycles keeps it for every case."""
    failing_since: datetime | None = Field(default=None, sa_column=_moment(nullable=True))
    last_error: str = Field(sa_column=_text(server_default=""))
    created_at: datetime = Field(sa_column=_moment())
    created_by: str = Field(sa_column=_text())
    version: int


class Endpoint(Row, table=True):
    """What webhooks need of their receiver."""

    __tablename__ = "endpoints"

    id: UUID = Field(primary_key=True, foreign_key="receivers.id")
    institution: str = Field(sa_column=_text())
    url: str = Field(sa_column=_text())
    description: str = Field(sa_column=_text())
    proposed_url: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    proposed_by: str | None = Field(default=None, sa_column=Column(Text, nullable=True))


class EndpointSecret(Row, table=True):
    """A signing secret, encrypted. Two are in use while one is being changed for the other."""

    __tablename__ = "endpoint_secrets"

    id: UUID = Field(primary_key=True)
    endpoint_id: UUID = Field(foreign_key="endpoints.id")
    institution: str = Field(sa_column=_text())
    encrypted: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    created_at: datetime = Field(sa_column=_moment())
    created_by: str = Field(sa_column=_text())
    retired_at: datetime | None = Field(default=None, sa_column=_moment(nullable=True))
    waits_since: datetime | None = Field(default=None, sa_column=_moment(nullable=True))


class EndpointConfirmation(Row, table=True):
    """What a second person has confirmed of an endpoint: never changed, never removed."""

    __tablename__ = "endpoint_confirmations"

    id: int = Field(sa_column=Column(BigInteger, primary_key=True))
    endpoint_id: UUID = Field(foreign_key="endpoints.id")
    institution: str = Field(sa_column=_text())
    kind: str = Field(sa_column=_text())
    asked_by: str = Field(sa_column=_text())
    confirmed_by: str = Field(sa_column=_text())
    confirmed_at: datetime = Field(sa_column=_moment())


class Robot(Row, table=True):
    """What a group robot needs. Its URL is a secret as well: whoever has it writes to the group."""

    __tablename__ = "robots"

    id: UUID = Field(primary_key=True, foreign_key="receivers.id")
    institution: str = Field(sa_column=_text())
    address: str = Field(sa_column=_text())
    """What may be shown of the URL: its host and its last characters."""
    url: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    secret: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    language: str = Field(sa_column=_text())
    description: str = Field(sa_column=_text())


class Subscription(Row, table=True):
    """What e-mail and SMS need of their receiver: an address is a number there."""

    __tablename__ = "subscriptions"

    id: UUID = Field(primary_key=True, foreign_key="receivers.id")
    institution: str = Field(sa_column=_text())
    address: str = Field(sa_column=_text())
    language: str = Field(sa_column=_text())


class Confirmation(Row, table=True):
    """The last letter that asked whoever reads a mailbox, by a code of which the hash is kept."""

    __tablename__ = "confirmations"

    subscription_id: UUID = Field(primary_key=True, foreign_key="subscriptions.id")
    institution: str = Field(sa_column=_text())
    asked_at: datetime = Field(sa_column=_moment())
    valid_until: datetime = Field(sa_column=_moment())
    code_hash: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    """Null until the letter goes out, and once the code is used."""
    tries: int = 0
    confirmed_by: str = Field(default="", sa_column=_text(server_default=""))


class Delivery(Row, table=True):
    """One message on its way to one receiver.

    While it is pending, `next_attempt_at` is when it is due; an attempt in hand moves it to the
    end of its lease, so that it is due again if the worker dies. `tries` counts the attempts of
    this round, `attempts` all there were, also before somebody asked to send it again.
    """

    __tablename__ = "deliveries"

    id: UUID = Field(primary_key=True)
    message_id: UUID = Field(foreign_key="messages.id")
    institution: str = Field(sa_column=_text())
    receiver_id: UUID = Field(foreign_key="receivers.id")
    state: str = Field(sa_column=_text())
    tries: int
    attempts: int
    next_attempt_at: datetime = Field(sa_column=_moment())
    last_error: str = Field(sa_column=_text(server_default=""))
    created_at: datetime = Field(sa_column=_moment())
    finished_at: datetime | None = Field(default=None, sa_column=_moment(nullable=True))
    urgent: bool = False
    """It waits for no quiet hours: by its message, or because somebody said to send it now."""
    held_until: datetime | None = Field(default=None, sa_column=_moment(nullable=True))
    """The end of the quiet hours that it fell into, last."""


class DigestEntry(Row, table=True):
    """A message that a receiver is told of in a digest: once, and in one, whose message this names."""

    __tablename__ = "digest_entries"

    receiver_id: UUID = Field(primary_key=True, foreign_key="receivers.id")
    message_id: UUID = Field(primary_key=True, foreign_key="messages.id", ondelete="CASCADE")
    institution: str = Field(sa_column=_text())
    entered_at: datetime = Field(sa_column=_moment())
    digest_id: UUID | None = Field(default=None, foreign_key="messages.id", ondelete="CASCADE")


class OpenDeadline(Row, table=True):
    """What waits until a day, as the service that owns the case has told it."""

    __tablename__ = "open_deadlines"

    source: str = Field(sa_column=_text(primary_key=True))
    case_kind: str = Field(sa_column=_text(primary_key=True))
    case_id: UUID = Field(primary_key=True)
    step: str = Field(sa_column=_text(primary_key=True))
    bank_code: str = Field(sa_column=_text())
    pool_code: str = Field(sa_column=_text())
    roles: list[str] = Field(sa_column=_texts())
    person: str = Field(sa_column=_text())
    due_on: date
    number: str = Field(sa_column=_text())
    noun_zh: str = Field(sa_column=_text())
    noun_en: str = Field(sa_column=_text())
    what_zh: str = Field(sa_column=_text())
    what_en: str = Field(sa_column=_text())
    page: str = Field(sa_column=_text())


class Attempt(Row, table=True):
    """One try to deliver: what was answered, how long it took. Never changed."""

    __tablename__ = "attempts"

    id: UUID = Field(primary_key=True)
    delivery_id: UUID = Field(foreign_key="deliveries.id")
    institution: str = Field(sa_column=_text())
    number: int
    began_at: datetime = Field(sa_column=_moment())
    duration_ms: int
    status: int | None = None
    error: str = Field(sa_column=_text())
    answer: str = Field(sa_column=_text())


class ReadMark(Row, table=True):
    """A person has read one message."""

    __tablename__ = "read_marks"

    message_id: UUID = Field(primary_key=True, foreign_key="messages.id")
    institution: str = Field(sa_column=_text())
    subject: str = Field(sa_column=_text(primary_key=True))
    read_at: datetime = Field(sa_column=_moment())


class ReadUpTo(Row, table=True):
    """A person has read everything up to a position."""

    __tablename__ = "read_up_to"

    institution: str = Field(sa_column=_text(primary_key=True))
    subject: str = Field(sa_column=_text(primary_key=True))
    position: int = Field(sa_column=Column(BigInteger, nullable=False))
    read_at: datetime = Field(sa_column=_moment())
