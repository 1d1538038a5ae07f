"""What the caller has to do, over HTTP."""

from services.risk_pool.handlers.to_do import WAITS
from shared.auth.identity import AT_WORK
from shared.http.to_do import to_do_router
from shared.roles import PARTY_ROLES

router = to_do_router(WAITS, readers=sorted(AT_WORK | PARTY_ROLES))
"""Also of a party's people, who see by row-level security what waits for their institution alone."""
