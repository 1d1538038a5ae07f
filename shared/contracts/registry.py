"""Every event of the house by its type, whoever says it: importing this makes all of them known."""

from collections.abc import Mapping
from types import MappingProxyType

from shared.contracts import (
    applications,
    around_loans,
    bad_loans,
    case_work,
    cover_calls,
    deadlines,
    demands,
    desk,
    listed_firms,
    loan_packages,
    meetings,
    months,
    notifications,
    openings,
    papers,
    people,
    pool_agreements,
    pool_cases,
    public_notices,
    rights,
    risk_pool,
)
from shared.contracts.envelope import Event, by_type

PRODUCERS = (
    applications, case_work, rights, listed_firms, risk_pool, pool_cases, pool_agreements,
    openings, months, papers, meetings, notifications, demands, bad_loans, around_loans,
    loan_packages, cover_calls, desk, deadlines, public_notices, people,
)  # fmt: skip

EVENTS: Mapping[str, type[Event]] = MappingProxyType(by_type())
