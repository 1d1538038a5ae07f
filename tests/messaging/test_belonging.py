"""What speaks in another service's name, or of another case than it is filed under, is not believed."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from shared.contracts.envelope import Event
from shared.messaging.consumer import Consumer
from shared.messaging.replay import replay
from shared.messaging.times import EARLIEST_DAY, SKEW, what_cannot_be
from tests.messaging.samples import NOW, QUICK, Counted, Listener, envelope

A, B = UUID(int=1), UUID(int=2)
TRUE = envelope(Counted(loan_id=A, number=1))
FORGED = {
    "on the topic of another": ("answers", TRUE, "its topic is 'answers', and must be 'samples'"),
    "in the name of another": (
        "samples", replace(TRUE, source="/zhidai/answers"),
        "its ce_source is '/zhidai/answers', and must be '/zhidai/samples'",
    ),
    "in no name of ours": ("samples", replace(TRUE, source="urn:anybody"), "its ce_source is"),
    "under the key of another case": ("samples", replace(TRUE, key=str(B)), "its key is"),
}  # fmt: skip


@pytest.mark.parametrize("how", FORGED)
async def test_what_does_not_belong_together_is_parked_and_does_nothing(listener: Listener, how):
    topic, forged, told = FORGED[how]

    await listener.consumer().receive(topic, [forged])

    ((reason, error),) = await listener.parked()
    assert (reason, told in error) == ("failed", True), error
    assert await listener.effects() == {}


async def test_what_belongs_together_is_heard(listener: Listener):
    await listener.consumer().receive("samples", [TRUE])

    assert await listener.effects() == {str(A): [1]}


async def test_what_was_said_tomorrow_is_parked_and_stays_so_until_it_can_be(listener: Listener):
    """By the hearer's clock, where nobody moves it; a little difference of clocks is no forgery."""
    consumer = Consumer(
        listener.database, listener.routes(), service="listener", now=lambda: NOW, patience=QUICK,
        clock_is_true=True,
    )  # fmt: skip
    in_time = replace(TRUE, time=NOW + SKEW)
    too_early = replace(
        envelope(Counted(loan_id=B, number=1)), time=NOW + SKEW + timedelta(seconds=1)
    )

    await consumer.receive("samples", [in_time, too_early])

    assert await listener.effects() == {str(A): [1]}
    ((reason, error),) = await listener.parked()
    assert (reason, "is still to come" in error) == ("failed", True), error

    async def again(now: datetime) -> int:
        done = await replay(
            listener.database, listener.routes(), by="li", now=lambda: now, clock_is_true=True
        )
        return done.applied

    assert [await again(NOW), await again(too_early.time)] == [0, 1]


async def test_what_is_from_before_the_house_stood_is_parked(listener: Listener):
    old = replace(TRUE, time=datetime(2019, 12, 31, 23, 59, tzinfo=UTC))

    await listener.consumer().receive("samples", [old])

    ((_, error),) = await listener.parked()
    assert "from before this house said anything" in error
    assert await listener.effects() == {}


class _Approved(Event):
    topic = "samples"
    type = "sample.approved.v1"

    loan_id: UUID
    approved_on: date | None
    matures_on: date


@pytest.mark.parametrize(
    ("approved_on", "can_be"),
    [
        (NOW.date(), True),
        (None, True),
        (NOW.date() + timedelta(days=1), True),
        (NOW.date() + timedelta(days=2), False),
        (EARLIEST_DAY, True),
        (EARLIEST_DAY - timedelta(days=1), False),
    ],
)
def test_what_was_done_was_done_before_it_was_told_and_what_is_due_may_lie_ahead(
    approved_on, can_be
):
    event = _Approved(loan_id=A, approved_on=approved_on, matures_on=date(2035, 1, 1))

    wrong = what_cannot_be(envelope(event), event, latest=NOW)

    assert (wrong is None) is can_be, wrong
    assert can_be or f"its approved_on is {approved_on}" in str(wrong)
