"""Answers that were made of a standby say how far it lagged: `Data-Lag-Seconds`."""

import math

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.postgres.standby import lag_told

HEADER = "Data-Lag-Seconds"


class DataLagMiddleware:
    """Puts the header on answers for which a standby was thought of; 0 where the service's own database
    answered in its place."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        told: dict[str, float] = {}
        token = lag_told.set(told)

        async def outwards(message: Message) -> None:
            if message["type"] == "http.response.start" and "lag" in told:
                # Rounded up: what is said to be of a moment is not older.
                MutableHeaders(scope=message)[HEADER] = str(math.ceil(told["lag"]))
            await send(message)

        try:
            await self.app(scope, receive, outwards)
        finally:
            lag_told.reset(token)
