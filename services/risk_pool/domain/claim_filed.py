"""A claim as a bank files it, and what the house knows of the loan: the values that the checks compare."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from services.risk_pool.domain.claim_details import NOTHING_MORE, ClaimDetails
from services.risk_pool.domain.listed import Listed


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """What the bank itself last reported about the loan."""

    month: str
    month_end: date
    outstanding_principal_fen: int
    overdue_days: int
    risk_class: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """A claim as a bank files it. The dates say since when something holds, None that it does not."""

    claimed_on: date
    """The day of filing: the service's business day, never one that a bank states. A claim that
    was returned and is submitted again keeps it."""
    stated_on: date
    """The day on which the bank says all this: that of the last submission."""
    outstanding_principal_fen: int
    interest_arrears_fen: int = 0
    penalty_interest_fen: int = 0
    costs_fen: int = 0
    overdue_days: int
    risk_class: str
    lawsuit_accepted_on: date | None = None
    called_early_on: date | None = None
    loss_confirmed_on: date | None = None
    written_off_on: date | None = None
    enforcement_ended_on: date | None = None
    guarantor_paid_on: date | None = None
    insurer_notified_on: date | None = None
    compensated_elsewhere: bool = False
    documents: Sequence[Mapping[str, str]] = ()
    """Kind, hash and file name of each."""
    details: ClaimDetails = NOTHING_MORE
    confirmed: frozenset[str] = frozenset()
    """Codes of the checks that ask for it, and that the bank stands by."""

    def dates(self) -> dict[str, date]:
        """What a trigger may ask for → the day since which it holds, as the bank states it."""
        stated = {name: getattr(self, field) for name, field in BANK_DATES.items()}
        return {name: day for name, day in stated.items() if day is not None}


BANK_DATES = {
    "lawsuit_accepted": "lawsuit_accepted_on",
    "called_early": "called_early_on",
    "loss_confirmed": "loss_confirmed_on",
    "written_off": "written_off_on",
    "enforcement_ended": "enforcement_ended_on",
    "guarantor_has_paid": "guarantor_paid_on",
    "insurer_notified": "insurer_notified_on",
}
"""A trigger's condition → the field of the claim with its day: what only the bank can date."""

PAPERS = {"lawsuit_accepted": "court_acceptance_notice"}
"""The paper that proves such a day, where there is a kind of paper for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loan:
    """What the pool knows of the loan that is claimed for."""

    covered: bool
    disbursed_on: date | None
    live_claim_number: str = ""
    facts: frozenset[str] = frozenset()
    """Names of the facts known of it, beyond those known of every loan."""
    approved_on: date | None = None
    listed: Sequence[Listed] = ()
    """What is known of its firm's standing on lists of dishonest or abnormal firms."""
    renewed_by: str = ""
    """The number of its renewal, where that is paid out; ""."""
    renews_open: str = ""
    """The number of the loan that it renews, where that is still in cover or was compensated; ""."""
