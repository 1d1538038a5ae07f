"""How a route gets the context of its service."""

from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from shared.context import Context


def context_of(request: Request) -> Context:
    """The context of the service that was asked."""
    found: Context = request.app.state.context
    return found


async def learn_time(request: Request) -> None:
    """Every request goes by the clock as it stands now, whichever replica of a sandbox has moved it."""
    await context_of(request).clock.reload()


async def _given(request: Request) -> Context:
    """Asynchronous: FastAPI would send a plain function to a thread."""
    return context_of(request)


CurrentContext = Annotated[Context, Depends(_given)]
"""What a route works with."""
