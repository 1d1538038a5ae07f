"""The pages, one file per part of the work."""

from services.console.pages import (
    cases,
    claims,
    inbox,
    login,
    parked,
    pools,
    recoveries,
    settlements,
    start,
)

ROUTERS = (
    login.router,
    start.router,
    cases.router,
    settlements.router,
    pools.router,
    claims.router,
    recoveries.router,
    inbox.router,
    parked.router,
)
