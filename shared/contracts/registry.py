"""Every event of the house by its type, whoever says it: importing this makes all of them known."""

from collections.abc import Mapping
from types import MappingProxyType

from shared.contracts import (
    applications,
    around_loans,
    case_work,
    loan_packages,
    months,
    notifications,
    openings,
    papers,
    pool_agreements,
    pool_cases,
    rights,
    risk_pool,
)
from shared.contracts.envelope import Event, by_type

PRODUCERS = (
    applications, case_work, rights, around_loans, risk_pool, pool_cases, loan_packages, pool_agreements, openings, months, papers,
    notifications,
)  # fmt: skip

EVENTS: Mapping[str, type[Event]] = MappingProxyType(by_type())
