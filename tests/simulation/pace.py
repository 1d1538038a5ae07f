"""How often processes look where nothing wakes them: seldomer than in a real house, where it costs nothing."""

from shared.messaging.consumer import Patience
from shared.messaging.relay import Pace
from shared.postgres.transient import Backoff

PACE = Pace(
    batch=7,
    poll_seconds=2.0,
    election_seconds=3.0,
    observe_seconds=1e9,
    fault=Backoff(first_seconds=0.1, most_seconds=2.0),
)
"""Small batches, so that a crash falls between two of them."""

PATIENCE = Patience(
    attempts=2,
    between=Backoff(first_seconds=0.2, most_seconds=0.5),
    outage=Backoff(first_seconds=0.1, most_seconds=2.0),
)
