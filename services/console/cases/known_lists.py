"""Every list of the console, by its address."""

import re
from typing import Final

from services.console.cases.grid import Listing
from services.console.cases.lists import (
    CASES,
    CLAIMS,
    DISPOSALS,
    FIRMS,
    LOANS,
    QUEUE,
    RECOVERIES,
    RIGHTS,
    SUBSIDIES,
    WARNINGS,
)
from services.console.cases.lists_of_books import (
    CASH,
    CASH_OF_POOL,
    COUNTED_CASES,
    COUNTED_LOANS,
    COUNTED_LOANS_OF_POOL,
    TRANSFERS,
)
from services.console.cases.lists_of_finance import (
    DISPUTES,
    NOTICES,
    OBJECTIONS,
    OPEN_ITEMS,
    PAYMENT_FILES,
    SETTLEMENTS,
)
from services.console.cases.lists_of_registers import (
    EXTRACTS,
    PLEDGE_RECORDS,
    REGISTER_DUE,
    REPORTS,
)
from services.console.cases.lists_of_work import (
    COVER_CALLS,
    DELIVERIES,
    DEMANDS,
    INBOX,
    MEETINGS,
    POLICIES,
)

_OF_A_POOL: Final = re.compile(r"/pools/([A-Za-z0-9][A-Za-z0-9_-]{0,63})(/.+)")


def listing_at(path: str) -> Listing | None:
    """The list at an address; of a pool's page, its list."""
    found = _OF_A_POOL.fullmatch(path)
    of_pool = LISTS.get(f"/pools/{{pool}}{found[2]}") if found else None
    if found is not None and of_pool is not None:
        return of_pool.in_pool(found[1])
    return None if "{" in path else LISTS.get(path)


def pool_of(path: str) -> str:
    """The code of the pool of which a list is; "" of all."""
    found = _OF_A_POOL.fullmatch(path)
    return found[1] if found else ""


LISTS: Final = {
    one.path: one
    for one in (
        CASES,
        LOANS,
        CLAIMS,
        RECOVERIES,
        WARNINGS,
        RIGHTS,
        FIRMS,
        QUEUE,
        SUBSIDIES,
        DISPOSALS,
        SETTLEMENTS,
        DISPUTES,
        NOTICES,
        OBJECTIONS,
        PAYMENT_FILES,
        OPEN_ITEMS,
        CASH,
        CASH_OF_POOL,
        TRANSFERS,
        COUNTED_CASES,
        COUNTED_LOANS,
        COUNTED_LOANS_OF_POOL,
        MEETINGS,
        DEMANDS,
        COVER_CALLS,
        POLICIES,
        DELIVERIES,
        INBOX,
        REGISTER_DUE,
        PLEDGE_RECORDS,
        EXTRACTS,
        REPORTS,
    )
}
