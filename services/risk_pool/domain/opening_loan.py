"""A loan that is taken over with its pool: what the county's book says of it, checked and typed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.risk_pool.domain.coverage import covered_part
from shared.ratios import ip_share


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenRight:
    """A right that stands pledged for it, with its entry in the register."""

    kind: str
    number: str
    """In the register's normal form."""
    number_as_given: str
    nice_class: int
    name: str
    owner_name: str
    filed_on: date
    expires_on: date
    registration_no: str
    registered_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenLoan:
    """The loan as it stands on the eve of the first day. Amounts in fen."""

    at: str
    """File and line of its row."""
    bank_code: str
    loan_no: str
    borrower_uscc: str
    borrower_name: str
    borrower_registered_on: date
    borrower_is_sme: bool
    amount_fen: int
    outstanding_fen: int
    covered_fen: int
    ip_share_bp: int
    ip_amount_fen: int | None
    tenor_months: int
    annual_rate_bp: int
    approved_on: date
    disbursed_on: date
    matures_on: date
    mode: str
    scheme_version: str
    parties: Mapping[str, str]
    attributes: Mapping[str, Any]
    attributes_at_disbursement: Mapping[str, Any]
    purpose: str
    repayment: str
    overdue_days: int
    risk_class: str
    has_other_collateral: bool
    is_first_loan: bool
    is_multi_ip_type: bool
    rights: tuple[TakenRight, ...]

    @property
    def place(self) -> tuple[int, int]:
        """File and line of its row."""
        file_no, line = self.at.split(":")
        return int(file_no), int(line)

    @property
    def activated_fen(self) -> int:
        """What its cover never passes: that of all that was paid out; no more than is covered now
        where the pool stood for less than the share from the beginning."""
        share = ip_share(
            share_bp=self.ip_share_bp,
            amount_fen=self.amount_fen,
            ip_amount_fen=self.ip_amount_fen,
        )
        if self.covered_fen < covered_part(self.outstanding_fen, share):
            return self.covered_fen
        return covered_part(self.amount_fen, share)
