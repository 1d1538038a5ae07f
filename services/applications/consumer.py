"""What this service hears, and who handles it."""

from collections.abc import Mapping
from typing import Final

from services.applications.handlers import heard
from shared.contracts.envelope import Event
from shared.contracts.risk_pool import (
    BankResumedV1,
    BankSuspendedV1,
    ClaimPaidV1,
    CoverageDeclinedV1,
    CoverageReleasedV1,
    CoverageReservedV1,
    PoolOpenedV1,
    PoolResumedV1,
    PoolStoppedV1,
)
from shared.messaging.inbox import Handler

ROUTES: Final[Mapping[type[Event], Handler]] = {
    PoolOpenedV1: heard.pool_opened,
    PoolStoppedV1: heard.pool_stopped,
    PoolResumedV1: heard.pool_resumed,
    BankSuspendedV1: heard.bank_suspended,
    BankResumedV1: heard.bank_resumed,
    CoverageReservedV1: heard.capacity_reserved,
    CoverageDeclinedV1: heard.capacity_declined,
    CoverageReleasedV1: heard.capacity_released,
    ClaimPaidV1: heard.claim_paid,
}
