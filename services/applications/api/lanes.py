"""Where submissions of one bank, seen with one person's eyes, gather."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final
from weakref import WeakKeyDictionary

from starlette.responses import Response

from services.applications.api.submission_answers import as_answer
from services.applications.handlers.submitting_together import AskedToSubmit, submit_together
from shared.auth.identity import Identity
from shared.context import Context
from shared.http.idempotency import kept, response
from shared.postgres.database import Database
from shared.postgres.pools_seen import person_of, pools_of
from shared.together import Together

Lane = Together[AskedToSubmit, Response]
_MOST: Final = 100
"""Lanes that are kept; of more, those that are idle go."""

_LANES: WeakKeyDictionary[Database, dict[tuple[str, str, str], Lane]] = WeakKeyDictionary()


def lane_of(context: Context, caller: Identity) -> Lane:
    """The caller's lane."""
    lanes = _LANES.setdefault(context.database, {})
    seen = caller.institution
    key = (str(seen), pools_of(seen), person_of(seen))
    if key not in lanes:
        if len(lanes) >= _MOST:
            for idle in [name for name, lane in lanes.items() if lane.idle]:
                del lanes[idle]
        lanes[key] = Together(_turn_of(context))
    return lanes[key]


def _turn_of(
    context: Context,
) -> Callable[[Sequence[AskedToSubmit]], Awaitable[list[Response | Exception]]]:
    async def turn(asked: Sequence[AskedToSubmit]) -> list[Response | Exception]:
        answers = await submit_together(
            context.database,
            asked,
            replied=lambda filed: kept(as_answer(201, filed)),
            working_days=context.working_days,
            now=context.clock.now(),
        )
        return [one if isinstance(one, Exception) else response(one) for one in answers]

    return turn
