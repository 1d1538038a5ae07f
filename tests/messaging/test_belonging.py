"""What speaks in another service's name, or of another case than it is filed under, is not believed."""

from dataclasses import replace
from uuid import UUID

import pytest

from tests.messaging.samples import Counted, Listener, envelope

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
