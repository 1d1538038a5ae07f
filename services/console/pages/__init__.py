"""The pages, one file per part of the work."""

from services.console.pages import (
    cases,
    claims,
    demo,
    inbox,
    login,
    parked,
    pools,
    recoveries,
    settlements,
    setup,
    start,
)

ROUTERS = tuple(
    part.router
    for part in (
        login,
        start,
        cases,
        settlements,
        pools,
        claims,
        recoveries,
        inbox,
        parked,
        demo,
        setup,
    )
)
