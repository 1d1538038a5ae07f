"""Where what a month lacks is mended: the path in the API and the page of the console."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from services.risk_pool.domain.claim import State as ClaimState
from services.risk_pool.domain.month_findings import (
    DISPUTE_OPEN,
    PAYABLE_OPEN,
    POSITION_MISSING,
    RECEIVABLE_OPEN,
    MonthFinding,
)
from services.risk_pool.domain.recovery import State as RecoveryState
from shared.months import Month


@dataclass(frozen=True, slots=True)
class Link:
    """Where something is mended."""

    api: str
    page: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _At:
    pool: str
    month: Month
    party: str
    number: str
    """The first of the cases concerned."""


_WAYS: Mapping[str, Callable[[_At], Link]] = {
    POSITION_MISSING: lambda at: Link(
        "/api/v1/positions", f"/pools/{at.pool}/settlements/{at.month}/lines?bank={at.party}"
    ),
    "recovery-unconfirmed": lambda at: Link(
        f"/api/v1/recoveries?state={RecoveryState.REPORTED}&pool={at.pool}&bank={at.party}",
        f"/recoveries?state={RecoveryState.REPORTED}&pool={at.pool}&bank={at.party}",
    ),
    "claim-unpaid": lambda at: Link(
        f"/api/v1/claims?state={ClaimState.APPROVED}&pool={at.pool}&bank={at.party}",
        f"/claims?state={ClaimState.APPROVED}&pool={at.pool}&bank={at.party}",
    ),
    "claim-undecided": lambda at: Link(
        f"/api/v1/claims?pool={at.pool}&bank={at.party}", f"/claims?pool={at.pool}&bank={at.party}"
    ),
    "earlier-month-open": lambda at: Link(
        f"/api/v1/pools/{at.pool}/settlements/{at.number}",
        f"/pools/{at.pool}/settlements/{at.number}",
    ),
    "cash-short": lambda at: Link(
        f"/api/v1/pools/{at.pool}/cash-entries", f"/pools/{at.pool}/cash"
    ),
    "producer-behind": lambda at: Link("/api/v1/events/parked", "/parked"),
    "events-missing": lambda at: Link("/api/v1/events/parked", "/parked"),
    "events-parked": lambda at: Link("/api/v1/events/parked", "/parked"),
    **dict.fromkeys(
        (RECEIVABLE_OPEN, PAYABLE_OPEN),
        lambda at: Link(f"/api/v1/pools/{at.pool}/open-items", f"/pools/{at.pool}/cash"),
    ),
    DISPUTE_OPEN: lambda at: Link(
        f"/api/v1/pools/{at.pool}/disputes", f"/pools/{at.pool}/disputes"
    ),
    "statement-missing": lambda at: Link(
        f"/api/v1/pools/{at.pool}/account-statements", f"/pools/{at.pool}/account"
    ),
    "account-unexplained": lambda at: Link(
        f"/api/v1/pools/{at.pool}/account-reconciliation?on={at.month.last}",
        f"/pools/{at.pool}/account/reconciliation?on={at.month.last}",
    ),
    "line-unmatched": lambda at: Link(
        f"/api/v1/pools/{at.pool}/account-work", f"/pools/{at.pool}/account/work"
    ),
    "movement-unseen": lambda at: Link(
        f"/api/v1/pools/{at.pool}/account-work", f"/pools/{at.pool}/account/work"
    ),
}


def where_mended(finding: MonthFinding, pool_code: str, month: Month) -> Link | None:
    """Where the reader mends it; None for a finding that only tells."""
    way = _WAYS.get(finding.code)
    if way is None:
        return None
    number = finding.numbers[0] if finding.numbers else ""
    return way(
        _At(
            pool=quote(pool_code),
            month=month,
            party=quote(finding.party_code),
            number=quote(number),
        )
    )
