"""The pages, one file per part of the work."""

from services.console.pages import (
    cases,
    claims,
    entrance,
    inbox,
    parked,
    pools,
    settlements,
    start,
)

ROUTERS = (
    entrance.router,
    start.router,
    cases.router,
    settlements.router,
    pools.router,
    claims.router,
    inbox.router,
    parked.router,
)
